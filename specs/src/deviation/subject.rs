//! What hooks ask about, where it is no field of the definition: kinds of paths, places that read
//! paths, groups of tests, fields of the context object, and rules by which states fail.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{
    asl::{Comparable, Operator, Ordering},
    clause::Clause,
    query::{
        jsonata::{self, Part},
        jsonpath::path::{Path, Root, Step},
    },
};

/// A place of the definition that reads a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// `InputPath`.
    InputPath,
    /// `OutputPath`.
    OutputPath,
    /// `ItemsPath`.
    ItemsPath,
    /// `Parameters`, and `Credentials`.
    Parameters,
    /// `ItemSelector`.
    ItemSelector,
    /// `ResultSelector`.
    ResultSelector,
    /// `Assign`.
    Assign,
    /// Any of these templates.
    Template,
    /// The arguments of an intrinsic function.
    Argument,
    /// `Variable` of a test.
    Variable,
    /// The operand of a test.
    Operand,
    /// `TimeoutSecondsPath`, `HeartbeatSecondsPath`, `MaxConcurrencyPath`.
    Limit,
    /// `SecondsPath`, `TimestampPath`.
    Delay,
    /// `ErrorPath`, `CausePath`.
    Failure,
    /// `Arguments`, in JSONata.
    Arguments,
    /// `Items`, in JSONata.
    Items,
    /// `Output`, in JSONata.
    Output,
    /// `Condition`, in JSONata.
    Condition,
}

impl Place {
    /// Every place that has expressions of JSONata, if it is JSON.
    pub const OF_EXPRESSIONS: [Self; 6] = [
        Self::Arguments,
        Self::Items,
        Self::ItemSelector,
        Self::Assign,
        Self::Output,
        Self::Condition,
    ];

    /// Every place that reads a path.
    pub const OF_PATHS: [Self; 14] = [
        Self::InputPath,
        Self::OutputPath,
        Self::ItemsPath,
        Self::Parameters,
        Self::ItemSelector,
        Self::ResultSelector,
        Self::Assign,
        Self::Template,
        Self::Argument,
        Self::Variable,
        Self::Operand,
        Self::Limit,
        Self::Delay,
        Self::Failure,
    ];

    /// Whether `place` is this one.
    pub(super) fn contains(self, place: Self) -> bool {
        let is_template = matches!(
            place,
            Self::Parameters | Self::ItemSelector | Self::ResultSelector | Self::Assign
        );
        self == place || self == Self::Template && is_template
    }

    /// In words, after "in".
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::InputPath => "InputPath",
            Self::OutputPath => "OutputPath",
            Self::ItemsPath => "ItemsPath",
            Self::Parameters => "Parameters",
            Self::ItemSelector => "ItemSelector",
            Self::ResultSelector => "ResultSelector",
            Self::Assign => "Assign",
            Self::Template => "a payload template",
            Self::Argument => "an argument of an intrinsic function",
            Self::Variable => "the Variable of a test",
            Self::Operand => "the operand of a test",
            Self::Limit => "the path of a limit",
            Self::Delay => "the path of a Wait",
            Self::Failure => "the path of a Fail",
            Self::Arguments => "Arguments",
            Self::Items => "Items",
            Self::Output => "Output",
            Self::Condition => "a Condition",
        }
    }
}

/// A field of `$states`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StatesField {
    /// `$states.input`.
    Input,
    /// `$states.result`.
    Result,
    /// `$states.errorOutput`.
    ErrorOutput,
}

impl StatesField {
    /// Every field.
    pub const ALL: [Self; 3] = [Self::Input, Self::Result, Self::ErrorOutput];

    /// As the query language has it.
    pub fn field(self) -> jsonata::Field {
        match self {
            Self::Input => jsonata::Field::Input,
            Self::Result => jsonata::Field::Result,
            Self::ErrorOutput => jsonata::Field::ErrorOutput,
        }
    }

    /// The variable and the field.
    pub(super) fn name(self) -> String {
        format!("$states.{}", self.field().name())
    }

