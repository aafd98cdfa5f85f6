//! What AWS refuses, by family of rules.

mod reported;
mod schema;
mod semantics;
mod warnings;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::WorkflowType::{self, Standard},
    validate::{refusal, validate},
};

/// The diagnostics as AWS prints them, without the most common code.
fn complaints(definition: &Value, workflow: WorkflowType) -> Vec<String> {
    let (machine, diagnostics) = validate(definition, workflow);
    assert_eq!(machine.is_none(), refusal(&diagnostics).is_some());
    diagnostics
        .iter()
        .map(|diagnostic| {
            let text = diagnostic.to_string();
            match text.strip_prefix("SCHEMA_VALIDATION_FAILED: ") {
                Some(text) => text.to_owned(),
                None => text,
            }
        })
        .collect()
}

/// A machine of the state `S` and, if `S` names it, its successor `T`.
fn machine_of(state: &Value) -> Value {
    let mut machine = json!({"StartAt": "S", "States": {"S": state}});
    if state.to_string().contains("\"T\"") {
        machine["States"]["T"] = json!({"Type": "Succeed"});
    }
    machine
}

/// Checks the diagnostics of states; `/States/S` is shortened to `~`.
fn check_states(rows: &[(Value, &[&str])]) {
    for (state, expected) in rows {
        let found: Vec<String> = complaints(&machine_of(state), Standard)
            .iter()
            .map(|text| text.replace("/States/S", "~"))
            .collect();
        assert_eq!(found, *expected, "{state}");
    }
}

fn check_machines(rows: &[(Value, &[&str])]) {
    for (definition, expected) in rows {
        assert_eq!(complaints(definition, Standard), *expected, "{definition}");
    }
}
