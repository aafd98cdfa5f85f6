//! The summary of a run: one line, one exit status.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use stepproof_specs::clause::Coverage;

use super::{Unjudged, words::plural};
use crate::judge::verdict::Verdict;

/// The default share of cases that may end without a verdict.
pub const DEFAULT_UNSURE_SHARE: f64 = 0.05;

/// Exit statuses of a process that a signal has ended begin here.
pub const SIGNALLED: u8 = 128;

/// The counts and results of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    counts: [u64; Verdict::ALL.len()],
    /// The clauses that were exercised.
    pub coverage: Coverage,
    /// The number of roots of the new divergences.
    pub roots: u64,
    /// The ledger entries that no longer hold.
    pub stale: Vec<String>,
    /// How long the run took.
    pub elapsed: Duration,
    /// Whether the engine could not be reached.
    pub unreachable: bool,
    /// Whether the harness failed one of its own checks.
    pub internal: bool,
    /// The machines that a user gave of which no case was judged.
    pub unjudged: Vec<String>,
    /// How many of the machines that a user gave were judged; absent if the user gave none.
    pub machines: Option<Machines>,
    /// The signal that interrupted the run, if one did before everything was judged.
    pub interrupted: Option<u8>,
}

/// What came of the machines that a user gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Machines {
    /// Those of which a case was judged.
    pub judged: u64,
    /// Those that were run, and of which no case was judged.
    pub without_verdict: u64,
    /// Those that were not run.
    pub left_out: BTreeMap<Unjudged, u64>,
    /// How many states those have that were run.
    pub states: u64,
    /// How many of these states a judged case entered.
    pub entered: u64,
}

impl Machines {
    /// The counts in words.
    pub fn line(&self) -> String {
        let left_out: u64 = self.left_out.values().sum();
        let all = self.judged + self.without_verdict + left_out;
        let mut parts = vec![plural(all, "machine"), format!("{} judged", self.judged)];
        for kind in Unjudged::ALL {
            let count = self.left_out.get(&kind).copied().unwrap_or_default();
            parts.push(format!("{count} {}", kind.name()));
        }
        if self.without_verdict > 0 {
            parts.push(format!("{} without a judged case", self.without_verdict));
        }
        parts.push(format!(
            "{} of {} entered",
            self.entered,
            plural(self.states, "state")
        ));
        parts.join(", ")
    }
}

/// The exit status of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing is wrong.
    Success,
    /// A divergence that the ledger does not know.
    Diverged,
    /// The command was used wrongly.
    Usage,
    /// A ledger entry is stale.
    Stale,
    /// Nothing was judged, or nothing of a machine that the user gave.
    NothingJudged,
    /// Too many cases ended without a verdict.
    Unsure,
    /// The engine could not be reached.
    Unreachable,
    /// The record or the output could not be written.
    Unwritten,
    /// A bug in the harness.
    Internal,
    /// A signal with this number ended it before everything was judged.
    Interrupted(u8),
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

    /// Moves a case from one verdict to another.
    pub fn recount(&mut self, before: Verdict, now: Verdict) {
        self.counts[before as usize] -= 1;
        self.count(now);
    }

    /// The number of cases with this verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.counts[verdict as usize]
    }

    /// The number of all cases.
    pub fn cases(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The number of cases that were judged.
    pub fn judged(&self) -> u64 {
        self.of(Verdict::Agree) + self.of(Verdict::Diverge) + self.of(Verdict::Known)
    }

    /// The number of cases that were run without a verdict.
    pub fn unsure(&self) -> u64 {
        self.of(Verdict::Poisoned) + self.of(Verdict::Flaky) + self.of(Verdict::Unknown)
    }

    /// The run in one line, always in the same form; one of machines that a user gave counts these,
    /// too.
    pub fn line(&self) -> String {
        let cases = format!(
            "{}, {} judged: {} agreed, {} diverged, {} known; \
             {} unsupported, {} poisoned, {} flaky, {} unknown",
            plural(self.cases(), "case"),
            self.judged(),
            self.of(Verdict::Agree),
            self.of(Verdict::Diverge),
            self.of(Verdict::Known),
            self.of(Verdict::Unsupported),
            self.of(Verdict::Poisoned),
            self.of(Verdict::Flaky),
            self.of(Verdict::Unknown),
        );
        let roots = self.roots;
        match &self.machines {
            None => format!("{cases}; {roots} roots"),
            Some(machines) => format!("{cases}; {}; {roots} roots", machines.line()),
        }
    }

    /// The exit status if at most this share of the cases may be without a verdict: the first
    /// condition that holds. [`ExitStatus::Usage`] is not among them, because after wrong usage
    /// nothing is run.
    pub fn exit_status(&self, unsure_share: f64) -> ExitStatus {
        if self.unreachable {
            ExitStatus::Unreachable
        } else if self.internal {
            ExitStatus::Internal
        } else if self.of(Verdict::Diverge) > 0 {
            ExitStatus::Diverged
        } else if !self.stale.is_empty() {
            ExitStatus::Stale
        } else if let Some(signal) = self.interrupted {
            ExitStatus::Interrupted(signal)
        } else if self.judged() == 0 || !self.unjudged.is_empty() {
            ExitStatus::NothingJudged
        } else if self.unsure() as f64 > unsure_share * self.cases() as f64 {
            ExitStatus::Unsure
        } else {
            ExitStatus::Success
        }
    }
}

