//! Requests as they come in, and answers as they go out, whatever protocol they are in.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;

/// How long the body of a request may be, in bytes: AWS takes a definition of 1 MiB.
pub(super) const LARGEST_BODY: usize = 4 << 20;

/// Content types of AWS JSON.
pub(super) const JSON_1_0: &str = "application/x-amz-json-1.0";
pub(super) const JSON_1_1: &str = "application/x-amz-json-1.1";

/// Reads the body of a request, of at most so many bytes.
pub(super) async fn read(body: Body, patience: Duration, most: usize) -> Result<Bytes, StatusCode> {
    let body = axum::body::to_bytes(body, most);
    match tokio::time::timeout(patience, body).await {
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Ok(body)) => Ok(body),
    }
}

/// A header of a request, if it is text.
pub(super) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// An answer with a body of some content type.
pub(super) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let kind = HeaderValue::from_static(content_type);
    let mut response = (status, [(CONTENT_TYPE, kind)], body.into()).into_response();
    let id = uuid::Uuid::new_v4().to_string();
    with(&mut response, "x-amzn-requestid", &id);
    response
}

/// An answer in AWS JSON 1.0.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    answer(status, JSON_1_0, body.to_string())
}

/// Adds a header, unless its value cannot be one.
pub(super) fn with(response: &mut Response, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (
        HeaderName::from_bytes(name.as_bytes()),
        HeaderValue::from_bytes(value.as_bytes()),
    ) {
        response.headers_mut().insert(name, value);
    }
}

/// A status by its number.
pub(super) fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
