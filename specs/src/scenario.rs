//! A case: a machine, its starts, and the behaviour of the world around it; or calls to the service.

pub mod calls;
pub mod case;
pub mod letter;
pub mod plan;
pub mod play;
