//! A definition as text: JSON or YAML. Errors give the line, the column and the JSON pointer, and a
//! remedy if one is known.

pub(crate) mod locate;
mod read;
mod remedy;
mod strict;
#[cfg(feature = "yaml")]
mod yaml;

use std::fmt;

use super::Machine;
use crate::asl::diagnostic::Diagnostic;

pub use self::{
    locate::Position,
    read::{read, read_template, read_yaml},
};

/// The longest definition that AWS takes, in bytes (API reference, `CreateStateMachine`).
pub const MAX_BYTES: usize = 1_048_576;

/// The most diagnostics that are listed; the others are only counted.
const MAX_PROBLEMS: usize = 100;

/// Why a text is not a machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The text is longer than AWS takes.
    #[error("read the definition: it has {0} bytes, and AWS takes at most {MAX_BYTES}")]
    TooLong(usize),
    /// The text is neither JSON nor YAML.
    #[error("read the definition as {format}: {reason}{place}")]
    Syntax {
        /// `JSON` or `YAML`.
        format: &'static str,
        /// What is wrong.
        reason: String,
        /// Where.
        place: Place,
    },
    /// The text can be read, but is not a valid definition.
    #[error("read the definition: {0}")]
    Schema(Problems),
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Line and column, if known.
    pub position: Option<Position>,
    /// The JSON pointer, as diagnostics write it, if known.
    pub pointer: Option<String>,
}

/// Marks a diagnostic that AWS is only assumed to give.
pub const ASSUMED: &str = "[assumed: AWS was not seen to refuse this]";

/// A diagnostic about a definition, with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// Line and column of its subject, or of the nearest enclosing value.
    pub position: Option<Position>,
    /// How to fix it, if that is clear.
    pub remedy: Option<String>,
}

/// All diagnostics about a definition, in the order of the definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The first of them.
    pub shown: Vec<Problem>,
    /// How many there are in total.
    pub total: usize,
}

/// Parses a definition in JSON or YAML: JSON if it starts with a brace and a quote.
///
/// Whether AWS would accept the machine is not checked: see [`crate::validate::check`] for that,
/// and [`problems`] for the places of its diagnostics.
pub fn from_text(text: &str) -> Result<Machine, ParseError> {
    let value = read(text)?;
    Machine::from_value(&value)
        .map_err(|diagnostics| ParseError::Schema(problems(text, &value, diagnostics)))
}

/// Finds the places of diagnostics in their text. `value` has to be what [`read`] returns for the
/// text.
pub fn problems(text: &str, value: &serde_json::Value, diagnostics: Vec<Diagnostic>) -> Problems {
    let total = diagnostics.len();
    let shown = diagnostics
        .into_iter()
        .take(MAX_PROBLEMS)
        .map(|diagnostic| Problem {
            position: locate::find(text, value, diagnostic.location.as_deref()),
            remedy: remedy::remedy(&diagnostic),
            diagnostic,
        })
        .collect();
    Problems { shown, total }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, " at {position}")?;
        }
        match &self.pointer {
            Some(pointer) => write!(f, ", in {pointer}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        write!(f, "{}", self.diagnostic.message)?;
        if let Some(location) = &self.diagnostic.location {
            write!(f, " at {location}")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "; {remedy}")?;
        }
        if self.diagnostic.is_assumed() {
            write!(f, " {ASSUMED}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ([problem], 1) = (&*self.shown, self.total) {
            return write!(f, "{problem}");
        }
        write!(f, "{} problems", self.total)?;
        for problem in &self.shown {
            write!(f, "\n  {problem}")?;
        }
        if self.total > self.shown.len() {
            write!(f, "\n  and {} more", self.total - self.shown.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
