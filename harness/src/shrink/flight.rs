//! The candidates that are being tried, in order.

use std::{collections::VecDeque, sync::Arc};

use stepproof_generators::reduce::Candidate;
use tokio::task::{JoinHandle, JoinSet};

use super::Lab;
use crate::trouble::Trouble;

/// How often a try is repeated that ended in trouble.
const RETRIES: u32 = 1;

type Answer = Result<bool, Trouble>;

/// Candidates being tried. They land in the order in which they were launched.
pub(super) struct Flight<L: Lab> {
    lab: Arc<L>,
    queue: VecDeque<(Candidate, JoinHandle<Answer>)>,
    /// Tries whose results are no longer needed. They run to their end, so that nothing is left
    /// behind on the engine.
    abandoned: JoinSet<()>,
    calls: u64,
}

impl<L: Lab> Flight<L> {
    pub(super) fn new(lab: Arc<L>) -> Self {
        Self {
            lab,
            queue: VecDeque::new(),
            abandoned: JoinSet::new(),
            calls: 0,
        }
    }

    /// How many candidates are in flight.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// How many tries were launched in total.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// Tries a candidate concurrently with the others.
    pub(super) fn launch(&mut self, candidate: Candidate, sample: L::Sample) {
        self.calls += 1;
        let lab = Arc::clone(&self.lab);
        let retry = candidate.case.clone();
        let handle = tokio::spawn(async move {
            let mut answer = lab.diverges(sample).await;
            for _ in 0..RETRIES {
                if answer.is_ok() {
                    break;
                }
                let Some(sample) = lab.admit(&retry) else {
                    break;
                };
                answer = lab.diverges(sample).await;
            }
            answer
        });
        self.queue.push_back((candidate, handle));
    }

    /// Waits for the candidate that was launched first. If it ended in trouble, it does not count
    /// as diverging. If the engine is gone, returns an error.
    pub(super) async fn land(&mut self) -> Result<Option<(Candidate, bool)>, Trouble> {
        let Some((candidate, handle)) = self.queue.pop_front() else {
            return Ok(None);
        };
        match handle.await {
            Ok(Err(gone @ Trouble::Unreachable { .. })) => Err(gone),
            answer => Ok(Some((candidate, matches!(answer, Ok(Ok(true)))))),
        }
    }

    /// Abandons all tries; returns their candidates, so that they can be tried again.
    pub(super) fn abandon(&mut self) -> Vec<Candidate> {
        self.queue
            .drain(..)
            .map(|(candidate, handle)| {
                self.abandoned.spawn(async move {
                    let _ = handle.await;
                });
                candidate
            })
            .collect()
    }

    /// Tries one sample and waits for the result.
    pub(super) async fn alone(&mut self, sample: L::Sample) -> Answer {
        self.calls += 1;
        self.lab.diverges(sample).await
    }

    /// Waits until no try is running on the engine any more.
    pub(super) async fn finish(&mut self) {
        self.abandon();
        while self.abandoned.join_next().await.is_some() {}
    }
}
