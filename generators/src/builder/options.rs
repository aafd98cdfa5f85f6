//! The table of what can come next in a scope: each option has a predicate for where it may be
//! drawn, so nothing is drawn and then rejected.

use super::{Builder, Place, choice, draft::Draft, leaves, loops, nested, oversize, task};
use crate::{
    feature::{Feature, FeatureSet},
    profile::Weights,
    shape::Shape,
};

/// Something that can come next in a scope.
struct Choosable {
    needs: FeatureSet,
    weight: fn(&Weights) -> u32,
    /// Whether the option fits here, beyond the features that it needs.
    admits: fn(&Situation<'_, '_>) -> bool,
    /// Draws one state, or several; the first one is the target of the draft's taken transitions.
    draw: Draw,
}

type Draw = fn(&mut Builder<'_>, &Place<'_>, &mut Draft, &Shape);

/// What the predicates look at.
struct Situation<'a, 'p> {
    place: &'a Place<'p>,
    /// States left in the budget.
    states: u32,
    depth: u32,
    data: &'a Shape,
    input: &'a Shape,
    /// Whether the scope has another open transition, so that this way may end.
    open: bool,
}

static OPTIONS: [Choosable; 11] = [
    Choosable {
        needs: FeatureSet::of(&[Feature::Pass]),
        weight: |weights| weights.pass,
        admits: |_| true,
        draw: leaves::pass,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Task]),
        weight: |weights| weights.task,
        admits: |_| true,
        draw: task::draw,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Choice]),
        weight: |weights| weights.choice,
        admits: |at| {
            at.states > 2
                && !at.place.keeps
                && (at.place.has(Feature::TypeTests)
                    || at.data.holds(Shape::is_scalar)
                    || !at.place.languages.have_json_path())
        },
        draw: choice::draw,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Wait]),
        weight: |weights| weights.wait,
        admits: |_| true,
        draw: leaves::wait,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Parallel]),
        weight: |weights| weights.parallel,
        admits: |at| at.states > 1 && at.nests(),
        draw: nested::parallel,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Map]),
        weight: |weights| weights.map,
        admits: |at| at.states > 1 && at.nests() && at.has_items(),
        draw: nested::map,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Loops, Feature::Choice, Feature::Pass]),
        weight: |weights| weights.loops,
        admits: |at| at.states > 4 && !at.place.keeps,
        draw: loops::draw,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::CountingLoops, Feature::Choice, Feature::Pass]),
        weight: |weights| weights.loops,
        admits: |at| at.states > 3 && !at.place.keeps,
        draw: loops::counting,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Oversize, Feature::Parameters, Feature::Pass]),
        weight: |_| 1,
        admits: |at| at.place.times == 1 && at.place.depth == 0,
        draw: oversize::draw,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Succeed]),
        weight: |weights| weights.succeed,
        admits: |at| at.open,
        draw: leaves::succeed,
    },
    Choosable {
        needs: FeatureSet::of(&[Feature::Fail]),
        weight: |weights| weights.fail,
        admits: |at| at.open,
        draw: leaves::fail,
    },
];

impl Situation<'_, '_> {
    fn nests(&self) -> bool {
        let deepest = if self.place.has(Feature::Nesting) {
            self.depth
        } else {
            self.depth.min(1)
        };
        self.place.depth < deepest
    }

    fn has_items(&self) -> bool {
        self.place.languages.have_jsonata()
            || self.data.holds(Shape::is_array)
            || self.place.variables.holds(Shape::is_array)
            || self.place.has(Feature::ContextPaths) && self.input.holds(Shape::is_array)
    }
}

/// Draws the next state or states of a scope.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, data: &Shape) {
    let situation = Situation {
        place,
        states: builder.budget.states,
        depth: builder.sizes.depth,
        data,
        input: &builder.input,
        open: draft.is_open(),
    };
    let weights = OPTIONS.each_ref().map(|option| {
        let fits = place.features.has_all(option.needs) && (option.admits)(&situation);
        if fits {
            (option.weight)(builder.weights)
        } else {
            0
        }
    });
    match builder.dice.weighted(weights.into_iter()) {
        Some(drawn) => (OPTIONS[drawn].draw)(builder, place, draft, data),
        None => draw_last(builder, place, draft, data),
    }
}

/// Draws a step of a loop's body: it leads on in exactly one way.
pub(super) fn draw_step(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    draft: &mut Draft,
    data: &Shape,
) {
    let place = Place {
        keeps: true,
        features: place.features.without(FeatureSet::of(&[
            Feature::Catch,
            Feature::Succeed,
            Feature::Fail,
        ])),
        ..*place
    };
    draw(builder, &place, draft, data);
}

/// Draws a state that ends the scope, of a type that may be drawn here. If none of Succeed, Pass
/// and Fail may be, draws a Task, whose transition the caller then ends.
pub(super) fn draw_last(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    draft: &mut Draft,
    data: &Shape,
) {
    let ends = [
        (Feature::Succeed, 4, leaves::succeed as Draw),
        (Feature::Pass, 3, leaves::last_pass),
        (Feature::Fail, 2, leaves::fail),
    ];
    let weights = ends.map(|(feature, weight, _)| weight * u32::from(place.has(feature)));
    match builder.dice.weighted(weights.into_iter()) {
        Some(drawn) => (ends[drawn].2)(builder, place, draft, data),
        None if place.has(Feature::Task) => task::draw(builder, place, draft, data),
        None => leaves::last_pass(builder, place, draft, data),
    }
}
