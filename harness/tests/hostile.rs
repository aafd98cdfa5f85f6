//! Engines that answer too much, or what nobody asked for: at every operation, in every manner. Nothing
//! of it may take memory, panic, or become a finding that is not true.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use stepproof::{
    client::{
        clock::Clock,
        sdk::{Account, Api, Patience},
    },
    engines::{
        Engine as _,
        adapters::profile,
        embedded::{Server, Speed},
        remote::{Remote, Traits},
    },
    judge::compare::{Judgement, Terms, judge},
    raw::RawRun,
    trouble::Trouble,
};
use stepproof_specs::{clause::Aspect, deviation::Deviations};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

#[path = "engines/support.rs"]
#[allow(dead_code, reason = "shared with the other tests of engines")]
mod support;

use self::support::{everything, job, only, task};

const IMPATIENT: Patience = Patience {
    call: Duration::from_secs(2),
    poll: Duration::from_secs(3),
};

/// How many cases run at once: as many as with an engine of which nothing is known.
const JOBS: usize = 8;

/// The most memory that this process may ever have had.
const MOST_MEMORY: usize = 512 << 20;

/// Everything that the harness asks of an engine while a case runs.
const OPERATIONS: [&str; 10] = [
    "CreateStateMachine",
    "StartExecution",
    "DescribeExecution",
    "GetExecutionHistory",
    "StopExecution",
    "CreateActivity",
    "GetActivityTask",
    "SendTaskSuccess",
    "DeleteStateMachine",
    "DeleteActivity",
];

/// What a hostile engine does instead of answering an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// A body without end, in chunks.
    Endless,
    /// A body of a hundred megabytes, announced.
    Long,
    /// Headers without end.
    Headers,
    /// Preliminary answers without end.
    Preliminary,
    /// A byte now and then.
    Drip,
    /// Nested a hundred thousand times.
    Deep,
    /// Millions of empty values in every list.
    Empty,
    /// Millions of members.
    Members,
    /// The right answer with texts of megabytes in it.
    Texts,
    /// The right answer with numbers that nobody expects.
    Numbers,
    /// The right answer with lists that name themselves as the next page.
    Circle,
    /// The right answer with other types.
    Types,
    /// An error of the engine's own with a long message.
    Fault,
    /// A refusal with a long message.
    Refuse,
    /// Closes the connection.
    Close,
    /// A status without a body.
    Empty204,
    /// Goes on elsewhere.
    Redirect,
    /// Invents a task for the second activity of a slot, after a while.
    Invent,
}

/// All manners but the last, which says nothing that is not well-formed.
const MANNERS: [Manner; 17] = [
    Manner::Endless,
    Manner::Long,
    Manner::Headers,
    Manner::Preliminary,
    Manner::Drip,
    Manner::Deep,
    Manner::Empty,
    Manner::Members,
    Manner::Texts,
    Manner::Numbers,
    Manner::Circle,
    Manner::Types,
    Manner::Fault,
    Manner::Refuse,
    Manner::Close,
    Manner::Empty204,
    Manner::Redirect,
];

/// An engine that is good but for one operation.
struct Hostile {
    endpoint: String,
    /// How often it misbehaved.
    misbehaved: Arc<AtomicUsize>,
}

impl Hostile {
    async fn start(good: &str, operation: &'static str, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let misbehaved = Arc::new(AtomicUsize::new(0));
        let (good, count) = (good.to_owned(), misbehaved.clone());
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let (good, count) = (good.clone(), count.clone());
                tokio::spawn(async move {
                    // Whoever is called has a right to hang up.
                    let _ = serve(connection, &good, operation, manner, &count).await;
                });
            }
        });
        Self {
            endpoint,
            misbehaved,
        }
    }
}

