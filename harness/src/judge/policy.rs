//! How strictly an engine may be judged.

use std::fmt;

use serde::{Deserialize, Serialize};
use stepproof_specs::base::time::Millis;

/// How strictly an engine may be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// Whether a user relaxed what the adapter declares. What the ledger says may then not show.
    pub relaxed: bool,
    /// Whether the engine's clock stays exact however busy the engine is.
    pub exact_clock: bool,
}

/// In the words of the options that change it; times are in seconds of ASL time.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |millis: Millis| millis as f64 / 1_000.0;
        let (history, cause) = (self.history.name(), self.cause.name());
        write!(f, "history {history}, cause {cause}, timing ")?;
        match &self.timing {
            None => write!(f, "ignore")?,
            Some(timing) => write!(f, "{}s", seconds(timing.late))?,
        }
        write!(f, ", grace {}s (in ASL time)", seconds(self.liveness_grace))
    }
}

/// How strictly a user wants an engine to be judged. What is absent remains as its adapter declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Strictness {
    /// How histories are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryCompare>,
    /// How causes are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<CauseCompare>,
    /// How late something may happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Tolerance>,
    /// How much longer than the reference's schedule an execution may run (milliseconds of real time)
    /// before it counts as a liveness divergence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Millis>,
}

/// How late something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// Timing is not judged.
    Ignore,
    /// By so many milliseconds of real time.
    Late(Millis),
}

impl Strictness {
    /// Changes a policy whose times are in real time.
    pub fn apply(self, policy: &mut Policy) {
        let declared = policy.clone();
        policy.history = self.history.unwrap_or(declared.history);
        policy.cause = self.cause.unwrap_or(declared.cause);
        policy.liveness_grace = self.grace.unwrap_or(declared.liveness_grace);
        policy.timing = match (self.timing, declared.timing) {
            (None, timing) => timing,
            (Some(Tolerance::Ignore), _) => None,
            (Some(Tolerance::Late(late)), timing) => Some(TimingCompare {
                late,
                ..timing.unwrap_or(TimingCompare::TOLERANT)
            }),
        };
        // Less late than nothing is judged.
        let latest = |policy: &Policy| policy.timing.map_or(Millis::MAX, |timing| timing.late);
        policy.relaxed |= policy.history < declared.history
            || policy.cause < declared.cause
            || policy.liveness_grace > declared.liveness_grace
            || latest(policy) > latest(&declared);
    }
}

/// How causes are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum CauseCompare {
    /// Not at all.
    Ignore,
    /// Only causes given by a task or a Fail state: each engine may word the interpreter's own
    /// messages differently.
    Given,
    /// Character by character, after normalisation.
    Exact,
}

impl CauseCompare {
    /// The word in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Given => "given",
            Self::Exact => "exact",
        }
    }
}

/// How histories are compared. Unless they are ignored, every history must also be one at all: its
/// events numbered, linked backwards, and in the order of their times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
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

impl HistoryCompare {
    /// The word in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Path => "path",
            Self::Kinds => "kinds",
            Self::Details => "details",
        }
    }
}

/// How timing is compared in the quiet lane, in milliseconds of ASL time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

    /// What an engine in real time needs that is on this machine and not busy.
    pub const TOLERANT: Self = Self {
        early: 100,
        late: 1_500,
        handover: 0,
    };
}
