//! The verdict on a case, given its judgement.

use serde::{Deserialize, Serialize};

pub use super::{
    compare::{Aspects, Difference, Judgement, OfStart},
    signature::Signature,
};

/// The result for a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every judged aspect agrees.
    Agree,
    /// Something differs that no ledger entry names.
    Diverge,
    /// Everything that differs is in the ledger.
    Known,
    /// Something differs, but several outcomes are legal or the reference is not certain.
    Poisoned,
    /// Something differed once and was not reproduced.
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

impl Judgement {
    /// The verdict, given the signatures that the ledger covers. Without a difference and without a
    /// judged aspect it is [`Verdict::Unknown`].
    pub fn verdict(&self, known: impl Fn(&Signature) -> bool) -> Verdict {
        if self.differences.is_empty() {
            if self.too_late.is_some() {
                Verdict::Unknown
            } else if !self.poisoned.is_empty() {
                Verdict::Poisoned
            } else if self.judged.is_empty() {
                Verdict::Unknown
            } else {
                Verdict::Agree
            }
        } else if self.differences.iter().all(|it| known(&it.signature)) {
            Verdict::Known
        } else {
            Verdict::Diverge
        }
    }
}
