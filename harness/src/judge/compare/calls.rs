//! Compares answers to calls, one call after the other.
//!
//! A call that only reads changes nothing for those after it, whatever it answers. Of the others the first
//! that succeeds on one side only is the last that is compared: what is after it may follow from it.

use serde_json::{Value, json};
use stepproof_specs::{
    base::json::equal,
    clause::Aspect,
    reference::calls::{Answer, Doubt, join},
    scenario::calls::{Call, CallsCase, JSON_TEXTS},
};

use super::{
    Terms,
    difference::{Difference, Judgement},
    value::{Leaf, first, unmatched},
};
use crate::{
    job::Calls,
    judge::{
        normalise::calls::Tokens,
        policy::{CauseCompare, HistoryCompare, Policy},
        signature::{NONE, Shape, Signature, Term, foreign},
    },
    raw::{Completion, RawCall, RawRun},
};

/// Members that an answer has only under circumstances: one too many is a difference. Others may be newer than
/// the reference.
const SOMETIMES: [&str; 14] = [
    "cause",
    "description",
    "error",
    "input",
    "nextToken",
    "output",
    "redriveDate",
    "redriveStatusReason",
    "stateMachineAliasArn",
    "stateMachineVersionArn",
    "stopDate",
    "traceHeader",
    "truncated",
    "updateDate",
];

/// Judges the answers to calls.
pub fn judge(job: &Calls, run: &RawRun, terms: Terms<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    let mut expected_tokens = Tokens::new(&job.case, &[]);
    let mut actual_tokens = Tokens::new(&job.case, &run.names);
    for (number, call) in job.case.calls.iter().enumerate() {
        // A deviating engine is expected to make no such call.
        let Some(expected) = &job.expected.answers[number] else {
            break;
        };
        let Some(actual) = outcome(run, number) else {
            break;
        };
        let sides = (
            expected_tokens.completion(number, &completion(expected)),
            actual_tokens.completion(number, &actual),
        );
        if let Completion::Unknown(_) = sides.1 {
            break;
        }
        judgement.judged.insert(Aspect::Answer);
        let found = differences(call, expected.doubt, (&sides.0, &sides.1), terms.policy);
        for (at, shape, values) in found {
            let kinds = (call.operation.as_str(), at.as_str());
            let signature = Signature::new(Aspect::Answer, kinds, shape);
            let difference = Difference::new(number, None, signature, values);
            judgement.add(expected.doubt == Doubt::All, difference);
        }
        let succeeds = |side: &Completion| matches!(side, Completion::Ok(_));
        if succeeds(&sides.0) != succeeds(&sides.1) && !call.is_read() {
            break;
        }
    }
    judgement
}

/// How each call is expected to be completed, and how it was, in terms that both sides share.
pub fn completed(
    case: &CallsCase,
    expected: &[Option<Answer>],
    run: Option<&RawRun>,
) -> (Vec<Option<Completion>>, Vec<Option<Completion>>) {
    let names = run.map_or(&[][..], |run| &run.names);
    let mut expected_tokens = Tokens::new(case, &[]);
    let mut actual_tokens = Tokens::new(case, names);
    let sides = expected.iter().enumerate().map(|(number, expected)| {
        let expected = expected.as_ref().map(completion);
        let actual = run.and_then(|run| outcome(run, number));
        (
            expected.map(|it| expected_tokens.completion(number, &it)),
            actual.map(|it| actual_tokens.completion(number, &it)),
        )
    });
    sides.unzip()
}

/// Whether the last call that was made is answered as expected, on these terms.
pub fn is_as_expected(job: &Calls, run: &RawRun, number: usize, policy: &Policy) -> bool {
    let mut expected_tokens = Tokens::new(&job.case, &[]);
    let mut actual_tokens = Tokens::new(&job.case, &run.names);
    for before in 0..=number {
        let (Some(expected), Some(actual)) = (&job.expected.answers[before], outcome(run, before))
        else {
            continue;
        };
        let sides = (
            expected_tokens.completion(before, &completion(expected)),
            actual_tokens.completion(before, &actual),
        );
        if before == number {
            let call = &job.case.calls[number];
            let found = differences(call, expected.doubt, (&sides.0, &sides.1), policy);
            return found.is_empty();
        }
    }
    false
}

