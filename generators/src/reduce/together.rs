//! Passes that change several things at once, for divergences that no single one of these changes
//! preserves.

use std::sync::Arc;

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

/// Redirects a rule, a catcher or a `Default` to any other state of the scope; states that become
/// unreachable are removed.
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

/// The pointers of a state's transitions other than its own `Next`.
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

/// Starts at a Map that has `field`; returns the Map's fields.
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

/// Takes a Map's items directly from the input.
pub(super) fn plain_items(case: &ExecutionCase) -> Vec<Edit> {
    let edits = states(&case.definition).into_iter().map(|(state, _)| {
        edit(move |case| {
            begin_at_map_with(case, &state, "ItemsPath")?.shift_remove("ItemsPath")?;
            for start in &mut case.starts {
                start.input = json!([null, {}]).into();
            }
            Some(())
        })
    });
    edits.collect()
}

/// Makes a Map's items distinct by themselves, so that the processor need not do anything: it only
/// succeeds, and the items are numbers in the input.
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
                    start.input = Arc::new((0..count).collect());
                }
                Some(())
            }));
        }
    }
    edits
}

/// Replaces a Map's item selector and the input, so that the selected value is not in the items.
pub(super) fn select_an_item(case: &ExecutionCase) -> Vec<Edit> {
    let edits = states(&case.definition).into_iter().map(|(state, _)| {
        edit(move |case| {
            let fields = begin_at_map_with(case, &state, "ItemSelector")?;
            *fields.get_mut("ItemSelector")? = json!({ "a.$": "$[0]" });
            fields.shift_remove("ItemsPath");
            only_a_task(fields.get_mut(ITEM_PROCESSOR)?);
            for start in &mut case.starts {
                start.input = json!([{}]).into();
            }
            Some(())
        })
    });
    edits.collect()
}

/// Reduces a scope to its first task with only its required fields.
fn only_a_task(scope: &mut Value) -> Option<()> {
    let mut states = states_of(scope);
    let (name, task) = states.find(|(_, fields)| fields["Type"] == "Task")?;
    let plain = json!({ "Type": "Task", "Resource": task["Resource"], "End": true });
    let only = json!({ "StartAt": name, "States": { name.as_str(): plain } });
    drop(states);
    *scope = only;
    Some(())
}

/// Makes the first catcher replace the input and the last one keep it: the simplest difference
/// between two catchers.
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
                start.input = json!({}).into();
            }
            Some(())
        })
    });
    edits.collect()
}

/// Replaces a null `ResultPath`, which keeps the input, by a path that adds the result to an empty
/// input.
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
                start.input = json!({}).into();
            }
            Some(())
        }));
    }
    edits
}

/// Drops a `ResultPath`, and puts a field into the input instead.
pub(super) fn hold_in_inputs(case: &ExecutionCase) -> Vec<Edit> {
    let edits = states(&case.definition).into_iter().map(|(state, _)| {
        edit(move |case| {
            let fields = object_mut(&mut case.definition, &state.pointer)?;
            fields.shift_remove("ResultPath")?.as_str()?;
            for start in &mut case.starts {
                start.input = json!({ "a": {} }).into();
            }
            Some(())
        })
    });
    edits.collect()
}

/// Negates the only rule of a Choice and leads it to the default's target, which removes the
/// default.
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

/// The simplest comparisons that reveal how an engine compares: the prefix of the operators, the
/// operator, its operand, and the input.
const TELLING: &[(&str, &str, &str, &str)] = &[
    // The empty string, which is not a timestamp.
    ("Timestamp", "TimestampLessThan", "2000-01-01T00:00:00Z", ""),
    ("StringMatches", "StringMatches", "a\\*", "a*"),
];

/// Replaces a rule by the most revealing comparison of a similar kind, and the input by its
/// subject.
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
                        start.input = Value::from(*input).into();
                    }
                    Some(())
                }));
            }
        }
    }
    edits
}

/// Makes a task that fails at first fail in every attempt; it is retried once, and nothing is
/// caught.
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

/// The seconds of a Wait that outlasts everything beside it.
const LONG: u64 = 10;

/// Removes states from a machine with a Wait and makes the Wait longer: without these states, what
/// happened during the Wait may come later.
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

/// Removes states from a machine that counts to a large number and raises the number: a divergence
/// of long runs may need as many events as before.
pub(super) fn count_further(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (pointer, bound) in bounds(&case.definition) {
        // Mostly, one of two or three states in a loop is removed.
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

/// The pointers and values of the large numbers in rules of Choices.
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

/// Reduces a retrier to its error names and one attempt.
fn once(retrier: &mut Map<String, Value>) {
    retrier.retain(|key, _| key == "ErrorEquals");
    retrier.insert("MaxAttempts".to_owned(), 1.into());
}
