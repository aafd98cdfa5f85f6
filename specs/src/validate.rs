//! Static validation: the definitions that AWS refuses at creation, with its codes, messages and
//! locations.
//!
//! There are two layers. [`Machine::from_value`] reads the schema: fields, types, ranges, the
//! syntax of paths. [`check`] validates a typed machine: transitions, names, variables, the
//! workflow type. [`validate`] applies both; of a definition that the first layer refuses, the
//! second one says what does not follow from that.
//!
//! [`Machine::from_value`]: crate::asl::Machine::from_value

mod expressions;
mod names;
mod references;
mod state;
mod text;
mod transitions;
mod undefined;
mod variables;
mod warnings;

use std::{borrow::Borrow, sync::Arc};

use serde_json::{Value, json};

use crate::{
    asl::{
        Body, Definition, Machine, Scope, WorkflowType,
        diagnostic::{Diagnostic, Severity},
        text::{MAX_BYTES, locate::exists},
    },
    base::pointer::Pointer,
    clause::Clause,
};

pub use self::{references::variable_references, text::not_json_reason, warnings::warnings};

/// Validates a definition given as JSON: returns the machine if it has no errors, and all
/// diagnostics but for its [`warnings`].
pub fn validate(definition: &Value, workflow: WorkflowType) -> (Option<Machine>, Vec<Diagnostic>) {
    match Machine::read(definition) {
        (Some(machine), diagnostics) if diagnostics.is_empty() => accept(machine, workflow),
        (machine, mut diagnostics) => {
            if let Some(machine) = machine {
                let more = check_readable(&machine, workflow, definition, &diagnostics);
                diagnostics.extend(more);
            }
            (None, diagnostics)
        }
    }
}

/// What [`check`] says of a machine with placeholders for what `known` is about, as far as it does
/// not follow from them: it is about something that the definition has, and that can be read.
fn check_readable(
    machine: &Machine,
    workflow: WorkflowType,
    definition: &Value,
    known: &[Diagnostic],
) -> Vec<Diagnostic> {
    let is_read = |place: &str| {
        let known = known.iter().any(|it| it.location.as_deref() == Some(place));
        !known && exists(definition, place)
    };
    let mut problems = check(machine, workflow);
    problems.retain(|problem| {
        // A transition that could not be read leads nowhere, nor does one into unread states.
        let of_ways = matches!(
            problem.clause,
            Clause::ValidateReachable | Clause::ValidateEnd
        );
        let place = problem.location.as_deref().unwrap_or_default();
        let scope = place.strip_suffix("/StartAt");
        let into_read = scope.is_none_or(|scope| is_read(&format!("{scope}/States")));
        !of_ways && into_read && is_read(place)
    });
    problems
}

/// Validates the definition of a case. A machine that was not encoded as JSON is used directly.
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

/// The machine if it has no errors, and all diagnostics.
fn accept<M: Borrow<Machine>>(machine: M, workflow: WorkflowType) -> (Option<M>, Vec<Diagnostic>) {
    let diagnostics = check(machine.borrow(), workflow);
    let refused = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    ((!refused).then_some(machine), diagnostics)
}

/// Validates a definition given as text, in the form that `ValidateStateMachineDefinition` takes. A
/// text that is not JSON gets the message of AWS's parser; of a key that occurs twice, the last one
/// counts.
pub fn validate_text(text: &str, workflow: WorkflowType) -> (Option<Machine>, Vec<Diagnostic>) {
    match parsed(text) {
        Ok(definition) => validate(&definition, workflow),
        Err(problem) => (None, vec![*problem]),
    }
}

/// The JSON of a definition; null if it is empty.
fn parsed(text: &str) -> Result<Value, Box<Diagnostic>> {
    if text.len() > MAX_BYTES {
        return Err(Box::new(text::too_long(text)));
    }
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).map_err(|error| Box::new(text::not_json(text, &error)))
}

/// The name that AWS gives to a state that is validated by itself (recorded:
/// `test_parallel_state_empty_branches`).
pub const STATE_NAME: &str = "StateName";

/// Validates a state by itself, given as text, as `TestState` takes it: returns the machine that
/// consists of this state, named [`STATE_NAME`]. Where it leads is not looked at.
pub fn validate_state(text: &str) -> (Option<Machine>, Vec<Diagnostic>) {
    let state = match parsed(text) {
        Ok(state) => state,
        Err(problem) => return (None, vec![*problem]),
    };
    let alone = json!({ "StartAt": STATE_NAME, "States": { STATE_NAME: state } });
    let (_, mut diagnostics) = validate(&alone, WorkflowType::Standard);
    diagnostics.retain(|it| !leads_out(it));
    let is_fine = refusal(&diagnostics).is_none();
    let machine = is_fine.then(|| Machine::from_value(&alone).ok());
    (machine.flatten(), diagnostics)
}

/// Whether a diagnostic is about where the outermost states lead.
fn leads_out(diagnostic: &Diagnostic) -> bool {
    let location = diagnostic.location.as_deref().unwrap_or_default();
    let is_inside = location.matches("/States/").count() > 1;
    match diagnostic.clause {
        Clause::ValidateTarget => !is_inside,
        Clause::ValidateEnd => true,
        _ => false,
    }
}

/// What an expression of a machine has that is not known here, and the state: neither that it is accepted
/// nor that it is refused can be told.
pub fn unknown(machine: &Machine) -> Option<(String, String)> {
    let (feature, state) = expressions::unknown(&machine.scope)?;
    Some((format!("JSONata with {feature}"), state))
}

/// Validates a typed machine: the rules that need more than one field. A machine that was built
/// rather than read may also violate the schema; [`validate`] of [`Machine::to_value`] checks that.
pub fn check(machine: &Machine, workflow: WorkflowType) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let root = Pointer::Root;
    names::check(machine, &mut problems);
    variables::check(&machine.scope, &root, &[], &mut problems);
    expressions::check(&machine.scope, &root, &mut problems);
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

/// The error code of `CreateStateMachine` for an invalid definition.
pub const INVALID_DEFINITION: &str = "InvalidDefinition";

/// The message of `CreateStateMachine` for an invalid definition ([`INVALID_DEFINITION`]); `None`
/// if no diagnostic is an error.
pub fn refusal(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors: Vec<String> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(Diagnostic::to_string)
        .collect();
    (!errors.is_empty())
        .then(|| format!("Invalid State Machine Definition: '{}'", errors.join(", ")))
}
