//! Passes over expressions in JSONata: smaller ones, and literals in their place.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        Machine,
        walk::{SCOPE_FIELDS, StatePath},
    },
    base::pointer::member,
    history::EventKind,
    query::jsonata::{Expression, Field, World},
    reference::trace,
    scenario::case::ExecutionCase,
};

use super::{
    edit::{Edit, edit},
    fields::PLAIN_TIMESTAMP,
    graph::{entries, object_mut, states, targets},
    plans::PLAIN_CAUSE,
    value::simpler,
};
use crate::jsonata::Tree;

/// Whether a state is in JSONata.
pub(super) fn is_jsonata(definition: &Value, state: &Value) -> bool {
    let said = &state["QueryLanguage"];
    let said = if said.is_null() {
        &definition["QueryLanguage"]
    } else {
        said
    };
    *said == "JSONata"
}

/// The expressions inside a value: the pointer of each, and its tree.
pub(super) fn expressions(value: &Value) -> Vec<(String, Tree)> {
    let mut found = Vec::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, pointer: String, found: &mut Vec<(String, Tree)>) {
    match value {
        Value::String(text) => found.extend(Tree::of_field(text).map(|tree| (pointer, tree))),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                collect(field, member(&pointer, name), found);
            }
        }
        _ => {}
    }
}

fn put(pointer: &str, value: Value) -> Edit {
    let pointer = pointer.to_owned();
    edit(move |case| {
        let place = case.definition.pointer_mut(&pointer)?;
        (*place != value).then(|| place.clone_from(&value))
    })
}

/// Replaces expressions by literals: plain ones, what they came to, and what they say themselves.
pub(super) fn literals_for_expressions(case: &ExecutionCase) -> Vec<Edit> {
    let found = expressions(&case.definition);
    if found.is_empty() {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let seen = seen(case).unwrap_or_default();
    let states = states(&case.definition);
    for (pointer, tree) in &found {
        edits.extend(plain(pointer).into_iter().map(|value| put(pointer, value)));
        edits.extend(unwrapped(tree).map(|value| put(pointer, value)));
        let state = states
            .iter()
            .filter(|(state, _)| pointer.starts_with(&format!("{}/", state.pointer)))
            .max_by_key(|(state, _)| state.pointer.len());
        let came_to = state.and_then(|(state, _)| seen.value(state, tree));
        edits.extend(came_to.map(|value| put(pointer, value)));
    }
    edits
}

/// Literals for the place of an expression, the plainest first.
fn plain(pointer: &str) -> Vec<Value> {
    let field = pointer.rsplit('/').next().unwrap_or_default();
    match field {
        "Seconds" | "MaxConcurrency" => vec![json!(0), json!(1)],
        "TimeoutSeconds" | "HeartbeatSeconds" => vec![json!(1)],
        "Timestamp" => vec![json!(PLAIN_TIMESTAMP)],
        "Condition" => vec![json!(false), json!(true)],
        "Error" => vec![json!("E")],
        "Cause" => vec![json!(PLAIN_CAUSE)],
        "Items" => vec![json!([]), json!([{}])],
        _ => vec![
            json!({}),
            json!(null),
            json!([]),
            json!(false),
            json!(true),
            json!(0),
            json!(1),
            json!(""),
        ],
    }
}

/// JSON in place of a constructor: what is inside remains an expression.
fn unwrapped(tree: &Tree) -> Option<Value> {
    match tree {
        Tree::Array(items) => Some(items.iter().map(inside).collect()),
        Tree::Object(members) => {
            let members = members.iter().map(|(key, value)| match key {
                Tree::Text(key) => Some((key.clone(), inside(value))),
                _ => None,
            });
            members.collect::<Option<_>>().map(Value::Object)
        }
        Tree::Block(parts) if parts.len() == 1 => unwrapped(&parts[0]),
        Tree::Negative(inner) => match &**inner {
            Tree::Number(number) => Some(whole(-number)),
            _ => None,
        },
        other => literal(other),
    }
}

fn inside(tree: &Tree) -> Value {
    unwrapped(tree).unwrap_or_else(|| tree.to_field().into())
}

fn literal(tree: &Tree) -> Option<Value> {
    Some(match tree {
        Tree::Null => Value::Null,
        Tree::Bool(it) => json!(it),
        Tree::Number(it) => whole(*it),
        Tree::Text(it) => json!(it),
        _ => return None,
    })
}

fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// The fields of states in JSONata that hold JSON with expressions, besides `Assign`.
const JSON: [&str; 5] = [
    "Output",
    "Arguments",
    "Items",
    "ItemSelector",
    "Credentials",
];

/// Replaces a state by a Pass that puts out what one of its expressions comes to.
pub(super) fn put_out(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        if !is_jsonata(&case.definition, fields) {
            continue;
        }
        let mut pass = serde_json::Map::from_iter([("Type".to_owned(), json!("Pass"))]);
        if let Some(said) = fields.get("QueryLanguage") {
            pass.insert("QueryLanguage".to_owned(), said.clone());
        }
        match targets(fields).first() {
            Some(next) => pass.insert("Next".to_owned(), json!(next)),
            None => pass.insert("End".to_owned(), json!(true)),
        };
        let own = fields.as_object().into_iter().flatten();
        let own = own.filter(|(name, _)| !SCOPE_FIELDS.contains(&name.as_str()));
        for (_, tree) in own.flat_map(|(_, value)| expressions(value)) {
            let mut pass = pass.clone();
            pass.insert("Output".to_owned(), tree.to_field().into());
            edits.push(put(&state.pointer, pass.into()));
        }
    }
    edits
}

