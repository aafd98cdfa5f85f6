//! Properties of the iterations of Maps.

use std::collections::HashSet;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Body, Limit, Map, Nullable},
    clause::{Basis, Clause},
    history::{EventKind, Phase},
};

use super::{Check, Property, Violation};
use crate::judge::policy::HistoryCompare;

pub(super) const PROPERTIES: &[Property] = &[
    Property {
        name: "map-iterations",
        sentence: "A Map that succeeds has run one iteration per item.",
        basis: Basis::Language,
        source: "States Language specification, \"Map State\"",
        clause: Some(Clause::MapIterations),
        least: HistoryCompare::Kinds,
        violations: iterations,
    },
    Property {
        name: "map-results",
        sentence: "A Map that succeeds has one result per item.",
        basis: Basis::Language,
        source: "States Language specification, \"Map State\"",
        clause: Some(Clause::MapIterations),
        least: HistoryCompare::Kinds,
        violations: results,
    },
    Property {
        name: "map-index",
        sentence: "The iterations of a Map are numbered from 0, and each one is started once.",
        basis: Basis::Language,
        source: "States Language specification, \"Map State\": $$.Map.Item.Index",
        clause: Some(Clause::MapIterations),
        least: HistoryCompare::Kinds,
        violations: indexes,
    },
    Property {
        name: "map-concurrency",
        sentence: "No more iterations run at once than MaxConcurrency says.",
        basis: Basis::Language,
        source: "States Language specification, \"Map State\": MaxConcurrency is an upper bound",
        clause: Some(Clause::MapSequential),
        least: HistoryCompare::Kinds,
        violations: concurrency,
    },
];

/// The inline Maps that never have two instances at once, so that all events of a Map belong to the
/// same instance.
fn maps<'a>(check: &Check<'a>) -> Vec<(usize, &'a Map)> {
    let maps = check.states().filter_map(|state| {
        let at = check.states.entry(state);
        match &at.state.body {
            Body::Map(map) if !map.is_distributed() && !at.unordered => Some((state, &**map)),
            _ => None,
        }
    });
    maps.collect()
}

fn violated(
    check: &Check<'_>,
    violation: impl Fn(usize, &Map) -> Option<(Value, Value)>,
) -> Vec<Violation> {
    let maps = maps(check).into_iter();
    let violated = maps.filter_map(|(state, map)| {
        let (due, seen) = violation(state, map)?;
        Some(Violation::of_history(Some(state), due, seen))
    });
    violated.collect()
}

/// The length of a Map that was started exactly once and succeeded.
fn single_length(check: &Check<'_>, state: usize) -> Option<u64> {
    let mut started = check
        .of(state)
        .filter(|it| matches!(it.kind, EventKind::Started(_)));
    let (only, None) = (started.next()?, started.next()) else {
        return None;
    };
    let succeeded = check.count(state, |kind| matches!(kind, EventKind::Succeeded(_))) == 1;
    only.details.length.filter(|_| succeeded)
}

fn iterations(check: &Check<'_>) -> Vec<Violation> {
    violated(check, |state, _| {
        let length = single_length(check, state)?;
        let started = check.count(state, |kind| kind == EventKind::Iteration(Phase::Started));
        (started as u64 != length).then(|| (json!(length), json!(started)))
    })
}

fn results(check: &Check<'_>) -> Vec<Violation> {
    violated(check, |state, _| {
        let length = single_length(check, state)?;
        let results = plain_result(check, state)?.len();
        (results as u64 != length).then(|| (json!(length), json!(results)))
    })
}

/// The result of a Map whose output is its unmodified result.
fn plain_result<'a>(check: &Check<'a>, state: usize) -> Option<&'a Vec<Value>> {
    let flow = check.states.entry(state).state.flow.json_path();
    let plain = flow.is_some_and(|flow| {
        flow.output_path == Nullable::Absent
            && flow.result_path == Nullable::Absent
            && flow.result_selector.is_none()
    });
    let mut exits = check
        .of(state)
        .filter(|it| matches!(it.kind, EventKind::Exited(_)));
    let output = exits.next()?.details.output.as_deref()?;
    output.as_array().filter(|_| plain)
}

fn indexes(check: &Check<'_>) -> Vec<Violation> {
    violated(check, |state, _| {
        let (mut length, mut seen) = (None, HashSet::new());
        for event in check.of(state) {
            match (event.kind, event.details.index) {
                (EventKind::Started(_), _) => {
                    length = event.details.length;
                    seen.clear();
                }
                (EventKind::Iteration(Phase::Started), Some(index))
                    if length.is_some_and(|it| index >= it) || !seen.insert(index) =>
                {
                    return Some((json!({ "once, below": length }), json!(index)));
                }
                _ => {}
            }
        }
        None
    })
}

fn concurrency(check: &Check<'_>) -> Vec<Violation> {
    violated(check, |state, map| {
        let Some(Limit::Literal(most @ 1..)) = map.max_concurrency else {
            return None;
        };
        let (mut running, mut seen) = (0_u64, 0);
        for event in check.of(state) {
            match event.kind {
                EventKind::Started(_) => running = 0,
                EventKind::Iteration(Phase::Started) => running += 1,
                EventKind::Iteration(_) => running = running.saturating_sub(1),
                _ => {}
            }
            seen = seen.max(running);
        }
        (seen > most).then(|| (json!({ "at most": most }), json!(seen)))
    })
}
