//! Intrinsic functions for arrays.

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::{FxHashMap, FxHasher};
use serde_json::Value;

use super::{Host, Invalid, math::integer};
use crate::{
    base::{entropy::mix, json},
    clause::Clause,
};

/// The most items in the result of `States.ArrayRange` (Developer Guide).
const RANGE_LIMIT: usize = 1_000;

/// The items of an argument that has to be an array.
pub(super) fn items(value: &Value) -> Result<&Vec<Value>, Invalid> {
    value.as_array().ok_or(Invalid::Type)
}

/// Compares deeply. It is not known whether 1 and 1.0 are equal here.
pub(super) fn contains(array: &Value, value: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let mut found = false;
    for item in items(array)? {
        if json::equal(item, value) {
            found = true;
            if item == value {
                return Ok(true.into());
            }
        }
    }
    if found {
        host.mark(Clause::IntrinsicNumbersEqual);
    }
    Ok(found.into())
}

pub(super) fn get_item(array: &Value, index: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let array = items(array)?;
    if index.as_f64().is_some_and(|index| index.fract() != 0.0) {
        host.mark(Clause::IntrinsicRoundingElsewhere);
    }
    usize::try_from(integer(index, host)?)
        .ok()
        .and_then(|index| array.get(index).cloned())
        .ok_or(Invalid::Range)
}

pub(super) fn partition(array: &Value, size: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let array = items(array)?;
    let size = usize::try_from(integer(size, host)?).map_err(|_| Invalid::Range)?;
    if size == 0 {
        return Err(Invalid::Range);
    }
    Ok(array.chunks(size).map(<[Value]>::to_vec).collect())
}

pub(super) fn range(
    first: &Value,
    last: &Value,
    step: &Value,
    host: &impl Host,
) -> Result<Value, Invalid> {
    let first = integer(first, host)?;
    let last = integer(last, host)?;
    let step = integer(step, host)?;
    if step == 0 {
        return Err(Invalid::Range);
    }
    let span = i128::from(last) - i128::from(first);
    let steps = span / i128::from(step);
    if step < 0 || span < 0 {
        host.mark(Clause::IntrinsicArrayRangeBackwards);
    }
    if span != 0 && (span < 0) != (step < 0) {
        return Ok(Value::Array(Vec::new()));
    }
    if steps >= RANGE_LIMIT as i128 {
        return Err(Invalid::Range);
    }
    let numbers = (0..=steps as i64).map(|n| (first + n * step).into());
    Ok(Value::Array(numbers.collect()))
}

/// Keeps the first of several equal items.
pub(super) fn unique(array: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let array = items(array)?;
    let mut unique: Vec<&Value> = Vec::new();
    let mut by_likeness: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for item in array {
        let alike = by_likeness.entry(likeness(item)).or_default();
        let twin = alike.iter().find(|at| json::equal(unique[**at], item));
        match twin {
            Some(at) if unique[*at] == item => {}
            Some(_) => host.mark(Clause::IntrinsicNumbersEqual),
            None => {
                alike.push(unique.len());
                unique.push(item);
            }
        }
    }
    if !unique.is_sorted_by(
        |left, right| matches!((left.as_i64(), right.as_i64()), (Some(l), Some(r)) if l <= r),
    ) {
        host.mark(Clause::IntrinsicArrayUniqueOrder);
    }
    Ok(unique.into_iter().cloned().collect())
}

/// The same for all values that are equal, and for hardly any others: numbers by value, members in
/// any order.
fn likeness(value: &Value) -> u64 {
    let mut hasher = FxHasher::default();
    match value {
        Value::Null => 0_u8.hash(&mut hasher),
        Value::Bool(value) => value.hash(&mut hasher),
        // Zero has a sign that does not count.
        Value::Number(number) => (number.as_f64().unwrap_or_default() + 0.0)
            .to_bits()
            .hash(&mut hasher),
        Value::String(text) => text.hash(&mut hasher),
        Value::Array(items) => {
            for item in items {
                likeness(item).hash(&mut hasher);
            }
            items.len().hash(&mut hasher);
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let mut hasher = FxHasher::default();
                key.hash(&mut hasher);
                likeness(value).hash(&mut hasher);
                hasher.finish()
            };
            let sum = members.iter().map(member).fold(0, u64::wrapping_add);
            sum.hash(&mut hasher);
        }
    }
    mix(hasher.finish())
}
