//! Definitions, as far as they are looked at without creating anything.

use serde_json::{Value, json};

use super::{CallError, params::Params};
use crate::{
    asl::{Machine, WorkflowType},
    validate::{INVALID_DEFINITION, refusal, validate_text, variable_references, warnings},
};

/// The most diagnostics in an answer, and how many there are by default.
const MOST_DIAGNOSTICS: u64 = 100;

/// Returns the diagnostics of a definition; its warnings only if they are asked for. A text that is
/// not JSON gets a diagnostic, not an error.
pub(super) fn validate(params: &Params<'_>) -> Result<Value, CallError> {
    let definition = params.text("definition")?;
    let with_warnings = params.maybe_text("severity") == Some("WARNING");
    let limit = match params.page_size() {
        0 => MOST_DIAGNOSTICS,
        limit => limit,
    };
    let (machine, mut diagnostics) = validate_text(definition, workflow(params));
    if with_warnings && let Ok(definition) = serde_json::from_str(definition) {
        diagnostics.extend(warnings(&definition));
    }
    let limit = limit as usize;
    let truncated = diagnostics.len() > limit;
    diagnostics.truncate(limit);
    Ok(json!({
        "result": if machine.is_some() { "OK" } else { "FAIL" },
        "diagnostics": diagnostics,
        "truncated": truncated,
    }))
}

/// The type of the machine that a call is about.
pub(super) fn workflow(params: &Params<'_>) -> WorkflowType {
    match params.maybe_text("type") {
        Some("EXPRESS") => WorkflowType::Express,
        _ => WorkflowType::Standard,
    }
}

/// The machine that a definition says, or the refusal of it.
pub(super) fn compile(definition: &str, workflow: WorkflowType) -> Result<Machine, CallError> {
    let (machine, diagnostics) = validate_text(definition, workflow);
    machine.ok_or_else(|| {
        let message = refusal(&diagnostics).unwrap_or_default();
        CallError::new(INVALID_DEFINITION, message)
    })
}

/// The variables that each state refers to, sorted; null if no state refers to any (recorded).
pub(super) fn references(machine: &Machine, definition: &str) -> Value {
    let definition = serde_json::from_str(definition).unwrap_or_default();
    let references = variable_references(machine, &definition);
    if references.is_empty() {
        Value::Null
    } else {
        json!(references)
    }
}
