//! `stepproof run`.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{
    Failure, Status,
    drawing::Drawing,
    generate::random_seed,
    session::{Mode, configuration::Configuration},
    target::{Target, parse_duration},
};
use crate::{
    run::{Limit, Shard},
    store::Store,
};

/// The number of cases of a run without `--cases` or `--time`.
const CASES: u64 = 1_000;

/// Runs random cases on an engine and reports every difference from the reference.
///
/// Every case is generated from the seed and its number, run on the engine, and compared with what
/// the reference expects. A new divergence is repeated, shrunk to a minimal case and written to the
/// run directory as files that replay it. A run that was stopped or killed continues with --resume.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof run
  stepproof run --cases 10000 --seed 7 --profile retry
  stepproof run --engine localstack --time 30m
  stepproof run --endpoint http://127.0.0.1:4566 --ledger known.toml
  stepproof run --shard 2/4 --seed 7 --cases 100000 --out shard-2
  stepproof run --resume runs/2026-11-22T08-00-00Z-localstack-7
  stepproof run --fault retry-budget

Ctrl-C ends the run after the cases that are under way, with its report and status 130 unless it
found something; a second one ends it at once.")]
pub(super) struct Run {
    #[command(flatten)]
    target: Target,
    /// How many cases to run [default: 1000].
    #[arg(long, value_name = "N", conflicts_with = "time", value_parser = super::input::count)]
    cases: Option<u64>,
    /// Run cases for this long, for example 90s, 30m, 8h.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    time: Option<Duration>,
    /// The seed from which every case is drawn [default: random, and printed].
    #[arg(long, value_parser = super::target::seed)]
    seed: Option<u64>,
    #[command(flatten)]
    drawing: Drawing,
    /// Run only the K-th of N parts of the cases; the parts need no coordination.
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Continue the run in this directory, with the options it was started with.
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    resume: Option<PathBuf>,
    #[command(flatten)]
    mode: Mode,
}

impl Run {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        super::runtime()?.block_on(self.run())
    }

    async fn run(self) -> Result<Status, Failure> {
        let begun = match &self.resume {
            Some(directory) => {
                let store = Store::open(directory)?;
                let configuration = Configuration::decode(&store)?;
                self.same_as(&configuration)?;
                self.mode.go_on(store, configuration).await?
            }
            None => {
                let configuration = self.configuration();
                configuration.drawn.profile()?;
                let (engine, version) = configuration.target().reach().await?;
                self.mode.begin(configuration, engine, version)?
            }
        };
        self.mode.conduct(begun, Vec::new()).await
    }

    /// The configuration of a new run.
    fn configuration(&self) -> Configuration {
        Configuration {
            shard: self.shard.unwrap_or(Shard::WHOLE),
            ledger: self.mode.ledger.clone(),
            ..Configuration::generated(
                self.target.clone(),
                self.drawing.drawn(),
                self.seed.unwrap_or_else(random_seed),
                self.limit().unwrap_or(Limit::Cases(CASES)),
            )
        }
    }

    fn limit(&self) -> Option<Limit> {
        let cases = self.cases.map(Limit::Cases);
        cases.or_else(|| self.time.map(Limit::Time))
    }

    /// Checks that options given with `--resume` are those the run was started with.
    fn same_as(&self, stored: &Configuration) -> Result<(), Failure> {
        let (asked, begun) = (&self.target, stored.target.clone().into_target());
        let (judging, as_begun) = (&asked.judging, &begun.judging);
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
            (
                "--history",
                other(judging.history.as_ref(), as_begun.history.as_ref()),
            ),
            (
                "--cause",
                other(judging.cause.as_ref(), as_begun.cause.as_ref()),
            ),
            (
                "--timing",
                other(judging.timing.as_ref(), as_begun.timing.as_ref()),
            ),
            (
                "--grace",
                other(judging.grace.as_ref(), as_begun.grace.as_ref()),
            ),
            ("--seed", other(self.seed.as_ref(), Some(&stored.seed))),
            ("--shard", other(self.shard.as_ref(), Some(&stored.shard))),
            (
                "--ledger",
                other(self.mode.ledger.as_ref(), stored.ledger.as_ref()),
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

/// Whether a value is given and differs from the stored one.
fn other<T: PartialEq>(given: Option<&T>, stored: Option<&T>) -> bool {
    given.is_some() && given != stored
}
