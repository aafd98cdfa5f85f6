//! Engines on this machine: at the address that the user gives, at their default address, or
//! started.

use stepproof_specs::scenario::case::DefinitionCase;

use super::{Behind, Choice, Opened, remote};
use crate::{
    engines::{
        Boxed, Engine, EngineProfile,
        process::{self, Found, Program},
        remote::{Remote, Version},
    },
    job::{Calls, Job},
    raw::RawRun,
    trouble::Trouble,
};

/// Finds or starts an engine and warms it up.
pub(super) async fn open(
    program: &'static Program,
    choice: &Choice,
    run: &str,
    behind: Behind,
) -> Opened {
    let found = process::find(program, choice.endpoint.as_deref()).await?;
    reach((program, found), choice, run, behind).await
}

/// Warms up an engine that was found.
pub(super) async fn reach(
    (program, found): (&'static Program, Found),
    choice: &Choice,
    run: &str,
    (profile, mut traits): Behind,
) -> Opened {
    if traits.version == Version::Installed && found.process.is_some() {
        let installed = process::version(program).await;
        let unread = Version::Unknown("the metadata of its package cannot be read");
        traits.version = installed.map_or(unread, Version::Known);
    }
    let mut engine = remote(&found.endpoint, choice, run, (profile, traits));
    if !choice.only_asked {
        engine.warm_up().await?;
        if choice.calls {
            engine.try_operations().await;
        }
    }
    Ok(Box::new(Local {
        engine,
        process: found.process,
    }))
}

/// An engine, with its process if the harness started it.
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

    fn define<'a>(&'a self, case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        self.engine.define(case)
    }

    fn call<'a>(&'a self, job: &'a Calls) -> Boxed<'a, Result<RawRun, Trouble>> {
        self.engine.call(job)
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        self.engine.probe()
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        self.engine.clean()
    }
}
