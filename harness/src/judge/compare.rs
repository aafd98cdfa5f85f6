//! Compares an expectation with what an engine was seen to do.
//!
//! The comparison is pure, and the only place that can create a [`Difference`]. Aspects are
//! compared in the order of [`Aspect::ALL`]. The first one that differs is the root; later ones may
//! follow from it and are not reported. If everything agrees, which is the usual case, nothing is
//! allocated.

mod calls;
mod context;
mod definition;
mod difference;
mod grammar;
mod history;
mod identity;
mod locate;
mod outcome;
mod path;
pub mod properties;
mod state_index;
mod tasks;
mod threads;
pub mod value;

#[cfg(test)]
mod generated;
#[cfg(test)]
mod laws;
#[cfg(test)]
pub(crate) mod tests;

use std::borrow::Cow;

use serde_json::json;
use stepproof_specs::{
    asl::{Machine, Name},
    base::{json::equal, time::Millis},
    clause::Aspect,
    history::{Event, EventKind, Phase},
    observation::{Observation, Status},
    reference::{Expectation, NOISE_MILLIS},
};

pub use self::{
    calls::{completed, is_as_expected, judge as judge_calls},
    context::Context,
    definition::judge as judge_definition,
    difference::{Aspects, Difference, Judgement, OfStart},
};
use self::{
    context::{Comparison, Found},
    properties::Depth,
    state_index::StateIndex,
    tasks::lateness,
};
use super::{
    cause,
    normalise::{Normaliser, Rewrites},
    observe::Observer,
    policy::{HistoryCompare, Policy},
    signature::{Shape, Term, foreign},
};
use crate::{
    job::{Job, Lane},
    raw::{Creation, RawExecution, RawRun},
};
#[cfg(feature = "sdk")]
pub(crate) use outcome::end;

/// The terms on which an engine's run is judged.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// How strictly the engine may be judged.
    pub policy: &'a Policy,
    /// Whether tasks reach the harness's workers.
    pub activities: bool,
    /// Whether the codes of refusals are AWS's: those of a linter are its own.
    pub codes: bool,
    /// How much longer than it should (milliseconds of ASL time) a control machine took beside the
    /// case: anything that is late by less than this does not count as late.
    pub overhead: Millis,
}

