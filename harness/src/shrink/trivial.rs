//! The case that every engine gets right.

use serde_json::json;
use stepproof_specs::{
    asl::WorkflowType,
    scenario::{
        case::{Body, CASE_FORMAT, Case, DefinitionCase, ExecutionCase, Start},
        plan::Plan,
    },
};

/// The trivial case of the same kind.
pub(super) fn trivial_like(case: &Case) -> Case {
    let mut trivial = trivial_case();
    if let Body::Definition(DefinitionCase { workflow, .. }) = case.body {
        trivial.body = Body::Definition(DefinitionCase {
            definition: trivial.body.definition().clone(),
            workflow,
        });
    }
    trivial
}

/// One Pass state that hands its input on. If it diverges, the engine is broken as a whole, and
/// nothing can be learnt from making a case smaller.
pub fn trivial_case() -> Case {
    Case {
        format: CASE_FORMAT,
        origin: None,
        body: Body::Execution(ExecutionCase {
            definition: json!({
                "StartAt": "A",
                "States": {"A": {"Type": "Pass", "End": true}},
            })
            .into(),
            workflow: WorkflowType::Standard,
            starts: vec![Start {
                input: json!({}),
                plan: Plan::default(),
            }],
            entropy: 0,
        }),
    }
}
