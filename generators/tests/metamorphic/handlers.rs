//! Retry, Catch and Wait.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use stepproof_generators::{Feature, FeatureSet, Profile};
use stepproof_specs::scenario::plan::{Plan, Reply, Rule};

use crate::{
    flow::replace_made,
    law::{Drawn, Law, Twin},
    spots::{Spot, is, lacks, spots},
};

pub const LAWS: &[Law] = &[
    Law {
        name: "a Retry is a chain of catchers and Waits",
        profile: Profile::retry,
        share: 20,
        open: &[],
        rewrite: unrolled_retry,
        spoil: |twin| replace_made(&mut twin.definition, "Seconds", &json!(59)),
    },
    Law {
        name: "States.ALL is every name that occurs",
        profile: Profile::retry,
        share: 15,
        open: &[],
        rewrite: all_spelled_out,
        spoil: forget_names,
    },
    Law {
        name: "a Wait is two Waits",
        profile: Profile::waits,
        share: 25,
        open: &[],
        rewrite: wait_split,
        spoil: |twin| replace_made(&mut twin.definition, "Seconds", &json!(59)),
    },
    Law {
        name: "Seconds are their Path twin",
        profile: Profile::waits,
        share: 25,
        open: &[],
        rewrite: |drawn| by_path(drawn, &["Seconds"]),
        spoil: |twin| assign(twin, &json!({ "literalSeconds": 59 })),
    },
    Law {
        name: "limits are their Path twins",
        profile: || Profile::waits().without(FeatureSet::of(&[Feature::Wait])),
        share: 20,
        open: &[],
        rewrite: |drawn| by_path(drawn, &LIMITS),
        spoil: |twin| assign(twin, &json!({ "literalTimeoutSeconds": 1 })),
    },
    Law {
        name: "Error and Cause are their Path twins",
        profile: Profile::errors,
        share: 20,
        open: &[],
        rewrite: |drawn| by_path(drawn, &["Error", "Cause"]),
        spoil: |twin| {
            let texts = json!({ "literalError": "spoilt", "literalCause": "spoilt" });
            assign(twin, &texts);
        },
    },
];

const LIMITS: [&str; 2] = ["TimeoutSeconds", "HeartbeatSeconds"];

/// A mistake: the variables get other values.
fn assign(twin: &mut Twin, variables: &Value) {
    for spot in spots(&twin.definition) {
        let fields = spot.fields(&mut twin.definition);
        if let Some(Value::Object(assigned)) = fields.get_mut("Assign") {
            for (name, value) in variables.as_object().into_iter().flatten() {
                if assigned.contains_key(name) {
                    assigned[name] = value.clone();
                }
            }
        }
    }
}

/// Unrolls a task with one retrier: each attempt becomes a task with a catcher that leads to a Wait
/// and then to the next attempt.
fn unrolled_retry(drawn: &Drawn) -> Option<Twin> {
    let fits = |spot: &Spot| {
        let state = spot.state(&drawn.definition);
        let script = drawn.start.plan.sites.get(spot.site().as_str());
        is(state, &["Task"])
            && !state.to_string().contains("$$.State")
            && delays(state).is_some_and(|delays| delays.len() < 6)
            && script.is_some_and(|script| script.rules.iter().all(|rule| rule.visit.is_none()))
    };
    let spot = drawn.pick(spots(&drawn.definition).into_iter().filter(fits).collect())?;
    let task = spot.state(&drawn.definition).clone();
    let delays = delays(&task)?;
    let mut twin = drawn.twin();
    twin.view.aside.push(spot.name.clone());
    let mut moved = Vec::new();
    for number in 0..=delays.len() {
        let delay = delays.get(number).copied();
        let name = attempt(&spot, number);
        if let Some(seconds) = delay {
            let next = attempt(&spot, number + 1);
            let wait = json!({ "Type": "Wait", "Seconds": seconds, "Next": next });
            spot.add(&mut twin.definition, &pause(&spot, number), wait);
        }
        let next = delay.map(|_| pause(&spot, number));
        spot.add(&mut twin.definition, &name, single(&task, next.as_deref()));
        moved.push((spot.beside(&name), spot.site()));
        share_plan(&mut twin.start.plan, &spot, number as u32, &name);
    }
    // The longest prefix first, because the shorter ones are prefixes of it.
    twin.view.moved = moved.into_iter().rev().collect();
    Some(twin)
}

fn attempt(spot: &Spot, number: usize) -> String {
    match number {
        0 => spot.name.clone(),
        number => format!("{}{number}", spot.made()),
    }
}

fn pause(spot: &Spot, number: usize) -> String {
    format!("{}pause{number}", spot.made())
}

/// The delay in seconds before each retry of a state with one retrier, if all are whole and none is
/// random.
fn delays(state: &Value) -> Option<Vec<u64>> {
    let [retrier] = state["Retry"].as_array()?.as_slice() else {
        return None;
    };
    let number = |field: &str, default: u64| retrier[field].as_u64().unwrap_or(default);
    let rate = retrier["BackoffRate"].as_f64().unwrap_or(2.0);
    let cap = number("MaxDelaySeconds", u64::MAX);
    let delay = |used: u64| {
        let seconds = number("IntervalSeconds", 1) as f64 * rate.powi(used as i32);
        let whole = seconds.fract() == 0.0 || seconds > cap as f64;
        whole.then_some((seconds as u64).min(cap))
    };
    let jitters = retrier["JitterStrategy"] == "FULL";
    let budget = number("MaxAttempts", 3);
    (!jitters && budget < 10).then(|| (0..budget).map(delay).collect())?
}

