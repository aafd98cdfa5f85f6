//! Properties of the times of events.

use serde_json::json;
use stepproof_specs::{
    asl::{Body, Limit, Until},
    clause::{Aspect, Basis, Clause},
    history::EventKind,
};

use super::{Check, Property, Violation};
use crate::judge::policy::HistoryCompare;

pub(super) const PROPERTIES: &[Property] = &[
    Property {
        name: "order-of-time",
        sentence: "No event is older than the one before it.",
        basis: Basis::Documented,
        source: "AWS API reference, GetExecutionHistory: ascending order of the timeStamp",
        clause: None,
        least: HistoryCompare::Path,
        violations: order,
    },
    Property {
        name: "wait-too-short",
        sentence: "A Wait takes at least its Seconds.",
        basis: Basis::Language,
        source: "States Language specification, \"Wait State\"",
        clause: Some(Clause::WaitSeconds),
        least: HistoryCompare::Path,
        violations: waits,
    },
];

fn order(check: &Check<'_>) -> Vec<Violation> {
    let events = check.threads.events.windows(2);
    let fallen = events.filter(|pair| pair[1].at < pair[0].at);
    let violations = fallen.map(|pair| {
        let due = json!({ "not before": pair[0].at.0 });
        Violation {
            aspect: Aspect::Timing,
            state: None,
            due,
            seen: json!(pair[1].at.0),
        }
    });
    violations.take(1).collect()
}

/// Waits in overlapping iterations are skipped, because their exits cannot be distinguished.
fn waits(check: &Check<'_>) -> Vec<Violation> {
    let Some(early) = check.early else {
        return Vec::new();
    };
    let violated = check.states().filter_map(|state| {
        let at = check.states.entry(state);
        let Body::Wait(wait) = &at.state.body else {
            return None;
        };
        let Until::Seconds(Limit::Literal(seconds)) = wait.until else {
            return None;
        };
        let due = seconds.saturating_mul(1_000).saturating_sub(early);
        let seen = shortest(check, state).filter(|it| !at.unordered && *it < due)?;
        Some(Violation {
            aspect: Aspect::Timing,
            state: Some(state),
            due: json!({ "at least": due }),
            seen: json!(seen),
        })
    });
    violated.collect()
}

/// The shortest time (milliseconds) between entering and leaving a state.
fn shortest(check: &Check<'_>, state: usize) -> Option<u64> {
    let mut entered = None;
    let times = check.of(state).filter_map(|event| match event.kind {
        EventKind::Entered(_) => {
            entered = Some(event.at);
            None
        }
        EventKind::Exited(_) => entered.take().map(|entered| event.at.since(entered)),
        _ => None,
    });
    times.min()
}
