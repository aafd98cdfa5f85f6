//! `stepproof pace`.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use serde_json::json;
use stepproof_specs::deviation::Deviations;

use super::{
    Failure, Status,
    drawing::Drawing,
    faults,
    generate::random_seed,
    output::{Format, Output},
    target::{self, Target},
};
use crate::{
    engines::embedded::{Server, Speed},
    pace::{PaceError, drawable, measure},
    report::plural,
    run::{
        Context, Stop,
        judging::{Compared, Generated},
    },
    zoo::Deviant,
};

/// Measures the harness's overhead: its cases per second beside a plain load generator's.
///
/// Both drive the same machines in turn, with the same concurrency. The load generator creates,
/// starts, polls and deletes; the harness also draws, simulates, reads histories and compares. The
/// machines have no tasks and never wait.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof pace
  stepproof pace --engine localstack
  stepproof pace --endpoint http://127.0.0.1:4566 --cases 1000 --jobs 8")]
pub(super) struct Pace {
    #[command(flatten)]
    target: Target,
    /// How many cases each of the two drives.
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = super::input::count)]
    cases: u64,
    /// The seed from which every case is drawn [default: random, and printed].
    #[arg(long, value_parser = super::target::seed)]
    seed: Option<u64>,
    #[command(flatten)]
    drawing: Drawing,
    /// How many cases to run at once [default: the engine's own].
    #[arg(long, value_name = "J", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Pace {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        super::runtime()?.block_on(self.measure())
    }

    async fn measure(self) -> Result<Status, Failure> {
        let profile = drawable(self.drawing.drawn().profile()?);
        let own = self.served().await?;
        let target = match &own {
            Some(server) => Target {
                endpoint: Some(server.endpoint()),
                judging: self.target.judging,
                ..Target::default()
            },
            None => self.target.clone(),
        };
        let (engine, mut version) = target.reach_alone().await?;
        if own.is_some() {
            env!("CARGO_PKG_VERSION").clone_into(&mut version);
        }
        let endpoint = engine.endpoint().map(str::to_owned).ok_or_else(|| {
            Failure::usage(
                format!("load {}: it is not reached over HTTP", target.name()),
                "leave --engine out to load the embedded engine, or name another one",
            )
        })?;
        let seed = self.seed.unwrap_or_else(random_seed);
        let jobs = self.jobs.map_or(engine.profile().jobs, usize::from);
        let judge = Compared {
            engine: engine.profile().clone(),
            engine_version: version.clone(),
            options: target.options(),
            endpoint: None,
            ledger: None,
            directory: PathBuf::new(),
        };
        let context = Arc::new(Context {
            source: Arc::new(Generated::new(profile, seed, engine.profile())),
            judge: Arc::new(judge),
            engine: Arc::clone(&engine),
            stop: Stop::default(),
        });
        let measured = measure(&context, &endpoint, jobs, self.cases).await;
        engine.clean().await?;
        let paces = measured.map_err(|error| match error {
            PaceError::Trouble(trouble) => trouble.into(),
            PaceError::Prepare(error) => Failure::internal(error.to_string()),
        })?;
        let rate = |taken: std::time::Duration| paces.cases as f64 / taken.as_secs_f64();
        let (plain, harness) = (rate(paces.plain), rate(paces.harness));
        let mut output = Output::new();
        match self.format {
            Format::Human => output.line(format_args!(
                "{} with seed {seed} on {} {version}, {jobs} at once: the load generator \
                 {plain:.1} cases/s, the harness {harness:.1} cases/s ({:.0} %)",
                plural(paces.cases, "case"),
                self.target.name(),
                paces.share() * 100.0
            ))?,
            Format::Json => output.json(&json!({
                "engine": self.target.name(),
                "engine_version": version,
                "seed": seed,
                "jobs": jobs,
                "cases": paces.cases,
                "plain_per_second": plain,
                "harness_per_second": harness,
                "share": paces.share(),
            }))?,
        }
        output.flush()?;
        if let Some(server) = own {
            let stopped = server.stop().await;
            stopped.map_err(|error| Failure::internal(format!("stop the server: {error}")))?;
        }
        Ok(Status::Success)
    }

    /// The embedded engine at an address of its own, if it is the one to be measured: what a load
    /// generator drives must keep the time of the machine.
    async fn served(&self) -> Result<Option<Server>, Failure> {
        if self.target.name() != target::DEFAULT {
            return Ok(None);
        }
        let fault = self
            .target
            .fault
            .as_deref()
            .map(faults::named)
            .transpose()?;
        let deviations = fault.map_or_else(Deviations::default, Deviant::deviations);
        let started = Server::start(0, Speed::Scaled(1.0), deviations).await;
        let failed = |error| Failure::internal(format!("serve the embedded engine: {error}"));
        started.map(Some).map_err(failed)
    }
}