/// Answers one request, and closes the connection.
async fn serve(
    mut connection: TcpStream,
    good: &str,
    operation: &str,
    manner: Manner,
    count: &AtomicUsize,
) -> std::io::Result<()> {
    let request = request(&mut connection).await?;
    let named = format!("AWSStepFunctions.{operation}\r\n");
    if !request
        .windows(named.len())
        .any(|at| at == named.as_bytes())
    {
        let answer = forward(good, &request).await?;
        return connection.write_all(&answer).await;
    }
    let invents = request.windows(4).any(|at| at == b"-a1\"");
    if manner != Manner::Invent || invents {
        count.fetch_add(1, Ordering::Relaxed);
    }
    match manner {
        Manner::Endless | Manner::Long | Manner::Headers | Manner::Preliminary | Manner::Drip => {
            stream(&mut connection, manner).await
        }
        Manner::Close => Ok(()),
        Manner::Empty204 => {
            connection
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .await
        }
        Manner::Redirect => {
            let head = format!("HTTP/1.1 307 No\r\nLocation: {good}\r\nContent-Length: 0\r\n\r\n");
            connection.write_all(head.as_bytes()).await
        }
        Manner::Invent if !invents => {
            let answer = forward(good, &request).await?;
            connection.write_all(&answer).await
        }
        _ => {
            let (status, body) = lie(good, &request, manner).await?;
            say(&mut connection, status, &body).await
        }
    }
}

/// Sends what does not end, or not soon.
async fn stream(connection: &mut TcpStream, manner: Manner) -> std::io::Result<()> {
    let (head, part): (&[u8], Vec<u8>) = match manner {
        Manner::Endless => {
            let chunk = format!("10000\r\n{}\r\n", "{\"a\":[  ".repeat(8_192));
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                chunk.into(),
            )
        }
        Manner::Long => (
            b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n",
            vec![b'"'; 65_536],
        ),
        Manner::Headers => (b"HTTP/1.1 200 OK\r\n", b"X-Header: something\r\n".into()),
        Manner::Preliminary => (b"", b"HTTP/1.1 100 Continue\r\n\r\n".into()),
        _ => (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
            b" ".into(),
        ),
    };
    connection.write_all(head).await?;
    loop {
        connection.write_all(&part).await?;
        if manner == Manner::Drip {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// An answer with a length that says something wrong.
async fn lie(good: &str, request: &[u8], manner: Manner) -> std::io::Result<(u16, String)> {
    let message = || "x".repeat(4 << 20);
    let body = match manner {
        Manner::Deep => "{\"events\":[".repeat(100_000),
        Manner::Empty => {
            let lists = [
                "events",
                "stateMachines",
                "activities",
                "diagnostics",
                "other",
            ];
            let lists = lists.map(|list| format!("\"{list}\":[{}{{}}]", "{},".repeat(500_000)));
            format!("{{{}}}", lists.join(","))
        }
        Manner::Members => {
            let mut body = "{\"output\":{".to_owned();
            for number in 0..500_000 {
                write!(body, "\"{number}\":0,").unwrap();
            }
            body + "\"\":0}}"
        }
        Manner::Fault => {
            let body = json!({ "__type": "InternalFailure", "message": message() });
            return Ok((500, body.to_string()));
        }
        Manner::Refuse => {
            let body = json!({ "__type": "ValidationException", "message": message() });
            return Ok((400, body.to_string()));
        }
        Manner::Invent => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            json!({ "taskToken": "invented", "input": "{}" }).to_string()
        }
        _ => {
            let answer = forward(good, request).await?;
            let start = answer.windows(4).position(|at| at == b"\r\n\r\n").unwrap() + 4;
            let mut answer: Value = serde_json::from_slice(&answer[start..]).unwrap();
            change(&mut answer, manner);
            if manner == Manner::Circle {
                answer["nextToken"] = json!("again");
            }
            answer.to_string()
        }
    };
    Ok((200, body))
}

/// Makes every text long, or every number large, or something else of both.
fn change(value: &mut Value, manner: Manner) {
    match value {
        Value::String(text) if manner == Manner::Texts => text.push_str(&"x".repeat(1 << 20)),
        Value::Number(number) if manner == Manner::Numbers => {
            let large = [json!(i64::MAX), json!(1e300), json!(-1e18), json!(u64::MAX)];
            let at = number.to_string().len() % large.len();
            *value = large[at].clone();
        }
        Value::String(_) if manner == Manner::Types => *value = json!([[1]]),
        Value::Number(_) if manner == Manner::Types => *value = json!({ "a": "b" }),
        Value::Array(items) => items.iter_mut().for_each(|item| change(item, manner)),
        Value::Object(members) => members.values_mut().for_each(|it| change(it, manner)),
        _ => {}
    }
}

async fn say(connection: &mut TcpStream, status: u16, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} So\r\nContent-Length: {length}\r\n\r\n");
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body.as_bytes()).await
}

