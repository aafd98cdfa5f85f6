//! Redrive: what had succeeded is kept, the rest is run again.

use serde_json::{Value, json};

use super::{MACHINE, NOW, WORK, all_refused, ask, ask_at, create, fire_timers, service};
use crate::service::Service;

fn task(more: &Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": WORK, "End": true});
    for (key, value) in more.as_object().unwrap() {
        state[key] = value.clone();
    }
    state
}

fn scope(name: &str, state: Value) -> Value {
    let mut states = json!({});
    states[name] = state;
    json!({"StartAt": name, "States": states})
}

/// Starts an execution of a definition whose tasks are done by the activity `work`.
fn started(service: &mut Service, definition: &Value, input: &Value) -> String {
    ask(service, "CreateActivity", &json!({"name": "work"})).unwrap();
    create(service, "m", &definition.to_string(), "r").unwrap();
    let body = json!({"stateMachineArn": MACHINE, "input": input.to_string()});
    let started = ask(service, "StartExecution", &body).unwrap();
    started["executionArn"].as_str().unwrap().to_owned()
}

/// Does the queued tasks in order: what each gets is its input, and it fails if that is in `fails`.
fn work(service: &mut Service, fails: &[Value]) -> Vec<Value> {
    let mut seen = Vec::new();
    loop {
        let Some(task) = service.queued(WORK).next() else {
            return seen;
        };
        ask(service, "GetActivityTask", &json!({"activityArn": WORK})).unwrap();
        let (_, answer) = service.hand_out(&NOW, task).unwrap();
        let input: Value = serde_json::from_str(answer["input"].as_str().unwrap()).unwrap();
        let token = &answer["taskToken"];
        if fails.contains(&input) {
            let body = json!({"taskToken": token, "error": "E"});
            ask(service, "SendTaskFailure", &body).unwrap();
        } else {
            let body = json!({"taskToken": token, "output": input.to_string()});
            ask(service, "SendTaskSuccess", &body).unwrap();
        }
        seen.push(input);
    }
}

fn redrive(service: &mut Service, execution: &str) -> Result<Value, String> {
    ask(
        service,
        "RedriveExecution",
        &json!({"executionArn": execution}),
    )
}

fn told(service: &mut Service, execution: &str) -> Value {
    ask(
        service,
        "DescribeExecution",
        &json!({"executionArn": execution}),
    )
    .unwrap()
}

