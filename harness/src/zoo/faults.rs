//! The list of the zoo's faults.

use serde_json::Value;
use stepproof_specs::{
    asl::{Kind, Operator, StateType},
    clause::Clause,
    deviation::{CallRule, Change, Deviation, Field, Hook, StatesField, When},
    query::{jsonata::Part, jsonpath::intrinsic::Function},
};

use super::Entry;

/// The number of events after which a faulty history ends.
pub(super) const FEW_EVENTS: usize = 500;

/// The types of states that have an `InputPath`, except Task.
const ALL_BUT_TASK: &[StateType] = &[
    StateType::Pass,
    StateType::Wait,
    StateType::Choice,
    StateType::Succeed,
    StateType::Parallel,
    StateType::Map,
];

fn at(hook: Hook, change: Change) -> Deviation {
    Deviation::new(hook, change)
}

fn part(part: Part, change: Change) -> Deviation {
    at(Hook::Jsonata(part), change)
}

fn field(field: Field, change: Change) -> Deviation {
    at(Hook::Field(field), change)
}

/// Makes a name in `ErrorEquals` match what these names match.
fn matches(name: &str, as_do: &[&str]) -> Deviation {
    let change = Change::Rename {
        from: name.to_owned(),
        to: as_do.iter().map(|name| (*name).to_owned()).collect(),
    };
    field(Field::ErrorEquals, change)
}

