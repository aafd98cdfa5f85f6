//! Profiles: which features a case may draw, how often, and how large it gets.

use crate::feature::{Feature, FeatureSet};

/// What a run generates.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The name in configuration and reports.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub summary: &'static str,
    /// What every case has at hand.
    pub core: FeatureSet,
    /// What each case draws a subset of, besides the core.
    pub optional: FeatureSet,
    /// What is drawn only in one case of eight that would draw it.
    pub rare: FeatureSet,
    /// How often a scope's next state is of which type.
    pub weights: Weights,
    /// How large a case gets.
    pub sizes: Sizes,
}

/// Relative frequencies of what a scope continues with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Pass.
    pub pass: u32,
    /// Task.
    pub task: u32,
    /// Choice.
    pub choice: u32,
    /// Wait.
    pub wait: u32,
    /// Parallel.
    pub parallel: u32,
    /// Map.
    pub map: u32,
    /// A loop: several states at once.
    pub loops: u32,
    /// Succeed, before the scope has to end.
    pub succeed: u32,
    /// Fail, before the scope has to end.
    pub fail: u32,
}

/// Bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// States per machine: the fewest and the most that are aimed for. States that end what is
    /// still open come on top.
    pub states: (u32, u32),
    /// Scopes inside scopes.
    pub depth: u32,
    /// Branches of a Parallel.
    pub branches: u32,
    /// Items of a Map.
    pub items: u32,
    /// Rules of a Choice.
    pub rules: u32,
    /// ASL seconds that all starts of a case take together, at most.
    pub seconds: u32,
    /// Executions per machine.
    pub starts: u32,
}

impl Weights {
    const EVEN: Self = Self {
        pass: 6,
        task: 9,
        choice: 5,
        wait: 1,
        parallel: 3,
        map: 3,
        loops: 1,
        succeed: 1,
        fail: 1,
    };
}

impl Sizes {
    const USUAL: Self = Self {
        states: (2, 10),
        depth: 2,
        branches: 3,
        items: 3,
        rules: 3,
        seconds: 8,
        starts: 2,
    };
    const SMALL: Self = Self {
        states: (1, 4),
        depth: 1,
        branches: 2,
        items: 2,
        rules: 2,
        seconds: 2,
        starts: 1,
    };
}

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

    /// Where errors go: failing tasks, branches and iterations, caught or not.
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

    /// How often things are tried: retriers, their order, their bounds and intervals.
    pub fn retry() -> Self {
        Self {
            name: "retry",
            summary: "How often things are tried: retriers, their order, their bounds and their intervals.",
            core: FeatureSet::of(&[F::Task, F::TaskErrors, F::Retry, F::Delays]),
            optional: FeatureSet::of(&[
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

    /// Where choices lead: every operator over every kind of value.
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

    /// The whole language that this build draws.
    pub fn everything() -> Self {
        Self {
            name: "everything",
            summary: "The whole language that this build draws, a different part of it in every case.",
            core: FeatureSet::EMPTY,
            optional: FeatureSet::ALL,
            rare: FeatureSet::EMPTY,
            weights: Weights::EVEN,
            sizes: Sizes::USUAL,
        }
    }

    /// All named profiles, the smallest first.
    pub fn all() -> [Self; 6] {
        [
            Self::smoke(),
            Self::flow(),
            Self::errors(),
            Self::retry(),
            Self::choice(),
            Self::everything(),
        ]
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Result<Self, UnknownProfile> {
        Self::all()
            .into_iter()
            .find(|profile| profile.name == name)
            .ok_or_else(|| UnknownProfile(name.to_owned()))
    }

    /// Every feature that a case can have.
    pub fn features(&self) -> FeatureSet {
        self.core.with(self.optional)
    }

    /// This profile without what an engine lacks, so that no case is drawn for nothing.
    #[must_use]
    pub fn intersect(mut self, capabilities: FeatureSet) -> Self {
        self.core = self.core.intersect(capabilities);
        self.optional = self.optional.intersect(capabilities);
        self
    }

    /// This profile with these features in one case of eight only, so that what is known of them
    /// hides nothing else.
    #[must_use]
    pub fn rarely(mut self, features: FeatureSet) -> Self {
        self.rare = self.rare.with(features);
        self
    }

    /// This profile without these features.
    #[must_use]
    pub fn without(self, features: FeatureSet) -> Self {
        self.intersect(FeatureSet::ALL.without(features))
    }
}

/// A word that names no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no profile '{0}'")]
pub struct UnknownProfile(pub String);

#[cfg(test)]
mod tests {
    use super::{Feature, FeatureSet, Profile};
    use crate::swarm::sanitize;

    #[test]
    fn profiles_are_found_by_name_and_give_way_to_capabilities() {
        for profile in Profile::all() {
            assert_eq!(Profile::named(profile.name).unwrap().name, profile.name);
            assert_eq!(sanitize(profile.features()), profile.features());
            let lame = profile.without(FeatureSet::of(&[Feature::Retry]));
            assert!(!lame.features().has(Feature::Retry));
        }
        assert!(Profile::named("nothing").is_err());
    }
}
