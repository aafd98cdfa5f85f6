//! The clause registry: every rule of the language that the interpreter follows, with its source.
//!
//! A rule in the interpreter marks its clause when it fires ([`Coverage::mark`], one bit), so that
//! a case knows which rules it exercised. A divergence that rests on an `assumed` clause is
//! poisoned, never reported.

use std::{cell::Cell, fmt, iter::successors};

/// On what a clause rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The States Language specification says so.
    Language,
    /// AWS's documentation says so.
    Documented,
    /// AWS was recorded doing so.
    Observed,
    /// Our best guess: nothing follows from it.
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
}

macro_rules! clauses {
    ($($name:ident = $id:literal, $basis:ident, $sentence:literal, $source:literal;)*) => {
        /// A numbered rule of the language or of the service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Clause {
            $(#[doc = $sentence] $name,)*
        }

        /// The registry, in the order of [`Clause`].
        pub const REGISTRY: &[(Clause, Entry)] = &[
            $((Clause::$name, Entry {
                id: $id, sentence: $sentence, source: $source, basis: Basis::$basis,
            }),)*
        ];
    };
}

mod aspect;
mod registry;

pub use self::{
    aspect::Aspect,
    registry::{Clause, REGISTRY},
};

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
}

impl Clause {
    /// The aspects that cannot be judged once the clause has fired: all of them if it is assumed or
    /// puts chance into the data, unless its id says that only the wording of causes (`.text`) or the history (`.history`) is
    /// doubtful.
    pub fn doubts(self) -> &'static [Aspect] {
        let entry = self.entry();
        match (entry.basis, self) {
            (_, Self::IntrinsicMathRandom | Self::IntrinsicUuid) => &Aspect::ALL,
            (Basis::Assumed, _) => match entry.id.rsplit('.').next() {
                Some("text") => &[Aspect::Cause, Aspect::History],
                Some("history") => &[Aspect::History],
                _ => &Aspect::ALL,
            },
            _ => &[],
        }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().id)
    }
}

const WORDS: usize = 8;

/// The set of clauses that fired, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage([u64; WORDS]);

const _: () = assert!(REGISTRY.len() <= WORDS * 64);

impl Coverage {
    /// Notes that a clause fired.
    #[inline]
    pub fn mark(&mut self, clause: Clause) {
        let bit = clause as usize;
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    /// Whether a clause fired.
    pub fn contains(&self, clause: Clause) -> bool {
        let bit = clause as usize;
        self.0[bit / 64] & (1 << (bit % 64)) != 0
    }

    /// Adds everything that fired in `other`.
    pub fn merge(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word |= other;
        }
    }

    /// The clauses that fired in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = *self;
        for (word, other) in both.0.iter_mut().zip(other.0) {
            *word &= other;
        }
        both
    }

    /// How many clauses fired in both.
    pub fn common(&self, other: &Self) -> usize {
        self.and(other).len()
    }

    /// How many clauses fired.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no clause fired.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The clauses that fired, in the registry's order.
    pub fn iter(&self) -> impl Iterator<Item = Clause> + '_ {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            let some = |bits: u64| (bits != 0).then_some(bits);
            let rests = successors(some(*bits), move |bits| some(bits & (bits - 1)));
            rests.map(move |bits| REGISTRY[word * 64 + bits.trailing_zeros() as usize].0)
        })
    }
}

/// Clauses that fire one after the other, wherever the rules are: marking takes no mutable borrow.
#[derive(Debug, Clone, Default)]
pub struct Marks([Cell<u64>; WORDS]);

impl Marks {
    /// Notes that a clause fired.
    #[inline]
    pub fn mark(&self, clause: Clause) {
        let bit = clause as usize;
        let word = &self.0[bit / 64];
        word.set(word.get() | 1 << (bit % 64));
    }

    /// What has fired so far.
    pub fn coverage(&self) -> Coverage {
        Coverage(self.0.each_ref().map(Cell::get))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Clause, Coverage, Marks, REGISTRY};

    #[test]
    fn the_registry_is_well_formed() {
        let mut ids = HashSet::new();
        for (position, (clause, entry)) in REGISTRY.iter().enumerate() {
            assert_eq!(*clause as usize, position);
            assert!(ids.insert(entry.id), "{} twice", entry.id);
            assert!(
                entry.sentence.ends_with('.'),
                "{}: a sentence ends with a period",
                entry.id
            );
            assert!(
                !entry.source.is_empty(),
                "{}: a clause needs a source",
                entry.id
            );
            assert_eq!(Clause::from_id(entry.id), Some(*clause));
        }
    }

    #[test]
    fn coverage_is_a_set() {
        let mut coverage = Coverage::default();
        assert!(coverage.is_empty());
        for (clause, _) in REGISTRY.iter().step_by(3) {
            coverage.mark(*clause);
            coverage.mark(*clause);
        }
        assert_eq!(coverage.len(), REGISTRY.len().div_ceil(3));
        let listed = REGISTRY.iter().map(|(clause, _)| *clause).step_by(3);
        assert!(coverage.iter().eq(listed));
        let marks = Marks::default();
        coverage.iter().for_each(|clause| marks.mark(clause));
        assert_eq!(marks.coverage(), coverage);
    }
}
