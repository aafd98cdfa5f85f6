//! The clause registry: every rule of the language that the interpreter or the validator follows,
//! with its source.
//!
//! Code that applies a rule marks its clause ([`Coverage::mark`], one bit), so that a case knows
//! which rules it exercised. If a marked clause casts doubt on an aspect ([`Entry::doubts`]), a
//! difference in that aspect is poisoned and never reported.

mod aspect;
mod coverage;
mod registry;

use std::fmt;

pub use self::{
    aspect::Aspect,
    coverage::{Coverage, Marks},
    registry::{Clause, REGISTRY},
};

/// The kind of evidence for a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The States Language specification states the rule.
    Language,
    /// AWS's documentation states the rule.
    Documented,
    /// AWS was recorded following the rule.
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

/// The registry's data for a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The stable id, for example `retry.max-attempts.zero`.
    pub id: &'static str,
    /// The rule in one sentence.
    pub sentence: &'static str,
    /// Where the rule is documented or was observed.
    pub source: &'static str,
    /// The kind of evidence for it.
    pub basis: Basis,
    /// The aspects that cannot be judged once the clause has fired, because the clause is assumed
    /// or makes the data random.
    pub doubts: &'static [Aspect],
}

impl Entry {
    /// The parts of the id, from the family of rules to the rule: `retry`, `max-attempts`, `zero`.
    pub fn path(&self) -> impl Iterator<Item = &'static str> {
        self.id.split('.')
    }
}

impl Clause {
    /// The registry's entry for the clause.
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
            let random = [
                Clause::IntrinsicMathRandom,
                Clause::IntrinsicUuid,
                Clause::JsonataChance,
            ]
            .contains(clause);
            let doubtful = entry.basis == Basis::Assumed || random;
            assert_eq!(!entry.doubts.is_empty(), doubtful, "{clause}");
        }
    }
}
