//! aws-local-stepfunctions: a library for Node.js, run in its own process.

use std::time::Duration;

use stepproof_generators::{Feature, FeatureSet};

use super::{
    Adapter, Choice, Home, Opened, chosen, everything,
    package::{Package, Registry},
};
use crate::{
    engines::{EngineProfile, library::Library},
    judge::policy::{CauseCompare, HistoryCompare, Policy},
    trouble::Trouble,
};

pub(super) const ADAPTER: Adapter = Adapter {
    name: PACKAGE.name,
    about: "The npm package of this name, installed under the engines' home; needs Node.js 22.",
    home: Home::Package(|| PACKAGE.presence()),
    profile,
    open: |choice, _| Box::pin(open(choice)),
};

/// The library has no service around it: no names, no times that could be judged, and no history
/// except a log of states. Inner scopes are logged late, and not at all if the execution ends
/// first, so the log is used to locate a difference and is not judged. Machines are not validated,
/// because that would take longer than running them. The context object contains the input, the
/// item and what the harness passes in, but nothing about the state. States in JSONata are not known.
fn profile() -> EngineProfile {
    let mut capabilities = everything();
    capabilities.api = false;
    capabilities.validation = false;
    capabilities.express = false;
    capabilities.queues = false;
    capabilities.lacks = FeatureSet::of(&[
        Feature::ContextPaths,
        Feature::Heartbeats,
        Feature::MachineTimeout,
        Feature::Jsonata,
        Feature::JsonataLibrary,
    ]);
    EngineProfile {
        name: PACKAGE.name.to_owned(),
        capabilities,
        policy: Policy {
            cause: CauseCompare::Given,
            history: HistoryCompare::Ignore,
            timing: None,
            liveness_grace: 10_000,
            relaxed: false,
            exact_clock: false,
        },
        jobs: 64,
        time_scale: 1_000_000.0,
        setup: &[],
        dropped: Vec::new(),
    }
}

async fn open(choice: &Choice) -> Opened {
    let program = PACKAGE.program().map_err(|reason| Trouble::Start {
        engine: PACKAGE.name.to_owned(),
        reason,
    })?;
    let library = Library::start(&program, chosen(profile(), choice)).await?;
    Ok(Box::new(library))
}

const PACKAGE: Package = Package {
    name: "aws-local-stepfunctions",
    from: Registry::Npm { beside: "node@22" },
    script: include_str!("../library/aws_local_stepfunctions.mjs"),
    patience: Duration::from_secs(10),
};
