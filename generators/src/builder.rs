//! The machine builder: valid, well typed and ending by construction.
//!
//! A scope is drawn front to back. What has been drawn leaves *open* transitions; the next state
//! takes at least one of them, so every state is reachable, and nothing leads backwards except
//! loops, which count their laps. When the scope is large enough, what is still open ends. Along
//! every open transition runs the [`Shape`] of the data, so a state knows what its paths will find.

mod choice;
mod conditions;
mod draft;
mod flow;
mod handlers;
mod intrinsics;
mod leaves;
mod loops;
mod names;
mod nested;
mod options;
mod oversize;
mod script;
mod several;
mod task;
mod timing;
mod variables;

use std::sync::Arc;

use stepproof_specs::{
    asl::{Machine, Scope, StateType, site::Site},
    base::time::Millis,
    scenario::plan::Plan,
};

use self::draft::{Draft, Flow};
use crate::{
    dice::Dice,
    feature::{Feature, FeatureSet},
    input,
    profile::{Profile, Sizes, Weights},
    shape::Shape,
};

/// A machine and what its tasks do, not yet written down as a case.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    pub(crate) machine: Machine,
    /// The plan of every start.
    pub(crate) plans: Vec<Plan>,
    /// What every start's input is like.
    pub(crate) input: Shape,
}

/// Builds the machine of one case.
pub(crate) struct Builder<'p> {
    dice: &'p mut Dice,
    weights: &'p Weights,
    sizes: &'p Sizes,
    /// Whether the case can pass time at all.
    budget: Budget,
    input: Shape,
    plans: Vec<Plan>,
    drawn: u32,
}

/// What is left to spend in this case.
struct Budget {
    states: u32,
    time: Millis,
    damage: u32,
}

/// Where in the machine something is drawn, and what holds there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What may be drawn here.
    features: FeatureSet,
    /// The site of the scope.
    prefix: &'a str,
    /// How many scopes are around this one.
    depth: u32,
    /// How many Maps are around this one.
    maps: u32,
    /// How many of them run their items at once.
    concurrent: u32,
    /// Whether the innermost Map runs its items at once.
    innermost_concurrent: bool,
    /// How often a state here may be entered for each time that the machine runs.
    times: u32,
    /// Whether a state here can be entered again with the same items.
    revisited: bool,
    /// The states here keep every field of the data: they are the body of a loop.
    keeps: bool,
    /// The variables that can be read here: an object, by their names.
    variables: &'a Shape,
}

impl<'a> Place<'a> {
    /// The same place, reached with these variables.
    fn seeing(self, flow: &'a Flow) -> Self {
        Self {
            variables: &flow.variables,
            ..self
        }
    }

    fn has(&self, feature: Feature) -> bool {
        self.features.has(feature)
    }

    /// The same place, where everything has to fit.
    fn undamaged(self) -> Self {
        Self {
            features: self.features.without(FeatureSet::of(&[Feature::Damage])),
            ..self
        }
    }

    /// What leaves a state here that assigns nothing.
    fn flow(&self, data: Shape) -> Flow {
        Flow {
            data,
            variables: self.variables.clone(),
        }
    }

    fn site(&self, name: &str) -> Site {
        stepproof_specs::asl::site::site(self.prefix, name)
    }
}

impl<'p> Builder<'p> {
    /// Draws a machine with these features.
    pub(crate) fn build(profile: &'p Profile, features: FeatureSet, dice: &'p mut Dice) -> Built {
        let sizes = &profile.sizes;
        let starts = if features.has(Feature::ManyStarts) {
            dice.between(1, sizes.starts)
        } else {
            1
        };
        let budget = Budget {
            states: dice.between(sizes.states.0, sizes.states.1),
            time: if features.has(Feature::Delays) {
                Millis::from(sizes.seconds) * 1_000
            } else {
                0
            },
            damage: if features.has(Feature::Damage) {
                dice.between(1, 2)
            } else {
                0
            },
        };
        let input = input::shape(features, dice);
        let mut builder = Self {
            dice,
            weights: &profile.weights,
            sizes,
            budget,
            input: input.clone(),
            plans: vec![Plan::default(); starts as usize],
            drawn: 0,
        };
        let machine = builder.machine(features);
        Built {
            machine,
            plans: builder.plans,
            input,
        }
    }

