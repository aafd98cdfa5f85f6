mod aliases;
mod constraints;
mod executions;
mod express;
mod integrations;
mod lists;
mod machines;
mod nested;
mod redrive;
mod tags;
mod validation;
mod versions;

use serde_json::{Value, json};

use super::{Answer, Config, Effect, RETAINED, Service};
use crate::base::time::Instant;
use crate::deviation::Deviations;

const NOW: Instant = Instant(1_000);
const ROLE: &str = "arn:aws:iam::123456789012:role/r";

fn service() -> Service {
    Service::new(Config::default(), Deviations::default())
}

fn ask(service: &mut Service, operation: &str, body: &Value) -> Result<Value, String> {
    match service.call(&NOW, operation, body) {
        Ok(Answer::Now(answer)) => Ok(answer),
        Ok(Answer::Later(poll)) => Ok(json!({ "poll": poll.0 })),
        Ok(Answer::Busy) => Err("busy".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn pass() -> String {
    json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}).to_string()
}

fn create(
    service: &mut Service,
    name: &str,
    definition: &str,
    role: &str,
) -> Result<String, String> {
    let role = format!("arn:aws:iam::123456789012:role/{role}");
    let body = json!({"name": name, "definition": definition, "roleArn": role});
    let answer = ask(service, "CreateStateMachine", &body)?;
    Ok(answer["stateMachineArn"].as_str().unwrap().to_owned())
}

/// Creates a machine whose only task uses the activity `work`, and starts an execution of it.
fn working(service: &mut Service, task: &Value) -> String {
    let activity = ask(service, "CreateActivity", &json!({"name": "work"})).unwrap();
    let mut state = json!({"Type": "Task", "Resource": activity["activityArn"], "End": true});
    state
        .as_object_mut()
        .unwrap()
        .extend(task.as_object().unwrap().clone());
    let definition = json!({"StartAt": "T", "States": {"T": state}}).to_string();
    let machine = create(service, "m", &definition, "r").unwrap();
    let body = json!({"stateMachineArn": machine, "name": "e", "input": "{\"a\":1}"});
    let started = ask(service, "StartExecution", &body).unwrap();
    started["executionArn"].as_str().unwrap().to_owned()
}

const WORK: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// Takes the queued task of `working`.
fn take(service: &mut Service) -> String {
    ask(service, "GetActivityTask", &json!({"activityArn": WORK})).unwrap();
    let task = service.queued(WORK).next().unwrap();
    let (_, answer) = service.hand_out(&NOW, task).unwrap();
    assert_eq!(answer["input"], r#"{"a":1}"#);
    answer["taskToken"].as_str().unwrap().to_owned()
}

fn status(service: &mut Service, execution: &str) -> Value {
    ask(
        service,
        "DescribeExecution",
        &json!({"executionArn": execution}),
    )
    .unwrap()["status"]
        .take()
}

#[test]
fn creating_the_same_machine_again_ignores_the_role_but_not_the_text() {
    let mut service = service();
    let arn = create(&mut service, "m", &pass(), "one").unwrap();
    assert_eq!(create(&mut service, "m", &pass(), "two").unwrap(), arn);
    let spaced = pass().replace(':', ": ");
    assert_eq!(
        create(&mut service, "m", &spaced, "one").unwrap_err(),
        format!("StateMachineAlreadyExists: State Machine Already Exists: '{arn}'")
    );
    assert_eq!(
        create(&mut service, "a b", &pass(), "one").unwrap_err(),
        "InvalidName: Invalid Name: 'a b'"
    );
    assert!(
        create(&mut service, "x", "{", "one")
            .unwrap_err()
            .starts_with("InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON")
    );
}

#[test]
fn starting_with_the_same_name_and_input_gives_the_running_execution() {
    let mut service = service();
    let execution = working(&mut service, &json!({}));
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
    let again = |input: &str| json!({"stateMachineArn": machine, "name": "e", "input": input});
    let answer = ask(&mut service, "StartExecution", &again("{\"a\":1}")).unwrap();
    assert_eq!(answer["executionArn"], *execution);
    let other = ask(&mut service, "StartExecution", &again("{}")).unwrap_err();
    assert!(other.starts_with("ExecutionAlreadyExists"), "{other}");
    ask(
        &mut service,
        "StopExecution",
        &json!({"executionArn": execution}),
    )
    .unwrap();
    let closed = ask(&mut service, "StartExecution", &again("{\"a\":1}")).unwrap_err();
    assert!(closed.starts_with("ExecutionAlreadyExists"), "{closed}");
}

#[test]
fn a_task_is_answered_once() {
    let mut service = service();
    let execution = working(&mut service, &json!({}));
    let token = take(&mut service);
    let answer = json!({"taskToken": token, "output": "7"});
    ask(&mut service, "SendTaskHeartbeat", &answer).unwrap();
    ask(&mut service, "SendTaskSuccess", &answer).unwrap();
    assert_eq!(status(&mut service, &execution), "SUCCEEDED");
    assert_eq!(
        ask(&mut service, "SendTaskSuccess", &answer).unwrap_err(),
        "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'"
    );
    let forged = json!({"taskToken": "x", "output": "7"});
    assert_eq!(
        ask(&mut service, "SendTaskSuccess", &forged).unwrap_err(),
        "InvalidToken: Invalid Token: 'Invalid token'"
    );
}

#[test]
fn a_silent_task_times_out_when_its_timer_fires() {
    let mut service = service();
    let execution = working(&mut service, &json!({"TimeoutSeconds": 5}));
    take(&mut service);
    // Taking the task restarts its time limit.
    let mut timer = service
        .take_effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::SetTimer {
                execution,
                timer,
                at,
            } => Some((execution, timer, at)),
            _ => None,
        });
    let (id, timer, at) = timer.next_back().unwrap();
    assert_eq!(at, NOW.plus(5_000));
    service.fire(&at, id, timer);
    assert_eq!(status(&mut service, &execution), "FAILED");
    let body = json!({"executionArn": execution, "reverseOrder": true, "maxResults": 1});
    let history = ask(&mut service, "GetExecutionHistory", &body).unwrap();
    assert_eq!(history["events"][0]["type"], "ExecutionFailed");
    assert_eq!(
        history["events"][0]["executionFailedEventDetails"]["error"],
        "States.Timeout"
    );
    assert_eq!(history["events"][0]["timestamp"], json!(6.0));
    assert!(history["nextToken"].is_string());
}

