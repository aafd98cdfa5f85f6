//! Shrinks a finding on the engine where it was found, and writes its files.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use stepproof_specs::{
    asl::walk,
    base::time::Millis,
    clause::{Aspect, Clause},
    deviation::Deviations,
    observation::Status,
    scenario::case::Case,
};

use super::{
    Context, Control, Outcome,
    attempt::attempt,
    neighbours, quiet,
    roots::{self, Known},
};
use crate::{
    casefile,
    job::{self, Lane, Prepared},
    judge::{
        explain::Sight,
        possible::is_possible,
        verdict::{Judgement, Signature},
    },
    report::Finding,
    shrink::{Budget, Ended, Lab, ShrinkError, Shrunk, shrink},
    store::{
        Detail, FindingFiles, FindingRecord, ReductionRecord, Replay, StoreError, write_finding,
        write_page, write_progress,
    },
    trouble::Trouble,
};

/// The duration (according to the reference) that a candidate may always have, however short the
/// original is: replacing a field by its default makes a case simpler but may make it longer.
const SHORT_MILLIS: Millis = 8_000;
const FEW_EVENTS: usize = 50;

/// Tries candidates on an engine after they have passed the validator and the reference.
pub struct EngineLab {
    context: Arc<Context>,
    sought: Signature,
    lane: Lane,
    /// The maximum duration of a candidate according to the reference: that of the original, or
    /// `SHORT_MILLIS` if that is more.
    longest: Millis,
    /// The maximum number of events of a candidate: a quarter more than the original's, or
    /// `FEW_EVENTS` if that is more. The margin is needed because the last loop of a run that is
    /// just long enough gets longer when it has fewer states.
    events: usize,
    /// The aspects poisoned in the original. A candidate may have no others.
    poisoned: Vec<Aspect>,
    /// Whether the ledger covers the divergence that is sought. If not, no candidate may show it where the
    /// ledger does.
    covered: bool,
    /// The rules that the original definition breaks. A candidate may break no other rule, nor more
    /// rules.
    broken: Vec<Clause>,
    /// How often a candidate is run until it diverges. A divergence that does not show every time
    /// needs several attempts.
    looks: u32,
    control: Control,
    /// The roots that are known of the engine: what they explain is not sought.
    roots: Vec<Arc<Deviations>>,
    /// The files of the smallest case so far, from which an interrupted reduction continues.
    progress: Option<FindingFiles>,
}

impl EngineLab {
    /// A lab that looks for a signature, starting from a case.
    pub fn new(
        context: Arc<Context>,
        original: &Prepared,
        sought: Signature,
        looks: u32,
        control: Control,
    ) -> Self {
        Self {
            covered: false,
            context,
            sought,
            lane: original.lane(),
            longest: original.total_asl_time().max(SHORT_MILLIS),
            events: (original.events() * 5 / 4).max(FEW_EVENTS),
            poisoned: original.poisoned().collect(),
            broken: original.broken().collect(),
            looks: looks.max(1),
            control,
            roots: Vec::new(),
            progress: None,
        }
    }

    /// Looks for cases that the ledger covers, too.
    pub(super) fn covered(self) -> Self {
        Self {
            covered: true,
            ..self
        }
    }

    /// Whether what is sought shows, and is not known where it does.
    fn shows(&self, sample: &Prepared, judgement: &Judgement) -> bool {
        let differences = judgement.differences.iter();
        let mut sought = differences.filter(|it| it.signature == self.sought);
        sought.any(|it| self.covered || !self.context.judge.is_known(it, sample))
    }

    /// Looks for a case that these do not explain.
    pub(super) fn beyond(self, roots: Vec<Arc<Deviations>>) -> Self {
        Self { roots, ..self }
    }

