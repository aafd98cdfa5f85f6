//! The way back, for tests: what an engine would have answered to be seen so.

use serde_json::{Map, Value};
use stepproof_specs::{
    history::{Details, Event},
    observation::{Attempt, Observation},
};

use crate::raw::{Creation, RawAttempt, RawEvent, RawExecution, RawReply, RawRun};

/// A run with one execution.
pub fn run(observation: &Observation) -> RawRun {
    RawRun {
        creation: Creation::Accepted,
        validation: None,
        executions: vec![execution(observation)],
        names: Vec::new(),
        wire: Vec::new(),
    }
}

fn execution(observation: &Observation) -> RawExecution {
    let attempts = observation.attempts.iter();
    RawExecution {
        status: observation.status,
        output: observation.output.as_ref().map(Value::to_string),
        error: observation.error.clone(),
        cause: observation.cause.clone(),
        duration: observation.duration,
        watched: observation.duration.unwrap_or(u64::MAX),
        history: observation
            .history
            .as_ref()
            .map(|events| events.iter().map(event).collect()),
        attempts: attempts
            .flat_map(|(site, attempts)| attempts.iter().map(|it| attempt(site, it)))
            .collect(),
    }
}

fn attempt(site: &str, attempt: &Attempt) -> RawAttempt {
    RawAttempt {
        site: site.to_owned(),
        key: attempt.key.clone(),
        input: attempt.input.to_string(),
        taken: attempt.taken,
        reply: attempt.replied.map(|at| RawReply { at, refused: None }),
    }
}

fn event(event: &Event) -> RawEvent {
    RawEvent {
        id: event.id as i64,
        previous: event.previous as i64,
        kind: event.kind.name(),
        at: event.at.0,
        details: details(&event.details),
    }
}

fn details(details: &Details) -> Value {
    let mut details = details.to_value();
    for key in ["input", "output"] {
        if let Some(value) = details.get_mut(key) {
            *value = value.to_string().into();
        }
    }
    if let Some(Value::Object(variables)) = details.get_mut("assignedVariables") {
        let texts: Map<String, Value> = variables
            .iter()
            .map(|(name, value)| (name.clone(), value.to_string().into()))
            .collect();
        *variables = texts;
    }
    details
}
