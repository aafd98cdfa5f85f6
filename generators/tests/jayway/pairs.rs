//! Random pairs of a path and a document.

use std::fmt;

use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};
use serde_json::{Map, Value, json};
use stepproof_generators::paths::{PathOptions, StepKind, draw_path};
use stepproof_specs::query::jsonpath::path::{
    Path, Step,
    filter::{Criterion, Operand, Relation},
};

/// A path and the document that it is evaluated on.
pub struct Pair {
    pub path: String,
    pub document: Value,
    /// Whether the characters of the path were changed at random.
    pub damaged: bool,
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  on  {}", self.path, self.document)
    }
}

pub struct Draw {
    rng: Xoshiro256PlusPlus,
    options: PathOptions,
}

const NAMES: &[&str] = &[
    "a", "b", "c", "a b", "x.y", "é", "length()", "a,b", "it's", "x]",
];
const TEXTS: &[&str] = &[
    "", "b", "x y", "abc", "ABC", "5", "1.5", "true", "null", "é", "b_7", "a-b", "=", "&&",
    "\"\\\n",
];
/// Numbers of at most 18 digits. Which longer ones become big integers, which compare with nothing,
/// depends on the version of Jackson.
const WHOLE: &[i64] = &[0, 1, 2, 5, -1, 1_000_000_000_000, 999_999_999_999_999_999];
const BROKEN: &[f64] = &[1.5, -0.25, 1e10, 1e-5, 5.0, 123_456.789];
const CHARACTERS: &str = "$.[]'*?@(),:-&|=<>!~/ 01ab\"\\";

impl Draw {
    pub fn new(seed: u64) -> Self {
        let mut options = PathOptions::every();
        // More names, because they lead to nested values, and more filters, because they have many
        // variants.
        options.kinds.extend([StepKind::Name; 4]);
        options.kinds.extend([StepKind::Filter; 4]);
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            options,
        }
    }

    pub fn pair(&mut self) -> Pair {
        let document = self.value(4);
        let mut path = draw_path(&mut self.rng, &document, &self.options)
            .text()
            .to_owned();
        let damaged = self.one_in(10);
        if damaged {
            path = self.damage(&path);
        }
        Pair {
            path,
            document,
            damaged,
        }
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.rng.random_range(0..n) == 0
    }

    fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.rng.random_range(0..options.len())]
    }

    fn value(&mut self, depth: u32) -> Value {
        let scalar = depth == 0
            || if depth == 4 {
                self.one_in(40)
            } else {
                self.one_in(3)
            };
        if scalar {
            return self.scalar();
        }
        let members = self.rng.random_range(0..5);
        if self.one_in(2) {
            // The elements of an array mostly have the same shape.
            let alike = !self.one_in(3);
            let first = self.value(depth - 1);
            let mut elements = Vec::new();
            for _ in 0..members {
                let element = if alike {
                    self.like(&first)
                } else {
                    self.value(depth - 1)
                };
                elements.push(element);
            }
            return elements.into();
        }
        let mut object = Map::new();
        for _ in 0..members {
            let common = !self.one_in(4);
            let name = self.pick(if common { &NAMES[..3] } else { NAMES });
            object.insert(name.to_owned(), self.value(depth - 1));
        }
        Value::Object(object)
    }

    /// A value of a similar shape.
    fn like(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let mut kept = object.clone();
                kept.retain(|_, _| !self.one_in(8));
                kept.values_mut()
                    .for_each(|value| *value = self.like(value));
                kept.into()
            }
            Value::Array(all) => all.iter().map(|value| self.like(value)).collect(),
            _ if self.one_in(8) => self.scalar(),
            Value::String(_) => self.pick(TEXTS).into(),
            Value::Number(_) => self.number(),
            Value::Bool(_) => self.one_in(2).into(),
            Value::Null => Value::Null,
        }
    }

    fn scalar(&mut self) -> Value {
        match self.rng.random_range(0..8) {
            0..3 => self.pick(TEXTS).into(),
            3..6 => self.number(),
            6 => self.one_in(2).into(),
            _ => Value::Null,
        }
    }

    fn number(&mut self) -> Value {
        match self.rng.random_range(0..20) {
            0 => json!(u64::MAX),
            1..5 => self.pick(BROKEN).into(),
            5..8 => self.pick(WHOLE).into(),
            _ => self.pick(&WHOLE[..4]).into(),
        }
    }

    /// Deletes, doubles, replaces or inserts a few characters; the result still starts from `$`.
    fn damage(&mut self, path: &str) -> String {
        let pool: Vec<char> = CHARACTERS.chars().collect();
        loop {
            let mut chars: Vec<char> = path.chars().collect();
            for _ in 0..self.rng.random_range(1..=3) {
                let at = self.rng.random_range(1..=chars.len().max(1));
                let new = self.pick(&pool);
                match self.rng.random_range(0..4) {
                    0 if at < chars.len() => drop(chars.remove(at)),
                    1 if at < chars.len() => chars[at] = new,
                    2 if at < chars.len() => chars.insert(at, chars[at]),
                    _ => chars.insert(at.min(chars.len()), new),
                }
            }
            let text: String = chars.into_iter().collect();
            if is_from_data(&text) {
                return text;
            }
        }
    }
}