/// The task without `Retry`; errors that it retried are caught and lead to `next`.
fn single(task: &Value, next: Option<&str>) -> Value {
    let mut single = task.clone();
    let fields = single.as_object_mut().expect("a task");
    let retry = fields.shift_remove("Retry").unwrap_or_default();
    let Some(next) = next else { return single };
    let names = &retry[0]["ErrorEquals"];
    let onwards = json!({ "ErrorEquals": names, "ResultPath": null, "Next": next });
    let mut catch = vec![onwards];
    // A catcher of everything has to be the last one.
    if *names != json!(["States.ALL"]) {
        catch.extend(task["Catch"].as_array().into_iter().flatten().cloned());
    }
    fields.insert("Catch".into(), catch.into());
    single
}

/// The script of a state that makes one attempt: the rules that apply to that attempt.
fn share_plan(plan: &mut Plan, spot: &Spot, number: u32, name: &str) {
    let mut script = plan
        .sites
        .get(spot.site().as_str())
        .cloned()
        .unwrap_or_default();
    let own = std::mem::take(&mut script.rules)
        .into_iter()
        .filter(|rule| rule.attempts_below.is_none_or(|it| it > number));
    let own = own.map(|rule| match number {
        0 => rule,
        _ => Rule {
            attempts_below: None,
            ..rule
        },
    });
    script.rules = own.collect();
    plan.sites.insert(spot.beside(name).into(), script);
}

/// The errors that `States.ALL` does not match.
const NOT_ALL: [&str; 2] = ["States.Runtime", "States.DataLimitExceeded"];

fn all_spelled_out(drawn: &Drawn) -> Option<Twin> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for event in drawn.expectation.observation.history.iter().flatten() {
        if let Some(failure) = &event.details.failure {
            names.insert(failure.error.as_deref()?.to_owned());
        }
    }
    for rule in drawn.start.plan.rules() {
        if let Reply::Fail { error, .. } = &rule.act.reply {
            names.insert(error.clone());
        }
    }
    // What a Fail inside a Map reports is in no event if the Map catches it.
    for spot in spots(&drawn.definition) {
        let state = spot.state(&drawn.definition);
        if is(state, &["Fail"]) {
            names.extend(state["Error"].as_str().map(str::to_owned));
        }
    }
    names.insert("States.Timeout".into());
    names.retain(|name| !NOT_ALL.contains(&name.as_str()));
    let mut twin = drawn.twin();
    replace_names(&mut twin.definition, &json!(["States.ALL"]), &json!(names));
    (twin.definition != drawn.definition).then_some(twin)
}

/// A mistake: the handlers name another error.
fn forget_names(twin: &mut Twin) {
    for spot in spots(&twin.definition) {
        for field in ["Retry", "Catch"] {
            let handlers = spot.fields(&mut twin.definition).get_mut(field);
            for handler in handlers.and_then(Value::as_array_mut).into_iter().flatten() {
                handler["ErrorEquals"] = json!(["Nobody"]);
            }
        }
    }
}

fn replace_names(definition: &mut Value, from: &Value, to: &Value) {
    for spot in spots(definition) {
        for field in ["Retry", "Catch"] {
            let handlers = spot.fields(definition).get_mut(field);
            for handler in handlers.and_then(Value::as_array_mut).into_iter().flatten() {
                if handler["ErrorEquals"] == *from {
                    handler["ErrorEquals"] = to.clone();
                }
            }
        }
    }
}

fn wait_split(drawn: &Drawn) -> Option<Twin> {
    let spots = spots(&drawn.definition).into_iter().filter_map(|spot| {
        let state = spot.state(&drawn.definition);
        let seconds = state["Seconds"].as_u64().filter(|it| *it > 1)?;
        Some((spot, seconds))
    });
    let (spot, seconds) = drawn.pick(spots.collect())?;
    let mut twin = drawn.twin();
    let first = 1 + drawn.index % (seconds - 1);
    spot.fields(&mut twin.definition)
        .insert("Seconds".into(), json!(first));
    let rest = json!({ "Type": "Wait", "Seconds": seconds - first });
    spot.put_behind(&mut twin.definition, rest);
    Some(twin)
}

/// Replaces the literals of these fields by variables, which a Pass before the state assigns.
fn by_path(drawn: &Drawn, fields: &[&str]) -> Option<Twin> {
    let has_one = |spot: &Spot| !lacks(spot.state(&drawn.definition), fields);
    let spots = spots(&drawn.definition).into_iter();
    let spot = drawn.pick(spots.filter(has_one).collect())?;
    let mut twin = drawn.twin();
    let state = spot.fields(&mut twin.definition);
    let mut literals = Map::new();
    for field in fields {
        if let Some(literal) = state.shift_remove(*field) {
            state.insert(format!("{field}Path"), json!(format!("$literal{field}")));
            literals.insert(format!("literal{field}"), literal);
        }
    }
    let before = json!({ "Type": "Pass", "Assign": literals });
    spot.put_before(&mut twin.definition, before);
    Some(twin)
}
