//! The zoo of faulty engines: the embedded engine told to break one rule.
//!
//! Each fault must be caught and shrunk to its known minimum: that is how the harness is tested.
//! A fault is kept out of the interpreter's own code. It rewrites the machine after the service
//! has accepted it, so that the interpreter, following every rule, does what a broken engine would
//! do with the machine that was given.

mod habits;
mod hunt;
mod rewrite;

pub use self::hunt::{Caught, HuntError, hunt};

use stepproof_specs::{clause::Clause, service::Rewrite};

use crate::verdict::Signature;

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
        signature: "status Task root SUCCEEDED≠FAILED:custom",
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
        clause: Clause::SiblingsStopped,
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
        signature: "history Task root details:TaskStateExited.assignedVariables:scalar≠array@value",
        states: 3,
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
        signature: "history Map root property:map-concurrency",
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
        Signature(self.0.signature.to_owned())
    }

    /// How many states the smallest machine has that shows it.
    pub fn states(self) -> usize {
        self.0.states
    }

    /// What the embedded service is to do otherwise.
    pub fn rewrite(self) -> Rewrite {
        match self.0.way {
            way if way.is_habit() => Rewrite::habits(habits::Habit(way)),
            way => Rewrite::new(move |machine| rewrite::machine(way, &machine)),
        }
    }
}

impl Way {
    /// Whether no other machine does what this fault does.
    fn is_habit(self) -> bool {
        matches!(
            self,
            Self::MapOrder
                | Self::SharedBudget
                | Self::LaterRetrier
                | Self::RuntimeCaught
                | Self::Unwrapped
                | Self::MissingIsNull
                | Self::MapGoesOn
                | Self::ParallelSequential
                | Self::MapRevisit
        )
    }
}
