//! How much an engine may answer.
//!
//! Whatever listens at an address can answer without end, so nothing is read, parsed or kept beyond a
//! bound. The bounds lie far above what the language allows, and what exceeds them is trouble. Only a
//! payload is cut, because how large it may be is a rule of the language: what is left of it says how
//! large it was, and equals nothing that a machine may hand on.

use serde_json::json;
use stepproof_specs::interpreter::DATA_LIMIT;

/// The bytes of one answer of the API, or of one line of a library.
pub(crate) const ANSWER: usize = 8 << 20;
/// The bytes of what an engine says of itself.
pub(crate) const PAGE: u64 = 1 << 20;
/// The values in one answer, where a payload counts as one text. The SDK takes up to two kilobytes for
/// each of them.
pub(crate) const VALUES: usize = 64_000;
/// The bytes of all payloads of one case.
const CASE_BYTES: usize = 32 << 20;
/// The values in all payloads of one case.
const CASE_VALUES: usize = 2_000_000;
/// The bytes of a payload: the language's own bound.
const PAYLOAD: usize = DATA_LIMIT;
/// The bytes of an ARN, a token or the name of an error code, several times what the API allows.
pub(crate) const NAME: usize = 16_384;
/// The characters that stay of something cut, and of what is said about trouble.
const HEAD: usize = 1_000;

/// One answer is more than anybody needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// It is too long.
    #[error("the answer has more than {0} bytes")]
    Bytes(usize),
    /// It has too many parts.
    #[error("the answer has more than {0} values")]
    Values(usize),
}

/// All answers of one case are more than anybody needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spent {
    /// They have too much data.
    #[error("the data of the case have more than {CASE_BYTES} bytes")]
    Bytes,
    /// Their data have too many parts.
    #[error("the data of the case have more than {CASE_VALUES} values")]
    Values,
}

/// Adds what came to what has come, up to so many bytes.
pub(crate) fn append(read: &mut Vec<u8>, more: &[u8], most: usize) -> Result<(), TooMuch> {
    if read.len() + more.len() > most {
        return Err(TooMuch::Bytes(most));
    }
    read.extend_from_slice(more);
    Ok(())
}

/// Whether a JSON text may be parsed: a value takes many times the memory of its text.
pub(crate) fn parsable(text: &[u8], most: usize) -> Result<(), TooMuch> {
    if values(text) > most {
        return Err(TooMuch::Values(most));
    }
    Ok(())
}

/// How many values a JSON text has, roughly: everything that opens or separates.
pub(crate) fn values(text: &[u8]) -> usize {
    let (mut values, mut quoted, mut escaped) = (0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' | b'[' | b'{' if !quoted => values += 1,
            _ => {}
        }
    }
    values
}

/// How large a payload is, as the language counts: without blanks between values. Never more than
/// that, however it is written.
fn size(text: &str) -> usize {
    let (mut size, mut quoted) = (0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if quoted => match bytes.next() {
                // The shortest that the four digits may stand for.
                Some(b'u') => {
                    size += 1;
                    bytes.nth(3);
                }
                _ => size += 1,
            },
            b'"' => {
                quoted = !quoted;
                size += 1;
            }
            b' ' | b'\t' | b'\r' | b'\n' if !quoted => {}
            _ => size += 1,
        }
    }
    size
}

/// A payload as it is kept: one that is larger than the language allows is cut to its beginning.
pub(crate) fn payload(text: String) -> String {
    if text.len() <= PAYLOAD || size(&text) <= PAYLOAD {
        return text;
    }
    let head: String = text.chars().take(HEAD).collect();
    json!({ "<more than a payload may have>": size(&text), "<it begins>": head }).to_string()
}

/// A text that is no payload as it is kept: a cause, a name, a message.
pub(crate) fn text(text: String) -> String {
    cut(text, PAYLOAD)
}

/// Something said about trouble, short enough to be read.
pub(crate) fn reason(text: String) -> String {
    cut(text, HEAD)
}

fn cut(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let head: String = text.chars().take(HEAD).collect();
    format!("{head}… ({} bytes)", text.len())
}

/// What the payloads of one case may still have.
#[derive(Debug)]
pub(crate) struct Allowance {
    bytes: usize,
    values: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            bytes: CASE_BYTES,
            values: CASE_VALUES,
        }
    }
}

impl Allowance {
    /// Takes a text that is kept out of the allowance.
    pub(crate) fn spend(&mut self, text: &str) -> Result<(), Spent> {
        let bytes = self.bytes.checked_sub(text.len());
        self.bytes = bytes.ok_or(Spent::Bytes)?;
        let values = self.values.checked_sub(values(text.as_bytes()));
        self.values = values.ok_or(Spent::Values)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        Allowance, PAYLOAD, Spent, TooMuch, VALUES, append, parsable, payload, reason, text,
    };

    #[test]
    fn what_is_too_long_is_not_read() {
        let mut read = Vec::new();
        assert_eq!(append(&mut read, b"abc", 4), Ok(()));
        assert_eq!(append(&mut read, b"de", 4), Err(TooMuch::Bytes(4)));
        assert_eq!(read, b"abc");
    }

    #[test]
    fn a_payload_counts_as_one_value() {
        let inner = "[,{".repeat(VALUES);
        let inner = json!([inner, "\"[[[,"]).to_string();
        assert_eq!(parsable(inner.as_bytes(), 2), Ok(()));
        assert_eq!(parsable(b"[0,0]", 1), Err(TooMuch::Values(1)));
    }

    #[test]
    fn only_a_payload_that_the_language_forbids_is_cut() {
        let quoted = |inner: String| format!("\"{inner}\"");
        for legal in [
            quoted("x".repeat(PAYLOAD - 2)),
            // However it is written: digits for characters, blanks between values.
            quoted("\\u00e9".repeat(PAYLOAD / 2 - 1)),
            format!("[1,{} 2]", " ".repeat(PAYLOAD)),
            "not JSON".to_owned(),
        ] {
            assert_eq!(payload(legal.clone()), legal);
        }
        let cut = payload(quoted("x".repeat(PAYLOAD - 1)));
        let left: Value = serde_json::from_str(&cut).unwrap();
        assert_eq!(left["<more than a payload may have>"], json!(PAYLOAD + 1));
        assert!(cut.len() < 2_000);
        assert_eq!(payload(cut.clone()), cut);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        let long = "ä".repeat(PAYLOAD);
        assert_eq!(
            text(long.clone()),
            format!("{}… ({} bytes)", "ä".repeat(1_000), 2 * PAYLOAD)
        );
        assert_eq!(reason(long.clone()), text(long));
        assert_eq!(reason("short".to_owned()), "short");
    }

    #[test]
    fn what_is_spent_is_gone() {
        let mut allowance = Allowance {
            bytes: 8,
            values: 3,
        };
        assert_eq!(allowance.spend("[1,2]"), Ok(()));
        assert_eq!(allowance.spend("[1]"), Ok(()));
        assert_eq!(allowance.spend("1"), Err(Spent::Bytes));
        let mut allowance = Allowance {
            bytes: 80,
            values: 3,
        };
        assert_eq!(allowance.spend("[[1],[2],[3]]"), Err(Spent::Values));
    }
}
