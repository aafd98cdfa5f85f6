//! The Step Functions API as the harness uses it: alone, with its interceptors, in knowing the AWS SDK.
//!
//! The SDK's own retries are off. A call has one of three results: an answer, a modelled error
//! ([`Refusal`]), or [`Trouble`] for everything else. Throttled calls are repeated here, where each
//! attempt is recorded: throttling means that the engine did not act. A worker's report is also
//! repeated after a 5xx answer ([`Api::report`]).

mod intercept;
mod named;

use std::{
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_sfn::{
    Client,
    config::{
        BehaviorVersion, Credentials, Region, SharedHttpClient, StalledStreamProtectionConfig,
        http::HttpResponse, retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::{ProvideErrorMetadata, SdkError},
    primitives::DateTime,
    types::StateMachineType,
};
use stepproof_specs::{asl::WorkflowType, observation::Status};

use self::intercept::{Body, HostOf};
pub use super::call::{CallError, Refusal, Wire};
use super::{
    bounded::Bounded,
    call::protocol,
    connection::{found, never_connected, plain},
    events::{self, MOST_MILLIS},
};
use crate::{
    bound::{self, TooMuch},
    raw::{RawDiagnostic, RawEvent, Validation},
    trouble::Trouble,
};

/// How often a throttled call is sent again.
const THROTTLED_LIMIT: u32 = 8;
/// How often a worker's report is sent again after the engine answered with a 5xx status.
const FAULTS: u32 = 3;
/// The pause before it is sent again.
const FAULT_PAUSE: Duration = Duration::from_millis(50);
/// The first pause after a throttled call; doubled each time.
const THROTTLED_PAUSE: Duration = Duration::from_millis(200);
/// The most events that a history may have: the service's own limit of 25,000, and one page more.
const MOST_EVENTS: usize = 26_000;
/// The events of a history that are asked for at once.
const MANY: i32 = 1_000;
/// Those that are asked for once a page of that many was too large: as legal events can be.
const FEW: i32 = 25;
/// The most pages that `ListStateMachines` or `ListActivities` may have.
const MOST_PAGES: usize = 1_000;
/// The operation that reads them.
const HISTORY: &str = "GetExecutionHistory";
/// How long reading a whole history may take.
const HISTORY_TIME: Duration = Duration::from_mins(2);

/// A client of one endpoint.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Client,
    polls: Client,
    endpoint: Arc<str>,
}

/// The credentials with which requests are signed. Local engines accept any, and derive the account
/// and the region from them.
#[derive(Debug, Clone)]
pub struct Account {
    /// The access key. Engines that use it as the account number need twelve digits.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
    /// The region.
    pub region: String,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            access_key: "123456789012".to_owned(),
            secret_key: "stepproof".to_owned(),
            region: "us-east-1".to_owned(),
        }
    }
}

/// How long to wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The timeout of an ordinary call.
    pub call: Duration,
    /// The timeout of `GetActivityTask`, whose long poll takes 60 s.
    pub poll: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(15),
            poll: Duration::from_secs(75),
        }
    }
}

/// A task that a worker took.
#[derive(Clone, PartialEq, Eq)]
pub struct Task {
    /// Its token.
    pub token: String,
    /// Its input, as the string that was received.
    pub input: String,
}

/// Without the token, which may end somebody's task: AWS's model marks it as sensitive.
impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Task");
        shown.field("input", &self.input).finish_non_exhaustive()
    }
}

/// What a worker reports about its task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// `SendTaskSuccess` with this output, a JSON string.
    Success(String),
    /// `SendTaskFailure`.
    Failure {
        /// The error name.
        error: Option<String>,
        /// The cause.
        cause: Option<String>,
    },
    /// `SendTaskHeartbeat`.
    Heartbeat,
}

impl Report {
    /// The operation that sends this report.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Success(_) => "SendTaskSuccess",
            Self::Failure { .. } => "SendTaskFailure",
            Self::Heartbeat => "SendTaskHeartbeat",
        }
    }
}

/// The answer to `DescribeExecution`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// `status`.
    pub status: Status,
    /// `output`.
    pub output: Option<String>,
    /// `error`.
    pub error: Option<String>,
    /// `cause`.
    pub cause: Option<String>,
    /// `startDate`, milliseconds since the epoch.
    pub start: i64,
    /// `stopDate`, milliseconds since the epoch.
    pub stop: Option<i64>,
}

