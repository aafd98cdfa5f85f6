//! The conductor: launches cases, takes in their results, records and counts them.

mod launch;
pub(crate) mod reasons;
mod recalled;
mod reported;
mod results;
mod rooted;

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    sync::Semaphore,
    task::{Id, JoinSet},
};

use self::{reported::Reported, results::TaskResult};
use super::{
    Bugbase, Context, Control, Options, groups::Groups, reach, roots::Roots, spot::Sample,
    witness::Witnesses,
};
use crate::{
    judge::verdict::{Signature, Verdict},
    report::{Event, Reporter, Summary, plural},
    store::{FindingRecord, Journal, JudgedCase, StoreError},
    trouble::Trouble,
};

/// How long a judged case may wait until its row is on disk.
const WINDOW: Duration = Duration::from_millis(100);

/// How many rows may wait.
const ROWS: usize = 4_096;

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The run directory.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a run ended.
#[derive(Debug)]
pub struct End {
    /// What was counted, over all sessions.
    pub summary: Summary,
    /// Every case was judged (or the time was up); otherwise the run can be resumed.
    pub finished: bool,
    /// Why the engine was given up, if it was.
    pub unreachable: Option<Trouble>,
    /// Faults of the harness or of the generators.
    pub faults: Vec<String>,
    /// The store, for whoever reports.
    pub store: Box<dyn Journal>,
}

/// Runs cases until the limit is reached, the run is stopped, or the engine is given up.
pub async fn drive(
    context: Arc<Context>,
    options: Options,
    store: Box<dyn Journal>,
    reporter: &mut dyn Reporter,
) -> Result<End, DriveError> {
    let mut conductor = Conductor::new(context, options, store, reporter)?;
    conductor.note(&json!({ "event": "sitting_began", "judged": conductor.done.len() }));
    let unreachable = conductor.conduct().await?;
    conductor.end(unreachable)
}

/// Which cases are launched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Throughput,
    Quiet,
}

/// What a task is about, to be known if it panics.
#[derive(Debug)]
enum TaskKind {
    Cases(Vec<u64>),
    Confirm(u64),
    Reduce(Box<FindingRecord>),
    Measure,
    Spot(u64),
}

#[expect(clippy::struct_excessive_bools)] // each is about something else
struct Conductor<'a> {
    context: Arc<Context>,
    options: Options,
    store: Box<dyn Journal>,
    reporter: &'a mut dyn Reporter,
    summary: Summary,
    bugbase: Bugbase,
    stage: Stage,
    /// Cases that were judged in an earlier session.
    done: HashSet<u64>,
    /// This shard's cases that were not launched yet.
    indexes: Box<dyn Iterator<Item = u64> + Send>,
    /// Cases that found the engine unreachable, and how often.
    again: VecDeque<u64>,
    misses: HashMap<u64, u32>,
    /// Findings whose reduction lost the engine, and how often.
    losses: HashMap<u32, u32>,
    /// Cases that wait for the quiet lane.
    quiet: VecDeque<u64>,
    control: Control,
    tasks: JoinSet<TaskResult>,
    kinds: HashMap<Id, TaskKind>,
    /// How many of the tasks run cases or confirmations.
    running: usize,
    /// One permit for each task that may run cases at once, where more are launched than that: on
    /// an engine that answers at once. One job means one processor: it has none.
    jobs: Option<Arc<Semaphore>>,
    /// What the divergences have in common.
    roots: Roots,
    /// The divergences that nothing explains.
    groups: Groups,
    /// How many cases agreed that an entry of the ledger says should not, and one of them.
    refuted: BTreeMap<String, (u64, u64)>,
    /// Some of the cases that the ledger covers only by signatures.
    sample: Sample,
    /// How many cases each root explains beside those that were looked into.
    under: HashMap<u32, u64>,
    /// How many cases with a signature were looked into.
    looked: HashMap<Signature, u32>,
    /// Cases that diverge in a new way, while another one is looked into.
    waiting: VecDeque<results::Waiting>,
    confirming: bool,
    /// Cases that agreed, to be asked again before a divergence is believed.
    witnesses: Witnesses,
    /// One of them did not agree any more.
    changed: bool,
    reductions: VecDeque<FindingRecord>,
    /// Findings whose reduction panicked.
    unreduced: Vec<FindingRecord>,
    reducing: bool,
    measuring: bool,
    findings: u32,
    /// Findings that are not on disk yet.
    unannounced: Vec<FindingRecord>,
    /// Findings that were reported with their cases.
    reported: Vec<Reported>,
    /// Cases that are counted as divergences: one whose finding is taken back is counted otherwise.
    diverged: Vec<JudgedCase>,
    /// Judged, appended, not on disk.
    uncommitted: Vec<JudgedCase>,
    faults: Vec<String>,
    /// The engine did not answer the last case.
    doubtful: bool,
    exhausted: bool,
    /// Cases that were run, and not recorded because the run was stopped.
    dropped: u64,
    began: Instant,
    before: Duration,
}

