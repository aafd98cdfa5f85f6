//! Deviations one by one: how a deviating engine reads definitions, and how it runs them.

use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Machine, StateType, WorkflowType},
    deviation::Deviations,
    history::{Event, EventKind},
    observation::{Observation, Status},
    reference::{Hypothetical, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply, Rule},
    },
};

fn deviations(stored: &Value) -> Deviations {
    let read = Deviations::deserialize(stored);
    read.unwrap_or_else(|error| panic!("{stored}: {error}"))
}

/// A state as an engine with a deviation reads it.
fn read(state: &Value, deviation: &Value) -> Value {
    let definition =
        json!({ "StartAt": "A", "States": { "A": state, "B": { "Type": "Succeed" } } });
    let machine = Arc::new(Machine::from_value(&definition).expect("a machine"));
    let mut read = deviations(&json!([deviation])).read(&machine).to_value();
    read["States"]["A"].take()
}

/// Checks that the deviation changes only these fields of a state; null means that it is dropped.
#[track_caller]
fn changes(state: &Value, deviation: &Value, changed: &Value) {
    let mut expected = state.clone();
    for (key, value) in changed.as_object().expect("fields") {
        match value {
            Value::Null => drop(expected.as_object_mut().expect("a state").remove(key)),
            value => expected[key] = value.clone(),
        }
    }
    assert_eq!(read(state, deviation), expected, "{deviation}");
}

fn field(name: &str, change: &Value) -> Value {
    json!({ "hook": { "field": name }, "change": change })
}

fn task() -> Value {
    json!({
        "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:A",
        "End": true, "InputPath": "$.a", "Parameters": { "a.$": "$.b" },
        "ResultSelector": { "r.$": "$.s" }, "ResultPath": "$.c", "TimeoutSeconds": 5,
        "HeartbeatSeconds": 3, "Assign": { "x": 1, "y.$": "$x" },
        "Retry": [
            { "ErrorEquals": ["E", "States.TaskFailed"], "MaxAttempts": 2, "BackoffRate": 1.5 },
            { "ErrorEquals": ["States.ALL"], "MaxDelaySeconds": 9, "JitterStrategy": "FULL" },
        ],
        "Catch": [
            { "ErrorEquals": ["E"], "Next": "B" },
            { "ErrorEquals": ["States.ALL"], "Next": "B", "ResultPath": "$.d" },
        ],
    })
}

#[test]
fn fields_are_ignored_set_and_counted() {
    let task = task();
    let gone = |name: &str| json!({ name: null });
    for name in [
        "InputPath",
        "Parameters",
        "ResultSelector",
        "ResultPath",
        "TimeoutSeconds",
        "HeartbeatSeconds",
        "Assign",
    ] {
        changes(&task, &field(name, &json!("ignore")), &gone(name));
    }
    let set = |value: Value| json!({ "set": value });
    changes(
        &task,
        &field("InputPath", &set(json!("$"))),
        &json!({ "InputPath": "$" }),
    );
    changes(
        &task,
        &field("TimeoutSeconds", &json!({ "add": 2 })),
        &json!({ "TimeoutSeconds": 7 }),
    );
    changes(
        &task,
        &field("HeartbeatSeconds", &set(json!(9))),
        &json!({ "HeartbeatSeconds": 9 }),
    );
    let parameters = json!({ "Parameters": { "a.$": "$$.Execution.Input.b" } });
    let base = json!({ "rebase": "$$.Execution.Input" });
    changes(&task, &field("Parameters", &base), &parameters);
    let in_turn = json!({ "Assign": { "x": 1, "y": 1 } });
    changes(&task, &field("Assign", &json!("in-turn")), &in_turn);
    let null = read(&task, &field("ResultPath", &set(json!(null))));
    assert_eq!(null.get("ResultPath"), Some(&Value::Null));
}