#[test]
fn a_queued_task_vanishes_with_its_execution_and_a_poll_that_left_gets_none() {
    let mut service = service();
    let execution = working(&mut service, &json!({}));
    let Ok(Answer::Later(poll)) =
        service.call(&NOW, "GetActivityTask", &json!({"activityArn": WORK}))
    else {
        panic!("a poll waits");
    };
    assert!(service.cancel_poll(poll));
    let task = service.queued(WORK).next().unwrap();
    assert_eq!(service.hand_out(&NOW, task), None);
    ask(
        &mut service,
        "StopExecution",
        &json!({"executionArn": execution}),
    )
    .unwrap();
    assert_eq!(service.queued(WORK).next(), None);
}

#[test]
fn pages_follow_each_other() {
    let mut service = service();
    for name in ["a", "b", "c"] {
        create(&mut service, name, &pass(), "r").unwrap();
    }
    let first = ask(&mut service, "ListStateMachines", &json!({"maxResults": 2})).unwrap();
    assert_eq!(first["stateMachines"].as_array().unwrap().len(), 2);
    let body = json!({"maxResults": 2, "nextToken": first["nextToken"]});
    let second = ask(&mut service, "ListStateMachines", &body).unwrap();
    assert_eq!(second["stateMachines"][0]["name"], "c");
    assert_eq!(second.get("nextToken"), None);
    let bad = ask(
        &mut service,
        "ListStateMachines",
        &json!({"nextToken": "?"}),
    )
    .unwrap_err();
    assert_eq!(bad, "InvalidToken: Invalid Token: 'Invalid token'");
}

