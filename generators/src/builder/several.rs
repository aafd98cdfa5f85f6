//! Paths that gather what they match: wildcards, scans, slices, lists and filters.

use std::{cell::Cell, sync::LazyLock};

use stepproof_specs::query::jsonpath::path::{Path, Step};

use super::{Builder, Place};
use crate::{
    feature::Feature,
    paths::{self, PathOptions, StepKind},
    shape::{Extent, Shape},
};

/// Every kind of step, and few of them below the value that a path starts from: the shape is not
/// known any deeper.
static OPTIONS: LazyLock<PathOptions> = LazyLock::new(|| PathOptions {
    kinds: StepKind::ALL.to_vec(),
    steps: 3,
    damage: 0,
    // No finding may rest on them.
    patterns: 24,
});

impl Builder<'_> {
    /// Draws a path that is not a reference path, into a value whose parts are known. The shape of
    /// its result is hardly known.
    pub(super) fn look_for_several(
        &mut self,
        place: &Place<'_>,
        data: &Shape,
        of: u32,
    ) -> Option<(Path, Shape)> {
        if !self.draws(place, Feature::SeveralPaths, of) {
            return None;
        }
        let (base, inside) = self.look(place, data, Shape::has_parts)?;
        let sample = inside.value(self.dice);
        let drawn = paths::sketch(self.dice, &sample, &OPTIONS);
        if drawn.is_reference() || !paths::can_be_written(&drawn) {
            return None;
        }
        if !(self.damages(place) || self.fits(place, &drawn, &inside)) {
            return None;
        }
        let steps = base.steps().iter().chain(drawn.steps()).cloned();
        let path = Path::new(base.root().clone(), steps);
        let found = if path.is_definite() {
            Shape::Any
        } else {
            Shape::List(Shape::Any.into(), 0)
        };
        Some((path, found))
    }

    /// Whether the path finds something in every value of this shape, by rules that AWS is known to
    /// follow.
    fn fits(&mut self, place: &Place<'_>, path: &Path, shape: &Shape) -> bool {
        // A few samples do not show every value that the second gathering step meets.
        let several = path.steps().iter().filter(|step| gathers(step)).count();
        if several > 1 && !place.has(Feature::Damage) {
            return false;
        }
        [Extent::Least, Extent::Usual, Extent::Most]
            .into_iter()
            .all(|extent| {
                let sample = shape.sample(self.dice, extent);
                let doubtful = Cell::new(false);
                let found = path.find_marking(&sample, &|clause| {
                    doubtful.set(doubtful.get() || !clause.doubts().is_empty());
                });
                found.is_ok() && !doubtful.get()
            })
    }
}

/// Whether a step gathers several values. A scan leaves that to the step after it.
fn gathers(step: &Step) -> bool {
    !step.is_definite() && *step != Step::Scan
}
