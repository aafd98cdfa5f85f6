//! Passes over a definition as plain JSON, because it may violate any rule of the language.

use serde_json::Value;
use stepproof_specs::{
    asl::walk::{scopes, states_of},
    base::pointer::member,
    scenario::case::ExecutionCase,
};

use super::{
    edit::{Edit, collect_garbage, edit, runs},
    graph::targets,
    value::of_its_kind,
};

/// Drops every member of an object, and every run of elements of an array.
pub(super) fn drop_members(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    each(&case.definition, "", &mut |value, pointer| match value {
        Value::Object(object) => {
            for name in object.keys() {
                let (pointer, name) = (pointer.to_owned(), name.clone());
                edits.push(edit(move |case| {
                    let object = case.definition.pointer_mut(&pointer)?.as_object_mut()?;
                    object.shift_remove(&name).map(drop)
                }));
            }
        }
        Value::Array(items) => {
            for run in runs(items.len()) {
                let pointer = pointer.to_owned();
                edits.push(edit(move |case| {
                    let items = case.definition.pointer_mut(&pointer)?.as_array_mut()?;
                    items.drain(run.clone());
                    Some(())
                }));
            }
        }
        _ => {}
    });
    edits
}

/// Fields that name a state, a type or a resource: a simpler string would name nothing.
const LEADING: [&str; 5] = ["Default", "Next", "Resource", "StartAt", "Type"];

/// Replaces every literal by a simpler one of its type.
pub(super) fn simplify_literals(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    each(&case.definition, "", &mut |value, pointer| {
        let leads = value.is_string() && LEADING.iter().any(|field| pointer.ends_with(field));
        if leads || value.is_object() || value.is_array() {
            return;
        }
        for simpler in of_its_kind(value) {
            let pointer = pointer.to_owned();
            edits.push(edit(move |case| {
                *case.definition.pointer_mut(&pointer)? = simpler.clone();
                Some(())
            }));
        }
    });
    edits
}

/// Visits every value with its JSON pointer, outer ones first.
fn each(value: &Value, pointer: &str, see: &mut dyn FnMut(&Value, &str)) {
    see(value, pointer);
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                each(inner, &member(pointer, name), see);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                each(inner, &format!("{pointer}/{index}"), see);
            }
        }
        _ => {}
    }
}

/// The number of targets that are missing in their scope. The validator does not check targets
/// while it finds other errors, so an edit must not increase this number.
pub(super) fn dangling(definition: &Value) -> usize {
    let scopes = scopes(definition).into_iter();
    let scopes = scopes.filter_map(|scope| definition.pointer(&scope.pointer));
    scopes
        .map(|scope| {
            let known = |name: &str| scope["States"].get(name).is_some();
            let start = scope["StartAt"].as_str().into_iter();
            let named = states_of(scope).flat_map(|(_, state)| targets(state));
            start.chain(named).filter(|name| !known(name)).count()
        })
        .sum()
}

/// Whether a definition has no unused parts. Only then are the parts that an edit leaves unused
/// removed; otherwise an unused part may be the error in the definition.
pub(super) fn is_tidy(case: &ExecutionCase) -> bool {
    let mut tidied = case.clone();
    collect_garbage(&mut tidied);
    tidied.definition == case.definition
}
