//! A run from its start or resumption to its exit status: what `run` and `check` share.

pub(super) mod configuration;
pub(super) mod ledger;
mod limited;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use stepproof_specs::base::time::Millis;

use self::{
    configuration::{Configuration, LeftOut},
    limited::Limited,
};
use super::{
    Failure, Status,
    output::{self, Format},
    progress::Progress,
    signals,
    target::parse_duration,
};
use crate::{
    engines::{Engine, EngineProfile},
    judge::ledger::{Entry, Ledger},
    report::{
        DEFAULT_UNSURE_SHARE, Digest, Ending, Event, Header, Known, Lines, MachineNotice, Reporter,
        Reporters, Terminal,
    },
    run::{DriveError, Source, Stop, judging::Generated},
    session::{SPOT_CHECKS, Session, SessionError},
    store::{Keep, REPORT, RunRecord, Store, default_directory, write_report},
};

/// The options that may change when a run is resumed.
#[derive(Debug, Args)]
pub(super) struct Mode {
    /// How many cases to run at once [default: the engine's own].
    #[arg(long, value_name = "J", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// The run directory [default: runs/DATE-TIME-ENGINE-SEED].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The ledger of known divergences [default: snapshots/ledger/ENGINE.toml if that file exists,
    /// otherwise the ledger that comes with stepproof]; `none` for no ledger: every divergence is new.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Which raw runs to keep.
    #[arg(long, value_enum, default_value = "interesting")]
    keep: Keep,
    /// The share of cases that may end without a verdict before the run fails.
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_UNSURE_SHARE, value_parser = share)]
    max_unsure: f64,
    /// The most engine calls per reduction.
    #[arg(long, value_name = "CALLS", default_value_t = 2_000)]
    shrink_calls: u64,
    /// The longest time per reduction.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "5m")]
    shrink_time: Duration,
    /// How many of the cases that the ledger knows only by a signature are reduced at the end, to see
    /// whether their root is the entry's.
    #[arg(long, value_name = "CASES", default_value_t = SPOT_CHECKS)]
    spot_checks: usize,
}

/// A run that is ready to start or to continue.
pub(super) struct Begun {
    session: Session,
    store: Store,
    header: Header,
    left_out: Vec<LeftOut>,
    /// How the machines are run that the user gave.
    machines: Vec<MachineNotice>,
}

impl Mode {
    /// Creates a run in a new directory.
    pub(super) fn begin(
        &self,
        mut configuration: Configuration,
        engine: Arc<dyn Engine>,
        engine_version: String,
    ) -> Result<Begun, Failure> {
        let ledger = self.ledger(&configuration, engine.as_ref())?;
        configuration.dropped.clone_from(&engine.profile().dropped);
        let configuration = configuration.judged_by(ledger.as_ref());
        let directory = self
            .out
            .clone()
            .unwrap_or_else(|| default_directory(&engine.profile().name, configuration.seed));
        let source = source(&configuration, engine.profile())?;
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
        Ok(self.begun(
            &configuration,
            (engine, engine_version),
            source,
            ledger,
            store,
        ))
    }

    /// Continues a run that was started before.
    pub(super) async fn go_on(
        &self,
        store: Store,
        configuration: Configuration,
    ) -> Result<Begun, Failure> {
        let (engine, engine_version) = configuration.target().reach().await?;
        configuration::same_versions(store.run(), &engine_version)?;
        configuration::same_dropped("resume the run", &configuration, &engine.profile().dropped)?;
        let ledger = self.ledger(&configuration, engine.as_ref())?;
        configuration::same_ledger(&configuration, ledger.as_ref())?;
        let source = source(&configuration, engine.profile())?;
        Ok(self.begun(
            &configuration,
            (engine, engine_version),
            source,
            ledger,
            store,
        ))
    }

    fn begun(
        &self,
        configuration: &Configuration,
        (engine, version): (Arc<dyn Engine>, String),
        Cases { source, machines }: Cases,
        ledger: Option<Ledger>,
        store: Store,
    ) -> Begun {
        let header = Header {
            stepproof: env!("CARGO_PKG_VERSION").to_owned(),
            engine: engine.profile().name.clone(),
            engine_version: version.clone(),
            policy: engine.profile().policy.clone(),
            dropped: engine.profile().dropped.clone(),
            seed: configuration.seed,
            profile: configuration.drawn.profile.clone(),
            rarely: configuration.drawn.rarely.clone(),
            ledger: ledger.iter().flat_map(Ledger::entries).map(known).collect(),
            replay: configuration.replay_options(store.directory()),
            cases: configuration.planned(),
            directory: Some(store.directory().to_owned()),
        };
        let jobs = self.jobs.map_or(engine.profile().jobs, usize::from);
        let session = Session::shared(engine)
            .version(version)
            .source(source)
            .ledger(ledger)
            .replay(configuration.target.clone().into_target().options())
            .limit(configuration.limit)
            .shard(configuration.shard)
            .jobs(jobs)
            .keep(self.keep)
            .shrink(self.shrink_calls, self.shrink_time)
            .spot_checks(self.spot_checks);
        Begun {
            session,
            store,
            header,
            left_out: configuration.left_out.clone(),
            machines,
        }
    }

