//! Finds ids, times and ARNs inside strings.

use std::ops::Range;

/// A range that was found, and the token for it.
#[derive(Debug, PartialEq)]
pub struct Hit {
    pub range: Range<usize>,
    pub token: &'static str,
}

/// Finds the first hit at or after a byte offset.
pub type Find = fn(&str, usize) -> Option<Hit>;

/// The length of a UUID.
pub const UUID: usize = 36;
/// The minimum length of a timestamp.
pub const TIMESTAMP: usize = 20;

const REGION_AND_ACCOUNT: &str = "us-east-1:123456789012";

/// The data at the end of an interpreter's own message: `… in the input '{"a":1}'`, `… to input 4`.
pub fn quoted_data(text: &str) -> Option<Range<usize>> {
    const IN_QUOTES: &str = "could not be found in the input '";
    const TO_THE_END: &str = " to input ";
    if let Some(at) = text.find(IN_QUOTES) {
        let start = at + IN_QUOTES.len();
        return text.ends_with('\'').then(|| start..text.len() - 1);
    }
    let at = text.find("Unable to apply ")?;
    let start = at + text[at..].find(TO_THE_END)? + TO_THE_END.len();
    Some(start..text.len())
}

/// The number in `(entered at the event id #12)`.
pub fn event_id(text: &str, from: usize) -> Option<Hit> {
    const BEFORE: &str = "(entered at the event id #";
    let start = from + text[from..].find(BEFORE)? + BEFORE.len();
    let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return event_id(text, start);
    }
    Some(Hit {
        range: start..start + digits,
        token: "_",
    })
}

/// The ARN of an execution, a state machine, a map run or a role.
pub fn service_arn(text: &str, from: usize) -> Option<Hit> {
    let mut arns = arns(text, from);
    arns.find_map(|range| {
        let mut parts = text[range.clone()].splitn(7, ':').skip(2);
        let (service, resource) = (parts.next()?, parts.nth(2)?);
        let token = match (service, resource) {
            ("states", "execution" | "express") => "<execution>",
            ("states", "stateMachine") => "<machine>",
            ("states", "mapRun") => "<map-run>",
            ("iam", role) if role.starts_with("role/") => "<role>",
            _ => return None,
        };
        Some(Hit { range, token })
    })
}

/// The region and the account of an ARN that has both, if they are not those that cases use.
pub fn account(text: &str, from: usize) -> Option<Hit> {
    let mut arns = arns(text, from);
    arns.find_map(|arn| {
        let mut colons = text[arn.clone()].match_indices(':').map(|(at, _)| at);
        let start = arn.start + colons.nth(2)? + 1;
        let end = arn.start + colons.nth(1)?;
        let (region, account) = text[start..end].split_once(':')?;
        let both = !region.is_empty()
            && account.len() >= 12
            && account.bytes().all(|it| it.is_ascii_digit());
        let foreign = &text[start..end] != REGION_AND_ACCOUNT;
        (both && foreign).then_some(Hit {
            range: start..end,
            token: REGION_AND_ACCOUNT,
        })
    })
}

fn arns(text: &str, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    text[from..].match_indices("arn:aws").map(move |(at, _)| {
        let start = from + at;
        let length = text[start..]
            .find(|it: char| !(it.is_ascii_alphanumeric() || "-_:/.+=@$".contains(it)))
            .unwrap_or(text.len() - start);
        start..start + length
    })
}

/// A UUID that is not part of a longer word.
pub fn uuid(text: &str, from: usize) -> Option<Hit> {
    find(text, from, |bytes| {
        let shaped = bytes.len() >= UUID
            && bytes[..UUID].iter().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
            && !bytes.get(UUID).is_some_and(u8::is_ascii_alphanumeric);
        shaped.then_some(UUID)
    })
    .map(|range| Hit { range, token: "" })
}

/// An RFC 3339 timestamp with a zone.
pub fn timestamp(text: &str, from: usize) -> Option<Hit> {
    find(text, from, timestamp_length).map(|range| Hit {
        range,
        token: "<time>",
    })
}

fn timestamp_length(bytes: &[u8]) -> Option<usize> {
    const PATTERN: &[u8] = b"0000-00-00T00:00:00";
    let fits = |bytes: &[u8], pattern: &[u8]| {
        bytes.len() >= pattern.len()
            && bytes
                .iter()
                .zip(pattern)
                .all(|(byte, pattern)| match pattern {
                    b'0' => byte.is_ascii_digit(),
                    other => byte == other,
                })
    };
    if !fits(bytes, PATTERN) {
        return None;
    }
    let mut length = PATTERN.len();
    if bytes.get(length) == Some(&b'.') {
        length += 1 + bytes[length + 1..]
            .iter()
            .take_while(|it| it.is_ascii_digit())
            .count();
    }
    match bytes.get(length)? {
        b'Z' => Some(length + 1),
        b'+' | b'-' if fits(&bytes[length + 1..], b"00:00") => Some(length + 6),
        _ => None,
    }
}

/// The first hit at the start of a word; `length` returns the length of a hit at a position.
fn find(text: &str, from: usize, length: impl Fn(&[u8]) -> Option<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find_map(|start| {
        let inside_a_word = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        if inside_a_word || !bytes[start].is_ascii_hexdigit() {
            return None;
        }
        length(&bytes[start..]).map(|length| start..start + length)
    })
}
