//! Passes that replace a state by a simpler one.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::walk::{SCOPE_FIELDS, ScopePath, StatePath, inner_scopes},
    scenario::{
        case::ExecutionCase,
        letter::{INPUT, Letter},
        plan::{Act, Reply},
    },
};

use super::{
    edit::{Edit, bypass, edit},
    expressions::{expressions, is_jsonata},
    graph::{object_mut, states, targets},
    plans::failure,
};

/// Replaces a state by a simpler one with the same target.
pub(super) fn replace_states(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = vec![edit(do_nothing)];
    for (state, fields) in states(&case.definition) {
        let is_jsonata = is_jsonata(&case.definition, fields);
        edits.extend(plainer(fields, is_jsonata).into_iter().map(|replacement| {
            let pointer = state.pointer.clone();
            edit(move |case| {
                *case.definition.pointer_mut(&pointer)? = replacement.clone();
                Some(())
            })
        }));
        if !inner_scopes(fields).is_empty() {
            for reply in [Reply::Echo, failure("E")] {
                let state = state.clone();
                edits.push(edit(move |case| become_a_task(case, &state, &reply)));
            }
        }
    }
    edits
}

/// Simpler states with the same target as this one (ending earlier is another pass): first plain
/// ones, then ones that keep the fields they share with this one, then one with another result.
fn plainer(fields: &Value, is_jsonata: bool) -> Vec<Value> {
    let ahead = targets(fields).into_iter();
    let mut ways: Vec<Value> = ahead.map(|next| json!({ "Next": next })).collect();
    if ways.is_empty() {
        ways.push(json!({ "End": true }));
    }
    let mut found = vec![json!({ "Type": "Succeed" })];
    found.extend(
        ways.iter()
            .map(|way| merged(&[&json!({ "Type": "Pass" }), way])),
    );
    found.push(json!({ "Type": "Fail" }));
    found.push(merged(&[
        &json!({ "Type": "Succeed" }),
        &only(fields, OF_SUCCEED),
    ]));
    let kept = only(fields, OF_PASS);
    found.extend(
        ways.iter()
            .map(|way| merged(&[&json!({ "Type": "Pass" }), &kept, way])),
    );
    let mut made = only(fields, &["QueryLanguage"]);
    made["Type"] = json!("Pass");
    made[if is_jsonata { "Output" } else { "Result" }] = json!([]);
    found.extend(ways.iter().map(|way| merged(&[&made, way])));
    found
}

/// Fields of a Succeed.
const OF_SUCCEED: &[&str] = &["QueryLanguage", "InputPath", "OutputPath", "Output"];

/// Fields of a Pass besides its transition.
const OF_PASS: &[&str] = &[
    "QueryLanguage",
    "InputPath",
    "OutputPath",
    "Parameters",
    "Result",
    "ResultPath",
    "Assign",
    "Output",
];

fn only(fields: &Value, names: &[&str]) -> Value {
    let kept = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), fields.get(name)?.clone())));
    Value::Object(kept.collect())
}

fn merged(parts: &[&Value]) -> Value {
    let fields = parts.iter().filter_map(|part| part.as_object()).flatten();
    Value::Object(
        fields
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// Evaluates in advance what is known: a Task that succeeds with a value becomes a Pass with that
/// result, and the result of the first state becomes the input.
pub(super) fn fold(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = vec![edit(feed)];
    edits.extend(
        states(&case.definition)
            .into_iter()
            .map(|(state, _)| edit(move |case| answer(case, &state))),
    );
    edits
}

fn feed(case: &mut ExecutionCase) -> Option<()> {
    let start = case.definition.get("StartAt")?.as_str()?.to_owned();
    let first = ScopePath::machine().state(&start);
    let fields = object_mut(&mut case.definition, &first.pointer)?;
    let made = ["Result", "Parameters", "Arguments", "Output"]
        .into_iter()
        .find_map(|name| fields.shift_remove(name))?;
    expressions(&made).is_empty().then_some(())?;
    let made = Arc::new(made);
    for start in &mut case.starts {
        start.input = made.clone();
    }
    let fields = case.definition.pointer(&first.pointer)?;
    if fields["Type"] == "Pass"
        && let Some(next) = fields["Next"].as_str().map(str::to_owned)
    {
        bypass(case, &first, Some(&next))?;
    }
    Some(())
}

fn answer(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    let fields = case.definition.pointer(&state.pointer)?;
    if fields["Type"] != "Task" {
        return None;
    }
    let script = case.starts.first()?.plan.sites.get(&state.site)?;
    let Reply::Succeed(result) = &script.rules.last()?.act.reply else {
        return None;
    };
    let way = only(fields, &["Next", "End"]);
    let made = if is_jsonata(&case.definition, fields) {
        json!({ "Type": "Pass", "Output": result })
    } else {
        json!({ "Type": "Pass", "Result": result })
    };
    let pass = merged(&[&made, &only(fields, OF_PASS), &way]);
    *case.definition.pointer_mut(&state.pointer)? = pass;
    Some(())
}

/// Replaces the machine by a single Succeed.
fn do_nothing(case: &mut ExecutionCase) -> Option<()> {
    let scope = object_mut(&mut case.definition, "")?;
    let start = scope.get("StartAt")?.as_str()?.to_owned();
    let only = json!({ start: { "Type": "Succeed" } });
    scope.insert("States".to_owned(), only).map(drop)
}

/// Lets a task go to an activity that sends its token to a queue: its worker sees the same.
pub(super) fn activities_for_queues(case: &ExecutionCase) -> Vec<Edit> {
    let sending = states(&case.definition).into_iter();
    let sending = sending.filter(|(_, fields)| fields.as_object().and_then(Letter::of).is_some());
    let edits = sending.map(|(state, _)| {
        edit(move |case| {
            let fields = object_mut(&mut case.definition, &state.pointer)?;
            for field in ["Parameters", "Arguments"] {
                let Some(sent) = fields.shift_remove(field) else {
                    continue;
                };
                let message = sent["MessageBody"].as_object()?;
                if let Some(input) = message.get(INPUT) {
                    // That an expression stands for the state's input goes without saying.
                    if input != "{% $states.input %}" {
                        fields.insert(field.to_owned(), input.clone());
                    }
                }
            }
            let activity = format!("{}{}", crate::literal::ACTIVITY_PREFIX, state.name);
            fields.insert("Resource".to_owned(), activity.into());
            Some(())
        })
    });
    edits.collect()
}

/// Fields of a state with inner scopes that a Task does not have, besides the scopes.
const OF_SCOPES: &[&str] = &[
    "Items",
    "ItemsPath",
    "ItemSelector",
    "MaxConcurrency",
    "MaxConcurrencyPath",
];

/// Replaces a state with inner scopes by a Task with the same handlers, which replies at once.
fn become_a_task(case: &mut ExecutionCase, state: &StatePath, reply: &Reply) -> Option<()> {
    let fields = object_mut(&mut case.definition, &state.pointer)?;
    for field in SCOPE_FIELDS.iter().chain(OF_SCOPES) {
        fields.shift_remove(*field);
    }
    fields.insert("Type".to_owned(), "Task".into());
    let activity = format!("{}{}", crate::literal::ACTIVITY_PREFIX, state.name);
    fields.insert("Resource".to_owned(), activity.into());
    if *reply != Reply::Echo {
        for start in &mut case.starts {
            let script = Act::now(reply.clone()).into();
            start.plan.sites.insert(state.site.clone(), script);
        }
    }
    Some(())
}