#[test]
fn retriers_and_catchers_are_read_otherwise() {
    let retry = |deviation: &Value| read(&task(), deviation)["Retry"].clone();
    let more = retry(&field("Retry.MaxAttempts", &json!({ "add": 1 })));
    assert_eq!(
        (&more[0]["MaxAttempts"], &more[1]["MaxAttempts"]),
        (&json!(3), &json!(4))
    );
    let twice = retry(&field("Retry.IntervalSeconds", &json!({ "scale": 2.0 })));
    assert_eq!(twice[0]["IntervalSeconds"], 2);
    let rate = retry(&field("Retry.BackoffRate", &json!({ "set": 1 })));
    assert_eq!(
        (&rate[0]["BackoffRate"], &rate[1]["BackoffRate"]),
        (&json!(1), &json!(1))
    );
    let delay = retry(&field("Retry.MaxDelaySeconds", &json!("ignore")));
    assert_eq!(delay[1].get("MaxDelaySeconds"), None);
    let jitter = retry(&field("Retry.JitterStrategy", &json!("ignore")));
    assert_eq!(jitter[1].get("JitterStrategy"), None);
    assert_eq!(
        retry(&field("Retry", &json!("reverse")))[0],
        task()["Retry"][1]
    );
    assert_eq!(retry(&field("Retry", &json!("ignore"))), json!([]));
    let rename = json!({ "rename": { "from": "States.ALL", "to": ["E", "States.Timeout"] } });
    let renamed = read(&task(), &field("ErrorEquals", &rename));
    assert_eq!(
        renamed["Retry"][1]["ErrorEquals"],
        json!(["E", "States.Timeout"])
    );
    assert_eq!(
        renamed["Catch"][1]["ErrorEquals"],
        json!(["E", "States.Timeout"])
    );
    assert_eq!(renamed["Retry"][0], task()["Retry"][0]);
    let catch = |deviation: &Value| read(&task(), deviation)["Catch"].clone();
    for (change, kept) in [
        ("first", 0),
        ("last", 1),
        ("drop-first", 1),
        ("drop-last", 0),
    ] {
        let catch = catch(&field("Catch", &json!(change)));
        assert_eq!(catch, json!([task()["Catch"][kept]]), "{change}");
    }
    let mut outer = field("Catch.ResultPath", &json!("outer"));
    assert_eq!(catch(&outer)[1]["ResultPath"], "$.c");
    outer["when"] = json!("absent");
    assert_eq!(catch(&outer)[0]["ResultPath"], "$.c");
    assert_eq!(catch(&outer)[1]["ResultPath"], "$.d");
}

#[test]
fn conditions_narrow_a_deviation() {
    let mut ignored = field("Retry", &json!("ignore"));
    ignored["when"] = json!({ "has": "Catch" });
    assert_eq!(read(&task(), &ignored)["Retry"], json!([]));
    let mut without = task();
    without["Catch"] = json!([]);
    assert_eq!(read(&without, &ignored), without);
    let mut elsewhere = field("InputPath", &json!("ignore"));
    elsewhere["states"] = json!(["Pass", "Map"]);
    assert_eq!(read(&task(), &elsewhere), task());
    let mut null = field("ResultPath", &json!("ignore"));
    null["when"] = json!("null");
    assert_eq!(read(&task(), &null), task());
    let pass = json!({ "Type": "Pass", "ResultPath": null, "End": true });
    assert_eq!(read(&pass, &null), json!({ "Type": "Pass", "End": true }));
}

#[test]
fn rules_of_a_choice_are_read_otherwise() {
    let choice = json!({
        "Type": "Choice", "Default": "B",
        "Choices": [
            { "And": [
                { "Variable": "$.a", "TimestampEquals": "2026-01-01T00:00:00Z" },
                { "Not": { "Variable": "$.b", "StringMatches": "\\*" } },
            ], "Next": "B" },
            { "Variable": "$.c", "IsPresent": true, "Next": "B" },
        ],
    });
    let choices = |deviation: &Value| read(&choice, deviation)["Choices"].clone();
    let replace = |from: &str, to: &str| json!({ "replace": { "from": from, "to": to } });
    let or = choices(&field("Choices.Connective", &replace("And", "Or")));
    assert_eq!(or[0]["Or"], choice["Choices"][0]["And"]);
    let text = choices(&field("Choices.Operator", &replace("Timestamp", "String")));
    assert_eq!(text[0]["And"][0]["StringEquals"], "2026-01-01T00:00:00Z");
    let literal = choices(&field("Choices.StringMatches", &replace("\\", "\\\\")));
    assert_eq!(literal[0]["And"][1]["Not"]["StringMatches"], "\\\\*");
    assert_eq!(
        choices(&field("Choices", &json!("first"))),
        json!([choice["Choices"][0]])
    );
    assert_eq!(
        read(&choice, &field("Default", &json!("ignore"))).get("Default"),
        None
    );
    let mut all = field("Choices", &json!("ignore"));
    all["when"] = json!({ "has": "Default" });
    assert_eq!(choices(&all), json!([]));
}

