//! Paths over a given value, with every kind of step; most of them find something.

mod filters;

use std::sync::Arc;

use rand::Rng;
use serde_json::Value;
use stepproof_specs::query::jsonpath::path::{Path, Root, Step};

use crate::dice::Dice;

/// A kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepKind {
    /// `.name`
    Name,
    /// `['a', 'b']`
    Names,
    /// `[0]`
    Index,
    /// `[-1]`
    NegativeIndex,
    /// `[(@.length-1)]`
    FromEnd,
    /// `[0,2]`
    Indexes,
    /// `[1:]`
    SliceFrom,
    /// `[:2]`
    SliceTo,
    /// `[1:2]`
    SliceBetween,
    /// `[*]`
    Wildcard,
    /// `..`
    Scan,
    /// `[?(…)]`
    Filter,
}

impl StepKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Name,
        Self::Names,
        Self::Index,
        Self::NegativeIndex,
        Self::FromEnd,
        Self::Indexes,
        Self::SliceFrom,
        Self::SliceTo,
        Self::SliceBetween,
        Self::Wildcard,
        Self::Scan,
        Self::Filter,
    ];

    /// The kind of a step.
    pub fn of(step: &Step) -> Self {
        match step {
            Step::Name(_) => Self::Name,
            Step::Names(_) => Self::Names,
            Step::Index(index) if *index < 0 => Self::NegativeIndex,
            Step::Index(_) => Self::Index,
            Step::FromEnd(_) => Self::FromEnd,
            Step::Indexes(_) => Self::Indexes,
            Step::Slice(_, None) => Self::SliceFrom,
            Step::Slice(None, _) => Self::SliceTo,
            Step::Slice(..) => Self::SliceBetween,
            Step::Wildcard => Self::Wildcard,
            Step::Scan => Self::Scan,
            Step::Filter(_) => Self::Filter,
        }
    }

    /// Whether such a step can apply to a value.
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Name | Self::Names => value.as_object().is_some_and(|all| !all.is_empty()),
            Self::Wildcard | Self::Scan | Self::Filter => value.is_object() || value.is_array(),
            _ => value.as_array().is_some_and(|all| !all.is_empty()),
        }
    }
}

/// What may be drawn.
#[derive(Debug, Clone)]
pub struct PathOptions {
    /// The kinds of steps; one that occurs twice is drawn twice as often.
    pub kinds: Vec<StepKind>,
    /// The most steps, not counting the step after a scan.
    pub steps: u32,
    /// The percentage of steps that need not find anything.
    pub damage: u32,
    /// One in how many filters of a string compares it by a regular expression, and one in how many
    /// compares with another value of the data: AWS documents neither.
    pub patterns: u32,
}

impl PathOptions {
    /// Paths of every kind, with little damage.
    pub fn every() -> Self {
        Self {
            kinds: StepKind::ALL.to_vec(),
            steps: 4,
            damage: 4,
            patterns: 4,
        }
    }

    /// Paths that lead to a single value.
    pub fn definite() -> Self {
        Self {
            kinds: vec![StepKind::Name, StepKind::Index, StepKind::FromEnd],
            ..Self::every()
        }
    }

    /// Reference paths.
    pub fn reference() -> Self {
        Self {
            kinds: vec![StepKind::Name, StepKind::Index],
            ..Self::every()
        }
    }
}

/// Draws a path from `$` over the document. Its text is the form that it prints as.
pub fn draw_path(rng: &mut impl Rng, document: &Value, options: &PathOptions) -> Path {
    draw(&mut Dice::new(rng.next_u64()), document, options)
}

/// Like [`draw_path`], with this crate's random numbers.
pub(crate) fn draw(dice: &mut Dice, document: &Value, options: &PathOptions) -> Path {
    let drawn = sketch(dice, document, options);
    if can_be_written(&drawn) {
        drawn
    } else {
        Path::data()
    }
}

/// The same, but perhaps a path that cannot be written.
pub(crate) fn sketch(dice: &mut Dice, document: &Value, options: &PathOptions) -> Path {
    let mut drawing = Drawing {
        dice,
        document,
        options,
    };
    Path::new(Root::Data, drawing.steps(document))
}

/// Whether the path parses from its text: some names in a document cannot be written in a path.
pub(crate) fn can_be_written(path: &Path) -> bool {
    Path::parse(path.text()).is_ok_and(|read| read == *path)
}

struct Drawing<'d> {
    dice: &'d mut Dice,
    document: &'d Value,
    options: &'d PathOptions,
}

/// Names that a document is unlikely to have, and some that look like other syntax.
const STRANGE: &[&str] = &["missing", "length()", "a b", "0", "*"];

impl<'d> Drawing<'d> {
    fn steps(&mut self, from: &'d Value) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = from;
        let least = u32::from(!self.dice.one_in(20));
        for _ in 0..self.dice.between(least, self.options.steps) {
            let Some(mut kind) = self.kind(at) else { break };
            if kind == StepKind::Scan {
                at = self.inside(at);
                let target = self.kind(at).filter(|kind| *kind != StepKind::Scan);
                let Some(target) = target else { break };
                steps.push(Step::Scan);
                kind = target;
            }
            let (step, next) = self.step(kind, at);
            steps.push(step);
            match next {
                Some(next) => at = next,
                None if self.is_damaged() => {}
                None => break,
            }
        }
        steps
    }

