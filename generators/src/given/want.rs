//! A tree of what is read of a value, and values drawn from it: mostly suitable ones, with the
//! boundary values of the comparisons they meet, and some damaged ones.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Map, Value, json};
use stepproof_specs::query::jsonpath::path::{
    Step,
    filter::{self, Criterion, Filter, Relation},
};

use crate::{dice::Dice, literal};

/// How deep reads are remembered: without a bound, a loop that nests data would never converge.
const DEPTH: usize = 10;
/// The most hints per value: more of them add nothing.
const HINTS: usize = 24;
/// The longest array that is drawn because a Choice compares its length.
const LONGEST: u32 = 64;

/// What is read of a value: hints at what it may be, and reads of its fields and items.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Want {
    hints: Vec<Hint>,
    fields: BTreeMap<Arc<str>, Want>,
    items: Option<Box<Want>>,
    /// The fewest items that an array needs, because some are read by index.
    least: u32,
    /// How many items an array has to have, one of these numbers.
    lengths: Vec<u32>,
    /// What it has to be, one of these: a Choice has to take a certain rule.
    must: Vec<Hint>,
    /// It is a string that something else is made from, which has these reads.
    made: Option<(Made, Box<Want>)>,
}

/// What is made from a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// `States.StringToJson`.
    Json,
    /// `States.Base64Decode`.
    Plain,
}

/// How values are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Draw {
    /// Whatever is suitable. If the number is not 0, every value is damaged with a probability of one
    /// in so many.
    Any(u32),
    /// What leads to a certain state: nothing is missing that is read, unless it has to be.
    Towards,
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
    /// Whatever is read of it.
    Structure,
}

impl Want {
    /// An array of such items.
    pub fn array(items: Self) -> Self {
        Self {
            items: Some(Box::new(items)),
            ..Self::default()
        }
    }

    /// A value that may be any of these.
    pub fn hinted(hints: impl IntoIterator<Item = Hint>) -> Self {
        let mut want = Self::default();
        want.hints(hints);
        want
    }

    /// A value that has to be one of these.
    pub fn must(hints: impl IntoIterator<Item = Hint>) -> Self {
        Self {
            must: hints.into_iter().collect(),
            ..Self::default()
        }
    }

    /// An array with so many items as this value has to be.
    pub fn of_length(&self) -> Self {
        Self {
            items: Some(Box::default()),
            lengths: lengths(&self.must),
            ..Self::default()
        }
    }

    /// An array with so many items as this value has to be, or else may be.
    pub fn of_possible_length(&self) -> Self {
        let mut array = self.of_length();
        if array.lengths.is_empty() {
            array.lengths = lengths(&self.hints);
        }
        array
    }

    /// The reads of what an indefinite path selects, if these are the reads of the list of it.
    pub fn selected(&self) -> Self {
        match &self.items {
            Some(items) => Self::clone(items),
            None => self.clone(),
        }
    }

    /// A string from which something with these reads is made.
    pub fn made(how: Made, reads: &Self) -> Self {
        Self {
            made: Some((how, Box::new(reads.clone()))),
            ..Self::default()
        }
    }

    /// The reads of what is made from the string.
    pub fn maker(&self, how: Made) -> Self {
        match &self.made {
            Some((made, reads)) if *made == how => Self::clone(reads),
            _ => Self::default(),
        }
    }

    /// The reads of a value from which this one is computed: what this one has to be is computed
    /// back, where that is possible.
    pub fn back(&self, from: impl Fn(&Value) -> Option<Value>) -> Self {
        let values = self.must.iter().filter_map(|hint| match hint {
            Hint::Value(value) => from(value).map(Hint::Value),
            _ => None,
        });
        Self::must(values)
    }

    /// The same, where it is also known what this value may be.
    pub fn through(&self, from: impl Fn(&Value) -> Option<Value>) -> Self {
        let hints = self.hints.iter().filter_map(|hint| match hint {
            Hint::Value(value) => from(value).map(Hint::Value),
            _ => None,
        });
        Self {
            hints: hints.collect(),
            ..self.back(&from)
        }
    }

    /// Whether nothing is known of what it may be.
    pub fn is_vague(&self) -> bool {
        self.hints.is_empty() && self.must.is_empty()
    }

    /// The same, without having to be anything.
    pub fn loose(&self) -> Self {
        Self::hinted(self.must.iter().chain(&self.hints).cloned())
    }

    /// The only value that it has to be, if there is only one.
    pub fn only(&self) -> Option<&Value> {
        match &self.must[..] {
            [Hint::Value(value)] => Some(value),
            _ => None,
        }
    }

