//! The service's errors, with AWS's messages.

use serde_json::Number;

/// An error of the service: HTTP 400 with a code and a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CallError {
    /// The code, as `__type` carries it.
    pub code: &'static str,
    /// The message.
    pub message: String,
}

impl CallError {
    /// An error with this code and message.
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The service does not have this operation.
    pub(super) fn unknown_operation(operation: &str) -> Self {
        Self::new(
            "UnknownOperationException",
            format!("unknown operation '{operation}'"),
        )
    }

    /// A required parameter is missing or has the wrong type.
    pub(super) fn missing(parameter: &str) -> Self {
        Self::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value null at '{parameter}' failed to satisfy \
                 constraint: Member must not be null"
            ),
        )
    }

    /// A parameter is none of the words that it may be.
    pub(super) fn not_in_enum(value: &str, parameter: &str, words: &[&str]) -> Self {
        Self::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy \
                 constraint: Member must satisfy enum value set: [{}]",
                words.join(", ")
            ),
        )
    }

    /// A number is not in the range of its parameter.
    pub(super) fn out_of_range(value: &Number, parameter: &str, relation: &str) -> Self {
        Self::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy \
                 constraint: Member must have value {relation}"
            ),
        )
    }

    /// A name contains characters that are not allowed.
    pub(super) fn invalid_name(name: &str) -> Self {
        Self::new("InvalidName", format!("Invalid Name: '{name}'"))
    }

    /// A string is not an ARN.
    pub(super) fn invalid_arn(arn: &str) -> Self {
        Self::new("InvalidArn", format!("Invalid Arn: '{arn}'"))
    }

    /// A string is not a paging token.
    pub(super) fn invalid_page(token: &str) -> Self {
        Self::new("InvalidToken", format!("Invalid Token: '{token}'"))
    }

    /// An ARN names a resource of another kind than the operation is for.
    pub(super) fn wrong_kind(kind: &str) -> Self {
        Self::new(
            "InvalidArn",
            format!("Invalid Arn: 'Resource type not valid in this context: {kind}'"),
        )
    }

    /// The operation is not for machines of this type.
    pub(super) fn unsupported_type() -> Self {
        Self::new(
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        )
    }

    pub(super) fn no_machine(arn: &str) -> Self {
        Self::new(
            "StateMachineDoesNotExist",
            format!("State Machine Does Not Exist: '{arn}'"),
        )
    }

    pub(super) fn no_execution(arn: &str) -> Self {
        Self::new(
            "ExecutionDoesNotExist",
            format!("Execution Does Not Exist: '{arn}'"),
        )
    }

    pub(super) fn too_many_executions() -> Self {
        Self::new(
            "ExecutionLimitExceeded",
            "the running executions take all the memory there is for them: one of them has to end, \
             or to be stopped, before another can be started",
        )
    }

    pub(super) fn no_activity(arn: &str) -> Self {
        Self::new(
            "ActivityDoesNotExist",
            format!("Activity Does Not Exist: '{arn}'"),
        )
    }

    /// A string is not a task token.
    pub(super) fn invalid_token() -> Self {
        Self::new("InvalidToken", "Invalid Token: 'Invalid token'")
    }

    /// The task is over.
    pub(super) fn task_over() -> Self {
        Self::new(
            "TaskTimedOut",
            "Task Timed Out: 'Provided task does not exist anymore'",
        )
    }
}
