//! What users saw AWS do, with other members of the same kinds.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    clause::{Aspect, Clause},
    observation::Status,
    reference::{Expectation, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply, Rule},
    },
};

/// Runs a machine whose task `A`, if it has one, is answered with `reply`.
fn run(definition: &Value, input: &Value, reply: Reply) -> Expectation {
    let machine = Arc::new(Machine::from_value(definition).expect("a valid machine"));
    let rules = vec![Rule::always(Act::now(reply))];
    let start = Start {
        input: input.clone().into(),
        plan: Plan {
            sites: [("A".into(), rules.into())].into(),
        },
    };
    let case = ExecutionCase::new(definition.clone(), vec![start.clone()]);
    simulate(&machine, &case, &start).expect("a simulation")
}

/// The machine with this state alone.
fn alone(mut state: Value) -> Value {
    state["End"] = true.into();
    json!({ "StartAt": "A", "States": { "A": state } })
}

fn task(field: &str, value: &Value) -> Value {
    let arn = "arn:aws:states:us-east-1:123456789012:activity:a";
    alone(json!({ "Type": "Task", "Resource": arn, field: value }))
}

fn pass(field: &str, value: &Value) -> Value {
    alone(json!({ "Type": "Pass", field: value }))
}

#[test]
fn parameters_and_result_selectors_may_be_any_json() {
    for value in [
        json!(1),
        json!("$.Payload"),
        json!(true),
        json!([1]),
        json!([]),
    ] {
        for definition in [
            pass("Parameters", &value),
            task("Parameters", &value),
            task("ResultSelector", &value),
        ] {
            let seen = run(&definition, &json!({}), Reply::Echo);
            assert_eq!(
                seen.observation.output.as_deref(),
                Some(&value),
                "{definition}"
            );
            assert_eq!(seen.poisoned, [], "{definition}");
        }
        let branch = json!({ "StartAt": "B", "States": { "B": { "Type": "Succeed" } } });
        let parallel = json!({ "Type": "Parallel", "Branches": [branch], "Parameters": value });
        let seen = run(&alone(parallel), &json!({}), Reply::Echo);
        assert_eq!(seen.observation.output.as_deref(), Some(&json!([value])));
        assert_eq!(seen.poisoned, []);
        let map = json!({ "Type": "Map", "Iterator": branch, "Parameters": value });
        let seen = run(&alone(map), &json!([0, 0]), Reply::Echo);
        assert_eq!(
            seen.observation.output.as_deref(),
            Some(&json!([value, value]))
        );
        assert_eq!(seen.poisoned, []);
    }
}

#[test]
fn what_null_and_templates_in_an_array_give_is_open() {
    for value in [json!(null), json!([{ "a.$": "$" }])] {
        let seen = run(&pass("Parameters", &value), &json!({}), Reply::Echo);
        assert_eq!(seen.poisoned, Aspect::ALL, "{value}");
    }
}

#[test]
fn an_explicit_path_fails_on_null() {
    let choice = |test: Value| {
        let mut rule = json!({ "Variable": "$", "Next": "B" });
        for (name, value) in test.as_object().expect("an operator") {
            rule[name] = value.clone();
        }
        json!({ "StartAt": "A", "States": {
            "A": { "Type": "Choice", "Choices": [rule], "Default": "B" },
            "B": { "Type": "Succeed" },
        } })
    };
    let cause = "An error occurred while executing the state 'A' (entered at the event id #2). \
                 Unable to apply Path transformation to null or empty input.";
    for definition in [
        choice(json!({ "IsString": true })),
        choice(json!({ "IsNull": true })),
        choice(json!({ "NumericEquals": 1 })),
        pass("Parameters", &json!({ "a.$": "$" })),
        task("Parameters", &json!({ "a": { "b.$": "$.c" } })),
    ] {
        let seen = run(&definition, &Value::Null, Reply::Echo);
        assert_eq!(seen.observation.status, Status::Failed, "{definition}");
        assert_eq!(
            seen.observation.cause.as_deref(),
            Some(cause),
            "{definition}"
        );
        assert_eq!(seen.observation.error.as_deref(), Some("States.Runtime"));
        assert_eq!(seen.poisoned, [], "{definition}");
    }
    // Of these it was not seen.
    for definition in [
        choice(json!({ "IsPresent": true })),
        pass("InputPath", &json!("$")),
        pass("InputPath", &json!("$.a")),
        pass("OutputPath", &json!("$")),
        alone(json!({ "Type": "Wait", "Seconds": 1, "OutputPath": "$" })),
        pass("Parameters", &json!({ "a.$": "States.Array($)" })),
    ] {
        let seen = run(&definition, &Value::Null, Reply::Echo);
        assert_eq!(seen.observation.status, Status::Failed, "{definition}");
        assert_eq!(seen.poisoned, Aspect::ALL, "{definition}");
    }
    // Without a path, and with a path that goes elsewhere, null passes.
    for definition in [
        alone(json!({ "Type": "Pass" })),
        pass("ResultPath", &json!("$")),
        task("ResultSelector", &json!({ "a": 1 })),
        pass("Parameters", &json!({ "a.$": "$$.State.Name" })),
    ] {
        let seen = run(&definition, &Value::Null, Reply::Echo);
        assert_eq!(seen.observation.status, Status::Succeeded, "{definition}");
        assert_eq!(seen.poisoned, [], "{definition}");
        assert!(!seen.coverage.contains(Clause::PathNull));
    }
}

