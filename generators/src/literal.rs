//! Concrete values, from small domains so that comparisons often meet equal or similar values.

use serde_json::{Number, Value};
use std::sync::Arc;

use stepproof_specs::asl::Name;

use crate::dice::Dice;

/// The prefix of the URL of every generated queue.
pub const QUEUE_PREFIX: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/";

/// The prefix of the ARN of every generated activity.
pub const ACTIVITY_PREFIX: &str = "arn:aws:states:us-east-1:123456789012:activity:";

const INTEGERS: &[i64] = &[0, 1, 2, 3, -1, 10];
const FRACTIONS: &[f64] = &[0.5, 1.5, -0.25];
const TEXTS: &[&str] = &["", "a", "b", "ab", "A", "é", "10", "true", "a*", "a*"];
const PATTERNS: &[&str] = &[
    "*", "a*", "*b", "a", "", "?", "a*b*", "a\\*", "a\\*", "*\\\\*",
];

/// Timestamps in the distant past: one second apart, and one instant in several spellings.
const TIMESTAMPS: &[&str] = &[
    "2016-03-14T01:59:00Z",
    "2016-03-14T01:59:01Z",
    "2016-03-14T01:59:00.500Z",
    "2016-03-14T02:59:00+01:00",
    "1999-12-31T23:59:59Z",
];

/// A timestamp too far in the future to wait for.
pub(crate) const DOOMSDAY: &str = "9999-01-01T00:00:00Z";

/// Strings for calls; some have to be escaped there.
const QUOTED: &[&str] = &["a", "b", "it's", "{}", "a\\b", "x, (y)", "é", ""];

/// Error names that tasks and Fail states report.
pub(crate) const ERRORS: &[&str] = &["Oops", "Rejected", "Order.Invalid"];
const CAUSES: &[&str] = &["C", "because", "it failed: {\"code\": 7}"];

/// A predefined error name that handlers can use.
pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
pub(crate) const TIMEOUT: &str = "States.Timeout";
pub(crate) const ALL: &str = "States.ALL";
pub(crate) const QUERY: &str = "States.QueryEvaluationError";
pub(crate) const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";

pub(crate) fn number(dice: &mut Dice) -> Value {
    if dice.one_in(5) {
        Number::from_f64(dice.pick(FRACTIONS)).map_or(Value::Null, Value::Number)
    } else {
        dice.pick(INTEGERS).into()
    }
}

pub(crate) fn text(dice: &mut Dice) -> &'static str {
    dice.pick(TEXTS)
}

pub(crate) fn quoted(dice: &mut Dice) -> &'static str {
    dice.pick(QUOTED)
}

pub(crate) fn pattern(dice: &mut Dice) -> &'static str {
    dice.pick(PATTERNS)
}

pub(crate) fn timestamp(dice: &mut Dice) -> &'static str {
    dice.pick(TIMESTAMPS)
}

pub(crate) fn error(dice: &mut Dice) -> &'static str {
    dice.pick(ERRORS)
}

pub(crate) fn cause(dice: &mut Dice) -> &'static str {
    dice.pick(CAUSES)
}

thread_local! {
    static ERROR_NAMES: Vec<Name> = ERRORS
        .iter()
        .chain(&[TASK_FAILED, TIMEOUT, ALL, HEARTBEAT_TIMEOUT, QUERY])
        .map(|name| Arc::from(*name))
        .collect();
}

/// An error name as a shared string.
pub(crate) fn error_name(text: &str) -> Name {
    ERROR_NAMES.with(|names| {
        names
            .iter()
            .find(|name| ***name == *text)
            .map_or_else(|| Arc::from(text), Arc::clone)
    })
}