fn kinds(service: &mut Service, execution: &str) -> Vec<String> {
    let history = ask(
        service,
        "GetExecutionHistory",
        &json!({"executionArn": execution}),
    );
    let history = history.unwrap()["events"].as_array().unwrap().clone();
    history
        .iter()
        .map(|it| it["type"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_task_that_failed_is_run_again() {
    let mut service = service();
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Next": "T"},
        "T": task(&json!({"End": null, "Next": "C"})),
        "C": {"Type": "Pass", "Parameters": {"n.$": "$$.Execution.RedriveCount", "at.$": "$$.Execution.RedriveTime"}, "End": true},
    }});
    let mut definition = definition;
    definition["States"]["T"]
        .as_object_mut()
        .unwrap()
        .remove("End");
    let execution = started(&mut service, &definition, &json!(1));
    assert_eq!(work(&mut service, &[json!(1)]), [json!(1)]);
    let body = json!({"executionArn": execution, "clientToken": "t"});
    for later in [5_000, 6_000] {
        let redriven = ask_at(&mut service, NOW.plus(later), "RedriveExecution", &body);
        assert_eq!(redriven, json!({"redriveDate": 6.0}));
    }
    assert_eq!(told(&mut service, &execution)["status"], "RUNNING");
    assert_eq!(work(&mut service, &[]), [json!(1)]);
    let told = told(&mut service, &execution);
    assert_eq!(told["status"], "SUCCEEDED");
    assert_eq!(
        (&told["redriveCount"], &told["redriveDate"]),
        (&json!(1), &json!(6.0))
    );
    assert_eq!(told["output"], r#"{"n":1,"at":"1970-01-01T00:00:06Z"}"#);
    assert_eq!(
        kinds(&mut service, &execution),
        [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "TaskStateEntered",
            "ActivityScheduled",
            "ActivityStarted",
            "ActivityFailed",
            "ExecutionFailed",
            "ExecutionRedriven",
            "ActivityScheduled",
            "ActivityStarted",
            "ActivitySucceeded",
            "TaskStateExited",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]
    );
    let body = json!({"executionArn": execution, "reverseOrder": true, "maxResults": 8});
    let history = ask(&mut service, "GetExecutionHistory", &body).unwrap();
    let event = &history["events"][7];
    assert_eq!(
        event["executionRedrivenEventDetails"],
        json!({"redriveCount": 1})
    );
    assert_eq!(
        (&event["id"], &event["previousEventId"]),
        (&json!(9), &json!(8))
    );
}

/// An unbroken run of a definition, and one whose first tasks fail and that is redriven then.
fn compare(definition: &Value, input: &Value, fails: &[Value], again: &[Value]) {
    let mut unbroken = service();
    let execution = started(&mut unbroken, definition, input);
    work(&mut unbroken, &[]);
    let expected = told(&mut unbroken, &execution);
    assert_eq!(expected["status"], "SUCCEEDED");
    let mut service = service();
    let execution = started(&mut service, definition, input);
    work(&mut service, fails);
    assert_eq!(told(&mut service, &execution)["status"], "FAILED");
    redrive(&mut service, &execution).unwrap();
    assert_eq!(work(&mut service, &[]), again);
    let told = told(&mut service, &execution);
    assert_eq!(
        (&told["status"], &told["output"]),
        (&expected["status"], &expected["output"])
    );
}

#[test]
fn a_redriven_execution_ends_like_an_unbroken_one() {
    let pick = |path: &str| task(&json!({"InputPath": path}));
    let parallel = |name: &str, branches: &[Value]| {
        scope(
            name,
            json!({"Type": "Parallel", "Branches": branches, "End": true}),
        )
    };
    let one = |name: &str, path: &str| scope(name, pick(path));
    let map = |most: u64, processor: Value| {
        scope(
            "Each",
            json!({"Type": "Map", "MaxConcurrency": most, "ItemProcessor": processor, "End": true}),
        )
    };
    let two = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": WORK, "Next": "B"},
        "B": {"Type": "Task", "Resource": WORK, "End": true},
    }});
    let abc = json!({"a": 1, "b": 2, "c": 3});
    // The first branch had succeeded, the third was stopped.
    let branches = [one("A", "$.a"), one("B", "$.b"), one("C", "$.c")];
    compare(
        &parallel("All", &branches),
        &abc,
        &[json!(2)],
        &[json!(2), json!(3)],
    );
    compare(
        &parallel("All", &branches),
        &abc,
        &[json!(1)],
        &[json!(1), json!(2), json!(3)],
    );
    // One inside another.
    let nested = [
        one("X", "$.a"),
        parallel("Some", &[one("B", "$.b"), one("C", "$.c")]),
    ];
    compare(&parallel("All", &nested), &abc, &[json!(3)], &[json!(3)]);
    compare(
        &parallel("All", &nested),
        &abc,
        &[json!(2)],
        &[json!(2), json!(3)],
    );
    // Items one after the other, and at once.
    let items = json!([1, 2, 3]);
    compare(
        &map(1, two.clone()),
        &items,
        &[json!(2)],
        &[2, 2, 3, 3].map(|n| json!(n)),
    );
    compare(
        &map(0, two.clone()),
        &items,
        &[json!(3)],
        &[1, 2, 3, 3].map(|n| json!(n)),
    );
    // A thread that was stopped between two states goes on with the second.
    let caught = map(
        1,
        scope("T", task(&json!({"Retry": [{"ErrorEquals": ["Other"]}]}))),
    );
    compare(&caught, &items, &[json!(3)], &[json!(3)]);
}

