//! Reading a definition in the way of a deviating engine.

use std::sync::Arc;

use serde_json::{Number, Value};

use super::{Change, Deviation, Deviations, Field, Hook, When, expressions};
use crate::{
    asl::{
        Body, ByLanguage, Catcher, ChoiceRule, Condition, JsonPathCatch, JsonPathFlow,
        JsonPathRule, Limit, Machine, Name, Nullable, Operand, Operator, QueryLanguage, Retrier,
        Scope, State, Test, Text, Until,
        expressions::{catchers, rules},
        retrier,
    },
    query::{
        jsonata,
        jsonpath::{
            path::{Path, Root, Step},
            template::{self, FieldValue, Source, Template},
        },
    },
};

impl Deviations {
    /// Returns the machine as an engine with these deviations reads it.
    pub fn read(&self, machine: &Arc<Machine>) -> Arc<Machine> {
        let edits: Vec<Edit<'_>> = self.iter().filter_map(Edit::of).collect();
        if edits.is_empty() {
            return machine.clone();
        }
        let mut read = Machine::clone(machine);
        for edit in &edits {
            if edit.field == Some(Field::MachineTimeout) {
                let mut limit = OptionalCount(&mut read.timeout_seconds, None);
                edit.make(true, &mut limit);
            }
        }
        read.scope = scope(&edits, &read.scope);
        Arc::new(read)
    }
}

fn scope(edits: &[Edit<'_>], scope: &Scope) -> Arc<Scope> {
    let mut read = scope.clone();
    for state in read.states.values_mut() {
        let state = Arc::make_mut(state);
        inner_scopes(edits, state);
        for edit in edits {
            edit.state(state);
        }
    }
    Arc::new(read)
}

fn inner_scopes(edits: &[Edit<'_>], state: &mut State) {
    match &mut state.body {
        Body::Parallel(parallel) => {
            for branch in &mut parallel.branches {
                *branch = scope(edits, branch);
            }
        }
        Body::Map(map) => map.processor = scope(edits, &map.processor),
        _ => {}
    }
}

/// A deviation at a field of the definition.
struct Edit<'d> {
    /// The field; none if it is about expressions anywhere.
    field: Option<Field>,
    deviation: &'d Deviation,
}

impl<'d> Edit<'d> {
    fn of(deviation: &'d Deviation) -> Option<Self> {
        match deviation.hook {
            Hook::Field(field) => Some(Self {
                field: Some(field),
                deviation,
            }),
            _ if expressions::is_read(deviation) => Some(Self {
                field: None,
                deviation,
            }),
            _ => None,
        }
    }

    fn state(&self, state: &mut State) {
        if !self.deviation.is_in(state.kind()) {
            return;
        }
        if expressions::is_read(self.deviation) {
            expressions::read(self.deviation, state);
        }
        let Some(field) = self.field else {
            return;
        };
        let beside = match self.deviation.when {
            Some(When::Has(field)) => has(state, field),
            _ => true,
        };
        if field == Field::CatchResultPath && self.deviation.change == Change::Outer {
            let outer = result_path(state).map(|path| path.clone());
            let outer = outer.unwrap_or_default();
            each_catch(state, &mut |catch| {
                if self.is_asked(beside, &catch.result_path) {
                    catch.result_path.clone_from(&outer);
                }
            });
        } else {
            each_slot(field, state, &mut |slot| self.make(beside, slot));
        }
    }

    fn make(&self, beside: bool, slot: &mut dyn Slot) {
        if self.is_asked(beside, slot) {
            slot.change(&self.deviation.change);
        }
    }

    /// Whether the condition holds; `beside` says whether the state has the field that it names.
    fn is_asked(&self, beside: bool, slot: &dyn Slot) -> bool {
        match self.deviation.when {
            None => true,
            Some(When::Has(_)) => beside,
            Some(When::Null) => slot.presence() == Presence::Null,
            Some(When::Absent) => slot.presence() == Presence::Absent,
            Some(When::JsonPath) => slot.language() == QueryLanguage::JsonPath,
            Some(when) => slot.meets(when),
        }
    }
}

/// Whether a state has a field that is not empty.
fn has(state: &mut State, field: Field) -> bool {
    let mut is_there = false;
    each_slot(field, state, &mut |slot| {
        is_there |= slot.presence() != Presence::Absent;
    });
    is_there
}

/// Whether a field has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// No value, or an empty list.
    Absent,
    Null,
    There,
}

