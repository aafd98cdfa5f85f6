//! Which rule a deviation breaks.

use super::super::{Change, Deviation, Field, Hook, When};
use crate::{
    asl::{Comparable, Operator, StateType},
    clause::Clause,
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
        Hook::TimeoutRestart => Clause::TimeoutFromStart,
        Hook::Heartbeat => Clause::HeartbeatExtends,
        Hook::VariableScope => Clause::Assign,
        Hook::PathMissing => Clause::TemplatePathMissing,
        Hook::PathSeveral => Clause::PathSeveral,
        Hook::VariableMissing => Clause::ChoiceMissingVariable,
        Hook::Tested(operator) => of_operator(operator),
        Hook::Arguments(function) | Hook::Function(function) => function.clause(),
        Hook::HistoryLimit => Clause::HistoryLimit,
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
