//! What is done to calls on their way, beside what the SDK does.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sfn::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{
            AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
        },
    },
    error::BoxError,
};

/// Keeps the body of an answer, because the SDK drops fields that it does not model.
#[derive(Debug, Clone, Default)]
pub(super) struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    /// Takes out what was kept last.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sends a call to the endpoint itself. The service's model puts `sync-` before the host of some
/// operations, which is right for AWS only: there is no `sync-127.0.0.1`.
#[derive(Debug)]
pub(super) struct HostOf(pub Arc<str>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for HostOf {
    fn name(&self) -> &'static str {
        "HostOf"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !self.0.contains(".amazonaws.com") {
            let request = context.request_mut();
            let uri = request.uri().replacen("://sync-", "://", 1);
            request.set_uri(uri)?;
        }
        Ok(())
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(bytes) = context.response().body().bytes() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes.to_vec();
        }
        Ok(())
    }
}
