//! Compares what the workers saw: how often each task was attempted, with which inputs, and when.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        Retrier, State,
        site::{AttemptKey, Site},
    },
    base::{json::equal, time::Millis},
    clause::Aspect,
    observation::{Attempt, Observation},
};

use super::{
    context::{Comparison, Found},
    state_index::StateIndex,
    value,
};
use crate::judge::signature::Shape;

type Attempts = BTreeMap<Site, Vec<Attempt>>;

/// Whether all attempts are equal in order of arrival. False means nothing: the order may be
/// arbitrary.
pub fn same(expected: &Attempts, actual: &Attempts) -> bool {
    expected.len() == actual.len()
        && expected
            .iter()
            .zip(actual)
            .all(|((left_site, left), (right_site, right))| {
                left_site == right_site
                    && left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .all(|(left, right)| equal(&left.input, &right.input))
            })
}

/// Whether all attempts have equal times in order of arrival. False means nothing: the times may be
/// within the tolerance.
pub fn same_times(expected: &Attempts, actual: &Attempts) -> bool {
    fn times(attempts: &Attempts) -> impl Iterator<Item = impl PartialEq> {
        let attempts = attempts.values().flatten();
        attempts.map(|attempt| (&attempt.key, attempt.taken, attempt.replied))
    }
    times(expected).eq(times(actual))
}

/// Whether an attempt could not be attributed, so that its worker may have played the wrong act.
pub fn unattributed(observation: &Observation) -> bool {
    let mut attempts = observation.attempts.values().flatten();
    attempts.any(|attempt| attempt.key.is_none())
}

/// The sites of both sides in the machine's order, with the attempts of each side.
fn sites<'a>(
    comparison: &Comparison<'a>,
) -> impl Iterator<Item = (Option<usize>, &'a [Attempt], &'a [Attempt])> {
    let (expected, actual) = (
        &comparison.expected.observation.attempts,
        &comparison.actual.observation.attempts,
    );
    let mut sites: Vec<(Option<usize>, &Site)> = expected
        .keys()
        .chain(actual.keys().filter(|site| !expected.contains_key(*site)))
        .map(|site| (comparison.states.at(site), site))
        .collect();
    sites.sort_by_key(|(state, _)| state.unwrap_or(usize::MAX));
    let of = |side: &'a Attempts, site: &Site| side.get(site).map_or(&[][..], Vec::as_slice);
    sites
        .into_iter()
        .map(move |(state, site)| (state, of(expected, site), of(actual, site)))
}

/// The first site whose number of attempts differs.
pub fn attempts(comparison: &Comparison<'_>) -> Option<Found> {
    let (state, expected, actual) =
        sites(comparison).find(|(_, expected, actual)| expected.len() != actual.len())?;
    Some(Found {
        aspect: Aspect::Attempts,
        state,
        shape: Shape::amount(expected.len(), actual.len()),
        expected: json!(expected.len()),
        actual: json!(actual.len()),
    })
}

/// The first site whose inputs differ as a multiset.
pub fn effects(comparison: &Comparison<'_>) -> Option<Found> {
    sites(comparison).find_map(|(state, expected, actual)| {
        let inputs = |side: &'_ [Attempt]| {
            side.iter()
                .map(|it| Value::clone(&it.input))
                .collect::<Vec<_>>()
        };
        let in_order = expected.len() == actual.len()
            && expected
                .iter()
                .zip(actual)
                .all(|(expected, actual)| equal(&expected.input, &actual.input));
        if in_order {
            return None;
        }
        let (expected, actual) = (inputs(expected), inputs(actual));
        let missing = value::unmatched(&expected, &actual).next();
        let unexpected = value::unmatched(&actual, &expected).next();
        let shape = value::shape(missing, unexpected)?;
        // The input may be wrong because of the output of an earlier state.
        let origin = comparison.parting();
        Some(Found {
            aspect: Aspect::Effects,
            state: origin.map(|parting| parting.state).or(state),
            shape: origin.and_then(|parting| parting.shape()).unwrap_or(shape),
            expected: Value::Array(expected),
            actual: Value::Array(actual),
        })
    })
}

/// Whether the machine's timing is random, because a retrier has jitter.
fn jitters(states: &StateIndex<'_>) -> bool {
    let retriers = |state: &State| state.handlers().0.iter().any(Retrier::has_jitter);
    states.entries().iter().any(|state| retriers(state.state))
}

