//! What an execution asks of the deviations of its engine, if it has any.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Execution, HISTORY_LIMIT,
    frame::{Active, FrameId},
    runtime_error::RuntimeError,
};
use crate::{
    asl::StateType,
    clause::Clause,
    deviation::{Deviations, Hook, Raised},
    history::{Event, Failure},
};

/// Whether an engine with deviations fails where the language does not, or with an error that the
/// language does not raise there: the cause is the engine's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum OwnWords {
    /// It does not.
    #[default]
    None,
    /// It does.
    Said,
    /// And a catcher passes the cause on as data.
    PassedOn,
}

impl Execution {
    /// Whether causes are a deviating engine's own.
    pub fn own_words(&self) -> OwnWords {
        self.own_words.get()
    }

    /// An engine with deviations fails in its own words.
    pub(super) fn speak(&self, words: OwnWords) {
        self.own_words.set(self.own_words.get().max(words));
    }

    /// An engine with deviations does something of which nothing is said: where it goes from here is open.
    pub(super) fn leave_open(&self) {
        self.is_open.set(true);
        self.assume();
    }

    /// Whether an engine with deviations did something of which nothing is said.
    pub fn is_open(&self) -> bool {
        self.is_open.get()
    }

    /// The deviations, if there are any.
    pub(super) fn deviations(&self) -> Option<&Deviations> {
        self.setup.program.deviations().map(|all| &**all)
    }

    /// Whether a deviation ignores a rule in the current state of a frame.
    pub(super) fn ignores(&self, id: FrameId, hook: Hook) -> bool {
        let deviations = self.deviations();
        deviations.is_some_and(|all| all.ignore(hook, self.active(id).state.kind()))
    }

    /// Whether a deviation takes a `Result` of null for one.
    pub(super) fn ignores_null(&self, active: &Active) -> bool {
        let deviations = self.deviations();
        deviations.is_some_and(|all| all.ignore(Hook::NullResult, active.state.kind()))
    }

    /// Whether a deviation uses the enclosing scope in the current state of a frame.
    pub(super) fn uses_outer(&self, id: FrameId, hook: Hook) -> bool {
        let deviations = self.deviations();
        deviations.is_some_and(|all| all.use_outer(hook, self.active(id).state.kind()))
    }

    /// Whether a deviation keeps variables of enclosing scopes from being read.
    pub(super) fn ignores_outer_variables(&self) -> bool {
        let deviations = self.deviations();
        deviations.is_some_and(|all| all.ignore(Hook::OuterVariables, StateType::Pass))
    }

    /// Whether a deviation keeps the state that was just entered from beginning its work.
    pub(super) fn never_begins(&self, id: FrameId) -> bool {
        let again = || {
            let entered = self.history.last();
            let before =
                |event: &&Event| self.history.get((event.previous as usize).wrapping_sub(1));
            let mut earlier = std::iter::successors(entered.and_then(|it| before(&it)), before);
            earlier.any(|event| {
                entered.is_some_and(|entered| {
                    event.kind == entered.kind && event.details.name == entered.details.name
                })
            })
        };
        let deviations = self.deviations();
        deviations.is_some_and(|all| all.never_begins(self.active(id).state.kind(), again))
    }

    /// The output of an execution that fails, if a deviation gives it one.
    pub(super) fn failed_output(&self, failure: &Failure) -> Option<Arc<Value>> {
        let error = || {
            if self.own_words() == OwnWords::Said {
                self.speak(OwnWords::PassedOn);
            }
            let parts = [("Error", &failure.error), ("Cause", &failure.cause)].into_iter();
            let given =
                parts.filter_map(|(name, it)| Some((name.to_owned(), it.as_deref()?.into())));
            Value::Object(given.collect())
        };
        let output = self.deviations()?.failed_output(error)?;
        Some(Arc::new(output))
    }

    /// The most events in the history; the last one says that it is full.
    pub(super) fn history_limit(&self) -> usize {
        let deviations = self.deviations();
        deviations.map_or(HISTORY_LIMIT, |all| all.history_limit(HISTORY_LIMIT).max(2))
    }

    /// Whether an error in a frame's state ends the execution, regardless of its handlers.
    pub(super) fn ends_at(&self, id: FrameId, error: &RuntimeError) -> bool {
        error.terminal
            && (!self.ignores(id, Hook::TerminalError) || self.cannot_handle(id, error.rule))
    }

    /// Whether a deviation says that no handler sees the error of this rule.
    fn cannot_handle(&self, id: FrameId, rule: Clause) -> bool {
        let kind = self.active(id).state.kind();
        let raised = self.deviations().and_then(|all| all.raised(rule, kind));
        raised.is_some_and(|raised| raised.name.is_none() && raised.ends)
    }

    /// Whether a deviation lets the current state of a frame go on where it would fail by this rule.
    pub(super) fn goes_on(&self, id: FrameId, rule: Clause) -> bool {
        let deviations = self.deviations();
        deviations.is_some_and(|all| all.goes_on(rule, self.active(id).state.kind()))
    }

    /// Whether a deviation says nothing of what the current state of a frame reads when it is tried again.
    pub(super) fn retries_with_other(&self, id: FrameId) -> bool {
        let deviations = self.deviations();
        deviations.is_some_and(|all| all.retries_with_other(self.active(id).state.kind()))
    }

    /// Whether a deviation says with which error the current state of a frame fails by this rule.
    pub(super) fn raises_otherwise(&self, id: FrameId, rule: Clause) -> bool {
        let deviations = self.deviations();
        deviations.is_some_and(|all| all.raised(rule, self.active(id).state.kind()).is_some())
    }

    /// The error that an engine with deviations raises in its place.
    pub(super) fn raised(&self, id: FrameId, mut error: RuntimeError) -> RuntimeError {
        let deviations = self.deviations();
        let kind = self.active(id).state.kind();
        if deviations.is_some_and(|all| all.fails_otherwise(error.rule, kind)) {
            self.leave_open();
        }
        if let Some(raised) = deviations.and_then(|all| all.raised(error.rule, kind)) {
            self.rename(&mut error, raised);
        }
        error
    }

    /// The error with which an engine with deviations lets a Map fail whose `ItemSelector` fails.
    pub(super) fn of_selector(&self, mut error: Box<RuntimeError>) -> Box<RuntimeError> {
        if let Some(raised) = self.deviations().and_then(Deviations::of_selector) {
            self.rename(&mut error, raised);
        }
        error
    }

    pub(super) fn rename(&self, error: &mut RuntimeError, raised: Raised<'_>) {
        if let Some(name) = raised.name {
            error.failure.error = Some(name.into());
        }
        error.terminal = raised.ends;
        if let Some(cause) = raised.cause {
            error.failure.cause = Some(cause.into());
            error.guessed_text = false;
            error.names_event = false;
        } else {
            self.speak(OwnWords::Said);
        }
    }

    /// The error with which an engine with deviations lets the state around a frame fail, where one of
    /// the frame ends the execution.
    pub(super) fn passed_on(&self, id: FrameId, error: &RuntimeError) -> Option<RuntimeError> {
        let deviations = self.deviations()?;
        let (parent, _) = self.frame(id).parent?;
        let kind = self.active(parent).state.kind();
        let raised = deviations.passed_on(kind, true)?;
        let mut passed = error.clone();
        passed.location = None;
        self.rename(&mut passed, raised);
        // One that is named fails the state around it, though no handler there may see it.
        (!passed.terminal || raised.name.is_some()).then_some(passed)
    }
}
