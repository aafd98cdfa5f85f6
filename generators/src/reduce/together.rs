//! Passes that change several things at once, where no change alone keeps a divergence.

use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::walk::{ITEM_PROCESSOR, ScopePath, StatePath, states_of},
    scenario::{case::ExecutionCase, plan::Rule},
};

use super::{
    edit::{Edit, edit},
    graph::{entries, object_mut, states},
    resume::begin_at,
    structure::remove_states,
};

/// Leads a rule, a catcher or a Default where something else in the scope leads too: what nothing
/// leads to any more goes.
pub(super) fn redirect(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        let scope = case.definition.pointer(&state.scope.pointer);
        let others: Vec<String> = scope
            .map(|scope| states_of(scope).map(|(name, _)| name.clone()).collect())
            .unwrap_or_default();
        for pointer in transitions(fields) {
            let pointer = format!("{}{pointer}", state.pointer);
            let now = case.definition.pointer(&pointer);
            let elsewhere = others.iter().filter(|name| {
                **name != state.name && now.and_then(Value::as_str) != Some(name.as_str())
            });
            edits.extend(elsewhere.map(|name| {
                let (pointer, name) = (pointer.clone(), name.clone());
                edit(move |case| {
                    *case.definition.pointer_mut(&pointer)? = name.clone().into();
                    Some(())
                })
            }));
        }
    }
    edits
}

/// The ways out of a state besides its own `Next`, as pointers.
fn transitions(state: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for key in ["Choices", "Catch"] {
        let count = entries(state, key).len();
        found.extend((0..count).map(|at| format!("/{key}/{at}/Next")));
    }
    if state.get("Default").is_some() {
        found.push("/Default".to_owned());
    }
    found
}

/// Begins at a Map that has a field; its fields.
fn begin_at_map_with<'c>(
    case: &'c mut ExecutionCase,
    state: &StatePath,
    field: &str,
) -> Option<&'c mut Map<String, Value>> {
    case.definition.pointer(&state.pointer)?.get(field)?;
    begin_at(case, state)?;
    let first = ScopePath::machine().state(&state.name);
    object_mut(&mut case.definition, &first.pointer)
}

/// Takes a Map's items from the input and from nowhere else.
pub(super) fn plain_items(case: &ExecutionCase) -> Vec<Edit> {
    let edits = states(&case.definition).into_iter().map(|(state, _)| {
        edit(move |case| {
            begin_at_map_with(case, &state, "ItemsPath")?.shift_remove("ItemsPath")?;
            for start in &mut case.starts {
                start.input = json!([null, {}]);
            }
            Some(())
        })
    });
    edits.collect()
}

/// Makes a Map's items differ by themselves, so that nothing has to be done with them: its scope
/// only succeeds, and the items are numbers in the input.
pub(super) fn number_items(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        let Some(first) = fields[ITEM_PROCESSOR]["StartAt"].as_str() else {
            continue;
        };
        let plain = json!({ "StartAt": first, "States": { first: { "Type": "Succeed" } } });
        for count in [0_usize, 2, 3] {
            let (pointer, plain) = (state.pointer.clone(), plain.clone());
            edits.push(edit(move |case| {
                let map = object_mut(&mut case.definition, &pointer)?;
                map.shift_remove("ItemsPath");
                map.shift_remove("ItemSelector");
                map.insert(ITEM_PROCESSOR.to_owned(), plain.clone());
                for start in &mut case.starts {
                    start.input = (0..count).collect();
                }
                Some(())
            }));
        }
    }
    edits
}

/// Selects of a Map's items what the items themselves do not have.
pub(super) fn select_an_item(case: &ExecutionCase) -> Vec<Edit> {
    let edits = states(&case.definition).into_iter().map(|(state, _)| {
        edit(move |case| {
            let fields = begin_at_map_with(case, &state, "ItemSelector")?;
            *fields.get_mut("ItemSelector")? = json!({ "a.$": "$[0]" });
            fields.shift_remove("ItemsPath");
            only_a_task(fields.get_mut(ITEM_PROCESSOR)?);
            for start in &mut case.starts {
                start.input = json!([{}]);
            }
            Some(())
        })
    });
    edits.collect()
}

