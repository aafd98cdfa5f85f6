//! Passes over the graph: scopes, states, branches, rules and handlers.

use serde_json::{Map, Value};
use stepproof_specs::{
    asl::walk::{BRANCHES, ScopePath, StatePath, inner_scopes, scopes},
    scenario::case::ExecutionCase,
};

use super::{
    edit::{Edit, below, bypass, edit, empty_list, move_sites, retarget, runs},
    graph::{entries, object_mut, states, targets},
};

/// Fields of the machine that an inner scope does not have.
const OF_THE_MACHINE: &[&str] = &["Version", "TimeoutSeconds", "QueryLanguage"];

/// Makes an inner scope the whole machine.
pub(super) fn keep_only_a_scope(case: &ExecutionCase) -> Vec<Edit> {
    scopes(&case.definition)
        .into_iter()
        .skip(1)
        .map(|inner| edit(move |case| promote(case, &inner)))
        .collect()
}

pub(super) fn promote(case: &mut ExecutionCase, inner: &ScopePath) -> Option<()> {
    let scope = case.definition.pointer(&inner.pointer)?;
    let mut scope = scope.as_object()?.clone();
    scope.shift_remove("ProcessorConfig");
    for key in OF_THE_MACHINE {
        if let Some(value) = case.definition.get(key) {
            scope.insert((*key).to_owned(), value.clone());
        }
    }
    case.definition = Value::Object(scope).into();
    move_sites(case, |site| below(site, &inner.path).map(str::to_owned));
    forget_items(case, "", 0, inner.maps);
    Some(())
}

/// Removes the indexes of `count` Maps, starting with the one at `level`, from the rules below a
/// site. Rules for first items then apply to all items; rules for other items are dropped.
fn forget_items(case: &mut ExecutionCase, prefix: &str, level: usize, count: usize) {
    for start in &mut case.starts {
        for (site, script) in &mut start.plan.sites {
            if below(site, prefix).is_none() {
                continue;
            }
            script.rules.retain_mut(|rule| {
                let Some(items) = &mut rule.items else {
                    return true;
                };
                let end = (level + count).min(items.len());
                let first = items.drain(level.min(end)..end).all(|index| index == 0);
                if items.is_empty() {
                    rule.items = None;
                }
                first
            });
        }
    }
}

/// Ends a scope earlier, or starts it later.
pub(super) fn cut(case: &ExecutionCase) -> Vec<Edit> {
    let states = states(&case.definition).into_iter().map(|(state, _)| state);
    let ends = states.clone().map(|state| {
        edit(move |case| {
            let fields = object_mut(&mut case.definition, &state.pointer)?;
            fields.shift_remove("Next")?;
            fields.insert("End".to_owned(), true.into());
            Some(())
        })
    });
    let starts = states.rev().map(|state| {
        edit(move |case| {
            let scope = object_mut(&mut case.definition, &state.scope.pointer)?;
            scope.insert("StartAt".to_owned(), state.name.clone().into());
            Some(())
        })
    });
    starts.chain(ends).collect()
}

/// Removes runs of states, then single states, bypassed in every possible way.
pub(super) fn remove_states(case: &ExecutionCase) -> Vec<Edit> {
    let states = states(&case.definition);
    let mut edits: Vec<Edit> = runs(states.len())
        .into_iter()
        .filter(|run| run.len() > 1 && run.len() < states.len())
        .map(|run| {
            let run = states[run].iter().map(|(state, _)| state.clone());
            let run: Vec<StatePath> = run.collect();
            edit(move |case| {
                for state in &run {
                    let to = case.definition.pointer(&state.pointer);
                    let to = to.and_then(|state| targets(state).first().map(|&to| to.to_owned()));
                    bypass(case, state, to.as_deref());
                }
                Some(())
            })
        })
        .collect();
    for (state, fields) in states {
        let mut ways: Vec<Option<String>> = targets(fields)
            .into_iter()
            .map(|target| Some(target.to_owned()))
            .collect();
        ways.push(None);
        if targets(fields).is_empty() {
            ways.extend(another_end(&case.definition, &state).map(Some));
        }
        for to in ways {
            let state = state.clone();
            edits.push(edit(move |case| bypass(case, &state, to.as_deref())));
        }
    }
    edits
}

