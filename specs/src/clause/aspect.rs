//! What can be compared of an execution or a definition, and what a clause can cast doubt on.

use serde::{Deserialize, Serialize};

/// What can be compared, in the order in which a difference is looked for: the first one that
/// differs is the root, the later ones follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Whether `CreateStateMachine` accepts the definition.
    Acceptance,
    /// What `ValidateStateMachineDefinition` says of the definition, and in which words it is
    /// refused.
    Diagnostics,
    /// Whether the execution ends at all.
    Liveness,
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`.
    Status,
    /// The error name.
    Error,
    /// Which states were entered, in order per scope.
    Path,
    /// How often each task was attempted, as its worker saw it.
    Attempts,
    /// With which inputs each task was attempted, as its worker saw them.
    Effects,
    /// The output: after what happened on the way to it, so that an engine which reports an output
    /// where there is none hides nothing.
    Output,
    /// The cause text.
    Cause,
    /// The events and their details.
    History,
    /// When attempts arrive and the execution ends.
    Timing,
}

impl Aspect {
    /// All aspects, in order.
    pub const ALL: [Self; 12] = [
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
        }
    }
}
