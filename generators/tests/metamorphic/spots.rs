//! The states of a definition with their paths, and small edits of a state.

use std::ops::Deref;

use serde_json::{Map, Value, json};
use stepproof_specs::asl::{
    site::site,
    walk::{self, StatePath},
};

/// A mark in the name of every state or field that a rewriting adds; they are not compared.
pub const MADE: char = '·';

/// A state of a definition, by its path.
#[derive(Debug, Clone)]
pub struct Spot(StatePath);

impl Deref for Spot {
    type Target = StatePath;

    fn deref(&self) -> &StatePath {
        &self.0
    }
}

/// Every state of a definition, outer ones first.
pub fn spots(definition: &Value) -> Vec<Spot> {
    let states = walk::states(definition).into_iter();
    states.map(|(path, _)| Spot(path)).collect()
}

impl Spot {
    /// The site of the state.
    pub fn site(&self) -> String {
        self.site.to_string()
    }

    /// Whether the state is in a Map, at any depth.
    pub fn in_map(&self) -> bool {
        self.scope.maps > 0
    }

    /// The site of another state of the same scope.
    pub fn beside(&self, name: &str) -> String {
        site(&self.scope.path, name).to_string()
    }

    /// The state.
    pub fn state<'v>(&self, definition: &'v Value) -> &'v Value {
        definition.pointer(&self.pointer).expect("a state")
    }

    /// The fields of the state.
    pub fn fields<'v>(&self, definition: &'v mut Value) -> &'v mut Map<String, Value> {
        let state = definition.pointer_mut(&self.pointer);
        state.and_then(Value::as_object_mut).expect("a state")
    }

    /// The state's scope.
    pub fn around<'v>(&self, definition: &'v mut Value) -> &'v mut Value {
        definition
            .pointer_mut(&self.scope.pointer)
            .expect("a scope")
    }

    /// The name of a state that is added for this one.
    pub fn made(&self) -> String {
        format!("{}{MADE}", self.name)
    }

    /// Adds a state to the scope.
    pub fn add(&self, definition: &mut Value, name: &str, state: Value) {
        self.around(definition)["States"][name] = state;
    }

    /// Adds a state before this one, and redirects all transitions to it.
    pub fn put_before(&self, definition: &mut Value, mut state: Value) {
        let made = self.made();
        each_target(self.around(definition), &mut |target| {
            if *target == *self.name {
                *target = json!(made);
            }
        });
        state["Next"] = json!(self.name);
        self.add(definition, &made, state);
    }

    /// Adds a state between this one and its `Next` or `End`.
    pub fn put_behind(&self, definition: &mut Value, mut state: Value) {
        let made = self.made();
        let fields = self.fields(definition);
        for field in ["Next", "End"] {
            if let Some(value) = fields.shift_remove(field) {
                state[field] = value;
            }
        }
        fields.insert("Next".into(), json!(made));
        self.add(definition, &made, state);
    }
}

/// Calls `change` with every target in this scope.
pub fn each_target(scope: &mut Value, change: &mut impl FnMut(&mut Value)) {
    change(&mut scope["StartAt"]);
    let states = scope["States"].as_object_mut().expect("states");
    for state in states.values_mut() {
        for field in ["Next", "Default"] {
            if let Some(target) = state.get_mut(field) {
                change(target);
            }
        }
        for field in ["Choices", "Catch"] {
            let rules = state.get_mut(field).and_then(Value::as_array_mut);
            for rule in rules.into_iter().flatten() {
                change(&mut rule["Next"]);
            }
        }
    }
}

/// Whether a state is of one of these types.
pub fn is(state: &Value, kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| state["Type"] == *kind)
}

/// Whether a state has none of these fields.
pub fn lacks(state: &Value, fields: &[&str]) -> bool {
    fields.iter().all(|field| state.get(field).is_none())
}
