//! Sending messages.

use serde_json::{Map, Value, json};

use super::{
    Queue, Sent, bounded, invalid, invalid_value,
    message::{self, Message},
    missing,
};
use crate::{
    base::time::{Instant, Millis},
    cloud::{
        CloudError,
        account::Account,
        digest::{md5_hex, sha256_hex},
        params::Params,
    },
};

/// For how long a deduplication id is remembered.
const DEDUPLICATED: Millis = 5 * 60 * 1_000;
/// How many messages a batch has at most, and its size in bytes.
const LARGEST_BATCH: usize = 10;
const LONGEST_BATCH: usize = 1_048_576;

impl Queue {
    pub(super) fn send_message(
        &mut self,
        account: &mut Account,
        now: Instant,
        params: &Params<'_>,
    ) -> Result<Value, CloudError> {
        let sent = Sent {
            body: params.text("MessageBody")?,
            attributes: params.value("MessageAttributes"),
            group: params.maybe_text("MessageGroupId")?,
            deduplication: params.maybe_text("MessageDeduplicationId")?,
        };
        self.send(account, now, &sent, Some(params))
    }

    /// Sends a message; what else there is to say of it stands in the parameters.
    pub(super) fn send(
        &mut self,
        account: &mut Account,
        now: Instant,
        sent: &Sent<'_>,
        params: Option<&Params<'_>>,
    ) -> Result<Value, CloudError> {
        self.forget(now);
        let body = sent.body;
        if body.is_empty() {
            return Err(missing("MessageBody"));
        }
        if !message::is_allowed(body) {
            return Err(CloudError::new(
                "InvalidMessageContents",
                "Invalid binary character was found in the message body, the set of allowed characters is \
                 #x9 | #xA | #xD | [#x20 to #xD7FF] | [#xE000 to #xFFFD] | [#x10000 to #x10FFFF]",
            ));
        }
        let map = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
        let attributes = map(sent.attributes).unwrap_or_default();
        message::check_attributes(&attributes)?;
        let most = self.attributes.number("MaximumMessageSize");
        if message::size(body, &attributes) as u64 > most {
            return Err(invalid(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
            )));
        }
        let delay = params.map(|params| self.delay(params)).transpose()?;
        let deduplication = self.deduplication(sent)?;
        if let Some(id) = &deduplication
            && let Some((_, answer)) = self.recent.get(id)
        {
            return Ok(answer.clone());
        }
        let system = params.and_then(|params| params.value("MessageSystemAttributes"));
        self.sent += 1;
        let delay = delay
            .flatten()
            .map_or_else(|| self.attributes.span("DelaySeconds"), |it| it * 1_000);
        let message = Message {
            id: account.uuid(),
            body: body.to_owned(),
            system: map(system).unwrap_or_default(),
            sent: now,
            visible: now.plus(delay),
            receives: 0,
            first_received: None,
            receipt: None,
            group: sent.group.map(str::to_owned),
            deduplication,
            number: self.sent,
            attributes,
        };
        let answer = self.receipt_of(&message);
        if let Some(id) = &message.deduplication {
            self.recent.insert(id.clone(), (now, answer.clone()));
        }
        self.messages.push(message);
        Ok(answer)
    }

    /// What the sender of a message is told.
    fn receipt_of(&self, message: &Message) -> Value {
        let mut answer = json!({
            "MessageId": message.id,
            "MD5OfMessageBody": md5_hex(message.body.as_bytes()),
        });
        if let Some(digest) = message::digest(&message.attributes) {
            answer["MD5OfMessageAttributes"] = digest.into();
        }
        if let Some(digest) = message::digest(&message.system) {
            answer["MD5OfMessageSystemAttributes"] = digest.into();
        }
        if self.attributes.is_fifo() {
            answer["SequenceNumber"] = message.sequence_number().into();
        }
        answer
    }

    /// The delay of a single message in seconds, if it has its own. In a FIFO queue it has none (API
    /// reference, "SendMessage"); a delay of zero is passed over there, as public reports say of AWS.
    fn delay(&self, params: &Params<'_>) -> Result<Option<u64>, CloudError> {
        let delay = bounded(params, "DelaySeconds", 900)?;
        match delay.filter(|_| self.attributes.is_fifo()) {
            None => Ok(delay),
            Some(0) => Ok(None),
            Some(seconds) => Err(invalid_value(
                seconds,
                "DelaySeconds",
                "The request include parameter that is not valid for this queue type.",
            )),
        }
    }

    /// Under which id a message of a FIFO queue is sent only once.
    fn deduplication(&self, sent: &Sent<'_>) -> Result<Option<String>, CloudError> {
        if !self.attributes.is_fifo() {
            return match sent.deduplication {
                None => Ok(None),
                Some(_) => Err(invalid(
                    "The request include parameter that is not valid for this queue type",
                )),
            };
        }
        if sent.group.is_none() {
            return Err(missing("MessageGroupId"));
        }
        match sent.deduplication {
            Some(id) => Ok(Some(id.to_owned())),
            None if self.attributes.deduplicates_by_content() => {
                Ok(Some(sha256_hex(sent.body.as_bytes())))
            }
            None => Err(invalid(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
                 provided explicitly",
            )),
        }
    }

    pub(super) fn send_batch(
        &mut self,
        account: &mut Account,
        now: Instant,
        params: &Params<'_>,
    ) -> Result<Value, CloudError> {
        let entries = params.list("Entries")?;
        check_batch(params, entries)?;
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            let id = entry["Id"].clone();
            match self.send_message(account, now, &params.within(entry)) {
                Ok(mut answer) => {
                    answer["Id"] = id;
                    successful.push(answer);
                }
                Err(error) => failed.push(json!({
                    "Id": id,
                    "SenderFault": true,
                    "Code": error.code,
                    "Message": error.message,
                })),
            }
        }
        let lists = [("Successful", successful), ("Failed", failed)];
        let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let answer: Map<_, _> = lists
            .map(|(name, list)| (name.to_owned(), list.into()))
            .collect();
        Ok(answer.into())
    }

    /// Forgets messages that are older than the queue keeps them, and ids that no longer count.
    pub(super) fn forget(&mut self, now: Instant) {
        let kept = self.attributes.span("MessageRetentionPeriod");
        self.messages
            .retain(|message| now.since(message.sent) < kept);
        self.recent
            .retain(|_, (sent, _)| now.since(*sent) < DEDUPLICATED);
    }
}

