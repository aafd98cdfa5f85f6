//! Errors that are raised, named and handled otherwise.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    clause::Aspect,
    deviation::Deviations,
    scenario::plan::{Act, Plan, Reply, Rule},
};

use crate::{Run, at, came_to, choice, comes_to, deviations, error, pass, when};

#[test]
fn states_fail_otherwise_or_go_on() {
    let failure = |rule: &str, change: Value| at(json!({ "failure": rule }), change);
    comes_to(
        &choice(json!({ "Variable": "$.a", "NumericEquals": 1 })),
        &json!({ "a": 2 }),
        &error("States.Runtime"),
        &[(
            failure(
                "choice.no-match",
                json!({ "fail": "States.NoChoiceMatched" }),
            ),
            error("States.NoChoiceMatched"),
        )],
    );
    let conflict = "data.result-path.conflict";
    comes_to(
        &pass(json!({ "Result": 1, "ResultPath": "$.a.b" })),
        &json!({ "a": 2 }),
        &error("States.ReferencePathConflict"),
        &[
            (
                failure(conflict, json!({ "fail": "States.Runtime" })),
                error("States.Runtime"),
            ),
            (
                failure(conflict, json!("ignore")),
                json!({ "a": { "b": 1 } }),
            ),
        ],
    );
    comes_to(
        &json!({ "Type": "Wait", "SecondsPath": "$.a", "End": true }),
        &json!({ "a": "x" }),
        &error("States.Runtime"),
        &[(
            failure("wait.seconds-path", json!("ignore")),
            json!({ "a": "x" }),
        )],
    );
    let map = json!({ "Type": "Map", "ItemsPath": "$.a", "End": true, "ItemProcessor": {
        "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } },
    } });
    comes_to(
        &map,
        &json!({ "a": 3 }),
        &error("States.Runtime"),
        &[(failure("map.items.not-array", json!("ignore")), json!([3]))],
    );
    let long = json!({ "a": ".".repeat(300_000) });
    comes_to(
        &pass(json!({ "Parameters": { "n.$": "States.ArrayLength($.a)", "a.$": "$.a" } })),
        &json!({ "a": [long] }),
        &error("States.DataLimitExceeded"),
        &[(
            at(json!("data-limit"), json!("ignore")),
            json!({ "n": 1, "a": [long] }),
        )],
    );
}

/// A failure that only the engine has, or that it names otherwise, has a cause that nobody knows.
#[test]
fn handlers_see_other_errors_and_their_causes_are_not_judged() {
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:A",
        "InputPath": "$.missing", "End": true,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }],
    });
    let missing = |change: Value| at(json!({ "failure": "data.path.missing" }), change);
    comes_to(
        &task,
        &json!({}),
        &error("States.Runtime"),
        &[
            (missing(json!("handled")), json!("B")),
            (
                missing(json!({ "fail": "States.ParameterPathFailure" })),
                json!("B"),
            ),
        ],
    );
    let inner = json!({ "Type": "Parallel", "End": true,
        "Branches": [{ "StartAt": "I", "States": {
            "I": { "Type": "Pass", "InputPath": "$.missing", "End": true },
        } }],
        "Catch": [{ "ErrorEquals": ["States.BranchFailed"], "Next": "B" }],
    });
    let child = |change: Value| at(json!("child-error"), change);
    comes_to(
        &inner,
        &json!({}),
        &error("States.Runtime"),
        &[
            (
                when(
                    child(json!({ "fail": "States.BranchFailed" })),
                    json!("ending"),
                ),
                json!("B"),
            ),
            (
                when(child(json!("handled")), json!("ending")),
                error("States.Runtime"),
            ),
            // Only an error that reaches the Parallel becomes another one.
            (
                child(json!({ "fail": "States.BranchFailed" })),
                error("States.Runtime"),
            ),
        ],
    );
    let run = Run::new(&task, &json!({}), Plan::default());
    let expected = |deviation: &Value| {
        let expected = run.engine(&deviations(deviation)).expect(1_000);
        expected.expect("it runs")
    };
    let caught = expected(&missing(json!("handled"))).poisoned;
    for aspect in [Aspect::Cause, Aspect::Output, Aspect::Effects] {
        assert!(caught.contains(&aspect), "{aspect:?}");
    }
    let renamed = expected(&missing(json!({ "fail": "States.Runtime" }))).poisoned;
    assert!(renamed.contains(&Aspect::Cause) && !renamed.contains(&Aspect::Output));
    let fails = Act::now(Reply::Fail {
        error: "E".into(),
        cause: "C".into(),
    });
    let plan = Plan {
        sites: [("A".into(), vec![Rule::always(fails)].into())].into(),
    };
    let parallel = json!({ "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "E" } } },
    ] });
    let run = Run::new(&parallel, &json!({}), plan);
    let renamed = run.under(&child(json!({ "fail": "States.BranchFailed" })));
    assert_eq!(came_to(&renamed), error("States.BranchFailed"));
}

