//! Choice rules.

use serde_json::{Map, Value, json};
use stepproof_generators::Profile;
use stepproof_specs::asl::Operator;

use crate::{
    law::{Drawn, Law, Twin},
    spots::{Spot, is, spots},
};

pub const LAWS: &[Law] = &[
    Law {
        name: "not not is nothing",
        profile: Profile::choice,
        share: 70,
        open: &[],
        rewrite: |drawn| each_condition(drawn, |it| Some(not(&not(it)))),
        spoil: drop_nots,
    },
    Law {
        name: "And and Or of one condition are the condition",
        profile: Profile::choice,
        share: 70,
        open: &[],
        rewrite: |drawn| each_condition(drawn, |it| Some(json!({ "And": [{ "Or": [it] }] }))),
        spoil: |twin| negate(&mut twin.definition),
    },
    Law {
        name: "De Morgan",
        profile: Profile::choice,
        share: 15,
        open: &[],
        rewrite: |drawn| each_condition(drawn, de_morgan),
        spoil: drop_nots,
    },
    Law {
        name: "rules that exclude each other have no order",
        profile: Profile::choice,
        share: 30,
        open: &[],
        rewrite: reversed_rules,
        spoil: only_reversed,
    },
    Law {
        name: "Default is a last rule that always applies",
        profile: Profile::choice,
        share: 50,
        open: &[],
        rewrite: default_as_rule,
        spoil: |twin| negate(&mut twin.definition),
    },
    Law {
        name: "an operator is its Path twin",
        profile: Profile::choice,
        share: 50,
        open: &[],
        rewrite: operands_by_path,
        spoil: |twin| crate::flow::replace_made(&mut twin.definition, "Assign", &spoilt_operands()),
    },
];

/// The fields of a rule that are not its condition.
const REST: [&str; 4] = ["Next", "Assign", "Output", "Comment"];

/// The Choice states of the drawn case.
fn choices(drawn: &Drawn) -> Vec<Spot> {
    let spots = spots(&drawn.definition).into_iter();
    spots
        .filter(|spot| is(spot.state(&drawn.definition), &["Choice"]))
        .collect()
}

fn rules<'v>(spot: &Spot, definition: &'v mut Value) -> &'v mut Vec<Value> {
    let rules = spot.fields(definition)["Choices"].as_array_mut();
    rules.expect("rules")
}

/// Splits a rule into its condition and its other fields.
fn parts(rule: &Value) -> (Value, Map<String, Value>) {
    let members = rule.as_object().expect("a rule").clone().into_iter();
    let (rest, condition) = members.partition(|(key, _)| REST.contains(&key.as_str()));
    (Value::Object(condition), rest)
}

fn rule(condition: Value, rest: Map<String, Value>) -> Value {
    let mut rule = condition;
    rule.as_object_mut().expect("a condition").extend(rest);
    rule
}

fn not(condition: &Value) -> Value {
    json!({ "Not": condition })
}

/// Rewrites every condition that `rewrite` applies to.
fn each_condition(drawn: &Drawn, rewrite: fn(&Value) -> Option<Value>) -> Option<Twin> {
    let mut twin = drawn.twin();
    let mut rewritten = false;
    for spot in choices(drawn) {
        for it in rules(&spot, &mut twin.definition) {
            let (condition, rest) = parts(it);
            if let Some(condition) = rewrite(&condition) {
                *it = rule(condition, rest);
                rewritten = true;
            }
        }
    }
    rewritten.then_some(twin)
}

fn de_morgan(condition: &Value) -> Option<Value> {
    [("And", "Or"), ("Or", "And")]
        .into_iter()
        .find_map(|(one, other)| {
            let inner = condition[one].as_array()?.iter();
            let inner: Vec<Value> = inner.map(not).collect();
            Some(not(&json!({ other: inner })))
        })
}

/// A mistake: drops the outermost `Not` of every rule.
fn drop_nots(twin: &mut Twin) {
    each_rule(&mut twin.definition, |it| {
        let (condition, rest) = parts(it);
        if let Some(inner) = condition.get("Not") {
            *it = rule(inner.clone(), rest);
        }
    });
}

