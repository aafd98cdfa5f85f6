//! The patterns with which an entry names the signatures it covers.

use std::{fmt, str::FromStr};

use stepproof_specs::clause::Aspect;

use super::glob::Glob;
use crate::judge::signature::{self, Signature};

/// A pattern for signatures, word by word: `*` stands for any string within a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    aspect: Glob,
    kind: Glob,
    parent: Glob,
    shape: Glob,
}

/// Why a string is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the pattern '{0}': it is written `aspect state-kind parent-kind shape`")]
pub struct NoPattern(String);

impl Pattern {
    /// Whether it matches this signature.
    pub fn matches(&self, signature: &Signature) -> bool {
        let Signature {
            aspect,
            kind,
            parent,
            shape,
        } = signature;
        self.aspect.matches(aspect.name())
            && self.kind.matches(kind)
            && self.parent.matches(parent)
            && self.shape.matches(&shape.to_string())
    }
}

impl From<&Signature> for Pattern {
    fn from(signature: &Signature) -> Self {
        Self {
            aspect: Glob::new(signature.aspect.name()),
            kind: Glob::new(&signature.kind),
            parent: Glob::new(&signature.parent),
            shape: Glob::new(&signature.shape.to_string()),
        }
    }
}

/// Four words. The first must match an aspect, and the shape must contain a letter or a digit.
impl FromStr for Pattern {
    type Err = NoPattern;

    fn from_str(text: &str) -> Result<Self, NoPattern> {
        let none = || NoPattern(text.to_owned());
        let words = signature::words(text).ok_or_else(none)?;
        let [aspect, kind, parent, shape] = words.map(Glob::new);
        let mut aspects = Aspect::ALL.into_iter();
        if !aspects.any(|it| aspect.matches(it.name())) || !words[3].contains(char::is_alphanumeric)
        {
            return Err(none());
        }
        Ok(Self {
            aspect,
            kind,
            parent,
            shape,
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            aspect,
            kind,
            parent,
            shape,
        } = self;
        write!(f, "{aspect} {kind} {parent} {shape}")
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_may_leave_words_open() {
        let covers = |pattern: &str, signature: &str| {
            let pattern: Pattern = pattern.parse().unwrap();
            pattern.matches(&signature.parse().unwrap())
        };
        let one = "status Pass Map SUCCEEDED≠FAILED:States.Runtime(parse-error)";
        assert!(covers(one, one));
        assert!(covers("* * * *(parse-error)", one));
        assert!(covers(
            "status Pass * *≠FAILED:States.Runtime(parse-*)",
            one
        ));
        assert!(!covers("status Task * *≠FAILED*", one));
        assert!(!covers("* * * *(parse-error", one));
    }

    #[test]
    fn what_names_everything_is_no_pattern() {
        for text in ["*", "* * * *", "outcome * * more", "status  * more"] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }
}
