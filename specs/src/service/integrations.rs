//! Tasks that are calls to services: how their events follow from what is answered, and the envelope in
//! which an answer or an error reaches the execution.

use serde_json::{Map, Value, json};

use super::{ExecutionId, Service, TaskRef, tasks::Open, tasks::unavailable};
use crate::{
    asl::resource::{Integration, Pattern},
    base::{entropy::mix, time::Instant},
    deviation::CallRule,
    history::Failure,
    interpreter::Input,
};

/// How an integration names a service, and writes its answers and errors.
pub(super) struct Style {
    /// The prefix of error names.
    pub errors: &'static str,
    /// The service in causes.
    pub service: &'static str,
    /// The exception for errors that the service's model does not name.
    pub other: &'static str,
    /// The codes of the errors that it names, as far as they can occur.
    pub named: &'static [&'static str],
    /// What of the HTTP answer is told; `None` for integrations of the AWS SDK, whose causes are worded otherwise,
    /// too.
    pub http: Option<Http>,
}

/// The HTTP answer of an optimised integration.
#[derive(Clone, Copy)]
pub(super) enum Http {
    /// Nothing is told of it.
    Untold,
    /// One with these headers besides its length, its date and the id of the request.
    With(&'static [(&'static str, &'static str)]),
}

/// An error as a service answers it.
pub(super) struct Refusal<'e> {
    /// The code, as the service's model has it.
    pub name: &'e str,
    /// As its protocol has it.
    pub code: &'e str,
    pub message: &'e str,
    pub status: u16,
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
            self.open(task, Open::Token { queue: None });
        }
        let called = match integration.service {
            "states" | "aws-sdk:sfn" => self.call_itself(now, task, integration, params),
            _ if integration.pattern == Pattern::Sync => None,
            _ => self.call_other(now, task, integration, params),
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
            (Ok(Called::Answer(output)), Pattern::Sync) => {
                let task = number;
                told.push(Input::TaskSubmitted {
                    task,
                    output: output.clone(),
                });
                let output = output.into();
                told.push(Input::TaskSucceeded { task, output });
            }
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

    /// The failure of a task whose call is refused.
    pub(super) fn refused(&self, style: &Style, refusal: &Refusal<'_>, id: &str) -> Failure {
        let failure = style.failure(refusal, id);
        if self.keeps(CallRule::IntegrationError) {
            return failure;
        }
        Failure {
            error: Some(refusal.code.into()),
            ..failure
        }
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
        if let Some(Http::With(headers)) = self.http {
            let metadata = metadata(headers, body, at, id);
            members.insert("SdkHttpMetadata".to_owned(), metadata);
            members.insert("SdkResponseMetadata".to_owned(), json!({ "RequestId": id }));
        }
        members.sort_keys();
        members.into()
    }

    /// The failure of a task whose call fails (recorded: error_handling).
    pub fn failure(&self, refusal: &Refusal<'_>, id: &str) -> Failure {
        let Self {
            errors, service, ..
        } = self;
        let Refusal {
            name,
            code,
            message,
            status,
        } = refusal;
        let cause = if self.http.is_none() {
            // S3 has another id beside that of the request (recorded).
            let rest = if *service == "S3" {
                format!(", Extended Request ID: {id})")
            } else {
                ") (SDK Attempt Count: 1)".to_owned()
            };
            format!("{message} (Service: {service}, Status Code: {status}, Request ID: {id}{rest}")
        } else {
            format!(
                "{message} (Service: {service}; Status Code: {status}; Error Code: {code}; Request ID: {id}; \
                 Proxy: null)"
            )
        };
        let name = if self.named.contains(name) {
            name.strip_suffix("Exception").unwrap_or(name)
        } else {
            self.other
        };
        Failure {
            error: Some(format!("{errors}.{name}Exception").into()),
            cause: Some(cause.into()),
        }
    }
}

/// What an optimised integration tells of the HTTP answer.
fn metadata(headers: &[(&str, &str)], body: &str, at: Instant, id: &str) -> Value {
    let (length, date) = (body.len().to_string(), at.http_date());
    let own = [
        ("Content-Length", &*length),
        ("Date", &*date),
        ("x-amzn-RequestId", id),
    ];
    let mut single = Map::new();
    for (name, value) in own.iter().chain(headers) {
        single.insert((*name).to_owned(), (*value).into());
    }
    single.sort_keys();
    let listed = single
        .iter()
        .map(|(name, value)| (name.clone(), json!([value])));
    json!({
        "AllHttpHeaders": listed.collect::<Map<_, _>>(),
        "HttpHeaders": single,
        "HttpStatusCode": 200,
    })
}
