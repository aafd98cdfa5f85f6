//! Numbers: up to 38 significant digits, exact (Developer Guide, "Naming rules and data types").

use std::{cmp::Ordering, fmt, str::FromStr};

/// How many significant digits a number has at most.
const DIGITS: u32 = 38;
/// The least and the largest power of ten that a number's first digit stands for.
const LEAST: i32 = -130;
const LARGEST: i32 = 125;
/// An exponent that is surely too large, or too small if negative, whatever the mantissa.
const BEYOND: i32 = 1_000;

/// A number: the mantissa times ten to the power of the exponent. The mantissa does not end with a zero, and
/// zero has the exponent zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

/// Why a text or a result is no number, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoNumber {
    #[error("The parameter cannot be converted to a numeric value: {0}")]
    Text(String),
    #[error("The parameter cannot be converted to a numeric value")]
    Empty,
    #[error("Attempting to store more than 38 significant digits in a Number")]
    Digits,
    #[error(
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )]
    Overflow,
    #[error(
        "Number underflow. Attempting to store a number with magnitude smaller than supported range"
    )]
    Underflow,
}

impl Decimal {
    fn new(mut mantissa: i128, mut exponent: i32) -> Result<Self, NoNumber> {
        while mantissa != 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        if mantissa == 0 {
            return Ok(Self {
                mantissa: 0,
                exponent: 0,
            });
        }
        let decimal = Self { mantissa, exponent };
        if decimal.digits() > DIGITS {
            return Err(NoNumber::Digits);
        }
        match decimal.magnitude() {
            magnitude if magnitude > LARGEST => Err(NoNumber::Overflow),
            magnitude if magnitude < LEAST => Err(NoNumber::Underflow),
            _ => Ok(decimal),
        }
    }

    pub fn plus(self, other: Self) -> Result<Self, NoNumber> {
        let exponent = match (self.mantissa, other.mantissa) {
            (0, _) => return Ok(other),
            (_, 0) => return Ok(self),
            _ => self.exponent.min(other.exponent),
        };
        // What does not fit has more digits than a number may have.
        let (one, two) = (self.scaled(exponent), other.scaled(exponent));
        let sum = one.zip(two).and_then(|(one, two)| one.checked_add(two));
        Self::new(sum.ok_or(NoNumber::Digits)?, exponent)
    }

    pub fn minus(self, other: Self) -> Result<Self, NoNumber> {
        self.plus(Self {
            mantissa: -other.mantissa,
            ..other
        })
    }

    /// How many significant digits it has.
    pub fn digits(self) -> u32 {
        let mantissa = self.mantissa.unsigned_abs();
        mantissa.checked_ilog10().map_or(1, |log| log + 1)
    }

    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// The power of ten that the first digit stands for.
    fn magnitude(self) -> i32 {
        self.exponent + self.digits() as i32 - 1
    }

    /// The mantissa for a smaller exponent.
    fn scaled(self, exponent: i32) -> Option<i128> {
        let power = u32::try_from(self.exponent - exponent).ok()?;
        self.mantissa.checked_mul(10_i128.checked_pow(power)?)
    }
}

impl From<usize> for Decimal {
    fn from(number: usize) -> Self {
        Self::new(number as i128, 0).unwrap_or(Self {
            mantissa: 0,
            exponent: 0,
        })
    }
}

impl FromStr for Decimal {
    type Err = NoNumber;

