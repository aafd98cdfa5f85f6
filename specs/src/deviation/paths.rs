//! Which paths a deviation is about, by their texts.

use std::fmt;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

/// A condition on the text of a path, as the definition has it: engines that take paths apart with patterns
/// of their own differ by the looks of a path, not by its meaning. An unanchored regular expression in the
/// syntax of the crate `regex-lite`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Paths {
    pattern: Regex,
    matches: bool,
}

/// As it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Written {
    /// The text matches.
    Like(String),
    /// The text does not match.
    Unlike(String),
}

/// A pattern that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("read the pattern of paths '{pattern}': {error}")]
struct BadPattern {
    pattern: String,
    error: regex_lite::Error,
}

impl TryFrom<Written> for Paths {
    type Error = BadPattern;

    fn try_from(written: Written) -> Result<Self, BadPattern> {
        let (pattern, matches) = match written {
            Written::Like(pattern) => (pattern, true),
            Written::Unlike(pattern) => (pattern, false),
        };
        match Regex::new(&pattern) {
            Ok(pattern) => Ok(Self { pattern, matches }),
            Err(error) => Err(BadPattern { pattern, error }),
        }
    }
}

impl From<Paths> for Written {
    fn from(paths: Paths) -> Self {
        let pattern = paths.pattern.as_str().to_owned();
        if paths.matches {
            Self::Like(pattern)
        } else {
            Self::Unlike(pattern)
        }
    }
}

impl PartialEq for Paths {
    fn eq(&self, other: &Self) -> bool {
        (self.pattern.as_str(), self.matches) == (other.pattern.as_str(), other.matches)
    }
}

impl Paths {
    /// Whether it is about a path with this text.
    pub(super) fn holds_of(&self, text: &str) -> bool {
        self.pattern.is_match(text) == self.matches
    }
}

impl fmt::Display for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.matches {
            "matches"
        } else {
            "does not match"
        };
        write!(f, "for a path that {verb} {}", self.pattern)
    }
}
