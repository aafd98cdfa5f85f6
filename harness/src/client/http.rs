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

async fn request(endpoint: &str, method: &str, path: &str, body: &str) -> Option<Value> {
    let answer = tokio::time::timeout(TIMEOUT, exchange(endpoint, method, path, body)).await;
    let answer = answer.ok()??;
    bound::parsable(&answer, bound::VALUES).ok()?;
    serde_json::from_slice(&answer).ok()
}

async fn exchange(endpoint: &str, method: &str, path: &str, body: &str) -> Option<Vec<u8>> {
    let authority = endpoint.strip_prefix("http://")?.trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).await.ok()?;
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {authority}\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    let mut stream = stream.take(bound::PAGE);
    stream.read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    answer
        .starts_with(b"HTTP/1.")
        .then(|| answer.split_off(end + 4))
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
