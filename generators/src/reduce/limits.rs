//! Passes over a time limit together with what happens within it. If either were changed alone, a
//! limit that held would expire, or one that expired would hold.

use serde_json::json;
use stepproof_specs::{
    asl::walk::StatePath,
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Reply, Rule},
    },
};

use super::{
    edit::{Edit, edit},
    graph::{object_mut, states},
};

/// The time limits of a Task.
pub(super) const LIMITS: [&str; 2] = ["TimeoutSeconds", "HeartbeatSeconds"];

/// Lengthens a time limit by a second and removes the delays of tasks, so that what was late
/// because of the delays is late without them.
pub(super) fn limits_for_delays(case: &ExecutionCase) -> Vec<Edit> {
    let delayed = |start: &Start| start.plan.rules().any(is_delayed);
    if !case.starts.iter().any(delayed) {
        return Vec::new();
    }
    let mut edits = Vec::new();
    for (state, _) in states(&case.definition) {
        for limit in LIMITS {
            let pointer = format!("{}/{limit}", state.pointer);
            edits.push(edit(move |case| {
                let limit = case.definition.pointer_mut(&pointer)?;
                *limit = (limit.as_i64()? + 1).into();
                let rules = case.starts.iter_mut().flat_map(|it| it.plan.rules_mut());
                for rule in rules.filter(|rule| is_delayed(rule)) {
                    rule.act.after = 0;
                }
                Some(())
            }));
        }
    }
    edits
}

fn is_delayed(rule: &Rule) -> bool {
    rule.act.after > 0 && rule.act.heartbeats.is_empty()
}

/// Shortens a time limit and the plan of its task together.
pub(super) fn shorten_limits(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for limit in LIMITS {
            let seconds = fields[limit].as_u64();
            let Some(seconds) = seconds.filter(|seconds| *seconds > 1) else {
                continue;
            };
            let (whole, half) = (state.clone(), state.clone());
            edits.push(edit(move |case| {
                let time = |at: u64| at.checked_sub(1_000);
                shorten(case, &whole, limit, seconds - 1, &time)
            }));
            if seconds % 2 == 0 {
                let time = |at: u64| Some(at / 2);
                edits.push(edit(move |case| {
                    shorten(case, &half, limit, seconds / 2, &time)
                }));
            }
        }
    }
    edits
}

fn shorten(
    case: &mut ExecutionCase,
    state: &StatePath,
    limit: &str,
    seconds: u64,
    time: &dyn Fn(u64) -> Option<u64>,
) -> Option<()> {
    let fields = object_mut(&mut case.definition, &state.pointer)?;
    fields.insert(limit.to_owned(), seconds.into());
    let mut shortened = false;
    for start in &mut case.starts {
        let script = start.plan.sites.get_mut(&state.site);
        for rule in script.into_iter().flat_map(|script| &mut script.rules) {
            let act = &mut rule.act;
            if act.after > 0 {
                act.after = time(act.after)?;
                for heartbeat in &mut act.heartbeats {
                    *heartbeat = time(*heartbeat)?;
                }
                shortened = true;
            }
        }
    }
    shortened.then_some(())
}

/// Reduces a machine with a time limit to one of its tasks, which gets no answer and has a longer
/// limit.
pub(super) fn outlast_the_machine(case: &ExecutionCase) -> Vec<Edit> {
    if case.definition.get("TimeoutSeconds").is_none() {
        return Vec::new();
    }
    let tasks = states(&case.definition).into_iter();
    tasks
        .filter(|(_, fields)| fields["Type"] == "Task")
        .map(|(state, _)| edit(move |case| outlast(case, &state)))
        .collect()
}

fn outlast(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    let resource = case
        .definition
        .pointer(&state.pointer)?
        .get("Resource")?
        .clone();
    let task = json!({
        "Type": "Task", "Resource": resource, "End": true, "TimeoutSeconds": 2,
    });
    case.definition = json!({
        "StartAt": state.name, "States": { state.name.as_str(): task }, "TimeoutSeconds": 1,
    })
    .into();
    for start in &mut case.starts {
        start.input = json!({}).into();
        let silent = Act::now(Reply::Silent).into();
        start.plan.sites = [(state.name.as_str().into(), silent)].into();
    }
    Some(())
}
