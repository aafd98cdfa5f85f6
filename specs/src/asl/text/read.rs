//! Text to JSON values. Unlike a plain parse it refuses a key that is given twice: one of the two
//! would be lost.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

#[cfg(feature = "yaml")]
use super::yaml::yaml;
use super::{MAX_BYTES, ParseError, Place, locate};

/// Reads a text as JSON if it starts with a brace, as YAML otherwise.
pub fn read(text: &str) -> Result<Value, ParseError> {
    if text.len() > MAX_BYTES {
        return Err(ParseError::TooLong(text.len()));
    }
    if text.trim_start().starts_with('{') {
        json(text)
    } else {
        yaml(text)
    }
}

fn json(text: &str) -> Result<Value, ParseError> {
    serde_json::from_str::<Strict>(text)
        .map(|strict| strict.0)
        .map_err(|error| {
            let offset = locate::offset(text, error.line(), error.column());
            ParseError::Syntax {
                format: "JSON",
                reason: without_place(&error.to_string()),
                place: Place {
                    position: Some(locate::position(text, offset)),
                    pointer: Some(locate::pointer_at(text, offset)),
                },
            }
        })
}

#[cfg(not(feature = "yaml"))]
fn yaml(_: &str) -> Result<Value, ParseError> {
    Err(ParseError::Syntax {
        format: "YAML",
        reason: "this build reads JSON only, which starts with a brace: the feature `yaml` is off"
            .into(),
        place: Place::default(),
    })
}

/// A parser's message without the place at its end, which is given apart.
pub(super) fn without_place(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}

/// A JSON value in which no object has a key twice.
pub(super) struct Strict(pub(super) Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom(format!("the number {value} is not JSON")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                let message = format!("the key \"{key}\" is given twice; keep one of the two");
                return Err(A::Error::custom(message));
            }
            let Strict(value) = map.next_value()?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}
