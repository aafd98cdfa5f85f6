//! Text for people that does nothing to a terminal but show itself.
//!
//! Names, errors and causes come from machines and engines, and may contain sequences that move the
//! cursor, rename the window or turn text around. Every such character is written as JSON writes it, so
//! that a JSON text stays the same value.

use std::{borrow::Cow, fmt::Write as _};

/// The text with all control characters escaped except line feeds and tabs.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_control(c) && c != '\n' && c != '\t')
}

/// The text on one line, with all control characters escaped.
pub(crate) fn on_one_line(text: &str) -> Cow<'_, str> {
    escaped(text, is_control)
}

fn escaped(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            // All of them are in the basic plane.
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a character changes how others are shown: control characters, line separators, and marks
/// that set the direction of text.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{on_one_line, visible};

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        let hostile = "a\u{1b}[31m\u{9b}2J\u{7}\r\u{7f}\u{202e}b\n\tc";
        assert_eq!(
            visible(hostile),
            "a\\u001b[31m\\u009b2J\\u0007\\u000d\\u007f\\u202eb\n\tc"
        );
        assert_eq!(on_one_line("a\nb"), "a\\u000ab");
        assert_eq!(visible("größer → 😀"), "größer → 😀");
    }

    #[test]
    fn a_json_text_stays_the_same_value() {
        let value = json!({ "k\u{9b}": "\u{1b}\u{7f}\u{2028}\n" });
        let shown = visible(&value.to_string()).into_owned();
        assert!(!shown.contains(|c: char| c.is_control()));
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
    }
}
