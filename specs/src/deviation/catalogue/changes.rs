//! Which changes make sense of an answer, and under which conditions.

use serde_json::{Value, json};

use super::super::{
    Change, ContextField, Field, Form, Hook, Place, StatesField, Tests, When,
    expressions::QUERY_EVALUATION,
    hook::Shape,
    subject::{ERRORS, goes_on},
};
use crate::{
    asl::{Comparable, Kind, Operator, StateType},
    clause::{Basis, Clause},
    query::{jsonata::Part, jsonpath::intrinsic::Function},
};

type Changes = Vec<(Change, Option<When>)>;

/// The changes at a hook, without those that do nothing or the same as another.
#[expect(clippy::too_many_lines, reason = "a table")]
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
        // Nothing can be said of them but that they are other ones.
        Hook::TaskInput | Hook::RetryInput => Vec::new(),
        Hook::PathMissing => missing(),
        Hook::PathSeveral => {
            let mut all = plain([list(), vec![Change::Unwrap]].concat());
            all.extend(nothing().map(|change| (change, None)));
            all.extend(nothing().map(|change| (change, Some(When::Empty))));
            all
        }
        Hook::Failure(rule) => failure(rule),
        Hook::ChildError => child_error(),
        Hook::ItemError => {
            let failed = Change::Fail("States.TaskFailed".to_owned());
            plain(vec![failed, Change::Handled])
        }
        Hook::Put => {
            let fail = Change::Fail("States.Runtime".to_owned());
            vec![(fail, Some(When::NotAscii))]
        }
        Hook::VariableMissing => {
            let [holds, not] = [true, false].map(|it| Change::Set(it.into()));
            vec![
                (not, None),
                (holds.clone(), None),
                (holds, Some(When::Negated)),
            ]
        }
        Hook::Path(form) => path(form),
        Hook::Holds(tests) => outcome(tests),
        Hook::Timestamp => vec![
            (Change::Ignore, Some(When::Fraction)),
            (Change::Ignore, Some(When::Offset)),
        ],
        Hook::Wildcards => plain(
            ["?", "[", "?[", "\\", "?[\\"]
                .map(|them| Change::Set(them.into()))
                .to_vec(),
        ),
        Hook::Literal => plain(vec![Change::Literal]),
        Hook::Call => {
            let places = [Place::Template, Place::Failure].map(When::In).map(Some);
            places.map(|when| (Change::Ignore, when)).to_vec()
        }
        Hook::Context(field) => context(field),
        Hook::Undefined => undefined(),
        Hook::States(field) => states(field),
        Hook::Condition => plain(vec![
            Change::Set(false.into()),
            Change::Set(true.into()),
            Change::Coerce,
        ]),
        Hook::NestedExpression => plain(vec![Change::Literal]),
        Hook::Jsonata(it) => plain(part(it)),
        Hook::RuleAssigns => vec![
            (Change::Ignore, None),
            (Change::Ignore, Some(When::LikeDefault)),
        ],
        Hook::RuleInput => vec![
            (Change::Set(true.into()), None),
            (Change::Set(true.into()), Some(When::Compound)),
        ],
        Hook::Check(rule) if is_assumed(rule) => Vec::new(),
        Hook::Tested(operator) => tested(operator),
        Hook::Arguments(function) => {
            let mut all = plain(arguments(function));
            // The others have a fixed number of arguments.
            if matches!(function, Function::Array | Function::Format) {
                all.push((Change::Ignore, Some(When::Null)));
            }
            all
        }
        Hook::Function(function) => {
            let mut all = plain(results(function));
            all.extend(refused(function));
            all
        }
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

fn is_assumed(rule: Clause) -> bool {
    rule.entry().basis == Basis::Assumed
}

/// A path finds nothing, or null.
fn nothing() -> impl Iterator<Item = Change> {
    [Change::Ignore, Change::Set(Value::Null)].into_iter()
}