    /// Whether an earlier root explains what the engine did: then it is no case of this finding.
    fn is_explained(&self, sample: &Prepared, outcome: &Outcome) -> bool {
        if self.roots.is_empty() {
            return false;
        }
        let (raw, judgement) = roots::seen(outcome);
        let overhead = self.control.overhead();
        let look = |sight: &Sight<'_>| self.roots.iter().any(|it| sight.is_explained_by(it));
        roots::with_sight(&self.context, sample, raw, judgement, overhead, look).unwrap_or_default()
    }

    /// Keeps the smallest case so far in these files.
    fn keeping(self, files: FindingFiles) -> Self {
        Self {
            progress: Some(files),
            ..self
        }
    }
}

impl Lab for EngineLab {
    type Sample = Prepared;

    fn admit(&self, case: &Case) -> Option<Prepared> {
        let sample = job::prepare(case, self.lane).ok()?;
        let admitted = is_possible(&self.sought, &sample)
            && sample.total_asl_time() <= self.longest
            && sample.events() <= self.events
            && sample
                .poisoned()
                .all(|aspect| self.poisoned.contains(&aspect))
            && sample.broken().count() <= self.broken.len()
            && sample.broken().all(|clause| self.broken.contains(&clause));
        admitted.then_some(sample)
    }

    fn progress(&self, smaller: &Case) {
        if let Some(files) = &self.progress {
            // If this write fails, so does the final one, which reports the error.
            let _ = write_progress(files, smaller);
        }
    }

