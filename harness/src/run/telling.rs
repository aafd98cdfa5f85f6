//! What engines tell otherwise whatever they do: an error without its prefix, a cause that is cut, numbers as
//! text. Such a change has nothing to do with the rule that a case is about, and shows in every kind of
//! difference.

use std::fmt;

use serde_json::Value;
use stepproof_specs::{base::json::equal, clause::Aspect, observation::Status};

use crate::{
    job::Prepared,
    judge::{signature::Shape, verdict::Difference},
    raw::{RawEvent, RawExecution, RawRun},
};

/// What is told otherwise, and how.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Telling {
    what: String,
    how: Change,
}

/// What becomes of a value, whatever it is.
#[derive(Debug, Clone, PartialEq)]
enum Change {
    /// It is left out.
    LeftOut,
    /// A text lacks this beginning.
    Without(String),
    /// A text begins with this, too.
    Behind(String),
    /// A text is cut after so many characters.
    Cut(usize),
    /// A history ends after so many events.
    Ends(usize),
    /// The letters of a text are in another case.
    Case,
    /// It is always this text.
    Always(String),
    /// Members that are null are left out.
    WithoutNulls,
    /// A number or a boolean is a text.
    AsText,
    /// A number lacks its fraction.
    Whole,
    /// An array of one element is the element.
    Unwrapped,
    /// A value is an array with nothing else in it.
    Wrapped,
}

impl Telling {
    /// What is told otherwise in the smallest form of a case, by what its execution was started with or by
    /// what differs: without the value that is told otherwise it would not differ.
    pub fn of_smallest(
        difference: &Difference,
        prepared: &Prepared,
        raw: Option<&RawRun>,
    ) -> Option<Self> {
        let run = raw.and_then(|it| it.executions.get(difference.start));
        if let Prepared::Execution(job) = prepared
            && let Some(start) = job.case.starts.get(difference.start)
            && let Some(input) = run.and_then(started_with)
            && let Some(how) = of_data(&start.input, &input)
        {
            let what = DATA.to_owned();
            return Some(Self { what, how });
        }
        Self::of(difference, raw)
    }

    /// What is told otherwise where a run of a case differs, if it is a change that hardly happens by chance.
    pub fn of(difference: &Difference, raw: Option<&RawRun>) -> Option<Self> {
        let run = raw.and_then(|it| it.executions.get(difference.start));
        if FROM_HISTORY.contains(&difference.aspect)
            && let Some(events) = run.and_then(ends_early)
        {
            let what = "history".to_owned();
            let how = Change::Ends(events);
            return Some(Self { what, how });
        }
        let (expected, actual) = (&difference.expected, &difference.actual);
        let member = |name: &str| (&expected[name], &actual[name]);
        let (what, (expected, actual)) = match (difference.aspect, &difference.signature.shape) {
            (Aspect::Error, _) => ("error", member("error")),
            (Aspect::Cause, _) => ("cause", (expected, actual)),
            (Aspect::Output | Aspect::Effects, _) => (DATA, (expected, actual)),
            (Aspect::History, Shape::Detail { key, .. }) => {
                let left_out = actual.is_null() && !expected.is_null();
                let is_data = PAYLOADS.contains(&key.as_str()) && !left_out;
                (if is_data { DATA } else { key }, (expected, actual))
            }
            _ => return None,
        };
        let how = match difference.aspect {
            Aspect::History if actual.is_null() && !expected.is_null() => Change::LeftOut,
            _ if what == DATA => of_data(expected, actual)?,
            _ => change(expected, actual)?,
        };
        // The language's own names are what engines mistake for each other.
        let own = matches!(&how, Change::Always(name) if name.starts_with("States."));
        let what = what.to_owned();
        (!own).then_some(Self { what, how })
    }
}

/// What is told of the data that passes through a machine, wherever it shows.
const DATA: &str = "data";

/// The details of events that are such data.
const PAYLOADS: [&str; 4] = ["assignedVariables", "input", "output", "parameters"];

/// The aspects that are read off the history.
const FROM_HISTORY: [Aspect; 4] = [
    Aspect::Path,
    Aspect::Attempts,
    Aspect::Effects,
    Aspect::History,
];

/// After how many events a history ends that does not come to the end of its execution, which has ended.
fn ends_early(run: &RawExecution) -> Option<usize> {
    let events = run.history.as_ref()?;
    let is_end = |it: &RawEvent| {
        let kind = it.kind.strip_prefix("Execution");
        kind.is_some_and(|it| it != "Started")
    };
    let is_over = run.status != Status::Running && !events.iter().any(is_end);
    is_over.then_some(events.len()).filter(|it| *it > 0)
}

/// What an execution was started with, as its history says it.
fn started_with(run: &RawExecution) -> Option<Value> {
    let mut events = run.history.iter().flatten();
    let start = events.find(|it| it.kind == "ExecutionStarted")?;
    serde_json::from_str(start.details["input"].as_str()?).ok()
}

/// The same of data, in which texts are short: what becomes of one may be chance.
fn of_data(expected: &Value, actual: &Value) -> Option<Change> {
    let how = change(expected, actual)?;
    let of_texts = matches!(
        how,
        Change::Without(_) | Change::Behind(_) | Change::Cut(_) | Change::Always(_)
    );
    (!of_texts).then_some(how)
}