#[test]
fn nothing_is_in_doubt_of_variables_that_are_read_as_nothing() {
    let assigns = pass(json!({ "Assign": { "x": 1 }, "Next": "R" }));
    let mut definition = json!({ "StartAt": "A", "States": {
        "A": assigns, "R": pass(json!({ "InputPath": "$x" })),
    } });
    if let Value::Object(first) = &mut definition["States"]["A"] {
        first.remove("End");
    }
    let mut run = Run::new(&pass(json!({})), &json!({}), Plan::default());
    run.machine = Arc::new(Machine::from_value(&definition).expect("a machine"));
    run.case.definition = definition.into();
    let ignored = json!({ "hook": { "field": "Assign" }, "change": "ignore" });
    let nothing = json!({ "hook": { "path": "variable" }, "change": { "set": null } });
    let expected = |all: Value| {
        let all: Deviations = serde_json::from_value(all).expect("deviations");
        run.engine(&Arc::new(all)).expect(1_000).expect("it ends")
    };
    let both = expected(json!([ignored, nothing]));
    assert_eq!(came_to(&both.observation), json!(null));
    assert!(!both.poisoned.contains(&Aspect::Output));
    assert!(
        expected(json!([ignored]))
            .poisoned
            .contains(&Aspect::Output)
    );
}

#[test]
fn what_fails_in_a_catcher_is_not_caught_by_the_same_state() {
    let task = |catcher: &str, found: &str| {
        json!({
            "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:A",
            "End": true,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B", catcher: found }],
        })
    };
    let under = |state: &Value, deviation: Value| {
        let fails = Act::now(Reply::Fail {
            error: "E".into(),
            cause: "C".into(),
        });
        let plan = Plan {
            sites: [("A".into(), vec![Rule::always(fails)].into())].into(),
        };
        let run = Run::new(state, &json!(1), plan);
        let expected = run.engine(&deviations(&deviation)).expect(1_000);
        expected.expect("it ends")
    };
    let mut template = task("Assign", "");
    template["Catch"][0]["Assign"] = json!({ "x.$": "$.missing" });
    let handled = at(
        json!({ "failure": "data.template.missing" }),
        json!("handled"),
    );
    let seen = under(&template, handled);
    assert_eq!(came_to(&seen.observation), error("States.Runtime"));
    let named = at(
        json!({ "failure": "data.result-path.conflict" }),
        json!({ "fail-with": { "error": "F", "cause": "D" } }),
    );
    let seen = under(&task("ResultPath", "$.x"), named);
    assert_eq!(came_to(&seen.observation), error("F"));
    assert_eq!(seen.observation.cause.as_deref(), Some("D"));
    assert!(!seen.poisoned.contains(&Aspect::Cause));
}

