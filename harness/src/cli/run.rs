//! `stepproof run`.

mod configuration;
mod ledger;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use clap::Args;

use self::configuration::Configuration;
use super::{Failure, Status, clauses::Format, drawing::Drawing, output, signals, target::Target};
use crate::{
    drive::{Context, DriveError, Options, Shard, Stop, drive},
    engine::Engine,
    judging::{Compared, Generated},
    ledger::Ledger,
    report::{DEFAULT_UNSURE_SHARE, Event, Header, Lines, Reporter, Reporters, Terminal},
    shrink::Budget,
    store::{Keep, RunRecord, Store, default_directory},
};

/// Runs random cases on an engine and reports every way in which it differs from the reference.
///
/// Every case is generated from the seed and its number, run on the engine, and compared with what
/// the reference expects. A new divergence is repeated, shrunk to a minimal case and written to the
/// run directory as files that replay it. A run that was stopped or killed goes on with --resume.
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

Ctrl-C ends the run after the cases that are under way; a second one ends it at once.")]
pub(super) struct Run {
    #[command(flatten)]
    target: Target,
    /// How many cases [default: 1000].
    #[arg(long, value_name = "N", conflicts_with = "time")]
    cases: Option<u64>,
    /// As many cases as this time holds, for example 90s, 30m, 8h.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    time: Option<Duration>,
    /// The seed from which every case is drawn [default: random, and printed].
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    drawing: Drawing,
    /// How many cases run at once [default: the engine's own].
    #[arg(long, value_name = "J", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Run only the K-th of N parts of the cases; parts need no coordination.
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// The run directory [default: runs/DATE-TIME-ENGINE-SEED].
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    out: Option<PathBuf>,
    /// Go on with the run in this directory, with the options it was begun with.
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,
    /// The known divergences [default: snapshots/ledger/ENGINE.toml, if it is there].
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// How to report.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Which raw runs to keep.
    #[arg(long, value_enum, default_value = "interesting")]
    keep: Keep,
    /// The share of cases that may end without a verdict before the run is red.
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_UNSURE_SHARE)]
    max_unsure: f64,
    /// The most engine calls that a reduction may take.
    #[arg(long, value_name = "CALLS", default_value_t = 2_000)]
    shrink_calls: u64,
    /// The longest time that a reduction may take.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "5m")]
    shrink_time: Duration,
}

/// A run that is about to begin or to go on.
struct Begun {
    engine: Arc<dyn Engine>,
    engine_version: String,
    configuration: Configuration,
    ledger: Option<Ledger>,
    store: Store,
}

