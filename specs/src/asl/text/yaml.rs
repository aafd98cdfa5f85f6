//! YAML to JSON values.

use serde_json::Value;
use serde_saphyr::DuplicateKeyPolicy;

use super::{
    ParseError, Place,
    locate::Position,
    strict::{Strict, without_place},
};

pub(super) fn yaml(text: &str) -> Result<Value, ParseError> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        strict_booleans: true,
        // An account id such as 012345678901 is text: as a number it would lose its zero.
        leading_zero_numbers_as_strings: true,
        // `!Sub` and the like mean something to CloudFormation that is not done here.
        reject_unsupported_tags: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
    };
    serde_saphyr::from_str_with_options::<Strict>(text, options)
        .map(|strict| strict.0)
        .map_err(|error| {
            let position = error.location().map(|location| Position {
                line: usize::try_from(location.line()).unwrap_or(usize::MAX),
                column: usize::try_from(location.column()).unwrap_or(usize::MAX),
            });
            ParseError::Syntax {
                format: "YAML",
                reason: without_place(&error.to_string()),
                place: Place {
                    position,
                    pointer: None,
                },
            }
        })
}
