//! Static validation: what AWS refuses at creation, with its codes, messages and locations.
//!
//! Two layers. [`Machine::from_value`] reads the schema: fields, types, ranges, the syntax of
//! paths. [`check`] judges a typed machine: transitions, names, variables, the workflow type.
//! [`validate`] is both; the second layer runs only on what the first one accepts.
//!
//! [`Machine::from_value`]: crate::machine::Machine::from_value

mod names;
mod state;
mod text;
mod transitions;
mod variables;

use std::{borrow::Borrow, fmt, sync::Arc};

use serde_json::Value;

use crate::{
    case::WorkflowType,
    clause::Clause,
    machine::{Body, Definition, Machine, Scope, pointer::Pointer, text::MAX_BYTES},
};

/// One complaint about a definition, as `ValidateStateMachineDefinition` gives it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// Whether the machine is refused for it.
    pub severity: Severity,
    /// AWS's code, for example `SCHEMA_VALIDATION_FAILED`.
    pub code: Code,
    /// AWS's message.
    pub message: String,
    /// A JSON pointer into the definition (indexes in brackets, as AWS writes them:
    /// `/States/Fan/Branches[0]/States/A`); absent where AWS gives none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The rule that is broken. Where AWS was observed to give the diagnostic, code, message and
    /// location are AWS's; otherwise they are ours, and only that the machine is refused follows.
    #[serde(skip)]
    pub clause: Clause,
}

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// The machine is refused.
    Error,
    /// The machine is accepted.
    Warning,
}

/// AWS's diagnostic codes, as far as AWS was seen to give them. What has no code of its own is
/// [`Code::SchemaValidationFailed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The text is not JSON.
    InvalidJsonDescription,
    /// A field is missing, unknown, of the wrong type or out of range.
    SchemaValidationFailed,
    /// A transition leads nowhere, or a state cannot be reached.
    MissingTransitionTarget,
    /// No state ends the machine.
    MissingEndState,
    /// A state name is used twice.
    DuplicateStateName,
    /// A variable is assigned in an inner scope that an outer scope has.
    DuplicateVariableName,
    /// A variable may be read before it is assigned.
    PossiblyUndefinedVariable,
    /// A JSONata expression reads what is not there.
    UnsupportedJsonataExpression,
}

impl Severity {
    /// The severity as AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
        }
    }
}

impl Code {
    /// The code as AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidJsonDescription => "INVALID_JSON_DESCRIPTION",
            Self::SchemaValidationFailed => "SCHEMA_VALIDATION_FAILED",
            Self::MissingTransitionTarget => "MISSING_TRANSITION_TARGET",
            Self::MissingEndState => "MISSING_END_STATE",
            Self::DuplicateStateName => "DUPLICATE_STATE_NAME",
            Self::DuplicateVariableName => "DUPLICATE_VARIABLE_NAME",
            Self::PossiblyUndefinedVariable => "POSSIBLY_UNDEFINED_VARIABLE",
            Self::UnsupportedJsonataExpression => "UNSUPPORTED_JSONATA_EXPRESSION",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Diagnostic {
    /// An error at a place in the definition.
    pub(crate) fn error(
        code: Code,
        clause: Clause,
        message: impl Into<String>,
        at: &impl fmt::Display,
    ) -> Self {
        Self {
            clause,
            severity: Severity::Error,
            code,
            message: message.into(),
            location: Some(at.to_string()),
        }
    }
}

/// As `CreateStateMachine` writes it: `CODE: message at location`; a missing location is the word
/// `null`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("null");
        write!(f, "{}: {} at {location}", self.code, self.message)
    }
}

/// Validates a definition given as JSON: the machine if it has no errors, and all diagnostics.
pub fn validate(definition: &Value, workflow: WorkflowType) -> (Option<Machine>, Vec<Diagnostic>) {
    match Machine::from_value(definition) {
        Err(diagnostics) => (None, diagnostics),
        Ok(machine) => accept(machine, workflow),
    }
}

/// Validates the definition of a case: a machine that was never written down is taken as it is.
pub fn validate_definition(
    definition: &Definition,
    workflow: WorkflowType,
) -> (Option<Arc<Machine>>, Vec<Diagnostic>) {
    match definition.machine() {
        Some(machine) => accept(machine.clone(), workflow),
        None => {
            let (machine, diagnostics) = validate(definition, workflow);
            (machine.map(Arc::new), diagnostics)
        }
    }
}

/// The machine if nothing is wrong with it, and all diagnostics.
fn accept<M: Borrow<Machine>>(machine: M, workflow: WorkflowType) -> (Option<M>, Vec<Diagnostic>) {
    let diagnostics = check(machine.borrow(), workflow);
    let refused = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    ((!refused).then_some(machine), diagnostics)
}

/// Validates a definition given as text, as `ValidateStateMachineDefinition` takes it. A text that
/// is not JSON gets the complaint of AWS's parser; a key that is given twice counts as given last.
pub fn validate_text(text: &str, workflow: WorkflowType) -> (Option<Machine>, Vec<Diagnostic>) {
    if text.trim().is_empty() {
        return validate(&Value::Null, workflow);
    }
    if text.len() > MAX_BYTES {
        return (None, vec![text::too_long(text)]);
    }
    match serde_json::from_str(text) {
        Ok(definition) => validate(&definition, workflow),
        Err(error) => (None, vec![text::not_json(text, &error)]),
    }
}

/// Judges a typed machine: what takes more than one field to see. A machine that was built rather
/// than read may also break the schema; [`validate`] of [`Machine::to_value`] says so.
pub fn check(machine: &Machine, workflow: WorkflowType) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let root = Pointer::Root;
    names::check(machine, &mut problems);
    variables::check(&machine.scope, &root, &[], &mut problems);
    check_scope(&machine.scope, &root, workflow, &mut problems);
    problems
}

fn check_scope(
    scope: &Scope,
    at: &Pointer<'_>,
    workflow: WorkflowType,
    problems: &mut Vec<Diagnostic>,
) {
    let states = at.field("States");
    for (name, state) in &scope.states {
        let at = states.field(name);
        transitions::check_targets(scope, state, &at, problems);
        state::check(state, &at, workflow, problems);
        state.for_each_scope(&at, &mut |inner, at| {
            let workflow = match &state.body {
                Body::Map(map) if map.runs_express() => WorkflowType::Express,
                _ => workflow,
            };
            check_scope(inner, at, workflow, problems);
        });
    }
    transitions::check_reachability(scope, at, problems);
}

/// What AWS says of a `Resource` that it does not know (recorded).
pub(crate) fn not_recognized(resource: &str) -> String {
    format!(
        "The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
    )
}

/// The error code with which `CreateStateMachine` refuses a definition.
pub const INVALID_DEFINITION: &str = "InvalidDefinition";

/// The message with which `CreateStateMachine` refuses a definition ([`INVALID_DEFINITION`]);
/// `None` if no diagnostic is an error.
pub fn refusal(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors: Vec<String> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(Diagnostic::to_string)
        .collect();
    (!errors.is_empty())
        .then(|| format!("Invalid State Machine Definition: '{}'", errors.join(", ")))
}
