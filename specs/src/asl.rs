//! A state machine definition as types, for the whole language: JSONPath and JSONata fields.
//!
//! The types are lossless: [`Machine::from_value`] followed by [`Machine::to_value`] gives the same
//! JSON. What a definition *means* is defined elsewhere: [`crate::validate`] decides whether AWS
//! would accept it, [`crate::interpreter`] runs it.
//!
//! Source of the shapes: the States Language specification ("Table of State Types and Fields") and
//! the AWS Developer Guide ("Amazon States Language").

mod bound;
mod decode;
mod definition;
pub mod diagnostic;
mod encode;
pub(crate) mod expressions;
mod fields;
mod flow;
mod operator;
pub mod resource;
pub(crate) mod retrier;
pub mod site;
pub mod text;
pub mod walk;

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use serde_json::Value;

pub use self::{
    bound::Bound,
    definition::Definition,
    flow::{
        ByLanguage, CatchFlow, DataFlow, Dynamic, JsonPathCatch, JsonPathFlow, JsonPathRule,
        JsonataCatch, JsonataFlow, JsonataRule, Limit, Nullable, Payload, RuleFlow, Text,
    },
    text::{ParseError, from_text},
};
pub(crate) use self::{decode::language_or, fields::schema};
use crate::base::pointer::Pointer;
use crate::query::jsonpath::path::Path;
use serde::{Deserialize, Serialize};

/// A name that many events share: a state name, an error name.
pub type Name = Arc<str>;

/// The states of a scope by name. There are few of them, so a simple hash suffices.
pub type States = IndexMap<Name, Arc<State>, FxBuildHasher>;

/// A whole definition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Machine {
    /// `Comment`.
    pub comment: Option<String>,
    /// `Version`; "1.0" if absent.
    pub version: Option<String>,
    /// `QueryLanguage`; JSONPath if absent.
    pub query_language: Option<QueryLanguage>,
    /// `TimeoutSeconds`: the time limit of the whole execution.
    pub timeout_seconds: Option<u64>,
    /// `StartAt` and `States`.
    pub scope: Arc<Scope>,
}

/// `StartAt` and `States`: a machine, a Parallel branch, or a Map's item processor. Variables and
/// transition targets belong to one scope. A branch and an item processor have no `QueryLanguage`:
/// their states default to the machine's, not to that of the enclosing state.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope {
    /// `StartAt`.
    pub start_at: Name,
    /// `States`, in the order of the document.
    pub states: States,
    /// `Comment` of a branch or an item processor.
    pub comment: Option<String>,
    /// `ProcessorConfig` of an item processor.
    pub processor_config: Option<ProcessorConfig>,
}

/// `ProcessorConfig`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessorConfig {
    /// `Mode`: `INLINE` (default) or `DISTRIBUTED`.
    pub mode: Option<String>,
    /// `ExecutionType` of a distributed Map: `STANDARD` or `EXPRESS`.
    pub execution_type: Option<String>,
}

/// `QueryLanguage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum QueryLanguage {
    /// `JSONPath`.
    #[default]
    JsonPath,
    /// `JSONata`.
    Jsonata,
}

/// Where a state leads: exactly one of the two fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transition {
    /// `Next`.
    Next(Name),
    /// `End: true`.
    End,
}

/// One state: how data flows through it, in its query language, and what it does, which does not
/// depend on the query language.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// `Comment`.
    pub comment: Option<String>,
    /// `QueryLanguage`, as written; the language in effect is that of `flow`.
    pub query_language: Option<QueryLanguage>,
    /// How data flows through it.
    pub flow: DataFlow,
    /// The fields of the type.
    pub body: Body,
}

/// The state types and their own fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `Pass`.
    Pass(Pass),
    /// `Task`.
    Task(Box<Task>),
    /// `Choice`.
    Choice(Choice),
    /// `Wait`.
    Wait(Wait),
    /// `Succeed`.
    Succeed,
    /// `Fail`.
    Fail(Fail),
    /// `Parallel`.
    Parallel(Box<Parallel>),
    /// `Map`.
    Map(Box<Map>),
}

/// `Pass`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// `Next` or `End`.
    pub transition: Transition,
}

