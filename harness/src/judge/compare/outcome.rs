//! Compares how an execution ended: whether it did, its status, error, cause and output.

use serde_json::{Value, json};
use stepproof_specs::{
    clause::Aspect,
    interpreter::HISTORY_LIMIT_TEXT,
    observation::{Observation, Status},
};

use super::{
    context::{Comparison, Found},
    tasks, value,
};
use crate::judge::{
    cause,
    signature::{self, Shape, Term},
};

/// Compares whether the execution ended at all.
pub(super) fn liveness(comparison: &Comparison<'_>) -> Option<Found> {
    let (expected, actual) = comparison.observations();
    (actual.status == Status::Running && expected.status != Status::Running).then(|| Found {
        aspect: Aspect::Liveness,
        state: parting_state(comparison),
        shape: Shape::sides(Term::new("ended"), Term::new(actual.status.name())),
        expected: json!(expected.status.name()),
        actual: json!(actual.status.name()),
    })
}

/// Compares the status. The shape includes the class of the failure.
pub(super) fn status(comparison: &Comparison<'_>) -> Option<Found> {
    let (expected, actual) = comparison.observations();
    (expected.status != actual.status).then(|| Found {
        aspect: Aspect::Status,
        state: parting_state(comparison),
        shape: Shape::sides(
            signature::end(expected, actual),
            signature::end(actual, expected),
        ),
        expected: end(expected),
        actual: end(actual),
    })
}

/// Compares the error name.
pub(super) fn error(comparison: &Comparison<'_>) -> Option<Found> {
    let (expected, actual) = comparison.observations();
    (expected.error != actual.error).then(|| Found {
        aspect: Aspect::Error,
        state: parting_state(comparison),
        shape: Shape::sides(
            signature::failure(expected, actual),
            signature::failure(actual, expected),
        ),
        expected: end(expected),
        actual: end(actual),
    })
}

/// Compares the output. The shape is that of the first state output that differs, if there is one.
pub(super) fn output(comparison: &Comparison<'_>) -> Option<Found> {
    let (expected, actual) = (
        comparison.expected.observation.output.as_deref(),
        comparison.actual.observation.output.as_deref(),
    );
    let whole = value::shape(expected, actual)?;
    let parting = comparison.parting();
    // If the execution should have no output, the outputs of its states do not explain the
    // difference.
    let passed = parting.filter(|_| expected.is_some());
    let shape = passed.and_then(|parting| parting.shape());
    let take = |it: Option<&Value>| it.cloned().unwrap_or_default();
    Some(Found {
        aspect: Aspect::Output,
        state: parting.map_or_else(|| fallback(comparison), |parting| Some(parting.state)),
        shape: shape.unwrap_or(whole),
        expected: take(expected),
        actual: take(actual),
    })
}

/// Compares the cause string.
pub(super) fn cause(comparison: &Comparison<'_>) -> Option<Found> {
    let (expected, actual) = comparison.observations();
    let class = |it: &Observation| cause::class(it.error.as_deref(), it.cause.as_deref());
    (expected.cause != actual.cause).then(|| Found {
        aspect: Aspect::Cause,
        state: died(comparison),
        shape: Shape::sides(Term::new(class(expected)), Term::new(class(actual))),
        expected: expected.cause.as_deref().into(),
        actual: actual.cause.as_deref().into(),
    })
}

/// The state at which the observations differ; unknown if a history was full, because that can
/// happen anywhere.
fn parting_state(comparison: &Comparison<'_>) -> Option<usize> {
    let (expected, actual) = comparison.observations();
    let full = |side: &Observation| side.cause.as_deref() == Some(HISTORY_LIMIT_TEXT);
    if full(expected) || full(actual) {
        return None;
    }
    comparison
        .parting()
        .map(|parting| parting.state)
        .or_else(|| fallback(comparison))
}

/// The state to name if the histories do not show it: the task whose attempts differ, or the state
/// that failed.
fn fallback(comparison: &Comparison<'_>) -> Option<usize> {
    let task = comparison.context.activities.then(|| {
        let found = tasks::attempts(comparison).or_else(|| tasks::effects(comparison));
        found.and_then(|found| found.state)
    });
    task.flatten().or_else(|| died(comparison))
}

/// The state that failed, on the expected side or else on the actual side.
fn died(comparison: &Comparison<'_>) -> Option<usize> {
    comparison
        .expected
        .died()
        .or_else(|| comparison.actual.died())
}

/// How an execution ended, for reports.
pub(crate) fn end(observation: &Observation) -> Value {
    let mut end = serde_json::Map::new();
    end.insert("status".into(), observation.status.name().into());
    let texts = [("error", &observation.error), ("cause", &observation.cause)];
    for (key, text) in texts {
        if let Some(text) = text {
            end.insert(key.into(), text.as_str().into());
        }
    }
    Value::Object(end)
}
