//! Passes over a definition as mere JSON: it may break any rule of the language.

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

/// Every member of an object and every run of elements of an array can go.
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

/// What leads somewhere: a text that is simpler would lead nowhere.
const LEADING: [&str; 5] = ["Default", "Next", "Resource", "StartAt", "Type"];

/// Every literal can be a simpler one of its kind.
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

/// Every value with its JSON pointer, outer ones first.
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

/// How many targets are not in their scope. The validator does not look at them while something
/// else is wrong, so an edit must not make them more.
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

/// Whether nothing in a definition is without use. What an edit leaves without use is then taken
/// away; otherwise that may be what is wrong with the definition.
pub(super) fn is_tidy(case: &ExecutionCase) -> bool {
    let mut tidied = case.clone();
    collect_garbage(&mut tidied);
    tidied.definition == case.definition
}
