//! The questions to which a deviating engine gives other answers.

use serde::{Deserialize, Serialize};

use super::{
    CallRule, Change, ContextField, Form, Place, StatesField, Tests, When, expressions,
    subject::{by_id, by_name, by_part, failures, goes_on},
};
use crate::{
    asl::{Operator, QueryLanguage, StateType},
    clause::{Clause, REGISTRY},
    history::{EventKind, Phase, Service},
    query::{
        jsonata::Part,
        jsonpath::{intrinsic::Function, path::Path},
    },
};

/// A question about the language that an engine may answer in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hook {
    /// What is the value of this field of the definition?
    Field(Field),
    /// Does a state begin its work when it is entered? If ignored, it never begins.
    Work,
    /// Where does a state lead whose error was caught? If ignored, nowhere: the thread of control
    /// stays.
    CatchNext,
    /// What are the results of a Parallel's branches or a Map's items, in order?
    Results,
    /// How many branches or items may run concurrently?
    Concurrency,
    /// What does the failure of a branch or an item cause? The others are stopped, and the state
    /// fails. If ignored, the state fails when all have ended; if set, the failed one succeeds with
    /// that value.
    ChildFailure,
    /// How many retries count against a retrier? Its own. Outer: those of all retriers of the
    /// state.
    RetryCount,
    /// Is the first retrier that matches the only one? If ignored, the next matching one is used
    /// when it is exhausted.
    RetryFirst,
    /// How long is the delay before a retry, in milliseconds?
    RetryDelay,
    /// Which share of its delay does a retry with jitter wait? A random number from 0 to 1.
    Jitter,
    /// Do errors that end the execution bypass all handlers? If ignored, handlers see them.
    TerminalError,
    /// Does `States.TaskFailed` match errors of the language's own? All but `States.Timeout`. If
    /// ignored, none.
    TaskFailed,
    /// With which error does a state fail whose result cannot be put where its `ResultPath` leads?
    /// Nowhere but into a value that is no object.
    Put,
    /// Does `TimeoutSeconds` start again when a worker has taken the task?
    TimeoutRestart,
    /// Does a heartbeat extend the time limit for the next one?
    Heartbeat,
    /// In which scope are variables stored? Outer: in the enclosing one.
    VariableScope,
    /// What is the result of a path that finds nothing? An error.
    PathMissing,
    /// What is an element outside of an array? Null. If ignored, the path finds nothing.
    IndexOutside,
    /// What is the result of a path that can match several values? An array of all matches.
    PathSeveral,
    /// Does a test other than `IsPresent` hold if its Variable finds nothing? It is an error.
    VariableMissing,
    /// Which value does an operator test? If ignored, it is missing.
    Tested(#[serde(with = "named")] Operator),
    /// The arguments of an intrinsic function.
    Arguments(Function),
    /// What does an intrinsic function return? If ignored, its first argument.
    Function(Function),
    /// How many events does a history hold?
    HistoryLimit,
    /// What happens where a state fails by this rule? If ignored, it does not fail.
    Failure(#[serde(with = "by_id")] Clause),
    /// With which error does a Parallel or Map fail whose branch or item has failed? The same, unless
    /// it ends the execution.
    ChildError,
    /// With which error does a Map fail whose `ItemSelector` fails? The same.
    ItemError,
    /// What is the result of a path of this kind? If ignored, it finds nothing.
    Path(Form),
    /// Does a test of this group hold?
    Holds(Tests),
    /// Is this text a timestamp? If ignored, it is not.
    Timestamp,
    /// Is a `Result` of null taken for none?
    NullResult,
    /// In which order are strings? By UTF-16 code units. If ignored, by characters.
    StringOrder,
    /// Which characters of a pattern are no letters? `*`, and a backslash before it or itself. Of the
    /// text that is set, `?` and `[` are so, too, and a backslash is not.
    Wildcards,
    /// What is a string literal among the arguments of a function?
    Literal,
    /// Is a call of an intrinsic function evaluated? If ignored, it is a path that finds nothing.
    Call,
    /// Are the numbers that `States.MathAdd` adds rounded?
    Rounding,
    /// Is every character a delimiter of `States.StringSplit`? If ignored, all together are one.
    SplitDelimiters,
    /// Does `States.StringSplit` leave out empty pieces?
    EmptyPieces,
    /// Are the bytes of a text those of UTF-8 where it is encoded with Base64? If ignored, those of Latin-1.
    TextBytes,
    /// Is a task scheduled only when its time limits have been read? If ignored, it may have been started by
    /// then.
    LimitsFirst,
    /// What does a worker get? The task's input.
    TaskInput,
    /// What does a state read that is tried again after it has failed by itself? Its input.
    RetryInput,
    /// What is this field of the context object? If ignored, it is missing.
    Context(ContextField),
    /// How large may data be? If ignored, as large as it likes.
    DataLimit,
    /// Is there an event of this kind in the history?
    Event(#[serde(with = "by_name")] EventKind),
    /// What is `$` in the `Assign` of a rule? The effective input.
    RuleInput,
    /// Is the `Assign` of a Choice left out if a rule applies?
    RuleAssigns,
    /// Has an execution that fails no output? If ignored, its error is the output.
    FailedOutput,
    /// What does an expression give that comes to nothing? An error. If ignored, the member or the item
    /// of the definition is left out.
    Undefined,
    /// What is this field of `$states`? If ignored, it is missing.
    States(StatesField),
    /// Does a rule apply whose `Condition` comes to something else than a boolean? It is an error.
    Condition,
    /// Is a string below the top of a field an expression?
    NestedExpression,
    /// Is a string no expression that has spaces around its delimiters?
    Delimiters,
    /// Does an `Output` read the variables as they were before `Assign`?
    OutputVariables,
    /// Are the variables of an enclosing scope read?
    OuterVariables,
    /// What comes of this part of JSONata? If ignored, nothing; of a call, its first argument.
    Jsonata(#[serde(with = "by_part")] Part),
    /// Is a definition refused that breaks this rule?
    Check(#[serde(with = "by_id")] Clause),
    /// Is a call answered by this rule of the service?
    Answer(CallRule),
}

/// The kinds of answers, by the changes that apply to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A rule that is followed or not.
    Rule,
    /// A scope, or the enclosing one.
    Scope,
    /// A rule that is followed or not, or a value that is used instead.
    RuleOrValue,
    /// A number that is always present.
    Number,
    /// A number that has a default.
    OptionalNumber,
    /// A field with a path or null.
    Path,
    /// The same in a catcher, whose state can have such a field too.
    InnerPath,
    Template,
    /// A field with a string.
    Text,
    /// A list of names.
    Names,
    /// A field that is a name, or contains one.
    Word,
    /// A field that can only be dropped.
    Plain,
    /// A list that is always present.
    List,
    /// A list that is empty by default.
    OptionalList,
    /// Any JSON.
    Value,
    /// A boolean.
    Truth,
    /// An error with which a state fails.
    Failure,
    /// Whether a test holds.
    Outcome,
    /// Characters of a text.
    Characters,
    /// A part of JSONata.
    Part,
    /// A field with JSON that may have expressions of JSONata.
    Jsonata,
}

macro_rules! fields {
    ($($name:ident = $text:literal, $shape:ident;)*) => {
        /// A field of the definition, as deviations name it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Field {
            $(#[doc = concat!("`", $text, "`.")] #[serde(rename = $text)] $name,)*
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub(super) fn shape(self) -> Shape {
                match self {
                    $(Self::$name => Shape::$shape,)*
                }
            }

            /// Its name, with that of the object that holds it if that is no state.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

fields! {
    MachineTimeout = "Machine.TimeoutSeconds", OptionalNumber;
    InputPath = "InputPath", Path;
    OutputPath = "OutputPath", Path;
    ResultPath = "ResultPath", Path;
    Parameters = "Parameters", Template;
    ResultSelector = "ResultSelector", Template;
    // Of a state, a catcher, or a rule of a Choice.
    Assign = "Assign", Template;
    Result = "Result", Value;
    Timeout = "TimeoutSeconds", OptionalNumber;
    Heartbeat = "HeartbeatSeconds", OptionalNumber;
    Seconds = "Seconds", Number;
    ItemsPath = "ItemsPath", Plain;
    ItemSelector = "ItemSelector", Template;
    MaxConcurrency = "MaxConcurrency", OptionalNumber;
    // Of a retrier or a catcher.
    ErrorEquals = "ErrorEquals", Names;
    Retry = "Retry", OptionalList;
    IntervalSeconds = "Retry.IntervalSeconds", OptionalNumber;
    MaxAttempts = "Retry.MaxAttempts", OptionalNumber;
    BackoffRate = "Retry.BackoffRate", OptionalNumber;
    MaxDelaySeconds = "Retry.MaxDelaySeconds", OptionalNumber;
    JitterStrategy = "Retry.JitterStrategy", Text;
    Catch = "Catch", OptionalList;
    CatchResultPath = "Catch.ResultPath", InnerPath;
    Choices = "Choices", OptionalList;
    Default = "Default", Plain;
    // `And` or `Or`.
    Connective = "Choices.Connective", Word;
    // The operator of a test, without its `Path` twin.
    Operator = "Choices.Operator", Word;
    // The literal of `StringMatches`.
    Pattern = "Choices.StringMatches", Word;
    // Of a Fail.
    Error = "Error", Text;
    Cause = "Cause", Text;
    // Of JSONata alone.
    Arguments = "Arguments", Jsonata;
    Items = "Items", Jsonata;
    Output = "Output", Jsonata;
    CatchOutput = "Catch.Output", Jsonata;
    RuleOutput = "Choices.Output", Jsonata;
}

impl Field {
    /// The query language whose states alone have it, if there is one.
    pub(super) fn language(self) -> Option<QueryLanguage> {
        match self {
            Self::InputPath
            | Self::OutputPath
            | Self::ResultPath
            | Self::Parameters
            | Self::ResultSelector
            | Self::Result
            | Self::ItemsPath
            | Self::CatchResultPath
            | Self::Connective
            | Self::Operator
            | Self::Pattern => Some(QueryLanguage::JsonPath),
            Self::Arguments | Self::Items | Self::Output | Self::CatchOutput | Self::RuleOutput => {
                Some(QueryLanguage::Jsonata)
            }
            _ => None,
        }
    }

    /// Whether a path may be given instead of its number.
    pub(super) fn has_path_twin(self) -> bool {
        matches!(self, Self::Timeout | Self::Heartbeat | Self::MaxConcurrency)
    }

    /// The types of states that may have it; none for a field of the machine.
    pub(super) fn kinds(self) -> &'static [StateType] {
        use StateType::{Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait};
        match self {
            Self::MachineTimeout => &[],
            Self::Error | Self::Cause => &[Fail],
            Self::InputPath | Self::OutputPath => {
                &[Task, Wait, Pass, Succeed, Choice, Parallel, Map]
            }
            Self::ResultPath => &[Task, Pass, Parallel, Map],
            Self::Parameters => &[Task, Pass, Parallel],
            Self::Arguments => &[Task, Parallel],
            Self::Items => &[Map],
            Self::Output => &[Task, Wait, Pass, Succeed, Choice, Parallel, Map],
            Self::Assign => &[Task, Wait, Pass, Choice, Parallel, Map],
            Self::Result => &[Pass],
            Self::Timeout | Self::Heartbeat => &[Task],
            Self::Seconds => &[Wait],
            Self::ItemsPath | Self::ItemSelector | Self::MaxConcurrency => &[Map],
            Self::ResultSelector
            | Self::ErrorEquals
            | Self::Retry
            | Self::IntervalSeconds
            | Self::MaxAttempts
            | Self::BackoffRate
            | Self::MaxDelaySeconds
            | Self::JitterStrategy
            | Self::Catch
            | Self::CatchOutput
            | Self::CatchResultPath => &[Task, Parallel, Map],
            Self::Choices
            | Self::Default
            | Self::Connective
            | Self::Operator
            | Self::Pattern
            | Self::RuleOutput => &[Choice],
        }
    }
}

impl Hook {
    /// Every hook.
    pub fn all() -> impl Iterator<Item = Self> {
        let fields = Field::ALL.iter().map(|field| Self::Field(*field));
        let tests = Operator::all().map(Self::Tested);
        let calls = Function::ALL.into_iter();
        let calls = calls.flat_map(|called| [Self::Arguments(called), Self::Function(called)]);
        let others = [
            Self::Work,
            Self::CatchNext,
            Self::Results,
            Self::Concurrency,
            Self::ChildFailure,
            Self::RetryCount,
            Self::RetryFirst,
            Self::RetryDelay,
            Self::Jitter,
            Self::TerminalError,
            Self::TaskFailed,
            Self::Put,
            Self::ItemError,
            Self::TimeoutRestart,
            Self::Heartbeat,
            Self::VariableScope,
            Self::PathMissing,
            Self::IndexOutside,
            Self::PathSeveral,
            Self::VariableMissing,
            Self::HistoryLimit,
            Self::ChildError,
            Self::Timestamp,
            Self::NullResult,
            Self::StringOrder,
            Self::Wildcards,
            Self::Literal,
            Self::Call,
            Self::Rounding,
            Self::SplitDelimiters,
            Self::EmptyPieces,
            Self::TextBytes,
            Self::LimitsFirst,
            Self::TaskInput,
            Self::RetryInput,
            Self::DataLimit,
            Self::RuleInput,
            Self::RuleAssigns,
            Self::FailedOutput,
            Self::Undefined,
            Self::Condition,
            Self::NestedExpression,
            Self::Delimiters,
            Self::OutputVariables,
            Self::OuterVariables,
        ];
        let known = fields.chain(others).chain(tests).chain(calls);
        let paths = Form::ALL.into_iter().map(Self::Path);
        let context = ContextField::ALL.iter().map(|it| Self::Context(*it));
        known
            .chain(failures().map(Self::Failure))
            .chain(paths)
            .chain(Tests::all().map(Self::Holds))
            .chain(context)
            .chain(events().map(Self::Event))
            .chain(StatesField::ALL.into_iter().map(Self::States))
            .chain(Part::all().map(Self::Jsonata))
            .chain(checks().map(Self::Check))
            .chain(CallRule::ALL.iter().map(|rule| Self::Answer(*rule)))
    }

    pub(super) fn shape(self) -> Shape {
        match self {
            Self::Field(field) => field.shape(),
            Self::Work
            | Self::CatchNext
            | Self::RetryFirst
            | Self::TerminalError
            | Self::TaskFailed
            | Self::TimeoutRestart
            | Self::Heartbeat
            | Self::Timestamp
            | Self::NullResult
            | Self::StringOrder
            | Self::IndexOutside
            | Self::Call
            | Self::Rounding
            | Self::SplitDelimiters
            | Self::EmptyPieces
            | Self::TextBytes
            | Self::LimitsFirst
            | Self::TaskInput
            | Self::RetryInput
            | Self::DataLimit
            | Self::Event(_)
            | Self::RuleAssigns
            | Self::Delimiters
            | Self::OutputVariables
            | Self::OuterVariables
            | Self::Check(_)
            | Self::Answer(_) => Shape::Rule,
            Self::Failure(_) | Self::ChildError | Self::ItemError | Self::Put => Shape::Failure,
            Self::Holds(_) => Shape::Outcome,
            Self::Condition => Shape::Outcome,
            Self::Wildcards | Self::Literal | Self::NestedExpression => Shape::Characters,
            Self::Undefined => Shape::RuleOrValue,
            Self::States(_) => Shape::Value,
            Self::Jsonata(_) => Shape::Part,
            Self::RetryCount | Self::VariableScope => Shape::Scope,
            Self::ChildFailure | Self::FailedOutput => Shape::RuleOrValue,
            Self::Concurrency | Self::RetryDelay | Self::Jitter | Self::HistoryLimit => {
                Shape::Number
            }
            Self::Results | Self::PathSeveral | Self::Arguments(_) => Shape::List,
            Self::PathMissing
            | Self::Tested(_)
            | Self::Function(_)
            | Self::Path(_)
            | Self::Context(_)
            | Self::RuleInput => Shape::Value,
            Self::VariableMissing => Shape::Truth,
        }
    }

    /// The types of states in which the question is asked; none if it is asked outside of states, or
    /// the answer does not depend on the type.
    pub fn kinds(self) -> &'static [StateType] {
        use StateType::{Choice, Map, Parallel, Pass, Succeed, Task, Wait};
        match self {
            Self::Field(field) => field.kinds(),
            Self::Work => &[Task, Wait, Pass, Succeed, Choice, Parallel, Map],
            Self::CatchNext
            | Self::RetryCount
            | Self::RetryFirst
            | Self::RetryDelay
            | Self::Jitter
            | Self::TerminalError
            | Self::TaskFailed => &[Task, Parallel, Map],
            Self::Put => Field::ResultPath.kinds(),
            Self::ItemError => &[Map],
            Self::Results | Self::Concurrency | Self::ChildFailure | Self::ChildError => {
                &[Parallel, Map]
            }
            Self::Timestamp => &[Wait, Choice],
            Self::TimeoutRestart | Self::Heartbeat | Self::LimitsFirst | Self::TaskInput => &[Task],
            Self::RetryInput => &[Task, Parallel, Map],
            Self::Undefined | Self::States(StatesField::Input) => {
                &[Task, Wait, Pass, Succeed, Choice, Parallel, Map]
            }
            Self::States(_) => &[Task, Parallel, Map],
            Self::VariableScope => &[Task, Wait, Pass, Choice, Parallel, Map],
            Self::PathMissing | Self::PathSeveral | Self::Path(_) => {
                &[Task, Wait, Pass, Succeed, Choice, Parallel, Map]
            }
            Self::VariableMissing
            | Self::Tested(_)
            | Self::Arguments(_)
            | Self::Function(_)
            | Self::HistoryLimit
            | Self::Failure(_)
            | Self::Holds(_)
            | Self::NullResult
            | Self::StringOrder
            | Self::Wildcards
            | Self::Literal
            | Self::IndexOutside
            | Self::Call
            | Self::Rounding
            | Self::SplitDelimiters
            | Self::EmptyPieces
            | Self::TextBytes
            | Self::Context(_)
            | Self::DataLimit
            | Self::Event(_)
            | Self::RuleInput
            | Self::RuleAssigns
            | Self::FailedOutput
            | Self::Condition
            | Self::NestedExpression
            | Self::Delimiters
            | Self::OutputVariables
            | Self::OuterVariables
            | Self::Jsonata(_)
            | Self::Check(_)
            | Self::Answer(_) => &[],
        }
    }

    /// Whether the change applies to the answer.
    pub fn admits(self, change: &Change) -> bool {
        let is_path = |text: &str| Path::parse(text).is_ok();
        match (self.shape(), change) {
            (_, Change::Other) => {
                let is_called = matches!(self, Self::Function(_) | Self::Jsonata(_));
                let is_open = matches!(self, Self::Failure(_) | Self::TaskInput | Self::RetryInput);
                is_called || is_open || self.is_about_paths() && self != Self::PathMissing
            }
            _ if matches!(self, Self::TaskInput | Self::RetryInput) => false,
            (Shape::Part, change) => {
                matches!(self, Self::Jsonata(part) if expressions::admits(part, change))
            }
            (Shape::Jsonata, Change::Ignore | Change::Set(_)) => true,
            (Shape::Outcome, Change::Fail(_) | Change::AnyType) if self == Self::Condition => false,
            (Shape::Value, Change::Rebase(name)) => matches!(self, Self::States(field)
                if StatesField::named(name).is_some_and(|other| other != field)),
            (Shape::Failure, Change::Ignore) => {
                matches!(self, Self::Failure(rule) if goes_on(rule) == Some(true))
            }
            (Shape::Failure, Change::Handled) => self != Self::Put,
            (Shape::RuleOrValue, Change::Add(more)) => self == Self::ChildFailure && *more > 0,
            (Shape::Failure, Change::Unhandled) => matches!(self, Self::Failure(_)),
            (Shape::Failure | Shape::Outcome, Change::Fail(name))
            | (Shape::Failure, Change::FailWith { error: name, .. }) => !name.is_empty(),
            (Shape::Value, Change::Fail(name) | Change::FailWith { error: name, .. }) => {
                matches!(self, Self::Function(_)) && !name.is_empty()
            }
            (Shape::Value, Change::Outer) => matches!(self, Self::Path(_)),
            (Shape::Outcome, Change::Coerce | Change::AnyType) => true,
            (Shape::Value, Change::Coerce | Change::Wrap | Change::Unwrap | Change::Values) => {
                matches!(self, Self::Path(_) | Self::Function(_))
            }
            (Shape::List, Change::Wrap | Change::Ignore | Change::Set(_)) => {
                self == Self::PathSeveral
                    || *change == Change::Ignore && matches!(self, Self::Arguments(_))
            }
            (Shape::List, Change::Coerce) => matches!(self, Self::Arguments(_)),
            (Shape::Path | Shape::InnerPath, Change::Literal) => true,
            (Shape::Characters, Change::Literal) => self != Self::Wildcards,
            (Shape::Characters, Change::Replace { .. }) => self == Self::Literal,
            (Shape::Characters, Change::Set(text)) => {
                self == Self::Wildcards && text.as_str().is_some_and(|text| !text.is_empty())
            }
            (Shape::Value, Change::Ignore) => !matches!(self, Self::RuleInput | Self::PathMissing),
            (
                Shape::Rule
                | Shape::RuleOrValue
                | Shape::OptionalNumber
                | Shape::Path
                | Shape::InnerPath
                | Shape::Template
                | Shape::Text
                | Shape::Plain
                | Shape::OptionalList,
                Change::Ignore,
            )
            | (Shape::Scope | Shape::InnerPath, Change::Outer)
            | (Shape::RuleOrValue | Shape::Value | Shape::Template, Change::Set(_))
            | (
                Shape::Number | Shape::OptionalNumber | Shape::Value,
                Change::Add(_) | Change::Scale(_),
            )
            | (Shape::Value, Change::Floor)
            | (Shape::Template, Change::InTurn)
            | (Shape::Names, Change::Rename { .. })
            | (Shape::Word | Shape::Value, Change::Replace { .. })
            | (
                Shape::List | Shape::OptionalList | Shape::Value,
                Change::Reverse
                | Change::First
                | Change::Last
                | Change::DropFirst
                | Change::DropLast,
            ) => true,
            (Shape::List, Change::Floor) => matches!(self, Self::Arguments(_)),
            (Shape::List, Change::Unwrap) => self == Self::PathSeveral,
            (Shape::Number | Shape::OptionalNumber, Change::Set(value)) => value.is_number(),
            (Shape::Text, Change::Set(value)) => value.is_string(),
            (Shape::Truth | Shape::Outcome, Change::Set(value)) => value.is_boolean(),
            (Shape::Path | Shape::InnerPath, Change::Set(value)) => {
                value.is_null() || value.as_str().is_some_and(is_path)
            }
            (Shape::Template | Shape::Path | Shape::InnerPath, Change::Rebase(path)) => {
                is_path(path)
            }
            _ => false,
        }
    }

    /// Whether the answer is that of a path.
    pub(super) fn is_about_paths(self) -> bool {
        matches!(self, Self::PathMissing | Self::PathSeveral | Self::Path(_))
    }

    /// Whether the hook can evaluate the condition.
    pub fn knows(self, when: When) -> bool {
        match when {
            When::Null | When::Falsy | When::Empty if matches!(self, Self::Field(_)) => true,
            When::Root | When::Brackets | When::Undotted => {
                matches!(self, Self::Field(field) if matches!(field.shape(), Shape::Path | Shape::InnerPath))
            }
            When::In(place)
                if Place::OF_EXPRESSIONS.contains(&place) && self == Self::Undefined =>
            {
                true
            }
            When::In(_) => self.is_about_paths() || self == Self::Call,
            When::OfObject => self.is_about_paths() && self != Self::PathMissing,
            When::Invalid => matches!(self, Self::Function(_)),
            When::Negated if self == Self::VariableMissing => true,
            When::Twin if matches!(self, Self::Field(field) if field.has_path_twin()) => true,
            When::NotAscii if self == Self::Put => true,
            When::Twin
            | When::Negated
            | When::OtherType
            | When::TwinOfOtherType
            | When::OperandOfOtherType => matches!(self, Self::Holds(_)),
            When::Compound => self == Self::RuleInput,
            When::LikeDefault => self == Self::RuleAssigns,
            When::Single => self == Self::Field(Field::Assign),
            When::JsonPath => {
                matches!(self, Self::Field(Field::Assign | Field::ItemSelector))
            }
            When::Ending => self == Self::ChildError,
            When::Nested if self == Self::Failure(Clause::ResultPathConflict) => true,
            when if when.is_about_value() => match self {
                Self::Tested(_)
                | Self::TaskInput
                | Self::PathSeveral
                | Self::Path(_)
                | Self::Holds(_)
                | Self::Arguments(_)
                | Self::Function(_) => true,
                Self::Timestamp => matches!(when, When::Fraction | When::Offset),
                _ => false,
            },
            When::Absent => matches!(self, Self::Field(_)),
            When::Has(_) => matches!(self, Self::Field(field) if field != Field::MachineTimeout),
            When::Again => self == Self::Work,
            _ => false,
        }
    }
}

/// The kinds of events without which a history is one all the same.
fn events() -> impl Iterator<Item = EventKind> {
    use StateType::{Map, Parallel, Task, Wait};
    let both = [EventKind::Started, EventKind::Succeeded, EventKind::Failed];
    let both = both.into_iter();
    let both = both.flat_map(|kind| [Parallel, Map].map(kind));
    let aborted = [Task, Wait, Parallel, Map].map(EventKind::Aborted);
    let exited = StateType::ALL.into_iter();
    let exited = exited.filter(|kind| *kind != StateType::Fail);
    let phases = [
        Phase::Started,
        Phase::Succeeded,
        Phase::Failed,
        Phase::Aborted,
    ];
    let work = [
        Phase::Scheduled,
        Phase::Started,
        Phase::Succeeded,
        Phase::Failed,
        Phase::TimedOut,
    ];
    [
        EventKind::ExecutionTimedOut,
        EventKind::ExecutionAborted,
        EventKind::EvaluationFailed,
    ]
    .into_iter()
    .chain(both)
    .chain(aborted)
    .chain(exited.map(EventKind::Exited))
    .chain(phases.map(EventKind::Iteration))
    .chain(work.map(|phase| EventKind::Work(Service::Activity, phase)))
}

/// The rules for which a definition is refused.
fn checks() -> impl Iterator<Item = Clause> {
    let all = REGISTRY.iter().filter(|(clause, entry)| {
        entry.path().next() == Some("validate")
            && entry.path().nth(1) != Some("warning")
            && *clause != Clause::ValidateAccepts
    });
    all.map(|(clause, _)| *clause)
}

/// Serialises operators by the names of their fields.
mod named {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Operator;

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for it
    pub fn serialize<S: Serializer>(operator: &Operator, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(operator.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Operator, D::Error> {
        let name = String::deserialize(from)?;
        match Operator::parse(&name) {
            Some((operator, false)) => Ok(operator),
            _ => Err(D::Error::custom(format!("there is no operator '{name}'"))),
        }
    }
}
