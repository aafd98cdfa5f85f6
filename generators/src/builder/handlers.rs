//! `Retry` and `Catch`.

use serde_json::Number;
use stepproof_specs::asl::{Catcher, Name, QueryLanguage, Retrier};

use super::{
    Builder, Place,
    draft::{Exits, Slot},
};
use crate::{
    feature::Feature,
    literal::{self, error_name},
    shape::Shape,
};

impl Builder<'_> {
    /// Draws `Retry`.
    pub(super) fn retriers(&mut self, place: &Place<'_>) -> Option<Vec<Retrier>> {
        if !self.draws(place, Feature::Retry, 2) {
            return None;
        }
        let count = self.dice.pick(&[1, 1, 1, 2, 2, 0]);
        Some(
            (0..count)
                .map(|at| self.retrier(place, at + 1 == count))
                .collect(),
        )
    }

    fn retrier(&mut self, place: &Place<'_>, last: bool) -> Retrier {
        let bounded = !place.has(Feature::Delays);
        let interval = self.dice.pick(&[None, Some(1), Some(1), Some(2), Some(3)]);
        let rate = self.dice.pick(&[None, Some(1.0), Some(1.5), Some(2.0)]);
        Retrier {
            error_equals: self.matchers(place, last),
            interval_seconds: interval,
            max_attempts: if bounded {
                Some(0)
            } else {
                self.dice
                    .pick(&[None, Some(0), Some(1), Some(1), Some(2), Some(3)])
            },
            backoff_rate: rate.and_then(Number::from_f64),
            max_delay_seconds: self.cap(interval),
            jitter_strategy: self.jitter(place),
            ..Retrier::default()
        }
    }

    /// Draws `MaxDelaySeconds`: more than the interval, and mostly only one second more, so that it
    /// takes effect after few retries.
    fn cap(&mut self, interval: Option<u64>) -> Option<u64> {
        let next = interval.unwrap_or(1) + 1;
        self.dice
            .pick(&[None, None, Some(next), Some(next), Some(5)])
    }

    /// Draws `JitterStrategy`. Full jitter only where nothing else runs at the same time: a delay
    /// of random length would race with it.
    fn jitter(&mut self, place: &Place<'_>) -> Option<String> {
        if !self.draws(place, Feature::Jitter, 3) {
            return None;
        }
        let alone = place.depth == 0 && !place.has(Feature::MachineTimeout);
        let strategy = if alone && self.dice.one_in(2) {
            "FULL"
        } else {
            "NONE"
        };
        Some(strategy.to_owned())
    }

    /// Draws `ErrorEquals`: `States.ALL` only alone and in the last entry, and no error that
    /// handlers may not name.
    fn matchers(&mut self, place: &Place<'_>, last: bool) -> Vec<Name> {
        if last && self.dice.one_in(3) {
            return vec![error_name(literal::ALL)];
        }
        let mut names: Vec<Name> = Vec::with_capacity(2);
        for _ in 0..self.dice.between(1, 2) {
            let name = error_name(self.matcher(place));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn matcher(&mut self, place: &Place<'_>) -> &'static str {
        match self.dice.below(8) {
            1 if place.languages.have_jsonata() => literal::QUERY,
            0 | 1 => literal::TASK_FAILED,
            2 if place.has(Feature::Timeouts) => literal::TIMEOUT,
            3 if place.has(Feature::Heartbeats) => literal::HEARTBEAT_TIMEOUT,
            _ => literal::error(self.dice),
        }
    }

    /// Draws `Catch`, and adds its ways out to `exits`.
    pub(super) fn catchers(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        language: QueryLanguage,
        exits: &mut Exits,
    ) -> Option<Vec<Catcher>> {
        if !self.draws(place, Feature::Catch, 2) {
            return None;
        }
        // Undamaged: it is not known what AWS does when a catcher cannot put the error at its
        // `ResultPath`.
        let sound = place.undamaged();
        let count = self.dice.pick(&[1, 1, 1, 1, 2, 0]);
        let catchers = (0..count).map(|index| {
            let (made, flow) = self.catch_flow(&sound, raw, language);
            exits.push((Slot::Catch(index), flow));
            Catcher {
                error_equals: self.matchers(place, index + 1 == count),
                next: Name::default(),
                flow: made,
                comment: None,
            }
        });
        Some(catchers.collect())
    }
}

/// Sets the retriers to no attempts; they still match.
pub(super) fn give_up(retriers: &mut [Retrier]) {
    for retrier in retriers {
        retrier.max_attempts = Some(0);
    }
}
