//! The asynchronous reducer: makes a diverging case small while it still diverges in the same way.
//!
//! The search belongs to the generators ([`Reduction`]): it proposes candidates and learns which of
//! them still diverge. Here, each candidate is first filtered locally by the validator and the
//! reference, because a call to an engine is expensive. Several candidates are tried at once, and
//! the first in order that still diverges is accepted, so the result does not depend on how many
//! are tried at once. This module knows no engine: a [`Lab`] runs the candidates.

mod flight;
mod trivial;

use std::{
    collections::{BTreeMap, HashSet},
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use stepproof_generators::reduce::Reduction;
use stepproof_specs::scenario::case::Case;

use self::flight::Flight;
pub use self::trivial::trivial_case;
use self::trivial::trivial_like;
use crate::{identity::CaseId, trouble::Trouble};

/// What the reducer needs from its environment.
pub trait Lab: Send + Sync + 'static {
    /// A case that passed the local filter, ready to be tried.
    type Sample: Send + 'static;

    /// The local filter: whether a case is worth an engine call. Makes no call itself.
    fn admit(&self, case: &Case) -> Option<Self::Sample>;

    /// Called when a smaller case was found, from which the search continues.
    fn progress(&self, smaller: &Case) {
        let _ = smaller;
    }

    /// Runs a case on the engine; returns whether it still shows the divergence that is sought.
    fn diverges(&self, sample: Self::Sample) -> impl Future<Output = Result<bool, Trouble>> + Send;
}

/// The budget of a reduction.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// How many cases may be run on the engine.
    pub calls: u64,
    /// How long it may take.
    pub time: Duration,
    /// How many cases are tried at once.
    pub width: usize,
}

/// Why a reduction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// No smaller candidate shows the divergence.
    Minimal,
    /// The calls were used up.
    OutOfCalls,
    /// The time was used up.
    OutOfTime,
    /// Even the trivial machine shows the divergence: the engine is broken as a whole.
    Trivial,
    /// The reduction never started: the case is as it was found.
    NotReduced,
}

/// What a pass of the reducer cost, and how many of its steps were accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Toll {
    /// How many of its candidates were run on the engine.
    pub calls: u64,
    /// How many of these were accepted.
    pub steps: u64,
}

impl Toll {
    /// Adds another toll to this one.
    pub fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.steps += other.steps;
    }
}

/// The result of a reduction.
#[derive(Debug, Clone, PartialEq)]
pub struct Shrunk {
    /// The smallest case that still shows the divergence.
    pub case: Case,
    /// How many smaller cases were considered.
    pub candidates: u64,
    /// How many cases were run on the engine.
    pub calls: u64,
    /// How many times a smaller case was found.
    pub steps: u64,
    /// The cost by pass. Calls before the search are not included.
    pub passes: BTreeMap<&'static str, Toll>,
    /// Why it ended.
    pub ended: Ended,
}

/// Why a case cannot be made smaller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShrinkError {
    /// The case does not pass the lab's filter.
    #[error("start from the case: it is not valid, or the reference is not sure of it")]
    NotAdmitted,
    /// The case does not diverge.
    #[error("start from the case: it does not diverge in the way that is sought")]
    DoesNotDiverge,
    /// The engine went away during every attempt at a reduction.
    #[error("make the case smaller: the engine went away each time")]
    EngineLost,
    /// The engine is in trouble.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// Shrinks a case.
pub async fn shrink<L: Lab>(
    lab: Arc<L>,
    original: Case,
    budget: Budget,
) -> Result<Shrunk, ShrinkError> {
    let mut search = Search::new(lab, original, budget);
    if let Some(ended) = search.pre_flight().await? {
        return Ok(search.end(ended).await);
    }
    match search.search().await {
        Ok(ended) => Ok(search.end(ended).await),
        Err(gone) => {
            search.flight.finish().await;
            Err(gone.into())
        }
    }
}