impl<'a> Conductor<'a> {
    fn new(
        context: Arc<Context>,
        options: Options,
        store: Box<dyn Journal>,
        reporter: &'a mut dyn Reporter,
    ) -> Result<Self, StoreError> {
        let stored = store.stored()?;
        let ahead = options.jobs > 1 && context.engine.immediate().is_some();
        let jobs = ahead.then(|| Arc::new(Semaphore::new(options.jobs)));
        let sample = Sample::new(options.spot_checks);
        let mut conductor = Self {
            indexes: options.indexes(),
            before: stored.elapsed,
            done: HashSet::new(),
            diverged: Vec::new(),
            roots: Roots::of(context.judge.exact_entries()),
            context,
            options,
            store,
            reporter,
            summary: Summary::default(),
            bugbase: Bugbase::default(),
            stage: Stage::Throughput,
            again: VecDeque::new(),
            misses: HashMap::new(),
            losses: HashMap::new(),
            quiet: VecDeque::new(),
            control: Control::default(),
            tasks: JoinSet::new(),
            kinds: HashMap::new(),
            running: 0,
            jobs,
            groups: Groups::default(),
            refuted: BTreeMap::new(),
            sample,
            under: HashMap::new(),
            looked: HashMap::new(),
            waiting: VecDeque::new(),
            confirming: false,
            reductions: VecDeque::new(),
            unreduced: Vec::new(),
            witnesses: Witnesses::default(),
            changed: false,
            reducing: false,
            measuring: false,
            findings: 0,
            unannounced: Vec::new(),
            reported: Vec::new(),
            uncommitted: Vec::new(),
            faults: Vec::new(),
            doubtful: false,
            exhausted: false,
            dropped: 0,
            began: Instant::now(),
        };
        conductor.recall(stored);
        Ok(conductor)
    }

    async fn conduct(&mut self) -> Result<Option<Trouble>, StoreError> {
        let mut tick = tokio::time::interval(WINDOW);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if self.doubtful {
                self.commit()?;
                if let Err(trouble) =
                    reach::wait_until_reachable(&self.context, self.reporter).await
                {
                    self.drain().await?;
                    return Ok(Some(trouble));
                }
                self.doubtful = false;
            }
            self.launch();
            if self.tasks.is_empty() && !self.next_stage() && !self.launch_spot_check() {
                break;
            }
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.ended(ended)?;
                    if self.store.pending() >= ROWS {
                        self.commit()?;
                    }
                }
                _ = tick.tick() => self.commit()?,
            }
        }
        self.commit()?;
        Ok(None)
    }

    /// Lets what is on its way end; only what comes back judged is kept.
    async fn drain(&mut self) -> Result<(), StoreError> {
        self.context.stop.ask();
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.ended(ended)?;
        }
        self.commit()
    }

    /// When the throughput lane is over, the quiet one begins. Says whether there is more to do.
    fn next_stage(&mut self) -> bool {
        if self.stage == Stage::Quiet || self.quiet.is_empty() || self.context.stop.is_asked() {
            return false;
        }
        self.stage = Stage::Quiet;
        true
    }

    /// How long the run has taken, over all its sessions.
    fn elapsed(&self) -> Duration {
        self.before + self.began.elapsed()
    }

    /// Puts judged cases on disk; then, and only then, they count.
    fn commit(&mut self) -> Result<(), StoreError> {
        if self.store.pending() > 0 {
            tokio::task::block_in_place(|| self.store.commit())?;
        }
        for case in self.uncommitted.drain(..) {
            tell(&case, &self.context, &mut self.summary, self.reporter);
            if is_divergence(&case) {
                self.diverged.push(case);
            }
        }
        Ok(())
    }

    /// Says which entries of the ledger are too wide.
    fn tell_refuted(&mut self) {
        for (entry, (cases, index)) in std::mem::take(&mut self.refuted) {
            let cases = plural(cases, "case");
            let example = self.context.source.called(index);
            let text = format!(
                "the ledger's entry '{entry}' is too wide: {cases} agreed in which the engine should have \
                 done otherwise, for example {example}"
            );
            self.reporter.event(&Event::Warning(text));
        }
    }

    /// Says what is done beside running cases.
    fn tell_under_way(&mut self, what: String) {
        self.reporter.event(&Event::UnderWay(what));
    }

    /// Adds an event to the record.
    fn note(&mut self, event: &Value) {
        self.store.append_event(self.elapsed(), event.to_string());
    }

    fn end(mut self, unreachable: Option<Trouble>) -> Result<End, DriveError> {
        // The run judges them when it is resumed.
        self.dropped += self.waiting.len() as u64;
        self.tell_renamed()?;
        self.tell_open()?;
        self.tell_refuted();
        self.commit()?;
        self.summary.elapsed = self.elapsed();
        self.summary.unreachable = unreachable.is_some();
        self.summary.internal = !self.faults.is_empty();
        let finished = unreachable.is_none()
            && self.exhausted
            && self.dropped == 0
            && self.again.is_empty()
            && self.quiet.is_empty()
            && self.reductions.is_empty();
        if finished {
            self.regroup()?;
        }
        self.note(&json!({
            "event": "sitting_ended",
            "finished": finished,
            "stopped": self.context.stop.is_asked(),
            "unreachable": unreachable.as_ref().map(ToString::to_string),
            "faults": self.faults,
        }));
        self.commit()?;
        Ok(End {
            summary: self.summary,
            finished,
            unreachable,
            faults: self.faults,
            store: self.store,
        })
    }
}

fn is_divergence(case: &JudgedCase) -> bool {
    case.verdict == Verdict::Diverge
}

/// Counts a case whose row is on disk, and tells of it.
fn tell(case: &JudgedCase, context: &Context, summary: &mut Summary, reporter: &mut dyn Reporter) {
    summary.count(case.verdict);
    summary.coverage.merge(&case.coverage);
    reporter.event(&Event::CaseJudged {
        index: case.index,
        verdict: case.verdict,
        signatures: case.signatures.clone(),
        coverage: Box::new(case.coverage),
        why: case.why.clone(),
        root: case.root.or(case.shows),
        machine: context.source.machine(case.index).map(str::to_owned),
        entered: context.source.entered(case.index),
    });
}