    async fn diverges(&self, sample: Prepared) -> Result<bool, Trouble> {
        for _ in 0..self.looks {
            if self.context.stop.is_asked() {
                return Ok(false);
            }
            let outcome = attempt(&self.context, &sample, self.control.overhead())
                .await
                .outcome;
            let shows = match &outcome {
                Outcome::Judged { judgement, .. } => self.shows(&sample, judgement),
                Outcome::Trouble(trouble) => return Err(trouble.clone()),
            };
            if shows && !self.is_explained(&sample, &outcome) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The result of reducing a finding.
pub(super) enum Reduced {
    /// The files were written.
    Written(Box<ReductionRecord>),
    /// The run was stopped before it was done.
    Stopped,
    /// The engine is gone; the finding was not concluded.
    Unreachable,
    /// The files could not be written.
    NotWritten(StoreError),
}

/// Shrinks a finding's case, writes its files, loads what was written and runs it again. If the
/// small case no longer diverges, the original replaces it. Without a budget, the original is used
/// from the start. `root` is the number of the divergence that explains the finding, if one does: then
/// it is not reduced.
pub(super) async fn reduce(
    context: Arc<Context>,
    finding: FindingRecord,
    budget: Option<Budget>,
    control: Control,
    known: Known,
    root: Option<u32>,
    run: PathBuf,
) -> (FindingRecord, Reduced) {
    let files = FindingFiles::of(&run, finding.number, &finding.slug);
    let shrunk = match budget {
        Some(_) if root.is_some() => Ok(unreduced(&finding)),
        Some(budget) => {
            shrink_finding(&context, &finding, budget, &control, &known.roots, &files).await
        }
        None => Err(ShrinkError::EngineLost),
    };
    if context.stop.is_asked() {
        return (finding, Reduced::Stopped);
    }
    let (shrunk, error) = match shrunk {
        Ok(shrunk) => (shrunk, None),
        Err(ShrinkError::Trouble(Trouble::Unreachable { .. })) => {
            return (finding, Reduced::Unreachable);
        }
        Err(error) => (unreduced(&finding), Some(error.to_string())),
    };
    let writer = Writer {
        context: &context,
        finding: &finding,
        files: &files,
        control: &control,
        known: &known,
        root,
        patient: budget.is_some(),
    };
    let reduced = match writer.write(shrunk, error).await {
        Reduced::Written(small) if small.withdraws() && small.minimal != finding.original => {
            let error = Some(GONE.to_owned());
            writer.write(unreduced(&finding), error).await
        }
        reduced => reduced,
    };
    // What was asked less than it should be explains nothing yet.
    if context.stop.is_asked() {
        return (finding, Reduced::Stopped);
    }
    (finding, reduced)
}

/// The page of a finding that is not reduced, because the run ends before. Writes its files; what an
/// interrupted reduction has come to stays the case from which it continues.
pub(super) fn open(
    context: &Context,
    finding: &FindingRecord,
    run: &Path,
) -> Result<Finding, StoreError> {
    let files = FindingFiles::of(run, finding.number, &finding.slug);
    let Shrunk {
        case,
        candidates,
        calls,
        ended,
        ..
    } = unreduced(finding);
    let reduction = ReductionRecord {
        number: finding.number,
        states: states(&case),
        minimal: case,
        candidates,
        calls,
        ended,
        error: None,
        detail: finding.detail.clone(),
        replay: Replay::Troubled,
    };
    let mut page = context.judge.finding(finding, &reduction);
    page.open = true;
    let smallest = casefile::load(&files.case).unwrap_or(reduction.minimal);
    write_finding(&files, &smallest, &finding.original, &page.markdown())?;
    Ok(page)
}

/// Why a reduction was discarded: completes "failed to …".
const GONE: &str = "see the smaller case diverge again";

/// Writes the files of a finding.
struct Writer<'a> {
    context: &'a Context,
    finding: &'a FindingRecord,
    files: &'a FindingFiles,
    control: &'a Control,
    known: &'a Known,
    root: Option<u32>,
    /// Whether to return [`Reduced::Unreachable`] if the engine goes away, so that the reduction is
    /// tried again.
    patient: bool,
}

impl Writer<'_> {
    /// Writes the files, loads what was written and runs it again.
    async fn write(&self, shrunk: Shrunk, error: Option<String>) -> Reduced {
        let detail = match self.run_once(&shrunk.case).await {
            Ok(detail) => detail,
            Err(_) if self.patient => return Reduced::Unreachable,
            Err(gone) => troubled(&gone),
        };
        let mut reduction = ReductionRecord {
            number: self.finding.number,
            states: states(&shrunk.case),
            minimal: shrunk.case,
            candidates: shrunk.candidates,
            calls: shrunk.calls,
            ended: shrunk.ended,
            error,
            detail,
            replay: Replay::Troubled,
        };
        let page = self.context.judge.finding(self.finding, &reduction);
        let (minimal, original) = (&reduction.minimal, &self.finding.original);
        if let Err(error) = write_finding(self.files, minimal, original, &page.markdown()) {
            return Reduced::NotWritten(error);
        }
        reduction.replay = match self.replay().await {
            Ok(replay) => replay,
            Err(_) if self.patient => return Reduced::Unreachable,
            Err(_) => Replay::Troubled,
        };
        if reduction.withdraws() {
            let page = self.context.judge.finding(self.finding, &reduction);
            if let Err(error) = write_page(self.files, &page.markdown()) {
                return Reduced::NotWritten(error);
            }
        }
        Reduced::Written(Box::new(reduction))
    }

    fn lane(&self) -> Lane {
        lane_of(self.context, &self.finding.signature)
    }

    /// Runs a case for its report. Returns an error if the engine is gone.
    async fn run_once(&self, case: &Case) -> Result<Detail, Trouble> {
        let job = match job::prepare(case, self.lane()) {
            Ok(job) => job,
            Err(error) => return Ok(troubled(&error)),
        };
        match self.attempt(&job).await {
            Outcome::Trouble(gone @ Trouble::Unreachable { .. }) => Err(gone),
            outcome => {
                let overhead = self.control.overhead();
                let explanations = match self.root {
                    None => {
                        let (case, context) = ((case, &job), self.context);
                        neighbours::explained(context, case, &outcome, self.known, overhead).await?
                    }
                    Some(_) => Vec::new(),
                };
                let beside = explanations.first().is_some_and(|best| {
                    !roots::is_explained(self.context, &job, &outcome, overhead, best)
                });
                Ok(Detail {
                    root: self.root,
                    explanations,
                    beside,
                    ..outcome.into_detail()
                })
            }
        }
    }

    /// Loads the written case and runs it until it diverges, at most as often as for its
    /// confirmation. Returns an error if the engine is gone.
    async fn replay(&self) -> Result<Replay, Trouble> {
        let Ok(case) = casefile::load(&self.files.case) else {
            return Ok(Replay::Troubled);
        };
        let Ok(job) = job::prepare(&case, self.lane()) else {
            return Ok(Replay::Troubled);
        };
        for _ in 0..self.finding.repetitions.max(1) {
            match self.attempt(&job).await.into_signatures() {
                Ok(seen) if seen.contains(&self.finding.signature) => return Ok(Replay::CameBack),
                Ok(_) => {}
                Err(gone @ Trouble::Unreachable { .. }) => return Err(gone),
                Err(_) => return Ok(Replay::Troubled),
            }
        }
        Ok(Replay::Gone)
    }

    async fn attempt(&self, job: &Prepared) -> Outcome {
        attempt(self.context, job, self.control.overhead())
            .await
            .outcome
    }
}

async fn shrink_finding(
    context: &Arc<Context>,
    finding: &FindingRecord,
    mut budget: Budget,
    control: &Control,
    known: &[Arc<Deviations>],
    files: &FindingFiles,
) -> Result<Shrunk, ShrinkError> {
    let lane = lane_of(context, &finding.signature);
    if lane == Lane::Quiet && !quiet::is_exact(context.engine.profile()) {
        budget.width = budget.width.min(quiet::WIDTH);
    }
    let job = job::prepare(&finding.original, lane).map_err(|_| ShrinkError::NotAdmitted)?;
    let looks = if finding.reproduced < finding.repetitions {
        finding.repetitions
    } else {
        1
    };
    let lab = EngineLab::new(
        Arc::clone(context),
        &job,
        finding.signature.clone(),
        looks,
        control.clone(),
    );
    let lab = Arc::new(lab.beyond(known.to_vec()).keeping(files.clone()));
    if let Ok(begun) = casefile::load(&files.case) {
        let shrunk = shrink(Arc::clone(&lab), begun, budget).await;
        // An earlier session's smallest case must still diverge; otherwise the reduction starts
        // again from the original.
        if !matches!(
            shrunk,
            Err(ShrinkError::NotAdmitted | ShrinkError::DoesNotDiverge)
        ) {
            return shrunk;
        }
    }
    shrink(lab, finding.original.clone(), budget).await
}

/// The lane in which a signature can show.
pub(crate) fn lane_of(context: &Context, signature: &Signature) -> Lane {
    let timing = signature.aspect == Aspect::Timing;
    let late = signature.shape.actual().is_some_and(|actual| {
        let error = actual.class.as_deref().unwrap_or(&actual.word);
        actual.word == Status::TimedOut.name() || error == "States.Timeout"
    });
    if timing || late || quiet::is_exact(context.engine.profile()) {
        Lane::Quiet
    } else {
        Lane::Throughput
    }
}

fn unreduced(finding: &FindingRecord) -> Shrunk {
    Shrunk {
        case: finding.original.clone(),
        candidates: 0,
        calls: 0,
        steps: 0,
        passes: BTreeMap::new(),
        ended: Ended::NotReduced,
    }
}

fn troubled(error: &dyn std::error::Error) -> Detail {
    Detail {
        trouble: Some(error.to_string()),
        ..Detail::default()
    }
}

/// The number of states in a case's machine, in all scopes.
pub fn states(case: &Case) -> usize {
    case.body.calls().map_or_else(
        || walk::states(case.body.definition()).len(),
        |calls| calls.calls.len(),
    )
}
