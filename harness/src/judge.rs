//! From what an engine was seen to do to a judgement, purely.
//!
//! * [`policy`] — how strictly an engine may be judged
//! * [`observe`], [`normalise`] — from a raw run to an observation
//! * [`cause`] — cause texts: whose they are, and what kind
//! * [`signature`] — what a difference is called
//! * [`compare`] — what differs
//! * [`verdict`] — what follows
//! * [`possible`], [`attribution`] — where a signature can show; which rule a difference breaks
//! * [`ledger`] — the divergences that are known

pub mod attribution;
pub mod cause;
pub mod compare;
pub mod ledger;
pub mod normalise;
pub mod observe;
pub mod policy;
pub mod possible;
pub mod signature;
pub mod verdict;
