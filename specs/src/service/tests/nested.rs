//! Executions that tasks start, and tokens that they are given.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{NOW, ask, create, service, status};
use crate::{
    base::time::Instant,
    interpreter::TimerId,
    service::{Answer, Effect, ExecutionId, Service},
};

const SYNC: &str = "arn:aws:states:::states:startExecution.sync";
const SYNC_2: &str = "arn:aws:states:::states:startExecution.sync:2";
const REQUEST: &str = "arn:aws:states:::states:startExecution";
const TOKEN: &str = "arn:aws:states:::states:startExecution.waitForTaskToken";
const CHILD: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:child";

fn one_state(state: &Value) -> String {
    json!({"StartAt": "S", "States": {"S": state}}).to_string()
}

/// A machine with one task that starts an execution of the machine `child`, and an execution of it.
fn parent(service: &mut Service, resource: &str, more: &Value, input: &Value) -> String {
    let mut task = json!({"Type": "Task", "Resource": resource, "End": true,
        "Parameters": {"StateMachineArn": CHILD, "Input.$": "$", "Name": "c"}});
    let members = task.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    let machine = create(service, "parent", &one_state(&task), "r").unwrap();
    let body = json!({"stateMachineArn": machine, "name": "p", "input": input.to_string()});
    let started = ask(service, "StartExecution", &body).unwrap();
    started["executionArn"].as_str().unwrap().to_owned()
}

fn child(service: &mut Service, state: &Value) {
    create(service, "child", &one_state(state), "r").unwrap();
}

fn describe(service: &mut Service, execution: &str) -> Value {
    let body = json!({"executionArn": execution});
    ask(service, "DescribeExecution", &body).unwrap()
}

fn output(service: &mut Service, execution: &str) -> Value {
    let told = describe(service, execution);
    serde_json::from_str(told["output"].as_str().unwrap_or("null")).unwrap()
}

fn history(service: &mut Service, execution: &str) -> Vec<Value> {
    let body = json!({"executionArn": execution});
    let history = ask(service, "GetExecutionHistory", &body).unwrap();
    history["events"].as_array().unwrap().clone()
}

fn kinds(service: &mut Service, execution: &str) -> Vec<String> {
    let events = history(service, execution);
    let kinds = events.iter().map(|event| event["type"].as_str().unwrap());
    kinds.map(str::to_owned).collect()
}

const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:child:c";

#[test]
fn a_task_ends_with_the_execution_that_it_has_started() {
    for (resource, input, result) in [
        (SYNC, json!("{\"a\":1}"), json!("{\"got\":{\"a\":1}}")),
        (SYNC_2, json!({"a": 1}), json!({"got": {"a": 1}})),
    ] {
        let mut service = service();
        let pass = json!({"Type": "Pass", "Parameters": {"got.$": "$"}, "End": true});
        child(&mut service, &pass);
        let parent = parent(&mut service, resource, &json!({}), &json!({"a": 1}));
        let expected = json!({
            "ExecutionArn": EXECUTION, "Input": input, "InputDetails": {"Included": true},
            "Name": "c", "Output": result, "OutputDetails": {"Included": true}, "RedriveCount": 0,
            "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
            "StartDate": "1970-01-01T00:00:01Z", "StateMachineArn": CHILD, "Status": "SUCCEEDED",
            "StopDate": "1970-01-01T00:00:01Z",
        });
        let told = output(&mut service, &parent);
        assert_eq!(told.to_string(), expected.to_string());
        let kinds = kinds(&mut service, &parent);
        assert_eq!(
            kinds[2..6],
            [
                "TaskScheduled",
                "TaskStarted",
                "TaskSubmitted",
                "TaskSucceeded"
            ]
        );
        let events = history(&mut service, &parent);
        let submitted = &events[4]["taskSubmittedEventDetails"]["output"];
        let submitted: Value = serde_json::from_str(submitted.as_str().unwrap()).unwrap();
        assert_eq!(submitted["ExecutionArn"], EXECUTION);
        let http = &submitted["SdkHttpMetadata"];
        assert_eq!(http["HttpStatusCode"], 200);
        assert_eq!(
            http["HttpHeaders"]["x-amzn-RequestId"],
            submitted["SdkResponseMetadata"]["RequestId"]
        );
        assert_eq!(http["HttpHeaders"]["Date"], "Thu, 01 Jan 1970 00:00:01 GMT");
    }
}

