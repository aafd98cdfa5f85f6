//! The service over HTTP: AWS JSON 1.0, the operation in a header. What is not for Step Functions is for the other
//! services of the account.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{HOST, ORIGIN},
        uri::Authority,
    },
    response::{IntoResponse, Response},
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use serde_json::{Value, json};
use stepproof_specs::{
    deviation::Deviations,
    service::{CallError, Config},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{
    cloud::{self, Account, Functions},
    core::{Calls, Core, Reply, stopping},
    exchange::{self, LARGEST_BODY, header, json as json_response},
    virtual_time::Timelines,
    wall::{self, Wall},
};
use crate::client::clock::Clock;

/// The call that waits for a task.
const POLL: &str = "GetActivityTask";
/// How long it waits before it is answered with none.
const LONG_POLL: Duration = Duration::from_mins(1);
/// The largest body of a call that is in nobody's way, in bytes.
const LARGE: usize = 64 << 10;
/// How long it is waited before the next connection is accepted when one could not be.
const RESPITE: Duration = Duration::from_millis(100);

/// How long clients are waited for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Until a request's headers are there; until the next request, too.
    headers: Duration,
    /// Until its body is there.
    body: Duration,
    /// Until requests are done when the server stops.
    end: Duration,
}

const PATIENCE: Patience = Patience {
    headers: Duration::from_mins(1),
    body: Duration::from_mins(1),
    end: Duration::from_secs(3),
};

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
        Self::start_with(port, speed, deviations, None, PATIENCE).await
    }

    /// The same, where invocations of Lambda functions are answered by another endpoint with Lambda's API
    /// (`http://127.0.0.1:3001`).
    pub async fn start_with_functions(
        port: u16,
        speed: Speed,
        deviations: Deviations,
        functions: Option<String>,
    ) -> std::io::Result<Self> {
        Self::start_with(port, speed, deviations, functions, PATIENCE).await
    }

    async fn start_with(
        port: u16,
        speed: Speed,
        deviations: Deviations,
        functions: Option<String>,
        patience: Patience,
    ) -> std::io::Result<Self> {
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
        let functions = Functions::new(functions);
        if functions.answers() {
            service.answer_invocations();
        }
        let account = Account {
            service: service.clone(),
            functions,
            patience: patience.body,
        };
        let app = Router::new().fallback(answer).with_state(account);
        Ok(Self {
            address,
            service,
            clock,
            shutdown: Some(shutdown),
            serving: tokio::spawn(serve(listener, app, stopped, patience)),
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

/// Serves connections until it is told to stop, or until nobody can tell it any more.
async fn serve(
    listener: TcpListener,
    app: Router,
    mut stopped: oneshot::Receiver<()>,
    patience: Patience,
) -> std::io::Result<()> {
    let connections = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(patience.headers);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stopped => break,
        };
        let Ok((connection, _)) = accepted else {
            // There may be too many of them: some will end.
            tokio::time::sleep(RESPITE).await;
            continue;
        };
        // Without it answers wait for acknowledgements; with an odd kernel they just do.
        let _ = connection.set_nodelay(true);
        let app = TowerToHyperService::new(app.clone());
        let served = http.serve_connection(TokioIo::new(connection), app);
        let served = connections.watch(served);
        tokio::spawn(async move {
            // A client that goes away is no trouble of the server's.
            let _ = served.await;
        });
    }
    drop(listener);
    // A request of which half was sent is not waited for.
    let _ = tokio::time::timeout(patience.end, connections.shutdown()).await;
    Ok(())
}

async fn answer(State(account): State<Account>, request: Request) -> Response {
    let denied = if !is_for_loopback(&request) {
        Some("this server answers only requests to a loopback address or to localhost")
    } else if request.headers().contains_key(ORIGIN) {
        // A page of another origin can post forms here, whatever is answered.
        Some("this server does not answer pages in browsers")
    } else {
        None
    };
    if let Some(message) = denied {
        let body = json!({"__type": "AccessDeniedException", "message": message});
        return json_response(StatusCode::FORBIDDEN, &body);
    }
    let target = header(request.headers(), "x-amz-target");
    let Some(operation) = target.and_then(|target| target.strip_prefix(SERVICE)) else {
        let answered = cloud::answer(&account, request).await;
        return answered.unwrap_or_else(|| {
            refusal(
                "UnknownOperationException",
                "the request names no operation",
            )
        });
    };
    let operation = operation.to_owned();
    let Account {
        service, patience, ..
    } = account;
    let body = match exchange::read(request.into_body(), patience, LARGEST_BODY).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let polls = operation == POLL;
    let reply = if body.len() > LARGE {
        let service = service.clone();
        let call = move || called(service, &operation, &body);
        match tokio::task::spawn_blocking(call).await {
            Ok(reply) => reply,
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    } else {
        called_soon(&service, operation, &body).await
    };
    if service.has_work() {
        tokio::task::spawn_blocking(move || service.work());
    }
    match reply {
        None => refusal("SerializationException", "the body is no JSON"),
        Some(Reply::Now(Ok(answer))) => json_response(StatusCode::OK, &answer),
        Some(Reply::Now(Err(error))) => refused(error),
        Some(Reply::Later(mut waiting)) if polls => {
            // No task came in time, or the server stops: both are answered with no task.
            let task = tokio::time::timeout(LONG_POLL, &mut waiting.answer).await;
            let answer = match task {
                Ok(Ok(task)) => task,
                _ => json!({ "taskToken": null, "input": null }),
            };
            json_response(StatusCode::OK, &answer)
        }
        // An execution that is waited for ends, after five minutes at the latest.
        Some(Reply::Later(mut waiting)) => match (&mut waiting.answer).await {
            Ok(answer) => json_response(StatusCode::OK, &answer),
            Err(_) => refused(stopping()),
        },
    }
}

/// Makes a call; `None` if the body is no JSON.
fn called(service: Arc<dyn Calls>, operation: &str, body: &[u8]) -> Option<Reply> {
    let body = serde_json::from_slice::<Value>(body).ok()?;
    Some(service.call(operation, &body))
}

/// The same for a call that is no work. Only if it has to wait it is made elsewhere.
async fn called_soon(service: &Arc<dyn Calls>, operation: String, body: &[u8]) -> Option<Reply> {
    let body = serde_json::from_slice::<Value>(body).ok()?;
    if let Some(reply) = service.clone().try_call(&operation, &body) {
        return Some(reply);
    }
    let service = service.clone();
    let waiting = tokio::task::spawn_blocking(move || service.call(&operation, &body));
    waiting.await.ok()
}

/// Whether a request is addressed to this machine itself. A page in a browser can let a name of its
/// own lead here, but its requests carry that name.
fn is_for_loopback(request: &Request) -> bool {
    let header = request.headers().get(HOST).map(HeaderValue::to_str);
    let named = request.uri().host().map(Ok).into_iter().chain(header);
    named.into_iter().all(|host| host.is_ok_and(is_loopback))
}

fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    // Clients put this before the host for some operations: `StartSyncExecution` and `TestState`.
    let name = name.strip_prefix("sync-").unwrap_or(&name);
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn refused(error: CallError) -> Response {
    let mut body = json!({ "__type": error.code, "message": error.message });
    if let Some((name, value)) = error.more {
        body[name] = value.into();
    }
    json_response(StatusCode::BAD_REQUEST, &body)
}

fn refusal(code: &'static str, message: &str) -> Response {
    refused(CallError::new(code, message))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use stepproof_specs::deviation::Deviations;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    use super::{PATIENCE, Patience, Server, Speed, is_loopback};

    /// Far longer than anything here takes.
    const ENDLESS: Duration = Duration::from_hours(1);

    async fn server(patience: Patience) -> Server {
        let speed = Speed::Scaled(1.0);
        let started = Server::start_with(0, speed, Deviations::default(), None, patience);
        started.await.unwrap()
    }

    /// What comes back for this text until the connection is closed.
    async fn sent(server: &Server, text: &str) -> String {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A connection that is reset is closed, too: what came before counts.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    fn request(host: &str, operation: &str, body: &str) -> String {
        format!(
            "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             X-Amz-Target: AWSStepFunctions.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    #[test]
    fn only_loopback_names_are_answered_to() {
        for host in [
            "localhost",
            "LOCALHOST:8083",
            "127.0.0.1",
            "127.1.2.3:80",
            "[::1]:8083",
            "[::1]",
            "a.localhost",
            "localhost.",
            "sync-localhost:8083",
            "sync-127.0.0.1",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "notlocalhost",
            "sync-example.com",
            "sync-sync-localhost",
            "10.0.0.1:8083",
            "0.0.0.0",
            "127.0.0.1@example.com",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_request_to_another_name_is_refused() {
        let server = server(PATIENCE).await;
        let answered = sent(&server, &request("localhost", "ListStateMachines", "{}")).await;
        assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
        let refused = sent(&server, &request("evil.example", "ListStateMachines", "{}")).await;
        assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
    }

    /// A page can post a form without asking whether it may.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_page_of_another_origin_is_refused() {
        let server = server(PATIENCE).await;
        let form = |origin: &str| {
            let body = "Action=ListTopics&Version=2010-03-31";
            format!(
                "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{origin}\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
        };
        let answered = sent(&server, &form("")).await;
        assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
        let refused = sent(&server, &form("Origin: http://evil.example\r\n")).await;
        assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
    }

    /// Some clients put the bucket before the name of the host.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_bucket_is_in_the_path_or_in_the_host() {
        let server = server(PATIENCE).await;
        let asked = async |start: &str, host: &str| {
            let text = format!(
                "{start} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            );
            sent(&server, &text).await
        };
        for (start, host, answer) in [
            ("PUT /", "some-bucket.localhost:8083", "200 OK"),
            ("PUT /a/k", "some-bucket.localhost", "200 OK"),
            ("GET /some-bucket/a/k", "localhost:8083", "200 OK"),
            ("GET /some-bucket/k", "127.0.0.1", "404 Not Found"),
            ("GET /a/k", "localhost", "404 Not Found"),
            ("GET /", "localhost", "501 Not Implemented"),
            ("DELETE /", "some-bucket.localhost", "409 Conflict"),
        ] {
            let answered = asked(start, host).await;
            let told = answered.strip_prefix("HTTP/1.1 ").unwrap();
            assert!(told.starts_with(answer), "{start} at {host}: {told}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn half_a_request_is_not_waited_for_for_ever() {
        let short = Duration::from_millis(50);
        let impatient = Patience {
            headers: short,
            body: short,
            end: ENDLESS,
        };
        let server = server(impatient).await;
        sent(&server, "POST / HTTP/1.1\r\nHost: local").await;
        let whole = request("localhost", "ListStateMachines", "{}");
        let refused = sent(&server, &whole[..whole.len() - 1]).await;
        assert!(refused.starts_with("HTTP/1.1 408"), "{refused}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn half_a_request_does_not_keep_a_server_from_stopping() {
        let patience = Patience {
            headers: ENDLESS,
            body: ENDLESS,
            end: Duration::from_millis(50),
        };
        let server = server(patience).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let whole = request("localhost", "ListStateMachines", "{}");
        stream
            .write_all(&whole.as_bytes()[..whole.len() - 1])
            .await
            .unwrap();
        // Another one is answered: the first has arrived.
        sent(&server, &whole).await;
        server.stop().await.unwrap();
    }

    /// What can take long is done while others are answered, and after the start is.
    #[tokio::test(flavor = "multi_thread")]
    async fn an_execution_that_takes_long_is_in_nobodys_way() {
        let server = server(PATIENCE).await;
        let thrice = format!("[{}0]", "0,".repeat(999)).repeat(3);
        let definition = json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "InputPath": format!("${thrice}..b"), "End": true},
        }});
        let machine = json!({"name": "m", "roleArn": "arn:aws:iam::123456789012:role/r", "definition": definition.to_string()});
        sent(
            &server,
            &request("localhost", "CreateStateMachine", &machine.to_string()),
        )
        .await;
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
        let start = json!({"stateMachineArn": arn, "name": "e", "input": "[[[{}]]]"});
        for _ in 0..3 {
            let started = sent(
                &server,
                &request("localhost", "StartExecution", &start.to_string()),
            )
            .await;
            assert!(
                started.contains("executionArn") || started.contains("AlreadyExists"),
                "{started}"
            );
        }
        // Its history is there when it is at rest.
        let execution =
            json!({"executionArn": "arn:aws:states:us-east-1:123456789012:execution:m:e"});
        loop {
            let history = request("localhost", "GetExecutionHistory", &execution.to_string());
            assert!(sent(&server, &history).await.contains("ExecutionStarted"));
            let described = request("localhost", "DescribeExecution", &execution.to_string());
            let described = sent(&server, &described).await;
            if !described.contains("RUNNING") {
                assert!(described.contains("so much work"), "{described}");
                break;
            }
        }
    }
}
