//! A scope under construction: states, and transitions without a target yet.

use std::sync::Arc;

use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;
use stepproof_specs::asl::{Body, Name, Scope, State, States, Transition};

use crate::{dice::Dice, shape::Shape};

/// A way out of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// `StartAt`.
    Start,
    /// `Next`.
    Next,
    /// `Next` of a Choice's rule.
    Rule(usize),
    /// `Default`.
    Default,
    /// `Next` of a catcher.
    Catch(usize),
}

/// The shapes of the data and the variables that pass along a transition.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// The data.
    pub(super) data: Shape,
    /// The variables that are set whichever way was taken, as an object with a field per variable.
    pub(super) variables: Shape,
}

impl Flow {
    /// What is known if either of the two was taken.
    fn join(&self, other: &Self) -> Self {
        Self {
            data: self.data.join(&other.data),
            variables: self.variables.join(&other.variables),
        }
    }
}

/// The ways out of a state, each with the flow that leaves through it.
pub(super) type Exits = SmallVec<[(Slot, Flow); 4]>;

/// A transition without a target.
#[derive(Debug)]
struct Open {
    from: usize,
    slot: Slot,
    flow: Flow,
}

/// A scope under construction.
#[derive(Debug)]
pub(super) struct Draft {
    states: States,
    start_at: Option<Name>,
    open: SmallVec<[Open; 6]>,
    /// The transitions that will lead to the next state.
    taken: SmallVec<[Open; 4]>,
    output: Option<Shape>,
}

impl Draft {
    /// An empty scope with room for `size` states.
    pub(super) fn new(input: Flow, size: u32) -> Self {
        let mut open = SmallVec::new();
        open.push(Open {
            from: 0,
            slot: Slot::Start,
            flow: input,
        });
        Self {
            states: States::with_capacity_and_hasher(size as usize, FxBuildHasher),
            start_at: None,
            open,
            taken: SmallVec::new(),
            output: None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub(super) fn has_states(&self) -> bool {
        !self.states.is_empty()
    }

    pub(super) fn len(&self) -> u32 {
        self.states.len() as u32
    }

    /// Takes one open transition, and each of the others with probability one half; returns the
    /// flow into the next state.
    pub(super) fn advance(&mut self, dice: &mut Dice) -> Flow {
        let first = self.open.swap_remove(dice.index(self.open.len()));
        let mut flow = first.flow.clone();
        self.taken.push(first);
        let mut at = 0;
        while at < self.open.len() {
            if dice.one_in(2) {
                let other = self.open.swap_remove(at);
                flow = flow.join(&other.flow);
                self.taken.push(other);
            } else {
                at += 1;
            }
        }
        flow
    }

    /// Adds the state that the taken transitions lead to.
    pub(super) fn push(&mut self, name: Name, state: State, exits: Exits) -> usize {
        for at in 0..self.taken.len() {
            let Open { from, slot, .. } = self.taken[at];
            self.lead(from, slot, &name);
        }
        self.taken.clear();
        let from = self.states.len();
        self.states.insert(name, Arc::new(state));
        self.open.extend(
            exits
                .into_iter()
                .map(|(slot, flow)| Open { from, slot, flow }),
        );
        from
    }

    /// Adds a state that ends the scope.
    pub(super) fn push_last(&mut self, name: Name, state: State, output: Option<Shape>) {
        self.push(name, state, Exits::new());
        if let Some(output) = output {
            self.leave(output);
        }
    }

    /// Takes only the transition that was opened last, so that the state before it is the next
    /// one's only predecessor; returns its flow.
    pub(super) fn continue_last(&mut self) -> Option<Flow> {
        let last = self.open.pop()?;
        let flow = last.flow.clone();
        self.taken.push(last);
        Some(flow)
    }

    /// Leads a way out of the state at `from` to the state at `to`, which may be an earlier one.
    pub(super) fn lead_back(&mut self, from: usize, slot: Slot, to: usize) {
        if let Some((target, _)) = self.states.get_index(to) {
            let target = Arc::clone(target);
            self.lead(from, slot, &target);
        }
    }

    /// Ends an open `Next` three times in four; returns whether it did.
    pub(super) fn end_one(&mut self, dice: &mut Dice) -> bool {
        let Some(at) = self.open.iter().position(|open| open.slot == Slot::Next) else {
            return false;
        };
        if dice.one_in(4) {
            return false;
        }
        let ended = self.open.swap_remove(at);
        self.leave(ended.flow.data);
        true
    }

    fn leave(&mut self, output: Shape) {
        self.output = Some(match self.output.take() {
            Some(other) => other.join(&output),
            None => output,
        });
    }

    fn lead(&mut self, from: usize, slot: Slot, target: &Name) {
        let target = Arc::clone(target);
        if slot == Slot::Start {
            self.start_at = Some(target);
            return;
        }
        // No other `Arc` of the state exists yet.
        let Some(state) = self
            .states
            .get_index_mut(from)
            .and_then(|(_, state)| Arc::get_mut(state))
        else {
            return;
        };
        match (&mut state.body, slot) {
            (Body::Choice(choice), Slot::Rule(index)) => choice.choices[index].next = target,
            (Body::Choice(choice), _) => choice.default = Some(target),
            (Body::Task(task), Slot::Catch(index)) => set_catch(&mut task.catch, index, target),
            (Body::Parallel(fan), Slot::Catch(index)) => set_catch(&mut fan.catch, index, target),
            (Body::Map(map), Slot::Catch(index)) => set_catch(&mut map.catch, index, target),
            (Body::Pass(pass), _) => pass.transition = Transition::Next(target),
            (Body::Task(task), _) => task.transition = Transition::Next(target),
            (Body::Wait(wait), _) => wait.transition = Transition::Next(target),
            (Body::Parallel(fan), _) => fan.transition = Transition::Next(target),
            (Body::Map(map), _) => map.transition = Transition::Next(target),
            (Body::Succeed | Body::Fail(_), _) => {}
        }
    }

    /// The finished scope and the shape of its output.
    pub(super) fn into_scope(self) -> (Arc<Scope>, Shape) {
        let scope = Scope {
            start_at: self.start_at.unwrap_or_default(),
            states: self.states,
            ..Scope::default()
        };
        (Arc::new(scope), self.output.unwrap_or(Shape::Any))
    }
}

fn set_catch(catch: &mut Option<Vec<stepproof_specs::asl::Catcher>>, index: usize, target: Name) {
    if let Some(catcher) = catch.as_mut().and_then(|all| all.get_mut(index)) {
        catcher.next = target;
    }
}
