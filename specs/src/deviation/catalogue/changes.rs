//! Which changes make sense of an answer, and under which conditions.

use serde_json::{Value, json};

use super::super::{Change, Field, Hook, When, hook::Shape};
use crate::{
    asl::{Kind, Operator, StateType},
    query::jsonpath::intrinsic::Function,
};

type Changes = Vec<(Change, Option<When>)>;

/// The changes at a hook, without those that do nothing or the same as another.
pub(super) fn of(hook: Hook) -> Changes {
    let plain = |changes: Vec<Change>| -> Changes {
        let all = changes.into_iter().map(|change| (change, None));
        all.collect()
    };
    match hook {
        Hook::Field(field) => of_field(field),
        Hook::Work => vec![(Change::Ignore, None), (Change::Ignore, Some(When::Again))],
        Hook::Concurrency => plain(vec![Change::Set(1.into()), Change::Add(1), Change::Add(-1)]),
        Hook::RetryDelay => plain(vec![
            Change::Set(0.into()),
            Change::Scale(2.0),
            Change::Scale(0.5),
            Change::Add(1_000),
        ]),
        Hook::Jitter => plain(vec![
            Change::Set(0.into()),
            Change::Set(1.into()),
            Change::Set(2.into()),
        ]),
        Hook::HistoryLimit => plain(vec![Change::Set(500.into()), Change::Set(1_000.into())]),
        Hook::PathMissing => plain(vec![
            Change::Set(Value::Null),
            Change::Set(json!({})),
            Change::Set(json!([])),
            Change::Set("".into()),
        ]),
        Hook::PathSeveral => plain([list(), vec![Change::Unwrap]].concat()),
        Hook::Tested(operator) => tested(operator),
        Hook::Arguments(function) => plain(arguments(function)),
        Hook::Function(function) => plain(results(function)),
        _ => plain(match hook.shape() {
            Shape::Rule => vec![Change::Ignore],
            Shape::Scope => vec![Change::Outer],
            Shape::RuleOrValue => vec![Change::Ignore, Change::Set(Value::Null)],
            Shape::List => list(),
            Shape::Truth => vec![Change::Set(false.into()), Change::Set(true.into())],
            _ => Vec::new(),
        }),
    }
}

fn list() -> Vec<Change> {
    vec![
        Change::Reverse,
        Change::First,
        Change::Last,
        Change::DropFirst,
        Change::DropLast,
    ]
}

fn of_field(field: Field) -> Changes {
    let always = |change: Change| (change, None);
    let mut all: Changes = match field.shape() {
        Shape::Number => vec![
            always(Change::Set(0.into())),
            always(Change::Add(1)),
            always(Change::Add(-1)),
            always(Change::Scale(2.0)),
        ],
        Shape::OptionalNumber => vec![
            always(Change::Ignore),
            always(Change::Set(1.into())),
            always(Change::Add(1)),
            always(Change::Add(-1)),
            (Change::Add(1), Some(When::Absent)),
            (Change::Add(-1), Some(When::Absent)),
        ],
        Shape::Path | Shape::InnerPath => vec![
            always(Change::Ignore),
            always(Change::Set(Value::Null)),
            (Change::Ignore, Some(When::Null)),
            (Change::Set(Value::Null), Some(When::Absent)),
        ],
        Shape::Template => vec![
            always(Change::Ignore),
            always(Change::Set(json!({}))),
            always(Change::Rebase("$$.Execution.Input".to_owned())),
        ],
        Shape::Text => vec![always(Change::Ignore), always(Change::Set("FULL".into()))],
        Shape::Names => names().map(always).collect(),
        Shape::Plain => vec![always(Change::Ignore)],
        Shape::OptionalList => {
            let changes = [vec![Change::Ignore], list()].concat();
            changes.into_iter().map(always).collect()
        }
        Shape::Value => vec![
            always(Change::Ignore),
            always(Change::Set(Value::Null)),
            (Change::Ignore, Some(When::Null)),
        ],
        Shape::Word => words(field).map(always).collect(),
        _ => Vec::new(),
    };
    match field {
        Field::CatchResultPath => {
            all.extend([always(Change::Outer), (Change::Outer, Some(When::Absent))]);
        }
        Field::Assign => all.push(always(Change::InTurn)),
        Field::ItemSelector => {
            all.push(always(Change::Rebase("$$.Map.Item.Value".to_owned())));
        }
        Field::BackoffRate => all.retain(|(change, _)| !matches!(change, Change::Add(-1))),
        _ => {}
    }
    if all
        .iter()
        .any(|(change, when)| *change == Change::Ignore && when.is_none())
    {
        let beside = Field::ALL.iter().filter(|other| is_beside(field, **other));
        all.extend(beside.map(|other| (Change::Ignore, Some(When::Has(*other)))));
    }
    all
}