/// Puts what a catcher or a rule puts out into the Output of the state itself, which does what is put there after
/// it has succeeded.
pub(super) fn put_out_without_error(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        if !is_jsonata(&case.definition, fields) {
            continue;
        }
        for (at, catcher) in entries(fields, "Catch").iter().enumerate() {
            for (_, tree) in expressions(catcher) {
                let (state, output) = (state.clone(), Value::from(tree.to_field()));
                edits.push(edit(move |case| {
                    let fields = object_mut(&mut case.definition, &state.pointer)?;
                    fields.insert("Output".to_owned(), output.clone());
                    let catchers = fields.get_mut("Catch")?.as_array_mut()?;
                    catchers.remove(at);
                    if catchers.is_empty() {
                        fields.shift_remove("Catch");
                    }
                    for start in &mut case.starts {
                        start.plan.sites.remove(&state.site);
                    }
                    Some(())
                }));
            }
        }
    }
    edits
}

/// Starts with the second state of a scope, to which what the first one puts out or assigns is an argument.
pub(super) fn start_with_second(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    let all = states(&case.definition);
    for (first, fields) in &all {
        let next = targets(fields).first().copied().map(str::to_owned);
        let second = all.iter().find(|(second, fields)| {
            second.scope == first.scope
                && Some(&second.name) == next.as_ref()
                && fields["Type"] == "Task"
                && is_jsonata(&case.definition, fields)
        });
        let (Some((second, _)), true) = (second, is_jsonata(&case.definition, fields)) else {
            continue;
        };
        for name in ["Output", "Assign"] {
            let Some(value) = fields.get(name).cloned() else {
                continue;
            };
            let (first, second) = (first.clone(), second.clone());
            edits.push(edit(move |case| {
                let scope = object_mut(&mut case.definition, &first.scope.pointer)?;
                (scope.get("StartAt")?.as_str()? == first.name).then_some(())?;
                scope.insert("StartAt".to_owned(), second.name.clone().into());
                let states = scope.get_mut("States")?.as_object_mut()?;
                states.shift_remove(&first.name)?;
                let second = states.get_mut(&second.name)?.as_object_mut()?;
                second.insert("Arguments".to_owned(), value.clone());
                Some(())
            }));
        }
    }
    edits
}

/// Lets a state put out what the next one makes of its output, and leaves out the next one.
pub(super) fn compose_outputs(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    let all = states(&case.definition);
    let output = |fields: &Value| {
        let is_read = is_jsonata(&case.definition, fields);
        let tree = fields["Output"].as_str().and_then(Tree::of_field);
        tree.filter(|_| is_read)
    };
    for (first, fields) in &all {
        let second = all.iter().find(|(second, _)| {
            second.scope == first.scope && fields["Next"].as_str() == Some(&*second.name)
        });
        let Some((_, after)) = second else {
            continue;
        };
        let (Some(one), Some(other)) = (output(fields), output(after)) else {
            continue;
        };
        let composed = of_input(other, &Tree::Block(vec![one])).to_field();
        let (first, next) = (first.clone(), after["Next"].as_str().map(str::to_owned));
        edits.push(edit(move |case| {
            let fields = object_mut(&mut case.definition, &first.pointer)?;
            fields.insert("Output".to_owned(), composed.clone().into());
            match &next {
                Some(next) => fields.insert("Next".to_owned(), next.clone().into()),
                None => {
                    fields.shift_remove("Next");
                    fields.insert("End".to_owned(), true.into())
                }
            };
            Some(())
        }));
    }
    edits
}

/// An expression in which something stands for the state's input.
fn of_input(mut tree: Tree, input: &Tree) -> Tree {
    if tree == Tree::states("input") {
        return input.clone();
    }
    for part in tree.parts_mut() {
        *part = of_input(std::mem::replace(part, Tree::Null), input);
    }
    tree
}

