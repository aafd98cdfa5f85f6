//! Raises errors in states: handlers see them, or they end the execution.

use super::{
    Execution, Fact, OwnWords,
    frame::{FrameId, Phase},
    runtime_error::{Origin, RuntimeError},
};
use crate::{
    clause::Clause,
    history::{Details, Evaluation, EventKind, Failure},
};

impl Execution {
    /// Raises an error in a state: it goes to Retry, Catch, the enclosing state, or ends the
    /// execution.
    pub(super) fn raise(&mut self, id: FrameId, error: &RuntimeError) {
        if self.deviations().is_some() {
            let error = self.raised(id, error.clone());
            self.raise_as_is(id, &error);
        } else {
            self.raise_as_is(id, error);
        }
    }

    pub(super) fn raise_as_is(&mut self, id: FrameId, error: &RuntimeError) {
        self.evaluation_failed(id, error);
        if let Some(cause) = &error.failure.cause {
            self.keep(cause.len());
        }
        if error.origin == Origin::Interpreter {
            self.mark(if error.names_event {
                Clause::CausePrefix
            } else {
                Clause::CausePlain
            });
        }
        if error.names_event && self.has_company(id) {
            self.report(Fact::EventIdRead);
        }
        if self.ends_at(id, error) {
            if self.has_handlers(id) {
                self.mark(Clause::RuntimeTerminal);
            }
            if let Some(passed) = self.passed_on(id, error) {
                self.state_failed(id);
                return self.thread_failed(id, &passed);
            }
            self.report_end_of_all(id);
            self.fail(id, error.failure.clone());
        } else {
            if error.terminal {
                self.speak(OwnWords::Said);
            }
            self.handle_error(id, error);
        }
    }

    /// Whether the state of a frame, or one around it, has a handler of errors.
    fn has_handlers(&self, id: FrameId) -> bool {
        let around = |id: &FrameId| self.frame(*id).parent.map(|(parent, _)| parent);
        std::iter::successors(Some(id), around).any(|id| {
            let (retriers, catchers) = self.active(id).state.handlers();
            !retriers.is_empty() || !catchers.is_empty()
        })
    }

    /// Reports an expression that failed.
    pub(super) fn evaluation_failed(&mut self, id: FrameId, error: &RuntimeError) {
        let Some(location) = &error.location else {
            return;
        };
        self.mark(Clause::JsonataFailedEvent);
        if !self.ends_at(id, error) && self.has_handlers(id) {
            self.mark(Clause::JsonataFailedHandled);
        }
        let details = Details {
            evaluation: Some(Box::new(Evaluation {
                state: Some(self.active(id).name.clone()),
                location: Some(location.clone()),
            })),
            ..failure_details(&error.failure)
        };
        self.emit_in(id, EventKind::EvaluationFailed, details);
    }

    /// Whether other threads may exist beside a frame or inside its state.
    fn has_company(&self, id: FrameId) -> bool {
        let phase = self.frame(id).active.as_ref().map(|active| &active.phase);
        self.has_siblings(id) || matches!(phase, Some(Phase::Children(_)))
    }
}

/// The details of an event that tells of a failure.
pub(super) fn failure_details(failure: &Failure) -> Details {
    Details {
        failure: Some(Box::new(failure.clone())),
        ..Details::default()
    }
}
