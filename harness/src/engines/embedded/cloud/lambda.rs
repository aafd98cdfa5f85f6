//! Lambda: REST with JSON.

use axum::{
    body::Body,
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use stepproof_specs::cloud::CloudError;

use super::{
    super::{
        core::Invoking,
        exchange::{self, header},
    },
    Account,
};

/// What the paths of functions begin with.
pub(super) const ROOT: &str = "/2015-03-31/functions";
const JSON: &str = "application/json";

pub(super) async fn answer(account: &Account, head: &Parts, body: &[u8]) -> Response {
    let rest = head.uri.path().strip_prefix(ROOT).unwrap_or_default();
    let mut parts = rest.split('/').filter(|part| !part.is_empty());
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let (name, what) = (parts.next().map(decoded), parts.next());
    let answered = match (&head.method, name, what) {
        (&Method::POST, None, None) => match serde_json::from_slice::<Value>(body) {
            Ok(params) => call(account, "CreateFunction", &params, StatusCode::CREATED),
            Err(_) => {
                let message = "Could not parse request body into json";
                return told(400, "InvalidRequestContentException", message);
            }
        },
        (&Method::GET, Some(name), None) => {
            let params = with_qualifier(head, json!({ "FunctionName": name }));
            call(account, "GetFunction", &params, StatusCode::OK)
        }
        (&Method::DELETE, Some(name), None) => {
            let params = with_qualifier(head, json!({ "FunctionName": name }));
            call(account, "DeleteFunction", &params, StatusCode::NO_CONTENT)
        }
        (&Method::POST, Some(name), Some("invocations")) => invoke(account, head, name, body).await,
        _ => {
            return told(
                404,
                "UnknownOperationException",
                "this request is not modelled",
            );
        }
    };
    answered.unwrap_or_else(|error| told(error.status, error.code, &error.message))
}

fn call(
    account: &Account,
    operation: &str,
    params: &Value,
    status: StatusCode,
) -> Result<Response, CloudError> {
    let answer = account.service.cloud("lambda", operation, params)?;
    let body = match status {
        StatusCode::NO_CONTENT => Body::empty(),
        _ => Body::from(answer.to_string()),
    };
    Ok(exchange::answer(status, JSON, body))
}

async fn invoke(
    account: &Account,
    head: &Parts,
    name: String,
    body: &[u8],
) -> Result<Response, CloudError> {
    let mut params = with_qualifier(head, json!({ "FunctionName": name }));
    if let Some(kind) = header(&head.headers, "x-amz-invocation-type") {
        params["InvocationType"] = kind.into();
    }
    if !body.is_empty() {
        params["Payload"] = String::from_utf8_lossy(body).into();
    }
    let invoking = account.service.invoke(&params)?;
    account.functions.answer(&account.service);
    let answer = match invoking {
        Invoking::Now(answer) => answer,
        Invoking::Later(waiting) => match waiting.await {
            Ok(answer) => answer?,
            Err(_) => return Ok(told(503, "ServiceUnavailable", "the server is stopping")),
        },
    };
    let text = |name: &str| answer[name].as_str();
    let status = answer["StatusCode"]
        .as_u64()
        .and_then(|it| u16::try_from(it).ok());
    let status = exchange::status(status.unwrap_or(500));
    let payload = text("Payload").unwrap_or_default().to_owned();
    let mut response = exchange::answer(status, JSON, payload);
    for (header, member) in [
        ("x-amz-executed-version", "ExecutedVersion"),
        ("x-amz-function-error", "FunctionError"),
    ] {
        if let Some(value) = text(member) {
            exchange::with(&mut response, header, value);
        }
    }
    Ok(response)
}

fn with_qualifier(head: &Parts, mut params: Value) -> Value {
    let query = head.uri.query().unwrap_or_default();
    let mut query = form_urlencoded::parse(query.as_bytes());
    if let Some((_, qualifier)) = query.find(|(name, _)| name == "Qualifier") {
        params["Qualifier"] = qualifier.into();
    }
    params
}

fn told(status: u16, code: &str, message: &str) -> Response {
    let body = json!({"Type": "User", "Message": message, "Code": code});
    let mut response = exchange::answer(exchange::status(status), JSON, body.to_string());
    exchange::with(&mut response, "x-amzn-errortype", code);
    response
}
