//! Executions: names, lists, times.

use serde_json::{Value, json};

use super::{NOW, ask, ask_at, create, service, start};
use crate::{base::time::Instant, service::Effect};

const DAY: u64 = 24 * 60 * 60 * 1_000;

#[test]
fn only_some_executions_can_be_redriven() {
    let mut service = service();
    let rule = json!({"Variable": "$", "BooleanEquals": true, "Next": "C"});
    let definition = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [rule], "Default": "W"},
        "W": {"Type": "Wait", "SecondsPath": "$", "End": true},
    }});
    let machine = create(&mut service, "m", &definition.to_string(), "r").unwrap();
    let mut redrive = |input: &str, stops: bool, later: u64| {
        let body = json!({"stateMachineArn": machine, "input": input});
        let execution = ask(&mut service, "StartExecution", &body).unwrap();
        let body = json!({"executionArn": execution["executionArn"]});
        if stops {
            ask(&mut service, "StopExecution", &body).unwrap();
        }
        let told = ask_at(&mut service, NOW.plus(later), "DescribeExecution", &body);
        (
            told["redriveStatus"].clone(),
            told["redriveStatusReason"].clone(),
        )
    };
    let not = |reason: &str| (json!("NOT_REDRIVABLE"), json!(reason));
    let redrivable = (json!("REDRIVABLE"), Value::Null);
    assert_eq!(
        redrive("0", false, 0),
        not("Execution is SUCCEEDED and cannot be redriven")
    );
    assert_eq!(
        redrive("9", false, 0),
        not("Execution is RUNNING and cannot be redriven")
    );
    assert_eq!(redrive("9", true, 0), redrivable);
    assert_eq!(redrive("-1", false, 14 * DAY), redrivable);
    assert_eq!(
        redrive("-1", false, 14 * DAY + 1),
        not("Execution redrivable period exceeded")
    );
    assert_eq!(
        redrive("-1", false, 365 * DAY),
        not("Execution has exceeded the max execution time")
    );
    assert_eq!(
        redrive("true", false, 0),
        not("Execution has exceeded the maximum history event limit")
    );
}

#[test]
fn a_name_is_free_again_ninety_days_after_the_end() {
    let mut service = service();
    let wait =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": true}}});
    let machine = create(&mut service, "m", &wait.to_string(), "r").unwrap();
    let mut started = |name: &str, input: &str, at: Instant| {
        let body = json!({"stateMachineArn": machine, "name": name, "input": input});
        service
            .call(&at, "StartExecution", &body)
            .map_err(|error| error.code)
    };
    for (name, input) in [("ended", "0"), ("running", "9")] {
        started(name, input, NOW).unwrap();
    }
    let nearly = NOW.plus(90 * DAY - 1);
    assert_eq!(started("ended", "0", nearly), Err("ExecutionAlreadyExists"));
    let later = NOW.plus(90 * DAY);
    assert_eq!(
        started("running", "1", later),
        Err("ExecutionAlreadyExists")
    );
    started("ended", "1", later).unwrap();
    let body = json!({"stateMachineArn": machine});
    let listed = ask(&mut service, "ListExecutions", &body).unwrap();
    let names = listed["executions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["ended", "running"]);
}

#[test]
fn executions_are_listed_by_when_they_moved_last() {
    let mut service = service();
    let definition =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": true}}});
    let machine = create(&mut service, "m", &definition.to_string(), "r").unwrap();
    let mut arns = Vec::new();
    for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
        let body = json!({"stateMachineArn": machine, "name": name});
        let at = NOW.plus(n as u64 * 10);
        let started = ask_at(&mut service, at, "StartExecution", &body);
        arns.push(started["executionArn"].clone());
    }
    let stop = json!({"executionArn": arns[0]});
    ask_at(&mut service, NOW.plus(15), "StopExecution", &stop);
    let listed = ask(
        &mut service,
        "ListExecutions",
        &json!({"stateMachineArn": machine}),
    )
    .unwrap();
    let names = listed["executions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["c", "a", "b"]);
}

#[test]
fn a_late_timer_does_not_make_an_execution_longer() {
    let mut service = service();
    let definition = json!({"StartAt": "W", "TimeoutSeconds": 3, "States": {
        "W": {"Type": "Wait", "Seconds": 9, "End": true},
    }});
    let machine = create(&mut service, "m", &definition.to_string(), "r").unwrap();
    let execution = start(&mut service, &machine);
    let timers: Vec<_> = service
        .take_effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::SetTimer {
                execution,
                timer,
                at,
            } => Some((execution, timer, at)),
            _ => None,
        })
        .collect();
    assert_eq!(timers[0].2, NOW.plus(3_000));
    service.fire(&NOW.plus(3_250), timers[0].0, timers[0].1);
    let told = ask(
        &mut service,
        "DescribeExecution",
        &json!({"executionArn": execution}),
    )
    .unwrap();
    assert_eq!(told["status"], "TIMED_OUT");
    assert_eq!(
        (&told["startDate"], &told["stopDate"]),
        (&json!(1.0), &json!(4.0))
    );
    assert_eq!(
        (&told["error"], &told["cause"]),
        (&Value::Null, &Value::Null)
    );
}
