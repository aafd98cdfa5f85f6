//! Text to JSON values.

use serde_json::Value;

#[cfg(feature = "yaml")]
use super::yaml::{template, yaml};
use super::{
    MAX_BYTES, ParseError, Place,
    locate::{self, looks_like_json},
    strict::{Strict, without_place},
};

/// Reads a text as JSON if it starts as JSON does, as YAML otherwise.
pub fn read(text: &str) -> Result<Value, ParseError> {
    if text.len() > MAX_BYTES {
        return Err(ParseError::TooLong(text.len()));
    }
    if looks_like_json(text) {
        json(text)
    } else {
        yaml(text)
    }
}

/// Reads a text as YAML, of which JSON is a part.
pub fn read_yaml(text: &str) -> Result<Value, ParseError> {
    if text.len() > MAX_BYTES {
        return Err(ParseError::TooLong(text.len()));
    }
    yaml(text)
}

/// Reads a template of CloudFormation, in JSON or YAML. The short forms of functions, as `!Sub x`, become
/// their long ones.
pub fn read_template(text: &str) -> Result<Value, ParseError> {
    if looks_like_json(text) {
        json(text)
    } else {
        template(text)
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
fn template(text: &str) -> Result<Value, ParseError> {
    yaml(text)
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
