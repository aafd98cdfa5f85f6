//! Properties of a single observation, which hold whatever the reference expects.
//!
//! They hold even if several outcomes are legal, so a race cannot hide a task that is run too
//! often, or a transition that the machine does not have. `tests/properties.rs` checks them on
//! recordings of AWS: a property that AWS violates would be wrong.

mod answer;
mod chain;
mod maps;
mod tasks;
mod times;
mod walk;

#[cfg(test)]
mod tests;

use serde_json::Value;
use stepproof_specs::{
    asl::Machine,
    base::time::Millis,
    clause::{Aspect, Basis, Clause},
    history::{Event, EventKind},
    observation::Observation,
};

use super::{context::Found, state_index::StateIndex, threads::Threads};
use crate::judge::{policy::HistoryCompare, signature::Shape};

/// A property that holds for every observation.
#[derive(Debug)]
pub struct Property {
    /// Its name in signatures.
    pub name: &'static str,
    /// What it requires.
    pub sentence: &'static str,
    /// The kind of evidence for it.
    pub basis: Basis,
    /// Where it is documented or was observed.
    pub source: &'static str,
    /// The corresponding clause, if the reference has one.
    pub clause: Option<Clause>,
    /// The least depth to which the history must be judged to check it.
    pub least: HistoryCompare,
    violations: fn(&Check<'_>) -> Vec<Violation>,
}

/// All properties.
pub fn all() -> impl Iterator<Item = &'static Property> {
    let tables = [
        answer::PROPERTIES,
        tasks::PROPERTIES,
        walk::PROPERTIES,
        chain::IS_CHAIN,
        chain::PROPERTIES,
        maps::PROPERTIES,
        times::PROPERTIES,
    ];
    tables.into_iter().flatten()
}

/// How deeply an observation is checked.
#[derive(Debug, Clone, Copy)]
pub struct Depth {
    /// The depth to which its history may be judged.
    pub history: HistoryCompare,
    /// How much too early (milliseconds of ASL time) something may happen; absent if timing is not
    /// judged.
    pub early: Option<Millis>,
}

/// The properties that an observation violates.
pub fn violations(machine: &Machine, observation: &Observation, depth: Depth) -> Vec<Found> {
    let judged = all().filter(|property| property.least <= depth.history);
    violated(judged, machine, observation, depth.early)
}

/// Those that make its history no chain of events.
pub(super) fn broken_chain(machine: &Machine, observation: &Observation) -> Vec<Found> {
    violated(chain::IS_CHAIN.iter(), machine, observation, None)
}

fn violated(
    properties: impl Iterator<Item = &'static Property>,
    machine: &Machine,
    observation: &Observation,
    early: Option<Millis>,
) -> Vec<Found> {
    let states = StateIndex::of(machine);
    let threads = Threads::of(observation.history.as_deref().unwrap_or_default(), &states);
    let check = Check {
        machine,
        states: &states,
        threads: &threads,
        observation,
        early,
    };
    properties.flat_map(|it| it.found(&check)).collect()
}

/// Whether events can be a history at all: numbered, linked backwards, and in the order of their
/// times. What is not violates a property, however equal it may be to what is compared of it.
pub fn is_history(events: &[Event]) -> bool {
    let numbered = (1..).zip(events).all(|(id, event)| event.id == id);
    let ordered = events.windows(2).all(|pair| pair[0].at <= pair[1].at);
    numbered && ordered && events.iter().all(chain::is_linked)
}

/// The clause of the property that a shape names.
pub fn clause(shape: &Shape) -> Option<Clause> {
    let name = shape.property()?;
    all().find(|property| property.name == name)?.clause
}

/// A violation: the aspect and the state, what was required, and what was seen.
struct Violation {
    aspect: Aspect,
    state: Option<usize>,
    due: Value,
    seen: Value,
}

impl Property {
    fn found(&self, check: &Check<'_>) -> impl Iterator<Item = Found> {
        let violations = (self.violations)(check).into_iter();
        violations.map(|it| Found {
            aspect: it.aspect,
            state: it.state,
            shape: Shape::violated(self.name),
            expected: it.due,
            actual: it.seen,
        })
    }
}

impl Violation {
    fn of_history(state: Option<usize>, due: Value, seen: Value) -> Self {
        Self {
            aspect: Aspect::History,
            state,
            due,
            seen,
        }
    }
}

/// One observation, with its events attached to the machine's states.
struct Check<'a> {
    machine: &'a Machine,
    states: &'a StateIndex<'a>,
    threads: &'a Threads<'a>,
    observation: &'a Observation,
    early: Option<Millis>,
}

impl<'a> Check<'a> {
    /// Every event with its state.
    fn events(&self) -> impl DoubleEndedIterator<Item = (&'a Event, Option<usize>)> + '_ {
        let states = self.threads.states.iter().copied();
        self.threads.events.iter().zip(states)
    }

    /// The numbers of the machine's states.
    fn states(&self) -> std::ops::Range<usize> {
        0..self.states.entries().len()
    }

    /// The events of a state.
    fn of(&self, state: usize) -> impl Iterator<Item = &'a Event> + '_ {
        let events = self.events();
        events.filter_map(move |(event, at)| (at == Some(state)).then_some(event))
    }

    /// The number of events of this kind that a state has.
    fn count(&self, state: usize, kind: impl Fn(EventKind) -> bool) -> usize {
        self.of(state).filter(|event| kind(event.kind)).count()
    }
}
