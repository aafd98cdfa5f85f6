//! Retry and Catch.

use std::sync::Arc;

use super::{
    Execution, OwnWords,
    data_flow::Exit,
    frame::{FrameId, Phase},
    runtime_error::{
        DATA_LIMIT_EXCEEDED, Origin, REFERENCE_PATH_CONFLICT, Result, RuntimeError, TIMEOUT,
    },
    timers::Waiter,
};
use crate::{
    asl::{Catcher, Name, Retrier, State, Transition},
    base::time::Millis,
    clause::Clause,
    deviation::Hook,
};

/// The names of errors that the service raises itself and that handlers do not treat like others.
const SPECIAL: [&str; 4] = [
    "States.Runtime",
    "States.HeartbeatTimeout",
    TIMEOUT,
    DATA_LIMIT_EXCEEDED,
];

impl Execution {
    /// Handles an error that handlers may see: Retry first, then Catch, then the enclosing state.
    pub(super) fn handle_error(&mut self, id: FrameId, error: &RuntimeError) {
        let state: Arc<State> = self.active(id).state.clone();
        let (retriers, catchers) = state.handlers();
        self.see_failure(&error.failure);
        if let Some(delay) = self.retry_delay(id, retriers, error) {
            if error.origin == Origin::Interpreter && self.retries_with_other(id) {
                self.leave_open();
            }
            self.active_mut(id).retries += 1;
            let timer = self.set_timer(delay, Waiter::Frame(id));
            self.active_mut(id).phase = Phase::Delayed { timer };
            return;
        }
        self.state_failed(id);
        let matching = catchers
            .iter()
            .enumerate()
            .find(|(_, catcher)| self.matches(id, &catcher.error_equals, error));
        match matching {
            Some((index, catcher)) => {
                self.see(|seen| seen.catcher = Some(index));
                if let Err(error) = self.catch(id, catcher, error) {
                    self.catch_failed(id, &error);
                }
            }
            None => self.thread_failed(id, error),
        }
    }

    /// Handles an error raised while another error is caught; it is not caught by the same state.
    fn catch_failed(&mut self, id: FrameId, error: &RuntimeError) {
        // A deviation that lets handlers see it says what becomes of it.
        let is_said = self.raises_otherwise(id, error.rule);
        let error = &self.raised(id, error.clone());
        if self.ends_at(id, error) {
            self.raise_as_is(id, error);
        } else {
            self.evaluation_failed(id, error);
            if !is_said {
                self.mark(if error.error() == Some(REFERENCE_PATH_CONFLICT) {
                    Clause::CatchFailsResultPath
                } else {
                    Clause::CatchFails
                });
            }
            self.thread_failed(id, error);
        }
    }

    /// The delay before the next attempt; `None` if there is none.
    fn retry_delay(
        &mut self,
        id: FrameId,
        retriers: &[Retrier],
        error: &RuntimeError,
    ) -> Option<Millis> {
        self.active_mut(id).budgets.resize(retriers.len(), 0);
        for (index, retrier) in retriers.iter().enumerate() {
            if !self.matches(id, &retrier.error_equals, error) {
                continue;
            }
            if index > 0 {
                self.mark(Clause::RetryFirstMatch);
            }
            self.see(|seen| seen.retrier = Some(index));
            if self.has_attempts(id, index, retrier) {
                let used = &mut self.active_mut(id).budgets[index];
                *used += 1;
                let before = *used - 1;
                self.see(|seen| seen.delay = Some(retrier.delay(before)));
                return Some(self.delay(id, retrier, before));
            }
            if !self.ignores(id, Hook::RetryFirst) {
                break;
            }
        }
        None
    }

    /// Whether a retrier has attempts left.
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

    /// The delay before a retry, after `used` earlier ones of this retrier.
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

    /// A number after all deviations.
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

    /// Whether any of the names matches the error.
    fn matches(&self, id: FrameId, names: &[Name], error: &RuntimeError) -> bool {
        let is_given = matches!(error.origin, Origin::Task | Origin::FailState);
        if is_given && error.error().is_some_and(|name| SPECIAL.contains(&name)) {
            self.mark(Clause::MatchReserved);
        }
        let hit = names.iter().any(|name| self.stands_for(id, name, error));
        if hit && error.error() == Some(REFERENCE_PATH_CONFLICT) {
            self.mark(Clause::ResultPathConflictCaught);
        }
        hit
    }

    fn stands_for(&self, id: FrameId, name: &str, error: &RuntimeError) -> bool {
        match name {
            "States.ALL" => {
                self.mark(Clause::MatchAll);
                self.note_data_limit(error);
                true
            }
            "States.TaskFailed" => {
                self.mark(Clause::MatchTaskFailed);
                self.note_data_limit(error);
                if error.origin == Origin::Heartbeat {
                    self.mark(Clause::MatchTaskFailedHeartbeat);
                }
                if error.failure.error.is_none() {
                    self.mark(Clause::MatchTaskFailedNameless);
                }
                let is_reserved = error.error().is_some_and(|it| it.starts_with("States."));
                error.error() != Some(TIMEOUT)
                    && !(is_reserved && self.ignores(id, Hook::TaskFailed))
            }
            "States.HeartbeatTimeout" if error.origin == Origin::Heartbeat => {
                self.mark(Clause::HeartbeatNames);
                true
            }
            name => {
                self.mark(Clause::MatchExact);
                error.error() == Some(name)
            }
        }
    }

    /// It is not known whether wildcards match a result that is too long.
    fn note_data_limit(&self, error: &RuntimeError) {
        if error.error() == Some(DATA_LIMIT_EXCEEDED) {
            self.mark(Clause::MatchAllDataLimit);
        }
    }

    /// Leaves the state through a catcher.
    fn catch(&mut self, id: FrameId, catcher: &Catcher, error: &RuntimeError) -> Result<()> {
        self.mark(Clause::CatchFirstMatch);
        if error.guessed_text {
            self.mark(Clause::CatchGuessedText);
        }
        if error.failure.error.is_none() || error.failure.cause.is_none() {
            self.mark(match error.origin {
                Origin::Timeout | Origin::Heartbeat => Clause::ErrorOutputTimeout,
                Origin::FailState => Clause::ErrorOutputMissingFail,
                _ => Clause::ErrorOutputMissing,
            });
        }
        if self.own_words() > OwnWords::None && error.origin == Origin::Interpreter {
            self.speak(OwnWords::PassedOn);
        }
        let error_output = Arc::new(error.output());
        let leads_nowhere = self.ignores(id, Hook::CatchNext);
        let to = Transition::Next(catcher.next.clone());
        self.leave(id, Exit::Catcher(catcher), &error_output, to)?;
        if leads_nowhere {
            self.ready.pop_back();
        }
        Ok(())
    }
}
