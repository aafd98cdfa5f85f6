//! The embedded engine: the service model of `stepproof-specs` behind a real HTTP endpoint.
//!
//! It shares its core with the reference, so it tests the harness, never the semantics.
//!
//! * `core` — the service under a lock, and the trait of a pace of time
//! * `virtual_time`, `wall` — the two paces
//! * `http` — the endpoint
//! * `cloud` — the other services of the account, at the same endpoint
//! * `exchange` — requests and answers in HTTP

mod cloud;
mod core;
mod exchange;
mod http;
mod virtual_time;
mod wall;

pub use self::http::{Server, Speed};