#[test]
fn a_result_path_cannot_be_applied() {
    let fails = when(
        at(json!("put"), json!({ "fail": "States.Runtime" })),
        json!("not-ascii"),
    );
    for (name, expected) in [("é", error("States.Runtime")), ("e", json!({ "e": 1 }))] {
        let state = pass(json!({ "Result": 1, "ResultPath": format!("$.{name}") }));
        comes_to(
            &state,
            &json!({}),
            &json!({ name: 1 }),
            &[(fails.clone(), expected)],
        );
    }
}

#[test]
fn task_failed_matches_no_error_of_the_language() {
    let map = |from: &str| {
        json!({ "Type": "Map", "ItemsPath": from, "End": true,
            "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "ResultPath": null, "Next": "B" }],
            "ItemProcessor": { "StartAt": "I", "States": {
                "I": { "Type": "Fail", "Error": "Own" },
            } } })
    };
    let ignored = at(json!("task-failed"), json!("ignore"));
    let missing = [(ignored.clone(), error("States.ReferencePathConflict"))];
    comes_to(&map("$.b"), &json!({ "a": [1] }), &json!("B"), &missing);
    let own = [(ignored, json!("B"))];
    comes_to(&map("$.a"), &json!({ "a": [1] }), &json!("B"), &own);
}

#[test]
fn a_limit_is_ignored_that_is_given_by_a_path() {
    let twin = when(
        at(json!({ "field": "MaxConcurrency" }), json!("ignore")),
        json!("twin"),
    );
    let map = |field: &str, limit: Value| {
        let mut map = json!({ "Type": "Map", "ItemsPath": "$.a", "End": true, "ItemProcessor": {
            "StartAt": "I", "States": { "I": { "Type": "Wait", "Seconds": 1, "End": true } },
        } });
        map[field] = limit;
        Run::new(&map, &json!({ "a": [1, 2], "n": 1 }), Plan::default())
    };
    let seconds = |run: &Run| {
        let seen = run.under(&twin);
        (run.lawful().duration, seen.duration)
    };
    assert_eq!(
        seconds(&map("MaxConcurrencyPath", json!("$.n"))),
        (Some(2_000), Some(1_000))
    );
    assert_eq!(
        seconds(&map("MaxConcurrency", json!(1))),
        (Some(2_000), Some(2_000))
    );
}

#[test]
fn handlers_may_see_all_errors_but_one() {
    let map = |fields: Value| {
        let mut map = json!({ "Type": "Map", "ItemsPath": "$.a", "End": true,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "B" }],
            "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Succeed" } } } });
        let (Value::Object(map_fields), Value::Object(fields)) = (&mut map, fields) else {
            unreachable!("both are objects")
        };
        map_fields.extend(fields);
        Run::new(&map, &json!({ "a": [1] }), Plan::default())
    };
    let all: Vec<Value> = vec![
        at(json!("terminal-error"), json!("ignore")),
        at(
            json!({ "failure": "data.path.missing" }),
            json!("unhandled"),
        ),
    ];
    let all: Arc<Deviations> = Arc::new(serde_json::from_value(json!(all)).expect("deviations"));
    for (fields, expected) in [
        (json!({ "ResultSelector": { "x.$": "$.x" } }), json!("B")),
        (json!({ "OutputPath": "$.x" }), error("States.Runtime")),
    ] {
        let run = map(fields);
        assert_eq!(came_to(&run.lawful()), error("States.Runtime"));
        let seen = run.engine(&all).observe(1_000_000).expect("it runs");
        assert_eq!(came_to(&seen), expected);
    }
}

#[test]
fn an_item_selector_fails_otherwise() {
    let map = json!({ "Type": "Map", "ItemsPath": "$.a", "End": true,
        "Catch": [{ "ErrorEquals": ["Own"], "ResultPath": null, "Next": "B" }],
        "ItemSelector": { "x.$": "States.StringToJson('{')" },
        "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Succeed" } } } });
    let own = at(json!("item-error"), json!({ "fail": "Own" }));
    let handled = at(json!("item-error"), json!("handled"));
    let lawful = error("States.Runtime");
    let table = [(own, json!("B")), (handled, lawful.clone())];
    comes_to(&map, &json!({ "a": [1] }), &lawful, &table);
}

