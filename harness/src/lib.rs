//! The harness: runs cases on the reference and on real engines, compares, shrinks and reports.
//!
//! * [`engine`] — what runs a machine: the trait, and the adapters
//! * [`effects`] — workers that play plans
//! * [`raw`] — what an engine answered, recorded unchanged
//! * [`observe`], [`normalise`], [`compare`], [`signature`] — from there to a judgement, purely
//! * [`ledger`] — the divergences that are known
//! * [`report`] — what a run tells, and how
//! * [`verdict`] — what follows from it
//! * [`cause`] — cause texts: whose they are, and what kind
//! * [`identity`], [`casefile`] — what a case is called, and cases as files
//! * [`prepare`] — from a case to a job: validated, with what the reference expects
//! * [`drive`], [`confirm`] — runs cases by the thousand, repeats what diverges
//! * [`judging`] — the comparison, the ledger and the generators, put together
//! * [`shrink`] — how a diverging case is made small
//! * [`store`] — the run directory
//! * [`observed`] — the reference, or an engine, beside recordings of AWS
//! * [`pace`] — what the harness costs beside a load generator
//! * [`cli`] — the command
//! * [`zoo`] — the embedded engine told to break a rule

pub mod casefile;
pub mod cause;
pub mod cli;
pub mod compare;
pub mod confirm;
pub mod drive;
pub mod effects;
pub mod engine;
pub mod identity;
pub mod judging;
pub mod ledger;
pub mod normalise;
pub mod observe;
pub mod observed;
pub mod pace;
pub mod prepare;
pub mod raw;
pub mod report;
pub mod shrink;
pub mod signature;
pub mod store;
pub mod verdict;
pub mod zoo;
