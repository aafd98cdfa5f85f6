//! The service behind HTTP: AWS JSON 1.0, one route, the operation in a header.

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

/// How long `GetActivityTask` waits for a task.
const LONG_POLL: Duration = Duration::from_mins(1);
/// The service's name in `X-Amz-Target`.
const SERVICE: &str = "AWSStepFunctions.";

/// How time passes on a server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// Each execution's time jumps to what is due next as soon as everything is quiet. Its workers
    /// have to take part: see [`VirtualTime`](crate::client::clock::VirtualTime).
    Virtual,
    /// So many seconds of ASL time in one real second.
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
    /// Starts a server on this machine's loopback interface; port 0 takes a free one.
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
            // Without it answers wait for acknowledgements; with an odd kernel they just do.
            let _ = connection.set_nodelay(true);
        });
        let serving = axum::serve(listener, app).with_graceful_shutdown(async {
            // Told or dropped, it is time to stop.
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

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The time in which its executions live, for workers in this process.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Finishes what is going on and stops; polls that wait are answered with no task.
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
            // No task came in time, or the server stops: both are answered with no task.
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
