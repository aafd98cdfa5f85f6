//! Derives the plan of a recording: what each task returned, attempt by attempt.

use serde_json::Value;
use stepproof_specs::{
    asl::walk,
    scenario::plan::{Act, Plan, Reply, Rule},
};

/// Converts the recorded results, which are listed by state name, to a plan by site, visit and
/// attempt.
pub(super) fn recorded(definition: &Value, tasks: &Value) -> Plan {
    let mut plan = Plan::default();
    for (path, state) in walk::states(definition) {
        if state["Type"] == "Task"
            && let Some(results) = tasks[&path.name].as_array()
        {
            let rules = rules(path.scope.maps, is_retried(state), results);
            plan.sites.insert(path.site, rules.into());
        }
    }
    plan
}

fn is_retried(state: &Value) -> bool {
    let retriers = state["Retry"].as_array();
    retriers.is_some_and(|retriers| !retriers.is_empty())
}

/// A result that follows a retryable failure belongs to the next attempt, any other to the next
/// visit.
fn rules(maps: usize, is_retried: bool, results: &[Value]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for (n, result) in results.iter().enumerate() {
        let items = (maps == 1)
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
                if is_retried && before.get("error").is_some() {
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
            Some(output) => Reply::Succeed(output.clone().into()),
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
