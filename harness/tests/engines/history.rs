//! A history is read once, in smaller pages from where a page is too large.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use stepproof::client::sdk::{Account, Api, Patience, Wire};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// How many events of the largest payload nearly fill one answer, and how many are too many.
const FULL: u64 = 28;
const TOO_MANY: u64 = 36;

/// The pages that were asked for: the token and the size of each.
type Asked = Arc<Mutex<Vec<(Value, Value)>>>;

/// An engine with one history: page `n` has the token `n`, and `events` says how many events
/// it has if so many are asked for.
async fn engine(events: fn(u64, u64) -> u64, last: u64) -> (Api, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let noted = asked.clone();
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let request = request(&mut connection).await;
            let (token, size) = (&request["nextToken"], &request["maxResults"]);
            noted.lock().unwrap().push((token.clone(), size.clone()));
            let page: u64 = token.as_str().map_or(0, |token| token.parse().unwrap());
            let answer = answer(page, events(page, size.as_u64().unwrap()), last);
            // Whoever has read enough hangs up.
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    let api = Api::plain(&endpoint, &Account::default(), Patience::default());
    (api, asked)
}

async fn request(connection: &mut TcpStream) -> Value {
    let mut request = Vec::new();
    loop {
        let read = connection.read_buf(&mut request).await.unwrap();
        assert!(read > 0, "half a request");
        let head = request.windows(4).position(|at| at == b"\r\n\r\n");
        if let Some(body) = head.and_then(|head| serde_json::from_slice(&request[head + 4..]).ok())
        {
            return body;
        }
    }
}

fn answer(page: u64, events: u64, last: u64) -> String {
    let output = "x".repeat(250_000);
    let events = (0..events).map(|_| {
        let details = json!({ "output": output });
        json!({ "id": page, "type": "ExecutionSucceeded", "timestamp": 1, "executionSucceededEventDetails": details })
    });
    let mut answer = json!({ "events": events.collect::<Vec<_>>() });
    if page < last {
        answer["nextToken"] = json!((page + 1).to_string());
    }
    let answer = answer.to_string();
    let length = answer.len();
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{answer}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_too_large_is_asked_for_again_and_no_other() {
    // Read twice, the first four pages would be more than a case may have.
    let events = |page, size| match (page, size) {
        (0..4, _) => FULL,
        (_, 1_000) => TOO_MANY,
        _ => 1,
    };
    let (api, asked) = engine(events, 5).await;
    let history = api.history(&Wire::default(), "arn:execution").await;
    let pages: Vec<i64> = history.unwrap().iter().map(|event| event.id).collect();
    let full = (0..4).flat_map(|page| vec![page; FULL as usize]);
    assert_eq!(pages, full.chain([4, 5]).collect::<Vec<_>>());
    let first = (json!(null), json!(1_000));
    let many = (1..=4).map(|page| (json!(page.to_string()), json!(1_000)));
    let few = (4..=5).map(|page| (json!(page.to_string()), json!(25)));
    let expected: Vec<_> = [first].into_iter().chain(many).chain(few).collect();
    assert_eq!(*asked.lock().unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_case_may_have_is_not_read_again() {
    let (api, asked) = engine(|_, _| FULL, u64::MAX).await;
    let history = api.history(&Wire::default(), "arn:execution").await;
    let reason = history.unwrap_err().to_string();
    assert!(reason.contains("the data of the case"), "{reason}");
    assert_eq!(asked.lock().unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_page_that_is_too_large_is_the_end() {
    let (api, asked) = engine(|_, _| TOO_MANY, 0).await;
    let history = api.history(&Wire::default(), "arn:execution").await;
    let reason = history.unwrap_err().to_string();
    assert!(reason.contains("the answer has more than"), "{reason}");
    assert_eq!(asked.lock().unwrap().len(), 2);
}
