//! Messages, and the digests of what they carry.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::invalid;
use crate::{
    base::time::Instant,
    cloud::{CloudError, digest::md5_hex},
};

/// A message in a queue.
#[derive(Debug)]
pub(super) struct Message {
    pub id: String,
    pub body: String,
    pub attributes: Map<String, Value>,
    /// System attributes that were given: `AWSTraceHeader`.
    pub system: Map<String, Value>,
    pub sent: Instant,
    /// When it can be received.
    pub visible: Instant,
    pub receives: u64,
    pub first_received: Option<Instant>,
    /// The last handle under which it was received.
    pub receipt: Option<String>,
    pub group: Option<String>,
    pub deduplication: Option<String>,
    /// The number of its sending in its queue.
    pub number: u64,
}

impl Message {
    /// How messages of FIFO queues are numbered: twenty digits.
    pub fn sequence_number(&self) -> String {
        format!(
            "{:020}",
            18_849_496_460_467_696_128 + u128::from(self.number)
        )
    }
}

/// The size of a message as it is limited, in bytes: the body and the names, types and values of the
/// attributes.
pub(super) fn size(body: &str, attributes: &Map<String, Value>) -> usize {
    let attributes = attributes.iter().map(|(name, value)| {
        let text = |member: &str| value[member].as_str().map_or(0, str::len);
        let binary = value["BinaryValue"].as_str().and_then(decoded);
        name.len() + text("DataType") + text("StringValue") + binary.map_or(0, |it| it.len())
    });
    body.len() + attributes.sum::<usize>()
}

/// Checks message attributes: a name, a type, and a value of it.
pub(super) fn check_attributes(attributes: &Map<String, Value>) -> Result<(), CloudError> {
    if attributes.len() > 10 {
        return Err(invalid(
            "Number of message attributes [10] exceeds the allowed maximum [10].".replacen(
                "10",
                &attributes.len().to_string(),
                1,
            ),
        ));
    }
    for (name, value) in attributes {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.len() > 256 || !name.chars().all(allowed) {
            return Err(invalid(format!(
                "The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, \
                 underscore (_), hyphen (-), and period (.) characters."
            )));
        }
        let kind = value["DataType"].as_str().unwrap_or_default();
        if kind.is_empty() {
            return Err(invalid(format!(
                "The message attribute '{name}' must contain a non-empty message attribute type."
            )));
        }
        let has_value = match kind.split('.').next() {
            Some("Binary") => value["BinaryValue"].as_str().and_then(decoded).is_some(),
            Some("String" | "Number") => value["StringValue"]
                .as_str()
                .is_some_and(|it| !it.is_empty()),
            _ => {
                return Err(invalid(format!(
                    "The message attribute '{name}' has an invalid message attribute type, the set of \
                     supported type prefixes is Binary, Number, and String."
                )));
            }
        };
        if !has_value {
            return Err(invalid(format!(
                "The message attribute '{name}' must contain a non-empty message attribute value for message \
                 attribute type '{kind}'."
            )));
        }
    }
    Ok(())
}

/// The digest of message attributes (Developer Guide, "Calculating the MD5 message digest for message
/// attributes"); `None` without any.
pub(super) fn digest(attributes: &Map<String, Value>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut sorted: Vec<_> = attributes.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut bytes = Vec::new();
    let mut add = |part: &[u8], transport: Option<u8>| {
        bytes.extend(transport);
        bytes.extend((part.len() as u32).to_be_bytes());
        bytes.extend(part);
    };
    for (name, value) in sorted {
        add(name.as_bytes(), None);
        add(
            value["DataType"].as_str().unwrap_or_default().as_bytes(),
            None,
        );
        match value["BinaryValue"].as_str().and_then(decoded) {
            Some(binary) => add(&binary, Some(2)),
            None => add(
                value["StringValue"].as_str().unwrap_or_default().as_bytes(),
                Some(1),
            ),
        }
    }
    Some(md5_hex(&bytes))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Whether a text consists of the characters that a message may contain.
pub(super) fn is_allowed(text: &str) -> bool {
    text.chars().all(|c| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    })
}
