//! moto's server.

use std::{path::Path, time::Duration};

use stepproof_generators::{Feature, FeatureSet};

use super::{Adapter, Behind, Choice, Home, Opened, generic, local};
use crate::{
    client::http,
    engines::{
        SetupCall,
        process::{self, Program},
        remote::Version,
    },
    judge::policy::{CauseCompare, HistoryCompare},
    trouble::Trouble,
};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "moto",
    about: "moto's server, running at port 5566 or installed under the engines' home.",
    home: Home::Program(&PROGRAM),
    profile: || behind().0,
    open: |choice, run| Box::pin(open(choice, run)),
};

/// moto has activities, but no worker can take a task from one. It runs no state in JSONata. Its messages, and the kinds of its
/// events, are its own.
fn behind() -> Behind {
    let (mut profile, mut traits) = generic(ADAPTER.name);
    profile.capabilities.activities = false;
    profile.capabilities.validation = false;
    profile.capabilities.express = false;
    profile.capabilities.lacks = FeatureSet::of(&[Feature::Jsonata, Feature::JsonataLibrary]);
    profile.policy.history = HistoryCompare::Path;
    profile.policy.cause = CauseCompare::Given;
    profile.setup = &[SETUP];
    traits.version = Version::Installed;
    traits.shortest_pause = Duration::from_millis(5);
    (profile, traits)
}

/// The path at which moto is configured.
const CONFIG: &str = "/moto-api/config";

/// Moto does not run executions by default.
const SETUP: SetupCall = SetupCall {
    path: CONFIG,
    body: r#"{"stepfunctions": {"execute_state_machine": true}}"#,
};

/// Opens moto and configures it to run executions, which it does not do by default.
async fn open(choice: &Choice, run: &str) -> Opened {
    let found = process::find(&PROGRAM, choice.endpoint.as_deref()).await?;
    if choice.only_asked {
        return local::reach((&PROGRAM, found), choice, run, behind()).await;
    }
    let config = serde_json::from_str(SETUP.body).unwrap_or_default();
    let told = http::post_json(&found.endpoint, SETUP.path, &config).await;
    if told.is_none() {
        return Err(Trouble::Unreachable {
            endpoint: found.endpoint,
            reason: format!("it does not answer at {CONFIG}"),
        });
    }
    local::reach((&PROGRAM, found), choice, run, behind()).await
}

static PROGRAM: Program = Program {
    name: "moto",
    port: 5566,
    endpoint: "STEPPROOF_MOTO_ENDPOINT",
    health: CONFIG,
    command: &["moto_server", "-H", "127.0.0.1"],
    environment,
    is_bounded: true,
    package: "moto",
    install: "python3 -m venv DIR/venv && DIR/venv/bin/pip install 'moto[server,stepfunctions]'",
};

fn environment(port: u16, data: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("MOTO_PORT", port.to_string()),
        ("TMPDIR", data.join("tmp").display().to_string()),
    ]
}
