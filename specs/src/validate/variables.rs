//! The names of variables: what they may be, and that an inner scope must not assign a variable of
//! an outer one (specification, "Variables"; Developer Guide, "Passing data between states with
//! variables").
//!
//! AWS was recorded to accept an inner variable that the outer scope assigns only later, in a
//! catcher of the enclosing state. So the variables of an outer scope are those of the states that
//! can come before the enclosing state.

use super::transitions;
use crate::asl::diagnostic::{Code, Diagnostic, Evidence};
use crate::{
    asl::{Body, Payload, Scope, State, schema},
    base::pointer::Pointer,
    clause::Clause,
};

/// The longest name of a variable, in Unicode characters.
const MAX_NAME: usize = 80;

/// Checks the variables of a scope; it may not assign those in `outer`.
pub(super) fn check(
    scope: &Scope,
    at: &Pointer<'_>,
    outer: &[&str],
    problems: &mut Vec<Diagnostic>,
) {
    // The index of the state that assigns, and the name.
    let mut assigned: Vec<(usize, &str)> = Vec::new();
    let states = at.field("States");
    for (index, (name, state)) in scope.states.iter().enumerate() {
        for_each_assign(state, &states.field(name), &mut |assign, at| {
            assign.for_each_field(&mut |name| {
                check_name(name, outer, &at.field(name), problems);
                assigned.push((index, name));
            });
        });
    }
    for (index, (name, state)) in scope.states.iter().enumerate() {
        if state.scopes().is_empty() {
            continue;
        }
        let mut inherited = outer.to_vec();
        if !assigned.is_empty() {
            let before = transitions::before(scope, index);
            let assigned = assigned.iter().filter(|(index, _)| before[*index]);
            inherited.extend(assigned.map(|(_, name)| name));
        }
        state.for_each_scope(&states.field(name), &mut |inner, at| {
            check(inner, at, &inherited, problems);
        });
    }
}

/// A name has to be a Unicode identifier of at most 80 characters (wordings ours), and not `states`
/// (measured in 2026-09, without the location); an inner scope must not assign it again (recorded in 2026-09).
fn check_name(name: &str, outer: &[&str], at: &Pointer<'_>, problems: &mut Vec<Diagnostic>) {
    let message = if name == "states" {
        let reserved = Diagnostic::error(
            Code::ReservedVariableName,
            Clause::ValidateVariableReserved,
            "Cannot assign to reserved variable '$states'.",
            at,
        );
        problems.push(reserved.known(Evidence::TEXT));
        return;
    } else if !is_identifier(name) {
        format!("The variable name '{name}' must be an identifier")
    } else if name.len() > MAX_NAME && name.chars().count() > MAX_NAME {
        format!("The variable name '{name}' must have at most {MAX_NAME} characters")
    } else if outer.contains(&name) {
        problems.push(Diagnostic::error(
            Code::DuplicateVariableName,
            Clause::ValidateDuplicateVariable,
            format!("The variable name '{name}' was already defined in a parent scope."),
            at,
        ));
        return;
    } else {
        return;
    };
    problems.push(schema(Clause::ValidateVariableName, message, at));
}

/// Whether the ASCII characters of a name form an identifier. Whether Unicode allows the others in
/// an identifier is not checked.
fn is_identifier(name: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || !c.is_ascii();
    name.starts_with(starts)
        && name
            .chars()
            .all(|c| starts(c) || c.is_ascii_digit() || c == '_')
}

/// Every `Assign` of a state: its own, and those of its rules and catchers.
fn for_each_assign<'s>(
    state: &'s State,
    at: &Pointer<'_>,
    seen: &mut dyn FnMut(Payload<'s>, &Pointer<'_>),
) {
    if let Some(assign) = state.flow.assign() {
        seen(assign, &at.field("Assign"));
    }
    if let Body::Choice(choice) = &state.body {
        let choices = at.field("Choices");
        for (index, rule) in choice.choices.iter().enumerate() {
            if let Some(assign) = rule.flow.assign() {
                seen(assign, &choices.index(index).field("Assign"));
            }
        }
    }
    let catch = at.field("Catch");
    for (index, catcher) in state.handlers().1.iter().enumerate() {
        if let Some(assign) = catcher.flow.assign() {
            seen(assign, &catch.index(index).field("Assign"));
        }
    }
}
