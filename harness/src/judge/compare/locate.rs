//! Finds the first state at which two histories differ.
//!
//! Both histories are reduced to what every engine must show in some way (entered with this input,
//! left with this output, failed with this error), and compared in the reference's order.

use serde_json::Value;
use stepproof_specs::{
    base::json::equal,
    history::{Event, EventKind},
};

use super::{
    state_index::StateIndex,
    threads::{Threads, passes_failure_on},
    value,
};
use crate::judge::signature::Shape;

/// Where two histories start to differ.
#[derive(Debug, Clone, Copy)]
pub struct Parting<'a> {
    /// The state.
    pub state: usize,
    /// The outputs with which the state was left, if both sides left it and only the outputs
    /// differ.
    pub outputs: Option<(&'a Value, &'a Value)>,
}

impl Parting<'_> {
    /// The shape of the difference between the outputs.
    pub fn shape(&self) -> Option<Shape> {
        let (expected, actual) = self.outputs?;
        value::shape(Some(expected), Some(actual))
    }
}

/// A step of a history that every engine must show.
#[derive(Debug, Clone, Copy)]
struct Step<'a> {
    /// The position of its event.
    position: usize,
    state: usize,
    what: What<'a>,
}

#[derive(Debug, Clone, Copy)]
enum What<'a> {
    Entered(Option<&'a Value>),
    Started,
    Exited(Option<&'a Value>),
    Died(Option<&'a str>),
}

/// The first state at which the histories differ; `None` if every step agrees. If an enclosing
/// state was started more or less often in the same number of visits, the outermost such state is
/// returned instead, because it caused the difference.
pub fn parting<'a>(
    states: &StateIndex<'_>,
    expected: &Threads<'a>,
    actual: &Threads<'a>,
) -> Option<Parting<'a>> {
    let wanted: Vec<Step<'_>> = steps(expected).collect();
    let found: Vec<Step<'_>> = steps(actual).collect();
    let restarted = restarted(states, &wanted, &found);
    let parting = first_difference(states, &wanted, found)?;
    let around = states.outwards(parting.state).filter(|it| restarted[*it]);
    Some(around.last().map_or(parting, |state| Parting {
        state,
        outputs: None,
    }))
}

/// Whether a step that so many events of the expected history show is missing in the other one.
pub fn departs_within(
    states: &StateIndex<'_>,
    (expected, events): (&Threads<'_>, usize),
    actual: &Threads<'_>,
) -> bool {
    let mut found = Pool::new(states, steps(actual).collect());
    let mut wanted = steps(expected).take_while(|step| step.position < events);
    wanted.any(|step| found.take(states, &step).is_err())
}

fn first_difference<'a>(
    states: &StateIndex<'_>,
    wanted: &[Step<'a>],
    found: Vec<Step<'a>>,
) -> Option<Parting<'a>> {
    let mut found = Pool::new(states, found);
    for step in wanted {
        if let Err(instead) = found.take(states, step) {
            return Some(Parting {
                state: step.state,
                outputs: instead.and_then(|instead| outputs(&step.what, &instead.what)),
            });
        }
    }
    found.rest().map(|step| Parting {
        state: step.state,
        outputs: None,
    })
}

/// For each state, whether the sides started it a different number of times in equally many visits.
fn restarted(states: &StateIndex<'_>, wanted: &[Step<'_>], found: &[Step<'_>]) -> Vec<bool> {
    let mut balance = vec![(0_i64, 0_i64); states.entries().len()];
    let mut starts = vec![false; states.entries().len()];
    for (steps, weight) in [(wanted, 1), (found, -1)] {
        for step in steps {
            match step.what {
                What::Entered(_) => balance[step.state].0 += weight,
                What::Started => {
                    balance[step.state].1 += weight;
                    starts[step.state] |= weight < 0;
                }
                _ => {}
            }
        }
    }
    let restarted =
        |(balance, starts): (&(i64, i64), &bool)| balance.0 == 0 && balance.1 != 0 && *starts;
    balance.iter().zip(&starts).map(restarted).collect()
}

fn outputs<'a>(expected: &What<'a>, actual: &What<'a>) -> Option<(&'a Value, &'a Value)> {
    match (expected, actual) {
        (What::Exited(Some(expected)), What::Exited(Some(actual))) => Some((expected, actual)),
        _ => None,
    }
}

