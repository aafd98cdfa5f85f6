//! What knows nothing of the language: JSON, time, entropy, pointers into documents.

pub mod entropy;
pub mod json;
pub mod pointer;
pub mod time;
