//! Compares which states were entered: in order at the root, and only by count inside Map and
//! Parallel, where the order depends on timing.

use serde_json::{Value, json};
use stepproof_specs::{clause::Aspect, history::EventKind};

use super::context::{Comparison, Found, Side};
use crate::judge::{cause, signature::Shape};

/// The first difference between the paths.
pub fn difference(comparison: &Comparison<'_>) -> Option<Found> {
    let found = root(comparison).or_else(|| nested(comparison))?;
    Some(with_words(comparison, found))
}

/// Adds the first words of the engine's own cause to the shape, to distinguish root causes when the
/// engine failed.
fn with_words(comparison: &Comparison<'_>, mut found: Found) -> Found {
    let (expected, actual) = comparison.observations();
    let telling = actual.cause.as_deref();
    let telling = telling.filter(|_| actual.cause != expected.cause);
    if let Shape::One(term) = &mut found.shape {
        term.detail = cause::words(actual.error.as_deref(), telling);
    }
    found
}

/// The root's states in the order in which they were entered. A name that the machine does not have
/// counts as a state of the root.
fn entered<'a>(comparison: &Comparison<'_>, side: &Side<'a>) -> Vec<(Option<usize>, &'a str)> {
    let threads = side.threads.iter();
    threads
        .flat_map(|threads| threads.events.iter().zip(&threads.states))
        .filter(|(event, state)| {
            matches!(event.kind, EventKind::Entered(_))
                && state.is_none_or(|state| comparison.states.entry(state).parent.is_none())
        })
        .map(|(event, state)| (*state, event.details.name.as_deref().unwrap_or_default()))
        .collect()
}

fn root(comparison: &Comparison<'_>) -> Option<Found> {
    let expected = entered(comparison, &comparison.expected);
    let actual = entered(comparison, &comparison.actual);
    let common = expected
        .iter()
        .zip(&actual)
        .take_while(|(expected, actual)| expected == actual)
        .count();
    let shape = match (expected.get(common), actual.get(common)) {
        (None, None) => return None,
        (Some(_), Some(_)) => "other",
        (Some(_), None) => "ends",
        (None, Some(_)) => "continues",
    };
    let decided = common.checked_sub(1).map_or_else(
        || expected.first().or(actual.first()),
        |last| expected.get(last),
    );
    let names = |path: &[(Option<usize>, &str)]| -> Vec<Value> {
        path.iter().map(|(_, name)| json!(name)).collect()
    };
    Some(Found {
        aspect: Aspect::Path,
        state: decided.and_then(|(state, _)| *state),
        shape: Shape::word(shape),
        expected: names(&expected).into(),
        actual: names(&actual).into(),
    })
}

fn nested(comparison: &Comparison<'_>) -> Option<Found> {
    let expected = comparison.expected.visits(comparison.states);
    let actual = comparison.actual.visits(comparison.states);
    let state = expected
        .iter()
        .zip(&actual)
        .position(|(expected, actual)| expected != actual)?;
    // If the histories first differ at an enclosing state, that state caused the difference.
    let container = comparison
        .parting()
        .map(|parting| parting.state)
        .filter(|container| comparison.states.outwards(state).any(|it| it == *container));
    Some(Found {
        aspect: Aspect::Path,
        state: container.or(Some(state)),
        shape: Shape::amount(expected[state], actual[state]),
        expected: json!(expected[state]),
        actual: json!(actual[state]),
    })
}
