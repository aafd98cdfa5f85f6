//! JSONata expressions: a syntax tree of our own that is what is written, and drawing it well typed.
//!
//! The tree keeps parentheses, so that a printed tree parses to itself.

mod constant;
mod damage;
mod draw;
mod library;
mod parse;
mod print;
mod simpler;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use self::{
    draw::{Drawing, Options, Source},
    tree::{Operator, Tree},
};
