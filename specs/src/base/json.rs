//! JSON values: their types in words, when AWS takes two for equal, and how large they are.

use serde_json::{Number, Value};

/// The JSON type of a value, in the words of diagnostics.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether two values are equal as AWS compares data: numbers by value (1 equals 1.0, and a
/// boolean is not a number), objects regardless of key order.
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers_equal(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, left)| right.get(key).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}

fn numbers_equal(left: &Number, right: &Number) -> bool {
    left == right || left.as_f64() == right.as_f64() && !(exact(left) && exact(right))
}

/// Whether the number is an integer that serde_json holds exactly; two such numbers are compared
/// exactly.
fn exact(number: &Number) -> bool {
    number.is_i64() || number.is_u64()
}

/// How large a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// The length of its compact text, in bytes of UTF-8.
    pub bytes: usize,
    /// How deep arrays and objects are nested.
    pub depth: usize,
    /// Roughly how many bytes it takes in memory: far more than its text where it has many small
    /// parts.
    pub memory: usize,
}

/// Measures a value without serialising it.
pub fn measure(value: &Value) -> Size {
    sized::<true>(value)
}

/// An upper bound of a value's size that does not inspect every character. Nearly all data is far
/// below every limit.
pub fn bound(value: &Value) -> Size {
    sized::<false>(value)
}

/// How much memory a value takes, as [`Size`] has it.
pub fn memory(value: &Value) -> usize {
    NODE + inside(value)
}

/// The same for a value that has nothing but plain values in it.
pub fn shallow_memory(value: &Value) -> usize {
    NODE + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.len() * NODE,
        Value::Object(members) => members.len() * MEMBER,
    }
}

/// What it takes beside its own place.
#[inline]
fn inside(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(_) | Value::Object(_) => inside_all(value),
    }
}

fn inside_all(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len() * NODE + items.iter().map(inside).sum::<usize>(),
        Value::Object(members) => {
            let each = members.iter().map(|(key, value)| key.len() + inside(value));
            members.len() * MEMBER + each.sum::<usize>()
        }
        _ => 0,
    }
}

fn sized<const EXACT: bool>(value: &Value) -> Size {
    match value {
        Value::Array(items) => {
            let mut size = Size::of_brackets(items.len(), items.len() * NODE);
            // Long data is mostly lists of numbers.
            let mut items = &items[..];
            while let [Value::Number(number), rest @ ..] = items {
                size.bytes += number_length::<EXACT>(number);
                items = rest;
            }
            for item in items {
                size.take_in::<EXACT>(item);
            }
            size
        }
        Value::Object(members) => {
            let mut size = Size::of_brackets(members.len(), members.len() * MEMBER);
            for (key, value) in members {
                size.bytes += text_length::<EXACT>(key) + 1;
                size.memory += key.len();
                size.take_in::<EXACT>(value);
            }
            size
        }
        scalar => {
            let mut size = Size {
                memory: NODE,
                ..Size::default()
            };
            size.take_in::<EXACT>(scalar);
            size
        }
    }
}

impl Size {
    /// The brackets around so many values and the commas between them, and the places that the values
    /// take.
    fn of_brackets(values: usize, places: usize) -> Self {
        Self {
            bytes: 2 + values.saturating_sub(1),
            depth: 1,
            memory: NODE + places,
        }
    }

    /// Adds a value between the brackets.
    fn take_in<const EXACT: bool>(&mut self, value: &Value) {
        self.bytes += match value {
            Value::Number(number) => number_length::<EXACT>(number),
            Value::String(text) => {
                self.memory += text.len();
                text_length::<EXACT>(text)
            }
            Value::Bool(false) => 5,
            Value::Bool(true) | Value::Null => 4,
            Value::Array(_) | Value::Object(_) => {
                let inner = sized::<EXACT>(value);
                self.depth = self.depth.max(1 + inner.depth);
                self.memory += inner.memory - NODE;
                inner.bytes
            }
        }
    }
}

/// What a value takes, whatever is in it.
const NODE: usize = size_of::<Value>();
/// The same with a key, its hash, and its place in the index.
const MEMBER: usize = NODE + size_of::<String>() + 3 * size_of::<usize>();

/// The length of `-1.7976931348623157e308` and similar numbers.
const LONGEST_NUMBER: usize = 25;

#[inline]
fn number_length<const EXACT: bool>(number: &Number) -> usize {
    if !EXACT {
        return LONGEST_NUMBER;
    }
    match number.as_u64() {
        Some(small @ ..10_000) => {
            1 + usize::from(small > 9) + usize::from(small > 99) + usize::from(small > 999)
        }
        _ => long_number_length(number),
    }
}

#[cold]
fn long_number_length(number: &Number) -> usize {
    let digits = |magnitude: u64| magnitude.checked_ilog10().unwrap_or_default() as usize + 1;
    if let Some(positive) = number.as_u64() {
        digits(positive)
    } else if let Some(negative) = number.as_i64() {
        1 + digits(negative.unsigned_abs())
    } else {
        number.to_string().len()
    }
}

/// The length of a JSON string, with its quotes and escapes.
fn text_length<const EXACT: bool>(text: &str) -> usize {
    if !EXACT {
        return 2 + 6 * text.len();
    }
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 1,
        0..0x20 => 5,
        _ => 0,
    });
    2 + text.len() + escapes.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{NODE, bound, measure, memory};

    #[test]
    fn values_are_measured_like_their_text() {
        for (value, depth) in [
            (
                json!({"key": ["te\"xt", 1, null, -20, 1.5, true], "other": {}}),
                2,
            ),
            (json!([[], [[]], "\u{1}\n\u{8}é", false, 0]), 3),
            (json!(u64::MAX), 0),
            (json!(i64::MIN), 0),
        ] {
            let bytes = value.to_string().len();
            let size = measure(&value);
            assert_eq!((size.bytes, size.depth), (bytes, depth), "{value}");
            assert_eq!(bound(&value).depth, depth, "{value}");
            assert_eq!(bound(&value).memory, size.memory, "{value}");
            assert_eq!(memory(&value), size.memory, "{value}");
        }
    }

    #[test]
    fn memory_is_counted_by_places_and_letters() {
        assert_eq!(measure(&json!(1)).memory, NODE);
        assert_eq!(measure(&json!("letters")).memory, NODE + 7);
        assert_eq!(measure(&json!([1, [2, "a"]])).memory, 5 * NODE + 1);
        assert!(measure(&json!({"key": 1})).memory > 2 * NODE + 3);
    }

    proptest! {
        #[test]
        fn any_text_is_measured_like_its_json(text in any::<String>()) {
            let value = Value::from(text);
            let length = value.to_string().len();
            prop_assert_eq!(measure(&value).bytes, length);
            prop_assert!(bound(&value).bytes >= length);
        }
    }
}