/// Makes the JSON of a field smaller: one member less, or one alone.
pub(super) fn simplify_json(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        if !is_jsonata(&case.definition, fields) {
            continue;
        }
        let mut holders = vec![String::new()];
        for list in ["Choices", "Catch"] {
            let count = entries(fields, list).len();
            holders.extend((0..count).map(|at| format!("/{list}/{at}")));
        }
        for holder in holders {
            let held = fields.pointer(&holder);
            for name in JSON {
                let pointer = format!("{holder}/{name}");
                if let Some(value) = held.and_then(|it| it.get(name)) {
                    smaller_json(value, &format!("{}{pointer}", state.pointer), &mut edits);
                }
            }
            let assigned = held.and_then(|it| it["Assign"].as_object());
            for (variable, value) in assigned.into_iter().flatten() {
                let pointer = format!("{}{holder}/Assign", state.pointer);
                smaller_json(value, &member(&pointer, variable), &mut edits);
                let variable = variable.clone();
                edits.push(edit(move |case| {
                    let assigned = object_mut(&mut case.definition, &pointer)?;
                    (assigned.len() > 1).then_some(())?;
                    assigned.shift_remove(&variable).map(drop)
                }));
            }
        }
    }
    edits
}

fn smaller_json(value: &Value, pointer: &str, edits: &mut Vec<Edit>) {
    let parts: Vec<(String, &Value)> = match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(at, item)| (format!("{pointer}/{at}"), item))
                .collect()
        }
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, value)| (member(pointer, name), value))
                .collect()
        }
        Value::String(text) if Tree::of_field(text).is_some() => return,
        _ => Vec::new(),
    };
    edits.extend(simpler(value).into_iter().map(|it| put(pointer, it)));
    for (place, part) in parts {
        edits.push(put(pointer, part.clone()));
        smaller_json(part, &place, edits);
    }
}

/// Makes expressions simpler.
pub(super) fn simplify_expressions(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (pointer, tree) in expressions(&case.definition) {
        edits.push(put(&pointer, tree.to_field().into()));
        let plain = tree.clone().with_plain_names();
        edits.push(put(&pointer, plain.to_field().into()));
        for simpler in tree.inside().into_iter().chain(tree.simpler()) {
            edits.push(put(&pointer, simpler.to_field().into()));
        }
    }
    edits
}

/// Says once for the machine what its states say, or nothing where nothing is in JSONata.
pub(super) fn say_languages_once(case: &ExecutionCase) -> Vec<Edit> {
    let said: Vec<StatePath> = states(&case.definition)
        .into_iter()
        .filter(|(_, fields)| fields["QueryLanguage"].is_string())
        .map(|(state, _)| state)
        .collect();
    if said.is_empty() {
        return Vec::new();
    }
    vec![edit(move |case| {
        for state in &said {
            object_mut(&mut case.definition, &state.pointer)?.shift_remove("QueryLanguage");
        }
        let machine = object_mut(&mut case.definition, "")?;
        machine.insert("QueryLanguage".to_owned(), "JSONata".into());
        Some(())
    })]
}

/// What was seen in the first execution.
#[derive(Default)]
struct Seen {
    /// What a state was last entered with, and the result that it had.
    inputs: BTreeMap<String, Value>,
    results: BTreeMap<String, Value>,
    variables: BTreeMap<String, Value>,
}

fn seen(case: &ExecutionCase) -> Option<Seen> {
    let machine = Arc::new(Machine::from_value(&case.definition).ok()?);
    let history = trace(&machine, case, case.starts.first()?).ok()?;
    let mut seen = Seen::default();
    let mut inside: Option<String> = None;
    for event in &history.execution.into_history() {
        let details = &event.details;
        if let (EventKind::Entered(_), Some(name)) = (event.kind, &details.name) {
            let input = details.input.as_deref().cloned().unwrap_or_default();
            seen.inputs.insert(name.to_string(), input);
            inside = Some(name.to_string());
        } else if let (Some(name), Some(output)) = (&inside, &details.output) {
            let result = seen.results.entry(name.clone());
            result.or_insert_with(|| Value::clone(output));
        }
        for (name, value) in details.assigned.iter().flat_map(|it| it.iter()) {
            seen.variables.insert(name.clone(), value.clone());
        }
    }
    Some(seen)
}

impl Seen {
    /// What an expression of a state comes to, if it reads nothing else.
    fn value(&self, state: &StatePath, tree: &Tree) -> Option<Value> {
        let expression = Expression::parse(&tree.to_field()).ok()??;
        let view = View {
            seen: self,
            state: &state.name,
        };
        let read = expression.states_fields().all(|field| {
            Field::ALL
                .into_iter()
                .any(|it| it.name() == field && view.states(it).is_some())
        });
        read.then_some(())?;
        expression.evaluate(&view).outcome.ok()
    }
}

/// What the expressions of a state read.
struct View<'s> {
    seen: &'s Seen,
    state: &'s str,
}

impl World for View<'_> {
    fn variable(&self, name: &str) -> Option<&Value> {
        self.seen.variables.get(name)
    }
    fn states(&self, field: Field) -> Option<&Value> {
        match field {
            Field::Input => self.seen.inputs.get(self.state),
            Field::Result => self.seen.results.get(self.state),
            Field::ErrorOutput => None,
        }
    }
    fn context(&self, _: &dyn Fn(usize, &str) -> bool) -> Value {
        Value::Null
    }
    fn millis(&self) -> f64 {
        0.0
    }
    fn draw(&self) -> u64 {
        0
    }
}
