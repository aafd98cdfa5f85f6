//! A slow or unsteady way to an engine: a proxy that forwards HTTP calls.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Changes the body of a call or of its answer, given the operation.
pub type Change = fn(&str, &mut Value);

/// What is wrong with the way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Path {
    /// Every answer is this late.
    pub delay: Duration,
    /// One answer in so many is late by another three seconds; 0 for none.
    pub stalls: u64,
    /// One call in so many fails, in turn with status 500 and a closed connection, before the engine
    /// sees it; 0 for none.
    pub hiccups: u64,
    /// Every call needs a connection of its own.
    pub reconnects: bool,
    /// What happens to every call before the engine sees it.
    pub call: Option<Change>,
    /// What happens to every answer before the client sees it.
    pub answer: Option<Change>,
}

const STALL: Duration = Duration::from_secs(3);

const FAULT: &[u8] = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";

/// A way that is open.
#[derive(Debug)]
pub struct Way {
    /// Where it begins.
    pub address: SocketAddr,
    /// How many calls have failed on it.
    pub failed: Arc<AtomicU64>,
}

/// Listens on a port (0 for any that is free) and forwards to an engine.
pub async fn forward(port: u16, engine: SocketAddr, path: Path) -> io::Result<Way> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    let calls = Arc::new(AtomicU64::new(0));
    let failed = Arc::new(AtomicU64::new(0));
    let way = Way {
        address,
        failed: failed.clone(),
    };
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (calls, failed) = (calls.clone(), failed.clone());
            tokio::spawn(async move {
                drop(serve(client, engine, path, (&calls, &failed)).await);
            });
        }
    });
    Ok(way)
}

async fn serve(
    mut client: TcpStream,
    engine: SocketAddr,
    path: Path,
    (calls, failed): (&AtomicU64, &AtomicU64),
) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut upstream = None;
    while let Some(request) = message(&mut client).await? {
        // Spread over all operations, and the same for each run.
        let call = calls.fetch_add(1, Ordering::Relaxed);
        let one_in = |many: u64| many > 0 && mixed(call).is_multiple_of(many);
        if one_in(path.hiccups) {
            failed.fetch_add(1, Ordering::Relaxed);
            if call.is_multiple_of(2) {
                return Ok(());
            }
            client.write_all(FAULT).await?;
            continue;
        }
        let mut connection = match upstream.take() {
            Some(connection) => connection,
            None => TcpStream::connect(engine).await?,
        };
        connection.set_nodelay(true)?;
        let operation = operation(&request);
        let request = changed(request, &operation, path.call);
        connection.write_all(&request).await?;
        let mut byte = [0];
        let answer = tokio::select! {
            answer = message(&mut connection) => answer?,
            // Nobody waits any more.
            _ = client.peek(&mut byte) => return Ok(()),
        };
        let Some(answer) = answer else {
            return Ok(());
        };
        let answer = changed(answer, &operation, path.answer);
        let stall = if one_in(path.stalls) {
            STALL
        } else {
            Duration::ZERO
        };
        tokio::time::sleep(path.delay + stall).await;
        if path.reconnects {
            client.write_all(&closing(&answer)).await?;
            return Ok(());
        }
        client.write_all(&answer).await?;
        upstream = Some(connection);
    }
    Ok(())
}

/// The operation that a call names; empty if it names none.
fn operation(call: &[u8]) -> String {
    let end = head(call).map_or(call.len(), |(end, _)| end);
    let head = String::from_utf8_lossy(&call[..end]);
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let target = lines.find(|(name, _)| name.eq_ignore_ascii_case("x-amz-target"));
    let target = target.and_then(|(_, target)| target.rsplit_once('.'));
    target.map_or_else(String::new, |(_, operation)| operation.trim().to_owned())
}

/// A message with another body.
fn changed(message: Vec<u8>, operation: &str, change: Option<Change>) -> Vec<u8> {
    let (Some(change), Some((end, _))) = (change, head(&message)) else {
        return message;
    };
    let Ok(mut body) = serde_json::from_slice(&message[end..]) else {
        return message;
    };
    change(operation, &mut body);
    let body = body.to_string();
    let head = String::from_utf8_lossy(&message[..end]);
    let others = head.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        !line.is_empty() && !name.eq_ignore_ascii_case("content-length")
    });
    let length = format!("content-length: {}", body.len());
    let lines: Vec<&str> = others.chain([length.as_str()]).collect();
    format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()
}

/// An answer that says that it is the last one of its connection.
fn closing(answer: &[u8]) -> Vec<u8> {
    let line = answer.windows(2).position(|it| it == b"\r\n");
    let (line, rest) = answer.split_at(line.map_or(0, |end| end + 2));
    [line, b"Connection: close\r\n", rest].concat()
}

fn mixed(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) >> 7
}

/// One request or answer with a length; nothing if the connection was closed before it.
async fn message(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 16_384];
    loop {
        let length = match head(&bytes) {
            Some((head, body)) if bytes.len() >= head + body => return Ok(Some(bytes)),
            _ => stream.read(&mut buffer).await?,
        };
        if length == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..length]);
    }
}

/// The length of the head, and of the body.
fn head(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    Some((end, length.unwrap_or(0)))
}
