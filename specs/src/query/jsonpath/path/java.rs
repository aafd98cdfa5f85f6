//! Values and numbers as Java prints and compares them.

use std::{cmp::Ordering, io};

use serde_json::{Number, Value, ser::Formatter};

use super::PathError;

/// A value as Jackson's tree model prints it: compact JSON, with Java's numbers.
pub(super) fn json(value: &Value) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Java);
    match serde::Serialize::serialize(value, &mut serializer) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        Err(_) => value.to_string(),
    }
}

struct Java;

impl Formatter for Java {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(double(value).as_bytes())
    }
}

/// A number as Java prints it.
pub(super) fn number(number: &Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => double(value),
        _ => number.to_string(),
    }
}

/// `Double.toString`: plain between 10⁻³ and 10⁷, otherwise with an exponent, always with a point.
fn double(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e7).contains(&size) {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
            Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
            None => text,
        };
    }
    let text = value.to_string();
    if text.contains('.') {
        text
    } else {
        format!("{text}.0")
    }
}

/// A decimal number of any size, as `BigDecimal` reads it: 0.`digits` × 10^`exponent`, without
/// zeros at either end of the digits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    exponent: i64,
    digits: String,
}

impl Decimal {
    pub(super) fn of(number: &Number) -> Result<Self, PathError> {
        Self::parse(&self::number(number))
    }

    /// Reads a number; the errors are those of Java's parser.
    pub(super) fn parse(text: &str) -> Result<Self, PathError> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        if text.is_empty() {
            return Err(PathError::NotANumber(None));
        }
        let (mantissa, power) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
            None => (unsigned, None),
        };
        check_mantissa(mantissa, unsigned.encode_utf16().count())?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let power = match power {
            None => 0,
            Some(power) => exponent(power)?,
        };
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() {
            return Err(PathError::NotANumber(Some("No digits found.")));
        }
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let digits = digits.trim_matches('0').to_owned();
        let zero = digits.is_empty();
        Ok(Self {
            negative: !zero && text.starts_with('-'),
            exponent: if zero {
                0
            } else {
                whole.len() as i64 - leading as i64 + power
            },
            digits,
        })
    }
}

/// Checks that there are only digits and one point. Java parses long numbers with other code, which
/// has other messages.
fn check_mantissa(mantissa: &str, length: usize) -> Result<(), PathError> {
    const POINTS: &str = "Character array contains more than one decimal point.";
    const NO_MARK: &str = "Character array is missing \"e\" notation exponential mark.";
    let mut points = 0;
    for c in mantissa.chars() {
        match c {
            '0'..='9' => {}
            '.' if points == 0 => points = 1,
            '.' => return Err(PathError::NotANumber(Some(POINTS))),
            _ if length > 18 => return Err(PathError::NotANumber(Some(NO_MARK))),
            c => return Err(PathError::NotADigit(c)),
        }
    }
    Ok(())
}

fn exponent(text: &str) -> Result<i64, PathError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() {
        let reason = (!text.is_empty()).then_some("No exponent digits.");
        return Err(PathError::NotANumber(reason));
    }
    if digits.chars().any(|c| !c.is_ascii_digit()) {
        return Err(PathError::NotANumber(Some("Not a digit.")));
    }
    let too_many = PathError::NotANumber(Some("Too many nonzero exponent digits."));
    if digits.trim_start_matches('0').len() > 10 {
        return Err(too_many);
    }
    text.parse().map_err(|_| too_many)
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |decimal: &Self| match (decimal.negative, decimal.digits.is_empty()) {
            (_, true) => 0,
            (true, _) => -1,
            (false, _) => 1,
        };
        let size = || {
            let exponents = self.exponent.cmp(&other.exponent);
            exponents.then_with(|| self.digits.cmp(&other.digits))
        };
        let signs = sign(self).cmp(&sign(other));
        signs.then_with(|| {
            if self.negative {
                size().reverse()
            } else {
                size()
            }
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Decimal, PathError, double};

    #[test]
    fn doubles_print_as_in_java() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (0.001, "0.001"),
            (0.000_99, "9.9E-4"),
            (0.000_1, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (10_000_000.0, "1.0E7"),
            (12_345_678.5, "1.23456785E7"),
            (1e300, "1.0E300"),
        ] {
            assert_eq!(double(value), text);
        }
    }

    #[test]
    fn what_java_does_not_read_as_a_number_is_refused_in_its_words() {
        let reason = |text: &str| match Decimal::parse(text) {
            Err(PathError::NotANumber(reason)) => reason.unwrap_or("null"),
            other => panic!("{text}: {other:?}"),
        };
        let no_mark = "Character array is missing \"e\" notation exponential mark.";
        for (text, expected) in [
            ("", "null"),
            ("-", "No digits found."),
            (".", "No digits found."),
            (
                "1.2.3",
                "Character array contains more than one decimal point.",
            ),
            ("1e", "null"),
            ("1e-", "No exponent digits."),
            ("1e1.5", "Not a digit."),
            ("1e12345678901", "Too many nonzero exponent digits."),
            ("123456789012345678x", no_mark),
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
        assert!(Decimal::parse("1e1234567890").is_ok());
        for (text, character) in [("x", 'x'), ("12345678901234567x", 'x'), ("1 ", ' ')] {
            assert_eq!(
                Decimal::parse(text),
                Err(PathError::NotADigit(character)),
                "{text}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// A number equals itself in any notation.
        #[test]
        fn decimals_compare_by_value(
            left in -2_000_i64..2_000, left_power in 0_u32..4,
            right in -2_000_i64..2_000, right_power in 0_u32..4,
        ) {
            let value = |digits: i64, power: u32| digits * 10_i64.pow(power);
            let spellings = |digits: i64, power: u32| {
                let plain = value(digits, power);
                let sign = if plain < 0 { "-" } else { "+" };
                [
                    plain.to_string(),
                    format!("{digits}e{power}"),
                    format!("{digits}00E-{}", 2 - i64::from(power)).replace("--", "+"),
                    format!("{plain}.000"),
                    format!("{sign}0{}.", plain.abs()),
                ]
            };
            let expected = value(left, left_power).cmp(&value(right, right_power));
            for left in spellings(left, left_power) {
                for right in spellings(right, right_power) {
                    let [one, other] = [&left, &right].map(|it| Decimal::parse(it).unwrap());
                    prop_assert_eq!(one.cmp(&other), expected, "{} {}", &left, &right);
                    prop_assert_eq!(one.partial_cmp(&other), Some(expected));
                }
            }
        }
    }
}
