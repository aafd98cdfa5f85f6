//! Passes that make equivalent cases equal: names of states, errors and data fields, and order.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::{
        resource::Resource,
        site::site,
        walk::{inner_scopes, inner_scopes_mut},
    },
    base::pointer::unescape,
    query::jsonpath::path::{Filter, Path, Root, Step, filter::Operand},
    scenario::{case::ExecutionCase, plan::Reply},
};

use super::{
    calls::map_paths,
    edit::{Edit, edit},
    flow::holds_path,
    graph::{entries, object_mut, state_paths, states, targets},
};
use crate::jsonata::Tree;

/// The name with a number, from the letter `first` on: `A`, `B`, …, `Z`, then with a number
/// appended.
fn nth(first: u8, number: usize) -> String {
    let count = usize::from(b'Z' - b'A') + 1;
    let letter = (usize::from(first.to_ascii_uppercase() - b'A') + number) % count;
    let letter = char::from(b'A' + letter as u8);
    let letter = if first.is_ascii_lowercase() {
        letter.to_ascii_lowercase()
    } else {
        letter
    };
    match number / count {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

/// New names for old ones, given in the order in which the old ones are met.
#[derive(Debug, Default, Clone)]
pub(super) struct Renaming {
    first: u8,
    names: HashMap<String, String>,
}

impl Renaming {
    pub(super) fn from(first: u8) -> Self {
        Self {
            first,
            names: HashMap::new(),
        }
    }

    pub(super) fn meet(&mut self, name: &str) {
        if !self.names.contains_key(name) {
            let new = nth(self.first, self.names.len());
            self.names.insert(name.to_owned(), new);
        }
    }

    pub(super) fn of(&self, name: &str) -> String {
        self.names.get(name).map_or(name, String::as_str).to_owned()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn apply(&self, value: &mut Value) {
        if let Some(name) = value.as_str() {
            *value = self.of(name).into();
        }
    }
}

/// Renames states to `A`, `B`, … in the order of the document, and activities after their tasks.
pub(super) fn rename_states(case: &ExecutionCase) -> Vec<Edit> {
    let mut renaming = Renaming::from(b'A');
    for (state, _) in states(&case.definition) {
        renaming.meet(&state.name);
    }
    let states_only = renaming.clone();
    vec![
        edit(move |case| {
            rename_scope(&mut case.definition, &renaming)?;
            rename_sites(case, &renaming);
            rename_activities(case)
        }),
        edit(move |case| {
            rename_scope(&mut case.definition, &states_only)?;
            rename_sites(case, &states_only);
            Some(())
        }),
        edit(rename_activities),
    ]
}

fn rename_scope(scope: &mut Value, renaming: &Renaming) -> Option<()> {
    renaming.apply(scope.get_mut("StartAt")?);
    let states = scope.get_mut("States")?.as_object_mut()?;
    for (name, mut state) in std::mem::take(states) {
        for key in ["Next", "Default"] {
            if let Some(target) = state.get_mut(key) {
                renaming.apply(target);
            }
        }
        for key in ["Choices", "Catch"] {
            let rules = state.get_mut(key).and_then(Value::as_array_mut);
            for rule in rules.into_iter().flatten() {
                if let Some(target) = rule.get_mut("Next") {
                    renaming.apply(target);
                }
            }
        }
        for inner in inner_scopes_mut(&mut state) {
            rename_scope(inner, renaming)?;
        }
        states.insert(renaming.of(&name), state);
    }
    Some(())
}

fn rename_sites(case: &mut ExecutionCase, renaming: &Renaming) {
    for start in &mut case.starts {
        let sites = std::mem::take(&mut start.plan.sites);
        for (old, rules) in sites {
            let renamed = old.split('/').fold(Arc::from(""), |prefix, part| {
                site(&prefix, &renaming.of(&unescape(part)))
            });
            start.plan.sites.insert(renamed, rules);
        }
    }
}

/// Names every activity after the first task that uses it.
fn rename_activities(case: &mut ExecutionCase) -> Option<()> {
    let mut renamed: HashMap<String, String> = HashMap::new();
    for state in state_paths(&case.definition) {
        let fields = object_mut(&mut case.definition, &state.pointer)?;
        let Some(resource) = fields.get_mut("Resource") else {
            continue;
        };
        let activity = resource.as_str().filter(|arn| Resource::is_activity(arn));
        if let Some((prefix, activity)) = activity.and_then(|arn| arn.rsplit_once(':')) {
            let new = renamed
                .entry(activity.to_owned())
                .or_insert_with(|| state.name.clone());
            *resource = format!("{prefix}:{new}").into();
        }
    }
    Some(())
}

/// Renames the errors of tasks and Fail states to `E`, `F`, …, or one of them to `E`.
pub(super) fn rename_errors(case: &ExecutionCase) -> Vec<Edit> {
    let mut renaming = Renaming::from(b'E');
    let mut copy = case.clone();
    each_error(&mut copy, &mut |error| {
        renaming.meet(error);
        None
    });
    let one_by_one: Vec<String> = renaming.names.keys().cloned().collect();
    let mut edits = vec![edit(move |case| {
        each_error(case, &mut |error| Some(renaming.of(error)));
        Some(())
    })];
    let mut sorted = one_by_one;
    sorted.sort_unstable();
    edits.extend(sorted.into_iter().map(|old| {
        edit(move |case| {
            each_error(case, &mut |error| (error == old).then(|| "E".to_owned()));
            Some(())
        })
    }));
    edits
}

/// Replaces every error name that is not predefined by what `change` returns.
fn each_error(case: &mut ExecutionCase, change: &mut dyn FnMut(&str) -> Option<String>) {
    for state in state_paths(&case.definition) {
        let Some(fields) = object_mut(&mut case.definition, &state.pointer) else {
            continue;
        };
        for list in ["Retry", "Catch"] {
            let handlers = fields.get_mut(list).and_then(Value::as_array_mut);
            for handler in handlers.into_iter().flatten() {
                let names = handler.get_mut("ErrorEquals").and_then(Value::as_array_mut);
                names
                    .into_iter()
                    .flatten()
                    .for_each(|name| own(name, change));
            }
        }
        if let Some(error) = fields.get_mut("Error") {
            own(error, change);
        }
    }
    for start in &mut case.starts {
        for rule in start.plan.rules_mut() {
            if let Reply::Fail { error, .. } = &mut rule.act.reply
                && let Some(new) = change(error)
            {
                *error = new;
            }
        }
    }
}

fn own(name: &mut Value, change: &mut dyn FnMut(&str) -> Option<String>) {
    let new = name
        .as_str()
        .filter(|name| !name.starts_with("States."))
        .and_then(change);
    if let Some(new) = new {
        *name = new.into();
    }
}

/// Replaces matchers by one of the names that [`rename_errors`] gives, or by `States.ALL`.
pub(super) fn simplify_matchers(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for list in ["Retry", "Catch"] {
            for at in 0..entries(fields, list).len() {
                for plain in ["E", "F", "States.ALL"] {
                    let pointer = format!("{}/{list}/{at}/ErrorEquals", state.pointer);
                    edits.push(edit(move |case| {
                        let names = case.definition.pointer_mut(&pointer)?;
                        let plain = json!([plain]);
                        (*names != plain).then(|| *names = plain)
                    }));
                }
            }
        }
    }
    edits
}

/// Renames data fields to `a`, `b`, … everywhere, or one of them to `a`.
pub(super) fn rename_fields(case: &ExecutionCase) -> Vec<Edit> {
    let mut renaming = Renaming::from(b'a');
    let mut copy = case.clone();
    each_field(&mut copy, &mut |name| {
        renaming.meet(name);
        name.to_owned()
    });
    let plain = nth(b'a', 0);
    let mut others: Vec<String> = renaming.names.keys().cloned().collect();
    others.retain(|name| *name != plain);
    others.sort_unstable();
    let mut edits = vec![edit(move |case| {
        each_field(case, &mut |name| renaming.of(name));
        Some(())
    })];
    edits.extend(others.into_iter().map(|old| {
        let plain = plain.clone();
        edit(move |case| {
            each_field(case, &mut |name| {
                if name == old { &plain } else { name }.to_owned()
            });
            Some(())
        })
    }));
    edits
}

/// Field names that have a meaning in the language, or in messages that tell a token.
const RESERVED: &[&str] = &[
    "Error",
    "Cause",
    "QueueUrl",
    "MessageBody",
    "Token",
    "Input",
];

/// Replaces every name of a data field: in paths, templates, literals, inputs and replies.
fn each_field(case: &mut ExecutionCase, change: &mut dyn FnMut(&str) -> String) {
    for start in &mut case.starts {
        rename_keys(Arc::make_mut(&mut start.input), change);
        for rule in start.plan.rules_mut() {
            if let Reply::Succeed(value) = &mut rule.act.reply {
                rename_keys(Arc::make_mut(value), change);
            }
        }
    }
    for state in state_paths(&case.definition) {
        if let Some(fields) = object_mut(&mut case.definition, &state.pointer) {
            for (name, value) in fields {
                rename_in_field(name, value, change);
            }
        }
    }
}

fn rename_in_field(name: &str, value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    match name {
        "Result" | "Parameters" | "ResultSelector" | "ItemSelector" | "Arguments" | "Items"
        | "Output" => rename_keys(value, change),
        // The keys of `Assign` itself are names of variables.
        "Assign" => {
            for (name, field) in value.as_object_mut().into_iter().flatten() {
                if name.ends_with(".$") {
                    rename_in_path(field, change);
                } else {
                    rename_keys(field, change);
                }
            }
        }
        "Choices" | "Catch" | "And" | "Or" | "Not" => rename_in_rules(value, change),
        _ if holds_path(name) => rename_in_path(value, change),
        _ => rename_in_expression(value, change),
    }
}

/// Renames the members that an expression reads and makes.
fn rename_in_expression(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    if let Some(mut tree) = value.as_str().and_then(Tree::of_field) {
        tree.rename_members(&mut |name| renamed(name, change));
        *value = tree.to_field().into();
    }
}

fn rename_in_rules(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::Array(rules) => rules
            .iter_mut()
            .for_each(|rule| rename_in_rules(rule, change)),
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(name, value)| rename_in_field(name, value, change)),
        _ => {}
    }
}