    fn machine(&mut self, features: FeatureSet) -> Machine {
        let none = Shape::empty();
        let place = Place {
            features,
            variables: &none,
            prefix: "",
            depth: 0,
            maps: 0,
            concurrent: 0,
            innermost_concurrent: false,
            times: 1,
            revisited: false,
            keeps: false,
        };
        let before = self.budget.time;
        let size = self.budget.states;
        let (scope, _) = self.scope(place, self.input.clone(), size);
        let spent = before - self.budget.time;
        let comments = features.has(Feature::Comments);
        Machine {
            comment: (comments && self.dice.one_in(2)).then(|| "A generated machine.".to_owned()),
            version: (comments && self.dice.one_in(2)).then(|| "1.0".to_owned()),
            query_language: None,
            timeout_seconds: self.machine_timeout(features, spent),
            scope,
        }
    }

    /// A limit that is far away, or one in the middle of a machine that takes long.
    fn machine_timeout(&mut self, features: FeatureSet, spent: Millis) -> Option<u64> {
        if !features.has(Feature::MachineTimeout) || !self.dice.one_in(4) {
            return None;
        }
        Some(if spent >= 4_000 { spent / 2_000 } else { 300 })
    }

    /// Draws a scope of about `size` states for data of this shape, and what comes out of it.
    fn scope(&mut self, place: Place<'_>, input: Shape, size: u32) -> (Arc<Scope>, Shape) {
        let mut draft = Draft::new(place.flow(input), size);
        while draft.is_open() && draft.len() < size && self.budget.states > 0 {
            let flow = draft.advance(self.dice);
            options::draw(self, &place.seeing(&flow), &mut draft, &flow.data);
        }
        while draft.is_open() {
            self.finish(&place, &mut draft);
        }
        draft.into_scope()
    }

    /// Ends one of the transitions that are still open, or several together.
    fn finish(&mut self, place: &Place<'_>, draft: &mut Draft) {
        if draft.has_states() && draft.end_one(self.dice) {
            return;
        }
        let flow = draft.advance(self.dice);
        options::draw_last(self, &place.seeing(&flow), draft, &flow.data);
    }

    /// Continues the body of a loop.
    fn draw_step(&mut self, place: &Place<'_>, draft: &mut Draft, data: &Shape) {
        options::draw_step(self, place, draft, data);
    }

    /// A name for the next state.
    fn name(&mut self, kind: StateType) -> stepproof_specs::asl::Name {
        self.drawn += 1;
        self.budget.states = self.budget.states.saturating_sub(1);
        names::state(kind, self.drawn)
    }

    /// Whether the case can pay for this much time here; if so it has been paid.
    fn pay(&mut self, place: &Place<'_>, time: Millis) -> bool {
        let cost = time * Millis::from(place.times) * self.plans.len() as Millis;
        let affordable = cost <= self.budget.time;
        if affordable {
            self.budget.time -= cost;
        }
        affordable
    }

    /// Whether to draw something here that does not fit.
    fn damages(&mut self, place: &Place<'_>) -> bool {
        let hit = place.has(Feature::Damage) && self.budget.damage > 0 && self.dice.one_in(24);
        if hit {
            self.budget.damage -= 1;
        }
        hit
    }

    /// Whether an optional thing is drawn: the feature is there, and one of `of` draws says so.
    fn draws(&mut self, place: &Place<'_>, feature: Feature, of: u32) -> bool {
        place.has(feature) && self.dice.one_in(of)
    }
}