#[test]
fn an_error_that_ends_a_parallel_may_be_caught_around_it() {
    let branch = json!({ "StartAt": "I", "States": {
        "I": pass(json!({ "Parameters": { "x.$": "$.x" } })),
    } });
    let handler = json!([{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "K" }]);
    let parallel =
        json!({ "Type": "Parallel", "Branches": [branch], "Catch": handler, "End": true });
    let map = json!({ "Type": "Map", "ItemsPath": "$.a", "End": true,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "B" }],
        "ItemProcessor": { "StartAt": "J", "States": { "J": parallel, "K": { "Type": "Succeed" } } } });
    let run = Run::new(&map, &json!({ "a": [{}] }), Plan::default());
    assert_eq!(came_to(&run.lawful()), error("States.Runtime"));
    let ending = |kind: &str, change: Value| {
        let mut deviation = when(at(json!("child-error"), change), json!("ending"));
        deviation["states"] = json!([kind]);
        deviation
    };
    let fails = ending("Parallel", json!({ "fail": "States.Runtime" }));
    assert_eq!(came_to(&run.under(&fails)), error("States.Runtime"));
    let both = json!([fails, ending("Map", json!("handled"))]);
    let both: Arc<Deviations> = Arc::new(serde_json::from_value(both).expect("deviations"));
    let seen = run.engine(&both).observe(1_000_000).expect("it runs");
    assert_eq!(came_to(&seen), json!("B"));
}

#[test]
fn an_error_that_is_read_from_an_own_cause_is_not_judged() {
    let map = json!({ "Type": "Map", "ItemsPath": "$.a", "End": true,
        "ResultSelector": { "x.$": "$.x" },
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "C" }],
        "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Succeed" } } } });
    let parallel = json!({ "Type": "Parallel", "End": true, "Branches": [{ "StartAt": "M", "States": {
        "M": map, "C": { "Type": "Fail", "ErrorPath": "$.Cause" },
    } }] });
    let run = Run::new(&parallel, &json!({ "a": [] }), Plan::default());
    let handled = deviations(&at(json!("terminal-error"), json!("ignore")));
    let expected = run.engine(&handled).expect(1_000).expect("it runs");
    assert!(expected.poisoned.contains(&Aspect::Error));
}

/// An engine hands something else to a worker, or lets a state read something else that is tried again after
/// it has failed by itself.
#[test]
fn what_workers_and_retries_get_may_be_open() {
    let answers = |reply: Reply| Plan {
        sites: [("A".into(), [Act::now(reply)].into_iter().collect())].into(),
    };
    let succeeds = || answers(Reply::Succeed(json!({ "r": 7 }).into()));
    let fails = answers(Reply::Fail {
        error: "E".into(),
        cause: "C".into(),
    });
    let state = |expression: &str| {
        json!({
            "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a",
            "QueryLanguage": "JSONata", "Arguments": "{% $states.input %}", "Output": expression,
            "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }], "End": true,
        })
    };
    let assumed_from = |deviation: &Value, expression: &str, input: Value, plan: Plan| {
        let run = Run::new(&state(expression), &input, plan);
        let expected = run.engine(&deviations(deviation)).expect(1_000_000);
        expected.expect("it runs").assumed_from
    };
    let task = when(at(json!("task-input"), json!("other")), json!("text"));
    assert_eq!(
        assumed_from(&task, "{% 1 %}", json!("a"), succeeds()),
        Some(2)
    );
    assert_eq!(assumed_from(&task, "{% 1 %}", json!(1), succeeds()), None);
    let retry = at(json!("retry-input"), json!("other"));
    // Entered, scheduled, started, succeeded, and the evaluation has failed.
    let failed = assumed_from(&retry, "{% $states.result.none %}", json!(1), succeeds());
    assert_eq!(failed, Some(6));
    assert_eq!(assumed_from(&retry, "{% 1 %}", json!(1), fails), None);
}