fn missing() -> Changes {
    let everywhere = [json!(null), json!({}), json!([]), json!("")];
    let mut all: Changes = everywhere
        .into_iter()
        .map(|value| (Change::Set(value), None))
        .collect();
    for place in Place::OF_PATHS {
        let values = match place {
            Place::InputPath | Place::OutputPath => vec![json!(null), json!({})],
            Place::ItemsPath => vec![json!([]), json!([null])],
            Place::Limit => vec![json!(0), json!(60)],
            Place::Delay => vec![json!(0)],
            Place::Argument => vec![json!(null), json!("")],
            _ => vec![json!(null)],
        };
        let here = Some(When::In(place));
        all.extend(values.into_iter().map(|value| (Change::Set(value), here)));
    }
    all
}

/// What an expression gives that comes to nothing.
fn undefined() -> Changes {
    let mut all = vec![
        (Change::Ignore, None),
        (Change::Set(json!(null)), None),
        (Change::Set(json!("")), None),
    ];
    for place in Place::OF_EXPRESSIONS {
        let values = match place {
            Place::Condition => vec![json!(false)],
            Place::Items => vec![json!([])],
            _ => vec![json!(null), json!({})],
        };
        let here = Some(When::In(place));
        all.extend(values.into_iter().map(|value| (Change::Set(value), here)));
    }
    all
}

fn states(field: StatesField) -> Changes {
    let others = StatesField::ALL.into_iter().filter(|other| *other != field);
    let instead = others.map(|other| Change::Rebase(other.name()));
    let all = nothing().chain(instead);
    all.map(|change| (change, None)).collect()
}

/// What an engine may make of a part of JSONata.
fn part(part: Part) -> Vec<Change> {
    let null = Change::Set(Value::Null);
    match part {
        Part::Path => vec![null, Change::Unwrap, Change::First],
        Part::Index => vec![Change::Ignore, Change::Add(1), Change::Add(-1)],
        Part::Member | Part::Item => vec![null],
        Part::Regex => vec![Change::Ignore, Change::Literal],
        Part::Operator("/" | "%") => vec![Change::Floor],
        Part::Operator("..") => vec![Change::DropLast, Change::DropFirst],
        Part::Operator(_) => vec![Change::Coerce],
        Part::Function(name) => {
            let mut all = vec![Change::Fail(QUERY_EVALUATION.to_owned())];
            all.extend(match name {
                "count" | "length" | "indexOf" => vec![Change::Add(1), Change::Add(-1)],
                "exists" | "boolean" | "not" | "contains" => {
                    vec![Change::Set(true.into()), Change::Set(false.into())]
                }
                "average" | "power" | "random" | "sqrt" => vec![Change::Floor],
                "distinct" | "keys" | "reverse" | "sort" | "range" | "partition" | "split"
                | "append" | "each" | "filter" | "map" | "match" | "spread" | "zip" => {
                    [list(), vec![Change::Ignore, Change::Unwrap]].concat()
                }
                "uuid" => Vec::new(),
                _ => vec![Change::Ignore, null],
            });
            all
        }
    }
}

/// Another error, another class, or none.
fn failure(rule: Clause) -> Changes {
    use Clause::{
        AssignDataLimit, HeartbeatTimeout, JsonataAssignLimit, JsonataFunctionValue,
        JsonataItemsDefault, JsonataThrown, JsonataTypeElsewhere, JsonataUndefined,
        MapItemsMissing, ParametersDataLimit, ResultPathConflict, StateDataLimit, TaskDataLimit,
        TaskTimeout, VariablesLimit,
    };
    if is_assumed(rule) {
        return Vec::new();
    }
    let (own, is_ending) = match rule {
        ResultPathConflict | MapItemsMissing => ("States.ReferencePathConflict", false),
        TaskDataLimit => ("States.DataLimitExceeded", false),
        JsonataUndefined | JsonataFunctionValue | JsonataThrown | JsonataItemsDefault
        | JsonataTypeElsewhere => (QUERY_EVALUATION, false),
        ParametersDataLimit | StateDataLimit | AssignDataLimit | JsonataAssignLimit
        | VariablesLimit => ("States.DataLimitExceeded", true),
        TaskTimeout | HeartbeatTimeout => ("States.Timeout", false),
        _ => ("States.Runtime", true),
    };
    let is_timeout = own == "States.Timeout";
    let others = ERRORS
        .into_iter()
        .filter(|name| *name != own && (is_timeout || *name != "States.HeartbeatTimeout"));
    let mut all: Vec<Change> = others.map(|name| Change::Fail(name.to_owned())).collect();
    all.push(if is_ending {
        Change::Handled
    } else {
        Change::Unhandled
    });
    if goes_on(rule) == Some(true) {
        all.push(Change::Ignore);
    }
    all.into_iter().map(|change| (change, None)).collect()
}

