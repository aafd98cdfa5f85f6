//! Finds the first difference between two JSON values.

use serde_json::{Map, Value};
use stepproof_specs::base::json::{equal, type_name};

use crate::judge::signature::{Shape, Term};

/// The first difference between two values, at the innermost position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Leaf<'a> {
    /// Two values that differ as a whole.
    Value(&'a Value, &'a Value),
    /// A member is missing.
    Missing(&'a Value),
    /// A member should not be there.
    Extra(&'a Value),
    /// Two arrays differ in length.
    Length(usize, usize),
    /// Two arrays have the same elements in different orders.
    Order,
}

impl Leaf<'_> {
    /// The shape of the difference, without names and values.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Value(expected, actual) => {
                let (expected, actual) = classes(expected, actual);
                part(expected, actual, "value")
            }
            Self::Missing(_) => part("present", "absent", "member"),
            Self::Extra(_) => part("absent", "present", "member"),
            Self::Length(expected, actual) if expected < actual => {
                part("array", "longer", "length")
            }
            Self::Length(..) => part("array", "shorter", "length"),
            Self::Order => part("array", "array", "order"),
        }
    }
}

fn part(expected: &str, actual: &str, part: &str) -> Shape {
    Shape::data(Term::new(expected), Term::new(actual), part)
}

/// The types of two scalars. Otherwise all scalars count as one class, so that the reducer can
/// simplify data without changing the signature.
fn classes(expected: &Value, actual: &Value) -> (&'static str, &'static str) {
    match (class(expected), class(actual)) {
        ("scalar", "scalar") => (type_name(expected), type_name(actual)),
        classes => classes,
    }
}

fn class(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::String(_) => "scalar",
        _ => type_name(value),
    }
}

/// The first difference, in the member order of the expected value; `None` if they are equal.
pub fn first<'a>(expected: &'a Value, actual: &'a Value) -> Option<Leaf<'a>> {
    match (expected, actual) {
        (Value::Object(left), Value::Object(right)) => members(left, right),
        (Value::Array(left), Value::Array(right)) => elements(left, right),
        _ if equal(expected, actual) => None,
        _ => Some(Leaf::Value(expected, actual)),
    }
}

fn members<'a>(left: &'a Map<String, Value>, right: &'a Map<String, Value>) -> Option<Leaf<'a>> {
    let differing = left.iter().find_map(|(key, left)| match right.get(key) {
        Some(right) => first(left, right),
        None => Some(Leaf::Missing(left)),
    });
    differing.or_else(|| {
        let extra = right.iter().find(|(key, _)| !left.contains_key(*key))?;
        Some(Leaf::Extra(extra.1))
    })
}

fn elements<'a>(left: &'a [Value], right: &'a [Value]) -> Option<Leaf<'a>> {
    if left.len() != right.len() {
        return Some(Leaf::Length(left.len(), right.len()));
    }
    let leaf = left
        .iter()
        .zip(right)
        .find_map(|(left, right)| first(left, right))?;
    let permuted = unmatched(left, right).next().is_none();
    Some(if permuted { Leaf::Order } else { leaf })
}

/// The values of `left` that have no counterpart in `right`, both taken as multisets.
pub fn unmatched<'a, T: std::borrow::Borrow<Value>>(
    left: &'a [T],
    right: &'a [T],
) -> impl Iterator<Item = &'a Value> {
    let mut taken = vec![false; right.len()];
    left.iter()
        .map(std::borrow::Borrow::borrow)
        .filter(move |left| {
            let partner = (0..right.len())
                .find(|index| !taken[*index] && equal(left, right[*index].borrow()));
            if let Some(index) = partner {
                taken[index] = true;
            }
            partner.is_none()
        })
}

/// The shape of the difference between two optional values.
pub fn shape(expected: Option<&Value>, actual: Option<&Value>) -> Option<Shape> {
    match (expected, actual) {
        (Some(expected), Some(actual)) => first(expected, actual).map(|leaf| leaf.shape()),
        (Some(expected), None) => Some(part(class(expected), "absent", "value")),
        (None, Some(actual)) => Some(part("absent", class(actual), "value")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::shape;

    fn shape_of(expected: &Value, actual: &Value) -> Option<String> {
        shape(Some(expected), Some(actual)).map(|shape| shape.to_string())
    }

    #[test]
    fn the_innermost_difference_gives_the_shape() {
        for (expected, actual, wanted) in [
            (json!({"a": {"b": 1}}), json!({"a": {"b": 1.0}}), None),
            (
                json!({"a": {"b": {}}}),
                json!({"a": {"b": null}}),
                Some("object≠null@value"),
            ),
            (json!([[1]]), json!([["x"]]), Some("number≠string@value")),
            (json!([1]), json!([{}]), Some("scalar≠object@value")),
            (json!({"a": 1}), json!({}), Some("present≠absent@member")),
            (json!({}), json!({"a": 1}), Some("absent≠present@member")),
            (json!([1, 2]), json!([2, 1]), Some("array≠array@order")),
            (json!([1]), json!([]), Some("array≠shorter@length")),
            (json!([]), json!([1]), Some("array≠longer@length")),
        ] {
            assert_eq!(
                shape_of(&expected, &actual).as_deref(),
                wanted,
                "{expected} {actual}"
            );
        }
    }

    #[test]
    fn absence_is_a_difference() {
        let (extra, missing) = (shape(None, Some(&json!(1))), shape(Some(&json!([])), None));
        assert_eq!(extra.unwrap().to_string(), "absent≠scalar@value");
        assert_eq!(missing.unwrap().to_string(), "array≠absent@value");
        assert_eq!(shape(None, None), None);
    }
}
