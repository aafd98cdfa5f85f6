//! `TestState`: one state, run by itself.
//!
//! The reference interpreter runs the state ([`Execution::try_state`]); here are the service's own
//! rules around it: what a request may say, in which order that is checked, and which of the values
//! that were seen are shown. The messages are AWS's where they were recorded; the comments say where
//! they are not.

mod answer;
mod context;
mod mock;
mod request;
mod shapes;
mod subject;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use self::answer::with_json;
use self::{request::Request, subject::Subject};
use super::{CallError, Service, Time, arn, params::Params, start, work::guarded};
use crate::{
    asl::{StateType, WorkflowType, resource::Pattern},
    base::entropy::mix,
    interpreter::{End, Execution, Identity, Program, Setup, Trial},
};

/// The code of the answer to a call that AWS would answer otherwise, but not here: it would need a
/// service that is not there.
pub const NOT_SIMULATED: &str = "NotSimulated";

impl Service {
    /// Runs one state. Nothing remains of it.
    pub(super) fn test_state(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let request = Request::read(params)?;
        let subject = Subject::read(request.definition, request.state_name)?;
        check_kind(&subject, &request)?;
        let context = request
            .context
            .map(|text| context::given(text, &subject))
            .transpose()?;
        let given = request
            .mock
            .as_ref()
            .map(|mock| mock::check(mock, &subject, &request.configuration))
            .transpose()?;
        let input = start::parse_input(request.input)?;
        let variables = variables(request.variables)?;
        let number = self.next_number();
        let identity = self.tested_identity(number, &request);
        let context = context.unwrap_or_else(|| {
            context::default(&identity, request.role, &subject, &input, time.now())
        });
        let configuration = request.configuration;
        let trial = Trial {
            variables,
            context: Some(context),
            retried: configuration.retries.unwrap_or_default(),
            outcome: given,
            failed_iterations: configuration.failed_iterations.unwrap_or_default(),
            read: configuration.read.map(str::to_owned),
        };
        let machine = Arc::new(subject.machine.clone());
        let program = Program::deviating(&machine, &self.deviations).run_as(WorkflowType::Express);
        let setup = Setup::new(program, identity, input.clone(), time.now());
        let tried = guarded(|| Execution::try_state(setup, trial));
        let tried = tried.map_err(|broken| not_simulated(&broken.to_string()))?;
        if tried.end == End::Waits {
            return Err(not_simulated(
                "a Task without a mock: there is no service that it could call",
            ));
        }
        Ok(answer::answer(&tried, &subject, &input, request.level))
    }

    /// The execution that the state believes to be in: one of an Express workflow (recorded).
    fn tested_identity(&self, number: u64, request: &Request<'_>) -> Identity {
        let name = self.drawn_uuid(number);
        let machine = self.drawn_uuid(!number);
        let named = |kind, name: &str| self.config.arn(kind, name).into();
        Identity {
            execution_arn: named(arn::EXPRESS, &format!("{machine}:{name}")),
            execution_name: name.into(),
            role_arn: request.role.unwrap_or_default().into(),
            machine_arn: named(arn::MACHINE, &machine),
            machine_name: machine.into(),
            redrive_count: None,
            entropy: mix(self.config.entropy ^ number),
        }
    }
}

fn not_simulated(what: &str) -> CallError {
    CallError::new(NOT_SIMULATED, format!("not simulated: {what}"))
}

/// Which states need a mock, which take none, and which need a role.
fn check_kind(subject: &Subject, request: &Request<'_>) -> Result<(), CallError> {
    let kind = subject.state.kind();
    match (kind, &request.mock) {
        (StateType::Map | StateType::Parallel, None) => Err(CallError::new(
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. Supported state types \
             include: [Task, Wait, Pass, Succeed, Fail, Choice]",
        )),
        (StateType::Map | StateType::Parallel | StateType::Task, Some(_)) => Ok(()),
        (StateType::Task, None) => check_task(subject, request),
        // Recorded for Pass and Fail; documented for all of them.
        (_, Some(_)) => Err(invalid(format!(
            "State type '{}' is not supported when a mock is specified",
            kind.name()
        ))),
        (_, None) => Ok(()),
    }
}

/// A Task without a mock. Recorded: some are refused, but not how; and a role is needed.
fn check_task(subject: &Subject, request: &Request<'_>) -> Result<(), CallError> {
    let unsupported = if subject.is_activity() {
        Some("Activity tasks")
    } else if subject.pattern() != Pattern::Request {
        Some("the .sync and .waitForTaskToken service integration patterns")
    } else {
        None
    };
    if let Some(what) = unsupported {
        return Err(CallError::new(
            "InvalidDefinition",
            format!("TestState API does not support {what} when a mock is not specified."),
        ));
    }
    match request.role {
        Some(_) => Ok(()),
        None => Err(invalid(
            "RoleArn must be specified when testing a Task state",
        )),
    }
}

/// The variables of the state's scope; the wordings are ours.
fn variables(text: Option<&str>) -> Result<Map<String, Value>, CallError> {
    let Some(text) = text else {
        return Ok(Map::new());
    };
    match serde_json::from_str(text) {
        Ok(Value::Object(variables)) => Ok(variables),
        Ok(_) => Err(invalid("Variables must be a JSON object")),
        Err(_) => Err(invalid("Variables must be valid JSON")),
    }
}

fn invalid(message: impl Into<String>) -> CallError {
    CallError::new("ValidationException", message)
}