impl Presence {
    fn of(is_there: bool) -> Self {
        if is_there { Self::There } else { Self::Absent }
    }
}

/// A field of any type.
trait Slot {
    fn presence(&self) -> Presence;
    /// Whether another condition holds.
    fn meets(&self, _when: When) -> bool {
        false
    }
    /// The query language of its state, if that makes it another field.
    fn language(&self) -> QueryLanguage {
        QueryLanguage::JsonPath
    }
    /// Makes a change, if it applies to fields of this type.
    fn change(&mut self, change: &Change);
}

/// Visits every occurrence of a field in a state.
fn each_slot(field: Field, state: &mut State, seen: &mut dyn FnMut(&mut dyn Slot)) {
    match field {
        Field::MachineTimeout => {}
        Field::Assign => {
            if let Some(flow) = state.flow.json_path_mut() {
                seen(&mut flow.assign);
            }
            each_catch(state, &mut |catch| seen(&mut catch.assign));
            each_rule(state, &mut |rule| {
                let is_single = !rule.condition.is_compound();
                seen(&mut RuleAssign(&mut rule.assign, is_single));
            });
            if let ByLanguage::Jsonata(flow) = &mut state.flow {
                seen(&mut flow.assign);
            }
            catchers(&mut state.body).for_each(|flow| seen(&mut flow.assign));
            rules(&mut state.body).for_each(|flow| seen(&mut flow.assign));
        }
        Field::CatchOutput => {
            catchers(&mut state.body).for_each(|flow| seen(&mut flow.output));
        }
        Field::RuleOutput => {
            rules(&mut state.body).for_each(|flow| seen(&mut flow.output));
        }
        Field::ResultPath => {
            if let Some(path) = result_path(state) {
                seen(path);
            }
        }
        Field::CatchResultPath => each_catch(state, &mut |catch| seen(&mut catch.result_path)),
        Field::ErrorEquals
        | Field::IntervalSeconds
        | Field::MaxAttempts
        | Field::BackoffRate
        | Field::MaxDelaySeconds
        | Field::JitterStrategy => {
            let (retriers, catchers) = handlers(&mut state.body);
            for retrier in retriers {
                in_retrier(field, retrier, seen);
            }
            if field == Field::ErrorEquals {
                for catcher in catchers {
                    seen(&mut catcher.error_equals);
                }
            }
        }
        Field::Connective => each_rule(state, &mut |rule| seen(&mut rule.condition)),
        Field::Operator => each_test(state, &mut |test| seen(&mut test.operator)),
        Field::Pattern => each_test(state, &mut |test| {
            if let (Operator::StringMatches, Operand::Literal(pattern)) =
                (test.operator, &mut test.operand)
            {
                seen(pattern);
            }
        }),
        _ => {
            if let Some(flow) = state.flow.json_path_mut() {
                in_flow(field, flow, seen);
            }
            if let ByLanguage::Jsonata(flow) = &mut state.flow {
                match field {
                    Field::Arguments => seen(&mut flow.arguments),
                    Field::Items => seen(&mut flow.items),
                    Field::ItemSelector => seen(&mut flow.item_selector),
                    Field::Output => seen(&mut flow.output),
                    _ => {}
                }
            }
            in_body(field, &mut state.body, seen);
        }
    }
}

impl Slot for Option<jsonata::Template> {
    fn presence(&self) -> Presence {
        Presence::of(self.is_some())
    }