/// The first other state of the scope that ends it.
fn another_end(definition: &Value, state: &StatePath) -> Option<String> {
    let states = definition.pointer(&state.scope.pointer)?["States"].as_object()?;
    let mut others = states.iter().filter(|(name, _)| **name != state.name);
    others
        .find(|(_, fields)| targets(fields).is_empty())
        .map(|(name, _)| name.clone())
}

/// Replaces a state by the states of one of its branches or of its item processor.
pub(super) fn hoist(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for inner in inner_scopes(fields) {
            let path = state.inner(&inner);
            let state = state.clone();
            edits.push(edit(move |case| hoist_one(case, &state, &path)));
        }
    }
    edits
}

fn hoist_one(case: &mut ExecutionCase, state: &StatePath, inside: &ScopePath) -> Option<()> {
    let mut inner = case.definition.pointer(&inside.pointer)?.clone();
    let outer = object_mut(&mut case.definition, &state.scope.pointer)?;
    let around = outer
        .get_mut("States")?
        .as_object_mut()?
        .shift_remove(&state.name)?;
    let next = around["Next"].as_str();
    if let Some(next) = next {
        lead_on(inner.get_mut("States")?.as_object_mut()?, next);
    }
    let start = inner["StartAt"].as_str()?.to_owned();
    retarget(outer, &state.name, Some(&start))?;
    let states = outer.get_mut("States")?.as_object_mut()?;
    take_in(states, inner.get_mut("States")?.as_object_mut()?)?;
    let level = state.scope.maps;
    if inside.maps > level {
        forget_items(case, &inside.path, level, 1);
    }
    move_sites(case, |site| match below(site, &inside.path) {
        Some(rest) if state.scope.path.is_empty() => Some(rest.to_owned()),
        Some(rest) => Some(format!("{}/{rest}", state.scope.path)),
        None => Some(site.to_owned()),
    });
    Some(())
}

/// Adds the states of another scope; `None` if a name would occur twice.
fn take_in(states: &mut Map<String, Value>, others: &mut Map<String, Value>) -> Option<()> {
    std::mem::take(others)
        .into_iter()
        .all(|(name, state)| states.insert(name, state).is_none())
        .then_some(())
}

/// Leads every end of a scope to the state `next`.
fn lead_on(states: &mut Map<String, Value>, next: &str) {
    for state in states.values_mut() {
        let Some(state) = state.as_object_mut() else {
            continue;
        };
        if state.shift_remove("End").is_some() {
            state.insert("Next".to_owned(), next.into());
        } else if state.get("Type").is_some_and(|kind| kind == "Succeed") {
            state["Type"] = "Pass".into();
            state.insert("Next".to_owned(), next.into());
        }
    }
}

/// Drops branches of a Parallel, as long as one is left.
pub(super) fn drop_branches(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        let count = entries(fields, BRANCHES).len();
        for run in runs(count).into_iter().filter(|run| run.len() < count) {
            let state = state.clone();
            edits.push(edit(move |case| {
                branches_mut(case, &state)?.drain(run.clone());
                move_branches(case, &state, |number| {
                    let before = if number < run.start { 0 } else { run.len() };
                    (!run.contains(&number)).then(|| number - before)
                });
                Some(())
            }));
        }
    }
    edits
}

fn branches_mut<'c>(case: &'c mut ExecutionCase, state: &StatePath) -> Option<&'c mut Vec<Value>> {
    let fields = object_mut(&mut case.definition, &state.pointer)?;
    fields.get_mut(BRANCHES)?.as_array_mut()
}

