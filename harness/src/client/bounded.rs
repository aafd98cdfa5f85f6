//! An HTTP client that reads no more of an answer than anybody needs.
//!
//! The SDK reads every answer to its end and builds large values from small texts, so the answer is
//! read and looked at before the SDK sees it.

use aws_sdk_sfn::{config::SharedHttpClient, error::ConnectorError};
use aws_smithy_runtime_api::client::{
    connector_metadata::ConnectorMetadata,
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;

use crate::bound;

/// A client whose answers are bounded.
#[derive(Debug)]
pub(super) struct Bounded(SharedHttpClient);

impl Bounded {
    /// Bounds the answers of another client.
    pub fn over(client: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Self(client))
    }
}

impl HttpClient for Bounded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[derive(Debug)]
struct Connector(SharedHttpConnector);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
            *answer.body_mut() = read(body).await?.into();
            Ok(answer)
        })
    }
}

/// The whole of a body.
async fn read(mut body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(ConnectorError::io)?.into_data() {
            let appended = bound::append(&mut read, &data, bound::ANSWER);
            appended.map_err(|error| ConnectorError::user(error.into()))?;
        }
    }
    let parsable = bound::parsable(&read, bound::VALUES);
    parsable.map_err(|error| ConnectorError::user(error.into()))?;
    Ok(read)
}
