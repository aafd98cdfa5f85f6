//! Where the states of a definition are, and small edits at such a place.

use serde_json::{Map, Value, json};
use stepproof_specs::asl::site::site;

/// In the name of everything that a rewriting makes up: its steps are no part of the comparison.
pub const MADE: char = '·';

/// The place of one state.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The JSON pointer of its scope.
    pub scope: String,
    /// The prefix of the sites in its scope.
    pub prefix: String,
    /// Its name.
    pub name: String,
    /// It is in a Map, at any depth.
    pub in_map: bool,
}

/// Every state of a definition, outer ones first.
pub fn spots(definition: &Value) -> Vec<Spot> {
    let mut found = Vec::new();
    collect(definition, "", "", false, &mut found);
    found
}

fn collect(value: &Value, scope: &str, prefix: &str, in_map: bool, found: &mut Vec<Spot>) {
    for name in value["States"].as_object().into_iter().flat_map(Map::keys) {
        let spot = Spot {
            scope: scope.to_owned(),
            prefix: prefix.to_owned(),
            name: name.clone(),
            in_map,
        };
        let (pointer, site, state) = (spot.pointer(), spot.site(), &value["States"][name]);
        found.push(spot);
        for field in ["ItemProcessor", "Iterator"] {
            collect(
                &state[field],
                &format!("{pointer}/{field}"),
                &site,
                true,
                found,
            );
        }
        let branches = state["Branches"].as_array().into_iter().flatten();
        for (number, branch) in branches.enumerate() {
            let (scope, prefix) = (
                format!("{pointer}/Branches/{number}"),
                format!("{site}/{number}"),
            );
            collect(branch, &scope, &prefix, in_map, found);
        }
    }
}

impl Spot {
    /// The JSON pointer of the state.
    pub fn pointer(&self) -> String {
        let name = self.name.replace('~', "~0").replace('/', "~1");
        format!("{}/States/{name}", self.scope)
    }

    /// The site of the state.
    pub fn site(&self) -> String {
        site(&self.prefix, &self.name).to_string()
    }

    /// The site of another state of the same scope.
    pub fn beside(&self, name: &str) -> String {
        site(&self.prefix, name).to_string()
    }

    /// The state.
    pub fn state<'v>(&self, definition: &'v Value) -> &'v Value {
        definition.pointer(&self.pointer()).expect("a state")
    }

    /// The fields of the state.
    pub fn fields<'v>(&self, definition: &'v mut Value) -> &'v mut Map<String, Value> {
        let state = definition.pointer_mut(&self.pointer());
        state.and_then(Value::as_object_mut).expect("a state")
    }

    /// The state's scope.
    pub fn around<'v>(&self, definition: &'v mut Value) -> &'v mut Value {
        definition.pointer_mut(&self.scope).expect("a scope")
    }

    /// The name of what is made up for the state.
    pub fn made(&self) -> String {
        format!("{}{MADE}", self.name)
    }

    /// Adds a state to the scope.
    pub fn add(&self, definition: &mut Value, name: &str, state: Value) {
        self.around(definition)["States"][name] = state;
    }

    /// Puts a state before this one: whatever leads here leads there.
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

    /// Puts a state between this one and its `Next` or `End`.
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

/// Calls `change` with every name that leads to a state of this scope.
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