#[test]
fn missing_parameters_and_unknown_operations_are_refused() {
    let mut service = service();
    let missing = ask(&mut service, "StartExecution", &json!({})).unwrap_err();
    assert!(
        missing.starts_with("ValidationException: 1 validation error"),
        "{missing}"
    );
    let unknown = ask(&mut service, "Sing", &json!({})).unwrap_err();
    assert!(
        unknown.starts_with("UnknownOperationException"),
        "{unknown}"
    );
    let arn = ask(
        &mut service,
        "DescribeExecution",
        &json!({"executionArn": "x"}),
    )
    .unwrap_err();
    assert_eq!(arn, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'");
}

/// Starts an execution, under a name if one is given, of the only machine; its ARN.
fn start(service: &mut Service, machine: &str) -> String {
    let started = ask(
        service,
        "StartExecution",
        &json!({"stateMachineArn": machine}),
    )
    .unwrap();
    started["executionArn"].as_str().unwrap().to_owned()
}

fn history(service: &mut Service, execution: &str, limit: usize) -> Vec<Value> {
    let body = json!({"executionArn": execution, "reverseOrder": true, "maxResults": limit});
    let history = ask(service, "GetExecutionHistory", &body).unwrap();
    history["events"].as_array().unwrap().clone()
}

#[test]
fn a_task_that_fails_at_once_may_fail_again_and_again() {
    let mut service = service();
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:none",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "T"}], "End": true,
    });
    let definition = json!({"StartAt": "T", "States": {"T": task}}).to_string();
    let machine = create(&mut service, "m", &definition, "r").unwrap();
    let execution = start(&mut service, &machine);
    assert_eq!(status(&mut service, &execution), "FAILED");
    let last = &history(&mut service, &execution, 1)[0];
    assert_eq!(last["id"], 25_000);
}

#[test]
fn executions_that_have_ended_are_forgotten_in_time() {
    let mut service = service();
    let machine = create(&mut service, "m", &pass(), "r").unwrap();
    let first = start(&mut service, &machine);
    for _ in 1..RETAINED {
        start(&mut service, &machine);
    }
    assert_eq!(status(&mut service, &first), "SUCCEEDED");
    let another = start(&mut service, &machine);
    let gone = ask(
        &mut service,
        "DescribeExecution",
        &json!({"executionArn": first}),
    );
    assert!(gone.unwrap_err().starts_with("ExecutionDoesNotExist"));
    assert_eq!(status(&mut service, &another), "SUCCEEDED");
    assert_eq!(service.take_garbage().runs.len(), 1);
    // Those of a machine that is deleted do not count.
    ask(
        &mut service,
        "DeleteStateMachine",
        &json!({"stateMachineArn": machine}),
    )
    .unwrap();
    assert_eq!(service.take_garbage().runs.len(), RETAINED);
}

#[test]
fn large_executions_are_forgotten_sooner() {
    let mut service = service();
    let state = json!({"Type": "Pass", "Parameters": {"list.$": "States.ArrayPartition($.list, 1)"}, "End": true});
    let definition = json!({"StartAt": "P", "States": {"P": state}}).to_string();
    let machine = create(&mut service, "m", &definition, "r").unwrap();
    let input = json!({"list": vec![1; 40_000]}).to_string();
    let executions: Vec<_> = (0..20)
        .map(|_| {
            let body = json!({"stateMachineArn": machine, "input": input});
            let started = ask(&mut service, "StartExecution", &body).unwrap();
            started["executionArn"].as_str().unwrap().to_owned()
        })
        .collect();
    let body = json!({"stateMachineArn": machine});
    let kept = ask(&mut service, "ListExecutions", &body).unwrap();
    let kept = kept["executions"].as_array().unwrap().len();
    assert!((2..19).contains(&kept), "{kept}");
    assert_eq!(status(&mut service, &executions[19]), "SUCCEEDED");
}

#[test]
fn executions_that_run_take_no_more_memory_than_there_is() {
    let mut service = service();
    let states = json!({
        "P": {"Type": "Pass", "Parameters": {"list.$": "States.ArrayPartition($.list, 1)"}, "Next": "W"},
        "W": {"Type": "Wait", "Seconds": 1, "End": true},
    });
    let definition = json!({"StartAt": "P", "States": states}).to_string();
    let machine = create(&mut service, "m", &definition, "r").unwrap();
    let input = json!({"list": vec![1; 40_000]}).to_string();
    let start = |service: &mut Service| {
        let body = json!({"stateMachineArn": machine, "input": input});
        let started = ask(service, "StartExecution", &body)?;
        Ok::<_, String>(started["executionArn"].as_str().unwrap().to_owned())
    };
    let mut running = Vec::new();
    let refused = loop {
        match start(&mut service) {
            Ok(execution) => running.push(execution),
            Err(refused) => break refused,
        }
    };
    assert!(refused.starts_with("ExecutionLimitExceeded"), "{refused}");
    assert!(running.len() > 4, "{}", running.len());
    assert_eq!(status(&mut service, &running[0]), "RUNNING");
    // One that ends makes room, however it ends.
    let stopped = json!({"executionArn": running[0]});
    ask(&mut service, "StopExecution", &stopped).unwrap();
    start(&mut service).unwrap();
    assert_eq!(start(&mut service), Err(refused));
    ask(
        &mut service,
        "DeleteStateMachine",
        &json!({"stateMachineArn": machine}),
    )
    .unwrap();
    let machine = create(&mut service, "m", &definition, "r").unwrap();
    for _ in &running {
        let body = json!({"stateMachineArn": machine, "input": input});
        ask(&mut service, "StartExecution", &body).unwrap();
    }
}

