//! The parameters of an execution besides the log of its inputs.

use std::sync::Arc;

use serde_json::Value;

use super::{Identity, Interleaving};
use crate::{
    asl::{Machine, WorkflowType},
    base::time::Instant,
    deviation::Deviations,
};

/// A machine as the engine that runs it reads it.
#[derive(Debug, Clone)]
pub struct Program {
    machine: Arc<Machine>,
    /// `None` if every rule is followed, so that the hooks cost nothing.
    deviations: Option<Arc<Deviations>>,
    workflow: WorkflowType,
}

impl Program {
    /// A machine that runs with deviations. Those in its definition are applied here, the others
    /// while it runs.
    pub fn deviating(machine: &Arc<Machine>, deviations: &Arc<Deviations>) -> Self {
        Self {
            machine: deviations.read(machine),
            deviations: (!deviations.is_empty()).then(|| deviations.clone()),
            workflow: WorkflowType::Standard,
        }
    }

    /// The same machine, run as a workflow of this type. Without this, it is a Standard workflow.
    #[must_use]
    pub fn run_as(self, workflow: WorkflowType) -> Self {
        Self { workflow, ..self }
    }

    /// The type of the workflow, which limits how long an execution may last.
    pub fn workflow(&self) -> WorkflowType {
        self.workflow
    }

    /// The machine that is run.
    pub fn machine(&self) -> &Arc<Machine> {
        &self.machine
    }

    /// The deviations; `None` if there are none.
    pub fn deviations(&self) -> Option<&Arc<Deviations>> {
        self.deviations.as_ref()
    }
}

/// A machine that runs without deviations, as a Standard workflow.
impl From<Arc<Machine>> for Program {
    fn from(machine: Arc<Machine>) -> Self {
        Self {
            machine,
            deviations: None,
            workflow: WorkflowType::Standard,
        }
    }
}

/// The start of an execution: together with the inputs, it determines the execution.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The machine, with deviations.
    pub program: Program,
    /// The identity of the execution.
    pub identity: Identity,
    /// Its input.
    pub input: Arc<Value>,
    /// When it starts.
    pub at: Instant,
    /// The order in which its threads move.
    pub interleaving: Interleaving,
    /// The number that its task tokens name it by, among the executions of a service.
    pub number: Option<u64>,
    /// Whether it keeps what it takes to go on after it has failed ([`super::Input::Redrive`]).
    pub is_redrivable: bool,
}

impl Setup {
    /// The same start, of an execution that can be redriven.
    #[must_use]
    pub fn redrivable(self) -> Self {
        Self {
            is_redrivable: true,
            ..self
        }
    }

    /// The same start, of an execution that has this number among those of its service.
    #[must_use]
    pub fn numbered(self, number: u64) -> Self {
        Self {
            number: Some(number),
            ..self
        }
    }

    /// The start of an execution whose threads move in turn.
    pub fn new(
        program: impl Into<Program>,
        identity: Identity,
        input: impl Into<Arc<Value>>,
        at: Instant,
    ) -> Self {
        Self {
            program: program.into(),
            number: None,
            identity,
            input: input.into(),
            at,
            interleaving: Interleaving::default(),
            is_redrivable: false,
        }
    }
}
