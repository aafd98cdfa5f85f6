//! The options of a run.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use stepproof_specs::deviation::Deviation;

use crate::{shrink::Budget, store::Keep};

/// The options of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// When the run ends.
    pub limit: Limit,
    /// The part of the cases that this process runs.
    pub shard: Shard,
    /// How many cases run at once.
    pub jobs: usize,
    /// What is kept of each case.
    pub keep: Keep,
    /// How often a divergence is run in total before it is confirmed; at least 2 of these runs must
    /// diverge.
    pub repetitions: u32,
    /// The budget of a reduction.
    pub shrink: Budget,
    /// One in this many of the cases that wait is judged in the quiet lane; 0 for none.
    pub quiet_share: u64,
    /// How many of the cases that the ledger covers only by signatures are reduced at the end, to see
    /// whether an entry hides another root.
    pub spot_checks: usize,
    /// Deviations that explain nothing, as if the catalogue did not hold them: to see what a run makes
    /// of a broken rule that nobody has thought of.
    pub untried: Vec<Deviation>,
}

impl Options {
    /// The number of cases that this process is to run; `None` if time decides.
    pub fn planned(&self) -> Option<u64> {
        match self.limit {
            Limit::Cases(cases) => Some(self.shard.share_of(cases)),
            Limit::Time(_) => None,
        }
    }

    /// The numbers of this process's cases, in order.
    pub(super) fn indexes(&self) -> Box<dyn Iterator<Item = u64> + Send> {
        let mine = self.shard.indexes();
        match self.limit {
            Limit::Cases(cases) => Box::new(mine.take_while(move |index| *index < cases)),
            Limit::Time(_) => Box::new(mine),
        }
    }
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Cases 0 to N − 1 of the seed, divided among the shards.
    Cases(u64),
    /// As many cases as fit into this time, over all sessions of the run.
    Time(Duration),
}

/// A part of a run: shard K of N has the cases whose index leaves the remainder K − 1 when divided
/// by N. Shards need no coordination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    number: u64,
    of: u64,
}

impl Shard {
    /// The only shard.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Whether a case belongs to this shard.
    pub fn owns(self, index: u64) -> bool {
        index % self.of == self.number - 1
    }

    /// The numbers of this shard's cases, in order.
    pub fn indexes(self) -> impl Iterator<Item = u64> + Send {
        (self.number - 1..).step_by(usize::try_from(self.of).unwrap_or(usize::MAX))
    }

    /// How many of the first `cases` belong to this shard.
    pub fn share_of(self, cases: u64) -> u64 {
        (cases + self.of - self.number) / self.of
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// Why a string is not a shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not K/N with whole numbers 1 <= K <= N")]
pub struct ParseShardError(String);

impl FromStr for Shard {
    type Err = ParseShardError;

    fn from_str(text: &str) -> Result<Self, ParseShardError> {
        text.split_once('/')
            .and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)))
            .filter(|(number, of)| (1..=*of).contains(number))
            .map(|(number, of)| Self { number, of })
            .ok_or_else(|| ParseShardError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Shard;

    #[test]
    fn shards_divide_the_cases_without_rest_or_overlap() {
        for of in 1..6_u64 {
            let shards: Vec<Shard> = (1..=of)
                .map(|number| format!("{number}/{of}").parse().unwrap())
                .collect();
            for index in 0..40 {
                let owners = shards.iter().filter(|shard| shard.owns(index)).count();
                assert_eq!(owners, 1, "case {index} of {of} shards");
            }
            for shard in &shards {
                let mine: Vec<u64> = shard.indexes().take_while(|index| *index < 23).collect();
                assert!(mine.iter().all(|index| shard.owns(*index)));
                assert_eq!(mine.len() as u64, shard.share_of(23), "{shard}");
            }
        }
    }

    #[test]
    fn nonsense_is_no_shard() {
        for text in ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
