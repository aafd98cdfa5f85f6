//! Passes over ends: one state, plan or limit takes over what several did together.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::walk::{ScopePath, StatePath},
    scenario::{
        case::ExecutionCase,
        plan::{Act, Reply, Rule, Script},
    },
};

use super::{
    edit::{Edit, edit},
    graph::{object_mut, states, targets},
    limits::LIMITS,
    plans::failure,
};
use crate::literal::ACTIVITY_PREFIX;

/// A delay after which a sibling has certainly begun; generated plans have no shorter one.
const SOON: u64 = 500;

/// Offers simpler ways for states to end.
pub(super) fn simplify_ends(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = vec![edit(end_well)];
    for (state, fields) in states(&case.definition) {
        if leads_to_a_failure(case, &state, fields) || is_silent(case, &state) {
            let state = state.clone();
            edits.push(edit(move |case| fail_in_place(case, &state)));
        }
        if fields.get("Retry").is_some() {
            let state = state.clone();
            edits.push(edit(move |case| fail_at_last(case, &state)));
        }
        if is_late(case, &state) {
            let state = state.clone();
            edits.push(edit(move |case| wait_instead(case, &state)));
        }
        if fields["Catch"][0].get("Next").is_some() {
            let state = state.clone();
            edits.push(edit(move |case| go_on_without_catching(case, &state)));
        }
    }
    edits
}

/// Replaces every state without a target by a Succeed, for cases in which it matters where a run
/// ends but not how.
fn end_well(case: &mut ExecutionCase) -> Option<()> {
    let states = ScopePath::machine().states(&case.definition).into_iter();
    let ends = states.filter(|(_, fields)| targets(fields).is_empty());
    for state in ends.map(|(state, _)| state).collect::<Vec<_>>() {
        *case.definition.pointer_mut(&state.pointer)? = json!({ "Type": "Succeed" });
    }
    Some(())
}

fn scripts<'c>(case: &'c ExecutionCase, state: &StatePath) -> impl Iterator<Item = &'c Script> {
    let starts = case.starts.iter();
    starts.filter_map(|start| start.plan.sites.get(&state.site))
}

/// Whether a task or a Wait leads to a Fail.
fn leads_to_a_failure(case: &ExecutionCase, state: &StatePath, fields: &Value) -> bool {
    let next = fields["Next"].as_str();
    let scope = case.definition.pointer(&state.scope.pointer);
    let next = next.and_then(|next| scope?["States"].get(next));
    let takes_time = fields["Type"] == "Task" || fields["Type"] == "Wait";
    takes_time && next.is_some_and(|next| next["Type"] == "Fail")
}

/// Whether a task gets no answer.
fn is_silent(case: &ExecutionCase, state: &StatePath) -> bool {
    let mut rules = scripts(case, state).flat_map(|script| &script.rules);
    rules.any(|rule| rule.act.reply == Reply::Silent)
}

/// Makes a task fail by itself rather than by a time limit or in the state after it; a Wait becomes
/// such a task. The handlers of the task, if any, match the error.
fn fail_in_place(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    let fields = object_mut(&mut case.definition, &state.pointer)?;
    if fields["Type"] == "Wait" {
        fields.clear();
        fields.insert("Type".to_owned(), "Task".into());
        fields.insert("Resource".to_owned(), format!("{ACTIVITY_PREFIX}A").into());
    }
    for limit in LIMITS {
        fields.shift_remove(limit);
    }
    let mut handled = false;
    for list in ["Retry", "Catch"] {
        let handlers = fields.get_mut(list).and_then(Value::as_array_mut);
        for handler in handlers.into_iter().flatten() {
            handler["ErrorEquals"] = json!(["E"]);
            handled = true;
        }
    }
    if !handled {
        fields.shift_remove("Next");
        fields.insert("End".to_owned(), true.into());
    }
    for start in &mut case.starts {
        let script = start.plan.sites.get(&state.site);
        let rules = script.into_iter().flat_map(|script| &script.rules);
        let after = rules.map(|rule| rule.act.after).max();
        let mut act = Act::now(failure("E"));
        if !handled {
            act.after = after.filter(|after| *after > 0).unwrap_or(SOON);
        }
        start.plan.sites.insert(state.site.clone(), act.into());
    }
    Some(())
}

/// Makes a task fail after a delay instead of retrying it for some time.
fn fail_at_last(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    let fields = object_mut(&mut case.definition, &state.pointer)?;
    fields.shift_remove("Retry")?;
    for start in &mut case.starts {
        let script = start.plan.sites.get_mut(&state.site);
        for rule in script.into_iter().flat_map(|script| &mut script.rules) {
            *rule = Rule::always(Act {
                after: SOON,
                // A worker that has answered sends no heartbeats.
                heartbeats: Vec::new(),
                ..rule.act.clone()
            });
        }
    }
    Some(())
}

/// Whether a task echoes its input after a delay.
fn is_late(case: &ExecutionCase, state: &StatePath) -> bool {
    let mut rules = scripts(case, state).flat_map(|script| &script.rules);
    rules.any(|rule| rule.act.after > 0 && rule.act.reply == Reply::Echo)
}

/// Replaces a task that takes time by a Wait.
fn wait_instead(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    let rules = scripts(case, state).flat_map(|script| &script.rules);
    let after = rules.map(|rule| rule.act.after).max()?;
    let fields = case.definition.pointer_mut(&state.pointer)?;
    let mut wait = json!({ "Type": "Wait", "Seconds": after.div_ceil(1_000) });
    for way in ["Next", "End"] {
        if let Some(way_on) = fields.get(way) {
            wait[way] = way_on.clone();
        }
    }
    *fields = wait;
    Some(())
}

/// Removes the catchers of a state, and leads it to the first catcher's target with that catcher's
/// `Assign`. The task then succeeds.
fn go_on_without_catching(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    let fields = object_mut(&mut case.definition, &state.pointer)?;
    let catchers = fields.shift_remove("Catch")?;
    let catcher = catchers.get(0)?;
    if let Some(assign) = catcher.get("Assign") {
        fields.insert("Assign".to_owned(), assign.clone());
    }
    fields.insert("Next".to_owned(), catcher.get("Next")?.clone());
    fields.shift_remove("End");
    for start in &mut case.starts {
        start.plan.sites.remove(&state.site);
    }
    Some(())
}