    /// Runs everything and returns the exit status. `notices` are told first.
    pub(super) async fn conduct(
        &self,
        begun: Begun,
        notices: Vec<Event>,
    ) -> Result<Status, Failure> {
        let directory = begun.store.directory().to_owned();
        let stop = Stop::default();
        let interrupt = signals::stop_on_interrupt(stop.clone(), STOPPING);
        let mut told = Told {
            digest: Digest::default(),
            reporters: self.reporter(),
            progress: Progress::of("judged", "case", begun.header.cases),
        };
        told.event(&Event::RunStarted(begun.header));
        for LeftOut { file, kind, reason } in begun.left_out {
            let notice = MachineNotice::unsupported(file, kind, reason);
            told.event(&Event::Machine(notice));
        }
        for notice in begun.machines {
            told.event(&Event::Machine(notice));
        }
        for notice in notices {
            told.event(&notice);
        }
        // If the run is killed, its page says how to go on.
        write_report(&directory, &told.digest.markdown())?;
        let session = begun.session.stop(stop);
        let ended = session.run_with(Box::new(begun.store), &mut told).await;
        let ended = ended.map_err(|error| match error {
            SessionError::Drive(DriveError::Store(error)) => Failure::from(error),
            SessionError::Directory(_) => Failure::internal(error.to_string()),
        })?;
        if let Some(trouble) = &ended.unreachable {
            output::note(format_args!("error: failed to {trouble}"));
        }
        let mut summary = ended.summary;
        summary.unjudged = told.digest.unjudged();
        summary.machines = told.digest.machines();
        summary.interrupted = interrupt.signal().filter(|_| !ended.finished);
        let status = summary.exit_status(self.max_unsure);
        let why = summary.why(status, self.max_unsure);
        told.event(&Event::RunFinished(Box::new(Ending {
            summary,
            status,
            why: why.clone(),
            go_on: (!ended.finished)
                .then(|| format!("stepproof run --resume {}", directory.display())),
            page: Some(directory.join(REPORT)),
        })));
        let written = write_report(&directory, &told.digest.markdown());
        if let Some(why) = why {
            output::note(why);
        }
        let failure = match (told.lost(), written) {
            (None, Ok(())) => return Ok(status),
            (Some(lost), _) => Failure {
                remedy: Some(format!("the record is in {}", directory.display())),
                ..output::broken(lost)
            },
            (None, Err(error)) => error.into(),
        };
        // A red run stays as red as it is.
        Err(Failure {
            status: match status {
                Status::Success => failure.status,
                red => red,
            },
            ..failure
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
}

const STOPPING: &str = "stopping after the cases that are under way; Ctrl-C again ends at once";

/// Passes events on, and keeps what the run's page says.
struct Told {
    digest: Digest,
    reporters: Reporters,
    progress: Progress,
}

impl Reporter for Told {
    fn event(&mut self, event: &Event) {
        self.digest.event(event);
        self.reporters.event(event);
        match event {
            Event::CaseJudged { .. } => self.progress.done(),
            Event::UnderWay(what) => self.progress.begin(what),
            _ => {}
        }
    }

    fn lost(&self) -> Option<&io::Error> {
        self.reporters.lost()
    }
}

fn known(entry: &Entry) -> Known {
    Known {
        id: entry.id.clone(),
        title: entry.title.clone(),
    }
}

/// A run's cases.
pub(super) struct Cases {
    pub source: Arc<dyn Source>,
    /// How the machines are run that the user gave.
    pub machines: Vec<MachineNotice>,
}

/// The source of a run's cases.
pub(super) fn source(
    configuration: &Configuration,
    engine: &EngineProfile,
) -> Result<Cases, Failure> {
    let seed = configuration.seed;
    if configuration.machines.is_empty() {
        let profile = configuration.drawn.profile()?;
        if profile.is_express() && !engine.capabilities.express {
            return Err(Failure::usage(
                format!("run Express workflows on {}: it has none", engine.name),
                "choose another profile, or an engine that runs them",
            ));
        }
        if profile.sends_tokens() && !engine.capabilities.queues {
            return Err(Failure::usage(
                format!(
                    "send task tokens on {}: it has no queues for them",
                    engine.name
                ),
                "choose another profile, or an engine with SQS",
            ));
        }
        if profile.calls() && !engine.capabilities.any_role {
            return Err(Failure::usage(
                format!(
                    "run calls on {}: it refuses machines with roles of another account",
                    engine.name
                ),
                "choose another profile, or an engine that takes any role",
            ));
        }
        return Ok(Cases {
            source: Arc::new(Generated::new(profile, seed, engine)),
            machines: Vec::new(),
        });
    }
    if !engine.capabilities.runs {
        let name = &engine.name;
        return Err(Failure::usage(
            format!("run machines on {name}: it only says which definitions it would accept"),
            "'stepproof validate' says what AWS would refuse of them; 'stepproof run' asks the linter about \
             generated ones",
        ));
    }
    let (how, longest) = (&configuration.how_given, longest(engine));
    let machines = configuration
        .machines
        .iter()
        .map(|machine| machine.given(how, longest, engine.capabilities.queues))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Failure::internal(error.to_string()))?;
    let both = configuration.machines.iter().zip(&machines);
    let notices = both.map(|(machine, given)| machine.notice(given));
    let notices = notices.collect();
    Ok(Cases {
        source: Arc::new(Limited::new(
            &configuration.machines,
            machines,
            seed,
            longest,
        )),
        machines: notices,
    })
}

/// Parses a share of cases.
fn share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "it must be a number from 0 to 1".to_owned())
}

/// The longest ASL time that a case of a user's machine may take; no limit if waiting costs no real
/// time.
pub(super) fn longest(profile: &EngineProfile) -> Option<Millis> {
    let real = LONGEST.as_millis() as f64 * profile.time_scale;
    let costs_nothing = profile.policy.exact_clock || profile.time_scale >= VIRTUAL;
    (!costs_nothing).then_some(real as Millis)
}

/// The longest real time that a case of a user's machine may take.
const LONGEST: Duration = Duration::from_secs(30);

/// From this time scale on, waiting costs no noticeable real time.
const VIRTUAL: f64 = 100_000.0;
