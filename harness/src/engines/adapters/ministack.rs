//! ministack.

use std::{path::Path, time::Duration};

use super::{Adapter, Behind, Home, generic, local};
use crate::{
    engines::{process::Program, remote::Version},
    judge::policy::{CauseCompare, HistoryCompare},
    workers::slot::Polling,
};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "ministack",
    about: "ministack, running at port 4666 or installed under the engines' home.",
    home: Home::Program(&PROGRAM),
    profile: || behind().0,
    open: |choice, run| Box::pin(local::open(&PROGRAM, choice, run, behind())),
};

/// ministack's history omits what happens inside Parallel and Map, and links no event to its
/// predecessor, so the history is not judged. Its messages are its own.
fn behind() -> Behind {
    let (mut profile, mut traits) = generic(ADAPTER.name);
    profile.policy.history = HistoryCompare::Ignore;
    profile.policy.cause = CauseCompare::Given;
    profile.jobs = 12;
    traits.polling = Polling {
        pollers: 3,
        period: Duration::from_millis(500),
    };
    traits.version = Version::Told {
        path: "/_ministack/health",
        pointer: "/version",
    };
    traits.shortest_pause = Duration::from_millis(5);
    (profile, traits)
}

static PROGRAM: Program = Program {
    name: "ministack",
    port: 4666,
    endpoint: "STEPPROOF_MINISTACK_ENDPOINT",
    health: "/_ministack/health",
    command: &["ministack"],
    environment,
    is_bounded: true,
    package: "ministack",
    install: "python3 -m venv DIR/venv && DIR/venv/bin/pip install ministack",
};

fn environment(port: u16, data: &Path) -> Vec<(&'static str, String)> {
    let at = |name: &str| data.join(name).display().to_string();
    vec![
        ("BIND_HOST", "127.0.0.1".to_owned()),
        ("MINISTACK_HOST", "127.0.0.1".to_owned()),
        ("GATEWAY_PORT", port.to_string()),
        ("STATE_DIR", at("state")),
        ("S3_DATA_DIR", at("s3")),
        ("TMPDIR", at("tmp")),
        ("LAMBDA_EXECUTOR", "local".to_owned()),
    ]
}
