//! Modules that do not depend on the language: JSON, time, entropy, ARNs, pointers into documents.

pub mod arn;
pub mod entropy;
pub mod json;
pub mod meter;
pub mod pointer;
pub mod time;
