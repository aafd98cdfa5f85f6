//! Which hypotheses can show in a case at all: the others need not be tried.

use std::sync::Arc;

use super::{
    super::{Form, Hook, Tests},
    Hypothesis,
};
use crate::{
    asl::{Comparable, Machine, Operator},
    clause::{Clause, Coverage},
};

impl Hypothesis {
    /// Whether an engine may do something else than the language with a machine, if the language follows
    /// these rules with it. What is not asked is not answered otherwise.
    pub fn may_show(&self, machine: &Arc<Machine>, followed: &Coverage) -> bool {
        let any = |rules: &[Clause]| rules.iter().any(|rule| followed.contains(*rule));
        let family = |name: &str| {
            let mut all = followed.iter();
            all.any(|rule| rule.entry().path().next() == Some(name))
        };
        match self.deviation.hook {
            Hook::Field(_) => self.deviations().read(machine) != *machine,
            Hook::Failure(rule) | Hook::Check(rule) => followed.contains(rule),
            Hook::Answer(rule) => followed.contains(rule.clause()),
            Hook::Function(function) | Hook::Arguments(function) => {
                followed.contains(function.clause())
            }
            Hook::Literal | Hook::Call => family("intrinsic"),
            Hook::Rounding => followed.contains(Clause::IntrinsicMathAdd),
            Hook::TaskInput => followed.contains(Clause::TaskAttempt),
            Hook::RetryInput => followed.contains(Clause::RetryAgain),
            Hook::LimitsFirst => any(&[Clause::TaskLimitPath, Clause::JsonataExpression]),
            Hook::TextBytes => any(&[Clause::IntrinsicBase64Encode, Clause::IntrinsicBase64Decode]),
            Hook::SplitDelimiters | Hook::EmptyPieces => {
                followed.contains(Clause::IntrinsicStringSplit)
            }
            Hook::Holds(Tests::Of(Comparable::String)) | Hook::StringOrder => {
                followed.contains(Clause::ChoiceString)
            }
            Hook::Holds(Tests::Of(Comparable::Numeric)) => followed.contains(Clause::ChoiceNumeric),
            Hook::Holds(Tests::Of(Comparable::Timestamp)) => {
                followed.contains(Clause::ChoiceTimestamp)
            }
            Hook::Holds(Tests::One(operator)) => any(marked(operator)),
            Hook::Wildcards => followed.contains(Clause::ChoiceStringMatches),
            Hook::Tested(_) | Hook::VariableMissing | Hook::Holds(_) => family("choice"),
            Hook::TaskFailed => followed.contains(Clause::MatchTaskFailed),
            Hook::ItemError => any(&[Clause::MapItemSelector, Clause::JsonataItemSelector]),
            Hook::Put => followed.contains(Clause::ResultPathMerges),
            Hook::RuleInput => any(&[Clause::Assign]) && family("choice"),
            Hook::RuleAssigns => family("choice"),
            Hook::Path(Form::Variable) => followed.contains(Clause::VariableRead),
            Hook::Path(Form::Context | Form::WholeContext) | Hook::Context(_) => {
                followed.contains(Clause::ContextPath)
            }
            Hook::Path(form) if form.is_several() => followed.contains(Clause::PathSeveral),
            Hook::PathSeveral => followed.contains(Clause::PathSeveral),
            Hook::PathMissing => any(&MISSING),
            Hook::IndexOutside => any(&[
                Clause::PathIndexOutside,
                Clause::PathIndexOutsideTemplate,
                Clause::ChoiceIsPresentIndex,
            ]),
            Hook::DataLimit => any(&LIMITS),
            Hook::CatchNext => followed.contains(Clause::CatchFirstMatch),
            Hook::RetryCount | Hook::RetryFirst | Hook::RetryDelay => family("retry"),
            Hook::Jsonata(_)
            | Hook::NestedExpression
            | Hook::Delimiters
            | Hook::OutputVariables => self.deviations().read(machine) != *machine,
            Hook::Undefined => followed.contains(Clause::JsonataUndefined),
            Hook::States(_) => followed.contains(Clause::JsonataStates),
            Hook::Condition => followed.contains(Clause::JsonataTypeElsewhere),
            Hook::OuterVariables => followed.contains(Clause::VariableRead),
            Hook::Jitter => followed.contains(Clause::RetryJitterFull),
            Hook::TimeoutRestart => followed.contains(Clause::TimeoutFromStart),
            Hook::Heartbeat => followed.contains(Clause::HeartbeatExtends),
            Hook::VariableScope => followed.contains(Clause::Assign),
            Hook::NullResult => followed.contains(Clause::PassResultNull),
            Hook::Results | Hook::Concurrency | Hook::ChildFailure | Hook::ChildError => {
                any(&[Clause::ParallelBranches, Clause::MapIterations])
            }
            // An error that no handler is there to see fails its state all the same.
            Hook::Work
            | Hook::TerminalError
            | Hook::HistoryLimit
            | Hook::Path(_)
            | Hook::Timestamp
            | Hook::FailedOutput
            | Hook::Event(_) => true,
        }
    }
}

/// The rules that a test may follow before the engine has an answer.
fn marked(operator: Operator) -> &'static [Clause] {
    match operator {
        Operator::Compare(Comparable::String, _) => &[Clause::ChoiceString],
        Operator::Compare(Comparable::Numeric, _) => &[Clause::ChoiceNumeric],
        Operator::Compare(Comparable::Timestamp, _) => &[Clause::ChoiceTimestamp],
        Operator::BooleanEquals => &[Clause::ChoiceBooleanEquals],
        Operator::StringMatches => &[Clause::ChoiceStringMatches],
        Operator::Is(_) => &[Clause::ChoiceIs, Clause::ChoiceIsPresentMissing],
    }
}

/// The rules about paths that find nothing.
const MISSING: [Clause; 11] = [
    Clause::PathMissing,
    Clause::TemplatePathMissing,
    Clause::PathSeveralMissing,
    Clause::IntrinsicArgumentMissing,
    Clause::ChoiceMissingVariable,
    Clause::ChoiceMissingOperand,
    Clause::ChoiceIsMissing,
    Clause::ChoiceIsPresentMissing,
    Clause::WaitPathMissing,
    Clause::MapItemsMissing,
    Clause::ChoiceOrGuards,
];

/// The rules about data that is too long.
const LIMITS: [Clause; 6] = [
    Clause::ParametersDataLimit,
    Clause::StateDataLimit,
    Clause::TaskDataLimit,
    Clause::AssignDataLimit,
    Clause::JsonataAssignLimit,
    Clause::VariablesLimit,
];
