//! Properties of the links between the events of a history.

use serde_json::json;
use stepproof_specs::{
    base::json::equal,
    clause::Basis,
    history::{Event, EventKind},
    observation::Status,
};

use super::{Check, Property, Violation};
use crate::judge::policy::HistoryCompare;

/// What makes events a chain at all.
pub(super) const IS_CHAIN: &[Property] = &[
    Property {
        name: "ids",
        sentence: "Events are numbered from 1 without gaps.",
        basis: Basis::Documented,
        source: "AWS API reference, HistoryEvent: id",
        clause: None,
        least: HistoryCompare::Path,
        violations: ids,
    },
    Property {
        name: "previous",
        sentence: "The event that an event follows has a smaller number.",
        basis: Basis::Observed,
        source: "recorded: every history",
        clause: None,
        least: HistoryCompare::Path,
        violations: previous,
    },
];

pub(super) const PROPERTIES: &[Property] = &[
    Property {
        name: "start",
        sentence: "ExecutionStarted is the first event and only that.",
        basis: Basis::Observed,
        source: "recorded: every history",
        clause: None,
        least: HistoryCompare::Kinds,
        violations: start,
    },
    Property {
        name: "end",
        sentence: "The last event of an execution that has ended says so, and no other does.",
        basis: Basis::Observed,
        source: "recorded: every history",
        clause: None,
        least: HistoryCompare::Kinds,
        violations: end,
    },
    Property {
        name: "last-output",
        sentence: "What the last event says of the output is what the execution puts out.",
        basis: Basis::Observed,
        source: "recorded: every history of a success",
        clause: None,
        least: HistoryCompare::Details,
        violations: last_output,
    },
];

fn ids(check: &Check<'_>) -> Vec<Violation> {
    let wrong = (1..)
        .zip(check.events())
        .find(|(id, (event, _))| event.id != *id);
    let violation = |(id, (event, _)): (i64, (&Event, Option<usize>))| {
        Violation::of_history(None, json!(id), json!(event.id))
    };
    wrong.map(violation).into_iter().collect()
}

fn previous(check: &Check<'_>) -> Vec<Violation> {
    let wrong = check.events().find(|(event, _)| !is_linked(event));
    let violation = |(event, state): (&Event, Option<usize>)| {
        let due = json!({ "from 0, less than": event.id });
        Violation::of_history(state, due, json!(event.previous))
    };
    wrong.map(violation).into_iter().collect()
}

/// Whether an event follows an earlier one, or none.
pub(super) fn is_linked(event: &Event) -> bool {
    (0..event.id).contains(&event.previous)
}

fn start(check: &Check<'_>) -> Vec<Violation> {
    let is_start = |event: &Event| event.kind == EventKind::ExecutionStarted;
    let mut events = check.events().enumerate();
    let wrong = events.find(|(at, (event, _))| (*at == 0) != is_start(event));
    let violation = |(at, (event, state)): (usize, (&Event, Option<usize>))| {
        let due = json!((at == 0).then_some("ExecutionStarted"));
        Violation::of_history(state, due, json!(event.kind.name()))
    };
    wrong.map(violation).into_iter().collect()
}

/// The execution status that an event implies.
fn status(kind: EventKind) -> Option<Status> {
    match kind {
        EventKind::ExecutionSucceeded => Some(Status::Succeeded),
        EventKind::ExecutionFailed => Some(Status::Failed),
        EventKind::ExecutionTimedOut => Some(Status::TimedOut),
        EventKind::ExecutionAborted => Some(Status::Aborted),
        _ => None,
    }
}

fn end(check: &Check<'_>) -> Vec<Violation> {
    let (due, last) = (check.observation.status, check.threads.events.len());
    let wrong = check.events().enumerate().find(|(at, (event, _))| {
        let due = Some(due).filter(|due| at + 1 == last && *due != Status::Running);
        status(event.kind) != due
    });
    let violation = |(at, (event, state)): (usize, (&Event, Option<usize>))| {
        let due = (at + 1 == last).then_some(due.name());
        Violation::of_history(state, json!(due), json!(event.kind.name()))
    };
    wrong.map(violation).into_iter().collect()
}

fn last_output(check: &Check<'_>) -> Vec<Violation> {
    let last = check.threads.events.last();
    let said = last.and_then(|event| event.details.output.as_deref());
    let (Some(said), Some(output)) = (said, check.observation.output.as_deref()) else {
        return Vec::new();
    };
    let violation = || Violation::of_history(None, output.clone(), said.clone());
    (!equal(said, output)).then(violation).into_iter().collect()
}
