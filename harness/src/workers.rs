//! Workers that play plans and record the attempts that really arrive.
//!
//! * [`sites`] — a definition's tasks and their activities
//! * [`slot`] — activities that are created once and used by one case after another
//! * [`pool`] — the workers of one execution

pub mod pool;
pub mod sites;
pub mod slot;