fn completion(expected: &Answer) -> Completion {
    match &expected.answer {
        Ok(answer) => Completion::Ok(answer.clone()),
        Err(error) => Completion::Fail {
            code: error.code.to_owned(),
            message: error.message.clone(),
        },
    }
}

/// How a call of the case was completed when it was made for the last time: of a whole list, all its pages.
fn outcome(run: &RawRun, number: usize) -> Option<Completion> {
    let of = || run.calls.iter().filter(|it| it.call == Some(number));
    let last = of().map(|it| it.repeated).max()?;
    let mut pages = of().filter(|it| it.repeated == last);
    let first = pages.next()?;
    let mut further = Vec::new();
    for RawCall { outcome, .. } in pages {
        match outcome {
            Completion::Ok(page) => further.push(page.clone()),
            other => return Some(other.clone()),
        }
    }
    match &first.outcome {
        Completion::Ok(page) if !further.is_empty() => {
            Some(Completion::Ok(join(page.clone(), &further)))
        }
        outcome => Some(outcome.clone()),
    }
}

/// A difference: where in the answer, its shape, and both sides.
type Found = (String, Shape, (Value, Value));

fn differences(
    call: &Call,
    doubt: Doubt,
    sides: (&Completion, &Completion),
    policy: &Policy,
) -> Vec<Found> {
    match sides {
        (Completion::Ok(expected), Completion::Ok(actual)) => {
            if call.operation == "GetExecutionHistory" {
                history(expected, actual, policy)
            } else {
                answers(expected, actual, doubt)
            }
        }
        (expected, actual) => failures(expected, actual, doubt, policy),
    }
}

/// One side fails, or both.
fn failures(
    expected: &Completion,
    actual: &Completion,
    doubt: Doubt,
    policy: &Policy,
) -> Vec<Found> {
    let at = |place: &str, shape: Shape| {
        let told = (tell(expected), tell(actual));
        vec![(place.to_owned(), shape, told)]
    };
    if let (
        Completion::Fail { code, message },
        Completion::Fail {
            code: other,
            message: said,
        },
    ) = (expected, actual)
        && code == other
    {
        let is_worded = doubt < Doubt::Wording && policy.cause == CauseCompare::Exact;
        if !is_worded || message == said {
            return Vec::new();
        }
        let part = |_: &str| Term::new("string");
        return at("message", Shape::data(part(message), part(said), "value"));
    }
    at(NONE, Shape::sides(term(expected), term(actual)))
}

fn term(completion: &Completion) -> Term {
    match completion {
        Completion::Ok(_) => Term::new("ok"),
        Completion::Fail { code, .. } => Term::of("fails", foreign(code)),
        Completion::Unknown(_) => Term::new("unknown"),
    }
}

fn tell(completion: &Completion) -> Value {
    match completion {
        Completion::Ok(answer) => json!({ "answers": answer }),
        Completion::Fail { code, message } => json!({ "fails": code, "message": message }),
        Completion::Unknown(reason) => json!({ "unknown": reason }),
    }
}

fn answers(expected: &Value, actual: &Value, doubt: Doubt) -> Vec<Found> {
    let mut found = Vec::new();
    members("", expected, actual, doubt, &mut found);
    found
}

/// What differs in the members of an object.
fn members(at: &str, expected: &Value, actual: &Value, doubt: Doubt, found: &mut Vec<Found>) {
    let (Some(left), Some(right)) = (expected.as_object(), actual.as_object()) else {
        add(at, expected, actual, found);
        return;
    };
    for (key, expected) in left {
        let at = place(at, key);
        match right.get(key) {
            Some(actual) => member(&at, key, expected, actual, doubt, found),
            None => put(
                &at,
                &Leaf::Missing(expected),
                (expected, &Value::Null),
                found,
            ),
        }
    }
    for (key, actual) in right {
        if SOMETIMES.contains(&key.as_str()) && !left.contains_key(key) && !is_nothing(actual) {
            let leaf = Leaf::Extra(actual);
            put(&place(at, key), &leaf, (&Value::Null, actual), found);
        }
    }
}

