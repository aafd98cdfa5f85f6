//! Matches an arriving task with an attempt of the plan, as workers do who do not know the engine.
//!
//! A task is identified by *where* it arrives, and then by what the reference expects there next.
//! An engine that gives a task the wrong input must not thereby get the wrong act of the plan.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::Value;

use super::Expectation;
use crate::{
    asl::site::{AttemptKey, Site},
    base::{json, time::Millis},
    scenario::plan::{Act, Plan},
};

/// The attempts that are expected at each site, and those that have arrived.
#[derive(Debug, Clone)]
pub struct Assignment {
    plan: Plan,
    sites: HashMap<Site, Expected>,
}

#[derive(Debug, Clone, Default)]
struct Expected {
    attempts: Vec<Planned>,
    /// How many of the first attempts are over.
    past: usize,
    /// The attempts that have arrived, with their inputs.
    served: Vec<(AttemptKey, Arc<Value>)>,
}

#[derive(Debug, Clone)]
struct Planned {
    key: AttemptKey,
    input: Arc<Value>,
    act: Act,
    /// When the reference's worker takes it.
    taken: Option<Millis>,
    /// Whether it has arrived, or its time has passed.
    over: bool,
}

impl Planned {
    fn is_ignored(&self) -> bool {
        !self.act.is_taken()
    }
}

impl Assignment {
    /// The attempts that the reference expects of one start.
    pub fn new(plan: &Plan, expectation: &Expectation) -> Self {
        let seen = expectation.observation.attempts.values().flatten();
        let taken: HashMap<_, _> = seen
            .filter_map(|attempt| Some((attempt.key.as_ref()?, attempt.taken)))
            .collect();
        let mut expected: HashMap<Site, Expected> = HashMap::new();
        for attempt in &expectation.attempts {
            let planned = Planned {
                key: attempt.key.clone(),
                input: attempt.input.clone(),
                act: plan.act(&attempt.key).into_owned(),
                taken: taken.get(&attempt.key).copied(),
                over: false,
            };
            let site = expected.entry(attempt.key.site.clone()).or_default();
            site.attempts.push(planned);
        }
        Self {
            plan: plan.clone(),
            sites: expected,
        }
    }

    /// Identifies the task that arrives at `site` with `input`; returns its attempt and what its
    /// worker does. A task that cannot be identified has no key, and its worker echoes the input.
    /// `in_map` says whether the site is inside a Map, so that several attempts may be running at
    /// the same time.
    pub fn arrived(
        &mut self,
        site: &Site,
        in_map: bool,
        input: &Arc<Value>,
    ) -> (Option<AttemptKey>, Act) {
        let expected = self.sites.entry(site.clone()).or_default();
        let found = match expected.choose(in_map, input) {
            Some(place) => {
                let planned = &mut expected.attempts[place];
                planned.over = true;
                Some((planned.key.clone(), planned.act.clone()))
            }
            None if expected.left().next().is_none() => {
                let key = expected.extra(site, in_map, input);
                key.map(|key| {
                    let act = self.plan.act(&key).into_owned();
                    (key, act)
                })
            }
            None => None,
        };
        let Some((key, act)) = found else {
            return (None, Act::default());
        };
        expected.pass();
        expected.served.push((key.clone(), input.clone()));
        (Some(key), act)
    }

    /// When, after the start of the execution, the next task of a site may be taken; `None` if
    /// never. Attempts that are to be ignored are skipped. To leave them in the queue, the site is
    /// not polled before the time at which the reference's worker takes the attempt after them.
    pub fn next_poll(&mut self, site: &Site) -> Option<Millis> {
        let away = self.plan.away(site);
        let expected = self.sites.get_mut(site);
        let attempts = expected.into_iter().flat_map(|it| &mut it.attempts);
        let mut passed = false;
        for planned in attempts.filter(|planned| !planned.over) {
            if !planned.is_ignored() {
                let taken = planned.taken.filter(|_| passed);
                return Some(away.max(taken.unwrap_or_default()));
            }
            planned.over = true;
            passed = true;
        }
        (!passed).then_some(away)
    }

    /// How long after the start of the execution no worker asks for the tasks of a site.
    pub fn away(&self, site: &Site) -> Millis {
        self.plan.away(site)
    }

    /// Whether a task of a site is to be ignored; `number` counts them in the order of scheduling.
    pub fn ignores(&self, site: &Site, number: usize) -> bool {
        let expected = self.sites.get(site);
        let planned = expected.and_then(|expected| expected.attempts.get(number));
        planned.is_some_and(Planned::is_ignored)
    }

    /// The attempts of a site that are to be ignored, numbered in the order of scheduling.
    pub fn ignored(&self, site: &Site) -> BTreeSet<usize> {
        let attempts = self.sites.get(site).map_or(0, |it| it.attempts.len());
        let numbers = 0..attempts;
        numbers.filter(|it| self.ignores(site, *it)).collect()
    }
}

impl Expected {
    /// The attempts that are not over, with their places.
    fn left(&self) -> impl Iterator<Item = (usize, &Planned)> {
        let attempts = self.attempts.iter().enumerate().skip(self.past);
        attempts.filter(|(_, planned)| !planned.over)
    }

    /// Notes which of the first attempts are over.
    fn pass(&mut self) {
        let past = self.left().next().map(|(place, _)| place);
        self.past = past.unwrap_or(self.attempts.len());
    }

    /// The expected attempt with this input, or the only attempt it can be although its input
    /// differs.
    fn choose(&self, in_map: bool, input: &Value) -> Option<usize> {
        let left = || self.left().filter(|(_, planned)| !planned.is_ignored());
        if let Some((place, _)) = left().find(|(_, planned)| json::equal(&planned.input, input)) {
            return Some(place);
        }
        let (first, next) = left().next()?;
        let alike = || left().all(|(_, planned)| planned.act == next.act);
        (!in_map || alike()).then_some(first)
    }

    /// The key of an unexpected extra attempt: the next attempt of the visit that it seems to
    /// belong to.
    fn extra(&self, site: &Site, in_map: bool, input: &Value) -> Option<AttemptKey> {
        let mut served = self.served.iter().rev();
        let same = served.clone().find(|(_, seen)| json::equal(seen, input));
        let (last, _) = match (same, in_map) {
            (Some(same), _) => same,
            (None, true) => return None,
            (None, false) => match served.next() {
                Some(last) => last,
                None => {
                    return Some(AttemptKey {
                        site: site.clone(),
                        visit: 0,
                        items: Vec::new(),
                        attempt: 0,
                    });
                }
            },
        };
        let visit = |key: &AttemptKey| key.visit == last.visit && key.items == last.items;
        let attempt = self
            .served
            .iter()
            .filter(|(key, _)| visit(key))
            .map(|(key, _)| key.attempt + 1)
            .max()
            .unwrap_or_default();
        Some(AttemptKey {
            attempt,
            ..last.clone()
        })
    }
}

#[cfg(test)]
mod tests;
