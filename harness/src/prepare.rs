//! From a case to a job: validated, and with what the reference expects.

use std::sync::Arc;

use stepproof_specs::{
    case::{Body, Case, ExecutionCase},
    clause::Coverage,
    simulate::{SimulationError, simulate},
    time::Millis,
    validate::{Diagnostic, Severity, validate},
};

use crate::engine::{Job, Lane};

/// Why a case cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The validator refuses the machine.
    #[error("accept the machine: {}", first_error(.0))]
    Refused(Vec<Diagnostic>),
    /// The reference has no expectation.
    #[error("simulate start {start}: {source}")]
    Simulation {
        /// Which start.
        start: usize,
        /// Why.
        source: SimulationError,
    },
}

impl PrepareError {
    /// Whether the machine uses something that the reference does not interpret.
    pub fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Self::Simulation {
                source: SimulationError::Unsupported(_),
                ..
            }
        )
    }
}

fn first_error(diagnostics: &[Diagnostic]) -> String {
    let error = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == Severity::Error);
    match error {
        Some(Diagnostic {
            message,
            location: Some(location),
            ..
        }) => format!("{message} at {location}"),
        Some(Diagnostic { message, .. }) => message.clone(),
        None => "the validator refuses it without a reason".to_owned(),
    }
}

/// Validates a case and simulates it on the reference.
pub fn prepare(case: &Case, lane: Lane) -> Result<Job, PrepareError> {
    let Body::Execution(execution) = &case.body;
    prepare_execution(execution.clone(), lane)
}

fn prepare_execution(case: ExecutionCase, lane: Lane) -> Result<Job, PrepareError> {
    let (machine, diagnostics) = validate(&case.definition, case.workflow);
    let machine = Arc::new(machine.ok_or(PrepareError::Refused(diagnostics))?);
    let expectations = case
        .starts
        .iter()
        .enumerate()
        .map(|(start, each)| {
            simulate(&machine, &case, each)
                .map_err(|source| PrepareError::Simulation { start, source })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Job {
        case: Arc::new(case),
        machine,
        expectations: expectations.into(),
        lane,
    })
}

/// How long the longest start of a job takes, by the reference.
pub fn asl_time(job: &Job) -> Millis {
    job.expectations
        .iter()
        .map(|expectation| expectation.duration)
        .max()
        .unwrap_or(0)
}

/// How long all starts of a job take together, by the reference.
pub fn total_asl_time(job: &Job) -> Millis {
    job.expectations
        .iter()
        .map(|expectation| expectation.duration)
        .fold(0, Millis::saturating_add)
}

/// How many events the executions of a job have together, by the reference.
pub fn events(job: &Job) -> usize {
    let histories = job.expectations.iter().map(|it| &it.observation.history);
    histories.flatten().map(Vec::len).sum()
}

/// The clauses that a job exercises.
pub fn coverage(job: &Job) -> Coverage {
    let mut coverage = Coverage::default();
    for expectation in job.expectations.iter() {
        coverage.merge(&expectation.coverage);
    }
    coverage
}