/// The longest that a state with jitter may wait before a retry, over all of its retriers.
fn longest_jitter(state: &State, retry: u32) -> Option<Millis> {
    let (retriers, _) = state.handlers();
    if !retriers.iter().any(Retrier::has_jitter) {
        return None;
    }
    let used = u64::from(retry.checked_sub(1)?);
    let longest = |retrier: &Retrier| (retrier.delay(used) * 1_000.0).ceil() as Millis;
    retriers.iter().map(longest).max()
}

/// How late an execution with this many attempts may end if a control machine without attempts ends
/// late by `overhead`: each attempt may add the same delay.
pub fn lateness(overhead: Millis, attempts: usize) -> Millis {
    overhead.saturating_mul(1 + attempts as Millis)
}

/// The first retry delay, or the duration of the execution, that is too short or too long.
pub fn timing(comparison: &Comparison<'_>) -> Option<Found> {
    let mut tolerance = comparison.context.policy.timing?;
    let attempts = comparison.actual.observation.attempts.values();
    let attempts = attempts.map(Vec::len).sum();
    tolerance.late = tolerance
        .late
        .saturating_add(lateness(comparison.context.overhead, attempts));
    let late = |tasks: usize| {
        let handover = tolerance.handover * tasks as Millis;
        tolerance.late.saturating_add(handover)
    };
    let found = |state, what: &str, tasks, expected: Millis, actual: Millis| {
        let shape = if actual + tolerance.early < expected {
            "early"
        } else if actual > expected.saturating_add(late(tasks)) {
            "late"
        } else {
            return None;
        };
        Some(Found {
            aspect: Aspect::Timing,
            state,
            shape: Shape::word(&format!("{what}-{shape}")),
            expected: json!(expected),
            actual: json!(actual),
        })
    };
    if jitters(comparison.states) {
        return sites(comparison).find_map(|(state, _, actual)| {
            let definition = comparison.states.entry(state?).state;
            gaps(actual).into_iter().find_map(|(key, gap)| {
                let bound = longest_jitter(definition, key.attempt)?;
                let is_late = gap.since_reply? > bound + late(1);
                is_late.then(|| found(state, "retry", 1, bound, gap.since_reply?))?
            })
        });
    }
    let waits = sites(comparison).find_map(|(state, expected, actual)| {
        let actual = gaps(actual);
        gaps(expected).into_iter().find_map(|(key, expected)| {
            let (expected, actual) = expected.beside(actual.get(key)?);
            found(state, "retry", 1, expected, actual)
        })
    });
    waits.or_else(|| {
        let expected = comparison.expected.observation;
        let tasks = expected.attempts.values().map(Vec::len).sum();
        let ends = expected.duration?;
        found(
            None,
            "end",
            tasks,
            ends,
            comparison.actual.observation.duration?,
        )
    })
}

/// The time before an attempt starts.
struct Gap {
    /// Time since the previous attempt started.
    since_taken: Millis,
    /// Time since the reply that ended the previous attempt; absent if there was none, or if it
    /// came after the retry and so ended nothing.
    since_reply: Option<Millis>,
}

impl Gap {
    /// The two durations to compare: since the reply if there is one on both sides, otherwise since
    /// the previous attempt started. A reply that came too late does not say when the attempt
    /// ended.
    fn beside(&self, other: &Self) -> (Millis, Millis) {
        let replied = self.since_reply.zip(other.since_reply);
        replied.unwrap_or((self.since_taken, other.since_taken))
    }
}

/// The gap before each retry.
fn gaps(attempts: &[Attempt]) -> BTreeMap<&AttemptKey, Gap> {
    let keyed: BTreeMap<&AttemptKey, &Attempt> = attempts
        .iter()
        .filter_map(|attempt| Some((attempt.key.as_ref()?, attempt)))
        .collect();
    keyed
        .iter()
        .filter_map(|(key, attempt)| {
            let before = AttemptKey {
                attempt: key.attempt.checked_sub(1)?,
                ..(*key).clone()
            };
            let before = keyed.get(&before)?;
            let replied = before.replied.filter(|at| *at <= attempt.taken);
            let gap = Gap {
                since_taken: attempt.taken.saturating_sub(before.taken),
                since_reply: replied.map(|at| attempt.taken - at),
            };
            Some((*key, gap))
        })
        .collect()
}
