//! JSONPath in the States Language: paths, payload templates, intrinsic functions.

pub mod intrinsic;
pub mod path;
pub mod template;
