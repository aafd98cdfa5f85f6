//! The answers of a deviating engine while a machine runs: states, threads of control, errors.

use serde_json::Value;

use super::{Change, Deviations, Hook, When};
use crate::{asl::StateType, clause::Clause, history::Event};

/// What the failure of a branch or an item causes.
#[derive(Debug, Clone, PartialEq)]
pub enum AfterFailure {
    /// The others are stopped, and the state fails.
    Stop,
    /// The others go on; the state fails when all have ended.
    GoOn,
    /// The others are stopped, and the state fails; but what waited for its turn may be started.
    StartWaiting,
    /// The failed one succeeds, with this value.
    Succeed(Value),
}

impl Deviations {
    /// Whether a rule is ignored in states of this type.
    pub(crate) fn ignore(&self, hook: Hook, kind: StateType) -> bool {
        let mut all = self.at(hook, kind);
        all.any(|it| it.change == Change::Ignore && it.when.is_none())
    }

    /// Whether the enclosing scope is used instead of the state's own.
    pub(crate) fn use_outer(&self, hook: Hook, kind: StateType) -> bool {
        self.at(hook, kind).any(|it| it.change == Change::Outer)
    }

    /// A whole number after all changes.
    pub(crate) fn count(&self, hook: Hook, kind: StateType, count: u64) -> u64 {
        let all = self.at(hook, kind);
        all.fold(count, |count, it| it.change.count(count))
    }

    /// A number after all changes.
    pub(crate) fn number(&self, hook: Hook, kind: StateType, number: f64) -> f64 {
        let all = self.at(hook, kind);
        all.fold(number, |number, it| it.change.number(number))
    }

    /// The most events in a history.
    pub(crate) fn history_limit(&self, limit: usize) -> usize {
        let all = self.iter().filter(|it| it.hook == Hook::HistoryLimit);
        all.fold(limit as u64, |limit, it| it.change.count(limit)) as usize
    }

    /// The output of an execution that fails: none, unless an engine has one; `error` is that of its error.
    pub(crate) fn failed_output(&self, error: impl Fn() -> Value) -> Option<Value> {
        let mut all = self.iter().rev();
        match &all.find(|it| it.hook == Hook::FailedOutput)?.change {
            Change::Set(value) => Some(value.clone()),
            _ => Some(error()),
        }
    }

    /// Whether a state that was just entered never begins its work; `again` says whether its thread
    /// has entered it before.
    pub(crate) fn never_begins(&self, kind: StateType, again: impl Fn() -> bool) -> bool {
        let mut all = self.at(Hook::Work, kind);
        all.any(|it| it.change == Change::Ignore && (it.when != Some(When::Again) || again()))
    }

    /// Changes the results before they are joined.
    pub(crate) fn join(&self, kind: StateType, results: &mut Vec<Value>) {
        for it in self.at(Hook::Results, kind) {
            it.change.list(results);
        }
    }

    /// What the failure of a branch or an item causes.
    pub(crate) fn after_failure(&self, kind: StateType) -> AfterFailure {
        match self
            .at(Hook::ChildFailure, kind)
            .last()
            .map(|it| &it.change)
        {
            Some(Change::Ignore) => AfterFailure::GoOn,
            Some(Change::Add(_)) => AfterFailure::StartWaiting,
            Some(Change::Set(value)) => AfterFailure::Succeed(value.clone()),
            _ => AfterFailure::Stop,
        }
    }

