//! The lengths that the service's API allows (its model, `stepfunctions-2016-11-23`). That of a
//! definition is the validator's.

use super::{CallError, params::Params};
use crate::interpreter::DATA_LIMIT;

/// How a length is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// In characters.
    Characters,
    /// In bytes of UTF-8: "Length constraints apply to the payload size" (API reference).
    Bytes,
}

/// How long a parameter may be.
pub(super) struct Constraint {
    name: &'static str,
    least: usize,
    most: usize,
    unit: Unit,
    /// Whether messages leave its value out.
    is_sensitive: bool,
}

pub(super) const fn text(name: &'static str, most: usize) -> Constraint {
    Constraint {
        name,
        least: 1,
        most,
        unit: Unit::Characters,
        is_sensitive: false,
    }
}

pub(super) const fn sensitive(name: &'static str, least: usize, most: usize) -> Constraint {
    Constraint {
        least,
        is_sensitive: true,
        ..text(name, most)
    }
}

pub(super) const fn payload(name: &'static str) -> Constraint {
    Constraint {
        unit: Unit::Bytes,
        ..sensitive(name, 0, DATA_LIMIT)
    }
}

/// The parameters of any operation whose length is limited. One that an operation does not have is
/// not looked at.
const CONSTRAINTS: &[Constraint] = &[
    text("name", 80),
    text("stateMachineArn", 256),
    text("executionArn", 256),
    text("activityArn", 256),
    text("resourceArn", 256),
    text("roleArn", 256),
    text("workerName", 80),
    payload("input"),
    sensitive("taskToken", 1, 2_048),
    payload("output"),
    sensitive("error", 0, 256),
    sensitive("cause", 0, 32_768),
];

/// Refuses parameters that are too long or too short.
pub(super) fn check(params: &Params<'_>) -> Result<(), CallError> {
    check_texts(
        CONSTRAINTS
            .iter()
            .map(|constraint| (constraint, params.maybe_text(constraint.name))),
    )
}

/// Refuses texts that are too long or too short; those that are not given are in order.
pub(super) fn check_texts<'c>(
    texts: impl IntoIterator<Item = (&'c Constraint, Option<&'c str>)>,
) -> Result<(), CallError> {
    let wrong: Vec<String> = texts
        .into_iter()
        .filter_map(|(constraint, text)| constraint.broken(text?))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let (count, errors) = match wrong.len() {
        1 => (1, "error"),
        count => (count, "errors"),
    };
    Err(CallError::new(
        "ValidationException",
        format!("{count} validation {errors} detected: {}", wrong.join("; ")),
    ))
}

impl Constraint {
    /// What AWS says of a value that breaks it; `None` if the value does not.
    fn broken(&self, value: &str) -> Option<String> {
        let length = match self.unit {
            Unit::Bytes => value.len(),
            Unit::Characters => value.chars().count(),
        };
        let relation = if length > self.most {
            format!("less than or equal to {}", self.most)
        } else if length < self.least {
            format!("greater than or equal to {}", self.least)
        } else {
            return None;
        };
        let shown = if self.is_sensitive {
            String::new()
        } else {
            format!(" '{value}'")
        };
        Some(format!(
            "Value{shown} at '{}' failed to satisfy constraint: Member must have length {relation}",
            self.name
        ))
    }
}
