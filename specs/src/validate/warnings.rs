//! Warnings: what AWS accepts although it is hardly meant.
//!
//! The API reference lists three codes with a sentence each. What sets them off, their texts and
//! their places were not seen. A fourth one, about variables, was recorded with its text. So this keeps to what the sentences say: nothing of it is compared
//! with an engine, and no other rule depends on it. JSONata has no paths, so its states have none.

use serde_json::{Map, Value};

use super::undefined;

use crate::{
    asl::{
        Machine, Operator, QueryLanguage,
        diagnostic::{Code, Diagnostic},
        language_or,
        walk::{BRANCHES, PROCESSOR_FIELDS, states_of},
    },
    base::pointer::Pointer,
    clause::Clause,
    query::jsonpath::{path::Path, template::Source},
};

/// The most warnings about one definition.
const MOST: usize = 1_000;

/// The fields that hold payload templates.
const TEMPLATES: [&str; 6] = [
    "Assign",
    "BatchInput",
    "Credentials",
    "ItemSelector",
    "Parameters",
    "ResultSelector",
];

/// The fields inside which there are fields of the language again.
const HOLDERS: [&str; 9] = [
    "And",
    "Catch",
    "Choices",
    "ItemBatcher",
    "ItemReader",
    "Not",
    "Or",
    "ReaderConfig",
    "ResultWriter",
];

/// The fields, besides operators, of which there is a `…Path` variant.
const TWINS: [&str; 12] = [
    "Cause",
    "Error",
    "HeartbeatSeconds",
    "MaxConcurrency",
    "MaxInputBytesPerBatch",
    "MaxItems",
    "MaxItemsPerBatch",
    "Seconds",
    "TimeoutSeconds",
    "Timestamp",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
];

/// The warnings about a definition, whether it is accepted or not: the first thousand.
pub fn warnings(definition: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let language = machine_language(definition);
    scope(definition, &Pointer::Root, language, &mut found);
    if let (Some(machine), _) = Machine::read(definition) {
        undefined::check(&machine, definition, &mut found);
        found.truncate(MOST);
    }
    found
}

fn machine_language(definition: &Value) -> QueryLanguage {
    language(definition, QueryLanguage::JsonPath)
}

fn language(value: &Value, default: QueryLanguage) -> QueryLanguage {
    value
        .as_object()
        .map_or(default, |object| language_or(object, default))
}

fn scope(value: &Value, at: &Pointer<'_>, machine: QueryLanguage, found: &mut Vec<Diagnostic>) {
    let states = at.field("States");
    for (name, state) in states_of(value) {
        let at = states.field(name);
        let Some(fields) = state.as_object() else {
            continue;
        };
        if language_or(fields, machine) == QueryLanguage::JsonPath {
            object(fields, &at, found);
        }
        if let Some(Value::Array(branches)) = fields.get(BRANCHES) {
            let at = at.field(BRANCHES);
            for (index, branch) in branches.iter().enumerate() {
                scope(branch, &at.index(index), machine, found);
            }
        }
        for field in PROCESSOR_FIELDS {
            if let Some(processor) = fields.get(field) {
                scope(processor, &at.field(field), machine, found);
            }
        }
    }
}

/// A state, or an object inside it that has fields of the language.
fn object(fields: &Map<String, Value>, at: &Pointer<'_>, found: &mut Vec<Diagnostic>) {
    let is_pass = fields.get("Type").is_some_and(|kind| kind == "Pass");
    for (name, value) in fields {
        let at = at.field(name);
        match (name.as_str(), value) {
            ("Result", value) if is_pass => result(value, &at, found),
            (name, Value::Object(inner)) if HOLDERS.contains(&name) => object(inner, &at, found),
            (name, Value::Array(items)) if HOLDERS.contains(&name) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Object(inner) = item {
                        object(inner, &at.index(index), found);
                    }
                }
            }
            (name, Value::String(text)) if wants_path(name) && is_path(text) => {
                let message = format!(
                    "The value of the field '{name}' reads as a path, but the field's name does \
                     not end in 'Path'"
                );
                warn(Code::NoPath, Clause::WarningNoPath, message, &at, found);
            }
            (name, value) if TEMPLATES.contains(&name) => template(value, &at, found),
            _ => {}
        }
    }
}

/// Whether a path in this field is meant for another: for its `…Path` variant, or for a field of the
/// template that it should be.
fn wants_path(name: &str) -> bool {
    let is_operator =
        || Operator::parse(name).is_some_and(|(it, is_path)| it.has_path_twin() && !is_path);
    TWINS.contains(&name) || TEMPLATES.contains(&name) || is_operator()
}

/// A payload template, at any depth. The elements of its arrays have no names.
fn template(value: &Value, at: &Pointer<'_>, found: &mut Vec<Diagnostic>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let at = at.field(name);
                match value {
                    Value::String(text) if !name.ends_with(".$") && is_source(text) => {
                        let message = format!(
                            "The value of the field '{name}' reads as a path or an intrinsic \
                             function call, but the field's name does not end in '.$'"
                        );
                        warn(Code::NoDollar, Clause::WarningNoDollar, message, &at, found);
                    }
                    value => template(value, &at, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                template(item, &at.index(index), found);
            }
        }
        _ => {}
    }
}

/// The `Result` of a Pass, at any depth.
fn result(value: &Value, at: &Pointer<'_>, found: &mut Vec<Diagnostic>) {
    match value {
        Value::String(text) if is_path(text) => {
            let message = "The Result of a Pass is static: a path in it is not read";
            let code = Code::PassResultIsStatic;
            warn(code, Clause::WarningStaticResult, message.into(), at, found);
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                result(value, &at.field(name), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                result(item, &at.index(index), found);
            }
        }
        _ => {}
    }
}

fn warn(
    code: Code,
    clause: Clause,
    message: String,
    at: &Pointer<'_>,
    found: &mut Vec<Diagnostic>,
) {
    if found.len() < MOST {
        found.push(Diagnostic::warning(code, clause, message, at));
    }
}

/// Whether a text reads as a path. A variable alone (`$USD`) may as well be a word, and what begins with a
/// digit (`$5.00`) is an amount.
fn is_path(text: &str) -> bool {
    let goes_on = text.contains(['.', '[']);
    let is_root = matches!(text, "$" | "$$");
    let begins = |c: char| c.is_alphabetic() || matches!(c, '.' | '[' | '$');
    let is_named = || {
        text.strip_prefix('$')
            .is_some_and(|it| it.starts_with(begins))
    };
    (is_root || goes_on && is_named()) && Path::parse(text).is_ok()
}

/// Whether a text reads as a path or as the call of an intrinsic function.
fn is_source(text: &str) -> bool {
    is_path(text) || matches!(Source::parse(text), Ok(Source::Intrinsic(_)))
}
