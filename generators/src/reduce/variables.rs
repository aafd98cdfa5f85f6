//! Passes over variables: what they held in the place of what reads them, and their names.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};
use stepproof_specs::{
    case::ExecutionCase,
    machine::Machine,
    path::{Path, Root},
    simulate::trace,
};

use super::{
    calls::map_paths,
    edit::{Edit, edit},
    fields::{all_objects, assigning},
    flow::{holds_path, with},
    names::Renaming,
    place::object_mut,
};

/// Replaces every field of a template that reads a variable, or assigns one, by what the variable
/// held in the end, or in the beginning.
pub(super) fn literals_for_variables(case: &ExecutionCase) -> Vec<Edit> {
    let mut reads = reads(&case.definition);
    reads.extend(computed(&case.definition));
    if reads.is_empty() {
        return Vec::new();
    }
    let Some(held) = held(case) else {
        return Vec::new();
    };
    let mut edits = Vec::new();
    for (pointer, field, path) in reads {
        let Root::Variable(variable) = path.root() else {
            continue;
        };
        let values = held.get(&**variable).into_iter().flatten();
        let mut values: Vec<_> = values
            .filter_map(|value| path.find(value).ok().map(Cow::into_owned))
            .collect();
        values.dedup();
        for value in values {
            let (pointer, field) = (pointer.clone(), field.clone());
            edits.push(edit(move |case| {
                let fields = object_mut(&mut case.definition, &pointer)?;
                let plain = field.strip_suffix(".$")?;
                if let Value::Object(replaced) = with(fields, &field, plain, &value) {
                    *fields = replaced;
                }
                Some(())
            }));
        }
    }
    edits
}

/// Replaces every field of a template that reads a variable by what assigns the variable, which is
/// then not assigned any more.
pub(super) fn sources_for_variables(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (pointer, field, path) in reads(&case.definition) {
        let (Root::Variable(variable), []) = (path.root(), path.steps()) else {
            continue;
        };
        for (from, assigned) in assigned(&case.definition, variable) {
            let (pointer, field) = (pointer.clone(), field.clone());
            edits.push(edit(move |case| {
                let suffix = if assigned.ends_with(".$") { ".$" } else { "" };
                let source = object_mut(&mut case.definition, &from)?.shift_remove(&assigned)?;
                let fields = object_mut(&mut case.definition, &pointer)?;
                let name = format!("{}{suffix}", field.strip_suffix(".$")?);
                if let Value::Object(replaced) = with(fields, &field, &name, &source) {
                    *fields = replaced;
                }
                Some(())
            }));
        }
    }
    edits
}

/// The fields that assign what they compute: the pointer to the object, the field, the path to the
/// variable.
fn computed(definition: &Value) -> Vec<(String, String, Path)> {
    let mut found = Vec::new();
    for pointer in assigning(definition) {
        let pointer = format!("{pointer}/Assign");
        let fields = definition.pointer(&pointer).and_then(Value::as_object);
        for field in fields.into_iter().flat_map(Map::keys) {
            if let Some(variable) = field.strip_suffix(".$") {
                let path = Path::new(Root::Variable(variable.into()), Vec::new());
                found.push((pointer.clone(), field.clone(), path));
            }
        }
    }
    found
}

/// Where a variable is assigned: the pointer to the object, and the field.
fn assigned(definition: &Value, variable: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for pointer in all_objects(definition) {
        let fields = definition.pointer(&pointer).and_then(Value::as_object);
        let fields = fields.filter(|_| pointer.ends_with("/Assign"));
        for name in fields.into_iter().flat_map(Map::keys) {
            if name.strip_suffix(".$").unwrap_or(name) == variable {
                found.push((pointer.clone(), name.clone()));
            }
        }
    }
    found
}

/// The fields of templates that read a variable: the pointer to the object, the field, the path.
fn reads(definition: &Value) -> Vec<(String, String, Path)> {
    let mut found = Vec::new();
    for pointer in all_objects(definition) {
        let fields = definition.pointer(&pointer).and_then(Value::as_object);
        for (name, value) in fields.into_iter().flatten() {
            if let Some(text) = value.as_str().filter(|_| name.ends_with(".$"))
                && let Ok(path) = Path::parse(text)
                && matches!(path.root(), Root::Variable(_))
            {
                found.push((pointer.clone(), name.clone(), path));
            }
        }
    }
    found
}

/// What every variable held in the end and in the beginning, in the case's first execution.
fn held(case: &ExecutionCase) -> Option<BTreeMap<String, [Value; 2]>> {
    let machine = Arc::new(Machine::from_value(&case.definition).ok()?);
    let history = trace(&machine, case, case.starts.first()?).ok()?;
    let history = history.execution.into_history();
    let assigned = history
        .iter()
        .filter_map(|event| event.details.assigned.as_deref());
    let mut held: BTreeMap<String, [Value; 2]> = BTreeMap::new();
    for (name, value) in assigned.flatten() {
        let first = || [value.clone(), value.clone()];
        held.entry(name.clone()).or_insert_with(first)[0] = value.clone();
    }
    Some(held)
}

/// Renames variables to `x`, `y`, … in the order in which they are assigned.
pub(super) fn rename_variables(case: &ExecutionCase) -> Vec<Edit> {
    let mut renaming = Renaming::from(b'x');
    for pointer in assigning(&case.definition) {
        let fields = case.definition.pointer(&format!("{pointer}/Assign"));
        for name in fields.and_then(Value::as_object).into_iter().flatten() {
            renaming.meet(name.0.strip_suffix(".$").unwrap_or(name.0));
        }
    }
    if renaming.is_empty() {
        return Vec::new();
    }
    vec![edit(move |case| {
        rename_reads(&mut case.definition, &renaming);
        for pointer in assigning(&case.definition) {
            let pointer = format!("{pointer}/Assign");
            let fields = object_mut(&mut case.definition, &pointer)?;
            for (name, value) in std::mem::take(fields) {
                let renamed = match name.strip_suffix(".$") {
                    Some(plain) => format!("{}.$", renaming.of(plain)),
                    None => renaming.of(&name),
                };
                fields.insert(renamed, value);
            }
        }
        Some(())
    })]
}

fn rename_reads(definition: &mut Value, renaming: &Renaming) {
    for pointer in all_objects(definition) {
        let Some(fields) = object_mut(definition, &pointer) else {
            continue;
        };
        for (name, value) in fields {
            let text = value.as_str().filter(|_| holds_path(name));
            if let Some(renamed) = text.and_then(|text| {
                map_paths(text, &mut |path| match path.root() {
                    Root::Variable(name) => Path::new(
                        Root::Variable(renaming.of(name).into()),
                        path.steps().to_vec(),
                    ),
                    _ => path.clone(),
                })
            }) {
                *value = renamed.into();
            }
        }
    }
}
