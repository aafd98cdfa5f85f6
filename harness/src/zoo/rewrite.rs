//! Machines rewritten so that following every rule breaks one.

mod choice;
mod data;
mod handlers;

use std::sync::Arc;

use serde_json::json;
use stepproof_specs::{
    asl::{
        Body, CatchFlow, Catcher, JsonPathFlow, Limit, Machine, Name, Nullable, Pass, Retrier,
        Scope, State, Task, Transition, Until, Wait,
    },
    query::jsonpath::path::Path,
};

use super::Way;

/// The longest wait that AWS accepts, in seconds: more than three years.
const LONGEST_WAIT: u64 = 99_999_999;

pub(super) fn machine(way: Way, machine: &Machine) -> Machine {
    let timeout_seconds = machine.timeout_seconds;
    Machine {
        scope: scope(way, &machine.scope, false),
        timeout_seconds: timeout_seconds.filter(|_| way != Way::MachineTimeout),
        ..machine.clone()
    }
}

fn scope(way: Way, given: &Scope, in_branch: bool) -> Arc<Scope> {
    let mut scope = given.clone();
    for state in scope.states.values_mut() {
        let state = Arc::make_mut(state);
        inner_scopes(way, state);
        rewrite_state(way, state);
    }
    match way {
        Way::ParallelFailure if in_branch => swallow_failures(&mut scope),
        Way::Liveness => hang_after_catch(&mut scope),
        _ => {}
    }
    Arc::new(scope)
}

fn inner_scopes(way: Way, state: &mut State) {
    match &mut state.body {
        Body::Parallel(parallel) => {
            for branch in &mut parallel.branches {
                *branch = scope(way, branch, true);
            }
        }
        Body::Map(map) => map.processor = scope(way, &map.processor, false),
        _ => {}
    }
}

fn rewrite_state(way: Way, state: &mut State) {
    handlers::rewrite(way, state);
    choice::rewrite(way, state);
    data::rewrite(way, state);
    match &mut state.body {
        Body::Task(task) if way == Way::Heartbeat => task.heartbeat = None,
        Body::Task(task) if way == Way::HeartbeatOnce => heartbeat_once(task),
        Body::Wait(Wait {
            until: Until::Seconds(seconds),
            ..
        }) if way == Way::Wait => *seconds = Limit::Literal(0),
        Body::Map(map) if way == Way::MaxConcurrency => map.max_concurrency = None,
        _ => {}
    }
}

/// What HeartbeatSeconds bounds is the whole attempt.
fn heartbeat_once(task: &mut Task) {
    let Some(Limit::Literal(seconds)) = task.heartbeat else {
        return;
    };
    task.heartbeat = None;
    task.timeout = Some(Limit::Literal(match task.timeout {
        Some(Limit::Literal(timeout)) => timeout.min(seconds),
        _ => seconds,
    }));
}

fn handlers(body: &mut Body) -> (&mut [Retrier], &mut [Catcher]) {
    let (retry, catch) = match body {
        Body::Task(task) => (&mut task.retry, &mut task.catch),
        Body::Parallel(parallel) => (&mut parallel.retry, &mut parallel.catch),
        Body::Map(map) => (&mut map.retry, &mut map.catch),
        _ => return (&mut [], &mut []),
    };
    (
        retry.as_deref_mut().unwrap_or_default(),
        catch.as_deref_mut().unwrap_or_default(),
    )
}

/// A name that the scope does not have.
fn fresh(scope: &Scope, wish: &str) -> Name {
    let mut name = wish.to_owned();
    while scope.states.contains_key(name.as_str()) {
        name.push('\'');
    }
    name.into()
}

/// Whatever fails in a branch ends it with null: Fail states, and every error that can be caught.
fn swallow_failures(scope: &mut Scope) {
    let rescue = fresh(scope, "Rescue");
    let mut rescued = false;
    for state in scope.states.values_mut() {
        let state = Arc::make_mut(state);
        if let Body::Fail(_) = state.body {
            *state = Arc::unwrap_or_clone(null());
            continue;
        }
        let catch = match &mut state.body {
            Body::Task(task) => &mut task.catch,
            Body::Parallel(parallel) => &mut parallel.catch,
            Body::Map(map) => &mut map.catch,
            _ => continue,
        };
        rescued = true;
        catch.get_or_insert_default().push(Catcher {
            error_equals: vec!["States.ALL".into()],
            next: Arc::clone(&rescue),
            flow: CatchFlow::default(),
            comment: None,
        });
    }
    if rescued {
        scope.states.insert(rescue, null());
    }
}

/// A Pass state that ends with null. (`Result: null` is as if absent, so null has to be fetched.)
fn null() -> Arc<State> {
    let mut flow = JsonPathFlow {
        result: Some(Arc::new(json!({ "null": null }))),
        ..JsonPathFlow::default()
    };
    if let Ok(path) = Path::parse("$.null") {
        flow.output_path = Nullable::Set(path);
    }
    let pass = Pass {
        transition: Transition::End,
    };
    Arc::new(State::json_path(flow, Body::Pass(pass)))
}

/// Every catcher leads to a wait that outlasts every watcher.
fn hang_after_catch(scope: &mut Scope) {
    let limbo = fresh(scope, "Limbo");
    let mut caught = false;
    for state in scope.states.values_mut() {
        let state = Arc::make_mut(state);
        for catcher in handlers(&mut state.body).1 {
            catcher.next = Arc::clone(&limbo);
            caught = true;
        }
    }
    if caught {
        let wait = Wait {
            transition: Transition::End,
            until: Until::Seconds(Limit::Literal(LONGEST_WAIT)),
        };
        let state = State::new(Body::Wait(wait));
        scope.states.insert(limbo, Arc::new(state));
    }
}
