//! The Amazon States Language and its semantics, executable.
//!
//! A definition is validated as AWS validates it, and runs in virtual time against a plan of what
//! its tasks do:
//!
//! ```
//! use std::sync::Arc;
//!
//! use serde_json::json;
//! use stepproof_specs::{
//!     asl::WorkflowType,
//!     observation::Status,
//!     reference::simulate,
//!     scenario::case::{ExecutionCase, Start},
//!     validate::validate,
//! };
//!
//! let definition = json!({"StartAt": "Work", "States": {"Work": {
//!     "Type": "Task",
//!     "Resource": "arn:aws:states:us-east-1:123456789012:activity:work",
//!     "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60, "MaxAttempts": 2}],
//!     "End": true,
//! }}});
//! let (machine, diagnostics) = validate(&definition, WorkflowType::Standard);
//! let machine = Arc::new(machine.expect("AWS accepts it"));
//! assert!(diagnostics.is_empty());
//!
//! // The first two attempts fail, the third returns its input.
//! let plan = json!({"Work": [{"attempts_below": 2, "reply": {"fail": {"error": "Busy", "cause": ""}}}]});
//! let start = Start { input: json!(7).into(), plan: serde_json::from_value(plan)? };
//! let case = ExecutionCase {
//!     definition: definition.into(),
//!     workflow: WorkflowType::Standard,
//!     starts: vec![start],
//!     entropy: 0,
//! };
//! let expected = simulate(&machine, &case, &case.starts[0])?;
//! assert_eq!(expected.observation.status, Status::Succeeded);
//! assert_eq!(expected.observation.output, Some(json!(7).into()));
//! assert_eq!(expected.attempts.len(), 3);
//! assert_eq!(expected.duration, 180_000); // one minute, then two, and no time at all in reality
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Pure: no clock, no randomness, no I/O, no async. Time and entropy are parameters.
//!
//! * [`asl`] — a definition as types; JSON or YAML in, the same JSON out
//! * [`query`] — the query languages for data flow
//! * [`clause`] — every rule, with its source and the kind of evidence for it
//! * [`deviation`] — rules broken on purpose, as data
//! * [`validate`] — the definitions that AWS refuses, with its codes and messages
//! * [`interpreter`] — the sans-I/O reference interpreter
//! * [`scenario`] — a case: a machine, its starts, and the plan of the world around it
//! * [`mod@reference`] — runs a case in virtual time: the behaviour expected of an engine
//! * [`service`] — the Step Functions service around executions, also sans-I/O
//! * [`cloud`] — the other services of an account, which tasks call
//! * [`observation`], [`history`] — the observed behaviour of an engine
//! * [`base`] — modules that do not depend on the language

pub mod asl;
pub mod base;
pub mod clause;
pub mod cloud;
pub mod deviation;
pub mod history;
pub mod interpreter;
pub mod observation;
pub mod query;
pub mod reference;
pub mod scenario;
pub mod service;
pub mod validate;