/// What becomes of every part that differs, if that is the same of all.
fn change(expected: &Value, actual: &Value) -> Option<Change> {
    let mut parts: Vec<Option<Change>> = Vec::new();
    differing(expected, actual, &mut parts);
    let first = parts.first()?.clone()?;
    parts
        .iter()
        .all(|it| it.as_ref() == Some(&first))
        .then_some(first)
}

fn differing(expected: &Value, actual: &Value, parts: &mut Vec<Option<Change>>) {
    match (expected, actual) {
        _ if equal(expected, actual) => {}
        (Value::Object(wanted), Value::Object(got))
            if got.keys().all(|key| wanted.contains_key(key)) =>
        {
            for (key, wanted) in wanted {
                match got.get(key) {
                    Some(got) => differing(wanted, got, parts),
                    None => parts.push(wanted.is_null().then_some(Change::WithoutNulls)),
                }
            }
        }
        (Value::Array(wanted), Value::Array(got)) if wanted.len() == got.len() => {
            let both = wanted.iter().zip(got);
            both.for_each(|(wanted, got)| differing(wanted, got, parts));
        }
        _ => parts.push(of_one(expected, actual)),
    }
}

fn of_one(expected: &Value, actual: &Value) -> Option<Change> {
    match (expected, actual) {
        (Value::String(wanted), Value::String(got)) => Some(of_text(wanted, got)),
        (Value::Number(_) | Value::Bool(_), Value::String(got)) => {
            let text = expected.to_string();
            (text == *got).then_some(Change::AsText)
        }
        (Value::Number(wanted), Value::Number(got)) => {
            let (wanted, got) = (wanted.as_f64()?, got.as_f64()?);
            (wanted.trunc() - got == 0.0).then_some(Change::Whole)
        }
        (Value::Array(one), _) if one.len() == 1 && one[0] == *actual => Some(Change::Unwrapped),
        (_, Value::Array(one)) if one.len() == 1 && one[0] == *expected => Some(Change::Wrapped),
        _ => None,
    }
}

fn of_text(expected: &str, actual: &str) -> Change {
    if actual.is_empty() || expected.is_empty() {
        Change::Always(actual.to_owned())
    } else if let Some(beginning) = expected.strip_suffix(actual) {
        Change::Without(beginning.to_owned())
    } else if let Some(beginning) = actual.strip_suffix(expected) {
        Change::Behind(beginning.to_owned())
    } else if expected.starts_with(actual) {
        Change::Cut(actual.chars().count())
    } else if expected.eq_ignore_ascii_case(actual) {
        Change::Case
    } else {
        Change::Always(actual.to_owned())
    }
}

impl fmt::Display for Telling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match &self.how {
            Change::LeftOut => "is left out".to_owned(),
            Change::Without(beginning) => format!("lacks its '{beginning}'"),
            Change::Behind(beginning) => format!("begins with '{beginning}'"),
            Change::Cut(length) => format!("is cut to {length} characters"),
            Change::Ends(events) => format!("ends after {events} events"),
            Change::Case => "is in other letters".to_owned(),
            Change::Always(text) => format!("is '{text}'"),
            Change::WithoutNulls => "has no members that are null".to_owned(),
            Change::AsText => "has texts for numbers or booleans".to_owned(),
            Change::Whole => "has numbers without their fractions".to_owned(),
            Change::Unwrapped => "has arrays unwrapped".to_owned(),
            Change::Wrapped => "has values wrapped in arrays".to_owned(),
        };
        match self.what.as_str() {
            DATA => write!(f, "data {how} whatever the case is about"),
            what => write!(f, "'{what}' {how} whatever the case is about"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Change, change};

    fn of(expected: &Value, actual: &Value) -> Option<Change> {
        change(expected, actual)
    }

    #[test]
    fn a_change_is_what_becomes_of_every_part_that_differs() {
        let runtime = json!("States.Runtime");
        assert_eq!(
            of(&runtime, &json!("Runtime")),
            Some(Change::Without("States.".to_owned()))
        );
        assert_eq!(of(&runtime, &json!("Sta")), Some(Change::Cut(3)));
        assert_eq!(of(&runtime, &json!("states.runtime")), Some(Change::Case));
        assert_eq!(
            of(&runtime, &json!("Boom")),
            Some(Change::Always("Boom".to_owned()))
        );
        let deep = |a: Value, b: Value| json!({ "a": a, "b": [b], "c": 0 });
        let texts = deep(json!("1"), json!("true"));
        assert_eq!(
            of(&deep(json!(1), json!(true)), &texts),
            Some(Change::AsText)
        );
        assert_eq!(of(&deep(json!(2), json!(true)), &texts), None);
        assert_eq!(
            of(&deep(json!(1.5), json!(2)), &deep(json!(1), json!(2))),
            Some(Change::Whole)
        );
        assert_eq!(of(&json!([[1]]), &json!([1])), Some(Change::Unwrapped));
        assert_eq!(of(&json!({ "a": 1 }), &json!({ "b": 1 })), None);
        let nulls = json!({ "a": null, "b": [{ "c": null, "d": 1 }] });
        let without = json!({ "b": [{ "d": 1 }] });
        assert_eq!(of(&nulls, &without), Some(Change::WithoutNulls));
        assert_eq!(of(&json!({ "a": 1, "b": 1 }), &json!({ "b": 1 })), None);
        assert_eq!(of(&runtime, &runtime), None);
    }
}