#[test]
fn inner_scopes_and_other_types_are_read_otherwise() {
    let wait = json!({ "Type": "Wait", "Seconds": 5, "End": true });
    changes(
        &wait,
        &field("Seconds", &json!({ "set": 0 })),
        &json!({ "Seconds": 0 }),
    );
    let inner = |seconds: u64| {
        json!({
            "Type": "Map", "End": true, "MaxConcurrency": 1, "ItemsPath": "$.a",
            "ItemSelector": { "x.$": "$.y" },
            "ItemProcessor": { "StartAt": "W", "States": {
                "W": { "Type": "Wait", "Seconds": seconds, "End": true },
            } },
        })
    };
    assert_eq!(
        read(&inner(5), &field("Seconds", &json!({ "add": -1 }))),
        inner(4)
    );
    for name in ["MaxConcurrency", "ItemsPath", "ItemSelector"] {
        changes(
            &inner(5),
            &field(name, &json!("ignore")),
            &json!({ name: null }),
        );
    }
    let definition = json!({
        "StartAt": "A", "TimeoutSeconds": 7, "States": { "A": { "Type": "Succeed" } },
    });
    let machine = Arc::new(Machine::from_value(&definition).expect("a machine"));
    let limit = |change: Value| {
        let deviations = deviations(&json!([field("Machine.TimeoutSeconds", &change)]));
        deviations.read(&machine).timeout_seconds
    };
    assert_eq!(limit(json!("ignore")), None);
    assert_eq!(limit(json!({ "add": 1 })), Some(8));
}

/// Deviations are applied in order, and inapplicable ones are refused.
#[test]
fn deviations_compose_and_are_checked() {
    let one = field("Retry.MaxAttempts", &json!({ "add": 1 }));
    let twice = field("Retry.MaxAttempts", &json!({ "scale": 2.0 }));
    let retried = |all: Value| {
        let definition =
            json!({ "StartAt": "A", "States": { "A": task(), "B": { "Type": "Succeed" } } });
        let machine = Arc::new(Machine::from_value(&definition).expect("a machine"));
        let read = deviations(&all).read(&machine).to_value();
        read["States"]["A"]["Retry"][0]["MaxAttempts"].clone()
    };
    assert_eq!(retried(json!([one, twice])), 6);
    assert_eq!(retried(json!([twice, one])), 5);
    let both = deviations(&json!([one])).and(deviations(&json!([twice])));
    assert_eq!(both, deviations(&json!([one, twice])));
    for refused in [
        json!([{ "hook": "heartbeat", "change": "reverse" }]),
        json!([{ "hook": "path-missing", "change": "ignore" }]),
        json!([{ "hook": "concurrency", "change": { "set": "1" } }]),
        json!([{ "hook": { "field": "InputPath" }, "change": { "set": "a" } }]),
        json!([{ "hook": "heartbeat", "change": "ignore", "when": "null" }]),
        json!([{ "hook": { "tested": "IsAbsent" }, "change": "ignore" }]),
        json!([{ "hook": "heartbeat", "change": "ignore", "unless": "null" }]),
    ] {
        assert!(Deviations::deserialize(&refused).is_err(), "{refused}");
    }
}

fn seen(definition: &Value, input: Value, plan: Plan, stored: &Value) -> Observation {
    let machine = Arc::new(Machine::from_value(definition).expect("a machine"));
    let start = Start {
        input: input.into(),
        plan,
    };
    let case = ExecutionCase {
        definition: definition.clone().into(),
        workflow: WorkflowType::Standard,
        starts: vec![start.clone()],
        entropy: 7,
    };
    let lawful = simulate(&machine, &case, &start).expect("it ends");
    let observe = |deviations: Deviations| {
        let engine = Hypothetical::new(&machine, &case, &start, &Arc::new(deviations), &lawful);
        engine.observe(1_000_000).expect("it runs")
    };
    let lawful = &lawful.observation;
    assert_eq!(observe(Deviations::default()), *lawful);
    let observed = observe(deviations(&json!([stored])));
    assert_ne!(observed.history, lawful.history, "{stored} shows");
    observed
}

/// The output of a Pass with these `Parameters`.
fn passed(parameters: &Value, input: Value, deviation: &Value) -> Value {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Parameters": parameters, "End": true },
    } });
    let observed = seen(&definition, input, Plan::default(), deviation);
    Arc::unwrap_or_clone(observed.output.expect("an output"))
}

