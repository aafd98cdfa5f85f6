//! Executions that a plan cannot drive: what a client did beside starting them.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use stepproof_specs::{
    execution::{Command, Execution, Identity, Input, Unsupported},
    history::Failure,
    machine::Machine,
    observation::Observation,
    simulate::{EPOCH, Expectation, SimulationError},
};

/// An execution that is stopped while it waits.
pub fn stopped(
    machine: &Arc<Machine>,
    identity: Identity,
    input: Value,
) -> Result<Expectation, SimulationError> {
    let (mut execution, _) = Execution::start(machine.clone(), identity, input, EPOCH)?;
    let failure = Failure::default();
    execution.handle(EPOCH.plus(1_000), Input::Stop { failure })?;
    seen(&execution)
}

/// Whether the client deleted the activity before it started the execution: nothing became of the
/// task.
pub fn misses_activity(case: &Value) -> bool {
    let resources = case["definition"].to_string();
    resources.contains(":activity:") && case["tasks"] == json!({})
}

/// An execution whose first task has no activity.
pub fn without_activity(
    machine: &Arc<Machine>,
    identity: Identity,
    input: Value,
) -> Result<Expectation, SimulationError> {
    let (mut execution, commands) = Execution::start(machine.clone(), identity, input, EPOCH)?;
    for command in commands {
        if let Command::Schedule(request) = command {
            let task = request.task;
            execution.handle(EPOCH, Input::NoSuchActivity { task })?;
        }
    }
    seen(&execution)
}

fn seen(execution: &Execution) -> Result<Expectation, SimulationError> {
    let outcome = execution.outcome().ok_or_else(|| Unsupported {
        feature: "what the client did".to_owned(),
        state: String::new(),
    })?;
    let text = |name: &Option<Arc<str>>| name.as_deref().map(str::to_owned);
    Ok(Expectation {
        observation: Observation {
            status: outcome.status,
            output: outcome.output.as_deref().cloned(),
            error: text(&outcome.failure.error),
            cause: text(&outcome.failure.cause),
            attempts: BTreeMap::new(),
            history: Some(execution.history().to_vec()),
            duration: None,
        },
        poisoned: Vec::new(),
        coverage: execution.coverage(),
        attempts: Vec::new(),
        duration: 0,
    })
}
