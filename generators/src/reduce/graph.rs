//! The states of a definition as a graph: the states, and the targets of each.
//!
//! The reducer works on the definition as JSON, so that it can also reduce a case with fields that
//! this build does not know, or one that is invalid on purpose.

use serde_json::{Map, Value};
use stepproof_specs::asl::walk::{StatePath, scopes};

/// All states with their paths, scope by scope, outer scopes first: edits of the machine's own
/// states are tried before edits of nested ones.
pub(crate) fn states(definition: &Value) -> Vec<(StatePath, &Value)> {
    let scopes = scopes(definition).into_iter();
    scopes.flat_map(|scope| scope.states(definition)).collect()
}

/// The paths of all states, for edits that change the definition meanwhile.
pub(super) fn state_paths(definition: &Value) -> Vec<StatePath> {
    states(definition)
        .into_iter()
        .map(|(path, _)| path)
        .collect()
}

/// The entries of a list in a state: rules, retriers, catchers, branches.
pub(super) fn entries<'v>(state: &'v Value, list: &str) -> &'v [Value] {
    state[list].as_array().map_or(&[], Vec::as_slice)
}

/// The targets of a state without duplicates: `Next` and `Default`, then those of rules and
/// catchers.
pub(crate) fn targets(state: &Value) -> Vec<&str> {
    let rules = entries(state, "Choices").iter();
    let rules = rules
        .chain(entries(state, "Catch"))
        .map(|rule| &rule["Next"]);
    let mut targets: Vec<&str> = Vec::new();
    for target in [&state["Next"], &state["Default"]].into_iter().chain(rules) {
        if let Some(name) = target.as_str()
            && !targets.contains(&name)
        {
            targets.push(name);
        }
    }
    targets
}

/// The object at a pointer.
pub(crate) fn object_mut<'v>(
    value: &'v mut Value,
    pointer: &str,
) -> Option<&'v mut Map<String, Value>> {
    value.pointer_mut(pointer)?.as_object_mut()
}
