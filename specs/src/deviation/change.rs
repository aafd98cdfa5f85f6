//! What is made of an answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is made of the answer that the language gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// As if it was not there: the default is used, the rule is not followed.
    Ignore,
    /// What the scope or the state around has, in its place.
    Outer,
    /// This in its place.
    Set(Value),
    /// So many more, or less if it is negative.
    Add(i64),
    /// So many times as much.
    Scale(f64),
    /// Numbers are rounded down.
    Floor,
    /// In reverse order.
    Reverse,
    /// Only the first one.
    First,
    /// Only the last one.
    Last,
    /// Without the first one.
    DropFirst,
    /// Without the last one.
    DropLast,
    /// What is alone in an array, without the array.
    Unwrap,
    /// Every field sees what the fields before it have set.
    InTurn,
    /// Other names in the place of one name; none if there are none.
    Rename {
        /// The name.
        from: String,
        /// What stands in its place.
        to: Vec<String>,
    },
    /// Another string in the place of one, wherever it stands inside.
    Replace {
        /// The string.
        from: String,
        /// What stands in its place.
        to: String,
    },
    /// Paths into the data start from this path.
    Rebase(String),
}

impl Change {
    /// Makes the change to a list.
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

    /// A whole number after the change.
    pub(super) fn count(&self, count: u64) -> u64 {
        match self {
            Self::Set(value) => value.as_u64().unwrap_or(count),
            Self::Add(more) => count.saturating_add_signed(*more),
            Self::Scale(factor) => (count as f64 * factor) as u64,
            _ => count,
        }
    }

    /// A number after the change.
    pub(super) fn number(&self, number: f64) -> f64 {
        match self {
            Self::Set(value) => value.as_f64().unwrap_or(number),
            Self::Add(more) => number + *more as f64,
            Self::Scale(factor) => number * factor,
            Self::Floor => number.floor(),
            _ => number,
        }
    }

    /// A string after the change.
    pub(super) fn text(&self, text: &str) -> String {
        match self {
            Self::Replace { from, to } => text.replace(from, to),
            Self::Set(Value::String(set)) => set.clone(),
            _ => text.to_owned(),
        }
    }

    /// A value after the change; as it was if the change is none for values of its type.
    pub(super) fn value(&self, value: Value) -> Value {
        match (self, value) {
            (Self::Set(set), _) => set.clone(),
            (Self::Unwrap, Value::Array(mut all)) if all.len() == 1 => all.remove(0),
            (_, Value::Array(mut all)) => {
                self.list(&mut all);
                Value::Array(all)
            }
            (_, Value::Number(number)) => self.json_number(&number),
            (_, Value::String(text)) => self.text(&text).into(),
            (_, value) => value,
        }
    }

    /// Whole numbers stay whole.
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
