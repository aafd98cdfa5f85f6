//! The context object of a state under test: the default one, or one that is given.

use serde_json::{Map, Value, json};

use super::{super::CallError, Subject, invalid};
use crate::{
    asl::{StateType, resource::Pattern},
    base::{entropy::mix, time::Instant},
    interpreter::Identity,
};

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Any,
}

/// The fields of the members that a given context object may have (Developer Guide, "Accessing the
/// Context object").
const FIELDS: [(&str, &[(&str, Type)]); 4] = [
    (
        "Execution",
        &[
            ("Id", Type::Text),
            ("Input", Type::Any),
            ("Name", Type::Text),
            ("RoleArn", Type::Text),
            ("StartTime", Type::Text),
            ("RedriveCount", Type::Number),
        ],
    ),
    ("StateMachine", &[("Id", Type::Text), ("Name", Type::Text)]),
    (
        "State",
        &[
            ("EnteredTime", Type::Text),
            ("Name", Type::Text),
            ("RetryCount", Type::Number),
        ],
    ),
    ("Task", &[("Token", Type::Text)]),
];

/// The context object of a state that is given none (recorded: without a role it is null, and there is
/// no `RedriveCount`).
pub(super) fn default(
    identity: &Identity,
    role: Option<&str>,
    subject: &Subject,
    input: &Value,
    now: Instant,
) -> Value {
    let now = now.rfc3339();
    let mut context = json!({
        "Execution": {
            "Id": *identity.execution_arn,
            "Input": input,
            "Name": *identity.execution_name,
            "RoleArn": role,
            "StartTime": now,
        },
        "StateMachine": { "Id": *identity.machine_arn, "Name": *identity.machine_name },
        "State": { "Name": *subject.name, "EnteredTime": now },
    });
    let kind = subject.state.kind();
    if matches!(kind, StateType::Task | StateType::Map | StateType::Parallel) {
        context["State"]["RetryCount"] = 0.into();
    }
    if subject.pattern() == Pattern::Callback {
        let bits = mix(!identity.entropy);
        context["Task"] = json!({ "Token": format!("AQ{bits:016x}{:016x}", mix(bits)) });
    }
    context
}

/// Reads a given context object, which replaces the default one.
pub(super) fn given(text: &str, subject: &Subject) -> Result<Value, CallError> {
    let read = serde_json::from_str(text);
    // The wordings of these two are ours.
    let Value::Object(context) = read.map_err(|_| wrong("it must be valid JSON"))? else {
        return Err(wrong("it must be a JSON object"));
    };
    for (member, fields) in &context {
        if member == "Map" {
            return Err(wrong(
                "'Map' field is not supported when mocking a Context object",
            ));
        }
        let Some((_, known)) = FIELDS.iter().find(|(name, _)| name == member) else {
            return Err(not_allowed(member));
        };
        if member == "Task" && subject.pattern() == Pattern::Request {
            // Recorded that it is refused, but not how.
            return Err(wrong(
                "'Task' field is only supported for the .sync and .waitForTaskToken service \
                 integration patterns",
            ));
        }
        let Some(fields) = fields.as_object() else {
            return Err(wrong(&format!("{member} must be an object")));
        };
        check_fields(member, fields, known)?;
    }
    Ok(Value::Object(context))
}

fn check_fields(
    member: &str,
    fields: &Map<String, Value>,
    known: &[(&str, Type)],
) -> Result<(), CallError> {
    for (field, value) in fields {
        let Some((_, kind)) = known.iter().find(|(name, _)| name == field) else {
            return Err(not_allowed(field));
        };
        let expected = match kind {
            Type::Text if !value.is_string() => "a string",
            Type::Number if !value.is_number() => "a number",
            _ => continue,
        };
        return Err(wrong(&format!("{member}.{field} must be {expected}")));
    }
    Ok(())
}

fn not_allowed(field: &str) -> CallError {
    wrong(&format!("Field '{field}' is not allowed"))
}

fn wrong(what: &str) -> CallError {
    invalid(format!("Invalid Context object provided: {what}"))
}
