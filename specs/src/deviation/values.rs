//! The answers of a deviating engine while a machine runs: paths, tests and intrinsic functions.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    Change, ContextField, Deviation, Deviations, Form, Hook, Place, Raised, StatesField, When,
};
use crate::{
    asl::{Comparable, Operand, Operator, StateType, Test},
    base::{json, time::nanoseconds},
    query::{
        jsonata,
        jsonpath::{
            intrinsic::Function,
            path::{Path, PathError, Step},
        },
    },
};

/// Where and how a path is read.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'p> {
    /// The path.
    pub path: &'p Path,
    /// The place that it is for.
    pub place: Place,
    /// The type of the state.
    pub kind: StateType,
    /// What a path from the same root finds, with every value on its own if it may find several.
    pub finds: &'p dyn Fn(&Path) -> Option<Value>,
}

/// The two sides of a test.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'v> {
    /// The operator.
    pub operator: Operator,
    /// The value of its Variable.
    pub variable: &'v Value,
    /// What it is compared with.
    pub operand: &'v Value,
    /// Whether the operand is given by a path.
    pub is_twin: bool,
}

impl Deviation {
    /// Whether the condition holds for values, one of which has to meet it.
    fn is_asked_of<'v>(&self, mut values: impl Iterator<Item = &'v Value>) -> bool {
        match self.when {
            Some(when) if when.is_about_value() => values.any(|value| when.holds_of(value)),
            _ => true,
        }
    }

    /// Whether it is asked about the path that is read.
    fn is_asked_along(&self, reading: Reading<'_>) -> bool {
        let mut paths = self.paths.iter();
        self.is_asked_at(reading.place)
            && paths.all(|it| it.holds_of(reading.path.text()))
            && (self.when != Some(When::OfObject) || reading.is_of_object())
    }

    fn is_asked_at(&self, place: Place) -> bool {
        match self.when {
            Some(When::In(asked)) => asked.contains(place),
            _ => true,
        }
    }

    /// Whether it is asked about a test, where texts are timestamps as `all` have it.
    fn is_asked_about(&self, sides: Sides<'_>, all: &Deviations) -> bool {
        match self.when {
            Some(When::Twin) => sides.is_twin,
            Some(When::Negated) => *sides.operand == Value::Bool(false),
            Some(When::OtherType) => !sides.are_of_the_type(all),
            Some(When::TwinOfOtherType) => sides.is_twin && !sides.are_of_the_type(all),
            Some(When::OperandOfOtherType) => {
                let is = |value| sides.is_of_the_type(value, all);
                is(sides.variable) && !is(sides.operand)
            }
            _ => self.is_asked_of([sides.variable, sides.operand].into_iter()),
        }
    }
}

impl Reading<'_> {
    /// Whether the last step of the path is taken from an object.
    fn is_of_object(&self) -> bool {
        let Some((_, before)) = self.path.steps().split_last() else {
            return false;
        };
        // A scan goes through objects; no path ends in one.
        if before.last() == Some(&Step::Scan) {
            return true;
        }
        let before = Path::new(self.path.root().clone(), before.iter().cloned());
        match (self.finds)(&before) {
            Some(Value::Array(all)) if !before.is_definite() => all.iter().any(Value::is_object),
            found => found.is_some_and(|it| it.is_object()),
        }
    }
}

impl Sides<'_> {
    /// Whether both sides have the type that the operator asks for.
    fn are_of_the_type(&self, all: &Deviations) -> bool {
        [self.variable, self.operand]
            .into_iter()
            .all(|value| self.is_of_the_type(value, all))
    }

    fn is_of_the_type(&self, value: &Value, all: &Deviations) -> bool {
        match self.operator {
            Operator::Compare(Comparable::Numeric, _) => value.is_number(),
            Operator::Compare(Comparable::Timestamp, _) => value.as_str().is_some_and(|text| {
                nanoseconds(text).is_some() && all.is_timestamp(StateType::Choice, text)
            }),
            Operator::Compare(..) | Operator::StringMatches => value.is_string(),
            Operator::BooleanEquals => value.is_boolean(),
            Operator::Is(_) => true,
        }
    }
}

/// What is read instead of what the language says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Instead<'d> {
    /// Nothing.
    Nothing,
    /// This value.
    Value(&'d Value),
    /// What another field of `$states` is.
    Field(jsonata::Field),
}

