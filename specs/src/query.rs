//! The query languages: how a state says what it reads and what it passes on.

pub mod jsonata;
pub mod jsonpath;
