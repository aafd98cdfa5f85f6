//! Errors inside an execution, as Retry and Catch see them.

use serde_json::{Value, json};

use crate::{asl::Name, clause::Clause, history::Failure};

/// An error on its way from a state to a handler, an enclosing state, or the end of the execution.
#[derive(Debug, Clone)]
pub(super) struct RuntimeError {
    pub failure: Failure,
    /// The rule by which the state fails.
    pub rule: Clause,
    /// Handlers do not see it (clause `error.runtime.terminal`).
    pub terminal: bool,
    /// Its source, which determines the Error Output if the error or the cause is missing.
    pub origin: Origin,
    /// The cause's wording is assumed: if a handler passes it on, the output is in doubt.
    pub guessed_text: bool,
    /// The cause names the event that entered the state.
    pub names_event: bool,
    /// The field whose expression failed, until that is reported.
    pub location: Option<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Interpreter,
    Task,
    Timeout,
    /// A heartbeat did not come (clause `error.heartbeat.names`).
    Heartbeat,
    FailState,
}

impl RuntimeError {
    fn new(failure: Failure, rule: Clause, origin: Origin) -> Self {
        Self {
            failure,
            rule,
            terminal: false,
            origin,
            guessed_text: false,
            names_event: false,
            location: None,
        }
    }

    /// `States.Runtime`, with a cause that does not name the state.
    pub fn runtime_plain(rule: Clause, cause: &str) -> Self {
        Self {
            terminal: true,
            ..Self::named(RUNTIME, rule, cause)
        }
    }

    /// An error that the interpreter raises and that handlers see.
    pub fn named(error: &str, rule: Clause, cause: &str) -> Self {
        let failure = Failure {
            error: Some(error.into()),
            cause: Some(cause.into()),
        };
        Self::new(failure, rule, Origin::Interpreter)
    }

    /// The error for data that is too long, in a state or a task with this name (recorded:
    /// `states_errors`).
    pub fn data_limit(rule: Clause, name: &str) -> Self {
        Self::named(
            DATA_LIMIT_EXCEEDED,
            rule,
            &format!(
                "The state/task '{name}' returned a result with a size exceeding the maximum \
                 number of bytes service limit."
            ),
        )
    }

    /// The error of a reference path that cannot be applied to data (clause `cause.plain`).
    pub fn reference_path(rule: Clause, cause: &str) -> Self {
        Self::named(REFERENCE_PATH_CONFLICT, rule, cause)
    }

    /// Makes it that of an expression in a field.
    pub fn evaluating(self, location: &str) -> Self {
        Self {
            location: Some(location.into()),
            ..self
        }
    }

    /// Makes it bypass the handlers.
    pub fn ending(self) -> Box<Self> {
        Box::new(Self {
            terminal: true,
            ..self
        })
    }

    /// Marks the cause's wording as assumed.
    pub fn guessed(self) -> Self {
        self.guessed_if(true)
    }

    /// Marks the cause's wording as assumed, if it is.
    pub fn guessed_if(self, guessed_text: bool) -> Self {
        Self {
            guessed_text,
            ..self
        }
    }

    /// `States.Timeout`.
    pub fn timeout(rule: Clause, heartbeat: bool) -> Self {
        let failure = Failure {
            error: Some(TIMEOUT.into()),
            cause: None,
        };
        Self::new(
            failure,
            rule,
            if heartbeat {
                Origin::Heartbeat
            } else {
                Origin::Timeout
            },
        )
    }

    pub fn task(failure: Failure) -> Self {
        Self::new(failure, Clause::TaskFailure, Origin::Task)
    }

    pub fn fail_state(failure: Failure) -> Self {
        Self::new(failure, Clause::Fail, Origin::FailState)
    }

    pub fn error(&self) -> Option<&str> {
        self.failure.error.as_deref()
    }

    /// The Error Output that a catcher puts into the data (clauses `catch.error-output.*`).
    pub fn output(&self) -> Value {
        let cause = match (&self.failure.cause, self.origin) {
            (None, Origin::Timeout | Origin::Heartbeat) => Value::from(""),
            (cause, _) => text(cause.as_ref()),
        };
        json!({ "Error": text(self.failure.error.as_ref()), "Cause": cause })
    }
}

pub(super) const RUNTIME: &str = "States.Runtime";
pub(super) const QUERY_EVALUATION: &str = "States.QueryEvaluationError";
pub(super) const TIMEOUT: &str = "States.Timeout";
pub(super) const REFERENCE_PATH_CONFLICT: &str = "States.ReferencePathConflict";
pub(super) const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";

fn text(name: Option<&Name>) -> Value {
    name.map_or(Value::Null, |name| Value::from(&**name))
}

/// Boxed, because an error is rare and large.
pub(super) type Result<T, E = Box<RuntimeError>> = std::result::Result<T, E>;