#[test]
fn a_failure_is_told_as_the_description_of_the_execution() {
    let mut service = service();
    child(
        &mut service,
        &json!({"Type": "Fail", "Error": "E", "Cause": "C"}),
    );
    let parent = parent(&mut service, SYNC, &json!({}), &json!({}));
    let told = describe(&mut service, &parent);
    assert_eq!(told["error"], "States.TaskFailed");
    let cause: Value = serde_json::from_str(told["cause"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&cause["Error"], &cause["Cause"], &cause["Status"]),
        (&json!("E"), &json!("C"), &json!("FAILED"))
    );
    assert_eq!(cause.get("Output"), None);
    assert_eq!(kinds(&mut service, &parent)[5], "TaskFailed");
}

#[test]
fn a_request_is_answered_at_once() {
    let mut service = service();
    child(
        &mut service,
        &json!({"Type": "Wait", "Seconds": 9, "End": true}),
    );
    let parameters = json!({"StateMachineArn": CHILD, "Input": null, "Name": "c"});
    let parent = parent(
        &mut service,
        REQUEST,
        &json!({"Parameters": parameters}),
        &json!({}),
    );
    let told = output(&mut service, &parent);
    assert_eq!(told["ExecutionArn"], EXECUTION);
    let told = output(&mut service, &parent);
    assert_eq!(told["ExecutionArn"], EXECUTION);
    assert_eq!(describe(&mut service, EXECUTION)["input"], "{}");
    assert_eq!(status(&mut service, EXECUTION), "RUNNING");
}

#[test]
fn a_call_that_is_refused_fails_the_task() {
    let mut refused = service();
    let execution = parent(&mut refused, SYNC, &json!({}), &json!({}));
    let told = describe(&mut refused, &execution);
    assert_eq!(
        told["error"],
        "StepFunctions.StateMachineDoesNotExistException"
    );
    let cause = told["cause"].as_str().unwrap();
    let start = format!(
        "State Machine Does Not Exist: '{CHILD}' (Service: AWSStepFunctions; Status Code: 400; Error Code: \
         StateMachineDoesNotExist; Request ID: "
    );
    assert!(cause.starts_with(&start), "{cause}");
    assert!(cause.ends_with("; Proxy: null)"), "{cause}");

    let mut service = service();
    child(&mut service, &json!({"Type": "Pass", "End": true}));
    let body = json!({"stateMachineArn": CHILD, "name": "c"});
    ask(&mut service, "StartExecution", &body).unwrap();
    let parent = parent(&mut service, SYNC, &json!({}), &json!({}));
    let told = describe(&mut service, &parent);
    assert_eq!(
        told["error"],
        "StepFunctions.ExecutionAlreadyExistsException"
    );
}

