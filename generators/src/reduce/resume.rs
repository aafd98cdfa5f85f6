//! Passes that start in the middle: at an inner state, with the data that arrives there in the
//! reference; or with only one part of the input.

use std::sync::Arc;

use serde_json::Value;
use stepproof_specs::{
    asl::{Machine, walk::StatePath},
    history::EventKind,
    query::jsonpath::path::{Path, Root, Step},
    reference::trace,
    scenario::case::{ExecutionCase, Start},
};

use super::{
    calls::map_paths,
    edit::{Edit, edit},
    fields::all_objects,
    flow::holds_path,
    graph::{object_mut, states},
    structure::promote,
};

/// Starts at an inner state with the data that arrives there. The last states come first, because
/// they leave the smallest cases.
pub(super) fn resume(case: &ExecutionCase) -> Vec<Edit> {
    let states = states(&case.definition).into_iter().rev();
    states
        .map(|(state, _)| edit(move |case| begin_at(case, &state)))
        .collect()
}

pub(super) fn begin_at(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
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
        start.input = input.into();
    }
    Some(())
}

/// The input of the first visit to a state.
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

/// Replaces the inputs by one of their parts, and shortens the paths that lead there.
pub(super) fn unwrap_inputs(case: &ExecutionCase) -> Vec<Edit> {
    let Some(start) = case.starts.first() else {
        return Vec::new();
    };
    let parts: Vec<Step> = match &*start.input {
        Value::Object(fields) => fields
            .keys()
            .map(|name| Step::Name(name.as_str().into()))
            .collect(),
        Value::Array(items) => (0..).map(Step::Index).take(items.len()).collect(),
        _ => Vec::new(),
    };
    parts
        .into_iter()
        .map(|part| edit(move |case| unwrap(case, &part)))
        .collect()
}

fn unwrap(case: &mut ExecutionCase, part: &Step) -> Option<()> {
    for start in &mut case.starts {
        let inside = match (&*start.input, part) {
            (Value::Object(fields), Step::Name(name)) => fields.get(&**name)?,
            (Value::Array(items), Step::Index(at)) => items.get(usize::try_from(*at).ok()?)?,
            _ => return None,
        };
        start.input = inside.clone().into();
    }
    for pointer in all_objects(&case.definition) {
        for (field, value) in object_mut(&mut case.definition, &pointer)? {
            let text = value.as_str().filter(|_| holds_path(field));
            if let Some(shorter) = text.and_then(|text| {
                map_paths(text, &mut |path| {
                    without_part(path, part).unwrap_or_else(|| path.clone())
                })
            }) {
                *value = shorter.into();
            }
        }
    }
    Some(())
}

/// The path without this step, if it is the path's first step into the data or the execution's
/// input.
fn without_part(path: &Path, part: &Step) -> Option<Path> {
    let at = match path.root() {
        Root::Data => 0,
        Root::Context if path.text().starts_with("$$.Execution.Input") => 2,
        _ => return None,
    };
    let mut steps = path.steps().to_vec();
    if steps.get(at) != Some(part) {
        return None;
    }
    steps.remove(at);
    Some(Path::new(path.root().clone(), steps))
}