#[test]
fn a_brace_that_opens_no_placeholder_fails() {
    for template in [r"\\\\{ 1 \\\\}", "{ {}", "{}{"] {
        let call = format!("States.Format('{template}', $.x)");
        let seen = run(
            &pass("Parameters", &json!({ "r.$": call })),
            &json!({ "x": "Z" }),
            Reply::Echo,
        );
        assert_eq!(seen.observation.status, Status::Failed, "{template}");
        let cause = seen.observation.cause.expect("a cause");
        let said = "Invalid template in States.Format: matching '}' not found for '{'.";
        assert!(cause.contains(said), "{cause}");
        assert!(!seen.poisoned.contains(&Aspect::Status));
    }
}

/// The error and the cause of an execution that fails.
fn failure(seen: &Expectation) -> (Option<&str>, Option<&str>) {
    let observed = &seen.observation;
    assert_eq!(observed.status, Status::Failed);
    (observed.error.as_deref(), observed.cause.as_deref())
}

const CONFLICT: Option<&str> = Some("States.ReferencePathConflict");

#[test]
fn a_reference_path_that_cannot_be_applied_names_no_state() {
    let result_path = |path: &str| {
        let mut state = pass("ResultPath", &json!(path));
        state["States"]["A"]["Result"] = 1.into();
        state
    };
    for (input, shown) in [(json!("s1"), r#""s1""#), (json!(4), "4")] {
        let seen = run(&result_path("$.r"), &input, Reply::Echo);
        let cause = format!("Unable to apply ReferencePath $.r to input {shown}");
        assert_eq!(failure(&seen), (CONFLICT, Some(&*cause)));
        assert_eq!(seen.poisoned, [], "{shown}");
        let seen = run(&task("ResultPath", &json!("$.r")), &input, Reply::Echo);
        let cause = format!("Unable to apply ReferencePath $.r to input {shown}");
        assert_eq!(failure(&seen), (CONFLICT, Some(&*cause)));
        assert_eq!(seen.poisoned, []);
    }
    // In what it reads the cause is not known.
    for (path, input) in [
        ("$.r", json!([1])),
        ("$.a.b", json!({ "a": 1 })),
        ("$.r", json!(true)),
        ("$.r.s", json!("s1")),
        ("$['r']", json!(4)),
    ] {
        let seen = run(&result_path(path), &input, Reply::Echo);
        assert_eq!(failure(&seen).0, CONFLICT);
        assert_eq!(seen.poisoned, [Aspect::Cause, Aspect::History], "{path}");
    }
}

/// A machine with a Map that does nothing with the items at this path.
fn map(path: &str) -> Value {
    let processor = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    alone(json!({ "Type": "Map", "ItemsPath": path, "ItemProcessor": processor }))
}

#[test]
fn items_that_are_missing_are_named_by_the_last_step() {
    let input = json!({ "disc": { "code": 500, "body": "x" } });
    for (path, step, doubts) in [
        ("$.disc.objects", "objects", &[][..]),
        ("$.items", "items", &[]),
        // How the cause writes a step in brackets, or an earlier one, is not known.
        (
            "$.none.objects",
            "objects",
            &[Aspect::Cause, Aspect::History],
        ),
        (
            "$['disc']['it em']",
            "it em",
            &[Aspect::Cause, Aspect::History],
        ),
    ] {
        let seen = run(&map(path), &input, Reply::Echo);
        let cause = format!("Unable to apply step \"{step}\" to input {input}");
        assert_eq!(failure(&seen), (CONFLICT, Some(&*cause)));
        assert_eq!(seen.poisoned, doubts, "{path}");
    }
    // That these fail in the same way is only assumed.
    for path in ["$.disc.code.objects", "$$.none"] {
        let seen = run(&map(path), &input, Reply::Echo);
        assert_eq!(failure(&seen).0, CONFLICT);
        assert!(seen.poisoned.contains(&Aspect::Error), "{path}");
    }
    // What is there and no array is another error, without a prefix too.
    let seen = run(&map("$.disc"), &input, Reply::Echo);
    let cause = "Reference path \"$.disc\" must point to array.";
    assert_eq!(failure(&seen), (Some("States.Runtime"), Some(cause)));
    assert_eq!(seen.poisoned, []);
}

#[test]
fn a_cause_tells_whether_it_names_the_state() {
    let wait = |path: &str| alone(json!({ "Type": "Wait", "SecondsPath": path }));
    for (definition, plain) in [
        (pass("InputPath", &json!("$.none")), false),
        (pass("Parameters", &json!({ "a.$": "$.none" })), false),
        (wait("$.none"), false),
        (map("$.none"), true),
        (pass("Result", &json!("x".repeat(262_143))), true),
    ] {
        let seen = run(&definition, &json!({}), Reply::Echo);
        let cause = failure(&seen).1.expect("a cause");
        let is_prefixed = cause.starts_with("An error occurred while executing the state 'A'");
        assert_eq!(is_prefixed, !plain, "{cause}");
        assert_eq!(seen.coverage.contains(Clause::CausePlain), plain, "{cause}");
        assert_eq!(seen.coverage.contains(Clause::CausePrefix), !plain);
    }
}

#[test]
fn an_index_after_the_end_gives_null_in_a_template_and_nothing_elsewhere() {
    let input = json!({ "p": [], "q": [1] });
    for path in ["$.p[0]", "$.q[1]", "$.q[99]"] {
        for definition in [
            pass("Parameters", &json!({ "v.$": path })),
            task("Parameters", &json!({ "v.$": path })),
        ] {
            let seen = run(&definition, &input, Reply::Echo);
            let output = seen.observation.output.as_deref();
            assert_eq!(output, Some(&json!({ "v": null })), "{path}");
            assert_eq!(seen.poisoned, [], "{path}");
        }
    }
    // A step further there is nothing, whatever is there.
    let seen = run(
        &pass("Parameters", &json!({ "v.$": "$.p[0].a" })),
        &input,
        Reply::Echo,
    );
    assert_eq!(failure(&seen).0, Some("States.Runtime"));
    // Of that index it was not seen; elsewhere neither, and as an argument it is an error, as far as is known.
    assert_eq!(seen.poisoned, Aspect::ALL);
    for definition in [
        pass("InputPath", &json!("$.p[0]")),
        pass("OutputPath", &json!("$.p[0]")),
        pass("Parameters", &json!({ "v.$": "$.p[-1]" })),
        pass("Parameters", &json!({ "v.$": "$.p[0,1]" })),
        pass("Parameters", &json!({ "v.$": "$.p[0][0]" })),
        pass("Parameters", &json!({ "v.$": "States.Array($.p[0])" })),
    ] {
        let seen = run(&definition, &input, Reply::Echo);
        assert_eq!(seen.poisoned, Aspect::ALL, "{definition}");
    }
    let argument = pass("Parameters", &json!({ "v.$": "States.Array($.p[0])" }));
    let seen = run(&argument, &input, Reply::Echo);
    assert_eq!(failure(&seen).0, Some("States.Runtime"));
}

/// A Choice that goes to `Yes` if this rule holds, and else to `No`.
fn choice(mut rule: Value) -> Value {
    rule["Next"] = "Yes".into();
    json!({ "StartAt": "A", "States": {
        "A": { "Type": "Choice", "Choices": [rule], "Default": "No" },
        "Yes": { "Type": "Pass", "Result": true, "End": true },
        "No": { "Type": "Pass", "Result": false, "End": true },
    } })
}

#[test]
fn is_present_tests_for_an_empty_list() {
    for (list, path, present) in [
        (json!([]), "$.p[0]", false),
        (json!([1]), "$.p[0]", true),
        (json!([null]), "$.p[0]", true),
        (json!([1]), "$.p[1]", false),
        (json!([]), "$.p[0].a", false),
        (json!([{ "a": 1 }]), "$.p[0].a", true),
    ] {
        for expected in [true, false] {
            let rule = json!({ "Variable": path, "IsPresent": expected });
            let seen = run(&choice(rule), &json!({ "p": list }), Reply::Echo);
            let output = seen.observation.output.as_deref();
            assert_eq!(output, Some(&json!(present == expected)), "{path} {list}");
            let is_sure = path != "$.p[0].a" || list != json!([]);
            assert_eq!(seen.poisoned.is_empty(), is_sure, "{path} {list}");
        }
    }
    // What other tests make of it was not seen.
    let rule = json!({ "Variable": "$.p[0]", "IsString": true });
    let seen = run(&choice(rule), &json!({ "p": [] }), Reply::Echo);
    assert_eq!(seen.poisoned, Aspect::ALL);
}

#[test]
fn conditions_are_evaluated_until_the_result_is_known() {
    let absent = json!({ "Variable": "$.a", "IsPresent": false });
    let present = json!({ "Variable": "$.a", "IsPresent": true });
    let compared = json!({ "Variable": "$.a", "NumericEquals": 1 });
    for (rule, holds) in [
        (json!({ "Or": [absent, compared] }), true),
        (json!({ "And": [present, compared] }), false),
        (json!({ "Not": { "Or": [absent, compared] } }), false),
        (
            json!({ "Or": [{ "And": [present, compared] }, absent, compared] }),
            true,
        ),
    ] {
        let seen = run(&choice(rule.clone()), &json!({}), Reply::Echo);
        assert_eq!(seen.observation.output.as_deref(), Some(&json!(holds)));
        // Of Or it was not seen.
        let is_sure = !rule.to_string().contains("Or");
        assert_eq!(seen.poisoned.is_empty(), is_sure, "{rule}");
    }
    // The order matters.
    for rule in [
        json!({ "Or": [compared, absent] }),
        json!({ "And": [compared, present] }),
    ] {
        let seen = run(&choice(rule.clone()), &json!({}), Reply::Echo);
        assert_eq!(failure(&seen).0, Some("States.Runtime"), "{rule}");
        assert_eq!(seen.poisoned, [], "{rule}");
    }
}

/// The task `A`, which catches everything.
fn catching(fields: &Value) -> Value {
    let mut definition = task("Comment", &json!("catches"));
    let state = definition["States"]["A"].as_object_mut().expect("a state");
    state.extend(fields.as_object().expect("fields").clone());
    definition["States"]["Caught"] = json!({ "Type": "Succeed" });
    definition
}

#[test]
fn an_output_over_the_limit_reaches_no_catcher() {
    let fields = json!({
        "ResultPath": "$.r",
        "Retry": [{ "ErrorEquals": ["States.DataLimitExceeded"] }],
        "Catch": [{ "ErrorEquals": ["States.DataLimitExceeded"], "Next": "Caught" }],
    });
    let reply = |length: usize| Reply::Succeed(Value::from("x".repeat(length)).into());
    // The result is within the limit of 262,144 bytes.
    let seen = run(&catching(&fields), &json!({ "a": 1 }), reply(262_142));
    assert_eq!(failure(&seen).0, Some("States.DataLimitExceeded"));
    // A user's account quotes no answer of AWS's.
    assert_eq!(seen.poisoned, Aspect::ALL);
    assert!(!seen.coverage.contains(Clause::CatchFirstMatch));
    // It is not.
    let seen = run(&catching(&fields), &json!({ "a": 1 }), reply(262_143));
    assert_eq!(seen.observation.status, Status::Succeeded);
}

#[test]
fn a_catcher_does_not_catch_its_own_result_path() {
    let fields = json!({ "Catch": [
        { "ErrorEquals": ["E"], "ResultPath": "$.e", "Next": "Caught" },
        { "ErrorEquals": ["States.ALL"], "Next": "Caught" },
    ] });
    let fail = Reply::Fail {
        error: "E".to_owned(),
        cause: "c".to_owned(),
    };
    let seen = run(&catching(&fields), &json!("s1"), fail);
    let cause = "Unable to apply ReferencePath $.e to input \"s1\"";
    assert_eq!(failure(&seen), (CONFLICT, Some(cause)));
    // That it is not caught was not seen.
    assert_eq!(seen.poisoned, Aspect::ALL);
}

#[test]
fn reserved_names_are_not_emitted() {
    let call = |call: &str| pass("Parameters", &json!({ "v.$": call }));
    for (definition, reserved) in [
        (call("States.ArrayLength($.a)"), "States.IntrinsicFailure"),
        (call("States.Format('{', 1)"), "States.IntrinsicFailure"),
        (call("States.Array($.none)"), "States.ParameterPathFailure"),
        (call("$.none"), "States.ParameterPathFailure"),
    ] {
        let branch = json!([definition]);
        for (names, caught) in [(reserved, false), ("States.ALL", false)] {
            let parallel = json!({ "StartAt": "P", "States": {
                "P": {
                    "Type": "Parallel", "Branches": branch, "End": true,
                    "Catch": [{ "ErrorEquals": [names], "Next": "Q" }],
                },
                "Q": { "Type": "Succeed" },
            } });
            let seen = run(&parallel, &json!({ "a": 1 }), Reply::Echo);
            assert_eq!(failure(&seen).0, Some("States.Runtime"), "{names}");
            assert_eq!(seen.coverage.contains(Clause::CatchFirstMatch), caught);
        }
    }
    // What AWS does with a reserved name that a task gives is not known.
    for error in ["States.Runtime", "States.Timeout"] {
        let fields = json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }] });
        let fail = Reply::Fail {
            error: error.to_owned(),
            cause: "c".to_owned(),
        };
        let seen = run(&catching(&fields), &json!({}), fail);
        assert_eq!(seen.poisoned, Aspect::ALL, "{error}");
    }
}

