//! The Amazon States Language and its meaning, executable.
//!
//! Pure: no clock, no randomness, no I/O, no async. Time and entropy enter as data.
//!
//! * [`asl`] — a definition as types; JSON or YAML in, the same JSON out
//! * [`query`] — the query languages of data flow
//! * [`clause`] — every rule, with its source and its kind
//! * [`deviation`] — rules broken on purpose, as data
//! * [`validate`] — what AWS refuses at creation, with its codes and messages
//! * [`interpreter`] — the sans-I/O reference interpreter
//! * [`scenario`] — a case: a machine, its starts, and the plan of the world around it
//! * [`reference`] — a case run in virtual time: what is expected of an engine
//! * [`service`] — the Step Functions service around executions, sans-I/O too
//! * [`observation`], [`history`] — what an engine was seen to do
//! * [`base`] — what knows nothing of the language

pub mod asl;
pub mod base;
pub mod clause;
pub mod deviation;
pub mod history;
pub mod interpreter;
pub mod observation;
pub mod query;
pub mod reference;
pub mod scenario;
pub mod service;
pub mod validate;
