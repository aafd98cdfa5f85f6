//! Writes an observation as lines, so that two of them can be compared side by side.

use serde_json::Value;
use stepproof_specs::{
    clause::Aspect,
    history::{Event, EventKind},
    observation::Observation,
    scenario::calls::CallsCase,
};

use super::{layout::flat, visible::on_one_line};
use crate::raw::{Completion, Creation, RawRun};

/// The length from which the middle of a line is left out.
const LINE: usize = 160;

/// How much of an observation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The end, the path and the attempts.
    Outline,
    /// All events with their data.
    Events,
    /// The times too.
    Times,
}

impl Depth {
    /// The depth that a difference in this aspect needs.
    pub fn of(aspect: Aspect) -> Self {
        match aspect {
            Aspect::Liveness | Aspect::Status | Aspect::History => Self::Events,
            Aspect::Timing => Self::Times,
            _ => Self::Outline,
        }
    }
}

/// The lines of an observation, each with what fits.
pub fn tell(observation: &Observation, depth: Depth) -> Vec<String> {
    let mut lines = tell_whole(observation, depth);
    lines.iter_mut().for_each(shorten);
    lines
}

/// The same, however long they are.
pub fn tell_whole(observation: &Observation, depth: Depth) -> Vec<String> {
    let mut lines = vec![format!("status {}", observation.status.name())];
    if let Some(output) = &observation.output {
        lines.push(format!("output {}", flat(output)));
    }
    for (word, text) in [("error", &observation.error), ("cause", &observation.cause)] {
        if let Some(text) = text {
            lines.push(format!("{word} {text}"));
        }
    }
    if depth == Depth::Times {
        let duration = observation.duration;
        lines.extend(duration.map(|millis| format!("duration {millis} ms")));
    }
    attempts(observation, depth, &mut lines);
    let events = observation.history.as_deref().unwrap_or_default();
    if depth == Depth::Events {
        lines.extend(events.iter().map(event));
    } else if observation.history.is_some() {
        lines.push(format!("path {}", path(events)));
    }
    lines
}

/// The lines of the answers about a definition.
pub fn tell_definition(raw: &RawRun) -> Vec<String> {
    let mut lines = match &raw.creation {
        Creation::Accepted => vec!["created".to_owned()],
        Creation::Refused { code, message } => {
            vec![format!("refused {code}"), format!("message {message}")]
        }
    };
    if let Some(validation) = &raw.validation {
        lines.push(format!("validation {}", validation.result));
        lines.extend(validation.diagnostics.iter().map(|it| {
            let place = it.location.as_deref().unwrap_or("null");
            format!("{} {} at {place}: {}", it.severity, it.code, it.message)
        }));
    }
    lines.iter_mut().for_each(shorten);
    lines
}

/// The calls of a case, a line for each.
pub fn calls(case: &CallsCase) -> Vec<String> {
    let calls = case.calls.iter().enumerate();
    calls
        .map(|(number, call)| {
            let whole = if call.whole { " (all pages)" } else { "" };
            let operation = &call.operation;
            format!("{number} {operation}{whole} {}", flat(&call.parameters))
        })
        .collect()
}

/// How calls were completed: the members of each answer on lines of their own.
pub fn tell_answers(completions: &[Option<Completion>]) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, completion) in completions.iter().enumerate() {
        match completion {
            None => lines.push(format!("{number} not made")),
            Some(Completion::Fail { code, message }) => {
                lines.push(format!("{number} {code}"));
                lines.push(format!("  {message}"));
            }
            Some(Completion::Unknown(reason)) => lines.push(format!("{number} unknown: {reason}")),
            Some(Completion::Ok(answer)) => {
                lines.push(format!("{number} ok"));
                let mut members: Vec<_> = answer.as_object().into_iter().flatten().collect();
                members.sort_by_key(|(key, _)| *key);
                for (key, value) in members {
                    match value {
                        Value::Array(items) => {
                            lines.push(format!("  {key}"));
                            lines.extend(items.iter().map(|it| format!("    {}", flat(it))));
                        }
                        value => lines.push(format!("  {key} {}", flat(value))),
                    }
                }
            }
        }
    }
    lines.iter_mut().for_each(shorten);
    lines
}

fn attempts(observation: &Observation, depth: Depth, lines: &mut Vec<String>) {
    for (site, attempts) in &observation.attempts {
        lines.push(format!("attempts of {site}: {}", attempts.len()));
        let inputs = attempts.iter().map(|attempt| match depth {
            Depth::Times => {
                let replied = attempt.replied.map(|at| format!(", replied at {at} ms"));
                format!(
                    "  taken at {} ms{}",
                    attempt.taken,
                    replied.unwrap_or_default()
                )
            }
            _ => format!("  input {}", flat(&attempt.input)),
        });
        lines.extend(inputs);
    }
}

fn path(events: &[Event]) -> String {
    let entered: Vec<&str> = events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Entered(_)))
        .filter_map(|event| event.details.name.as_deref())
        .collect();
    entered.join(" → ")
}

fn event(event: &Event) -> String {
    let mut line = format!("{} ← {} {}", event.id, event.previous, event.kind.name());
    if let Value::Object(details) = event.details.to_value() {
        for (key, value) in &details {
            let text = match (key.as_str(), value) {
                ("workerName", _) => continue,
                ("name" | "error" | "cause" | "resource", Value::String(text)) => text.clone(),
                _ => flat(value),
            };
            line.push(' ');
            if key != "name" {
                line.push_str(key);
                line.push('=');
            }
            line.push_str(&text);
        }
    }
    line
}

/// Leaves out the middle of a line that is too long.
fn shorten(line: &mut String) {
    *line = on_one_line(line).into_owned();
    let length = line.chars().count();
    if length > LINE {
        let half = LINE / 2 - 2;
        let head: String = line.chars().take(half).collect();
        let tail: String = line.chars().skip(length - half).collect();
        *line = format!("{head} … {tail}");
    }
}
