use serde_json::{Value, json};
use stepproof_specs::scenario::{
    case::{Body, Case},
    plan::Reply,
};

use super::{Given, NotGiven};

fn order() -> Value {
    json!({"StartAt": "Check", "States": {
        "Check": {"Type": "Choice", "Default": "Each", "Choices": [
            {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}]},
        "Approve": {"Type": "Task", "TimeoutSeconds": 30, "ResultPath": "$.approval",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:approve",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60}], "Next": "Approved"},
        "Approved": {"Type": "Choice", "Default": "Each", "Choices": [
            {"Variable": "$.approval.ok", "BooleanEquals": false, "Next": "No"}]},
        "No": {"Type": "Fail", "ErrorPath": "$.approval.reason"},
        "Each": {"Type": "Map", "ItemsPath": "$.lines",
            "ItemSelector": {"sku.$": "$$.Map.Item.Value.sku"}, "End": true,
            "ItemProcessor": {"StartAt": "Ship", "States": {
                "Ship": {"Type": "Task", "End": true,
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": "ship", "Payload.$": "$"}}}}}}})
}

fn cases(given: &Given) -> Vec<Case> {
    (0..200).map(|index| given.case(7, index)).collect()
}

#[test]
fn inputs_and_plans_are_shaped_after_what_is_read() {
    let given = Given::new("order", &order(), None).unwrap();
    let sites: Vec<_> = given
        .served()
        .iter()
        .map(|it| it.site.to_string())
        .collect();
    assert_eq!(sites, ["Approve", "Each/Ship"]);
    let cases = cases(&given);
    let starts = || {
        cases.iter().flat_map(|case| {
            let Body::Execution(execution) = &case.body else {
                panic!("a definition");
            };
            &execution.starts
        })
    };
    let inputs = || starts().map(|start| &start.input);
    for boundary in [99, 100, 101] {
        assert!(
            inputs().any(|input| input["total"] == boundary),
            "{boundary}"
        );
    }
    assert!(inputs().any(|input| input.get("total").is_none()), "damage");
    assert!(inputs().any(|input| input.pointer("/lines/0/sku").is_some()));
    let replies = || {
        starts()
            .filter_map(|start| start.plan.sites.get("Approve"))
            .flat_map(|script| &script.rules)
    };
    let replies = || replies().map(|rule| &rule.act.reply);
    let ok = |reply: &Reply| matches!(reply, Reply::Succeed(value) if value["ok"].is_boolean());
    assert!(replies().any(ok));
    assert!(replies().any(|it| matches!(it, Reply::Fail { error, .. } if error == "Busy")));
    assert!(replies().any(|it| *it == Reply::Silent));
    assert_eq!(
        cases,
        self::cases(&given),
        "a seed always gives the same cases"
    );
}

#[test]
fn what_takes_long_is_shortened_in_real_time() {
    let given = Given::new("order", &order(), Some(30_000)).unwrap();
    assert_eq!(given.shortened().len(), 1);
    let approve = &given.definition()["States"]["Approve"];
    assert_eq!(approve["TimeoutSeconds"], 4);
    assert_eq!(approve["Retry"][0]["IntervalSeconds"], 1);
}

#[test]
fn what_cannot_be_served_is_named() {
    let machine = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}}}});
    let error = Given::new("a", &machine, None).unwrap_err();
    assert!(matches!(error, NotGiven::Unservable(_)));
    assert!(error.to_string().contains("serve the task 'A'"), "{error}");
}

#[test]
fn an_activity_that_the_harness_puts_there_is_not_blamed_on_the_machine() {
    let machine = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "Work", "States": {"Work": {"Type": "Task", "End": true,
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}}}}}});
    let error = Given::new("each", &machine, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "serve the task 'Each/Work': the harness serves tasks as activities, and none is allowed \
         there"
    );
}

#[test]
fn a_loop_that_asks_until_something_is_done_comes_to_an_end() {
    let machine = json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Next": "Done",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask"},
        "Done": {"Type": "Choice", "Default": "Ask", "Choices": [
            {"Variable": "$.status", "StringEquals": "done", "Next": "End"}]},
        "End": {"Type": "Succeed"}}});
    let given = Given::new("loop", &machine, None).unwrap();
    for case in cases(&given) {
        let Body::Execution(execution) = &case.body else {
            panic!("a definition");
        };
        assert!(given.can_be_run(execution), "{case:?}");
    }
}
