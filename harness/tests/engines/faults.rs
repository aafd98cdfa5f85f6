//! Engines that misbehave outside the semantics must cause trouble, never a finding or a panic.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::{Value, json};
use stepproof::{
    client::{
        clock::Clock,
        sdk::{Account, Api, Patience, Wire},
    },
    engines::{
        Engine,
        adapters::profile,
        embedded::{Server, Speed},
        remote::{Remote, Traits},
    },
    trouble::Trouble,
};
use stepproof_specs::{deviation::Deviations, observation::Status};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::support::{job, only, starts, task};

const IMPATIENT: Patience = Patience {
    call: Duration::from_millis(500),
    poll: Duration::from_millis(800),
};

/// What a broken engine does with a connection.
#[derive(Debug, Clone, Copy)]
enum Behaviour {
    /// Closes it at once.
    Close,
    /// Reads the request and never answers.
    Hang,
    /// Answers every request with these bytes.
    Say(&'static str),
    /// Announces a longer answer than it sends.
    BreakOff,
}

/// Starts an engine with this behaviour; returns its address.
async fn broken(behaviour: Behaviour) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            tokio::spawn(misbehave(connection, behaviour));
        }
    });
    format!("http://{address}")
}

async fn misbehave(mut connection: TcpStream, behaviour: Behaviour) {
    let mut request = vec![0; 65_536];
    while !matches!(behaviour, Behaviour::Close)
        && connection
            .read(&mut request)
            .await
            .is_ok_and(|read| read > 0)
    {
        let answer = match behaviour {
            Behaviour::Close | Behaviour::Hang => continue,
            Behaviour::Say(answer) => answer,
            Behaviour::BreakOff => {
                let start = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"state";
                drop(connection.write_all(start).await);
                return;
            }
        };
        drop(connection.write_all(answer.as_bytes()).await);
    }
}

fn remote(endpoint: &str) -> Remote {
    let profile = profile("endpoint").unwrap();
    let api = Api::plain(endpoint, &Account::default(), IMPATIENT);
    Remote::new(api, Clock::Real(1.0), profile, Traits::default(), "test")
}