    fn from_str(text: &str) -> Result<Self, NoNumber> {
        if text.is_empty() {
            return Err(NoNumber::Empty);
        }
        let wrong = || NoNumber::Text(text.to_owned());
        let (number, exponent) = match text.split_once(['e', 'E']) {
            None => (text, 0),
            Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| wrong())?),
        };
        let (is_negative, digits) = match number.as_bytes().first() {
            Some(b'-') => (true, &number[1..]),
            Some(b'+') => (false, &number[1..]),
            _ => (false, number),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let mut mantissa: i128 = 0;
        // Zeros count only if another digit follows.
        let mut zeros = 0_i32;
        let mut exponent = exponent.saturating_sub(fraction.len() as i32);
        for byte in all() {
            if byte == b'0' {
                zeros += i32::from(mantissa != 0);
                continue;
            }
            let power = 10_i128.checked_pow(zeros as u32 + 1);
            let shifted = power.and_then(|power| mantissa.checked_mul(power));
            let next = shifted.and_then(|it| it.checked_add(i128::from(byte - b'0')));
            mantissa = next.ok_or(NoNumber::Digits)?;
            zeros = 0;
        }
        exponent = exponent.saturating_add(zeros).clamp(-BEYOND, BEYOND);
        Self::new(if is_negative { -mantissa } else { mantissa }, exponent)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs().to_string();
        if let Ok(zeros) = usize::try_from(self.exponent) {
            return write!(f, "{sign}{digits}{}", "0".repeat(zeros));
        }
        let places = self.exponent.unsigned_abs() as usize;
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = self.mantissa.signum().cmp(&other.mantissa.signum());
        if sign != Ordering::Equal || self.mantissa == 0 {
            return sign;
        }
        let size = self.magnitude().cmp(&other.magnitude()).then_with(|| {
            // Of the same magnitude: the digits decide, as if of a fraction.
            let digits = |it: &Self| {
                let digits = it.mantissa.unsigned_abs();
                digits * 10_u128.pow(DIGITS - it.digits())
            };
            digits(self).cmp(&digits(other))
        });
        if self.is_negative() {
            size.reverse()
        } else {
            size
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, NoNumber};

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_told_in_one_way() {
        for (text, told) in [
            ("0", "0"),
            ("-0.00", "0"),
            ("007", "7"),
            ("1.50", "1.5"),
            ("-.5", "-0.5"),
            ("1e3", "1000"),
            ("12E-3", "0.012"),
            ("+100", "100"),
            ("1000.0010", "1000.001"),
            (
                "99999999999999999999999999999999999999",
                "99999999999999999999999999999999999999",
            ),
        ] {
            assert_eq!(decimal(text).to_string(), told, "{text}");
        }
        for text in ["a", "1a", "1e", "--1", ".", "1.2.3", " 1", "0x1", "NaN"] {
            assert_eq!(
                text.parse::<Decimal>(),
                Err(NoNumber::Text(text.to_owned()))
            );
        }
        let long = "1".repeat(39);
        assert_eq!(long.parse::<Decimal>(), Err(NoNumber::Digits));
        assert_eq!("1e126".parse::<Decimal>(), Err(NoNumber::Overflow));
        assert_eq!("1e-131".parse::<Decimal>(), Err(NoNumber::Underflow));
        for exponent in ["1001", "2147483647"] {
            let number = |sign: &str| format!("1{sign}{exponent}").parse::<Decimal>();
            assert_eq!(number("e"), Err(NoNumber::Overflow), "{exponent}");
            assert_eq!(number("e-"), Err(NoNumber::Underflow), "{exponent}");
        }
        let many = format!("1{}e-2000", "0".repeat(2_000));
        assert_eq!(decimal(&many).to_string(), "1");
        assert_eq!(decimal("0e2147483647").to_string(), "0");
        assert_eq!("".parse::<Decimal>(), Err(NoNumber::Empty));
    }

    #[test]
    fn sums_are_exact() {
        for (one, two, sum) in [
            ("0.1", "0.2", "0.3"),
            ("1e30", "1", "1000000000000000000000000000001"),
            ("-5", "5", "0"),
            ("99", "1", "100"),
        ] {
            let sum = decimal(sum);
            assert_eq!(decimal(one).plus(decimal(two)), Ok(sum));
            assert_eq!(sum.minus(decimal(two)), Ok(decimal(one)));
        }
        assert_eq!(decimal("1e100").plus(decimal("1")), Err(NoNumber::Digits));
    }

    #[test]
    fn numbers_are_in_the_order_of_their_values() {
        let sorted = [
            "-1e20", "-10", "-9.5", "-0.1", "0", "1e-9", "0.1", "0.11", "2", "10", "1e20",
        ];
        for (place, text) in sorted.iter().enumerate() {
            for (other, than) in sorted.iter().enumerate() {
                assert_eq!(decimal(text).cmp(&decimal(than)), place.cmp(&other));
            }
        }
    }
}
