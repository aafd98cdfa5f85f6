//! The expressions of drawn machines, with the data that their states have.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use serde_json::{Map, Value, json};
use stepproof_generators::{FeatureSet, Profile, generate};
use stepproof_specs::{
    asl::{Machine, walk},
    history::EventKind,
    query::jsonata::{Expression, Field, World},
    reference::trace,
    scenario::case::Body,
};

/// An expression, and what it reads.
pub struct Asked {
    pub expression: Expression,
    pub world: Data,
}

/// What the expressions of a state read when it is entered.
#[derive(Debug, Clone)]
pub struct Data {
    input: Value,
    result: Value,
    variables: Rc<Map<String, Value>>,
    context: Value,
}

impl Data {
    /// As JSON.
    pub fn shown(&self) -> Value {
        json!({ "input": self.input, "result": self.result, "variables": *self.variables })
    }
}

impl World for Data {
    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
    }
    fn states(&self, field: Field) -> Option<&Value> {
        match field {
            Field::Input => Some(&self.input),
            Field::Result => Some(&self.result),
            Field::ErrorOutput => None,
        }
    }
    fn context(&self, _: &dyn Fn(usize, &str) -> bool) -> Value {
        self.context.clone()
    }
    fn millis(&self) -> f64 {
        0.0
    }
    fn draw(&self) -> u64 {
        0
    }
}

/// What the original does not have: AWS's own functions, and what gives something else each time.
const NOT_ASKED: [&str; 9] = [
    "$partition",
    "$range",
    "$hash",
    "$random",
    "$uuid",
    "$parse",
    "$now",
    "$millis",
    "$shuffle",
];

/// The expressions of the machine with this number, with every part of the language, for the first data
/// of each state.
pub fn asked(seed: u64, index: u64) -> Vec<Asked> {
    let mut profile = Profile::jsonata();
    profile.rare = FeatureSet::EMPTY;
    let Body::Execution(case) = generate(&profile, seed, index).body else {
        return Vec::new();
    };
    let machine = Arc::new(Machine::from_value(&case.definition).expect("a machine"));
    let mut fields: BTreeMap<String, Vec<Expression>> = BTreeMap::new();
    for (path, state) in walk::states(&case.definition) {
        let own = state.as_object().into_iter().flatten();
        let own = own.filter(|(name, _)| !walk::SCOPE_FIELDS.contains(&name.as_str()));
        let mut found = Vec::new();
        own.for_each(|(_, value)| expressions(value, &mut found));
        fields.insert(path.name.clone(), found);
    }
    let mut asked = Vec::new();
    for start in &case.starts {
        let Ok(traced) = trace(&machine, &case, start) else {
            continue;
        };
        let mut variables = Rc::new(Map::new());
        let mut result = json!({});
        for event in &traced.execution.into_history() {
            let details = &event.details;
            if let Some(assigned) = &details.assigned {
                let all = assigned
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone()));
                Rc::make_mut(&mut variables).extend(all);
            }
            if let Some(output) = &details.output {
                result = Value::clone(output);
            }
            let (EventKind::Entered(_), Some(name)) = (event.kind, &details.name) else {
                continue;
            };
            let input = details.input.as_deref().cloned().unwrap_or_default();
            let context = json!({
                "Execution": { "Input": *start.input },
                "State": { "Name": **name, "RetryCount": 0 },
                "Map": { "Item": { "Index": 1, "Value": input } },
            });
            for expression in fields.remove(&**name).unwrap_or_default() {
                let world = Data {
                    input: input.clone(),
                    result: result.clone(),
                    variables: variables.clone(),
                    context: context.clone(),
                };
                asked.push(Asked { expression, world });
            }
        }
    }
    asked
}

fn expressions(value: &Value, found: &mut Vec<Expression>) {
    match value {
        Value::String(text) => {
            if let Ok(Some(expression)) = Expression::parse(text)
                && !NOT_ASKED.iter().any(|it| text.contains(it))
            {
                found.push(expression);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        Value::Object(members) => members.values().for_each(|it| expressions(it, found)),
        _ => {}
    }
}
