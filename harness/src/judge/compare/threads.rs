//! Finds the state to which each event belongs.
//!
//! `…StateEntered`, `…StateExited` and iteration events name their state. All others are attached
//! through `previousEventId`. If an engine's chain is broken, the event is attached to the most
//! likely state, and the broken link is reported as a difference of its own.

use std::collections::HashMap;

use stepproof_specs::{
    asl::StateType,
    history::{Event, EventKind, Phase},
};

use super::state_index::StateIndex;

/// The events of one execution, each with its state.
#[derive(Debug)]
pub struct Threads<'a> {
    /// The events in emission order.
    pub events: &'a [Event],
    /// For each event, the state it belongs to.
    pub states: Vec<Option<usize>>,
    /// For each event, the position of its predecessor in its thread.
    pub previous: Vec<Option<usize>>,
}

impl<'a> Threads<'a> {
    /// Attaches every event to a state.
    pub fn of(events: &'a [Event], index: &StateIndex<'_>) -> Self {
        let positions: HashMap<i64, usize> = events
            .iter()
            .enumerate()
            .map(|(position, event)| (event.id, position))
            .collect();
        let mut weaver = Weaver {
            index,
            events,
            states: Vec::with_capacity(events.len()),
            open: vec![0; index.entries().len()],
            latest: Vec::new(),
        };
        let mut previous = Vec::with_capacity(events.len());
        for (position, event) in events.iter().enumerate() {
            let before = positions
                .get(&event.previous)
                .copied()
                .filter(|before| *before < position);
            weaver.attach(event, before);
            previous.push(before);
        }
        Self {
            events,
            states: weaver.states,
            previous,
        }
    }

    /// The state in which the event arose. For an event that passes on a failure, the state that
    /// failed.
    pub fn origin(&self, mut position: usize) -> Option<usize> {
        while passes_failure_on(self.events[position].kind) {
            match self.previous[position] {
                Some(before) => position = before,
                None => break,
            }
        }
        self.states[position]
    }
}

/// Whether an event only passes on a failure to the enclosing scope.
pub fn passes_failure_on(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Failed(_) | EventKind::Iteration(Phase::Failed) | EventKind::ExecutionFailed
    )
}

struct Weaver<'a, 'b> {
    index: &'b StateIndex<'a>,
    events: &'b [Event],
    states: Vec<Option<usize>>,
    open: Vec<u32>,
    /// The states that were entered, latest last.
    latest: Vec<usize>,
}

impl Weaver<'_, '_> {
    fn attach(&mut self, event: &Event, before: Option<usize>) {
        let inherited = before.and_then(|before| self.states[before]);
        let named = event
            .details
            .name
            .as_deref()
            .and_then(|name| self.index.named(name));
        let state = match event.kind {
            EventKind::Entered(_) | EventKind::Exited(_) | EventKind::Iteration(_) => named,
            EventKind::Started(kind) | EventKind::Succeeded(kind) | EventKind::Failed(kind) => {
                self.container(kind, before, inherited)
            }
            EventKind::Work(..) => inherited
                .filter(|state| self.kind(*state) == StateType::Task)
                .or_else(|| self.open_state(StateType::Task)),
            EventKind::Aborted(kind) => self.open_state(kind),
            _ => inherited,
        };
        self.track(event.kind, state);
        self.states.push(state);
    }

    fn kind(&self, state: usize) -> StateType {
        self.index.entry(state).kind()
    }

    /// The innermost state of this kind that encloses the previous event and has not been left.
    fn container(
        &self,
        kind: StateType,
        before: Option<usize>,
        inherited: Option<usize>,
    ) -> Option<usize> {
        let left = before.is_some_and(|before| {
            matches!(
                self.events[before].kind,
                EventKind::Exited(_) | EventKind::Failed(_)
            )
        });
        inherited
            .and_then(|state| {
                self.index
                    .outwards(state)
                    .skip(usize::from(left))
                    .find(|state| self.kind(*state) == kind && self.open[*state] > 0)
            })
            .or_else(|| self.open_state(kind))
    }

    fn open_state(&self, kind: StateType) -> Option<usize> {
        self.latest
            .iter()
            .rev()
            .copied()
            .find(|state| self.kind(*state) == kind && self.open[*state] > 0)
    }

    fn track(&mut self, kind: EventKind, state: Option<usize>) {
        let Some(state) = state else { return };
        match kind {
            EventKind::Entered(_) => {
                self.open[state] += 1;
                self.latest.push(state);
            }
            EventKind::Exited(_) | EventKind::Aborted(_) => {
                self.open[state] = self.open[state].saturating_sub(1);
            }
            _ => {}
        }
    }
}