#[test]
fn the_operations_of_the_sdk_are_called() {
    let mut service = service();
    child(&mut service, &json!({"Type": "Pass", "End": true}));
    let start = "arn:aws:states:::aws-sdk:sfn:startExecution";
    let parent = parent(&mut service, start, &json!({}), &json!({"key": "value"}));
    let told = output(&mut service, &parent);
    let started = "1970-01-01T00:00:01Z";
    assert_eq!(
        told,
        json!({"ExecutionArn": EXECUTION, "StartDate": started})
    );
    assert_eq!(
        describe(&mut service, EXECUTION)["input"],
        r#"{"key":"value"}"#
    );

    let send = json!({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters": {"Output": "x", "TaskToken": "none"}, "End": true});
    let machine = create(&mut service, "send", &one_state(&send), "r").unwrap();
    let started = ask(
        &mut service,
        "StartExecution",
        &json!({"stateMachineArn": machine}),
    )
    .unwrap();
    let told = describe(&mut service, started["executionArn"].as_str().unwrap());
    assert_eq!(told["error"], "Sfn.InvalidTokenException");
    let cause = told["cause"].as_str().unwrap();
    let start = "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: ";
    assert!(cause.starts_with(start), "{cause}");
    assert!(cause.ends_with(") (SDK Attempt Count: 1)"), "{cause}");
}

#[test]
fn an_express_workflow_is_waited_for_by_the_sdk_alone() {
    let mut service = service();
    let role = "arn:aws:iam::123456789012:role/r";
    let body = json!({"name": "child", "roleArn": role, "type": "EXPRESS",
        "definition": one_state(&json!({"Type": "Fail", "Error": "E"}))});
    ask(&mut service, "CreateStateMachine", &body).unwrap();
    let sdk = "arn:aws:states:::aws-sdk:sfn:startSyncExecution";
    let waiting = parent(&mut service, sdk, &json!({}), &json!({}));
    let told = output(&mut service, &waiting);
    assert_eq!(
        (&told["Status"], &told["Error"]),
        (&json!("FAILED"), &json!("E"))
    );
    let machine =
        json!({"stateMachineArn": waiting.replace("execution:parent:p", "stateMachine:parent")});
    ask(&mut service, "DeleteStateMachine", &machine).unwrap();
    let refused = parent(&mut service, SYNC, &json!({}), &json!({}));
    assert_eq!(
        describe(&mut service, &refused)["error"],
        "StepFunctions.StateMachineTypeNotSupportedException"
    );
}

#[test]
fn what_a_task_has_started_is_stopped_with_it() {
    let wait = json!({"Type": "Wait", "Seconds": 99, "End": true});
    let mut stopped = service();
    child(&mut stopped, &wait);
    let execution = parent(&mut stopped, SYNC, &json!({}), &json!({}));
    assert_eq!(status(&mut stopped, EXECUTION), "RUNNING");
    ask(
        &mut stopped,
        "StopExecution",
        &json!({"executionArn": execution}),
    )
    .unwrap();
    assert_eq!(status(&mut stopped, EXECUTION), "ABORTED");

    let mut other = service();
    child(&mut other, &wait);
    let execution = parent(&mut other, SYNC, &json!({}), &json!({}));
    ask(
        &mut other,
        "StopExecution",
        &json!({"executionArn": EXECUTION}),
    )
    .unwrap();
    let told = describe(&mut other, &execution);
    assert_eq!(
        (&told["status"], &told["error"]),
        (&json!("FAILED"), &json!("States.TaskFailed"))
    );
    assert!(
        told["cause"]
            .as_str()
            .unwrap()
            .contains("\"Status\":\"ABORTED\""),
        "{told}"
    );
}

/// The timers of a service.
#[derive(Default)]
struct Timers(BTreeSet<(Instant, ExecutionId, TimerId)>);

impl Timers {
    /// Fires those that are due so many seconds after the start.
    fn pass(&mut self, service: &mut Service, seconds: i64) {
        let until = at(seconds);
        loop {
            for effect in service.take_effects() {
                match effect {
                    Effect::SetTimer {
                        execution,
                        timer,
                        at,
                    } => {
                        self.0.insert((at, execution, timer));
                    }
                    Effect::CancelTimer { execution, timer } => {
                        self.0
                            .retain(|(_, of, it)| (*of, *it) != (execution, timer));
                    }
                    _ => {}
                }
            }
            match self.0.first().copied() {
                Some(due @ (at, execution, timer)) if at <= until => {
                    self.0.remove(&due);
                    service.fire(&at, execution, timer);
                }
                _ => return,
            }
        }
    }
}

/// So many seconds after the start.
fn at(seconds: i64) -> Instant {
    Instant(NOW.0 + seconds * 1_000)
}

/// A machine whose execution asks the machine `child` with its token, which the child's input is.
fn asking(service: &mut Service, more: &Value) -> (String, String) {
    child(
        service,
        &json!({"Type": "Wait", "Seconds": 999, "End": true}),
    );
    let input = json!({"Input": {"token.$": "$$.Task.Token"}, "StateMachineArn": CHILD});
    let mut more = more.clone();
    more["Parameters"] = input;
    let parent = parent(service, TOKEN, &more, &json!({}));
    let token = token(service);
    (parent, token)
}

/// The token that the last execution of `child` was given.
fn token(service: &mut Service) -> String {
    let list = json!({"stateMachineArn": CHILD});
    let list = ask(service, "ListExecutions", &list).unwrap();
    let newest = list["executions"][0]["executionArn"].as_str().unwrap();
    let input = describe(service, newest)["input"]
        .as_str()
        .unwrap()
        .to_owned();
    let input: Value = serde_json::from_str(&input).unwrap();
    input["token"].as_str().unwrap().to_owned()
}

#[test]
fn a_token_is_answered_once() {
    let mut service = service();
    let (parent, token) = asking(&mut service, &json!({}));
    let answer = json!({"taskToken": token, "output": "{\"x\":1}"});
    ask(
        &mut service,
        "SendTaskHeartbeat",
        &json!({"taskToken": token}),
    )
    .unwrap();
    ask(&mut service, "SendTaskSuccess", &answer).unwrap();
    assert_eq!(output(&mut service, &parent), json!({"x": 1}));
    assert_eq!(
        kinds(&mut service, &parent)[2..6],
        [
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded"
        ]
    );
    let again = ask(&mut service, "SendTaskSuccess", &answer).unwrap_err();
    assert!(again.starts_with("TaskTimedOut"), "{again}");
}

#[test]
fn a_token_of_an_earlier_attempt_is_refused() {
    let mut service = service();
    let retry = json!({"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1});
    let retry = json!({"Retry": [retry], "Parameters": {}});
    let (parent, first) = asking(&mut service, &retry);
    let failure = json!({"taskToken": first, "error": "E"});
    ask(&mut service, "SendTaskFailure", &failure).unwrap();
    Timers::default().pass(&mut service, 1);
    let second = token(&mut service);
    assert_ne!(first, second);
    let late = json!({"taskToken": first, "output": "1"});
    let refused = ask(&mut service, "SendTaskSuccess", &late).unwrap_err();
    assert!(refused.starts_with("TaskTimedOut"), "{refused}");
    let answer = json!({"taskToken": second, "output": "2"});
    ask(&mut service, "SendTaskSuccess", &answer).unwrap();
    assert_eq!(output(&mut service, &parent), 2);
}

#[test]
fn a_heartbeat_extends_the_time_of_a_token() {
    let mut service = service();
    let (parent, token) = asking(&mut service, &json!({"HeartbeatSeconds": 5}));
    let mut timers = Timers::default();
    let beat = json!({"taskToken": token});
    timers.pass(&mut service, 4);
    let answer = service.call(&at(4), "SendTaskHeartbeat", &beat);
    assert!(matches!(answer, Ok(Answer::Now(_))));
    timers.pass(&mut service, 8);
    assert_eq!(status(&mut service, &parent), "RUNNING");
    timers.pass(&mut service, 9);
    assert_eq!(describe(&mut service, &parent)["error"], "States.Timeout");
    let late = service.call(&at(9), "SendTaskHeartbeat", &beat);
    assert!(late.is_err());
}

#[test]
fn a_redriven_execution_has_another_token() {
    let mut service = service();
    let (parent, first) = asking(&mut service, &json!({}));
    let execution = json!({"executionArn": parent});
    ask(&mut service, "StopExecution", &execution).unwrap();
    let answer = json!({"taskToken": first, "output": "1"});
    assert!(ask(&mut service, "SendTaskSuccess", &answer).is_err());
    ask(&mut service, "RedriveExecution", &execution).unwrap();
    let list = ask(
        &mut service,
        "ListExecutions",
        &json!({"stateMachineArn": CHILD}),
    )
    .unwrap();
    assert_eq!(list["executions"].as_array().map(Vec::len), Some(2));
    let tokens: Vec<String> = list["executions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let told = describe(&mut service, it["executionArn"].as_str().unwrap());
            let input: Value = serde_json::from_str(told["input"].as_str().unwrap()).unwrap();
            input["token"].as_str().unwrap().to_owned()
        })
        .collect();
    let second = tokens
        .iter()
        .find(|token| **token != first)
        .expect("another token");
    assert!(ask(&mut service, "SendTaskSuccess", &answer).is_err());
    let answer = json!({"taskToken": second, "output": "2"});
    ask(&mut service, "SendTaskSuccess", &answer).unwrap();
    assert_eq!(output(&mut service, &parent), 2);
}

/// It would start one after the other for ever, and time would not go on.
#[test]
fn a_machine_that_starts_itself_comes_to_an_end() {
    let mut service = service();
    let task = json!({"Type": "Task", "Resource": REQUEST, "Parameters": {"StateMachineArn": CHILD},
        "End": true});
    child(&mut service, &task);
    let start = json!({"stateMachineArn": CHILD});
    ask(&mut service, "StartExecution", &start).unwrap();
    let list = json!({"stateMachineArn": CHILD, "statusFilter": "FAILED"});
    let failed = ask(&mut service, "ListExecutions", &list).unwrap();
    let failed = failed["executions"].as_array().unwrap();
    assert_eq!(failed.len(), 1, "the last one starts none");
    let told = describe(&mut service, failed[0]["executionArn"].as_str().unwrap());
    let error = told["error"].as_str().unwrap();
    assert_eq!(error, "StepFunctions.ExecutionLimitExceededException");
}

/// The parent goes on when the execution is deleted, not when that was started.
#[test]
fn a_parent_is_told_of_a_deleted_execution_when_that_is_deleted() {
    let mut service = service();
    child(
        &mut service,
        &json!({"Type": "Wait", "Seconds": 3_600, "End": true}),
    );
    let parent = parent(&mut service, SYNC, &json!({}), &json!({}));
    let later = Instant(NOW.0 + 600_000);
    let gone = service.call(
        &later,
        "DeleteStateMachine",
        &json!({"stateMachineArn": CHILD}),
    );
    assert!(gone.is_ok());
    let told = describe(&mut service, &parent);
    assert_eq!(told["status"], "FAILED");
    assert_eq!(told["stopDate"].as_f64(), Some(later.0 as f64 / 1_000.0));
}
