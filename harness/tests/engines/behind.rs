//! The embedded engine at the end of a way, as an engine of which only the address is known.

use stepproof::engines::{
    Engine,
    adapters::{Choice, open},
    embedded::{Server, Speed},
};
use stepproof_specs::deviation::Deviations;

use crate::proxy::{Path, Way, forward};

/// How fast its clock is.
const SCALE: f64 = 20.0;

/// The server lives as long as it is kept.
pub async fn behind(path: Path, choice: Choice) -> (Server, Way, Box<dyn Engine>) {
    let server = Server::start(0, Speed::Scaled(SCALE), Deviations::default());
    let server = server.await.unwrap();
    let engine = server.endpoint();
    let engine = engine.trim_start_matches("http://").parse().unwrap();
    let way = forward(0, engine, path).await.unwrap();
    let choice = Choice {
        endpoint: Some(format!("http://{}", way.address)),
        time_scale: Some(SCALE),
        ..choice
    };
    (server, way, open(&choice, "behind").await.unwrap())
}
