//! The only module that sends calls to an engine.

pub mod clock;
pub(crate) mod http;
pub mod sdk;
