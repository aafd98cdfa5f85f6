//! The profiles that have names: what each is for.

use super::{API, EXPRESS, INVALID, NESTED, Profile, Sizes, TOKENS, Weights};
use crate::feature::{Feature, FeatureSet};

use Feature as F;

const DATA_FLOW: FeatureSet = FeatureSet::of(&[
    F::InputPath,
    F::Parameters,
    F::PassResult,
    F::ResultSelector,
    F::ResultPath,
    F::OutputPath,
    F::NullPaths,
    F::ContextPaths,
    F::SeveralPaths,
    F::OddNames,
]);

const CONDITIONS: FeatureSet = FeatureSet::of(&[
    F::Logic,
    F::TypeTests,
    F::Timestamps,
    F::StringMatches,
    F::OperandPaths,
    F::NoDefault,
]);

const SCOPES: FeatureSet = FeatureSet::of(&[
    F::Nesting,
    F::Parallel,
    F::Map,
    F::Task,
    F::TaskErrors,
    F::Retry,
    F::Catch,
    F::Choice,
    F::Succeed,
    F::Fail,
    F::Wait,
    F::Delays,
    F::Parameters,
    F::ResultSelector,
    F::ResultPath,
    F::OutputPath,
    F::ContextPaths,
    F::Variables,
    F::ManyStarts,
    F::Damage,
]);

impl Profile {
    /// A few states of every type, without waiting: does the engine work at all?
    pub fn smoke() -> Self {
        Self {
            name: "smoke",
            summary: "A few states of every type, without waiting: does the engine work at all?",
            core: FeatureSet::of(&[F::Pass, F::Task, F::ResultPath, F::Parameters]),
            optional: FeatureSet::of(&[
                F::Choice,
                F::Succeed,
                F::Fail,
                F::Parallel,
                F::Map,
                F::ItemSelector,
                F::Catch,
                F::TaskErrors,
                F::Wait,
            ]),
            rare: FeatureSet::EMPTY,
            weights: Weights::EVEN,
            sizes: Sizes::SMALL,
        }
    }

    /// How data flows through states: paths, templates, nested scopes.
    pub fn flow() -> Self {
        Self {
            name: "flow",
            summary: "How data flows: paths, templates, null and missing, in and out of nested scopes.",
            core: FeatureSet::of(&[F::Pass, F::Parameters, F::ResultPath]),
            optional: DATA_FLOW.with(FeatureSet::of(&[
                F::Task,
                F::Succeed,
                F::Parallel,
                F::Map,
                F::Nesting,
                F::ItemSelector,
                F::MaxConcurrency,
                F::LimitPaths,
                F::Choice,
                F::ManyStarts,
                F::Damage,
            ])),
            rare: FeatureSet::EMPTY,
            weights: Weights::EVEN,
            sizes: Sizes::USUAL,
        }
    }

