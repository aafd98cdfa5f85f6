//! The engines by name, and what each can do and may be judged by.

use std::time::Duration;

use stepproof_specs::service::Rewrite;

use super::{
    Boxed, Capabilities, CauseCompare, Engine, EngineProfile, HistoryCompare, Job, Policy,
    TimingCompare, Trouble,
    clock::Clock,
    embedded::{Server, Speed},
    process,
    reference::Reference,
    remote::{Remote, Traits},
    sdk::{Account, Api, Patience},
};
use crate::{effects::slot::Polling, raw::RawRun};

/// Which engine, and how it is reached.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Its name, one of [`known`]; if absent, `embedded`, or `endpoint` if there is one.
    pub name: Option<String>,
    /// Where it listens; if absent, where it listens by default, or it is started.
    pub endpoint: Option<String>,
    /// Seconds of ASL time in one real second, if the endpoint runs faster or slower.
    pub time_scale: Option<f64>,
    /// How many cases it runs at once.
    pub jobs: Option<usize>,
    /// The rule that the embedded engine is to break.
    pub rewrite: Rewrite,
}

/// An engine that can be chosen by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
}

/// The engines that can be chosen by name.
pub fn known() -> &'static [Known] {
    &[
        Known {
            name: "embedded",
            about: "The reference behind a real HTTP endpoint, in virtual time: proves the harness.",
        },
        Known {
            name: "reference",
            about: "The reference in process: checks the generator and the interpreter.",
        },
        Known {
            name: "localstack",
            about: "LocalStack, running at port 4566 or installed under the engines' home.",
        },
        Known {
            name: "ministack",
            about: "ministack, running at port 4666 or installed under the engines' home.",
        },
        #[cfg(feature = "aws")]
        Known {
            name: "aws",
            about: "AWS Step Functions itself, by the credentials of the environment.",
        },
        Known {
            name: "endpoint",
            about: "Anything else that speaks the Step Functions API.",
        },
    ]
}

/// Opens an engine; `run` tells the names of this run from those of others.
pub async fn open(choice: &Choice, run: &str) -> Result<Box<dyn Engine>, Trouble> {
    let name = match (&choice.name, &choice.endpoint) {
        (Some(name), _) => name.as_str(),
        (None, Some(_)) => "endpoint",
        (None, None) => "embedded",
    };
    match name {
        "embedded" => Ok(Box::new(Embedded::start(choice, run).await?)),
        "reference" => Ok(Box::new(Reference::default())),
        "localstack" => local(&process::LOCALSTACK, choice, run, localstack()).await,
        "ministack" => local(&process::MINISTACK, choice, run, ministack()).await,
        #[cfg(feature = "aws")]
        "aws" => Ok(Box::new(cloud(choice, run).await?)),
        "endpoint" => {
            let endpoint = choice.endpoint.as_deref().ok_or_else(|| Trouble::Start {
                engine: name.to_owned(),
                reason: "name its address with --endpoint".to_owned(),
            })?;
            let engine = remote(endpoint, choice, run, generic());
            engine.warm_up().await?;
            Ok(Box::new(engine))
        }
        other => Err(Trouble::Start {
            engine: other.to_owned(),
            reason: format!("there is no such engine; there are {}", names()),
        }),
    }
}

fn names() -> String {
    let names: Vec<&str> = known().iter().map(|known| known.name).collect();
    names.join(", ")
}

/// A profile and traits, before the choice is heard.
type Adapter = (EngineProfile, Traits);

fn remote(endpoint: &str, choice: &Choice, run: &str, (profile, traits): Adapter) -> Remote {
    let profile = chosen(profile, choice);
    let api = Api::plain(endpoint, &Account::default(), Patience::default());
    let clock = Clock::Real(profile.time_scale);
    Remote::new(api, clock, profile, traits, run)
}

/// A profile with what the choice says otherwise.
pub(super) fn chosen(mut profile: EngineProfile, choice: &Choice) -> EngineProfile {
    if let Some(jobs) = choice.jobs {
        profile.jobs = jobs.max(1);
    }
    if let Some(scale) = choice.time_scale.filter(|scale| *scale > 0.0) {
        profile.time_scale = scale;
    }
    profile
}

/// The profile of an engine by name, without opening it.
pub fn profile(name: &str) -> Option<EngineProfile> {
    match name {
        "embedded" => Some(embedded().0),
        "reference" => Some(Reference::default().profile().clone()),
        "localstack" => Some(localstack().0),
        "ministack" => Some(ministack().0),
        "endpoint" => Some(generic().0),
        #[cfg(feature = "aws")]
        "aws" => Some(aws().0),
        _ => None,
    }
}

fn everything() -> Capabilities {
    Capabilities {
        lacks: Vec::new(),
        history: true,
        activities: true,
        validation: true,
        express: false,
    }
}

/// An engine of which nothing is known.
fn generic() -> Adapter {
    let profile = EngineProfile {
        name: "endpoint".to_owned(),
        capabilities: everything(),
        policy: Policy {
            cause: CauseCompare::Given,
            history: HistoryCompare::Path,
            timing: Some(TimingCompare {
                early: 100,
                late: 1_500,
            }),
            liveness_grace: 10_000,
        },
        jobs: 8,
        time_scale: 1.0,
    };
    (profile, Traits::default())
}