/// Leaves of a scope its first task, and of that what it cannot be without.
fn only_a_task(scope: &mut Value) -> Option<()> {
    let mut states = states_of(scope);
    let (name, task) = states.find(|(_, fields)| fields["Type"] == "Task")?;
    let plain = json!({ "Type": "Task", "Resource": task["Resource"], "End": true });
    let only = json!({ "StartAt": name, "States": { name.as_str(): plain } });
    drop(states);
    *scope = only;
    Some(())
}

/// What two catchers make of the input differs most simply where the first replaces it and the last
/// keeps it.
pub(super) fn contrast_catchers(case: &ExecutionCase) -> Vec<Edit> {
    let states = states(&case.definition).into_iter();
    let with_two = states.filter(|(_, fields)| entries(fields, "Catch").len() > 1);
    let edits = with_two.map(|(state, _)| {
        edit(move |case| {
            let fields = object_mut(&mut case.definition, &state.pointer)?;
            let catchers = fields.get_mut("Catch")?.as_array_mut()?;
            let (first, rest) = catchers.split_first_mut()?;
            first.as_object_mut()?.shift_remove("ResultPath");
            rest.last_mut()?["ResultPath"] = Value::Null;
            for start in &mut case.starts {
                start.input = json!({});
            }
            Some(())
        })
    });
    edits.collect()
}

/// What keeps its input with `ResultPath` null shows where a result that adds to it would do.
pub(super) fn add_to_inputs(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    let first = case
        .starts
        .first()
        .and_then(|start| start.input.as_object());
    let Some(name) = first.and_then(|input| input.keys().next()).cloned() else {
        return edits;
    };
    for (state, _) in states(&case.definition) {
        let name = name.clone();
        edits.push(edit(move |case| {
            let fields = object_mut(&mut case.definition, &state.pointer)?;
            (*fields.get("ResultPath")? == Value::Null).then_some(())?;
            fields.insert("ResultPath".to_owned(), format!("$.{name}").into());
            for made in ["InputPath", "Result", "Parameters"] {
                fields.shift_remove(made);
            }
            for start in &mut case.starts {
                start.input = json!({});
            }
            Some(())
        }));
    }
    edits
}

/// Has in the input what a result would add to it.
pub(super) fn hold_in_inputs(case: &ExecutionCase) -> Vec<Edit> {
    let edits = states(&case.definition).into_iter().map(|(state, _)| {
        edit(move |case| {
            let fields = object_mut(&mut case.definition, &state.pointer)?;
            fields.shift_remove("ResultPath")?.as_str()?;
            for start in &mut case.starts {
                start.input = json!({ "a": {} });
            }
            Some(())
        })
    });
    edits.collect()
}

/// Tests whether a condition does not hold, where that leads to the default's place.
pub(super) fn deny(case: &ExecutionCase) -> Vec<Edit> {
    let choices = states(&case.definition).into_iter();
    let edits = choices.map(|(state, _)| {
        edit(move |case| {
            let fields = object_mut(&mut case.definition, &state.pointer)?;
            let default = fields.shift_remove("Default")?;
            let [rule] = fields.get_mut("Choices")?.as_array_mut()?.as_mut_slice() else {
                return None;
            };
            let mut condition = rule.take();
            condition
                .as_object_mut()?
                .retain(|key, _| key != "Next" && key != "Assign");
            *rule = json!({ "Not": condition, "Next": default });
            Some(())
        })
    });
    edits.collect()
}

/// Comparisons that tell most simply how an engine compares: operators that begin so, the operator,
/// its operand, and the input.
const TELLING: &[(&str, &str, &str, &str)] = &[
    // No time at all.
    ("Timestamp", "TimestampLessThan", "2000-01-01T00:00:00Z", ""),
    ("StringMatches", "StringMatches", "a\\*", "a*"),
];

