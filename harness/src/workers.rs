//! Workers that play plans, and count what really happened.
//!
//! * [`sites`] — where a definition's tasks are, and what they are sent to
//! * [`assignment`] — which attempt of the plan an arriving task is
//! * [`slot`] — activities that are created once and used by one case after the other
//! * [`pool`] — the workers of one execution

pub mod assignment;
pub mod pool;
pub mod sites;
pub mod slot;
