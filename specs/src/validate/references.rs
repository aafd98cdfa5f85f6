//! The variables that a state reads: in its expressions, or in its paths.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::expressions;
use crate::{
    asl::{Machine, QueryLanguage, Scope, State, walk},
    base::pointer::Pointer,
    query::jsonpath::{
        intrinsic::{Argument, Call},
        path::{Path, Root},
        template::Source,
    },
};

/// The variables that each state of a machine reads, the states inside it too, by the names of the states:
/// `variableReferences` of `DescribeStateMachine` (recorded for JSONPath). States that read none are left
/// out. `definition` is what the machine was read from.
pub fn variable_references(
    machine: &Machine,
    definition: &Value,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    of_scope(&machine.scope, definition, &mut found);
    found
}

fn of_scope(scope: &Scope, json: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for (name, state) in &scope.states {
        let json = &json["States"][name.as_ref()];
        for_each_read(state, json, &Pointer::Root, &mut |variable, _| {
            let names = found.entry(name.to_string()).or_default();
            names.insert(variable.to_owned());
        });
        let mut inner_json = walk::inner_scopes(json).into_iter();
        state.for_each_scope(&Pointer::Root, &mut |inner, _| {
            if let Some(json) = inner_json.next() {
                of_scope(inner, json.scope, found);
            }
        });
    }
}

/// Visits the variables that a state reads by itself, with the places; `json` is what the state was read
/// from.
pub(super) fn for_each_read(
    state: &State,
    json: &Value,
    at: &Pointer<'_>,
    read: &mut dyn FnMut(&str, &Pointer<'_>),
) {
    expressions::for_each(state, at, &mut |it, at, _| {
        it.free_variables().for_each(|name| read(name, at));
    });
    if state.flow.language() == QueryLanguage::JsonPath {
        // The Result of a Pass is read by nobody.
        let fields = json.as_object().into_iter().flatten();
        for (name, value) in fields.filter(|it| it.0 != "Result") {
            field(name, value, &at.field(name), read);
        }
    }
}

/// Visits the variables in the paths of a field, but for the scopes inside it.
fn field(name: &str, value: &Value, at: &Pointer<'_>, read: &mut dyn FnMut(&str, &Pointer<'_>)) {
    match value {
        Value::Object(inner) if inner.contains_key("States") => {}
        Value::String(text) if is_path(name) => match Source::parse(text) {
            Ok(Source::Path(path)) => variable(&path, at, read),
            Ok(Source::Intrinsic(call)) => arguments(&call, at, read),
            _ => {}
        },
        value => paths(value, at, read),
    }
}

fn paths(json: &Value, at: &Pointer<'_>, read: &mut dyn FnMut(&str, &Pointer<'_>)) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                field(name, value, &at.field(name), read);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let is_scope = item.get("States").is_some();
                if !is_scope {
                    paths(item, &at.index(index), read);
                }
            }
        }
        _ => {}
    }
}

fn is_path(field: &str) -> bool {
    field.ends_with(".$") || field == "Variable" || field.ends_with("Path") && field != "ResultPath"
}

fn variable(path: &Path, at: &Pointer<'_>, read: &mut dyn FnMut(&str, &Pointer<'_>)) {
    if let Root::Variable(name) = path.root() {
        read(name, at);
    }
}

fn arguments(call: &Call, at: &Pointer<'_>, read: &mut dyn FnMut(&str, &Pointer<'_>)) {
    for argument in call.arguments() {
        match argument {
            Argument::Literal(_) => {}
            Argument::Path(path) => variable(path, at, read),
            Argument::Call(inner) => arguments(inner, at, read),
        }
    }
}
