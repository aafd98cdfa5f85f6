//! Passes over starts: their number, their inputs, and what their tasks do.

use std::sync::Arc;

use serde_json::json;
use stepproof_specs::{
    asl::{WorkflowType, site::Site},
    base::time::Millis,
    scenario::{
        case::ExecutionCase,
        plan::{Act, Reply, Rule},
    },
};

use super::{
    edit::{Edit, edit, runs},
    value::{simpler, smaller},
};

/// Drops starts, as long as one is left, and resets the entropy and the workflow type.
pub(super) fn drop_starts(case: &ExecutionCase) -> Vec<Edit> {
    let count = case.starts.len();
    runs(count)
        .into_iter()
        .filter(|run| run.len() < count)
        .map(|run| {
            edit(move |case| {
                case.starts.drain(run.clone());
                Some(())
            })
        })
        .chain([edit(|case| {
            case.entropy = 0;
            case.workflow = WorkflowType::Standard;
            Some(())
        })])
        .collect()
}

/// Every rule of every start, as the index of the start, the site and the index of the rule.
fn rules(case: &ExecutionCase) -> Vec<(usize, Site, usize)> {
    let starts = case.starts.iter().enumerate();
    starts
        .flat_map(|(start, plan)| {
            let sites = plan.plan.sites.iter();
            sites.flat_map(move |(site, script)| {
                (0..script.rules.len()).map(move |at| (start, site.clone(), at))
            })
        })
        .collect()
}

/// Drops rules of plans, and the time for which workers are away.
pub(super) fn drop_plans(case: &ExecutionCase) -> Vec<Edit> {
    let rules = rules(case);
    runs(rules.len())
        .into_iter()
        .map(|run| {
            let run = rules[run].to_vec();
            edit(move |case| {
                for (start, site, at) in run.iter().rev() {
                    let script = case.starts[*start].plan.sites.get_mut(site)?;
                    script.rules.remove(*at);
                }
                Some(())
            })
        })
        .chain(return_at(case, &[0]))
        .collect()
}

/// Makes workers that are away come back sooner.
fn return_at(case: &ExecutionCase, times: &[Millis]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (start, plan) in case.starts.iter().enumerate() {
        for (site, script) in &plan.plan.sites {
            for back in times.iter().filter(|back| **back < script.away) {
                let (site, back) = (site.clone(), *back);
                edits.push(edit(move |case| {
                    let plan = &mut case.starts.get_mut(start)?.plan;
                    plan.sites.get_mut(&site)?.away = back;
                    Some(())
                }));
            }
        }
    }
    edits
}

/// Simplifies rules of plans: the attempts that they apply to, and what happens.
pub(super) fn simplify_rules(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = return_at(case, &[2_000]);
    for (start, site, at) in rules(case) {
        let script = &case.starts[start].plan.sites[&site];
        for simpler in simpler_rules(&script.rules[at], script.away) {
            let site = site.clone();
            edits.push(edit(move |case| {
                let script = case.starts.get_mut(start)?.plan.sites.get_mut(&site)?;
                *script.rules.get_mut(at)? = simpler.clone();
                Some(())
            }));
        }
    }
    edits
}

fn simpler_rules(rule: &Rule, away: Millis) -> Vec<Rule> {
    let mut found = vec![
        Rule::always(rule.act.clone()),
        Rule {
            visit: None,
            ..rule.clone()
        },
        Rule {
            items: None,
            ..rule.clone()
        },
        Rule {
            attempts_below: None,
            ..rule.clone()
        },
    ];
    if let Some(bound) = rule.attempts_below {
        let bounds = smaller(bound.into()).into_iter();
        found.extend(bounds.filter(|bound| *bound > 0).map(|bound| Rule {
            attempts_below: u32::try_from(bound).ok(),
            ..rule.clone()
        }));
    }
    found.extend(simpler_acts(&rule.act, away).into_iter().map(|act| Rule {
        act,
        ..rule.clone()
    }));
    found
}

fn simpler_acts(act: &Act, away: Millis) -> Vec<Act> {
    let mut found = vec![
        Act::now(act.reply.clone()),
        Act::now(failure("E")),
        Act::now(failure("F")),
        Act::now(Reply::Silent),
        Act {
            heartbeats: Vec::new(),
            ..act.clone()
        },
        Act {
            lose_answer: false,
            ..act.clone()
        },
    ];
    let last = act.heartbeats.last().copied().unwrap_or_default();
    let sooner = [500, 1_000, 1_500, 2_000].into_iter();
    // Not after a wait in the queue: it is not known which sums of times would come close to a
    // limit.
    let sooner = sooner.filter(|after| away == 0 && (last + 1..act.after).contains(after));
    found.extend(sooner.map(|after| Act {
        after,
        ..act.clone()
    }));
    found.extend((0..act.heartbeats.len()).map(|at| {
        let mut act = act.clone();
        act.heartbeats.remove(at);
        act
    }));
    found.extend(simpler_replies(&act.reply).into_iter().map(|reply| Act {
        reply,
        ..act.clone()
    }));
    found
}

fn simpler_replies(reply: &Reply) -> Vec<Reply> {
    match reply {
        Reply::Echo => Vec::new(),
        Reply::Succeed(value) => {
            let simpler = simpler(value).into_iter().map(Arc::new).map(Reply::Succeed);
            [Reply::Echo].into_iter().chain(simpler).collect()
        }
        Reply::Fail { error, cause } => {
            let failures = [
                ("E", PLAIN_CAUSE),
                (error.as_str(), PLAIN_CAUSE),
                ("E", cause.as_str()),
            ];
            let failures = failures.map(|(error, cause)| Reply::Fail {
                error: error.to_owned(),
                cause: cause.to_owned(),
            });
            [Reply::Echo].into_iter().chain(failures).collect()
        }
        Reply::FailNameless => vec![Reply::Echo, failure("E")],
        Reply::Silent => vec![Reply::Echo],
        Reply::Ignore => vec![Reply::Echo, Reply::Silent],
    }
}

/// The plainest cause. It is not known what AWS does with an empty one (clause `error.empty`).
pub(super) const PLAIN_CAUSE: &str = "C";

/// The plainest way to fail with this error.
pub(super) fn failure(error: &str) -> Reply {
    Reply::Fail {
        error: error.to_owned(),
        cause: PLAIN_CAUSE.to_owned(),
    }
}

/// Simplifies the inputs of starts.
pub(super) fn simplify_inputs(case: &ExecutionCase) -> Vec<Edit> {
    let starts = case.starts.iter().enumerate();
    starts
        .flat_map(|(at, start)| {
            // A field name that is used elsewhere may be irrelevant here, so a plain one is tried
            // too.
            let plain = start.input.is_object().then(|| json!({ "a": {} }));
            simpler(&start.input)
                .into_iter()
                .chain(plain)
                .map(Arc::new)
                .map(move |input| {
                    edit(move |case| {
                        case.starts.get_mut(at)?.input = input.clone();
                        Some(())
                    })
                })
        })
        .collect()
}
