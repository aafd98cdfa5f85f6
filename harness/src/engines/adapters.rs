//! The engines by name, one module each, which declares what the engine can do and how strictly it
//! may be judged.

mod asl_validator;
#[cfg(feature = "aws")]
mod aws;
mod aws_local_stepfunctions;
mod cfn_lint;
mod embedded;
mod endpoint;
mod language_service;
mod linter;
mod local;
mod localstack;
mod ministack;
mod moto;
mod package;
mod reference;
mod statelint;

use stepproof_generators::FeatureSet;
use stepproof_specs::{base::time::Millis, deviation::Deviations};

pub use self::embedded::Embedded;
#[cfg(feature = "cli")]
pub(crate) use self::{endpoint::NAME as ENDPOINT, reference::NAME as REFERENCE};
use super::{
    Boxed, Capabilities, Engine, EngineProfile, address,
    process::{self, Presence, Program},
    remote::{Remote, Traits},
};
use crate::{
    client::{
        clock::Clock,
        sdk::{Account, Api, Patience},
    },
    judge::policy::{CauseCompare, HistoryCompare, Policy, Strictness, TimingCompare},
    trouble::Trouble,
};

/// Which engine to open, and how to reach it.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Its name, one of [`known`]. If absent: `endpoint` if an address is given, otherwise
    /// `embedded`.
    pub name: Option<String>,
    /// Its address. If absent, the engine is looked for at its default address, or started.
    pub endpoint: Option<String>,
    /// Seconds of ASL time per real second, if the endpoint's clock is scaled.
    pub time_scale: Option<f64>,
    /// How many cases it runs at once.
    pub jobs: Option<usize>,
    /// How strictly it is judged, where not as its adapter declares.
    pub strictness: Strictness,
    /// Whether it is only to be asked who it is: then it is not warmed up, and nothing is created on it.
    pub only_asked: bool,
    /// Whether cases are calls to its API: which operations it lacks is then found out.
    pub calls: bool,
    /// The rules to break, if it is the embedded engine or the reference.
    pub deviations: Option<Deviations>,
}

/// An engine that can be chosen by name.
#[derive(Debug)]
pub struct Adapter {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// Where it comes from.
    pub home: Home,
    /// What it can do, and how strictly it may be judged.
    pub profile: fn() -> EngineProfile,
    /// Opens it. The string distinguishes the names of this run from those of other runs.
    open: for<'a> fn(&'a Choice, &'a str) -> Boxed<'a, Opened>,
}

/// The result of opening an engine.
type Opened = Result<Box<dyn Engine>, Trouble>;

/// Where an engine comes from.
#[derive(Debug)]
pub enum Home {
    /// It is part of this binary.
    BuiltIn,
    /// It is a program on this machine.
    Program(&'static Program),
    /// It is a package on this machine.
    Package(fn() -> Presence),
    /// It is whatever runs at the address that the user gives.
    Address,
    /// It is a cloud service, reached with the user's account.
    Account,
}

impl Home {
    /// Whether it may be reached at an address that the user gives.
    pub fn takes_an_address(&self) -> bool {
        !matches!(self, Self::BuiltIn | Self::Package(_))
    }

    /// Whether the engine is on this machine; `None` if that does not apply. Starts nothing.
    pub async fn look(&self) -> Option<Presence> {
        match self {
            Self::Program(program) => Some(process::look(program).await),
            Self::Package(presence) => Some(presence()),
            Self::BuiltIn | Self::Address | Self::Account => None,
        }
    }
}

/// The engines that can be chosen by name.
pub fn known() -> &'static [Adapter] {
    &[
        embedded::ADAPTER,
        reference::ADAPTER,
        localstack::ADAPTER,
        ministack::ADAPTER,
        moto::ADAPTER,
        aws_local_stepfunctions::ADAPTER,
        asl_validator::ADAPTER,
        cfn_lint::ADAPTER,
        language_service::ADAPTER,
        statelint::ADAPTER,
        #[cfg(feature = "aws")]
        aws::ADAPTER,
        endpoint::ADAPTER,
    ]
}

/// Opens an engine. `run` distinguishes the names of this run from those of other runs.
pub async fn open(choice: &Choice, run: &str) -> Opened {
    let name = match (&choice.name, &choice.endpoint) {
        (Some(name), _) => name.as_str(),
        (None, Some(_)) => endpoint::ADAPTER.name,
        (None, None) => embedded::ADAPTER.name,
    };
    let Some(adapter) = known().iter().find(|adapter| adapter.name == name) else {
        let names: Vec<&str> = known().iter().map(|known| known.name).collect();
        return Err(Trouble::Start {
            engine: name.to_owned(),
            reason: format!("there is no such engine; there are {}", names.join(", ")),
        });
    };
    if let Some(endpoint) = &choice.endpoint {
        address::check(endpoint).map_err(|error| Trouble::Start {
            engine: name.to_owned(),
            reason: format!("its address is refused: {error}"),
        })?;
    }
    (adapter.open)(choice, run).await
}

/// The profile of an engine by name, without opening it.
pub fn profile(name: &str) -> Option<EngineProfile> {
    let adapter = known().iter().find(|adapter| adapter.name == name)?;
    Some((adapter.profile)())
}

/// An engine behind the Step Functions API, before the options of a [`Choice`] are applied.
type Behind = (EngineProfile, Traits);

fn remote(endpoint: &str, choice: &Choice, run: &str, (mut profile, traits): Behind) -> Remote {
    if let Some(timing) = &mut profile.policy.timing {
        timing.handover = traits.polling.period.as_millis() as Millis;
    }
    let profile = chosen(profile, choice);
    let api = Api::plain(endpoint, &Account::default(), Patience::default());
    let clock = Clock::Real(profile.time_scale);
    Remote::new(api, clock, profile, traits, run)
}

/// Applies the options of a choice to a profile.
fn chosen(mut profile: EngineProfile, choice: &Choice) -> EngineProfile {
    if let Some(jobs) = choice.jobs {
        profile.jobs = jobs.max(1);
    }
    choice.strictness.apply(&mut profile.policy);
    if let Some(scale) = choice.time_scale.filter(|scale| *scale > 0.0) {
        profile.time_scale = scale;
        // A delay in real time is longer in ASL time.
        let longer = |span: Millis| (span as f64 * scale.max(1.0)) as Millis;
        let policy = &mut profile.policy;
        policy.liveness_grace = longer(policy.liveness_grace);
        policy.timing = policy.timing.map(|timing| TimingCompare {
            early: longer(timing.early),
            late: longer(timing.late),
            handover: longer(timing.handover),
        });
    }
    profile
}

fn everything() -> Capabilities {
    Capabilities {
        runs: true,
        lacks: FeatureSet::EMPTY,
        api: true,
        history: true,
        activities: true,
        queues: true,
        validation: true,
        express: true,
        lacking_calls: Vec::new(),
        any_role: true,
    }
}

/// An engine about which nothing is known except that it has the Step Functions API. It is judged as
/// strictly as AWS itself.
fn generic(name: &str) -> Behind {
    let profile = EngineProfile {
        name: name.to_owned(),
        capabilities: everything(),
        policy: Policy {
            cause: CauseCompare::Exact,
            history: HistoryCompare::Details,
            timing: Some(TimingCompare::TOLERANT),
            liveness_grace: 10_000,
            relaxed: false,
            exact_clock: false,
        },
        jobs: 8,
        time_scale: 1.0,
        setup: &[],
        dropped: Vec::new(),
    };
    (profile, Traits::default())
}
