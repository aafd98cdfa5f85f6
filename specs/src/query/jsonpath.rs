//! JSONPath as the States Language has it: paths, payload templates, intrinsic functions.

pub mod intrinsic;
pub mod path;
pub mod template;
