//! Intrinsic functions for numbers, and those that draw from the injected entropy.

use serde_json::Value;

use super::{Host, Invalid};
use crate::clause::Clause;

/// A number argument, rounded. It is not known how functions other than `States.MathAdd` round a
/// half.
pub(super) fn integer(value: &Value, host: &impl Host) -> Result<i64, Invalid> {
    let is_half = |number: f64| (number - number.floor() - 0.5).abs() < f64::EPSILON;
    if value.as_f64().is_some_and(is_half) {
        host.mark(Clause::IntrinsicRoundingHalf);
    }
    rounded(value, host)
}

/// A number argument, rounded as Java's `Math.round` does: half up, towards positive infinity
/// (recorded: `test_math_add`).
fn rounded(value: &Value, host: &impl Host) -> Result<i64, Invalid> {
    let Value::Number(number) = value else {
        return Err(Invalid::Type);
    };
    if let Some(integer) = number.as_i64() {
        return Ok(integer);
    }
    host.mark(Clause::IntrinsicRounding);
    let float = number.as_f64().ok_or(Invalid::Type)?;
    let below = float.floor();
    Ok(if float - below >= 0.5 {
        below + 1.0
    } else {
        below
    } as i64)
}

/// Whether a number exceeds the 32 bits that the Developer Guide promises; it is not known what AWS
/// does with such a number.
fn is_wide(number: i64) -> bool {
    i32::try_from(number).is_err()
}

pub(super) fn add(left: &Value, right: &Value, host: &impl Host) -> Result<Value, Invalid> {
    if host.leaves_fractions() && !(left.is_i64() && right.is_i64()) {
        return sum(left, right);
    }
    let (left, right) = (rounded(left, host)?, rounded(right, host)?);
    let sum = left.checked_add(right).ok_or(Invalid::Range)?;
    if [left, right, sum].into_iter().any(is_wide) {
        host.mark(Clause::IntrinsicWideNumber);
    }
    Ok(sum.into())
}

/// The sum of numbers that are not rounded; a whole one is written as such.
fn sum(left: &Value, right: &Value) -> Result<Value, Invalid> {
    let number = |value: &Value| value.as_f64().ok_or(Invalid::Type);
    let sum = number(left)? + number(right)?;
    if sum.fract() == 0.0 && sum.abs() < 1e15 {
        return Ok((sum as i64).into());
    }
    Ok(sum.into())
}

/// A number from the first (inclusive) to the last (exclusive). With a seed, the result is always
/// the same.
pub(super) fn random(
    first: &Value,
    last: &Value,
    seed: Option<&Value>,
    host: &impl Host,
) -> Result<Value, Invalid> {
    let (first, last) = (integer(first, host)?, integer(last, host)?);
    let draw = match seed {
        None => host.entropy(),
        Some(seed) => crate::base::entropy::mix(integer(seed, host)? as u64),
    };
    let span = i128::from(last) - i128::from(first);
    if span <= 0 {
        return Err(Invalid::Range);
    }
    Ok(((i128::from(first) + i128::from(draw) % span) as i64).into())
}

/// A version 4 UUID.
pub(super) fn uuid(host: &impl Host) -> Value {
    let bits = (u128::from(host.entropy()) << 64) | u128::from(host.entropy());
    uuid::Builder::from_random_bytes(bits.to_be_bytes())
        .into_uuid()
        .to_string()
        .into()
}
