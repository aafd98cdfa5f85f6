//! Shapes: what is known of a value before it exists. They keep a machine's data flow well typed
//! while it is drawn.

use std::rc::Rc;

use serde_json::{Map, Value};
use smallvec::{SmallVec, smallvec};
use stepproof_specs::query::jsonpath::path::{Path, Root, Step};

use crate::{dice::Dice, key::Key, literal};

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Any value: nothing is known.
    Any,
    /// Null.
    Null,
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// A whole number from 1 to 3, small enough for seconds or a bound.
    Count,
    /// The index of the innermost Map's item: unique among the iterations.
    Index,
    /// A string.
    Text,
    /// A string with a timestamp in the distant past.
    Timestamp,
    /// An array of at least this many values, all of one shape.
    List(Rc<Shape>, u8),
    /// An array of exactly these values.
    Tuple(Rc<Vec<Shape>>),
    /// An object that has at least these fields.
    Object(Rc<Fields>),
}

/// The known fields of an object.
pub(crate) type Fields = SmallVec<[(Key, Shape); 4]>;

/// How much a sample contains beyond what its shape guarantees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// As little as possible: lists have their least length.
    Least,
    /// As much as the values in cases.
    Usual,
    /// Objects have a further member, one that their shapes do not mention.
    Most,
}

/// One step into a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hop {
    Key(Key),
    At(usize),
}

/// The way from a root to a nested value.
pub(crate) type Trail = SmallVec<[Hop; 6]>;

/// A predicate for the shapes that are acceptable somewhere.
pub(crate) type Wants = fn(&Shape) -> bool;

/// Accepts every shape.
pub(crate) fn anything(_: &Shape) -> bool {
    true
}

impl Shape {
    /// Whether the value may be null, to which no path can be applied.
    pub fn may_be_null(&self) -> bool {
        matches!(self, Self::Any | Self::Null)
    }

    pub(crate) fn object(fields: Fields) -> Self {
        Self::Object(Rc::new(fields))
    }

    pub(crate) fn empty() -> Self {
        Self::object(Fields::new())
    }