/// Whether a string starts from `$`, not from a variable, and contains nothing that only a program
/// can use: a second root in the middle of a path, or a filter `[?]` whose predicate is passed
/// separately.
fn is_from_data(text: &str) -> bool {
    let given = |inside: &str| {
        let filter = inside.split(']').next().unwrap_or_default();
        filter.trim_start().starts_with('?') && !filter.contains('(')
    };
    if text.split('[').skip(1).any(given) {
        return false;
    }
    let again = ["]$", "*$", "..$"].iter().any(|mark| text.contains(mark));
    !again && matches!(text.chars().nth(1), None | Some('.' | '[' | ' '))
}

/// Calls `count` with every operator of a path.
pub fn operators(path: &Path, count: &mut dyn FnMut(&'static str)) {
    for step in path.steps() {
        count(match StepKind::of(step) {
            StepKind::Name => "name",
            StepKind::Names => "names ['a','b']",
            StepKind::Index => "index [0]",
            StepKind::NegativeIndex => "negative index [-1]",
            StepKind::FromEnd => "index from the end [(@.length-1)]",
            StepKind::Indexes => "indexes [0,2]",
            StepKind::SliceFrom => "slice [1:]",
            StepKind::SliceTo => "slice [:2]",
            StepKind::SliceBetween => "slice [1:2]",
            StepKind::Wildcard => "wildcard [*]",
            StepKind::Scan => "scan ..",
            StepKind::Filter => "filter [?()]",
        });
        if let Step::Filter(filter) = step {
            if filter.any.len() > 1 {
                count("filter ||");
            }
            if filter.any.iter().any(|all| all.len() > 1) {
                count("filter &&");
            }
            filter
                .any
                .iter()
                .flatten()
                .for_each(|criterion| criteria(criterion, count));
        }
    }
}

fn criteria(criterion: &Criterion, count: &mut dyn FnMut(&'static str)) {
    match criterion {
        Criterion::Exists(_) => count("filter @.a"),
        Criterion::Missing(_) => count("filter !@.a"),
        Criterion::Compare(left, relation, right) => {
            count(match relation {
                Relation::Equal => "filter ==",
                Relation::AtLeast => "filter >=",
                Relation::AtMost => "filter <=",
                Relation::NotEqual => "filter !=",
                Relation::Less => "filter <",
                Relation::Greater => "filter >",
                Relation::Matches => "filter =~",
            });
            for side in [left, right] {
                count(match side {
                    Operand::Item(_) => "operand @.a",
                    Operand::Root(_) => "operand $.a",
                    Operand::Quoted(_) => "operand 'text'",
                    Operand::Bare(_) => "operand bare",
                    Operand::Pattern(_) => "operand /regex/",
                });
            }
        }
    }
}
