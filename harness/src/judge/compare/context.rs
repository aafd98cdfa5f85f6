//! The comparison context: the terms for a case, and both observations after normalisation.

use serde_json::Value;
use stepproof_specs::{
    asl::Machine,
    base::time::Millis,
    clause::Aspect,
    history::{Event, EventKind},
    observation::Observation,
    scenario::case::ExecutionCase,
};

use super::{
    difference::{Aspects, Difference},
    locate::{Parting, departs_within, parting},
    state_index::StateIndex,
    threads::Threads,
};
use crate::{
    job::Lane,
    judge::{
        cause,
        policy::{HistoryCompare, Policy},
        signature::{Shape, Signature},
    },
};

/// The terms under which observations of a case are compared.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The case.
    pub case: &'a ExecutionCase,
    /// Its machine.
    pub machine: &'a Machine,
    /// How strictly the engine may be judged.
    pub policy: &'a Policy,
    /// Whether timing may be judged.
    pub lane: Lane,
    /// How late things may be (milliseconds of ASL time): what a control machine beside the case took
    /// longer than it should, or how late the harness was, if that is more.
    pub overhead: Millis,
    /// Whether tasks reach the harness's workers.
    pub activities: bool,
}

impl Context<'_> {
    /// The aspects that can be compared, given the policy and what both observations contain.
    pub(super) fn admitted(&self, expected: &Observation, actual: &Observation) -> Aspects {
        let mut admitted: Aspects = [
            Aspect::Acceptance,
            Aspect::Liveness,
            Aspect::Status,
            Aspect::Error,
            Aspect::Output,
        ]
        .into_iter()
        .collect();
        let histories = expected.history.is_some() && actual.history.is_some();
        if histories && self.policy.history >= HistoryCompare::Path {
            admitted.insert(Aspect::Path);
        }
        if histories && self.policy.history >= HistoryCompare::Kinds {
            admitted.insert(Aspect::History);
        }
        if self.activities {
            admitted.insert(Aspect::Attempts);
            admitted.insert(Aspect::Effects);
        }
        let (error, cause) = (expected.error.as_deref(), expected.cause.as_deref());
        if cause::judged(self.policy.cause, error, cause) {
            admitted.insert(Aspect::Cause);
        }
        if self.lane == Lane::Quiet && self.policy.timing.is_some() {
            admitted.insert(Aspect::Timing);
        }
        admitted
    }
}

/// A difference before it has a signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub(super) aspect: Aspect,
    /// The state's number in the state index.
    pub(super) state: Option<usize>,
    pub(super) shape: Shape,
    pub(super) expected: Value,
    pub(super) actual: Value,
}

impl Found {
    pub(super) fn difference(self, start: usize, states: &StateIndex<'_>) -> Difference {
        let signature = Signature::new(self.aspect, states.kinds(self.state), self.shape);
        let name = self.state.map(|state| states.entry(state).name.to_string());
        Difference::new(start, name, signature, (self.expected, self.actual))
    }
}

/// One side of a comparison.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pub(super) observation: &'a Observation,
    pub(super) threads: Option<Threads<'a>>,
}

impl<'a> Side<'a> {
    fn new(observation: &'a Observation, states: &StateIndex<'_>) -> Self {
        Self {
            observation,
            threads: observation
                .history
                .as_deref()
                .map(|events| Threads::of(events, states)),
        }
    }

    pub(super) fn events(&self) -> &'a [Event] {
        self.threads.as_ref().map_or(&[], |threads| threads.events)
    }

    /// The state to which the event at a position belongs.
    pub(super) fn state(&self, position: usize) -> Option<usize> {
        self.threads.as_ref()?.states[position]
    }

    /// The position of the event that precedes the one at `position` in its thread.
    pub(super) fn before(&self, position: usize) -> Option<usize> {
        self.threads.as_ref()?.previous[position]
    }

    /// How often each state was entered.
    pub(super) fn visits(&self, states: &StateIndex<'_>) -> Vec<usize> {
        let mut visits = vec![0; states.entries().len()];
        for (position, event) in self.events().iter().enumerate() {
            if let (EventKind::Entered(_), Some(state)) = (event.kind, self.state(position)) {
                visits[state] += 1;
            }
        }
        visits
    }

    /// The state whose failure made the execution fail.
    pub(super) fn died(&self) -> Option<usize> {
        let threads = self.threads.as_ref()?;
        let end = threads
            .events
            .iter()
            .rposition(|event| event.kind == EventKind::ExecutionFailed)?;
        threads.origin(end)
    }
}

/// Two normalised observations with the context in which they are compared.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) states: &'a StateIndex<'a>,
    pub(super) expected: Side<'a>,
    pub(super) actual: Side<'a>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        states: &'a StateIndex<'a>,
        expected: &'a Observation,
        actual: &'a Observation,
    ) -> Self {
        Self {
            context,
            states,
            expected: Side::new(expected, states),
            actual: Side::new(actual, states),
        }
    }

    /// What the reference expects, and what the engine was seen to do.
    pub(super) fn observations(&self) -> (&'a Observation, &'a Observation) {
        (self.expected.observation, self.actual.observation)
    }

    /// Whether the histories differ in what so many events of the expected one say, if the engine's can be
    /// relied on.
    pub(super) fn departs_within(&self, events: usize) -> bool {
        let threads = self.expected.threads.as_ref();
        let threads = threads.zip(self.actual.threads.as_ref());
        let threads = threads.filter(|_| self.context.policy.history > HistoryCompare::Ignore);
        threads.is_some_and(|(expected, actual)| {
            departs_within(self.states, (expected, events), actual)
        })
    }

    /// The first state at which the histories differ.
    pub(super) fn parting(&self) -> Option<Parting<'a>> {
        parting(
            self.states,
            self.expected.threads.as_ref()?,
            self.actual.threads.as_ref()?,
        )
    }
}
