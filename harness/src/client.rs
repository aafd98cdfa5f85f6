//! The only module that sends calls to an engine.

mod bounded;
pub mod clock;
pub(crate) mod http;
pub mod sdk;