fn work(fields: Value) -> Value {
    only(&task("work", fields))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_engine_is_trouble() {
    let manners = [
        Behaviour::Close,
        Behaviour::Hang,
        Behaviour::BreakOff,
        Behaviour::Say("rubbish\r\n\r\n"),
        Behaviour::Say("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nrubbish"),
        Behaviour::Say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        Behaviour::Say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
        Behaviour::Say("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        Behaviour::Say("HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\n{}"),
        Behaviour::Say(
            "HTTP/1.1 501 No\r\nContent-Length: 28\r\n\r\n{\"__type\": \"InternalFailure\"}",
        ),
    ];
    for behaviour in manners {
        let engine = remote(&broken(behaviour).await);
        for definition in [only(&json!({"Type": "Pass", "End": true})), work(json!({}))] {
            let run = engine.run(&job(definition, json!({}), &json!({}))).await;
            let Err(trouble) = run else {
                panic!("{behaviour:?}: {run:?}");
            };
            assert!(
                matches!(trouble, Trouble::Protocol { .. }),
                "{behaviour:?}: {trouble}"
            );
        }
        // The SDK reads an empty object as an empty list; every other answer is trouble here too.
        let empty = matches!(behaviour, Behaviour::Say(answer) if answer.ends_with("{}") && answer.contains("200"));
        assert_eq!(engine.probe().await.is_ok(), empty, "{behaviour:?}");
        assert_eq!(engine.clean().await.is_ok(), empty, "{behaviour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let engine = remote(&endpoint);
    let run = engine
        .run(&job(work(json!({})), json!({}), &json!({})))
        .await;
    assert!(matches!(run, Err(Trouble::Unreachable { .. })), "{run:?}");
}

async fn server(port: u16) -> Server {
    Server::start(port, Speed::Scaled(1.0), Deviations::default())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_dies_is_trouble_and_comes_back() {
    let first = server(0).await;
    let endpoint = first.endpoint();
    let port = endpoint
        .trim_start_matches("http://")
        .parse::<SocketAddr>()
        .unwrap()
        .port();
    let engine = Arc::new(remote(&endpoint));
    let slow = job(
        work(json!({})),
        json!({}),
        &json!({"W": [{"reply": "echo", "after": 5_000}]}),
    );
    let running = tokio::spawn({
        let engine = engine.clone();
        async move { engine.run(&slow).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(first);
    let ended = tokio::time::timeout(Duration::from_secs(10), running).await;
    assert!(ended.unwrap().unwrap().is_err());
    let _second = server(port).await;
    let run = engine
        .run(&job(work(json!({})), json!(7), &json!({})))
        .await;
    assert_eq!(run.unwrap().executions[0].output.as_deref(), Some("7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_answers_those_who_wait() {
    let server = server(0).await;
    let api = Api::plain(&server.endpoint(), &Account::default(), Patience::default());
    let wire = Wire::default();
    let activity = api.create_activity(&wire, "work").await.unwrap();
    let poll = tokio::spawn(async move { api.poll(&Wire::default(), &activity).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), server.stop()).await;
    stopped.unwrap().unwrap();
    assert_eq!(poll.await.unwrap().unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_that_never_ends_is_given_up_at_its_deadline() {
    let server = server(0).await;
    let endpoint = server.endpoint();
    let mut profile = remote(&endpoint).profile().clone();
    profile.policy.liveness_grace = 300;
    let api = Api::plain(&endpoint, &Account::default(), Patience::default());
    let engine = Remote::new(api, Clock::Real(1.0), profile, Traits::default(), "test");
    let mut endless = job(work(json!({})), json!({}), &json!({}));
    // The reference expects an answer; the workers stay silent.
    let case = Arc::make_mut(&mut endless.case);
    case.starts[0].plan = serde_json::from_value(json!({"W": [{"reply": "silent"}]})).unwrap();
    let run = engine.run(&endless).await.unwrap();
    assert_eq!(run.executions[0].status, Status::Running);
    assert!(run.executions[0].watched >= 300);
    // Tasks left behind must not reach the next case.
    let next = job(work(json!({})), json!("next"), &json!({}));
    let run = engine.run(&next).await.unwrap();
    assert_eq!(run.executions[0].attempts.len(), 1);
    assert_eq!(run.executions[0].output.as_deref(), Some(r#""next""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn scaled_time_passes_faster() {
    let server = Server::start(0, Speed::Scaled(50.0), Deviations::default())
        .await
        .unwrap();
    let mut profile = remote(&server.endpoint()).profile().clone();
    profile.time_scale = 50.0;
    let api = Api::plain(&server.endpoint(), &Account::default(), Patience::default());
    let engine = Remote::new(api, Clock::Real(50.0), profile, Traits::default(), "test");
    let wait = only(&json!({"Type": "Wait", "Seconds": 20, "End": true}));
    let began = std::time::Instant::now();
    let run = engine.run(&job(wait, json!({}), &json!({}))).await.unwrap();
    assert_eq!(run.executions[0].status, Status::Succeeded);
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(run.executions[0].duration.unwrap() >= 20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_left_from_the_start_before_takes_no_task_that_is_to_be_ignored() {
    let server = server(0).await;
    let definition = json!({
        "StartAt": "work",
        "TimeoutSeconds": 1,
        "States": { "work": task("work", json!({ "End": true })) },
    });
    let ignore = json!({ "work": [{ "reply": "ignore" }] });
    let job = starts(definition, &[(json!(1), &json!({})), (json!(2), &ignore)]);
    let run = remote(&server.endpoint()).run(&job).await.unwrap();
    assert_eq!(run.executions[0].attempts.len(), 1);
    assert_eq!(run.executions[1].status, Status::TimedOut);
    assert_eq!(run.executions[1].attempts.len(), 0);
}
