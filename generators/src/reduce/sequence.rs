//! Passes for calls to the service: fewer of them, with less in them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stepproof_specs::scenario::calls::{Call, CallsCase};

use super::edit::runs;

/// An edit of calls. `None` if it does not apply; the edited case must then be discarded.
pub(super) type Edit = Box<dyn Fn(&mut CallsCase) -> Option<()> + Send + Sync>;

/// Boxes an edit.
fn edit(change: impl Fn(&mut CallsCase) -> Option<()> + Send + Sync + 'static) -> Edit {
    Box::new(change)
}

/// Leaves out calls, with those that refer to their answers.
pub(super) fn drop_calls(case: &CallsCase) -> Vec<Edit> {
    // The last call shows the difference more often than others: what comes early goes first.
    let runs = runs(case.calls.len()).into_iter();
    let edits = runs.map(|run| {
        edit(move |case| {
            let dropped: BTreeSet<usize> = run.clone().collect();
            *case = without(case, dropped)?;
            Some(())
        })
    });
    edits.collect()
}

/// The case without these calls and what depends on them; `None` if nothing is left.
fn without(case: &CallsCase, mut dropped: BTreeSet<usize>) -> Option<CallsCase> {
    for (number, call) in case.calls.iter().enumerate() {
        if call.references().iter().any(|it| dropped.contains(it)) {
            dropped.insert(number);
        }
    }
    let kept: Vec<usize> = (0..case.calls.len())
        .filter(|number| !dropped.contains(number))
        .collect();
    let number = |old: usize| kept.iter().position(|it| *it == old).unwrap_or(old);
    let calls: Vec<Call> = kept
        .iter()
        .map(|old| case.calls[*old].renumbered(&number))
        .collect();
    (!calls.is_empty()).then(|| CallsCase {
        calls,
        entropy: case.entropy,
    })
}

/// Makes each machine the plainest, or the plainest that goes on.
pub(super) fn plain_machines(case: &CallsCase) -> Vec<Edit> {
    let states = [
        json!({"Type": "Succeed"}),
        json!({"Type": "Pass", "End": true}),
        json!({"Type": "Wait", "Seconds": 86_400, "End": true}),
    ];
    let calls = with(case, "definition");
    let edits = calls.flat_map(|number| {
        states.clone().map(|state| {
            edit(move |case| {
                let definition = json!({"StartAt": "A", "States": {"A": state}});
                case.calls[number].parameters["definition"] = definition;
                Some(())
            })
        })
    });
    edits.collect()
}

/// Leaves out parameters, and items of those that are lists.
pub(super) fn drop_parameters(case: &CallsCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (number, call) in case.calls.iter().enumerate() {
        if call.whole {
            edits.push(edit(move |case| {
                case.calls[number].whole = false;
                Some(())
            }));
        }
        let parameters = call.parameters.as_object();
        for (name, value) in parameters.into_iter().flatten() {
            let key = name.clone();
            edits.push(edit(move |case| {
                let parameters = case.calls[number].parameters.as_object_mut()?;
                parameters.shift_remove(&key).map(drop)
            }));
            for item in 0..value.as_array().map_or(0, Vec::len) {
                let key = name.clone();
                edits.push(edit(move |case| {
                    let list = case.calls[number].parameters[&key].as_array_mut()?;
                    (item < list.len()).then(|| list.remove(item)).map(drop)
                }));
            }
        }
    }
    edits
}

/// Starts what a version or an alias is of.
pub(super) fn name_machines(case: &CallsCase) -> Vec<Edit> {
    let created: Vec<usize> = case
        .calls
        .iter()
        .enumerate()
        .filter_map(|(number, call)| (call.operation == "CreateStateMachine").then_some(number))
        .collect();
    let calls = with(case, "stateMachineArn");
    let edits = calls.flat_map(|number| {
        let earlier = created.iter().filter(move |it| **it < number);
        earlier.map(move |it| {
            let arn = format!("${{{it}.stateMachineArn}}");
            edit(move |case| {
                case.calls[number].parameters["stateMachineArn"] = arn.clone().into();
                Some(())
            })
        })
    });
    edits.collect()
}

/// Makes inputs and outputs empty.
pub(super) fn plain_texts(case: &CallsCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for key in ["input", "output"] {
        edits.extend(with(case, key).map(|number| {
            edit(move |case| {
                case.calls[number].parameters[key] = json!({});
                Some(())
            })
        }));
    }
    edits
}

/// Names everything by letters, in the order in which it appears; and takes no seed.
pub(super) fn plain_names(case: &CallsCase) -> Vec<Edit> {
    let mut names: Vec<String> = Vec::new();
    for number in with(case, "name") {
        if let Some(name) = case.calls[number].parameters["name"].as_str()
            && name.chars().all(char::is_alphanumeric)
            && !names.iter().any(|it| it == name)
        {
            names.push(name.to_owned());
        }
    }
    let rename = edit(move |case| {
        for call in &mut case.calls {
            let Some(name) = call.parameters.get_mut("name") else {
                continue;
            };
            let known = names.iter().position(|it| name.as_str() == Some(it));
            let letter = known.and_then(|at| char::from_u32('a' as u32 + u32::try_from(at).ok()?));
            if let Some(letter) = letter.filter(char::is_ascii_lowercase) {
                *name = Value::from(letter.to_string());
            }
        }
        Some(())
    });
    let no_seed = edit(|case| {
        case.entropy = 0;
        Some(())
    });
    vec![rename, no_seed]
}

/// The calls with a parameter of this name.
fn with<'c>(case: &'c CallsCase, parameter: &'c str) -> impl Iterator<Item = usize> + 'c {
    let calls = case.calls.iter().enumerate();
    calls.filter_map(move |(number, call)| call.parameters.get(parameter).map(|_| number))
}