fn rename_keys(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename_keys(item, change)),
        Value::Object(fields) => {
            for (name, mut field) in std::mem::take(fields) {
                let renamed = match name.strip_suffix(".$") {
                    Some(plain) => {
                        rename_in_path(&mut field, change);
                        format!("{}.$", renamed(plain, change))
                    }
                    None => {
                        rename_keys(&mut field, change);
                        renamed(&name, change)
                    }
                };
                fields.insert(renamed, field);
            }
        }
        other => rename_in_expression(other, change),
    }
}

fn renamed(name: &str, change: &mut dyn FnMut(&str) -> String) -> String {
    if RESERVED.contains(&name) {
        name.to_owned()
    } else {
        change(name)
    }
}

fn rename_in_path(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    let text = value.as_str();
    if let Some(text) = text.and_then(|text| map_paths(text, &mut |path| along(path, change))) {
        *value = text.into();
    }
}

/// The path with its data fields renamed.
fn along(path: &Path, change: &mut dyn FnMut(&str) -> String) -> Path {
    // `$$.Execution.Input` and `$$.Map.Item.Value` lead to data: only the steps after them are
    // renamed.
    let fixed = match path.root() {
        Root::Context => path.steps().len().min(match path.steps() {
            [Step::Name(first), ..] if **first == *"Execution" => 2,
            _ => 3,
        }),
        _ => 0,
    };
    let steps = path
        .steps()
        .iter()
        .enumerate()
        .map(|(at, step)| match step {
            step if at >= fixed => rename_in_step(step, change),
            other => other.clone(),
        });
    Path::new(path.root().clone(), steps)
}