/// Whether a state may have both fields, the other one or not.
fn is_beside(field: Field, other: Field) -> bool {
    let of_a_state = |field: Field| !field.name().contains('.') && field != Field::ErrorEquals;
    let is_demanded = matches!(other, Field::Seconds | Field::Choices);
    let kinds = |field: Field| Hook::Field(field).kinds();
    let common = |kind: &StateType| kinds(other).contains(kind);
    field != other
        && of_a_state(field)
        && of_a_state(other)
        && !is_demanded
        && kinds(field).iter().any(common)
}

/// The reserved names that handlers know.
const RESERVED: [&str; 5] = [
    "States.ALL",
    "States.TaskFailed",
    "States.Timeout",
    "States.HeartbeatTimeout",
    "States.DataLimitExceeded",
];

/// A name matches nothing, or what another name matches too.
fn names() -> impl Iterator<Item = Change> {
    let rename = |from: &str, to: &[&str]| Change::Rename {
        from: from.to_owned(),
        to: to.iter().map(|name| (*name).to_owned()).collect(),
    };
    RESERVED.into_iter().flat_map(move |from| {
        let others = RESERVED.into_iter().filter(move |to| *to != from);
        // Whatever another name matches, States.ALL matches already, but for two.
        let others = others.map(move |to| rename(from, &[from, to]));
        std::iter::once(rename(from, &[])).chain(others)
    })
}

fn words(field: Field) -> impl Iterator<Item = Change> {
    let replacements: &[(&str, &str)] = match field {
        Field::Connective => &[("And", "Or"), ("Or", "And")],
        Field::Operator => &[
            ("LessThanEquals", "LessThan"),
            ("GreaterThanEquals", "GreaterThan"),
            ("LessThan", "LessThanEquals"),
            ("GreaterThan", "GreaterThanEquals"),
            ("LessThan", "GreaterThan"),
            ("GreaterThan", "LessThan"),
            ("Timestamp", "String"),
            ("Numeric", "String"),
            ("StringMatches", "StringEquals"),
        ],
        Field::Pattern => &[("\\", "\\\\"), ("\\", ""), ("*", "\\*")],
        _ => &[],
    };
    replacements.iter().map(|(from, to)| Change::Replace {
        from: (*from).to_owned(),
        to: (*to).to_owned(),
    })
}

fn tested(operator: Operator) -> Changes {
    let mut all = vec![(Change::Ignore, None)];
    let sees_null = matches!(operator, Operator::Is(Kind::Present | Kind::Null));
    if sees_null {
        all.push((Change::Ignore, Some(When::Null)));
    }
    all
}

fn arguments(function: Function) -> Vec<Change> {
    use Function::{ArrayGetItem, ArrayLength, ArrayUnique, MathAdd, MathRandom, UUID};
    match function {
        UUID | ArrayLength | ArrayUnique => Vec::new(),
        MathAdd | MathRandom | ArrayGetItem => vec![Change::Floor],
        Function::Array => vec![
            Change::Reverse,
            Change::First,
            Change::DropFirst,
            Change::DropLast,
        ],
        Function::JsonMerge | Function::Format => vec![Change::Reverse],
        _ => Vec::new(),
    }
}

fn results(function: Function) -> Vec<Change> {
    use Function::{
        Array, ArrayContains, ArrayGetItem, ArrayLength, ArrayPartition, ArrayRange, ArrayUnique,
        Base64Decode, Base64Encode, Format, Hash, JsonMerge, JsonToString, MathAdd, MathRandom,
        StringSplit, StringToJson, UUID,
    };
    let null = Change::Set(Value::Null);
    match function {
        Array => vec![null],
        ArrayUnique | ArrayPartition | ArrayRange | StringSplit => {
            [list(), vec![Change::Ignore, null]].concat()
        }
        ArrayContains => vec![Change::Set(true.into()), Change::Set(false.into()), null],
        ArrayLength | MathAdd => vec![Change::Add(1), Change::Add(-1), Change::Ignore, null],
        ArrayGetItem | Base64Decode | Base64Encode | Format | Hash | JsonMerge | JsonToString
        | StringToJson => vec![Change::Ignore, null],
        MathRandom | UUID => Vec::new(),
    }
}
