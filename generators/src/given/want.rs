//! What is known to be read of a value, as a tree, and values drawn from it: mostly fit, with the
//! boundaries of the comparisons they meet, and now and then damaged.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};
use stepproof_specs::query::jsonpath::path::Step;

use crate::{dice::Dice, literal};

/// Deeper than this nothing is remembered: a loop that nests data would never settle.
const DEPTH: usize = 10;
/// More hints than this tell nothing new.
const HINTS: usize = 24;

/// What is read of a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Want {
    hints: Vec<Hint>,
    fields: BTreeMap<Arc<str>, Want>,
    items: Option<Box<Want>>,
    /// How many items are read by their index.
    least: u32,
}

/// Something that a value may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hint {
    /// This value.
    Value(Value),
    /// Some number.
    Number,
    /// A number of seconds that can be waited, or of things at once.
    Count,
    /// Some string.
    Text,
    /// A boolean.
    Bool,
    /// A timestamp, long past.
    Timestamp,
    /// Not there at all.
    Absent,
}

impl Want {
    /// A value that is an array of these.
    pub fn array(items: Self) -> Self {
        Self {
            items: Some(Box::new(items)),
            ..Self::default()
        }
    }

    /// What is read at the end of these steps.
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
                // What a scan looks for may be anywhere, so also right here.
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

    /// What is known at the end of these steps.
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

    /// What is known of the items.
    pub fn each(&self) -> Self {
        self.items.as_deref().cloned().unwrap_or_default()
    }

    /// Forgets what is known at the end of these steps: somebody else puts it there.
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

    /// Adds what another reader reads.
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

    /// A whole input or result. Where `damage` is not 0, every value in it is spoilt one time in so
    /// many.
    pub fn root(&self, dice: &mut Dice, damage: u32) -> Value {
        let value = self.value(dice, damage).unwrap_or_else(|| json!({}));
        match value {
            // An engine may think differently of an input that is no object.
            Value::Object(_) => value,
            other if self.fields.is_empty() && *self != Self::default() => other,
            _ if dice.one_in(8) => value,
            _ => self.object(dice, damage),
        }
    }

    /// A value, or that there is none.
    fn value(&self, dice: &mut Dice, damage: u32) -> Option<Value> {
        if damage > 0 && dice.one_in(damage) {
            return spoilt(dice);
        }
        let structured = !self.fields.is_empty() || self.items.is_some();
        if !self.hints.is_empty() && (!structured || dice.one_in(6)) {
            // The first is what somebody asks for, the others lie around it.
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

/// A value of which nothing is known but that it is read.
fn anything(dice: &mut Dice) -> Value {
    match dice.below(6) {
        0 => json!({ "id": literal::number(dice) }),
        1 => dice.one_in(2).into(),
        2 | 3 => literal::text(dice).into(),
        _ => literal::number(dice),
    }
}

/// A value that hardly fits anywhere, or none.
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
