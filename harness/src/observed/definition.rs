//! Compares the validator with recorded answers about definitions.

use serde_json::Value;
use stepproof_specs::{
    clause::Aspect,
    validate::{refusal, validate, validate_text},
};

use super::{Outcome, Recording, compare::Divergence, execution::workflow};

/// Compares the validator's errors with the refusal of `CreateStateMachine` or
/// `UpdateStateMachine`.
pub(super) fn creation(recording: &Recording) -> Outcome {
    let case = &recording.case;
    let error = &case["expect"]["create_error"];
    let code = error["code"].as_str().unwrap_or("no code");
    if code != "InvalidDefinition" {
        return Outcome::Unsupported(format!("{code} is not about the definition"));
    }
    let diagnostics = match case["definition_text"].as_str() {
        Some(text) => validate_text(text, workflow(case)).1,
        None => validate(&case["definition"], workflow(case)).1,
    };
    let seen = refusal(&diagnostics).map_or(Value::Null, Value::from);
    answer(Divergence::of_answer(
        recording,
        "/expect/create_error/message",
        &seen,
    ))
}

/// Compares the validator's diagnostics with the answer of `ValidateStateMachineDefinition`.
pub(super) fn validation(recording: &Recording) -> Outcome {
    let case = &recording.case;
    let diagnostics = match case["definition_text"].as_str() {
        Some(text) => validate_text(text, workflow(case)).1,
        None => validate(&case["definition"], workflow(case)).1,
    };
    let seen = serde_json::to_value(diagnostics).unwrap_or_default();
    answer(Divergence::of_answer(
        recording,
        "/expect/response/diagnostics",
        &seen,
    ))
}

fn answer(compared: Result<(), Divergence>) -> Outcome {
    match compared {
        Ok(()) => Outcome::Agreed([Aspect::Acceptance].into_iter().collect()),
        Err(divergence) => Outcome::diverged([], divergence),
    }
}
