//! LocalStack.

use std::{path::Path, time::Duration};

use super::{Adapter, Behind, Home, generic, local};
use crate::{
    engines::{process::Program, remote::Version},
    judge::policy::HistoryCompare,
    workers::slot::Polling,
};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "localstack",
    about: "LocalStack, running at port 4566 or installed under the engines' home.",
    home: Home::Program(&PROGRAM),
    profile: || behind().0,
    open: |choice, run| Box::pin(local::open(&PROGRAM, choice, run, behind())),
};

/// LocalStack's own tests compare it with recordings of AWS, so it is judged strictly, except for the
/// details of events.
fn behind() -> Behind {
    let (mut profile, mut traits) = generic(ADAPTER.name);
    profile.policy.history = HistoryCompare::Kinds;
    profile.jobs = 12;
    traits.polling = Polling {
        pollers: 4,
        period: Duration::from_secs(1),
    };
    traits.version = Version::Told {
        path: "/_localstack/info",
        pointer: "/version",
    };
    traits.shortest_pause = Duration::from_millis(10);
    (profile, traits)
}

static PROGRAM: Program = Program {
    name: "localstack",
    port: 4566,
    endpoint: "STEPPROOF_LOCALSTACK_ENDPOINT",
    health: "/_localstack/health",
    command: &["python", "-c", ON_LOOPBACK],
    environment,
    is_bounded: false,
    package: "localstack-core",
    install: "python3.13 -m venv DIR/venv && DIR/venv/bin/pip install 'localstack-core[runtime]' \
              'cbor2<6' 'pyopenssl<26' 'localstack-twisted<26'",
};

/// Makes LocalStack listen on the loopback interface only: by itself it listens on every interface,
/// whatever `GATEWAY_LISTEN` says. Nothing else is changed.
const ON_LOOPBACK: &str = "
from twisted.internet import endpoints
class Loopback(endpoints.TCP4ServerEndpoint):
    def __init__(self, reactor, port, backlog=50, interface=''):
        super().__init__(reactor, port, backlog, interface or '127.0.0.1')
endpoints.TCP4ServerEndpoint = Loopback
from localstack.runtime.main import main
main()
";

fn environment(port: u16, data: &Path) -> Vec<(&'static str, String)> {
    let at = |name: &str| data.join(name).display().to_string();
    vec![
        ("GATEWAY_LISTEN", format!("127.0.0.1:{port}")),
        ("LOCALSTACK_HOST", format!("127.0.0.1:{port}")),
        ("LOCALSTACK_VOLUME_DIR", at("volume")),
        ("FILESYSTEM_ROOT", at("files")),
        ("CONFIG_DIR", at("config")),
        ("TMPDIR", at("tmp")),
        ("OVERRIDE_IN_DOCKER", "0".to_owned()),
        ("ACTIVATE_PRO", "0".to_owned()),
        ("DISABLE_EVENTS", "1".to_owned()),
        ("SKIP_SSL_CERT_DOWNLOAD", "1".to_owned()),
        ("SKIP_INFRA_DOWNLOADS", "1".to_owned()),
        ("DNS_ADDRESS", "0".to_owned()),
        ("EAGER_SERVICE_LOADING", "0".to_owned()),
        ("PERSISTENCE", "0".to_owned()),
    ]
}
