//! Executions that do one thing otherwise.

use std::borrow::Cow;

use serde_json::Value;
use stepproof_specs::{
    execution::Habits,
    machine::StateType,
    path::{Path, PathError},
};

use super::Way;

/// An execution with this fault.
#[derive(Debug)]
pub(super) struct Habit(pub Way);

impl Habits for Habit {
    fn join(&self, kind: StateType, results: &mut [Value]) {
        if self.0 == Way::MapOrder && kind == StateType::Map {
            results.reverse();
        }
    }

    fn at_once(&self, kind: StateType, at_once: usize) -> usize {
        match (self.0, kind) {
            (Way::ParallelSequential, StateType::Parallel) => 1,
            _ => at_once,
        }
    }

    fn stops_others(&self, kind: StateType) -> bool {
        self.0 != Way::MapGoesOn || kind != StateType::Map
    }

    fn found<'v>(
        &self,
        path: &Path,
        found: Result<Cow<'v, Value>, PathError>,
    ) -> Result<Cow<'v, Value>, PathError> {
        match (self.0, found) {
            (Way::Unwrapped, Ok(Cow::Owned(Value::Array(mut all))))
                if !path.is_definite() && all.len() == 1 =>
            {
                Ok(Cow::Owned(all.remove(0)))
            }
            (Way::MissingIsNull, Err(_)) => Ok(Cow::Owned(Value::Null)),
            (_, found) => found,
        }
    }

    fn used(&self, by_retrier: u64, by_all: u64) -> u64 {
        if self.0 == Way::SharedBudget {
            by_all
        } else {
            by_retrier
        }
    }

    fn first_retrier_decides(&self) -> bool {
        self.0 != Way::LaterRetrier
    }

    fn is_terminal(&self, terminal: bool) -> bool {
        terminal && self.0 != Way::RuntimeCaught
    }

    fn works(&self, kind: StateType, visits: u32) -> bool {
        self.0 != Way::MapRevisit || kind != StateType::Map || visits == 0
    }
}
