//! Compares the events of each state, and the links between them.
//!
//! Not compared: the interleaving of states, timestamps, and `previousEventId` where AWS itself is
//! not reliable (recorded: a distributed Map's exit, `EvaluationFailed`) or where it depends on
//! which thread was faster.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::StateType,
    clause::Aspect,
    history::{Details, Event, EventKind, TaskDetails},
};

use super::{
    context::{Comparison, Found},
    value,
};
use crate::judge::{
    cause,
    policy::{CauseCompare, HistoryCompare},
    signature::{Shape, Term},
};

/// A group of events that are compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Execution,
    State(usize),
    Iterations(usize),
    Aborts(StateType),
    Stray,
}

/// Whether the histories are equal event by event. False means nothing: the order may be arbitrary.
pub fn same(expected: &[Event], actual: &[Event], depth: HistoryCompare) -> bool {
    expected.len() == actual.len()
        && expected.iter().zip(actual).all(|(expected, actual)| {
            expected.kind == actual.kind
                && expected.id == actual.id
                && (depth < HistoryCompare::Details
                    || expected.previous == actual.previous
                        && same_details(&expected.details, &actual.details))
        })
}

fn same_details(expected: &Details, actual: &Details) -> bool {
    expected.name == actual.name
        && expected.input == actual.input
        && expected.output == actual.output
        && expected.failure == actual.failure
        && same_task(expected.task.as_deref(), actual.task.as_deref())
        && expected.length == actual.length
        && expected.index == actual.index
        && expected.assigned == actual.assigned
        && expected.evaluation == actual.evaluation
}

/// Ignores the worker's name, which is arbitrary. Details without any content equal absent details.
fn same_task(expected: Option<&TaskDetails>, actual: Option<&TaskDetails>) -> bool {
    fn told(task: Option<&TaskDetails>) -> Option<impl PartialEq> {
        let task = task?;
        let says = (
            (&task.resource, &task.resource_type, &task.region),
            (&task.timeout_in_seconds, &task.heartbeat_in_seconds),
        );
        (says != ((&None, &None, &None), (&None, &None))).then_some(says)
    }
    told(expected) == told(actual)
}

/// Every distinct difference.
pub fn differences(comparison: &Comparison<'_>) -> Vec<Found> {
    let (Some(expected), Some(actual)) = (&comparison.expected.threads, &comparison.actual.threads)
    else {
        return Vec::new();
    };
    if same(
        expected.events,
        actual.events,
        comparison.context.policy.history,
    ) {
        return Vec::new();
    }
    let mut events = Events {
        comparison,
        found: Vec::new(),
    };
    let expected = groups(comparison, false);
    let mut actual = groups(comparison, true);
    for (group, expected) in &expected {
        let actual = actual.remove(group).unwrap_or_default();
        events.group(*group, expected, &actual);
    }
    for (group, actual) in &actual {
        events.group(*group, &[], actual);
    }
    roots(comparison, events.found)
}

/// Keeps only the first difference in data, because wrong data propagates from state to state.
fn roots(comparison: &Comparison<'_>, found: Vec<Found>) -> Vec<Found> {
    let Some(parting) = comparison.parting() else {
        return found;
    };
    let (data, mut roots): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(|found| is_data(&found.shape));
    let arose = data.iter().position(|it| it.state == Some(parting.state));
    roots.extend(data.into_iter().nth(arose.unwrap_or(0)));
    roots
}

/// Whether a shape is about data that passes from state to state.
fn is_data(shape: &Shape) -> bool {
    matches!(shape, Shape::Detail { key, .. } if key == "input" || key == "output")
}

fn groups(comparison: &Comparison<'_>, actual: bool) -> BTreeMap<Group, Vec<usize>> {
    let side = if actual {
        &comparison.actual
    } else {
        &comparison.expected
    };
    let mut groups: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
    let Some(threads) = &side.threads else {
        return groups;
    };
    for (position, event) in threads.events.iter().enumerate() {
        let group = match (event.kind, threads.states[position]) {
            (kind, _) if of_the_execution(kind) => Group::Execution,
            (EventKind::Aborted(kind), _) => Group::Aborts(kind),
            (EventKind::Iteration(_), Some(state)) => Group::Iterations(state),
            (_, Some(state)) => Group::State(state),
            (_, None) => Group::Stray,
        };
        groups.entry(group).or_default().push(position);
    }
    groups
}

fn of_the_execution(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ExecutionStarted
            | EventKind::ExecutionSucceeded
            | EventKind::ExecutionFailed
            | EventKind::ExecutionTimedOut
            | EventKind::ExecutionAborted
    )
}

struct Events<'a, 'b> {
    comparison: &'b Comparison<'a>,
    found: Vec<Found>,
}

