//! Runs a recorded execution on the reference.

use std::{collections::BTreeMap, sync::Arc};

use stepproof_specs::{
    history::Failure,
    interpreter::{Command, Execution, Input, Setup, Unsupported},
    observation::Observation,
    reference::{EPOCH, Expectation, SimulationError, simulate_as},
};

use super::execution::{Client, Recorded};

/// How long a client waits before it stops an execution.
const PATIENCE_MILLIS: u64 = 1_000;

/// Simulates the execution in virtual time.
pub(super) fn run(recorded: &Recorded) -> Result<Expectation, SimulationError> {
    let Recorded {
        machine,
        identity,
        start,
        at,
        ..
    } = recorded;
    match recorded.client {
        Client::Starts => simulate_as(machine, identity, start, *at),
        Client::Stops => stopped(recorded),
        Client::DeletesActivity => without_activity(recorded),
    }
}

fn started(recorded: &Recorded) -> Result<(Execution, Vec<Command>), SimulationError> {
    let machine = Arc::clone(&recorded.machine);
    let input = recorded.start.input.clone();
    let setup = Setup::new(machine, recorded.identity.clone(), input, EPOCH);
    Ok(Execution::start(setup)?)
}

/// Simulates an execution that the client stops while it waits.
fn stopped(recorded: &Recorded) -> Result<Expectation, SimulationError> {
    let (mut execution, _) = started(recorded)?;
    let failure = Failure::default();
    execution.handle(EPOCH.plus(PATIENCE_MILLIS), Input::Stop { failure })?;
    seen(&execution)
}

/// Simulates an execution whose first task has no activity.
fn without_activity(recorded: &Recorded) -> Result<Expectation, SimulationError> {
    let (mut execution, commands) = started(recorded)?;
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
            output: outcome.output.clone(),
            error: text(&outcome.failure.error),
            cause: text(&outcome.failure.cause),
            attempts: BTreeMap::new(),
            history: Some(execution.history().to_vec()),
            duration: None,
        },
        poisoned: Vec::new(),
        assumed_from: None,
        coverage: execution.coverage(),
        attempts: Vec::new(),
        duration: 0,
        longest: 0,
    })
}
