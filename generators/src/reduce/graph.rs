//! The states of a definition as a graph: which there are, and where each leads.
//!
//! The reducer works on the definition as JSON, so that a case with fields that this build does not
//! know, or one that is invalid on purpose, gets smaller as well.

use serde_json::{Map, Value};
use stepproof_specs::asl::walk::{StatePath, scopes};

/// All states with their paths, scope by scope, outer scopes first: what stands in the machine
/// itself is tried before what stands inside its states.
pub(crate) fn states(definition: &Value) -> Vec<(StatePath, &Value)> {
    let scopes = scopes(definition).into_iter();
    scopes.flat_map(|scope| scope.states(definition)).collect()
}

/// Their paths alone, for who changes them.
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

/// The names that a state leads to, each once, in the order of its fields.
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
