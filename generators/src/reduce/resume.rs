//! Passes that begin in the middle: at a state inside the machine, with the data that the
//! reference brings there; and with the part of the input that matters.

use std::sync::Arc;

use serde_json::Value;
use stepproof_specs::{
    case::{ExecutionCase, Start},
    history::EventKind,
    machine::Machine,
    path::{Path, Root, Step},
    simulate::trace,
};

use super::{
    calls::map_paths,
    edit::{Edit, edit},
    fields::all_objects,
    flow::holds_path,
    place::{StatePlace, object_mut, states},
    structure::promote,
};

/// Begins at an inner state with the data that arrives there: the last states first, because they
/// leave the least.
pub(super) fn resume(case: &ExecutionCase) -> Vec<Edit> {
    let places = states(&case.definition).into_iter().rev();
    places
        .map(|state| edit(move |case| begin_at(case, &state)))
        .collect()
}

fn begin_at(case: &mut ExecutionCase, state: &StatePlace) -> Option<()> {
    let machine = Arc::new(Machine::from_value(&case.definition).ok()?);
    let inputs: Vec<Value> = case
        .starts
        .iter()
        .filter_map(|start| arrives_at(case, &machine, start, &state.name))
        .collect();
    if inputs.len() != case.starts.len() {
        return None;
    }
    promote(case, &state.scope)?;
    let scope = object_mut(&mut case.definition, "")?;
    scope.insert("StartAt".to_owned(), state.name.clone().into());
    for (start, input) in case.starts.iter_mut().zip(inputs) {
        start.input = input;
    }
    Some(())
}

/// What a state is first entered with.
fn arrives_at(
    case: &ExecutionCase,
    machine: &Arc<Machine>,
    start: &Start,
    name: &str,
) -> Option<Value> {
    let history = trace(machine, case, start).ok()?.execution.into_history();
    history
        .iter()
        .find(|event| {
            matches!(event.kind, EventKind::Entered(_))
                && event.details.name.as_deref() == Some(name)
        })
        .and_then(|event| event.details.input.as_deref().cloned())
}

/// Makes one field of the inputs the input, and shortens the paths that lead there.
pub(super) fn unwrap_inputs(case: &ExecutionCase) -> Vec<Edit> {
    let fields = case
        .starts
        .first()
        .and_then(|start| start.input.as_object());
    fields
        .into_iter()
        .flatten()
        .map(|(name, _)| {
            let name = name.clone();
            edit(move |case| unwrap(case, &name))
        })
        .collect()
}

fn unwrap(case: &mut ExecutionCase, name: &str) -> Option<()> {
    for start in &mut case.starts {
        start.input = start.input.as_object_mut()?.shift_remove(name)?;
    }
    for pointer in all_objects(&case.definition) {
        for (field, value) in object_mut(&mut case.definition, &pointer)? {
            let text = value.as_str().filter(|_| holds_path(field));
            if let Some(shorter) = text.and_then(|text| {
                map_paths(text, &mut |path| {
                    without_field(path, name).unwrap_or_else(|| path.clone())
                })
            }) {
                *value = shorter.into();
            }
        }
    }
    Some(())
}

/// The path without this field of the data, or of the execution's input, if it leads through it.
fn without_field(path: &Path, name: &str) -> Option<Path> {
    let at = match path.root() {
        Root::Data => 0,
        Root::Context if path.text().starts_with("$$.Execution.Input") => 2,
        _ => return None,
    };
    let mut steps = path.steps().to_vec();
    if !matches!(steps.get(at), Some(Step::Name(first)) if **first == *name) {
        return None;
    }
    steps.remove(at);
    Some(Path::new(path.root().clone(), steps))
}
