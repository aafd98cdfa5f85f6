//! What the tasks of a given machine do: they succeed with the values that are read of their
//! results, fail with errors that handlers name, or stay silent where a time limit ends them.

use std::collections::HashMap;

use stepproof_specs::{
    asl::{
        Body, Limit, Machine, Scope, State,
        site::{Site, site},
    },
    base::time::Millis,
    scenario::plan::{Act, Reply, Rule},
};

use super::want::{Draw, Want};
use crate::{dice::Dice, literal};

/// For how many items of a Map results are drawn one by one, and how deep in Maps.
const ITEMS: u32 = 4;
const DEEPEST: usize = 2;

/// A task of a given machine.
#[derive(Debug, Clone)]
pub(super) struct Task {
    site: Site,
    result: Want,
    /// The errors that it may report; those that its own handlers name come last.
    errors: Vec<String>,
    /// The shortest time limit, after which a silent task is given up.
    limit: Option<Millis>,
    /// In how many Maps it is.
    maps: usize,
}

/// The tasks of a machine; `results` says what is read of each task's result.
pub(super) fn tasks(machine: &Machine, results: &HashMap<Site, Want>) -> Vec<Task> {
    let mut tasks = Vec::new();
    let around = Around {
        errors: literal::ERRORS
            .iter()
            .map(|error| (*error).to_owned())
            .collect(),
        maps: 0,
    };
    collect(&machine.scope, "", &around, results, &mut tasks);
    tasks
}

/// What the tasks of a scope inherit from the enclosing states.
#[derive(Clone)]
struct Around {
    errors: Vec<String>,
    maps: usize,
}

fn collect(
    scope: &Scope,
    prefix: &str,
    around: &Around,
    results: &HashMap<Site, Want>,
    tasks: &mut Vec<Task>,
) {
    for (name, state) in &scope.states {
        let site = site(prefix, name);
        let mut here = around.clone();
        here.errors.extend(handled(state));
        match &state.body {
            Body::Task(task) => tasks.push(Task {
                result: results.get(&site).cloned().unwrap_or_default(),
                site,
                errors: here.errors,
                limit: [&task.timeout, &task.heartbeat]
                    .into_iter()
                    .filter_map(|limit| match limit {
                        Some(Limit::Literal(seconds)) => Some(seconds.saturating_mul(1_000)),
                        _ => None,
                    })
                    .min(),
                maps: here.maps,
            }),
            Body::Parallel(parallel) => {
                for (index, branch) in parallel.branches.iter().enumerate() {
                    collect(branch, &format!("{site}/{index}"), &here, results, tasks);
                }
            }
            Body::Map(map) => {
                here.maps += 1;
                collect(&map.processor, &site, &here, results, tasks);
            }
            _ => {}
        }
    }
}

/// The errors that a state's handlers name and a task can report.
fn handled(state: &State) -> impl Iterator<Item = String> {
    let (retry, catch) = state.handlers();
    let retried = retry.iter().flat_map(|retrier| &retrier.error_equals);
    let caught = catch.iter().flat_map(|catcher| &catcher.error_equals);
    let reported = retried
        .chain(caught)
        .filter(|name| !name.starts_with("States."));
    reported.map(ToString::to_string)
}

impl Task {
    pub fn site(&self) -> &Site {
        &self.site
    }

    pub fn is_in_map(&self) -> bool {
        self.maps > 0
    }

    /// Whether the task is given up within `longest` if it is silent.
    pub fn times_out(&self, longest: Option<Millis>) -> bool {
        let longest = longest.unwrap_or(Millis::MAX);
        self.limit.is_some_and(|limit| limit <= longest)
    }

    /// Draws the rules of one start. A task is silent only if its limit ends it within `longest`.
    pub fn rules(&self, dice: &mut Dice, longest: Option<Millis>) -> Vec<Rule> {
        let silent = self.times_out(longest);
        match dice.below(20) {
            0..=3 if self.is_in_map() => self.each_item(dice),
            0..=7 => self.succeed(dice),
            8..=9 => {
                let damaged = self.success(dice, 5);
                vec![Rule::always(damaged)]
            }
            10..=12 => self.visits(dice),
            13..=15 => {
                let first = self.fails_at_first(dice);
                self.first(first, dice)
            }
            16..=17 => vec![Rule::always(self.failure(dice))],
            18 if silent => vec![Rule::always(silence())],
            19 if silent => self.first(Rule::below(1, silence()), dice),
            _ => self.items(dice),
        }
    }

    /// The rules of a task that always succeeds.
    pub fn succeed(&self, dice: &mut Dice) -> Vec<Rule> {
        vec![Rule::always(self.success(dice, 0))]
    }

    /// Another result at every visit, so that a loop which polls until something is done makes
    /// progress.
    pub fn visits(&self, dice: &mut Dice) -> Vec<Rule> {
        let mut rules: Vec<Rule> = (0..6)
            .map(|visit| Rule {
                visit: Some(visit),
                ..Rule::always(self.success(dice, 0))
            })
            .collect();
        rules.extend(self.succeed(dice));
        rules
    }

    /// Another result for each of the first items, so that it matters which result is whose.
    fn each_item(&self, dice: &mut Dice) -> Vec<Rule> {
        let mut all: Vec<Vec<u32>> = vec![Vec::new()];
        for _ in 0..self.maps.min(DEEPEST) {
            let longer = all.iter().flat_map(|items| {
                (0..ITEMS).map(|item| items.iter().copied().chain([item]).collect())
            });
            all = longer.collect();
        }
        // The first items of the Maps that are left.
        for items in &mut all {
            items.resize(self.maps, 0);
        }
        let rules = all.into_iter().map(|items| Rule {
            items: Some(items),
            ..Rule::always(self.success(dice, 0))
        });
        let mut rules: Vec<Rule> = rules.collect();
        rules.extend(self.succeed(dice));
        rules
    }

    /// A failure in the first attempts.
    pub fn fails_at_first(&self, dice: &mut Dice) -> Rule {
        let below = dice.between(1, 3);
        Rule::below(below, self.failure(dice))
    }

    /// Does what this rule says, otherwise succeeds.
    fn first(&self, first: Rule, dice: &mut Dice) -> Vec<Rule> {
        let mut rules = vec![first];
        rules.extend(self.succeed(dice));
        rules
    }

    /// A failure for one item in a Map; outside a Map, for every attempt.
    fn items(&self, dice: &mut Dice) -> Vec<Rule> {
        let one = Rule {
            items: self
                .is_in_map()
                .then(|| (0..self.maps).map(|_| dice.below(2)).collect()),
            ..Rule::always(self.failure(dice))
        };
        let mut rules = vec![one];
        rules.extend(self.succeed(dice));
        rules
    }

    fn success(&self, dice: &mut Dice, damage: u32) -> Act {
        Act::now(Reply::Succeed(
            self.result.root(dice, Draw::Any(damage)).into(),
        ))
    }

    fn failure(&self, dice: &mut Dice) -> Act {
        // The larger of two draws prefers the last errors: those that the task's own handlers name.
        let count = self.errors.len();
        let at = dice.index(count).max(dice.index(count));
        Act::now(Reply::Fail {
            error: self.errors[at].clone(),
            cause: literal::cause(dice).to_owned(),
        })
    }
}

fn silence() -> Act {
    Act::now(Reply::Silent)
}
