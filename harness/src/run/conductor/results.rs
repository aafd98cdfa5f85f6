//! What the conductor does with the results of tasks.

use serde_json::json;
use tokio::task::{Id, JoinError};

use super::{
    Conductor, TaskKind, reasons,
    reported::{self, Reported},
};
use crate::{
    identity::CaseId,
    job::Lane,
    judge::verdict::{Signature, Verdict},
    report::Event,
    run::{
        Attempt, Context, Outcome, Standing,
        attempt::{Ready, Stuck, signatures},
        confirm::Confirmation,
        reduction::{self, Reduced},
        roots::{Against, Explained},
        spot::{Checked, Covered, Root},
        telling::Telling,
    },
    shrink::ShrinkError,
    store::{
        CaseRecord, Detail, FindingRecord, JudgedCase, Keep, ReductionRecord, Replay, StoreError,
    },
    trouble::Trouble,
};

/// How often a case may find the engine unreachable, although a probe reaches it, before it is
/// given up.
pub(super) const MISSES: u32 = 3;

/// How often a case is looked into that has a signature which is explained elsewhere, and is not explained
/// itself: several rules may be broken so that it shows in the same way.
const LOOKED_INTO: u32 = 3;

/// A case that was run.
#[derive(Debug)]
pub(super) struct Ran {
    pub index: u64,
    pub ready: Ready,
    pub attempt: Attempt,
    /// What explains it for good, if something does.
    pub explained: Option<Explained>,
}

/// A case that diverges in a new way, while another one is looked into.
#[derive(Debug)]
pub(super) struct Waiting {
    pub ran: Ran,
    /// The version of the roots of which none explains it.
    unexplained_by: u64,
}

/// What came of a case.
#[expect(clippy::large_enum_variant, reason = "nearly every case agrees")]
pub(super) enum CaseResult {
    /// It agreed: nobody needs more of it than its row, and what says that it should not have.
    Agreed(CaseRecord, Against),
    /// It was run.
    Ran(Box<Ran>),
    /// It waits for the quiet lane.
    Deferred(u64),
    /// The reference does not let it through.
    Stuck(u64, Stuck),
    /// It was not begun, because the run was stopped.
    Left(u64),
}

/// What a task brings back.
pub(super) enum TaskResult {
    Cases(Vec<CaseResult>),
    Confirmed(Box<Ran>, Result<Vec<(Signature, Confirmation)>, Trouble>),
    Reduced(Box<FindingRecord>, Box<Reduced>),
    Measured,
    Spot(Box<Checked>),
}

