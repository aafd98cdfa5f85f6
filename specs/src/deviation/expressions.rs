//! Reading the JSONata of a definition in the way of a deviating engine.

use std::sync::Arc;

use serde_json::Value;

use super::{Change, Deviation, Field, Hook, When};
use crate::{
    asl::{
        State,
        expressions::{each_exit, each_expression, each_template},
    },
    query::jsonata::{How, Otherwise, Part, Template},
};

/// Whether a deviation is applied here.
pub(super) fn is_read(deviation: &Deviation) -> bool {
    match deviation.hook {
        Hook::Jsonata(_) | Hook::NestedExpression | Hook::Delimiters | Hook::OutputVariables => {
            true
        }
        Hook::Field(Field::Assign) => deviation.change == Change::InTurn,
        _ => false,
    }
}

/// Changes the expressions of a state.
pub(super) fn read(deviation: &Deviation, state: &mut State) {
    match deviation.hook {
        Hook::Jsonata(part) => {
            if let Some(how) = how(part, &deviation.change) {
                each_expression(state, &mut |it| {
                    *it = it.otherwise(Otherwise::Part(part, how.clone()));
                });
            }
        }
        Hook::NestedExpression => each_template(state, &mut |it| {
            if !matches!(it, Template::Expression(_)) {
                *it = Template::Literal(Arc::new(it.to_value()));
            }
        }),
        Hook::Delimiters => each_template(state, &mut |it| {
            *it = Template::of(&trimmed(it.to_value()));
        }),
        Hook::OutputVariables => each_exit(state, &mut |assign, output| {
            if let (Some(Template::Object(set)), Some(output)) = (assign, output) {
                let set = set.clone();
                output.for_each_expression(&mut |it| {
                    *it = it.otherwise(Otherwise::After(set.clone()));
                });
            }
        }),
        Hook::Field(Field::Assign) => each_exit(state, &mut |assign, _| {
            if let Some(Template::Object(set)) = assign {
                for place in 1..set.len() {
                    let (before, rest) = set.split_at_mut(place);
                    rest[0].1.for_each_expression(&mut |it| {
                        *it = it.otherwise(Otherwise::After(before.to_vec()));
                    });
                }
            }
        }),
        _ => {}
    }
}

/// Whether a change may be made to a part.
pub(super) fn admits(part: Part, change: &Change) -> bool {
    how(part, change).is_some()
}

fn how(part: Part, change: &Change) -> Option<How> {
    let becomes = || {
        let change = change.clone();
        How::Becomes(Arc::new(move |value| change.value(value)))
    };
    Some(match (part, change) {
        (Part::Index, Change::Add(more)) => How::More(*more),
        (Part::Index | Part::Regex, Change::Ignore) => How::Nothing,
        (Part::Regex, Change::Literal) => How::Literally,
        (Part::Index | Part::Regex, _) => return None,
        (Part::Function(_), Change::Ignore) => How::FirstArgument,
        (Part::Function(_), Change::Fail(name)) if name == QUERY_EVALUATION => How::Unknown,
        (Part::Operator("=" | "!="), Change::Coerce) => How::AsTexts,
        (Part::Path | Part::Member | Part::Item, Change::Set(value)) => {
            How::InsteadOfNothing(value.clone())
        }
        (Part::Function(_), Change::Set(_)) => becomes(),
        (
            Part::Path | Part::Operator(_) | Part::Function(_),
            Change::Unwrap
            | Change::First
            | Change::Last
            | Change::Reverse
            | Change::DropFirst
            | Change::DropLast
            | Change::Floor
            | Change::Add(_),
        ) => becomes(),
        _ => return None,
    })
}

/// The only error with which an expression fails.
pub(super) const QUERY_EVALUATION: &str = "States.QueryEvaluationError";

/// JSON without spaces around its strings.
fn trimmed(value: Value) -> Value {
    match value {
        Value::String(text) => {
            let inner = text.trim();
            let is_one = inner.starts_with("{%") && inner.ends_with("%}");
            if is_one { inner.into() } else { text.into() }
        }
        Value::Array(items) => items.into_iter().map(trimmed).collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            Value::Object(members.map(|(name, it)| (name, trimmed(it))).collect())
        }
        other => other,
    }
}

/// A field with JSON in either language, as deviations change it.
pub(super) fn change(template: &mut Option<Template>, change: &Change) {
    match change {
        Change::Ignore => *template = None,
        Change::Set(value) => *template = Some(Template::of(value)),
        _ => {}
    }
}

/// Whether what is in a field without expressions meets a condition.
pub(super) fn meets(template: Option<&Template>, when: When) -> bool {
    match template {
        Some(Template::Literal(value)) => when.holds_of(value),
        _ => false,
    }
}
