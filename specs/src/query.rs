//! The query languages, in which states say what they read and what they pass on.

mod hash;
pub mod jsonata;
pub mod jsonpath;