impl Events<'_, '_> {
    fn event(&self, actual: bool, position: usize) -> &Event {
        let side = if actual {
            &self.comparison.actual
        } else {
            &self.comparison.expected
        };
        &side
            .threads
            .as_ref()
            .expect("both sides have events")
            .events[position]
    }

    fn add(&mut self, state: Option<usize>, shape: Shape, expected: Value, actual: Value) {
        let known = |it: &Found| it.shape == shape && it.state == state;
        if !self.found.iter().any(known) {
            self.found.push(Found {
                aspect: Aspect::History,
                state,
                shape,
                expected,
                actual,
            });
        }
    }

    fn group(&mut self, group: Group, expected: &[usize], actual: &[usize]) {
        let state = match group {
            Group::State(state) | Group::Iterations(state) => Some(state),
            Group::Aborts(_) => expected
                .first()
                .and_then(|position| self.comparison.expected.state(*position))
                .or_else(|| self.comparison.actual.state(*actual.first()?)),
            Group::Execution | Group::Stray => None,
        };
        if self.kinds(state, expected, actual) {
            return;
        }
        let states = self.comparison.states;
        let unordered = match group {
            Group::State(state) => states.entry(state).unordered,
            Group::Iterations(state) => states.entry(state).unordered || states.entry(state).forks,
            Group::Aborts(_) | Group::Stray => true,
            Group::Execution => false,
        };
        if !unordered && self.order(state, expected, actual) {
            return;
        }
        if self.comparison.context.policy.history < HistoryCompare::Details {
            return;
        }
        if unordered {
            for (expected, actual) in self.leftovers(expected, actual) {
                self.details(state, expected, actual);
            }
        } else {
            for (expected, actual) in expected.iter().zip(actual) {
                self.details(state, *expected, *actual);
                self.link(state, *expected, *actual);
            }
        }
    }

    /// Adds the kinds that occur more often on one side; returns whether there are any.
    fn kinds(&mut self, state: Option<usize>, expected: &[usize], actual: &[usize]) -> bool {
        let mut counts: BTreeMap<EventKind, i64> = BTreeMap::new();
        for position in expected {
            *counts.entry(self.event(false, *position).kind).or_default() += 1;
        }
        for position in actual {
            *counts.entry(self.event(true, *position).kind).or_default() -= 1;
        }
        let before = self.found.len();
        let count = |side: &[usize], actual: bool, kind: EventKind| {
            let of_kind = |it: &&usize| self.event(actual, **it).kind == kind;
            json!({ "count": side.iter().filter(of_kind).count(), "event": kind.name() })
        };
        let differing: Vec<_> = counts
            .into_iter()
            .filter(|(_, balance)| *balance != 0)
            .map(|(kind, balance)| {
                let word = if balance > 0 { "missing" } else { "extra" };
                let shape = Shape::One(Term::of(word, kind.name()));
                let counts = (count(expected, false, kind), count(actual, true, kind));
                (shape, counts)
            })
            .collect();
        for (shape, (expected, actual)) in differing {
            self.add(state, shape, expected, actual);
        }
        self.found.len() > before
    }

    /// Adds the first event that is out of order; returns whether there is one.
    fn order(&mut self, state: Option<usize>, expected: &[usize], actual: &[usize]) -> bool {
        let names = |side: &[usize], actual: bool| -> Vec<String> {
            let name = |position: &usize| self.event(actual, *position).kind.name();
            side.iter().map(name).collect()
        };
        let first = expected.iter().zip(actual).find(|(expected, actual)| {
            self.event(false, **expected).kind != self.event(true, **actual).kind
        });
        let Some((wanted, _)) = first else {
            return false;
        };
        let first = self.event(false, *wanted).kind.name();
        let shape = Shape::One(Term::of("order", first));
        let (wanted, got) = (names(expected, false), names(actual, true));
        self.add(state, shape, json!(wanted), json!(got));
        true
    }

    /// Pairs up the events of one kind that have no counterpart with the same details.
    fn leftovers(&self, expected: &[usize], actual: &[usize]) -> Vec<(usize, usize)> {
        let mut rest: Vec<usize> = actual.to_vec();
        let mut alone = Vec::new();
        for position in expected {
            let wanted = self.event(false, *position);
            let partner = rest.iter().position(|position| {
                let event = self.event(true, *position);
                event.kind == wanted.kind && self.keys(&wanted.details, &event.details).is_empty()
            });
            match partner {
                Some(partner) => {
                    rest.remove(partner);
                }
                None => alone.push(*position),
            }
        }
        let mut pairs = Vec::new();
        for position in alone {
            let kind = self.event(false, position).kind;
            let partner = rest
                .iter()
                .position(|position| self.event(true, *position).kind == kind);
            if let Some(partner) = partner {
                pairs.push((position, rest.remove(partner)));
            }
        }
        pairs
    }