    /// The error output that a catcher adds to the data.
    pub(crate) fn error_output() -> Self {
        Self::object(smallvec![
            (Key::ERROR, Self::Text),
            (Key::CAUSE, Self::Text)
        ])
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Self::List(..) | Self::Tuple(_))
    }

    /// Whether its parts are known.
    pub(crate) fn has_parts(&self) -> bool {
        match self {
            Self::List(..) => true,
            Self::Tuple(all) => !all.is_empty(),
            Self::Object(fields) => !fields.is_empty(),
            _ => false,
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Number | Self::Count | Self::Index)
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Timestamp)
    }

    pub(crate) fn is_scalar(&self) -> bool {
        self.is_number() || self.is_text() || *self == Self::Bool
    }

    pub(crate) fn field(&self, key: Key) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, shape)| shape),
            _ => None,
        }
    }

    /// This object with a field set.
    pub(crate) fn with(mut self, key: Key, shape: Self) -> Self {
        let Self::Object(fields) = &mut self else {
            return Self::object(smallvec![(key, shape)]);
        };
        let fields = Rc::make_mut(fields);
        match fields.iter_mut().find(|(name, _)| *name == key) {
            Some(field) => field.1 = shape,
            None => fields.push((key, shape)),
        }
        self
    }

    /// This object without what is known of a field.
    pub(crate) fn without(&self, key: Key) -> Self {
        match self {
            Self::Object(fields) if self.field(key).is_some() => {
                let others = fields.iter().filter(|(name, _)| *name != key);
                Self::object(others.cloned().collect())
            }
            other => other.clone(),
        }
    }

    /// The shape of an array's elements.
    pub(crate) fn each(&self) -> Self {
        match self {
            Self::List(each, _) => Self::clone(each),
            Self::Tuple(all) => all
                .iter()
                .cloned()
                .reduce(|left, right| left.join(&right))
                .unwrap_or(Self::Any),
            _ => Self::Any,
        }
    }

    /// What is known of a value that has one of the two shapes.
    pub(crate) fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (left, right) if left == right => left.clone(),
            (left, right) if left.is_number() && right.is_number() => Self::Number,
            (left, right) if left.is_text() && right.is_text() => Self::Text,
            (Self::Object(left), Self::Object(_)) => Self::object(
                left.iter()
                    .filter_map(|(key, shape)| Some((*key, shape.join(other.field(*key)?))))
                    .collect(),
            ),
            (Self::List(left, n), Self::List(right, m)) => {
                Self::List(Rc::new(left.join(right)), *n.min(m))
            }
            (left, right) if left.is_array() && right.is_array() => {
                Self::List(Rc::new(left.each().join(&right.each())), 0)
            }
            _ => Self::Any,
        }
    }

    /// This shape as seen inside another Map, whose items have the same value there: an index of
    /// the outer Map no longer distinguishes them.
    pub(crate) fn without_index(&self) -> Self {
        match self {
            Self::Index => Self::Number,
            Self::List(each, n) => Self::List(Rc::new(each.without_index()), *n),
            Self::Tuple(all) => Self::Tuple(Rc::new(all.iter().map(Self::without_index).collect())),
            Self::Object(fields) => Self::object(
                fields
                    .iter()
                    .map(|(key, shape)| (*key, shape.without_index()))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    /// Whether the value, or a value inside it, is accepted by `wants`.
    pub(crate) fn holds(&self, wants: Wants) -> bool {
        wants(self)
            || match self {
                Self::List(each, n) => *n > 0 && each.holds(wants),
                Self::Tuple(all) => all.iter().any(|shape| shape.holds(wants)),
                Self::Object(fields) => fields.iter().any(|(_, shape)| shape.holds(wants)),
                _ => false,
            }
    }

    /// One of the values in it (including itself) that `wants` accepts, all equally likely.
    pub(crate) fn find(&self, wants: Wants, dice: &mut Dice) -> Option<(Trail, Self)> {
        let mut search = Search {
            wants,
            dice,
            trail: Trail::new(),
            seen: 0,
            found: None,
        };
        search.visit(self);
        let (trail, shape) = search.found?;
        Some((trail, shape.clone()))
    }

    /// A value of this shape.
    pub(crate) fn value(&self, dice: &mut Dice) -> Value {
        self.sample(dice, Extent::Usual)
    }

    /// A value of this shape; `extent` says how much it contains beyond the guarantees.
    pub(crate) fn sample(&self, dice: &mut Dice, extent: Extent) -> Value {
        match self {
            Self::Any | Self::Null => Value::Null,
            Self::Bool => dice.one_in(2).into(),
            Self::Number => literal::number(dice),
            Self::Count => dice.between(1, 3).into(),
            Self::Index => dice.below(3).into(),
            Self::Text => literal::text(dice).into(),
            Self::Timestamp => literal::timestamp(dice).into(),
            Self::List(each, n) => {
                let n = u32::from(*n);
                let count = match extent {
                    Extent::Least => n,
                    _ => dice.between(n, (n + 2).min(3)),
                };
                (0..count).map(|_| each.sample(dice, extent)).collect()
            }
            Self::Tuple(all) => all.iter().map(|shape| shape.sample(dice, extent)).collect(),
            Self::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for (key, shape) in fields.iter() {
                    object.insert(key.text().to_owned(), shape.sample(dice, extent));
                }
                if extent == Extent::Most {
                    object.insert(Key::NOTE.text().to_owned(), Value::Null);
                }
                Value::Object(object)
            }
        }
    }
}

struct Search<'s, 'd> {
    wants: Wants,
    dice: &'d mut Dice,
    trail: Trail,
    seen: u32,
    found: Option<(Trail, &'s Shape)>,
}

impl<'s> Search<'s, '_> {
    fn visit(&mut self, shape: &'s Shape) {
        if (self.wants)(shape) {
            self.seen += 1;
            if self.dice.one_in(self.seen) {
                self.found = Some((Trail::from_slice(&self.trail), shape));
            }
        }
        match shape {
            Shape::List(each, n) if *n > 0 => self.step(Hop::At(0), each),
            Shape::Tuple(all) => {
                for (index, shape) in all.iter().enumerate() {
                    self.step(Hop::At(index), shape);
                }
            }
            Shape::Object(fields) => {
                for (key, shape) in fields.iter() {
                    self.step(Hop::Key(*key), shape);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, hop: Hop, shape: &'s Shape) {
        self.trail.push(hop);
        self.visit(shape);
        self.trail.pop();
    }
}

/// The path along a trail.
pub(crate) fn path(root: Root, trail: &[Hop]) -> Path {
    if let (Root::Data, [Hop::Key(key)]) = (&root, trail) {
        return key.path();
    }
    let steps = trail.iter().map(|hop| match hop {
        Hop::Key(key) => Step::Name(key.name()),
        Hop::At(index) => Step::Index(*index as i32),
    });
    Path::new(root, steps)
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::{Dice, Key, Root, Shape, path};

    #[test]
    fn joining_keeps_what_both_sides_know() {
        let left = Shape::empty()
            .with(Key::A, Shape::Count)
            .with(Key::B, Shape::Bool);
        let right = Shape::empty()
            .with(Key::A, Shape::Number)
            .with(Key::C, Shape::Text);
        assert_eq!(
            left.join(&right),
            Shape::empty().with(Key::A, Shape::Number)
        );
        assert_eq!(left.join(&Shape::Bool), Shape::Any);
        assert_eq!(left.join(&left), left);
    }

    #[test]
    fn what_is_found_is_there() {
        let mut dice = Dice::new(3);
        let shape = Shape::object(smallvec![
            (Key::SPACED, Shape::List(Shape::Text.into(), 1)),
            (Key::B, Shape::Tuple(vec![Shape::Null, Shape::Text].into())),
        ]);
        for _ in 0..100 {
            let (trail, found) = shape.find(Shape::is_text, &mut dice).unwrap();
            assert_eq!(found, Shape::Text);
            let path = path(Root::Data, &trail);
            let value = shape.value(&mut dice);
            assert!(path.find(&value).unwrap().is_string());
        }
        assert!(shape.find(Shape::is_number, &mut dice).is_none());
    }
}
