//! Variables that may be read before anything was assigned to them: AWS was seen to warn of one that only
//! one of several ways to a state assigns.
//!
//! A variable is defined in a state if every way to it has assigned it. What a Choice assigns beside a rule
//! that applies is not certain, and neither is a name that an expression sets itself somewhere.

use std::collections::BTreeSet;

use serde_json::Value;

use super::references;
use crate::{
    asl::{
        Body, Machine, Name, Payload, Scope, State, Transition,
        diagnostic::{Code, Diagnostic},
        walk,
    },
    base::pointer::Pointer,
    clause::Clause,
};

type Names<'m> = BTreeSet<&'m str>;

/// The warnings about a machine; `definition` is what it was read from.
pub(super) fn check(machine: &Machine, definition: &Value, found: &mut Vec<Diagnostic>) {
    of_scope(
        &machine.scope,
        definition,
        &Pointer::Root,
        &Names::new(),
        found,
    );
}

fn of_scope(
    scope: &Scope,
    json: &Value,
    at: &Pointer<'_>,
    outer: &Names<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let states = at.field("States");
    for ((name, state), defined) in scope.states.iter().zip(defined(scope, outer)) {
        let Some(defined) = defined else {
            continue;
        };
        let (at, json) = (states.field(name), &json["States"][name.as_ref()]);
        let mut told: BTreeSet<(String, String)> = BTreeSet::new();
        let mut read = |name: &str, at: &Pointer<'_>| {
            let is_new = told.insert((name.to_owned(), at.to_string()));
            if is_new && !defined.contains(name) {
                found.push(Diagnostic::warning(
                    Code::PossiblyUndefinedVariable,
                    Clause::WarningUndefined,
                    format!("Variable '{name}' is possibly not defined."),
                    at,
                ));
            }
        };
        references::for_each_read(state, json, &at, &mut read);
        // A distributed Map reads no variables of the scope around it.
        let is_distributed = matches!(&state.body, Body::Map(map) if map.is_distributed());
        let nothing = Names::new();
        let seen = if is_distributed { &nothing } else { &defined };
        let mut inner_json = walk::inner_scopes(json).into_iter();
        state.for_each_scope(&at, &mut |inner, at| {
            if let Some(json) = inner_json.next() {
                of_scope(inner, json.scope, at, seen, found);
            }
        });
    }
}

/// The variables that are defined when a state is entered, for every state that can be.
fn defined<'m>(scope: &'m Scope, outer: &Names<'m>) -> Vec<Option<Names<'m>>> {
    let mut defined: Vec<Option<Names<'m>>> = vec![None; scope.states.len()];
    let Some(start) = scope.states.get_index_of(&scope.start_at) else {
        return defined;
    };
    defined[start] = Some(outer.clone());
    let mut pending = vec![start];
    while let Some(place) = pending.pop() {
        let (Some((_, state)), Some(before)) = (scope.states.get_index(place), &defined[place])
        else {
            continue;
        };
        let before = before.clone();
        for_each_way(state, &mut |target, assigned| {
            let Some(target) = scope.states.get_index_of(target) else {
                return;
            };
            let mut after = before.clone();
            if let Some(assigned) = assigned {
                assigned.for_each_field(&mut |name| {
                    after.insert(name);
                });
            }
            let both = match &defined[target] {
                None => after,
                Some(known) => known.intersection(&after).copied().collect(),
            };
            if defined[target].as_ref() != Some(&both) {
                defined[target] = Some(both);
                pending.push(target);
            }
        });
    }
    defined
}

/// Visits the ways out of a state, with what is assigned on each.
fn for_each_way<'s>(state: &'s State, seen: &mut dyn FnMut(&'s Name, Option<Payload<'s>>)) {
    if let Some(Transition::Next(next)) = state.transition() {
        seen(next, state.flow.assign());
    }
    if let Body::Choice(choice) = &state.body {
        for rule in &choice.choices {
            seen(&rule.next, rule.flow.assign());
        }
        if let Some(default) = &choice.default {
            seen(default, state.flow.assign());
        }
    }
    for catcher in state.handlers().1 {
        seen(&catcher.next, catcher.flow.assign());
    }
}