fn check_batch(params: &Params<'_>, entries: &[Value]) -> Result<(), CloudError> {
    if entries.is_empty() {
        return Err(CloudError::new(
            "EmptyBatchRequest",
            "There should be at least one SendMessageBatchRequestEntry in the request.",
        ));
    }
    if entries.len() > LARGEST_BATCH {
        return Err(CloudError::new(
            "TooManyEntriesInBatchRequest",
            format!(
                "Maximum number of entries per request are {LARGEST_BATCH}. You have sent {}.",
                entries.len()
            ),
        ));
    }
    let mut total = 0;
    for (number, entry) in entries.iter().enumerate() {
        let within = params.within(entry);
        let id = within.text("Id")?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || id.len() > 80 || !id.chars().all(allowed) {
            return Err(CloudError::new(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be \
                 at most 80 letters long.",
            ));
        }
        if entries[..number].iter().any(|other| other["Id"] == id) {
            return Err(CloudError::new(
                "BatchEntryIdsNotDistinct",
                format!("Id {id} repeated."),
            ));
        }
        let empty = Map::new();
        let attributes = within.map("MessageAttributes")?.unwrap_or(&empty);
        total += message::size(within.text("MessageBody")?, attributes);
    }
    if total > LONGEST_BATCH {
        return Err(CloudError::new(
            "BatchRequestTooLong",
            format!(
                "Batch requests cannot be longer than {LONGEST_BATCH} bytes. You have sent {total} bytes."
            ),
        ));
    }
    Ok(())
}