fn rename_in_step(step: &Step, change: &mut dyn FnMut(&str) -> String) -> Step {
    match step {
        Step::Name(name) => Step::Name(renamed(name, change).into()),
        Step::Names(names) => Step::Names(
            names
                .iter()
                .map(|name| renamed(name, change).into())
                .collect(),
        ),
        Step::Filter(filter) => {
            let mut filter = Filter::clone(filter);
            for operand in filter.operands_mut() {
                if let Operand::Item(path) | Operand::Root(path) = operand {
                    let steps = path.steps().iter().map(|step| rename_in_step(step, change));
                    *path = Path::new(Root::Data, steps);
                }
            }
            Step::Filter(filter.into())
        }
        other => other.clone(),
    }
}

/// The fields that come first, in this order.
const ORDER: &[&str] = &[
    "Type",
    "StartAt",
    "Resource",
    "Variable",
    "ErrorEquals",
    "Next",
    "Default",
    "End",
];

/// Puts states in the order in which they are reached, fields in their usual order, and the keys of
/// inputs in alphabetical order.
pub(super) fn put_in_order(_: &ExecutionCase) -> Vec<Edit> {
    vec![edit(|case| {
        order_scope(&mut case.definition)?;
        case.starts
            .iter_mut()
            .for_each(|start| sort_keys(Arc::make_mut(&mut start.input)));
        Some(())
    })]
}

