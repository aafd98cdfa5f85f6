//! Passes over the fields of states: drop them, replace them by literals, make them smaller.

use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::walk::{PROCESSOR_FIELDS, SCOPE_FIELDS, StatePath},
    base::pointer::member,
    scenario::case::ExecutionCase,
};

use super::{
    edit::{Edit, edit},
    graph::{entries, object_mut, states},
    value::{of_its_kind, smaller, with},
};

/// Fields that a state, scope or handler cannot do without, besides those that hold scopes.
const NEEDED: &[&str] = &[
    "Type",
    "Next",
    "End",
    "StartAt",
    "States",
    "Choices",
    "Resource",
    "ErrorEquals",
    "Seconds",
    "SecondsPath",
    "Timestamp",
    "TimestampPath",
];

/// The pointers of every object whose fields are ASL: the machine, states, scopes, retriers,
/// catchers.
fn holders(definition: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    for (state, fields) in states(definition) {
        found.extend(
            ["Retry", "Catch"]
                .iter()
                .flat_map(|list| pointers(&state, fields, list)),
        );
        let processors = PROCESSOR_FIELDS
            .iter()
            .filter(|it| fields.get(**it).is_some());
        found.extend(processors.map(|field| format!("{}/{field}", state.pointer)));
        found.push(state.pointer);
    }
    found
}

/// The pointers of the entries of a list in a state.
fn pointers(state: &StatePath, fields: &Value, list: &str) -> Vec<String> {
    let count = entries(fields, list).len();
    (0..count)
        .map(|at| format!("{}/{list}/{at}", state.pointer))
        .collect()
}

/// Fields of a Choice's rule that are not part of its condition.
const OF_RULES: &[&str] = &["Assign", "Output", "Comment"];

/// The pointers of every object with an `Assign`: states, rules, catchers.
pub(super) fn assigning(definition: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (state, fields) in states(definition) {
        found.extend(
            ["Choices", "Catch"]
                .iter()
                .flat_map(|list| pointers(&state, fields, list)),
        );
        found.push(state.pointer);
    }
    found.retain(|pointer| definition.pointer(&format!("{pointer}/Assign")).is_some());
    found
}

/// Drops the fields of a Choice's rules other than the condition and `Next`.
fn drop_fields_of_rules(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for pointer in pointers(&state, fields, "Choices") {
            for name in OF_RULES {
                let pointer = pointer.clone();
                edits.push(edit(move |case| {
                    let rule = object_mut(&mut case.definition, &pointer)?;
                    rule.shift_remove(*name).map(drop)
                }));
            }
        }
    }
    edits
}

/// Drops optional fields: all of an object at once, then one at a time.
pub(super) fn drop_fields(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = drop_fields_of_rules(case);
    for pointer in holders(&case.definition) {
        let fields = case.definition.pointer(&pointer).and_then(Value::as_object);
        let optional: Vec<String> = fields
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .filter(|name| {
                !NEEDED
                    .iter()
                    .chain(&SCOPE_FIELDS)
                    .any(|needed| needed == name)
            })
            .collect();
        let mut groups: Vec<Vec<String>> = optional.iter().map(|name| vec![name.clone()]).collect();
        if optional.len() > 1 {
            groups.insert(0, optional);
        }
        for group in groups {
            let pointer = pointer.clone();
            edits.push(edit(move |case| {
                let fields = object_mut(&mut case.definition, &pointer)?;
                for name in &group {
                    fields.shift_remove(name)?;
                }
                Some(())
            }));
        }
    }
    edits
}

/// Pairs of fields: the second can take over from the first if the result is the input.
const INSTEAD: &[(&str, &str)] = &[
    ("ResultSelector", "Parameters"),
    ("OutputPath", "InputPath"),
    ("Parameters", "Assign"),
];