fn child_error() -> Changes {
    let names = ["States.TaskFailed", "States.BranchFailed", "States.Runtime"];
    let mut all = Changes::new();
    for name in names {
        let fail = Change::Fail(name.to_owned());
        all.push((fail.clone(), None));
        if name != "States.Runtime" {
            all.push((fail, Some(When::Ending)));
        }
    }
    all.push((Change::Handled, Some(When::Ending)));
    all
}

fn path(form: Form) -> Changes {
    let mut all: Changes = nothing().map(|change| (change, None)).collect();
    if form.is_several() {
        all.push((Change::Unwrap, None));
        all.push((Change::First, None));
        all.extend(nothing().map(|change| (change, Some(When::Empty))));
    }
    match form {
        Form::Any => {
            all.clear();
            let conditions = [
                When::Null,
                When::Falsy,
                When::Empty,
                When::Boolean,
                When::Text,
                When::Composite,
                When::Fraction,
            ];
            all.extend(conditions.map(|when| (Change::Ignore, Some(when))));
        }
        Form::Root => all = vec![(Change::Ignore, Some(When::Falsy))],
        Form::Names => all.push((Change::Values, None)),
        Form::Wildcard | Form::FromEnd => all.push((Change::Outer, None)),
        // Nothing else can be said of what finds nothing.
        Form::SliceToZero => all = vec![(Change::Outer, None)],
        Form::IndexThenName | Form::TwoIndexes => all.push((Change::Wrap, None)),
        Form::Context => {
            for place in Place::OF_PATHS {
                all.extend(nothing().map(|change| (change, Some(When::In(place)))));
            }
        }
        _ => {}
    }
    all
}

fn outcome(tests: Tests) -> Changes {
    let set = |holds: bool| Change::Set(holds.into());
    let fail = Change::Fail("States.Runtime".to_owned());
    let is_type = matches!(tests, Tests::Is | Tests::One(Operator::Is(_)));
    let is_of_time = matches!(
        tests,
        Tests::Of(Comparable::Timestamp) | Tests::One(Operator::Compare(Comparable::Timestamp, _))
    );
    let has_twin = match tests {
        Tests::One(operator) => operator.has_path_twin(),
        tests => !is_type && tests != Tests::All,
    };
    let mut all = Changes::new();
    if let Tests::One(_) = tests {
        all.extend([(set(false), None), (set(true), None)]);
    }
    if is_type {
        all.extend([set(false), set(true)].map(|it| (it, Some(When::Negated))));
    } else if tests != Tests::All {
        all.extend([
            (set(true), Some(When::OtherType)),
            (fail.clone(), Some(When::OtherType)),
            (fail.clone(), Some(When::OperandOfOtherType)),
        ]);
        if !is_of_time {
            all.push((Change::Coerce, None));
            all.push((Change::Coerce, Some(When::Boolean)));
        }
    }
    if let Tests::Of(Comparable::Timestamp) = tests {
        let conditions = [When::Fraction, When::Offset].map(Some);
        all.extend(conditions.map(|when| (fail.clone(), when)));
    }
    if has_twin {
        all.extend([set(false), fail.clone()].map(|it| (it, Some(When::Twin))));
        if !is_of_time {
            all.push((Change::Coerce, Some(When::Twin)));
        }
        all.extend([set(true), fail].map(|it| (it, Some(When::TwinOfOtherType))));
        let is_equality = match tests {
            Tests::One(operator) => Tests::Equals.contains(operator),
            tests => tests == Tests::Equals,
        };
        if is_equality {
            all.extend([None, Some(When::Twin)].map(|when| (Change::AnyType, when)));
        }
    }
    all
}

