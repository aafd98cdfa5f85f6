//! Configures and starts a run: an engine, a source of cases, how it is judged, and what is kept.
//!
//! [`Session::run`] generates cases, runs them on an engine, compares, confirms and shrinks. The
//! command is built on it.

use std::{
    io,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use stepproof_generators::Profile;
use stepproof_specs::deviation::Deviation;

use crate::{
    casefile,
    engines::Engine,
    job::{Lane, prepare},
    judge::{
        ledger::{Entry, Ledger, StaleCheck},
        verdict::Difference,
    },
    report::{Event, Finding, Reporter, Summary},
    run::{
        Context, Control, DriveError, Judge as _, Limit, Options, Outcome, Shard, Source, Stop,
        attempt, drive, is_accounted_for,
        judging::{Compared, Generated},
    },
    shrink::Budget,
    store::{Journal, Keep, Memory},
    trouble::Trouble,
};

/// The number of cases of a session without a limit.
pub const CASES: u64 = 1_000;

/// How many cases that the ledger covers by signatures are reduced.
pub const SPOT_CHECKS: usize = 4;

/// One in this many of the cases that wait is judged in the quiet lane.
const QUIET_SHARE: u64 = 20;

/// A run that is about to start.
pub struct Session {
    engine: Arc<dyn Engine>,
    version: String,
    profile: Profile,
    seed: u64,
    source: Option<Arc<dyn Source>>,
    ledger: Option<Ledger>,
    replay: String,
    stop: Stop,
    options: Options,
}

/// How a session ended.
#[derive(Debug)]
pub struct Ended {
    /// The counts.
    pub summary: Summary,
    /// Whether every case was judged and every entry of the ledger checked; if not, a run with a
    /// directory can be resumed.
    pub finished: bool,
    /// Why the engine was given up, if it was.
    pub unreachable: Option<Trouble>,
}

/// The results of a session.
#[derive(Debug)]
pub struct Findings {
    /// The new divergences, confirmed and shrunk, in the order in which they were found.
    pub findings: Vec<Finding>,
    /// The counts.
    pub summary: Summary,
    /// Why the engine was given up, if it was.
    pub unreachable: Option<Trouble>,
}

/// Why a session could not be completed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The record could not be read or written.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// The directory for the findings' files could not be created.
    #[error("make a directory for findings: {0}")]
    Directory(#[from] io::Error),
}

impl Session {
    /// A thousand cases of the profile `everything` with seed 0, restricted to what the engine
    /// supports.
    pub fn new(engine: impl Engine + 'static) -> Self {
        Self::shared(Arc::new(engine))
    }

    /// The same with a shared engine.
    pub fn shared(engine: Arc<dyn Engine>) -> Self {
        let jobs = engine.profile().jobs.max(1);
        Self {
            engine,
            version: "of no version".to_owned(),
            profile: Profile::everything(),
            seed: 0,
            source: None,
            ledger: None,
            replay: String::new(),
            stop: Stop::default(),
            options: Options {
                limit: Limit::Cases(CASES),
                shard: Shard::WHOLE,
                jobs,
                keep: Keep::default(),
                repetitions: 3,
                shrink: Budget {
                    calls: 2_000,
                    time: Duration::from_mins(5),
                    width: jobs,
                },
                quiet_share: QUIET_SHARE,
                spot_checks: SPOT_CHECKS,
                untried: Vec::new(),
            },
        }
    }

    /// Sets the profile from which cases are generated.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets the seed from which every case is generated.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the number of cases.
    #[must_use]
    pub fn cases(self, cases: u64) -> Self {
        self.limit(Limit::Cases(cases))
    }

    /// Sets when the run ends.
    #[must_use]
    pub fn limit(mut self, limit: Limit) -> Self {
        self.options.limit = limit;
        self
    }

    /// Sets the part of the cases that is run.
    #[must_use]
    pub fn shard(mut self, shard: Shard) -> Self {
        self.options.shard = shard;
        self
    }

    /// Sets how many cases run at once; `None` for the engine's own number.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.options.jobs = jobs.max(1);
        self.options.shrink.width = self.options.jobs;
        self
    }

    /// Sets what is kept of each case.
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.options.keep = keep;
        self
    }

    /// Sets the budget of a reduction: engine calls, and time.
    #[must_use]
    pub fn shrink(mut self, calls: u64, time: Duration) -> Self {
        self.options.shrink.calls = calls;
        self.options.shrink.time = time;
        self
    }

    /// Takes cases from this source instead of generating them.
    #[must_use]
    pub fn source(mut self, source: Arc<dyn Source>) -> Self {
        self.source = Some(source);
        self
    }

    /// Sets how many of the cases that the ledger covers only by signatures are reduced at the end.
    #[must_use]
    pub fn spot_checks(mut self, cases: usize) -> Self {
        self.options.spot_checks = cases;
        self
    }

    /// Sets which deviations explain nothing, as if the catalogue did not hold them.
    #[must_use]
    pub fn untried(mut self, deviations: impl IntoIterator<Item = Deviation>) -> Self {
        self.options.untried = deviations.into_iter().collect();
        self
    }

    /// Sets the ledger of known divergences. Without one, every divergence is new.
    #[must_use]
    pub fn ledger(mut self, ledger: Option<Ledger>) -> Self {
        self.ledger = ledger;
        self
    }

    /// Sets the engine's version that findings show.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Sets the options after `stepproof replay CASE` that select the engine, for findings.
    #[must_use]
    pub fn replay(mut self, options: impl Into<String>) -> Self {
        self.replay = options.into();
        self
    }

    /// Sets the request to stop, after which the run ends with the cases that are running.
    #[must_use]
    pub fn stop(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Runs everything on its own runtime, keeps no record, and returns the findings.
    pub fn run(self) -> Result<Findings, SessionError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let mut found = Collected::default();
        let journal = Box::new(Memory::new()?);
        let ended = runtime.block_on(self.run_with(journal, &mut found))?;
        Ok(Findings {
            findings: found.0,
            summary: ended.summary,
            unreachable: ended.unreachable,
        })
    }

    /// Runs everything, keeps the record in a journal, and sends events to a reporter.
    pub async fn run_with(
        self,
        journal: Box<dyn Journal>,
        reporter: &mut dyn Reporter,
    ) -> Result<Ended, SessionError> {
        let (stop, options) = (self.stop.clone(), self.options.clone());
        let (context, judge) = self.context(journal.directory());
        let mut end = drive(Arc::clone(&context), options, journal, reporter).await?;
        let began = Instant::now();
        for fault in &end.faults {
            reporter.event(&Event::Warning(format!("internal error: {fault}")));
        }
        let mut checked = true;
        if end.unreachable.is_none() {
            (end.summary.stale, checked) = stale(&context, &judge, &stop, reporter).await;
        }
        let unclean = context.engine.clean().await.err();
        if let Some(trouble) = unclean.filter(|_| end.unreachable.is_none()) {
            let text = format!("the engine was not tidied up: failed to {trouble}");
            reporter.event(&Event::Warning(text));
        }
        end.summary.elapsed += began.elapsed();
        Ok(Ended {
            summary: end.summary,
            finished: end.finished && checked,
            unreachable: end.unreachable,
        })
    }

    /// Builds what all tasks of the run share; findings are written below `directory`.
    pub(crate) fn context(self, directory: &Path) -> (Arc<Context>, Arc<Compared>) {
        let engine = self.engine.profile();
        let judge = Arc::new(Compared {
            engine: engine.clone(),
            engine_version: self.version,
            options: self.replay,
            endpoint: self.engine.endpoint().map(str::to_owned),
            ledger: self.ledger,
            directory: directory.to_owned(),
        });
        let generated = || Arc::new(Generated::new(self.profile, self.seed, engine)) as Arc<_>;
        let context = Context {
            source: self.source.unwrap_or_else(generated),
            judge: Arc::clone(&judge) as Arc<_>,
            engine: Arc::clone(&self.engine),
            stop: self.stop,
        };
        (Arc::new(context), judge)
    }
}