    fn meets(&self, when: When) -> bool {
        expressions::meets(self.as_ref(), when)
    }

    fn language(&self) -> QueryLanguage {
        QueryLanguage::Jsonata
    }

    fn change(&mut self, change: &Change) {
        expressions::change(self, change);
    }
}

/// Visits a field for data flow.
fn in_flow(field: Field, flow: &mut JsonPathFlow, seen: &mut dyn FnMut(&mut dyn Slot)) {
    match field {
        Field::InputPath => seen(&mut flow.input_path),
        Field::OutputPath => seen(&mut flow.output_path),
        Field::Parameters => seen(&mut flow.parameters),
        Field::ResultSelector => seen(&mut flow.result_selector),
        Field::Result => seen(&mut flow.result),
        Field::ItemsPath => seen(&mut flow.items_path),
        Field::ItemSelector => seen(&mut flow.item_selector),
        _ => {}
    }
}

/// Visits a field of certain types of states.
fn in_body(field: Field, body: &mut Body, seen: &mut dyn FnMut(&mut dyn Slot)) {
    match (field, body) {
        (Field::Retry, Body::Task(task)) => seen(&mut task.retry),
        (Field::Retry, Body::Parallel(parallel)) => seen(&mut parallel.retry),
        (Field::Retry, Body::Map(map)) => seen(&mut map.retry),
        (Field::Catch, Body::Task(task)) => seen(&mut task.catch),
        (Field::Catch, Body::Parallel(parallel)) => seen(&mut parallel.catch),
        (Field::Catch, Body::Map(map)) => seen(&mut map.catch),
        (Field::Timeout, Body::Task(task)) => seen(&mut task.timeout),
        (Field::Heartbeat, Body::Task(task)) => seen(&mut task.heartbeat),
        (Field::Seconds, Body::Wait(wait)) => {
            if let Until::Seconds(seconds) = &mut wait.until {
                seen(seconds);
            }
        }
        (Field::MaxConcurrency, Body::Map(map)) => seen(&mut map.max_concurrency),
        (Field::Error, Body::Fail(fail)) => seen(&mut fail.error),
        (Field::Cause, Body::Fail(fail)) => seen(&mut fail.cause),
        (Field::Choices, Body::Choice(choice)) => seen(&mut choice.choices),
        (Field::Default, Body::Choice(choice)) => seen(&mut choice.default),
        _ => {}
    }
}

fn in_retrier(field: Field, retrier: &mut Retrier, seen: &mut dyn FnMut(&mut dyn Slot)) {
    match field {
        Field::ErrorEquals => seen(&mut retrier.error_equals),
        Field::IntervalSeconds => seen(&mut OptionalCount(
            &mut retrier.interval_seconds,
            Some(retrier::INTERVAL_SECONDS),
        )),
        Field::MaxAttempts => seen(&mut OptionalCount(
            &mut retrier.max_attempts,
            Some(retrier::MAX_ATTEMPTS),
        )),
        Field::BackoffRate => seen(&mut retrier.backoff_rate),
        Field::MaxDelaySeconds => seen(&mut OptionalCount(&mut retrier.max_delay_seconds, None)),
        Field::JitterStrategy => seen(&mut retrier.jitter_strategy),
        _ => {}
    }
}

fn handlers(body: &mut Body) -> (&mut [Retrier], &mut [Catcher]) {
    let (retry, catch) = match body {
        Body::Task(task) => (&mut task.retry, &mut task.catch),
        Body::Parallel(parallel) => (&mut parallel.retry, &mut parallel.catch),
        Body::Map(map) => (&mut map.retry, &mut map.catch),
        _ => return (&mut [], &mut []),
    };
    (
        retry.as_deref_mut().unwrap_or_default(),
        catch.as_deref_mut().unwrap_or_default(),
    )
}