fn context(field: ContextField) -> Changes {
    let mut all: Changes = nothing().map(|change| (change, None)).collect();
    if matches!(field, ContextField::StartTime | ContextField::EnteredTime) {
        let offset = Change::Replace {
            from: "Z".to_owned(),
            to: "+00:00".to_owned(),
        };
        all.push((offset, None));
    }
    all
}

/// Arguments that a function takes and an engine refuses.
fn refused(function: Function) -> Changes {
    use Function::{
        Array, ArrayContains, ArrayGetItem, ArrayLength, ArrayPartition, ArrayRange, ArrayUnique,
        Base64Decode, Base64Encode, Format, Hash, JsonMerge, JsonToString, MathAdd, MathRandom,
        StringSplit, StringToJson, UUID,
    };
    let conditions: &[When] = match function {
        Array | ArrayContains | Format | Hash | JsonToString => &[
            When::Null,
            When::Boolean,
            When::Empty,
            When::Composite,
            When::Nested,
            When::Fraction,
            When::NotAscii,
            When::Escaped,
        ],
        ArrayLength | ArrayUnique | JsonMerge => &[When::Empty, When::Nested],
        ArrayGetItem | ArrayPartition => &[When::Empty, When::Nested, When::Fraction],
        ArrayRange | MathAdd | MathRandom => &[When::Fraction],
        Base64Decode | Base64Encode | StringSplit | StringToJson => {
            &[When::Empty, When::NotAscii, When::Escaped]
        }
        UUID => &[],
    };
    let fail = Change::Fail("States.Runtime".to_owned());
    let always = std::iter::once(None);
    let all = always.chain(conditions.iter().copied().map(Some));
    let mut all: Changes = all.map(|when| (fail.clone(), when)).collect();
    // Of what is invalid, that the state fails with this error is the rule.
    let own = Change::Fail("States.IntrinsicFailure".to_owned());
    all.push((own, Some(When::Invalid)));
    all
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
            (Change::Ignore, Some(When::Empty)),
        ],
        Shape::Jsonata => jsonata(field),
        Shape::Text if field == Field::JitterStrategy => {
            vec![always(Change::Ignore), always(Change::Set("FULL".into()))]
        }
        Shape::Text => {
            let mut all = vec![always(Change::Ignore)];
            let set = ["", "Error", "States.TaskFailed", "States.Runtime"].into_iter();
            all.extend(set.map(|text| (Change::Set(text.into()), Some(When::Absent))));
            all
        }
        Shape::Names => names().map(always).collect(),
        Shape::Plain => vec![always(Change::Ignore)],
        Shape::OptionalList => {
            let changes = [vec![Change::Ignore], list()].concat();
            changes.into_iter().map(always).collect()
        }
        Shape::Value => vec![
            always(Change::Ignore),
            always(Change::Set(Value::Null)),
            (Change::Ignore, Some(When::Falsy)),
        ],
        Shape::Word => words(field).map(always).collect(),
        _ => Vec::new(),
    };
    if field.has_path_twin() {
        all.push((Change::Ignore, Some(When::Twin)));
    }
    match field {
        Field::CatchResultPath => {
            all.extend([always(Change::Outer), (Change::Outer, Some(When::Absent))]);
        }
        Field::ResultPath => {
            let conditions = [Some(When::Root), Some(When::Brackets)];
            all.extend(conditions.map(|when| (Change::Literal, when)));
            let below_its_name = Change::Rebase("$['$']".to_owned());
            all.push((below_its_name, Some(When::Undotted)));
        }
        Field::IntervalSeconds | Field::MaxAttempts => {
            all.extend([1, -1].map(|more| (Change::Add(more), Some(When::Absent))));
        }
        Field::MachineTimeout | Field::Timeout | Field::Heartbeat => {
            all.push((Change::Set(60.into()), Some(When::Absent)));
        }
        Field::Assign => {
            all.push(always(Change::InTurn));
            all.push((Change::Ignore, Some(When::Single)));
        }
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

/// What may become of a field that only JSONata has.
fn jsonata(field: Field) -> Changes {
    let mut all = vec![(Change::Ignore, None), (Change::Set(json!({})), None)];
    let defaults = match field {
        Field::Output | Field::CatchOutput => {
            vec![json!("{% $states.input %}"), json!({}), json!(null)]
        }
        Field::Arguments => vec![json!({}), json!(null)],
        _ => Vec::new(),
    };
    let absent = defaults.into_iter();
    all.extend(absent.map(|value| (Change::Set(value), Some(When::Absent))));
    all
}

/// Whether a state may have both fields, the other one or not.
fn is_beside(field: Field, other: Field) -> bool {
    let of_a_state = |field: Field| !field.name().contains('.') && field != Field::ErrorEquals;
    let is_demanded = matches!(other, Field::Seconds | Field::Choices);
    let kinds = |field: Field| Hook::Field(field).kinds();
    let common = |kind: &StateType| kinds(other).contains(kind);
    let languages = (field.language(), other.language());
    field != other
        && !matches!(languages, (Some(it), Some(other)) if it != other)
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
        let others = RESERVED.into_iter();
        let others = others.filter(move |to| *to != from && !matches_already(from, to));
        let others = others.map(move |to| rename(from, &[from, to]));
        std::iter::once(rename(from, &[])).chain(others)
    })
}

