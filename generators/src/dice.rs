//! Random draws: the only source of randomness in this crate, portable and seeded.

use rand::{Rng, SeedableRng, rngs::Xoshiro256PlusPlus};
use stepproof_specs::base::entropy::mix;

/// A seeded stream of draws. The algorithm is fixed (xoshiro256++), so that a seed means the same
/// on every platform.
#[derive(Debug, Clone)]
pub(crate) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number below `bound`; 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `times` in `of` draws.
    pub(crate) fn chance(&mut self, times: u32, of: u32) -> bool {
        self.below(of) < times
    }

    /// True in one of `of` draws.
    pub(crate) fn one_in(&mut self, of: u32) -> bool {
        self.below(of) == 0
    }

    /// An index below `len`, which is not 0.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(len as u32) as usize
    }

    /// One of these options, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.index(options.len())]
    }

    /// The index of a weight, drawn in proportion to the weights; `None` if all are 0.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> Option<usize> {
        let total: u32 = weights.clone().sum();
        let mut rest = self.below(total);
        if total == 0 {
            return None;
        }
        weights.into_iter().position(|weight| {
            let hit = rest < weight;
            rest = rest.wrapping_sub(weight);
            hit
        })
    }

    /// A word in which each bit is set with a probability of `eighths` / 8.
    pub(crate) fn bits(&mut self, eighths: u32) -> u64 {
        if eighths >= 8 {
            return u64::MAX;
        }
        (0..3).fold(0, |mask, digit| {
            if eighths & (1 << digit) == 0 {
                mask & self.word()
            } else {
                mask | self.word()
            }
        })
    }

    /// Any 64-bit number.
    pub(crate) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// The seed of case `index` in the run `seed`. The seeds of neighbouring cases are unrelated.
pub(crate) fn case_seed(seed: u64, index: u64) -> u64 {
    mix(mix(seed) ^ index)
}

#[cfg(test)]
mod tests {
    use super::{Dice, case_seed};

    #[test]
    fn draws_stay_in_their_bounds_and_reach_them() {
        let mut dice = Dice::new(7);
        let drawn: Vec<u32> = (0..1_000).map(|_| dice.between(2, 4)).collect();
        assert!(drawn.iter().all(|n| (2..=4).contains(n)));
        assert!((2..=4).all(|n| drawn.contains(&n)));
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.weighted([0, 0].into_iter()), None);
        let ones: u32 = (0..1_000).map(|_| dice.bits(5).count_ones()).sum();
        assert!((39_000..41_000).contains(&ones), "{ones}");
        assert!((0..100).all(|_| dice.weighted([0, 3, 0].into_iter()) == Some(1)));
    }

    #[test]
    fn neighbouring_cases_share_no_seed() {
        let mut seeds: Vec<u64> = (0..10_000).map(|n| case_seed(n / 100, n % 100)).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 10_000);
    }
}
