//! The forms in which recordings hold calls and answers.

use serde_json::{Map, Value};
use stepproof_specs::scenario::calls::filled;

use super::super::Recording;

/// Fields of answers that AWS has added, and since when it gives them. Older recordings lack them.
const ADDED: &[(&str, &str)] = &[
    ("redriveCount", "2023-11-15"),
    ("redriveStatus", "2023-11-15"),
    ("redriveStatusReason", "2023-11-15"),
    ("encryptionConfiguration", "2024-07-25"),
    ("variableReferences", "2024-11-20"),
];

/// The name of an operation: `start_execution` is `StartExecution`.
pub(super) fn operation(name: &str) -> String {
    let words = name.split('_');
    words
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        })
        .collect()
}

/// A recorded error, with its references filled in as far as they can be.
pub(super) fn error(recorded: &Value, given: &[Value]) -> Value {
    filled(recorded, given).unwrap_or_else(|_| recorded.clone())
}

/// Whether an event in a log was recorded instead of an answer.
pub(super) fn is_log_event(expected: &Value) -> bool {
    expected.get("execution_arn").is_some() && expected.get("event_timestamp").is_some()
}

/// Whether the items of an answer's pages were recorded instead of the answer itself: as one list, or
/// as lists under names of the recording.
pub(super) fn is_list(expected: &Value, answer: &Value) -> bool {
    match expected {
        Value::Array(_) => true,
        Value::Object(lists) => {
            !lists.is_empty()
                && lists
                    .iter()
                    .all(|(name, list)| list.is_array() && answer.get(name).is_none())
        }
        _ => false,
    }
}

/// A whole list, cut as it was recorded. The last part gets what is left.
pub(super) fn paged_like(expected: &Value, whole: Vec<Value>) -> Value {
    let Value::Object(lists) = expected else {
        return Value::Array(whole);
    };
    let mut rest = whole.into_iter();
    let mut parts = Map::new();
    for (number, (name, list)) in lists.iter().enumerate() {
        let length = list.as_array().map_or(0, Vec::len);
        let part: Vec<Value> = if number + 1 == lists.len() {
            rest.by_ref().collect()
        } else {
            rest.by_ref().take(length).collect()
        };
        parts.insert(name.clone(), Value::Array(part));
    }
    Value::Object(parts)
}

/// An answer without what AWS did not give yet when the recording was made.
pub(super) fn as_of(recording: &Recording, expected: &Value, mut seen: Value) -> Value {
    let made = recording.case["source"]["last_validated"].as_str();
    drop_added(made.unwrap_or_default(), expected, &mut seen);
    seen
}

fn drop_added(made: &str, expected: &Value, seen: &mut Value) {
    match (expected, seen) {
        (Value::Object(expected), Value::Object(seen)) => {
            seen.retain(|key, _| {
                expected.contains_key(key)
                    || !ADDED
                        .iter()
                        .any(|(added, since)| added == key && made < *since)
            });
            for (key, value) in seen {
                drop_added(made, expected.get(key).unwrap_or(&Value::Null), value);
            }
        }
        (Value::Array(expected), Value::Array(seen)) => {
            for (expected, seen) in expected.iter().zip(seen) {
                drop_added(made, expected, seen);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_list, operation, paged_like};

    #[test]
    fn operations_have_their_names() {
        assert_eq!(operation("list_tags_for_resource"), "ListTagsForResource");
        assert_eq!(operation(""), "");
    }

    #[test]
    fn pages_are_cut_as_recorded() {
        let expected = json!({"one": [0, 0], "two": [0]});
        let answer = json!({"items": []});
        assert!(is_list(&expected, &answer) && is_list(&json!([]), &answer));
        assert!(!is_list(&json!({"items": []}), &answer) && !is_list(&json!({}), &answer));
        let whole = || vec![json!(1), json!(2), json!(3), json!(4)];
        assert_eq!(
            paged_like(&expected, whole()),
            json!({"one": [1, 2], "two": [3, 4]})
        );
        assert_eq!(paged_like(&json!([]), whole()), json!([1, 2, 3, 4]));
    }
}
