//! How strictly an engine may be judged.

use stepproof_specs::base::time::Millis;

/// How strictly an engine may be judged. The stricter policy that both sides admit decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Causes.
    pub cause: CauseCompare,
    /// Histories.
    pub history: HistoryCompare,
    /// Timing; absent if it is not judged.
    pub timing: Option<TimingCompare>,
    /// How long after the reference's schedule has ended an execution may still run (milliseconds of
    /// ASL time) before it is a divergence in liveness.
    pub liveness_grace: Millis,
}

impl Policy {
    /// Whether the engine's clock is exact however busy it is.
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
    /// Only causes that a task or a Fail state gave: the interpreter's own texts are the engine's
    /// matter.
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

/// How timing is compared, in the quiet lane. Milliseconds of ASL time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimingCompare {
    /// How much too early something may happen (clock granularity).
    pub early: Millis,
    /// How much too late something may happen, on top of what a control machine beside it takes.
    pub late: Millis,
    /// How long it may take until a worker that asks for tasks is given one, each time.
    pub handover: Millis,
}

impl TimingCompare {
    /// To the millisecond.
    pub const EXACT: Self = Self {
        early: 0,
        late: 0,
        handover: 0,
    };
}
