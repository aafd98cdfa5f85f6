//! The only module that sends calls to an engine.

mod bounded;
mod call;
pub mod clock;
mod connection;
mod events;
pub(crate) mod http;
pub mod journal;
pub mod queues;
pub mod sdk;
