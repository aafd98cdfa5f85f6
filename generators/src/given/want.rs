//! A tree of what is read of a value, and values drawn from it: mostly suitable ones, with the
//! boundary values of the comparisons they meet, and some damaged ones.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};
use stepproof_specs::query::jsonpath::path::Step;

use crate::{dice::Dice, literal};

/// How deep reads are remembered: without a bound, a loop that nests data would never converge.
const DEPTH: usize = 10;
/// The most hints per value: more of them add nothing.
const HINTS: usize = 24;

/// What is read of a value: hints at what it may be, and reads of its fields and items.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Want {
    hints: Vec<Hint>,
    fields: BTreeMap<Arc<str>, Want>,
    items: Option<Box<Want>>,
    /// The fewest items that an array needs, because some are read by index.
    least: u32,
}

/// One possibility for a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hint {
    /// This value.
    Value(Value),
    /// Some number.
    Number,
    /// A small number, for seconds to wait or a number of concurrent items.
    Count,
    /// Some string.
    Text,
    /// A boolean.
    Bool,
    /// A timestamp in the distant past.
    Timestamp,
    /// The value is missing.
    Absent,
}

impl Want {
    /// An array of such items.
    pub fn array(items: Self) -> Self {
        Self {
            items: Some(Box::new(items)),
            ..Self::default()
        }
    }

    /// The reads at the end of these steps, added if there are none yet.
    pub fn at(&mut self, steps: &[Step]) -> &mut Self {
        let mut here = self;
        for step in steps.iter().take(DEPTH) {
            here = match step {
                Step::Name(name) => here.fields.entry(name.clone()).or_default(),
                Step::Index(index) => {
                    let least = u32::try_from(*index).unwrap_or(0).saturating_add(1);
                    here.least = here.least.max(least).min(4);
                    here.items.get_or_insert_default()
                }
                Step::Names(names) => {
                    for name in names.iter() {
                        here.fields.entry(name.clone()).or_default();
                    }
                    return here;
                }
                // A scan finds its target at any depth, so also at this level.
                Step::Scan => here,
                Step::FromEnd(_)
                | Step::Indexes(_)
                | Step::Slice(..)
                | Step::Wildcard
                | Step::Filter(_) => here.items.get_or_insert_default(),
            };
        }
        here
    }

    /// The reads at the end of these steps.
    pub fn get(&self, steps: &[Step]) -> Self {
        let mut here = self;
        for step in steps {
            let next = match step {
                Step::Name(name) => here.fields.get(name),
                Step::Scan | Step::Names(_) => Some(here),
                _ => here.items.as_deref(),
            };
            match next {
                Some(next) => here = next,
                None => return Self::default(),
            }
        }
        here.clone()
    }

    /// The reads of the items.
    pub fn each(&self) -> Self {
        self.items.as_deref().cloned().unwrap_or_default()
    }

    /// Removes the reads at the end of these steps: another writer puts the value there.
    pub fn forget(&mut self, steps: &[Step]) {
        match steps {
            [] => *self = Self::default(),
            [Step::Name(name)] => {
                self.fields.remove(name);
            }
            [Step::Name(name), rest @ ..] => {
                if let Some(field) = self.fields.get_mut(name) {
                    field.forget(rest);
                }
            }
            _ => {}
        }
    }

    pub fn hint(&mut self, hint: Hint) {
        if self.hints.len() < HINTS && !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }

    pub fn hints(&mut self, hints: impl IntoIterator<Item = Hint>) {
        for hint in hints {
            self.hint(hint);
        }
    }

    /// Adds the reads of another reader.
    pub fn merge(&mut self, other: &Self) {
        self.merge_to(other, DEPTH);
    }

    fn merge_to(&mut self, other: &Self, depth: usize) {
        self.hints(other.hints.iter().cloned());
        self.least = self.least.max(other.least);
        if depth == 0 {
            return;
        }
        for (name, field) in &other.fields {
            let own = self.fields.entry(name.clone()).or_default();
            own.merge_to(field, depth - 1);
        }
        if let Some(items) = &other.items {
            let own = self.items.get_or_insert_default();
            own.merge_to(items, depth - 1);
        }
    }

    /// A whole input or result. If `damage` is not 0, every value in it is damaged with a
    /// probability of one in `damage`.
    pub fn root(&self, dice: &mut Dice, damage: u32) -> Value {
        let value = self.value(dice, damage).unwrap_or_else(|| json!({}));
        match value {
            // Mostly an object: engines may differ in how they treat another type of input.
            Value::Object(_) => value,
            other if self.fields.is_empty() && *self != Self::default() => other,
            _ if dice.one_in(8) => value,
            _ => self.object(dice, damage),
        }
    }

    /// A value, or `None` if it is missing.
    fn value(&self, dice: &mut Dice, damage: u32) -> Option<Value> {
        if damage > 0 && dice.one_in(damage) {
            return spoilt(dice);
        }
        let structured = !self.fields.is_empty() || self.items.is_some();
        if !self.hints.is_empty() && (!structured || dice.one_in(6)) {
            // The first hint is the value compared with, the others are near it. The smaller of two
            // draws prefers the first ones.
            let count = self.hints.len();
            let at = dice.index(count).min(dice.index(count));
            return self.hints[at].value(dice);
        }
        Some(match &self.items {
            Some(items) if self.fields.is_empty() => {
                let count = self.least + dice.below(3);
                let drawn = (0..count).filter_map(|_| items.value(dice, damage));
                drawn.collect()
            }
            _ if structured => self.object(dice, damage),
            _ => anything(dice),
        })
    }

    fn object(&self, dice: &mut Dice, damage: u32) -> Value {
        let mut object = Map::new();
        for (name, field) in &self.fields {
            if let Some(value) = field.value(dice, damage) {
                object.insert(name.to_string(), value);
            }
        }
        if object.is_empty() || dice.one_in(4) {
            let own = object.contains_key("note");
            if !own {
                object.insert("note".to_owned(), literal::number(dice));
            }
        }
        Value::Object(object)
    }
}

impl Hint {
    fn value(&self, dice: &mut Dice) -> Option<Value> {
        Some(match self {
            Self::Value(value) => value.clone(),
            Self::Number => literal::number(dice),
            Self::Count => dice.between(1, 2).into(),
            Self::Text => literal::text(dice).into(),
            Self::Bool => dice.one_in(2).into(),
            Self::Timestamp => literal::timestamp(dice).into(),
            Self::Absent => return None,
        })
    }
}

/// Any value: nothing is known except that it is read.
fn anything(dice: &mut Dice) -> Value {
    match dice.below(6) {
        0 => json!({ "id": literal::number(dice) }),
        1 => dice.one_in(2).into(),
        2 | 3 => literal::text(dice).into(),
        _ => literal::number(dice),
    }
}

/// A value that is rarely suitable, or none.
fn spoilt(dice: &mut Dice) -> Option<Value> {
    match dice.below(7) {
        0 | 1 => None,
        2 => Some(Value::Null),
        3 => Some(json!([])),
        4 => Some(json!({})),
        5 => Some(literal::text(dice).into()),
        _ => Some(literal::number(dice)),
    }
}
