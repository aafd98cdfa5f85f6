//! Which rule a deviation breaks.

use super::super::{Change, Deviation, Field, Hook, Place, Tests, When};
use crate::{
    asl::{Comparable, Operator, StateType},
    clause::Clause,
    history::{EventKind, Phase},
    query::jsonata::Family,
};

/// The rule that a deviation breaks.
pub(super) fn broken(deviation: &Deviation) -> Clause {
    let only = |kind: StateType| deviation.states == [kind];
    match deviation.hook {
        Hook::Field(field) => of_field(field, deviation),
        Hook::Work if only(StateType::Map) => Clause::MapIterations,
        Hook::Work if only(StateType::Parallel) => Clause::ParallelBranches,
        Hook::Work if only(StateType::Task) => Clause::TaskAttempt,
        Hook::Work => Clause::Pass,
        Hook::CatchNext => Clause::CatchFirstMatch,
        Hook::Results if only(StateType::Parallel) => Clause::ParallelBranches,
        Hook::Results => Clause::MapIterations,
        Hook::Concurrency if only(StateType::Parallel) => Clause::ParallelBranches,
        Hook::Concurrency => Clause::MapSequential,
        Hook::ChildFailure if deviation.change == Change::Ignore && !only(StateType::Map) => {
            Clause::SiblingsStopped
        }
        Hook::ChildFailure if only(StateType::Map) => Clause::MapFails,
        Hook::ChildFailure => Clause::ParallelFails,
        Hook::RetryCount => Clause::RetryExhausted,
        Hook::RetryFirst => Clause::RetryFirstMatch,
        Hook::RetryDelay => Clause::RetryInterval,
        Hook::Jitter => Clause::RetryJitterFull,
        Hook::TerminalError => Clause::RuntimeTerminal,
        Hook::TaskFailed => Clause::MatchTaskFailed,
        Hook::ItemError => Clause::MapItemSelector,
        Hook::Put => Clause::ResultPathMerges,
        Hook::TimeoutRestart => Clause::TimeoutFromStart,
        Hook::Heartbeat => Clause::HeartbeatExtends,
        Hook::VariableScope => Clause::Assign,
        Hook::PathMissing => of_missing(deviation.when),
        Hook::IndexOutside => Clause::PathIndexOutsideTemplate,
        Hook::PathSeveral => Clause::PathSeveral,
        Hook::VariableMissing => Clause::ChoiceMissingVariable,
        Hook::Tested(operator) => of_operator(operator),
        Hook::Arguments(function) | Hook::Function(function) => function.clause(),
        Hook::FailedOutput => Clause::Fail,
        Hook::HistoryLimit => Clause::HistoryLimit,
        Hook::Failure(rule) | Hook::Check(rule) => rule,
        Hook::ChildError if deviation.when == Some(When::Ending) => Clause::RuntimeTerminal,
        Hook::ChildError if only(StateType::Map) => Clause::MapFails,
        Hook::ChildError => Clause::ParallelFails,
        Hook::Path(form) => form.clause(),
        Hook::Holds(tests) => of_test(tests, deviation.when),
        Hook::Timestamp if only(StateType::Wait) => Clause::WaitTimestampPath,
        Hook::Timestamp => Clause::ChoiceTimestamp,
        Hook::NullResult => Clause::PassResultNull,
        Hook::StringOrder => Clause::ChoiceString,
        Hook::Wildcards => Clause::ChoiceStringMatches,
        Hook::Literal => Clause::IntrinsicArray,
        Hook::Call if deviation.when == Some(When::In(Place::Failure)) => Clause::FailPath,
        Hook::Call => Clause::TemplatePath,
        Hook::Rounding => Clause::IntrinsicMathAdd,
        Hook::SplitDelimiters | Hook::EmptyPieces => Clause::IntrinsicStringSplit,
        Hook::TextBytes => Clause::IntrinsicBase64Encode,
        Hook::LimitsFirst => Clause::TaskLimitPath,
        Hook::TaskInput => Clause::TaskAttempt,
        Hook::RetryInput => Clause::RetryAgain,
        Hook::Context(_) => Clause::ContextPath,
        Hook::DataLimit => Clause::StateDataLimit,
        Hook::Event(kind) => of_event(kind),
        Hook::Undefined => Clause::JsonataUndefined,
        Hook::States(_) => Clause::JsonataStates,
        Hook::Condition => Clause::JsonataTypeElsewhere,
        Hook::NestedExpression | Hook::Delimiters => Clause::JsonataTemplate,
        Hook::OutputVariables => Clause::JsonataOutput,
        Hook::OuterVariables => Clause::VariableRead,
        Hook::Jsonata(part) => of_family(part.family()),
        Hook::Answer(rule) => rule.clause(),
        Hook::RuleInput => Clause::Assign,
        Hook::RuleAssigns => Clause::ChoiceFirstMatch,
    }
}

