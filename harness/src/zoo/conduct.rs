//! Executions that break a rule which no other machine breaks.

use std::borrow::Cow;

use serde_json::Value;
use stepproof_specs::{
    asl::StateType,
    history::{Event, EventKind},
    interpreter::Conduct,
    query::jsonpath::{
        intrinsic::Function,
        path::{Path, PathError},
    },
};

use super::Way;

/// How many events a history holds that is too short.
pub(super) const FEW_EVENTS: usize = 500;

impl Conduct for Way {
    fn join(&self, kind: StateType, results: &mut [Value]) {
        if *self == Self::MapOrder && kind == StateType::Map {
            results.reverse();
        }
    }

    fn at_once(&self, kind: StateType, allowed: usize) -> usize {
        if *self == Self::ParallelSequential && kind == StateType::Parallel {
            return allowed.min(1);
        }
        allowed
    }

    fn stops_siblings(&self, kind: StateType) -> bool {
        match self {
            Self::BranchesGoOn => kind != StateType::Parallel,
            Self::MapGoesOn => kind != StateType::Map,
            _ => true,
        }
    }

    fn attempts_gone(&self, used: &[u64], retrier: usize) -> u64 {
        if *self == Self::SharedBudget {
            return used.iter().sum();
        }
        used[retrier]
    }

    fn asks_next_retrier(&self) -> bool {
        *self == Self::LaterRetrier
    }

    fn ends_at_runtime_errors(&self) -> bool {
        *self != Self::RuntimeCaught
    }

    fn counts_from_start(&self) -> bool {
        *self != Self::TimeoutFromScheduling
    }

    fn keeps_variables_inside(&self) -> bool {
        *self != Self::VariablesLeak
    }

    fn found<'v>(
        &self,
        path: &Path,
        found: Result<Cow<'v, Value>, PathError>,
    ) -> Result<Cow<'v, Value>, PathError> {
        match (self, found) {
            (Self::Unwrapped, Ok(Cow::Owned(Value::Array(mut all))))
                if !path.is_definite() && all.len() == 1 =>
            {
                Ok(Cow::Owned(all.remove(0)))
            }
            (Self::MissingIsNull, Err(_)) => Ok(Cow::Owned(Value::Null)),
            (_, found) => found,
        }
    }

    fn answer(&self, function: Function, arguments: &[Cow<'_, Value>], answer: Value) -> Value {
        match (self, function, answer) {
            (Self::ArrayUnique, Function::ArrayUnique, _) => arguments[0].clone().into_owned(),
            (Self::ArrayRange, Function::ArrayRange, Value::Array(mut items)) => {
                items.pop();
                Value::Array(items)
            }
            (Self::MathAdd, Function::MathAdd, _) => {
                let whole = |at: usize| arguments[at].as_f64().unwrap_or_default().floor() as i64;
                whole(0).wrapping_add(whole(1)).into()
            }
            (.., answer) => answer,
        }
    }

    fn history_limit(&self, limit: usize) -> usize {
        if *self == Self::HistoryLimit {
            return limit.min(FEW_EVENTS);
        }
        limit
    }

    fn hangs(&self, history: &[Event]) -> bool {
        *self == Self::MapRevisit && is_second_map(history)
    }
}

/// Whether the last event enters a Map that its thread has entered before.
fn is_second_map(history: &[Event]) -> bool {
    let Some(entered) = history.last() else {
        return false;
    };
    let same = |event: &Event| {
        event.kind == EventKind::Entered(StateType::Map)
            && event.details.name == entered.details.name
    };
    let before = |event: &&Event| history.get((event.previous as usize).wrapping_sub(1));
    same(entered) && std::iter::successors(before(&entered), before).any(same)
}
