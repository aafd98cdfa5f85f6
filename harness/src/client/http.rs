//! Plain HTTP requests that are not AWS calls: what an engine reports about itself.

use std::time::Duration;

use crate::bound;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const TIMEOUT: Duration = Duration::from_secs(5);

/// The JSON at `path`; `None` on any error, because this information is optional.
pub(crate) async fn get_json(endpoint: &str, path: &str) -> Option<Value> {
    request(endpoint, "GET", path, "").await
}

/// The JSON answer to `body`; `None` on any error.
pub(crate) async fn post_json(endpoint: &str, path: &str, body: &Value) -> Option<Value> {
    request(endpoint, "POST", path, &body.to_string()).await
}

/// The status and the JSON of the answer to a call of a service of AWS, named and with its operation, whose
/// parameters are in AWS JSON 1.0; `None` on any error on the way. The request is not signed, but it names the
/// service as signed ones do, by which some engines tell them apart.
pub(crate) async fn call(
    endpoint: &str,
    (service, target): (&str, &str),
    params: &Value,
    patience: Duration,
) -> Option<(u16, Value)> {
    let head = format!(
        "POST / HTTP/1.0\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: {target}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=none\r\n"
    );
    let answer =
        tokio::time::timeout(patience, exchange(endpoint, &head, &params.to_string())).await;
    let (status, answer) = answer.ok()??;
    Some((status, json(&answer).unwrap_or_default()))
}

async fn request(endpoint: &str, method: &str, path: &str, body: &str) -> Option<Value> {
    let head = format!("{method} {path} HTTP/1.0\r\nContent-Type: application/json\r\n");
    let answer = tokio::time::timeout(TIMEOUT, exchange(endpoint, &head, body)).await;
    json(&answer.ok()??.1)
}

fn json(answer: &[u8]) -> Option<Value> {
    bound::parsable(answer, bound::VALUES).ok()?;
    serde_json::from_slice(answer).ok()
}

/// The status and the body of the answer to a request that begins with these lines.
async fn exchange(endpoint: &str, head: &str, body: &str) -> Option<(u16, Vec<u8>)> {
    let authority = endpoint.strip_prefix("http://")?.trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).await.ok()?;
    let request = format!(
        "{head}Host: {authority}\r\nAccept: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    let mut stream = stream.take(bound::PAGE);
    stream.read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let body = answer.split_off(end + 4);
    let line = std::str::from_utf8(&answer).ok()?.lines().next()?;
    let status = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    Some((status.parse().ok()?, body))
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt as _, net::TcpListener};

    use super::get_json;

    #[tokio::test]
    async fn a_page_without_end_is_no_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let endless = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection
                .write_all(b"HTTP/1.1 200 OK\r\n\r\n")
                .await
                .unwrap();
            let mut sent = 0_u64;
            while connection.write_all(&vec![b' '; 65_536]).await.is_ok() {
                sent += 65_536;
            }
            sent
        });
        assert_eq!(get_json(&endpoint, "/").await, None);
        // What is not read waits in the buffers of the connection.
        let sent = endless.await.unwrap();
        assert!(sent < 64 << 20, "{sent} bytes were taken");
    }
}