/// Reads one request.
async fn request(connection: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut request = Vec::new();
    loop {
        let mut more = vec![0; 65_536];
        let read = connection.read(&mut more).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        request.extend_from_slice(&more[..read]);
        let Some(head) = request.windows(4).position(|at| at == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        if request.len() >= head + 4 + length {
            return Ok(request);
        }
    }
}

/// What the good engine answers.
async fn forward(good: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut engine = TcpStream::connect(good.trim_start_matches("http://")).await?;
    let head = request.windows(2).position(|at| at == b"\r\n").unwrap() + 2;
    engine.write_all(&request[..head]).await?;
    engine.write_all(b"Connection: close\r\n").await?;
    engine.write_all(&request[head..]).await?;
    let mut answer = Vec::new();
    engine.read_to_end(&mut answer).await?;
    Ok(answer)
}

fn remote(endpoint: &str) -> Remote {
    let mut profile = profile("endpoint").unwrap();
    profile.policy.liveness_grace = 2_000;
    let api = Api::plain(endpoint, &Account::default(), IMPATIENT);
    Remote::new(api, Clock::Real(1.0), profile, Traits::default(), "test")
}

/// Runs two cases on an engine that misbehaves, and cleans up behind them.
async fn try_out(good: &str, operation: &'static str, manner: Manner) -> (usize, Duration) {
    let hostile = Hostile::start(good, operation, manner).await;
    let engine = remote(&hostile.endpoint);
    let pass = only(&json!({ "Type": "Pass", "Result": [1, "x"], "End": true }));
    let work = only(&task("work", json!({})));
    let began = std::time::Instant::now();
    for definition in [pass, work] {
        let job = job(definition, json!({ "a": 1 }), &json!({}));
        match engine.run(&job).await {
            Ok(raw) => {
                let judgement = judge(&job, &raw, engine.profile().terms(0));
                let kept = serde_json::to_string(&(&raw, &judgement)).unwrap().len();
                assert!(
                    kept < 1 << 20,
                    "{operation} {manner:?}: {kept} bytes are kept"
                );
                let found: Vec<_> = judgement.differences.iter().map(|it| it.aspect).collect();
                assert!(
                    found
                        .iter()
                        .all(|aspect| tells(operation, manner).contains(aspect)),
                    "{operation} {manner:?}: {:?}",
                    judgement.differences
                );
            }
            Err(trouble) => {
                assert!(matches!(trouble, Trouble::Protocol { .. }), "{trouble}");
                let length = trouble.to_string().len();
                assert!(length < 1_500, "{operation} {manner:?}: {trouble}");
            }
        }
    }
    let _ = engine.clean().await;
    (hostile.misbehaved.load(Ordering::Relaxed), began.elapsed())
}

/// What an engine that answers so is rightly found to do.
fn tells(operation: &str, manner: Manner) -> &'static [Aspect] {
    match (operation, manner) {
        // The answers are well-formed, and say something wrong.
        ("DescribeExecution", Manner::Texts) => &[Aspect::Output],
        ("GetExecutionHistory", Manner::Texts) => &[Aspect::Path, Aspect::History],
        ("GetActivityTask", Manner::Texts) => &[Aspect::Attempts, Aspect::Effects, Aspect::Output],
        // A task that is not handed over before the deadline is one that nobody can work on.
        ("GetActivityTask", _) => &[Aspect::Liveness],
        // A task whose answer is acknowledged and forgotten.
        ("SendTaskSuccess", Manner::Empty204) => &[Aspect::Liveness],
        // What is refused.
        ("CreateStateMachine", Manner::Refuse) => &[Aspect::Acceptance],
        ("SendTaskSuccess", Manner::Refuse) => &[Aspect::Liveness],
        _ => &[],
    }
}

