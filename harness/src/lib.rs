//! The harness: runs cases on the reference and on real engines, compares, shrinks and reports.
//!
//! To test an engine of your own, implement [`engines::Engine`]: say what the engine can do, and
//! return what it did for each case. The example is an interpreter of three state types that
//! forgets `ResultPath`. A [`session`] finds that bug and shrinks it to a machine with one state:
//!
//! ```
//! use std::borrow::Cow;
//!
//! use serde_json::Value;
//! use stepproof::{
//!     engines::{Engine, EngineProfile, Immediate},
//!     job::Job,
//!     session::Session,
//!     trouble::Trouble,
//! };
//! use stepproof_generators::{Feature, Profile};
//! use stepproof_specs::observation::Observation;
//!
//! struct Mine(EngineProfile);
//!
//! fn execute(definition: &Value, input: &Value) -> Observation {
//!     let text = |value: &Value| value.as_str().map(str::to_owned);
//!     let mut state = &definition["States"][definition["StartAt"].as_str().unwrap()];
//!     while let Some(next) = state["Next"].as_str() {
//!         state = &definition["States"][next];
//!     }
//!     match state["Type"].as_str() {
//!         Some("Fail") => Observation::failed(text(&state["Error"]), text(&state["Cause"])),
//!         _ => Observation::succeeded(input.clone()),
//!     }
//! }
//!
//! impl Engine for Mine {
//!     fn profile(&self) -> &EngineProfile {
//!         &self.0
//!     }
//!     fn immediate(&self) -> Option<&dyn Immediate> {
//!         Some(self)
//!     }
//! }
//!
//! impl Immediate for Mine {
//!     fn observe<'a>(&self, job: &'a Job) -> Result<Vec<Cow<'a, Observation>>, Trouble> {
//!         let starts = job.case.starts.iter();
//!         let run = |start| Cow::Owned(execute(&job.case.definition, start));
//!         Ok(starts.map(|start| run(&start.input)).collect())
//!     }
//! }
//!
//! use Feature::{Fail, Pass, ResultPath, Succeed};
//! let mine = EngineProfile::new("mine").supporting(&[Pass, Succeed, Fail, ResultPath]);
//! let found = Session::new(Mine(mine)).profile(Profile::smoke()).cases(100).run()?;
//! let finding = &found.findings[0];
//! assert_eq!(finding.signature.to_string(), "output - - present≠absent@member");
//! let states = finding.case.definition()["States"].as_object().unwrap().len();
//! let clause = finding.clause.unwrap().to_string();
//! assert_eq!((states, clause.as_str()), (1, "data.result-path.merges"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `engines::adapters` reaches engines with the Step Functions API. The command line (`cli`), the
//! AWS SDK and everything else that uses HTTP (`sdk`), and the run directory (`store`) are features
//! of this crate, on by default.
//!
//! * [`session`] — configures and starts a run
//! * [`job`] — turns a case into a job: validated, with the reference's expectations
//! * [`engines`] — what runs a machine: the trait, and the adapters
//! * `client` — the only module that sends calls to an engine
//! * `workers` — workers that play plans
//! * [`raw`], [`trouble`] — what an engine answered, recorded unchanged; what went wrong
//! * [`judge`] — turns a raw run into a judgement, without I/O
//! * [`run`] — runs cases by the thousand and repeats those that diverge
//! * [`shrink`] — makes a diverging case small
//! * [`store`] — the record of a run
//! * [`report`] — the events of a run, and its reporters
//! * [`book`] — the rules of the language as a page, each with an example that is run
//! * [`identity`], [`casefile`] — names of cases, and cases as files
//! * `observed` — compares the reference, or an engine, with recordings of AWS
//! * `pace` — compares the harness's throughput with a load generator's
//! * `zoo` — named deviations for the embedded engine
//! * `cli` — the command

pub mod book;
#[cfg(feature = "sdk")]
pub(crate) mod bound;
pub mod casefile;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "sdk")]
pub mod client;
pub mod engines;
pub mod identity;
pub mod job;
#[cfg(feature = "jsonata-js")]
pub mod jsonata_js;
pub mod judge;
#[cfg(feature = "sdk")]
pub mod observed;
#[cfg(feature = "sdk")]
pub mod pace;
pub mod raw;
pub mod report;
pub mod run;
mod second;
pub mod session;
pub mod shrink;
pub mod store;
pub mod trouble;
#[cfg(feature = "sdk")]
pub mod workers;
#[cfg(feature = "sdk")]
pub mod zoo;
