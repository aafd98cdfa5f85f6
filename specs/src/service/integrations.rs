//! Tasks that are calls to services: how their events follow from what is answered, and the envelope in
//! which an answer or an error reaches the execution.

use serde_json::{Map, Value, json};

use super::{CallError, ExecutionId, Service, TaskRef, tasks::Open, tasks::unavailable};
use crate::{
    asl::resource::{Integration, Pattern},
    base::{entropy::mix, time::Instant},
    clause::Clause,
    history::Failure,
    interpreter::Input,
};

/// How an integration names a service, and writes its answers and errors.
pub(super) struct Style {
    /// The prefix of error names.
    pub errors: &'static str,
    /// The service in causes.
    pub service: &'static str,
    /// Whether it is one of the AWS SDK: its answers have no metadata, and its causes are worded otherwise.
    pub sdk: bool,
}

/// What a service has answered.
pub(super) enum Called {
    /// This.
    Answer(Value),
    /// This, and the task may wait for the end of an execution that was started.
    Started(Value, ExecutionId),
    /// Nothing before the end of an execution that was started.
    Later(ExecutionId),
}

impl Service {
    /// Calls the service of an integration. Returns what the execution is told at once, in order.
    pub(super) fn integrate(
        &mut self,
        now: Instant,
        task: TaskRef,
        integration: Integration<'_>,
        params: &Value,
    ) -> Vec<Input> {
        let waits = integration.pattern == Pattern::Callback;
        if waits {
            // Whoever is called may know the token at once.
            self.open(task, Open::Token);
        }
        let called = match integration.service {
            "states" | "aws-sdk:sfn" => self.call_itself(now, task, integration, params),
            _ => None,
        };
        let Some(called) = called else {
            self.close(task);
            let Integration {
                service, action, ..
            } = integration;
            return vec![unavailable(
                task,
                &format!("arn:aws:states:::{service}:{action}"),
            )];
        };
        let TaskRef { task: number, .. } = task;
        let mut told = vec![Input::TaskStarted {
            task: number,
            worker: None,
        }];
        match (called, integration.pattern) {
            (Err(failure), _) => {
                self.close(task);
                let task = number;
                told.push(Input::TaskFailed { task, failure });
            }
            (Ok(Called::Later(child)), _) => self.open(task, Open::Execution(child)),
            (Ok(Called::Started(output, child)), Pattern::Sync) => {
                self.open(task, Open::Execution(child));
                let task = number;
                told.push(Input::TaskSubmitted { task, output });
            }
            (Ok(Called::Answer(output) | Called::Started(output, _)), Pattern::Request) => {
                let (task, output) = (number, output.into());
                told.push(Input::TaskSucceeded { task, output });
            }
            (Ok(Called::Answer(output) | Called::Started(output, _)), _) => {
                let task = number;
                told.push(Input::TaskSubmitted { task, output });
            }
        }
        told
    }

    /// The id of the request that a task makes.
    pub(super) fn request_id(&self, task: TaskRef) -> String {
        self.drawn_uuid(mix(task.execution.0) ^ task.task.0)
    }
}

impl Style {
    /// The answer as the task's result: with the metadata of the call, if it is an optimised integration
    /// (recorded: services, callback). Members are in the order of their names.
    pub fn answer(&self, answer: Map<String, Value>, body: &str, at: Instant, id: &str) -> Value {
        let mut members = answer;
        if !self.sdk {
            members.insert("SdkHttpMetadata".to_owned(), metadata(body, at, id));
            members.insert("SdkResponseMetadata".to_owned(), json!({ "RequestId": id }));
        }
        members.sort_keys();
        members.into()
    }

    /// The failure of a task whose call fails (recorded: error_handling).
    pub fn failure(&self, error: &CallError, id: &str) -> Failure {
        let Self {
            errors, service, ..
        } = self;
        let CallError { code, message, .. } = error;
        let cause = if self.sdk {
            format!(
                "{message} (Service: {service}, Status Code: 400, Request ID: {id}) (SDK Attempt Count: 1)"
            )
        } else {
            format!(
                "{message} (Service: {service}; Status Code: 400; Error Code: {code}; Request ID: {id}; \
                 Proxy: null)"
            )
        };
        let name = code.strip_suffix("Exception").unwrap_or(code);
        Failure {
            error: Some(format!("{errors}.{name}Exception").into()),
            cause: Some(cause.into()),
        }
    }

    /// The rule about failures.
    pub fn rule(&self) -> Clause {
        Clause::IntegrationFailure
    }
}

/// What an optimised integration tells of the HTTP answer.
fn metadata(body: &str, at: Instant, id: &str) -> Value {
    let (length, date) = (body.len().to_string(), at.http_date());
    let media = "application/x-amz-json-1.0";
    json!({
        "AllHttpHeaders": {
            "Content-Length": [length],
            "Content-Type": [media],
            "Date": [date],
            "connection": ["keep-alive"],
            "x-amzn-RequestId": [id],
        },
        "HttpHeaders": {
            "Content-Length": length,
            "Content-Type": media,
            "Date": date,
            "connection": "keep-alive",
            "x-amzn-RequestId": id,
        },
        "HttpStatusCode": 200,
    })
}
