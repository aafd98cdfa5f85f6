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
        let way = &self.0.way;
        Rewrite::new(move |machine| rewrite::machine(*way, &machine)).conducted(way)
    }
}
