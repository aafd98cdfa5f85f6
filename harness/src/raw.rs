//! What an engine answered for one case, recorded unchanged, so that a stored run can be judged
//! again without the engine.
//!
//! Unless stated otherwise, times are milliseconds of ASL time (real time multiplied by the
//! endpoint's time scale) since the execution was started, measured by the harness's clock.

mod written;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepproof_specs::{asl::site::AttemptKey, base::time::Millis, observation::Status};

/// One case on one engine.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RawRun {
    /// The answer to `CreateStateMachine`.
    pub creation: Creation,
    /// The answer to `ValidateStateMachineDefinition`; absent if it was not called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,
    /// One per start of the case, in order; empty if the machine was refused.
    pub executions: Vec<RawExecution>,
    /// The engine's own names, each with what normalisation replaces it with: the case's name (such
    /// as an activity's ARN) or a token (`<execution:1>`).
    pub names: Vec<(String, String)>,
    /// Every request that was sent more than once or failed.
    pub wire: Vec<WireTrouble>,
    /// Every call of a case that consists of calls, and those that the harness made between them, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<RawCall>,
}

impl RawRun {
    /// How many events the histories have that were read.
    pub fn events(&self) -> usize {
        let histories = self.executions.iter().filter_map(|it| it.history.as_ref());
        histories.map(Vec::len).sum()
    }
}

/// The answer to `CreateStateMachine`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Creation {
    /// The machine was created.
    #[default]
    Accepted,
    /// The machine was refused as invalid.
    Refused {
        /// The error code, for example `InvalidDefinition`.
        code: String,
        /// The message.
        message: String,
    },
}

/// The answer to `ValidateStateMachineDefinition`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    /// `result`: `OK` or `FAIL`.
    pub result: String,
    /// `diagnostics`, in order.
    pub diagnostics: Vec<RawDiagnostic>,
}

/// One complaint about a definition, as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawDiagnostic {
    /// `severity`: `ERROR` or `WARNING`.
    pub severity: String,
    /// `code`, for example `SCHEMA_VALIDATION_FAILED`.
    pub code: String,
    /// `message`.
    pub message: String,
    /// `location`.
    pub location: Option<String>,
}

/// One execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RawExecution {
    /// The last status that `DescribeExecution` gave.
    pub status: Status,
    /// `output`, as the string that was received.
    pub output: Option<String>,
    /// `error`.
    pub error: Option<String>,
    /// `cause`.
    pub cause: Option<String>,
    /// The time from start to stop, by the engine's `startDate` and `stopDate`.
    pub duration: Option<Millis>,
    /// How long the harness watched.
    pub watched: Millis,
    /// The most by which a single step of the harness may have been late: a call or its answer, a
    /// task between its scheduling and its worker, a worker with its report. Time passed meanwhile,
    /// so that what depends on it is not the engine's doing. 0 in virtual time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lateness: Millis,
    /// `GetExecutionHistory`; absent if the engine has none.
    pub history: Option<Vec<RawEvent>>,
    /// The tasks that reached a worker, in order of arrival.
    pub attempts: Vec<RawAttempt>,
}

/// One event of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RawEvent {
    /// `id`.
    pub id: i64,
    /// `previousEventId`.
    pub previous: i64,
    /// `type`.
    pub kind: String,
    /// `timestamp` in milliseconds since the epoch, by the engine's clock. The time since the
    /// execution's start is converted to ASL time.
    pub at: i64,
    /// The details under AWS's key names; `input`, `output` and `parameters` are the strings that
    /// were received.
    pub details: Value,
}

/// One task that reached a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RawAttempt {
    /// The site whose activity it arrived at.
    pub site: String,
    /// The attempt of the plan it was taken for; absent if it could not be attributed.
    pub key: Option<AttemptKey>,
    /// Its input, as the string that was received.
    pub input: String,
    /// When it was taken.
    pub taken: Millis,
    /// When the worker's reply was answered, and what the engine answered.
    pub reply: Option<RawReply>,
}

/// The engine's answer to a worker's reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawReply {
    /// When the engine answered.
    pub at: Millis,
    /// The error code, if the engine refused it (`TaskTimedOut`, `TaskDoesNotExist`).
    pub refused: Option<String>,
}

/// A call as it was invoked, and how it was completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RawCall {
    /// The number of the call in the case; absent if the harness made it to see where an execution is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<usize>,
    /// How often it had been made before: what is only read is asked again if it is not as expected.
    #[serde(default, skip_serializing_if = "is_first")]
    pub repeated: u32,
    /// The operation.
    pub operation: String,
    /// The parameters as they were sent.
    pub parameters: Value,
    /// When it was invoked, in milliseconds of real time since the case began.
    pub invoked: Millis,
    /// When it was completed.
    pub completed: Millis,
    /// How it was completed.
    pub outcome: Completion,
}

/// How a call was completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completion {
    /// With this answer.
    Ok(Value),
    /// With this error of the service.
    Fail {
        /// The code.
        code: String,
        /// The message.
        message: String,
    },
    /// Nobody knows whether the engine acted.
    Unknown(String),
}

/// A request that failed, or was sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireTrouble {
    /// The operation, for example `StartExecution`.
    pub operation: String,
    /// The number of the attempt; 0 is the first.
    pub attempt: u32,
    /// What happened.
    pub trouble: String,
}

#[expect(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_first(repeated: &u32) -> bool {
    *repeated == 0
}

#[expect(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_zero(millis: &Millis) -> bool {
    *millis == 0
}