#[test]
fn paths_and_functions_give_something_else() {
    let at = |hook: Value, change: Value| json!({ "hook": hook, "change": change });
    let missing = at(json!("path-missing"), json!({ "set": null }));
    assert_eq!(
        passed(&json!({ "x.$": "$.a" }), json!({}), &missing),
        json!({ "x": null })
    );
    let several = |change: &str| {
        let input = json!({ "a": [1, 2, 3] });
        passed(
            &json!({ "x.$": "$.a[*]" }),
            input,
            &at(json!("path-several"), json!(change)),
        )
    };
    assert_eq!(several("reverse"), json!({ "x": [3, 2, 1] }));
    assert_eq!(several("last"), json!({ "x": [3] }));
    let alone = passed(
        &json!({ "x.$": "$.a[*]" }),
        json!({ "a": [1] }),
        &at(json!("path-several"), json!("unwrap")),
    );
    assert_eq!(alone, json!({ "x": 1 }));
    let called = |call: &str, hook: &str, function: &str, change: Value| {
        let deviation = at(json!({ hook: function }), change);
        passed(&json!({ "x.$": call }), json!({ "a": [1, 1] }), &deviation)["x"].clone()
    };
    let unique = "States.ArrayUnique($.a)";
    assert_eq!(
        called(unique, "function", "ArrayUnique", json!("ignore")),
        json!([1, 1])
    );
    let range = "States.ArrayRange(1, 3, 1)";
    assert_eq!(
        called(range, "function", "ArrayRange", json!("drop-last")),
        json!([1, 2])
    );
    let sum = "States.MathAdd(1.7, 1)";
    assert_eq!(called(sum, "arguments", "MathAdd", json!("floor")), 2);
    assert_eq!(called(sum, "function", "MathAdd", json!({ "add": 1 })), 4);
    let item = "States.ArrayGetItem($.a, 0)";
    assert_eq!(
        called(item, "function", "ArrayGetItem", json!({ "set": "z" })),
        "z"
    );
}

#[test]
fn tests_hold_otherwise() {
    let chosen = |test: Value, input: Value, deviation: Value| {
        let mut rule = test;
        rule["Next"] = json!("Yes");
        let definition = json!({ "StartAt": "A", "States": {
            "A": { "Type": "Choice", "Choices": [rule], "Default": "No" },
            "Yes": { "Type": "Pass", "Result": "yes", "End": true },
            "No": { "Type": "Pass", "Result": "no", "End": true },
        } });
        let observed = seen(&definition, input, Plan::default(), &deviation);
        Arc::unwrap_or_clone(observed.output.expect("an output"))
    };
    let equals = json!({ "Variable": "$.a", "NumericEquals": 1 });
    let missing = |holds: bool| json!({ "hook": "variable-missing", "change": { "set": holds } });
    assert_eq!(chosen(equals.clone(), json!({}), missing(false)), "no");
    assert_eq!(chosen(equals, json!({}), missing(true)), "yes");
    let present = json!({ "Variable": "$.a", "IsPresent": true });
    let mut absent = json!({ "hook": { "tested": "IsPresent" }, "change": "ignore" });
    assert_eq!(
        chosen(present.clone(), json!({ "a": 1 }), absent.clone()),
        "no"
    );
    absent["when"] = json!("null");
    assert_eq!(chosen(present, json!({ "a": null }), absent), "no");
}

