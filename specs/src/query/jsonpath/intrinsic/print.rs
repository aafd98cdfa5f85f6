//! Calls as text.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Argument, Call, Function};

/// A call in the form that parses as it.
pub(super) fn call(call: &Call) -> String {
    let mut text = String::with_capacity(64);
    text.push_str(call.function.name());
    text.push('(');
    for (at, argument) in call.arguments.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        match argument {
            Argument::Literal(Value::String(literal)) => {
                let keeps_escapes = call.function == Function::Format && at == 0;
                quote(&mut text, literal, keeps_escapes);
            }
            // Writing to a string cannot fail.
            Argument::Literal(literal) => drop(write!(text, "{literal}")),
            Argument::Path(path) => text.push_str(path.text()),
            Argument::Call(call) => text.push_str(call.text()),
        }
    }
    text.push(')');
    text
}

/// A string in single quotes.
fn quote(text: &mut String, literal: &str, keeps_escapes: bool) {
    text.push('\'');
    for c in literal.chars() {
        if !keeps_escapes && matches!(c, '\'' | '{' | '}' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('\'');
}