/// `ResultPath`, in states that have a result.
fn result_path(state: &mut State) -> Option<&mut Nullable<Path>> {
    match state.body {
        Body::Pass(_) | Body::Task(_) | Body::Parallel(_) | Body::Map(_) => {
            Some(&mut state.flow.json_path_mut()?.result_path)
        }
        _ => None,
    }
}

/// `Assign` of a rule, and whether its condition is a single test.
struct RuleAssign<'s>(&'s mut Option<Template>, bool);

impl Slot for RuleAssign<'_> {
    fn presence(&self) -> Presence {
        self.0.presence()
    }

    fn meets(&self, when: When) -> bool {
        match when {
            When::Single => self.1,
            when => self.0.meets(when),
        }
    }

    fn change(&mut self, change: &Change) {
        self.0.change(change);
    }
}

fn each_catch(state: &mut State, seen: &mut dyn FnMut(&mut JsonPathCatch)) {
    let catchers = handlers(&mut state.body).1.iter_mut();
    catchers
        .filter_map(|catcher| catcher.flow.json_path_mut())
        .for_each(seen);
}

fn each_rule(state: &mut State, seen: &mut dyn FnMut(&mut JsonPathRule)) {
    if let Body::Choice(choice) = &mut state.body {
        let rules = choice.choices.iter_mut();
        rules
            .filter_map(|rule| rule.flow.json_path_mut())
            .for_each(seen);
    }
}

fn each_test(state: &mut State, seen: &mut dyn FnMut(&mut Test)) {
    each_rule(state, &mut |rule| tests(&mut rule.condition, seen));
}

fn tests(condition: &mut Condition, seen: &mut dyn FnMut(&mut Test)) {
    match condition {
        Condition::And(inner) | Condition::Or(inner) => {
            for condition in inner {
                tests(condition, seen);
            }
        }
        Condition::Not(inner) | Condition::Commented(inner, _) => tests(inner, seen),
        Condition::Test(test) => seen(test),
    }
}

impl Slot for Nullable<Path> {
    fn presence(&self) -> Presence {
        match self {
            Self::Absent => Presence::Absent,
            Self::Null => Presence::Null,
            Self::Set(_) => Presence::There,
        }
    }

    fn meets(&self, when: When) -> bool {
        match (self, when) {
            (Self::Set(path), When::Root) => path.is_data_root(),
            (Self::Set(path), When::Brackets) => path.text().contains('['),
            (Self::Set(path), When::Undotted) => !path.text().starts_with("$."),
            _ => false,
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Ignore => *self = Self::Absent,
            Change::Set(Value::Null) => *self = Self::Null,
            Change::Set(Value::String(text)) => {
                if let Ok(path) = Path::parse(text) {
                    *self = Self::Set(path);
                }
            }
            Change::Literal => {
                if let Self::Set(path) = self {
                    *path = literally(path.text());
                }
            }
            Change::Rebase(base) => {
                if let (Self::Set(path), Ok(base)) = (self, Path::parse(base)) {
                    let steps = base.steps().iter().chain(path.steps()).cloned();
                    *path = Path::new(base.root().clone(), steps);
                }
            }
            _ => {}
        }
    }
}

/// The path of the names that stand between the dots of a text, with their brackets and quotes.
fn literally(text: &str) -> Path {
    let names = text.trim_start_matches(['$', '.']);
    let names = if names.is_empty() { text } else { names };
    let steps = names.split('.').map(|name| Step::Name(name.into()));
    Path::new(Root::Data, steps)
}

/// Fields that can only be dropped.
macro_rules! plain {
    ($($kind:ty),*) => {
        $(impl Slot for Option<$kind> {
            fn presence(&self) -> Presence {
                Presence::of(self.is_some())
            }

            fn change(&mut self, change: &Change) {
                if *change == Change::Ignore {
                    *self = None;
                }
            }
        })*
    };
}

plain!(Path, Name);

impl Slot for Option<Template> {
    fn presence(&self) -> Presence {
        Presence::of(self.is_some())
    }

