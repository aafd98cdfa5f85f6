//! Values of attributes.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::decimal::Decimal;
use crate::cloud::CloudError;

/// An item: its attributes by name.
pub(super) type Item = BTreeMap<String, Attribute>;

/// How deeply values can be nested.
const DEEPEST: usize = 32;

/// The value of an attribute, by the name of its type in the API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attribute {
    S(String),
    N(Decimal),
    B(Vec<u8>),
    Bool(bool),
    Null,
    /// A set of strings, numbers or bytes, all of one type; it is never empty.
    Set(BTreeSet<Self>),
    L(Vec<Self>),
    M(Item),
}

impl Attribute {
    /// Reads a value as the API has it: an object with one member, which is named for the type.
    pub fn read(value: &Value) -> Result<Self, CloudError> {
        Self::read_within(value, DEEPEST)
    }

    fn read_within(value: &Value, depth: usize) -> Result<Self, CloudError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(too_deep());
        };
        let members = value
            .as_object()
            .ok_or_else(|| CloudError::serialization("an AttributeValue", "a map"))?;
        let mut members = members.iter().filter(|(_, value)| !value.is_null());
        let Some((kind, value)) = members.next() else {
            return Err(CloudError::validation(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            ));
        };
        if members.next().is_some() {
            return Err(CloudError::validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the \
                 supported datatypes",
            ));
        }
        Ok(match kind.as_str() {
            "S" => Self::S(text(value)?),
            "N" => Self::N(number(value)?),
            "B" => Self::B(bytes(value)?),
            "BOOL" => Self::Bool(
                value
                    .as_bool()
                    .ok_or_else(|| CloudError::serialization("BOOL", "a boolean"))?,
            ),
            "NULL" => match value {
                Value::Bool(true) => Self::Null,
                _ => {
                    return Err(invalid(
                        "Null attribute value types must have the value of true",
                    ));
                }
            },
            "SS" => Self::Set(set(value, "string", |it| text(it).map(Self::S))?),
            "NS" => Self::Set(set(value, "number", |it| number(it).map(Self::N))?),
            "BS" => Self::Set(set(value, "binary", |it| bytes(it).map(Self::B))?),
            "L" => {
                let elements = value
                    .as_array()
                    .ok_or_else(|| CloudError::serialization("L", "a list"))?;
                let elements = elements.iter().map(|it| Self::read_within(it, depth));
                Self::L(elements.collect::<Result<_, _>>()?)
            }
            "M" => {
                let members = value
                    .as_object()
                    .ok_or_else(|| CloudError::serialization("M", "a map"))?;
                Self::M(read_members(members, depth)?)
            }
            _ => {
                return Err(CloudError::validation(
                    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
                ));
            }
        })
    }

    /// The value as the API has it.
    pub fn shown(&self) -> Value {
        json!({ self.kind(): self.bare() })
    }

    /// The same without its type.
    fn bare(&self) -> Value {
        match self {
            Self::S(text) => text.as_str().into(),
            Self::N(number) => number.to_string().into(),
            Self::B(bytes) => STANDARD.encode(bytes).into(),
            Self::Bool(value) => (*value).into(),
            Self::Null => true.into(),
            Self::Set(elements) => elements.iter().map(Self::bare).collect(),
            Self::L(elements) => elements.iter().map(Self::shown).collect(),
            Self::M(members) => shown(members),
        }
    }

    /// The name of its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::S(_) => "S",
            Self::N(_) => "N",
            Self::B(_) => "B",
            Self::Bool(_) => "BOOL",
            Self::Null => "NULL",
            Self::Set(elements) => match elements.first() {
                Some(Self::N(_)) => "NS",
                Some(Self::B(_)) => "BS",
                _ => "SS",
            },
            Self::L(_) => "L",
            Self::M(_) => "M",
        }
    }

    /// The name of its type in messages about operands.
    pub fn long_kind(&self) -> &'static str {
        match self.kind() {
            "S" => "STRING",
            "N" => "NUMBER",
            "B" => "BINARY",
            "BOOL" => "BOOLEAN",
            "SS" => "STRING_SET",
            "NS" => "NUMBER_SET",
            "BS" => "BINARY_SET",
            "L" => "LIST",
            "M" => "MAP",
            other => other,
        }
    }

    /// How many bytes it takes (Developer Guide, "DynamoDB item sizes and formats").
    pub fn size(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => {
                (number.digits() as usize).div_ceil(2) + 1 + usize::from(number.is_negative())
            }
            Self::B(bytes) => bytes.len(),
            Self::Bool(_) | Self::Null => 1,
            Self::Set(elements) => elements.iter().map(Self::size).sum(),
            Self::L(elements) => 3 + elements.iter().map(|it| 1 + it.size()).sum::<usize>(),
            Self::M(members) => 3 + members.len() + size(members),
        }
    }

    /// Whether it has no more than so many levels; it looks no deeper than that.
    fn is_within(&self, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match self {
            Self::L(elements) => elements.iter().all(|it| it.is_within(depth)),
            Self::M(members) => members.values().all(|it| it.is_within(depth)),
            _ => true,
        }
    }

    /// What the function `size` says of it, if it has one.
    pub fn length(&self) -> Option<usize> {
        Some(match self {
            Self::S(text) => text.chars().count(),
            Self::B(bytes) => bytes.len(),
            Self::Set(elements) => elements.len(),
            Self::L(elements) => elements.len(),
            Self::M(members) => members.len(),
            Self::N(_) | Self::Bool(_) | Self::Null => return None,
        })
    }
}

