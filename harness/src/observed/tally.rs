//! Counts the outcomes of recordings.

use std::{collections::BTreeMap, path::PathBuf};

use stepproof_specs::clause::Aspect;

use super::{Divergence, Extent, Outcome, Recording};
use crate::{
    judge::verdict::Verdict,
    report::{ExitStatus, plural},
};

/// The number of recordings with each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; Verdict::ALL.len()]);

impl Counts {
    /// The number of all recordings.
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The number of recordings with this verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }

    /// The number of recordings that agreed or diverged.
    pub fn judged(&self) -> u64 {
        self.of(Verdict::Agree) + self.of(Verdict::Diverge)
    }

    fn count(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }
}

/// A recording and its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Its path.
    pub file: PathBuf,
    /// Its area.
    pub area: String,
    /// Its kind.
    pub kind: String,
    /// How much it says.
    pub extent: Extent,
    /// Its outcome.
    pub outcome: Outcome,
}

impl Judged {
    /// Combines a recording with its outcome.
    pub fn new(recording: &Recording, outcome: Outcome) -> Self {
        Self {
            file: recording.file.clone(),
            area: recording.area.clone(),
            kind: recording.kind().to_owned(),
            extent: recording.extent(),
            outcome,
        }
    }
}

/// The counted outcomes of recordings.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// All recordings.
    pub all: Counts,
    /// By extent and area.
    pub areas: BTreeMap<(Extent, String), Counts>,
    /// By kind.
    pub kinds: BTreeMap<String, Counts>,
    /// How often each aspect agreed, and how often it was the first to diverge.
    pub aspects: BTreeMap<Aspect, (u64, u64)>,
    /// Why recordings were not judged, by verdict.
    pub reasons: BTreeMap<(Verdict, String), u64>,
    /// All divergences, in the order of the recordings.
    pub divergences: Vec<(PathBuf, Divergence)>,
}

impl Tally {
    /// Counts a recording.
    pub fn count(&mut self, judged: Judged) {
        let verdict = judged.outcome.verdict();
        self.all.count(verdict);
        let area = (judged.extent, judged.area);
        self.areas.entry(area).or_default().count(verdict);
        self.kinds.entry(judged.kind).or_default().count(verdict);
        match judged.outcome {
            Outcome::Agreed(aspects) => self.agree(aspects.iter()),
            Outcome::Diverged { agreed, divergence } => {
                self.agree(agreed.iter());
                self.aspects.entry(divergence.aspect).or_default().1 += 1;
                self.divergences.push((judged.file, *divergence));
            }
            Outcome::Poisoned(why) | Outcome::Unsupported(why) | Outcome::Unknown(why) => {
                *self.reasons.entry((verdict, why)).or_default() += 1;
            }
        }
    }

    fn agree(&mut self, aspects: impl Iterator<Item = Aspect>) {
        for aspect in aspects {
            self.aspects.entry(aspect).or_default().0 += 1;
        }
    }

    /// The exit status of a command that counted these outcomes; `unread` says whether a file could
    /// not be read.
    pub fn status(&self, unread: bool) -> ExitStatus {
        if self.all.of(Verdict::Diverge) > 0 {
            ExitStatus::Diverged
        } else if unread {
            ExitStatus::Usage
        } else if self.all.judged() == 0 {
            ExitStatus::NothingJudged
        } else {
            ExitStatus::Success
        }
    }

    /// All counts on one line.
    pub fn line(&self) -> String {
        let of = |verdict| self.all.of(verdict);
        let mut line = format!(
            "{}, {} judged: {} agreed, {} diverged; {} unsupported",
            plural(self.all.all(), "case"),
            self.all.judged(),
            of(Verdict::Agree),
            of(Verdict::Diverge),
            of(Verdict::Unsupported),
        );
        for verdict in [Verdict::Poisoned, Verdict::Unknown] {
            if of(verdict) > 0 {
                line += &format!(", {} {}", of(verdict), verdict.name());
            }
        }
        line
    }
}
