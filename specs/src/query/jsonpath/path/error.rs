//! Why a string is not a path, and why a path finds nothing.

use crate::base::meter::Spent;

/// Why a string is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse path '{text}': {reason} at offset {offset}")]
pub struct SyntaxError {
    /// The string.
    pub text: String,
    /// The byte offset of the error.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// Why a value cannot be put where a reference path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutError {
    /// The path meets a value that it cannot go through.
    Conflict,
    /// It leads deeper than anything can be looked at.
    TooDeep,
}

/// Why a path could not be evaluated. The messages are those of Jayway 2.0.0, as AWS shows them
/// after `Invalid path '…' : ` (clauses `data.path.missing` and `data.path.mismatch.text`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The last step names a member that does not exist.
    #[error("No results for path: {0}")]
    NoResults(String),
    /// A step before the last names a member that does not exist.
    #[error("Missing property in path {0}")]
    MissingProperty(String),
    /// A name was applied to something that is not an object.
    #[error("Property {step} not found in path {path}")]
    NotAnObject {
        /// The step, printed.
        step: String,
        /// The path up to the value.
        path: String,
    },
    /// An index was applied to null.
    #[error("The path {0} is null")]
    Null(String),
    /// An index was applied to something that is not an array.
    #[error("Filter: {steps} can only be applied to arrays. Current context is: {context}")]
    NotAnArray {
        /// The step and all after it, printed.
        steps: String,
        /// The value, as Java prints it.
        context: String,
    },
    /// A filter was applied to something that is neither an array nor an object.
    #[error("Filter: {steps} can not be applied to primitives. Current context is: {context}")]
    Primitive {
        /// The step and all after it, printed.
        steps: String,
        /// The value, as Java prints it.
        context: String,
    },
    /// A step follows a list of names.
    #[error("Multi properties can only be used as path leafs: {0}")]
    NamesNotLast(String),
    /// A filter compares a number with a string that is not one. The message is that of Java's
    /// parser, which has none in some cases.
    #[error("{}", .0.unwrap_or("null"))]
    NotANumber(Option<&'static str>),
    /// A filter compares a number with a string that contains this character.
    #[error(
        "Character {0} is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark."
    )]
    NotADigit(char),
    /// Neither side of `=~` is a pattern.
    #[error(
        "class java.lang.String cannot be cast to class java.util.regex.Pattern (java.lang.String and java.util.regex.Pattern are in module java.base of loader 'bootstrap')"
    )]
    NotAPattern,
    /// The pattern uses syntax that only Java's regular expressions have.
    #[error("the regular expression is not interpreted")]
    ForeignPattern,
    /// What it selects takes more memory than [`super::LARGEST`].
    #[error("the path selects too much")]
    TooLarge,
    /// No work is left for it.
    #[error("the path takes too long")]
    Spent,
}

impl From<Spent> for PathError {
    fn from(_: Spent) -> Self {
        Self::Spent
    }
}

impl PathError {
    /// Whether it is Jayway's `PathNotFoundException`. A filter that meets it does not hold, and
    /// `[*]` over an array skips the element.
    pub fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::NoResults(_)
                | Self::MissingProperty(_)
                | Self::NotAnObject { .. }
                | Self::Null(_)
        )
    }
}