/// The rule about a family of parts of JSONata.
fn of_family(family: Family) -> Clause {
    match family {
        Family::Path => Clause::JsonataPath,
        Family::Constructor => Clause::JsonataConstructor,
        Family::Operator => Clause::JsonataOperator,
        Family::Regex => Clause::JsonataRegex,
        Family::Function => Clause::JsonataFunction,
    }
}

/// The rule about a path that finds nothing.
fn of_missing(when: Option<When>) -> Clause {
    match when {
        Some(When::In(Place::InputPath | Place::OutputPath)) => Clause::PathMissing,
        Some(When::In(Place::ItemsPath)) => Clause::MapItemsMissing,
        Some(When::In(Place::Argument)) => Clause::IntrinsicArgumentMissing,
        Some(When::In(Place::Variable)) => Clause::ChoiceMissingVariable,
        Some(When::In(Place::Operand)) => Clause::ChoicePathTwin,
        Some(When::In(Place::Limit)) => Clause::TaskLimitPath,
        Some(When::In(Place::Delay)) => Clause::WaitPathMissing,
        Some(When::In(Place::Failure)) => Clause::FailPath,
        _ => Clause::TemplatePathMissing,
    }
}

fn of_test(tests: Tests, when: Option<When>) -> Clause {
    match (tests, when) {
        (_, Some(When::OtherType | When::TwinOfOtherType | When::OperandOfOtherType)) => {
            Clause::ChoiceTypeMismatch
        }
        (_, Some(When::Twin)) => Clause::ChoicePathTwin,
        (Tests::One(operator), _) => of_operator(operator),
        (Tests::Of(Comparable::String), None) => Clause::ChoiceString,
        (Tests::Of(Comparable::Numeric), None) => Clause::ChoiceNumeric,
        (Tests::Of(Comparable::Timestamp), Some(When::Fraction | When::Offset) | None) => {
            Clause::ChoiceTimestamp
        }
        (Tests::Is, _) => Clause::ChoiceIs,
        _ => Clause::ChoiceTypeMismatch,
    }
}

fn of_event(kind: EventKind) -> Clause {
    match kind {
        EventKind::ExecutionTimedOut => Clause::MachineTimeout,
        EventKind::ExecutionAborted => Clause::ExecutionStopped,
        EventKind::EvaluationFailed => Clause::JsonataFailedEvent,
        EventKind::Iteration(Phase::Failed) | EventKind::Failed(StateType::Map) => Clause::MapFails,
        EventKind::Iteration(Phase::Aborted) => Clause::SiblingsStopped,
        EventKind::Iteration(_)
        | EventKind::Started(StateType::Map)
        | EventKind::Succeeded(StateType::Map) => Clause::MapIterations,
        EventKind::Failed(_) => Clause::ParallelFails,
        EventKind::Started(_) | EventKind::Succeeded(_) => Clause::ParallelBranches,
        EventKind::Work(_, Phase::Failed) => Clause::TaskFailure,
        EventKind::Work(_, Phase::TimedOut) => Clause::TaskTimeout,
        EventKind::Work(..) => Clause::TaskAttempt,
        EventKind::Exited(_) => Clause::HistoryJoinedExit,
        _ => Clause::HistoryAborted,
    }
}

fn of_operator(operator: Operator) -> Clause {
    match operator {
        Operator::Compare(Comparable::String, _) => Clause::ChoiceString,
        Operator::Compare(Comparable::Numeric, _) => Clause::ChoiceNumeric,
        Operator::Compare(Comparable::Timestamp, _) => Clause::ChoiceTimestamp,
        Operator::BooleanEquals => Clause::ChoiceBooleanEquals,
        Operator::StringMatches => Clause::ChoiceStringMatches,
        Operator::Is(_) => Clause::ChoiceIs,
    }
}

