//! From what an engine was seen to do to a judgement, purely.
//!
//! * [`policy`] — how strictly an engine may be judged
//! * [`observe`], [`normalise`] — from a raw run to an observation
//! * [`compare`] — what differs
//! * [`signature`] — what a difference is called
//! * [`cause`] — cause texts: whose they are, and what kind
//! * [`verdict`] — what follows
//! * [`ledger`] — the divergences that are known

pub mod cause;
pub mod compare;
pub mod ledger;
pub mod normalise;
pub mod observe;
pub mod policy;
pub mod signature;
pub mod verdict;