    /// An array of one or two such items.
    pub fn few(items: Self) -> Self {
        Self {
            lengths: vec![1, 1, 2],
            ..Self::array(items)
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
                Step::Filter(filter) => {
                    let items = here.items.get_or_insert_default();
                    passing(items, filter);
                    items
                }
                Step::FromEnd(_) | Step::Indexes(_) | Step::Slice(..) | Step::Wildcard => {
                    here.items.get_or_insert_default()
                }
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
        narrow(&mut self.must, &other.must);
        narrow(&mut self.lengths, &other.lengths);
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
        if let Some((how, made)) = &other.made {
            let (_, own) = self.made.get_or_insert_with(|| (*how, Box::default()));
            own.merge_to(made, depth - 1);
        }
    }

    /// A whole input or result.
    pub fn root(&self, dice: &mut Dice, draw: Draw) -> Value {
        let value = self.value(dice, draw).unwrap_or_else(|| json!({}));
        match value {
            // Mostly an object: engines may differ in how they treat another type of input.
            Value::Object(_) => value,
            other if self.fields.is_empty() && *self != Self::default() => other,
            _ if matches!(draw, Draw::Any(_)) && dice.one_in(8) => value,
            _ => self.object(dice, draw),
        }
    }

    /// A value, or `None` if it is missing.
    fn value(&self, dice: &mut Dice, draw: Draw) -> Option<Value> {
        if let Draw::Any(damage) = draw
            && damage > 0
            && dice.one_in(damage)
        {
            return spoilt(dice);
        }
        let structured = !self.fields.is_empty() || self.items.is_some() || self.made.is_some();
        let mut hints: Vec<&Hint> = self.hints.iter().collect();
        if let Draw::Towards = draw {
            hints.retain(|hint| **hint != Hint::Absent);
        }
        let any = self.must.is_empty() || self.must.contains(&Hint::Structure);
        if !any || (!structured && !self.must.is_empty() && hints.is_empty()) {
            let at = dice.index(self.must.len());
            return self.must[at].value(dice);
        }
        let odd = matches!(draw, Draw::Any(_)) && dice.one_in(6);
        if !hints.is_empty() && (!structured || odd) {
            // The first hint is the value compared with, the others are near it. The smaller of two
            // draws prefers the first ones.
            let count = hints.len();
            let at = dice.index(count).min(dice.index(count));
            return hints[at].value(dice);
        }
        Some(match (&self.items, &self.made) {
            (Some(items), _) if self.fields.is_empty() => {
                let least = match draw {
                    Draw::Any(_) => self.least,
                    Draw::Towards => self.least.max(1),
                };
                let count = match self.lengths.as_slice() {
                    [] => least + dice.below(3),
                    lengths => lengths[dice.index(lengths.len())],
                };
                let drawn = (0..count).filter_map(|_| items.value(dice, draw));
                drawn.collect()
            }
            (None, Some((how, made))) if self.fields.is_empty() => {
                how.text(&made.whole(dice, draw))
            }
            _ if structured => self.object(dice, draw),
            _ => anything(dice),
        })
    }

    /// A value that is not missing.
    fn whole(&self, dice: &mut Dice, draw: Draw) -> Value {
        self.value(dice, draw).unwrap_or_default()
    }

    fn object(&self, dice: &mut Dice, draw: Draw) -> Value {
        let mut object = Map::new();
        for (name, field) in &self.fields {
            if let Some(value) = field.value(dice, draw) {
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

fn lengths(hints: &[Hint]) -> Vec<u32> {
    let lengths = hints.iter().filter_map(|hint| match hint {
        Hint::Value(value) => u32::try_from(value.as_u64()?).ok(),
        _ => None,
    });
    lengths.filter(|length| *length <= LONGEST).collect()
}

/// Keeps what both allow, if there is anything.
fn narrow<T: Clone + PartialEq>(own: &mut Vec<T>, other: &[T]) {
    if own.is_empty() {
        *own = other.to_vec();
    } else if own.iter().any(|it| other.contains(it)) {
        own.retain(|it| other.contains(it));
    }
}

/// Lets the items of an array pass a filter, as far as it compares what is in them with literals.
fn passing(items: &mut Want, filter: &Filter) {
    for criterion in filter.any.iter().take(1).flatten() {
        match criterion {
            Criterion::Exists(filter::Operand::Item(path)) => {
                items.at(path.steps());
            }
            Criterion::Compare(filter::Operand::Item(path), relation, other) => {
                let hints = match other {
                    filter::Operand::Quoted(text) => vec![Hint::Value((&**text).into())],
                    filter::Operand::Bare(text) => match serde_json::from_str::<Value>(text) {
                        Ok(Value::Number(number)) => match relation {
                            Relation::Equal | Relation::AtLeast | Relation::AtMost => {
                                vec![Hint::Value(number.into())]
                            }
                            _ => around(number.as_f64().unwrap_or_default()),
                        },
                        Ok(other) => vec![Hint::Value(other)],
                        Err(_) => Vec::new(),
                    },
                    _ => Vec::new(),
                };
                items.at(path.steps()).hints(hints);
            }
            _ => {}
        }
    }
}

/// This number and a number on either side.
pub(super) fn around(number: f64) -> Vec<Hint> {
    let whole = number.fract() == 0.0 && number.abs() < 1e15;
    let like = |near: f64| {
        Hint::Value(if whole {
            (near as i64).into()
        } else {
            near.into()
        })
    };
    vec![like(number), like(number - 1.0), like(number + 1.0)]
}

impl Made {
    /// The string from which this is made.
    fn text(self, value: &Value) -> Value {
        match (self, value) {
            (Self::Json, _) => value.to_string().into(),
            (Self::Plain, Value::String(text)) => BASE64.encode(text).into(),
            (Self::Plain, _) => BASE64.encode(value.to_string()).into(),
        }
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
            Self::Structure => json!({}),
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
