//! The aspects of an execution or a definition that are compared, and that a clause can cast doubt
//! on.

use serde::{Deserialize, Serialize};

/// An aspect, in the order in which differences are looked for: the first aspect that differs is
/// the root difference, and later ones follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Whether `CreateStateMachine` accepts the definition.
    Acceptance,
    /// The diagnostics of `ValidateStateMachineDefinition`, and the message of a refusal.
    Diagnostics,
    /// Whether the execution ends at all.
    Liveness,
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`.
    Status,
    /// The error name.
    Error,
    /// Which states were entered, in order per scope.
    Path,
    /// How often each task was attempted, as seen by its workers.
    Attempts,
    /// The inputs with which each task was attempted, as seen by its workers.
    Effects,
    /// The output. It comes after the events that lead to it, so that an engine which reports an
    /// output where there is none does not hide their differences.
    Output,
    /// The cause text.
    Cause,
    /// The events and their details.
    History,
    /// When attempts arrive and the execution ends.
    Timing,
    /// What the service answers to a call.
    Answer,
}

impl Aspect {
    /// All aspects, in order.
    pub const ALL: [Self; 13] = [
        Self::Acceptance,
        Self::Diagnostics,
        Self::Liveness,
        Self::Status,
        Self::Error,
        Self::Path,
        Self::Attempts,
        Self::Effects,
        Self::Output,
        Self::Cause,
        Self::History,
        Self::Timing,
        Self::Answer,
    ];

    /// The word used in reports, signatures and ledgers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Acceptance => "acceptance",
            Self::Diagnostics => "diagnostics",
            Self::Liveness => "liveness",
            Self::Status => "status",
            Self::Error => "error",
            Self::Output => "output",
            Self::Path => "path",
            Self::Attempts => "attempts",
            Self::Effects => "effects",
            Self::Cause => "cause",
            Self::History => "history",
            Self::Timing => "timing",
            Self::Answer => "answer",
        }
    }
}
