//! The harness: runs cases on the reference and on real engines, compares, shrinks and reports.
//!
//! * [`job`] — from a case to a job: validated, with what the reference expects
//! * [`engines`] — what runs a machine: the trait, and the adapters
//! * [`client`] — the one place where calls leave
//! * [`workers`] — workers that play plans
//! * [`raw`], [`trouble`] — what an engine answered, recorded unchanged; what went wrong
//! * [`judge`] — from there to a judgement, purely
//! * [`run`] — runs cases by the thousand, repeats what diverges
//! * [`shrink`] — how a diverging case is made small
//! * [`store`] — the run directory
//! * [`report`] — what a run tells, and how
//! * [`identity`], [`casefile`] — what a case is called, and cases as files
//! * [`observed`] — the reference, or an engine, beside recordings of AWS
//! * [`pace`] — what the harness costs beside a load generator
//! * [`cli`] — the command
//! * [`zoo`] — the embedded engine told to break a rule

pub mod casefile;
pub mod cli;
pub mod client;
pub mod engines;
pub mod identity;
pub mod job;
pub mod judge;
pub mod observed;
pub mod pace;
pub mod raw;
pub mod report;
pub mod run;
pub mod shrink;
pub mod store;
pub mod trouble;
pub mod workers;
pub mod zoo;
