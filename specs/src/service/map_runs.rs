//! Map Runs, as on an account that has none.

use serde_json::Value;

use super::{CallError, Service, arn, params::Params};

impl Service {
    /// The Map Runs of an execution: none.
    pub(super) fn list_map_runs(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = params.text("executionArn")?;
        self.run(arn)?;
        self.page(params, "mapRuns", arn, std::iter::empty())
    }
}

/// No Map Run exists.
pub(super) fn describe(params: &Params<'_>) -> Result<Value, CallError> {
    missing(params.text("mapRunArn")?)
}

/// A Map Run is updated in at least one respect (API reference, `UpdateMapRun`; the wording is ours). None
/// exists.
pub(super) fn update(params: &Params<'_>) -> Result<Value, CallError> {
    let arn = arn::of_kind(params.text("mapRunArn")?, arn::MAP_RUN)?;
    let fields = [
        "maxConcurrency",
        "toleratedFailurePercentage",
        "toleratedFailureCount",
    ];
    if fields.iter().all(|field| params.value(field).is_none()) {
        return Err(CallError::missing_any(
            "Either the max concurrency, the tolerated failure percentage, or the tolerated failure count \
             must be specified",
        ));
    }
    missing(arn)
}

/// The executions of a Map Run. None exists.
pub(super) fn executions(arn: &str) -> Result<Value, CallError> {
    missing(arn)
}

fn missing(arn: &str) -> Result<Value, CallError> {
    arn::of_kind(arn, arn::MAP_RUN)?;
    Err(CallError::no_resource(arn))
}