    /// The field of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// A kind of path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Every path.
    Any,
    /// A path with a wildcard.
    Wildcard,
    /// A path with a scan of all that is nested.
    Scan,
    /// A path with a slice.
    Slice,
    /// A path with a slice that ends before the first element.
    SliceToZero,
    /// A path with a list of indexes.
    Indexes,
    /// A path with a list of names.
    Names,
    /// A path with a filter.
    Filter,
    /// A path with a filter of several conditions.
    FilterOfSeveral,
    /// A path with an index that counts from the end.
    FromEnd,
    /// The root of the data as a whole.
    Root,
    /// A path that ends in an index and a name.
    IndexThenName,
    /// A path with two indexes in a row.
    TwoIndexes,
    /// A path with a name that has characters outside of ASCII.
    NotAscii,
    /// A path into the context object.
    Context,
    /// The context object as a whole.
    WholeContext,
    /// A path into a variable.
    Variable,
}

impl Form {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::Any,
        Self::Root,
        Self::Wildcard,
        Self::Scan,
        Self::Slice,
        Self::SliceToZero,
        Self::Indexes,
        Self::Names,
        Self::Filter,
        Self::FilterOfSeveral,
        Self::FromEnd,
        Self::IndexThenName,
        Self::TwoIndexes,
        Self::NotAscii,
        Self::Context,
        Self::WholeContext,
        Self::Variable,
    ];

    /// Whether a path is of this kind.
    pub(super) fn contains(self, path: &Path) -> bool {
        let steps = path.steps();
        let has = |wanted: fn(&Step) -> bool| steps.iter().any(wanted);
        let is_index = |step: &Step| matches!(step, Step::Index(_));
        match self {
            Self::Any => true,
            Self::Wildcard => has(|step| matches!(step, Step::Wildcard)),
            Self::Scan => has(|step| matches!(step, Step::Scan)),
            Self::Slice => has(|step| matches!(step, Step::Slice(..))),
            Self::SliceToZero => has(|step| matches!(step, Step::Slice(_, Some(0)))),
            Self::Indexes => has(|step| matches!(step, Step::Indexes(_))),
            Self::Names => has(|step| matches!(step, Step::Names(_))),
            Self::Filter => has(|step| matches!(step, Step::Filter(_))),
            Self::FilterOfSeveral => {
                let text = path.text();
                has(|step| matches!(step, Step::Filter(_)))
                    && (text.contains("&&") || text.contains("||"))
            }
            Self::FromEnd => has(|step| matches!(step, Step::FromEnd(_))),
            Self::Root => *path.root() == Root::Data && steps.is_empty(),
            Self::IndexThenName => {
                matches!(steps, [.., index, Step::Name(_)] if is_index(index))
            }
            Self::TwoIndexes => {
                let both = |pair: &[Step]| pair.iter().all(is_index);
                steps.windows(2).any(both)
            }
            Self::NotAscii => !path.text().is_ascii(),
            Self::Context => *path.root() == Root::Context,
            Self::WholeContext => *path.root() == Root::Context && steps.is_empty(),
            Self::Variable => matches!(path.root(), Root::Variable(_)),
        }
    }

    /// Whether paths of this kind can match several values.
    pub(super) fn is_several(self) -> bool {
        matches!(
            self,
            Self::Wildcard
                | Self::Scan
                | Self::Slice
                | Self::SliceToZero
                | Self::Indexes
                | Self::Filter
                | Self::FilterOfSeveral
        )
    }

    /// The rule of what these paths find.
    pub(super) fn clause(self) -> Clause {
        match self {
            Self::Any | Self::Root | Self::IndexThenName | Self::TwoIndexes | Self::NotAscii => {
                Clause::TemplatePath
            }
            Self::Wildcard | Self::Scan | Self::Slice | Self::SliceToZero | Self::Indexes => {
                Clause::PathSeveral
            }
            Self::Names => Clause::PathNames,
            Self::Filter | Self::FilterOfSeveral => Clause::PathFilter,
            Self::FromEnd => Clause::PathFromEnd,
            Self::Context | Self::WholeContext => Clause::ContextPath,
            Self::Variable => Clause::VariableRead,
        }
    }

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Any => "a path",
            Self::Wildcard => "a path with a wildcard",
            Self::Scan => "a path with a scan",
            Self::Slice => "a path with a slice",
            Self::SliceToZero => "a path with a slice that ends at 0",
            Self::Indexes => "a path with a list of indexes",
            Self::Names => "a path with a list of names",
            Self::Filter => "a path with a filter",
            Self::FilterOfSeveral => "a path with a filter of several conditions",
            Self::FromEnd => "a path with an index from the end",
            Self::Root => "the path $",
            Self::IndexThenName => "a path that ends in an index and a name",
            Self::TwoIndexes => "a path with two indexes in a row",
            Self::NotAscii => "a path with a name outside of ASCII",
            Self::Context => "a path into the context object",
            Self::WholeContext => "the path $$",
            Self::Variable => "a path into a variable",
        }
    }
}