/// Moves a value of a Task or a Pass to another field that has the same effect: for example, the
/// only path of a template to `InputPath`, or the template of a Pass to `Result`.
pub(super) fn exchange_fields(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, _) in states(&case.definition) {
        for (field, instead) in INSTEAD {
            let pointer = state.pointer.clone();
            edits.push(edit(move |case| {
                let fields = object_mut(&mut case.definition, &pointer)?;
                let value = fields.shift_remove(*field)?;
                let kind = fields.get("Type")?.as_str()?;
                ["Task", "Pass"].contains(&kind).then_some(())?;
                fields.insert((*instead).to_owned(), value);
                Some(())
            }));
        }
        let pointer = state.pointer.clone();
        edits.push(edit(move |case| {
            let fields = object_mut(&mut case.definition, &pointer)?;
            (fields.get("Type")? == "Pass").then_some(())?;
            let made = match fields.shift_remove("Parameters") {
                Some(made) => made,
                None => fields.shift_remove("InputPath").map(|_| json!({}))?,
            };
            fields
                .insert("Result".to_owned(), made)
                .is_none()
                .then_some(())
        }));
        edits.push(edit(move |case| {
            let fields = object_mut(&mut case.definition, &state.pointer)?;
            let template = fields.shift_remove("Parameters")?;
            let mut paths = template.as_object()?.values().filter_map(Value::as_str);
            let path = paths.find(|text| text.starts_with('$'))?;
            fields.insert("InputPath".to_owned(), path.into());
            Some(())
        }));
    }
    edits
}

/// Simplifies the conditions of Choice rules.
pub(super) fn simplify_conditions(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for (at, rule) in entries(fields, "Choices").iter().enumerate() {
            // A condition in JSONata is an expression like others.
            let Some(rule) = rule.as_object().filter(|it| !it.contains_key("Condition")) else {
                continue;
            };
            for simpler in simpler_conditions(rule) {
                let pointer = format!("{}/Choices/{at}", state.pointer);
                edits.push(edit(move |case| {
                    let rule = object_mut(&mut case.definition, &pointer)?;
                    let next = rule.get("Next")?.clone();
                    let assign = rule.get("Assign").cloned();
                    rule.clone_from(&simpler);
                    rule.insert("Next".to_owned(), next);
                    rule.extend(assign.map(|assign| ("Assign".to_owned(), assign)));
                    Some(())
                }));
            }
        }
    }
    edits
}

/// Simpler conditions for a rule, without its `Next`.
fn simpler_conditions(rule: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let mut found: Vec<Value> = vec![
        json!({ "Variable": "$", "IsPresent": true }),
        json!({ "Variable": "$", "IsPresent": false }),
    ];
    for list in ["And", "Or"] {
        let parts = rule.get(list).and_then(Value::as_array);
        if let Some(parts) = parts {
            let mut sorted = parts.clone();
            sorted.sort_by_cached_key(Value::to_string);
            found.push(json!({ list: sorted }));
        }
        for (at, part) in parts.into_iter().flatten().enumerate() {
            found.push(part.clone());
            found.extend(parts.map(|parts| {
                let mut parts = parts.clone();
                parts.remove(at);
                json!({ list: parts })
            }));
            found.extend(inside(part).map(|simpler| {
                let mut parts = parts.cloned().unwrap_or_default();
                parts[at] = Value::Object(simpler);
                json!({ list: parts })
            }));
        }
    }
    if let Some(denied) = rule.get("Not") {
        found.push(denied.clone());
        found.extend(inside(denied).map(|simpler| json!({ "Not": simpler })));
    }
    if rule.contains_key("Variable") {
        found.extend(simpler_tests(rule));
    }
    let objects = found.into_iter().filter_map(|value| match value {
        Value::Object(fields) => Some(fields),
        _ => None,
    });
    objects.collect()
}

fn inside(condition: &Value) -> impl Iterator<Item = Map<String, Value>> + use<> {
    let fields = condition.as_object();
    fields
        .map(simpler_conditions)
        .unwrap_or_default()
        .into_iter()
}

/// The plainest timestamp there is.
pub(super) const PLAIN_TIMESTAMP: &str = "2000-01-01T00:00:00Z";

fn plainest(value: &Value, plainest: Value) -> Vec<Value> {
    (*value != plainest)
        .then_some(plainest)
        .into_iter()
        .collect()
}

/// The suffixes of comparison operators, the simplest first.
const ORDERINGS: &[&str] = &[
    "Equals",
    "LessThan",
    "GreaterThan",
    "LessThanEquals",
    "GreaterThanEquals",
];

