//! Properties of the sequence of states that an execution goes through.

use std::collections::HashMap;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Name, Scope},
    clause::{Aspect, Basis},
    history::{EventKind, Phase},
    observation::Status,
};

use super::{Check, Property, Violation};
use crate::judge::policy::HistoryCompare;

pub(super) const PROPERTIES: &[Property] = &[
    Property {
        name: "transition",
        sentence: "The states of a scope are entered from StartAt on, each one by a transition of the one before.",
        basis: Basis::Language,
        source: "States Language specification, \"Transitions\"",
        clause: None,
        least: HistoryCompare::Path,
        violations: transitions,
    },
    Property {
        name: "state-type",
        sentence: "A state is entered and left as what it is.",
        basis: Basis::Documented,
        source: "AWS API reference, HistoryEvent: type",
        clause: None,
        least: HistoryCompare::Path,
        violations: types,
    },
    Property {
        name: "link",
        sentence: "A state is entered after an event of what leads to it: a state with such a transition, or the start of its scope.",
        basis: Basis::Observed,
        source: "recorded: every history",
        clause: None,
        least: HistoryCompare::Details,
        violations: links,
    },
    Property {
        name: "exit-without-entry",
        sentence: "A state has been left no more often than entered.",
        basis: Basis::Observed,
        source: "recorded: every history",
        clause: None,
        least: HistoryCompare::Kinds,
        violations: exits,
    },
    Property {
        name: "never-left",
        sentence: "When an execution has succeeded, the states of the machine have been left as often as entered.",
        basis: Basis::Observed,
        source: "recorded: every history of a success",
        clause: None,
        least: HistoryCompare::Kinds,
        violations: never_left,
    },
    Property {
        name: "handed-on",
        sentence: "What a state puts out is what the next one gets.",
        basis: Basis::Language,
        source: "States Language specification, \"Data\"",
        clause: None,
        least: HistoryCompare::Details,
        violations: handed_on,
    },
];

/// A scope: the enclosing state and the number of the branch.
type ScopeKey = (Option<usize>, usize);

/// The scope that a state is in.
fn scope<'a>(check: &Check<'a>, state: usize) -> (ScopeKey, &'a Scope) {
    let state = check.states.entry(state);
    let Some(parent) = state.parent else {
        return ((None, 0), &check.machine.scope);
    };
    let scopes = check.states.entry(parent).state.scopes();
    let branch = scopes
        .iter()
        .position(|scope| scope.states.contains_key(state.name))
        .unwrap_or_default();
    ((Some(parent), branch), &scopes[branch])
}

/// The names of the states to which a state may lead.
fn targets<'a>(check: &Check<'a>, state: usize) -> Vec<&'a Name> {
    let targets = check.states.entry(state).state.targets();
    targets.into_iter().map(|(_, name)| name).collect()
}

fn illegal(aspect: Aspect, state: Option<usize>, legal: &[&Name], name: &str) -> Violation {
    let legal: Vec<Value> = legal.iter().map(|name| json!(&***name)).collect();
    Violation {
        aspect,
        state,
        due: json!({ "one of": legal }),
        seen: json!(name),
    }
}

/// Checks transitions by the order of events. States in overlapping iterations are skipped, because
/// their order means nothing. An inner scope may start again at any time.
fn transitions(check: &Check<'_>) -> Vec<Violation> {
    let mut before: HashMap<ScopeKey, usize> = HashMap::new();
    for (event, state) in check.events() {
        if !matches!(event.kind, EventKind::Entered(_)) {
            continue;
        }
        let name = event.details.name.as_deref().unwrap_or_default();
        let Some(state) = state else {
            return vec![illegal(Aspect::Path, None, &[], name)];
        };
        if check.states.entry(state).unordered {
            continue;
        }
        let (key, scope) = scope(check, state);
        let from = before.insert(key, state);
        let mut legal = from.map_or_else(Vec::new, |from| targets(check, from));
        if from.is_none() || key.0.is_some() {
            legal.push(&scope.start_at);
        }
        if !legal.iter().any(|it| ***it == *name) {
            return vec![illegal(Aspect::Path, from, &legal, name)];
        }
    }
    Vec::new()
}

fn types(check: &Check<'_>) -> Vec<Violation> {
    let wrong = check.events().find_map(|(event, state)| {
        let (EventKind::Entered(kind) | EventKind::Exited(kind)) = event.kind else {
            return None;
        };
        let own = check.states.entry(state?).kind();
        let violation = || Violation::of_history(state, json!(own.name()), json!(kind.name()));
        (kind != own).then(violation)
    });
    wrong.into_iter().collect()
}

/// Checks transitions by the links between events, which are valid even if iterations overlap.
fn links(check: &Check<'_>) -> Vec<Violation> {
    let positions = check.events().zip(&check.threads.previous);
    let wrong = positions.filter_map(|((event, state), before)| {
        if !matches!(event.kind, EventKind::Entered(_)) {
            return None;
        }
        let state = state?;
        let (key, scope) = scope(check, state);
        let before = before.map(|at| (&check.threads.events[at], check.threads.states[at]));
        let legal = match before {
            None => vec![&check.machine.scope.start_at],
            Some((before, from)) => match (before.kind, from) {
                (EventKind::Exited(_), Some(from)) => targets(check, from),
                (EventKind::Started(_) | EventKind::Iteration(Phase::Started), from)
                    if from == key.0 =>
                {
                    vec![&scope.start_at]
                }
                _ => Vec::new(),
            },
        };
        let name = event.details.name.as_deref().unwrap_or_default();
        let from = before.and_then(|(_, from)| from);
        (!legal.iter().any(|it| ***it == *name))
            .then(|| illegal(Aspect::History, from, &legal, name))
    });
    wrong.take(1).collect()
}

/// Checks that no state is left more often than it was entered.
fn exits(check: &Check<'_>) -> Vec<Violation> {
    let violated = check.states().filter_map(|state| {
        let (mut entered, mut left) = (0_u64, 0_u64);
        for event in check.of(state) {
            entered += u64::from(matches!(event.kind, EventKind::Entered(_)));
            left += u64::from(matches!(event.kind, EventKind::Exited(_)));
            if left > entered {
                let due = json!({ "at most": entered });
                return Some(Violation::of_history(Some(state), due, json!(left)));
            }
        }
        None
    });
    violated.collect()
}

fn never_left(check: &Check<'_>) -> Vec<Violation> {
    if check.observation.status != Status::Succeeded || check.observation.history.is_none() {
        return Vec::new();
    }
    let roots = check
        .states()
        .filter(|state| check.states.entry(*state).parent.is_none());
    let violated = roots.filter_map(|state| {
        let entered = check.count(state, |kind| matches!(kind, EventKind::Entered(_)));
        let left = check.count(state, |kind| matches!(kind, EventKind::Exited(_)));
        let violation = || Violation::of_history(Some(state), json!(entered), json!(left));
        (left < entered).then(violation)
    });
    violated.collect()
}

fn handed_on(check: &Check<'_>) -> Vec<Violation> {
    let positions = check.events().zip(&check.threads.previous);
    let wrong = positions.filter_map(|((event, state), before)| {
        let before = &check.threads.events[(*before)?];
        let follows = matches!(
            (before.kind, event.kind),
            (EventKind::Exited(_), EventKind::Entered(_))
        );
        let (output, input) = (
            before.details.output.as_deref()?,
            event.details.input.as_deref()?,
        );
        let violation = || Violation::of_history(state, output.clone(), input.clone());
        (follows && !stepproof_specs::base::json::equal(output, input)).then(violation)
    });
    wrong.take(1).collect()
}
