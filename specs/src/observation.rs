//! The behaviour of an engine in one execution of a case, as observed.
//!
//! The reference's simulation and the raw run of every engine are converted to this type before
//! they are compared.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    asl::site::{AttemptKey, Site},
    base::time::Millis,
    history::Event,
};

/// The status of an execution, as AWS names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Not ended.
    Running,
    /// Ended with an output.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Ended by the machine's time limit.
    TimedOut,
    /// Ended by `StopExecution`.
    Aborted,
}

impl Status {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }

    /// The status with this AWS name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Running,
            Self::Succeeded,
            Self::Failed,
            Self::TimedOut,
            Self::Aborted,
        ]
        .into_iter()
        .find(|status| status.name() == name)
    }
}

/// Observations of one execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The status when observation ended; `Running` if the execution had not ended.
    pub status: Status,
    /// The output of a success.
    pub output: Option<Arc<Value>>,
    /// The error name of a failure.
    pub error: Option<String>,
    /// The cause of a failure.
    pub cause: Option<String>,
    /// The attempts as seen by the workers, per site in order of arrival.
    pub attempts: BTreeMap<Site, Vec<Attempt>>,
    /// The history; `None` if the engine offers none.
    pub history: Option<Vec<Event>>,
    /// The time from the start to the end of the execution, in milliseconds of ASL time; `None` if
    /// unknown.
    pub duration: Option<Millis>,
}

impl Observation {
    /// An execution that ended with an output, without further observations.
    pub fn succeeded(output: Value) -> Self {
        Self {
            output: Some(output.into()),
            ..Self::ended(Status::Succeeded)
        }
    }

    /// An execution that ended with an error, without further observations.
    pub fn failed(error: Option<String>, cause: Option<String>) -> Self {
        Self {
            error,
            cause,
            ..Self::ended(Status::Failed)
        }
    }

    fn ended(status: Status) -> Self {
        Self {
            status,
            output: None,
            error: None,
            cause: None,
            attempts: BTreeMap::new(),
            history: None,
            duration: None,
        }
    }
}

/// One attempt of a task, as seen by its worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The attempt of the plan that it was attributed to; `None` if this was impossible.
    pub key: Option<AttemptKey>,
    /// The task's input.
    pub input: Arc<Value>,
    /// When it was taken, in milliseconds of ASL time after the start of the execution.
    pub taken: Millis,
    /// When the worker replied; `None` if it did not, or if its reply was refused.
    pub replied: Option<Millis>,
}
