//! Queues of an engine, as workers use them who are told the tokens of tasks there: AWS JSON 1.0, without an SDK.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stepproof_specs::scenario::letter::Letter;

use super::{
    call::protocol,
    http,
    sdk::{CallError, Task, Wire},
};

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// For how many seconds a queue is asked for a message, and how long that may take.
const LONG_POLL: u64 = 20;
const LONG_PATIENCE: Duration = Duration::from_secs(35);

/// The queues of an engine.
#[derive(Debug, Clone)]
pub struct Queues {
    endpoint: Arc<str>,
}

impl Queues {
    /// The queues at an endpoint that takes calls to all services.
    pub fn new(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.into(),
        }
    }

    /// `CreateQueue`: the queue's URL.
    pub async fn create(&self, name: &str) -> Result<String, CallError> {
        let answer = self
            .call("CreateQueue", &json!({ "QueueName": name }))
            .await?;
        let url = answer["QueueUrl"].as_str().map(str::to_owned);
        url.ok_or_else(|| protocol("CreateQueue", "it answers no URL".to_owned()).into())
    }

    /// `DeleteQueue`.
    pub async fn delete(&self, url: &str) -> Result<(), CallError> {
        self.call("DeleteQueue", &json!({ "QueueUrl": url }))
            .await?;
        Ok(())
    }

    /// `ListQueues`: the URLs of the queues whose name starts with `prefix`.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, CallError> {
        let answer = self
            .call("ListQueues", &json!({ "QueueNamePrefix": prefix }))
            .await?;
        let urls = answer["QueueUrls"].as_array().into_iter().flatten();
        Ok(urls.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Takes the next task out of a queue: `ReceiveMessage`, which waits for a message, and `DeleteMessage`. A task
    /// whose message holds no token has an empty one.
    pub async fn take(
        &self,
        wire: &Wire,
        url: &str,
        letter: &Letter,
    ) -> Result<Option<Task>, CallError> {
        let asked = json!({
            "QueueUrl": url,
            "MaxNumberOfMessages": 1,
            "WaitTimeSeconds": LONG_POLL,
        });
        let answer = self.ask("ReceiveMessage", &asked, LONG_PATIENCE).await?;
        let Some(message) = answer["Messages"].get(0) else {
            return Ok(None);
        };
        let body = message["Body"].as_str().unwrap_or_default().to_owned();
        let body = wire.payload("ReceiveMessage", body)?;
        let received = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
        self.call("DeleteMessage", &received).await?;
        let (token, input) = match serde_json::from_str(&body) {
            Ok(message) => {
                let (token, content) = letter.open(message);
                (token, content.to_string())
            }
            Err(_) => (None, body),
        };
        let token = token.unwrap_or_default();
        Ok(Some(Task { token, input }))
    }

    async fn call(&self, operation: &str, params: &Value) -> Result<Value, CallError> {
        self.ask(operation, params, PATIENCE).await
    }

    async fn ask(
        &self,
        operation: &str,
        params: &Value,
        patience: Duration,
    ) -> Result<Value, CallError> {
        let trouble = |reason: String| protocol(operation, reason).into();
        let target = format!("AmazonSQS.{operation}");
        let answer = http::call(&self.endpoint, ("sqs", &target), params, patience).await;
        match answer {
            None => Err(trouble("it is not answered".to_owned())),
            Some((200, answer)) => Ok(answer),
            Some((status, answer)) => Err(trouble(format!("{status}: {answer}"))),
        }
    }
}
