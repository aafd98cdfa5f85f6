//! The seam for engines that break a rule on purpose.

use std::{borrow::Cow, fmt};

use serde_json::Value;

use crate::{
    machine::StateType,
    path::{Path, PathError},
};

/// What an execution can be made to do otherwise. Every method is given what the rules say, and by
/// default gives it back; an execution without habits asks nobody.
pub trait Habits: fmt::Debug + Send + Sync {
    /// The results of a Parallel's branches or a Map's items, before they are joined.
    fn join(&self, _kind: StateType, _results: &mut [Value]) {}

    /// How many branches or items run at once.
    fn at_once(&self, _kind: StateType, at_once: usize) -> usize {
        at_once
    }

    /// Whether a failure stops the state's other branches or items.
    fn stops_others(&self, _kind: StateType) -> bool {
        true
    }

    /// What a path gives.
    fn found<'v>(
        &self,
        _path: &Path,
        found: Result<Cow<'v, Value>, PathError>,
    ) -> Result<Cow<'v, Value>, PathError> {
        found
    }

    /// How often a retrier was used, of all the state's retries.
    fn used(&self, by_retrier: u64, _by_all: u64) -> u64 {
        by_retrier
    }

    /// Whether the first retrier that matches an error decides alone.
    fn first_retrier_decides(&self) -> bool {
        true
    }

    /// Whether an error that no handler may see stays unseen.
    fn is_terminal(&self, terminal: bool) -> bool {
        terminal
    }

    /// Whether a state that was visited so often before does its work.
    fn works(&self, _kind: StateType, _visits: u32) -> bool {
        true
    }
}