#[test]
fn an_execution_may_be_worked_on_elsewhere() {
    let mut service = service().working_elsewhere();
    let machine = create(&mut service, "m", &pass(), "r").unwrap();
    let [one, other] = [(); 2].map(|()| start(&mut service, &machine));
    let work = service.next_work().unwrap();
    // Nothing waits for it but who asks for its history.
    assert_eq!(status(&mut service, &one), "RUNNING");
    let asked = ask(
        &mut service,
        "GetExecutionHistory",
        &json!({"executionArn": one}),
    );
    assert_eq!(asked.unwrap_err(), "busy");
    assert_eq!(history(&mut service, &other, 9).len(), 1);
    let second = service.next_work().unwrap();
    assert!(!service.has_work());
    ask(
        &mut service,
        "StopExecution",
        &json!({"executionArn": other}),
    )
    .unwrap();
    assert!(service.next_work().is_none());
    service.finish(work.carry_out());
    assert_eq!(status(&mut service, &one), "SUCCEEDED");
    assert_eq!(history(&mut service, &one, 9).len(), 4);
    ask(
        &mut service,
        "DeleteStateMachine",
        &json!({"stateMachineArn": machine}),
    )
    .unwrap();
    assert_eq!(service.take_garbage().late.len(), 0);
    service.finish(second.carry_out());
    assert!(service.next_work().is_none());
    // Nobody waits until it is dropped.
    assert_eq!(service.take_garbage().late.len(), 1);
}

#[test]
fn a_panic_breaks_the_execution_alone() {
    let mut service = service().working_elsewhere();
    let machine = create(&mut service, "m", &pass(), "r").unwrap();
    let [one, other] = [(); 2].map(|()| start(&mut service, &machine));
    let work = service.next_work().unwrap();
    let stop = json!({"executionArn": one});
    ask(&mut service, "StopExecution", &stop).unwrap();
    service.finish(work.carry_out_by(|_, _, _| panic!("no such {}", "frame")));
    let described = ask(&mut service, "DescribeExecution", &stop).unwrap();
    assert_eq!(described["status"], "FAILED");
    assert_eq!(described["error"], "States.Runtime");
    assert_eq!(
        described["cause"],
        "the interpreter panicked: no such frame"
    );
    assert!(described["stopDate"].is_number());
    assert_eq!(history(&mut service, &one, 9).len(), 1);
    let ended = |effect: &Effect| matches!(effect, Effect::Ended { .. });
    assert!(service.take_effects().iter().any(ended));
    let work = service.next_work().unwrap();
    service.finish(work.carry_out());
    assert_eq!(status(&mut service, &other), "SUCCEEDED");
    assert!(!service.has_work());
}

#[test]
fn nothing_is_kept_of_what_is_forgotten() {
    let mut service = service();
    let stays = create(&mut service, "stays", &pass(), "r").unwrap();
    start(&mut service, &stays);
    for _ in 0..3 {
        let goes = create(&mut service, "goes", &pass(), "r").unwrap();
        start(&mut service, &goes);
        let goes = json!({"stateMachineArn": goes});
        ask(&mut service, "DeleteStateMachine", &goes).unwrap();
    }
    assert_eq!(service.closed.kept.len(), 1);
    let stays = json!({"stateMachineArn": stays});
    ask(&mut service, "DeleteStateMachine", &stays).unwrap();
    assert_eq!(service.closed.kept.len(), 0);
}