/// A reporter that collects the findings.
#[derive(Debug, Default)]
struct Collected(Vec<Finding>);

impl Reporter for Collected {
    fn event(&mut self, event: &Event) {
        if let Event::Divergence(finding) = event {
            self.0.push(Finding::clone(finding));
        }
    }
}

/// Runs every ledger entry's minimal case until the run is stopped. Returns the ids of the stale
/// entries, and whether all were checked.
async fn stale(
    context: &Context,
    judge: &Compared,
    stop: &Stop,
    reporter: &mut dyn Reporter,
) -> (Vec<String>, bool) {
    let mut stale = Vec::new();
    let Some(ledger) = &judge.ledger else {
        return (stale, true);
    };
    if ledger.entries().is_empty() {
        return (stale, true);
    }
    if stop.is_asked() {
        return (stale, false);
    }
    let control = Control::measured(context).await;
    let all = ledger.entries().len();
    for (place, entry) in ledger.entries().iter().enumerate() {
        if stop.is_asked() {
            return (stale, false);
        }
        let (place, id) = (place + 1, &entry.id);
        let what = format!("checking the ledger's entry '{id}', {place} of {all}");
        reporter.event(&Event::UnderWay(what));
        let check = check_entry(context, judge, (ledger, entry), &control).await;
        if check.is_stale() {
            stale.push(check.entry.clone());
        }
        reporter.event(&Event::LedgerChecked(check));
    }
    (stale, true)
}

async fn check_entry(
    context: &Context,
    judge: &Compared,
    (ledger, entry): (&Ledger, &Entry),
    control: &Control,
) -> StaleCheck {
    if entry.avoid.has_any(judge.engine.capabilities.lacks) {
        let why = "the engine lacks what shows it";
        return StaleCheck::unjudged(ledger, entry, why);
    }
    let case = match casefile::load(&ledger.case_file(entry)) {
        Ok(case) => case,
        Err(error) => return StaleCheck::unjudged(ledger, entry, error.to_string()),
    };
    // Nothing else is running, so timing may be judged.
    let job = match prepare(&case, Lane::Quiet) {
        Ok(job) => job,
        Err(error) => return StaleCheck::unjudged(ledger, entry, error.to_string()),
    };
    let outcome = attempt(context, &job, control.overhead()).await.outcome;
    // What other entries cover by their signatures may differ beside it.
    let covered = |it: &Difference| judge.is_known(it, &job);
    let explained = entry.is_exact()
        && is_accounted_for(
            context,
            &job,
            &outcome,
            control.overhead(),
            &entry.deviations,
            covered,
        );
    match outcome {
        Outcome::Judged { judgement, .. } => {
            let check = StaleCheck::new(ledger, entry, &judgement, explained, &(&job).into());
            if check.is_stale() && judge.engine.policy.relaxed {
                let why = "the engine is judged less strictly than its ledger supposes";
                return StaleCheck::unjudged(ledger, entry, why);
            }
            check
        }
        Outcome::Trouble(trouble) => StaleCheck::unjudged(ledger, entry, trouble.to_string()),
    }
}