impl<'a> Terms<'a> {
    fn context(self, job: &'a Job) -> Context<'a> {
        Context {
            case: &job.case,
            machine: &job.machine,
            policy: self.policy,
            lane: job.lane,
            overhead: self.overhead,
            activities: self.activities,
        }
    }
}

/// Judges a run of a case.
pub fn judge(job: &Job, run: &RawRun, terms: Terms<'_>) -> Judgement {
    let context = terms.context(job);
    if let Creation::Refused { code, message } = &run.creation {
        return refusal(&context, code, message);
    }
    let mut observer = Observer::new(&run.names);
    let judge_start = |start: usize, expectation: &Expectation| {
        let raw = run.executions.get(start)?;
        let deadline = expectation
            .longest
            .saturating_add(context.policy.liveness_grace);
        if raw.status == Status::Running && raw.watched < deadline {
            return None;
        }
        let seen = observer.execution(raw);
        let context = Context {
            overhead: context.overhead.max(raw.lateness),
            ..context
        };
        let mut judgement = compare(&context, start, expectation, &seen);
        if !judgement.differences.is_empty() {
            identity::allow_for(&context, job, run, start, &mut judgement);
        }
        if !judgement.differences.is_empty() && raw.lateness > 0 {
            allow_for_lateness(job, start, raw, &seen, &mut judgement);
        }
        Some((judgement, Cow::Owned(seen)))
    };
    let mut judgement = judge_starts(&context, job, judge_start);
    judgement.rewrites.merge(&observer.rewrites());
    judgement
}

/// Judges observations instead of a raw run. Every execution counts as watched long enough.
pub fn judge_observed(job: &Job, seen: &[Cow<'_, Observation>], terms: Terms<'_>) -> Judgement {
    let context = terms.context(job);
    judge_starts(&context, job, |start, expectation| {
        let seen: &Observation = seen.get(start)?.as_ref();
        let judgement = compare(&context, start, expectation, seen);
        Some((judgement, Cow::Borrowed(seen)))
    })
}

/// Puts the judgements of all starts together. If one is missing, no aspect of the case counts as
/// judged.
fn judge_starts<'s>(
    context: &Context<'_>,
    job: &Job,
    mut judged: impl FnMut(usize, &Expectation) -> Option<(Judgement, Cow<'s, Observation>)>,
) -> Judgement {
    let mut judgement = Judgement {
        judged: Aspects::ALL,
        ..Judgement::default()
    };
    let mut room = context.overhead;
    for (start, expectation) in job.expectations.iter().enumerate() {
        let Some((here, observation)) = judged(start, expectation) else {
            judgement.judged = Aspects::NONE;
            judgement.starts.push(OfStart::default());
            continue;
        };
        let expected = &expectation.observation;
        // A machine whose clock is late may not have come as far until its own limit.
        let cut_off = |it: &Observation| it.status == Status::TimedOut;
        judgement.late |= expired(&observation) > expired(expected)
            || (cut_off(&observation) && cut_off(expected));
        let attempts = observation.attempts.values().map(Vec::len).sum();
        room = room.max(lateness(context.overhead, attempts));
        judgement.starts.push(OfStart::of(&here));
        judgement.merge(here);
    }
    if judgement.late && room > NOISE_MILLIS {
        judgement.set_aside_as_late(room, Difference::may_vary);
    }
    judgement
}

/// Sets aside what may be due to the harness being late: the aspects in which the reference comes out
/// otherwise with as much lateness.
fn allow_for_lateness(
    job: &Job,
    start: usize,
    raw: &RawExecution,
    seen: &Observation,
    judgement: &mut Judgement,
) {
    let Some(late) = job.under_lateness(start, raw.lateness) else {
        return;
    };
    let still_runs = raw.status == Status::Running && raw.watched < late.longest;
    // Where an engine legally comes to other tasks, what their workers did may decide anything.
    let misplayed = tasks::unattributed(seen);
    let explained = |aspect| {
        let first = late.affected.first();
        still_runs || first.is_some_and(|first| misplayed || aspect >= *first)
    };
    judgement.set_aside_as_late(raw.lateness, |it| it.may_vary() && explained(it.aspect));
}

/// How many time limits expired, as far as that is known. The machine's own limit is read from the
/// status, because not every history ends with an event for it.
fn expired(observation: &Observation) -> usize {
    let machine = observation.status == Status::TimedOut;
    let Some(history) = &observation.history else {
        let task = observation.error.as_deref() == Some("States.Timeout");
        return usize::from(machine || task);
    };
    let is_expiry = |event: &&Event| matches!(event.kind, EventKind::Work(_, Phase::TimedOut));
    usize::from(machine) + history.iter().filter(is_expiry).count()
}

/// Compares one start's observation with its expectation.
pub fn compare(
    context: &Context<'_>,
    start: usize,
    expectation: &Expectation,
    observation: &Observation,
) -> Judgement {
    let mut judgement = Judgement {
        judged: Aspects::ALL,
        ..Judgement::default()
    };
    compare_into(context, start, expectation, observation, &mut judgement);
    judgement
}

fn compare_into(
    context: &Context<'_>,
    start: usize,
    expectation: &Expectation,
    observation: &Observation,
    judgement: &mut Judgement,
) {
    let admitted = context.admitted(&expectation.observation, observation);
    if same(context, admitted, &expectation.observation, observation) {
        judgement.judged = judgement.judged.and(admitted);
        return;
    }
    let case = json!([context.case.definition, context.case.starts]).to_string();
    let states = StateIndex::of(context.machine);
    let normalise = |observation: &Observation| -> (Observation, Rewrites) {
        let mut observation = observation.clone();
        let mut normaliser = Normaliser::new(&case, states.races(), context.policy.cause);
        normaliser.observation(&mut observation);
        (observation, normaliser.rewrites())
    };
    let (expected, _) = normalise(&expectation.observation);
    let (actual, rewrites) = normalise(observation);
    judgement.rewrites.merge(&rewrites);
    let comparison = Comparison::new(context, &states, &expected, &actual);
    let poisoned = poisoned(expectation, observation);
    let known = expectation.assumed_from;
    judgement.departs = known.is_some_and(|known| comparison.departs_within(known));
    let judged = judge_roots(&comparison, start, (admitted, poisoned), judgement);
    judgement.judged = judgement.judged.and(judged);
}

/// Whether a machine has a state of this kind in a scope of this kind, both as a signature writes
/// them.
pub fn has_state(machine: &Machine, kind: &str, parent: &str) -> bool {
    let states = StateIndex::of(machine);
    let mut numbers = 0..states.entries().len();
    numbers.any(|state| states.kinds(Some(state)) == (kind, parent))
}

/// The judgement of a machine that the engine refused. It is a difference, because every case's
/// machine is valid.
fn refusal(context: &Context<'_>, code: &str, message: &str) -> Judgement {
    let states = StateIndex::of(context.machine);
    let state = states.entries().iter().position(|entry| {
        let pointer = format!("/States/{}", entry.name);
        let rest = message.split_once(&pointer).map(|(_, rest)| rest);
        rest.is_some_and(|rest| !rest.starts_with(|it: char| it.is_alphanumeric()))
    });
    let refused = Term::of("refused", foreign(code)).told_by(cause::refusal(message));
    let found = Found {
        aspect: Aspect::Acceptance,
        state,
        shape: Shape::sides(Term::new("accepted"), refused),
        expected: json!("accepted"),
        actual: json!({ "refused": code, "message": message }),
    };
    let mut judgement = Judgement {
        judged: [Aspect::Acceptance].into_iter().collect(),
        ..Judgement::default()
    };
    judgement.add(false, found.difference(0, &states));
    judgement
}

/// Whether two observations are equal in every admitted aspect before normalisation. False means
/// nothing: normalisation may still make them equal.
fn same(
    context: &Context<'_>,
    admitted: Aspects,
    expected: &Observation,
    actual: &Observation,
) -> bool {
    let outputs = match (&expected.output, &actual.output) {
        (Some(expected), Some(actual)) => equal(expected, actual),
        (None, None) => true,
        _ => false,
    };
    outputs
        && expected.status == actual.status
        && expected.error == actual.error
        && (!admitted.contains(Aspect::Attempts)
            || tasks::same(&expected.attempts, &actual.attempts))
        && (!admitted.contains(Aspect::Cause) || expected.cause == actual.cause)
        && (!admitted.contains(Aspect::Timing) || same_times(expected, actual))
        && same_history(context, admitted, expected, actual)
}

/// Whether all times since the start are exactly equal.
fn same_times(expected: &Observation, actual: &Observation) -> bool {
    fn times(observation: &Observation) -> impl Iterator<Item = Millis> {
        let events = observation.history.as_deref().unwrap_or_default();
        events.iter().map(|event| event.at.since(events[0].at))
    }
    expected.duration == actual.duration
        && tasks::same_times(&expected.attempts, &actual.attempts)
        && times(expected).eq(times(actual))
}

fn same_history(
    context: &Context<'_>,
    admitted: Aspects,
    expected: &Observation,
    actual: &Observation,
) -> bool {
    let (Some(expected), Some(actual)) = (&expected.history, &actual.history) else {
        return true;
    };
    if context.policy.history > HistoryCompare::Ignore && !properties::is_history(actual) {
        return false;
    }
    if admitted.contains(Aspect::History) {
        return history::same(expected, actual, context.policy.history);
    }
    let entered = |events: &'_ [Event]| -> Vec<Option<Name>> {
        let entered = events
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Entered(_)));
        entered.map(|event| event.details.name.clone()).collect()
    };
    !admitted.contains(Aspect::Path) || entered(expected) == entered(actual)
}

