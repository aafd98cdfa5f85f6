//! The conditions under which a rule is broken.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Field, Place};

/// A condition under which a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// The value in question is null.
    Null,
    /// The value in question is missing.
    Absent,
    /// The state has this field, and it is not empty.
    Has(Field),
    /// The thread of control has entered the state before.
    Again,
    /// The value in question is null, false, 0 or an empty string.
    Falsy,
    /// It is an array or an object without members, or a blank string.
    Empty,
    /// It is a boolean.
    Boolean,
    /// It is a string.
    Text,
    /// It is an array or an object.
    Composite,
    /// It is an array or an object that has an array or an object for a member.
    Nested,
    /// It is a number with a fraction, or a string that has a fraction of a second.
    Fraction,
    /// It is a string that ends in a numeric offset from UTC.
    Offset,
    /// It is a string with characters outside of ASCII.
    NotAscii,
    /// It is a string with a backslash.
    Escaped,
    /// The path in question is the root alone.
    Root,
    /// The path in question has brackets.
    Brackets,
    /// The path in question is the root alone, or goes on with brackets after it.
    Undotted,
    /// The value is for this place of the definition.
    In(Place),
    /// The operand of the test is given by a path.
    Twin,
    /// The operand of the test is false.
    Negated,
    /// The values that are compared have other types than the operator asks for.
    OtherType,
    /// The same, and the operand of the test is given by a path.
    TwinOfOtherType,
    /// The operand has another type than the operator asks for, and the value has not.
    OperandOfOtherType,
    /// The condition of the rule consists of several.
    Compound,
    /// It is of a rule whose condition is a single test.
    Single,
    /// The rule leads where `Default` leads.
    LikeDefault,
    /// The error is one that ends the execution.
    Ending,
    /// The function does not take its arguments.
    Invalid,
    /// The state has JSONPath.
    JsonPath,
    /// The last step of the path is taken from an object.
    OfObject,
}

impl When {
    /// Whether it depends on nothing but a value.
    pub(super) fn is_about_value(self) -> bool {
        match self {
            Self::Null
            | Self::Falsy
            | Self::Empty
            | Self::Boolean
            | Self::Text
            | Self::Composite
            | Self::Nested
            | Self::Fraction
            | Self::Offset
            | Self::NotAscii
            | Self::Escaped => true,
            Self::Absent
            | Self::Has(_)
            | Self::Again
            | Self::Root
            | Self::Brackets
            | Self::Undotted
            | Self::In(_)
            | Self::Twin
            | Self::Negated
            | Self::OtherType
            | Self::TwinOfOtherType
            | Self::OperandOfOtherType
            | Self::Compound
            | Self::Single
            | Self::LikeDefault
            | Self::Ending
            | Self::Invalid
            | Self::JsonPath
            | Self::OfObject => false,
        }
    }

    /// Whether it holds of a value; false for what depends on something else.
    pub(super) fn holds_of(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null | Self::Falsy, Value::Null)
            | (Self::Falsy, Value::Bool(false))
            | (Self::Boolean, Value::Bool(_))
            | (Self::Text, Value::String(_))
            | (Self::Composite, Value::Array(_) | Value::Object(_)) => true,
            (Self::Falsy, Value::Number(number)) => number.as_f64() == Some(0.0),
            (Self::Fraction, Value::Number(number)) => number.as_i64().is_none(),
            (Self::Falsy, Value::String(text)) => text.is_empty(),
            (Self::Empty, Value::String(text)) => text.trim().is_empty(),
            (Self::Empty, Value::Array(all)) => all.is_empty(),
            (Self::Empty, Value::Object(all)) => all.is_empty(),
            (Self::Nested, Value::Array(all)) => all.iter().any(|it| Self::Composite.holds_of(it)),
            (Self::Nested, Value::Object(all)) => {
                all.values().any(|it| Self::Composite.holds_of(it))
            }
            (Self::Fraction, Value::String(text)) => text.contains('.'),
            (Self::Offset, Value::String(text)) => {
                let zone = text.len().saturating_sub(6);
                text.get(zone..).is_some_and(|zone| {
                    zone.starts_with(['+', '-']) && zone.as_bytes().get(3) == Some(&b':')
                })
            }
            (Self::NotAscii, Value::String(text)) => !text.is_ascii(),
            (Self::Escaped, Value::String(text)) => text.contains('\\'),
            _ => false,
        }
    }
}
