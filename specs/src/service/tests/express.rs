//! Express workflows.

use serde_json::{Value, json};

use super::{NOW, ROLE, all_refused, ask, fire_timers, pass, service};
use crate::service::{Answer, Service};

#[test]
fn the_executions_of_an_express_workflow_are_started_and_not_asked_about() {
    let mut service = service();
    let body = json!({"name": "x", "definition": pass(), "roleArn": ROLE, "type": "EXPRESS"});
    let machine =
        ask(&mut service, "CreateStateMachine", &body).unwrap()["stateMachineArn"].clone();
    let body = json!({"stateMachineArn": machine, "name": "n1"});
    let [one, other] = [(); 2].map(|()| {
        let started = ask(&mut service, "StartExecution", &body).unwrap();
        started["executionArn"].as_str().unwrap().to_owned()
    });
    assert_ne!(one, other);
    let form = "arn:aws:states:us-east-1:123456789012:express:x:n1:";
    for arn in [&one, &other] {
        assert_eq!(arn.strip_prefix(form).unwrap().len(), 36, "{arn}");
        for operation in ["DescribeExecution", "StopExecution", "GetExecutionHistory"] {
            assert_eq!(
                ask(&mut service, operation, &json!({"executionArn": arn})).unwrap_err(),
                "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'"
            );
        }
    }
    assert_eq!(
        ask(
            &mut service,
            "ListExecutions",
            &json!({"stateMachineArn": machine})
        )
        .unwrap_err(),
        "StateMachineTypeNotSupported: This operation is not supported by this type of state machine"
    );
}

/// Makes a synchronous start, and returns its answer once timers have fired.
fn run(service: &mut Service, definition: &Value, body: &Value) -> Value {
    let machine = json!({"name": "s", "definition": definition.to_string(), "roleArn": ROLE, "type": "EXPRESS"});
    let machine = ask(service, "CreateStateMachine", &machine).unwrap();
    let mut body = body.clone();
    body["stateMachineArn"] = machine["stateMachineArn"].clone();
    let Ok(Answer::Later(call)) = service.call(&NOW, "StartSyncExecution", &body) else {
        panic!("a synchronous start is answered later");
    };
    fire_timers(service);
    let answers = service.take_answers();
    let [(answered, answer)] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert_eq!(*answered, call);
    answer.clone()
}

#[test]
fn a_synchronous_start_is_answered_by_the_end_of_its_execution() {
    let wait = |seconds: u64| json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": seconds, "End": true}}});
    for (seconds, status, billed) in [
        (0, "SUCCEEDED", 100),
        (1, "SUCCEEDED", 1_000),
        (299, "SUCCEEDED", 299_000),
        (301, "TIMED_OUT", 300_000),
        (100_000, "TIMED_OUT", 300_000),
    ] {
        let body = json!({"name": "n", "input": "[1]", "traceHeader": "t"});
        let mut answer = run(&mut service(), &wait(seconds), &body);
        let arn = answer["executionArn"].take();
        let form = "arn:aws:states:us-east-1:123456789012:express:s:n:";
        assert!(arn.as_str().unwrap().starts_with(form), "{arn}");
        let mut expected = json!({
            "executionArn": null,
            "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:s",
            "name": "n",
            "status": status,
            "startDate": 1.0,
            "stopDate": 1.0 + seconds.min(300) as f64,
            "input": "[1]",
            "inputDetails": {"included": true},
            "outputDetails": {"included": true},
            "traceHeader": "t",
            "billingDetails": {
                "billedDurationInMilliseconds": billed, "billedMemoryUsedInMB": 64},
        });
        if status == "SUCCEEDED" {
            expected["output"] = "[1]".into();
        }
        assert_eq!(answer, expected);
    }
    let fail =
        json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "C"}}});
    let answer = run(&mut service(), &fail, &json!({}));
    assert_eq!(
        [&answer["status"], &answer["error"], &answer["cause"]],
        ["FAILED", "E", "C"]
    );
    assert_eq!(answer.get("output"), None);
    // It has no RedriveCount (recorded).
    let count = json!({"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Parameters": {"n.$": "$$.Execution.RedriveCount"}, "End": true}}});
    assert_eq!(run(&mut service(), &count, &json!({}))["status"], "FAILED");
}

#[test]
fn only_express_workflows_are_waited_for() {
    let mut service = service();
    let machine = |name: &str, kind: &str| json!({"name": name, "definition": pass(), "roleArn": ROLE, "type": kind});
    let machines = [("m", "STANDARD"), ("x", "EXPRESS")].map(|(name, kind)| {
        let created = ask(&mut service, "CreateStateMachine", &machine(name, kind)).unwrap();
        created["stateMachineArn"].clone()
    });
    let start = |machine: &Value, more: Value| {
        let mut body = more;
        body["stateMachineArn"] = machine.clone();
        body
    };
    all_refused(
        &mut service,
        "StartSyncExecution",
        &[
            (
                start(&machines[0], json!({})),
                "StateMachineTypeNotSupported: This operation is not supported by this type of state machine",
            ),
            (
                start(&machines[1], json!({"input": "{"})),
                "InvalidExecutionInput",
            ),
            (
                start(&machines[1], json!({"name": "a b"})),
                "InvalidName: Invalid Name: 'a b'",
            ),
            (
                start(
                    &json!(format!("{}y", machines[1].as_str().unwrap())),
                    json!({}),
                ),
                "StateMachineDoesNotExist",
            ),
        ],
    );
}

#[test]
fn a_synchronous_execution_whose_machine_is_deleted_fails() {
    let mut service = service();
    let wait =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": true}}});
    let machine =
        json!({"name": "s", "definition": wait.to_string(), "roleArn": ROLE, "type": "EXPRESS"});
    let machine = ask(&mut service, "CreateStateMachine", &machine).unwrap();
    let body = json!({"stateMachineArn": machine["stateMachineArn"]});
    service.call(&NOW, "StartSyncExecution", &body).unwrap();
    assert_eq!(service.take_answers(), []);
    ask(&mut service, "DeleteStateMachine", &body).unwrap();
    let answers = service.take_answers();
    assert_eq!(answers[0].1["cause"], "State machine s has been deleted");
}

#[test]
fn executions_log_their_events() {
    let mut service = service();
    let machine = json!({"name": "x", "definition": pass(), "roleArn": ROLE, "type": "EXPRESS"});
    let machine = ask(&mut service, "CreateStateMachine", &machine).unwrap();
    let body = json!({"stateMachineArn": machine["stateMachineArn"], "input": "[]"});
    let started = ask(&mut service, "StartExecution", &body).unwrap();
    let arn = started["executionArn"].as_str().unwrap();
    let log = service.log(arn);
    let kinds: Vec<&Value> = log.iter().map(|event| &event["type"]).collect();
    assert_eq!(
        kinds,
        [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded"
        ]
    );
    assert_eq!(
        log[3],
        json!({
            "id": "4",
            "type": "ExecutionSucceeded",
            "details": {"output": "[]", "outputDetails": {"truncated": false}},
            "previous_event_id": "3",
            "event_timestamp": "1000",
            "execution_arn": arn,
            "redrive_count": "0",
        })
    );
    assert_eq!(service.log("arn"), Vec::<Value>::new());
}
