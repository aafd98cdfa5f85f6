//! Placeholders: `<…>` stands for anything. Numbered ones say more: `<uuid:1>` stands for one value
//! wherever it occurs in a recording, and no other numbered placeholder of its kind stands for the same.

use std::collections::BTreeMap;

/// What the placeholders were seen to stand for.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Whether a string can be what a template says, given what is known; what follows is then known,
    /// too.
    pub fn fits(&mut self, template: &str, text: &str) -> bool {
        let known = self.filled(template);
        if !fits(&known, text) {
            return false;
        }
        let Some((before, placeholder, after)) = only_numbered(&known) else {
            return true;
        };
        let stands_for = &text[before.len()..text.len() - after.len()];
        let kind = kind(placeholder);
        let is_taken = self
            .0
            .iter()
            .any(|(other, value)| value == stands_for && self::kind(other) == kind);
        if is_taken {
            return false;
        }
        self.0.insert(placeholder.to_owned(), stands_for.to_owned());
        true
    }

    fn filled(&self, template: &str) -> String {
        let fill = |text: String, (placeholder, value): (&String, &String)| {
            text.replace(placeholder, value)
        };
        self.0.iter().fold(template.to_owned(), fill)
    }
}

/// A template with one placeholder, which is numbered: what comes before it, the placeholder, and what
/// comes after it.
fn only_numbered(template: &str) -> Option<(&str, &str, &str)> {
    let start = template.find('<')?;
    let end = start + template[start..].find('>')? + 1;
    let placeholder = &template[start..end];
    let alone = !template[end..].contains('<') && !placeholder[1..].contains('<');
    let numbered = placeholder.contains(|c: char| c.is_ascii_digit());
    (alone && numbered).then(|| (&template[..start], placeholder, &template[end..]))
}

/// A placeholder without its number.
fn kind(placeholder: &str) -> String {
    let digits = |c: char| c.is_ascii_digit();
    placeholder.replace(digits, "")
}

/// Whether a string matches a template whose `<…>` stand for any string.
pub(super) fn fits(template: &str, text: &str) -> bool {
    let Some((fixed, rest)) = template.split_once('<') else {
        return template == text;
    };
    let Some(text) = text.strip_prefix(fixed) else {
        return false;
    };
    let rest = after_placeholder(rest);
    (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .any(|at| fits(rest, &text[at..]))
}

/// The rest after the `>` of a placeholder, which may contain placeholders.
fn after_placeholder(rest: &str) -> &str {
    let mut open = 1;
    for (at, c) in rest.char_indices() {
        open += match c {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        if open == 0 {
            return &rest[at + 1..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::{Names, fits};

    #[test]
    fn a_placeholder_stands_for_anything() {
        assert!(fits("a <x> c", "a b c"));
        assert!(fits("<a<b>>!", "!"));
        assert!(!fits("a <x> c", "a b d"));
        assert!(!fits("a", "ab"));
    }

    #[test]
    fn a_numbered_placeholder_stands_for_one_value() {
        let mut names = Names::default();
        assert!(names.fits("<uuid:1>", "a"));
        assert!(names.fits("<uuid:1>", "a"));
        assert!(!names.fits("<uuid:1>", "b"));
        assert!(!names.fits("<uuid:2>", "a"));
        assert!(names.fits("not <uuid:2>", "not b"));
        assert!(names.fits("<uuid:1> and <uuid:2>", "a and b"));
        assert!(!names.fits("<uuid:1> and <uuid:2>", "b and a"));
        assert!(names.fits("<token:1>", "a"));
        assert!(names.fits("<time>", "1") && names.fits("<time>", "2"));
    }
}