/// A mistake: negates every rule.
fn negate(definition: &mut Value) {
    each_rule(definition, |it| {
        let (condition, rest) = parts(it);
        *it = rule(not(&condition), rest);
    });
}

fn each_rule(definition: &mut Value, mut change: impl FnMut(&mut Value)) {
    for spot in spots(definition) {
        if is(spot.state(definition), &["Choice"]) {
            rules(&spot, definition).iter_mut().for_each(&mut change);
        }
    }
}

/// Makes every rule after the first exclude those before it, then reverses the rules. If a
/// condition fails on missing data, it is still the first one evaluated.
fn reversed_rules(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    let several = |spot: &Spot| {
        let rules = spot.state(&drawn.definition)["Choices"].as_array();
        rules.is_some_and(|rules| rules.len() > 1)
    };
    let spot = drawn.pick(choices(drawn).into_iter().filter(several).collect())?;
    let rules = rules(&spot, &mut twin.definition);
    let mut before: Vec<Value> = Vec::new();
    for it in rules.iter_mut() {
        let (condition, rest) = parts(it);
        let mut all = before.clone();
        all.push(condition.clone());
        *it = rule(json!({ "And": all }), rest);
        before.push(not(&condition));
    }
    rules.reverse();
    Some(twin)
}

/// A mistake: reverses the rules without making them exclude each other.
fn only_reversed(twin: &mut Twin) {
    each_rule(&mut twin.definition, |it| {
        let (condition, rest) = parts(it);
        if let Some(last) = condition["And"].as_array().and_then(|all| all.last()) {
            *it = rule(last.clone(), rest);
        }
    });
}

fn default_as_rule(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    let has_default = |spot: &Spot| !spot.state(&drawn.definition)["Default"].is_null();
    let spot = drawn.pick(choices(drawn).into_iter().filter(has_default).collect())?;
    let fields = spot.fields(&mut twin.definition);
    let default = fields.shift_remove("Default")?;
    let mut last = json!({ "Variable": "$", "IsPresent": true, "Next": default });
    if let Some(assign) = fields.shift_remove("Assign") {
        last["Assign"] = assign;
    }
    rules(&spot, &mut twin.definition).push(last);
    Some(twin)
}

/// Replaces the operands by variables, which a Pass before the Choice assigns.
fn operands_by_path(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    let spot = drawn.pick(choices(drawn))?;
    let mut operands = Map::new();
    for rule in rules(&spot, &mut twin.definition) {
        by_path(rule, &mut operands);
    }
    if operands.is_empty() {
        return None;
    }
    let before = json!({ "Type": "Pass", "Assign": operands });
    spot.put_before(&mut twin.definition, before);
    Some(twin)
}

fn by_path(condition: &mut Value, operands: &mut Map<String, Value>) {
    let Some(fields) = condition.as_object_mut() else {
        return;
    };
    let twin = fields
        .keys()
        .find_map(|field| match Operator::parse(field) {
            Some((operator, false)) if operator.has_path_twin() => Some(field.clone()),
            _ => None,
        });
    if let Some(literal) = twin.as_ref().and_then(|field| fields.shift_remove(field)) {
        let variable = format!("operand{}", operands.len());
        let field = format!("{}Path", twin.unwrap_or_default());
        fields.insert(field, json!(format!("${variable}")));
        operands.insert(variable, literal);
    }
    for (key, inner) in fields.iter_mut() {
        match (key.as_str(), inner) {
            ("And" | "Or", Value::Array(conditions)) => {
                for it in conditions {
                    by_path(it, operands);
                }
            }
            ("Not", inner) => by_path(inner, operands),
            _ => {}
        }
    }
}

/// A mistake: the variables get other values.
fn spoilt_operands() -> Value {
    let operands = (0..40).map(|number| (format!("operand{number}"), json!("spoilt")));
    Value::Object(operands.collect())
}
