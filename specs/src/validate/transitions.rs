//! Where states lead: every target exists in its own scope, every state can be reached, and some
//! state ends the machine.

use smallvec::{SmallVec, smallvec};

use crate::asl::diagnostic::{About, Code, Diagnostic, Evidence, Severity};
use crate::{
    asl::{Body, Name, Scope, State, Transition},
    base::pointer::Pointer,
    clause::Clause,
};

/// A flag for every state of a scope; most scopes are small.
pub(super) type Flags = SmallVec<[bool; 32]>;

/// Reports the targets of a state that are not in its scope (specification, "Transitions" and
/// "Parallel State"; the wording is AWS's, as users reported it).
pub(super) fn check_targets(
    scope: &Scope,
    state: &State,
    at: &Pointer<'_>,
    problems: &mut Vec<Diagnostic>,
) {
    state.for_each_target(at, &mut |target, at| {
        if !scope.states.contains_key(target) {
            problems.push(missing(target, at));
        }
    });
}

/// Reports a missing start, a machine without any end, and states that are not reachable (measured
/// on AWS in 2026; it is not known whether an inner scope needs an end of its own, so none is
/// required).
pub(super) fn check_reachability(scope: &Scope, at: &Pointer<'_>, problems: &mut Vec<Diagnostic>) {
    if !scope.states.contains_key(&scope.start_at) {
        problems.push(missing(&scope.start_at, &at.field("StartAt")));
    }
    if matches!(at, Pointer::Root) && !has_end(scope) {
        problems.push(Diagnostic {
            severity: Severity::Error,
            code: Code::MissingEndState,
            clause: Clause::ValidateEnd,
            message: "Workflow has no terminal state".to_owned(),
            location: None,
            about: About::Location,
            evidence: Evidence::of(Clause::ValidateEnd),
        });
    }
    let states = at.field("States");
    for (name, reached) in scope.states.keys().zip(reached(scope)) {
        if !reached {
            problems.push(Diagnostic::error(
                Code::MissingTransitionTarget,
                Clause::ValidateReachable,
                format!("State \"{name}\" is not reachable."),
                &states.field(name),
            ));
        }
    }
}

fn missing(target: &str, at: &Pointer<'_>) -> Diagnostic {
    Diagnostic::error(
        Code::MissingTransitionTarget,
        Clause::ValidateTarget,
        format!("Missing 'Next' target: {target}"),
        at,
    )
}

fn has_end(scope: &Scope) -> bool {
    let mut states = scope.states.values();
    states.clone().any(|state| is_terminal(state))
        || states.any(|state| state.scopes().iter().any(|inner| has_end(inner)))
}

fn is_terminal(state: &State) -> bool {
    matches!(state.body, Body::Succeed | Body::Fail(_))
        || state.transition() == Some(&Transition::End)
}

/// For every state, whether a chain of transitions leads to it from the start.
fn reached(scope: &Scope) -> Flags {
    let mut reached = Flags::from_elem(false, scope.states.len());
    let mut pending: SmallVec<[&Name; 16]> = smallvec![&scope.start_at];
    while let Some(name) = pending.pop() {
        if let Some((index, _, state)) = scope.states.get_full(name)
            && !std::mem::replace(&mut reached[index], true)
        {
            state.for_each_target(&Pointer::Root, &mut |target, _| pending.push(target));
        }
    }
    reached
}

/// For every state, whether a chain of at least one transition leads from it to the state `last`.
pub(super) fn before(scope: &Scope, last: usize) -> Flags {
    let mut sources: SmallVec<[SmallVec<[usize; 4]>; 16]> = SmallVec::new();
    sources.resize(scope.states.len(), SmallVec::new());
    for (source, state) in scope.states.values().enumerate() {
        state.for_each_target(&Pointer::Root, &mut |target, _| {
            if let Some(target) = scope.states.get_index_of(target) {
                sources[target].push(source);
            }
        });
    }
    let mut before = Flags::from_elem(false, scope.states.len());
    let mut pending: SmallVec<[usize; 16]> = smallvec![last];
    while let Some(state) = pending.pop() {
        for &source in &sources[state] {
            if !std::mem::replace(&mut before[source], true) {
                pending.push(source);
            }
        }
    }
    before
}