impl Api {
    /// A client without TLS, with fixed credentials: for engines on this machine.
    pub fn plain(endpoint: &str, account: &Account, patience: Patience) -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .pool_idle_timeout(Duration::from_secs(4))
            .build_http();
        let credentials = Credentials::new(
            &account.access_key,
            &account.secret_key,
            None,
            None,
            "stepproof",
        );
        let base = aws_sdk_sfn::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(account.region.clone()))
            .credentials_provider(credentials)
            .endpoint_url(endpoint);
        Self::with(base, Some(http), endpoint, patience)
    }

    /// A client of AWS itself, with the credentials and the region of the environment.
    #[cfg(feature = "aws")]
    pub async fn cloud(patience: Patience) -> Result<Self, Trouble> {
        use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let environment = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .load()
            .await;
        let Some(region) = environment.region() else {
            return Err(Trouble::Start {
                engine: "aws".to_owned(),
                reason: "no region is set; set AWS_REGION".to_owned(),
            });
        };
        let endpoint = format!("https://states.{region}.amazonaws.com");
        let base = aws_sdk_sfn::config::Builder::from(&environment);
        Ok(Self::with(base, Some(http), &endpoint, patience))
    }

    /// A client with a prepared configuration.
    fn with(
        base: aws_sdk_sfn::config::Builder,
        http: Option<SharedHttpClient>,
        endpoint: &str,
        patience: Patience,
    ) -> Self {
        let mut base = base
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        base.set_http_client(http.map(Bounded::over));
        let client = |timeout| {
            let timeouts = TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(5))
                .operation_timeout(timeout)
                .build();
            Client::from_conf(base.clone().timeout_config(timeouts).build())
        };
        Self {
            calls: client(patience.call),
            polls: client(patience.poll),
            endpoint: endpoint.into(),
        }
    }

    /// The same client with a long poll's timeout for every call, for an engine that is still
    /// loading.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self {
            calls: self.polls.clone(),
            ..self.clone()
        }
    }

    /// The address of the endpoint.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// `CreateStateMachine`: the machine's ARN.
    pub async fn create_machine(
        &self,
        wire: &Wire,
        name: &str,
        definition: &str,
        role: &str,
        workflow: WorkflowType,
    ) -> Result<String, CallError> {
        let created = self
            .call(wire, "CreateStateMachine", || {
                self.calls
                    .create_state_machine()
                    .name(name)
                    .definition(definition)
                    .role_arn(role)
                    .r#type(kind(workflow))
                    .send()
            })
            .await?;
        present("CreateStateMachine", created.state_machine_arn)
    }

    /// `ValidateStateMachineDefinition`.
    pub async fn validate(
        &self,
        wire: &Wire,
        definition: &str,
        workflow: WorkflowType,
    ) -> Result<Validation, CallError> {
        let answer = self
            .call(wire, "ValidateStateMachineDefinition", || {
                self.calls
                    .validate_state_machine_definition()
                    .definition(definition)
                    .r#type(kind(workflow))
                    .send()
            })
            .await?;
        let diagnostics = answer.diagnostics.into_iter();
        Ok(Validation {
            result: bound::text(answer.result.as_str().to_owned()),
            diagnostics: diagnostics
                .map(|it| RawDiagnostic {
                    severity: bound::text(it.severity.as_str().to_owned()),
                    code: bound::text(it.code),
                    message: bound::text(it.message),
                    location: it.location.map(bound::text),
                })
                .collect(),
        })
    }

    /// `DeleteStateMachine`.
    pub async fn delete_machine(&self, wire: &Wire, arn: &str) -> Result<(), CallError> {
        self.call(wire, "DeleteStateMachine", || {
            self.calls
                .delete_state_machine()
                .state_machine_arn(arn)
                .send()
        })
        .await?;
        Ok(())
    }

    /// `StartExecution`: the execution's ARN.
    pub async fn start(
        &self,
        wire: &Wire,
        machine: &str,
        name: &str,
        input: &str,
    ) -> Result<String, CallError> {
        let started = self
            .call(wire, "StartExecution", || {
                self.calls
                    .start_execution()
                    .state_machine_arn(machine)
                    .name(name)
                    .input(input)
                    .send()
            })
            .await?;
        present("StartExecution", started.execution_arn)
    }

    /// `StartSyncExecution`: the execution's ARN, and how it ended.
    pub async fn start_sync(
        &self,
        wire: &Wire,
        machine: &str,
        name: &str,
        input: &str,
    ) -> Result<(String, Described), CallError> {
        const OPERATION: &str = "StartSyncExecution";
        let ended = self
            .untimed(wire, OPERATION, || {
                self.polls
                    .start_sync_execution()
                    .state_machine_arn(machine)
                    .name(name)
                    .input(input)
                    .customize()
                    .interceptor(HostOf(Arc::clone(&self.endpoint)))
                    .send()
            })
            .await?;
        let status = Status::from_name(ended.status.as_str()).ok_or_else(|| {
            let status = ended.status.as_str();
            protocol(OPERATION, format!("unknown status '{status}'"))
        })?;
        let output = ended.output.map(|output| wire.payload(OPERATION, output));
        let described = Described {
            status,
            output: output.transpose()?,
            error: ended.error.map(bound::text),
            cause: ended.cause.map(bound::text),
            start: millis(OPERATION, &ended.start_date)?,
            stop: Some(millis(OPERATION, &ended.stop_date)?),
        };
        Ok((short(OPERATION, "an ARN", ended.execution_arn)?, described))
    }

    /// `StopExecution`.
    pub async fn stop(&self, wire: &Wire, execution: &str) -> Result<(), CallError> {
        self.call(wire, "StopExecution", || {
            self.calls.stop_execution().execution_arn(execution).send()
        })
        .await?;
        Ok(())
    }

    /// `DescribeExecution`.
    pub async fn describe(&self, wire: &Wire, execution: &str) -> Result<Described, CallError> {
        const OPERATION: &str = "DescribeExecution";
        let described = self
            .call(wire, OPERATION, || {
                self.calls
                    .describe_execution()
                    .execution_arn(execution)
                    .send()
            })
            .await?;
        let status = Status::from_name(described.status.as_str()).ok_or_else(|| {
            protocol(
                OPERATION,
                format!("unknown status '{}'", described.status.as_str()),
            )
        })?;
        Ok(Described {
            status,
            output: described
                .output
                .map(|output| wire.payload(OPERATION, output))
                .transpose()?,
            error: described.error.map(bound::text),
            cause: described.cause.map(bound::text),
            start: millis(OPERATION, &described.start_date)?,
            stop: described
                .stop_date
                .map(|date| millis(OPERATION, &date))
                .transpose()?,
        })
    }

    /// `GetExecutionHistory`: the events of all pages, as the JSON that was received.
    pub async fn history(&self, wire: &Wire, execution: &str) -> Result<Vec<RawEvent>, CallError> {
        let read = tokio::time::timeout(HISTORY_TIME, self.pages(wire, execution)).await;
        read.unwrap_or_else(|_| Err(protocol(HISTORY, "it takes too long".to_owned()).into()))
    }

    async fn pages(&self, wire: &Wire, execution: &str) -> Result<Vec<RawEvent>, CallError> {
        let mut events = Vec::new();
        let (mut size, mut token) = (MANY, None);
        let mut asked = 0;
        while asked < MOST_EVENTS {
            let page = self.page(wire, execution, size, token.clone()).await;
            let (page, next) = match page {
                // The same page again, and less of it: what was read before it is kept.
                Err(CallError::TooMuch(_)) if size == MANY => {
                    size = FEW;
                    continue;
                }
                page => page?,
            };
            events.extend(page);
            token = next;
            if token.is_none() {
                return Ok(events);
            }
            asked += size.unsigned_abs() as usize;
        }
        Err(protocol(HISTORY, "the pages never end".to_owned()).into())
    }

    /// One page of a history, and the token of the next.
    async fn page(
        &self,
        wire: &Wire,
        execution: &str,
        size: i32,
        token: Option<String>,
    ) -> Result<(Vec<RawEvent>, Option<String>), CallError> {
        let body = Body::default();
        let page = self
            .call(wire, HISTORY, || {
                self.calls
                    .get_execution_history()
                    .execution_arn(execution)
                    .max_results(size)
                    .set_next_token(token.clone())
                    .customize()
                    .interceptor(body.clone())
                    .send()
            })
            .await?;
        let events = events::read(wire, HISTORY, &body.take())?;
        Ok((events, next_page(HISTORY, page.next_token)?))
    }

    /// `CreateActivity`: the activity's ARN.
    pub async fn create_activity(&self, wire: &Wire, name: &str) -> Result<String, CallError> {
        let created = self
            .call(wire, "CreateActivity", || {
                self.calls.create_activity().name(name).send()
            })
            .await?;
        present("CreateActivity", created.activity_arn)
    }

    /// `DeleteActivity`.
    pub async fn delete_activity(&self, wire: &Wire, arn: &str) -> Result<(), CallError> {
        self.call(wire, "DeleteActivity", || {
            self.calls.delete_activity().activity_arn(arn).send()
        })
        .await?;
        Ok(())
    }

    /// `GetActivityTask`: a task, or `None` if none arrived within the long poll.
    pub async fn poll(&self, wire: &Wire, activity: &str) -> Result<Option<Task>, CallError> {
        let polled = self
            .untimed(wire, "GetActivityTask", || {
                self.polls
                    .get_activity_task()
                    .activity_arn(activity)
                    .worker_name("stepproof")
                    .send()
            })
            .await?;
        let Some(token) = polled.task_token.filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        let token = short("GetActivityTask", "a token", token)?;
        let input = wire.payload("GetActivityTask", polled.input.unwrap_or_default())?;
        Ok(Some(Task { token, input }))
    }

    /// `SendTaskSuccess`, `SendTaskFailure` or `SendTaskHeartbeat`.
    ///
    /// Repeats the request if the engine answers with a 5xx status. If the engine did act on the
    /// first request it refuses the second, so a refusal then counts as success.
    pub async fn report(&self, wire: &Wire, token: &str, report: &Report) -> Result<(), CallError> {
        let began = Instant::now();
        let answer = self.report_patiently(wire, token, report).await;
        wire.reported(began.elapsed());
        answer
    }

    async fn report_patiently(
        &self,
        wire: &Wire,
        token: &str,
        report: &Report,
    ) -> Result<(), CallError> {
        let mut answer = self.report_once(wire, token, report).await;
        for _ in 0..FAULTS {
            if !matches!(answer, Err(CallError::Fault(_))) {
                return answer;
            }
            tokio::time::sleep(FAULT_PAUSE).await;
            answer = match self.report_once(wire, token, report).await {
                Err(CallError::Refused(_)) => Ok(()),
                answer => answer,
            };
        }
        answer
    }

    async fn report_once(
        &self,
        wire: &Wire,
        token: &str,
        report: &Report,
    ) -> Result<(), CallError> {
        let operation = report.operation();
        match report {
            Report::Success(output) => self
                .call(wire, operation, || {
                    self.calls
                        .send_task_success()
                        .task_token(token)
                        .output(output)
                        .send()
                })
                .await
                .map(drop),
            Report::Failure { error, cause } => self
                .call(wire, operation, || {
                    self.calls
                        .send_task_failure()
                        .task_token(token)
                        .set_error(error.clone())
                        .set_cause(cause.clone())
                        .send()
                })
                .await
                .map(drop),
            Report::Heartbeat => self
                .call(wire, operation, || {
                    self.calls.send_task_heartbeat().task_token(token).send()
                })
                .await
                .map(drop),
        }
    }

    /// `ListStateMachines`: the ARNs of the machines whose name starts with `prefix`.
    pub async fn machines(&self, wire: &Wire, prefix: &str) -> Result<Vec<String>, CallError> {
        let mut arns = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let page = self
                .call(wire, "ListStateMachines", || {
                    self.calls
                        .list_state_machines()
                        .set_next_token(token.clone())
                        .send()
                })
                .await?;
            let named = page.state_machines.into_iter();
            for machine in named.filter(|machine| machine.name.starts_with(prefix)) {
                arns.push(wire.payload("ListStateMachines", machine.state_machine_arn)?);
            }
            token = next_page("ListStateMachines", page.next_token)?;
            if token.is_none() {
                return Ok(arns);
            }
        }
        Err(protocol("ListStateMachines", "the pages never end".to_owned()).into())
    }

    /// `ListActivities`: the ARNs of the activities whose name starts with `prefix`.
    pub async fn activities(&self, wire: &Wire, prefix: &str) -> Result<Vec<String>, CallError> {
        let mut arns = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let page = self
                .call(wire, "ListActivities", || {
                    self.calls
                        .list_activities()
                        .set_next_token(token.clone())
                        .send()
                })
                .await?;
            let named = page.activities.into_iter();
            for activity in named.filter(|activity| activity.name.starts_with(prefix)) {
                arns.push(wire.payload("ListActivities", activity.activity_arn)?);
            }
            token = next_page("ListActivities", page.next_token)?;
            if token.is_none() {
                return Ok(arns);
            }
        }
        Err(protocol("ListActivities", "the pages never end".to_owned()).into())
    }

    /// Sends a request like [`Api::untimed`], and records how long it took.
    async fn call<T, E, F>(
        &self,
        wire: &Wire,
        operation: &'static str,
        send: impl Fn() -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let began = Instant::now();
        let answer = self.untimed(wire, operation, send).await;
        wire.called(began.elapsed());
        answer
    }

    /// Sends a request, and repeats it with growing pauses as long as the engine throttles it.
    async fn untimed<T, E, F>(
        &self,
        wire: &Wire,
        operation: &'static str,
        send: impl Fn() -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let mut pause = THROTTLED_PAUSE;
        for attempt in 0.. {
            let failure = match send().await {
                Ok(answer) => return Ok(answer),
                Err(error) => self.classify(operation, &error),
            };
            if let CallError::Refused(refusal) = &failure
                && !is_throttling(&refusal.code)
            {
                return Err(failure);
            }
            wire.note(operation, attempt, failure.to_string());
            match failure {
                CallError::Refused(_) if attempt < THROTTLED_LIMIT => {}
                CallError::Refused(_) => return Err(failure.into_trouble().into()),
                CallError::Fault(_) | CallError::TooMuch(_) | CallError::Trouble(_) => {
                    return Err(failure);
                }
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        unreachable!("the loop ends by returning")
    }

    /// Classifies an error as a refusal, a fault of the engine, or trouble.
    fn classify<E>(&self, operation: &'static str, error: &SdkError<E, HttpResponse>) -> CallError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let reason = match error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                match context.err().code() {
                    Some(code) if (400..500).contains(&status) => {
                        let message = context.err().message().unwrap_or_default();
                        return CallError::Refused(Refusal {
                            operation,
                            code: bound::reason(code.to_owned()),
                            message: bound::text(message.to_owned()),
                        });
                    }
                    _ => {
                        let reason = format!("status {status}: {}", answered(context.err()));
                        let trouble = protocol(operation, reason);
                        return match status {
                            500..600 => CallError::Fault(trouble),
                            _ => CallError::Trouble(trouble),
                        };
                    }
                }
            }
            SdkError::TimeoutError(_) => "no answer in time".to_owned(),
            SdkError::DispatchFailure(failure) => {
                let error = failure.as_connector_error();
                if let Some(error) = error.and_then(|it| found::<TooMuch>(it)) {
                    return CallError::TooMuch(protocol(operation, error.to_string()));
                }
                let reason =
                    error.map_or_else(|| "the request was not sent".to_owned(), |it| plain(it));
                if error.is_some_and(|it| never_connected(it)) {
                    return CallError::Trouble(Trouble::Unreachable {
                        endpoint: self.endpoint.to_string(),
                        reason,
                    });
                }
                reason
            }
            other => plain(other),
        };
        protocol(operation, reason).into()
    }
}

