//! A case: a machine, how it is started, and what the world around it does.

pub mod case;
pub mod plan;
pub mod play;