fn of_field(field: Field, deviation: &Deviation) -> Clause {
    let null = deviation.when == Some(When::Null);
    let absent = deviation.when == Some(When::Absent);
    match field {
        Field::MachineTimeout => Clause::MachineTimeout,
        Field::InputPath if null => Clause::InputPathNull,
        Field::InputPath if absent => Clause::InputPathDefault,
        Field::InputPath => Clause::InputPathSelects,
        Field::OutputPath if null => Clause::OutputPathNull,
        Field::OutputPath if absent => Clause::OutputPathDefault,
        Field::OutputPath => Clause::OutputPathSelects,
        Field::ResultPath if null => Clause::ResultPathNull,
        Field::ResultPath if deviation.when == Some(When::Root) => Clause::ResultPathRoot,
        Field::ResultPath if absent => Clause::ResultPathRoot,
        Field::ResultPath => Clause::ResultPathMerges,
        Field::Parameters => Clause::Parameters,
        Field::ResultSelector => Clause::ResultSelector,
        Field::Assign => Clause::Assign,
        Field::Result if null => Clause::PassResultNull,
        Field::Result => Clause::PassResult,
        Field::Timeout => Clause::TaskTimeout,
        Field::Heartbeat => Clause::HeartbeatTimeout,
        Field::Seconds => Clause::WaitSeconds,
        Field::ItemsPath => Clause::MapItemsPath,
        Field::ItemSelector => Clause::MapItemSelector,
        Field::MaxConcurrency => Clause::MapSequential,
        Field::ErrorEquals => of_name(&deviation.change),
        Field::Retry if deviation.change == Change::Ignore => Clause::RetryAgain,
        Field::Retry => Clause::RetryFirstMatch,
        Field::IntervalSeconds | Field::JitterStrategy => Clause::RetryInterval,
        Field::MaxAttempts if absent => Clause::RetryDefaultAttempts,
        Field::MaxAttempts => Clause::RetryExhausted,
        Field::BackoffRate => Clause::RetryBackoff,
        Field::MaxDelaySeconds => Clause::RetryMaxDelay,
        Field::Catch | Field::CatchResultPath => Clause::CatchFirstMatch,
        Field::Choices => Clause::ChoiceFirstMatch,
        Field::Default => Clause::ChoiceDefault,
        Field::Connective => match &deviation.change {
            Change::Replace { from, .. } if from == "Or" => Clause::ChoiceOr,
            _ => Clause::ChoiceAnd,
        },
        Field::Operator => of_operator_word(&deviation.change),
        Field::Pattern => Clause::ChoiceStringMatches,
        Field::Error | Field::Cause => Clause::Fail,
        Field::Arguments if absent => Clause::JsonataArgumentsDefault,
        Field::Arguments => Clause::JsonataArguments,
        Field::Items => Clause::JsonataItems,
        Field::CatchOutput if absent => Clause::JsonataOutputError,
        Field::Output if absent => {
            let results = [StateType::Task, StateType::Parallel, StateType::Map];
            let has_result = |kind: &StateType| results.contains(kind);
            if !deviation.states.is_empty() && !deviation.states.iter().any(has_result) {
                Clause::JsonataOutputInput
            } else {
                Clause::JsonataOutputResult
            }
        }
        Field::RuleOutput => Clause::JsonataRuleOutput,
        Field::Output | Field::CatchOutput => Clause::JsonataOutput,
    }
}

fn of_name(change: &Change) -> Clause {
    match change {
        Change::Rename { from, .. } if from == "States.ALL" => Clause::MatchAll,
        Change::Rename { from, .. } if from == "States.TaskFailed" => Clause::MatchTaskFailed,
        Change::Rename { from, .. } if from == "States.HeartbeatTimeout" => Clause::HeartbeatNames,
        _ => Clause::MatchExact,
    }
}

fn of_operator_word(change: &Change) -> Clause {
    match change {
        Change::Replace { from, .. } if from == "Timestamp" => Clause::ChoiceTimestamp,
        Change::Replace { from, .. } if from == "StringMatches" => Clause::ChoiceStringMatches,
        _ => Clause::ChoiceNumeric,
    }
}
