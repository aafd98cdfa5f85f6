//! The case that every engine gets right.

use serde_json::json;
use stepproof_specs::scenario::case::{Body, Case, DefinitionCase, ExecutionCase, Start};

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
    let definition = json!({
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "End": true}},
    });
    ExecutionCase::new(definition, vec![Start::unplanned(json!({}))]).into()
}