/// LocalStack is held against recordings of AWS by its own tests, so it is judged by the letter.
fn localstack() -> Adapter {
    let (mut profile, mut traits) = generic();
    "localstack".clone_into(&mut profile.name);
    profile.policy.cause = CauseCompare::Exact;
    profile.policy.history = HistoryCompare::Kinds;
    profile.jobs = 12;
    traits.polling = Polling {
        pollers: 4,
        period: Duration::from_secs(1),
    };
    traits.version = Some(("/_localstack/info", "/version"));
    traits.shortest_pause = Duration::from_millis(10);
    (profile, traits)
}

/// ministack's history leaves out what happens inside Parallel and Map, and links no event to the
/// one before it: nothing can be told from it.
fn ministack() -> Adapter {
    let (mut profile, mut traits) = generic();
    "ministack".clone_into(&mut profile.name);
    profile.policy.history = HistoryCompare::Ignore;
    profile.jobs = 12;
    traits.polling = Polling {
        pollers: 3,
        period: Duration::from_millis(500),
    };
    traits.version = Some(("/_ministack/health", "/version"));
    traits.shortest_pause = Duration::from_millis(5);
    (profile, traits)
}

/// AWS itself. Its calls are counted and cost money: few cases at once, few looks at each.
#[cfg(feature = "aws")]
async fn cloud(choice: &Choice, run: &str) -> Result<Remote, Trouble> {
    let said = std::env::var("STEPPROOF_ROLE_ARN").ok();
    let said = said.filter(|role| !role.is_empty());
    let role = said.ok_or_else(|| Trouble::Start {
        engine: "aws".to_owned(),
        reason: "machines need a role; name its ARN in STEPPROOF_ROLE_ARN".to_owned(),
    })?;
    let (profile, mut traits) = aws();
    traits.role = role;
    let profile = chosen(profile, choice);
    let api = Api::cloud(Patience::default()).await?;
    let clock = Clock::Real(profile.time_scale);
    Ok(Remote::new(api, clock, profile, traits, run))
}

#[cfg(feature = "aws")]
fn aws() -> Adapter {
    let (mut profile, mut traits) = generic();
    "aws".clone_into(&mut profile.name);
    profile.policy.cause = CauseCompare::Exact;
    profile.policy.history = HistoryCompare::Details;
    profile.jobs = 4;
    // `DescribeExecution` refills 15 a second.
    traits.shortest_pause = Duration::from_millis(500);
    (profile, traits)
}

/// An engine on this machine: where the choice says, where it listens by default, or started.
async fn local(
    program: &'static process::Program,
    choice: &Choice,
    run: &str,
    adapter: Adapter,
) -> Result<Box<dyn Engine>, Trouble> {
    let found = process::find(program, choice.endpoint.as_deref()).await?;
    let engine = remote(&found.endpoint, choice, run, adapter);
    engine.warm_up().await?;
    Ok(Box::new(Local {
        engine,
        process: found.process,
    }))
}

/// An engine together with its process, if the harness started it.
#[derive(Debug)]
struct Local {
    engine: Remote,
    #[expect(dead_code, reason = "kept so that the process ends with the engine")]
    process: Option<process::Process>,
}

impl Engine for Local {
    fn profile(&self) -> &EngineProfile {
        self.engine.profile()
    }

    fn endpoint(&self) -> Option<&str> {
        self.engine.endpoint()
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        self.engine.run(job)
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        self.engine.probe()
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        self.engine.clean()
    }
}

fn embedded() -> Adapter {
    let profile = EngineProfile {
        name: "embedded".to_owned(),
        capabilities: everything(),
        policy: Policy {
            cause: CauseCompare::Exact,
            history: HistoryCompare::Details,
            timing: Some(TimingCompare { early: 0, late: 0 }),
            liveness_grace: 60_000,
        },
        jobs: 2 * std::thread::available_parallelism().map_or(1, usize::from),
        time_scale: 1.0,
    };
    let traits = Traits {
        purges_queues: true,
        ..Traits::default()
    };
    (profile, traits)
}

/// The embedded engine: a server in this process, driven through the SDK like any other.
#[derive(Debug)]
pub struct Embedded {
    engine: Remote,
    server: Server,
}

impl Embedded {
    /// Starts it on a free port of the loopback interface.
    pub async fn start(choice: &Choice, run: &str) -> Result<Self, Trouble> {
        let started = Server::start(0, Speed::Virtual, choice.rewrite.clone()).await;
        let server = started.map_err(|error| Trouble::Start {
            engine: "embedded".to_owned(),
            reason: error.to_string(),
        })?;
        let (profile, traits) = embedded();
        let api = Api::plain(&server.endpoint(), &Account::default(), Patience::default());
        let clock = Clock::Virtual(server.core().clone());
        let engine = Remote::new(api, clock, chosen(profile, choice), traits, run);
        Ok(Self { engine, server })
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }
}

impl Engine for Embedded {
    fn profile(&self) -> &EngineProfile {
        self.engine.profile()
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        self.engine.run(job)
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(async {
            self.engine.probe().await?;
            Ok(env!("CARGO_PKG_VERSION").to_owned())
        })
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        self.engine.clean()
    }
}
