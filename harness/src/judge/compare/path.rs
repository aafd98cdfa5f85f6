//! Which states were entered: in order at the root, by number inside Map and Parallel, where the
//! order depends on who comes first.

use serde_json::{Value, json};
use stepproof_specs::{clause::Aspect, history::EventKind};

use super::{Found, Scene, Side, tasks::amount};

/// The first difference between the paths.
pub fn difference(scene: &Scene<'_>) -> Option<Found> {
    root(scene).or_else(|| nested(scene))
}

/// The root's states in the order in which they were entered. A name that the machine does not
/// have counts as a state of the root.
fn entered<'a>(scene: &Scene<'_>, side: &Side<'a>) -> Vec<(Option<usize>, &'a str)> {
    let threads = side.threads.iter();
    threads
        .flat_map(|threads| threads.events.iter().zip(&threads.places))
        .filter(|(event, place)| {
            matches!(event.kind, EventKind::Entered(_))
                && place.is_none_or(|place| scene.anatomy.place(place).parent.is_none())
        })
        .map(|(event, place)| (*place, event.details.name.as_deref().unwrap_or_default()))
        .collect()
}

fn root(scene: &Scene<'_>) -> Option<Found> {
    let expected = entered(scene, &scene.expected);
    let actual = entered(scene, &scene.actual);
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
        place: decided.and_then(|(place, _)| *place),
        shape: shape.into(),
        expected: names(&expected).into(),
        actual: names(&actual).into(),
    })
}

fn nested(scene: &Scene<'_>) -> Option<Found> {
    let expected = scene.expected.visits(scene.anatomy);
    let actual = scene.actual.visits(scene.anatomy);
    let place = expected
        .iter()
        .zip(&actual)
        .position(|(expected, actual)| expected != actual)?;
    // If a state around it was started otherwise, it is that state's doing.
    let container = scene
        .parting()
        .map(|parting| parting.place)
        .filter(|container| scene.anatomy.outwards(place).any(|it| it == *container));
    Some(Found {
        aspect: Aspect::Path,
        place: container.or(Some(place)),
        shape: amount(expected[place], actual[place]).into(),
        expected: json!(expected[place]),
        actual: json!(actual[place]),
    })
}
