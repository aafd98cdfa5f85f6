//! Runs a recorded call of `TestState` against the service, in process.

use std::collections::HashSet;

use serde_json::Value;
use stepproof_specs::{
    deviation::Deviations,
    reference::EPOCH,
    service::{Answer, Config, NOT_SIMULATED, Service, with_json},
};

use super::{Outcome, Recording, compare};

/// The account of the recordings.
const ACCOUNT: &str = "111111111111";
/// The code of what a client refuses by itself.
const REFUSED_BY_CLIENT: &str = "ParamValidationError";

/// Compares the service's answer with the recorded one.
pub(super) fn judge(recording: &Recording) -> Outcome {
    let case = &recording.case;
    if let Some(flaw) = recording.flaw() {
        return Outcome::Unsupported(flaw);
    }
    if case["expect"]["error"]["code"] == REFUSED_BY_CLIENT {
        return Outcome::Unsupported("the client refuses the call before it is sent".to_owned());
    }
    let config = Config {
        account: ACCOUNT.to_owned(),
        ..Config::default()
    };
    let mut service = Service::new(config, Deviations::default());
    match service.call(&EPOCH, "TestState", &body(case)) {
        Ok(Answer::Now(answer)) => {
            let mut seen = with_json(answer);
            restore(&mut seen, &case["expect"], &hidden(case));
            compare::tested::answer(case, &seen)
        }
        Ok(Answer::Later(_) | Answer::Busy) => {
            Outcome::Unknown("the service does not answer at once".to_owned())
        }
        Err(error) if error.code == NOT_SIMULATED => Outcome::Unsupported(error.message),
        Err(error) => compare::tested::refusal(case, error.code, &error.message),
    }
}

/// The body of the call. The recording has JSON where the call has text.
fn body(case: &Value) -> Value {
    let mut body = case["request"].as_object().cloned().unwrap_or_default();
    let definition = match case["definition_text"].as_str() {
        Some(text) => text.to_owned(),
        None => case["definition"].to_string(),
    };
    body.insert("definition".to_owned(), definition.into());
    if !case["input"].is_null() {
        body.insert("input".to_owned(), case["input"].to_string().into());
    }
    for field in ["variables", "context"] {
        if let Some(value) = body.get_mut(field) {
            *value = text(value);
        }
    }
    if let Some(mock) = body.get_mut("mock").and_then(Value::as_object_mut) {
        let written = mock.remove("result_text");
        if let Some(result) = mock.get_mut("result") {
            *result = written.unwrap_or_else(|| text(result));
        }
    }
    Value::Object(body)
}

/// JSON as text; a string is one already.
fn text(value: &Value) -> Value {
    match value {
        Value::String(_) => value.clone(),
        other => other.to_string().into(),
    }
}

/// The texts of the mock that the recording shows nowhere: it shows placeholders for them.
fn hidden(case: &Value) -> HashSet<String> {
    let mut given = HashSet::new();
    texts(&case["request"]["mock"]["result"], &mut given);
    let mut shown = HashSet::new();
    texts(&case["expect"], &mut shown);
    given.retain(|text| !shown.contains(text));
    given
}

fn texts(value: &Value, found: &mut HashSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

/// Puts the recording's placeholders in the place of what they stand for.
fn restore(seen: &mut Value, recorded: &Value, hidden: &HashSet<String>) {
    match (seen, recorded) {
        (Value::Object(seen), Value::Object(recorded)) => {
            for (name, seen) in seen {
                if let Some(recorded) = recorded.get(name) {
                    restore(seen, recorded, hidden);
                }
            }
        }
        (Value::Array(seen), Value::Array(recorded)) => {
            for (seen, recorded) in seen.iter_mut().zip(recorded) {
                restore(seen, recorded, hidden);
            }
        }
        (Value::String(seen), Value::String(recorded)) if hidden.contains(seen) => {
            seen.clone_from(recorded);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::{Outcome, Recording, judge};
    use crate::judge::verdict::Verdict;

    #[allow(clippy::needless_pass_by_value)] // callers write literals
    fn outcome(request: Value, expect: Value) -> Outcome {
        let state = json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$.body"}, "End": true});
        judge(&Recording {
            file: PathBuf::new(),
            area: String::new(),
            case: json!({"kind": "test_state", "definition": state, "input": {"body": "b"},
                "request": request, "expect": expect}),
        })
    }

    #[test]
    fn an_answer_is_compared_field_by_field() {
        let mock = json!({"mock": {"result": {"MessageId": "m"}}});
        let placeholder = json!({"status": "SUCCEEDED", "output": {"MessageId": "<id>"}});
        let agreed = outcome(mock.clone(), placeholder);
        assert_eq!(agreed.verdict(), Verdict::Agree, "{agreed:?}");
        let known = json!({"status": "SUCCEEDED", "output": {"MessageId": "n", "m": "m"}});
        let Outcome::Diverged { divergence, .. } = outcome(mock.clone(), known) else {
            panic!("the output differs");
        };
        assert_eq!(divergence.at, "/output/MessageId");
        let refused = json!({"error": {"code": "ValidationException", "message": "no"}});
        assert_eq!(outcome(mock, refused).verdict(), Verdict::Diverge);
    }

    #[test]
    fn a_refusal_is_compared_by_code_and_message() {
        let refused = json!({"error": {"code": "ValidationException",
            "message": "RoleArn must be specified when testing a Task state"}});
        assert_eq!(outcome(json!({}), refused).verdict(), Verdict::Agree);
        let other = json!({"error": {"code": "ValidationException", "message": "no"}});
        assert_eq!(outcome(json!({}), other).verdict(), Verdict::Diverge);
        let fine = json!({"status": "SUCCEEDED"});
        assert_eq!(outcome(json!({}), fine).verdict(), Verdict::Diverge);
    }

    #[test]
    fn what_cannot_be_answered_is_not_judged() {
        let role = json!({"roleArn": "arn:aws:iam::111111111111:role/r"});
        let fine = json!({"status": "SUCCEEDED"});
        assert_eq!(outcome(role, fine).verdict(), Verdict::Unsupported);
    }
}
