//! The machine builder. Its machines are valid, well typed and certain to end, by construction.
//!
//! A scope is drawn front to back. The states drawn so far leave *open* transitions; the next state
//! takes at least one of them, so every state is reachable. Only loops lead backwards, and they
//! count their laps. When the scope is large enough, the transitions that are still open are ended.
//! Every open transition carries the [`Shape`] of the data, so a state knows what its paths will
//! find.

mod choice;
mod conditions;
mod draft;
mod expressions;
mod flow;
mod handlers;
mod intrinsics;
mod language;
mod leaves;
mod loops;
mod names;
mod nested;
mod options;
mod oversize;
mod passage;
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

use self::{
    draft::{Draft, Flow},
    language::Languages,
};
use crate::{
    dice::Dice,
    feature::{Feature, FeatureSet},
    input,
    profile::{Profile, Sizes, Weights},
    shape::Shape,
};

/// A machine and the plans of its tasks, not yet assembled into a case.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    pub(crate) machine: Machine,
    /// The plan of every start.
    pub(crate) plans: Vec<Plan>,
    /// The shape of every start's input.
    pub(crate) input: Shape,
}

/// Builds the machine of one case.
pub(crate) struct Builder<'p> {
    dice: &'p mut Dice,
    weights: &'p Weights,
    sizes: &'p Sizes,
    /// The states, time and damage that the case may still spend.
    budget: Budget,
    input: Shape,
    plans: Vec<Plan>,
    drawn: u32,
    /// The features of the case.
    features: FeatureSet,
}

/// What is left to spend in this case.
struct Budget {
    states: u32,
    time: Millis,
    damage: u32,
}

/// Where in the machine something is drawn, and under which conditions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What may be drawn here.
    features: FeatureSet,
    /// The languages of the machine.
    languages: Languages,
    /// The site of the scope.
    prefix: &'a str,
    /// How many scopes enclose this one.
    depth: u32,
    /// How many Maps enclose this scope.
    maps: u32,
    /// How many of these Maps run their items concurrently.
    concurrent: u32,
    /// Whether the innermost Map runs its items concurrently.
    innermost_concurrent: bool,
    /// The most times that a state here is entered in one execution.
    times: u32,
    /// Whether a state here can be entered again with the same items.
    revisited: bool,
    /// Whether the states here must keep every field of the data, because they are the body of a
    /// loop.
    keeps: bool,
    /// The variables that can be read here, as an object with a field per variable.
    variables: &'a Shape,
}

impl<'a> Place<'a> {
    /// The same place with the variables of this flow.
    fn seeing(self, flow: &'a Flow) -> Self {
        Self {
            variables: &flow.variables,
            ..self
        }
    }

    fn has(&self, feature: Feature) -> bool {
        self.features.has(feature)
    }

    /// The same place without deliberate damage.
    fn undamaged(self) -> Self {
        Self {
            features: self.features.without(FeatureSet::of(&[Feature::Damage])),
            ..self
        }
    }

    /// The flow out of a state here that assigns no variable.
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
            features,
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
        let languages = self.languages(features);
        let place = Place {
            features,
            languages,
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
            query_language: self.machine_language(languages),
            timeout_seconds: self.machine_timeout(features, spent),
            scope,
        }
    }

    /// A limit that never expires, or one that expires halfway through a machine that takes long.
    fn machine_timeout(&mut self, features: FeatureSet, spent: Millis) -> Option<u64> {
        if !features.has(Feature::MachineTimeout) || !self.dice.one_in(4) {
            return None;
        }
        Some(if spent >= 4_000 { spent / 2_000 } else { 300 })
    }

    /// Draws a scope of about `size` states for an input of this shape; returns it and the shape of
    /// its output.
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

    /// Ends one open transition, or leads several to one final state.
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

    /// Takes the time from the budget, if there is enough of it; returns whether there was.
    fn pay(&mut self, place: &Place<'_>, time: Millis) -> bool {
        let cost = time * Millis::from(place.times) * self.plans.len() as Millis;
        let affordable = cost <= self.budget.time;
        if affordable {
            self.budget.time -= cost;
        }
        affordable
    }

    /// Whether to draw something invalid or missing here on purpose.
    fn damages(&mut self, place: &Place<'_>) -> bool {
        let hit = place.has(Feature::Damage) && self.budget.damage > 0 && self.dice.one_in(24);
        if hit {
            self.budget.damage -= 1;
        }
        hit
    }

    /// Whether to draw an optional feature: it is enabled, and a draw of one in `of` succeeds.
    fn draws(&mut self, place: &Place<'_>, feature: Feature, of: u32) -> bool {
        place.has(feature) && self.dice.one_in(of)
    }
}
