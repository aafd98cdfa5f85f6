//! Retry and Catch.

use std::sync::Arc;

use super::{
    Execution, Waiter,
    frame::{FrameId, Phase},
    runtime_error::{DATA_LIMIT_EXCEEDED, Result, RuntimeError, TIMEOUT},
};
use crate::{
    asl::{Catcher, Name, Retrier, State, Transition},
    base::time::Millis,
    clause::Clause,
    deviation::Hook,
};

impl Execution {
    /// An error that handlers may see: Retry first, then Catch, then the enclosing state.
    pub(super) fn handle_error(&mut self, id: FrameId, fault: &RuntimeError) {
        let state: Arc<State> = self.active(id).state.clone();
        let (retriers, catchers) = state.handlers();
        if let Some(delay) = self.retry_delay(id, retriers, fault) {
            self.active_mut(id).retries += 1;
            let timer = self.set_timer(delay, Waiter::Frame(id));
            self.active_mut(id).phase = Phase::Delayed { timer };
            return;
        }
        self.state_failed(id);
        let matching = catchers
            .iter()
            .find(|catcher| self.matches(&catcher.error_equals, fault));
        match matching {
            Some(catcher) => {
                if let Err(fault) = self.catch(id, catcher, fault) {
                    self.catch_failed(id, &fault);
                }
            }
            None => self.thread_failed(id, fault),
        }
    }

    /// What goes wrong while an error is caught is not caught again.
    fn catch_failed(&mut self, id: FrameId, fault: &RuntimeError) {
        if self.ends_at(id, fault) {
            self.raise(id, fault);
        } else {
            self.mark(Clause::CatchFails);
            self.thread_failed(id, fault);
        }
    }

    /// How long to wait before the next attempt, if there is one.
    fn retry_delay(
        &mut self,
        id: FrameId,
        retriers: &[Retrier],
        fault: &RuntimeError,
    ) -> Option<Millis> {
        self.active_mut(id).budgets.resize(retriers.len(), 0);
        for (index, retrier) in retriers.iter().enumerate() {
            if !self.matches(&retrier.error_equals, fault) {
                continue;
            }
            if index > 0 {
                self.mark(Clause::RetryFirstMatch);
            }
            if self.has_attempts(id, index, retrier) {
                let used = &mut self.active_mut(id).budgets[index];
                *used += 1;
                let before = *used - 1;
                return Some(self.delay(id, retrier, before));
            }
            if !self.ignores(id, Hook::RetryFirst) {
                break;
            }
        }
        None
    }

    /// Whether a retrier may be used once more.
    fn has_attempts(&self, id: FrameId, index: usize, retrier: &Retrier) -> bool {
        let used = &self.active(id).budgets;
        let gone = if self.uses_outer(id, Hook::RetryCount) {
            used.iter().sum()
        } else {
            used[index]
        };
        let attempts = retrier.attempts();
        if gone >= attempts {
            self.mark(if attempts == 0 {
                Clause::RetryMaxAttemptsZero
            } else {
                Clause::RetryExhausted
            });
            return false;
        }
        self.mark(Clause::RetryAgain);
        if retrier.max_attempts.is_none() {
            self.mark(Clause::RetryDefaultAttempts);
        }
        true
    }

    /// The delay before the retry after `used` earlier ones of this retrier.
    fn delay(&self, id: FrameId, retrier: &Retrier, used: u64) -> Millis {
        self.mark(if used == 0 {
            Clause::RetryInterval
        } else {
            Clause::RetryBackoff
        });
        let mut seconds = retrier.delay(used);
        if seconds < retrier.uncapped_delay(used) {
            self.mark(Clause::RetryMaxDelay);
        }
        if retrier.has_jitter() {
            self.mark(Clause::RetryJitterFull);
            seconds *= self.deviating(id, Hook::Jitter, self.random());
        }
        self.deviating(id, Hook::RetryDelay, (seconds * 1_000.0).round()) as Millis
    }

    /// A number as the deviations have it, if there are any.
    fn deviating(&self, id: FrameId, hook: Hook, number: f64) -> f64 {
        let deviations = self.deviations();
        deviations.map_or(number, |all| {
            all.number(hook, self.active(id).state.kind(), number)
        })
    }

    /// A number in [0, 1) from the injected entropy.
    fn random(&self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether any of the names stands for the fault.
    fn matches(&self, names: &[Name], fault: &RuntimeError) -> bool {
        let hit = names.iter().any(|name| self.stands_for(name, fault));
        if hit && fault.error() == Some("States.ReferencePathConflict") {
            self.mark(Clause::ResultPathConflictCaught);
        }
        hit
    }

    fn stands_for(&self, name: &str, fault: &RuntimeError) -> bool {
        match name {
            "States.ALL" => {
                self.mark(Clause::MatchAll);
                self.note_data_limit(fault);
                true
            }
            "States.TaskFailed" => {
                self.mark(Clause::MatchTaskFailed);
                self.note_data_limit(fault);
                if fault.heartbeat {
                    self.mark(Clause::MatchTaskFailedHeartbeat);
                }
                if fault.failure.error.is_none() {
                    self.mark(Clause::MatchTaskFailedNameless);
                }
                fault.error() != Some(TIMEOUT)
            }
            "States.HeartbeatTimeout" if fault.heartbeat => {
                self.mark(Clause::HeartbeatNames);
                true
            }
            name => {
                self.mark(Clause::MatchExact);
                fault.error() == Some(name)
            }
        }
    }

    /// Whether wildcards match a result that is too long is not settled.
    fn note_data_limit(&self, fault: &RuntimeError) {
        if fault.error() == Some(DATA_LIMIT_EXCEEDED) {
            self.mark(Clause::MatchAllDataLimit);
        }
    }

    /// Leaves the state through a catcher.
    fn catch(&mut self, id: FrameId, catcher: &Catcher, fault: &RuntimeError) -> Result<()> {
        self.mark(Clause::CatchFirstMatch);
        if fault.guessed_text {
            self.mark(Clause::CatchGuessedText);
        }
        if fault.failure.error.is_none() || fault.failure.cause.is_none() {
            self.mark(match fault.origin {
                super::runtime_error::Origin::Timeout => Clause::ErrorOutputTimeout,
                super::runtime_error::Origin::FailState => Clause::ErrorOutputMissingFail,
                _ => Clause::ErrorOutputMissing,
            });
        }
        let error_output = Arc::new(fault.output());
        let eval = self.eval(id);
        let output = eval.result_path(&catcher.result_path, error_output.clone())?;
        if eval.active.state.output_path != crate::asl::Nullable::Absent {
            self.mark(Clause::CatchIgnoresOutputPath);
        }
        let leads_nowhere = self.ignores(id, Hook::CatchNext);
        let to = Transition::Next(catcher.next.clone());
        self.leave(id, catcher.assign.as_ref(), &error_output, output, to)?;
        if leads_nowhere {
            self.ready.pop_back();
        }
        Ok(())
    }
}
