//! Passes over data flow: templates, literals, paths.

use serde_json::{Value, json};
use stepproof_specs::{query::jsonpath::path::Path, scenario::case::ExecutionCase};

use super::{
    calls::{self, Simpler},
    edit::{Edit, edit},
    fields::{all_objects, assigning},
    graph::{object_mut, states},
    paths::simpler_paths,
    value::{of_its_kind, simpler, with, with_fewer_fields},
};

/// Fields of states that hold payload templates, besides `Assign`.
const TEMPLATES: &[&str] = &["Parameters", "ResultSelector", "ItemSelector"];

/// Simplifies templates, results and paths.
pub(super) fn simplify_flow(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for (name, value) in fields.as_object().into_iter().flatten() {
            let replacements = match name.as_str() {
                "Result" => simpler(value),
                "Error" | "Cause" => of_its_kind(value),
                name if TEMPLATES.contains(&name) => simpler_templates(value),
                _ => continue,
            };
            for replacement in replacements {
                let (pointer, name) = (state.pointer.clone(), name.clone());
                edits.push(edit(move |case| {
                    let fields = object_mut(&mut case.definition, &pointer)?;
                    fields.insert(name.clone(), replacement.clone()).map(drop)
                }));
            }
        }
    }
    edits.extend(simplify_assigns(case));
    edits.extend(simplify_paths(case));
    edits
}

/// Simplifies every `Assign`.
fn simplify_assigns(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for pointer in assigning(&case.definition) {
        let pointer = format!("{pointer}/Assign");
        let simpler = case.definition.pointer(&pointer).map(simpler_templates);
        for template in simpler.into_iter().flatten() {
            let pointer = pointer.clone();
            edits.push(edit(move |case| {
                *case.definition.pointer_mut(&pointer)? = template.clone();
                Some(())
            }));
        }
    }
    edits
}

/// Simpler templates: with fewer fields, with simpler contents, with null for a dynamic field.
fn simpler_templates(template: &Value) -> Vec<Value> {
    let Value::Object(fields) = template else {
        return simpler(template);
    };
    let mut found = with_fewer_fields(fields);
    for (name, field) in fields {
        match name.strip_suffix(".$") {
            Some(plain) => found.push(with(fields, name, plain, &Value::Null)),
            None => {
                found.extend(field.is_object().then(|| field.clone()));
                let simpler = simpler_templates(field).into_iter();
                found.extend(simpler.map(|simpler| with(fields, name, name, &simpler)));
            }
        }
    }
    found
}

/// Paths that can be null.
const NULLABLE: &[&str] = &["InputPath", "OutputPath", "ResultPath"];

/// Sets paths that may be null to null, and simplifies every path and every call.
fn simplify_paths(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for pointer in all_objects(&case.definition) {
        let fields = case.definition.pointer(&pointer).and_then(Value::as_object);
        for (name, value) in fields.into_iter().flatten() {
            let Some(text) = value.as_str().filter(|_| holds_path(name)) else {
                continue;
            };
            let nothing = NULLABLE
                .contains(&name.as_str())
                .then(|| (name.clone(), Value::Null));
            for (new, value) in nothing.into_iter().chain(simpler_sources(name, text)) {
                let (pointer, name) = (pointer.clone(), name.clone());
                edits.push(edit(move |case| {
                    let fields = object_mut(&mut case.definition, &pointer)?;
                    if let Value::Object(replaced) = with(fields, &name, &new, &value) {
                        *fields = replaced;
                    }
                    Some(())
                }));
            }
        }
    }
    edits
}

/// Replaces a path to several values, and the input, by the simplest pair in which such a path
/// finds one value.
pub(super) fn find_one(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for pointer in all_objects(&case.definition) {
        let fields = case.definition.pointer(&pointer).and_then(Value::as_object);
        for (name, value) in fields.into_iter().flatten() {
            let path = value.as_str().filter(|_| holds_path(name));
            let path = path.and_then(|text| Path::parse(text).ok());
            if path.is_none_or(|path| path.is_definite()) {
                continue;
            }
            let (pointer, name) = (pointer.clone(), name.clone());
            edits.push(edit(move |case| {
                let fields = object_mut(&mut case.definition, &pointer)?;
                fields.insert(name.clone(), "$[?(@)]".into());
                for start in &mut case.starts {
                    start.input = json!({}).into();
                }
                Some(())
            }));
        }
    }
    edits
}

/// Simpler replacements for a path or a call in a field, each with the field's new name.
fn simpler_sources(field: &str, text: &str) -> Vec<(String, Value)> {
    let shorter = simpler_paths(text).into_iter().map(Simpler::Source);
    shorter
        .chain(calls::simpler(text))
        .filter_map(|simpler| match simpler {
            Simpler::Source(text) => Some((field.to_owned(), text.into())),
            Simpler::Literal(value) => Some((field.strip_suffix(".$")?.to_owned(), value)),
        })
        .collect()
}

/// Whether a field of this name holds a path.
pub(super) fn holds_path(name: &str) -> bool {
    name.ends_with("Path") || name.ends_with(".$") || name == "Variable"
}
