//! The embedded engine: the service model of `stepproof-specs` behind a real HTTP endpoint.
//!
//! It shares its core with the reference, so it tests the harness, never the semantics.
//!
//! * `core` — the service under a lock, and the trait of a pace of time
//! * `virtual_time`, `wall` — the two paces
//! * `http` — the endpoint

mod core;
mod http;
mod virtual_time;
mod wall;

pub use self::http::{Server, Speed};
