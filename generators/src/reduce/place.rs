//! Where things are in a definition: scopes and states, with their JSON pointers and their sites.
//!
//! The reducer works on the definition as JSON, so that a case with fields that this build does not
//! know, or one that is invalid on purpose, gets smaller as well.

use serde_json::{Map, Value};
use stepproof_specs::asl::site::site;

/// Where a scope or a state is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The JSON pointer to the scope's or the state's object.
    pub(crate) pointer: String,
    /// The site of the state, or the prefix of the sites in the scope.
    pub(crate) site: String,
}

/// Where a state is: in which scope, and under what name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatePlace {
    pub(crate) scope: Place,
    pub(crate) name: String,
    pub(crate) pointer: String,
    pub(crate) site: String,
}

/// The machine itself.
pub(crate) fn machine() -> Place {
    Place {
        pointer: String::new(),
        site: String::new(),
    }
}

/// All scopes, outer ones first.
pub(crate) fn scopes(definition: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    collect(definition, &machine(), &mut found);
    found
}

fn collect(scope: &Value, place: &Place, found: &mut Vec<Place>) {
    found.push(place.clone());
    for (name, state) in states_of(scope) {
        for (inner, tail, number) in inner_scopes(state) {
            let own = site(&place.site, name);
            let inside = Place {
                pointer: format!("{}{tail}", pointer_to(&place.pointer, name)),
                site: number.map_or_else(|| own.to_string(), |n| format!("{own}/{n}")),
            };
            collect(inner, &inside, found);
        }
    }
}

/// The scopes inside a state, with the rest of their pointer and the number of the branch.
pub(crate) fn inner_scopes(state: &Value) -> Vec<(&Value, String, Option<usize>)> {
    let branches = state["Branches"].as_array().into_iter().flatten();
    let branches = branches
        .enumerate()
        .map(|(n, branch)| (branch, format!("/Branches/{n}"), Some(n)));
    let processors = ["ItemProcessor", "Iterator"]
        .into_iter()
        .filter_map(|key| Some((state.get(key)?, format!("/{key}"), None)));
    branches.chain(processors).collect()
}

/// All states of all scopes, in the order of the document, outer scopes first.
pub(crate) fn states(definition: &Value) -> Vec<StatePlace> {
    scopes(definition)
        .into_iter()
        .flat_map(|scope| {
            let states = definition.pointer(&scope.pointer).unwrap_or(&Value::Null);
            states_of(states)
                .map(|(name, _)| StatePlace {
                    name: name.clone(),
                    pointer: pointer_to(&scope.pointer, name),
                    site: site(&scope.site, name).to_string(),
                    scope: scope.clone(),
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The states of one scope.
pub(crate) fn states_of(scope: &Value) -> impl Iterator<Item = (&String, &Value)> {
    scope["States"].as_object().into_iter().flatten()
}

fn pointer_to(scope: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    format!("{scope}/States/{name}")
}

/// The names that a state leads to, each once, in the order of its fields.
pub(crate) fn targets(state: &Value) -> Vec<&str> {
    let choices = state["Choices"].as_array().into_iter().flatten();
    let catchers = state["Catch"].as_array().into_iter().flatten();
    let mut targets: Vec<&str> = Vec::new();
    let named = [&state["Next"], &state["Default"]].into_iter();
    for target in named.chain(choices.chain(catchers).map(|rule| &rule["Next"])) {
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
