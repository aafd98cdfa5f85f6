//! Time as data: this crate does not read a clock.

use serde::{Deserialize, Serialize};

/// A span in whole milliseconds, the resolution of Step Functions timestamps.
pub type Millis = u64;

/// An instant: milliseconds since the Unix epoch.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// The instant `span` later, saturating.
    #[must_use]
    pub fn plus(self, span: Millis) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span).unwrap_or(i64::MAX)),
        )
    }

    /// The span from `earlier` to `self`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Millis {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// RFC 3339 in UTC with up to three fraction digits, as the context object prints it
    /// (`$$.Execution.StartTime`; AWS Developer Guide, "Accessing the Context object").
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .map_or_else(|_| format!("{}ms", self.0), |instant| instant.to_string())
    }

    /// Parses an RFC 3339 timestamp with `T` and a zone (`Z` or an offset), fractions truncated to
    /// milliseconds; `None` for anything else.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let date_time = text.as_bytes().get(10)?;
        if *date_time != b'T' || text.len() < 20 {
            return None;
        }
        let zoned = text.ends_with('Z') || text[19..].contains(['+', '-']);
        if !zoned {
            return None;
        }
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|instant| Self(instant.as_millisecond()))
    }

    /// Whether a string would be a timestamp if lower-case letters or missing seconds were allowed.
    /// It is not known whether AWS allows them (clause `timestamp.lexical`).
    pub fn is_nearly_rfc3339(text: &str) -> bool {
        if Self::parse_rfc3339(text).is_some() || !text.is_ascii() {
            return false;
        }
        let capital = text.to_ascii_uppercase();
        let whole = capital
            .split_at_checked(16)
            .filter(|(_, zone)| zone.starts_with(['Z', '+', '-']))
            .map(|(minutes, zone)| format!("{minutes}:00{zone}"));
        Self::parse_rfc3339(&whole.unwrap_or(capital)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::Instant;

    #[test]
    fn only_zoned_date_times_are_timestamps() {
        assert_eq!(
            Instant::parse_rfc3339("1970-01-01T00:00:01Z"),
            Some(Instant(1_000))
        );
        assert_eq!(
            Instant::parse_rfc3339("1970-01-01T01:00:01.5+01:00"),
            Some(Instant(1_500))
        );
        for text in [
            "2023-02-24",
            "2012-10-09T19:00:55",
            "",
            "1970-01-01 00:00:01Z",
            "×1970",
        ] {
            assert_eq!(Instant::parse_rfc3339(text), None, "{text}");
            assert!(!Instant::is_nearly_rfc3339(text), "{text}");
        }
        for text in [
            "1970-01-01t00:00:01z",
            "1970-01-01T00:00Z",
            "1970-01-01T00:00+01:00",
        ] {
            assert_eq!(Instant::parse_rfc3339(text), None, "{text}");
            assert!(Instant::is_nearly_rfc3339(text), "{text}");
        }
    }
}
