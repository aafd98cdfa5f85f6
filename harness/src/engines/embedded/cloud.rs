//! The other services of the account over HTTP, each in its own protocol, on the port of Step Functions.
//!
//! * `aws_json` — SQS, DynamoDB and EventBridge: the operation in a header, the parameters as JSON
//! * `query` — SNS: parameters as in a form, answers in XML
//! * `s3` — S3: objects by their paths
//! * `lambda` — Lambda: functions by their paths
//! * `functions` — where invocations of functions are answered
//! * `xml` — XML, written only

mod aws_json;
mod functions;
mod lambda;
mod query;
mod s3;
mod xml;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
};

pub(super) use self::functions::Functions;
use super::{
    core::Calls,
    exchange::{LARGEST_BODY, header, read},
};

/// The largest object that is taken, in bytes; more than a function's payload.
const LARGEST_OBJECT: usize = 64 << 20;

/// The account, and how its callers are treated.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub service: Arc<dyn Calls>,
    pub functions: Arc<Functions>,
    /// How long the body of a request is waited for.
    pub patience: Duration,
}

/// Answers a request to one of the services; `None` if it is to none of them.
pub(super) async fn answer(account: &Account, request: Request) -> Option<Response> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let target = header(&head.headers, "x-amz-target");
    let is_form = header(&head.headers, "content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let call = if let Some(target) = target {
        Protocol::Json(aws_json::Target::read(target)?)
    } else if path.starts_with(lambda::ROOT) {
        Protocol::Lambda
    } else if is_form && path == "/" {
        Protocol::Query
    } else if path != "/"
        || head.method == Method::GET
        || s3::bucket(&head.headers).is_some() && head.method != Method::POST
    {
        Protocol::S3
    } else {
        return None;
    };
    let most = match call {
        Protocol::Json(_) | Protocol::Query => LARGEST_BODY,
        Protocol::Lambda | Protocol::S3 => LARGEST_OBJECT,
    };
    let body = match read(body, account.patience, most).await {
        Ok(body) => body,
        Err(status) => return Some(status.into_response()),
    };
    Some(match call {
        Protocol::Json(target) => aws_json::answer(account, &target, &head, &body).await,
        Protocol::Lambda => lambda::answer(account, &head, &body).await,
        Protocol::Query => query::answer(account, &body),
        Protocol::S3 => {
            // An object can be large.
            let account = account.clone();
            let answered = move || s3::answer(&account, &head, &body);
            match tokio::task::spawn_blocking(answered).await {
                Ok(response) => response,
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
    })
}

/// What a request is written in.
enum Protocol {
    Json(aws_json::Target),
    Query,
    S3,
    Lambda,
}
