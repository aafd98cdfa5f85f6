//! Events and times in the form of the API.

use serde_json::{Map, Value, json};

use crate::{
    asl::StateType,
    base::time::Instant,
    history::{Event, EventKind, Phase, Service},
};

/// An instant as AWS JSON writes it: seconds with a fraction.
pub(super) fn seconds(at: Instant) -> Value {
    json!(at.0 as f64 / 1000.0)
}

/// The start of an execution.
#[derive(Clone, Copy)]
pub(super) struct Begun<'a> {
    /// The input as given.
    pub input: &'a str,
    pub role: &'a str,
}

/// An event as `GetExecutionHistory` returns it; without data, input and output and the details
/// about them are left out.
pub(super) fn event(event: &Event, begun: Begun<'_>, with_data: bool) -> Value {
    let mut shown = Map::new();
    shown.insert("timestamp".to_owned(), seconds(event.at));
    shown.insert("type".to_owned(), event.kind.name().into());
    shown.insert("id".to_owned(), event.id.into());
    shown.insert("previousEventId".to_owned(), event.previous.into());
    if let Some(key) = details_key(event.kind) {
        shown.insert(key, Value::Object(details(event, begun, with_data)));
    }
    Value::Object(shown)
}

/// The key of the details; `None` for kinds that have none.
fn details_key(kind: EventKind) -> Option<String> {
    match kind {
        EventKind::Entered(_) => Some("stateEnteredEventDetails".to_owned()),
        EventKind::Exited(_) => Some("stateExitedEventDetails".to_owned()),
        EventKind::Started(StateType::Map) => Some("mapStateStartedEventDetails".to_owned()),
        EventKind::Started(_)
        | EventKind::Succeeded(_)
        | EventKind::Failed(_)
        | EventKind::Aborted(_) => None,
        EventKind::Work(Service::LambdaFunction, Phase::Started) => None,
        other => {
            let name = other.name();
            let mut rest = name.chars();
            let first = rest.next()?.to_ascii_lowercase();
            Some(format!("{first}{}EventDetails", rest.as_str()))
        }
    }
}

pub(super) fn details(event: &Event, begun: Begun<'_>, with_data: bool) -> Map<String, Value> {
    let mut details = match event.details.to_value() {
        Value::Object(details) => details,
        _ => Map::new(),
    };
    for key in ["input", "output"] {
        if let Some(value) = details.shift_remove(key).filter(|_| with_data) {
            let text = match event.kind {
                EventKind::ExecutionStarted => begun.input.to_owned(),
                _ => value.to_string(),
            };
            details.insert(key.to_owned(), text.into());
            details.insert(format!("{key}Details"), json!({ "truncated": false }));
        }
    }
    if let Some(parameters) = details.shift_remove("parameters").filter(|_| with_data) {
        details.insert("parameters".to_owned(), parameters.to_string().into());
    }
    for key in ["timeoutInSeconds", "heartbeatInSeconds"] {
        if let Some(seconds) = details.get_mut(key) {
            // Clients read a signed number.
            *seconds = seconds.as_i64().unwrap_or(i64::MAX).into();
        }
    }
    if let Some(credentials) = details.get_mut("taskCredentials") {
        let role = credentials.get("roleArn").and_then(Value::as_str);
        *credentials = role.map_or_else(|| json!({}), |role| json!({ "roleArn": role }));
    }
    if event.kind == EventKind::ExecutionRedriven
        && let Some(count) = details.shift_remove("index")
    {
        details.insert("redriveCount".to_owned(), count);
    }
    if event.kind == EventKind::ExecutionStarted {
        details.insert("roleArn".to_owned(), begun.role.into());
    }
    if let Some(Value::Object(assigned)) = details.get_mut("assignedVariables") {
        for value in assigned.values_mut() {
            *value = value.to_string().into();
        }
        details.insert(
            "assignedVariablesDetails".to_owned(),
            json!({ "truncated": false }),
        );
    }
    details
}
