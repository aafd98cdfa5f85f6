//! One walk over the scopes and states of a definition as JSON.
//!
//! A definition is walked as JSON, rather than as types, if it may be invalid, may have fields that
//! this build does not know, or is to be edited in place. Values of an unexpected type are skipped.

use serde_json::{Map, Value};

use super::site::{Site, site};
use crate::base::pointer::member;

/// The field of a Parallel that holds its branches.
pub const BRANCHES: &str = "Branches";
/// The field of a Map that holds its item processor.
pub const ITEM_PROCESSOR: &str = "ItemProcessor";
/// The legacy name of [`ITEM_PROCESSOR`].
pub const ITERATOR: &str = "Iterator";
/// The fields of a state that hold scopes.
pub const SCOPE_FIELDS: [&str; 3] = [BRANCHES, ITEM_PROCESSOR, ITERATOR];
/// The fields of a Map that hold scopes.
pub const PROCESSOR_FIELDS: [&str; 2] = [ITEM_PROCESSOR, ITERATOR];

/// The address of a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopePath {
    /// The JSON pointer to the scope's object; empty for the machine.
    pub pointer: String,
    /// The prefix of its states' sites; empty for the machine.
    pub path: String,
    /// How many Maps enclose it.
    pub maps: usize,
}

/// The address of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePath {
    /// The scope that it belongs to.
    pub scope: ScopePath,
    /// Its name.
    pub name: String,
    /// The JSON pointer to its object.
    pub pointer: String,
    /// Its site.
    pub site: Site,
}

/// A scope inside a state.
#[derive(Debug, Clone, PartialEq)]
pub struct InnerScope<'v> {
    /// Its JSON pointer below the state.
    pub pointer: String,
    /// The number of the branch; `None` for an item processor.
    pub branch: Option<usize>,
    /// The scope.
    pub scope: &'v Value,
}

impl ScopePath {
    /// The path of the machine itself.
    pub fn machine() -> Self {
        Self::default()
    }

    /// The path to a state of this scope.
    pub fn state(&self, name: &str) -> StatePath {
        StatePath {
            scope: self.clone(),
            name: name.to_owned(),
            pointer: member(&format!("{}/States", self.pointer), name),
            site: site(&self.path, name),
        }
    }

    /// The states of this scope, in the order of the definition.
    pub fn states<'v>(&self, definition: &'v Value) -> Vec<(StatePath, &'v Value)> {
        let scope = definition.pointer(&self.pointer);
        let states = scope.into_iter().flat_map(states_of);
        states
            .map(|(name, state)| (self.state(name), state))
            .collect()
    }
}

impl StatePath {
    /// The path to a scope inside this state.
    pub fn inner(&self, scope: &InnerScope<'_>) -> ScopePath {
        ScopePath {
            pointer: format!("{}{}", self.pointer, scope.pointer),
            path: match scope.branch {
                Some(number) => format!("{}/{number}", self.site),
                None => self.site.to_string(),
            },
            maps: self.scope.maps + usize::from(scope.branch.is_none()),
        }
    }
}

/// All states of a definition, each before the states inside it, in the order of
/// [`super::Scope::visit`].
pub fn states(definition: &Value) -> Vec<(StatePath, &Value)> {
    let mut found = Vec::new();
    collect_states(definition, &ScopePath::machine(), &mut found);
    found
}

fn collect_states<'v>(scope: &'v Value, path: &ScopePath, found: &mut Vec<(StatePath, &'v Value)>) {
    for (name, state) in states_of(scope) {
        let state_path = path.state(name);
        let inner: Vec<_> = inner_scopes(state)
            .into_iter()
            .map(|inner| (state_path.inner(&inner), inner.scope))
            .collect();
        found.push((state_path, state));
        for (path, scope) in inner {
            collect_states(scope, &path, found);
        }
    }
}

/// Calls a function with every state that is an object, in the order of [`states`]; it may change
/// the state. States that were removed in the meantime are skipped.
pub fn for_each_state_mut(
    definition: &mut Value,
    mut seen: impl FnMut(&StatePath, &mut Map<String, Value>),
) {
    let paths: Vec<StatePath> = states(definition)
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    for path in paths {
        let state = definition.pointer_mut(&path.pointer);
        if let Some(state) = state.and_then(Value::as_object_mut) {
            seen(&path, state);
        }
    }
}

/// All scopes of a definition, outer ones first; the first is the machine.
pub fn scopes(definition: &Value) -> Vec<ScopePath> {
    let mut found = Vec::new();
    collect_scopes(definition, ScopePath::machine(), &mut found);
    found
}

