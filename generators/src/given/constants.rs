//! Variables whose values the machine itself says.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};
use stepproof_specs::{
    asl::{Body, CatchFlow, DataFlow, Machine, State},
    query::{
        jsonata::{Field, Template, World},
        jsonpath,
    },
};

/// The variables that only ever have one value, which the machine itself says.
#[derive(Debug, Clone, Default)]
pub(super) struct Constants(BTreeMap<Arc<str>, Value>);

impl Constants {
    /// Those of a machine.
    pub fn of(machine: &Machine) -> Self {
        let mut all: BTreeMap<Arc<str>, Option<Value>> = BTreeMap::new();
        machine.scope.visit("", &mut |_, _, state| {
            for (name, value) in assigned(state) {
                match all.get(&*name) {
                    None => drop(all.insert(name, value)),
                    Some(before) if *before == value => {}
                    Some(_) => drop(all.insert(name, None)),
                }
            }
        });
        let all = all.into_iter();
        Self(
            all.filter_map(|(name, value)| Some((name, value?)))
                .collect(),
        )
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// What a state assigns: the name of each variable, and its value if the machine says it.
fn assigned(state: &State) -> Vec<(Arc<str>, Option<Value>)> {
    let mut found = Vec::new();
    let mut all = Vec::new();
    match &state.flow {
        DataFlow::Jsonata(flow) => all.push(flow.assign.as_ref()),
        DataFlow::JsonPath(flow) => {
            let assign = flow
                .assign
                .as_ref()
                .map(jsonpath::template::Template::to_value);
            let names = assign.as_ref().and_then(Value::as_object).into_iter();
            let names = names.flat_map(Map::keys);
            found.extend(names.map(|it| (it.strip_suffix(".$").unwrap_or(it).into(), None)));
        }
    }
    for catcher in state.handlers().1 {
        if let CatchFlow::Jsonata(flow) = &catcher.flow {
            all.push(flow.assign.as_ref());
        }
    }
    if let Body::Choice(choice) = &state.body {
        let rules = choice.choices.iter().filter_map(|it| it.flow.jsonata());
        all.extend(rules.map(|it| it.assign.as_ref()));
    }
    for template in all.into_iter().flatten() {
        match template {
            Template::Literal(values) => {
                for (name, value) in values.as_object().into_iter().flatten() {
                    found.push((name.as_str().into(), Some(value.clone())));
                }
            }
            Template::Object(members) => {
                for (name, value) in members {
                    found.push((name.as_str().into(), constant(value)));
                }
            }
            _ => {}
        }
    }
    found
}

/// The value of JSON that reads nothing.
fn constant(template: &Template) -> Option<Value> {
    match template {
        Template::Literal(value) => Some(Value::clone(value)),
        Template::Expression(it) => {
            let reads = it.variables().next().is_some() || it.functions().next().is_some();
            let value = || it.evaluate(&Nothing).outcome.ok();
            if reads { None } else { value() }
        }
        Template::Array(_) | Template::Object(_) => None,
    }
}

/// Where nothing can be read.
struct Nothing;

impl World for Nothing {
    fn variable(&self, _: &str) -> Option<&Value> {
        None
    }
    fn states(&self, _: Field) -> Option<&Value> {
        None
    }
    fn context(&self, _: &dyn Fn(usize, &str) -> bool) -> Value {
        Value::Null
    }
    fn millis(&self) -> f64 {
        0.0
    }
    fn draw(&self) -> u64 {
        0
    }
}