impl Summary {
    /// Why a run ends with this status, unless it is [`ExitStatus::Success`].
    pub fn why(&self, status: ExitStatus, unsure_share: f64) -> Option<String> {
        let of = |cases: u64| format!("{cases} of {}", plural(self.cases(), "case"));
        let reason = match status {
            ExitStatus::Success | ExitStatus::Usage | ExitStatus::Unwritten => return None,
            ExitStatus::Diverged => {
                let count = self.of(Verdict::Diverge);
                let (cases, verb) = (of(count), if count == 1 { "diverges" } else { "diverge" });
                format!("{cases} {verb} in ways that no ledger entry names")
            }
            ExitStatus::Stale => format!("stale ledger entries: {}", self.stale.join(", ")),
            ExitStatus::NothingJudged if self.judged() == 0 => "no case was judged".to_owned(),
            ExitStatus::NothingJudged => {
                format!("no case was judged of {}", self.unjudged.join(", "))
            }
            ExitStatus::Unsure => format!(
                "{} {} no verdict, more than the share of {unsure_share} that --max-unsure allows",
                of(self.unsure()),
                if self.unsure() == 1 { "has" } else { "have" }
            ),
            ExitStatus::Unreachable => "the engine could not be reached".to_owned(),
            ExitStatus::Internal => {
                "the harness made a mistake, which is a warning above".to_owned()
            }
            ExitStatus::Interrupted(signal) => {
                format!("signal {signal} interrupted the run before everything was judged")
            }
        };
        Some(format!("exit status {}: {reason}", status.code()))
    }
}

impl ExitStatus {
    /// The numeric status.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Diverged => 1,
            Self::Usage => 2,
            Self::Stale => 3,
            Self::NothingJudged => 4,
            Self::Unsure => 5,
            Self::Unreachable => 6,
            Self::Unwritten => 7,
            Self::Internal => 70,
            Self::Interrupted(signal) => SIGNALLED.saturating_add(signal),
        }
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
        let mut summary = summary(&[
            (Verdict::Agree, 998),
            (Verdict::Diverge, 1),
            (Verdict::Unsupported, 1),
        ]);
        summary.roots = 1;
        assert_eq!(
            summary.line(),
            "1000 cases, 999 judged: 998 agreed, 1 diverged, 0 known; 1 unsupported, 0 poisoned, \
             0 flaky, 0 unknown; 1 roots"
        );
    }

    #[test]
    fn a_status_says_why() {
        let summary = summary(&[(Verdict::Agree, 8), (Verdict::Unknown, 2)]);
        let status = summary.exit_status(0.1);
        assert_eq!(
            summary.why(status, 0.1).as_deref(),
            Some(
                "exit status 5: 2 of 10 cases have no verdict, more than the share of 0.1 that \
                 --max-unsure allows"
            )
        );
        assert_eq!(summary.why(ExitStatus::Success, 0.1), None);
    }

    /// Wrong usage and a full disk are told by the error that they are.
    #[test]
    fn every_status_of_a_run_says_why() {
        let mut all = summary(&[(Verdict::Agree, 8), (Verdict::Diverge, 2)]);
        all.stale = vec!["old".to_owned()];
        all.unjudged = vec!["a.json".to_owned(), "b.json".to_owned()];
        let told: Vec<String> = [
            ExitStatus::Diverged,
            ExitStatus::Stale,
            ExitStatus::NothingJudged,
            ExitStatus::Unsure,
            ExitStatus::Unreachable,
            ExitStatus::Internal,
            ExitStatus::Interrupted(15),
        ]
        .into_iter()
        .map(|status| all.why(status, 0.1).expect("a reason"))
        .chain(Summary::default().why(ExitStatus::NothingJudged, 0.1))
        .collect();
        assert_eq!(
            told,
            [
                "exit status 1: 2 of 10 cases diverge in ways that no ledger entry names",
                "exit status 3: stale ledger entries: old",
                "exit status 4: no case was judged of a.json, b.json",
                "exit status 5: 0 of 10 cases have no verdict, more than the share of 0.1 that \
                 --max-unsure allows",
                "exit status 6: the engine could not be reached",
                "exit status 70: the harness made a mistake, which is a warning above",
                "exit status 143: signal 15 interrupted the run before everything was judged",
                "exit status 4: no case was judged",
            ]
        );
    }

    #[test]
    fn an_interrupted_run_is_as_red_as_what_it_found() {
        let status = |summary: &Summary| summary.exit_status(DEFAULT_UNSURE_SHARE);
        let mut interrupted = summary(&[(Verdict::Agree, 1), (Verdict::Unknown, 9)]);
        interrupted.interrupted = Some(2);
        assert_eq!(status(&interrupted).code(), 130);
        assert_eq!(
            status(&Summary {
                interrupted: Some(15),
                ..Summary::default()
            })
            .code(),
            143
        );
        interrupted.count(Verdict::Diverge);
        assert_eq!(status(&interrupted), ExitStatus::Diverged);
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