struct Search<L: Lab> {
    lab: Arc<L>,
    budget: Budget,
    began: Instant,
    best: Case,
    /// The cases that were launched and not withdrawn.
    tried: HashSet<CaseId>,
    flight: Flight<L>,
    candidates: u64,
    steps: u64,
    /// How many candidates in a row did not diverge.
    misses: usize,
    passes: BTreeMap<&'static str, Toll>,
}

impl<L: Lab> Search<L> {
    fn new(lab: Arc<L>, original: Case, budget: Budget) -> Self {
        Self {
            flight: Flight::new(Arc::clone(&lab)),
            lab,
            budget,
            began: Instant::now(),
            tried: HashSet::from([CaseId::of(&original)]),
            best: original,
            candidates: 0,
            steps: 0,
            misses: 0,
            passes: BTreeMap::new(),
        }
    }

    /// How many candidates to try at once. Candidates launched beside one that diverges are wasted,
    /// so the width starts at one and grows with every miss.
    fn width(&self) -> usize {
        self.budget.width.min(self.misses + 1).max(1)
    }

    /// Checks that the case passes the filter and diverges, and that the trivial machine does not
    /// diverge.
    async fn pre_flight(&mut self) -> Result<Option<Ended>, ShrinkError> {
        let sample = self.lab.admit(&self.best).ok_or(ShrinkError::NotAdmitted)?;
        if !self.flight.alone(sample).await? {
            return Err(ShrinkError::DoesNotDiverge);
        }
        let trivial = trivial_like(&self.best);
        let id = CaseId::of(&trivial);
        if id == CaseId::of(&self.best) {
            return Ok(Some(Ended::Trivial));
        }
        self.tried.insert(id);
        if let Some(sample) = self.lab.admit(&trivial)
            && self.flight.alone(sample).await?
        {
            self.best = trivial;
            return Ok(Some(Ended::Trivial));
        }
        Ok(None)
    }

    /// Tries the candidates of the search until there are none left or the budget is used up.
    async fn search(&mut self) -> Result<Ended, Trouble> {
        let mut reduction = Reduction::new(self.best.clone());
        loop {
            let mut ended = None;
            while ended.is_none() && self.flight.len() < self.width() {
                ended = self.launch_next(&mut reduction).await;
            }
            match self.flight.land().await? {
                Some((candidate, true)) => {
                    for other in self.flight.abandon() {
                        self.tried.remove(&CaseId::of(&other.case));
                        reduction.withdraw(&other);
                    }
                    self.passes.entry(candidate.pass).or_default().steps += 1;
                    reduction.accept(candidate);
                    self.best = reduction.best().clone();
                    self.lab.progress(&self.best);
                    self.steps += 1;
                    self.misses = 0;
                }
                Some((_, false)) => self.misses += 1,
                None => return Ok(ended.unwrap_or(Ended::Minimal)),
            }
        }
    }

    /// Launches the next candidate that passes the filter, or returns why there is none.
    async fn launch_next(&mut self, reduction: &mut Reduction) -> Option<Ended> {
        if self.flight.calls() >= self.budget.calls {
            return Some(Ended::OutOfCalls);
        }
        let mut looked_at = 0_u32;
        loop {
            if self.began.elapsed() > self.budget.time {
                return Some(Ended::OutOfTime);
            }
            let Some(candidate) = reduction.next_candidate() else {
                return Some(Ended::Minimal);
            };
            self.candidates += 1;
            if self.tried.insert(CaseId::of(&candidate.case))
                && let Some(sample) = self.lab.admit(&candidate.case)
            {
                self.passes.entry(candidate.pass).or_default().calls += 1;
                self.flight.launch(candidate, sample);
                return None;
            }
            looked_at += 1;
            if looked_at.is_multiple_of(64) {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn end(mut self, ended: Ended) -> Shrunk {
        self.flight.finish().await;
        Shrunk {
            case: self.best,
            candidates: self.candidates,
            calls: self.flight.calls(),
            steps: self.steps,
            passes: self.passes,
            ended,
        }
    }
}

#[cfg(test)]
mod tests;
