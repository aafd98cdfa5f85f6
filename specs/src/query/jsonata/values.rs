//! Data on its way into an evaluation and out of it.

use std::collections::BTreeSet;

use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value};

use super::reads::Way;

/// How many values one value may consist of, each part counted as often as it is reached.
pub(super) const MOST_VALUES: usize = 1 << 20;

/// The largest number below which every whole number has a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Data as the evaluator holds it, as far as these ways lead: the members of an object that no way
/// leads to may be left out.
pub(super) fn enter(value: &Value, ways: &BTreeSet<Way>) -> JValue {
    let ways: Vec<&[Box<str>]> = ways.iter().map(Vec::as_slice).collect();
    narrowed(value, &ways)
}

fn narrowed(value: &Value, ways: &[&[Box<str>]]) -> JValue {
    let Value::Object(members) = value else {
        return whole(value);
    };
    if ways.iter().any(|way| way.is_empty()) {
        return whole(value);
    }
    let mut kept = Vec::new();
    for (name, member) in members {
        let further: Vec<&[Box<str>]> = ways
            .iter()
            .filter(|way| *way[0] == **name)
            .map(|way| &way[1..])
            .collect();
        if !further.is_empty() {
            kept.push((name.clone(), narrowed(member, &further)));
        }
    }
    JValue::object(kept.into_iter().collect())
}

/// All of some data as the evaluator holds it.
pub(super) fn whole(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(it) => JValue::Bool(*it),
        Value::Number(number) => JValue::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => JValue::array(items.iter().map(whole).collect()),
        Value::Object(members) => {
            let members = members.iter();
            JValue::object(
                members
                    .map(|(name, member)| (name.clone(), whole(member)))
                    .collect(),
            )
        }
    }
}

/// Whether data has a whole number that a float does not hold.
pub(super) fn has_wide_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let is_whole = number.is_i64() || number.is_u64();
            is_whole && number.as_f64().is_some_and(|it| it.abs() > EXACT)
        }
        Value::Array(items) => items.iter().any(has_wide_number),
        Value::Object(members) => members.values().any(has_wide_number),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// What an evaluation came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Left {
    /// Data.
    Data {
        value: Value,
        /// A number that JSON does not have became a string.
        has_infinity: bool,
    },
    /// Nothing.
    Undefined,
    /// A function or a regular expression.
    Function,
    /// Data with a function inside.
    FunctionInside,
    /// More than can be made.
    TooLarge,
}

/// Data as it leaves an evaluation.
pub(super) fn leave(value: &JValue) -> Left {
    match value {
        JValue::Undefined => return Left::Undefined,
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            return Left::Function;
        }
        _ => {}
    }
    if measure(value, MOST_VALUES).is_none() {
        return Left::TooLarge;
    }
    let mut seen = Seen::default();
    let value = data(value, &mut seen);
    if seen.function {
        return Left::FunctionInside;
    }
    Left::Data {
        value,
        has_infinity: seen.infinity,
    }
}

#[derive(Default)]
struct Seen {
    infinity: bool,
    function: bool,
}

fn data(value: &JValue, seen: &mut Seen) -> Value {
    match value {
        JValue::Null | JValue::Undefined => Value::Null,
        JValue::Bool(it) => Value::Bool(*it),
        JValue::Number(it) => match number(*it) {
            Some(number) => Value::Number(number),
            None => {
                seen.infinity = true;
                not_finite(*it).into()
            }
        },
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => items.iter().map(|item| data(item, seen)).collect(),
        JValue::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, member)| (name.clone(), data(member, seen)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            seen.function = true;
            Value::Null
        }
    }
}

/// A number as JSON has it: whole where it is, and without a sign at zero.
fn number(number: f64) -> Option<Number> {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Some(Number::from(number as i64));
    }
    Number::from_f64(number)
}

fn not_finite(number: f64) -> &'static str {
    if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// How many values a value consists of, and how many characters its longest text has; `None` if
/// there are more than this many, or if they are nested too deep to be walked.
pub(super) fn measure(value: &JValue, most: usize) -> Option<Measured> {
    let mut measured = Measured::default();
    take_in(value, most, 0, &mut measured).then_some(measured)
}

/// How large a value is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Measured {
    /// How many values it consists of.
    pub(super) values: usize,
    /// The bytes of all its texts.
    pub(super) text: usize,
}

/// How deep values may be nested: as deep as JSON can be read again.
const DEEPEST: usize = 120;

/// The longest text that all texts in one value may come to.
pub(super) const MOST_TEXT: usize = (1 << 23) - 1;

fn take_in(value: &JValue, most: usize, depth: usize, measured: &mut Measured) -> bool {
    measured.values += 1;
    if measured.values > most || depth > DEEPEST {
        return false;
    }
    match value {
        JValue::String(text) => {
            measured.text += text.len();
            measured.text <= MOST_TEXT
        }
        JValue::Array(items) => items
            .iter()
            .all(|item| take_in(item, most, depth + 1, measured)),
        JValue::Object(members) => members
            .iter()
            .all(|(_, member)| take_in(member, most, depth + 1, measured)),
        _ => true,
    }
}
