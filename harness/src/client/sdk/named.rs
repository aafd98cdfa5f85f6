//! Calls of any operation by its name, with parameters as JSON: also with those that the SDK's types do not
//! allow. The SDK signs and sends them; what they are is put into a request of another operation.

use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use stepproof_specs::service::Service;

use super::{
    Api, CallError, Wire,
    intercept::{Body, HostOf},
    protocol,
};
use crate::{
    client::journal::{Journal, Which},
    raw::Completion,
};

/// The service's name before that of an operation.
const SERVICE: &str = "AWSStepFunctions.";
/// What an operation is called that the API does not have.
const UNKNOWN: &str = "an operation";

impl Api {
    /// Makes a call of this operation, and writes it in the journal. A call of which nobody knows whether the
    /// engine acted is an error.
    pub async fn named(
        &self,
        (wire, journal): (&Wire, &mut Journal),
        which: Which,
        operation: &str,
        parameters: &Value,
    ) -> Result<Value, CallError> {
        journal.invoke(which, operation, parameters);
        let answer = self.send_named(wire, operation, parameters).await;
        journal.complete(match &answer {
            Ok(answer) => Completion::Ok(answer.clone()),
            Err(CallError::Refused(refusal)) => Completion::Fail {
                code: refusal.code.clone(),
                message: refusal.message.clone(),
            },
            Err(error) => Completion::Unknown(error.to_string()),
        });
        answer
    }

    async fn send_named(
        &self,
        wire: &Wire,
        operation: &str,
        parameters: &Value,
    ) -> Result<Value, CallError> {
        let mut known = Service::operations();
        let name = known.find(|it| *it == operation).unwrap_or(UNKNOWN);
        let text = parameters.to_string();
        let body = Body::default();
        let target = format!("{SERVICE}{operation}");
        self.call(wire, name, || {
            let (text, target) = (text.clone(), target.clone());
            self.calls
                .list_activities()
                .customize()
                .mutate_request(move |request| {
                    let headers = request.headers_mut();
                    headers.insert("x-amz-target", target.clone());
                    headers.insert("content-length", text.len().to_string());
                    *request.body_mut() = SdkBody::from(text.clone());
                })
                .interceptor(HostOf(self.endpoint.clone()))
                .interceptor(body.clone())
                .send()
        })
        .await?;
        let bytes = body.take();
        // Some operations answer nothing.
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        let answer = serde_json::from_slice(&bytes);
        answer.map_err(|error| protocol(operation, error.to_string()).into())
    }
}
