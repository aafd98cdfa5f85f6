//! Values with which a Choice takes a given rule. What holds of a value is asked of the reference:
//! a machine of one Choice tries it.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::{
        Body, Choice, ChoiceRule, Comparable, Condition, Fail, JsonPathRule, Kind, Machine, Name,
        Operand, Operator, RuleFlow, Scope, State, States, Test,
    },
    observation::Status,
    query::jsonpath::path::{Path, Root, Step},
    reference::simulate,
    scenario::{
        case::{ExecutionCase, Start},
        plan::Plan,
    },
};

use super::{
    conditions,
    constants::Constants,
    reads::{Demand, boundary},
    want::{Hint, Want},
};
use crate::dice::Dice;

/// How often the parts of conditions that have to hold are chosen again.
const TRIES: usize = 24;

/// The time at which everything happens that is compared with the context object's times.
const NOW: &str = "2026-01-01T00:00:00Z";

/// What makes a Choice take the rule with this index, or its default; `None` if nothing was found.
pub(super) fn taking(
    choice: &Choice,
    rule: Option<usize>,
    constants: &Constants,
    dice: &mut Dice,
) -> Option<Vec<Demand>> {
    if choice.choices.iter().any(|it| it.flow.jsonata().is_some()) {
        return Some(conditions::taking(choice, rule, constants, dice));
    }
    (0..TRIES).find_map(|_| {
        let mut parts = Vec::new();
        if let Some(rule) = rule {
            part(condition(choice, rule)?, true, dice, &mut parts);
        }
        for before in 0..rule.unwrap_or(choice.choices.len()) {
            part(condition(choice, before)?, false, dice, &mut parts);
        }
        solved(&parts, dice)
    })
}

fn condition(choice: &Choice, rule: usize) -> Option<&Condition> {
    let rule = choice.choices.get(rule)?.flow.json_path()?;
    Some(&rule.condition)
}

/// A test and whether it has to hold.
type Part<'c> = (&'c Test, bool);

/// Adds tests that make a condition hold, or not. Where one of several is enough, one is drawn,
/// unless one is there already.
fn part<'c>(condition: &'c Condition, holds: bool, dice: &mut Dice, parts: &mut Vec<Part<'c>>) {
    match (condition, holds) {
        (Condition::Not(inner), _) => part(inner, !holds, dice, parts),
        (Condition::Commented(inner, _), _) => part(inner, holds, dice, parts),
        (Condition::Test(test), _) => {
            if !parts.contains(&(test, holds)) {
                parts.push((test, holds));
            }
        }
        (Condition::And(all), true) | (Condition::Or(all), false) => {
            for inner in all {
                part(inner, holds, dice, parts);
            }
        }
        (Condition::And(any), false) | (Condition::Or(any), true) => {
            let there = |inner: &Condition| matches!(inner, Condition::Test(test) if parts.contains(&(test, holds)));
            if !any.is_empty() && !any.iter().any(there) {
                let at = dice.index(any.len());
                part(&any[at], holds, dice, parts);
            }
        }
    }
}

/// What is possible for a value.
#[derive(Debug, Clone, PartialEq)]
struct Place<'c> {
    path: &'c Path,
    possible: Vec<Option<Value>>,
}

