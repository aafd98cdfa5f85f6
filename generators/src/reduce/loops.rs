//! Passes over loops: leave a loop, or enter a state exactly twice.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::walk::{ScopePath, StatePath},
    scenario::case::ExecutionCase,
};

use super::{
    edit::{Edit, edit},
    graph::{object_mut, states, targets},
    resume::begin_at,
};

/// Leaves a loop where it would start over, or reduces it to two visits of a state.
pub(super) fn leave_loops(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        if fields["Next"].is_string() && in_a_loop(case, &state, fields) {
            let twice = state.clone();
            edits.push(edit(move |case| leave_loop(case, &state)));
            edits.push(edit(move |case| enter_twice(case, &twice)));
        }
    }
    edits
}

/// Whether a chain of transitions leads from a state back to itself.
fn in_a_loop(case: &ExecutionCase, state: &StatePath, fields: &Value) -> bool {
    let scope = case.definition.pointer(&state.scope.pointer);
    let Some(states) = scope.map(|scope| &scope["States"]) else {
        return false;
    };
    let mut ahead = targets(fields);
    let mut at = 0;
    while let Some(name) = ahead.get(at) {
        for next in targets(&states[*name]) {
            if !ahead.contains(&next) {
                ahead.push(next);
            }
        }
        at += 1;
    }
    ahead.contains(&state.name.as_str())
}

/// Replaces the machine by the simplest one that enters a state twice; a Map then has no items.
fn enter_twice(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    begin_at(case, state)?;
    let mut fields = case.definition.get("States")?.get(&state.name)?.clone();
    let entered = fields.as_object_mut()?;
    entered.shift_remove("End");
    entered.insert("Next".to_owned(), AGAIN.into());
    if entered.get("Type")? == "Map" {
        entered.shift_remove("ItemsPath");
        for start in &mut case.starts {
            start.input = json!([]).into();
        }
    }
    let rule = json!({
        "Variable": "$x", "NumericLessThan": 1, "Assign": { "x": {} }, "Next": state.name,
    });
    let scope = object_mut(&mut case.definition, "")?;
    scope.insert("StartAt".to_owned(), ONCE.into());
    scope.insert(
        "States".to_owned(),
        json!({
            ONCE: { "Type": "Pass", "Next": state.name, "Assign": { "x": 0 } },
            state.name.as_str(): fields,
            AGAIN: { "Type": "Choice", "Choices": [rule] },
        }),
    );
    Some(())
}

/// The states before and after the one that is entered twice.
const ONCE: &str = "once";
const AGAIN: &str = "again";

/// Starts behind a state of a loop, with the data that arrives there, and ends where that state
/// would be entered again.
fn leave_loop(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    let next = case.definition.pointer(&state.pointer)?["Next"].as_str()?;
    let next = state.scope.state(next);
    case.definition.pointer(&next.pointer)?;
    begin_at(case, &next)?;
    let ended = ScopePath::machine().state(&state.name);
    *case.definition.pointer_mut(&ended.pointer)? = json!({ "Type": "Succeed" });
    Some(())
}