/// Whether JSONata casts a value to true.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(it) => *it,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(is_truthy),
        Value::Object(members) => !members.is_empty(),
    }
}

/// What becomes of a test.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// It holds, or it does not.
    Holds(bool),
    /// The state fails with this error.
    Fails(String),
    /// These values are compared instead.
    Of(Value, Value),
}

impl Deviations {
    /// The path that is read instead.
    pub(crate) fn read_instead(&self, reading: Reading<'_>) -> Option<Path> {
        let path = reading.path;
        if let Some(open) = self.goes_to_the_end(reading) {
            return Some(open);
        }
        let (last, before) = path.steps().split_last()?;
        // A path does not end in a scan.
        if before.last() == Some(&Step::Scan) {
            return None;
        }
        let outer = self.iter().any(|it| match it.hook {
            Hook::Path(form) => {
                it.change == Change::Outer
                    && it.is_in(reading.kind)
                    && it.is_asked_along(reading)
                    && form.contains(&Path::new(path.root().clone(), [last.clone()]))
            }
            _ => false,
        });
        outer.then(|| Path::new(path.root().clone(), before.iter().cloned()))
    }

    /// The path with slices to the end where they end at 0, if a deviation reads them so.
    fn goes_to_the_end(&self, reading: Reading<'_>) -> Option<Path> {
        let form = Form::SliceToZero;
        let mut all = self.at(Hook::Path(form), reading.kind);
        let is_read = all.any(|it| it.change == Change::Outer && it.is_asked_along(reading));
        let path = reading.path;
        (is_read && form.contains(path)).then(|| {
            let steps = path.steps().iter().map(|step| match step {
                Step::Slice(from, Some(0)) => Step::Slice(from.or(Some(0)), None),
                step => step.clone(),
            });
            Path::new(path.root().clone(), steps)
        })
    }

