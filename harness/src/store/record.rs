//! What is recorded.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepproof_specs::{base::time::Millis, clause::Coverage, scenario::case::Case};

use crate::{
    identity::CaseId,
    job::Lane,
    judge::verdict::{Judgement, Signature, Verdict},
    raw::RawRun,
    shrink::Ended,
};

/// How a run was configured: what must be the same when it is resumed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// When it began, RFC 3339.
    pub started: String,
    /// The version of stepproof.
    pub stepproof: String,
    /// The version of the generators.
    pub generator: String,
    /// The engine's name.
    pub engine: String,
    /// What the engine said of its version.
    pub engine_version: String,
    /// The run's seed.
    pub seed: u64,
    /// Everything else that was asked for.
    pub configuration: Value,
}

/// What is kept of a case beyond its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The raw run of everything that is not plain agreement.
    #[default]
    Interesting,
    /// Every raw run.
    All,
}

/// A judged case.
#[derive(Debug, Clone)]
pub struct CaseRecord {
    /// Its number in the run.
    pub index: u64,
    /// Its identity, if more of it is kept than its verdict: the others are drawn again by their
    /// number.
    pub id: Option<CaseId>,
    /// What it came to.
    pub verdict: Verdict,
    /// The identities of what differed.
    pub signatures: Vec<Signature>,
    /// The clauses that it exercised.
    pub coverage: Coverage,
    /// How many executions it had.
    pub starts: usize,
    /// In which lane it ran.
    pub lane: Lane,
    /// How long its longest start takes, by the reference.
    pub asl: Millis,
    /// How long the engine took, in real time.
    pub engine: Duration,
    /// When it was judged, in the run's own time (resumed runs continue it).
    pub at: Duration,
    /// What is needed to judge it again.
    pub detail: Option<Detail>,
}

impl CaseRecord {
    /// A case of which nothing is known but its verdict.
    pub(crate) fn blank(index: u64, verdict: Verdict) -> Self {
        Self {
            index,
            id: None,
            verdict,
            signatures: Vec::new(),
            coverage: Coverage::default(),
            starts: 0,
            lane: Lane::Throughput,
            asl: 0,
            engine: Duration::ZERO,
            at: Duration::ZERO,
            detail: None,
        }
    }
}

/// What is needed to judge a case again, and why it was judged so.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Detail {
    /// What the engine answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawRun>,
    /// What followed from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
    /// Why nothing followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// A case that was judged before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedCase {
    /// Its number in the run.
    pub index: u64,
    /// What it came to.
    pub verdict: Verdict,
    /// The identities of what differed.
    pub signatures: Vec<Signature>,
    /// The clauses that it exercised.
    pub coverage: Coverage,
}

/// A confirmed divergence that nobody has seen before.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRecord {
    /// Its number in the run, from 1.
    pub number: u32,
    /// Its identity.
    pub signature: Signature,
    /// The case it was found in.
    pub index: u64,
    /// How often it came back …
    pub reproduced: u32,
    /// … of how many runs.
    pub repetitions: u32,
    /// Its name as part of a file name.
    pub slug: String,
    /// The case as it was found.
    pub original: Case,
    /// The run in which it was found.
    pub detail: Detail,
}

/// What became of a finding's case when it was made smaller.
#[derive(Debug, Clone, PartialEq)]
pub struct ReductionRecord {
    /// The finding's number.
    pub number: u32,
    /// The smallest case that still diverges so.
    pub minimal: Case,
    /// How many states it has.
    pub states: usize,
    /// How many smaller cases were looked at.
    pub candidates: u64,
    /// How many of them were run on the engine.
    pub calls: u64,
    /// Why it ended.
    pub ended: Ended,
    /// Why the case could not be made smaller at all, if it could not.
    pub error: Option<String>,
    /// The run of the smallest case.
    pub detail: Detail,
    /// What came of the case file when it was loaded and run again.
    pub replay: Replay,
}

/// What came of a finding's case file when it was loaded and run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// It did not diverge so, however often it was run.
    Gone,
    /// It diverged again.
    CameBack,
    /// Trouble outside the semantics: nothing follows.
    Troubled,
}

#[cfg(feature = "store")]
impl Replay {
    /// How it is stored.
    pub(super) fn code(self) -> i64 {
        match self {
            Self::Gone => 0,
            Self::CameBack => 1,
            Self::Troubled => 2,
        }
    }

    /// From how it is stored.
    pub(super) fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Gone,
            1 => Self::CameBack,
            _ => Self::Troubled,
        }
    }
}

/// Everything that a resumed run needs to know of what was done before.
#[derive(Debug, Default)]
pub struct Stored {
    /// The judged cases, by index.
    pub cases: Vec<JudgedCase>,
    /// The findings, each with its reduction if that was finished.
    pub findings: Vec<(FindingRecord, Option<ReductionRecord>)>,
    /// How long the run has taken so far.
    pub elapsed: Duration,
}

impl ReductionRecord {
    /// Whether the finding is taken back: its case did not diverge any more.
    pub fn withdraws(&self) -> bool {
        self.replay == Replay::Gone
    }
}

impl JudgedCase {
    /// Whether it diverged only in ways that were taken back: then it is flaky.
    pub fn is_unfounded(
        &self,
        withdrawn: impl Fn(&Signature) -> bool,
        stands: impl Fn(&Signature) -> bool,
    ) -> bool {
        self.verdict == Verdict::Diverge
            && self.signatures.iter().any(withdrawn)
            && !self.signatures.iter().any(stands)
    }
}

#[cfg(feature = "store")]
impl Stored {
    /// With the verdicts that hold after findings were taken back.
    pub(super) fn settled(mut self) -> Self {
        let gone = |reduction: &Option<ReductionRecord>| {
            reduction.as_ref().is_some_and(ReductionRecord::withdraws)
        };
        let (withdrawn, standing): (Vec<_>, Vec<_>) =
            self.findings.iter().partition(|(_, it)| gone(it));
        let among = |findings: &[&(FindingRecord, _)], signature: &Signature| {
            findings.iter().any(|(it, _)| it.signature == *signature)
        };
        for case in &mut self.cases {
            if case.is_unfounded(|it| among(&withdrawn, it), |it| among(&standing, it)) {
                case.verdict = Verdict::Flaky;
            }
        }
        self
    }
}

/// A row that is not committed yet.
#[cfg(feature = "store")]
#[derive(Debug)]
pub(super) enum Pending {
    Case(Box<CaseRecord>),
    Finding(Box<FindingRecord>),
    Reduction(Box<ReductionRecord>),
    Event { at: Duration, body: String },
}
