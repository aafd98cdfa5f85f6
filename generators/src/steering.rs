//! Steering: of several cases that could be drawn, the one that exercises the rarest clauses
//! together.
//!
//! What is rare is found out once per profile, by drawing and simulating some cases of a fixed
//! seed. So a case is still a function of the profile, the seed and its index alone, whichever
//! cases were drawn before it: it replays by its number, and shards need no coordination.

use std::{collections::HashMap, sync::OnceLock};

use stepproof_specs::{
    clause::{Clause, Coverage},
    reference::{EPOCH, identity, simulate_as},
    scenario::case::Case,
};

use crate::{
    dice::case_seed,
    draw::{Draft, assemble, draft, draft_from},
    profile::Profile,
};

/// One case in this many is chosen, the others are drawn as they come: most findings need nothing
/// rare.
const EVERY: u64 = 4;
/// Of so many.
const CANDIDATES: u64 = 8;
/// How many cases say what is rare, and their seed.
const PILOTS: u64 = 1_000;
const PILOT_SEED: u64 = 0x5745_4550;
/// A pair that so many of the pilots exercise is not rare.
const COMMON: u16 = 2;

/// The cases of a profile and a seed.
#[derive(Debug)]
pub struct Steered {
    profile: Profile,
    seed: u64,
    pilots: OnceLock<Pairs>,
}

/// How many of the pilots exercise two clauses together.
type Pairs = HashMap<(Clause, Clause), u16, rustc_hash::FxBuildHasher>;

impl Steered {
    /// The cases of a profile and a seed.
    pub fn new(profile: Profile, seed: u64) -> Self {
        Self {
            profile,
            seed,
            pilots: OnceLock::new(),
        }
    }

    /// The case with this number: always the same one.
    pub fn case(&self, index: u64) -> Case {
        assemble(self.draft(index), &self.profile, self.seed, index)
    }

    fn draft(&self, index: u64) -> Draft {
        // What is broken on purpose exercises nothing.
        if index % EVERY != EVERY - 1 || self.profile.breaks() {
            return self.candidate(index, 0);
        }
        let mut best: Option<(usize, Draft)> = None;
        for number in 0..CANDIDATES {
            let draft = self.candidate(index, number);
            let rarities = self.rarities(&draft);
            if best.as_ref().is_none_or(|(most, _)| rarities > *most) {
                best = Some((rarities, draft));
            }
        }
        best.map_or_else(|| self.candidate(index, 0), |(_, draft)| draft)
    }

    /// One of the cases that could have this number; the first is the one that is drawn unsteered.
    fn candidate(&self, index: u64, number: u64) -> Draft {
        let seed = match number {
            0 => case_seed(self.seed, index),
            _ => case_seed(case_seed(self.seed, index), number),
        };
        draft_from(&self.profile, seed)
    }

    /// How many rare pairs a case exercises.
    fn rarities(&self, draft: &Draft) -> usize {
        let pilots = self.pilots.get_or_init(|| pilot(&self.profile));
        pairs(&coverage(draft))
            .filter(|pair| pilots.get(pair).is_none_or(|count| *count < COMMON))
            .count()
    }
}

fn pilot(profile: &Profile) -> Pairs {
    let mut counts = Pairs::default();
    for index in 0..PILOTS {
        for pair in pairs(&coverage(&draft(profile, PILOT_SEED, index))) {
            *counts.entry(pair).or_default() += 1;
        }
    }
    counts
}

/// What a case exercises, without what nothing follows from.
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Draft, EVERY, Profile, Steered, coverage, draft, pairs};
    use crate::draw::generate;

    #[test]
    fn a_case_is_the_same_whatever_was_drawn_before() {
        let (left, right) = (
            Steered::new(Profile::everything(), 3),
            Steered::new(Profile::everything(), 3),
        );
        let forwards: Vec<_> = (0..12).map(|index| left.case(index)).collect();
        let backwards: Vec<_> = (0..12).rev().map(|index| right.case(index)).collect();
        assert!(forwards.iter().eq(backwards.iter().rev()));
        for index in (0..12).filter(|index| index % EVERY == 0) {
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
}
