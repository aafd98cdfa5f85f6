//! The operators of filters in Jayway 2.0.0: a string is converted to the type of the element's
//! side before the comparison.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::{Number, Value};

use super::{
    PathError,
    filter::{Pattern, Relation},
    java::{self, Decimal},
};
use crate::{base::json, clause::Clause};

/// A side of a comparison, after evaluation.
#[derive(Debug)]
pub(super) enum Side<'s> {
    /// The value at a path.
    Found(Cow<'s, Value>),
    /// A literal in quotes.
    Quoted(&'s str),
    /// A literal without quotes.
    Bare(&'s str),
    Pattern(&'s Pattern),
}

/// A side as Java sees it.
#[derive(Clone, Copy)]
enum View<'s> {
    Null,
    Text(&'s str),
    Number(&'s Number),
    Bool(bool),
    Pattern(&'s Pattern),
    /// An array, an object, or an integer beyond 64 bits: it equals nothing and has no order.
    Node,
}

impl Side<'_> {
    /// About how many letters there are to compare.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Quoted(text) | Self::Bare(text) => text.len(),
            Self::Pattern(_) => 0,
            Self::Found(value) => match &**value {
                Value::String(text) => text.len(),
                Value::Array(_) | Value::Object(_) => json::bound(value).bytes,
                _ => 0,
            },
        }
    }

    fn view(&self) -> View<'_> {
        match self {
            Self::Quoted(text) | Self::Bare(text) => View::Text(text),
            Self::Pattern(pattern) => View::Pattern(pattern),
            Self::Found(value) => match &**value {
                Value::Null => View::Null,
                Value::Bool(value) => View::Bool(*value),
                Value::Number(number) if number.is_i64() || number.is_f64() => View::Number(number),
                Value::String(text) => View::Text(text),
                _ => View::Node,
            },
        }
    }
}

/// Whether the relation holds. `same` says that both sides are the same path from the root, and so
/// the same value.
pub(super) fn holds(
    left: &Side<'_>,
    relation: Relation,
    right: &Side<'_>,
    same: bool,
    mark: &dyn Fn(Clause),
) -> Result<bool, PathError> {
    if relation == Relation::Matches {
        return matches(left, right, mark);
    }
    let (model, expected) = (left.view(), right.view());
    let nulls = [model, expected].map(|side| matches!(side, View::Null));
    if nulls[0] != nulls[1] && !matches!(relation, Relation::Equal | Relation::NotEqual) {
        return Ok(false);
    }
    if !is_plain(left, relation, right) {
        mark(Clause::PathFilterTypes);
    }
    let order = if same {
        Some(Ordering::Equal)
    } else {
        order(expected, model)?
    };
    Ok(order.is_some_and(|order| match relation {
        Relation::Equal => order.is_eq(),
        Relation::NotEqual => order.is_ne(),
        Relation::Greater => order.is_lt(),
        Relation::AtLeast => order.is_le(),
        Relation::Less => order.is_gt(),
        Relation::AtMost => order.is_ge(),
        Relation::Matches => false,
    }))
}

/// Whether every implementation makes this comparison in the same way, so that no rule about types
/// matters.
fn is_plain(left: &Side<'_>, relation: Relation, right: &Side<'_>) -> bool {
    if !matches!(left, Side::Found(_)) {
        return false;
    }
    let equality = matches!(relation, Relation::Equal | Relation::NotEqual);
    match (left.view(), right) {
        (View::Number(_), Side::Bare(text)) => Decimal::parse(text).is_ok(),
        (View::Bool(_), Side::Bare("true" | "false")) => equality,
        (View::Text("null"), _) => false,
        (_, Side::Bare("null")) => equality,
        (View::Text(_), Side::Quoted(text)) => *text != "null",
        (model, Side::Found(_)) => match (model, right.view()) {
            (View::Number(_), View::Number(_)) => true,
            (View::Bool(_), View::Bool(_)) => equality,
            (View::Text(_), View::Text(expected)) => expected != "null",
            _ => false,
        },
        _ => false,
    }
}

/// The order of the expected side and the element's side. `None` if they cannot be compared; then
/// no relation holds, not even `!=`.
fn order(expected: View<'_>, model: View<'_>) -> Result<Option<Ordering>, PathError> {
    let nullish = (is_nullish(expected), is_nullish(model));
    Ok(match (expected, model) {
        _ if nullish == (true, true) => Some(Ordering::Equal),
        _ if nullish.0 => Some(Ordering::Less),
        _ if nullish.1 => Some(Ordering::Greater),
        (View::Text(expected), View::Text(model)) => {
            let expected = expected.replace("\\'", "'");
            Some(expected.encode_utf16().cmp(model.encode_utf16()))
        }
        (View::Number(expected), View::Number(model)) => {
            Some(Decimal::of(expected)?.cmp(&Decimal::of(model)?))
        }
        (View::Text(expected), View::Number(model)) => {
            Some(Decimal::parse(expected)?.cmp(&Decimal::of(model)?))
        }
        (View::Text(expected), View::Bool(model)) => {
            Some(expected.eq_ignore_ascii_case("true").cmp(&model))
        }
        (View::Bool(expected), View::Bool(model)) => Some(expected.cmp(&model)),
        _ => None,
    })
}

/// The string `null` counts as null, on both sides.
fn is_nullish(side: View<'_>) -> bool {
    matches!(side, View::Null | View::Text("null"))
}

/// `=~`: the pattern is on the left, or else on the right.
fn matches(left: &Side<'_>, right: &Side<'_>, mark: &dyn Fn(Clause)) -> Result<bool, PathError> {
    let (pattern, target) = match (left.view(), right.view()) {
        (View::Pattern(pattern), _) => (pattern, right),
        (_, View::Pattern(pattern)) => (pattern, left),
        (left, right) => {
            mark(Clause::PathFilterTypes);
            return match (left, right) {
                (View::Null, View::Null) => Ok(false),
                _ => Err(PathError::NotAPattern),
            };
        }
    };
    if !matches!(target.view(), View::Text(_)) {
        mark(Clause::PathFilterTypes);
    }
    let text = match target.view() {
        View::Null => return Ok(false),
        View::Text(text) => Cow::Borrowed(text),
        View::Number(number) => java::number(number).into(),
        View::Bool(value) => value.to_string().into(),
        View::Pattern(pattern) => pattern.regex().into(),
        View::Node => match target {
            Side::Found(value) => java::json(value).into(),
            _ => Cow::default(),
        },
    };
    pattern.matches(&text).ok_or(PathError::ForeignPattern)
}
