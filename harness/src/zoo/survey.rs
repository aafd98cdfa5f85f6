//! Surveys how well a fault is caught, over many seeds.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use stepproof_generators::Profile;
use stepproof_specs::scenario::case::{Body, Case};

use super::{Caught, Deviant, HuntError, hunt};
use crate::shrink::Toll;

/// The result of hunting a fault with many seeds.
#[derive(Debug, Clone, Serialize)]
pub struct Survey {
    /// The fault's name.
    pub fault: &'static str,
    /// How many hunts there were.
    pub hunts: usize,
    /// How many caught the fault.
    pub caught: usize,
    /// How many of these were shrunk to the known minimum number of states.
    pub at_minimum: usize,
    /// How many cases it took until the fault showed.
    pub cases: Spread,
    /// How many cases were run on the engine to shrink one.
    pub calls: Spread,
    /// The smallest cases, the most frequent first.
    pub forms: Vec<Form>,
    /// The calls of all hunts by the reducer's pass.
    pub passes: BTreeMap<&'static str, Toll>,
}

/// A smallest case, and the seeds whose hunts ended in it.
#[derive(Debug, Clone, Serialize)]
pub struct Form {
    /// The case without its origin and its entropy. Its names and literals are those that the
    /// reducer chose.
    pub case: serde_json::Value,
    /// The seeds.
    pub seeds: BTreeSet<u64>,
}

/// The median and the 95th percentile of some counts; 0 if there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Half of the counts are at most this.
    pub median: u64,
    /// 95 % of the counts are at most this.
    pub p95: u64,
}

impl Spread {
    /// The spread of these numbers.
    pub fn of(numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut sorted: Vec<u64> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            sorted.get(rank - 1).copied().unwrap_or_default()
        };
        Self {
            median: at(50),
            p95: at(95),
        }
    }
}

/// Hunts a fault once with each seed. If it does not show, it counts as not caught; any other error
/// ends the survey.
pub async fn survey(
    fault: Deviant,
    engine: &str,
    profile: &Profile,
    seeds: impl IntoIterator<Item = u64>,
    most: u64,
) -> Result<Survey, HuntError> {
    let mut hunts = 0;
    let mut caught = Vec::new();
    for seed in seeds {
        hunts += 1;
        match hunt(fault, engine, profile.clone(), seed, most).await {
            Ok(one) => caught.push((seed, one)),
            Err(HuntError::NotSeen { .. }) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(tabulate(fault, hunts, &caught))
}

fn tabulate(fault: Deviant, hunts: usize, caught: &[(u64, Caught)]) -> Survey {
    let mut passes: BTreeMap<&'static str, Toll> = BTreeMap::new();
    for (pass, toll) in caught.iter().flat_map(|(_, one)| &one.shrunk.passes) {
        passes.entry(pass).or_default().add(*toll);
    }
    let at_minimum = |(_, one): &&(u64, Caught)| one.states() <= fault.states();
    Survey {
        fault: fault.name(),
        hunts,
        caught: caught.len(),
        at_minimum: caught.iter().filter(at_minimum).count(),
        cases: Spread::of(caught.iter().map(|(_, one)| one.cases)),
        calls: Spread::of(caught.iter().map(|(_, one)| one.shrunk.calls)),
        forms: forms(caught),
        passes,
    }
}

fn forms(caught: &[(u64, Caught)]) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for (seed, one) in caught {
        let case = plain(&one.shrunk.case);
        match forms.iter_mut().find(|form| form.case == case) {
            Some(form) => {
                form.seeds.insert(*seed);
            }
            None => forms.push(Form {
                case,
                seeds: BTreeSet::from([*seed]),
            }),
        }
    }
    forms.sort_by_key(|form| std::cmp::Reverse(form.seeds.len()));
    forms
}

fn plain(case: &Case) -> serde_json::Value {
    match &case.body {
        Body::Execution(execution) => serde_json::json!({
            "definition": execution.definition, "workflow": execution.workflow,
            "starts": execution.starts,
        }),
        Body::Definition(definition) => serde_json::json!({
            "definition": definition.definition, "workflow": definition.workflow,
        }),
        Body::Api(calls) => serde_json::json!({ "calls": calls.calls }),
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn spreads_are_of_what_was_counted() {
        assert_eq!(Spread::of([]), Spread::default());
        let spread = |median, p95| Spread { median, p95 };
        assert_eq!(Spread::of([7]), spread(7, 7));
        assert_eq!(Spread::of((1..=100).rev()), spread(50, 95));
    }
}
