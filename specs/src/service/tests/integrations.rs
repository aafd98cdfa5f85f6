//! Tasks that call the account's other services.

use serde_json::{Value, json};

use super::{NOW, ask, create, service};
use crate::service::Service;

const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/q";

fn call(service: &mut Service, of: &str, operation: &str, params: &Value) -> Value {
    service.cloud().call(NOW, of, operation, params).unwrap()
}

fn queue(service: &mut Service) {
    call(service, "sqs", "CreateQueue", &json!({"QueueName": "q"}));
}

fn received(service: &mut Service) -> Value {
    let answer = call(
        service,
        "sqs",
        "ReceiveMessage",
        &json!({"QueueUrl": QUEUE}),
    );
    let body = answer["Messages"][0]["Body"].as_str().expect("a message");
    serde_json::from_str(body).unwrap_or_else(|_| body.into())
}

/// Runs a machine of one task, and describes the execution.
fn run(service: &mut Service, resource: &str, parameters: &Value) -> Value {
    let task = json!({"Type": "Task", "Resource": format!("arn:aws:states:::{resource}"),
        "Parameters": parameters, "End": true});
    let definition = json!({"StartAt": "S", "States": {"S": task}}).to_string();
    let number = service.number;
    let machine = create(service, &format!("m{number}"), &definition, "r").unwrap();
    let body = json!({"stateMachineArn": machine, "input": "{\"a\":1}"});
    let started = ask(service, "StartExecution", &body).unwrap();
    described(service, &started)
}

fn described(service: &mut Service, started: &Value) -> Value {
    let body = json!({"executionArn": started["executionArn"]});
    ask(service, "DescribeExecution", &body).unwrap()
}

fn output(told: &Value) -> Value {
    serde_json::from_str(told["output"].as_str().unwrap_or("null")).unwrap()
}

fn keys(value: &Value) -> Vec<&String> {
    value.as_object().unwrap().keys().collect()
}

#[test]
fn a_message_is_sent_and_its_token_answered() {
    let mut service = service();
    queue(&mut service);
    let body = json!({"token.$": "$$.Task.Token", "in.$": "$"});
    let parameters = json!({"QueueUrl": QUEUE, "MessageBody": body});
    let started = run(
        &mut service,
        "sqs:sendMessage.waitForTaskToken",
        &parameters,
    );
    assert_eq!(started["status"], "RUNNING");
    let message = received(&mut service);
    assert_eq!(message["in"], json!({"a": 1}));
    let answer = json!({"taskToken": message["token"], "output": "[7]"});
    ask(&mut service, "SendTaskSuccess", &answer).unwrap();
    assert_eq!(output(&described(&mut service, &started)), json!([7]));
}

#[test]
fn answers_have_the_metadata_that_was_recorded() {
    let mut service = service();
    queue(&mut service);
    let parameters = json!({"QueueUrl": QUEUE, "MessageBody": {"x": 1}});
    let told = output(&run(&mut service, "sqs:sendMessage", &parameters));
    assert_eq!(
        keys(&told),
        [
            "MD5OfMessageBody",
            "MessageId",
            "SdkHttpMetadata",
            "SdkResponseMetadata"
        ]
    );
    let http = &told["SdkHttpMetadata"];
    let headers = [
        "Content-Length",
        "Content-Type",
        "Date",
        "connection",
        "x-amzn-RequestId",
    ];
    assert_eq!(keys(&http["HttpHeaders"]), headers);
    assert_eq!(keys(&http["AllHttpHeaders"]), headers);
    assert_eq!(http["HttpHeaders"]["Content-Length"], "106");
    assert_eq!(received(&mut service), json!({"x": 1}));

    let topic = call(&mut service, "sns", "CreateTopic", &json!({"Name": "t"}));
    let parameters = json!({"TopicArn": topic["TopicArn"], "Message": {"x": 1}});
    let told = output(&run(&mut service, "sns:publish", &parameters));
    let http = &told["SdkHttpMetadata"]["HttpHeaders"];
    assert_eq!(http["Content-Type"], "text/xml");
    assert_eq!(http["Content-Length"], "294");

    let parameters = json!({"QueueUrl": QUEUE, "MessageBody": {"x": 2}});
    let told = output(&run(&mut service, "aws-sdk:sqs:sendMessage", &parameters));
    assert_eq!(told.get("SdkHttpMetadata"), None);
    assert_eq!(received(&mut service), json!({"x": 2}));
}