impl Conductor<'_> {
    /// A task has ended.
    pub(super) fn ended(
        &mut self,
        ended: Result<(Id, TaskResult), JoinError>,
    ) -> Result<(), StoreError> {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let kind = self.kinds.remove(&id);
        if matches!(kind, Some(TaskKind::Cases(_) | TaskKind::Confirm(..))) {
            self.running -= 1;
        }
        match ended {
            Ok((_, result)) => self.result(result),
            Err(error) => {
                self.panicked(kind, error);
                Ok(())
            }
        }
    }

    fn result(&mut self, result: TaskResult) -> Result<(), StoreError> {
        match result {
            TaskResult::Cases(all) => {
                for result in all {
                    self.case_result(result)?;
                }
            }
            TaskResult::Confirmed(ran, counts) => self.confirmed(*ran, counts)?,
            TaskResult::Reduced(finding, reduced) => {
                self.reducing = false;
                self.tell_under_way(String::new());
                self.reduced(*finding, *reduced)?;
                self.tell_renamed()?;
                self.release();
            }
            TaskResult::Measured => self.measuring = false,
            TaskResult::Spot(checked) => {
                self.tell_under_way(String::new());
                self.spot_checked(&checked);
            }
        }
        Ok(())
    }

    fn case_result(&mut self, result: CaseResult) -> Result<(), StoreError> {
        match result {
            CaseResult::Agreed(record, against) => {
                for entry in against.entries {
                    self.refuted.entry(entry).or_insert((0, record.index)).0 += 1;
                }
                self.witnesses
                    .add(record.index, record.lane, record.coverage);
                self.append(record);
                self.contradicted(against.roots)?;
            }
            CaseResult::Ran(ran) => self.ran(*ran),
            CaseResult::Deferred(index) => self.quiet.push_back(index),
            CaseResult::Stuck(index, stuck) => self.stuck(index, stuck),
            CaseResult::Left(index) => self.again.push_back(index),
        }
        Ok(())
    }

    fn ran(&mut self, ran: Ran) {
        if may_be_lateness(&ran) {
            self.quiet.push_back(ran.index);
            return;
        }
        let verdict = match &ran.attempt.outcome {
            Outcome::Judged { judgement, .. } if !judgement.differences.is_empty() => {
                self.differs(ran);
                return;
            }
            Outcome::Judged { judgement, .. } => judgement.verdict(|_| false),
            Outcome::Trouble(Trouble::Unreachable { .. }) => {
                self.doubtful = true;
                let misses = self.misses.entry(ran.index).or_default();
                *misses += 1;
                if *misses < MISSES {
                    self.again.push_back(ran.index);
                    return;
                }
                Verdict::Unknown
            }
            Outcome::Trouble(Trouble::Unsupported(_)) => Verdict::Unsupported,
            Outcome::Trouble(trouble) => {
                if matches!(trouble, Trouble::Internal(_)) {
                    let case = self.context.source.called(ran.index);
                    self.faults.push(format!("case {case}: {trouble}"));
                }
                Verdict::Unknown
            }
        };
        self.record(ran, verdict);
    }

    /// A case in which the engine does not what the plain reference does: known, if the ledger says so.
    fn differs(&mut self, mut ran: Ran) {
        let settled = ran.explained.take();
        let explained = settled.or_else(|| self.explained(&ran));
        if explained.is_none() && self.unknown_of(&ran).is_empty() {
            self.sample.add(ran.index, || covered(&self.context, &ran));
            self.record(ran, Verdict::Known);
            return;
        }
        self.suspect_of(ran, explained);
    }

    /// A case that diverges, with what explains it: unless it is explained, no signature in the ledger covers
    /// it.
    fn suspect_of(&mut self, ran: Ran, explained: Option<Explained>) {
        match explained {
            Some(Explained::Root(root)) => {
                *self.under.entry(root).or_default() += 1;
                self.record_under(ran, root);
                return;
            }
            Some(Explained::Entries(entries)) => {
                self.record_because(ran, Verdict::Known, entries);
                return;
            }
            None => {}
        }
        let signatures = self.unknown_of(&ran);
        let sought = signatures.iter().filter(|it| self.is_to_be_looked_into(it));
        let sought: Vec<Signature> = sought.cloned().collect();
        if sought.is_empty() {
            let verdict = self.verdict_of(&signatures);
            self.record(ran, verdict);
        } else if let Some(root) = self.alike(&ran, &sought[0]) {
            self.record_under(ran, root);
        } else if self.context.stop.is_asked() {
            // Not recorded: the run judges it when it is resumed.
            self.dropped += 1;
        } else if self.is_looking_into_another() {
            self.groups.waits(&ran.ready.coverage);
            self.waiting.push_back(Waiting {
                ran,
                unexplained_by: self.roots.version(),
            });
        } else {
            self.confirming = true;
            self.launch_confirmation(ran, sought);
        }
    }

    /// The root of many divergences that are like this one.
    fn alike(&self, ran: &Ran, sought: &Signature) -> Option<u32> {
        let Outcome::Judged { judgement, raw } = &ran.attempt.outcome else {
            return None;
        };
        let mut differences = judgement.differences.iter();
        let first = differences.find(|it| it.signature == *sought);
        let telling = first.and_then(|it| Telling::of(it, raw.as_deref()));
        let told = telling.and_then(|it| self.groups.told_alike(&it));
        told.or_else(|| self.groups.alike(&ran.ready.coverage, sought.aspect))
    }

    /// A case that is not looked into, because it has the root of another one.
    fn record_under(&mut self, ran: Ran, root: u32) {
        let mut record = ran.into_record(Verdict::Diverge, self.options.keep);
        if let Some(detail) = &mut record.detail {
            detail.root = Some(root);
        }
        self.append(record);
    }

    /// Whether a case with this signature that nothing explains is looked into: if nobody has seen the
    /// signature, and a few times more if what has it so far was explained, but this is not.
    fn is_to_be_looked_into(&self, signature: &Signature) -> bool {
        match self.bugbase.standing(signature) {
            Standing::New => true,
            Standing::Withdrawn => false,
            Standing::Confirmed => {
                let looked = self.looked.get(signature).copied().unwrap_or_default();
                let reported = self.reported.iter();
                let mut alike = reported.filter(|it| it.finding.signature == *signature);
                looked < LOOKED_INTO && alike.all(|it| self.roots.explains_finding(it.root()))
            }
        }
    }

    /// Whether a divergence is being repeated or reduced: what it is may explain others.
    fn is_looking_into_another(&self) -> bool {
        self.confirming || self.reducing || !self.reductions.is_empty()
    }

    /// Looks at the cases again that waited.
    fn release(&mut self) {
        if self.is_looking_into_another() {
            return;
        }
        for Waiting {
            ran,
            unexplained_by,
        } in std::mem::take(&mut self.waiting)
        {
            self.groups.waited(&ran.ready.coverage);
            let explained = if unexplained_by == self.roots.version() {
                None
            } else {
                self.explained(&ran)
            };
            self.suspect_of(ran, explained);
        }
    }

    /// The verdict of a case whose unknown signatures are all decided.
    fn verdict_of(&self, unknown: &[Signature]) -> Verdict {
        let stands = |signature| self.bugbase.standing(signature) == Standing::Confirmed;
        if unknown.iter().any(stands) {
            Verdict::Diverge
        } else {
            Verdict::Flaky
        }
    }

    /// The signatures of a case that no ledger entry covers.
    fn unknown_of(&self, ran: &Ran) -> Vec<Signature> {
        let judge = self.context.judge.as_ref();
        let mut judgement = match &ran.attempt.outcome {
            Outcome::Judged { judgement, .. } => judgement.clone(),
            Outcome::Trouble(_) => return Vec::new(),
        };
        let differences = &mut judgement.differences;
        differences.retain(|it| !judge.is_known(it, &ran.ready.prepared));
        signatures(&judgement)
    }

    fn confirmed(
        &mut self,
        ran: Ran,
        counts: Result<Vec<(Signature, Confirmation)>, Trouble>,
    ) -> Result<(), StoreError> {
        self.confirming = false;
        let counts = match counts {
            Ok(counts) => counts,
            Err(trouble) => {
                self.give_up(ran, &trouble);
                self.release();
                return Ok(());
            }
        };
        let mut shows = None;
        for (signature, confirmation) in counts {
            let before = self.bugbase.standing(&signature) == Standing::Confirmed;
            if before && !confirmation.holds() {
                *self.looked.entry(signature.clone()).or_default() += 1;
            }
            if confirmation.holds() {
                self.bugbase.note(&signature, Standing::Confirmed);
                *self.looked.entry(signature.clone()).or_default() += 1;
                let number = self.found(&ran, signature, confirmation);
                shows.get_or_insert(number);
            }
        }
        let verdict = self.verdict_of(&self.unknown_of(&ran));
        self.record(ran, verdict);
        if let Some(case) = self.uncommitted.last_mut() {
            case.shows = shows;
        }
        self.commit()?;
        self.announce();
        self.release();
        Ok(())
    }

    /// Says what came of a spot check.
    fn spot_checked(&mut self, checked: &Checked) {
        // A reduction that is stopped has not asked for all cases.
        if self.context.stop.is_asked() {
            return;
        }
        let Checked { covered, root } = checked;
        let (index, entry) = (covered.index, &covered.entry);
        let (foreign, unknown) = match root {
            Root::Entrys => (None, None),
            Root::Foreign(why) => (Some(why), None),
            Root::Unknown(error) => (None, Some(error.to_string())),
        };
        self.note(&json!({
            "event": "spot_checked", "index": index, "entry": entry, "foreign": foreign,
            "unknown": unknown,
        }));
        let case = self.context.source.called(index);
        if let Some(why) = foreign {
            let text = format!(
                "the ledger's entry '{entry}' may hide another root: case {case} is credited to it, and {why}"
            );
            self.reporter.event(&Event::Warning(text));
        }
        if let Root::Unknown(ShrinkError::Trouble(trouble)) = root {
            let text = format!(
                "case {case}, which the ledger's entry '{entry}' covers, was not checked: failed to {trouble}"
            );
            self.reporter.event(&Event::Warning(text));
            self.doubtful |= matches!(trouble, Trouble::Unreachable { .. });
        }
    }

    /// A divergence that could not be repeated because of trouble.
    fn give_up(&mut self, ran: Ran, trouble: &Trouble) {
        if matches!(trouble, Trouble::Unreachable { .. }) {
            self.doubtful = true;
            self.again.push_back(ran.index);
            return;
        }
        if matches!(trouble, Trouble::Changed(_)) && !self.changed {
            self.changed = true;
            let text = format!(
                "failed to {trouble}; new divergences are not believed until it is restarted"
            );
            self.reporter.event(&Event::Warning(text));
        }
        self.record_because(ran, Verdict::Unknown, vec![trouble.to_string()]);
    }

    /// Records a divergence, and returns its number.
    fn found(&mut self, ran: &Ran, signature: Signature, confirmation: Confirmation) -> u32 {
        self.findings += 1;
        let finding = FindingRecord {
            number: self.findings,
            slug: slug(&signature),
            signature,
            index: ran.index,
            reproduced: confirmation.reproduced,
            repetitions: confirmation.repetitions,
            original: ran.ready.case(),
            detail: ran.attempt.outcome.to_detail(),
        };
        self.store.append_finding(finding.clone());
        self.summary.roots += 1;
        self.unannounced.push(finding);
        self.findings
    }

    /// Has findings that are on disk reduced.
    fn announce(&mut self) {
        self.reductions.extend(self.unannounced.drain(..));
    }

    fn reduced(&mut self, finding: FindingRecord, reduced: Reduced) -> Result<(), StoreError> {
        match reduced {
            Reduced::Written(mut reduction) => {
                self.warn(&finding, &reduction);
                if !reduction.withdraws() {
                    self.place(&finding, &mut reduction)?;
                }
                self.store
                    .append_reduction(ReductionRecord::clone(&reduction));
                self.commit()?;
                if reduction.withdraws() {
                    self.withdraw(&finding);
                } else {
                    self.report(finding, *reduction)?;
                }
            }
            Reduced::Stopped => self.reductions.push_front(finding),
            Reduced::Unreachable => {
                self.doubtful = true;
                *self.losses.entry(finding.number).or_default() += 1;
                self.reductions.push_front(finding);
            }
            Reduced::NotWritten(error) => return Err(error),
        }
        Ok(())
    }

    /// Reports a finding, unless it is under an earlier root: then it is another way to that, and both
    /// pages say so.
    fn report(
        &mut self,
        finding: FindingRecord,
        reduction: ReductionRecord,
    ) -> Result<(), StoreError> {
        let mut page = self.context.judge.finding(&finding, &reduction);
        page.same_as = reduction.detail.root;
        self.reported.push(Reported {
            finding,
            reduction,
            same_as: page.same_as,
        });
        let Some(first) = page.same_as else {
            self.reporter.event(&Event::Divergence(Box::new(page)));
            return Ok(());
        };
        self.summary.roots -= 1;
        let numbers = [first, page.number];
        reported::write_pages(
            &self.context,
            self.store.directory(),
            &self.reported,
            &numbers,
        )?;
        self.reporter.event(&Event::AnotherWay(Box::new(page)));
        Ok(())
    }

    /// Reports the findings that are not reduced, because the run ends before.
    pub(super) fn tell_open(&mut self) -> Result<(), StoreError> {
        for finding in self.unreduced.iter().chain(&self.reductions) {
            let page = reduction::open(&self.context, finding, self.store.directory())?;
            self.reporter.event(&Event::Divergence(Box::new(page)));
        }
        Ok(())
    }

    /// Says what did not go well with a reduction.
    fn warn(&mut self, finding: &FindingRecord, reduction: &ReductionRecord) {
        let number = finding.number;
        if let Some(error) = &reduction.error {
            let text = format!("divergence {number} is not reduced: failed to {error}");
            self.reporter.event(&Event::Warning(text));
        }
        if reduction.replay == Replay::Troubled {
            let text = format!("the case of divergence {number} was written and not judged again");
            self.reporter.event(&Event::Warning(text));
        }
    }

    /// Takes a finding back: the cases that diverged only so are flaky.
    fn withdraw(&mut self, finding: &FindingRecord) {
        let bugbase = &mut self.bugbase;
        let mut reported = self.reported.iter();
        if !reported.any(|it| it.finding.signature == finding.signature) {
            bugbase.note(&finding.signature, Standing::Withdrawn);
        }
        let stands = |signature: &Signature| bugbase.standing(signature) == Standing::Confirmed;
        let unfounded =
            |case: &mut JudgedCase| case.is_unfounded(|it| *it == finding.signature, stands);
        let unfounded: Vec<JudgedCase> = self.diverged.extract_if(.., unfounded).collect();
        let cases = unfounded.len();
        for case in unfounded {
            self.groups.waited(&case.coverage);
            self.summary.recount(Verdict::Diverge, Verdict::Flaky);
        }
        self.summary.roots -= 1;
        self.reporter.event(&Event::Withdrawn {
            number: finding.number,
            signature: finding.signature.clone(),
            cases: cases as u64,
        });
    }

    fn stuck(&mut self, index: u64, stuck: Stuck) {
        if stuck.fault {
            let case = self.context.source.called(index);
            self.faults
                .push(format!("case {case}: failed to {}", stuck.reason));
        }
        let case = self.context.source.case(index);
        let record = CaseRecord {
            id: Some(CaseId::of(&case)),
            starts: case.body.starts(),
            detail: Some(Detail {
                trouble: Some(stuck.reason),
                ..Detail::default()
            }),
            ..CaseRecord::blank(
                index,
                if stuck.fault {
                    Verdict::Unknown
                } else {
                    Verdict::Unsupported
                },
            )
        };
        self.append(record);
    }

    fn panicked(&mut self, kind: Option<TaskKind>, error: JoinError) {
        let message = panic_message(error);
        match kind {
            Some(TaskKind::Cases(indexes)) => match indexes.as_slice() {
                [index] => self.lost(*index, &message),
                // One of them panics alone, too.
                _ => self.again.extend(indexes),
            },
            Some(TaskKind::Confirm(index)) => {
                self.confirming = false;
                self.lost(index, &message);
                self.release();
            }
            Some(TaskKind::Reduce(finding)) => {
                self.reducing = false;
                let number = finding.number;
                self.faults.push(format!("finding {number}: {message}"));
                self.unreduced.push(*finding);
                self.release();
            }
            Some(TaskKind::Spot(index)) => {
                let case = self.context.source.called(index);
                self.faults
                    .push(format!("spot check of case {case}: {message}"));
            }
            Some(TaskKind::Measure) | None => {
                self.measuring = false;
                self.faults.push(message);
            }
        }
    }

    /// A case whose task panicked.
    fn lost(&mut self, index: u64, message: &str) {
        let case = self.context.source.called(index);
        self.faults.push(format!("case {case}: {message}"));
        let record = CaseRecord {
            detail: Some(Detail {
                trouble: Some(Trouble::Internal(message.to_owned()).to_string()),
                ..Detail::default()
            }),
            ..CaseRecord::blank(index, Verdict::Unknown)
        };
        self.append(record);
    }

    fn record(&mut self, ran: Ran, verdict: Verdict) {
        let judge = self.context.judge.as_ref();
        let why = reasons::of(judge, &ran.ready.prepared, &ran.attempt.outcome, verdict);
        self.record_because(ran, verdict, why);
    }

    fn record_because(&mut self, ran: Ran, verdict: Verdict, why: Vec<String>) {
        let mut record = ran.into_record(verdict, self.options.keep);
        if let Some(detail) = &mut record.detail {
            detail.why = why;
        }
        self.append(record);
    }

    fn append(&mut self, mut record: CaseRecord) {
        record.at = self.elapsed();
        let root = record.detail.as_ref().and_then(|it| it.root);
        let explained = root.filter(|it| self.roots.explains_finding(*it));
        self.groups
            .count(record.verdict, explained, &record.coverage);
        self.uncommitted.push(JudgedCase {
            index: record.index,
            verdict: record.verdict,
            signatures: record.signatures.clone(),
            coverage: record.coverage,
            why: record
                .detail
                .as_ref()
                .map_or_else(Vec::new, Detail::reasons),
            root,
            shows: None,
        });
        self.store.append_case(record);
    }
}

