//! The service over HTTP: AWS JSON 1.0, one route, the operation in a header.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
    serve::ListenerExt as _,
};
use serde_json::{Value, json};
use stepproof_specs::{
    deviation::Deviations,
    service::{CallError, Config},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{
    core::{Calls, Core, Reply},
    virtual_time::Timelines,
    wall::{self, Wall},
};
use crate::client::clock::Clock;

/// How long `GetActivityTask` waits for a task before it answers with none.
const LONG_POLL: Duration = Duration::from_mins(1);
/// The service's name in `X-Amz-Target`.
const SERVICE: &str = "AWSStepFunctions.";

/// How time passes in the executions of a server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// Each execution has its own time, which jumps to its next event once nobody is acting.
    /// Workers have to take part: see [`VirtualTime`](crate::client::clock::VirtualTime).
    Virtual,
    /// This many seconds of ASL time pass in one real second.
    Scaled(f64),
}

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    service: Arc<dyn Calls>,
    clock: Clock,
    shutdown: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
    timers: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on the loopback interface; port 0 picks a free port.
    pub async fn start(port: u16, speed: Speed, deviations: Deviations) -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let config = Config::default();
        let (service, clock, timers): (Arc<dyn Calls>, _, _) = match speed {
            Speed::Virtual => {
                let core = Core::new(config, deviations, Timelines::default());
                (core.clone(), Clock::Virtual(core), None)
            }
            Speed::Scaled(scale) => {
                let wall = Wall::new(scale);
                let earlier = wall.earlier();
                let core = Core::new(config, deviations, wall);
                let timers = tokio::spawn(wall::run(Arc::downgrade(&core), earlier));
                (core, Clock::Real(scale), Some(timers))
            }
        };
        let (shutdown, stopped) = oneshot::channel::<()>();
        let app = Router::new()
            .route("/", post(answer))
            .with_state(service.clone());
        let listener = listener.tap_io(|connection| {
            // With Nagle's algorithm, answers would wait for acknowledgements. If it cannot be
            // turned off, answers are only slower.
            let _ = connection.set_nodelay(true);
        });
        let serving = axum::serve(listener, app).with_graceful_shutdown(async {
            // A message and a dropped sender both mean shutdown.
            let _ = stopped.await;
        });
        Ok(Self {
            address,
            service,
            clock,
            shutdown: Some(shutdown),
            serving: tokio::spawn(serving.into_future()),
            timers,
        })
    }

    /// The address of the server.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The clock of its executions, for workers in this process.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Finishes the current requests and stops; waiting polls are answered with no task.
    pub async fn stop(mut self) -> std::io::Result<()> {
        drop(self.shutdown.take());
        self.service.close();
        match (&mut self.serving).await {
            Ok(result) => result,
            Err(error) => Err(std::io::Error::other(error)),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.service.close();
        self.serving.abort();
        if let Some(timers) = &self.timers {
            timers.abort();
        }
    }
}

async fn answer(
    State(service): State<Arc<dyn Calls>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .and_then(|target| target.strip_prefix(SERVICE));
    let Some(operation) = target else {
        return refusal(
            "UnknownOperationException",
            "the request names no operation",
        );
    };
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refusal("SerializationException", "the body is no JSON");
    };
    match service.call(operation, &body) {
        Reply::Now(Ok(answer)) => json_response(StatusCode::OK, &answer),
        Reply::Now(Err(CallError { code, message })) => refusal(code, &message),
        Reply::Later(mut waiting) => {
            // If no task arrives in time, or the server stops, the answer has no task.
            let task = tokio::time::timeout(LONG_POLL, &mut waiting.task).await;
            let answer = match task {
                Ok(Ok(task)) => task,
                _ => json!({ "taskToken": null, "input": null }),
            };
            json_response(StatusCode::OK, &answer)
        }
    }
}

fn refusal(code: &str, message: &str) -> Response {
    let body = json!({ "__type": code, "message": message });
    json_response(StatusCode::BAD_REQUEST, &body)
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let kind = HeaderValue::from_static("application/x-amz-json-1.0");
    (status, [(CONTENT_TYPE, kind)], body.to_string()).into_response()
}
