//! Wildcard patterns in a ledger.

use std::fmt;

use regex_lite::Regex;

/// A pattern in which `*` matches any string, including the empty one, and `?` matches one
/// character.
#[derive(Debug, Clone)]
pub struct Glob {
    text: String,
    expression: Regex,
}

impl Glob {
    /// Parses a pattern.
    pub fn new(text: &str) -> Self {
        let literal = regex_lite::escape(text);
        let expression = literal.replace(r"\*", ".*").replace(r"\?", ".");
        let expression = Regex::new(&format!("(?s)^{expression}$"));
        Self {
            text: text.to_owned(),
            expression: expression.expect("an escaped word is an expression"),
        }
    }

    /// Whether it matches the whole word.
    pub fn matches(&self, word: &str) -> bool {
        self.expression.is_match(word)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Glob {}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_glob_stands_for_whole_words() {
        for (glob, word) in [
            ("", ""),
            ("*", ""),
            ("*", "a\nb"),
            ("retry.*", "retry.max-attempts.zero"),
            ("r?try.*.zero", "retry.max-attempts.zero"),
            (
                "*≠FAILED:*(parse-*)",
                "SUCCEEDED≠FAILED:States.Runtime(parse-error)",
            ),
        ] {
            assert!(Glob::new(glob).matches(word), "{glob} {word}");
        }
        for (glob, word) in [
            ("", "a"),
            ("?", ""),
            ("retry", "retry.again"),
            ("retry.*", "retry"),
            ("a.b", "a-b"),
            ("*(parse-error", "FAILED(parse-error)"),
        ] {
            assert!(!Glob::new(glob).matches(word), "{glob} {word}");
        }
    }
}
