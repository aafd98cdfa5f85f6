//! Passes over variables: values and sources in place of reads of variables, and plain names.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::Machine,
    query::jsonpath::path::{Path, Root},
    reference::trace,
    scenario::case::ExecutionCase,
};

use super::{
    calls::{fill, map_paths},
    edit::{Edit, edit},
    expressions::expressions,
    fields::{all_objects, assigning},
    flow::holds_path,
    graph::{object_mut, states},
    names::Renaming,
    value::with,
};

/// Replaces every template field that reads a variable, or assigns a computed value to one, by the
/// variable's last or first value.
pub(super) fn literals_for_variables(case: &ExecutionCase) -> Vec<Edit> {
    let mut reads = reads(&case.definition);
    reads.extend(computed(&case.definition));
    let calls = calls(&case.definition);
    if reads.is_empty() && calls.is_empty() {
        return Vec::new();
    }
    let Some(held) = held(case) else {
        return Vec::new();
    };
    let mut edits = literals_for_arguments(case, &held, calls);
    for (pointer, field, path) in reads {
        let Root::Variable(variable) = path.root() else {
            continue;
        };
        let values = held.get(&**variable).into_iter().flatten();
        let mut values: Vec<_> = values
            .filter_map(|value| path.find(value).ok().map(Cow::into_owned))
            .flat_map(|value| [emptied(&value), Some(value)])
            .flatten()
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

/// The empty array or object, for one that is not empty.
fn emptied(value: &Value) -> Option<Value> {
    match value {
        Value::Array(items) if !items.is_empty() => Some(json!([])),
        Value::Object(fields) if !fields.is_empty() => Some(json!({})),
        _ => None,
    }
}

/// Replaces the paths in every call by the scalars that they find in the input or in variables.
fn literals_for_arguments(
    case: &ExecutionCase,
    held: &BTreeMap<String, [Value; 2]>,
    calls: Vec<(String, String, String)>,
) -> Vec<Edit> {
    let input = case.starts.first().map(|start| &start.input);
    let mut value = |path: &Path| {
        let whole = match path.root() {
            Root::Data => input?,
            Root::Variable(name) => &held.get(&**name)?[0],
            Root::Context => return None,
        };
        path.find(whole).ok().map(Cow::into_owned)
    };
    let filled = calls.into_iter().filter_map(|(pointer, field, text)| {
        let filled = fill(&text, &mut value).filter(|filled| *filled != text)?;
        Some((pointer, field, filled))
    });
    let edits = filled.map(|(pointer, field, filled)| {
        edit(move |case| {
            let fields = object_mut(&mut case.definition, &pointer)?;
            let call = fields.insert(field.clone(), filled.clone().into())?;
            forget(case, call.as_str()?)
        })
    });
    edits.collect()
}

/// Removes what a call has read: the contents of the input, and assignments of variables.
fn forget(case: &mut ExecutionCase, call: &str) -> Option<()> {
    let mut roots = Vec::new();
    map_paths(call, &mut |path| {
        roots.push(path.root().clone());
        path.clone()
    })?;
    for root in roots {
        match root {
            Root::Data => case
                .starts
                .iter_mut()
                .for_each(|it| it.input = json!({}).into()),
            Root::Variable(variable) => {
                for (pointer, field) in assigned(&case.definition, &variable) {
                    object_mut(&mut case.definition, &pointer)?.shift_remove(&field);
                }
            }
            Root::Context => {}
        }
    }
    Some(())
}

/// The template fields that hold a call with paths: the object's pointer, the field, the call.
fn calls(definition: &Value) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for pointer in all_objects(definition) {
        let fields = definition.pointer(&pointer).and_then(Value::as_object);
        for (name, value) in fields.into_iter().flatten() {
            let text = value.as_str().filter(|_| name.ends_with(".$"));
            if let Some(text) =
                text.filter(|text| text.starts_with("States.") && text.contains('$'))
            {
                found.push((pointer.clone(), name.clone(), text.to_owned()));
            }
        }
    }
    found
}

/// Replaces every template field that reads a variable by what is assigned to the variable, and
/// removes the assignment.
pub(super) fn sources_for_variables(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut reads = reads(&case.definition);
    reads.extend(whole_inputs(&case.definition));
    for (pointer, field, path) in reads {
        let (Root::Variable(variable), []) = (path.root(), path.steps()) else {
            continue;
        };
        for (from, assigned) in assigned(&case.definition, variable) {
            let (pointer, field) = (pointer.clone(), field.clone());
            edits.push(edit(move |case| {
                let suffix = if assigned.ends_with(".$") { ".$" } else { "" };
                let source = object_mut(&mut case.definition, &from)?.shift_remove(&assigned)?;
                let fields = object_mut(&mut case.definition, &pointer)?;
                if field == "InputPath" {
                    fields.shift_remove(&field)?;
                    let template = [(format!("a{suffix}"), source)];
                    let template: Map<String, Value> = template.into_iter().collect();
                    fields.insert("Parameters".to_owned(), template.into());
                    return Some(());
                }
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

/// The states with an `InputPath`: the state's pointer, the field, the path.
fn whole_inputs(definition: &Value) -> Vec<(String, String, Path)> {
    let mut found = Vec::new();
    for (state, fields) in states(definition) {
        if let Some(Ok(path)) = fields["InputPath"].as_str().map(Path::parse) {
            found.push((state.pointer, "InputPath".to_owned(), path));
        }
    }
    found
}

/// The fields of an `Assign` with a computed value: the object's pointer, the field, the variable
/// as a path.
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

/// Where a variable is assigned: the object's pointer, and the field.
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

/// The template fields that read a variable: the object's pointer, the field, the path.
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

/// The last and the first value of every variable in the case's first execution.
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

/// Renames variables to `x`, `y`, … in the order in which their assignments appear.
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
    for (pointer, mut tree) in expressions(definition) {
        tree.rename_variables(&|name| renaming.of(name));
        if let Some(place) = definition.pointer_mut(&pointer) {
            *place = tree.to_field().into();
        }
    }
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
