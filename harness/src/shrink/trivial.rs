//! The trivial case, which every working engine gets right.

use serde_json::json;
use stepproof_specs::{
    reference::ROLE_ARN,
    scenario::{
        calls::{Call, CallsCase},
        case::{Body, Case, DefinitionCase, ExecutionCase, Start},
    },
};

/// The trivial case of the same kind as another case.
pub(super) fn trivial_like(case: &Case) -> Case {
    let mut trivial = trivial_case();
    if let Body::Definition(DefinitionCase { workflow, .. }) = case.body {
        trivial.body = Body::Definition(DefinitionCase {
            definition: trivial.body.definition().clone(),
            workflow,
        });
    }
    if let Body::Api(_) = case.body {
        let parameters = json!({
            "name": "a",
            "roleArn": ROLE_ARN,
            "definition": trivial.body.definition(),
        });
        let calls = vec![Call::new("CreateStateMachine", parameters)];
        trivial = Case::new(None, Body::Api(CallsCase { calls, entropy: 0 }));
    }
    trivial
}

/// One Pass state that returns its input. If it diverges, the engine is broken as a whole, and
/// shrinking cannot help.
pub fn trivial_case() -> Case {
    let definition = json!({
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "End": true}},
    });
    ExecutionCase::new(definition, vec![Start::unplanned(json!({}))]).into()
}
