//! What an execution is a function of, beside the log of its inputs.

use std::sync::Arc;

use serde_json::Value;

use super::{Identity, Interleaving};
use crate::{asl::Machine, base::time::Instant, deviation::Deviations};

/// A machine, as the engine that runs it understands it.
#[derive(Debug, Clone)]
pub struct Program {
    machine: Arc<Machine>,
    /// `None` where every rule is followed, so that nothing is looked up there.
    deviations: Option<Arc<Deviations>>,
}

impl Program {
    /// A machine that is run with deviations: those that concern its definition are made here, and
    /// the others while it runs.
    pub fn deviating(machine: &Arc<Machine>, deviations: &Arc<Deviations>) -> Self {
        Self {
            machine: deviations.read(machine),
            deviations: (!deviations.is_empty()).then(|| deviations.clone()),
        }
    }

    /// The machine as it is run.
    pub fn machine(&self) -> &Arc<Machine> {
        &self.machine
    }

    /// The rules that are broken; `None` if there are none.
    pub fn deviations(&self) -> Option<&Arc<Deviations>> {
        self.deviations.as_ref()
    }
}

/// A machine that is run by the rules.
impl From<Arc<Machine>> for Program {
    fn from(machine: Arc<Machine>) -> Self {
        Self {
            machine,
            deviations: None,
        }
    }
}

/// How an execution starts: it is a pure function of this and of its inputs.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What is run.
    pub program: Program,
    /// Who and what the execution is.
    pub identity: Identity,
    /// Its input.
    pub input: Arc<Value>,
    /// When it starts.
    pub at: Instant,
    /// In which order its threads take turns.
    pub interleaving: Interleaving,
}

impl Setup {
    /// The start of an execution whose threads take turns one by one.
    pub fn new(
        program: impl Into<Program>,
        identity: Identity,
        input: impl Into<Arc<Value>>,
        at: Instant,
    ) -> Self {
        Self {
            program: program.into(),
            identity,
            input: input.into(),
            at,
            interleaving: Interleaving::default(),
        }
    }
}