    /// The result of a path after all changes. `None`: a deviation lets it find nothing.
    pub(crate) fn found<'v>(
        &self,
        reading: Reading<'_>,
        found: Result<Cow<'v, Value>, PathError>,
    ) -> Option<Result<Cow<'v, Value>, PathError>> {
        let path = reading.path;
        let found = match found {
            Ok(mut value) => {
                let several = !path.is_definite() && matches!(value, Cow::Owned(_));
                for it in self.iter().filter(|it| it.is_in(reading.kind)) {
                    let is_asked = match it.hook {
                        Hook::PathSeveral => several,
                        Hook::Path(form) => form.contains(path),
                        _ => false,
                    };
                    if !is_asked
                        || !it.is_asked_along(reading)
                        || !it.is_asked_of(std::iter::once(&*value))
                    {
                        continue;
                    }
                    if it.change == Change::Ignore {
                        return None;
                    }
                    value = Cow::Owned(it.change.value(value.into_owned()));
                }
                Ok(value)
            }
            missing => missing,
        };
        Some(found.or_else(|missing| {
            let mut all = self.at(Hook::PathMissing, reading.kind);
            let set = all.find_map(|it| match &it.change {
                Change::Set(value) if it.is_asked_along(reading) => Some(value.clone()),
                _ => None,
            });
            let forms = self.iter().find_map(|it| match (it.hook, &it.change) {
                // What gives the same whatever it finds does so where it finds nothing.
                (Hook::Path(form), Change::Set(value))
                    if it.is_in(reading.kind)
                        && form.contains(path)
                        && it.is_asked_along(reading)
                        && !it.when.is_some_and(When::is_about_value) =>
                {
                    Some(value.clone())
                }
                _ => None,
            });
            set.or(forms).map(Cow::Owned).ok_or(missing)
        }))
    }

    /// Whether a path comes to something of which nothing is said.
    pub(crate) fn finds_other(
        &self,
        reading: Reading<'_>,
        found: Result<&Value, &PathError>,
    ) -> bool {
        let others = self.iter().filter(|it| it.change == Change::Other);
        let mut others = others.filter(|it| it.is_in(reading.kind));
        others.any(|it| {
            let is_about = match it.hook {
                Hook::PathSeveral => !reading.path.is_definite(),
                Hook::Path(form) => form.contains(reading.path),
                _ => false,
            };
            is_about && it.is_asked_along(reading) && it.is_asked_of(found.ok().into_iter())
        })
    }

    /// Whether a call of an intrinsic function comes to something of which nothing is said.
    pub(crate) fn answers_other(&self, function: Function, arguments: &[Cow<'_, Value>]) -> bool {
        let mut others = self.iter().filter(|it| it.change == Change::Other);
        others.any(|it| {
            let is_invalid = it.when == Some(When::Invalid);
            it.hook == Hook::Function(function)
                && !is_invalid
                && it.is_asked_of(arguments.iter().map(|it| &**it))
        })
    }

    /// Whether a worker gets something of which nothing is said instead of this input.
    pub(crate) fn hands_over_other(&self, input: &Value) -> bool {
        let mut all = self.at(Hook::TaskInput, StateType::Task);
        all.any(|it| it.is_asked_of(std::iter::once(input)))
    }

    /// Whether an expression comes to something of which nothing is said.
    pub(crate) fn evaluates_to_other(&self, expression: &jsonata::Expression) -> bool {
        let mut others = self.iter().filter(|it| it.change == Change::Other);
        others.any(|it| matches!(it.hook, Hook::Jsonata(part) if expression.has(part)))
    }

    /// Whether every read of a variable comes to the same, or to nothing.
    pub(crate) fn answers_variables(&self) -> bool {
        self.iter().any(|it| {
            it.hook == Hook::Path(Form::Variable)
                && it.when.is_none()
                && matches!(it.change, Change::Ignore | Change::Set(_))
        })
    }

    /// The value that an operator tests; `None` if it is missing.
    pub(crate) fn tested<'v>(
        &self,
        operator: Operator,
        mut value: Option<Cow<'v, Value>>,
    ) -> Option<Cow<'v, Value>> {
        for it in self.at(Hook::Tested(operator), StateType::Choice) {
            value = match (value, &it.change) {
                (Some(value), _) if !it.is_asked_of(std::iter::once(&*value)) => Some(value),
                (_, Change::Ignore) => None,
                (value, change) => value.map(|value| Cow::Owned(change.value(value.into_owned()))),
            };
        }
        value
    }

    /// Whether a test holds whose Variable finds nothing; `None` if this is an error. Only a test of a type
    /// can be negated.
    pub(crate) fn holds_without_variable(&self, test: &Test) -> Option<bool> {
        let is_negated = matches!(test.operator, Operator::Is(_))
            && test.operand == Operand::Literal(Value::Bool(false));
        let all = self.at(Hook::VariableMissing, StateType::Choice);
        let asked = all.filter(|it| it.when != Some(When::Negated) || is_negated);
        asked.last().and_then(|it| match &it.change {
            Change::Set(holds) => holds.as_bool(),
            _ => None,
        })
    }

    /// The name of the error with which this path cannot be applied as a `ResultPath`, if it cannot.
    pub(crate) fn cannot_put(&self, kind: StateType, path: &Path) -> Option<&str> {
        let text = Value::from(path.text());
        let mut all = self.at(Hook::Put, kind);
        all.find_map(|it| match &it.change {
            Change::Fail(name) if it.is_asked_of(std::iter::once(&text)) => Some(name.as_str()),
            _ => None,
        })
    }

    /// What becomes of a test; `None` if it is as the language says.
    pub(crate) fn verdict(&self, sides: Sides<'_>) -> Option<Verdict> {
        let mut all = self.iter().filter(|it| match it.hook {
            Hook::Holds(tests) => tests.contains(sides.operator),
            _ => false,
        });
        let it = all.find(|it| it.is_asked_about(sides, self))?;
        match &it.change {
            Change::Set(holds) => holds.as_bool().map(Verdict::Holds),
            Change::Fail(name) => Some(Verdict::Fails(name.clone())),
            Change::AnyType if !sides.are_of_the_type(self) => {
                let equal = json::equal(sides.variable, sides.operand);
                let is_equality = super::Tests::Equals.contains(sides.operator);
                is_equality.then_some(Verdict::Holds(equal))
            }
            Change::Coerce if !sides.are_of_the_type(self) => {
                let [variable, operand] =
                    [sides.variable, sides.operand].map(|it| converted(sides.operator, it));
                Some(Verdict::Of(variable, operand))
            }
            _ => None,
        }
    }

    /// Whether a text is a timestamp to a deviating engine.
    pub(crate) fn is_timestamp(&self, kind: StateType, text: &str) -> bool {
        let mut all = self.at(Hook::Timestamp, kind);
        let text = Value::from(text);
        !all.any(|it| it.is_asked_of(std::iter::once(&text)))
    }

    /// The characters of a pattern that are taken otherwise.
    pub(crate) fn wildcards(&self) -> &str {
        let mut all = self.at(Hook::Wildcards, StateType::Choice);
        let set = all.find_map(|it| match &it.change {
            Change::Set(text) => text.as_str(),
            _ => None,
        });
        set.unwrap_or_default()
    }

    /// A string literal among the arguments of a function.
    pub(crate) fn literal(&self, value: &Value) -> Option<Value> {
        let text = value.as_str()?;
        let all = self.iter().filter(|it| it.hook == Hook::Literal);
        let read = all.fold(Cow::Borrowed(text), |read, it| match &it.change {
            Change::Literal => escaped(&read).into(),
            change => change.text(&read).into(),
        });
        (read != text).then(|| read.into_owned().into())
    }

    /// A field of the context object after all changes.
    pub(crate) fn context(
        &self,
        member: &str,
        field: &str,
        mut value: Option<Value>,
    ) -> Option<Value> {
        let asked = |it: ContextField| it.is(member, field);
        for it in self {
            match it.hook {
                Hook::Context(known) if asked(known) => {
                    value = match &it.change {
                        Change::Ignore => None,
                        change => value.map(|value| change.value(value)),
                    };
                }
                _ => {}
            }
        }
        value
    }

    /// What an expression gives that comes to nothing, `None` if it is an error. If it is nothing, the
    /// member or the item that it is written for is left out.
    pub(crate) fn undefined(
        &self,
        kind: StateType,
        place: Place,
        is_inside: bool,
    ) -> Option<Instead<'_>> {
        let mut all = self.at(Hook::Undefined, kind);
        all.find_map(|it| match &it.change {
            Change::Set(value) if it.is_asked_at(place) => Some(Instead::Value(value)),
            Change::Ignore if is_inside => Some(Instead::Nothing),
            _ => None,
        })
    }

    /// What a field of `$states` is instead, `None` if it is what it should be.
    pub(crate) fn states(&self, kind: StateType, field: jsonata::Field) -> Option<Instead<'_>> {
        let field = StatesField::ALL
            .into_iter()
            .find(|it| it.field() == field)?;
        let it = self.at(Hook::States(field), kind).last()?;
        match &it.change {
            Change::Ignore => Some(Instead::Nothing),
            Change::Set(value) => Some(Instead::Value(value)),
            Change::Rebase(other) => StatesField::named(other).map(|it| Instead::Field(it.field())),
            _ => None,
        }
    }

    /// Whether a rule applies whose `Condition` comes to something else than a boolean; `None` if that is
    /// an error.
    pub(crate) fn applies(&self, condition: &Value) -> Option<bool> {
        let mut all = self.at(Hook::Condition, StateType::Choice);
        all.find_map(|it| match &it.change {
            Change::Set(holds) => holds.as_bool(),
            Change::Coerce => Some(is_truthy(condition)),
            _ => None,
        })
    }

    /// What is `$` in the `Assign` of a rule, if it is not the effective input.
    pub(crate) fn rule_input(&self, is_compound: bool) -> Option<&Value> {
        let mut all = self.at(Hook::RuleInput, StateType::Choice);
        all.find_map(|it| match &it.change {
            Change::Set(value) if is_compound || it.when != Some(When::Compound) => Some(value),
            _ => None,
        })
    }

    /// Whether the `Assign` of a Choice is evaluated although a rule applies, which may lead where
    /// `Default` leads.
    pub(crate) fn assigns_beside_rule(&self, is_like_default: bool) -> bool {
        let mut all = self.at(Hook::RuleAssigns, StateType::Choice);
        all.any(|it| is_like_default || it.when != Some(When::LikeDefault))
    }

    /// Changes the arguments of an intrinsic function.
    pub(crate) fn arguments(&self, function: Function, arguments: &mut Vec<Cow<'_, Value>>) {
        for it in self {
            if it.hook != Hook::Arguments(function) {
                continue;
            }
            match (&it.change, it.when) {
                (Change::Ignore, Some(when)) => arguments.retain(|value| !when.holds_of(value)),
                (Change::Floor | Change::Coerce, _) => {
                    for argument in arguments.iter_mut() {
                        let applies = argument.is_number() || it.change == Change::Coerce;
                        if applies && it.is_asked_of(std::iter::once(&**argument)) {
                            *argument = Cow::Owned(it.change.value(argument.clone().into_owned()));
                        }
                    }
                }
                _ if it.is_asked_of(arguments.iter().map(|it| &**it)) => {
                    it.change.list(arguments);
                }
                _ => {}
            }
        }
    }

    /// The error with which a deviating engine fails instead of calling a function.
    pub(crate) fn refuses(
        &self,
        function: Function,
        arguments: &[Cow<'_, Value>],
    ) -> Option<Raised<'_>> {
        self.fails(function, |it| {
            it.when != Some(When::Invalid) && it.is_asked_of(arguments.iter().map(|it| &**it))
        })
    }

    /// The error with which a deviating engine fails where a function would give text outside of ASCII.
    pub(crate) fn refuses_to_give(&self, function: Function) -> Option<Raised<'_>> {
        self.fails(function, |it| it.when == Some(When::NotAscii))
    }

    /// The error with which a deviating engine fails where a function does not take its arguments.
    pub(crate) fn error_of_invalid(&self, function: Function) -> Option<Raised<'_>> {
        self.fails(function, |it| it.when == Some(When::Invalid))
    }

    fn fails(
        &self,
        function: Function,
        is_asked: impl Fn(&Deviation) -> bool,
    ) -> Option<Raised<'_>> {
        let all = self.iter().filter(|it| it.hook == Hook::Function(function));
        let mut named = all.filter_map(|it| {
            let raised = Raised::by(&it.change).filter(|raised| raised.name.is_some());
            raised.filter(|_| is_asked(it))
        });
        named.next()
    }

    /// Whether calls of intrinsic functions find nothing in this place.
    pub(crate) fn passes_over_calls(&self, kind: StateType, place: Place) -> bool {
        self.at(Hook::Call, kind).any(|it| it.is_asked_at(place))
    }

    /// The result of an intrinsic function after all changes.
    pub(crate) fn answer(
        &self,
        function: Function,
        arguments: &[Cow<'_, Value>],
        answer: Value,
    ) -> Value {
        let all = self.iter().filter(|it| it.hook == Hook::Function(function));
        let all = all.filter(|it| it.when != Some(When::Invalid));
        let all = all.filter(|it| it.is_asked_of(arguments.iter().map(|it| &**it)));
        all.fold(answer, |answer, it| match (&it.change, arguments.first()) {
            (Change::Ignore, Some(first)) => Value::clone(first),
            (change, _) => change.value(answer),
        })
    }
}