#[test]
fn retries_begin_anew_and_so_does_a_wait() {
    let mut service = service();
    let retried = task(&json!({"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]}));
    let execution = started(&mut service, &scope("T", retried), &json!(1));
    for _ in 0..2 {
        for _ in 0..2 {
            assert_eq!(work(&mut service, &[json!(1)]), [json!(1)]);
            fire_timers(&mut service);
        }
        assert_eq!(told(&mut service, &execution)["status"], "FAILED");
        redrive(&mut service, &execution).unwrap();
    }
    let mut service = self::service();
    let wait = scope("W", json!({"Type": "Wait", "Seconds": 10, "End": true}));
    let execution = started(&mut service, &wait, &json!(1));
    service.take_effects();
    ask(
        &mut service,
        "StopExecution",
        &json!({"executionArn": execution}),
    )
    .unwrap();
    redrive(&mut service, &execution).unwrap();
    assert_eq!(fire_timers(&mut service), NOW.plus(10_000));
    assert_eq!(told(&mut service, &execution)["status"], "SUCCEEDED");
    let fail = scope("F", json!({"Type": "Fail", "Error": "E"}));
    let mut service = self::service();
    let execution = started(&mut service, &fail, &json!(1));
    for count in 1..4 {
        redrive(&mut service, &execution).unwrap();
        let told = told(&mut service, &execution);
        assert_eq!(
            (&told["status"], &told["redriveCount"]),
            (&json!("FAILED"), &json!(count))
        );
    }
}

#[test]
fn a_failure_that_nothing_handles_leaves_the_branches_beside_it_to_be_run_again() {
    let broken = scope(
        "B",
        json!({"Type": "Pass", "InputPath": "$.missing", "End": true}),
    );
    let definition = scope(
        "All",
        json!({"Type": "Parallel", "Branches": [scope("A", task(&json!({}))), broken], "End": true}),
    );
    let mut service = service();
    let execution = started(&mut service, &definition, &json!({}));
    assert_eq!(told(&mut service, &execution)["error"], "States.Runtime");
    assert_eq!(work(&mut service, &[]), Vec::<Value>::new());
    redrive(&mut service, &execution).unwrap();
    let told = told(&mut service, &execution);
    assert_eq!(
        (&told["status"], &told["error"]),
        (&json!("FAILED"), &json!("States.Runtime"))
    );
}

#[test]
fn the_time_limit_of_the_machine_begins_anew() {
    let mut service = service();
    let mut definition = scope("W", json!({"Type": "Wait", "Seconds": 9, "End": true}));
    definition["TimeoutSeconds"] = 10.into();
    let execution = started(&mut service, &definition, &json!(1));
    service.take_effects();
    ask(
        &mut service,
        "StopExecution",
        &json!({"executionArn": execution}),
    )
    .unwrap();
    let body = json!({"executionArn": execution});
    ask_at(&mut service, NOW.plus(50_000), "RedriveExecution", &body);
    assert_eq!(fire_timers(&mut service), NOW.plus(60_000));
    assert_eq!(told(&mut service, &execution)["status"], "SUCCEEDED");
}

#[test]
fn what_cannot_be_redriven_is_refused() {
    let mut service = service();
    let execution = started(&mut service, &scope("T", task(&json!({}))), &json!(1));
    let running = "ExecutionNotRedrivable: Execution is RUNNING and cannot be redriven";
    assert_eq!(redrive(&mut service, &execution), Err(running.to_owned()));
    work(&mut service, &[]);
    let succeeded = "ExecutionNotRedrivable: Execution is SUCCEEDED and cannot be redriven";
    assert_eq!(redrive(&mut service, &execution), Err(succeeded.to_owned()));
    let of = |arn: String| json!({"executionArn": arn});
    all_refused(
        &mut service,
        "RedriveExecution",
        &[
            (of(format!("{execution}x")), "ExecutionDoesNotExist"),
            (
                of(execution.replace(":execution:", ":express:")),
                "InvalidArn",
            ),
            (
                json!({"executionArn": execution, "clientToken": "a b"}),
                "ValidationException",
            ),
        ],
    );
}

/// An item whose input could not be made is tried again, and no other one is lost with it.
#[test]
fn an_item_whose_input_could_not_be_made_is_tried_again() {
    let map = json!({
        "Type": "Map", "End": true, "ItemSelector": {"v.$": "$$.Map.Item.Value.x"},
        "ItemProcessor": scope("T", task(&json!({}))),
    });
    let mut service = service();
    let input = json!([{"x": 1}, {"x": 2}, {}]);
    let execution = started(&mut service, &scope("M", map), &input);
    assert_eq!(told(&mut service, &execution)["status"], "FAILED");
    redrive(&mut service, &execution).unwrap();
    work(&mut service, &[]);
    // The third item fails as it did before.
    assert_eq!(told(&mut service, &execution)["status"], "FAILED");
}

/// Where the first branch ends the execution again, those after it are not run.
#[test]
fn nothing_runs_after_an_execution_has_failed_again() {
    let lost = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": WORK, "Next": "B"},
        "B": {"Type": "Pass", "InputPath": "$.missing", "End": true},
    }});
    let parallel = json!({
        "Type": "Parallel", "End": true, "Branches": [lost, scope("C", task(&json!({})))],
    });
    let mut service = service();
    let execution = started(&mut service, &scope("P", parallel), &json!({"a": 1}));
    let first = service.queued(WORK).next().unwrap();
    ask(
        &mut service,
        "GetActivityTask",
        &json!({"activityArn": WORK}),
    )
    .unwrap();
    let (_, answer) = service.hand_out(&NOW, first).unwrap();
    let done = json!({"taskToken": answer["taskToken"], "output": "{}"});
    ask(&mut service, "SendTaskSuccess", &done).unwrap();
    assert_eq!(told(&mut service, &execution)["status"], "FAILED");
    redrive(&mut service, &execution).unwrap();
    let told = told(&mut service, &execution);
    assert_eq!(
        (&told["status"], &told["redriveCount"]),
        (&json!("FAILED"), &json!(1))
    );
    assert_eq!(service.queued(WORK).count(), 0);
    assert_eq!(
        kinds(&mut service, &execution).last().unwrap(),
        "ExecutionFailed"
    );
}

/// A redrive that has not been carried out yet is under way: there is no second one.
#[test]
fn an_execution_that_is_to_go_on_is_running() {
    let fail = json!({"Type": "Fail"});
    let mut service = Service::working_elsewhere(service());
    create(&mut service, "m", &scope("F", fail).to_string(), "r").unwrap();
    let body = json!({"stateMachineArn": MACHINE});
    let started = ask(&mut service, "StartExecution", &body).unwrap();
    let execution = started["executionArn"].as_str().unwrap().to_owned();
    let work = |service: &mut Service| {
        while let Some(work) = service.next_work() {
            service.finish(work.carry_out());
        }
    };
    work(&mut service);
    assert_eq!(told(&mut service, &execution)["status"], "FAILED");
    redrive(&mut service, &execution).unwrap();
    assert_eq!(told(&mut service, &execution)["status"], "RUNNING");
    assert!(redrive(&mut service, &execution).is_err());
    work(&mut service);
    assert_eq!(told(&mut service, &execution)["status"], "FAILED");
}
