//! The embedded engine: a server in this process, driven through the SDK like any other.

use stepproof_specs::{deviation::Deviations, scenario::case::DefinitionCase};
use tokio::sync::OnceCell;

use super::{Adapter, Choice, Home, chosen, everything};
use crate::{
    client::sdk::{Account, Api, Patience},
    engines::{
        Boxed, Engine, EngineProfile,
        embedded::{Server, Speed},
        remote::{Remote, Traits},
    },
    job::{Calls, Job},
    judge::policy::{CauseCompare, HistoryCompare, Policy, TimingCompare},
    raw::RawRun,
    trouble::Trouble,
};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "embedded",
    about: "The reference behind a real HTTP endpoint, in virtual time: proves the harness.",
    home: Home::BuiltIn,
    profile,
    open: |choice, run| Box::pin(async { Ok(Box::new(Embedded::start(choice, run).await?) as _) }),
};

fn profile() -> EngineProfile {
    EngineProfile {
        name: ADAPTER.name.to_owned(),
        capabilities: everything(),
        policy: Policy {
            cause: CauseCompare::Exact,
            history: HistoryCompare::Details,
            timing: Some(TimingCompare::EXACT),
            liveness_grace: 60_000,
            relaxed: false,
            exact_clock: true,
        },
        jobs: 2 * std::thread::available_parallelism().map_or(1, usize::from),
        time_scale: 1.0,
        setup: &[],
        dropped: Vec::new(),
    }
}

/// The embedded engine: a server in this process, driven through the SDK like any other. Calls to the service
/// go to another one, because they share one time, which nobody makes jump.
#[derive(Debug)]
pub struct Embedded {
    engine: Remote,
    server: Server,
    deviations: Deviations,
    run: String,
    /// The engine that calls are made on, once there are some.
    called: OnceCell<(Remote, Server)>,
}

impl Embedded {
    /// Starts the server on a free port of the loopback interface.
    pub async fn start(choice: &Choice, run: &str) -> Result<Self, Trouble> {
        let deviations = choice.deviations.clone().unwrap_or_default();
        let server = started(Speed::Virtual, deviations.clone()).await?;
        let traits = Traits {
            purges_queues: true,
            ..Traits::default()
        };
        let api = Api::plain(&server.endpoint(), &Account::default(), Patience::default());
        let engine = Remote::new(api, server.clock(), chosen(profile(), choice), traits, run);
        Ok(Self {
            engine,
            server,
            deviations,
            run: run.to_owned(),
            called: OnceCell::new(),
        })
    }

    async fn start_for_calls(&self) -> Result<(Remote, Server), Trouble> {
        let server = started(Speed::Scaled(1.0), self.deviations.clone()).await?;
        let api = Api::plain(&server.endpoint(), &Account::default(), Patience::default());
        let profile = self.engine.profile().clone();
        let engine = Remote::new(api, server.clock(), profile, Traits::default(), &self.run);
        Ok((engine, server))
    }

    /// The address of the server.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }
}

/// A server on a free port.
async fn started(speed: Speed, deviations: Deviations) -> Result<Server, Trouble> {
    let started = Server::start(0, speed, deviations).await;
    started.map_err(|error| Trouble::Start {
        engine: ADAPTER.name.to_owned(),
        reason: error.to_string(),
    })
}

impl Engine for Embedded {
    fn profile(&self) -> &EngineProfile {
        self.engine.profile()
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        self.engine.run(job)
    }

    fn define<'a>(&'a self, case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        self.engine.define(case)
    }

    fn call<'a>(&'a self, job: &'a Calls) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async {
            let called = self.called.get_or_try_init(|| self.start_for_calls());
            called.await?.0.call(job).await
        })
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
