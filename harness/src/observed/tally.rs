//! What recordings came to, counted.

use std::{collections::BTreeMap, path::PathBuf};

use stepproof_specs::clause::Aspect;

use super::{Divergence, Extent, Outcome, Recording};
use crate::{judge::verdict::Verdict, report::ExitStatus};

/// How many recordings came to each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; Verdict::ALL.len()]);

impl Counts {
    /// How many there are.
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many came to a verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }

    /// How many something follows from.
    pub fn judged(&self) -> u64 {
        self.of(Verdict::Agree) + self.of(Verdict::Diverge)
    }

    fn count(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }
}

/// A recording and what it came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Where it lies.
    pub file: PathBuf,
    /// Its area.
    pub area: String,
    /// Its kind.
    pub kind: String,
    /// What it tells.
    pub extent: Extent,
    /// What came of it.
    pub outcome: Outcome,
}

impl Judged {
    /// A recording with what came of it.
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

/// What recordings came to.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// All together.
    pub all: Counts,
    /// By what the recordings tell, and area.
    pub areas: BTreeMap<(Extent, String), Counts>,
    /// By kind.
    pub kinds: BTreeMap<String, Counts>,
    /// How often each aspect agreed, and how often it was the first that did not.
    pub aspects: BTreeMap<Aspect, (u64, u64)>,
    /// Why recordings were not judged, by verdict.
    pub reasons: BTreeMap<(Verdict, String), u64>,
    /// What differs, in the order of the recordings.
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

    /// How a command that counted this ends; `unread` says that something could not be read.
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

    /// Everything in one line.
    pub fn line(&self) -> String {
        let of = |verdict| self.all.of(verdict);
        let mut line = format!(
            "{} cases, {} judged: {} agreed, {} diverged; {} unsupported",
            self.all.all(),
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
