//! Turns an engine's answers into observations: parses strings, and replaces the engine's own names
//! by the case's.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::{Name, site::Site},
    base::time::Instant,
    history::{Details, Evaluation, Event, EventKind, Failure, TaskDetails},
    observation::{Attempt, Observation},
};

use crate::{
    judge::normalise::{Rewrites, Rule},
    raw::{RawAttempt, RawEvent, RawExecution},
};

/// The key under which a string that is not JSON is kept, so that it equals no JSON value.
pub const NOT_JSON: &str = "<not JSON>";

/// Reads the executions of one run.
#[derive(Debug)]
pub struct Observer<'a> {
    /// The engine's own names, longest first, with their replacements.
    names: Vec<&'a (String, String)>,
    rewrites: Rewrites,
}

impl<'a> Observer<'a> {
    /// An observer for a run with these engine names ([`crate::raw::RawRun::names`]).
    pub fn new(names: &'a [(String, String)]) -> Self {
        let mut names: Vec<_> = names.iter().filter(|(name, _)| !name.is_empty()).collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Self {
            names,
            rewrites: Rewrites::default(),
        }
    }

    /// The rewrites made so far.
    pub fn rewrites(&self) -> Rewrites {
        self.rewrites
    }

    /// Reads one execution.
    pub fn execution(&mut self, raw: &RawExecution) -> Observation {
        let mut attempts: BTreeMap<Site, Vec<Attempt>> = BTreeMap::new();
        for attempt in &raw.attempts {
            let site = Site::from(attempt.site.as_str());
            attempts
                .entry(site)
                .or_default()
                .push(self.attempt(attempt));
        }
        Observation {
            status: raw.status,
            output: raw.output.as_deref().map(|text| self.data(text).into()),
            error: raw
                .error
                .as_deref()
                .map(|text| self.text(text).into_owned()),
            cause: raw
                .cause
                .as_deref()
                .map(|text| self.text(text).into_owned()),
            attempts,
            history: raw
                .history
                .as_ref()
                .map(|events| events.iter().map(|event| self.event(event)).collect()),
            duration: raw.duration,
        }
    }

    fn attempt(&mut self, raw: &RawAttempt) -> Attempt {
        // What is refused ends nothing: the reference does not expect it either.
        let replied = raw.reply.as_ref().filter(|reply| reply.refused.is_none());
        Attempt {
            key: raw.key.clone(),
            input: self.data(&raw.input).into(),
            taken: raw.taken,
            replied: replied.map(|reply| reply.at),
        }
    }

    fn event(&mut self, raw: &RawEvent) -> Event {
        Event {
            id: raw.id,
            previous: raw.previous,
            at: Instant(raw.at),
            kind: EventKind::from_name(&raw.kind),
            details: raw
                .details
                .as_object()
                .map(|details| self.details(details))
                .unwrap_or_default(),
        }
    }

    fn details(&mut self, raw: &Map<String, Value>) -> Details {
        let failure = Failure {
            error: self.name(raw, "error"),
            cause: self.name(raw, "cause"),
        };
        let input = raw.get("input").or_else(|| raw.get("parameters"));
        Details {
            name: self.name(raw, "name"),
            input: input.map(|value| Arc::new(self.embedded(value))),
            output: raw
                .get("output")
                .map(|value| Arc::new(self.embedded(value))),
            failure: (failure != Failure::default()).then(|| Box::new(failure)),
            task: self.task(raw).map(Box::new),
            length: number(raw, "length"),
            index: number(raw, "index"),
            assigned: raw
                .get("assignedVariables")
                .and_then(Value::as_object)
                .filter(|variables| !variables.is_empty())
                .map(|variables| Arc::new(self.variables(variables))),
            evaluation: self.evaluation(raw).map(Box::new),
        }
    }

    fn evaluation(&mut self, raw: &Map<String, Value>) -> Option<Evaluation> {
        let evaluation = Evaluation {
            state: self.name(raw, "state"),
            location: self.name(raw, "location"),
        };
        (evaluation != Evaluation::default()).then_some(evaluation)
    }

