//! The attributes of queues.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Queue, invalid_value, receive::Sight};
use crate::{
    base::time::{Instant, Millis},
    cloud::CloudError,
};

/// Attributes that are numbers: the least, the usual and the largest value.
const NUMBERS: [(&str, u64, u64, u64); 5] = [
    ("VisibilityTimeout", 0, 30, 43_200),
    ("MaximumMessageSize", 1_024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 345_600, 1_209_600),
    ("DelaySeconds", 0, 0, 900),
    ("ReceiveMessageWaitTimeSeconds", 0, 0, 20),
];

/// Attributes that may be given besides and are kept as they are, and those that only FIFO queues have.
const OTHERS: [&str; 7] = [
    "Policy",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
    "FifoQueue",
];
const FIFO: [&str; 3] = [
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
];

/// The attributes of a queue that were given.
#[derive(Debug, Default)]
pub(super) struct Attributes(IndexMap<String, String>);

impl Attributes {
    pub fn read(given: Option<&Map<String, Value>>) -> Result<Self, CloudError> {
        let mut attributes = IndexMap::new();
        for (name, value) in given.into_iter().flatten() {
            let value = value
                .as_str()
                .ok_or_else(|| CloudError::serialization(name, "a string"))?;
            if let Some((_, least, _, most)) = NUMBERS.iter().find(|row| row.0 == name) {
                let number = value.parse::<u64>().ok();
                if number.is_none_or(|number| number < *least || number > *most) {
                    return Err(invalid(name));
                }
            } else if name == "RedrivePolicy" {
                Redrive::read(value)
                    .map_err(|error| invalid_value(value, name, &error.to_string()))?;
            } else if FIFO.contains(&name.as_str()) {
                if given.and_then(|given| given.get("FifoQueue")) != Some(&"true".into()) {
                    return Err(unknown(name));
                }
            } else if !OTHERS.contains(&name.as_str()) {
                return Err(unknown(name));
            }
            attributes.insert(name.clone(), value.to_owned());
        }
        Ok(Self(attributes))
    }

    /// Whether messages keep their order within groups.
    pub fn is_fifo(&self) -> bool {
        self.is("FifoQueue")
    }

    /// Whether a message's body stands for its deduplication id.
    pub fn deduplicates_by_content(&self) -> bool {
        self.is("ContentBasedDeduplication")
    }

    /// An attribute that is a number.
    pub fn number(&self, name: &str) -> u64 {
        let usual = NUMBERS.iter().find(|row| row.0 == name);
        let given = self.0.get(name).and_then(|value| value.parse().ok());
        given
            .or(usual.map(|(_, _, usual, _)| *usual))
            .unwrap_or_default()
    }

    /// An attribute that is a number of seconds.
    pub fn span(&self, name: &str) -> Millis {
        self.number(name) * 1_000
    }

    /// Where messages go that were received too often.
    pub fn redrive(&self) -> Option<Redrive> {
        Redrive::read(self.0.get("RedrivePolicy")?).ok()
    }

    /// Refuses to create a queue once more with other attributes.
    pub fn check_same(
        &self,
        other: &Self,
        given: Option<&Map<String, Value>>,
    ) -> Result<(), CloudError> {
        let mut names = given.into_iter().flatten().map(|(name, _)| name);
        match names.find(|name| self.value(name) != other.value(name)) {
            None => Ok(()),
            Some(name) => Err(CloudError::new(
                "QueueNameExists",
                format!(
                    "A queue already exists with the same name and a different value for attribute {name}"
                ),
            )),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value == "true")
    }

    fn value(&self, name: &str) -> Option<String> {
        if NUMBERS.iter().any(|row| row.0 == name) {
            return Some(self.number(name).to_string());
        }
        self.0.get(name).cloned()
    }
}

/// How often a message is received at most before it is moved, if it ever is.
const MOST_RECEIVES: u64 = 1_000;

/// Where messages go that were received too often.
pub(super) struct Redrive {
    /// The ARN of a queue.
    pub target: String,
    pub most_receives: u64,
}

/// Why a text is no policy for messages that were received too often.
#[derive(Debug, thiserror::Error)]
enum NoRedrive {
    #[error("Redrive policy is not a valid JSON map.")]
    Malformed,
    #[error(
        "Invalid value for maxReceiveCount: {0}, valid values are from 1 to {MOST_RECEIVES} both inclusive."
    )]
    Receives(String),
}

impl Redrive {
    fn read(policy: &str) -> Result<Self, NoRedrive> {
        let policy: Map<String, Value> =
            serde_json::from_str(policy).map_err(|_| NoRedrive::Malformed)?;
        let target = policy.get("deadLetterTargetArn").and_then(Value::as_str);
        let target = target.ok_or(NoRedrive::Malformed)?.to_owned();
        let most = match policy.get("maxReceiveCount") {
            None => return Err(NoRedrive::Malformed),
            Some(Value::String(text)) => text.clone(),
            Some(number) => number.to_string(),
        };
        match most.parse() {
            Ok(most_receives @ 1..=MOST_RECEIVES) => Ok(Self {
                target,
                most_receives,
            }),
            _ => Err(NoRedrive::Receives(most)),
        }
    }
}

impl Queue {
    /// The attributes with these names, or all of them, as of now.
    pub(super) fn shown(&mut self, now: Instant, names: &[&str]) -> Result<Value, CloudError> {
        self.forget(now);
        let count = |sight: Sight| {
            let messages = self.messages.iter();
            messages
                .filter(|message| message.sight(now) == sight)
                .count()
                .to_string()
        };
        let created = (self.created.0 / 1_000).to_string();
        let mut all: IndexMap<&str, String> = IndexMap::from([
            ("QueueArn", self.arn.clone()),
            ("ApproximateNumberOfMessages", count(Sight::Visible)),
            (
                "ApproximateNumberOfMessagesNotVisible",
                count(Sight::InFlight),
            ),
            ("ApproximateNumberOfMessagesDelayed", count(Sight::Delayed)),
            ("CreatedTimestamp", created.clone()),
            ("LastModifiedTimestamp", created),
            ("SqsManagedSseEnabled", "true".to_owned()),
        ]);
        for (name, ..) in &NUMBERS {
            all.insert(name, self.attributes.number(name).to_string());
        }
        if self.attributes.is_fifo() {
            all.insert("ContentBasedDeduplication", "false".to_owned());
            all.insert("DeduplicationScope", "queue".to_owned());
            all.insert("FifoThroughputLimit", "perQueue".to_owned());
        }
        for (name, value) in &self.attributes.0 {
            all.insert(name, value.clone());
        }
        let known = |name: &&&str| all.contains_key(**name) || is_known(name) || **name == "All";
        if let Some(name) = names.iter().find(|name| !known(name)) {
            return Err(unknown(name));
        }
        if !names.contains(&"All") {
            all.retain(|name, _| names.contains(name));
        }
        Ok(if all.is_empty() {
            json!({})
        } else {
            json!({"Attributes": all})
        })
    }
}

fn is_known(name: &str) -> bool {
    OTHERS.contains(&name) || FIFO.contains(&name)
}

fn unknown(name: &str) -> CloudError {
    CloudError::new("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

fn invalid(name: &str) -> CloudError {
    CloudError::new(
        "InvalidAttributeValue",
        format!("Invalid value for the parameter {name}."),
    )
}
