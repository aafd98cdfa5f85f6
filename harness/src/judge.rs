//! Turns what an engine was seen to do into a judgement, without I/O.
//!
//! * [`policy`] — how strictly an engine may be judged
//! * [`observe`], [`normalise`] — turn a raw run into an observation
//! * [`cause`] — classifies cause strings
//! * [`signature`] — the identity of a difference
//! * [`compare`] — finds the differences
//! * [`verdict`] — the verdict on a case
//! * [`possible`], [`attribution`] — whether a case can show a signature; which rule a difference
//!   breaks
//! * [`explain`] — the deviations under which the reference does what an engine did
//! * [`ledger`] — the known divergences

pub mod attribution;
pub mod cause;
pub mod compare;
pub mod explain;
pub mod ledger;
pub mod normalise;
pub mod observe;
pub mod policy;
pub mod possible;
pub mod signature;
pub mod verdict;
