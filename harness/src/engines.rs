//! Engines: anything that runs a machine.
//!
//! An adapter declares what its engine can do ([`Capabilities`]) and how strictly it may be judged
//! ([`Policy`]). Code outside the adapters never asks which engine it is.

#[cfg(feature = "sdk")]
pub mod adapters;
#[cfg(feature = "sdk")]
pub mod address;
#[cfg(feature = "sdk")]
pub mod embedded;
#[cfg(feature = "sdk")]
pub mod library;
#[cfg(feature = "sdk")]
pub mod linter;
#[cfg(feature = "sdk")]
pub mod process;
pub mod reference;
#[cfg(feature = "sdk")]
pub mod remote;
#[cfg(feature = "sdk")]
mod started;

use std::{borrow::Cow, fmt, future::Future, pin::Pin};

use serde::{Deserialize, Serialize};

use stepproof_generators::{Feature, FeatureSet};
use stepproof_specs::{
    base::time::Millis, observation::Observation, scenario::case::DefinitionCase,
};

use crate::{
    job::{Calls, Job},
    judge::{
        compare::Terms,
        policy::{CauseCompare, HistoryCompare, Policy},
    },
    raw::RawRun,
    trouble::Trouble,
};

/// A boxed future, so that engines can be kept as trait objects.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Anything that runs a machine.
pub trait Engine: Send + Sync {
    /// The engine's name, capabilities and policy.
    fn profile(&self) -> &EngineProfile;

    /// The address where other clients can reach it for as long as this value lives, if there is
    /// one.
    fn endpoint(&self) -> Option<&str> {
        None
    }

    /// Runs a case. `Err` is trouble outside the semantics, never a finding. An [`Immediate`]
    /// engine can keep the default implementation.
    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            let lack = || Trouble::Unsupported("way to run a case".to_owned());
            let seen = self.immediate().ok_or_else(lack)?.observe(job)?;
            Ok(RawRun::of(seen.iter().map(AsRef::as_ref)))
        })
    }

    /// The engine as [`Immediate`], if it is one.
    fn immediate(&self) -> Option<&dyn Immediate> {
        None
    }

    /// Creates a definition on the engine, and validates it if the engine has that operation.
    /// Starts nothing, and deletes what it created.
    fn define<'a>(&'a self, _case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        let lack = "call that creates a machine".to_owned();
        Box::pin(async { Err(Trouble::Unsupported(lack)) })
    }

    /// Makes the calls of a case, one after the other, and deletes what they created.
    fn call<'a>(&'a self, _job: &'a Calls) -> Boxed<'a, Result<RawRun, Trouble>> {
        let lack = "Step Functions API".to_owned();
        Box::pin(async { Err(Trouble::Unsupported(lack)) })
    }

    /// Checks that the engine answers; returns its version.
    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(async { Ok("of no version".to_owned()) })
    }

    /// Removes everything that the harness created on it.
    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        Box::pin(async { Ok(()) })
    }
}

/// An engine that answers at once, on the calling thread, with observations instead of recorded API
/// answers. Many of its cases are run in a row, and a raw run is written only for those that are
/// kept.
pub trait Immediate: Send + Sync {
    /// The observation of every start of a job, in order: what [`Engine::run`] would record.
    fn observe<'a>(&self, job: &'a Job) -> Result<Vec<Cow<'a, Observation>>, Trouble>;
}

/// What an engine is, what it can do, and how strictly it may be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineProfile {
    /// The name, for example `localstack`. Its ledger has the same name.
    pub name: String,
    /// What it can do.
    pub capabilities: Capabilities,
    /// How strictly it may be judged.
    pub policy: Policy,
    /// How many cases it runs at once by default.
    pub jobs: usize,
    /// Seconds of ASL time in one real second.
    pub time_scale: f64,
    /// What whoever uses it without its adapter has to tell it first.
    pub setup: &'static [SetupCall],
    /// What its adapter says that it can do, and it turned out not to do: its capabilities lack that.
    pub dropped: Vec<Dropped>,
}

/// Something that an engine turned out not to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// What it is called, for example `variables`.
    pub what: String,
    /// What trying it came to, as a clause: `its probe did not end within 5 s`.
    pub reason: String,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "without {}: {}", self.what, self.reason)
    }
}

impl EngineProfile {
    /// The profile of an engine that is judged only by the outcome of executions: status, error,
    /// output, and the causes that machines give. It runs in process, in virtual time, and has no
    /// API, no history and no tasks.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            capabilities: Capabilities {
                runs: true,
                lacks: FeatureSet::EMPTY,
                api: false,
                history: false,
                activities: false,
                queues: false,
                validation: false,
                express: false,
                lacking_calls: Vec::new(),
                any_role: false,
            },
            policy: Policy {
                cause: CauseCompare::Given,
                history: HistoryCompare::Ignore,
                timing: None,
                liveness_grace: 60_000,
                relaxed: false,
                exact_clock: false,
            },
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            time_scale: 1.0,
            setup: &[],
            dropped: Vec::new(),
        }
    }

    /// The same profile, restricted to these features of the language.
    #[must_use]
    pub fn supporting(mut self, features: &[Feature]) -> Self {
        self.capabilities.lacks = FeatureSet::ALL.without(FeatureSet::of(features));
        self
    }

    /// How a run is judged if the control machine beside it took this much longer than it should
    /// (in milliseconds of ASL time).
    pub fn terms(&self, overhead: Millis) -> Terms<'_> {
        Terms {
            policy: &self.policy,
            activities: self.capabilities.activities,
            codes: self.capabilities.runs,
            overhead,
        }
    }
}

/// A call over plain HTTP that an engine needs before it is used: a POST of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetupCall {
    /// The path.
    pub path: &'static str,
    /// The body.
    pub body: &'static str,
}

/// What an engine can do. A case that needs more is not generated, or is `unsupported`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not a state"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// It runs machines. What does not, a linter, only accepts or refuses definitions, with rules and
    /// codes of its own.
    pub runs: bool,
    /// The generator's features that the engine lacks.
    pub lacks: FeatureSet,
    /// It has the Step Functions API.
    pub api: bool,
    /// It has `GetExecutionHistory`.
    pub history: bool,
    /// It has activities.
    pub activities: bool,
    /// It has queues (SQS), and tasks that send their tokens there.
    pub queues: bool,
    /// It has `ValidateStateMachineDefinition`.
    pub validation: bool,
    /// It runs Express workflows.
    pub express: bool,
    /// The operations of the API that it lacks, by name.
    pub lacking_calls: Vec<String>,
    /// Machines may have any role, also one of another account.
    pub any_role: bool,
}
