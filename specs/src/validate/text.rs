//! The diagnostic for a text that is not JSON, with the message of Jackson, the parser that AWS
//! uses. The unrecognised token and the unexpected character were recorded, with their positions;
//! the message for the end of the input, and how much of a long text is shown, are taken from
//! Jackson.

use crate::asl::diagnostic::{About, Code, Diagnostic, Evidence, Severity};
use crate::{
    asl::text::{MAX_BYTES, Position, locate},
    clause::Clause,
};

/// How much of the text the message repeats, in characters.
const SHOWN: usize = 500;

pub(super) fn not_json(text: &str, error: &serde_json::Error) -> Diagnostic {
    let (reason, end) = reason(text, error);
    let source = source(text, end);
    Diagnostic {
        severity: Severity::Error,
        code: Code::InvalidJsonDescription,
        clause: Clause::ValidateJson,
        message: format!("{reason}\n at {source}"),
        location: Some(source),
        about: About::Location,
        evidence: Evidence::of(Clause::ValidateJson),
    }
}

/// What Jackson says of a text that is no JSON, without the position.
pub fn not_json_reason(text: &str, error: &serde_json::Error) -> String {
    reason(text, error).0
}

/// The same, and how far it has read then.
fn reason(text: &str, error: &serde_json::Error) -> (String, usize) {
    let offset = locate::offset(text, error.line(), error.column());
    if let Some(token) = token_around(text, offset) {
        let word = &text[token.clone()];
        let reason = format!(
            "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        );
        return (reason, token.end);
    }
    match text[offset..].chars().next() {
        Some(found) => {
            let code = u32::from(found);
            let expected = expected(error);
            let reason = format!("Unexpected character ('{found}' (code {code})){expected}");
            (reason, offset + found.len_utf8())
        }
        None => ("Unexpected end-of-input".to_owned(), text.len()),
    }
}

/// What Jackson expects where something else is. The name of a field was recorded, the others are
/// Jackson's.
fn expected(error: &serde_json::Error) -> &'static str {
    const EXPECTED: [(&str, &str); 5] = [
        (
            "key must be a string",
            ": was expecting double-quote to start field name",
        ),
        (
            "expected `:`",
            ": was expecting a colon to separate field name and value",
        ),
        (
            "expected `,` or `}`",
            ": was expecting comma to separate Object entries",
        ),
        (
            "expected `,` or `]`",
            ": was expecting comma to separate Array entries",
        ),
        (
            "expected value",
            ": expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or \
             'false')",
        ),
    ];
    let said = error.to_string();
    let known = EXPECTED.iter().find(|(ours, _)| said.starts_with(ours));
    known.map_or("", |(_, expected)| expected)
}

/// The diagnostic for a text that is too long. Code and wording ours.
pub(super) fn too_long(text: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: Code::SchemaValidationFailed,
        clause: Clause::ValidateSize,
        message: format!(
            "The definition has {} bytes and may have {MAX_BYTES}",
            text.len()
        ),
        location: None,
        about: About::Location,
        evidence: Evidence::NONE,
    }
}

/// The position as Jackson prints it: just behind what it could not read.
fn source(text: &str, end: usize) -> String {
    let Position { line, column } = locate::position(text, end);
    let total = text.chars().count();
    let shown: String = text.chars().take(SHOWN).collect();
    let rest = match total.saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("[truncated {more} chars]"),
    };
    format!("[Source: (String)\"{shown}\"{rest}; line: {line}, column: {column}]")
}

/// The bare word around an offset, unless it is a JSON literal.
fn token_around(text: &str, offset: usize) -> Option<std::ops::Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let start = text[..offset]
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_word(*c))
        .last()
        .map_or(offset, |(at, _)| at);
    let rest = &text[start..];
    let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let word = &rest[..length];
    let bare = word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$');
    (bare && !matches!(word, "true" | "false" | "null")).then_some(start..start + length)
}