fn steps<'t, 'a>(threads: &'t Threads<'a>) -> impl Iterator<Item = Step<'a>> + use<'t, 'a> {
    let events = threads.events.iter().enumerate();
    events.filter_map(|(position, event)| {
        let what = what(threads, position, event)?;
        let state = match what {
            What::Died(_) => threads.origin(position)?,
            _ => threads.states[position]?,
        };
        Some(Step {
            position,
            state,
            what,
        })
    })
}

fn what<'a>(threads: &Threads<'a>, position: usize, event: &'a Event) -> Option<What<'a>> {
    match event.kind {
        EventKind::Entered(_) => Some(What::Entered(event.details.input.as_deref())),
        EventKind::Exited(_) => Some(What::Exited(event.details.output.as_deref())),
        EventKind::Started(_) => Some(What::Started),
        EventKind::ExecutionTimedOut => Some(What::Died(Some("timed out"))),
        kind if passes_failure_on(kind) && !follows_failure(threads, position) => {
            Some(What::Died(error(threads, position)))
        }
        _ => None,
    }
}

/// Whether an earlier event has already passed on the same failure.
fn follows_failure(threads: &Threads<'_>, position: usize) -> bool {
    threads.previous[position]
        .is_some_and(|before| (before..position).any(|earlier| carries(threads, earlier, before)))
}

/// Whether the event passes on the failure of the event at `failed`.
fn carries(threads: &Threads<'_>, position: usize, failed: usize) -> bool {
    passes_failure_on(threads.events[position].kind)
        && (position == failed || threads.previous[position] == Some(failed))
}

/// The error name in the event, or in a later one that passes on the same failure.
fn error<'a>(threads: &Threads<'a>, position: usize) -> Option<&'a str> {
    let failed = threads.previous[position].unwrap_or(position);
    (position..threads.events.len())
        .filter(|later| *later == position || carries(threads, *later, failed))
        .find_map(|later| {
            let failure = threads.events[later].details.failure.as_deref()?;
            failure.error.as_deref()
        })
}

impl What<'_> {
    fn is(&self, other: &What<'_>) -> bool {
        let same = |left: Option<&Value>, right: Option<&Value>| match (left, right) {
            (Some(left), Some(right)) => equal(left, right),
            // An engine that does not show data is not judged by it.
            _ => true,
        };
        match (self, other) {
            (Self::Entered(left), What::Entered(right))
            | (Self::Exited(left), What::Exited(right)) => same(*left, *right),
            (Self::Started, What::Started) => true,
            (Self::Died(left), What::Died(right)) => left == right,
            _ => false,
        }
    }
}

/// The steps of an engine, which are taken out one by one.
struct Pool<'a> {
    steps: Vec<Option<Step<'a>>>,
    by_state: Vec<Vec<usize>>,
    starts: Vec<bool>,
}

impl<'a> Pool<'a> {
    fn new(states: &StateIndex<'_>, steps: Vec<Step<'a>>) -> Self {
        let mut by_state = vec![Vec::new(); states.entries().len()];
        let mut starts = vec![false; states.entries().len()];
        for (position, step) in steps.iter().enumerate() {
            by_state[step.state].push(position);
            starts[step.state] |= matches!(step.what, What::Started);
        }
        for positions in &mut by_state {
            positions.reverse();
        }
        Self {
            steps: steps.into_iter().map(Some).collect(),
            by_state,
            starts,
        }
    }

    /// Takes out the matching step of the same state: the next one, or any one if their order is
    /// arbitrary. If there is none, returns the next step of the state as the error.
    fn take(&mut self, states: &StateIndex<'_>, wanted: &Step<'_>) -> Result<(), Option<Step<'a>>> {
        if matches!(wanted.what, What::Started) && !self.starts[wanted.state] {
            return Ok(());
        }
        let positions = &mut self.by_state[wanted.state];
        let next = positions.last().and_then(|position| self.steps[*position]);
        let chosen = if states.entry(wanted.state).unordered {
            positions.iter().rposition(|position| {
                self.steps[*position].is_some_and(|step| wanted.what.is(&step.what))
            })
        } else if next.is_some_and(|step| wanted.what.is(&step.what)) {
            Some(positions.len() - 1)
        } else {
            None
        };
        let Some(chosen) = chosen else {
            return Err(next);
        };
        self.steps[positions.remove(chosen)] = None;
        Ok(())
    }

    fn rest(&self) -> Option<Step<'a>> {
        self.steps.iter().flatten().next().copied()
    }
}