/// The tests of a Choice, in groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tests {
    /// Every test.
    All,
    /// Every comparison.
    Comparisons,
    /// Comparisons that ask whether values are equal.
    Equals,
    /// Comparisons that ask which value is greater.
    Orders,
    /// The five comparisons of one type.
    Of(Comparable),
    /// The `Is…` tests, but `IsPresent`.
    Is,
    /// One test.
    One(Operator),
}

impl Tests {
    /// Every group.
    pub fn all() -> impl Iterator<Item = Self> {
        let groups = [
            Self::All,
            Self::Comparisons,
            Self::Equals,
            Self::Orders,
            Self::Of(Comparable::String),
            Self::Of(Comparable::Numeric),
            Self::Of(Comparable::Timestamp),
            Self::Is,
        ];
        groups.into_iter().chain(Operator::all().map(Self::One))
    }

    /// Whether a test is in the group.
    pub(super) fn contains(self, operator: Operator) -> bool {
        let is_equality = matches!(
            operator,
            Operator::Compare(_, Ordering::Equals) | Operator::BooleanEquals
        );
        match self {
            Self::All => true,
            Self::Comparisons => !matches!(operator, Operator::Is(_)),
            Self::Equals => is_equality,
            Self::Orders => matches!(operator, Operator::Compare(..)) && !is_equality,
            Self::Of(wanted) => matches!(operator, Operator::Compare(it, _) if it == wanted),
            Self::Is => {
                matches!(operator, Operator::Is(kind) if kind != crate::asl::Kind::Present)
            }
            Self::One(wanted) => operator == wanted,
        }
    }

    /// As it is stored and told.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::All => "any test",
            Self::Comparisons => "any comparison",
            Self::Equals => "any comparison for equality",
            Self::Orders => "any comparison of order",
            Self::Of(Comparable::String) => "any comparison of strings",
            Self::Of(Comparable::Numeric) => "any comparison of numbers",
            Self::Of(Comparable::Timestamp) => "any comparison of timestamps",
            Self::Is => "any test of a type",
            Self::One(operator) => operator.name(),
        }
    }
}

impl Serialize for Tests {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Tests {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let found = Self::all().find(|tests| tests.name() == name);
        found.ok_or_else(|| D::Error::custom(format!("there is no test '{name}'")))
    }
}