fn solved(parts: &[Part<'_>], dice: &mut Dice) -> Option<Vec<Demand>> {
    let mut places: Vec<Place<'_>> = Vec::new();
    for (test, _) in parts {
        let operand = match &test.operand {
            Operand::Path(path) => Some(path),
            Operand::Literal(_) => None,
        };
        for path in operand.into_iter().chain([&test.variable]) {
            if places.iter().all(|place| place.path != path) {
                let possible = possible(path, parts, Vec::new());
                if possible.is_empty() {
                    return None;
                }
                places.push(Place { path, possible });
            }
        }
    }
    for (test, holds) in parts {
        let Operand::Path(operand) = &test.operand else {
            continue;
        };
        let left = places.iter().position(|it| *it.path == test.variable)?;
        let right = places.iter().position(|it| it.path == operand)?;
        for (one, other) in [(left, right), (right, left)] {
            let near = places[other].possible.iter().flatten().flat_map(near);
            let near: Vec<Option<Value>> = near.map(Some).collect();
            if let [_, _, ..] = places[one].possible[..] {
                places[one].possible = self::possible(places[one].path, parts, near);
            }
        }
        let asked = Asked::both(test.operator, *holds);
        let mut pairs = Vec::new();
        for one in places[left].possible.iter().flatten() {
            for other in places[right].possible.iter().flatten() {
                if asked.holds(Some(one), Some(other)) {
                    pairs.push((one.clone(), other.clone()));
                }
            }
        }
        if pairs.is_empty() {
            return None;
        }
        let (one, other) = pairs.swap_remove(dice.index(pairs.len()));
        places[left].possible = vec![Some(one)];
        places[right].possible = vec![Some(other)];
    }
    let demands = places.into_iter().map(|place| Demand {
        path: place.path.clone(),
        want: Want::must(place.possible.into_iter().map(hint)),
    });
    Some(demands.collect())
}

fn hint(value: Option<Value>) -> Hint {
    match value {
        None => Hint::Absent,
        Some(Value::Object(fields)) if fields.is_empty() => Hint::Structure,
        Some(value) => Hint::Value(value),
    }
}

/// A value, and values on both sides of it.
fn near(value: &Value) -> Vec<Value> {
    let mut near = vec![value.clone()];
    match value {
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            near.extend([json!(number - 1.0), json!(number + 1.0)]);
        }
        Value::String(text) => near.extend([json!(""), json!(format!("{text}a"))]),
        _ => {}
    }
    near
}

