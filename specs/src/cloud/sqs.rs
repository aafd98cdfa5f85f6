//! Queues (Amazon SQS, API version 2012-11-05).
//!
//! A message that is received is hidden until its visibility ends or it is deleted. Messages come in the
//! order in which they were sent, in a standard queue too. Sources: the API reference; messages of errors as
//! public logs have them.

mod attributes;
mod message;
mod receive;
mod send;

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use self::{attributes::Attributes, message::Message};
use super::{Cloud, CloudError, account::Account, params::Params};
use crate::base::{arn::Arn, time::Instant};

/// All queues by name.
pub(super) type Queues = IndexMap<String, Queue>;

/// A queue.
#[derive(Debug)]
pub(super) struct Queue {
    arn: String,
    attributes: Attributes,
    created: Instant,
    /// In the order in which they were sent.
    messages: Vec<Message>,
    /// What was sent in the last minutes, by deduplication id: when, and the answer.
    recent: HashMap<String, (Instant, Value)>,
    /// How many messages were ever sent.
    sent: u64,
}

/// What is sent to a queue.
pub(super) struct Sent<'m> {
    pub body: &'m str,
    pub attributes: Option<&'m Value>,
    pub group: Option<&'m str>,
    pub deduplication: Option<&'m str>,
}

impl Cloud {
    /// Sends a message to a queue by its ARN, as another service does; `false` if it cannot be delivered. A
    /// standard queue takes a message of a FIFO topic or of a group too, and does not deduplicate it.
    pub(super) fn deliver(&mut self, now: Instant, arn: &str, sent: &Sent<'_>) -> bool {
        let queue = self.queues.get_mut(Arn::last(arn));
        let Some(queue) = queue.filter(|queue| queue.arn == arn) else {
            return false;
        };
        let sent = Sent {
            deduplication: sent.deduplication.filter(|_| queue.attributes.is_fifo()),
            ..*sent
        };
        queue.send(&mut self.account, now, &sent, None).is_ok()
    }
}

pub(super) fn call(
    cloud: &mut Cloud,
    now: Instant,
    operation: &str,
    params: &Value,
) -> Result<Value, CloudError> {
    let params = Params::new(params, missing);
    let Cloud {
        account, queues, ..
    } = cloud;
    match operation {
        "CreateQueue" => create(account, queues, now, &params),
        "ListQueues" => list(account, queues, &params),
        "GetQueueUrl" => {
            let name = params.text("QueueName")?;
            let found = queues.contains_key(name);
            found
                .then(|| json!({"QueueUrl": url(account, name)}))
                .ok_or_else(no_queue)
        }
        "GetQueueAttributes" => {
            let names = params.texts("AttributeNames")?;
            named(queues, &params)?.shown(now, &names)
        }
        "SendMessage" => named(queues, &params)?.send_message(account, now, &params),
        "SendMessageBatch" => named(queues, &params)?.send_batch(account, now, &params),
        "ReceiveMessage" => receive::receive(account, queues, now, &params),
        "DeleteMessage" => named(queues, &params)?.delete_message(now, &params),
        "ChangeMessageVisibility" => named(queues, &params)?.change_visibility(now, &params),
        "PurgeQueue" => {
            named(queues, &params)?.messages.clear();
            Ok(json!({}))
        }
        "DeleteQueue" => {
            named(queues, &params)?;
            queues.shift_remove(name_in(params.text("QueueUrl")?));
            Ok(json!({}))
        }
        _ => Err(CloudError::unknown("sqs", operation)),
    }
}

fn create(
    account: &Account,
    queues: &mut Queues,
    now: Instant,
    params: &Params<'_>,
) -> Result<Value, CloudError> {
    let name = params.text("QueueName")?;
    let given = params.map("Attributes")?;
    let attributes = Attributes::read(given)?;
    check_name(name, attributes.is_fifo())?;
    match queues.get(name) {
        Some(queue) => queue.attributes.check_same(&attributes, given)?,
        None => {
            let queue = Queue {
                arn: account.arn("sqs", name),
                attributes,
                created: now,
                messages: Vec::new(),
                recent: HashMap::new(),
                sent: 0,
            };
            queues.insert(name.to_owned(), queue);
        }
    }
    Ok(json!({"QueueUrl": url(account, name)}))
}

fn list(account: &Account, queues: &Queues, params: &Params<'_>) -> Result<Value, CloudError> {
    let prefix = params.maybe_text("QueueNamePrefix")?.unwrap_or_default();
    let most = params.number("MaxResults")?.unwrap_or(1_000);
    let names = queues.keys().filter(|name| name.starts_with(prefix));
    let urls: Vec<_> = names
        .take(usize::try_from(most).unwrap_or_default())
        .map(|name| url(account, name))
        .collect();
    Ok(if urls.is_empty() {
        json!({})
    } else {
        json!({"QueueUrls": urls})
    })
}

/// The queue that `QueueUrl` names.
fn named<'q>(queues: &'q mut Queues, params: &Params<'_>) -> Result<&'q mut Queue, CloudError> {
    let name = name_in(params.text("QueueUrl")?);
    queues.get_mut(name).ok_or_else(no_queue)
}

/// The name of a queue is the end of its URL.
fn name_in(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn url(account: &Account, name: &str) -> String {
    let Account {
        region, account, ..
    } = account;
    format!("https://sqs.{region}.amazonaws.com/{account}/{name}")
}

/// The longest name of a queue, in characters, with the suffix of a FIFO queue.
const LONGEST_NAME: usize = 80;

fn check_name(name: &str, is_fifo: bool) -> Result<(), CloudError> {
    let stem = if is_fifo {
        name.strip_suffix(".fifo")
    } else {
        Some(name)
    };
    let fits = |stem: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !stem.is_empty() && name.len() <= LONGEST_NAME && stem.chars().all(allowed)
    };
    if stem.is_some_and(fits) {
        return Ok(());
    }
    Err(invalid(if is_fifo {
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must \
         end with .fifo suffix and be 1 to 80 in length."
    } else {
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    }))
}

fn missing(name: &str) -> CloudError {
    CloudError::new(
        "MissingParameter",
        format!("The request must contain the parameter {name}."),
    )
}

fn no_queue() -> CloudError {
    CloudError::new("QueueDoesNotExist", "The specified queue does not exist.")
}

fn invalid(message: impl Into<String>) -> CloudError {
    CloudError::new("InvalidParameterValue", message)
}

fn invalid_value(value: impl std::fmt::Display, parameter: &str, reason: &str) -> CloudError {
    invalid(format!(
        "Value {value} for parameter {parameter} is invalid. Reason: {reason}"
    ))
}

/// An optional whole number between two limits.
fn bounded(params: &Params<'_>, name: &str, most: i64) -> Result<Option<u64>, CloudError> {
    let Some(number) = params.number(name)? else {
        return Ok(None);
    };
    let number = u64::try_from(number)
        .ok()
        .filter(|_| number <= most)
        .ok_or_else(|| {
            let reason = format!("Must be >= 0 and <= {most}, if provided.");
            invalid_value(number, name, &reason)
        })?;
    Ok(Some(number))
}
