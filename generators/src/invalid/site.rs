//! Where a definition is broken. If the machine has no state of the kind needed, one is added as
//! the new first state, which leads to the old one.

use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::walk::{BRANCHES, ITEM_PROCESSOR, scopes},
    base::pointer::{member, unescape},
    scenario::case::DefinitionCase,
};

use crate::{
    dice::Dice,
    literal::ACTIVITY_PREFIX,
    reduce::graph::{object_mut, states},
};

/// The object whose field is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// The machine.
    Machine,
    /// The machine or a nested scope.
    Scope,
    /// Any state.
    Any,
    /// A state of one of these types.
    State(&'static [&'static str]),
    /// An entry of `Retry`.
    Retrier,
    /// An entry of `Catch`.
    Catcher,
    /// An entry of `Choices`.
    Rule,
    /// The processor of a Map.
    Processor,
}

/// The name of a state that a mutation adds.
const ADDED: &str = "Added";

/// A definition that is being broken, and the source of random draws.
pub(super) struct Site<'a> {
    pub(super) case: &'a mut DefinitionCase,
    pub(super) dice: &'a mut Dice,
}

impl Site<'_> {
    /// The object whose field is changed.
    pub(super) fn on(&mut self, on: On) -> Option<&mut Map<String, Value>> {
        let pointer = match on {
            On::Machine => String::new(),
            On::Scope => {
                let scopes = scopes(&self.case.definition);
                scopes[self.dice.index(scopes.len())].pointer.clone()
            }
            On::Any => {
                let states = states(&self.case.definition);
                let last = states.len().checked_sub(1)?;
                states[self.dice.index(last + 1)].0.pointer.clone()
            }
            On::State(kinds) => self.state(kinds)?,
            On::Retrier => self.entry("Retry", &json!({ "ErrorEquals": ["Boom"] }))?,
            On::Catcher => {
                let (pointer, name) = self.handled()?;
                let catcher = json!({ "ErrorEquals": ["Boom"], "Next": name });
                self.entry_of(&pointer, "Catch", catcher)?
            }
            On::Rule => {
                let pointer = self.state(&["Choice"])?;
                let rules = self.case.definition.pointer(&pointer)?["Choices"].as_array()?;
                let last = rules.len().checked_sub(1)?;
                format!("{pointer}/Choices/{}", self.dice.index(last + 1))
            }
            On::Processor => member(&self.state(&["Map"])?, ITEM_PROCESSOR),
        };
        object_mut(&mut self.case.definition, &pointer)
    }

    /// The JSON pointer to a state of one of these types.
    pub(super) fn state(&mut self, kinds: &[&str]) -> Option<String> {
        let mut fitting = states(&self.case.definition);
        fitting.retain(|(_, state)| state["Type"].as_str().is_some_and(|it| kinds.contains(&it)));
        if fitting.is_empty() {
            let kind = self.dice.pick(kinds);
            return self.prepend(plain(kind));
        }
        Some(fitting[self.dice.index(fitting.len())].0.pointer.clone())
    }

    /// The JSON pointer and the name of a state with handlers.
    fn handled(&mut self) -> Option<(String, String)> {
        let pointer = self.state(&["Task", "Parallel", "Map"])?;
        let name = pointer.rsplit('/').next()?;
        let name = unescape(name).into_owned();
        Some((pointer, name))
    }

    fn entry(&mut self, list: &str, plain: &Value) -> Option<String> {
        let (pointer, _) = self.handled()?;
        self.entry_of(&pointer, list, plain.clone())
    }

    /// The JSON pointer to an entry of a list; an entry is added if there is none.
    fn entry_of(&mut self, state: &str, list: &str, plain: Value) -> Option<String> {
        let object = object_mut(&mut self.case.definition, state)?;
        let entries = object.entry(list).or_insert_with(|| json!([]));
        let entries = entries.as_array_mut()?;
        if entries.is_empty() {
            entries.push(plain);
        }
        let index = self.dice.index(entries.len());
        Some(format!("{state}/{list}/{index}"))
    }

    /// Adds a state before the machine's first one, and leads it there; returns its JSON pointer.
    pub(super) fn prepend(&mut self, state: Value) -> Option<String> {
        self.prepend_named("", ADDED, state)
    }

    /// Adds a state with this name before the first state of a scope, and leads it there.
    pub(super) fn prepend_named(
        &mut self,
        scope: &str,
        name: &str,
        mut state: Value,
    ) -> Option<String> {
        let scope_object = object_mut(&mut self.case.definition, scope)?;
        let first = scope_object.insert("StartAt".to_owned(), name.into())?;
        match state["Type"].as_str()? {
            "Succeed" | "Fail" => {
                // The state would end the scope, so a Choice leads to both.
                let both = json!({
                    "Type": "Choice", "Default": first,
                    "Choices": [{ "Variable": "$.a", "IsPresent": true, "Next": name }],
                });
                let before = format!("{name}Before");
                scope_object.insert("StartAt".to_owned(), before.as_str().into());
                scope_object
                    .get_mut("States")?
                    .as_object_mut()?
                    .insert(before, both);
            }
            "Choice" => {
                for rule in state["Choices"].as_array_mut()? {
                    rule["Next"] = first.clone();
                }
            }
            _ => state["Next"] = first,
        }
        let states = scope_object.get_mut("States")?.as_object_mut()?;
        states.insert(name.to_owned(), state);
        Some(format!("{scope}/States/{name}"))
    }

    /// The JSON pointer to a nested scope; one is added if there is none.
    pub(super) fn inner_scope(&mut self) -> Option<String> {
        let scopes = scopes(&self.case.definition);
        if scopes.len() < 2 {
            return Some(format!("{}/{BRANCHES}/0", self.prepend(plain("Parallel"))?));
        }
        let index = 1 + self.dice.index(scopes.len() - 1);
        Some(scopes[index].pointer.clone())
    }
}

/// A state of this type with its required fields, without a transition.
pub(super) fn plain(kind: &str) -> Value {
    let scope = |name: &str| json!({ "StartAt": name, "States": { name: { "Type": "Succeed" } } });
    match kind {
        "Task" => json!({ "Type": kind, "Resource": format!("{ACTIVITY_PREFIX}added") }),
        "Choice" => {
            json!({ "Type": kind, "Choices": [{ "Variable": "$.a", "IsPresent": true }] })
        }
        "Wait" => json!({ "Type": kind, "Seconds": 1 }),
        "Parallel" => json!({ "Type": kind, BRANCHES: [scope("AddedBranch")] }),
        "Map" => json!({ "Type": kind, ITEM_PROCESSOR: scope("AddedItem") }),
        _ => json!({ "Type": kind }),
    }
}