fn member(
    at: &str,
    key: &str,
    expected: &Value,
    actual: &Value,
    doubt: Doubt,
    found: &mut Vec<Found>,
) {
    match (expected, actual) {
        (Value::Array(left), Value::Array(right)) => {
            if left.len() != right.len() {
                add(at, expected, actual, found);
                return;
            }
            if unmatched(left, right).next().is_none() {
                // The same items.
                if doubt < Doubt::Order {
                    add(at, expected, actual, found);
                }
                return;
            }
            let (left, right) = match doubt {
                Doubt::Order | Doubt::All => (sorted(left), sorted(right)),
                Doubt::None | Doubt::Wording => (left.clone(), right.clone()),
            };
            for (expected, actual) in left.iter().zip(&right) {
                if expected.is_object() {
                    members(at, expected, actual, doubt, found);
                } else {
                    add(at, expected, actual, found);
                }
            }
        }
        (Value::Object(_), Value::Object(_)) => members(at, expected, actual, doubt, found),
        (Value::String(text), Value::String(other)) if JSON_TEXTS.contains(&key) => {
            let read = |text: &str| serde_json::from_str::<Value>(text).ok();
            match (read(text), read(other)) {
                // How an output is written is not compared.
                (Some(one), Some(another)) if equal(&one, &another) => {
                    if text != other && key != "output" {
                        let part = || Term::new("string");
                        let shape = Shape::data(part(), part(), "format");
                        push(at, shape, (expected, actual), found);
                    }
                }
                _ => add(at, expected, actual, found),
            }
        }
        _ => add(at, expected, actual, found),
    }
}

/// The events of a history, as far as the policy goes.
fn history(expected: &Value, actual: &Value, policy: &Policy) -> Vec<Found> {
    let mut found = Vec::new();
    match policy.history {
        HistoryCompare::Ignore | HistoryCompare::Path => {}
        HistoryCompare::Kinds => {
            let kinds = |answer: &Value| -> Value {
                let events = answer["events"].as_array().into_iter().flatten();
                events.map(|event| event["type"].clone()).collect()
            };
            add("events.type", &kinds(expected), &kinds(actual), &mut found);
        }
        HistoryCompare::Details => found = answers(expected, actual, Doubt::None),
    }
    found
}

fn place(at: &str, key: &str) -> String {
    if at.is_empty() {
        key.to_owned()
    } else {
        format!("{at}.{key}")
    }
}

/// Some services give what is not there as an empty text or list.
fn is_nothing(value: &Value) -> bool {
    value == "" || value == false || value.as_array().is_some_and(Vec::is_empty)
}

fn sorted(items: &[Value]) -> Vec<Value> {
    let mut items = items.to_vec();
    items.sort_by_cached_key(Value::to_string);
    items
}

fn add(at: &str, expected: &Value, actual: &Value, found: &mut Vec<Found>) {
    if let Some(leaf) = first(expected, actual) {
        put(at, &leaf, (expected, actual), found);
    }
}

fn put(at: &str, leaf: &Leaf<'_>, sides: (&Value, &Value), found: &mut Vec<Found>) {
    push(at, leaf.shape(), sides, found);
}

fn push(at: &str, shape: Shape, sides: (&Value, &Value), found: &mut Vec<Found>) {
    let at = if at.is_empty() { NONE } else { at };
    if !found
        .iter()
        .any(|(place, it, _)| place == at && *it == shape)
    {
        let sides = (sides.0.clone(), sides.1.clone());
        found.push((at.to_owned(), shape, sides));
    }
}
