//! The embedded engine: the service model of `stepproof-specs` behind a real HTTP endpoint.
//!
//! It shares its core with the reference, so it proves the harness, never the semantics.

mod core;
mod http;
mod virtual_time;
mod wall;

pub use self::{
    core::Core,
    http::{Server, Speed},
    virtual_time::{Absence, Absences, End, Turn, Wake},
};