/// `Task`.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// `Next` or `End`.
    pub transition: Transition,
    /// `Resource`.
    pub resource: Name,
    /// `TimeoutSeconds` or `TimeoutSecondsPath`: positive.
    pub timeout: Option<Limit>,
    /// `HeartbeatSeconds` or `HeartbeatSecondsPath`: positive.
    pub heartbeat: Option<Limit>,
    /// `Retry`, kept when empty.
    pub retry: Option<Vec<Retrier>>,
    /// `Catch`, kept when empty.
    pub catch: Option<Vec<Catcher>>,
}

/// `Choice`.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// `Choices`, in order.
    pub choices: Vec<ChoiceRule>,
    /// `Default`.
    pub default: Option<Name>,
}

/// A top-level rule of a Choice.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceRule {
    /// When it applies, and how it shapes the data.
    pub flow: RuleFlow,
    /// `Next`.
    pub next: Name,
    /// `Comment`.
    pub comment: Option<String>,
}

/// The condition of a JSONPath rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// `And`.
    And(Vec<Condition>),
    /// `Or`.
    Or(Vec<Condition>),
    /// `Not`.
    Not(Box<Condition>),
    /// A data test: `Variable` and one operator.
    Test(Test),
    /// A condition inside `And`, `Or` or `Not` that has a `Comment` of its own.
    Commented(Box<Condition>, String),
}

impl Condition {
    /// Whether it consists of other conditions.
    pub fn is_compound(&self) -> bool {
        match self {
            Self::And(_) | Self::Or(_) | Self::Not(_) => true,
            Self::Commented(inner, _) => inner.is_compound(),
            Self::Test(_) => false,
        }
    }
}

/// A data test.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// `Variable`.
    pub variable: Path,
    /// The operator.
    pub operator: Operator,
    /// The value that the variable is compared with.
    pub operand: Operand,
}

/// The right-hand side of a data test.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A literal.
    Literal(Value),
    /// The `…Path` twin of the operator.
    Path(Path),
}

/// The comparison operators, without their `Path` twins (see [`Operand::Path`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// A comparison of two values of one type.
    Compare(Comparable, Ordering),
    /// `BooleanEquals`.
    BooleanEquals,
    /// `StringMatches` (no `Path` twin).
    StringMatches,
    /// An `Is…` test (no `Path` twin).
    Is(Kind),
}

/// The types that have the five comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Comparable {
    /// `String…`.
    String,
    /// `Numeric…`.
    Numeric,
    /// `Timestamp…`.
    Timestamp,
}

/// The five comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ordering {
    /// `…Equals`.
    Equals,
    /// `…LessThan`.
    LessThan,
    /// `…GreaterThan`.
    GreaterThan,
    /// `…LessThanEquals`.
    LessThanEquals,
    /// `…GreaterThanEquals`.
    GreaterThanEquals,
}

/// What an `Is…` operator tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `IsNull`.
    Null,
    /// `IsPresent`.
    Present,
    /// `IsNumeric`.
    Numeric,
    /// `IsString`.
    String,
    /// `IsBoolean`.
    Boolean,
    /// `IsTimestamp`.
    Timestamp,
}

/// `Wait`.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// `Next` or `End`.
    pub transition: Transition,
    /// How long, or until when.
    pub until: Until,
}

/// The forms of Wait, of which a state has exactly one.
#[derive(Debug, Clone, PartialEq)]
pub enum Until {
    /// `Seconds` or `SecondsPath`.
    Seconds(Limit),
    /// `Timestamp` or `TimestampPath`.
    Timestamp(Dynamic<String>),
}

/// `Fail`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fail {
    /// `Error` or `ErrorPath`.
    pub error: Option<Text>,
    /// `Cause` or `CausePath`.
    pub cause: Option<Text>,
}

/// `Parallel`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parallel {
    /// `Next` or `End`.
    pub transition: Transition,
    /// `Branches`.
    pub branches: Vec<Arc<Scope>>,
    /// `Retry`, kept when empty.
    pub retry: Option<Vec<Retrier>>,
    /// `Catch`, kept when empty.
    pub catch: Option<Vec<Catcher>>,
}

