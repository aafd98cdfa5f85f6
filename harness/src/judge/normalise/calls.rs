//! What a service makes up in its answers to calls, replaced by tokens: the same on both sides.

use serde_json::Value;
use stepproof_specs::{
    base::arn::Arn,
    scenario::calls::{Call, CallsCase},
};

use crate::raw::Completion;

/// Stands for a date, whatever it is.
const DATE: &str = "<date>";
/// Stands for what leads to the next page of a list.
const PAGE: &str = "<page>";
/// The operations that list what everybody has created, and what they list.
const SHARED: [(&str, &str); 2] = [
    ("ListStateMachines", "stateMachines"),
    ("ListActivities", "activities"),
];

/// Replaces what one side made up, call by call.
#[derive(Debug)]
pub struct Tokens<'a> {
    case: &'a CallsCase,
    /// The engine's own names, each with what stands for it.
    names: &'a [(String, String)],
    /// What was made up so far, each with its token.
    made: Vec<(String, String)>,
}

impl<'a> Tokens<'a> {
    /// For the answers to these calls of an engine with names of its own.
    pub fn new(case: &'a CallsCase, names: &'a [(String, String)]) -> Self {
        Self {
            case,
            names,
            made: Vec::new(),
        }
    }

    /// How a call was completed, in terms that both sides share. To be asked in the order of the calls.
    pub fn completion(&mut self, number: usize, outcome: &Completion) -> Completion {
        match outcome {
            Completion::Ok(answer) => {
                let call = &self.case.calls[number];
                let own = self.of_the_case(call, answer.clone());
                self.learn(number, call, &own);
                Completion::Ok(self.value("", own))
            }
            Completion::Fail { code, message } => Completion::Fail {
                code: code.clone(),
                message: self.text(message),
            },
            unknown @ Completion::Unknown(_) => unknown.clone(),
        }
    }

    /// Without what other cases have created beside this one.
    fn of_the_case(&self, call: &Call, mut answer: Value) -> Value {
        let shared = SHARED.iter().find(|(name, _)| *name == call.operation);
        let prefix = self.names.iter().find(|(_, stands)| stands.is_empty());
        if let (Some((_, key)), Some((prefix, _))) = (shared, prefix)
            && let Some(items) = answer.get_mut(*key).and_then(Value::as_array_mut)
        {
            let is_own = |item: &Value| {
                let name = item["name"].as_str().unwrap_or_default();
                name.starts_with(prefix.as_str())
            };
            items.retain(is_own);
        }
        answer
    }

    /// Notes what the answer to a call made up.
    fn learn(&mut self, number: usize, call: &Call, answer: &Value) {
        for (key, token) in [("taskToken", "task-token"), ("revisionId", "revision")] {
            if let Some(made) = answer[key].as_str() {
                self.make(made, format!("<{token}:{number}>"));
            }
        }
        let is_named = call.parameters.get("name").is_some();
        if call.operation == "StartExecution"
            && !is_named
            && let Some(arn) = answer["executionArn"].as_str()
        {
            self.make(Arn::last(arn), format!("<execution:{number}>"));
        }
    }

    fn make(&mut self, made: &str, token: String) {
        let is_known = self.made.iter().any(|(known, _)| known == made);
        if !made.is_empty() && !is_known {
            self.made.push((made.to_owned(), token));
        }
    }

    fn text(&self, text: &str) -> String {
        let names = self.names.iter().chain(&self.made);
        names.fold(text.to_owned(), |text, (own, stands)| {
            text.replace(own.as_str(), stands)
        })
    }

    fn value(&self, key: &str, value: Value) -> Value {
        match value {
            Value::String(_) if key == "nextToken" => PAGE.into(),
            Value::String(text) => self.text(&text).into(),
            Value::Number(_) if key.ends_with("Date") || key == "timestamp" => DATE.into(),
            Value::Array(items) => {
                let items = items.into_iter().map(|item| self.value(key, item));
                Value::Array(items.collect())
            }
            Value::Object(members) => {
                let members = members.into_iter();
                let members = members.filter(|(_, value)| !value.is_null());
                Value::Object(
                    members
                        .map(|(key, value)| {
                            let value = self.value(&key, value);
                            (key, value)
                        })
                        .collect(),
                )
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::scenario::calls::{Call, CallsCase};

    use super::Tokens;
    use crate::raw::Completion;

    #[test]
    fn what_leads_to_the_next_page_is_of_no_account() {
        let case = CallsCase {
            calls: vec![Call {
                operation: "ListExecutions".to_owned(),
                parameters: json!({}),
                whole: false,
            }],
            entropy: 0,
        };
        let told = |answer| Tokens::new(&case, &[]).completion(0, &Completion::Ok(answer));
        let page = |token: &str| told(json!({ "executions": [], "nextToken": token }));
        assert_eq!(page("a"), page("b"));
        assert_ne!(page("a"), told(json!({ "executions": [] })));
    }
}
