//! Edits of a case, and the clean-up after one.

use std::{collections::HashSet, ops::Range, sync::Arc};

use serde_json::{Map, Value};
use stepproof_specs::{
    asl::{
        site::Site,
        walk::{ScopePath, StatePath, scopes},
    },
    scenario::case::ExecutionCase,
};

use super::graph::{object_mut, states, targets};

/// An edit of a case. `None` if it does not apply; the edited case must then be discarded.
pub(super) type Edit = Box<dyn Fn(&mut ExecutionCase) -> Option<()> + Send + Sync>;

/// Boxes an edit.
pub(super) fn edit(
    change: impl Fn(&mut ExecutionCase) -> Option<()> + Send + Sync + 'static,
) -> Edit {
    Box::new(change)
}

/// The runs of a list that edits remove: all of it, halves, quarters, … and single elements.
pub(super) fn runs(len: usize) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut size = len;
    while size > 0 {
        runs.extend((0..len).step_by(size).map(|at| at..(at + size).min(len)));
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    runs
}

/// Redirects every transition in a scope from the state `from` to the state `to`. Without `to`, a
/// transition becomes an end, and a rule or catcher that leads to `from` is removed.
pub(super) fn retarget(scope: &mut Map<String, Value>, from: &str, to: Option<&str>) -> Option<()> {
    if scope.get("StartAt")? == from {
        scope.insert("StartAt".to_owned(), to?.into());
    }
    for state in scope.get_mut("States")?.as_object_mut()?.values_mut() {
        let Some(state) = state.as_object_mut() else {
            continue;
        };
        for key in ["Next", "Default"] {
            if state.get(key).is_some_and(|target| *target == *from) {
                match to {
                    Some(to) => state[key] = to.into(),
                    None => end(state, key),
                }
            }
        }
        for key in ["Choices", "Catch"] {
            retarget_rules(state, key, from, to);
        }
    }
    Some(())
}

fn end(state: &mut Map<String, Value>, key: &str) {
    state.shift_remove(key);
    if key == "Next" {
        state.insert("End".to_owned(), true.into());
    }
}

fn retarget_rules(state: &mut Map<String, Value>, key: &str, from: &str, to: Option<&str>) {
    let Some(Value::Array(rules)) = state.get_mut(key) else {
        return;
    };
    match to {
        Some(to) => {
            for rule in rules.iter_mut().filter(|rule| rule["Next"] == from) {
                rule["Next"] = to.into();
            }
        }
        None => rules.retain(|rule| rule["Next"] != from),
    }
    if rules.is_empty() {
        empty_list(state, key);
    }
}

/// Cleans up after the last rule or handler of a list was removed.
pub(super) fn empty_list(state: &mut Map<String, Value>, list: &str) {
    if list == "Choices" {
        become_end_of_choice(state);
    } else {
        state.shift_remove(list);
    }
}

/// A Choice without rules becomes a Pass to its default, or a Succeed.
fn become_end_of_choice(state: &mut Map<String, Value>) {
    let plain = match state.get("Default").and_then(Value::as_str) {
        Some(next) => serde_json::json!({ "Type": "Pass", "Next": next }),
        None => serde_json::json!({ "Type": "Succeed" }),
    };
    if let Value::Object(plain) = plain {
        *state = plain;
    }
}

/// Removes a state, and redirects the transitions to it to `to`.
pub(super) fn bypass(case: &mut ExecutionCase, state: &StatePath, to: Option<&str>) -> Option<()> {
    let scope = object_mut(&mut case.definition, &state.scope.pointer)?;
    if to == Some(&state.name) {
        return None;
    }
    scope.get("States")?.get(&state.name)?;
    retarget(scope, &state.name, to)?;
    scope
        .get_mut("States")?
        .as_object_mut()?
        .shift_remove(&state.name)
        .map(drop)
}

/// Renames the sites in the plans of all starts; a site without a new name is dropped.
pub(super) fn move_sites(case: &mut ExecutionCase, rename: impl Fn(&str) -> Option<String>) {
    for start in &mut case.starts {
        let sites = std::mem::take(&mut start.plan.sites);
        for (site, rules) in sites {
            if let Some(moved) = rename(&site) {
                start.plan.sites.insert(Arc::from(moved), rules);
            }
        }
    }
}

/// The part of a site below a prefix; `None` if it is not below.
pub(super) fn below<'s>(site: &'s str, prefix: &str) -> Option<&'s str> {
    if prefix.is_empty() {
        return Some(site);
    }
    site.strip_prefix(prefix)?.strip_prefix('/')
}

/// Removes what an edit has left unused: unreachable states, and plans of missing tasks.
pub(super) fn collect_garbage(case: &mut ExecutionCase) {
    // Outer scopes first, so that scopes inside unreachable states are not visited.
    let mut at = 0;
    while let Some(scope) = scopes(&case.definition).get(at) {
        remove_unreachable(&mut case.definition, scope);
        at += 1;
    }
    let kept: HashSet<Site> = states(&case.definition)
        .into_iter()
        .filter(|(_, fields)| fields["Type"] == "Task")
        .map(|(state, _)| state.site)
        .collect();
    for start in &mut case.starts {
        start
            .plan
            .sites
            .retain(|site, script| kept.contains(site) && !script.is_empty());
    }
}

fn remove_unreachable(definition: &mut Value, scope: &ScopePath) {
    let Some(scope) = object_mut(definition, &scope.pointer) else {
        return;
    };
    let Some(start) = scope.get("StartAt").and_then(Value::as_str) else {
        return;
    };
    let mut reached: HashSet<String> = HashSet::new();
    let mut ahead = vec![start.to_owned()];
    while let Some(name) = ahead.pop() {
        if let Some(state) = scope.get("States").and_then(|states| states.get(&name)) {
            ahead.extend(
                targets(state)
                    .into_iter()
                    .filter(|target| !reached.contains(*target))
                    .map(str::to_owned),
            );
        }
        reached.insert(name);
    }
    if let Some(Value::Object(states)) = scope.get_mut("States") {
        states.retain(|name, _| reached.contains(name));
    }
}
