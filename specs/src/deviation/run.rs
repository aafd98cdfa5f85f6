//! The answers of a deviating engine while a machine runs.

use std::borrow::Cow;

use serde_json::Value;

use super::{Change, Deviations, Hook, When};
use crate::{
    asl::{Operator, StateType},
    query::jsonpath::{
        intrinsic::Function,
        path::{Path, PathError},
    },
};

/// What the failure of a branch or an item causes.
#[derive(Debug, Clone, PartialEq)]
pub enum AfterFailure {
    /// The others are stopped, and the state fails.
    Stop,
    /// The others go on; the state fails when all have ended.
    GoOn,
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
            Some(Change::Set(value)) => AfterFailure::Succeed(value.clone()),
            _ => AfterFailure::Stop,
        }
    }

    /// The result of a path after all changes.
    pub(crate) fn found<'v>(
        &self,
        kind: StateType,
        path: &Path,
        found: Result<Cow<'v, Value>, PathError>,
    ) -> Result<Cow<'v, Value>, PathError> {
        let found = match found {
            Ok(Cow::Owned(several)) if !path.is_definite() => {
                let all = self.at(Hook::PathSeveral, kind);
                Ok(Cow::Owned(
                    all.fold(several, |several, it| it.change.value(several)),
                ))
            }
            found => found,
        };
        found.or_else(|missing| {
            let mut all = self.at(Hook::PathMissing, kind);
            let set = all.find_map(|it| match &it.change {
                Change::Set(value) => Some(Cow::Owned(value.clone())),
                _ => None,
            });
            set.ok_or(missing)
        })
    }

    /// The value that an operator tests; `None` if it is missing.
    pub(crate) fn tested<'v>(
        &self,
        operator: Operator,
        mut value: Option<Cow<'v, Value>>,
    ) -> Option<Cow<'v, Value>> {
        for it in self.at(Hook::Tested(operator), StateType::Choice) {
            value = match (value, &it.change) {
                (Some(value), _) if it.when == Some(When::Null) && !value.is_null() => Some(value),
                (_, Change::Ignore) => None,
                (value, change) => value.map(|value| Cow::Owned(change.value(value.into_owned()))),
            };
        }
        value
    }

    /// Whether a test holds whose Variable finds nothing; `None` if this is an error.
    pub(crate) fn holds_without_variable(&self) -> Option<bool> {
        let mut all = self.at(Hook::VariableMissing, StateType::Choice);
        all.find_map(|it| match &it.change {
            Change::Set(holds) => holds.as_bool(),
            _ => None,
        })
    }

    /// Changes the arguments of an intrinsic function.
    pub(crate) fn arguments(&self, function: Function, arguments: &mut Vec<Cow<'_, Value>>) {
        for it in self
            .iter()
            .filter(|it| it.hook == Hook::Arguments(function))
        {
            it.change.list(arguments);
            if it.change == Change::Floor {
                for argument in arguments.iter_mut().filter(|argument| argument.is_number()) {
                    *argument = Cow::Owned(it.change.value(argument.clone().into_owned()));
                }
            }
        }
    }

    /// The result of an intrinsic function after all changes.
    pub(crate) fn answer(
        &self,
        function: Function,
        arguments: &[Cow<'_, Value>],
        answer: Value,
    ) -> Value {
        let all = self.iter().filter(|it| it.hook == Hook::Function(function));
        all.fold(answer, |answer, it| match (&it.change, arguments.first()) {
            (Change::Ignore, Some(first)) => Value::clone(first),
            (change, _) => change.value(answer),
        })
    }
}