    fn task(&mut self, raw: &Map<String, Value>) -> Option<TaskDetails> {
        if raw.contains_key("workerName") {
            self.rewrites.count(Rule::WorkerName);
        }
        let task = TaskDetails {
            resource: self.name(raw, "resource"),
            resource_type: self.name(raw, "resourceType"),
            region: self.name(raw, "region"),
            timeout_in_seconds: number(raw, "timeoutInSeconds"),
            heartbeat_in_seconds: number(raw, "heartbeatInSeconds"),
            credentials: raw
                .get("taskCredentials")
                .map(|value| Arc::new(value.clone())),
            worker_name: None,
        };
        (task != TaskDetails::default()).then_some(task)
    }

    fn variables(&mut self, raw: &Map<String, Value>) -> Map<String, Value> {
        raw.iter()
            .map(|(name, value)| (name.clone(), self.embedded(value)))
            .collect()
    }

    fn name(&mut self, raw: &Map<String, Value>, key: &str) -> Option<Name> {
        let text = raw.get(key)?.as_str()?;
        Some(Name::from(self.text(text)))
    }

    /// Data that AWS gives as a JSON string; an engine may give the value itself.
    fn embedded(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.data(text),
            other => other.clone(),
        }
    }

    fn data(&mut self, text: &str) -> Value {
        let text = self.text(text);
        serde_json::from_str(&text).unwrap_or_else(|_| json!({ NOT_JSON: text }))
    }

    fn text<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for (name, stand_in) in &self.names {
            if text.contains(name.as_str()) {
                text = Cow::Owned(text.replace(name.as_str(), stand_in));
                self.rewrites.count(Rule::EngineName);
            }
        }
        text
    }
}

/// A whole number, which an engine may give as a string.
fn number(raw: &Map<String, Value>, key: &str) -> Option<u64> {
    match raw.get(key)? {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::{asl::StateType, history::EventKind, observation::Status};

    use super::{NOT_JSON, Observer};
    use crate::{
        judge::normalise::Rule,
        raw::{RawAttempt, RawEvent, RawExecution},
    };

    fn raw() -> RawExecution {
        RawExecution {
            status: Status::Succeeded,
            output: Some(r#"{"a": "arn:x:1-long"}"#.into()),
            error: None,
            cause: None,
            duration: Some(5),
            watched: 9,
            lateness: 0,
            history: Some(vec![RawEvent {
                id: 1,
                previous: 0,
                kind: "TaskStateExited".into(),
                at: 7,
                details: json!({
                    "name": "A", "output": "[1]", "workerName": "w", "index": 0,
                    "assignedVariables": { "x": "{\"y\": 1}" },
                }),
            }]),
            attempts: vec![RawAttempt {
                site: "A".into(),
                key: None,
                input: "oops".into(),
                taken: 1,
                reply: None,
            }],
        }
    }

    #[test]
    fn texts_are_parsed_and_names_replaced_longest_first() {
        let names = [
            ("arn:x:1".to_owned(), "wrong".to_owned()),
            ("arn:x:1-long".to_owned(), "<execution:1>".to_owned()),
        ];
        let mut observer = Observer::new(&names);
        let seen = observer.execution(&raw());
        assert_eq!(seen.output, Some(json!({ "a": "<execution:1>" }).into()));
        assert_eq!(*seen.attempts["A"][0].input, json!({ NOT_JSON: "oops" }));
        let event = &seen.history.unwrap()[0];
        assert_eq!(event.kind, EventKind::Exited(StateType::Task));
        assert_eq!(event.details.output.as_deref(), Some(&json!([1])));
        assert_eq!(event.details.index, Some(0));
        assert!(event.details.task.is_none());
        let assigned = event.details.assigned.as_deref().unwrap();
        assert_eq!(assigned["x"], json!({ "y": 1 }));
        assert_eq!(observer.rewrites().of(Rule::EngineName), 1);
        assert_eq!(observer.rewrites().of(Rule::WorkerName), 1);
    }
}