    fn meets(&self, when: When) -> bool {
        self.as_ref().is_some_and(|template| match template {
            Template::Literal(value) => when.holds_of(value),
            Template::Array(items) => when == When::Empty && items.is_empty(),
            Template::Object(fields) => when == When::Empty && fields.is_empty(),
        })
    }

    fn change(&mut self, change: &Change) {
        match (change, &mut *self) {
            (Change::Ignore, _) => *self = None,
            (Change::Set(value), Some(template)) => {
                if let Ok(set) = Template::parse(value) {
                    *template = set;
                }
            }
            (Change::Rebase(path), Some(template)) => {
                if let Ok(base) = Path::parse(path) {
                    rebase(template, &base);
                }
            }
            (Change::InTurn, Some(template)) => in_turn(template),
            _ => {}
        }
    }
}

/// Prefixes every path into the data with another path.
fn rebase(template: &mut Template, base: &Path) {
    match template {
        Template::Literal(_) => {}
        Template::Array(items) => items.iter_mut().for_each(|item| rebase(item, base)),
        Template::Object(fields) => {
            for field in fields {
                match &mut field.value {
                    FieldValue::Nested(nested) => rebase(nested, base),
                    FieldValue::Dynamic(Source::Path(path)) if *path.root() == Root::Data => {
                        let steps = base.steps().iter().chain(path.steps()).cloned();
                        let steps: Vec<Step> = steps.collect();
                        *path = Path::new(base.root().clone(), steps);
                    }
                    FieldValue::Dynamic(_) => {}
                }
            }
        }
    }
}

/// Replaces a read of a variable by the value that a field above assigns to it.
fn in_turn(assign: &mut Template) {
    let Template::Object(fields) = assign else {
        return;
    };
    for at in 0..fields.len() {
        let (before, rest) = fields.split_at_mut(at);
        let Some(template::Field { value, .. }) = rest.first_mut() else {
            return;
        };
        let FieldValue::Dynamic(Source::Path(path)) = &*value else {
            continue;
        };
        if let (Root::Variable(name), []) = (path.root(), path.steps())
            && let Some(earlier) = before.iter().find(|field| *field.name == **name)
        {
            *value = earlier.value.clone();
        }
    }
}

impl Slot for Limit {
    fn presence(&self) -> Presence {
        Presence::There
    }

    fn meets(&self, when: When) -> bool {
        when == When::Twin && matches!(self, Self::Path(_))
    }

    fn change(&mut self, change: &Change) {
        match (change, &mut *self) {
            (Change::Set(value), _) => {
                if let Some(number) = value.as_u64() {
                    *self = Self::Literal(number);
                }
            }
            (_, Self::Literal(number)) => *number = change.count(*number),
            _ => {}
        }
    }
}

impl Slot for Option<Limit> {
    fn presence(&self) -> Presence {
        Presence::of(self.is_some())
    }

    fn meets(&self, when: When) -> bool {
        self.as_ref().is_some_and(|limit| limit.meets(when))
    }

    fn change(&mut self, change: &Change) {
        match (change, &mut *self) {
            (Change::Ignore, _) => *self = None,
            (Change::Set(value), None) => *self = value.as_u64().map(Limit::Literal),
            (_, Some(limit)) => limit.change(change),
            _ => {}
        }
    }
}

/// A whole number, and its default if there is one.
struct OptionalCount<'s>(&'s mut Option<u64>, Option<u64>);

impl Slot for OptionalCount<'_> {
    fn presence(&self) -> Presence {
        Presence::of(self.0.is_some())
    }

    fn change(&mut self, change: &Change) {
        let now = self.0.or(self.1);
        *self.0 = match (change, now) {
            (Change::Ignore, _) => None,
            (Change::Set(value), None) => value.as_u64(),
            (_, now) => now.map(|count| change.count(count)),
        };
    }
}