impl Run {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        super::runtime()?.block_on(self.run())
    }

    async fn run(self) -> Result<Status, Failure> {
        let mut begun = match &self.resume {
            Some(directory) => self.go_on(directory.clone()).await?,
            None => self.begin().await?,
        };
        let stop = Stop::default();
        signals::stop_on_interrupt(stop.clone(), STOPPING);
        let mut reporter = self.reporter();
        reporter.event(&Event::RunStarted(begun.header()));
        let judge = Arc::new(begun.judge());
        let context = Arc::new(Context {
            source: Arc::new(begun.source()?),
            judge: Arc::clone(&judge) as Arc<_>,
            engine: Arc::clone(&begun.engine),
            stop: stop.clone(),
        });
        let options = self.options(&begun);
        let directory = begun.store.directory().to_owned();
        let end = drive(Arc::clone(&context), options, begun.store, &mut reporter).await;
        let mut end = end.map_err(|DriveError::Store(error)| Failure::from(error))?;
        for fault in &end.faults {
            reporter.event(&Event::Warning(format!("internal error: {fault}")));
        }
        if end.unreachable.is_none() && !stop.is_asked() {
            end.summary.stale = ledger::check(&context, &judge, &mut reporter).await;
        }
        let unclean = begun.engine.clean().await.err();
        if let Some(trouble) = unclean.filter(|_| end.unreachable.is_none()) {
            let text = format!("the engine was not tidied up: failed to {trouble}");
            reporter.event(&Event::Warning(text));
        }
        if !end.finished {
            let text = format!(
                "the run is not finished; go on with: stepproof run --resume {}",
                directory.display()
            );
            reporter.event(&Event::Warning(text));
        }
        if let Some(trouble) = &end.unreachable {
            output::note(format_args!("error: failed to {trouble}"));
        }
        let status = end.summary.exit_status(self.max_unsure);
        reporter.event(&Event::RunFinished(Box::new(end.summary)));
        Ok(status)
    }

    /// Begins a run in a new directory.
    async fn begin(&self) -> Result<Begun, Failure> {
        let mut configuration = self.configuration();
        configuration.drawn.profile()?;
        let (engine, engine_version) = self.target.reach().await?;
        let ledger = self.ledger(&configuration, engine.as_ref())?;
        if let Some(ledger) = &ledger {
            configuration.drawn = configuration.drawn.rarely(ledger.avoid());
        }
        let directory = self
            .out
            .clone()
            .unwrap_or_else(|| default_directory(&engine.profile().name, configuration.seed));
        let record = RunRecord {
            started: jiff::Timestamp::now().to_string(),
            stepproof: env!("CARGO_PKG_VERSION").to_owned(),
            generator: stepproof_generators::GENERATOR_VERSION.to_owned(),
            engine: engine.profile().name.clone(),
            engine_version: engine_version.clone(),
            seed: configuration.seed,
            configuration: configuration.encode(),
        };
        let store = Store::create(&directory, record)?;
        Ok(Begun {
            engine,
            engine_version,
            configuration,
            ledger,
            store,
        })
    }

    /// Goes on with a run that was begun before.
    async fn go_on(&self, directory: PathBuf) -> Result<Begun, Failure> {
        let store = Store::open(&directory)?;
        let configuration = Configuration::decode(&store)?;
        self.same_as(&configuration)?;
        let (engine, engine_version) = configuration.target.clone().into_target().reach().await?;
        configuration::same_versions(store.run(), &engine_version)?;
        let ledger = self.ledger(&configuration, engine.as_ref())?;
        Ok(Begun {
            engine,
            engine_version,
            configuration,
            ledger,
            store,
        })
    }

    fn ledger(
        &self,
        configuration: &Configuration,
        engine: &dyn Engine,
    ) -> Result<Option<Ledger>, Failure> {
        let named = self.ledger.as_deref().or(configuration.ledger.as_deref());
        let faulty = configuration.target.is_faulty();
        ledger::load(named, &engine.profile().name, faulty)
    }

    fn reporter(&self) -> Reporters {
        match self.format {
            Format::Human => Reporters::default().with(Terminal::standard()),
            Format::Json => Reporters::default().with(Lines::new(io::stdout())),
        }
    }

    fn options(&self, begun: &Begun) -> Options {
        let jobs = self.jobs.map_or(begun.engine.profile().jobs, usize::from);
        Options {
            limit: begun.configuration.limit,
            shard: begun.configuration.shard,
            jobs: jobs.max(1),
            keep: self.keep,
            repetitions: 3,
            shrink: Budget {
                calls: self.shrink_calls,
                time: self.shrink_time,
                width: jobs.max(1),
            },
            quiet_share: QUIET_SHARE,
        }
    }
}

const STOPPING: &str = "stopping after the cases that are under way; Ctrl-C again ends at once";

/// One in this many cases is judged in the quiet lane, if it waits.
const QUIET_SHARE: u64 = 20;

impl Begun {
    fn header(&self) -> Header {
        Header {
            stepproof: env!("CARGO_PKG_VERSION").to_owned(),
            engine: self.engine.profile().name.clone(),
            engine_version: self.engine_version.clone(),
            seed: self.configuration.seed,
            profile: self.configuration.drawn.profile.clone(),
            rarely: self.configuration.drawn.rarely.clone(),
            cases: self.configuration.planned(),
            directory: Some(self.store.directory().to_owned()),
        }
    }

    fn judge(&mut self) -> Compared {
        let target = self.configuration.target.clone().into_target();
        Compared {
            engine: self.engine.profile().clone(),
            engine_version: self.engine_version.clone(),
            options: target.options(),
            endpoint: self.engine.endpoint().map(str::to_owned),
            ledger: self.ledger.take(),
            directory: self.store.directory().to_owned(),
        }
    }

    fn source(&self) -> Result<Generated, Failure> {
        let profile = self.configuration.drawn.profile()?;
        let seed = self.configuration.seed;
        Ok(Generated::new(profile, seed, self.engine.profile()))
    }
}

/// A duration as people write it.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let parsed: Result<jiff::SignedDuration, _> = text.parse();
    parsed
        .map_err(|error| error.to_string())
        .and_then(|duration| Duration::try_from(duration).map_err(|error| error.to_string()))
        .and_then(|duration| {
            if duration.is_zero() {
                Err("it must be longer than nothing".to_owned())
            } else {
                Ok(duration)
            }
        })
}