/// Compares the input with what tells most, where something alike is compared.
pub(super) fn compare_simply(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for (at, rule) in entries(fields, "Choices").iter().enumerate() {
            let written = rule.to_string();
            let alike = |it: &&(&str, _, _, _)| written.contains(&format!("\"{}", it.0));
            for (_, operator, operand, input) in TELLING.iter().filter(alike) {
                let pointer = format!("{}/Choices/{at}", state.pointer);
                edits.push(edit(move |case| {
                    let rule = case.definition.pointer_mut(&pointer)?;
                    *rule = json!({ "Variable": "$", *operator: operand, "Next": rule["Next"] });
                    for start in &mut case.starts {
                        start.input = (*input).into();
                    }
                    Some(())
                }));
            }
        }
    }
    edits
}

/// Has a task that fails at first fail for good: it is tried again once, and nothing is caught.
pub(super) fn fail_for_good(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (at, start) in case.starts.iter().enumerate() {
        for (state, _) in states(&case.definition) {
            let script = start.plan.sites.get(&state.site);
            let Some(rule) = script.and_then(|script| script.rules.first()) else {
                continue;
            };
            if rule.attempts_below.is_none() {
                continue;
            }
            let always = Rule::always(rule.act.clone());
            edits.push(edit(move |case| {
                let sites = &mut case.starts.get_mut(at)?.plan.sites;
                sites.get_mut(&state.site)?.rules = vec![always.clone()];
                let fields = object_mut(&mut case.definition, &state.pointer)?;
                fields.shift_remove("Catch");
                for retrier in fields.get_mut("Retry")?.as_array_mut()? {
                    once(retrier.as_object_mut()?);
                }
                Some(())
            }));
        }
    }
    edits
}

/// How long a Wait is that outlasts what is beside it, in seconds.
const LONG: u64 = 10;

/// Removes states from a machine that waits, and has it wait longer: what happened in the meantime
/// may come later without them.
pub(super) fn wait_longer(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        let pointer = format!("{}/Seconds", state.pointer);
        if fields["Seconds"]
            .as_u64()
            .is_none_or(|seconds| seconds >= LONG)
        {
            continue;
        }
        for removal in remove_states(case) {
            let pointer = pointer.clone();
            edits.push(edit(move |case| {
                *case.definition.pointer_mut(&pointer)? = LONG.into();
                removal(case)
            }));
        }
    }
    edits
}

/// Removes states from a machine that counts far, and has it count further instead: what a long run
/// shows may need as many events as before.
pub(super) fn count_further(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (pointer, bound) in bounds(&case.definition) {
        // Mostly one state of two or three in a loop goes.
        for further in [bound * 3 / 2 + 1, bound * 2] {
            for removal in remove_states(case) {
                let pointer = pointer.clone();
                edits.push(edit(move |case| {
                    *case.definition.pointer_mut(&pointer)? = further.into();
                    removal(case)
                }));
            }
        }
    }
    edits
}

/// The numbers up to which the rules of a machine count, if they are large.
fn bounds(definition: &Value) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for (state, fields) in states(definition) {
        for (at, rule) in entries(fields, "Choices").iter().enumerate() {
            let fields = rule.as_object().into_iter().flatten();
            let numbers = fields.filter_map(|(name, value)| Some((name, value.as_i64()?)));
            found.extend(
                numbers
                    .filter(|(_, number)| (30..1_000).contains(number))
                    .map(|(name, number)| {
                        (format!("{}/Choices/{at}/{name}", state.pointer), number)
                    }),
            );
        }
    }
    found
}

/// A retrier with nothing but its names, for one attempt.
fn once(retrier: &mut Map<String, Value>) {
    retrier.retain(|key, _| key == "ErrorEquals");
    retrier.insert("MaxAttempts".to_owned(), 1.into());
}