impl Slot for Option<Number> {
    fn presence(&self) -> Presence {
        Presence::of(self.is_some())
    }

    fn change(&mut self, change: &Change) {
        match (change, &*self) {
            (Change::Ignore, _) => *self = None,
            (Change::Set(Value::Number(set)), _) => *self = Some(set.clone()),
            (_, Some(number)) => {
                let number = number.as_f64().map(|number| change.number(number));
                *self = number.and_then(Number::from_f64);
            }
            _ => {}
        }
    }
}

impl Slot for Option<Text> {
    fn presence(&self) -> Presence {
        Presence::of(self.is_some())
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Ignore => *self = None,
            Change::Set(Value::String(set)) => *self = Some(Text::Literal(set.clone())),
            _ => {}
        }
    }
}

impl Slot for Option<String> {
    fn presence(&self) -> Presence {
        Presence::of(self.is_some())
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Ignore => *self = None,
            Change::Set(Value::String(set)) => *self = Some(set.clone()),
            _ => {}
        }
    }
}

impl Slot for Option<Arc<Value>> {
    fn presence(&self) -> Presence {
        match self.as_deref() {
            None => Presence::Absent,
            Some(Value::Null) => Presence::Null,
            Some(_) => Presence::There,
        }
    }

    fn meets(&self, when: When) -> bool {
        self.as_deref().is_some_and(|value| when.holds_of(value))
    }

    fn change(&mut self, change: &Change) {
        *self = match change {
            Change::Ignore => None,
            _ => self
                .take()
                .map(|value| change.value(Arc::unwrap_or_clone(value)).into()),
        };
    }
}

impl Slot for Value {
    fn presence(&self) -> Presence {
        if self.is_null() {
            Presence::Null
        } else {
            Presence::There
        }
    }

    fn change(&mut self, change: &Change) {
        *self = change.value(self.take());
    }
}

impl Slot for Vec<Name> {
    fn presence(&self) -> Presence {
        Presence::of(!self.is_empty())
    }

    fn change(&mut self, change: &Change) {
        let Change::Rename { from, to } = change else {
            return;
        };
        let renamed = self.drain(..).flat_map(|name| {
            if *name == **from {
                to.iter().map(|name| name.as_str().into()).collect()
            } else {
                vec![name]
            }
        });
        *self = renamed.collect();
    }
}

impl Slot for Vec<ChoiceRule> {
    fn presence(&self) -> Presence {
        Presence::of(!self.is_empty())
    }

    fn change(&mut self, change: &Change) {
        change.list(self);
    }
}

impl<T> Slot for Option<Vec<T>> {
    fn presence(&self) -> Presence {
        Presence::of(self.as_ref().is_some_and(|list| !list.is_empty()))
    }

    fn change(&mut self, change: &Change) {
        if let Some(list) = self {
            change.list(list);
        }
    }
}

impl Slot for Operator {
    fn presence(&self) -> Presence {
        Presence::There
    }

    fn change(&mut self, change: &Change) {
        if let Some((operator, false)) = Self::parse(&change.text(self.name())) {
            *self = operator;
        }
    }
}

/// A connective; the change also applies to nested ones.
impl Slot for Condition {
    fn presence(&self) -> Presence {
        Presence::There
    }

    fn change(&mut self, change: &Change) {
        let name = match self {
            Self::And(_) => "And",
            Self::Or(_) => "Or",
            Self::Not(inner) | Self::Commented(inner, _) => return inner.change(change),
            Self::Test(_) => return,
        };
        let (Self::And(inner) | Self::Or(inner)) = self else {
            return;
        };
        let mut inner = std::mem::take(inner);
        for condition in &mut inner {
            condition.change(change);
        }
        *self = match change.text(name).as_str() {
            "And" => Self::And(inner),
            "Or" => Self::Or(inner),
            _ if name == "And" => Self::And(inner),
            _ => Self::Or(inner),
        };
    }
}
