//! Steering. Three cases in four are drawn for clauses that are rarely exercised together. These
//! cases have nearly all features of their profile, because such clauses need combinations of
//! features that are rarely drawn. They are not among the smallest either: little happens in two
//! states.
//!
//! The fourth case is drawn without steering, for the features that others crowd out when all are
//! on. A case depends only on the profile, the seed and its index: it replays by its index, and
//! shards need no coordination.

use stepproof_specs::scenario::case::Case;

use crate::{
    dice::case_seed,
    draw::{Draft, assemble, calls_without, draft, draft_from},
    profile::Profile,
    swarm::Density,
};

/// One case in this many is drawn without steering.
const UNSTEERED: u64 = 4;

/// The cases of a profile and a seed.
#[derive(Debug)]
pub struct Steered {
    profile: Profile,
    /// The profile without its smallest cases.
    larger: Profile,
    seed: u64,
    /// The operations that are not called.
    lacking: Vec<String>,
}

impl Steered {
    /// The cases of a profile and a seed.
    pub fn new(profile: Profile, seed: u64) -> Self {
        let mut larger = profile.clone();
        let (fewest, most) = &mut larger.sizes.states;
        *fewest += (*most - *fewest) / 3;
        Self {
            profile,
            larger,
            seed,
            lacking: Vec::new(),
        }
    }

    /// The same without calls of these operations.
    #[must_use]
    pub fn without_calls(self, lacking: Vec<String>) -> Self {
        Self { lacking, ..self }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The case with this index. The same index always gives the same case.
    pub fn case(&self, index: u64) -> Case {
        if self.profile.calls() {
            return calls_without(&self.profile, &self.lacking, self.seed, index);
        }
        assemble(self.draft(index), &self.profile, self.seed, index)
    }

    fn draft(&self, index: u64) -> Draft {
        // A broken machine is not run, so steering is useless.
        if index.is_multiple_of(UNSTEERED) || self.profile.breaks() {
            return draft(&self.profile, self.seed, index);
        }
        draft_from(&self.larger, Density::Dense, case_seed(self.seed, index))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use stepproof_specs::{
        clause::{Clause, Coverage},
        reference::{EPOCH, identity, simulate_as},
    };

    use super::{Draft, Steered, UNSTEERED};
    use crate::{Profile, draft, generate};

    #[test]
    fn a_case_is_the_same_whatever_was_drawn_before() {
        let (left, right) = (
            Steered::new(Profile::everything(), 3),
            Steered::new(Profile::everything(), 3),
        );
        let forwards: Vec<_> = (0..12).map(|index| left.case(index)).collect();
        let backwards: Vec<_> = (0..12).rev().map(|index| right.case(index)).collect();
        assert!(forwards.iter().eq(backwards.iter().rev()));
        for index in (0..12).filter(|index| index % UNSTEERED == 0) {
            assert_eq!(left.case(index), generate(&Profile::everything(), 3, index));
        }
    }

    #[test]
    fn more_pairs_of_clauses_are_exercised() {
        const CASES: u64 = 2_000;
        let steered = Steered::new(Profile::everything(), 5);
        let distinct = |drawn: &dyn Fn(u64) -> Draft| {
            let mut seen = HashSet::new();
            for index in 0..CASES {
                seen.extend(pairs(&coverage(&drawn(index))));
            }
            seen.len()
        };
        let with = distinct(&|index| steered.draft(index));
        let without = distinct(&|index| draft(&Profile::everything(), 5, index));
        println!("{with} pairs of clauses in {CASES} cases, unsteered {without}");
        assert!(with * 100 > without * 103, "{with} and {without}");
    }

    /// The clauses that a case exercises, except those on which no finding may rest.
    fn coverage(draft: &Draft) -> Vec<Clause> {
        let mut seen = Coverage::default();
        let somebody = identity(draft.entropy);
        for start in &draft.starts {
            if let Ok(expected) = simulate_as(&draft.machine, &somebody, start, EPOCH) {
                seen.merge(&expected.coverage);
            }
        }
        seen.iter()
            .filter(|clause| clause.doubts().is_empty())
            .collect()
    }

    fn pairs(clauses: &[Clause]) -> impl Iterator<Item = (Clause, Clause)> + '_ {
        clauses
            .iter()
            .enumerate()
            .flat_map(|(at, left)| clauses[at + 1..].iter().map(|right| (*left, *right)))
    }
}
