//! Who answers invocations of functions: another endpoint with Lambda's API, if there is one.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    http::{Request, StatusCode},
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use stepproof_specs::cloud::lambda::{Invocation, Outcome};

use super::super::core::Calls;

/// How long a function may take: AWS allows a quarter of an hour.
const LONGEST: Duration = Duration::from_mins(16);
/// How much a function may return, in bytes: more than AWS allows.
const LARGEST: usize = 8 << 20;

/// An endpoint that answers invocations.
#[derive(Debug)]
pub(crate) struct Functions {
    endpoint: Option<String>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Functions {
    /// Answers at this endpoint: `http://127.0.0.1:3001`.
    pub fn new(endpoint: Option<String>) -> Arc<Self> {
        Arc::new(Self {
            endpoint: endpoint.map(|it| it.trim_end_matches('/').to_owned()),
            client: Client::builder(TokioExecutor::new()).build_http(),
        })
    }

    /// Whether anybody answers.
    pub fn answers(&self) -> bool {
        self.endpoint.is_some()
    }

    /// Answers the invocations that there are, each in its own time.
    pub fn answer(self: &Arc<Self>, service: &Arc<dyn Calls>) {
        for invocation in service.take_invocations() {
            let (functions, service) = (self.clone(), service.clone());
            tokio::spawn(async move {
                let id = invocation.id;
                let asked = tokio::time::timeout(LONGEST, functions.ask(&invocation)).await;
                let outcome = asked.unwrap_or_else(|_| Err("it took too long".to_owned()));
                let outcome = outcome.unwrap_or_else(|reason| {
                    let function = &invocation.function;
                    let endpoint = functions.endpoint.as_deref().unwrap_or_default();
                    Outcome::Failed(format!(
                        "the invocation of '{function}' was not answered at {endpoint}: {reason}"
                    ))
                });
                service.answer_invocation(id, outcome);
            });
        }
    }

    /// What an invocation comes to; otherwise why it was not answered.
    async fn ask(&self, invocation: &Invocation) -> Result<Outcome, String> {
        let endpoint = self.endpoint.as_ref().ok_or("there is nobody")?;
        let name = utf8_percent_encode(&invocation.name, NON_ALPHANUMERIC);
        let mut url = format!("{endpoint}/2015-03-31/functions/{name}/invocations");
        if let Some(qualifier) = &invocation.qualifier {
            let qualifier = utf8_percent_encode(qualifier, NON_ALPHANUMERIC);
            url = format!("{url}?Qualifier={qualifier}");
        }
        let request = Request::post(url)
            .header("content-type", "application/json")
            .body(Full::from(invocation.payload.clone()))
            .map_err(|error| error.to_string())?;
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|_| "nobody is there".to_owned())?;
        let status = answer.status();
        let threw = answer.headers().contains_key("x-amz-function-error");
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        match status {
            StatusCode::OK if threw => Ok(Outcome::Threw(body)),
            StatusCode::OK | StatusCode::ACCEPTED => Ok(Outcome::Returned(body)),
            status => Err(format!("{status}: {body}")),
        }
    }
}