fn order_scope(scope: &mut Value) -> Option<()> {
    let reached = reached_order(scope);
    let states = scope.get_mut("States")?.as_object_mut()?;
    for name in reached {
        let mut state = states.shift_remove(&name)?;
        for inner in inner_scopes_mut(&mut state) {
            order_scope(inner)?;
        }
        if let Value::Object(fields) = &mut state {
            order_fields(fields);
        }
        states.insert(name, state);
    }
    order_fields(scope.as_object_mut()?);
    Some(())
}

fn field_rank(name: &str) -> (usize, &str) {
    let rank = ORDER.iter().position(|first| *first == name);
    (rank.unwrap_or(ORDER.len()), name)
}

fn order_fields(fields: &mut Map<String, Value>) {
    let mut sorted: Vec<(String, Value)> = std::mem::take(fields).into_iter().collect();
    sorted.sort_by(|(left, _), (right, _)| field_rank(left).cmp(&field_rank(right)));
    fields.extend(sorted);
}

fn sort_keys(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.values_mut().for_each(sort_keys);
        fields.sort_keys();
    }
}

/// The states of a scope in the order in which they are reached, breadth first.
fn reached_order(scope: &Value) -> Vec<String> {
    let mut order: Vec<String> = scope["StartAt"]
        .as_str()
        .map(str::to_owned)
        .into_iter()
        .collect();
    let mut at = 0;
    while let Some(name) = order.get(at) {
        let ahead = scope["States"].get(name).map(targets).unwrap_or_default();
        let new: Vec<String> = ahead
            .into_iter()
            .filter(|target| !order.iter().any(|known| known == target))
            .map(str::to_owned)
            .collect();
        order.extend(new);
        at += 1;
    }
    order
}

/// How many states and fields are not where [`put_in_order`] would put them.
pub(super) fn disorder(definition: &Value) -> usize {
    let states = definition["States"].as_object();
    let order = reached_order(definition);
    let misplaced = states.map_or(0, |states| {
        states
            .keys()
            .zip(&order)
            .filter(|(is, should)| is != should)
            .count()
    });
    misplaced
        + unsorted(definition)
        + states
            .into_iter()
            .flatten()
            .map(|(_, state)| {
                let inner = inner_scopes(state).into_iter();
                unsorted(state) + inner.map(|it| disorder(it.scope)).sum::<usize>()
            })
            .sum::<usize>()
}

fn unsorted(fields: &Value) -> usize {
    let names: Vec<&String> = fields
        .as_object()
        .map(|all| all.keys().collect())
        .unwrap_or_default();
    names
        .windows(2)
        .filter(|pair| field_rank(pair[0]) > field_rank(pair[1]))
        .count()
}