/// The values at a path, these among them, for which all tests with literals come out as they have
/// to.
fn possible(path: &Path, parts: &[Part<'_>], more: Vec<Option<Value>>) -> Vec<Option<Value>> {
    let here = parts.iter().filter(|(test, _)| test.variable == *path);
    let tests: Vec<Part<'_>> = here.copied().collect();
    let mut candidates = more;
    for (test, _) in parts {
        let compared = matches!(&test.operand, Operand::Path(operand) if operand == path);
        if test.variable == *path || compared {
            candidates.extend(around(test));
        }
    }
    if *path.root() == Root::Context && !is_drawn(path) {
        candidates = vec![Some(NOW.into())];
    }
    let is_presence = |(test, _): &Part<'_>| test.operator == Operator::Is(Kind::Present);
    let compared = |(test, _): &Part<'_>| matches!(&test.operand, Operand::Path(it) if it == path);
    let present = !tests.is_empty() && tests.iter().all(is_presence) && !parts.iter().any(compared);
    if present {
        // Nothing but its presence matters, so whatever is read of it may be there.
        candidates.insert(0, Some(json!({})));
    }
    candidates.extend(
        [
            json!({}),
            json!("text"),
            json!(1),
            json!(true),
            Value::Null,
            json!([]),
        ]
        .map(Some),
    );
    candidates.push(None);
    let asked = Asked::one(&tests);
    let mut found: Vec<Option<Value>> = Vec::new();
    for candidate in candidates {
        if !found.contains(&candidate) && asked.holds(candidate.as_ref(), None) {
            found.push(candidate);
            if present {
                break;
            }
        }
    }
    found
}

/// Whether a path into the context object leads to something that is drawn.
fn is_drawn(path: &Path) -> bool {
    let name = |at: usize| match path.steps().get(at) {
        Some(Step::Name(name)) => &**name,
        _ => "",
    };
    matches!(
        (name(0), name(1), name(2)),
        ("Execution", "Input", _) | ("Map", "Item", "Value")
    )
}

/// Values at and around what a test compares with.
fn around(test: &Test) -> Vec<Option<Value>> {
    let mut values: Vec<Option<Value>> = Vec::new();
    for hint in boundary(test) {
        match hint {
            Hint::Value(value) => values.push(Some(value)),
            Hint::Bool => values.extend([true, false].map(|it| Some(it.into()))),
            Hint::Absent => values.push(None),
            Hint::Number | Hint::Count => values.extend([1, 2, 3].map(|it| Some(it.into()))),
            Hint::Text => values.extend(["text", "other"].map(|it| Some(it.into()))),
            Hint::Timestamp => values.push(Some("1999-12-31T23:59:59Z".into())),
            Hint::Structure => values.push(Some(json!({}))),
        }
    }
    if matches!(test.operator, Operator::Compare(Comparable::Timestamp, _)) {
        values.push(Some("2099-12-31T23:59:59Z".into()));
    }
    let mut numbers: Vec<f64> = values.iter().flatten().filter_map(Value::as_f64).collect();
    numbers.sort_by(f64::total_cmp);
    let between = numbers
        .windows(2)
        .map(|pair| f64::midpoint(pair[0], pair[1]));
    values.extend(between.map(|it| Some(it.into())));
    values
}

/// A machine of one Choice, which succeeds if the value at `$.v` passes all tests.
struct Asked(Option<Arc<Machine>>);

impl Asked {
    /// The tests with literals; without any, everything passes.
    fn one(tests: &[Part<'_>]) -> Self {
        let literal = tests
            .iter()
            .filter(|(test, _)| matches!(test.operand, Operand::Literal(_)));
        let all = literal.map(|(test, holds)| {
            let test = Test {
                variable: member("v"),
                ..(*test).clone()
            };
            either(test, *holds)
        });
        Self::all(all.collect())
    }

    /// A comparison of `$.v` with `$.w`.
    fn both(operator: Operator, holds: bool) -> Self {
        let test = Test {
            variable: member("v"),
            operator,
            operand: Operand::Path(member("w")),
        };
        Self::all(vec![either(test, holds)])
    }

    fn all(mut conditions: Vec<Condition>) -> Self {
        let condition = match conditions.len() {
            0 => return Self(None),
            1 => conditions.remove(0),
            _ => Condition::And(conditions),
        };
        let [ask, yes, no]: [Name; 3] = ["Ask", "Yes", "No"].map(Arc::from);
        let choice = Choice {
            choices: vec![ChoiceRule {
                flow: RuleFlow::JsonPath(JsonPathRule {
                    condition,
                    assign: None,
                }),
                next: yes.clone(),
                comment: None,
            }],
            default: Some(no.clone()),
        };
        let states = [
            (ask.clone(), Body::Choice(choice)),
            (yes, Body::Succeed),
            (no, Body::Fail(Fail::default())),
        ];
        let states: States = states
            .into_iter()
            .map(|(name, body)| (name, Arc::new(State::new(body))))
            .collect();
        Self(Some(Arc::new(Machine {
            scope: Arc::new(Scope {
                start_at: ask,
                states,
                ..Scope::default()
            }),
            ..Machine::default()
        })))
    }

    fn holds(&self, v: Option<&Value>, w: Option<&Value>) -> bool {
        let Some(machine) = &self.0 else {
            return true;
        };
        let mut input = Map::new();
        for (name, value) in [("v", v), ("w", w)] {
            if let Some(value) = value {
                input.insert(name.to_owned(), value.clone());
            }
        }
        let start = Start {
            input: Value::Object(input).into(),
            plan: Plan::default(),
        };
        let case = ExecutionCase::new(machine.clone(), Vec::new());
        simulate(machine, &case, &start).is_ok_and(|it| it.observation.status == Status::Succeeded)
    }
}

fn either(test: Test, holds: bool) -> Condition {
    let test = Condition::Test(test);
    if holds {
        test
    } else {
        Condition::Not(Box::new(test))
    }
}

fn member(name: &str) -> Path {
    Path::new(Root::Data, [Step::Name(name.into())])
}
