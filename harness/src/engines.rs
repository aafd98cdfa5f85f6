//! Anything that runs a machine.
//!
//! An adapter says what the engine can do ([`Capabilities`]) and how strictly it may be judged
//! ([`Policy`]); nothing outside the adapter knows which engine it is.

#[cfg(feature = "sdk")]
pub mod adapters;
#[cfg(feature = "sdk")]
pub mod embedded;
#[cfg(feature = "sdk")]
pub mod library;
#[cfg(feature = "sdk")]
pub mod process;
pub mod reference;
#[cfg(feature = "sdk")]
pub mod remote;

use std::{borrow::Cow, future::Future, pin::Pin};

use stepproof_generators::{Feature, FeatureSet};
use stepproof_specs::{
    base::time::Millis, observation::Observation, scenario::case::DefinitionCase,
};

use crate::{
    job::Job,
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
    /// What it is.
    fn profile(&self) -> &EngineProfile;

    /// Where it listens, if others can reach it there for as long as it lives.
    fn endpoint(&self) -> Option<&str> {
        None
    }

    /// Runs a case. `Err` is trouble outside the semantics: never a finding. An engine that answers at
    /// once has no need to say how.
    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            let lack = || Trouble::Unsupported("way to run a case".to_owned());
            let seen = self.immediate().ok_or_else(lack)?.observe(job)?;
            Ok(RawRun::of(seen.iter().map(AsRef::as_ref)))
        })
    }

    /// The engine as one that answers at once, if it is one.
    fn immediate(&self) -> Option<&dyn Immediate> {
        None
    }

    /// Has a definition created, and validated where the engine has that. Nothing is started, and
    /// nothing is left behind.
    fn define<'a>(&'a self, _case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        let lack = "call that creates a machine".to_owned();
        Box::pin(async { Err(Trouble::Unsupported(lack)) })
    }

    /// Whether the engine answers at all, and what it says of its version.
    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(async { Ok("of no version".to_owned()) })
    }

    /// Removes everything that the harness created on it.
    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        Box::pin(async { Ok(()) })
    }
}

/// An engine that answers at once, on the thread that asks, with observations: nothing goes over a
/// wire. Many of its cases are run in a row, and what it was seen to do is written down only where
/// somebody keeps it.
pub trait Immediate: Send + Sync {
    /// What is seen of every start of a job, in order: what [`Engine::run`] would write down.
    fn observe<'a>(&self, job: &'a Job) -> Result<Vec<Cow<'a, Observation>>, Trouble>;
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

impl EngineProfile {
    /// An engine of which only the outcome of executions is judged: status, error, output, the causes
    /// that machines give. It runs in process, in virtual time, and has no API, no history and no tasks.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            capabilities: Capabilities {
                lacks: FeatureSet::EMPTY,
                api: false,
                history: false,
                activities: false,
                validation: false,
                express: false,
            },
            policy: Policy {
                cause: CauseCompare::Given,
                history: HistoryCompare::Ignore,
                timing: None,
                liveness_grace: 60_000,
            },
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            time_scale: 1.0,
        }
    }

    /// The same, with these features of the language and no others.
    #[must_use]
    pub fn supporting(mut self, features: &[Feature]) -> Self {
        self.capabilities.lacks = FeatureSet::ALL.without(FeatureSet::of(features));
        self
    }

    /// How its runs are judged, if a control machine beside them took so much longer (milliseconds
    /// of ASL time) than it should.
    pub fn terms(&self, overhead: Millis) -> Terms<'_> {
        Terms {
            policy: &self.policy,
            activities: self.capabilities.activities,
            overhead,
        }
    }
}

/// What an engine can do: what it cannot is not generated, or is `unsupported`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not a state"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The generator's features that it lacks.
    pub lacks: FeatureSet,
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