#[test]
fn timestamps_count_to_the_second_in_a_wait_and_exactly_in_a_choice() {
    // Simulations start at the beginning of 2026.
    let wait = |field: &str, value: &str| alone(json!({ "Type": "Wait", field: value }));
    for (timestamp, seconds) in [
        ("2026-01-01T00:00:05.900Z", 5),
        ("2026-01-01T00:00:05.999999999Z", 5),
        ("2026-01-01T01:00:05.5+01:00", 5),
        ("2026-01-01T00:00:05Z", 5),
        ("2025-12-31T23:59:59.9Z", 0),
    ] {
        let input = json!({ "t": timestamp });
        for definition in [wait("Timestamp", timestamp), wait("TimestampPath", "$.t")] {
            let seen = run(&definition, &input, Reply::Echo);
            assert_eq!(seen.duration, seconds * 1_000, "{timestamp}");
            assert_eq!(seen.poisoned, [], "{timestamp}");
        }
    }
    let last = json!({ "t": "9999-12-31T23:59:59Z", "u": "2026-01-01T00:00:00.000000001Z" });
    for (variable, operator, operand) in [
        ("$.t", "TimestampGreaterThan", "2026-01-01T00:00:00Z"),
        ("$.t", "TimestampEquals", "9999-12-31T23:59:59.000Z"),
        ("$.u", "TimestampGreaterThan", "2026-01-01T00:00:00Z"),
        ("$.u", "TimestampLessThan", "2026-01-01T00:00:00.000000002Z"),
        (
            "$.u",
            "TimestampEquals",
            "2026-01-01T01:00:00.000000001+01:00",
        ),
    ] {
        let rule = json!({ "Variable": variable, operator: operand });
        let seen = run(&choice(rule), &last, Reply::Echo);
        assert_eq!(
            seen.observation.output.as_deref(),
            Some(&json!(true)),
            "{operand}"
        );
        assert_eq!(seen.poisoned, [], "{operand}");
    }
}

