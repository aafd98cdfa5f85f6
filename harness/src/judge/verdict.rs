//! What follows from an expectation and a raw run.

use serde::{Deserialize, Serialize};

pub use crate::judge::compare::{Aspects, Difference, Judgement};

/// What a case came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every judged aspect is the same.
    Agree,
    /// Something differs that no ledger entry names.
    Diverge,
    /// Everything that differs is in the ledger.
    Known,
    /// Something differs, but several outcomes are legal or the reference is not sure.
    Poisoned,
    /// Something differed once and did not come back.
    Flaky,
    /// Trouble outside the semantics.
    Unknown,
    /// Not judged: the engine or this build cannot do it.
    Unsupported,
}

impl Verdict {
    /// All verdicts, in the order in which they are reported.
    pub const ALL: [Self; 7] = [
        Self::Agree,
        Self::Diverge,
        Self::Known,
        Self::Unsupported,
        Self::Poisoned,
        Self::Flaky,
        Self::Unknown,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agree => "agreed",
            Self::Diverge => "diverged",
            Self::Known => "known",
            Self::Poisoned => "poisoned",
            Self::Flaky => "flaky",
            Self::Unknown => "unknown",
            Self::Unsupported => "unsupported",
        }
    }
}

/// The identity of a divergence: `aspect state-kind parent-kind shape`, stable from discovery
/// through reduction. What the ledger and the reducer go by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signature(pub String);

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
