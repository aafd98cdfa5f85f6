//! The one place where calls to an engine leave.

pub mod clock;
pub(crate) mod http;
pub mod sdk;
