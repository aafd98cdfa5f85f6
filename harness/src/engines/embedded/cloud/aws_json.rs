//! SQS, DynamoDB and EventBridge: AWS JSON, the operation in a header.

use std::time::{Duration, Instant};

use axum::{
    http::{StatusCode, header::HOST, request::Parts},
    response::Response,
};
use serde_json::{Value, json};
use stepproof_specs::cloud::CloudError;

use super::{
    super::exchange::{self, JSON_1_0, JSON_1_1, header},
    Account,
};

/// After how long it is looked again whether a queue has a message.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest time for which a queue is looked at, in seconds.
const LONGEST_WAIT: u64 = 20;

/// The services: how their targets begin, what they are called here, the namespace of their errors, and their
/// content type.
const SERVICES: [(&str, &str, &str, &str); 3] = [
    ("AmazonSQS.", "sqs", "com.amazonaws.sqs", JSON_1_0),
    (
        "DynamoDB_20120810.",
        "dynamodb",
        "com.amazonaws.dynamodb.v20120810",
        JSON_1_0,
    ),
    ("AWSEvents.", "events", "com.amazonaws.events", JSON_1_1),
];

/// Codes of SQS as they were in its former protocol, by which clients still know them (the trait
/// `awsQueryError` in the service's model).
const FORMER: [(&str, &str); 10] = [
    (
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
    ),
    ("QueueNameExists", "QueueAlreadyExists"),
    (
        "EmptyBatchRequest",
        "AWS.SimpleQueueService.EmptyBatchRequest",
    ),
    (
        "TooManyEntriesInBatchRequest",
        "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    ),
    (
        "BatchEntryIdsNotDistinct",
        "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    ),
    (
        "BatchRequestTooLong",
        "AWS.SimpleQueueService.BatchRequestTooLong",
    ),
    (
        "InvalidBatchEntryId",
        "AWS.SimpleQueueService.InvalidBatchEntryId",
    ),
    (
        "UnsupportedOperation",
        "AWS.SimpleQueueService.UnsupportedOperation",
    ),
    (
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
    ),
    (
        "PurgeQueueInProgress",
        "AWS.SimpleQueueService.PurgeQueueInProgress",
    ),
];

/// The operation that a request is for.
pub(super) struct Target {
    service: &'static str,
    namespace: &'static str,
    content_type: &'static str,
    operation: String,
}

impl Target {
    /// Reads the header `X-Amz-Target`; `None` if it names another service.
    pub fn read(target: &str) -> Option<Self> {
        let known = SERVICES.iter();
        let mut known = known.filter_map(|row| Some((row, target.strip_prefix(row.0)?)));
        let ((_, service, namespace, content_type), operation) = known.next()?;
        Some(Self {
            service,
            namespace,
            content_type,
            operation: operation.to_owned(),
        })
    }
}

pub(super) async fn answer(
    account: &Account,
    target: &Target,
    head: &Parts,
    body: &[u8],
) -> Response {
    let Ok(params) = serde_json::from_slice::<Value>(body) else {
        let body = json!({"__type": "SerializationException", "message": "the body is no JSON"});
        return exchange::answer(
            StatusCode::BAD_REQUEST,
            target.content_type,
            body.to_string(),
        );
    };
    let waits = target.service == "sqs" && target.operation == "ReceiveMessage";
    let answer = if waits {
        receive(account, &params).await
    } else {
        let Target {
            service, operation, ..
        } = target;
        account.service.cloud(service, operation, &params)
    };
    match answer {
        Ok(mut answer) => {
            if target.service == "sqs" {
                lead_here(&mut answer, head);
            }
            exchange::answer(StatusCode::OK, target.content_type, answer.to_string())
        }
        Err(error) => refused(target, error),
    }
}

/// Receives messages, and waits for some as long as the call or the queue says.
async fn receive(account: &Account, params: &Value) -> Result<Value, CloudError> {
    let call = |operation: &str, params: &Value| account.service.cloud("sqs", operation, params);
    let ask = || account.service.clone().receive(params);
    let first = ask()?;
    let seconds = match params.get("WaitTimeSeconds").and_then(Value::as_u64) {
        Some(seconds) => seconds,
        None => {
            let name = "ReceiveMessageWaitTimeSeconds";
            let asked = json!({"QueueUrl": params["QueueUrl"], "AttributeNames": [name]});
            let told = call("GetQueueAttributes", &asked)?;
            let told = told["Attributes"][name].as_str();
            told.and_then(|told| told.parse().ok()).unwrap_or_default()
        }
    };
    let end = Instant::now() + Duration::from_secs(seconds.min(LONGEST_WAIT));
    let mut answer = first;
    while answer.get("Messages").is_none() && Instant::now() < end && !account.service.is_closed() {
        tokio::time::sleep(PAUSE).await;
        answer = ask()?;
    }
    Ok(answer)
}

/// Makes the URLs of queues lead to this server, under the name by which it was called.
fn lead_here(answer: &mut Value, head: &Parts) {
    let Some(host) = header(&head.headers, HOST.as_str()) else {
        return;
    };
    let lead = |url: &mut Value| {
        if let Some((_, path)) = url
            .as_str()
            .and_then(|url| url.split_once(".amazonaws.com/"))
        {
            *url = format!("http://{host}/{path}").into();
        }
    };
    if let Some(url) = answer.get_mut("QueueUrl") {
        lead(url);
    }
    let urls = answer.get_mut("QueueUrls").and_then(Value::as_array_mut);
    urls.into_iter().flatten().for_each(lead);
}

fn refused(target: &Target, error: CloudError) -> Response {
    let code = error.code;
    let mut body = json!({
        "__type": format!("{}#{code}", target.namespace),
        "message": error.message,
    });
    if let Some(more) = error.more {
        let (name, value) = *more;
        body[name] = value;
    }
    let status = exchange::status(error.status);
    let mut response = exchange::answer(status, target.content_type, body.to_string());
    if target.service == "sqs" {
        let former = FORMER.iter().find(|(now, _)| *now == code);
        let former = former.map_or(code, |(_, former)| former);
        exchange::with(
            &mut response,
            "x-amzn-query-error",
            &format!("{former};Sender"),
        );
    }
    response
}
