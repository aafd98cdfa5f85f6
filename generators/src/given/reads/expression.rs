//! What operators and calls say about the values they read: Choice rules, intrinsic functions.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Comparable, Kind, Operand, Operator, Test},
    query::jsonpath::{
        intrinsic::{Argument, Call, Function},
        path::{Path, Step},
    },
};

use crate::given::want::{Hint, Made, Want, around};

/// Values equal to what a test compares with, and on both sides of it.
pub(in crate::given) fn boundary(test: &Test) -> Vec<Hint> {
    let literal = match &test.operand {
        Operand::Literal(value) => Some(value),
        Operand::Path(_) => None,
    };
    match test.operator {
        Operator::Compare(Comparable::Numeric, _) => literal
            .and_then(Value::as_f64)
            .map_or(vec![Hint::Number], around),
        Operator::Compare(Comparable::String, _) => literal
            .and_then(Value::as_str)
            .map_or(vec![Hint::Text], |text| {
                vec![value(text), value(format!("{text}a")), value("")]
            }),
        Operator::Compare(Comparable::Timestamp, _) => {
            let same = literal.cloned().map(Hint::Value);
            let later = value("2099-12-31T23:59:59Z");
            same.into_iter().chain([Hint::Timestamp, later]).collect()
        }
        Operator::BooleanEquals => vec![Hint::Bool],
        Operator::StringMatches => {
            let pattern = literal.and_then(Value::as_str).unwrap_or_default();
            vec![
                value(filled(pattern, "x")),
                value(filled(pattern, "")),
                value("no match"),
            ]
        }
        Operator::Is(kind) => kinds(kind),
    }
}

fn value(value: impl Into<Value>) -> Hint {
    Hint::Value(value.into())
}

fn kinds(kind: Kind) -> Vec<Hint> {
    match kind {
        Kind::Null => vec![Hint::Value(Value::Null), Hint::Number],
        Kind::Present => vec![Hint::Absent, Hint::Number, Hint::Text],
        Kind::Numeric => vec![Hint::Number, Hint::Text],
        Kind::String => vec![Hint::Text, Hint::Number],
        Kind::Boolean => vec![Hint::Bool, Hint::Text],
        Kind::Timestamp => vec![Hint::Timestamp, Hint::Text],
    }
}

/// A string that matches a pattern, with this in place of every star.
fn filled(pattern: &str, filling: &str) -> String {
    let mut text = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => text.push_str(filling),
            '\\' => text.extend(chars.next()),
            c => text.push(c),
        }
    }
    text
}

/// The paths in a call, each with what is read of the argument, if `wanted` is read of the result.
pub(super) fn arguments(call: &Call, wanted: &Want) -> Vec<(Path, Want)> {
    let mut found = Vec::new();
    for (at, argument) in call.arguments().iter().enumerate() {
        match argument {
            Argument::Literal(_) => {}
            Argument::Path(path) => found.push((path.clone(), argument_of(call, at, wanted))),
            Argument::Call(inner) => {
                found.extend(arguments(inner, &argument_of(call, at, wanted)));
            }
        }
    }
    found
}

/// What is read of an argument of a call, if `wanted` is read of its result.
fn argument_of(call: &Call, at: usize, wanted: &Want) -> Want {
    let literal = |at: usize| match call.arguments().get(at) {
        Some(Argument::Literal(value)) => Some(value),
        _ => None,
    };
    let known = wanted_by(call.function());
    let mut want = match (call.function(), at) {
        (Function::StringToJson, 0) if *wanted != Want::default() => {
            return Want::made(Made::Json, wanted);
        }
        (Function::Base64Decode, 0) if *wanted != Want::default() => {
            return Want::made(Made::Plain, wanted);
        }
        (Function::JsonToString, 0) => wanted.maker(Made::Json),
        (Function::Base64Encode, 0) => wanted.maker(Made::Plain),
        (Function::Array, _) | (Function::ArrayPartition, 0) => wanted.each(),
        (Function::ArrayUnique, 0) => wanted.clone(),
        (Function::JsonMerge, 0 | 1) => wanted.clone(),
        (Function::ArrayGetItem, 0) => {
            let index = literal(1).and_then(Value::as_i64).unwrap_or(0);
            let mut array = Want::default();
            let index = Step::Index(i32::try_from(index).unwrap_or(0));
            array.at(&[index]).merge(wanted);
            return array;
        }
        (Function::ArrayLength, 0) => return wanted.of_length(),
        (Function::ArrayContains, 0) => {
            let sought = literal(1);
            wanted.back(|holds| {
                Some(match (holds.as_bool()?, sought) {
                    (true, sought) => json!([sought?]),
                    (false, _) => json!([]),
                })
            })
        }
        (Function::MathAdd, 0 | 1) => {
            let other = literal(1 - at).and_then(Value::as_i64);
            wanted.back(|sum| Some(json!(sum.as_i64()? - other?)))
        }
        (Function::Format, 1) => {
            let template = literal(0).and_then(Value::as_str).unwrap_or_default();
            wanted.back(|text| {
                let (before, after) = template.split_once("{}")?;
                let text = text.as_str()?.strip_prefix(before)?.strip_suffix(after)?;
                Some(text.into())
            })
        }
        _ => Want::default(),
    };
    want.merge(&known);
    want
}

fn wanted_by(function: Function) -> Want {
    let array = |items: &[i64]| Hint::Value(json!(items));
    let hints: Vec<Hint> = match function {
        Function::MathAdd | Function::MathRandom | Function::ArrayRange => {
            vec![Hint::Count, Hint::Number]
        }
        Function::Format => vec![Hint::Text, Hint::Number],
        Function::StringSplit => vec![value("a,b"), Hint::Text],
        Function::Base64Encode | Function::Hash => vec![Hint::Text],
        Function::Base64Decode => vec![value("YQ==")],
        Function::StringToJson => vec![value("{\"a\": 1}"), value("[1, 2]"), Hint::Text],
        Function::JsonMerge => vec![
            Hint::Value(json!({ "a": 1 })),
            Hint::Value(json!({ "b": 2 })),
        ],
        Function::ArrayContains
        | Function::ArrayGetItem
        | Function::ArrayLength
        | Function::ArrayPartition
        | Function::ArrayUnique => vec![array(&[]), array(&[1, 2, 2]), array(&[3])],
        Function::Array | Function::JsonToString | Function::UUID => Vec::new(),
    };
    let mut want = Want::default();
    want.hints(hints);
    want
}
