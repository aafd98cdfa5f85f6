//! Changes of the language's answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A change of the answer that the language gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The answer counts as missing: the default is used, or the rule is not followed.
    Ignore,
    /// The answer of the enclosing scope or state is used.
    Outer,
    /// This value is used instead.
    Set(Value),
    /// This number is added; it may be negative.
    Add(i64),
    /// The number is multiplied by this factor.
    Scale(f64),
    /// The number is rounded down.
    Floor,
    /// The order is reversed.
    Reverse,
    /// Only the first element is kept.
    First,
    /// Only the last element is kept.
    Last,
    /// The first element is dropped.
    DropFirst,
    /// The last element is dropped.
    DropLast,
    /// An array of one element is replaced by the element.
    Unwrap,
    /// Every field reads what the fields before it have set.
    InTurn,
    /// A name is replaced by other names, or dropped if there are none.
    Rename {
        /// The name.
        from: String,
        /// Its replacements.
        to: Vec<String>,
    },
    /// Every occurrence of a string is replaced by another string.
    Replace {
        /// The string.
        from: String,
        /// Its replacement.
        to: String,
    },
    /// Paths into the data start from this path instead.
    Rebase(String),
    /// The state fails with this error instead.
    Fail(String),
    /// The same, where the cause is known, too.
    FailWith {
        /// The error.
        error: String,
        /// Its cause.
        cause: String,
    },
    /// Handlers see an error that would end the execution.
    Handled,
    /// An error that handlers would see ends the execution.
    Unhandled,
    /// The value becomes an array of one element.
    Wrap,
    /// An object is replaced by an array of its values.
    Values,
    /// Booleans become 1 and 0; a value that is compared is converted to the other type.
    Coerce,
    /// Values of any type are compared as they are.
    AnyType,
    /// The text is taken literally: a path for the names between its dots, an escape for two characters.
    Literal,
    /// The answer is another one, and nothing is said of it: where the execution goes from there is open. It
    /// accounts for what an engine is known to do wrong, and explains nothing.
    Other,
}

impl Change {
    /// Changes a list.
    pub(super) fn list<T>(&self, list: &mut Vec<T>) {
        match self {
            Self::Ignore => list.clear(),
            Self::Reverse => list.reverse(),
            Self::First => list.truncate(1),
            Self::Last => drop(list.drain(..list.len().saturating_sub(1))),
            Self::DropFirst => drop(list.drain(..list.len().min(1))),
            Self::DropLast => drop(list.pop()),
            _ => {}
        }
    }

    /// Changes a whole number.
    pub(super) fn count(&self, count: u64) -> u64 {
        match self {
            Self::Set(value) => value.as_u64().unwrap_or(count),
            Self::Add(more) => count.saturating_add_signed(*more),
            Self::Scale(factor) => (count as f64 * factor) as u64,
            _ => count,
        }
    }

    /// Changes a number.
    pub(super) fn number(&self, number: f64) -> f64 {
        match self {
            Self::Set(value) => value.as_f64().unwrap_or(number),
            Self::Add(more) => number + *more as f64,
            Self::Scale(factor) => number * factor,
            Self::Floor => number.floor(),
            _ => number,
        }
    }

    /// Changes a string.
    pub(super) fn text(&self, text: &str) -> String {
        match self {
            Self::Replace { from, to } => text.replace(from, to),
            Self::Set(Value::String(set)) => set.clone(),
            _ => text.to_owned(),
        }
    }

    /// Changes a value; it stays the same if the change does not apply to its type.
    pub(super) fn value(&self, value: Value) -> Value {
        match (self, value) {
            (Self::Set(set), _) => set.clone(),
            (Self::Unwrap, Value::Array(mut all)) if all.len() == 1 => all.remove(0),
            (Self::Wrap, value) => Value::Array(vec![value]),
            (Self::Values, Value::Object(all)) => all.into_iter().map(|(_, it)| it).collect(),
            (Self::Coerce, Value::Bool(holds)) => i64::from(holds).into(),
            (Self::Coerce, Value::Array(all)) => all.into_iter().map(|it| self.value(it)).collect(),
            (_, Value::Array(mut all)) => {
                self.list(&mut all);
                Value::Array(all)
            }
            (_, Value::Number(number)) => self.json_number(&number),
            (_, Value::String(text)) => self.text(&text).into(),
            (_, value) => value,
        }
    }

    /// Changes a number in JSON; integers stay integers unless they are scaled.
    fn json_number(&self, number: &serde_json::Number) -> Value {
        match (self, number.as_i64()) {
            (Self::Add(more), Some(whole)) => whole.saturating_add(*more).into(),
            (Self::Add(_) | Self::Scale(_), _) => {
                self.number(number.as_f64().unwrap_or_default()).into()
            }
            (Self::Floor, None) => (self.number(number.as_f64().unwrap_or_default()) as i64).into(),
            _ => Value::Number(number.clone()),
        }
    }
}
