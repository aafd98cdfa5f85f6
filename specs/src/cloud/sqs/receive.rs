//! Receiving messages, and what is done with those that were received.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    Queue, Queues, bounded, invalid_value,
    message::{self, Message},
    named,
};
use crate::{
    base::{
        arn::Arn,
        time::{Instant, Millis},
    },
    cloud::{CloudError, account::Account, digest::md5_hex, params::Params},
};

/// The longest time for which a message can be hidden, in seconds.
const LONGEST_VISIBILITY: i64 = 43_200;
/// What receipt handles begin with.
const HANDLE: &str = "stepproof";

/// Who can see a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    Visible,
    /// It was received.
    InFlight,
    /// It was sent with a delay.
    Delayed,
}

impl Message {
    pub fn sight(&self, now: Instant) -> Sight {
        if self.visible <= now {
            Sight::Visible
        } else if self.receipt.is_some() {
            Sight::InFlight
        } else {
            Sight::Delayed
        }
    }

    fn receive(&mut self, account: &mut Account, now: Instant, visibility: Millis) {
        let handle = format!("{HANDLE} {} {}", self.id, account.draw());
        self.receipt = Some(STANDARD.encode(handle));
        self.receives += 1;
        self.first_received.get_or_insert(now);
        self.visible = now.plus(visibility);
    }

    fn shown(&self, account: &Account, asked: &Asked<'_>) -> Value {
        let mut shown = json!({
            "MessageId": self.id,
            "ReceiptHandle": self.receipt,
            "MD5OfBody": md5_hex(self.body.as_bytes()),
            "Body": self.body,
        });
        let attributes = self.attributes.iter();
        let attributes: Map<_, _> = attributes
            .filter(|(name, _)| asked.wants(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(digest) = message::digest(&attributes) {
            shown["MD5OfMessageAttributes"] = digest.into();
            shown["MessageAttributes"] = attributes.into();
        }
        let first = self.first_received.map(|first| first.0.to_string());
        let trace = self.system.get("AWSTraceHeader");
        let trace = trace.and_then(|trace| trace["StringValue"].as_str());
        let has_sequence = self.deduplication.is_some();
        let system = [
            ("SenderId", Some(account.account.clone())),
            ("SentTimestamp", Some(self.sent.0.to_string())),
            ("ApproximateReceiveCount", Some(self.receives.to_string())),
            ("ApproximateFirstReceiveTimestamp", first),
            (
                "SequenceNumber",
                has_sequence.then(|| self.sequence_number()),
            ),
            ("MessageDeduplicationId", self.deduplication.clone()),
            ("MessageGroupId", self.group.clone()),
            ("AWSTraceHeader", trace.map(str::to_owned)),
        ];
        let system: Map<_, _> = system
            .into_iter()
            .filter(|(name, _)| asked.wants_system(name))
            .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
            .collect();
        if !system.is_empty() {
            shown["Attributes"] = system.into();
        }
        shown
    }
}

/// Which attributes of messages are asked for.
struct Asked<'n> {
    names: Vec<&'n str>,
    system: Vec<&'n str>,
}

impl Asked<'_> {
    fn wants(&self, name: &str) -> bool {
        self.names
            .iter()
            .any(|asked| match asked.strip_suffix(".*") {
                Some(prefix) => name.starts_with(prefix),
                None => *asked == "All" || *asked == name,
            })
    }

    fn wants_system(&self, name: &str) -> bool {
        self.system
            .iter()
            .any(|asked| *asked == "All" || *asked == name)
    }
}

/// Receives messages that are visible, and hides them.
pub(super) fn receive(
    account: &mut Account,
    queues: &mut Queues,
    now: Instant,
    params: &Params<'_>,
) -> Result<Value, CloudError> {
    let most = params.number("MaxNumberOfMessages")?.unwrap_or(1);
    if !(1..=10).contains(&most) {
        let reason = "Must be between 1 and 10, if provided.";
        return Err(invalid_value(most, "MaxNumberOfMessages", reason));
    }
    let visibility = bounded(params, "VisibilityTimeout", LONGEST_VISIBILITY)?;
    bounded(params, "WaitTimeSeconds", 20)?;
    let asked = Asked {
        names: params.texts("MessageAttributeNames")?,
        system: [
            params.texts("AttributeNames")?,
            params.texts("MessageSystemAttributeNames")?,
        ]
        .concat(),
    };
    bury_dead(queues, now, params)?;
    let queue = named(queues, params)?;
    let visibility = visibility.map_or_else(
        || queue.attributes.span("VisibilityTimeout"),
        |seconds| seconds * 1_000,
    );
    let messages = queue.receive(account, now, most as usize, visibility, &asked);
    Ok(if messages.is_empty() {
        json!({})
    } else {
        json!({ "Messages": messages })
    })
}

