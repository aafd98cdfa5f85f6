//! Swarm testing: every case draws its own subset of the profile's features. Features that are
//! crowded out when all are on get cases of their own.

use crate::{
    dice::Dice,
    feature::{Feature as F, FeatureSet},
    profile::Profile,
};

/// Types of states that can begin a scope and lead on to another state.
const STEPS: FeatureSet = FeatureSet::of(&[F::Pass, F::Task, F::Wait, F::Parallel, F::Map]);

const SCOPED: FeatureSet = FeatureSet::of(&[F::Parallel, F::Map]);
const FALLIBLE: FeatureSet = FeatureSet::of(&[F::Task, F::Parallel, F::Map]);
const MERGING: FeatureSet = FeatureSet::of(&[F::Pass, F::Task, F::Parallel, F::Map]);
const LIMITED: FeatureSet = FeatureSet::of(&[F::Timeouts, F::Heartbeats, F::MaxConcurrency]);
const TEMPLATED: FeatureSet = FeatureSet::of(&[F::Pass, F::Task, F::Parallel]);
const WITH_TEMPLATES: FeatureSet = FeatureSet::of(&[
    F::Parameters,
    F::ResultSelector,
    F::ItemSelector,
    F::Variables,
    F::FailPaths,
]);
const PATHS: FeatureSet = FeatureSet::of(&[F::InputPath, F::ResultPath, F::OutputPath]);

/// A feature has no effect unless one of these is present.
const NEEDS: &[(F, FeatureSet)] = &[
    (F::Nesting, SCOPED),
    (F::Loops, FeatureSet::of(&[F::Choice])),
    (F::Loops, FeatureSet::of(&[F::PassResult])),
    (F::Loops, FeatureSet::of(&[F::ResultPath])),
    (F::Parameters, TEMPLATED),
    (F::Intrinsics, WITH_TEMPLATES),
    (F::PassResult, FeatureSet::of(&[F::Pass])),
    (F::ResultSelector, FALLIBLE),
    (F::ResultPath, MERGING),
    (F::NullPaths, PATHS),
    (F::ItemSelector, FeatureSet::of(&[F::Map])),
    (F::MaxConcurrency, FeatureSet::of(&[F::Map])),
    (F::Logic, FeatureSet::of(&[F::Choice])),
    (F::TypeTests, FeatureSet::of(&[F::Choice])),
    (F::Timestamps, FeatureSet::of(&[F::Choice, F::Wait])),
    (F::StringMatches, FeatureSet::of(&[F::Choice])),
    (F::OperandPaths, FeatureSet::of(&[F::Choice])),
    (F::NoDefault, FeatureSet::of(&[F::Logic])),
    (F::WaitPaths, FeatureSet::of(&[F::Wait])),
    (F::FailPaths, FeatureSet::of(&[F::Fail])),
    (F::TaskErrors, FeatureSet::of(&[F::Task])),
    (F::Timeouts, FeatureSet::of(&[F::Task])),
    (F::Heartbeats, FeatureSet::of(&[F::Task])),
    (F::LimitPaths, LIMITED),
    (F::Randomness, FeatureSet::of(&[F::Intrinsics])),
    (F::CountingLoops, FeatureSet::of(&[F::Variables])),
    (F::CountingLoops, FeatureSet::of(&[F::Intrinsics])),
    (F::CountingLoops, FeatureSet::of(&[F::Choice])),
    (F::CountingLoops, FeatureSet::of(&[F::Pass])),
    (F::CountingLoops, FeatureSet::of(&[F::ResultPath])),
    (F::LongLoops, FeatureSet::of(&[F::CountingLoops])),
    (F::Oversize, FeatureSet::of(&[F::Intrinsics])),
    (F::Oversize, FeatureSet::of(&[F::Parameters])),
    (F::Oversize, FeatureSet::of(&[F::Pass])),
    (F::Oversize, FeatureSet::of(&[F::NullPaths])),
    (F::JsonataLibrary, FeatureSet::of(&[F::Jsonata])),
    (F::Jitter, FeatureSet::of(&[F::Retry])),
    (F::Retry, FALLIBLE),
    (F::Catch, FALLIBLE),
];

/// How many of the optional features a case gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Density {
    /// From few to all, at random.
    Any,
    /// Each with a probability of seven eighths.
    Dense,
}

/// Draws the features of one case.
pub(crate) fn draw(profile: &Profile, density: Density, dice: &mut Dice) -> FeatureSet {
    let eighths = match density {
        Density::Any => dice.pick(&[3, 5, 6, 7, 8]),
        Density::Dense => 7,
    };
    let drawn = profile.optional.masked(dice.bits(eighths));
    let drawn = without_most(profile.core.with(drawn), profile.rare, dice);
    sanitize(with_a_step(drawn, profile, dice))
}

/// Removes each rare feature with a probability of seven eighths, independently.
fn without_most(drawn: FeatureSet, rare: FeatureSet, dice: &mut Dice) -> FeatureSet {
    if rare.is_empty() {
        return drawn;
    }
    drawn.without(rare.masked(dice.bits(7)))
}

/// Makes sure that a state can begin the scope: if none was drawn, adds one from the profile.
fn with_a_step(drawn: FeatureSet, profile: &Profile, dice: &mut Dice) -> FeatureSet {
    if drawn.has_any(STEPS) {
        return drawn;
    }
    let steps: Vec<F> = profile.features().intersect(STEPS).iter().collect();
    if steps.is_empty() {
        return drawn;
    }
    drawn.with(FeatureSet::of(&[dice.pick(&steps)]))
}

/// Removes features that would have no effect. Never adds any.
pub(crate) fn sanitize(mut features: FeatureSet) -> FeatureSet {
    loop {
        let idle = NEEDS
            .iter()
            .filter(|(_, any)| !features.has_any(*any))
            .map(|(feature, _)| *feature)
            .collect();
        let kept = features.without(idle);
        if kept == features {
            return kept;
        }
        features = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::{Density, Dice, F, FeatureSet, STEPS, draw, sanitize};
    use crate::profile::Profile;

    #[test]
    fn what_is_rare_is_drawn_in_some_cases() {
        let rare = FeatureSet::of(&[F::OddNames]);
        let often = |profile: &Profile| {
            let mut dice = Dice::new(1);
            let cases =
                (0..2_000).filter(|_| draw(profile, Density::Any, &mut dice).has(F::OddNames));
            cases.count()
        };
        let usual = often(&Profile::everything());
        let seldom = often(&Profile::everything().rarely(rare));
        assert!(seldom > 0);
        assert!((4..16).contains(&(usual / seldom)), "{usual} and {seldom}");
    }

    #[test]
    fn sanitizing_only_removes_and_settles() {
        let profile = Profile::everything();
        let mut dice = Dice::new(1);
        for _ in 0..1_000 {
            let drawn = draw(&profile, Density::Any, &mut dice);
            assert!(drawn.has_any(STEPS));
            assert_eq!(sanitize(drawn), drawn);
        }
        let lone = FeatureSet::of(&[F::LimitPaths, F::Timeouts, F::Retry]);
        assert!(sanitize(lone).is_empty());
    }
}
