//! The query languages, in which states say what they read and what they pass on.

pub mod jsonata;
pub mod jsonpath;
