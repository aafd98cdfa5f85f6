//! A case: a machine, its starts, and the behaviour of the world around it.

pub mod case;
pub mod plan;
pub mod play;
