//! How strictly an engine may be judged.

use stepproof_specs::base::time::Millis;

/// How strictly an engine may be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How causes are compared.
    pub cause: CauseCompare,
    /// How histories are compared.
    pub history: HistoryCompare,
    /// How timing is compared; absent if it is not judged.
    pub timing: Option<TimingCompare>,
    /// How much longer than the reference's schedule an execution may run (milliseconds of ASL
    /// time) before it counts as a liveness divergence.
    pub liveness_grace: Millis,
}

impl Policy {
    /// Whether the engine's clock stays exact however busy the engine is.
    pub fn is_exact(&self) -> bool {
        let timing = self.timing.as_ref();
        timing.is_some_and(|timing| timing.early == 0 && timing.late == 0)
    }
}

/// How causes are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CauseCompare {
    /// Not at all.
    Ignore,
    /// Only causes given by a task or a Fail state: each engine may word the interpreter's own
    /// messages differently.
    Given,
    /// Character by character, after normalisation.
    Exact,
}

/// How histories are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HistoryCompare {
    /// Not at all.
    Ignore,
    /// Which states were entered (aspect `path`).
    Path,
    /// The kinds of events per state.
    Kinds,
    /// Kinds and details.
    Details,
}

/// How timing is compared in the quiet lane, in milliseconds of ASL time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimingCompare {
    /// How much too early something may happen (clock granularity).
    pub early: Millis,
    /// How much too late something may happen, in addition to the control machine's delay.
    pub late: Millis,
    /// How long a worker that polls may wait before it is given a task, each time.
    pub handover: Millis,
}

impl TimingCompare {
    /// No tolerance: times must be equal to the millisecond.
    pub const EXACT: Self = Self {
        early: 0,
        late: 0,
        handover: 0,
    };
}
