//! The other services of an account, as their callers see them.

#![allow(clippy::needless_pass_by_value)] // callers write literals

mod dynamodb;
mod events;
mod lambda;
mod s3;
mod sns;
mod sqs;

use serde_json::{Value, json};
use stepproof_specs::{
    base::time::Instant,
    cloud::{Cloud, CloudError},
};

/// An account, and the time there.
struct Account {
    cloud: Cloud,
    now: Instant,
}

impl Account {
    fn new() -> Self {
        Self {
            cloud: Cloud::new("eu-west-1", "123456789012", 7),
            now: Instant(1_700_000_000_000),
        }
    }

    /// Calls an operation, as `sqs:SendMessage`.
    fn call(&mut self, operation: &str, params: Value) -> Result<Value, CloudError> {
        let (service, operation) = operation.split_once(':').expect("a service");
        self.cloud.call(self.now, service, operation, &params)
    }

    #[track_caller]
    fn ask(&mut self, operation: &str, params: Value) -> Value {
        self.call(operation, params).expect("an answer")
    }

    /// The code and the message with which a call is refused.
    #[track_caller]
    fn refused(&mut self, operation: &str, params: Value) -> (&'static str, String) {
        let error = self.call(operation, params).expect_err("an error");
        (error.code, error.message)
    }

    fn pass(&mut self, seconds: u64) {
        self.now = self.now.plus(seconds * 1_000);
    }

    /// Creates a queue; its URL and its ARN.
    fn queue(&mut self, name: &str, attributes: Value) -> (String, String) {
        let created = self.ask(
            "sqs:CreateQueue",
            json!({"QueueName": name, "Attributes": attributes}),
        );
        let url = text(&created["QueueUrl"]);
        let told = self.ask(
            "sqs:GetQueueAttributes",
            json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]}),
        );
        let arn = text(&told["Attributes"]["QueueArn"]);
        (url, arn)
    }

    /// The bodies of up to ten messages, which are hidden for so many seconds.
    fn receive(&mut self, url: &str, visibility: u64) -> Vec<String> {
        let params =
            json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": visibility});
        let received = self.ask("sqs:ReceiveMessage", params);
        let messages = received["Messages"].as_array().cloned().unwrap_or_default();
        messages
            .iter()
            .map(|message| text(&message["Body"]))
            .collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

#[test]
fn what_is_not_modelled_is_said_to_be() {
    let mut account = Account::new();
    for operation in ["sqs:TagQueue", "dynamodb:Query", "kinesis:PutRecord"] {
        let (code, message) = account.refused(operation, json!({}));
        assert_eq!(code, "UnknownOperationException");
        assert!(message.contains("not modelled"), "{message}");
    }
}

#[test]
fn the_same_calls_have_the_same_answers() {
    let run = || {
        let mut account = Account::new();
        let (url, _) = account.queue("q", json!({}));
        let sent = account.ask(
            "sqs:SendMessage",
            json!({"QueueUrl": url, "MessageBody": "m"}),
        );
        let received = account.ask("sqs:ReceiveMessage", json!({"QueueUrl": url}));
        (sent, received)
    };
    assert_eq!(run(), run());
}