/// A Parallel with a branch that fails immediately and one that waits.
fn failing_branch() -> Value {
    json!({ "StartAt": "P", "States": { "P": {
        "Type": "Parallel", "End": true, "Branches": [
            { "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "E" } } },
            { "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 9, "End": true } } },
        ],
    } } })
}

#[test]
fn threads_run_otherwise() {
    let plain = |definition: &Value, deviation: Value| {
        seen(
            definition,
            json!({ "a": [1, 2] }),
            Plan::default(),
            &deviation,
        )
    };
    let mut failure = json!({ "hook": "child-failure", "change": "ignore" });
    let goes_on = plain(&failing_branch(), failure.clone());
    assert_eq!(
        (goes_on.status, goes_on.duration),
        (Status::Failed, Some(9_000))
    );
    failure["change"] = json!({ "set": "none" });
    let succeeds = plain(&failing_branch(), failure);
    assert_eq!(succeeds.status, Status::Succeeded);
    assert_eq!(
        succeeds.output,
        Some(json!(["none", { "a": [1, 2] }]).into())
    );
    let map = json!({ "StartAt": "M", "States": { "M": {
        "Type": "Map", "ItemsPath": "$.a", "End": true, "ItemProcessor": { "StartAt": "W", "States": {
            "W": { "Type": "Wait", "Seconds": 1, "Assign": { "x": 1 }, "Next": "I" },
            "I": { "Type": "Pass", "End": true },
        } },
    } } });
    let reversed = plain(&map, json!({ "hook": "results", "change": "reverse" }));
    assert_eq!(reversed.output, Some(json!([2, 1]).into()));
    let one = plain(
        &map,
        json!({ "hook": "concurrency", "change": { "set": 1 } }),
    );
    assert_eq!(one.duration, Some(2_000));
    let never = plain(
        &map,
        json!({ "hook": "work", "change": "ignore", "states": ["Map"] }),
    );
    assert_eq!(never.status, Status::Running);
    let full = plain(
        &map,
        json!({ "hook": "history-limit", "change": { "set": 6 } }),
    );
    assert_eq!(full.error.as_deref(), Some("States.Runtime"));
    assert_eq!(full.history.map(|events| events.len()), Some(6));
    let twice = json!({ "StartAt": "W", "States": {
        "W": { "Type": "Wait", "Seconds": 1, "Next": "C" },
        "C": { "Type": "Choice", "Choices": [
            { "Variable": "$$.State.EnteredTime", "StringLessThan": "2026-01-01T00:00:02Z", "Next": "W" },
        ], "Default": "S" },
        "S": { "Type": "Succeed" },
    } });
    let again = json!({ "hook": "work", "change": "ignore", "states": ["Wait"], "when": "again" });
    let stuck = plain(&twice, again);
    assert_eq!(stuck.status, Status::Running);
    let waits = |event: &&Event| event.kind == EventKind::Entered(StateType::Wait);
    assert_eq!(
        stuck
            .history
            .map(|events| events.iter().filter(waits).count()),
        Some(2)
    );
}

#[test]
fn variables_are_stored_around() {
    let definition = json!({ "StartAt": "M", "States": {
        "M": { "Type": "Map", "ItemsPath": "$.a", "Assign": { "y": 2 }, "Next": "R", "ItemProcessor": {
            "StartAt": "I", "States": { "I": { "Type": "Pass", "Assign": { "x": 1 }, "End": true } },
        } },
        "R": { "Type": "Pass", "Parameters": { "x.$": "$x" }, "End": true },
    } });
    let outer = json!({ "hook": "variable-scope", "change": "outer" });
    let observed = seen(&definition, json!({ "a": [1] }), Plan::default(), &outer);
    assert_eq!(observed.output, Some(json!({ "x": 1 }).into()));
}

#[test]
fn tasks_are_retried_caught_and_timed_otherwise() {
    let fails = Act::now(Reply::Fail {
        error: "E".into(),
        cause: "C".into(),
    });
    let attempts = |task: Value, act: &Act, deviation: Value| {
        let mut state = json!({
            "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:A", "End": true,
        });
        for (key, value) in task.as_object().expect("fields") {
            state[key] = value.clone();
        }
        let definition =
            json!({ "StartAt": "A", "States": { "A": state, "B": { "Type": "Succeed" } } });
        let plan = Plan {
            sites: [("A".into(), vec![Rule::always(act.clone())].into())].into(),
        };
        let observed = seen(&definition, json!({}), plan, &deviation);
        let attempts = observed.attempts.get("A").map_or(0, Vec::len);
        (attempts, observed)
    };
    let at = |hook: &str, change: Value| json!({ "hook": hook, "change": change });
    let two = json!({ "Retry": [
        { "ErrorEquals": ["E"], "MaxAttempts": 1 },
        { "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 },
    ] });
    assert_eq!(
        attempts(two.clone(), &fails, at("retry-first", json!("ignore"))).0,
        4
    );
    let later = attempts(
        two.clone(),
        &fails,
        at("retry-delay", json!({ "add": 500 })),
    )
    .1;
    assert_eq!(later.duration, Some(1_500));
    let jitter = json!({ "Retry": [
        { "ErrorEquals": ["E"], "MaxAttempts": 1, "JitterStrategy": "FULL" },
    ] });
    let above = attempts(jitter, &fails, at("jitter", json!({ "set": 2 }))).1;
    assert_eq!(above.duration, Some(2_000));
    let caught = json!({ "Catch": [{ "ErrorEquals": ["E"], "Next": "B" }] });
    let nowhere = attempts(caught, &fails, at("catch-next", json!("ignore"))).1;
    assert_eq!(nowhere.status, Status::Running);
    let runtime = json!({
        "InputPath": "$.missing", "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }],
    });
    let handled = attempts(runtime, &fails, at("terminal-error", json!("ignore"))).1;
    assert_eq!(handled.status, Status::Succeeded);
    let beats = Act {
        after: 1_500,
        heartbeats: vec![500, 1_000],
        ..Act::now(Reply::Echo)
    };
    let once = attempts(
        json!({ "HeartbeatSeconds": 1 }),
        &beats,
        at("heartbeat", json!("ignore")),
    )
    .1;
    assert_eq!(once.error.as_deref(), Some("States.Timeout"));
}
