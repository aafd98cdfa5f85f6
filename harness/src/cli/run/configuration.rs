//! What a run is: what must be the same when it is resumed.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Run;
use crate::{
    cli::{Failure, drawing::Drawn, generate::random_seed, target::Target},
    drive::{Limit, Shard},
    store::{RunRecord, Store, StoreError},
};

/// How many cases a run has that is told no limit.
const CASES: u64 = 1_000;

/// What a run is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Configuration {
    pub target: Engine,
    pub limit: Limit,
    pub seed: u64,
    #[serde(flatten)]
    pub drawn: Drawn,
    pub shard: Shard,
    pub ledger: Option<PathBuf>,
}

/// Which engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Engine {
    engine: Option<String>,
    endpoint: Option<String>,
    time_scale: Option<f64>,
    fault: Option<String>,
}

impl Engine {
    /// Whether it is told to break a rule.
    pub(super) fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    pub(super) fn into_target(self) -> Target {
        Target {
            engine: self.engine,
            endpoint: self.endpoint,
            time_scale: self.time_scale,
            fault: self.fault,
        }
    }
}

impl Configuration {
    pub(super) fn encode(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    pub(super) fn decode(store: &Store) -> Result<Self, Failure> {
        serde_json::from_value(store.run().configuration.clone()).map_err(|error| {
            let corrupt = StoreError::Corrupt {
                path: store.directory().to_owned(),
                reason: format!("its configuration: {error}"),
            };
            corrupt.into()
        })
    }

    /// How many cases this process is to run; `None` if time decides.
    pub(super) fn planned(&self) -> Option<u64> {
        match self.limit {
            Limit::Cases(cases) => Some(self.shard.share_of(cases)),
            Limit::Time(_) => None,
        }
    }
}

impl Run {
    /// The configuration of a new run.
    pub(super) fn configuration(&self) -> Configuration {
        let target = self.target.clone();
        Configuration {
            target: Engine {
                engine: target.engine,
                endpoint: target.endpoint,
                time_scale: target.time_scale,
                fault: target.fault,
            },
            limit: self.limit().unwrap_or(Limit::Cases(CASES)),
            seed: self.seed.unwrap_or_else(random_seed),
            drawn: self.drawing.drawn(),
            shard: self.shard.unwrap_or(Shard::WHOLE),
            ledger: self.ledger.clone(),
        }
    }

    fn limit(&self) -> Option<Limit> {
        let cases = self.cases.map(Limit::Cases);
        cases.or_else(|| self.time.map(Limit::Time))
    }

    /// What is given beside `--resume` must be what the run was begun with.
    pub(super) fn same_as(&self, stored: &Configuration) -> Result<(), Failure> {
        let (asked, begun) = (&self.target, stored.target.clone().into_target());
        let engine = asked.engine.is_some() && asked.name() != begun.name();
        let checks = [
            ("--engine", engine),
            (
                "--endpoint",
                other(asked.endpoint.as_ref(), begun.endpoint.as_ref()),
            ),
            (
                "--time-scale",
                other(asked.time_scale.as_ref(), begun.time_scale.as_ref()),
            ),
            ("--fault", other(asked.fault.as_ref(), begun.fault.as_ref())),
            ("--seed", other(self.seed.as_ref(), Some(&stored.seed))),
            ("--shard", other(self.shard.as_ref(), Some(&stored.shard))),
            (
                "--ledger",
                other(self.ledger.as_ref(), stored.ledger.as_ref()),
            ),
            (
                "--cases or --time",
                other(self.limit().as_ref(), Some(&stored.limit)),
            ),
        ];
        let differing = checks.iter().find(|(_, differs)| *differs);
        let option = differing.map(|(option, _)| *option);
        match option.or_else(|| self.drawing.contradicts(&stored.drawn)) {
            None => Ok(()),
            Some(option) => Err(Failure::usage(
                format!("resume the run: it was begun with another {option}"),
                "leave the options out: a resumed run has those it was begun with",
            )),
        }
    }
}

/// Whether a value is given and is not the one stored.
fn other<T: PartialEq>(given: Option<&T>, stored: Option<&T>) -> bool {
    given.is_some() && given != stored
}

/// A run goes on only with what it was begun with: other versions would draw other cases, or judge
/// another engine.
pub(super) fn same_versions(run: &RunRecord, engine_version: &str) -> Result<(), Failure> {
    let checks = [
        (
            "stepproof",
            run.stepproof.as_str(),
            env!("CARGO_PKG_VERSION"),
        ),
        (
            "the generators",
            run.generator.as_str(),
            stepproof_generators::GENERATOR_VERSION,
        ),
        ("the engine", run.engine_version.as_str(), engine_version),
    ];
    match checks.iter().find(|(_, then, now)| then != now) {
        None => Ok(()),
        Some((what, then, now)) => Err(Failure::usage(
            format!(
                "resume the run: it was begun with version {then} of {what}, and this is {now}"
            ),
            "begin a new run",
        )),
    }
}
