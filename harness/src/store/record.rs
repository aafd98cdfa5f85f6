//! The types that are recorded.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepproof_specs::{
    base::time::Millis, clause::Coverage, deviation::Deviation, scenario::case::Case,
};

use crate::{
    identity::CaseId,
    job::Lane,
    judge::verdict::{Judgement, Signature, Verdict},
    raw::RawRun,
    shrink::Ended,
};

/// The configuration of a run, which must be the same when the run is resumed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// When it was started, RFC 3339.
    pub started: String,
    /// The version of stepproof.
    pub stepproof: String,
    /// The version of the generators.
    pub generator: String,
    /// The engine's name.
    pub engine: String,
    /// The version that the engine reports.
    pub engine_version: String,
    /// The run's seed.
    pub seed: u64,
    /// All other options.
    pub configuration: Value,
}

/// What is kept of a case besides its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The raw runs of all cases that did not simply agree.
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
    /// Its identity, if more than its verdict is kept. Other cases are generated again from their
    /// number.
    pub id: Option<CaseId>,
    /// Its verdict.
    pub verdict: Verdict,
    /// The signatures of its differences.
    pub signatures: Vec<Signature>,
    /// The clauses that it exercised.
    pub coverage: Coverage,
    /// How many executions it started.
    pub starts: usize,
    /// The lane in which it ran.
    pub lane: Lane,
    /// The duration of its longest start, according to the reference.
    pub asl: Millis,
    /// How long the engine took, in real time.
    pub engine: Duration,
    /// When it was judged, in the run's own time, which continues when the run is resumed.
    pub at: Duration,
    /// What is needed to judge it again, if that is kept.
    pub detail: Option<Detail>,
}

impl CaseRecord {
    /// A case about which only the verdict is known.
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

/// What is needed to judge a case again, and the reason for its verdict.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Detail {
    /// What the engine answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawRun>,
    /// The judgement of the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
    /// Why there is no judgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Why the verdict is neither agreement nor a new divergence, unless that is the trouble.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// The number of the divergence that explains it, if it was not looked into for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<u32>,
    /// The deviations of which each alone explains what the engine did, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<Deviation>,
    /// Whether the explanations held for too few of the cases that waited while it was looked into: the
    /// divergence may be something else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubted: bool,
    /// Why a divergence that no deviation explains is under the root of another one, or what others under it
    /// have in common with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouped: Option<String>,
    /// The id of the rule that is suspected of a divergence that no deviation explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspected: Option<String>,
    /// Whether the best explanation holds only beside what else is known of the engine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
}

impl Detail {
    /// Whether a deviation explains what the engine did.
    pub fn explains(&self) -> bool {
        self.grouped.is_none() && !self.explanations.is_empty()
    }

    /// The reasons for the verdict, for [`JudgedCase::why`].
    pub fn reasons(&self) -> Vec<String> {
        match &self.trouble {
            Some(trouble) if self.why.is_empty() => vec![trouble.clone()],
            _ => self.why.clone(),
        }
    }
}

/// A case that was judged in an earlier session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedCase {
    /// Its number in the run.
    pub index: u64,
    /// Its verdict.
    pub verdict: Verdict,
    /// The signatures of its differences.
    pub signatures: Vec<Signature>,
    /// The clauses that it exercised.
    pub coverage: Coverage,
    /// The reasons for a verdict that is neither agreement nor a new divergence. If it is known:
    /// the ids of the ledger's entries. If it is unknown or unsupported: what failed, which
    /// completes "failed to …". If it is poisoned: why nothing follows from what differs.
    pub why: Vec<String>,
    /// The number of the divergence that explains it, if it was not looked into for itself.
    pub root: Option<u32>,
    /// The number of the first divergence that was found in it and stands, if it was looked into.
    pub shows: Option<u32>,
}

/// A new, confirmed divergence.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRecord {
    /// Its number in the run, from 1.
    pub number: u32,
    /// Its signature.
    pub signature: Signature,
    /// The number of the case in which it was found.
    pub index: u64,
    /// How many runs showed it.
    pub reproduced: u32,
    /// How many runs there were.
    pub repetitions: u32,
    /// The part of the directory's name that describes it.
    pub slug: String,
    /// The case as it was found.
    pub original: Case,
    /// The run that showed it.
    pub detail: Detail,
}