    /// Errors of tasks, branches and iterations, caught or not.
    pub fn errors() -> Self {
        Self {
            name: "errors",
            summary: "Where errors go: failing tasks, branches and iterations, caught or not, never retried.",
            core: FeatureSet::of(&[F::Task, F::TaskErrors, F::Catch]),
            optional: FeatureSet::of(&[
                F::Pass,
                F::Choice,
                F::Succeed,
                F::Fail,
                F::FailPaths,
                F::Parallel,
                F::Map,
                F::Nesting,
                F::ItemSelector,
                F::MaxConcurrency,
                F::ResultPath,
                F::OutputPath,
                F::NullPaths,
                F::Parameters,
                F::Timeouts,
                F::Heartbeats,
                F::Delays,
                F::ManyStarts,
                F::Damage,
            ]),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                fail: 2,
                ..Weights::EVEN
            },
            sizes: Sizes::USUAL,
        }
    }

    /// Retries: retriers, their order, their bounds and intervals.
    pub fn retry() -> Self {
        Self {
            name: "retry",
            summary: "How often things are tried: retriers, their order, their bounds and their intervals.",
            core: FeatureSet::of(&[F::Task, F::TaskErrors, F::Retry, F::Delays]),
            optional: FeatureSet::of(&[
                F::Jitter,
                F::Pass,
                F::Choice,
                F::Catch,
                F::Parallel,
                F::Map,
                F::Nesting,
                F::ItemSelector,
                F::MaxConcurrency,
                F::Fail,
                F::Timeouts,
                F::Heartbeats,
                F::Parameters,
                F::PassResult,
                F::ResultPath,
                F::ContextPaths,
                F::Loops,
                F::ManyStarts,
            ]),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                task: 18,
                ..Weights::EVEN
            },
            sizes: Sizes {
                states: (2, 7),
                seconds: 10,
                ..Sizes::USUAL
            },
        }
    }

    /// Choices: every operator over every kind of value.
    pub fn choice() -> Self {
        Self {
            name: "choice",
            summary: "Where choices lead: every operator over every kind of value.",
            core: FeatureSet::of(&[F::Choice, F::Pass]),
            optional: CONDITIONS.with(FeatureSet::of(&[
                F::Succeed,
                F::Fail,
                F::FailPaths,
                F::InputPath,
                F::OutputPath,
                F::PassResult,
                F::ResultPath,
                F::ContextPaths,
                F::OddNames,
                F::Loops,
                F::Map,
                F::ItemSelector,
                F::ManyStarts,
                F::Damage,
            ])),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                choice: 15,
                ..Weights::EVEN
            },
            sizes: Sizes {
                rules: 4,
                ..Sizes::USUAL
            },
        }
    }

    /// Data that is odd, missing or of the wrong type.
    pub fn data() -> Self {
        Self {
            name: "data",
            summary: "Odd data: missing, null, of the wrong type, with names that paths have to quote.",
            core: FeatureSet::of(&[F::Pass, F::Parameters, F::Damage, F::OddNames]),
            optional: DATA_FLOW.with(FeatureSet::of(&[
                F::Task,
                F::Choice,
                F::Wait,
                F::Succeed,
                F::Map,
                F::ItemSelector,
                F::TypeTests,
                F::Timestamps,
                F::WaitPaths,
                F::Delays,
                F::Intrinsics,
                F::Variables,
                F::ManyStarts,
            ])),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                wait: 3,
                ..Weights::EVEN
            },
            sizes: Sizes {
                states: (1, 6),
                ..Sizes::USUAL
            },
        }
    }

    /// The results of intrinsic functions for all kinds of arguments.
    pub fn intrinsics() -> Self {
        Self {
            name: "intrinsics",
            summary: "Intrinsic functions: all of them, nested, of paths and literals, wherever they may stand.",
            core: FeatureSet::of(&[F::Pass, F::Parameters, F::Intrinsics]),
            optional: FeatureSet::of(&[
                F::Task,
                F::Choice,
                F::Succeed,
                F::Fail,
                F::FailPaths,
                F::Map,
                F::ItemSelector,
                F::ResultSelector,
                F::ResultPath,
                F::PassResult,
                F::ContextPaths,
                F::Variables,
                F::Randomness,
                F::Damage,
            ]),
            rare: FeatureSet::of(&[F::Randomness]),
            weights: Weights {
                pass: 15,
                ..Weights::EVEN
            },
            sizes: Sizes {
                states: (1, 6),
                ..Sizes::USUAL
            },
        }
    }

    /// Assignments of variables, and the places where variables can be read.
    pub fn variables() -> Self {
        Self {
            name: "variables",
            summary: "Variables: what assigns them, when they are seen, in inner scopes and in loops.",
            core: FeatureSet::of(&[F::Pass, F::Variables]),
            optional: FeatureSet::of(&[
                F::Task,
                F::TaskErrors,
                F::Catch,
                F::Choice,
                F::Wait,
                F::Succeed,
                F::Parallel,
                F::Map,
                F::Nesting,
                F::ItemSelector,
                F::InputPath,
                F::OutputPath,
                F::Parameters,
                F::PassResult,
                F::ResultPath,
                F::OperandPaths,
                F::Intrinsics,
                F::CountingLoops,
                F::ManyStarts,
                F::Damage,
            ]),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                loops: 2,
                ..Weights::EVEN
            },
            sizes: Sizes::USUAL,
        }
    }

    /// Branches: their inputs, their outputs, and what happens when one of them fails.
    pub fn parallel() -> Self {
        Self {
            name: "parallel",
            summary: "Parallel: what branches are given and give, one that fails, one inside another.",
            core: FeatureSet::of(&[F::Pass, F::Parallel]),
            optional: SCOPES,
            rare: FeatureSet::EMPTY,
            weights: Weights {
                parallel: 12,
                map: 2,
                ..Weights::EVEN
            },
            sizes: Sizes {
                states: (2, 12),
                depth: 3,
                branches: 4,
                ..Sizes::USUAL
            },
        }
    }

    /// Iterations: the source of the items, the order in which they run, and failing ones.
    pub fn map() -> Self {
        Self {
            name: "map",
            summary: "Map: where items come from, how many run at once, one that fails, one inside another.",
            core: FeatureSet::of(&[F::Pass, F::Map]),
            optional: SCOPES.with(FeatureSet::of(&[
                F::ItemSelector,
                F::MaxConcurrency,
                F::LimitPaths,
            ])),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                parallel: 2,
                map: 12,
                ..Weights::EVEN
            },
            sizes: Sizes {
                states: (2, 12),
                depth: 3,
                ..Sizes::USUAL
            },
        }
    }

    /// Things that take time: Wait states, time limits and the delays of retries.
    pub fn waits() -> Self {
        Self {
            name: "waits",
            summary: "What takes time: Wait states, time limits, heartbeats and the delays of retries.",
            core: FeatureSet::of(&[F::Wait, F::Delays]),
            optional: FeatureSet::of(&[
                F::Pass,
                F::Task,
                F::TaskErrors,
                F::Retry,
                F::Jitter,
                F::Catch,
                F::Choice,
                F::Parallel,
                F::Map,
                F::PassResult,
                F::ResultPath,
                F::ContextPaths,
                F::Timestamps,
                F::WaitPaths,
                F::LimitPaths,
                F::MaxConcurrency,
                F::Timeouts,
                F::Heartbeats,
                F::MachineTimeout,
                F::Variables,
            ]),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                wait: 9,
                ..Weights::EVEN
            },
            sizes: Sizes {
                seconds: 20,
                ..Sizes::USUAL
            },
        }
    }

    /// Things that are large: payloads, many iterations, loops of hundreds of transitions.
    pub fn limits() -> Self {
        Self {
            name: "limits",
            summary: "What is large: payloads near 256 KiB, Maps of many items, loops of hundreds of laps.",
            core: FeatureSet::of(&[
                F::Pass,
                F::Choice,
                F::Map,
                F::Parameters,
                F::PassResult,
                F::ResultPath,
                F::NullPaths,
                F::Intrinsics,
                F::Variables,
            ]),
            optional: FeatureSet::of(&[
                F::CountingLoops,
                F::LongLoops,
                F::Jsonata,
                F::Oversize,
                F::ItemSelector,
                F::MaxConcurrency,
                F::Succeed,
                F::Damage,
            ]),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                map: 9,
                loops: 3,
                ..Weights::EVEN
            },
            sizes: Sizes {
                states: (2, 8),
                depth: 1,
                items: 40,
                ..Sizes::USUAL
            },
        }
    }

    /// JSONata: every field that takes an expression, and every kind of expression.
    pub fn jsonata() -> Self {
        Self {
            name: "jsonata",
            summary: "JSONata: expressions of every kind wherever they may stand, and beside JSONPath.",
            core: FeatureSet::of(&[F::Jsonata, F::Pass]),
            optional: SCOPES.with(FeatureSet::of(&[
                F::JsonataLibrary,
                F::Timestamps,
                F::Logic,
                F::NoDefault,
                F::OddNames,
                F::InputPath,
                F::PassResult,
                F::Intrinsics,
                F::ItemSelector,
                F::MaxConcurrency,
                F::LimitPaths,
                F::WaitPaths,
                F::FailPaths,
                F::Timeouts,
                F::Heartbeats,
                F::Loops,
                F::CountingLoops,
            ])),
            rare: FeatureSet::of(&[F::JsonataLibrary]),
            weights: Weights {
                languages: [0, 1, 4],
                ..Weights::EVEN
            },
            sizes: Sizes {
                states: (1, 8),
                ..Sizes::USUAL
            },
        }
    }

    /// Everything in the language that this build can draw.
    pub fn everything() -> Self {
        Self {
            name: "everything",
            summary: "The whole language that this build draws, a different part of it in every case.",
            core: FeatureSet::EMPTY,
            optional: FeatureSet::ALL,
            rare: FeatureSet::of(&[F::Randomness, F::Oversize, F::LongLoops, F::JsonataLibrary]),
            weights: Weights::EVEN,
            sizes: Sizes::USUAL,
        }
    }

    /// `everything` without JSONata, paths to several values, intrinsic functions, variables, long
    /// loops, large payloads and jitter: the fixed workload of benchmarks. No command draws it by name.
    pub fn skeleton() -> Self {
        Self::everything().without(FeatureSet::of(&[
            F::SeveralPaths,
            F::Intrinsics,
            F::Randomness,
            F::Variables,
            F::CountingLoops,
            F::LongLoops,
            F::Oversize,
            F::Jitter,
            F::Jsonata,
            F::JsonataLibrary,
        ]))
    }

    /// Machines that are broken on purpose.
    pub fn invalid() -> Self {
        Self {
            name: INVALID,
            summary: "Definitions that are broken in one known way or two: accepted or refused, and why.",
            optional: FeatureSet::ALL.without(FeatureSet::of(&[
                F::Oversize,
                F::Jsonata,
                F::JsonataLibrary,
            ])),
            rare: FeatureSet::EMPTY,
            sizes: Sizes {
                states: (1, 6),
                starts: 1,
                ..Sizes::USUAL
            },
            ..Self::everything()
        }
    }

    /// Express workflows. They have no activities (clause `validate.express`), so no task of them can be
    /// served.
    pub fn express() -> Self {
        let tasks = FeatureSet::of(&[
            F::Task,
            F::TaskErrors,
            F::Timeouts,
            F::Heartbeats,
            F::LimitPaths,
        ]);
        Self {
            name: EXPRESS,
            summary: "Express workflows, started synchronously: the language without tasks.",
            sizes: Sizes {
                seconds: 4,
                ..Sizes::USUAL
            },
            ..Self::everything().without(tasks)
        }
    }

    /// Tasks that send their tokens to queues, and wait until somebody answers with them.
    pub fn tokens() -> Self {
        Self {
            name: TOKENS,
            summary: "Tasks that send their token to a queue, and wait until somebody answers with it.",
            core: FeatureSet::of(&[F::Task]),
            optional: SCOPES.with(FeatureSet::of(&[
                F::Pass,
                F::Jsonata,
                F::InputPath,
                F::Intrinsics,
                F::ItemSelector,
                F::MaxConcurrency,
                F::LimitPaths,
                F::Loops,
                F::PassResult,
                F::Timeouts,
                F::Heartbeats,
            ])),
            rare: FeatureSet::EMPTY,
            weights: Weights {
                task: 18,
                ..Weights::EVEN
            },
            sizes: Sizes {
                states: (1, 8),
                seconds: 10,
                ..Sizes::USUAL
            },
        }
    }

    /// Calls to the service, one after the other; their machines are small.
    pub fn api() -> Self {
        Self {
            name: API,
            summary: "Calls in any order: machines, versions, aliases, executions, activities, tags; right and wrong.",
            core: FeatureSet::EMPTY,
            optional: FeatureSet::EMPTY,
            rare: FeatureSet::EMPTY,
            weights: Weights::EVEN,
            sizes: Sizes::SMALL,
        }
    }

    /// Executions that start executions of other machines, and wait for them; each case is calls to the service.
    pub fn nested() -> Self {
        Self {
            name: NESTED,
            summary: "Executions that start others and wait for them: what they come to, and who is stopped with whom.",
            ..Self::api()
        }
    }
}