/// `Map`, inline or distributed.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// `Next` or `End`.
    pub transition: Transition,
    /// `ItemProcessor`, or the legacy `Iterator`.
    pub processor: Arc<Scope>,
    /// The processor was given as the legacy `Iterator`.
    pub legacy_iterator: bool,
    /// The item selector was given as the legacy `Parameters`.
    pub legacy_parameters: bool,
    /// `MaxConcurrency` or `MaxConcurrencyPath`.
    pub max_concurrency: Option<Limit>,
    /// `Retry`, kept when empty.
    pub retry: Option<Vec<Retrier>>,
    /// `Catch`, kept when empty.
    pub catch: Option<Vec<Catcher>>,
    /// The fields of a distributed Map, by name: `ItemReader`, `ItemBatcher`, `ResultWriter`,
    /// `Label`, `ToleratedFailureCount`, `ToleratedFailurePercentage` and their `Path` twins.
    pub distributed: IndexMap<String, Value>,
}

/// One entry of `Retry`. Defaults: interval 1, attempts 3, backoff 2.0 (specification, "Retrying
/// after error").
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Retrier {
    /// `ErrorEquals`.
    pub error_equals: Vec<Name>,
    /// `IntervalSeconds`.
    pub interval_seconds: Option<u64>,
    /// `MaxAttempts`.
    pub max_attempts: Option<u64>,
    /// `BackoffRate`.
    pub backoff_rate: Option<serde_json::Number>,
    /// `MaxDelaySeconds`.
    pub max_delay_seconds: Option<u64>,
    /// `JitterStrategy`: `FULL` or `NONE`.
    pub jitter_strategy: Option<String>,
    /// `Comment`.
    pub comment: Option<String>,
}

/// One entry of `Catch`.
#[derive(Debug, Clone, PartialEq)]
pub struct Catcher {
    /// `ErrorEquals`.
    pub error_equals: Vec<Name>,
    /// `Next`.
    pub next: Name,
    /// What happens to the error output.
    pub flow: CatchFlow,
    /// `Comment`.
    pub comment: Option<String>,
}

/// The state types, as `Type` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StateType {
    /// `Task`.
    Task,
    /// `Wait`.
    Wait,
    /// `Pass`.
    Pass,
    /// `Succeed`.
    Succeed,
    /// `Fail`.
    Fail,
    /// `Choice`.
    Choice,
    /// `Parallel`.
    Parallel,
    /// `Map`.
    Map,
}

impl QueryLanguage {
    /// The name in the `QueryLanguage` field.
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonPath => "JSONPath",
            Self::Jsonata => "JSONata",
        }
    }
}

impl StateType {
    /// All types, in the order in which AWS lists them in its diagnostics.
    pub const ALL: [Self; 8] = [
        Self::Task,
        Self::Wait,
        Self::Pass,
        Self::Succeed,
        Self::Fail,
        Self::Choice,
        Self::Parallel,
        Self::Map,
    ];

    /// The name in the `Type` field.
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Wait => "Wait",
            Self::Pass => "Pass",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Choice => "Choice",
            Self::Parallel => "Parallel",
            Self::Map => "Map",
        }
    }
}

impl State {
    /// A JSONPath state with no fields but those of its type.
    pub fn new(body: Body) -> Self {
        Self::json_path(JsonPathFlow::default(), body)
    }

    /// A JSONPath state.
    pub fn json_path(flow: JsonPathFlow, body: Body) -> Self {
        Self {
            comment: None,
            query_language: None,
            flow: DataFlow::JsonPath(flow),
            body,
        }
    }

    /// The state's type.
    pub fn kind(&self) -> StateType {
        match &self.body {
            Body::Pass(_) => StateType::Pass,
            Body::Task(_) => StateType::Task,
            Body::Choice(_) => StateType::Choice,
            Body::Wait(_) => StateType::Wait,
            Body::Succeed => StateType::Succeed,
            Body::Fail(_) => StateType::Fail,
            Body::Parallel(_) => StateType::Parallel,
            Body::Map(_) => StateType::Map,
        }
    }

    /// `Next` or `End`; `None` for Choice, Succeed and Fail.
    pub fn transition(&self) -> Option<&Transition> {
        match &self.body {
            Body::Pass(pass) => Some(&pass.transition),
            Body::Task(task) => Some(&task.transition),
            Body::Wait(wait) => Some(&wait.transition),
            Body::Parallel(parallel) => Some(&parallel.transition),
            Body::Map(map) => Some(&map.transition),
            Body::Choice(_) | Body::Succeed | Body::Fail(_) => None,
        }
    }