#[test]
fn events_have_the_shapes_that_clients_read() {
    let mut service = service();
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"MessageBody": {"token.$": "$$.Task.Token"}},
        "Credentials": {"RoleArn.$": "$.role"}, "TimeoutSecondsPath": "$.limit",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"seen": {"it": 1}}, "Next": "P"}], "End": true,
    });
    let pass = json!({"Type": "Pass", "End": true});
    let definition = json!({"StartAt": "T", "States": {"T": task, "P": pass}}).to_string();
    let machine = create(&mut service, "m", &definition, "r").unwrap();
    for role in [
        json!("arn:aws:iam::123456789012:role/r"),
        json!(["no role"]),
    ] {
        let input = json!({"role": role, "limit": u64::MAX}).to_string();
        let body = json!({"stateMachineArn": machine, "input": input});
        let started = ask(&mut service, "StartExecution", &body).unwrap();
        let execution = started["executionArn"].as_str().unwrap();
        let events = history(&mut service, execution, 99);
        assert!(events.iter().any(|event| event["type"] == "TaskScheduled"));
        for event in events {
            let details = event.as_object().unwrap().iter();
            let details = details.filter_map(|(key, value)| Some((key, value.as_object()?)));
            for (kind, (key, value)) in
                details.flat_map(|(kind, details)| details.iter().map(move |detail| (kind, detail)))
            {
                let is_read = match &**key {
                    "timeoutInSeconds" | "heartbeatInSeconds" | "index" | "length" => {
                        value.is_i64()
                    }
                    "inputDetails" | "outputDetails" | "assignedVariablesDetails" => {
                        value["truncated"].is_boolean()
                    }
                    "assignedVariables" => {
                        value.as_object().unwrap().values().all(Value::is_string)
                    }
                    "taskCredentials" => value.get("roleArn").is_none_or(Value::is_string),
                    _ => value.is_string(),
                };
                assert!(is_read, "{kind}: {key} is {value}");
            }
        }
    }
}

#[test]
fn a_page_of_long_events_is_cut() {
    let mut service = service();
    let rule = json!({"Variable": "$", "StringEquals": "b", "Next": "E"});
    let definition = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [rule], "Default": "C"}, "E": {"Type": "Succeed"},
    }});
    let machine = create(&mut service, "m", &definition.to_string(), "r").unwrap();
    let input = Value::from("a".repeat(200_000)).to_string();
    let body = json!({"stateMachineArn": machine, "input": input});
    let started = ask(&mut service, "StartExecution", &body).unwrap();
    let mut body = json!({"executionArn": started["executionArn"], "maxResults": 1_000});
    let page = ask(&mut service, "GetExecutionHistory", &body).unwrap();
    let length = page["events"].as_array().unwrap().len();
    assert!((20..30).contains(&length), "{length}");
    body["nextToken"] = page["nextToken"].clone();
    let page = ask(&mut service, "GetExecutionHistory", &body).unwrap();
    assert_eq!(page["events"][0]["id"], length + 1);
}

fn ask_at(service: &mut Service, at: Instant, operation: &str, body: &Value) -> Value {
    match service.call(&at, operation, body) {
        Ok(Answer::Now(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

/// Fires the timers that are set, in order, until none is left; the time then.
fn fire_timers(service: &mut Service) -> Instant {
    let mut now = NOW;
    loop {
        let timers = service
            .take_effects()
            .into_iter()
            .filter_map(|it| match it {
                Effect::SetTimer {
                    execution,
                    timer,
                    at,
                } => Some((at, execution, timer)),
                _ => None,
            });
        let mut timers: Vec<_> = timers.collect();
        if timers.is_empty() {
            return now;
        }
        timers.sort();
        for (at, execution, timer) in timers {
            now = now.max(at);
            service.fire(&now, execution, timer);
        }
    }
}

/// Asserts how each call is refused; an expectation without a message is that of the code alone.
#[track_caller]
fn all_refused(service: &mut Service, operation: &str, calls: &[(Value, &str)]) {
    for (body, expected) in calls {
        let refused = ask(service, operation, body).expect_err(&body.to_string());
        let code = refused.split(':').next();
        assert!(
            refused == *expected || code == Some(*expected),
            "{operation} {body}: {refused}, not {expected}"
        );
    }
}

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

/// A definition that says so much more than `pass`.
fn saying(comment: &str) -> String {
    json!({"Comment": comment, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})
        .to_string()
}

/// Updates the machine `m`, and publishes what it is then.
fn publish(service: &mut Service, comment: &str) -> String {
    let body = json!({"stateMachineArn": MACHINE, "definition": saying(comment), "publish": true});
    let updated = ask(service, "UpdateStateMachine", &body).unwrap();
    updated["stateMachineVersionArn"]
        .as_str()
        .unwrap()
        .to_owned()
}
