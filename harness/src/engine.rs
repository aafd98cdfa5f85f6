//! Anything that runs a machine.
//!
//! An adapter says what the engine can do ([`Capabilities`]) and how strictly it may be judged
//! ([`Policy`]); nothing outside the adapter knows which engine it is.

pub mod adapters;
pub mod clock;
pub mod embedded;
mod http;
pub mod library;
pub mod process;
pub mod reference;
pub mod remote;
pub mod sdk;

use std::{future::Future, pin::Pin, sync::Arc};

use serde::{Deserialize, Serialize};
use stepproof_specs::{
    case::{DefinitionCase, ExecutionCase},
    machine::Machine,
    simulate::Expectation,
    time::Millis,
};

use crate::raw::RawRun;

/// A boxed future, so that engines can be kept as trait objects.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Anything that runs a machine.
pub trait Engine: Send + Sync {
    /// What it is.
    fn profile(&self) -> &EngineProfile;

    /// Where it listens, if others can reach it there for as long as it lives.
    fn endpoint(&self) -> Option<&str> {
        None
    }

    /// Runs a case. `Err` is trouble outside the semantics: never a finding.
    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>>;

    /// Has a definition created, and validated where the engine has that. Nothing is started, and
    /// nothing is left behind.
    fn define<'a>(&'a self, _case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        let lack = "call that creates a machine".to_owned();
        Box::pin(async { Err(Trouble::Unsupported(lack)) })
    }

    /// Whether the engine answers at all, and what it says of its version.
    fn probe(&self) -> Boxed<'_, Result<String, Trouble>>;

    /// Removes everything that the harness created on it.
    fn clean(&self) -> Boxed<'_, Result<(), Trouble>>;
}

/// A case, prepared for an engine.
#[derive(Debug, Clone)]
pub struct Job {
    /// The case.
    pub case: Arc<ExecutionCase>,
    /// Its machine.
    pub machine: Arc<Machine>,
    /// What the reference expects, one per start.
    pub expectations: Arc<[Expectation]>,
    /// Whether others run beside it.
    pub lane: Lane,
}

/// How busy the engine is kept while a case runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Many at once: timing is not judged.
    Throughput,
    /// Few at once: timing is judged.
    Quiet,
}

/// What an engine is, what it can do, and how strictly it may be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineProfile {
    /// The name, for example `localstack`; names the ledger too.
    pub name: String,
    /// What it can do.
    pub capabilities: Capabilities,
    /// How strictly it may be judged.
    pub policy: Policy,
    /// How many cases it runs at once by default.
    pub jobs: usize,
    /// Seconds of ASL time in one real second.
    pub time_scale: f64,
}

/// What an engine can do: what it cannot is not generated, or is `unsupported`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not a state"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The generator's features that it lacks, by name.
    pub lacks: Vec<String>,
    /// It has the Step Functions API.
    pub api: bool,
    /// It has `GetExecutionHistory`.
    pub history: bool,
    /// It has activities.
    pub activities: bool,
    /// It has `ValidateStateMachineDefinition`.
    pub validation: bool,
    /// It runs Express workflows.
    pub express: bool,
}

/// How strictly an engine may be judged. The stricter policy that both sides admit decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Causes.
    pub cause: CauseCompare,
    /// Histories.
    pub history: HistoryCompare,
    /// Timing; absent if it is not judged.
    pub timing: Option<TimingCompare>,
    /// How long after the reference's schedule has ended an execution may still run (milliseconds of
    /// ASL time) before it is a divergence in liveness.
    pub liveness_grace: Millis,
}

impl Policy {
    /// Whether the engine's clock is exact however busy it is.
    pub fn is_exact(&self) -> bool {
        let timing = self.timing.as_ref();
        timing.is_some_and(|timing| timing.early == 0 && timing.late == 0)
    }
}

/// How causes are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CauseCompare {
    /// Not at all.
    Ignore,
    /// Only causes that a task or a Fail state gave: the interpreter's own texts are the engine's
    /// matter.
    Given,
    /// Character by character, after normalisation.
    Exact,
}

/// How histories are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HistoryCompare {
    /// Not at all.
    Ignore,
    /// Which states were entered (aspect `path`).
    Path,
    /// The kinds of events per state.
    Kinds,
    /// Kinds and details.
    Details,
}

/// How timing is compared, in the quiet lane. Milliseconds of ASL time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimingCompare {
    /// How much too early something may happen (clock granularity).
    pub early: Millis,
    /// How much too late something may happen, on top of what a control machine beside it takes.
    pub late: Millis,
    /// How long it may take until a worker that asks for tasks is given one, each time.
    pub handover: Millis,
}

impl TimingCompare {
    /// To the millisecond.
    pub const EXACT: Self = Self {
        early: 0,
        late: 0,
        handover: 0,
    };
}

/// Trouble outside the semantics: the verdict is `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Trouble {
    /// The engine does not accept connections.
    #[error("reach {endpoint}: {reason}")]
    Unreachable {
        /// Where.
        endpoint: String,
        /// Why.
        reason: String,
    },
    /// The engine answered something that is not the protocol, closed the connection, or did not
    /// answer in time.
    #[error("call {operation}: {reason}")]
    Protocol {
        /// The operation.
        operation: String,
        /// What came.
        reason: String,
    },
    /// The engine could not be started.
    #[error("start {engine}: {reason}")]
    Start {
        /// Which.
        engine: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The engine cannot run this case.
    #[error("run the case: the engine has no {0}")]
    Unsupported(String),
    /// The engine has changed under the run: this case agreed before and does not any more.
    #[error("find the engine as it was: case {0} agreed before and does not any more")]
    Changed(u64),
    /// A fault of the harness.
    #[error("keep the harness's own promise: {0}")]
    Internal(String),
}
