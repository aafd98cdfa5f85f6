//! The shape of the execution's input, and values of that shape.

use serde_json::Value;

use crate::{
    dice::Dice,
    feature::{Feature, FeatureSet},
    key::{self, Key},
    shape::Shape,
};

/// The shape of a case's inputs: mostly an object, with fields that the case's features can use.
pub(crate) fn shape(features: FeatureSet, dice: &mut Dice) -> Shape {
    if dice.one_in(24) {
        return scalar(dice);
    }
    let names = if features.has(Feature::OddNames) {
        key::ODD
    } else {
        key::PLAIN
    };
    let mut shape = Shape::empty();
    for _ in 0..dice.between(1, 4) {
        let key = dice.pick(names);
        shape = shape.with(key, field(features, dice, 0));
    }
    if features.has(Feature::Map) {
        let items = Shape::List(field(features, dice, 1).into(), dice.below(3) as u8);
        shape = shape.with(Key::ITEMS, items);
    }
    shape
}

fn field(features: FeatureSet, dice: &mut Dice, depth: u32) -> Shape {
    match dice.below(10) {
        0 | 1 if depth < 2 => {
            let shape =
                Shape::empty().with(dice.pick(key::PLAIN), field(features, dice, depth + 1));
            shape.with(dice.pick(key::PLAIN), scalar(dice))
        }
        2 if depth < 2 => Shape::List(scalar(dice).into(), dice.below(3) as u8),
        3 if features.has(Feature::Timestamps) => Shape::Timestamp,
        4 => Shape::Count,
        _ => scalar(dice),
    }
}

fn scalar(dice: &mut Dice) -> Shape {
    match dice.below(7) {
        0 => Shape::Null,
        1 | 2 => Shape::Bool,
        3 | 4 => Shape::Number,
        _ => Shape::Text,
    }
}

/// An input of this shape; where damage is allowed, sometimes without one of its fields.
pub(crate) fn value(shape: &Shape, features: FeatureSet, dice: &mut Dice) -> Value {
    let mut value = shape.value(dice);
    if let Value::Object(fields) = &mut value
        && features.has(Feature::Damage)
        && !fields.is_empty()
        && dice.one_in(8)
    {
        let lost = fields.keys().nth(dice.index(fields.len())).cloned();
        if let Some(lost) = lost {
            fields.shift_remove(&lost);
        }
    }
    value
}
