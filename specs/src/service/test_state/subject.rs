//! The state under test: a definition of its own, or a state of a machine.

use std::sync::Arc;

use super::{super::CallError, invalid};
use crate::{
    asl::{
        Body, Machine, Name, Scope, State, WorkflowType,
        resource::{Integration, Pattern, Resource},
    },
    validate::{INVALID_DEFINITION, refusal, validate_state, validate_text},
};

/// A state under test, and a machine that starts at it.
#[derive(Debug)]
pub(super) struct Subject {
    pub machine: Machine,
    pub name: Name,
    pub state: Arc<State>,
}

impl Subject {
    /// The state that a definition consists of, or that of this name in a machine.
    pub fn read(definition: &str, name: Option<&str>) -> Result<Self, CallError> {
        let (machine, diagnostics) = match name {
            None => validate_state(definition),
            Some(_) => validate_text(definition, WorkflowType::Standard),
        };
        let Some(machine) = machine else {
            let message = refusal(&diagnostics).unwrap_or_default();
            return Err(CallError::new(INVALID_DEFINITION, message));
        };
        let name = name.unwrap_or(&machine.scope.start_at);
        let Some((scope, name, state)) = find(&machine.scope, name) else {
            return Err(invalid("State not found in definition"));
        };
        // The limit of the machine is for its executions.
        let machine = Machine {
            timeout_seconds: None,
            scope: Arc::new(Scope {
                start_at: name.clone(),
                ..Scope::clone(scope)
            }),
            ..machine.clone()
        };
        Ok(Self {
            name: name.clone(),
            state: state.clone(),
            machine,
        })
    }

    /// The service integration that it calls, if it is a Task that calls one.
    pub fn integration(&self) -> Option<Integration<'_>> {
        match self.resource()? {
            Resource::Integration(integration) => Some(integration),
            _ => None,
        }
    }

    /// When its task ends.
    pub fn pattern(&self) -> Pattern {
        self.integration().map_or(Pattern::Request, |it| it.pattern)
    }

    /// Whether its task is an activity.
    pub fn is_activity(&self) -> bool {
        self.resource() == Some(Resource::Activity)
    }

    fn resource(&self) -> Option<Resource<'_>> {
        match &self.state.body {
            Body::Task(task) => Some(Resource::parse(&task.resource)),
            _ => None,
        }
    }
}

/// The state of this name in a scope or inside it, with its own scope. Names are unique in a machine. A
/// sample of AWS's for this API (`sample-stepfunctions-testing-with-testStateAPI`) tests a state inside a
/// Map.
fn find<'m>(
    scope: &'m Arc<Scope>,
    name: &str,
) -> Option<(&'m Arc<Scope>, &'m Name, &'m Arc<State>)> {
    if let Some((name, state)) = scope.states.get_key_value(name) {
        return Some((scope, name, state));
    }
    let inner = scope.states.values().flat_map(|state| state.scopes());
    inner.into_iter().find_map(|scope| find(scope, name))
}