    /// With which error a state fails that fails by this rule; `None` if it is the language's.
    pub(crate) fn raised(&self, rule: Clause, kind: StateType) -> Option<Raised<'_>> {
        // What is overwritten within an input does not fail in the first place.
        let all = self.at(Hook::Failure(rule), kind);
        let raised = all.filter(|it| it.when != Some(When::Nested)).last()?;
        Raised::by(&raised.change)
    }

    /// Whether nothing is said of what comes of a state that would fail by this rule.
    pub(crate) fn fails_otherwise(&self, rule: Clause, kind: StateType) -> bool {
        let mut all = self.at(Hook::Failure(rule), kind);
        all.any(|it| it.change == Change::Other)
    }

    /// Whether nothing is said of what a state reads that is tried again after it failed by itself.
    pub(crate) fn retries_with_other(&self, kind: StateType) -> bool {
        self.at(Hook::RetryInput, kind).next().is_some()
    }

    /// With which error a Parallel or a Map fails whose branch or item failed with one that ends the
    /// execution, or with another one; `None` if it is the language's.
    pub(crate) fn passed_on(&self, kind: StateType, is_ending: bool) -> Option<Raised<'_>> {
        let all = self.at(Hook::ChildError, kind);
        let passed = all.filter(|it| is_ending == (it.when == Some(When::Ending)));
        Raised::by(&passed.last()?.change)
    }

    /// With which error a Map fails whose `ItemSelector` fails; `None` if it is the language's.
    pub(crate) fn of_selector(&self) -> Option<Raised<'_>> {
        let all = self.at(Hook::ItemError, StateType::Map);
        Raised::by(&all.last()?.change)
    }

    /// Whether a ResultPath overwrites a value that is no object within the state's input.
    pub(crate) fn overwrites_within(&self, kind: StateType) -> bool {
        let mut all = self.at(Hook::Failure(Clause::ResultPathConflict), kind);
        all.any(|it| it.change == Change::Ignore && it.when == Some(When::Nested))
    }

    /// Whether a state goes on that would fail by this rule.
    pub(crate) fn goes_on(&self, rule: Clause, kind: StateType) -> bool {
        let is_limit = matches!(
            rule,
            Clause::ParametersDataLimit
                | Clause::StateDataLimit
                | Clause::TaskDataLimit
                | Clause::AssignDataLimit
                | Clause::JsonataAssignLimit
                | Clause::VariablesLimit
        );
        self.ignore(Hook::Failure(rule), kind) || is_limit && self.ignore(Hook::DataLimit, kind)
    }

    /// Whether a history lacks this event.
    pub(crate) fn lack(&self, event: &Event) -> bool {
        self.iter().any(|it| it.hook == Hook::Event(event.kind))
    }

    /// Takes the events out of a history that it lacks.
    pub(crate) fn thin(&self, history: &mut Vec<Event>) {
        // By the number of an event: that of the last one before it that is left.
        let mut kept = vec![0];
        let mut events = std::mem::take(history);
        for mut event in events.drain(..) {
            let before = usize::try_from(event.previous).ok();
            event.previous = before.and_then(|it| kept.get(it).copied()).unwrap_or(0);
            if self.lack(&event) {
                kept.push(event.previous);
            } else {
                event.id = history.len() as i64 + 1;
                kept.push(event.id);
                history.push(event);
            }
        }
    }

    /// Whether histories lack events.
    pub(crate) fn is_thin(&self) -> bool {
        self.iter().any(|it| matches!(it.hook, Hook::Event(_)))
    }
}

/// The error with which a state fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raised<'d> {
    /// Its name; the language's if there is none.
    pub name: Option<&'d str>,
    /// Its cause; the engine's own if there is none.
    pub cause: Option<&'d str>,
    /// Whether it ends the execution.
    pub ends: bool,
}

impl<'d> Raised<'d> {
    pub(super) fn by(change: &'d Change) -> Option<Self> {
        match change {
            Change::Fail(name) => Some(Self {
                name: Some(name),
                cause: None,
                ends: name == "States.Runtime",
            }),
            Change::FailWith { error, cause } => Some(Self {
                name: Some(error),
                cause: Some(cause),
                ends: error == "States.Runtime",
            }),
            Change::Handled | Change::Unhandled => Some(Self {
                name: None,
                cause: None,
                ends: *change == Change::Unhandled,
            }),
            _ => None,
        }
    }
}
