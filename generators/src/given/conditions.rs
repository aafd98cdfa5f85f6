//! Values with which a Choice in JSONata takes a given rule: they are drawn from what its conditions read,
//! until the evaluator finds that they lead there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Choice, Dynamic},
    base::pointer::member,
    query::{
        jsonata::{Expression, Field, World},
        jsonpath::path::{Path, Root, Step},
    },
};

use super::{
    constants::Constants,
    reads::{Demand, Found, Origin, Read, of_condition},
    want::{Draw, Hint, Want},
};
use crate::dice::Dice;

/// How often values are drawn.
const TRIES: u32 = 64;

/// What makes a Choice take the rule with this index, or its default: nothing if nothing was found, because
/// a loop may lead there all the same.
pub(super) fn taking(
    choice: &Choice,
    rule: Option<usize>,
    constants: &Constants,
    dice: &mut Dice,
) -> Vec<Demand> {
    let asked = rule.map_or(choice.choices.len(), |rule| rule + 1);
    let conditions: Vec<(Asked<'_>, bool)> = choice.choices[..asked]
        .iter()
        .enumerate()
        .filter_map(|(at, it)| {
            let asked = match &it.flow.jsonata()?.condition {
                Dynamic::Literal(it) => Asked::Said(*it),
                Dynamic::Expression(it) => Asked::Expression(it),
                Dynamic::Path(never) => match *never {},
            };
            Some((asked, Some(at) == rule))
        })
        .collect();
    let read = |is_strict: bool| {
        let mut found = Found::new(constants);
        for (asked, holds) in &conditions {
            if let Asked::Expression(expression) = asked {
                let holds = is_strict.then_some(*holds);
                of_condition(expression, holds, &mut found);
            }
        }
        found.reads
    };
    let [strict, loose] = [true, false].map(|it| (read(it), it));
    let places = places(&loose.0);
    for number in 0..TRIES {
        let draw = match number % 4 {
            0 | 1 => Draw::Towards,
            2 => Draw::Any(0),
            _ => Draw::Any(5),
        };
        let (reads, _) = if number % 2 == 0 { &strict } else { &loose };
        let facts = Facts::draw(reads, constants, draw, dice);
        if conditions
            .iter()
            .all(|(it, holds)| it.comes_to(&facts) == Some(*holds))
        {
            return demands(&places, &facts);
        }
    }
    Vec::new()
}

/// What a rule asks.
enum Asked<'c> {
    Said(bool),
    Expression(&'c Expression),
}

impl Asked<'_> {
    fn comes_to(&self, facts: &Facts) -> Option<bool> {
        match self {
            Self::Said(it) => Some(*it),
            Self::Expression(it) => it.evaluate(facts).outcome.ok()?.as_bool(),
        }
    }
}

/// Where something is read, by names only: what is read of an array is the array.
fn places(reads: &[Read]) -> BTreeSet<(Origin, Vec<Arc<str>>)> {
    let names = |steps: &[Step]| {
        let names = steps.iter().map_while(|step| match step {
            Step::Name(name) => Some(name.clone()),
            _ => None,
        });
        names.collect()
    };
    let places = reads.iter();
    places
        .map(|(origin, steps, _)| (origin.clone(), names(steps)))
        .collect()
}

/// That what is read is what it was found to be.
fn demands(places: &BTreeSet<(Origin, Vec<Arc<str>>)>, facts: &Facts) -> Vec<Demand> {
    let demands = places.iter().filter_map(|(origin, names)| {
        let (root, before): (Root, &[&str]) = match origin {
            Origin::Input => (Root::Data, &[]),
            Origin::Execution => (Root::Context, &["Execution", "Input"]),
            Origin::Item => (Root::Context, &["Map", "Item", "Value"]),
            Origin::Variable(name) => (Root::Variable(name.clone()), &[]),
            Origin::Result => return None,
        };
        let all = facts.of.get(origin)?;
        let pointer = names
            .iter()
            .fold(String::new(), |at, name| member(&at, name));
        let value = all.pointer(&pointer).cloned();
        let hint = value.map_or(Hint::Absent, Hint::Value);
        let before = before.iter().map(|it| Arc::from(*it));
        let steps = before.chain(names.iter().cloned()).map(Step::Name);
        Some(Demand {
            path: Path::new(root, steps),
            want: Want::must([hint]),
        })
    });
    demands.collect()
}

/// What the conditions of a Choice read.
#[derive(Debug, Default)]
struct Facts {
    of: BTreeMap<Origin, Value>,
    constants: Constants,
}

impl Facts {
    fn draw(reads: &[Read], constants: &Constants, draw: Draw, dice: &mut Dice) -> Self {
        let mut wants: BTreeMap<&Origin, Want> = BTreeMap::new();
        for (origin, steps, wanted) in reads {
            let want = wants.entry(origin).or_default();
            want.at(steps).merge(wanted);
        }
        let of = wants
            .into_iter()
            .map(|(origin, want)| (origin.clone(), want.root(dice, draw)));
        Self {
            of: of.collect(),
            constants: constants.clone(),
        }
    }
}

impl World for Facts {
    fn variable(&self, name: &str) -> Option<&Value> {
        let drawn = || self.of.get(&Origin::Variable(name.into()));
        self.constants.get(name).or_else(drawn)
    }
    fn states(&self, field: Field) -> Option<&Value> {
        match field {
            Field::Input => self.of.get(&Origin::Input),
            Field::Result | Field::ErrorOutput => None,
        }
    }
    fn context(&self, _: &dyn Fn(usize, &str) -> bool) -> Value {
        json!({
            "Execution": { "Input": self.of.get(&Origin::Execution), "StartTime": NOW },
            "State": { "EnteredTime": NOW },
            "Map": { "Item": { "Value": self.of.get(&Origin::Item), "Index": 0 } },
        })
    }
    fn millis(&self) -> f64 {
        MILLIS
    }
    fn draw(&self) -> u64 {
        0
    }
}

/// When everything happens.
const NOW: &str = "2026-01-01T00:00:00.000Z";
const MILLIS: f64 = 1_767_225_600_000.0;