    fn details(&mut self, state: Option<usize>, expected: usize, actual: usize) {
        let (wanted, got) = (self.event(false, expected), self.event(true, actual));
        if same_details(&wanted.details, &got.details) {
            return;
        }
        let kind = wanted.kind.name();
        for (key, differs, expected, actual) in self.keys(&wanted.details, &got.details) {
            let shape = Shape::Detail {
                event: kind.clone(),
                key,
                differs: Box::new(differs),
            };
            self.add(state, shape, expected, actual);
        }
    }

    /// The keys in which two details differ, each with the shape of the difference and both values.
    fn keys(&self, expected: &Details, actual: &Details) -> Vec<(String, Shape, Value, Value)> {
        let cause_counts = match self.comparison.context.policy.cause {
            CauseCompare::Ignore => false,
            CauseCompare::Given => expected.failure.as_ref().is_none_or(|failure| {
                cause::is_given(failure.error.as_deref(), failure.cause.as_deref())
            }),
            CauseCompare::Exact => true,
        };
        let (Value::Object(expected), Value::Object(actual)) =
            (expected.to_value(), actual.to_value())
        else {
            return Vec::new();
        };
        let extra = actual.keys().filter(|key| !expected.contains_key(*key));
        expected
            .keys()
            .chain(extra)
            .filter(|key| *key != "workerName" && (*key != "cause" || cause_counts))
            .filter_map(|key| {
                let (expected, actual) = (expected.get(key), actual.get(key));
                let shape = match (expected, actual) {
                    (Some(_), None) => Shape::sides(Term::new("present"), Term::new("absent")),
                    (None, Some(_)) => Shape::sides(Term::new("absent"), Term::new("present")),
                    _ => value::shape(expected, actual)?,
                };
                let take = |it: Option<&Value>| it.cloned().unwrap_or_default();
                Some((key.clone(), shape, take(expected), take(actual)))
            })
            .collect()
    }

    /// Compares the previous events: they must be of the same kind and belong to the same state.
    fn link(&mut self, state: Option<usize>, expected: usize, actual: usize) {
        let kind = self.event(false, expected).kind;
        if !self.reliable(kind, state) {
            return;
        }
        let (wanted, got) = (
            self.comparison.expected.before(expected),
            self.comparison.actual.before(actual),
        );
        let chance = |state: Option<usize>| {
            state.is_some_and(|state| self.comparison.states.entry(state).unordered)
        };
        let wanted_state = wanted.and_then(|position| self.comparison.expected.state(position));
        if chance(wanted_state) {
            return;
        }
        let name = |actual: bool, position: Option<usize>| {
            position.map(|position| self.event(actual, position).kind)
        };
        let got_state = got.and_then(|position| self.comparison.actual.state(position));
        if self.end_together(wanted_state, got_state, state) {
            return;
        }
        if name(false, wanted) != name(true, got) || wanted_state != got_state {
            let show = |kind: Option<EventKind>| kind.map_or(Value::Null, |it| it.name().into());
            let (wanted, got) = (show(name(false, wanted)), show(name(true, got)));
            let shape = Shape::One(Term::of("previous", kind.name()));
            self.add(state, shape, wanted, got);
        }
    }

    /// Whether an event follows the last event of whichever thread ended last: both states are in the
    /// same concurrent state, and the event is not.
    fn end_together(&self, one: Option<usize>, other: Option<usize>, event: Option<usize>) -> bool {
        let (Some(one), Some(other)) = (one, other) else {
            return false;
        };
        let states = self.comparison.states;
        let encloses = |around: usize, inner: usize| states.outwards(inner).any(|it| it == around);
        let mut around = states.outwards(one).skip(1);
        around.any(|it| {
            states.entry(it).forks
                && encloses(it, other)
                && other != it
                && !event.is_some_and(|event| encloses(it, event))
        })
    }

    fn reliable(&self, kind: EventKind, state: Option<usize>) -> bool {
        let forks = state.is_some_and(|state| self.comparison.states.entry(state).forks);
        match kind {
            EventKind::Aborted(_)
            | EventKind::EvaluationFailed
            | EventKind::Other(_)
            | EventKind::ExecutionAborted
            | EventKind::ExecutionTimedOut => false,
            EventKind::Iteration(_)
            | EventKind::Started(_)
            | EventKind::Succeeded(_)
            | EventKind::Failed(_)
            | EventKind::Exited(_) => !forks,
            _ => true,
        }
    }
}