fn replace(from: &str, to: &str) -> Change {
    Change::Replace {
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

pub(super) const ZOO: &[Entry] = &[
    Entry {
        name: "retry-budget",
        sentence: "A retrier makes one attempt more than MaxAttempts allows.",
        clause: Clause::RetryExhausted,
        signature: "attempts Task root more",
        states: 1,
        deviations: || vec![field(Field::MaxAttempts, Change::Add(1))],
    },
    Entry {
        name: "backoff-rate",
        sentence: "BackoffRate is ignored: every retry waits IntervalSeconds.",
        clause: Clause::RetryBackoff,
        signature: "timing Task root retry-early",
        states: 1,
        deviations: || vec![field(Field::BackoffRate, Change::Set(1.into()))],
    },
    Entry {
        name: "wildcards",
        sentence: "States.ALL and States.TaskFailed match only errors of that very name.",
        clause: Clause::MatchAll,
        signature: "attempts Task root fewer",
        states: 1,
        deviations: || {
            vec![
                matches("States.ALL", &[]),
                matches("States.TaskFailed", &[]),
            ]
        },
    },
    Entry {
        name: "catch-order",
        sentence: "The last matching catcher handles an error, not the first.",
        clause: Clause::CatchFirstMatch,
        signature: "output Task root present≠absent@member",
        states: 2,
        deviations: || vec![field(Field::Catch, Change::Reverse)],
    },
    Entry {
        name: "result-path",
        sentence: "ResultPath is ignored: the result replaces the input.",
        clause: Clause::ResultPathMerges,
        signature: "output Pass root present≠absent@member",
        states: 1,
        deviations: || vec![field(Field::ResultPath, Change::Ignore)],
    },
    Entry {
        name: "choice-order",
        sentence: "The last matching rule of a Choice is taken, not the first.",
        clause: Clause::ChoiceFirstMatch,
        signature: "path Choice root other",
        states: 3,
        deviations: || vec![field(Field::Choices, Change::Reverse)],
    },
    Entry {
        name: "map-order",
        sentence: "A Map's results are in reverse order.",
        clause: Clause::MapIterations,
        signature: "output Map root array≠array@order",
        states: 2,
        deviations: || vec![at(Hook::Results, Change::Reverse).within(&[StateType::Map])],
    },
    Entry {
        name: "parallel-failure",
        sentence: "A failed branch of a Parallel gives null, and the state succeeds.",
        clause: Clause::ParallelFails,
        signature: "status Fail Parallel FAILED:absent≠SUCCEEDED",
        states: 2,
        deviations: || {
            vec![at(Hook::ChildFailure, Change::Set(Value::Null)).within(&[StateType::Parallel])]
        },
    },
    Entry {
        name: "heartbeat",
        sentence: "HeartbeatSeconds is ignored.",
        clause: Clause::HeartbeatTimeout,
        signature: "status Task root FAILED:States.Timeout≠SUCCEEDED",
        states: 1,
        deviations: || vec![field(Field::Heartbeat, Change::Ignore)],
    },
    Entry {
        name: "liveness",
        sentence: "After a caught error the execution never ends.",
        clause: Clause::CatchFirstMatch,
        signature: "liveness Task root ended≠RUNNING",
        states: 2,
        deviations: || vec![at(Hook::CatchNext, Change::Ignore)],
    },
    Entry {
        name: "max-delay",
        sentence: "MaxDelaySeconds is ignored: intervals grow without bound.",
        clause: Clause::RetryMaxDelay,
        signature: "timing Task root retry-late",
        states: 1,
        deviations: || vec![field(Field::MaxDelaySeconds, Change::Ignore)],
    },
    Entry {
        name: "task-failed",
        sentence: "States.TaskFailed matches only errors of that very name.",
        clause: Clause::MatchTaskFailed,
        signature: "attempts Task root fewer",
        states: 1,
        deviations: || vec![matches("States.TaskFailed", &[])],
    },
    Entry {
        name: "missing-variable",
        sentence: "A Choice Variable that finds nothing is a comparison that does not hold.",
        clause: Clause::ChoiceMissingVariable,
        signature: "status Choice root FAILED:States.Runtime(invalid-path-the-choice-condition-path)≠SUCCEEDED",
        states: 2,
        deviations: || vec![at(Hook::VariableMissing, Change::Set(false.into()))],
    },
    Entry {
        name: "timestamps-as-text",
        sentence: "Timestamps are compared as texts, not as instants.",
        clause: Clause::ChoiceTimestamp,
        signature: "path Choice root other",
        states: 3,
        deviations: || vec![field(Field::Operator, replace("Timestamp", "String"))],
    },
    Entry {
        name: "input-path",
        sentence: "InputPath counts in Task states only.",
        clause: Clause::InputPathSelects,
        signature: "output Pass root absent≠present@member",
        states: 1,
        deviations: || vec![field(Field::InputPath, Change::Ignore).within(ALL_BUT_TASK)],
    },
    Entry {
        name: "null-output-path",
        sentence: "OutputPath null is ignored.",
        clause: Clause::OutputPathNull,
        signature: "output Pass root absent≠present@member",
        states: 1,
        deviations: || vec![field(Field::OutputPath, Change::Ignore).when(When::Null)],
    },
    Entry {
        name: "caught-result-path",
        sentence: "A caught error is placed by the ResultPath of the state, not of the catcher.",
        clause: Clause::CatchFirstMatch,
        signature: "output Task root present≠absent@member",
        states: 2,
        deviations: || vec![field(Field::CatchResultPath, Change::Outer).when(When::Absent)],
    },
    Entry {
        name: "result-selector",
        sentence: "ResultSelector is ignored.",
        clause: Clause::ResultSelector,
        signature: "output Task root present≠absent@member",
        states: 1,
        deviations: || vec![field(Field::ResultSelector, Change::Ignore)],
    },
    Entry {
        name: "shared-budget",
        sentence: "All retriers of a state share one count of attempts.",
        clause: Clause::RetryExhausted,
        signature: "attempts Task root fewer",
        states: 1,
        deviations: || vec![at(Hook::RetryCount, Change::Outer)],
    },
    Entry {
        name: "later-retrier",
        sentence: "When the first matching retrier is used up, the next one that matches is asked.",
        clause: Clause::RetryFirstMatch,
        signature: "attempts Task root more",
        states: 1,
        deviations: || vec![at(Hook::RetryFirst, Change::Ignore)],
    },
    Entry {
        name: "runtime-caught",
        sentence: "States.ALL matches States.Runtime.",
        clause: Clause::RuntimeTerminal,
        signature: "status Task root FAILED:States.Runtime(the-jsonpath-specified-for-the-field)≠SUCCEEDED",
        states: 2,
        deviations: || vec![at(Hook::TerminalError, Change::Ignore)],
    },
    Entry {
        name: "unwrapped",
        sentence: "A path that can match several values and matches one gives that value, not an array.",
        clause: Clause::PathSeveral,
        signature: "effects Task root array≠object@value",
        states: 1,
        deviations: || vec![at(Hook::PathSeveral, Change::Unwrap)],
    },
    Entry {
        name: "missing-is-null",
        sentence: "A path that finds nothing gives null.",
        clause: Clause::TemplatePathMissing,
        signature: "status Pass root FAILED:States.Runtime(the-jsonpath-specified-for-the-field)≠SUCCEEDED",
        states: 1,
        deviations: || vec![at(Hook::PathMissing, Change::Set(Value::Null))],
    },
    Entry {
        name: "map-goes-on",
        sentence: "A Map goes on with its items after one of them failed.",
        clause: Clause::MapFails,
        signature: "path Task Map more",
        states: 2,
        deviations: || vec![at(Hook::ChildFailure, Change::Ignore).within(&[StateType::Map])],
    },
    Entry {
        name: "parallel-sequential",
        sentence: "The branches of a Parallel run one after the other.",
        clause: Clause::ParallelBranches,
        signature: "history Pass Parallel previous:PassStateEntered",
        states: 3,
        deviations: || {
            vec![at(Hook::Concurrency, Change::Set(1.into())).within(&[StateType::Parallel])]
        },
    },
    Entry {
        name: "map-revisit",
        sentence: "A Map that is entered a second time never begins.",
        clause: Clause::MapIterations,
        signature: "liveness Map root ended≠RUNNING",
        states: 4,
        deviations: || {
            vec![
                at(Hook::Work, Change::Ignore)
                    .within(&[StateType::Map])
                    .when(When::Again),
            ]
        },
    },
    Entry {
        name: "assign-order",
        sentence: "Assign sees the new values of the variables before it.",
        clause: Clause::Assign,
        signature: "history Pass root details:PassStateExited.assignedVariables:object≠scalar@value",
        states: 2,
        deviations: || vec![field(Field::Assign, Change::InTurn)],
    },
    Entry {
        name: "pattern-escapes",
        sentence: "StringMatches takes backslashes literally.",
        clause: Clause::ChoiceStringMatches,
        signature: "path Choice root other",
        states: 3,
        deviations: || vec![field(Field::Pattern, replace("\\", "\\\\"))],
    },
    Entry {
        name: "max-concurrency",
        sentence: "MaxConcurrency is ignored.",
        clause: Clause::MapSequential,
        signature: "history Map root order:MapIterationSucceeded",
        states: 2,
        deviations: || vec![field(Field::MaxConcurrency, Change::Ignore)],
    },
    Entry {
        name: "first-rule",
        sentence: "Only the first rule of a Choice is looked at.",
        clause: Clause::ChoiceFirstMatch,
        signature: "status Choice root SUCCEEDED≠FAILED:States.Runtime(failed-to-transition-out-of-the)",
        states: 2,
        deviations: || vec![field(Field::Choices, Change::First)],
    },
    Entry {
        name: "and-is-or",
        sentence: "And holds if one of its conditions does.",
        clause: Clause::ChoiceAnd,
        signature: "path Choice root other",
        states: 3,
        deviations: || vec![field(Field::Connective, replace("And", "Or"))],
    },
    Entry {
        name: "jitter",
        sentence: "Retries are jittered although JitterStrategy is NONE.",
        clause: Clause::RetryInterval,
        signature: "timing Task root retry-early",
        states: 1,
        deviations: || vec![field(Field::JitterStrategy, Change::Set("FULL".into()))],
    },
    Entry {
        name: "wait",
        sentence: "A Wait of seconds does not wait.",
        clause: Clause::WaitSeconds,
        signature: "timing - - end-early",
        states: 1,
        deviations: || vec![field(Field::Seconds, Change::Set(0.into()))],
    },
    Entry {
        name: "jitter-above-cap",
        sentence: "JitterStrategy FULL draws from above the delay: a retry waits twice as long.",
        clause: Clause::RetryJitterFull,
        signature: "timing Task root retry-late",
        states: 1,
        deviations: || vec![at(Hook::Jitter, Change::Set(2.into()))],
    },
    Entry {
        name: "task-failed-timeout",
        sentence: "States.TaskFailed matches States.Timeout, too.",
        clause: Clause::MatchTaskFailed,
        signature: "attempts Task root more",
        states: 1,
        deviations: || {
            vec![matches(
                "States.TaskFailed",
                &["States.TaskFailed", "States.Timeout"],
            )]
        },
    },
    Entry {
        name: "catch-before-retry",
        sentence: "A Task that has a Catch is never retried.",
        clause: Clause::RetryAgain,
        signature: "attempts Task root fewer",
        states: 2,
        deviations: || {
            vec![
                field(Field::Retry, Change::Ignore)
                    .within(&[StateType::Task])
                    .when(When::Has(Field::Catch)),
            ]
        },
    },
    Entry {
        name: "null-result-path",
        sentence: "ResultPath null is ignored: the result replaces the input.",
        clause: Clause::ResultPathNull,
        signature: "output Pass root present≠absent@member",
        states: 1,
        deviations: || vec![field(Field::ResultPath, Change::Ignore).when(When::Null)],
    },
    Entry {
        name: "item-selector",
        sentence: "In ItemSelector, $ is the item.",
        clause: Clause::MapItemSelector,
        signature: "status Task Map SUCCEEDED≠FAILED:States.Runtime(the-jsonpath-specified-for-the-field)",
        states: 2,
        deviations: || {
            vec![field(
                Field::ItemSelector,
                Change::Rebase("$$.Map.Item.Value".to_owned()),
            )]
        },
    },
    Entry {
        name: "array-unique",
        sentence: "States.ArrayUnique keeps what is equal.",
        clause: Clause::IntrinsicArrayUnique,
        signature: "effects Task root array≠longer@length",
        states: 1,
        deviations: || vec![at(Hook::Function(Function::ArrayUnique), Change::Ignore)],
    },
    Entry {
        name: "array-range",
        sentence: "States.ArrayRange stops before its last number.",
        clause: Clause::IntrinsicArrayRange,
        signature: "effects Task root array≠shorter@length",
        states: 1,
        deviations: || vec![at(Hook::Function(Function::ArrayRange), Change::DropLast)],
    },
    Entry {
        name: "math-add",
        sentence: "States.MathAdd rounds down.",
        clause: Clause::IntrinsicMathAdd,
        signature: "effects Task root number≠number@value",
        states: 1,
        deviations: || vec![at(Hook::Arguments(Function::MathAdd), Change::Floor)],
    },
    Entry {
        name: "variables-leak",
        sentence: "What a branch or an item assigns is stored in the scope around it.",
        clause: Clause::Assign,
        signature: "path Pass Map fewer",
        states: 5,
        deviations: || vec![at(Hook::VariableScope, Change::Outer)],
    },
    Entry {
        name: "default-first",
        sentence: "A Choice that has a Default always takes it.",
        clause: Clause::ChoiceFirstMatch,
        signature: "path Choice root other",
        states: 3,
        deviations: || vec![field(Field::Choices, Change::Ignore).when(When::Has(Field::Default))],
    },
    Entry {
        name: "null-is-absent",
        sentence: "IsPresent takes null for nothing.",
        clause: Clause::ChoiceIs,
        signature: "path Choice root other",
        states: 3,
        deviations: || {
            vec![at(Hook::Tested(Operator::Is(Kind::Present)), Change::Ignore).when(When::Null)]
        },
    },
    Entry {
        name: "branches-go-on",
        sentence: "When a branch of a Parallel fails, the others go on.",
        clause: Clause::SiblingsStopped,
        signature: "timing - - end-late",
        states: 3,
        deviations: || vec![at(Hook::ChildFailure, Change::Ignore).within(&[StateType::Parallel])],
    },
    Entry {
        name: "heartbeat-once",
        sentence: "HeartbeatSeconds bounds the whole attempt: heartbeats do not extend it.",
        clause: Clause::HeartbeatExtends,
        signature: "status Task root SUCCEEDED≠FAILED:States.Timeout",
        states: 1,
        deviations: || vec![at(Hook::Heartbeat, Change::Ignore)],
    },
    Entry {
        name: "machine-timeout",
        sentence: "The machine's TimeoutSeconds is ignored.",
        clause: Clause::MachineTimeout,
        signature: "status Task root TIMED_OUT≠FAILED:States.Timeout",
        states: 1,
        deviations: || vec![field(Field::MachineTimeout, Change::Ignore)],
    },
    Entry {
        name: "history-limit",
        sentence: "A history holds 500 events, and an execution that needs more fails.",
        clause: Clause::HistoryLimit,
        signature: "status - - SUCCEEDED≠FAILED:States.Runtime(the-execution-reached-the-maximum-number)",
        states: 3,
        deviations: || vec![at(Hook::HistoryLimit, Change::Set(FEW_EVENTS.into()))],
    },
    Entry {
        name: "timeout-from-scheduling",
        sentence: "TimeoutSeconds counts from when the task was scheduled, not from when a worker took it.",
        clause: Clause::TimeoutFromStart,
        signature: "status Task root SUCCEEDED≠FAILED:States.Timeout",
        states: 1,
        deviations: || vec![at(Hook::TimeoutRestart, Change::Ignore)],
    },
    Entry {
        name: "undefined-is-null",
        sentence: "An expression that comes to nothing gives null.",
        clause: Clause::JsonataUndefined,
        signature: "status Pass root FAILED:States.QueryEvaluationError(the-jsonata-expression-specified-for-the)≠SUCCEEDED",
        states: 1,
        deviations: || vec![at(Hook::Undefined, Change::Set(Value::Null))],
    },
    Entry {
        name: "undefined-left-out",
        sentence: "A member of the definition whose expression comes to nothing is left out.",
        clause: Clause::JsonataUndefined,
        signature: "status Pass root FAILED:States.QueryEvaluationError(the-jsonata-expression-specified-for-the)≠SUCCEEDED",
        states: 1,
        deviations: || vec![at(Hook::Undefined, Change::Ignore)],
    },
    Entry {
        name: "stale-result",
        sentence: "$states.result is the state's input.",
        clause: Clause::JsonataStates,
        signature: "status Task root SUCCEEDED≠FAILED:States.QueryEvaluationError(the-jsonata-expression-specified-for-the)",
        states: 1,
        deviations: || {
            let input = Change::Rebase("$states.input".to_owned());
            vec![at(Hook::States(StatesField::Result), input)]
        },
    },
    Entry {
        name: "output-after-assign",
        sentence: "Output reads the variables that Assign of the same state has set.",
        clause: Clause::JsonataOutput,
        signature: "output Task root scalar≠object@value",
        states: 2,
        deviations: || vec![at(Hook::OutputVariables, Change::Ignore)],
    },
    Entry {
        name: "truthy-condition",
        sentence: "A Condition that is no boolean is cast to one.",
        clause: Clause::JsonataTypeElsewhere,
        signature: "status Choice root FAILED:States.QueryEvaluationError(the-jsonata-expression-specified-for-the)≠SUCCEEDED",
        states: 2,
        deviations: || vec![at(Hook::Condition, Change::Coerce)],
    },
    Entry {
        name: "jsonata-unwrapped",
        sentence: "A path of JSONata that leads to an array of one value gives the value.",
        clause: Clause::JsonataPath,
        signature: "effects Task root array≠object@value",
        states: 1,
        deviations: || vec![part(Part::Path, Change::Unwrap)],
    },
    Entry {
        name: "integer-division",
        sentence: "The operator / divides whole numbers.",
        clause: Clause::JsonataOperator,
        signature: "effects Task root number≠number@value",
        states: 1,
        deviations: || vec![part(Part::Operator("/"), Change::Floor)],
    },
    Entry {
        name: "regex-as-text",
        sentence: "A regular expression of JSONata is taken for a text.",
        clause: Clause::JsonataRegex,
        signature: "status Choice root SUCCEEDED≠FAILED:States.QueryEvaluationError(the-jsonata-expression-specified-for-the)",
        states: 2,
        deviations: || vec![part(Part::Regex, Change::Literal)],
    },
    Entry {
        name: "null-members",
        sentence: "A member of an object in an expression is null if it comes to nothing.",
        clause: Clause::JsonataConstructor,
        signature: "history Pass root details:PassStateExited.output:absent≠present@member",
        states: 2,
        deviations: || vec![part(Part::Member, Change::Set(Value::Null))],
    },
    Entry {
        name: "query-error-uncaught",
        sentence: "An error of JSONata ends the execution: handlers do not see it.",
        clause: Clause::JsonataThrown,
        signature: "status Task root SUCCEEDED≠FAILED:States.QueryEvaluationError(the-jsonata-expression-specified-for-the)",
        states: 2,
        deviations: || vec![at(Hook::Failure(Clause::JsonataThrown), Change::Unhandled)],
    },
    Entry {
        name: "query-error-name",
        sentence: "An expression that comes to nothing fails with States.Runtime.",
        clause: Clause::JsonataUndefined,
        signature: "error Pass root States.QueryEvaluationError≠States.Runtime",
        states: 1,
        deviations: || {
            let runtime = Change::Fail("States.Runtime".to_owned());
            vec![at(Hook::Failure(Clause::JsonataUndefined), runtime)]
        },
    },
    Entry {
        name: "output-default",
        sentence: "Without Output, a state with a result outputs its input.",
        clause: Clause::JsonataOutputResult,
        signature: "output Task root present≠absent@member",
        states: 1,
        deviations: || {
            let input = Change::Set("{% $states.input %}".into());
            let output = field(Field::Output, input).when(When::Absent);
            vec![output.within(&[StateType::Task, StateType::Parallel, StateType::Map])]
        },
    },
    Entry {
        name: "outer-variables",
        sentence: "A branch or an item does not read the variables of the scope around it.",
        clause: Clause::VariableRead,
        signature: "status Pass Parallel SUCCEEDED≠FAILED:States.QueryEvaluationError(the-jsonata-expression-specified-for-the)",
        states: 3,
        deviations: || vec![at(Hook::OuterVariables, Change::Ignore)],
    },
    Entry {
        name: "nested-expressions",
        sentence: "Expressions inside the JSON of a field are strings.",
        clause: Clause::JsonataTemplate,
        signature: "effects Task root object≠scalar@value",
        states: 1,
        deviations: || vec![at(Hook::NestedExpression, Change::Literal)],
    },
    Entry {
        name: "missing-function",
        sentence: "There is no function $merge.",
        clause: Clause::JsonataFunction,
        signature: "status Task root SUCCEEDED≠FAILED:States.QueryEvaluationError(the-jsonata-expression-specified-for-the)",
        states: 1,
        deviations: || {
            let fail = Change::Fail("States.QueryEvaluationError".to_owned());
            vec![part(Part::Function("merge"), fail)]
        },
    },
    Entry {
        name: "start-named",
        sentence: "Starting again under the name of a running execution returns it, whatever the input.",
        clause: Clause::ApiStartNamed,
        signature: "answer StartExecution - fails:ExecutionAlreadyExists≠ok",
        states: 3,
        deviations: || vec![at(Hook::Answer(CallRule::StartNamed), Change::Ignore)],
    },
    Entry {
        name: "alias-route",
        sentence: "An alias leads to the machine as it is now, not to its version.",
        clause: Clause::ApiAliasRoute,
        signature: "answer DescribeStateMachineForExecution definition string≠string@value",
        states: 6,
        deviations: || vec![at(Hook::Answer(CallRule::AliasRoute), Change::Ignore)],
    },
    Entry {
        name: "version-follows",
        sentence: "A version follows the machine after an update.",
        clause: Clause::ApiVersionFixed,
        signature: "answer DescribeStateMachine definition string≠string@value",
        states: 4,
        deviations: || vec![at(Hook::Answer(CallRule::VersionFixed), Change::Ignore)],
    },
    Entry {
        name: "token-again",
        sentence: "A task token that was used is accepted again.",
        clause: Clause::ApiTokenOnce,
        signature: "answer SendTaskSuccess - fails:TaskTimedOut≠ok",
        states: 6,
        deviations: || vec![at(Hook::Answer(CallRule::TokenOnce), Change::Ignore)],
    },
    Entry {
        name: "executions-reversed",
        sentence: "The oldest execution is listed first.",
        clause: Clause::ApiExecutionsOrder,
        signature: "answer ListExecutions executions array≠array@order",
        states: 4,
        deviations: || vec![at(Hook::Answer(CallRule::ExecutionsOrder), Change::Ignore)],
    },
    Entry {
        name: "page-skips",
        sentence: "A page after another one lacks its first item.",
        clause: Clause::ApiPages,
        signature: "answer ListExecutions executions array≠shorter@length",
        states: 4,
        deviations: || vec![at(Hook::Answer(CallRule::Pages), Change::Ignore)],
    },
    Entry {
        name: "version-in-use",
        sentence: "A version that an alias routes to can be deleted.",
        clause: Clause::ApiVersionUsed,
        signature: "answer DeleteStateMachineVersion - fails:ConflictException≠ok",
        states: 4,
        deviations: || vec![at(Hook::Answer(CallRule::VersionUsed), Change::Ignore)],
    },
    Entry {
        name: "execution-updated",
        sentence: "DescribeStateMachineForExecution shows the new definition after an update.",
        clause: Clause::ApiExecutionRevision,
        signature: "answer DescribeStateMachineForExecution definition string≠string@value",
        states: 4,
        deviations: || {
            vec![at(
                Hook::Answer(CallRule::ExecutionRevision),
                Change::Ignore,
            )]
        },
    },
    Entry {
        name: "stop-ended",
        sentence: "Stopping an execution that has ended is an error.",
        clause: Clause::ApiStopEnded,
        signature: "answer StopExecution - ok≠fails:ValidationException",
        states: 3,
        deviations: || vec![at(Hook::Answer(CallRule::StopEnded), Change::Ignore)],
    },
    Entry {
        name: "version-twice",
        sentence: "Publishing a revision again makes another version.",
        clause: Clause::ApiVersionAgain,
        signature: "answer PublishStateMachineVersion stateMachineVersionArn string≠string@value",
        states: 3,
        deviations: || vec![at(Hook::Answer(CallRule::VersionAgain), Change::Ignore)],
    },
    Entry {
        name: "nested-early",
        sentence: "A task of .sync ends as soon as the execution that it starts has started.",
        clause: Clause::NestedSync,
        signature: "answer DescribeExecution status string≠string@value",
        states: 4,
        deviations: || vec![at(Hook::Answer(CallRule::NestedWaits), Change::Ignore)],
    },
    Entry {
        name: "nested-text",
        sentence: "With .sync:2, too, the output of an execution is text.",
        clause: Clause::NestedValues,
        signature: "answer DescribeExecution output string≠string@value",
        states: 4,
        deviations: || vec![at(Hook::Answer(CallRule::NestedValues), Change::Ignore)],
    },
    Entry {
        name: "nested-error",
        sentence: "A task fails with the error of the execution that it has started.",
        clause: Clause::NestedFailure,
        signature: "answer DescribeExecution output string≠string@value",
        states: 4,
        deviations: || vec![at(Hook::Answer(CallRule::NestedError), Change::Ignore)],
    },
    Entry {
        name: "nested-orphan",
        sentence: "An execution goes on when the task that has started it is aborted.",
        clause: Clause::NestedStopped,
        signature: "answer ListExecutions executions.status string≠string@value",
        states: 5,
        deviations: || vec![at(Hook::Answer(CallRule::NestedStopped), Change::Ignore)],
    },
    Entry {
        name: "service-error",
        sentence: "The error of a service reaches the execution under its bare name.",
        clause: Clause::IntegrationFailure,
        signature: "answer DescribeExecution output string≠string@value",
        states: 3,
        deviations: || vec![at(Hook::Answer(CallRule::IntegrationError), Change::Ignore)],
    },
];