fn collect_scopes(scope: &Value, path: ScopePath, found: &mut Vec<ScopePath>) {
    let at = found.len();
    found.push(path);
    for (name, state) in states_of(scope) {
        for inner in inner_scopes(state) {
            let path = found[at].state(name).inner(&inner);
            collect_scopes(inner.scope, path, found);
        }
    }
}

/// The states of a scope by name, in the order of the definition.
pub fn states_of(scope: &Value) -> impl Iterator<Item = (&String, &Value)> {
    scope["States"].as_object().into_iter().flatten()
}

/// The scopes inside a state: the branches of a Parallel, the processor of a Map.
pub fn inner_scopes(state: &Value) -> Vec<InnerScope<'_>> {
    let branches = state[BRANCHES].as_array().into_iter().flatten();
    let branches = branches.enumerate().map(|(number, scope)| InnerScope {
        pointer: format!("/{BRANCHES}/{number}"),
        branch: Some(number),
        scope,
    });
    let processors = PROCESSOR_FIELDS.into_iter().filter_map(|field| {
        Some(InnerScope {
            pointer: format!("/{field}"),
            branch: None,
            scope: state.get(field)?,
        })
    });
    branches.chain(processors).collect()
}

/// The scopes inside a state, mutably.
pub fn inner_scopes_mut(state: &mut Value) -> Vec<&mut Value> {
    let mut found = Vec::new();
    for (name, field) in state.as_object_mut().into_iter().flatten() {
        match name.as_str() {
            BRANCHES => found.extend(field.as_array_mut().into_iter().flatten()),
            ITEM_PROCESSOR | ITERATOR => found.push(field),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ScopePath, for_each_state_mut, scopes, states};
    use crate::asl::Machine;

    fn definition() -> Value {
        let scope =
            |name: &str, state: Value| json!({ "StartAt": name, "States": { name: state } });
        let wait = json!({ "Type": "Wait", "Seconds": 1, "End": true });
        let each =
            json!({ "Type": "Map", "ItemProcessor": scope("Deep", wait.clone()), "End": true });
        json!({ "StartAt": "a/b", "States": {
            "a/b": { "Type": "Parallel", "Next": "Old",
                "Branches": [scope("Each", each), scope("Other", wait.clone())] },
            "Old": { "Type": "Map", "Iterator": scope("Item", wait), "Next": "Last" },
            "Last": { "Type": "Succeed" },
        }})
    }

    #[test]
    fn states_come_as_the_types_have_them_with_all_their_paths() {
        let definition = definition();
        let machine = Machine::from_value(&definition).unwrap();
        let mut typed = Vec::new();
        machine
            .scope
            .visit("", &mut |site, _, _| typed.push(site.to_owned()));
        let walked = states(&definition);
        let sites: Vec<&str> = walked.iter().map(|(path, _)| &*path.site).collect();
        assert_eq!(sites, typed);
        assert_eq!(
            sites,
            [
                "a~1b",
                "a~1b/0/Each",
                "a~1b/0/Each/Deep",
                "a~1b/1/Other",
                "Old",
                "Old/Item",
                "Last"
            ]
        );
        for (path, state) in &walked {
            assert_eq!(definition.pointer(&path.pointer), Some(*state));
        }
        assert_eq!(
            walked[2].0.pointer,
            "/States/a~1b/Branches/0/States/Each/ItemProcessor/States/Deep"
        );
        let maps: Vec<usize> = walked.iter().map(|(path, _)| path.scope.maps).collect();
        assert_eq!(maps, [0, 0, 1, 0, 0, 1, 0]);
    }

    #[test]
    fn scopes_come_outer_ones_first() {
        let definition = definition();
        let scopes = scopes(&definition);
        let paths: Vec<&str> = scopes.iter().map(|scope| &*scope.path).collect();
        assert_eq!(paths, ["", "a~1b/0", "a~1b/0/Each", "a~1b/1", "Old"]);
        assert_eq!(scopes[0], ScopePath::machine());
        let by_scope: Vec<_> = scopes
            .iter()
            .flat_map(|it| it.states(&definition))
            .collect();
        assert_eq!(by_scope.len(), states(&definition).len());
    }

    #[test]
    fn what_is_changed_may_take_states_away_and_what_is_damaged_is_passed_over() {
        let mut definition = definition();
        let mut seen = Vec::new();
        for_each_state_mut(&mut definition, |path, state| {
            seen.push(path.name.clone());
            state.shift_remove("Branches");
        });
        assert_eq!(seen, ["a/b", "Old", "Item", "Last"]);
        for damaged in [
            json!(null),
            json!({ "States": [] }),
            json!({ "States": { "A": { "Branches": {}, "ItemProcessor": 1 } } }),
        ] {
            let names = states(&damaged).len();
            assert!(names <= 1, "{damaged}");
            assert_eq!(scopes(&damaged)[0], ScopePath::machine());
        }
    }
}
