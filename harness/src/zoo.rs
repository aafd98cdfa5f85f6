//! The zoo of faulty engines: the embedded engine told to break one rule.
//!
//! Each fault must be caught and shrunk to its known minimum: that is how the harness is tested.
//! A fault is kept out of the interpreter's own code. It rewrites the machine after the service
//! has accepted it, so that the interpreter, following every rule, does what a broken engine would
//! do with the machine that was given.

mod conduct;
mod hunt;
mod rewrite;
mod survey;

pub use self::{
    hunt::{Caught, HuntError, hunt},
    survey::{Form, Spread, Survey, survey},
};

use stepproof_specs::{clause::Clause, reference::Expectation, service::Rewrite};

use crate::judge::verdict::Signature;

/// A rule that an engine is told to break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault(&'static Entry);

/// What a fault is.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    name: &'static str,
    sentence: &'static str,
    clause: Clause,
    signature: &'static str,
    states: usize,
    way: Way,
}

/// How a fault comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    RetryBudget,
    BackoffRate,
    Wildcards,
    CatchOrder,
    ResultPath,
    ChoiceOrder,
    MapOrder,
    ParallelFailure,
    Heartbeat,
    Liveness,
    MaxDelay,
    TaskFailed,
    MissingVariable,
    TimestampText,
    InputPath,
    NullOutputPath,
    CaughtResultPath,
    ResultSelector,
    SharedBudget,
    LaterRetrier,
    RuntimeCaught,
    Unwrapped,
    MissingIsNull,
    MapGoesOn,
    ParallelSequential,
    MapRevisit,
    AssignOrder,
    PatternEscapes,
    MaxConcurrency,
    FirstRule,
    AndIsOr,
    Jitter,
    Wait,
    JitterAboveCap,
    TaskFailedTimeout,
    CatchBeforeRetry,
    NullResultPath,
    ItemSelector,
    ArrayUnique,
    ArrayRange,
    MathAdd,
    VariablesLeak,
    DefaultFirst,
    NullIsAbsent,
    BranchesGoOn,
    HeartbeatOnce,
    MachineTimeout,
    HistoryLimit,
    TimeoutFromScheduling,
}