/// Moves what is visible again, and was received as often as the redrive policy allows, to the queue that
/// the policy names.
fn bury_dead(queues: &mut Queues, now: Instant, params: &Params<'_>) -> Result<(), CloudError> {
    let queue = named(queues, params)?;
    queue.forget(now);
    let Some(redrive) = queue.attributes.redrive() else {
        return Ok(());
    };
    let target = Arn::last(&redrive.target);
    if !queues.contains_key(target) {
        return Ok(());
    }
    let messages = &mut named(queues, params)?.messages;
    let dead = messages.extract_if(.., |message| {
        message.visible <= now && message.receives >= redrive.most_receives
    });
    let dead: Vec<Message> = dead.collect();
    if let Some(target) = queues.get_mut(target) {
        for message in dead {
            target.sent += 1;
            target.messages.push(Message {
                visible: now,
                receipt: None,
                number: target.sent,
                ..message
            });
        }
    }
    Ok(())
}

impl Queue {
    fn receive(
        &mut self,
        account: &mut Account,
        now: Instant,
        most: usize,
        visibility: Millis,
        asked: &Asked<'_>,
    ) -> Vec<Value> {
        let is_fifo = self.attributes.is_fifo();
        // Groups of which an earlier message is hidden: what follows has to wait.
        let mut held = HashSet::new();
        let mut received = Vec::new();
        for message in &mut self.messages {
            if received.len() == most {
                break;
            }
            if message.visible > now {
                held.insert(message.group.clone());
            } else if !is_fifo || !held.contains(&message.group) {
                message.receive(account, now, visibility);
                received.push(message.shown(account, asked));
            }
        }
        received
    }

    pub(super) fn delete_message(
        &mut self,
        now: Instant,
        params: &Params<'_>,
    ) -> Result<Value, CloudError> {
        let handle = handle(params)?;
        let is_fifo = self.attributes.is_fifo();
        let held = self.held(handle);
        if let Some(place) = held {
            if is_fifo && self.messages[place].visible <= now {
                let reason = "The receipt handle has expired.";
                return Err(invalid_value(handle, "ReceiptHandle", reason));
            }
            self.messages.remove(place);
        }
        Ok(json!({}))
    }

    pub(super) fn change_visibility(
        &mut self,
        now: Instant,
        params: &Params<'_>,
    ) -> Result<Value, CloudError> {
        let handle = handle(params)?;
        params.required("VisibilityTimeout")?;
        let seconds = bounded(params, "VisibilityTimeout", LONGEST_VISIBILITY)?;
        let message = self.held(handle).map(|place| &mut self.messages[place]);
        let Some(message) = message.filter(|message| message.visible > now) else {
            let reason =
                "Message does not exist or is not available for visibility timeout change.";
            return Err(invalid_value(handle, "ReceiptHandle", reason));
        };
        message.visible = now.plus(seconds.unwrap_or_default() * 1_000);
        Ok(json!({}))
    }

    /// The message that was last received under this handle.
    fn held(&self, handle: &str) -> Option<usize> {
        let messages = &mut self.messages.iter();
        messages.position(|message| message.receipt.as_deref() == Some(handle))
    }
}

/// A receipt handle, in the form that handles have here.
fn handle<'v>(params: &Params<'v>) -> Result<&'v str, CloudError> {
    let handle = params.text("ReceiptHandle")?;
    let decoded = STANDARD.decode(handle).ok();
    let is_handle = decoded.is_some_and(|bytes| bytes.starts_with(HANDLE.as_bytes()));
    is_handle.then_some(handle).ok_or_else(|| {
        CloudError::new(
            "ReceiptHandleIsInvalid",
            format!("The input receipt handle \"{handle}\" is not a valid receipt handle."),
        )
    })
}
