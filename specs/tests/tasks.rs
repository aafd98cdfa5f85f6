//! Tasks of every kind, the limits of data, and executions that take long.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    clause::Clause,
    observation::Status,
    reference::{Expectation, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply},
    },
};

const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

fn simulated(definition: &Value, input: Value, site: &str, acts: Vec<Act>) -> Expectation {
    let machine = Arc::new(Machine::from_value(definition).expect("a valid machine"));
    let sites = [(site.into(), acts.into_iter().collect())].into();
    let plan = Plan { sites };
    let start = Start {
        input: input.into(),
        plan,
    };
    let case = ExecutionCase {
        entropy: 7,
        ..ExecutionCase::new(definition.clone(), vec![start.clone()])
    };
    simulate(&machine, &case, &start).expect("a simulation")
}

/// A machine with one Task, which may have handlers.
fn task(resource: &str, fields: &Value) -> Value {
    let mut task = json!({
        "Type": "Task", "Resource": resource, "Next": "Z",
        "Retry": [{"ErrorEquals": ["Again"]}],
        "Catch": [{"ErrorEquals": ["States.DataLimitExceeded"], "Next": "Z"}],
    });
    let object = task.as_object_mut().unwrap();
    object.extend(fields.as_object().unwrap().clone());
    json!({"StartAt": "A", "States": {"A": task, "Z": {"Type": "Succeed"}}})
}

/// The events between the Entered and the Exited event of the first state.
fn work(seen: &Expectation) -> Vec<(String, Value)> {
    let history = seen.observation.history.as_ref().expect("a history");
    history
        .iter()
        .skip(2)
        .take_while(|event| event.kind.name() != "TaskStateExited")
        .map(|event| (event.kind.name(), event.details.to_value()))
        .collect()
}

fn fail(error: &str) -> Act {
    Act::now(Reply::Fail {
        error: error.into(),
        cause: "why".into(),
    })
}

#[test]
fn a_lambda_function_has_events_of_its_own() {
    let definition = task(LAMBDA, &json!({"TimeoutSeconds": 9}));
    let seen = simulated(&definition, json!({"x": 1}), "A", vec![fail("Again")]);
    let scheduled = json!({"input": {"x": 1}, "resource": LAMBDA, "timeoutInSeconds": 9});
    let expected = [
        ("LambdaFunctionScheduled", scheduled.clone()),
        ("LambdaFunctionStarted", json!({})),
        (
            "LambdaFunctionFailed",
            json!({"error": "Again", "cause": "why"}),
        ),
        ("LambdaFunctionScheduled", scheduled),
        ("LambdaFunctionStarted", json!({})),
        ("LambdaFunctionSucceeded", json!({"output": {"x": 1}})),
    ];
    assert_eq!(
        work(&seen),
        expected.map(|(kind, details)| (kind.to_owned(), details))
    );
}

#[test]
fn an_integration_names_its_service_and_its_operation() {
    let definition = task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        &json!({
            "Parameters": {"Token.$": "$$.Task.Token"},
            "Credentials": {"RoleArn.$": "$.role"},
            "ResultSelector": {"text.$": "$"},
        }),
    );
    let act = Act {
        submitted: Some(json!({"MessageId": "1"})),
        ..Act::now(Reply::Succeed(json!("done").into()))
    };
    let refused = Act {
        submitted: Some(json!({"MessageId": "0"})),
        ..fail("Again")
    };
    let seen = simulated(&definition, json!({"role": "r"}), "A", vec![refused, act]);
    let work = work(&seen);
    let kinds: Vec<&str> = work.iter().map(|(kind, _)| kind.as_str()).collect();
    let attempt = ["TaskScheduled", "TaskStarted", "TaskSubmitted"];
    let expected = [
        &attempt[..],
        &["TaskFailed"],
        &attempt[..],
        &["TaskSucceeded"],
    ]
    .concat();
    assert_eq!(kinds, expected);
    let scheduled = &work[0].1;
    assert_eq!(scheduled["resourceType"], "sqs");
    assert_eq!(scheduled["resource"], "sendMessage.waitForTaskToken");
    assert_eq!(scheduled["region"], "us-east-1");
    assert_eq!(scheduled["taskCredentials"], json!({"roleArn": "r"}));
    assert!(scheduled["parameters"]["Token"].is_string());
    assert_ne!(scheduled["parameters"], work[4].1["parameters"]);
    assert_eq!(work[2].1["output"], json!({"MessageId": "0"}));
    assert_eq!(
        seen.observation.output,
        Some(json!({"text": "done"}).into())
    );
}

