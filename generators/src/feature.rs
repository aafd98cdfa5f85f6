//! The features that a case may use. Profiles are written in this vocabulary, and so are the
//! features that an engine lacks, so that they are known *before* a case is drawn.

use std::{fmt, str::FromStr};

macro_rules! features {
    ($($variant:ident $name:literal $doc:literal)*) => {
        /// A feature that a case can use.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Feature {
            $(#[doc = $doc] $variant,)*
        }

        impl Feature {
            /// All features.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in configuration and reports, for example `retry`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// A short description.
            pub fn describe(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

features! {
    Pass "pass" "Pass states."
    Task "task" "Task states, played by activity workers."
    Choice "choice" "Choice states."
    Wait "wait" "Wait states."
    Succeed "succeed" "Succeed states."
    Fail "fail" "Fail states."
    Parallel "parallel" "Parallel states."
    Map "map" "Inline Map states."
    Nesting "nesting" "Parallel and Map inside each other."
    Loops "loops" "Transitions backwards, a bounded number of times."
    InputPath "input-path" "`InputPath`."
    Parameters "parameters" "`Parameters`."
    PassResult "pass-result" "`Result` of a Pass."
    ResultSelector "result-selector" "`ResultSelector`."
    ResultPath "result-path" "`ResultPath`."
    OutputPath "output-path" "`OutputPath`."
    NullPaths "null-paths" "`InputPath`, `ResultPath` and `OutputPath` that are null."
    ContextPaths "context-paths" "Paths into the context object."
    SeveralPaths "several-paths" "Paths with wildcards, scans, slices, lists, filters, or counted from the end."
    OddNames "odd-names" "Field names that need quotes in a path."
    ItemSelector "item-selector" "`ItemSelector`."
    MaxConcurrency "max-concurrency" "`MaxConcurrency`."
    Logic "logic" "`And`, `Or` and `Not`."
    TypeTests "type-tests" "`IsPresent`, `IsNull` and the other type tests."
    Timestamps "timestamps" "Timestamps: comparisons, and waiting until one."
    StringMatches "string-matches" "`StringMatches`."
    OperandPaths "operand-paths" "The `…Path` twins of the comparisons."
    NoDefault "no-default" "Choices without a `Default`, of which one rule always applies."
    WaitPaths "wait-paths" "`SecondsPath` and `TimestampPath`; expressions in `Seconds` and `Timestamp`."
    FailPaths "fail-paths" "`ErrorPath` and `CausePath`; expressions in `Error` and `Cause`."
    LimitPaths "limit-paths" "`TimeoutSecondsPath`, `HeartbeatSecondsPath`, `MaxConcurrencyPath`; expressions in their place."
    TaskErrors "task-errors" "Tasks that report failure."
    Retry "retry" "`Retry`."
    Catch "catch" "`Catch`."
    Timeouts "timeouts" "`TimeoutSeconds` of tasks, and tasks that never answer."
    Heartbeats "heartbeats" "`HeartbeatSeconds`, and tasks that send heartbeats."
    MachineTimeout "machine-timeout" "`TimeoutSeconds` of the machine."
    Delays "delays" "Anything that takes time: waits, retry intervals, time limits that expire."
    Intrinsics "intrinsics" "Intrinsic functions in templates, `ErrorPath` and `CausePath`."
    Randomness "randomness" "`States.UUID` and `States.MathRandom`: nothing that follows can be judged."
    Variables "variables" "`Assign`, and paths into variables."
    CountingLoops "counting-loops" "Loops that count their laps in a variable."
    LongLoops "long-loops" "Loops that count to some hundred."
    Oversize "oversize" "Payloads of about 256 KiB."
    Jsonata "jsonata" "States in JSONata, in machines of their own or beside states in JSONPath."
    JsonataLibrary "jsonata-library" "Parts of JSONata in which its implementations differ."
    Jitter "jitter" "`JitterStrategy`."
    ManyStarts "many-starts" "More than one execution per machine."
    Comments "comments" "`Comment` and `Version`."
    Damage "damage" "Data that does not fit: missing paths, wrong types, no rule that applies."
}

/// A set of features.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FeatureSet(u64);

impl FeatureSet {
    /// No feature.
    pub const EMPTY: Self = Self(0);
    /// Every feature.
    pub const ALL: Self = Self((1 << Feature::ALL.len()) - 1);

    /// The set of these features.
    pub const fn of(features: &[Feature]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < features.len() {
            bits |= 1 << features[at] as u64;
            at += 1;
        }
        Self(bits)
    }

    /// Whether the set contains this feature.
    pub const fn has(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u64) != 0
    }

    /// Whether the set contains any of these features.
    pub const fn has_any(self, features: Self) -> bool {
        self.0 & features.0 != 0
    }

    /// Whether the set contains all of these features.
    pub const fn has_all(self, features: Self) -> bool {
        features.0 & !self.0 == 0
    }

    /// The union of both sets.
    #[must_use]
    pub const fn with(self, features: Self) -> Self {
        Self(self.0 | features.0)
    }

    /// This set without those features.
    #[must_use]
    pub const fn without(self, features: Self) -> Self {
        Self(self.0 & !features.0)
    }

    /// The intersection of both sets.
    #[must_use]
    pub const fn intersect(self, features: Self) -> Self {
        Self(self.0 & features.0)
    }

    /// The features whose bits are set in `bits`.
    pub(crate) const fn masked(self, bits: u64) -> Self {
        Self(self.0 & bits)
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The features, in order.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.iter().copied().filter(move |f| self.has(*f))
    }
}

impl FromIterator<Feature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        features
            .into_iter()
            .fold(Self::EMPTY, |set, feature| set.with(Self::of(&[feature])))
    }
}

impl fmt::Debug for FeatureSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(Feature::name))
            .finish()
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no feature '{0}'")]
pub struct UnknownFeature(pub String);

impl FromStr for Feature {
    type Err = UnknownFeature;

    fn from_str(name: &str) -> Result<Self, UnknownFeature> {
        Self::ALL
            .iter()
            .copied()
            .find(|feature| feature.name() == name)
            .ok_or_else(|| UnknownFeature(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Feature, FeatureSet};

    #[test]
    fn every_feature_is_found_by_its_name_and_alone_in_its_set() {
        for &feature in Feature::ALL {
            assert_eq!(feature.name().parse(), Ok(feature));
            assert_eq!(
                FeatureSet::of(&[feature]).iter().collect::<Vec<_>>(),
                [feature]
            );
        }
        assert!("retries".parse::<Feature>().is_err());
        assert_eq!(FeatureSet::ALL.iter().count(), Feature::ALL.len());
    }
}
