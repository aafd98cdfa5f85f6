//! Which clauses fired.

use std::{cell::Cell, iter::successors};

use super::{Clause, REGISTRY};

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

/// Clauses that fire one after the other. Marking needs no mutable borrow, so that rules can be
/// marked anywhere.
#[derive(Debug, Clone, Default)]
pub struct Marks([Cell<u64>; WORDS]);

impl Marks {
    /// Notes that a clause fired; says whether it is the first time.
    #[inline]
    pub fn mark(&self, clause: Clause) -> bool {
        let bit = clause as usize;
        let word = &self.0[bit / 64];
        let before = word.replace(word.get() | 1 << (bit % 64));
        before & (1 << (bit % 64)) == 0
    }

    /// The clauses that have fired so far.
    pub fn coverage(&self) -> Coverage {
        Coverage(self.0.each_ref().map(Cell::get))
    }
}

impl FromIterator<Clause> for Coverage {
    fn from_iter<I: IntoIterator<Item = Clause>>(clauses: I) -> Self {
        let mut coverage = Self::default();
        clauses.into_iter().for_each(|clause| coverage.mark(clause));
        coverage
    }
}

#[cfg(test)]
mod tests {
    use super::{Coverage, Marks, REGISTRY};

    #[test]
    fn coverage_is_a_set() {
        let mut coverage = Coverage::default();
        assert!(coverage.is_empty());
        for (clause, _) in REGISTRY.iter().step_by(3) {
            coverage.mark(*clause);
            coverage.mark(*clause);
        }
        assert_eq!(coverage.len(), REGISTRY.len().div_ceil(3));
        assert_eq!(coverage.iter().collect::<Coverage>(), coverage);
        let listed = REGISTRY.iter().map(|(clause, _)| *clause).step_by(3);
        assert!(coverage.iter().eq(listed));
        let marks = Marks::default();
        assert!(coverage.iter().all(|clause| marks.mark(clause)));
        assert!(!coverage.iter().any(|clause| marks.mark(clause)));
        assert_eq!(marks.coverage(), coverage);
    }
}