const ZOO: &[Entry] = &[
    Entry {
        name: "retry-budget",
        sentence: "A retrier makes one attempt more than MaxAttempts allows.",
        clause: Clause::RetryExhausted,
        signature: "attempts Task root more",
        states: 1,
        way: Way::RetryBudget,
    },
    Entry {
        name: "backoff-rate",
        sentence: "BackoffRate is ignored: every retry waits IntervalSeconds.",
        clause: Clause::RetryBackoff,
        signature: "timing Task root retry-early",
        states: 1,
        way: Way::BackoffRate,
    },
    Entry {
        name: "wildcards",
        sentence: "States.ALL and States.TaskFailed match only errors of that very name.",
        clause: Clause::MatchAll,
        signature: "attempts Task root fewer",
        states: 1,
        way: Way::Wildcards,
    },
    Entry {
        name: "catch-order",
        sentence: "The last matching catcher handles an error, not the first.",
        clause: Clause::CatchFirstMatch,
        signature: "output Task root present≠absent@member",
        states: 2,
        way: Way::CatchOrder,
    },
    Entry {
        name: "result-path",
        sentence: "ResultPath is ignored: the result replaces the input.",
        clause: Clause::ResultPathMerges,
        signature: "output Pass root present≠absent@member",
        states: 1,
        way: Way::ResultPath,
    },
    Entry {
        name: "choice-order",
        sentence: "The last matching rule of a Choice is taken, not the first.",
        clause: Clause::ChoiceFirstMatch,
        signature: "path Choice root other",
        states: 3,
        way: Way::ChoiceOrder,
    },
    Entry {
        name: "map-order",
        sentence: "A Map's results are in reverse order.",
        clause: Clause::MapIterations,
        signature: "output Map root array≠array@order",
        states: 2,
        way: Way::MapOrder,
    },
    Entry {
        name: "parallel-failure",
        sentence: "A failed branch of a Parallel gives null, and the state succeeds.",
        clause: Clause::ParallelFails,
        signature: "status Fail Parallel FAILED:absent≠SUCCEEDED",
        states: 2,
        way: Way::ParallelFailure,
    },
    Entry {
        name: "heartbeat",
        sentence: "HeartbeatSeconds is ignored.",
        clause: Clause::HeartbeatTimeout,
        signature: "status Task root FAILED:States.Timeout≠SUCCEEDED",
        states: 1,
        way: Way::Heartbeat,
    },
    Entry {
        name: "liveness",
        sentence: "After a caught error the execution never ends.",
        clause: Clause::CatchFirstMatch,
        signature: "liveness Task root ended≠RUNNING",
        states: 2,
        way: Way::Liveness,
    },
    Entry {
        name: "max-delay",
        sentence: "MaxDelaySeconds is ignored: intervals grow without bound.",
        clause: Clause::RetryMaxDelay,
        signature: "timing Task root retry-late",
        states: 1,
        way: Way::MaxDelay,
    },
    Entry {
        name: "task-failed",
        sentence: "States.TaskFailed matches only errors of that very name.",
        clause: Clause::MatchTaskFailed,
        signature: "attempts Task root fewer",
        states: 1,
        way: Way::TaskFailed,
    },
    Entry {
        name: "missing-variable",
        sentence: "A Choice Variable that finds nothing is a comparison that does not hold.",
        clause: Clause::ChoiceMissingVariable,
        signature: "status Choice root FAILED:States.Runtime(invalid-path-the-choice-condition-path)≠SUCCEEDED",
        states: 2,
        way: Way::MissingVariable,
    },
    Entry {
        name: "timestamps-as-text",
        sentence: "Timestamps are compared as texts, not as instants.",
        clause: Clause::ChoiceTimestamp,
        signature: "path Choice root other",
        states: 3,
        way: Way::TimestampText,
    },
    Entry {
        name: "input-path",
        sentence: "InputPath counts in Task states only.",
        clause: Clause::InputPathSelects,
        signature: "output Pass root absent≠present@member",
        states: 1,
        way: Way::InputPath,
    },
    Entry {
        name: "null-output-path",
        sentence: "OutputPath null is ignored.",
        clause: Clause::OutputPathNull,
        signature: "output Pass root absent≠present@member",
        states: 1,
        way: Way::NullOutputPath,
    },
    Entry {
        name: "caught-result-path",
        sentence: "A caught error is placed by the ResultPath of the state, not of the catcher.",
        clause: Clause::CatchFirstMatch,
        signature: "output Task root present≠absent@member",
        states: 2,
        way: Way::CaughtResultPath,
    },
    Entry {
        name: "result-selector",
        sentence: "ResultSelector is ignored.",
        clause: Clause::ResultSelector,
        signature: "output Task root present≠absent@member",
        states: 1,
        way: Way::ResultSelector,
    },
    Entry {
        name: "shared-budget",
        sentence: "All retriers of a state share one count of attempts.",
        clause: Clause::RetryExhausted,
        signature: "attempts Task root fewer",
        states: 1,
        way: Way::SharedBudget,
    },
    Entry {
        name: "later-retrier",
        sentence: "When the first matching retrier is used up, the next one that matches is asked.",
        clause: Clause::RetryFirstMatch,
        signature: "attempts Task root more",
        states: 1,
        way: Way::LaterRetrier,
    },
    Entry {
        name: "runtime-caught",
        sentence: "States.ALL matches States.Runtime.",
        clause: Clause::RuntimeTerminal,
        signature: "status Task root FAILED:States.Runtime(the-jsonpath-specified-for-the-field)≠SUCCEEDED",
        states: 2,
        way: Way::RuntimeCaught,
    },
    Entry {
        name: "unwrapped",
        sentence: "A path that can match several values and matches one gives that value, not an array.",
        clause: Clause::PathSeveral,
        signature: "effects Task root array≠object@value",
        states: 1,
        way: Way::Unwrapped,
    },
    Entry {
        name: "missing-is-null",
        sentence: "A path that finds nothing gives null.",
        clause: Clause::TemplatePathMissing,
        signature: "status Pass root FAILED:States.Runtime(the-jsonpath-specified-for-the-field)≠SUCCEEDED",
        states: 1,
        way: Way::MissingIsNull,
    },
    Entry {
        name: "map-goes-on",
        sentence: "A Map goes on with its items after one of them failed.",
        clause: Clause::MapFails,
        signature: "path Task Map more",
        states: 2,
        way: Way::MapGoesOn,
    },
    Entry {
        name: "parallel-sequential",
        sentence: "The branches of a Parallel run one after the other.",
        clause: Clause::ParallelBranches,
        signature: "history Pass Parallel previous:PassStateEntered",
        states: 3,
        way: Way::ParallelSequential,
    },
    Entry {
        name: "map-revisit",
        sentence: "A Map that is entered a second time never begins.",
        clause: Clause::MapIterations,
        signature: "liveness Map root ended≠RUNNING",
        states: 4,
        way: Way::MapRevisit,
    },
    Entry {
        name: "assign-order",
        sentence: "Assign sees the new values of the variables before it.",
        clause: Clause::Assign,
        signature: "history Pass root details:PassStateExited.assignedVariables:object≠scalar@value",
        states: 2,
        way: Way::AssignOrder,
    },
    Entry {
        name: "pattern-escapes",
        sentence: "StringMatches takes backslashes literally.",
        clause: Clause::ChoiceStringMatches,
        signature: "path Choice root other",
        states: 3,
        way: Way::PatternEscapes,
    },
    Entry {
        name: "max-concurrency",
        sentence: "MaxConcurrency is ignored.",
        clause: Clause::MapSequential,
        signature: "history Map root order:MapIterationSucceeded",
        states: 2,
        way: Way::MaxConcurrency,
    },
    Entry {
        name: "first-rule",
        sentence: "Only the first rule of a Choice is looked at.",
        clause: Clause::ChoiceFirstMatch,
        signature: "status Choice root SUCCEEDED≠FAILED:States.Runtime(failed-to-transition-out-of-the)",
        states: 2,
        way: Way::FirstRule,
    },
    Entry {
        name: "and-is-or",
        sentence: "And holds if one of its conditions does.",
        clause: Clause::ChoiceAnd,
        signature: "path Choice root other",
        states: 3,
        way: Way::AndIsOr,
    },
    Entry {
        name: "jitter",
        sentence: "Retries are jittered although JitterStrategy is NONE.",
        clause: Clause::RetryInterval,
        signature: "timing Task root retry-early",
        states: 1,
        way: Way::Jitter,
    },
    Entry {
        name: "wait",
        sentence: "A Wait of seconds does not wait.",
        clause: Clause::WaitSeconds,
        signature: "timing - - end-early",
        states: 1,
        way: Way::Wait,
    },
    Entry {
        name: "jitter-above-cap",
        sentence: "JitterStrategy FULL draws from above the delay: a retry waits twice as long.",
        clause: Clause::RetryJitterFull,
        signature: "timing Task root retry-late",
        states: 1,
        way: Way::JitterAboveCap,
    },
    Entry {
        name: "task-failed-timeout",
        sentence: "States.TaskFailed matches States.Timeout, too.",
        clause: Clause::MatchTaskFailed,
        signature: "attempts Task root more",
        states: 1,
        way: Way::TaskFailedTimeout,
    },
    Entry {
        name: "catch-before-retry",
        sentence: "A Task that has a Catch is never retried.",
        clause: Clause::RetryAgain,
        signature: "attempts Task root fewer",
        states: 2,
        way: Way::CatchBeforeRetry,
    },
    Entry {
        name: "null-result-path",
        sentence: "ResultPath null is ignored: the result replaces the input.",
        clause: Clause::ResultPathNull,
        signature: "output Pass root present≠absent@member",
        states: 1,
        way: Way::NullResultPath,
    },
    Entry {
        name: "item-selector",
        sentence: "In ItemSelector, $ is the item.",
        clause: Clause::MapItemSelector,
        signature: "status Task Map SUCCEEDED≠FAILED:States.Runtime(the-jsonpath-specified-for-the-field)",
        states: 2,
        way: Way::ItemSelector,
    },
    Entry {
        name: "array-unique",
        sentence: "States.ArrayUnique keeps what is equal.",
        clause: Clause::IntrinsicArrayUnique,
        signature: "effects Task root array≠longer@length",
        states: 1,
        way: Way::ArrayUnique,
    },
    Entry {
        name: "array-range",
        sentence: "States.ArrayRange stops before its last number.",
        clause: Clause::IntrinsicArrayRange,
        signature: "effects Task root array≠shorter@length",
        states: 1,
        way: Way::ArrayRange,
    },
    Entry {
        name: "math-add",
        sentence: "States.MathAdd rounds down.",
        clause: Clause::IntrinsicMathAdd,
        signature: "effects Task root number≠number@value",
        states: 1,
        way: Way::MathAdd,
    },
    Entry {
        name: "variables-leak",
        sentence: "What a branch or an item assigns is stored in the scope around it.",
        clause: Clause::Assign,
        signature: "path Pass Map fewer",
        states: 5,
        way: Way::VariablesLeak,
    },
    Entry {
        name: "default-first",
        sentence: "A Choice that has a Default always takes it.",
        clause: Clause::ChoiceFirstMatch,
        signature: "path Choice root other",
        states: 3,
        way: Way::DefaultFirst,
    },
    Entry {
        name: "null-is-absent",
        sentence: "IsPresent takes null for nothing.",
        clause: Clause::ChoiceIs,
        signature: "path Choice root other",
        states: 3,
        way: Way::NullIsAbsent,
    },
    Entry {
        name: "branches-go-on",
        sentence: "When a branch of a Parallel fails, the others go on.",
        clause: Clause::SiblingsStopped,
        signature: "timing - - end-late",
        states: 3,
        way: Way::BranchesGoOn,
    },
    Entry {
        name: "heartbeat-once",
        sentence: "HeartbeatSeconds bounds the whole attempt: heartbeats do not extend it.",
        clause: Clause::HeartbeatExtends,
        signature: "status Task root SUCCEEDED≠FAILED:States.Timeout",
        states: 1,
        way: Way::HeartbeatOnce,
    },
    Entry {
        name: "machine-timeout",
        sentence: "The machine's TimeoutSeconds is ignored.",
        clause: Clause::MachineTimeout,
        signature: "status Task root TIMED_OUT≠FAILED:States.Timeout",
        states: 1,
        way: Way::MachineTimeout,
    },
    Entry {
        name: "history-limit",
        sentence: "A history holds 500 events, and an execution that needs more fails.",
        clause: Clause::HistoryLimit,
        signature: "status - - SUCCEEDED≠FAILED:States.Runtime(the-execution-reached-the-maximum-number)",
        states: 3,
        way: Way::HistoryLimit,
    },
    Entry {
        name: "timeout-from-scheduling",
        sentence: "TimeoutSeconds counts from when the task was scheduled, not from when a worker took it.",
        clause: Clause::TimeoutFromStart,
        signature: "status Task root SUCCEEDED≠FAILED:States.Timeout",
        states: 1,
        way: Way::TimeoutFromScheduling,
    },
];

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Fault {
    /// All faults.
    pub fn all() -> impl Iterator<Item = Self> {
        ZOO.iter().map(Self)
    }

    /// The fault with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|fault| fault.name() == name)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What the engine does wrong, in one sentence.
    pub fn sentence(self) -> &'static str {
        self.0.sentence
    }

    /// The clause that it breaks.
    pub fn clause(self) -> Clause {
        self.0.clause
    }

    /// The signature under which it shows in its smallest case.
    pub fn signature(self) -> Signature {
        let signature = self.0.signature.parse();
        signature.expect("the zoo's signatures are written as signatures are")
    }

    /// Whether the rule comes into play where this is expected. If not, breaking it shows nothing.
    pub fn can_show(self, expected: &Expectation) -> bool {
        match self.0.way {
            Way::HistoryLimit => {
                let events = expected.observation.history.as_ref().map(Vec::len);
                events.is_some_and(|events| events > conduct::FEW_EVENTS)
            }
            _ => expected.coverage.contains(self.clause()),
        }
    }

    /// How many states the smallest machine has that shows it.
    pub fn states(self) -> usize {
        self.0.states
    }

    /// What the embedded service is to do otherwise.
    pub fn rewrite(self) -> Rewrite {
        let way = &self.0.way;
        Rewrite::new(move |machine| rewrite::machine(*way, &machine)).conducted(way)
    }
}
