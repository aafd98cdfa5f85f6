//! Cases that agreed. An engine that no longer does for them what it did has changed (its memory is
//! full, its threads hang): nothing that it does then says how it interprets the language.

use std::collections::VecDeque;

use stepproof_specs::clause::Coverage;

use super::{
    Context,
    attempt::{attempt, ready},
};
use crate::{job::Lane, trouble::Trouble};

/// How many are remembered, the latest.
const MOST: usize = 32;
/// How many are asked.
const ASKED: usize = 2;

/// A case that agreed: it is drawn again when it is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Witness {
    index: u64,
    lane: Lane,
    coverage: Coverage,
}

/// Cases that agreed lately.
#[derive(Debug, Default)]
pub(super) struct Witnesses(VecDeque<Witness>);

impl Witnesses {
    /// A case has agreed.
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

    /// Those that exercise most of what a case exercises.
    pub fn of(&self, coverage: &Coverage) -> Vec<Witness> {
        let mut likest: Vec<_> = self.0.iter().copied().collect();
        likest.sort_by_key(|witness| std::cmp::Reverse(witness.coverage.common(coverage)));
        likest.truncate(ASKED);
        likest
    }
}

/// Whether the engine still does what it did: an error if none of these agrees any more.
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
        Some(witness) => Err(Trouble::Changed(witness.index)),
        None => Ok(()),
    }
}
