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

    /// The same with three fraction digits always.
    pub fn rfc3339_millis(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).map_or_else(
            |_| format!("{}ms", self.0),
            |instant| format!("{instant:.3}"),
        )
    }

    /// The date of an HTTP answer (RFC 9110).
    pub fn http_date(self) -> String {
        let at = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        // Only years that have more than four digits have none.
        printer
            .timestamp_to_rfc9110_string(&at)
            .unwrap_or_else(|_| self.rfc3339())
    }

    /// Parses an RFC 3339 timestamp with `T` and a zone (`Z` or an offset with a colon), fractions
    /// truncated to milliseconds; `None` for anything else.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let millis = nanoseconds(text)?.div_euclid(1_000_000);
        i64::try_from(millis).ok().map(Self)
    }

    /// The whole second that contains the instant.
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1_000))
    }

    /// Whether a string would be a timestamp if lower-case letters, missing seconds or offsets without
    /// a colon were allowed. It is not known whether AWS allows them (clause `timestamp.lexical`).
    pub fn is_nearly_rfc3339(text: &str) -> bool {
        if Self::parse_rfc3339(text).is_some() || !text.is_ascii() {
            return false;
        }
        let mut capital = text.to_ascii_uppercase();
        if let Some((rest, minutes)) = capital.split_at_checked(capital.len().saturating_sub(2))
            && rest.len() > 3
            && rest[rest.len() - 3..].starts_with(['+', '-'])
        {
            capital = format!("{rest}:{minutes}");
        }
        let whole = capital
            .split_at_checked(16)
            .filter(|(_, zone)| zone.starts_with(['Z', '+', '-']))
            .map(|(minutes, zone)| format!("{minutes}:00{zone}"));
        Self::parse_rfc3339(&whole.unwrap_or(capital)).is_some()
    }
}

const DAY: i128 = 86_400_000_000_000;
const MINUTE: i128 = 60_000_000_000;

/// The nanoseconds from the Unix epoch to the instant that an RFC 3339 timestamp names, as
/// [`Instant::parse_rfc3339`] takes it.
pub fn nanoseconds(text: &str) -> Option<i128> {
    let (civil, offset) = zoned(text)?;
    let has_seconds = civil.as_bytes().get(16) == Some(&b':');
    if civil.as_bytes().get(10) != Some(&b'T') || !has_seconds {
        return None;
    }
    // The parser of `jiff` would pass over another zone.
    let fraction = civil.get(19..)?;
    if !fraction.is_empty() && !fraction.starts_with('.') {
        return None;
    }
    if !fraction.bytes().skip(1).all(|it| it.is_ascii_digit()) {
        return None;
    }
    // A `jiff::Timestamp` ends before the year 9999 does, so that every offset stays in it.
    let civil: jiff::civil::DateTime = civil.parse().ok()?;
    let days = civil.date().since(jiff::civil::date(1970, 1, 1)).ok()?;
    let time = civil.time().duration_since(jiff::civil::Time::midnight());
    Some(i128::from(days.get_days()) * DAY + time.as_nanos() - offset * MINUTE)
}

/// A timestamp without its zone, and the zone's offset in minutes.
fn zoned(text: &str) -> Option<(&str, i128)> {
    if let Some(civil) = text.strip_suffix('Z') {
        return Some((civil, 0));
    }
    let (civil, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let sign = match zone.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let number = |text: &str, bound: i128| {
        let digits = text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit());
        let number: i128 = digits.then(|| text.parse().ok()).flatten()?;
        (number < bound).then_some(number)
    };
    let minutes = number(hours, 24)? * 60 + number(minutes, 60)?;
    Some((civil, sign * minutes))
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
        assert_eq!(
            Instant::parse_rfc3339("1969-12-31T22:29:59.9999-01:30"),
            Some(Instant(-1))
        );
        // The last second that four digits can name, in every zone.
        for (zone, hours) in [("Z", 0), ("+00:00", 0), ("-12:00", 12), ("+14:00", -14)] {
            assert_eq!(
                Instant::parse_rfc3339(&format!("9999-12-31T23:59:59{zone}")),
                Some(Instant(253_402_300_799_000 + hours * 3_600_000))
            );
        }
        for text in [
            "2023-02-24",
            "2012-10-09T19:00:55",
            "",
            "1970-01-01 00:00:01Z",
            "×1970",
            "1970-01-01T00:00:01+1:00",
            "1970-01-01T00:00:01+24:00",
            "1970-01-01T00:00:01+01:60",
            "1970-13-01T00:00:01Z",
            "1970-01-01T00:00:01Z+01:00",
            "1970-01-01T00:00:01+05:00Z",
            "1970-01-01T00:00:01+05:00+01:00",
            "1970-01-01T00:00:01.5+05:00Z",
            "1970-01-01T00:00:01[Europe/Paris]Z",
            "1970-01-01T00:00:01.Z",
            "Z",
        ] {
            assert_eq!(Instant::parse_rfc3339(text), None, "{text}");
            assert!(!Instant::is_nearly_rfc3339(text), "{text}");
        }
        for text in [
            "1970-01-01t00:00:01z",
            "1970-01-01T00:00Z",
            "1970-01-01T00:00+01:00",
            "1970-01-01T00:00:01+0100",
            "1970-01-01T00:00-0100",
        ] {
            assert_eq!(Instant::parse_rfc3339(text), None, "{text}");
            assert!(Instant::is_nearly_rfc3339(text), "{text}");
        }
    }
}
