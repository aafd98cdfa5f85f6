//! What a run came to: one line, one exit status.

use std::time::Duration;

use serde::Serialize;
use stepproof_specs::clause::Coverage;

use crate::judge::verdict::Verdict;

/// The share of cases that may end without a verdict.
pub const DEFAULT_UNSURE_SHARE: f64 = 0.05;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    counts: [u64; Verdict::ALL.len()],
    /// The clauses that were exercised.
    pub coverage: Coverage,
    /// How many distinct new divergences were found.
    pub findings: u64,
    /// The ledger entries that no longer hold.
    pub stale: Vec<String>,
    /// How long the run took.
    pub elapsed: Duration,
    /// The engine could not be reached.
    pub unreachable: bool,
    /// The harness broke its own promise.
    pub internal: bool,
}

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ExitStatus {
    /// All is well.
    Success = 0,
    /// A divergence that the ledger does not know.
    Diverged = 1,
    /// The command was used wrongly.
    Usage = 2,
    /// A ledger entry no longer holds.
    Stale = 3,
    /// Nothing was judged.
    NothingJudged = 4,
    /// Too many cases ended without a verdict.
    Unsure = 5,
    /// The engine could not be reached.
    Unreachable = 6,
    /// A fault of the harness.
    Internal = 70,
}

impl Summary {
    /// Counts a case.
    pub fn count(&mut self, verdict: Verdict) {
        self.add(verdict, 1);
    }

    /// Counts several cases.
    pub fn add(&mut self, verdict: Verdict, cases: u64) {
        self.counts[verdict as usize] += cases;
    }

    /// Counts a case otherwise than before.
    pub fn recount(&mut self, before: Verdict, now: Verdict) {
        self.counts[before as usize] -= 1;
        self.count(now);
    }

    /// How many cases came to a verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.counts[verdict as usize]
    }

    /// How many cases there were.
    pub fn cases(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many cases something follows from.
    pub fn judged(&self) -> u64 {
        self.of(Verdict::Agree) + self.of(Verdict::Diverge) + self.of(Verdict::Known)
    }

    /// How many cases were run without a verdict.
    pub fn unsure(&self) -> u64 {
        self.of(Verdict::Poisoned) + self.of(Verdict::Flaky) + self.of(Verdict::Unknown)
    }

    /// The run in one line, always in this form.
    pub fn line(&self) -> String {
        format!(
            "{} cases, {} judged: {} agreed, {} diverged, {} known; \
             {} unsupported, {} poisoned, {} flaky, {} unknown",
            self.cases(),
            self.judged(),
            self.of(Verdict::Agree),
            self.of(Verdict::Diverge),
            self.of(Verdict::Known),
            self.of(Verdict::Unsupported),
            self.of(Verdict::Poisoned),
            self.of(Verdict::Flaky),
            self.of(Verdict::Unknown),
        )
    }

    /// How the command ends, when at most this share of the cases may be without a verdict: the
    /// first that applies. Wrong usage comes before all of them, because nothing was run.
    pub fn exit_status(&self, unsure_share: f64) -> ExitStatus {
        if self.unreachable {
            ExitStatus::Unreachable
        } else if self.internal {
            ExitStatus::Internal
        } else if self.of(Verdict::Diverge) > 0 {
            ExitStatus::Diverged
        } else if !self.stale.is_empty() {
            ExitStatus::Stale
        } else if self.judged() == 0 {
            ExitStatus::NothingJudged
        } else if self.unsure() as f64 > unsure_share * self.cases() as f64 {
            ExitStatus::Unsure
        } else {
            ExitStatus::Success
        }
    }
}

impl ExitStatus {
    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_UNSURE_SHARE, ExitStatus, Summary};
    use crate::judge::verdict::Verdict;

    fn summary(counts: &[(Verdict, u64)]) -> Summary {
        let mut summary = Summary::default();
        for (verdict, cases) in counts {
            summary.add(*verdict, *cases);
        }
        summary
    }

    #[test]
    fn the_line_has_one_form() {
        let summary = summary(&[
            (Verdict::Agree, 998),
            (Verdict::Diverge, 1),
            (Verdict::Unsupported, 1),
        ]);
        assert_eq!(
            summary.line(),
            "1000 cases, 999 judged: 998 agreed, 1 diverged, 0 known; 1 unsupported, 0 poisoned, \
             0 flaky, 0 unknown"
        );
    }

    #[test]
    fn the_first_status_that_applies_decides() {
        let status = |summary: &Summary| summary.exit_status(DEFAULT_UNSURE_SHARE);
        let agree = [(Verdict::Agree, 95), (Verdict::Flaky, 5)];
        assert_eq!(status(&summary(&agree)), ExitStatus::Success);
        assert_eq!(
            status(&summary(&[agree[0], (Verdict::Unknown, 6)])),
            ExitStatus::Unsure
        );
        assert_eq!(
            status(&summary(&[(Verdict::Poisoned, 1)])),
            ExitStatus::NothingJudged
        );
        assert_eq!(status(&Summary::default()), ExitStatus::NothingJudged);
        let mut all = summary(&[(Verdict::Diverge, 1)]);
        all.stale = vec!["x".into()];
        assert_eq!(status(&all), ExitStatus::Diverged);
        all.internal = true;
        assert_eq!(status(&all), ExitStatus::Internal);
        all.unreachable = true;
        assert_eq!(status(&all).code(), 6);
        let mut stale = summary(&agree);
        stale.stale = all.stale;
        assert_eq!(status(&stale), ExitStatus::Stale);
    }
}
