//! The service's errors, with AWS's messages.

/// An error of the service: HTTP 400 with a code and a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CallError {
    /// The code, as `__type` carries it.
    pub code: &'static str,
    /// The message.
    pub message: String,
    /// Another member of the error, by name: the `reason` of a `ValidationException`, or the
    /// `resourceName` of what was not found.
    pub more: Option<(&'static str, String)>,
    /// How much of it there is evidence for.
    pub told: Told,
}

/// The code of the error about a task that is over.
const TASK_OVER: &str = "TaskTimedOut";

/// How much of an error there is evidence for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// Not even that the call fails.
    Nothing,
    /// That it fails with this code; the wording is ours.
    Code,
    /// Code and message.
    Whole,
}

impl CallError {
    /// An error with this code and message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            more: None,
            told: Told::Whole,
        }
    }

    /// The same error where the wording is ours.
    #[must_use]
    pub(super) fn in_our_words(self) -> Self {
        Self {
            told: Told::Code,
            ..self
        }
    }

    /// The same error where nobody knows whether the call fails.
    #[must_use]
    pub(super) fn guessed(self) -> Self {
        Self {
            told: Told::Nothing,
            ..self
        }
    }

    /// The same error with another member.
    #[must_use]
    pub(super) fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        Self {
            more: Some((name, value.into())),
            ..self
        }
    }

    /// The service does not have this operation.
    pub(super) fn unknown(operation: &str) -> Self {
        Self::new(
            "UnknownOperationException",
            format!("unknown operation '{operation}'"),
        )
    }

    /// A parameter is of another type than it has to be.
    pub(super) fn serialization(message: &str) -> Self {
        Self::new("SerializationException", message).in_our_words()
    }

    /// The parameters do not go together, or break a limit.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// A required parameter is missing.
    pub(super) fn missing(parameter: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value null at '{parameter}' failed to satisfy constraint: \
             Member must not be null"
        ))
    }

    /// Of several parameters none was given.
    pub(super) fn missing_any(message: &str) -> Self {
        let error = Self::validation(message).with("reason", "MISSING_REQUIRED_PARAMETER");
        error.in_our_words()
    }

    /// A name contains characters that are not allowed.
    pub(super) fn invalid_name(name: &str) -> Self {
        Self::new("InvalidName", format!("Invalid Name: '{name}'"))
    }

    /// A string is not an ARN of this service (recorded for strings that do not begin as one).
    pub(super) fn invalid_arn(arn: &str) -> Self {
        let reason = if arn.starts_with("arn:") {
            arn.to_owned()
        } else {
            format!("Invalid ARN prefix: {arn}")
        };
        Self::new("InvalidArn", format!("Invalid Arn: '{reason}'"))
    }

    /// A string is not the ARN of a role (seen in the log of a public build in 2021).
    pub(super) fn invalid_role(arn: &str) -> Self {
        Self::new("InvalidArn", format!("Invalid Role Arn: '{arn}'"))
    }

    /// An ARN names a resource of another kind than the operation is for.
    pub(super) fn wrong_kind(kind: &str) -> Self {
        Self::new(
            "InvalidArn",
            format!("Invalid Arn: 'Resource type not valid in this context: {kind}'"),
        )
    }

    /// The operation is not for the machines inside machines. The reason is that of the API's model,
    /// the wording ours.
    pub(super) fn labelled(arn: &str) -> Self {
        Self::validation(format!("The API does not support labeled ARNs: '{arn}'"))
            .with("reason", "API_DOES_NOT_SUPPORT_LABELED_ARNS")
            .in_our_words()
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

    pub(super) fn machine_exists(arn: &str) -> Self {
        Self::new(
            "StateMachineAlreadyExists",
            format!("State Machine Already Exists: '{arn}'"),
        )
    }

    pub(super) fn no_execution(arn: &str) -> Self {
        Self::new(
            "ExecutionDoesNotExist",
            format!("Execution Does Not Exist: '{arn}'"),
        )
    }

    pub(super) fn execution_exists(arn: &str) -> Self {
        Self::new(
            "ExecutionAlreadyExists",
            format!("Execution Already Exists: '{arn}'"),
        )
    }

    pub(super) fn too_many_executions() -> Self {
        Self::new(
            "ExecutionLimitExceeded",
            "the running executions take all the memory there is for them: one of them has to end, \
             or to be stopped, before another can be started",
        )
        .guessed()
    }

    pub(super) fn no_activity(arn: &str) -> Self {
        Self::new(
            "ActivityDoesNotExist",
            format!("Activity Does Not Exist: '{arn}'"),
        )
    }

    /// A resource that was named does not exist (recorded for tags).
    pub(super) fn no_resource(arn: &str) -> Self {
        Self::new("ResourceNotFound", format!("Resource not found: '{arn}'"))
            .with("resourceName", arn)
    }

    /// A request leads to something that does not exist (recorded for aliases).
    pub(super) fn leads_nowhere() -> Self {
        Self::new(
            "ResourceNotFound",
            "Request references a resource that does not exist.",
        )
    }

    /// The state of a resource does not allow it.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new("ConflictException", message)
    }

    /// There are as many as there may be. The wording is ours.
    pub(super) fn quota(message: impl Into<String>) -> Self {
        Self::new("ServiceQuotaExceededException", message).in_our_words()
    }

    /// A string is not a token: neither that of a task nor that of a page (both recorded).
    pub(super) fn invalid_token() -> Self {
        Self::new("InvalidToken", "Invalid Token: 'Invalid token'")
    }

    /// Whether it says that a task is over.
    pub(super) fn is_task_over(&self) -> bool {
        self.code == TASK_OVER
    }

    /// The task is over.
    pub(super) fn task_over() -> Self {
        Self::new(
            TASK_OVER,
            "Task Timed Out: 'Provided task does not exist anymore'",
        )
    }
}
