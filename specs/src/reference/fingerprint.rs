//! One number per aspect of a simulated execution: equal numbers mean that the aspect is equal.
//!
//! Events that may legally happen in any order (in concurrent threads) are summed, so that only
//! their content counts, not their order.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHasher};
use serde_json::Value;

use super::world::Ended;
use crate::{
    asl::Machine,
    clause::Aspect,
    history::{Details, Event, EventKind},
};

/// One number per aspect, in the order of [`JUDGED`].
pub(super) struct Fingerprint([u64; JUDGED.len()]);

const JUDGED: [Aspect; 8] = [
    Aspect::Status,
    Aspect::Error,
    Aspect::Output,
    Aspect::Path,
    Aspect::Attempts,
    Aspect::Effects,
    Aspect::Cause,
    Aspect::History,
];

impl Fingerprint {
    /// The fingerprint. Aspects in `settled` are skipped, but only if timing is one of them:
    /// otherwise a difference in any aspect still has to poison timing.
    pub fn of(machine: &Machine, ended: &Ended, settled: &[Aspect]) -> Self {
        let outcome = &ended.outcome;
        let history = ended.execution.history();
        let mut values = Values::default();
        let attempts = || {
            ended
                .attempts
                .iter()
                .flat_map(|(site, attempts)| attempts.iter().map(move |attempt| (site, attempt)))
        };
        let counts = !settled.contains(&Aspect::Timing);
        Self(JUDGED.map(|aspect| match aspect {
            aspect if !counts && settled.contains(&aspect) => 0,
            Aspect::Status => hash(&outcome.status),
            Aspect::Error => hash(&outcome.failure.error),
            Aspect::Output => values.hash(outcome.output.as_ref()).unwrap_or(0),
            Aspect::Path => path(machine, history),
            Aspect::Attempts => sum(attempts().map(|(site, _)| hash(site))),
            Aspect::Effects => {
                sum(attempts().map(|(site, attempt)| hash(&(site, values.one(&attempt.input)))))
            }
            Aspect::Cause => hash(&outcome.failure.cause),
            _ => sum(history.iter().map(|event| event_hash(event, &mut values))),
        }))
    }

    /// Adds the aspects that differ, and timing if any does: a difference always affects timing.
    pub fn differing(&self, other: &Self, aspects: &mut Vec<Aspect>) {
        let before = aspects.len();
        for ((aspect, left), right) in JUDGED.iter().zip(self.0).zip(other.0) {
            if left != right {
                aspects.push(*aspect);
            }
        }
        if aspects.len() > before {
            aspects.push(Aspect::Timing);
        }
    }
}

/// The states of the outermost scope in order; all others regardless of order.
fn path(machine: &Machine, history: &[Event]) -> u64 {
    let mut root = FxHasher::default();
    let mut nested = 0_u64;
    for event in history {
        if let (EventKind::Entered(_), Some(name)) = (event.kind, &event.details.name) {
            if machine.scope.states.contains_key(name) {
                name.hash(&mut root);
            } else {
                nested = nested.wrapping_add(hash(name));
            }
        }
    }
    root.finish().wrapping_add(nested)
}

fn event_hash(event: &Event, values: &mut Values) -> u64 {
    let Details {
        name,
        input,
        output,
        failure,
        task,
        length,
        index,
        assigned,
        evaluation,
    } = &event.details;
    let evaluation = evaluation.as_deref().map(|it| (&it.state, &it.location));
    let task = task
        .as_deref()
        .map(|task| (&task.resource, task.timeout_in_seconds));
    let failure = failure
        .as_deref()
        .map(|failure| (&failure.error, &failure.cause));
    hash(&(
        event.kind,
        name,
        values.hash(input.as_ref()),
        values.hash(output.as_ref()),
        failure,
        task,
        (length, index, assigned.as_deref().map(serde_json::Map::len)),
        evaluation,
    ))
}

/// Caches the hashes of an execution's values. Events share values: one state's output is the next
/// one's input.
#[derive(Default)]
struct Values(FxHashMap<*const Value, u64>);

impl Values {
    fn one(&mut self, value: &Arc<Value>) -> u64 {
        let known = self.0.entry(Arc::as_ptr(value));
        *known.or_insert_with(|| value_hash(value))
    }

    fn hash(&mut self, value: Option<&Arc<Value>>) -> Option<u64> {
        value.map(|value| self.one(value))
    }
}

/// Equal for values that are equal as data: numbers by value, objects in any order.
fn value_hash(value: &Value) -> u64 {
    match value {
        Value::Null => 1,
        Value::Bool(value) => hash(&(2, value)),
        Value::Number(number) => hash(&(3, number.as_f64().unwrap_or_default().to_bits())),
        Value::String(text) => hash(&(4, text)),
        Value::Array(elements) => {
            let mut hasher = FxHasher::default();
            5.hash(&mut hasher);
            for element in elements {
                value_hash(element).hash(&mut hasher);
            }
            hasher.finish()
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| hash(&(key, value_hash(value))));
            hash(&(6, sum(fields)))
        }
    }
}

fn hash<T: Hash>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

fn sum(hashes: impl Iterator<Item = u64>) -> u64 {
    hashes.fold(0, u64::wrapping_add)
}
