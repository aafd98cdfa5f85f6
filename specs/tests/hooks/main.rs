//! What the reference does where a deviation changes how states fail, paths are read, and tests hold:
//! a table of single states.

mod comparisons;
mod failures;
mod functions;
mod machines;
mod paths;

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Machine, WorkflowType},
    deviation::Deviations,
    observation::Observation,
    reference::{Expectation, Hypothetical, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::Plan,
    },
};

fn deviations(stored: &Value) -> Arc<Deviations> {
    let all: Result<Deviations, _> = serde_json::from_value(json!([stored]));
    Arc::new(all.unwrap_or_else(|error| panic!("{stored}: {error}")))
}

struct Run {
    machine: Arc<Machine>,
    case: ExecutionCase,
}

impl Run {
    /// A machine whose state A is this one, and whose state B says that it was reached.
    fn new(state: &Value, input: &Value, plan: Plan) -> Self {
        let definition = json!({ "StartAt": "A", "States": {
            "A": state, "B": { "Type": "Pass", "Result": "B", "End": true },
        } });
        let machine = Arc::new(Machine::from_value(&definition).expect("a machine"));
        let start = Start {
            input: input.clone().into(),
            plan,
        };
        let case = ExecutionCase {
            definition: definition.into(),
            workflow: WorkflowType::Standard,
            starts: vec![start],
            entropy: 7,
        };
        Self { machine, case }
    }

    fn engine(&self, deviations: &Arc<Deviations>) -> Hypothetical {
        let start = &self.case.starts[0];
        Hypothetical::new(&self.machine, &self.case, start, deviations, &self.plain())
    }

    fn under(&self, deviation: &Value) -> Observation {
        let seen = self.engine(&deviations(deviation)).observe(1_000_000);
        seen.expect("it runs")
    }

    fn plain(&self) -> Expectation {
        let expected = simulate(&self.machine, &self.case, &self.case.starts[0]);
        expected.expect("it ends")
    }

    fn lawful(&self) -> Observation {
        self.plain().observation
    }
}

/// The output of an execution, or the error that it failed with.
fn came_to(seen: &Observation) -> Value {
    match (&seen.output, &seen.error) {
        (Some(output), _) => Value::clone(output),
        (None, Some(error)) => json!({ "error": error }),
        (None, None) => json!({ "error": null }),
    }
}

/// Checks what a state comes to, by the rules and under deviations.
#[track_caller]
fn comes_to(state: &Value, input: &Value, lawful: &Value, table: &[(Value, Value)]) {
    let run = Run::new(state, input, Plan::default());
    assert_eq!(came_to(&run.lawful()), *lawful, "{state}");
    for (deviation, expected) in table {
        assert_eq!(
            came_to(&run.under(deviation)),
            *expected,
            "{state} {deviation}"
        );
    }
}

fn at(hook: Value, change: Value) -> Value {
    let fields = [("hook".to_owned(), hook), ("change".to_owned(), change)];
    Value::Object(fields.into_iter().collect())
}

fn when(mut deviation: Value, condition: Value) -> Value {
    deviation["when"] = condition;
    deviation
}

fn error(name: &str) -> Value {
    json!({ "error": name })
}

fn call(text: &str) -> Value {
    pass(json!({ "Parameters": { "x.$": text } }))
}

fn pass(fields: Value) -> Value {
    let mut state = json!({ "Type": "Pass", "End": true });
    if let (Value::Object(state), Value::Object(fields)) = (&mut state, fields) {
        state.extend(fields);
    }
    state
}

fn choice(test: Value) -> Value {
    let mut rule = test;
    rule["Next"] = json!("B");
    json!({ "Type": "Choice", "Choices": [rule] })
}
