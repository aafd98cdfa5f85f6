//! What texts tell of the values they meet: operators of Choice rules, calls of intrinsic
//! functions, JSONata expressions. Texts are searched, not parsed: what is overlooked is drawn a
//! little less fit.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    machine::{Comparable, Kind, Operand, Operator, Test},
    path::{Path, Step},
};

use crate::given::want::{Hint, Want};

/// Values on both sides of what a test compares with.
pub(super) fn boundary(test: &Test) -> Vec<Hint> {
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
            let filled = |filling: &str| value(pattern.replace('*', filling));
            vec![filled("x"), filled(""), value("no match")]
        }
        Operator::Is(kind) => kinds(kind),
    }
}

fn value(value: impl Into<Value>) -> Hint {
    Hint::Value(value.into())
}

/// Numbers on both sides of this one, and itself.
fn around(number: f64) -> Vec<Hint> {
    let whole = number.fract() == 0.0 && number.abs() < 1e15;
    let like = |near: f64| {
        if whole {
            value(near as i64)
        } else {
            value(near)
        }
    };
    vec![like(number), like(number - 1.0), like(number + 1.0)]
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

/// The paths in a call of an intrinsic function, with what the function they stand in wants.
pub(super) fn arguments(call: &str) -> Vec<(Path, Want)> {
    let mut found = Vec::new();
    let mut function = "";
    let mut rest = call;
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            rest = after_quoted(rest);
        } else if c == '$' {
            let end = path_end(rest);
            if let Ok(path) = Path::parse(rest[..end].trim_end()) {
                found.push((path, wanted_by(function)));
            }
            rest = &rest[end..];
        } else if let Some(name) = rest.strip_prefix("States.") {
            let end = name.find('(').unwrap_or(name.len());
            function = &name[..end];
            rest = &name[end..];
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    found
}

/// What is behind the quoted text that this text begins with.
fn after_quoted(text: &str) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == '\'' && !escaped {
            return &text[at + 1..];
        }
        escaped = c == '\\' && !escaped;
    }
    ""
}

/// Where the path ends that this text begins with.
fn path_end(text: &str) -> usize {
    let mut brackets = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '[' => brackets += 1,
            ']' => brackets = brackets.saturating_sub(1),
            ',' | ')' if brackets == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

fn wanted_by(function: &str) -> Want {
    let hints: Vec<Hint> = match function {
        "MathAdd" | "MathRandom" | "ArrayRange" => vec![Hint::Count, Hint::Number],
        "Format" => vec![Hint::Text, Hint::Number],
        "StringSplit" => vec![value("a,b"), Hint::Text],
        "Base64Encode" | "Hash" => vec![Hint::Text],
        "Base64Decode" => vec![value("YQ==")],
        "StringToJson" => vec![value("{\"a\": 1}"), value("[1, 2]"), Hint::Text],
        "JsonMerge" => vec![
            Hint::Value(json!({ "a": 1 })),
            Hint::Value(json!({ "b": 2 })),
        ],
        name if name.starts_with("Array") && name != "Array" => {
            let array = |items: &[i64]| Hint::Value(json!(items));
            vec![array(&[]), array(&[1, 2, 2]), array(&[3])]
        }
        _ => Vec::new(),
    };
    let mut want = Want::default();
    want.hints(hints);
    want
}

/// What an expression names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// `$states.input`.
    Input,
    /// `$states.result`.
    Result,
    /// `$states.context.Execution.Input`.
    Execution,
    /// `$states.context.Map.Item.Value`.
    Item,
    /// A variable.
    Variable(Arc<str>),
}

const ORIGINS: [(&str, Origin); 4] = [
    ("$states.input", Origin::Input),
    ("$states.result", Origin::Result),
    ("$states.context.Execution.Input", Origin::Execution),
    ("$states.context.Map.Item.Value", Origin::Item),
];

/// What the expressions of a state read, not those of the states inside it.
pub(super) fn reads(state: &Value) -> Vec<(Origin, Vec<Step>, Want)> {
    let mut found = Vec::new();
    let fields = state.as_object().into_iter().flatten();
    for (name, value) in fields {
        if !matches!(name.as_str(), "Branches" | "ItemProcessor" | "Iterator") {
            search(value, &mut found);
        }
    }
    found
}

fn search(value: &Value, found: &mut Vec<(Origin, Vec<Step>, Want)>) {
    match value {
        Value::String(text) if text.starts_with("{%") => in_expression(text, found),
        Value::Array(items) => items.iter().for_each(|item| search(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| search(field, found)),
        _ => {}
    }
}

fn in_expression(text: &str, found: &mut Vec<(Origin, Vec<Step>, Want)>) {
    let mut wanted = Want::default();
    wanted.hints(literals(text));
    for (at, _) in text.match_indices('$') {
        let rest = &text[at..];
        let known = ORIGINS.iter().find(|(prefix, _)| rest.starts_with(prefix));
        let (origin, after) = match known {
            Some((prefix, origin)) => (origin.clone(), &rest[prefix.len()..]),
            None => match variable(rest) {
                Some((name, after)) => (Origin::Variable(name.into()), after),
                None => continue,
            },
        };
        found.push((origin, steps(after), wanted.clone()));
    }
}

/// The variable that this text begins with: no function, no context.
fn variable(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('$')?;
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let plain = !name.is_empty() && name != "states" && !after.trim_start().starts_with('(');
    plain.then_some((name, after))
}

/// The names and indexes that follow a root.
fn steps(mut text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    loop {
        if let Some(rest) = text.strip_prefix('.') {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            if end == 0 {
                return steps;
            }
            steps.push(Step::Name(rest[..end].into()));
            text = &rest[end..];
        } else if let Some((index, rest)) = text.strip_prefix('[').and_then(|it| it.split_once(']'))
        {
            let Ok(index) = index.parse() else {
                return steps;
            };
            steps.push(Step::Index(index));
            text = rest;
        } else {
            return steps;
        }
    }
}

/// Values around the literals of an expression.
fn literals(text: &str) -> Vec<Hint> {
    let mut hints = Vec::new();
    for quote in ['\'', '"'] {
        let quoted = text.split(quote).skip(1).step_by(2);
        hints.extend(quoted.map(value));
    }
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-');
    for number in words.filter_map(|word| word.parse::<f64>().ok()) {
        hints.extend(around(number));
    }
    for word in ["true", "false"] {
        if text.contains(word) {
            hints.push(Hint::Bool);
        }
    }
    hints
}

/// The path below `$states.input` that a whole expression is.
pub(super) fn input_path(value: &Value) -> Option<Vec<Step>> {
    let text = value
        .as_str()?
        .strip_prefix("{%")?
        .strip_suffix("%}")?
        .trim();
    Some(steps(text.strip_prefix("$states.input")?))
}
