//! The Amazon States Language and its meaning, executable.
//!
//! Pure: no clock, no randomness, no I/O, no async. Time and entropy enter as data.
//!
//! * [`machine`] — a definition as types; JSON or YAML in, the same JSON out
//! * [`validate`] — what AWS refuses at creation, with its codes and messages
//! * [`path`], [`intrinsic`], [`template`] — the sub-languages of data flow
//! * [`resource`] — what a Task may call
//! * [`clause`] — every rule, with its source and its kind
//! * [`execution`] — the sans-I/O reference interpreter
//! * [`simulate`] — an execution driven by plans in virtual time
//! * [`service`] — the Step Functions service around it, sans-I/O too
//! * [`case`], [`plan`], [`observation`], [`history`] — the vocabulary shared with the harness

pub mod case;
pub mod clause;
pub mod execution;
pub mod history;
pub mod intrinsic;
pub mod json;
pub mod machine;
pub mod observation;
pub mod path;
pub mod plan;
pub mod resource;
pub mod service;
pub mod simulate;
pub mod template;
pub mod time;
pub mod validate;