/// A text as it stands in a literal.
fn escaped(text: &str) -> String {
    let is_escaped = |c: char| matches!(c, '\'' | '\\' | '{' | '}');
    let chars = text.chars();
    let all = chars.flat_map(|c| is_escaped(c).then_some('\\').into_iter().chain([c]));
    all.collect()
}

/// A value as the operator asks for it, as far as it can be converted.
fn converted(operator: Operator, value: &Value) -> Value {
    match (operator, value) {
        (Operator::Compare(Comparable::Numeric, _), Value::Bool(holds)) => i64::from(*holds).into(),
        (Operator::Compare(Comparable::Numeric, _), Value::Null) => 0.into(),
        (Operator::Compare(Comparable::Numeric, _), Value::String(text)) => {
            let number = text.trim().parse::<f64>().ok();
            let number = number.and_then(serde_json::Number::from_f64);
            number.map_or_else(|| value.clone(), Value::Number)
        }
        (Operator::Compare(Comparable::Numeric, _), value) => value.clone(),
        (Operator::Compare(..) | Operator::StringMatches, value) if !value.is_string() => {
            value.to_string().into()
        }
        (Operator::BooleanEquals, Value::Number(number)) => match number.as_f64() {
            Some(0.0) => false.into(),
            Some(1.0) => true.into(),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}