macro_rules! context {
    ($($name:ident = $text:literal;)*) => {
        /// A field of a member of the context object.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ContextField {
            $(#[doc = concat!("`", $text, "`.")] #[serde(rename = $text)] $name,)*
        }

        impl ContextField {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The member and the field.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

context! {
    ExecutionId = "Execution.Id";
    ExecutionInput = "Execution.Input";
    ExecutionName = "Execution.Name";
    RoleArn = "Execution.RoleArn";
    StartTime = "Execution.StartTime";
    RedriveCount = "Execution.RedriveCount";
    MachineId = "StateMachine.Id";
    MachineName = "StateMachine.Name";
    EnteredTime = "State.EnteredTime";
    StateName = "State.Name";
    RetryCount = "State.RetryCount";
    TaskToken = "Task.Token";
    MapItem = "Map.Item";
}

impl ContextField {
    /// Whether it is this field of this member.
    pub(super) fn is(self, member: &str, field: &str) -> bool {
        self.name().split_once('.') == Some((member, field))
    }
}

/// The rules by which a state fails, and whether it can go on instead: what it goes on with is in the
/// interpreter, where the rule is.
const FAILURES: [(Clause, bool); 30] = [
    (Clause::PathMissing, false),
    (Clause::PathNull, true),
    (Clause::TemplatePathMissing, false),
    (Clause::ResultPathConflict, true),
    (Clause::ParametersDataLimit, true),
    (Clause::StateDataLimit, true),
    (Clause::TaskDataLimit, true),
    (Clause::AssignDataLimit, true),
    (Clause::IntrinsicInvalid, true),
    (Clause::IntrinsicArgumentMissing, false),
    (Clause::ChoiceNoMatch, false),
    (Clause::ChoiceMissingVariable, false),
    (Clause::ChoiceMissingOperand, false),
    (Clause::WaitSecondsPath, true),
    (Clause::WaitTimestampPath, true),
    (Clause::WaitPathMissing, true),
    (Clause::WaitTooLong, true),
    (Clause::MapItemsMissing, false),
    (Clause::MapItemsNotArray, true),
    (Clause::MapConcurrencyPath, true),
    (Clause::ActivityMissing, false),
    (Clause::TaskTimeout, false),
    (Clause::HeartbeatTimeout, false),
    (Clause::JsonataUndefined, false),
    (Clause::JsonataFunctionValue, false),
    (Clause::JsonataThrown, false),
    (Clause::JsonataItemsDefault, false),
    (Clause::JsonataTypeElsewhere, false),
    (Clause::JsonataAssignLimit, true),
    (Clause::VariablesLimit, true),
];

/// The rules by which a state fails.
pub(super) fn failures() -> impl Iterator<Item = Clause> {
    FAILURES.iter().map(|(rule, _)| *rule)
}

/// Whether a state fails by the rule, and whether a deviating engine can go on instead.
pub(super) fn goes_on(rule: Clause) -> Option<bool> {
    let mut all = FAILURES.iter();
    all.find(|(known, _)| *known == rule)
        .map(|(_, goes_on)| *goes_on)
}

/// The names of errors that the language and the service define.
pub(super) const ERRORS: [&str; 11] = [
    "States.Runtime",
    "States.TaskFailed",
    "States.DataLimitExceeded",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.ResultPathMatchFailure",
    "States.ReferencePathConflict",
    "States.IntrinsicFailure",
    "States.QueryEvaluationError",
    "States.BranchFailed",
    "States.HeartbeatTimeout",
];

/// Serialises clauses by their ids.
pub(super) mod by_id {
    use super::{Clause, Deserialize, Deserializer, Error, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for it
    pub fn serialize<S: Serializer>(clause: &Clause, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(clause.entry().id)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Clause, D::Error> {
        let id = String::deserialize(from)?;
        Clause::from_id(&id).ok_or_else(|| D::Error::custom(format!("there is no rule '{id}'")))
    }
}

/// Serialises parts of JSONata by their names.
pub(super) mod by_part {
    use super::{Deserialize, Deserializer, Error, Part, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for it
    pub fn serialize<S: Serializer>(part: &Part, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&part.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Part, D::Error> {
        let name = String::deserialize(from)?;
        Part::named(&name)
            .ok_or_else(|| D::Error::custom(format!("there is no part of JSONata '{name}'")))
    }
}

/// Serialises kinds of events by their names.
pub(super) mod by_name {
    use super::{Deserialize, Deserializer, Error, Serializer};
    use crate::history::EventKind;

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for it
    pub fn serialize<S: Serializer>(kind: &EventKind, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&kind.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<EventKind, D::Error> {
        let name = String::deserialize(from)?;
        match EventKind::from_name(&name) {
            EventKind::Other(_) => Err(D::Error::custom(format!("there is no event '{name}'"))),
            kind => Ok(kind),
        }
    }
}
