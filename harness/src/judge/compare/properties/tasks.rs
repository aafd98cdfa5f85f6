//! Properties of the attempts of tasks: how many there are, and that each ends once.

use std::collections::HashSet;

use serde_json::json;
use stepproof_specs::{
    asl::StateType,
    clause::{Aspect, Basis, Clause},
    history::{EventKind, Phase},
};

use super::{Check, Property, Violation};
use crate::judge::policy::HistoryCompare;

pub(super) const PROPERTIES: &[Property] = &[
    Property {
        name: "attempts",
        sentence: "A task reaches its worker at most once per visit and retry that its retriers allow.",
        basis: Basis::Language,
        source: "States Language specification, \"Retrying after error\"",
        clause: Some(Clause::RetryExhausted),
        least: HistoryCompare::Path,
        violations: attempts,
    },
    Property {
        name: "scheduled",
        sentence: "A task is scheduled at most once per visit and retry that its retriers allow.",
        basis: Basis::Language,
        source: "States Language specification, \"Retrying after error\"",
        clause: Some(Clause::RetryExhausted),
        least: HistoryCompare::Kinds,
        violations: scheduled,
    },
    Property {
        name: "ended-unscheduled",
        sentence: "No more attempts have ended than have been scheduled.",
        basis: Basis::Observed,
        source: "recorded: every history with tasks",
        clause: Some(Clause::TaskAttempt),
        least: HistoryCompare::Kinds,
        violations: ended_unscheduled,
    },
    Property {
        name: "ended-twice",
        sentence: "An attempt ends once.",
        basis: Basis::Observed,
        source: "recorded: every history with tasks",
        clause: Some(Clause::TaskAttempt),
        least: HistoryCompare::Details,
        violations: ended_twice,
    },
];

/// How many attempts one visit of a task may make.
fn bound(check: &Check<'_>, state: usize) -> u64 {
    let (retriers, _) = check.states.entry(state).state.handlers();
    let allowed = retriers.iter().map(|it| it.max_attempts.unwrap_or(3));
    allowed.fold(1, u64::saturating_add)
}

fn attempts(check: &Check<'_>) -> Vec<Violation> {
    if check.observation.history.is_none() {
        return Vec::new();
    }
    let played = check.observation.attempts.iter();
    let violated = played.filter_map(|(site, attempts)| {
        let state = check.states.at(site)?;
        let visits = check.count(state, |kind| matches!(kind, EventKind::Entered(_))) as u64;
        let bound = visits.saturating_mul(bound(check, state));
        let seen = attempts.len() as u64;
        (seen > bound).then(|| Violation {
            aspect: Aspect::Attempts,
            state: Some(state),
            due: json!({ "at most": bound }),
            seen: json!(seen),
        })
    });
    violated.collect()
}

/// Tasks in overlapping iterations are skipped, because their visits cannot be distinguished.
fn scheduled(check: &Check<'_>) -> Vec<Violation> {
    let tasks = check.states().filter(|state| {
        let state = check.states.entry(*state);
        state.kind() == StateType::Task && !state.unordered
    });
    let violated = tasks.filter_map(|state| {
        let bound = bound(check, state);
        let mut seen = 0_u64;
        let mut most = 0;
        for event in check.of(state) {
            match event.kind {
                EventKind::Entered(_) => seen = 0,
                EventKind::Work(_, Phase::Scheduled) => seen += 1,
                _ => {}
            }
            most = most.max(seen);
        }
        let due = json!({ "at most": bound });
        (most > bound).then(|| Violation::of_history(Some(state), due, json!(most)))
    });
    violated.collect()
}

/// Whether an event ends an attempt.
fn ends(kind: EventKind) -> bool {
    use Phase::{Failed, StartFailed, SubmitFailed, Succeeded, TimedOut};
    let EventKind::Work(_, phase) = kind else {
        return false;
    };
    matches!(
        phase,
        Succeeded | Failed | TimedOut | StartFailed | SubmitFailed
    )
}

fn ended_unscheduled(check: &Check<'_>) -> Vec<Violation> {
    let violated = check.states().filter_map(|state| {
        let (mut scheduled, mut ended) = (0_u64, 0_u64);
        for event in check.of(state) {
            scheduled += u64::from(matches!(event.kind, EventKind::Work(_, Phase::Scheduled)));
            ended += u64::from(ends(event.kind));
            if ended > scheduled {
                let (due, seen) = (json!({ "at most": scheduled }), json!(ended));
                return Some(Violation::of_history(Some(state), due, seen));
            }
        }
        None
    });
    violated.collect()
}

fn ended_twice(check: &Check<'_>) -> Vec<Violation> {
    let mut ended = HashSet::new();
    let ends = check.events().filter(|(event, _)| ends(event.kind));
    let again = ends.filter(|(event, _)| !ended.insert(event.previous));
    let violated = again.map(|(event, state)| {
        let due = json!({ "once after event": event.previous });
        Violation::of_history(state, due, json!(event.kind.name()))
    });
    violated.take(1).collect()
}
