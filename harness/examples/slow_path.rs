//! A slow or unsteady way to an engine on this machine, to see what a run makes of it:
//!
//! ```sh
//! stepproof serve --port 8083 --time-scale 20
//! cargo run --release -p stepproof --example slow_path -- 8084 127.0.0.1:8083 delay=50
//! stepproof run --endpoint http://127.0.0.1:8084 --time-scale 20
//! ```
//!
//! Words: `delay=MILLISECONDS` of every answer, `stalls=N` (one answer in N comes 3 s late),
//! `hiccups=N` (one call in N fails), `reconnects`.

use std::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

#[path = "../tests/engines/proxy.rs"]
mod proxy;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let port: u16 = words.next().ok_or("a port to listen on")?.parse()?;
    let engine: SocketAddr = words.next().ok_or("the engine's address")?.parse()?;
    let mut path = proxy::Path::default();
    for word in words {
        match word.split_once('=') {
            Some(("delay", millis)) => path.delay = Duration::from_millis(millis.parse()?),
            Some(("stalls", many)) => path.stalls = many.parse()?,
            Some(("hiccups", many)) => path.hiccups = many.parse()?,
            None if word == "reconnects" => path.reconnects = true,
            _ => return Err(format!("'{word}' says nothing").into()),
        }
    }
    let way = proxy::forward(port, engine, path).await?;
    println!("{} forwards to {engine}: {path:?}", way.address);
    loop {
        tokio::time::sleep(Duration::from_mins(1)).await;
        println!("{} calls have failed", way.failed.load(Ordering::Relaxed));
    }
}