impl Ran {
    /// The row of the case.
    pub fn into_record(self, verdict: Verdict, keep: Keep) -> CaseRecord {
        let keep = keep == Keep::All || verdict != Verdict::Agree;
        CaseRecord {
            id: keep.then(|| CaseId::of_body(&self.ready.prepared.to_body())),
            signatures: self.attempt.outcome.signatures(),
            coverage: self.ready.coverage,
            starts: self.ready.prepared.starts(),
            lane: self.ready.prepared.lane(),
            asl: self.ready.asl,
            engine: self.attempt.engine,
            detail: keep.then(|| self.attempt.outcome.into_detail()),
            ..CaseRecord::blank(self.index, verdict)
        }
    }
}

/// A case that the ledger covers by signatures, with the first of its differences.
fn covered(context: &Context, ran: &Ran) -> Option<Covered> {
    let Outcome::Judged { judgement, .. } = &ran.attempt.outcome else {
        return None;
    };
    let first = judgement.differences.first()?;
    let prepared = &ran.ready.prepared;
    let at = first.state.as_deref();
    let entry = context.judge.known_as(&first.signature, at, prepared)?;
    Some(Covered {
        index: ran.index,
        case: ran.ready.case(),
        lane: prepared.lane(),
        signature: first.signature.clone(),
        entry: entry.to_owned(),
    })
}

/// Whether a case diverges in a way that a busy engine shows by chance: the quiet lane decides.
fn may_be_lateness(ran: &Ran) -> bool {
    let late = match &ran.attempt.outcome {
        Outcome::Judged { judgement, .. } => judgement.late && !judgement.differences.is_empty(),
        Outcome::Trouble(trouble) => matches!(trouble, Trouble::Late(_)),
    };
    late && ran.ready.prepared.lane() == Lane::Throughput
}

fn panic_message(error: JoinError) -> String {
    let Ok(payload) = error.try_into_panic() else {
        return "a task was cancelled".to_owned();
    };
    payload
        .downcast::<String>()
        .map(|text| *text)
        .or_else(|payload| payload.downcast::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|_| "a task panicked".to_owned())
}

/// A signature as part of a file name.
pub(crate) fn slug(signature: &Signature) -> String {
    let mut slug = String::new();
    for c in signature.to_string().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 48 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}
