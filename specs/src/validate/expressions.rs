//! What JSONata expressions may read: there is no input at their top level, and `$states` has some
//! fields in some places only (AWS Developer Guide, "Transforming data with JSONata").

use crate::{
    asl::{
        Body, DataFlow, Dynamic, Scope, State, StateType, Until,
        diagnostic::{Code, Diagnostic, Evidence},
    },
    base::pointer::Pointer,
    clause::Clause,
    query::jsonata::{CONTEXT, Expression, Field, Template, Unrooted},
};

/// Where in a state an expression is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before there is a result, or where there is none.
    Before,
    /// Where a result is there.
    Result,
    /// In a catcher.
    Catcher,
}

impl Place {
    /// Whether a field of `$states` exists here.
    fn has(self, field: Field) -> bool {
        match field {
            Field::Input => true,
            Field::Result => self == Self::Result,
            Field::ErrorOutput => self == Self::Catcher,
        }
    }
}

/// Checks every expression of a scope and of those inside it.
pub(super) fn check(scope: &Scope, at: &Pointer<'_>, problems: &mut Vec<Diagnostic>) {
    let states = at.field("States");
    let mut checker = Checker { problems };
    for (name, state) in &scope.states {
        let at = states.field(name);
        for_each(state, &at, &mut |it, at, place| {
            checker.expression(it, at, place);
        });
        state.for_each_scope(&at, &mut |inner, at| check(inner, at, checker.problems));
    }
}

/// What the first expression has that is not known here, whatever becomes of it, and its state.
pub(super) fn unknown(scope: &Scope) -> Option<(String, String)> {
    let mut found = None;
    for (name, state) in &scope.states {
        let mut see = |feature: String, name: &str| {
            found.get_or_insert_with(|| (feature, name.to_owned()));
        };
        for_each(state, &Pointer::Root, &mut |it, _, _| {
            if let Some(feature) = it.unknown_syntax() {
                see(feature.to_owned(), name);
            }
        });
        state.for_each_scope(&Pointer::Root, &mut |inner, _| {
            if let Some((feature, name)) = unknown(inner) {
                see(feature, &name);
            }
        });
    }
    found
}

/// Who looks at an expression, at its place.
pub(super) type Seen<'f, 'e> = &'f mut dyn FnMut(&'e Expression, &Pointer<'_>, Place);

/// Visits every expression of a state, but for those of scopes inside it.
pub(super) fn for_each<'e>(state: &'e State, at: &Pointer<'_>, seen: Seen<'_, 'e>) {
    let DataFlow::Jsonata(flow) = &state.flow else {
        return;
    };
    let before = [
        ("Arguments", &flow.arguments),
        ("Credentials", &flow.credentials),
        ("Items", &flow.items),
        ("ItemSelector", &flow.item_selector),
    ];
    for (name, template) in before {
        field(template.as_ref(), &at.field(name), Place::Before, seen);
    }
    body(&state.body, at, seen);
    let kind = state.kind();
    let after = match kind {
        StateType::Task | StateType::Parallel | StateType::Map => Place::Result,
        _ => Place::Before,
    };
    field(flow.assign.as_ref(), &at.field("Assign"), after, seen);
    field(flow.output.as_ref(), &at.field("Output"), after, seen);
    let catch = at.field("Catch");
    for (index, catcher) in state.handlers().1.iter().enumerate() {
        if let Some(flow) = catcher.flow.jsonata() {
            let (at, place) = (catch.index(index), Place::Catcher);
            field(flow.assign.as_ref(), &at.field("Assign"), place, seen);
            field(flow.output.as_ref(), &at.field("Output"), place, seen);
        }
    }
}

/// The fields that a type of state has of its own.
fn body<'e>(body: &'e Body, at: &Pointer<'_>, seen: Seen<'_, 'e>) {
    match body {
        Body::Task(task) => {
            dynamic(task.timeout.as_ref(), &at.field("TimeoutSeconds"), seen);
            dynamic(task.heartbeat.as_ref(), &at.field("HeartbeatSeconds"), seen);
        }
        Body::Map(map) => {
            dynamic(
                map.max_concurrency.as_ref(),
                &at.field("MaxConcurrency"),
                seen,
            );
        }
        Body::Wait(wait) => match &wait.until {
            Until::Seconds(seconds) => dynamic(Some(seconds), &at.field("Seconds"), seen),
            Until::Timestamp(timestamp) => {
                dynamic(Some(timestamp), &at.field("Timestamp"), seen);
            }
        },
        Body::Fail(fail) => {
            dynamic(fail.error.as_ref(), &at.field("Error"), seen);
            dynamic(fail.cause.as_ref(), &at.field("Cause"), seen);
        }
        Body::Choice(choice) => {
            let choices = at.field("Choices");
            for (index, rule) in choice.choices.iter().enumerate() {
                let Some(flow) = rule.flow.jsonata() else {
                    continue;
                };
                let (at, place) = (choices.index(index), Place::Before);
                dynamic(Some(&flow.condition), &at.field("Condition"), seen);
                field(flow.assign.as_ref(), &at.field("Assign"), place, seen);
                field(flow.output.as_ref(), &at.field("Output"), place, seen);
            }
        }
        Body::Pass(_) | Body::Succeed | Body::Parallel(_) => {}
    }
}

fn dynamic<'e, T, P>(value: Option<&'e Dynamic<T, P>>, at: &Pointer<'_>, seen: Seen<'_, 'e>) {
    if let Some(expression) = value.and_then(Dynamic::expression) {
        seen(expression, at, Place::Before);
    }
}

fn field<'e>(template: Option<&'e Template>, at: &Pointer<'_>, place: Place, seen: Seen<'_, 'e>) {
    match template {
        None | Some(Template::Literal(_)) => {}
        Some(Template::Expression(expression)) => seen(expression, at, place),
        Some(Template::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                field(Some(item), &at.index(index), place, seen);
            }
        }
        Some(Template::Object(members)) => {
            for (name, value) in members {
                field(Some(value), &at.field(name), place, seen);
            }
        }
    }
}

struct Checker<'d> {
    problems: &'d mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn expression(&mut self, expression: &Expression, at: &Pointer<'_>, place: Place) {
        let unrooted = expression.unrooted();
        for (
            index,
            Unrooted {
                text,
                is_name,
                is_direct,
            },
        ) in unrooted.iter().enumerate()
        {
            if unrooted[..index].iter().any(|before| before.text == *text) {
                continue;
            }
            let clause = match (is_direct, is_name) {
                (false, _) => Clause::ValidateJsonataRootFunction,
                (true, false) => Clause::ValidateJsonataRootOther,
                (true, true) => Clause::ValidateJsonataRoot,
            };
            let message = format!("Reference to '{text}' at the top level is not supported.");
            self.complain(clause, message, at);
        }
        for field in expression.states_fields() {
            let clause = match Field::ALL.into_iter().find(|it| it.name() == field) {
                Some(known) if place.has(known) => continue,
                None if field == CONTEXT => continue,
                Some(_) => Clause::ValidateJsonataStates,
                None => Clause::ValidateJsonataStatesOther,
            };
            let message = format!("Field '$states.{field}' does not exist.");
            self.complain(clause, message, at);
        }
    }

    fn complain(&mut self, clause: Clause, message: String, at: &Pointer<'_>) {
        let code = Code::UnsupportedJsonataExpression;
        let problem = Diagnostic::error(code, clause, message, at);
        self.problems.push(match clause {
            Clause::ValidateJsonataRootOther => problem.known(Evidence::NONE),
            _ => problem,
        });
    }
}