/// The result of shrinking a finding's case.
#[derive(Debug, Clone, PartialEq)]
pub struct ReductionRecord {
    /// The finding's number.
    pub number: u32,
    /// The smallest case that still shows the divergence.
    pub minimal: Case,
    /// How many states it has.
    pub states: usize,
    /// How many smaller cases were considered.
    pub candidates: u64,
    /// How many cases were run on the engine.
    pub calls: u64,
    /// Why the reduction ended.
    pub ended: Ended,
    /// Why the case could not be shrunk, if that failed.
    pub error: Option<String>,
    /// The run of the smallest case.
    pub detail: Detail,
    /// The result of loading the case file and running it again.
    pub replay: Replay,
}

/// The result of loading a finding's case file and running it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// The divergence did not show in any of the runs.
    Gone,
    /// The divergence showed again.
    CameBack,
    /// Trouble outside the semantics: the finding is neither confirmed nor withdrawn.
    Troubled,
}

#[cfg(feature = "store")]
impl Replay {
    /// The code under which it is stored.
    pub(super) fn code(self) -> i64 {
        match self {
            Self::Gone => 0,
            Self::CameBack => 1,
            Self::Troubled => 2,
        }
    }

    /// The value stored under this code.
    pub(super) fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Gone,
            1 => Self::CameBack,
            _ => Self::Troubled,
        }
    }
}

/// The state from which a resumed run continues.
#[derive(Debug, Default)]
pub struct Stored {
    /// The judged cases, by number.
    pub cases: Vec<JudgedCase>,
    /// The findings, each with its reduction if that was completed.
    pub findings: Vec<(FindingRecord, Option<ReductionRecord>)>,
    /// How long the run has taken so far.
    pub elapsed: Duration,
}

impl ReductionRecord {
    /// Whether the finding is withdrawn, because its case no longer diverges.
    pub fn withdraws(&self) -> bool {
        self.replay == Replay::Gone
    }
}

impl JudgedCase {
    /// Whether all findings on which its verdict depends were withdrawn, which makes the case
    /// flaky.
    pub fn is_unfounded(
        &self,
        withdrawn: impl Fn(&Signature) -> bool,
        stands: impl Fn(&Signature) -> bool,
    ) -> bool {
        self.verdict == Verdict::Diverge
            && self.root.is_none()
            && self.signatures.iter().any(withdrawn)
            && !self.signatures.iter().any(stands)
    }
}

#[cfg(feature = "store")]
impl Stored {
    /// What explains a finding, the best first: what explains its root, and what explains it alone.
    pub fn explanations(&self, number: u32) -> Vec<Deviation> {
        let reductions = || self.findings.iter().filter_map(|(_, it)| it.as_ref());
        let own = reductions().find(|it| it.number == number);
        let root = own.and_then(|own| {
            let root = own.detail.root?;
            reductions().find(|it| it.number == root)
        });
        let both = root.into_iter().chain(own);
        let all = both.flat_map(|it| &it.detail.explanations);
        all.cloned().collect()
    }

    /// The divergence under which a case is counted, if it is under one.
    pub fn divergence_of(&self, index: u64) -> Option<u32> {
        let case = self.cases.iter().find(|it| it.index == index)?;
        case.root.or(case.shows)
    }

    /// Applies the findings to the cases: which was found in which, and what follows from those that were
    /// withdrawn.
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
            let mut shown = standing.iter().map(|(it, _)| it);
            let shown = shown.find(|it| it.index == case.index);
            case.shows = shown.map(|it| it.number);
            if case.is_unfounded(|it| among(&withdrawn, it), |it| among(&standing, it)) {
                case.verdict = Verdict::Flaky;
            }
        }
        self
    }
}

/// A row that has not been committed.
#[cfg(feature = "store")]
#[derive(Debug)]
pub(super) enum Pending {
    Case(Box<CaseRecord>),
    Finding(Box<FindingRecord>),
    Reduction(Box<ReductionRecord>),
    Event { at: Duration, body: String },
}