fn kind(workflow: WorkflowType) -> StateMachineType {
    match workflow {
        WorkflowType::Standard => StateMachineType::Standard,
        WorkflowType::Express => StateMachineType::Express,
    }
}

/// What an engine said that is neither a refusal nor an answer.
fn answered<E: ProvideErrorMetadata + std::error::Error + 'static>(error: &E) -> String {
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => bound::reason(format!("{code}: {message}")),
        (Some(said), None) | (None, Some(said)) => bound::reason(said.to_owned()),
        (None, None) => plain(error),
    }
}

/// Whether an error code means that the engine throttled the call and did not act, or that it has no
/// room for another execution until one ends.
fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "Throttling"
            | "ExecutionLimitExceeded"
    )
}

/// An ARN that the protocol requires. The SDK replaces one that the engine left out with an empty
/// string. Normalisation replaces ARNs wherever they occur, so it must look like one.
fn present(operation: &str, arn: String) -> Result<String, CallError> {
    if !arn.starts_with("arn:") {
        return Err(protocol(operation, "the answer names no ARN".to_owned()).into());
    }
    short(operation, "an ARN", arn)
}

/// A string that the harness sends back unchanged.
fn short(operation: &str, what: &str, text: String) -> Result<String, CallError> {
    if text.len() > bound::NAME {
        let reason = format!("{what} has {} bytes", text.len());
        return Err(protocol(operation, reason).into());
    }
    Ok(text)
}

/// The token of the next page, or `None` after the last one.
fn next_page(operation: &str, token: Option<String>) -> Result<Option<String>, CallError> {
    let token = token.filter(|token| !token.is_empty());
    let token = token.map(|token| short(operation, "a token", token));
    token.transpose()
}

/// Whole milliseconds, rounded because a date sent as a decimal fraction is not exact.
fn millis(operation: &str, date: &DateTime) -> Result<i64, Trouble> {
    let fraction = i64::from(date.subsec_nanos().saturating_add(500_000) / 1_000_000);
    date.secs()
        .checked_mul(1_000)
        .and_then(|millis| millis.checked_add(fraction))
        .filter(|millis| millis.abs() <= MOST_MILLIS)
        .ok_or_else(|| protocol(operation, "a date is out of range".to_owned()))
}
