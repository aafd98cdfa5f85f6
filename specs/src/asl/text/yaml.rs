//! YAML to JSON values.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::{Value, json};
use serde_saphyr::{DuplicateKeyPolicy, Error, Tagged};

use super::{
    ParseError, Place,
    locate::Position,
    strict::{Strict, StrictVisitor, without_place},
};

pub(super) fn yaml(text: &str) -> Result<Value, ParseError> {
    parsed::<Strict>(text, true)
}

/// A template of CloudFormation: `!Sub x` and the like become `{"Fn::Sub": x}`.
pub(super) fn template(text: &str) -> Result<Value, ParseError> {
    parsed::<Node>(text, false)
}

fn parsed<T: DeserializeOwned + Into<Value>>(
    text: &str,
    reject_tags: bool,
) -> Result<Value, ParseError> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        strict_booleans: true,
        // An account id such as 012345678901 is text: as a number it would lose its zero.
        leading_zero_numbers_as_strings: true,
        // `!Sub` and the like mean something to CloudFormation that is not done in a definition.
        reject_unsupported_tags: reject_tags,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
    };
    let read = serde_saphyr::from_str_with_options::<T>(text, options);
    read.map(Into::into).map_err(|error| {
        let position = error.location().map(|location| Position {
            line: usize::try_from(location.line()).unwrap_or(usize::MAX),
            column: usize::try_from(location.column()).unwrap_or(usize::MAX),
        });
        ParseError::Syntax {
            format: "YAML",
            reason: reason(&error),
            place: Place {
                position,
                pointer: None,
            },
        }
    })
}

/// What is wrong, without what only a program can do about it.
fn reason(error: &Error) -> String {
    match error {
        Error::MultipleDocuments { .. } => {
            "a second document begins; give every machine a file of its own, and leave out a last \
             line '---'"
                .to_owned()
        }
        other => without_place(&other.to_string()),
    }
}

/// A value in a template, with its function if a tag names one.
struct Node(Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Untagged(value), tag) = Tagged::deserialize(deserializer)?;
        let tag = tag.as_deref().and_then(|tag| tag.strip_prefix('!'));
        // A `!` alone is the non-specific tag of YAML: it names nothing.
        let tag = tag.filter(|name| !name.is_empty());
        Ok(Self(match (tag, value) {
            (None, value) => value,
            (Some(name @ ("Ref" | "Condition")), value) => json!({ name: value }),
            (Some("GetAtt"), Value::String(path)) => {
                let parts = path.split_once('.').unwrap_or((&path, ""));
                json!({ "Fn::GetAtt": [parts.0, parts.1] })
            }
            (Some(name), value) => json!({ format!("Fn::{name}"): value }),
        }))
    }
}

impl From<Node> for Value {
    fn from(node: Node) -> Self {
        node.0
    }
}

struct Untagged(Value);

impl<'de> Deserialize<'de> for Untagged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(StrictVisitor::<Node>::new())
            .map(Self)
    }
}
