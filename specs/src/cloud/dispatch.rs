//! Which module an operation belongs to.

use serde_json::Value;

use super::{Cloud, CloudError, dynamodb, events, lambda, s3, sns, sqs};
use crate::base::time::Instant;

impl Cloud {
    /// Handles an operation of a service, both by AWS's name (`sqs`, `SendMessage`; EventBridge is `events`).
    ///
    /// The services are `sqs`, `sns`, `dynamodb`, `s3`, `events` and `lambda`. A service or an operation that
    /// is not modelled is refused with the code `UnknownOperationException`.
    pub fn call(
        &mut self,
        now: Instant,
        service: &str,
        operation: &str,
        params: &Value,
    ) -> Result<Value, CloudError> {
        match service {
            "sqs" => sqs::call(self, now, operation, params),
            "sns" => sns::call(self, now, operation, params),
            "dynamodb" => dynamodb::call(self, now, operation, params),
            "s3" => s3::call(self, now, operation, params),
            "events" => events::call(self, now, operation, params),
            "lambda" => lambda::call(self, now, operation, params),
            _ => Err(CloudError::unknown(service, operation)),
        }
    }
}