#[test]
fn a_harness_takes_at_most_a_quarter_of_an_hour() {
    for (timeout, seconds) in [(json!({}), 900), (json!({ "TimeoutSeconds": 5_000 }), 900)] {
        let mut definition = catching(&timeout);
        let resource = "arn:aws:states:::bedrockagentcore:invokeHarness";
        definition["States"]["A"]["Resource"] = resource.into();
        let seen = run(&definition, &json!({}), Reply::Silent);
        assert_eq!(failure(&seen).0, Some("States.Timeout"));
        assert_eq!(seen.duration, seconds * 1_000);
        // That it is this error was not documented.
        assert_eq!(seen.poisoned, Aspect::ALL);
        let fail = Reply::Fail {
            error: "BedrockAgentCore.ThrottlingException".to_owned(),
            cause: "c".to_owned(),
        };
        let seen = run(&definition, &json!({}), fail);
        let error = Some("BedrockAgentCore.ThrottlingException");
        assert_eq!(failure(&seen), (error, Some("c")));
        assert_eq!(seen.poisoned, []);
    }
}

#[test]
fn an_execution_stops_exactly_when_its_time_is_over() {
    let mut definition = alone(json!({ "Type": "Wait", "Seconds": 10 }));
    definition["TimeoutSeconds"] = 3.into();
    let seen = run(&definition, &json!({}), Reply::Echo);
    assert_eq!(seen.observation.status, Status::TimedOut);
    assert_eq!(
        (seen.observation.error, seen.observation.cause),
        (None, None)
    );
    assert_eq!(seen.duration, 3_000);
}
