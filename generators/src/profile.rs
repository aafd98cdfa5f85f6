//! Profiles: which features a case may draw, how often, and how large it gets.

mod named;

use crate::feature::FeatureSet;

/// What a run generates.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The name in configuration and reports.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub summary: &'static str,
    /// The features that every case may draw.
    pub core: FeatureSet,
    /// Further features, of which each case gets a random subset.
    pub optional: FeatureSet,
    /// Features that seven of eight cases lack even if they were drawn.
    pub rare: FeatureSet,
    /// How often each type comes next in a scope.
    pub weights: Weights,
    /// How large a case gets.
    pub sizes: Sizes,
}

/// The name of the profile that breaks its machines.
const INVALID: &str = "invalid";
/// The name of the profile whose machines are Express workflows.
const EXPRESS: &str = "express";

/// The name of the profile whose tasks send their tokens.
const TOKENS: &str = "tokens";

/// The name of the profile whose cases are calls to the service.
const API: &str = "api";

/// The name of the profile whose executions start others.
const NESTED: &str = "nested";

/// Relative frequencies of what comes next in a scope.
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
    /// A loop, which adds several states at once.
    pub loops: u32,
    /// Succeed, when the scope need not end yet.
    pub succeed: u32,
    /// Fail, when the scope need not end yet.
    pub fail: u32,
    /// Of machines that may be in JSONata: those that are in JSONPath, those with states in either
    /// language, and those in JSONata.
    pub languages: [u32; 3],
}

/// Bounds of a case's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// The fewest and the most states that a machine should have. States that end open transitions
    /// come on top.
    pub states: (u32, u32),
    /// Scopes inside scopes.
    pub depth: u32,
    /// Branches of a Parallel.
    pub branches: u32,
    /// Items of a Map.
    pub items: u32,
    /// Rules of a Choice.
    pub rules: u32,
    /// The most ASL seconds that all starts of a case may take together.
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
        languages: [5, 1, 2],
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

impl Profile {
    /// Whether its cases are calls to the service.
    pub fn calls(&self) -> bool {
        self.name == API || self.nests()
    }

    /// Whether its executions start others.
    pub fn nests(&self) -> bool {
        self.name == NESTED
    }

    /// Whether its tasks send their tokens to queues.
    pub fn sends_tokens(&self) -> bool {
        self.name == TOKENS
    }

    /// Whether its machines are Express workflows.
    pub fn is_express(&self) -> bool {
        self.name == EXPRESS
    }

    /// Whether its machines are broken on purpose; they are created, but not started.
    pub fn breaks(&self) -> bool {
        self.name == INVALID
    }

    /// All named profiles whose machines are started: small ones first, the whole language last.
    pub fn all() -> [Self; 16] {
        [
            Self::smoke(),
            Self::flow(),
            Self::errors(),
            Self::retry(),
            Self::choice(),
            Self::data(),
            Self::intrinsics(),
            Self::variables(),
            Self::parallel(),
            Self::map(),
            Self::waits(),
            Self::limits(),
            Self::jsonata(),
            Self::express(),
            Self::tokens(),
            Self::everything(),
        ]
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Result<Self, UnknownProfile> {
        Self::all()
            .into_iter()
            .chain([Self::invalid(), Self::api(), Self::nested()])
            .find(|profile| profile.name == name)
            .ok_or_else(|| UnknownProfile(name.to_owned()))
    }

    /// Every feature that a case may have.
    pub fn features(&self) -> FeatureSet {
        self.core.with(self.optional)
    }

    /// This profile without the features that an engine lacks, so that every case can run there.
    #[must_use]
    pub fn intersect(mut self, capabilities: FeatureSet) -> Self {
        self.core = self.core.intersect(capabilities);
        self.optional = self.optional.intersect(capabilities);
        self
    }

    /// This profile with these features in only one of the eight cases that would draw them, so
    /// that their known divergences hide no others.
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
    use super::{FeatureSet, Profile};
    use crate::feature::Feature;
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
