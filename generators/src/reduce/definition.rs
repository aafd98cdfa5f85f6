//! Passes over a definition as mere JSON: it may break any rule of the language.

use serde_json::Value;
use stepproof_specs::case::ExecutionCase;

use super::{
    edit::{Edit, collect_garbage, edit, runs},
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

/// Every literal can be a simpler one of its kind.
pub(super) fn simplify_literals(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    each(&case.definition, "", &mut |value, pointer| {
        if value.is_object() || value.is_array() {
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
                let name = name.replace('~', "~0").replace('/', "~1");
                each(inner, &format!("{pointer}/{name}"), see);
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

/// Whether nothing in a definition is without use. What an edit leaves without use is then taken
/// away; otherwise that may be what is wrong with the definition.
pub(super) fn is_tidy(case: &ExecutionCase) -> bool {
    let mut tidied = case.clone();
    collect_garbage(&mut tidied);
    tidied.definition == case.definition
}
