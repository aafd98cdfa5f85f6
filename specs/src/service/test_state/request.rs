//! The parameters of `TestState`, and what of them contradicts itself whatever the state is.

use serde_json::Value;

use super::{
    super::{CallError, params::Params},
    invalid,
};
use crate::history::Failure;

/// How much of the state's data flow is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Only its end.
    Info,
    /// The data after each step.
    Debug,
    /// That, and the request and the response of an HTTP Task.
    Trace,
}

/// How closely a mocked result is held against the model of the service that would answer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// What is there has to fit, and what is required has to be there.
    Strict,
    /// What is there has to fit.
    Present,
    /// Not at all.
    None,
}

/// `mock`.
#[derive(Debug)]
pub(super) struct Mock<'b> {
    /// `result`: JSON as text.
    pub result: Option<&'b str>,
    /// `errorOutput`.
    pub failure: Option<Failure>,
    /// `fieldValidationMode`.
    pub strictness: Strictness,
}

/// `stateConfiguration`.
#[derive(Debug, Default)]
pub(super) struct Configuration<'b> {
    /// `retrierRetryCount`.
    pub retries: Option<u64>,
    /// `mapIterationFailureCount`.
    pub failed_iterations: Option<u64>,
    /// `mapItemReaderData`.
    pub read: Option<&'b str>,
}

/// A request.
#[derive(Debug)]
pub(super) struct Request<'b> {
    pub definition: &'b str,
    pub state_name: Option<&'b str>,
    pub role: Option<&'b str>,
    pub input: &'b str,
    pub variables: Option<&'b str>,
    pub context: Option<&'b str>,
    pub level: Level,
    pub mock: Option<Mock<'b>>,
    pub configuration: Configuration<'b>,
}

/// The members of `stateConfiguration`, as messages name them.
const CONFIGURATION: [(&str, &str); 4] = [
    ("mapIterationFailureCount", "MapIterationFailureCount"),
    ("retrierRetryCount", "RetrierRetryCount"),
    ("errorCausedByState", "ErrorCausedByState"),
    ("mapItemReaderData", "MapItemReaderData"),
];

impl<'b> Request<'b> {
    /// Reads the parameters.
    pub fn read(params: &Params<'b>) -> Result<Self, CallError> {
        let (mock, configuration) = (params.value("mock"), params.value("stateConfiguration"));
        let request = Self {
            definition: params.text("definition")?,
            state_name: params.maybe_text("stateName"),
            role: params.maybe_text("roleArn"),
            input: params.maybe_text("input").unwrap_or("{}"),
            variables: params.maybe_text("variables"),
            context: params.maybe_text("context"),
            level: level(params),
            mock: mock.map(Mock::read).transpose()?,
            configuration: configuration.map(Configuration::read).unwrap_or_default(),
        };
        match &request.mock {
            Some(mock) => mock.check_form()?,
            None => needs_no_mock(params, configuration)?,
        }
        if request.mock.is_some() && params.flag("revealSecrets") {
            return Err(invalid(
                "TestState does not support RevealSecrets when a mock is specified.",
            ));
        }
        Ok(request)
    }
}

/// Refuses what goes only with a mock (recorded for `mapIterationFailureCount`; documented for
/// `context`).
fn needs_no_mock(params: &Params<'_>, configuration: Option<&Value>) -> Result<(), CallError> {
    let given = |name: &str| configuration.is_some_and(|it| it.get(name).is_some());
    let configured = CONFIGURATION
        .iter()
        .find_map(|(name, told)| given(name).then_some(*told));
    let context = params.value("context").map(|_| "Context");
    match configured.or(context) {
        Some(what) => Err(invalid(format!(
            "TestState does not support {what} when a mock is not specified."
        ))),
        None => Ok(()),
    }
}

fn level(params: &Params<'_>) -> Level {
    match params.maybe_text("inspectionLevel") {
        Some("DEBUG") => Level::Debug,
        Some("TRACE") => Level::Trace,
        _ => Level::Info,
    }
}

impl<'b> Configuration<'b> {
    fn read(configuration: &'b Value) -> Self {
        let count = |name: &str| configuration.get(name).and_then(Value::as_u64);
        Self {
            retries: count("retrierRetryCount"),
            failed_iterations: count("mapIterationFailureCount"),
            read: configuration["mapItemReaderData"].as_str(),
        }
    }
}

impl<'b> Mock<'b> {
    /// There is either a result or an error (recorded for both of them).
    fn check_form(&self) -> Result<(), CallError> {
        if self.result.is_some() == self.failure.is_some() {
            return Err(invalid(
                "A test mock should have only one of the following fields: [result, errorOutput].",
            ));
        }
        Ok(())
    }

    fn read(mock: &'b Value) -> Result<Self, CallError> {
        let failure = match mock.get("errorOutput").filter(|it| !it.is_null()) {
            None => None,
            Some(output) => {
                let error = output["error"].as_str();
                let error = error.ok_or_else(|| CallError::missing("mock.errorOutput.error"))?;
                Some(Failure {
                    error: Some(error.into()),
                    cause: output["cause"].as_str().map(Into::into),
                })
            }
        };
        let strictness = match mock["fieldValidationMode"].as_str() {
            Some("PRESENT") => Strictness::Present,
            Some("NONE") => Strictness::None,
            _ => Strictness::Strict,
        };
        Ok(Self {
            result: mock["result"].as_str(),
            failure,
            strictness,
        })
    }
}