/// The aspects in which a difference does not count.
fn poisoned(expectation: &Expectation, observation: &Observation) -> Aspects {
    let mut poisoned: Aspects = expectation.poisoned.iter().copied().collect();
    if tasks::unattributed(observation) {
        // Where an engine may legally come to other tasks, what their workers did may decide anything.
        if poisoned.contains(Aspect::Path) || poisoned.contains(Aspect::Attempts) {
            return Aspects::ALL;
        }
        for aspect in [
            Aspect::Attempts,
            Aspect::Effects,
            Aspect::Cause,
            Aspect::History,
            Aspect::Timing,
        ] {
            poisoned.insert(aspect);
        }
    }
    poisoned
}

/// Adds the root differences to the judgement; returns the aspects that agreed or were the root.
fn judge_roots(
    comparison: &Comparison<'_>,
    start: usize,
    (admitted, poisoned): (Aspects, Aspects),
    judgement: &mut Judgement,
) -> Aspects {
    let mut judged = admitted;
    for root in admitted.iter() {
        let found = differences(comparison, root);
        if found.is_empty() {
            continue;
        }
        let is_poisoned = poisoned.contains(root);
        for found in found {
            judgement.add(is_poisoned, found.difference(start, comparison.states));
        }
        if !is_poisoned {
            let mut judged = judged.before(root);
            judged.insert(root);
            return judged;
        }
        judged = judged.without(root);
        // Later differences may follow from this poisoned one. Timing, however, does not follow
        // from the content of a history.
        if root != Aspect::History {
            judged = judged.before(root);
            break;
        }
    }
    judge_properties(comparison, start, judgement);
    judged
}