/// The most memory that this process has had.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or(0, |line| {
        let kilobytes = line
            .trim()
            .trim_end_matches(" kB")
            .parse::<usize>()
            .unwrap();
        kilobytes << 10
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_an_engine_answers_is_bounded() {
    let server = Server::start(0, Speed::Scaled(1.0), Deviations::default());
    let server = server.await.unwrap();
    let mut modes = OPERATIONS
        .iter()
        .flat_map(|operation| MANNERS.iter().map(|manner| (*operation, *manner)));
    let (mut running, mut tried, mut silent) = (JoinSet::new(), 0, Vec::new());
    let mut longest = (Duration::ZERO, "", Manner::Close);
    loop {
        while running.len() < JOBS
            && let Some((operation, manner)) = modes.next()
        {
            let good = server.endpoint();
            running
                .spawn(async move { (operation, manner, try_out(&good, operation, manner).await) });
        }
        let Some(ended) = running.join_next().await else {
            break;
        };
        let (operation, manner, (misbehaved, took)) = ended.unwrap();
        tried += 1;
        longest = longest.max_by_duration((took, operation, manner));
        if misbehaved == 0 {
            silent.push((operation, manner));
        }
    }
    // Beside others, a case can fail before it comes to the operation: alone, it does not.
    let mut alone = Vec::new();
    for (operation, manner) in silent {
        // Nothing is stopped.
        if operation != "StopExecution"
            && try_out(&server.endpoint(), operation, manner).await.0 == 0
        {
            alone.push((operation, manner));
        }
    }
    println!("{tried} modes, {} MiB, longest {longest:?}", peak() >> 20);
    assert_eq!(tried, OPERATIONS.len() * MANNERS.len());
    // Every engine that could misbehave did.
    assert_eq!(alone, [], "silent");
    assert!(peak() < MOST_MEMORY, "{} MiB", peak() >> 20);
}

trait Longer {
    fn max_by_duration(self, other: Self) -> Self;
}

impl Longer for (Duration, &'static str, Manner) {
    fn max_by_duration(self, other: Self) -> Self {
        if other.0 > self.0 { other } else { self }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_where_the_case_has_no_site_is_nobodys() {
    let server = Server::start(0, Speed::Scaled(1.0), Deviations::default());
    let server = server.await.unwrap();
    let hostile = Hostile::start(&server.endpoint(), "GetActivityTask", Manner::Invent).await;
    let engine = remote(&hostile.endpoint);
    let two = json!({ "StartAt": "C", "States": {
        "C": { "Type": "Choice", "Choices": [{ "Variable": "$", "IsNull": true, "Next": "X" }], "Default": "W" },
        "W": task("work", json!({})),
        "X": task("other", json!({})),
    }});
    // The second activity is polled, and nothing comes before the case has ended.
    let run = engine
        .run(&job(two.clone(), json!(1), &json!({})))
        .await
        .unwrap();
    assert_eq!(run.executions[0].attempts.len(), 1);
    let slow = json!({ "W": [{ "reply": "echo", "after": 2_000 }] });
    let one = job(only(&task("work", json!({}))), json!(2), &slow);
    let run = engine.run(&one).await.unwrap();
    assert_eq!(run.executions[0].output.as_deref(), Some("2"));
    assert_eq!(run.executions[0].attempts.len(), 1);
    assert_eq!(hostile.misbehaved.load(Ordering::Relaxed), 1);
    // The activity at which it came is not used any more.
    let run = engine.run(&job(two, json!(3), &json!({}))).await.unwrap();
    assert_eq!(run.executions[0].attempts.len(), 1);
}

/// What a stored run or an engine may say in any place of a raw run.
fn strange() -> Vec<Value> {
    vec![
        json!(null),
        json!(-1),
        json!(0),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("{"),
        json!("\u{0}\u{1b}["),
        json!("arn:"),
        json!([]),
        json!({}),
        json!([[[]]]),
        json!({ "name": {}, "length": u64::MAX, "index": u64::MAX }),
    ]
}

/// The pointers of everything in a value.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), all);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(member, &format!("{at}/{key}"), all);
            }
        }
        _ => {}
    }
}

#[test]
fn whatever_a_raw_run_says_can_be_judged() {
    let job = everything();
    let seen = job.expectations.iter().map(|it| &it.observation);
    let clean = serde_json::to_value(RawRun::of(seen)).unwrap();
    let mut all = Vec::new();
    pointers(&clean, "", &mut all);
    let policies = ["embedded", "endpoint"].map(|name| profile(name).unwrap().policy);
    let mut judged = 0;
    for pointer in all {
        for strange in strange() {
            let mut raw = clean.clone();
            *raw.pointer_mut(&pointer).unwrap() = strange;
            let Ok(raw) = serde_json::from_value::<RawRun>(raw) else {
                continue;
            };
            for policy in &policies {
                let terms = Terms {
                    policy,
                    activities: true,
                    codes: true,
                    overhead: 0,
                };
                let judgement = judge(&job, &raw, terms);
                // What is found can be written down and read again.
                let text = serde_json::to_string(&judgement).unwrap();
                let _: Judgement = serde_json::from_str(&text).unwrap();
                judged += 1;
            }
        }
    }
    assert!(judged > 5_000, "{judged}");
}
