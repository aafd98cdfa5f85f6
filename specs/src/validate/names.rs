//! Names that have to be unique in the whole machine: states, and labels of distributed Maps.

use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::asl::diagnostic::{Code, Diagnostic};
use crate::{
    asl::{Body, Machine, Scope, State, schema},
    base::pointer::Pointer,
    clause::Clause,
};

/// The longest name of a state, in Unicode characters.
const MAX_NAME: usize = 80;
/// The longest label, in Unicode characters.
const MAX_LABEL: usize = 40;

/// The names so far.
#[derive(Default)]
struct Seen<'m> {
    states: FxHashSet<&'m str>,
    labels: FxHashSet<&'m str>,
}

pub(super) fn check(machine: &Machine, problems: &mut Vec<Diagnostic>) {
    let states = machine.scope.states.values();
    let nested = states.clone().any(|state| !state.scopes().is_empty());
    let mut seen = Seen::default();
    if nested {
        seen.states.reserve(4 * states.len());
    }
    // Within a single scope, names are unique already: they are keys of an object.
    let seen = nested.then_some(&mut seen);
    check_scope(&machine.scope, &Pointer::Root, seen, problems);
}

/// Names are at most 80 characters long (wording ours) and unique in the whole machine
/// (specification, "States"; recorded in 2026-09: `Duplicate State name: …`, at the second).
fn check_scope<'m>(
    scope: &'m Scope,
    at: &Pointer<'_>,
    mut seen: Option<&mut Seen<'m>>,
    problems: &mut Vec<Diagnostic>,
) {
    let states = at.field("States");
    for (name, state) in &scope.states {
        let at = states.field(name);
        if name.len() > MAX_NAME && name.chars().count() > MAX_NAME {
            let message = format!("The name of a state has at most {MAX_NAME} characters");
            problems.push(schema(Clause::ValidateStateName, message, &at));
        }
        let Some(seen) = seen.as_deref_mut() else {
            continue;
        };
        if !seen.states.insert(name) {
            problems.push(Diagnostic::error(
                Code::DuplicateStateName,
                Clause::ValidateDuplicateState,
                format!("Duplicate State name: {name}"),
                &at,
            ));
        }
        check_label(state, &at, seen, problems);
        state.for_each_scope(&at, &mut |inner, at| {
            check_scope(inner, at, Some(seen), problems);
        });
    }
}

/// `Label` is short, without special characters, and unique in the whole machine (Developer Guide,
/// "Using Map state in Distributed mode"). Wording ours.
fn check_label<'m>(
    state: &'m State,
    at: &Pointer<'_>,
    seen: &mut Seen<'m>,
    problems: &mut Vec<Diagnostic>,
) {
    let Body::Map(map) = &state.body else { return };
    let Some(Value::String(label)) = map.distributed.get("Label") else {
        return;
    };
    let message = if label.chars().count() > MAX_LABEL {
        format!("The label of a Map has at most {MAX_LABEL} characters")
    } else if label.contains(is_forbidden) {
        format!("The label '{label}' has a character that labels may not have")
    } else if !seen.labels.insert(label) {
        format!("The label '{label}' is given twice")
    } else {
        return;
    };
    let at = at.field("Label");
    problems.push(schema(Clause::ValidateLabel, message, &at));
}

/// Whether a label must not contain this character.
fn is_forbidden(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"".contains(c)
}
