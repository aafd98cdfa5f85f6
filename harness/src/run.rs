//! Runs cases by the thousand: scheduling, concurrency, confirmation, cancellation, resuming.
//!
//! One conductor owns the store and everything that is counted; cases, confirmations and
//! reductions are tasks that report to it. A case's verdict does not depend on the order in which
//! tasks end, so that a resumed run comes to the verdicts of an unbroken one.

mod attempt;
mod bugbase;
mod conductor;
pub mod confirm;
pub mod judging;
mod options;
mod quiet;
mod reach;
mod reduction;
mod stop;
mod witness;

pub use self::{
    attempt::{Attempt, Outcome, attempt},
    bugbase::{Bugbase, Standing},
    conductor::{DriveError, End, drive},
    options::{Limit, Options, ParseShardError, Shard},
    quiet::Control,
    reduction::{EngineLab, states},
    stop::Stop,
};

use std::{borrow::Cow, sync::Arc};

use stepproof_specs::{base::time::Millis, observation::Observation, scenario::case::Case};

use crate::{
    engines::Engine,
    job::{Job, Prepared},
    judge::verdict::{Judgement, Signature},
    raw::RawRun,
    report::Finding,
    store::{FindingRecord, ReductionRecord},
};

/// Where cases come from.
pub trait Source: Send + Sync {
    /// The case with this number: always the same.
    fn case(&self, index: u64) -> Case;

    /// Whether the generators made every machine: then the validator and the reference must let
    /// every case through.
    fn is_generated(&self) -> bool {
        true
    }

    /// Why a case is not run, although the reference can run it: completes "failed to …".
    fn objection(&self, _prepared: &Prepared) -> Option<String> {
        None
    }
}

/// What follows from what an engine did. Pure.
pub trait Judge: Send + Sync {
    /// Compares a raw run with what the reference expects. Timing counts only if the case ran in
    /// the quiet lane; `overhead` is what a control machine beside it took longer than it should.
    fn judge(&self, prepared: &Prepared, raw: &RawRun, overhead: Millis) -> Judgement;

    /// Compares what was seen of every start of a job with what the reference expects: the same as if
    /// it had been written down as a raw run.
    fn judge_observed(
        &self,
        job: &Job,
        seen: &[Cow<'_, Observation>],
        overhead: Millis,
    ) -> Judgement {
        let raw = RawRun::of(seen.iter().map(AsRef::as_ref));
        self.judge(&Prepared::Execution(job.clone()), &raw, overhead)
    }

    /// Whether a ledger entry names this divergence of this case.
    fn is_known(&self, signature: &Signature, prepared: &Prepared) -> bool;

    /// Everything that a reader of a finding needs.
    fn finding(&self, finding: &FindingRecord, reduction: &ReductionRecord) -> Finding;
}

/// What every task of a run shares.
pub struct Context {
    /// What is judged.
    pub engine: Arc<dyn Engine>,
    /// Where cases come from.
    pub source: Arc<dyn Source>,
    /// What follows.
    pub judge: Arc<dyn Judge>,
    /// When to stop.
    pub stop: Stop,
}

#[cfg(test)]
mod tests;