    /// `Retry` and `Catch`; empty where the type has none or the field is absent.
    pub fn handlers(&self) -> (&[Retrier], &[Catcher]) {
        let (retry, catch) = match &self.body {
            Body::Task(task) => (&task.retry, &task.catch),
            Body::Parallel(parallel) => (&parallel.retry, &parallel.catch),
            Body::Map(map) => (&map.retry, &map.catch),
            _ => return (&[], &[]),
        };
        (
            retry.as_deref().unwrap_or_default(),
            catch.as_deref().unwrap_or_default(),
        )
    }

    /// The scopes inside the state: the branches of a Parallel, the processor of a Map.
    pub fn scopes(&self) -> &[Arc<Scope>] {
        match &self.body {
            Body::Parallel(parallel) => &parallel.branches,
            Body::Map(map) => std::slice::from_ref(&map.processor),
            _ => &[],
        }
    }

    /// Every state name this state can lead to, with the JSON pointer of the field below the state.
    pub fn targets(&self) -> Vec<(String, &Name)> {
        let mut targets = Vec::new();
        self.for_each_target(&Pointer::Root, &mut |target, at| {
            targets.push((at.to_string(), target));
        });
        targets
    }

    /// Visits every state name this state can lead to, with its JSON pointer; `at` is the pointer
    /// of the state.
    pub(crate) fn for_each_target<'s>(
        &'s self,
        at: &Pointer<'_>,
        seen: &mut dyn FnMut(&'s Name, &Pointer<'_>),
    ) {
        if let Some(Transition::Next(next)) = self.transition() {
            seen(next, &at.field("Next"));
        }
        if let Body::Choice(choice) = &self.body {
            let choices = at.field("Choices");
            for (index, rule) in choice.choices.iter().enumerate() {
                seen(&rule.next, &choices.index(index).field("Next"));
            }
            if let Some(default) = &choice.default {
                seen(default, &at.field("Default"));
            }
        }
        let catch = at.field("Catch");
        for (index, catcher) in self.handlers().1.iter().enumerate() {
            seen(&catcher.next, &catch.index(index).field("Next"));
        }
    }

    /// Visits the scopes inside the state, with their JSON pointers; `at` is the pointer of the
    /// state.
    pub(crate) fn for_each_scope<'s>(
        &'s self,
        at: &Pointer<'_>,
        seen: &mut dyn FnMut(&'s Scope, &Pointer<'_>),
    ) {
        match &self.body {
            Body::Parallel(parallel) => {
                let branches = at.field("Branches");
                for (index, branch) in parallel.branches.iter().enumerate() {
                    seen(branch, &branches.index(index));
                }
            }
            Body::Map(map) => seen(&map.processor, &at.field(map.processor_field())),
            _ => {}
        }
    }
}

impl Map {
    /// Whether the processor runs as child executions.
    pub fn is_distributed(&self) -> bool {
        self.processor
            .processor_config
            .as_ref()
            .is_some_and(|config| config.mode.as_deref() == Some("DISTRIBUTED"))
    }

    /// The name of the field with the processor: `ItemProcessor` or the legacy `Iterator`.
    pub fn processor_field(&self) -> &'static str {
        if self.legacy_iterator {
            "Iterator"
        } else {
            "ItemProcessor"
        }
    }

    /// The name of the field with the item selector: `ItemSelector` or the legacy `Parameters`.
    pub fn selector_field(&self) -> &'static str {
        if self.legacy_parameters {
            "Parameters"
        } else {
            "ItemSelector"
        }
    }

    /// Whether the items run as Express child executions.
    pub fn runs_express(&self) -> bool {
        let config = self.processor.processor_config.as_ref();
        self.is_distributed()
            && config.is_some_and(|config| config.execution_type.as_deref() == Some("EXPRESS"))
    }
}

impl Scope {
    /// Visits every state of this scope and of all scopes inside it, outer states first, with its
    /// site.
    pub fn visit<'a>(&'a self, prefix: &str, seen: &mut dyn FnMut(&str, &'a Name, &'a State)) {
        for (name, state) in &self.states {
            let site = crate::asl::site::site(prefix, name);
            seen(&site, name, state);
            for (index, scope) in state.scopes().iter().enumerate() {
                match &state.body {
                    Body::Parallel(_) => scope.visit(&site::branch(&site, index), seen),
                    _ => scope.visit(&site, seen),
                }
            }
        }
    }
}

/// The workflow type of a state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WorkflowType {
    /// Exactly once, up to a year.
    #[default]
    Standard,
    /// At least or at most once, up to five minutes.
    Express,
}
