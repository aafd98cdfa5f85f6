//! Why a call is refused.

use serde_json::Value;

/// An error of a service, with AWS's code and message.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CloudError {
    /// The code, which is the name of the exception in the SDKs.
    pub code: &'static str,
    /// The message.
    pub message: String,
    /// The status of the answer in HTTP.
    pub status: u16,
    /// Another member of the error, by name: the `Item` that a condition did not hold for.
    pub more: Option<Box<(&'static str, Value)>>,
}

/// The code of the error about an operation that is not modelled.
const UNKNOWN: &str = "UnknownOperationException";

impl CloudError {
    /// An error of the caller: status 400.
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            status: 400,
            more: None,
        }
    }

    /// The same error with another status.
    #[must_use]
    pub(super) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same error with another member.
    #[must_use]
    pub(super) fn with(self, name: &'static str, value: Value) -> Self {
        Self {
            more: Some(Box::new((name, value))),
            ..self
        }
    }

    /// Whether it says that there is no such operation here.
    pub fn is_unknown(&self) -> bool {
        self.code == UNKNOWN
    }

    /// There is no such operation here.
    pub(super) fn unknown(service: &str, operation: &str) -> Self {
        Self::new(
            UNKNOWN,
            format!("the operation '{operation}' of '{service}' is not modelled"),
        )
    }

    /// A parameter is of another type than it has to be. The wording is ours.
    pub(super) fn serialization(parameter: &str, kind: &str) -> Self {
        Self::new(
            "SerializationException",
            format!("{parameter} has to be {kind}"),
        )
    }

    /// A required parameter is missing, in the words of most services. Messages begin names with a small
    /// letter.
    pub(super) fn missing(parameter: &str) -> Self {
        let mut letters = parameter.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        let name: String = first.into_iter().chain(letters).collect();
        Self::validation(format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must \
             not be null"
        ))
    }

    /// A parameter breaks a rule.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }
}