    fn is_damaged(&mut self) -> bool {
        self.dice.chance(self.options.damage, 100)
    }

    /// Draws a kind of step for this value; `None` if the path should end here.
    fn kind(&mut self, at: &Value) -> Option<StepKind> {
        let kinds = &self.options.kinds;
        if self.is_damaged() {
            return Some(self.dice.pick(kinds));
        }
        let weights = kinds.iter().map(|kind| u32::from(kind.fits(at)));
        self.dice.weighted(weights).map(|place| kinds[place])
    }

    /// Draws a step, and a value that it leads to.
    fn step(&mut self, kind: StepKind, at: &'d Value) -> (Step, Option<&'d Value>) {
        match kind {
            StepKind::Name => self.name(at),
            StepKind::Names => (self.names(at), None),
            StepKind::Wildcard | StepKind::Scan => (Step::Wildcard, self.child(at)),
            StepKind::Filter => {
                let child = if at.is_array() { self.child(at) } else { None };
                let item = child.unwrap_or(at);
                (Step::Filter(Arc::new(self.filter(item))), Some(item))
            }
            _ => self.elements(kind, at.as_array().map_or(&[], Vec::as_slice)),
        }
    }

    /// Draws a step with indexes.
    fn elements(&mut self, kind: StepKind, array: &'d [Value]) -> (Step, Option<&'d Value>) {
        let length = array.len() as i32;
        let index = self.index(length);
        let at = |index: i32| array.get(usize::try_from(index).ok()?);
        match kind {
            StepKind::NegativeIndex => {
                let next = array.last().filter(|_| self.dice.one_in(3));
                (Step::Index(-1 - index), next)
            }
            StepKind::FromEnd => (Step::FromEnd(-1 - index), at(length - 1 - index)),
            StepKind::Indexes => {
                let more = self.dice.between(1, 2);
                let list = (0..=more).map(|n| if n == 0 { index } else { self.index(length) });
                (Step::Indexes(list.collect()), at(index))
            }
            StepKind::SliceFrom => (Step::Slice(Some(self.bound(length)), None), array.last()),
            StepKind::SliceTo => (Step::Slice(None, Some(self.bound(length))), array.first()),
            StepKind::SliceBetween => {
                let from = if self.dice.one_in(8) {
                    self.bound(length)
                } else {
                    index
                };
                let to = from + self.dice.between(0, 2) as i32;
                (Step::Slice(Some(from), Some(to)), at(from.max(0)))
            }
            _ => (Step::Index(index), at(index)),
        }
    }

    fn name(&mut self, at: &'d Value) -> (Step, Option<&'d Value>) {
        let members = at.as_object().filter(|all| !all.is_empty());
        let place = self.dice.index(members.map_or(1, serde_json::Map::len));
        match members.and_then(|all| all.iter().nth(place)) {
            Some((name, value)) if !self.is_damaged() => {
                (Step::Name(name.as_str().into()), Some(value))
            }
            _ => (Step::Name(self.dice.pick(STRANGE).into()), None),
        }
    }

    fn names(&mut self, at: &Value) -> Step {
        let mut names: Vec<Arc<str>> = Vec::new();
        for name in at.as_object().into_iter().flat_map(|all| all.keys()) {
            if !self.dice.one_in(3) {
                names.push(name.as_str().into());
            }
        }
        while names.len() < 2 || self.is_damaged() {
            names.push(self.dice.pick(STRANGE).into());
        }
        Step::Names(names.into())
    }

    /// Draws an index of an array, or with some damage the index just past its end.
    fn index(&mut self, length: i32) -> i32 {
        let beyond = u32::from(self.is_damaged());
        self.dice.below(length.max(1) as u32 + beyond) as i32
    }

    /// Draws a bound of a slice, counted from either end.
    fn bound(&mut self, length: i32) -> i32 {
        let bound = self.dice.between(0, length as u32 + 1) as i32;
        if self.dice.one_in(2) { bound } else { -bound }
    }

    fn child(&mut self, at: &'d Value) -> Option<&'d Value> {
        match at {
            Value::Array(all) if !all.is_empty() => all.get(self.dice.index(all.len())),
            Value::Object(all) if !all.is_empty() => all.values().nth(self.dice.index(all.len())),
            _ => None,
        }
    }

    /// Draws a value inside this one, or the value itself.
    fn inside(&mut self, at: &'d Value) -> &'d Value {
        let mut at = at;
        while self.dice.chance(2, 3) {
            match self.child(at) {
                Some(child) if child.is_object() || child.is_array() => at = child,
                _ => break,
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Dice, PathOptions, draw};

    #[test]
    fn paths_mostly_hit_and_are_of_every_kind_asked_for() {
        let document = json!({"a": [{"b": 1, "c": "x"}, {"b": 2}], "d": {"e": [true, null]}});
        let mut dice = Dice::new(5);
        let mut hits = 0;
        for _ in 0..1_000 {
            let path = draw(&mut dice, &document, &PathOptions::every());
            hits += u32::from(path.find(&document).is_ok_and(|found| *found != json!([])));
            let path = draw(&mut dice, &document, &PathOptions::definite());
            assert!(path.is_definite(), "{path}");
            let path = draw(&mut dice, &document, &PathOptions::reference());
            assert!(path.is_reference() || path.text().contains("()"), "{path}");
        }
        assert!(hits > 600, "{hits}");
    }
}
