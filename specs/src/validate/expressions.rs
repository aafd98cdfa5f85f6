//! What JSONata expressions may read: there is no input at their top level, and `$states` has some
//! fields in some places only (AWS Developer Guide, "Transforming data with JSONata").

use crate::{
    asl::{
        Body, DataFlow, Dynamic, JsonataFlow, Scope, State, StateType, Until,
        diagnostic::{Code, Diagnostic, Evidence},
    },
    base::pointer::Pointer,
    clause::Clause,
    query::jsonata::{CONTEXT, Expression, Field, Template, Unrooted},
};

/// Where in a state an expression is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
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
    for (name, state) in &scope.states {
        let at = states.field(name);
        if let DataFlow::Jsonata(flow) = &state.flow {
            of_state(state, flow, &at, &mut Checker { problems });
        }
        state.for_each_scope(&at, &mut |inner, at| check(inner, at, problems));
    }
}

fn of_state(state: &State, flow: &JsonataFlow, at: &Pointer<'_>, checker: &mut Checker<'_>) {
    let before = [
        ("Arguments", &flow.arguments),
        ("Credentials", &flow.credentials),
        ("Items", &flow.items),
        ("ItemSelector", &flow.item_selector),
    ];
    for (name, template) in before {
        checker.field(template.as_ref(), &at.field(name), Place::Before);
    }
    checker.body(&state.body, at);
    let kind = state.kind();
    let after = match kind {
        StateType::Task | StateType::Parallel | StateType::Map => Place::Result,
        _ => Place::Before,
    };
    checker.field(flow.assign.as_ref(), &at.field("Assign"), after);
    checker.field(flow.output.as_ref(), &at.field("Output"), after);
    let catch = at.field("Catch");
    for (index, catcher) in state.handlers().1.iter().enumerate() {
        if let Some(flow) = catcher.flow.jsonata() {
            let at = catch.index(index);
            checker.field(flow.assign.as_ref(), &at.field("Assign"), Place::Catcher);
            checker.field(flow.output.as_ref(), &at.field("Output"), Place::Catcher);
        }
    }
}

struct Checker<'d> {
    problems: &'d mut Vec<Diagnostic>,
}

impl Checker<'_> {
    /// The fields that a type of state has of its own.
    fn body(&mut self, body: &Body, at: &Pointer<'_>) {
        match body {
            Body::Task(task) => {
                self.dynamic(task.timeout.as_ref(), &at.field("TimeoutSeconds"));
                self.dynamic(task.heartbeat.as_ref(), &at.field("HeartbeatSeconds"));
            }
            Body::Map(map) => {
                self.dynamic(map.max_concurrency.as_ref(), &at.field("MaxConcurrency"));
            }
            Body::Wait(wait) => match &wait.until {
                Until::Seconds(seconds) => self.dynamic(Some(seconds), &at.field("Seconds")),
                Until::Timestamp(timestamp) => {
                    self.dynamic(Some(timestamp), &at.field("Timestamp"));
                }
            },
            Body::Fail(fail) => {
                self.dynamic(fail.error.as_ref(), &at.field("Error"));
                self.dynamic(fail.cause.as_ref(), &at.field("Cause"));
            }
            Body::Choice(choice) => {
                let choices = at.field("Choices");
                for (index, rule) in choice.choices.iter().enumerate() {
                    let Some(flow) = rule.flow.jsonata() else {
                        continue;
                    };
                    let at = choices.index(index);
                    self.dynamic(Some(&flow.condition), &at.field("Condition"));
                    self.field(flow.assign.as_ref(), &at.field("Assign"), Place::Before);
                    self.field(flow.output.as_ref(), &at.field("Output"), Place::Before);
                }
            }
            Body::Pass(_) | Body::Succeed | Body::Parallel(_) => {}
        }
    }

    fn dynamic<T, P>(&mut self, value: Option<&Dynamic<T, P>>, at: &Pointer<'_>) {
        if let Some(expression) = value.and_then(Dynamic::expression) {
            self.expression(expression, at, Place::Before);
        }
    }

    fn field(&mut self, template: Option<&Template>, at: &Pointer<'_>, place: Place) {
        match template {
            None | Some(Template::Literal(_)) => {}
            Some(Template::Expression(expression)) => self.expression(expression, at, place),
            Some(Template::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.field(Some(item), &at.index(index), place);
                }
            }
            Some(Template::Object(members)) => {
                for (name, value) in members {
                    self.field(Some(value), &at.field(name), place);
                }
            }
        }
    }

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