/// Whether a name matches whatever another one matches.
fn matches_already(name: &str, other: &str) -> bool {
    match name {
        "States.ALL" => other != "States.DataLimitExceeded",
        "States.Timeout" => other == "States.HeartbeatTimeout",
        _ => false,
    }
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
    let and = |change: Value, when: When| (Change::Set(change), Some(when));
    match operator {
        Operator::Is(Kind::Present) => {
            all.extend([When::Falsy, When::Empty].map(|when| (Change::Ignore, Some(when))));
        }
        Operator::Is(Kind::Null) => {
            all.extend([When::Falsy, When::Empty].map(|when| and(Value::Null, when)));
        }
        Operator::Is(Kind::Numeric) => {
            all.extend([When::Boolean, When::Text].map(|when| and(0.into(), when)));
        }
        Operator::Is(Kind::String) => {
            all.extend(
                [When::Null, When::Boolean, When::Composite].map(|when| and("".into(), when)),
            );
        }
        Operator::Is(Kind::Boolean) => all.push(and(true.into(), When::Text)),
        _ => {}
    }
    let sees_null = matches!(operator, Operator::Is(Kind::Present | Kind::Null));
    if sees_null {
        all.push((Change::Ignore, Some(When::Null)));
    }
    all
}

fn arguments(function: Function) -> Vec<Change> {
    use Function::{ArrayGetItem, ArrayLength, ArrayUnique, MathAdd, MathRandom, UUID};
    match function {
        UUID | ArrayLength => Vec::new(),
        ArrayUnique => vec![Change::Coerce],
        MathAdd | MathRandom | ArrayGetItem => vec![Change::Floor],
        Function::ArrayContains => vec![Change::Coerce],
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
        Base64Encode | Hash | JsonMerge => vec![Change::Ignore, null],
        ArrayGetItem | Base64Decode | Format | JsonToString | StringToJson => {
            let without_backslashes = Change::Replace {
                from: "\\".to_owned(),
                to: String::new(),
            };
            vec![Change::Ignore, null, without_backslashes]
        }
        MathRandom | UUID => Vec::new(),
    }
}