/// Simpler operators of the same type.
fn simpler_operators(name: &str) -> impl Iterator<Item = String> {
    let split = ["Numeric", "String", "Timestamp"]
        .into_iter()
        .find_map(|kind| Some((kind, name.strip_prefix(kind)?)));
    let (kind, ordering) = split.unwrap_or_default();
    let simpler = ORDERINGS.iter().position(|it| *it == ordering);
    let simpler = ORDERINGS[..simpler.unwrap_or_default()].iter();
    simpler.map(move |ordering| format!("{kind}{ordering}"))
}

/// Simpler tests: of another type, of the whole data, with a simpler operator, or with a simpler
/// literal.
fn simpler_tests(test: &Map<String, Value>) -> Vec<Value> {
    let mut found = vec![json!({ "Variable": test["Variable"], "BooleanEquals": false })];
    for (name, operand) in test {
        let simpler = match name.as_str() {
            "Next" | "Comment" | "Assign" => continue,
            "Variable" => vec![json!("$")],
            _ if name.ends_with("Path") => continue,
            _ if name.starts_with("Timestamp") => plainest(operand, json!(PLAIN_TIMESTAMP)),
            _ => of_its_kind(operand),
        };
        found.extend(simpler_operators(name).map(|operator| with(test, name, &operator, operand)));
        for simpler in simpler {
            let mut test = test.clone();
            test[name] = simpler;
            found.push(Value::Object(test));
        }
    }
    found
}

type MakeValue = fn() -> Value;

/// Literals that replace a field's `…Path` twin.
const LITERALS: &[(&str, &str, MakeValue)] = &[
    ("SecondsPath", "Seconds", || json!(0)),
    ("SecondsPath", "Seconds", || json!(1)),
    ("TimestampPath", "Seconds", || json!(0)),
    ("Timestamp", "Seconds", || json!(0)),
    ("TimeoutSecondsPath", "TimeoutSeconds", || json!(1)),
    ("HeartbeatSecondsPath", "HeartbeatSeconds", || json!(1)),
    ("MaxConcurrencyPath", "MaxConcurrency", || json!(1)),
    ("ErrorPath", "Error", || json!("E")),
    ("CausePath", "Cause", || json!(super::plans::PLAIN_CAUSE)),
];

/// Replaces paths by literals, in states and in conditions.
pub(super) fn literals_for_paths(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for pointer in all_objects(&case.definition) {
        let fields = case.definition.pointer(&pointer).and_then(Value::as_object);
        for (name, _) in fields.into_iter().flatten() {
            for (plain, literal) in stand_ins(name) {
                let (pointer, name) = (pointer.clone(), name.clone());
                edits.push(edit(move |case| {
                    let fields = object_mut(&mut case.definition, &pointer)?;
                    fields.shift_remove(&name)?;
                    fields.insert(plain.clone(), literal.clone());
                    Some(())
                }));
            }
        }
    }
    edits
}

fn stand_ins(field: &str) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = LITERALS
        .iter()
        .filter(|(path, ..)| *path == field)
        .map(|(_, plain, literal)| ((*plain).to_owned(), literal()))
        .collect();
    let Some(operator) = field.strip_suffix("Path") else {
        return found;
    };
    let literals: &[Value] = &match operator {
        _ if operator.starts_with("Numeric") => [json!(0), json!(1)],
        _ if operator.starts_with("String") => [json!(""), json!("a")],
        "BooleanEquals" => [json!(false), json!(true)],
        _ => return found,
    };
    found.extend(
        literals
            .iter()
            .map(|plain| (operator.to_owned(), plain.clone())),
    );
    found
}

/// The pointers of all objects in a value.
pub(super) fn all_objects(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                collect(field, member(&pointer, name), found);
            }
            found.push(pointer);
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{at}"), found);
            }
        }
        _ => {}
    }
}

/// Makes the numbers of states, retriers and the machine smaller.
pub(super) fn shrink_numbers(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for pointer in holders(&case.definition) {
        let fields = case.definition.pointer(&pointer).and_then(Value::as_object);
        for (name, value) in fields.into_iter().flatten() {
            let Value::Number(number) = value else {
                continue;
            };
            let numbers = match number.as_i64() {
                Some(number) => smaller(number),
                None => vec![1, 2],
            };
            for number in numbers {
                let (pointer, name) = (pointer.clone(), name.clone());
                edits.push(edit(move |case| {
                    let number = number.into();
                    object_mut(&mut case.definition, &pointer)?
                        .insert(name.clone(), number)
                        .map(drop)
                }));
            }
        }
    }
    edits
}
