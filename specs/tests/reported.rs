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
    ] {
        let seen = run(&definition, &Value::Null, Reply::Echo);
        assert_eq!(seen.observation.status, Status::Failed, "{definition}");
        assert_eq!(
            seen.observation.cause.as_deref(),
            Some(cause),
            "{definition}"
        );
        assert!(!seen.poisoned.contains(&Aspect::Status), "{definition}");
    }
    // Of these it was not seen.
    for definition in [
        choice(json!({ "IsPresent": true })),
        pass("InputPath", &json!("$")),
        pass("InputPath", &json!("$.a")),
        pass("OutputPath", &json!("$")),
        alone(json!({ "Type": "Wait", "Seconds": 1, "OutputPath": "$" })),
        pass("Parameters", &json!({ "a.$": "$" })),
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
