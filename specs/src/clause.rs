//! The clause registry: every rule of the language that the interpreter follows, with its source.
//!
//! A rule in the interpreter marks its clause when it fires ([`Coverage::mark`], one bit), so that
//! a case knows which rules it exercised. A difference in an aspect on which one of them casts doubt
//! ([`Entry::doubts`]) is poisoned, never reported.

mod aspect;
mod coverage;
mod registry;

use std::fmt;

pub use self::{
    aspect::Aspect,
    coverage::{Coverage, Marks},
    registry::{Clause, REGISTRY},
};

/// On what a clause rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The States Language specification says so.
    Language,
    /// AWS's documentation says so.
    Documented,
    /// AWS was recorded doing so.
    Observed,
    /// Our best guess: no finding may rest on it.
    Assumed,
}

impl Basis {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Assumed => "assumed",
        }
    }
}

/// What a clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The stable id, for example `retry.max-attempts.zero`.
    pub id: &'static str,
    /// The rule in one sentence.
    pub sentence: &'static str,
    /// Where it is written or was seen.
    pub source: &'static str,
    /// On what it rests.
    pub basis: Basis,
    /// The aspects that cannot be judged once the clause has fired, because the clause is assumed
    /// or puts chance into the data.
    pub doubts: &'static [Aspect],
}

impl Entry {
    /// The parts of the id, from the family of rules to the rule: `retry`, `max-attempts`, `zero`.
    pub fn path(&self) -> impl Iterator<Item = &'static str> {
        self.id.split('.')
    }
}

impl Clause {
    /// What the clause is.
    pub fn entry(self) -> &'static Entry {
        &REGISTRY[self as usize].1
    }

    /// The clause with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        REGISTRY
            .iter()
            .find(|(_, entry)| entry.id == id)
            .map(|(clause, _)| *clause)
    }

    /// The aspects that cannot be judged once the clause has fired.
    pub fn doubts(self) -> &'static [Aspect] {
        self.entry().doubts
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Basis, Clause, REGISTRY};

    #[test]
    fn the_registry_is_well_formed() {
        let mut ids = HashSet::new();
        for (position, (clause, entry)) in REGISTRY.iter().enumerate() {
            let id = entry.id;
            assert_eq!(*clause as usize, position);
            assert!(ids.insert(id), "{id} twice");
            assert!(
                entry.sentence.ends_with('.'),
                "{id}: a sentence ends with a period"
            );
            assert!(!entry.source.is_empty(), "{id}: a clause needs a source");
            assert_eq!(Clause::from_id(id), Some(*clause));
        }
    }

    #[test]
    fn what_is_assumed_or_random_casts_doubt_and_nothing_else_does() {
        for (clause, entry) in REGISTRY {
            let random = [Clause::IntrinsicMathRandom, Clause::IntrinsicUuid].contains(clause);
            let doubtful = entry.basis == Basis::Assumed || random;
            assert_eq!(!entry.doubts.is_empty(), doubtful, "{clause}");
        }
    }
}
