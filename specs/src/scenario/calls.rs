//! Calls to the service one after the other: operations with parameters that refer to earlier answers.
//!
//! `${2.stateMachineArn}` in a string is that field of the answer to call 2. Calls are counted from 0.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Calls, made one after the other. Before each of them everything has happened that happens by itself
/// within a minute: an execution that needs nobody has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallsCase {
    /// The calls in order. Never empty.
    pub calls: Vec<Call>,
    /// The seed of what the service draws: which version an alias with two of them leads to.
    #[serde(default)]
    pub entropy: u64,
}

/// A call of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The operation, by its name in the API (`StartExecution`).
    pub operation: String,
    /// Its parameters. Of those that carry JSON as text ([`JSON_TEXTS`]) anything but a string is written
    /// as text when the call is made.
    #[serde(default)]
    pub parameters: Value,
    /// Whether all pages of a list are asked for, one after the other: the answer is the whole list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

/// The parameters whose values are JSON as text.
pub const JSON_TEXTS: [&str; 3] = ["definition", "input", "output"];

/// A reference to something that was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fill in {0}: nothing was answered there")]
pub struct Unanswered(pub String);

impl Call {
    /// A call with these parameters.
    pub fn new(operation: &str, parameters: Value) -> Self {
        Self {
            operation: operation.to_owned(),
            parameters,
            whole: false,
        }
    }

    /// The parameters as they are sent, given what earlier calls answered (null where that is nothing).
    pub fn sent(&self, answers: &[Value]) -> Result<Value, Unanswered> {
        let mut sent = match &self.parameters {
            Value::Null => Value::Object(Map::new()),
            parameters => filled(parameters, answers)?,
        };
        for name in JSON_TEXTS {
            if let Some(value) = sent.get_mut(name).filter(|value| !value.is_string()) {
                *value = value.to_string().into();
            }
        }
        Ok(sent)
    }

    /// The calls whose answers the parameters refer to.
    pub fn references(&self) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        each_text(&self.parameters, &mut |text| {
            let parts = text.split("${").skip(1);
            let numbers = parts.filter_map(|part| part.split_once('.')?.0.parse::<usize>().ok());
            found.extend(numbers);
        });
        found
    }

    /// The same call, where each call that it refers to has another number.
    #[must_use]
    pub fn renumbered(&self, number: &dyn Fn(usize) -> usize) -> Self {
        let mut call = self.clone();
        each_text_mut(&mut call.parameters, &mut |text| {
            let mut parts = text.split("${");
            let mut renumbered = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let reference = part.split_once('.');
                let known = reference.and_then(|(old, rest)| Some((old.parse().ok()?, rest)));
                renumbered += &match known {
                    Some((old, rest)) => format!("${{{}.{rest}", number(old)),
                    None => format!("${{{part}"),
                };
            }
            *text = renumbered;
        });
        call
    }

    /// Whether the operation changes nothing.
    pub fn is_read(&self) -> bool {
        is_read(&self.operation)
    }
}

/// Whether an operation changes nothing, so that it can be made again.
pub fn is_read(operation: &str) -> bool {
    let reads = ["Describe", "List", "GetExecutionHistory", "Validate"];
    reads.iter().any(|read| operation.starts_with(read))
}

/// A value in which `${n.field}` is that field of the answer to call n.
pub fn filled(value: &Value, answers: &[Value]) -> Result<Value, Unanswered> {
    let mut filled = value.clone();
    let mut result = Ok(());
    each_text_mut(&mut filled, &mut |text| match filled_text(text, answers) {
        Ok(whole) => *text = whole,
        Err(unanswered) => result = Err(unanswered),
    });
    result.map(|()| filled)
}

fn filled_text(text: &str, answers: &[Value]) -> Result<String, Unanswered> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        filled += before;
        let Some((reference, after)) = after.split_once('}') else {
            filled += "${";
            rest = after;
            continue;
        };
        let value = reference.split_once('.').and_then(|(call, field)| {
            let answer = answers.get(call.parse::<usize>().ok()?)?;
            answer
                .pointer(&format!("/{}", field.replace('.', "/")))?
                .as_str()
        });
        filled += value.ok_or_else(|| Unanswered(format!("${{{reference}}}")))?;
        rest = after;
    }
    Ok(filled + rest)
}

fn each_text(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, see)),
        Value::Object(members) => members.values().for_each(|member| each_text(member, see)),
        _ => {}
    }
}

fn each_text_mut(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| each_text_mut(item, change)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| each_text_mut(member, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Call, Unanswered, filled};

    #[test]
    fn references_are_filled_in() {
        let given = [json!({"arn": "a"}), Value::Null];
        let params = json!({"x": ["${0.arn}-${0.arn}", "${", 1]});
        assert_eq!(filled(&params, &given), Ok(json!({"x": ["a-a", "${", 1]})));
        for lacking in ["${1.arn}", "${0.name}", "${7.arn}", "${arn}"] {
            let unanswered = Unanswered(lacking.to_owned());
            assert_eq!(filled(&json!(lacking), &given), Err(unanswered));
        }
    }

    #[test]
    fn json_is_sent_as_text() {
        let call = Call::new(
            "CreateStateMachine",
            json!({"name": "m", "definition": {"a": "${0.arn}"}, "input": "{"}),
        );
        let sent = call.sent(&[json!({"arn": "x"})]).unwrap();
        assert_eq!(
            sent,
            json!({"name": "m", "definition": "{\"a\":\"x\"}", "input": "{"})
        );
        let nothing = Call::new("ListActivities", Value::Null);
        assert_eq!(nothing.sent(&[]), Ok(json!({})));
    }

    #[test]
    fn calls_are_renumbered_in_their_references() {
        let call = Call::new("X", json!({"a": "${2.arn}:${0.arn}", "b": ["${", "$"]}));
        assert_eq!(call.references().into_iter().collect::<Vec<_>>(), [0, 2]);
        let moved = call.renumbered(&|old| old + 10);
        assert_eq!(
            moved.parameters,
            json!({"a": "${12.arn}:${10.arn}", "b": ["${", "$"]})
        );
    }
}
