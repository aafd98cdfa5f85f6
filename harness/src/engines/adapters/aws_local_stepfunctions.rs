//! aws-local-stepfunctions: a library for Node.js, run in its own process.

use std::{path::PathBuf, time::Duration};

use stepproof_generators::{Feature, FeatureSet};

use super::{Adapter, Choice, Home, Opened, chosen, everything};
use crate::{
    engines::{
        EngineProfile,
        library::{Library, Program},
        process::{Presence, home},
    },
    judge::policy::{CauseCompare, HistoryCompare, Policy},
    trouble::Trouble,
};

const NAME: &str = "aws-local-stepfunctions";

pub(super) const ADAPTER: Adapter = Adapter {
    name: NAME,
    about: "The npm package of this name, installed under the engines' home; needs Node.js 22.",
    home: Home::Package(presence),
    profile,
    open: |choice, _| Box::pin(open(choice)),
};

/// The library has no service around it: no names, no times that could be judged, and no history
/// except a log of states. Inner scopes are logged late, and not at all if the execution ends
/// first, so the log is used to locate a difference and is not judged. Machines are not validated,
/// because that would take longer than running them. The context object contains the input, the
/// item and what the harness passes in, but nothing about the state.
fn profile() -> EngineProfile {
    let mut capabilities = everything();
    capabilities.api = false;
    capabilities.validation = false;
    capabilities.lacks = FeatureSet::of(&[
        Feature::ContextPaths,
        Feature::Heartbeats,
        Feature::MachineTimeout,
    ]);
    EngineProfile {
        name: NAME.to_owned(),
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
    if !is_installed() {
        return Err(Trouble::Start {
            engine: NAME.to_owned(),
            reason: format!("it is not installed; install it: {}", install_command()),
        });
    }
    let program = Program {
        name: NAME,
        interpreter: interpreter(),
        arguments: &["--input-type=module", "-e"],
        directory: directory(),
        script: include_str!("../library/aws_local_stepfunctions.mjs"),
        patience: Duration::from_secs(10),
    };
    let library = Library::start(&program, chosen(profile(), choice)).await?;
    Ok(Box::new(library))
}

fn presence() -> Presence {
    if is_installed() {
        Presence::Installed(version())
    } else {
        Presence::Missing(install_command())
    }
}

/// The version in the package's manifest.
fn version() -> Option<String> {
    let manifest = directory().join("node_modules").join(NAME);
    let manifest = std::fs::read(manifest.join("package.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).ok()?;
    Some(manifest["version"].as_str()?.to_owned())
}

fn directory() -> PathBuf {
    home().join(NAME)
}

fn is_installed() -> bool {
    directory().join("node_modules").join(NAME).is_dir()
}

/// The Node.js installed beside the package, otherwise the one in the search path.
fn interpreter() -> PathBuf {
    let own = directory().join("node_modules/.bin/node");
    if own.exists() { own } else { "node".into() }
}

fn install_command() -> String {
    let directory = directory();
    format!(
        "npm install --prefix {} {NAME} node@22",
        directory.display()
    )
}