/// The differences in one aspect.
fn differences(comparison: &Comparison<'_>, aspect: Aspect) -> Vec<Found> {
    let found = match aspect {
        Aspect::Acceptance | Aspect::Diagnostics | Aspect::Answer => None,
        Aspect::Liveness => outcome::liveness(comparison),
        Aspect::Status => outcome::status(comparison),
        Aspect::Error => outcome::error(comparison),
        Aspect::Output => outcome::output(comparison),
        Aspect::Path => path::difference(comparison),
        Aspect::Attempts => tasks::attempts(comparison),
        Aspect::Effects => tasks::effects(comparison),
        Aspect::Cause => outcome::cause(comparison),
        Aspect::History => {
            // What is no chain of events is told beside what else it makes differ.
            let broken =
                |it: &Observation| properties::broken_chain(comparison.context.machine, it);
            let mut found = unexpected(comparison, broken);
            found.extend(history::differences(comparison));
            return found;
        }
        Aspect::Timing => tasks::timing(comparison),
    };
    found.into_iter().collect()
}

/// The violations of properties, except for those that are expected: of an engine with deviations that
/// may be any.
fn unexpected(
    comparison: &Comparison<'_>,
    violations: impl Fn(&Observation) -> Vec<Found>,
) -> Vec<Found> {
    let mut found = violations(comparison.actual.observation);
    if !found.is_empty() {
        let expected = violations(comparison.expected.observation);
        found.retain(|it| !expected.contains(it));
    }
    found
}

/// Checks the properties. A violation counts even if several outcomes are legal, and even if
/// everything that was compared agrees.
fn judge_properties(comparison: &Comparison<'_>, start: usize, judgement: &mut Judgement) {
    let (context, actual) = (comparison.context, comparison.actual.observation);
    if tasks::unattributed(actual) {
        return;
    }
    let timing = context.policy.timing.as_ref();
    let depth = Depth {
        history: actual
            .history
            .as_ref()
            .map_or(HistoryCompare::Ignore, |_| context.policy.history),
        early: timing
            .filter(|_| context.lane == Lane::Quiet)
            .map(|it| it.early),
    };
    let violations = |it: &Observation| properties::violations(context.machine, it, depth);
    for found in unexpected(comparison, violations) {
        judgement.add(false, found.difference(start, comparison.states));
    }
}
