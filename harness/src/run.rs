//! Runs cases by the thousand: scheduling, concurrency, confirmation, cancellation, resuming.
//!
//! A single conductor owns the store and all counts; cases, confirmations and reductions are tasks
//! that report to it. A case's verdict does not depend on the order in which tasks end, so a
//! resumed run reaches the same verdicts as an uninterrupted one.

mod attempt;
mod bugbase;
mod conductor;
pub mod confirm;
mod groups;
pub mod judging;
mod neighbours;
mod options;
mod quiet;
mod reach;
mod reduction;
mod roots;
mod spot;
mod stop;
mod telling;
mod witness;

pub(crate) use self::roots::is_accounted_for;
pub use self::{
    attempt::{Attempt, Outcome, attempt},
    bugbase::{Bugbase, Standing},
    conductor::{DriveError, End, drive},
    options::{Limit, Options, ParseShardError, Shard},
    quiet::Control,
    reduction::{EngineLab, states},
    stop::Stop,
};
#[cfg(feature = "cli")]
pub(crate) use self::{
    conductor::reasons,
    roots::{explain, known_by},
};

use std::{borrow::Cow, sync::Arc};

use stepproof_generators::given::Entered;
use stepproof_specs::{
    base::time::Millis, clause::Clause, deviation::Deviations, observation::Observation,
    scenario::case::Case,
};

use crate::{
    engines::Engine,
    job::{Job, Prepared},
    judge::verdict::{Difference, Judgement, Signature},
    raw::RawRun,
    report::Finding,
    store::{FindingRecord, ReductionRecord},
};

/// Provides the cases of a run.
pub trait Source: Send + Sync {
    /// The case with this number, which is always the same.
    fn case(&self, index: u64) -> Case;

    /// What the case with this number is called to replay it: SEED:INDEX, or only its number if it is not
    /// drawn from a seed.
    fn called(&self, index: u64) -> String {
        index.to_string()
    }

    /// The name of the machine that the user gave for this case; absent if it is generated.
    fn machine(&self, _index: u64) -> Option<&str> {
        None
    }

    /// The names of the states of the user's machine that a case enters, according to the reference;
    /// none if its machine is generated.
    fn entered(&self, _index: u64) -> Entered {
        Entered::new()
    }

    /// Whether the generators made every machine. If so, it is an error if the validator or the
    /// reference refuses a case.
    fn is_generated(&self) -> bool {
        true
    }

    /// Why a case is not run although the reference can run it: completes "failed to …".
    fn objection(&self, _prepared: &Prepared) -> Option<String> {
        None
    }
}

/// Judges what an engine did, without I/O.
pub trait Judge: Send + Sync {
    /// Compares a raw run with what the reference expects. Timing counts only in the quiet lane;
    /// `overhead` is how much longer than it should a control machine took beside the case.
    fn judge(&self, prepared: &Prepared, raw: &RawRun, overhead: Millis) -> Judgement;

    /// Compares observations of every start with what the reference expects. The result is the same
    /// as if they had been written as a raw run.
    fn judge_observed(
        &self,
        job: &Job,
        seen: &[Cow<'_, Observation>],
        overhead: Millis,
    ) -> Judgement {
        let raw = RawRun::of(seen.iter().map(AsRef::as_ref));
        self.judge(&Prepared::Execution(job.clone()), &raw, overhead)
    }

    /// The ledger entries that are deviations, by their ids.
    fn exact_entries(&self) -> Vec<(String, Arc<Deviations>)> {
        Vec::new()
    }

    /// The id of the ledger entry that covers a difference in this case by its signatures, if one does;
    /// `at` is the state where it shows first, if that is known.
    fn known_as(
        &self,
        signature: &Signature,
        at: Option<&str>,
        prepared: &Prepared,
    ) -> Option<&str>;

    /// The rule that a ledger entry says is broken.
    fn clause_of(&self, _entry: &str) -> Option<Clause> {
        None
    }

    /// Whether a ledger entry covers this difference in this case by its signatures.
    fn is_known(&self, difference: &Difference, prepared: &Prepared) -> bool {
        let at = difference.state.as_deref();
        self.known_as(&difference.signature, at, prepared).is_some()
    }

    /// Collects what a reader of a finding needs.
    fn finding(&self, finding: &FindingRecord, reduction: &ReductionRecord) -> Finding;
}

/// What all tasks of a run share.
pub struct Context {
    /// The engine under test.
    pub engine: Arc<dyn Engine>,
    /// The source of cases.
    pub source: Arc<dyn Source>,
    /// How runs are judged.
    pub judge: Arc<dyn Judge>,
    /// The request to stop.
    pub stop: Stop,
}

#[cfg(test)]
mod tests;
