//! What a mocked result or error may be for a state.

use std::sync::Arc;

use serde_json::Value;

use super::{
    super::CallError,
    Subject, invalid,
    request::{Configuration, Mock, Strictness},
    shapes,
};
use crate::{
    asl::{Body, Map, Parallel, resource::Pattern},
    interpreter::Given,
};

/// Checks a mock for a state that takes one.
pub(super) fn check(
    mock: &Mock<'_>,
    subject: &Subject,
    configuration: &Configuration<'_>,
) -> Result<Given, CallError> {
    if let Some(failure) = &mock.failure {
        return Ok(Given::Failure(failure.clone()));
    }
    let read = serde_json::from_str(mock.result.unwrap_or_default());
    let result: Value = read.map_err(|_| invalid("Mocked result must be valid JSON"))?;
    match &subject.state.body {
        Body::Map(map) => of_map(map, &result, configuration)?,
        Body::Parallel(parallel) => of_parallel(parallel, &result)?,
        _ => of_task(subject, &result, mock.strictness)?,
    }
    Ok(Given::Result(Arc::new(result)))
}

/// The result of a Map with a `ResultWriter` says where the results are.
fn of_map(map: &Map, result: &Value, configuration: &Configuration<'_>) -> Result<(), CallError> {
    if map.distributed.contains_key("ResultWriter") {
        return object(result);
    }
    let results = array(result)?;
    if configuration
        .failed_iterations
        .is_some_and(|failed| failed > results.len() as u64)
    {
        return Err(invalid(
            "Map iteration failure count must be less than or equal to the number of Map \
             iterations",
        ));
    }
    Ok(())
}

/// Each branch has a result. Recorded that it has to, but not the wording.
fn of_parallel(parallel: &Parallel, result: &Value) -> Result<(), CallError> {
    let (results, branches) = (array(result)?.len(), parallel.branches.len());
    if results != branches {
        return Err(invalid(format!(
            "Mocked result must be an array with one element for each branch: {branches}."
        )));
    }
    Ok(())
}

/// The answer of a service whose model is known. The answer to a task with a token comes from anybody.
fn of_task(subject: &Subject, result: &Value, strictness: Strictness) -> Result<(), CallError> {
    let Some(call) = subject
        .integration()
        .filter(|_| strictness != Strictness::None)
    else {
        return Ok(());
    };
    let operation = match call.pattern {
        Pattern::Callback => return Ok(()),
        Pattern::Request => call.action,
        // The job is described when it is over.
        Pattern::Sync if call.service == "states" => "describeExecution",
        Pattern::Sync => return Ok(()),
    };
    let Some(shape) = shapes::of(call.service, operation) else {
        return Ok(());
    };
    // Recorded of a Map.
    object(result)?;
    shape
        .check(result, strictness == Strictness::Strict)
        .map_err(|wrong| invalid(format!("Mock result schema validation error: {wrong}")))
}

fn array(result: &Value) -> Result<&Vec<Value>, CallError> {
    let array = result.as_array();
    array.ok_or_else(|| invalid("Mocked result must be an array."))
}

fn object(result: &Value) -> Result<(), CallError> {
    if result.is_object() {
        return Ok(());
    }
    Err(invalid("Mocked result must be a JSON object."))
}
