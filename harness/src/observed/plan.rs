//! The plan of a recording: what each task returned, attempt by attempt.

use serde_json::Value;
use stepproof_specs::{
    asl::site::{Site, site},
    scenario::plan::{Act, Plan, Reply, Rule},
};

/// A recording names states; a plan names sites, visits and attempts.
pub(super) fn recorded(definition: &Value, tasks: &Value) -> Plan {
    let mut plan = Plan::default();
    let mut places = Vec::new();
    find_tasks(definition, "", 0, &mut places);
    for place in places {
        if let Some(results) = tasks[&place.name].as_array() {
            plan.sites
                .insert(place.site.clone(), rules(&place, results).into());
        }
    }
    plan
}

/// A Task in a definition.
struct Place {
    name: String,
    site: Site,
    /// How many Maps are around it.
    maps: usize,
    retries: bool,
}

fn find_tasks(scope: &Value, prefix: &str, maps: usize, places: &mut Vec<Place>) {
    for (name, state) in scope["States"].as_object().into_iter().flatten() {
        let site = site(prefix, name);
        if state["Type"] == "Task" {
            places.push(Place {
                name: name.clone(),
                site: site.clone(),
                maps,
                retries: state["Retry"]
                    .as_array()
                    .is_some_and(|retry| !retry.is_empty()),
            });
        }
        for (branch, scope) in state["Branches"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            find_tasks(scope, &format!("{site}/{branch}"), maps, places);
        }
        for processor in ["ItemProcessor", "Iterator"] {
            find_tasks(&state[processor], &site, maps + 1, places);
        }
    }
}

/// A result after a failure that may be retried is the next attempt; any other is the next visit.
fn rules(place: &Place, results: &[Value]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for (n, result) in results.iter().enumerate() {
        let items = (place.maps == 1)
            .then(|| result["iteration"].as_u64().map(|index| vec![index as u32]))
            .flatten();
        let before = results[..n]
            .iter()
            .rev()
            .zip((0..n).rev())
            .find(|(before, _)| before["iteration"] == result["iteration"]);
        let (visit, attempt) = match before {
            None => (0, 0),
            Some((before, at)) => {
                let visit = rules[at].visit.unwrap_or_default();
                let attempt = rules[at].attempts_below.unwrap_or_default();
                if place.retries && before.get("error").is_some() {
                    (visit, attempt)
                } else {
                    (visit + 1, 0)
                }
            }
        };
        rules.push(Rule {
            visit: Some(visit),
            items,
            attempts_below: Some(attempt + 1),
            act: act(result),
        });
    }
    rules
}

fn act(result: &Value) -> Act {
    let text = |key: &str| result[key].as_str().map_or_else(String::new, str::to_owned);
    let cause = if result.get("cause_text").is_some() {
        text("cause_text")
    } else {
        text("cause")
    };
    Act {
        submitted: result.get("submitted").cloned(),
        ..Act::now(match result.get("output") {
            Some(output) => Reply::Succeed(output.clone()),
            None if result.get("timed_out").is_some() => Reply::Silent,
            None if result.get("aborted").is_some() => Reply::Silent,
            None if result["error"].is_null() => Reply::FailNameless,
            None => Reply::Fail {
                error: text("error"),
                cause,
            },
        })
    }
}
