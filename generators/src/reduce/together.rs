//! Passes that change several things at once, where no change alone keeps a divergence.

use serde_json::{Map, Value, json};
use stepproof_specs::{case::ExecutionCase, plan::Rule};

use super::{
    edit::{Edit, edit},
    place::{object_mut, states, states_of},
};

/// Leads a rule, a catcher or a Default where something else in the scope leads too: what nothing
/// leads to any more goes.
pub(super) fn redirect(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for state in states(&case.definition) {
        let scope = case.definition.pointer(&state.scope.pointer);
        let others: Vec<String> = scope
            .map(|scope| states_of(scope).map(|(name, _)| name.clone()).collect())
            .unwrap_or_default();
        let fields = case.definition.pointer(&state.pointer);
        for pointer in fields.into_iter().flat_map(transitions) {
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
        let count = state[key].as_array().map_or(0, Vec::len);
        found.extend((0..count).map(|at| format!("/{key}/{at}/Next")));
    }
    if state.get("Default").is_some() {
        found.push("/Default".to_owned());
    }
    found
}

/// Makes a Map's items differ by themselves, so that nothing has to be done with them: its scope
/// only succeeds, and the items are numbers in the input.
pub(super) fn number_items(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for state in states(&case.definition) {
        let Some(processor) = case.definition.pointer(&state.pointer) else {
            continue;
        };
        let Some(first) = processor["ItemProcessor"]["StartAt"].as_str() else {
            continue;
        };
        let plain = json!({ "StartAt": first, "States": { first: { "Type": "Succeed" } } });
        for count in [2_usize, 3] {
            let (pointer, plain) = (state.pointer.clone(), plain.clone());
            edits.push(edit(move |case| {
                let map = object_mut(&mut case.definition, &pointer)?;
                map.shift_remove("ItemsPath");
                map.insert("ItemProcessor".to_owned(), plain.clone());
                for start in &mut case.starts {
                    start.input = (0..count).collect();
                }
                Some(())
            }));
        }
    }
    edits
}

/// Has a task that fails at first fail for good: it is tried again once, and nothing is caught.
pub(super) fn fail_for_good(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (at, start) in case.starts.iter().enumerate() {
        for state in states(&case.definition) {
            let scripts = start.plan.sites.iter();
            let scripts = scripts.filter(|(site, _)| ***site == *state.site);
            for (site, rule) in
                scripts.filter_map(|(site, script)| Some((site, script.rules.first()?)))
            {
                if rule.attempts_below.is_none() {
                    continue;
                }
                let (site, pointer) = (site.clone(), state.pointer.clone());
                let always = Rule::always(rule.act.clone());
                edits.push(edit(move |case| {
                    let script = case.starts.get_mut(at)?.plan.sites.get_mut(&site)?;
                    script.rules = vec![always.clone()];
                    let fields = object_mut(&mut case.definition, &pointer)?;
                    fields.shift_remove("Catch");
                    for retrier in fields.get_mut("Retry")?.as_array_mut()? {
                        once(retrier.as_object_mut()?);
                    }
                    Some(())
                }));
            }
        }
    }
    edits
}

/// A retrier with nothing but its names, for one attempt.
fn once(retrier: &mut Map<String, Value>) {
    retrier.retain(|key, _| key == "ErrorEquals");
    retrier.insert("MaxAttempts".to_owned(), 1.into());
}