#[test]
fn errors_are_told_as_they_were_recorded() {
    let mut service = service();
    queue(&mut service);
    let nobody = json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "m"});
    let lost = "https://sqs.us-east-1.amazonaws.com/123456789012/none";
    for (resource, parameters, error, start) in [
        (
            "sqs:sendMessage",
            json!({"QueueUrl": QUEUE, "MessageBody": null}),
            "SQS.AmazonSQSException",
            "The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400; \
             Error Code: MissingParameter; Request ID: ",
        ),
        (
            "sqs:sendMessage",
            json!({"QueueUrl": "no-such-queue", "MessageBody": "m"}),
            "SQS.SdkClientException",
            "Unable to execute HTTP request: no-such-queue: Name or service not known",
        ),
        (
            "sqs:sendMessage",
            json!({"QueueUrl": lost, "MessageBody": "m"}),
            "SQS.QueueDoesNotExistException",
            "The specified queue does not exist. (Service: AmazonSQS; Status Code: 400; ",
        ),
        (
            "sns:publish",
            nobody,
            "SNS.NotFoundException",
            "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: ",
        ),
        (
            "aws-sdk:s3:getObject",
            json!({"Bucket": "none", "Key": "k"}),
            "S3.NoSuchBucketException",
            "The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: ",
        ),
        (
            "events:putEvents",
            json!({"Entries": [{"Detail": "{", "DetailType": "d", "Source": "s"}]}),
            "EventBridge.FailedEntry",
            "{",
        ),
    ] {
        let told = run(&mut service, resource, &parameters);
        assert_eq!(told["error"], error, "{told}");
        let cause = told["cause"].as_str().unwrap();
        assert!(cause.starts_with(start), "{cause}");
        // As it was recorded.
        if resource.contains(":s3:") {
            assert!(cause.contains(", Extended Request ID: "), "{cause}");
            assert!(!cause.contains("Attempt Count"), "{cause}");
        }
    }
}

#[test]
fn events_are_about_the_execution() {
    let mut service = service();
    queue(&mut service);
    let rule = json!({"Name": "r", "EventPattern": "{\"source\":[\"s\"]}"});
    call(&mut service, "events", "PutRule", &rule);
    let target = json!({"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"});
    call(
        &mut service,
        "events",
        "PutTargets",
        &json!({"Rule": "r", "Targets": [target]}),
    );
    let entry = json!({"Detail": {"x": 1}, "DetailType": "d", "Source": "s"});
    let told = run(
        &mut service,
        "events:putEvents",
        &json!({"Entries": [entry]}),
    );
    let result = output(&told);
    assert_eq!(keys(&result), ["Entries", "FailedEntryCount"]);
    let event = received(&mut service);
    assert_eq!(event["detail"], json!({"x": 1}));
    let about = event["resources"].as_array().unwrap();
    assert!(about.contains(&told["executionArn"]), "{event}");
    assert!(about.contains(&told["stateMachineArn"]), "{event}");
}

#[test]
fn what_nobody_models_is_not_there() {
    let mut service = service();
    let told = run(
        &mut service,
        "aws-sdk:sqs:tagQueue",
        &json!({"QueueUrl": QUEUE}),
    );
    assert_eq!(told["error"], "States.Runtime");
    assert_eq!(
        told["cause"],
        "The resource arn:aws:states:::aws-sdk:sqs:tagQueue does not exist"
    );
}
