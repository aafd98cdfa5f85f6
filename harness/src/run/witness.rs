//! Runs cases again that agreed before a divergence is believed. If they no longer agree, the
//! engine has changed (its memory is full, its threads hang), and what it does from then on says
//! nothing about how it interprets the language.

use std::collections::VecDeque;

use stepproof_specs::clause::Coverage;

use super::{
    Context,
    attempt::{attempt, ready},
};
use crate::{job::Lane, trouble::Trouble};

/// How many of the latest agreeing cases are remembered.
const MOST: usize = 128;
/// How many of them are run again.
const ASKED: usize = 2;

/// A case that agreed. It is generated again when it is needed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Witness {
    index: u64,
    lane: Lane,
    coverage: Coverage,
}

impl Witness {
    /// The number of the case.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The lane in which it ran.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// The clauses that it exercised.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }
}

/// The latest cases that agreed.
#[derive(Debug, Default)]
pub(super) struct Witnesses(VecDeque<Witness>);

impl Witnesses {
    /// Adds a case that agreed.
    pub fn add(&mut self, index: u64, lane: Lane, coverage: Coverage) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(Witness {
            index,
            lane,
            coverage,
        });
    }

    /// All of them.
    pub fn all(&self) -> Vec<Witness> {
        self.0.iter().copied().collect()
    }

    /// The witnesses that have most clauses in common with a case.
    pub fn of(&self, coverage: &Coverage) -> Vec<Witness> {
        let mut likest: Vec<_> = self.0.iter().copied().collect();
        likest.sort_by_key(|witness| std::cmp::Reverse(witness.coverage.common(coverage)));
        likest.truncate(ASKED);
        likest
    }
}

/// Checks that the engine still behaves as before; returns an error if none of the witnesses agrees
/// any more.
pub(super) async fn ask(
    context: &Context,
    witnesses: &[Witness],
    overhead: stepproof_specs::base::time::Millis,
) -> Result<(), Trouble> {
    for witness in witnesses {
        let Ok(ready) = ready(context, witness.index, |_| witness.lane) else {
            continue;
        };
        let attempt = attempt(context, &ready.prepared, overhead).await;
        let outcome = attempt.outcome;
        if outcome.into_signatures()?.is_empty() {
            return Ok(());
        }
    }
    match witnesses.first() {
        Some(witness) => Err(Trouble::Changed(context.source.called(witness.index))),
        None => Ok(()),
    }
}