/// An item, from a map of values.
pub(super) fn read_item(map: &Map<String, Value>) -> Result<Item, CloudError> {
    read_members(map, DEEPEST)
}

fn read_members(map: &Map<String, Value>, depth: usize) -> Result<Item, CloudError> {
    let mut item = Item::new();
    for (name, value) in map {
        item.insert(name.clone(), Attribute::read_within(value, depth)?);
    }
    Ok(item)
}

/// An item as the API has it.
pub(super) fn shown(item: &Item) -> Value {
    let members = item.iter();
    Value::Object(
        members
            .map(|(name, value)| (name.clone(), value.shown()))
            .collect(),
    )
}

/// Refuses an item that is nested too deeply, as [`read_item`] does.
pub(super) fn check_depth(item: &Item) -> Result<(), CloudError> {
    let is_within = item.values().all(|value| value.is_within(DEEPEST));
    is_within.then_some(()).ok_or_else(too_deep)
}

/// How many bytes an item takes.
pub(super) fn size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value.size())
        .sum()
}

fn text(value: &Value) -> Result<String, CloudError> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| CloudError::serialization("S", "a string"))
}

fn number(value: &Value) -> Result<Decimal, CloudError> {
    let text = value
        .as_str()
        .ok_or_else(|| CloudError::serialization("N", "a string"))?;
    text.parse()
        .map_err(|error: super::decimal::NoNumber| CloudError::validation(error.to_string()))
}

fn bytes(value: &Value) -> Result<Vec<u8>, CloudError> {
    let text = value.as_str();
    text.and_then(|text| STANDARD.decode(text).ok())
        .ok_or_else(|| CloudError::serialization("B", "in Base64"))
}

fn set(
    value: &Value,
    kind: &str,
    read: fn(&Value) -> Result<Attribute, CloudError>,
) -> Result<BTreeSet<Attribute>, CloudError> {
    let elements = value
        .as_array()
        .ok_or_else(|| CloudError::serialization("a set", "a list"))?;
    if elements.is_empty() {
        return Err(invalid(&format!("An {kind} set  may not be empty")));
    }
    let mut set = BTreeSet::new();
    for element in elements {
        if !set.insert(read(element)?) {
            let shown = elements.iter().map(|it| it.as_str().unwrap_or_default());
            let shown = shown.collect::<Vec<_>>().join(", ");
            return Err(invalid(&format!(
                "Input collection [{shown}] contains duplicates."
            )));
        }
    }
    Ok(set)
}

fn too_deep() -> CloudError {
    CloudError::validation(
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond \
         supported limit",
    )
}

fn invalid(reason: &str) -> CloudError {
    CloudError::validation(format!(
        "One or more parameter values were invalid: {reason}"
    ))
}
