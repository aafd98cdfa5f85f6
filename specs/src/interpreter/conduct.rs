//! What an execution decides where a machine's text has no say.

use std::{borrow::Cow, fmt};

use serde_json::Value;

use crate::{
    asl::StateType,
    history::Event,
    query::jsonpath::{
        intrinsic::Function,
        path::{Path, PathError},
    },
};

/// The interpreter's decisions. By default they are the language's; a service that breaks a rule on
/// purpose takes one of them otherwise.
pub trait Conduct: fmt::Debug + Send + Sync {
    /// What is done to the results of a Parallel's branches or a Map's items before they are joined.
    fn join(&self, _: StateType, _results: &mut [Value]) {}

    /// How many branches or items run at once, of those that may by the language.
    fn at_once(&self, _: StateType, allowed: usize) -> usize {
        allowed
    }

    /// Whether the failure of a branch or an item stops the others. If not, the state fails when all
    /// have ended.
    fn stops_siblings(&self, _: StateType) -> bool {
        true
    }

    /// How many of a retrier's attempts are gone, by how often each of a state's retriers was used.
    fn attempts_gone(&self, used: &[u64], retrier: usize) -> u64 {
        used[retrier]
    }

    /// Whether the next retrier that matches is asked when one has no attempts left.
    fn asks_next_retrier(&self) -> bool {
        false
    }

    /// Whether `States.Runtime` is beyond all handlers.
    fn ends_at_runtime_errors(&self) -> bool {
        true
    }

    /// Whether the count of TimeoutSeconds begins anew when a worker has taken the task.
    fn counts_from_start(&self) -> bool {
        true
    }

    /// Where an inner scope's variables are stored: there, or in the scope around it.
    fn keeps_variables_inside(&self) -> bool {
        true
    }

    /// What a path gives, of what it should.
    fn found<'v>(
        &self,
        _: &Path,
        found: Result<Cow<'v, Value>, PathError>,
    ) -> Result<Cow<'v, Value>, PathError> {
        found
    }

    /// What an intrinsic function gives, of what it should.
    fn answer(&self, _: Function, _arguments: &[Cow<'_, Value>], answer: Value) -> Value {
        answer
    }

    /// How many events a history holds before the execution is ended.
    fn history_limit(&self, limit: usize) -> usize {
        limit
    }

    /// Whether the state that was just entered does nothing for ever, by the history so far.
    fn hangs(&self, _: &[Event]) -> bool {
        false
    }
}

/// The conduct of the language.
#[derive(Debug, Clone, Copy)]
pub struct Lawful;

impl Conduct for Lawful {}