/// Renumbers the plans of tasks in the branches of a Parallel; plans in a branch without a new
/// number are dropped.
fn move_branches(
    case: &mut ExecutionCase,
    state: &StatePath,
    moved: impl Fn(usize) -> Option<usize>,
) {
    move_sites(case, |site| {
        let Some(rest) = below(site, &state.site) else {
            return Some(site.to_owned());
        };
        let (number, rest) = rest.split_once('/')?;
        let number = moved(number.parse().ok()?)?;
        Some(format!("{}/{number}/{rest}", state.site))
    });
}

/// Appends a branch of a Parallel to the branch before it.
pub(super) fn join_branches(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for second in 1..entries(fields, BRANCHES).len() {
            let state = state.clone();
            edits.push(edit(move |case| join(case, &state, second)));
        }
    }
    edits
}

fn join(case: &mut ExecutionCase, state: &StatePath, second: usize) -> Option<()> {
    let branches = branches_mut(case, state)?;
    let mut after = branches.remove(second);
    let start = after["StartAt"].as_str()?.to_owned();
    let states = branches[second - 1].get_mut("States")?.as_object_mut()?;
    lead_on(states, &start);
    take_in(states, after.get_mut("States")?.as_object_mut()?)?;
    move_branches(case, state, |number| {
        Some(number - usize::from(number >= second))
    });
    Some(())
}

/// Swaps two neighbouring branches of a Parallel.
pub(super) fn swap_branches(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for left in 1..entries(fields, BRANCHES).len() {
            let state = state.clone();
            edits.push(edit(move |case| swap(case, &state, left - 1, left)));
        }
    }
    edits
}

fn swap(case: &mut ExecutionCase, state: &StatePath, left: usize, right: usize) -> Option<()> {
    let branches = branches_mut(case, state)?;
    branches.swap(left, right);
    move_branches(case, state, |number| match number {
        _ if number == left => Some(right),
        _ if number == right => Some(left),
        _ => Some(number),
    });
    Some(())
}

/// Drops rules of a Choice.
pub(super) fn drop_rules(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = drop_from_lists(case, &["Choices"]);
    for (state, _) in states(&case.definition) {
        edits.push(edit(move |case| last_rule_by_default(case, &state)));
    }
    edits
}

/// Makes the target of a Choice's last rule its default.
fn last_rule_by_default(case: &mut ExecutionCase, state: &StatePath) -> Option<()> {
    let fields = object_mut(&mut case.definition, &state.pointer)?;
    let last = fields.get_mut("Choices")?.as_array_mut()?.pop()?;
    fields.insert("Default".to_owned(), last.get("Next")?.clone());
    Some(())
}

/// Drops retriers and catchers, and single error names of theirs.
pub(super) fn drop_handlers(case: &ExecutionCase) -> Vec<Edit> {
    let mut edits = drop_from_lists(case, &["Catch", "Retry"]);
    for (state, fields) in states(&case.definition) {
        for list in ["Catch", "Retry"] {
            for (at, handler) in entries(fields, list).iter().enumerate() {
                let names = entries(handler, "ErrorEquals").len();
                for name in (0..names).filter(|_| names > 1) {
                    let pointer = format!("{}/{list}/{at}/ErrorEquals", state.pointer);
                    edits.push(edit(move |case| {
                        let names = case.definition.pointer_mut(&pointer)?.as_array_mut()?;
                        names.remove(name);
                        Some(())
                    }));
                }
            }
        }
    }
    edits
}

fn drop_from_lists(case: &ExecutionCase, lists: &'static [&'static str]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (state, fields) in states(&case.definition) {
        for list in lists {
            for run in runs(entries(fields, list).len()) {
                let pointer = state.pointer.clone();
                edits.push(edit(move |case| {
                    let fields = object_mut(&mut case.definition, &pointer)?;
                    let entries = fields.get_mut(*list)?.as_array_mut()?;
                    entries.drain(run.clone());
                    if entries.is_empty() {
                        empty_list(fields, list);
                    }
                    Some(())
                }));
            }
        }
    }
    edits
}