#[test]
fn a_job_is_submitted_unless_the_submission_fails() {
    let definition = task("arn:aws:states:::states:startExecution.sync:2", &json!({}));
    let kinds = |act: Act| {
        let seen = simulated(&definition, json!({}), "A", vec![act]);
        let kinds = work(&seen).into_iter().map(|(kind, _)| kind);
        kinds.collect::<Vec<_>>()
    };
    let submitted = [
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
    ];
    assert_eq!(kinds(Act::default()), submitted);
    let failed = ["TaskScheduled", "TaskStarted", "TaskFailed"];
    assert_eq!(kinds(fail("No"))[..3], failed);
}

#[test]
fn a_result_that_is_too_long_is_an_error_of_the_task() {
    let definition = task("arn:aws:states:::lambda:invoke", &json!({}));
    for (length, limited) in [(262_142, false), (262_143, true)] {
        let act = Act::now(Reply::Succeed(Value::from("x".repeat(length)).into()));
        let seen = simulated(&definition, json!({}), "A", vec![act]);
        assert_eq!(seen.observation.status, Status::Succeeded);
        assert_eq!(seen.coverage.contains(Clause::TaskDataLimit), limited);
        let error = &seen.observation.output.unwrap()["Error"];
        assert_eq!(*error == "States.DataLimitExceeded", limited);
    }
}

#[test]
fn an_output_that_is_too_long_ends_the_execution() {
    let definition = task(
        "arn:aws:states:::lambda:invoke",
        &json!({"ResultPath": "$.result"}),
    );
    let act = Act::now(Reply::Succeed(Value::from("x".repeat(262_142)).into()));
    let seen = simulated(&definition, json!({}), "A", vec![act]);
    assert_eq!(seen.observation.status, Status::Failed);
    let error = seen.observation.error.as_deref();
    assert_eq!(error, Some("States.DataLimitExceeded"));
}

#[test]
fn assigned_variables_show_in_the_history() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"x.$": "$.n", "y": {"z": true}}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd($x, 1)"}, "End": true},
    }});
    let seen = simulated(&definition, json!({"n": 1}), "none", Vec::new());
    let history = seen.observation.history.unwrap();
    let assigned = &history[2].details.to_value()["assignedVariables"];
    assert_eq!(*assigned, json!({"x": 1, "y": {"z": true}}));
    assert_eq!(seen.observation.output, Some(json!({"sum": 2}).into()));
}

/// Long waits, many retries and large Maps are simulated to the end, in virtual time.
#[test]
fn what_takes_long_is_simulated() {
    let year = json!({"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 31_536_000, "End": true},
    }});
    let retries = json!({"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": LAMBDA, "End": true,
        "Retry": [{"ErrorEquals": ["Again"], "MaxAttempts": 1_000, "BackoffRate": 1.0}],
    }}});
    let map = |concurrency: u32| {
        json!({"StartAt": "A", "States": {"A": {
            "Type": "Map", "End": true, "MaxConcurrency": concurrency,
            "ItemsPath": "$.items",
            "ItemSelector": {"n.$": "$$.Map.Item.Value", "all.$": "$.constant"},
            "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}},
        }}})
    };
    let items = json!({"items": (0..5_000).collect::<Vec<u32>>(), "constant": 1});
    let again: Vec<Act> = (0..1_000).map(|_| fail("Again")).collect();
    let took = |definition: &Value, input: Value, site: &str, acts: Vec<Act>| {
        let seen = simulated(definition, input, site, acts);
        assert_eq!(seen.observation.status, Status::Succeeded, "{definition}");
        let events = seen.observation.history.map_or(0, |history| history.len());
        (seen.duration, events)
    };
    assert_eq!(
        took(&year, json!({}), "none", Vec::new()),
        (31_536_000_000, 4)
    );
    // One retry per second; 1,001 attempts with three events each.
    assert_eq!(took(&retries, json!({}), "A", again), (1_000_000, 3_007));
    for concurrency in [0, 1] {
        // The events of the execution and of the Map, and four events per item.
        let (_, events) = took(&map(concurrency), items.clone(), "none", Vec::new());
        assert_eq!(events, 20_006);
    }
}
