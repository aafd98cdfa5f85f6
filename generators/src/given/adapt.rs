//! Changes a machine so that the harness can serve its tasks: every resource becomes an activity, except where workers
//! can receive what a task sends with its token.
//! What a state sends, and what it does with the result, stays the same.

use serde_json::{Map, Value};
use stepproof_specs::{
    asl::{
        diagnostic::{Diagnostic, Severity},
        resource::Resource,
        site::Site,
        walk::{for_each_state_mut, states},
    },
    scenario::letter::Letter,
};

use crate::literal::ACTIVITY_PREFIX;

/// A task whose resource was replaced by an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The state's path through nested scopes.
    pub site: Site,
    /// The resource before the change.
    pub resource: String,
}

/// A task that cannot be replaced by an activity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("serve the task '{site}': {reason}")]
pub struct Unservable {
    /// The state's path through nested scopes.
    pub site: Site,
    /// Why.
    pub reason: &'static str,
}

/// The longest wait in seconds; longer ones are shortened to it.
const WAIT: u64 = 1;
/// What `TimeoutSeconds` and `HeartbeatSeconds` of tasks are set to: long enough for an engine that
/// polls for tasks once a second, short enough to wait for.
const TIMEOUT: u64 = 4;
const HEARTBEAT: u64 = 3;

/// What stands for the token in what a task sends: a state with an activity has no token to send, but
/// a name.
const TOKEN: &str = "$$.Task.Token";
const NAME: &str = "$$.State.Name";
/// The same in JSONata.
const TOKEN_READ: &str = "$states.context.Task.Token";
const NAME_READ: &str = "$states.context.State.Name";

/// Puts the state's name in place of the task token in what tasks send, and returns their sites. The
/// harness answers to the activity, whose token its worker has anyway.
pub(super) fn replace_tokens(definition: &mut Value, queues: bool) -> Vec<Site> {
    let mut replaced = Vec::new();
    for_each_state_mut(definition, |path, state| {
        if stays(state, queues) {
            return;
        }
        let sent = state.get_mut("Parameters");
        let in_paths = sent.is_some_and(replace_token);
        let sent = state.get_mut("Arguments");
        if sent.is_some_and(replace_token_read) || in_paths {
            replaced.push(path.site.clone());
        }
    });
    replaced
}

fn replace_token(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |any, it| replace_token(it) | any),
        Value::Object(fields) => fields
            .iter_mut()
            .fold(false, |any, (key, value)| match value {
                Value::String(text) if key.ends_with(".$") && text.contains(TOKEN) => {
                    *text = text.replace(TOKEN, NAME);
                    true
                }
                value => replace_token(value) | any,
            }),
        _ => false,
    }
}

/// The same in expressions.
fn replace_token_read(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |any, it| replace_token_read(it) | any),
        Value::Object(fields) => fields
            .values_mut()
            .fold(false, |any, it| replace_token_read(it) | any),
        Value::String(text) if text.starts_with("{%") && text.contains(TOKEN_READ) => {
            *text = text.replace(TOKEN_READ, NAME_READ);
            true
        }
        _ => false,
    }
}

/// Whether a task stays what it is: its worker receives its messages.
fn stays(state: &Map<String, Value>, queues: bool) -> bool {
    queues && Letter::of(state).is_some()
}

/// Replaces every task's resource by an activity, unless it is one, or stays what it is.
pub(super) fn serve(definition: &mut Value, queues: bool) -> Result<Vec<Served>, Unservable> {
    let mut served = Vec::new();
    let mut failed = None;
    for_each_state_mut(definition, |path, state| {
        let is_task = state.get("Type") == Some(&Value::from("Task"));
        if failed.is_some() || !is_task || stays(state, queues) {
            return;
        }
        let Some(resource) = state.get("Resource").and_then(Value::as_str) else {
            return;
        };
        if Resource::is_activity(resource) {
            return;
        }
        if let Some(reason) = obstacle(state) {
            let site = path.site.clone();
            failed = Some(Unservable { site, reason });
            return;
        }
        served.push(Served {
            site: path.site.clone(),
            resource: resource.to_owned(),
        });
        state.insert("Resource".to_owned(), activity(&path.name).into());
        // The role that an integration is called with; an activity has none.
        state.shift_remove("Credentials");
    });
    failed.map_or(Ok(served), Err)
}

/// The first task whose activity makes the validator refuse the machine. The user's machine has none
/// there, so it is not to blame.
pub(super) fn misplaced(
    definition: &Value,
    served: &[Served],
    diagnostics: &[Diagnostic],
) -> Option<Unservable> {
    let errors = diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error);
    let refused: Vec<&str> = errors.filter_map(|it| it.location.as_deref()).collect();
    let resource = |pointer: &str| format!("{pointer}/Resource");
    states(definition)
        .into_iter()
        .filter(|(path, _)| served.iter().any(|task| task.site == path.site))
        .find(|(path, _)| refused.contains(&resource(&path.pointer).as_str()))
        .map(|(path, _)| Unservable {
            site: path.site,
            reason: "the harness serves tasks as activities, and none is allowed there",
        })
}

/// Why a task cannot be replaced by an activity.
fn obstacle(state: &Map<String, Value>) -> Option<&'static str> {
    let sends = ["Parameters", "Arguments"].map(|field| state.get(field).map(Value::to_string));
    let sends_token = sends
        .iter()
        .flatten()
        .any(|text| text.contains("$$.Task") || text.contains("$states.context.Task"));
    sends_token.then_some("it sends a task token, and a state with an activity has none to send")
}

/// The ARN of the activity that replaces a task's resource.
fn activity(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = name.chars().map(plain).take(60).collect();
    format!("{ACTIVITY_PREFIX}{name}")
}

/// Shortens waits and retry intervals, and sets the time limits of tasks, so that the machine can
/// run in real time; returns the changed sites.
pub(super) fn shorten(definition: &mut Value) -> Vec<Site> {
    let mut shortened = Vec::new();
    for_each_state_mut(definition, |path, state| {
        let mut changed = match state.get("Type").and_then(Value::as_str) {
            Some("Wait") => lower(state, "Seconds", WAIT),
            Some("Task") => {
                let timeout = set(state, "TimeoutSeconds", TIMEOUT);
                set(state, "HeartbeatSeconds", HEARTBEAT) | timeout
            }
            _ => false,
        };
        let retriers = state.get_mut("Retry").and_then(Value::as_array_mut);
        for retrier in retriers
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            changed |= lower(retrier, "IntervalSeconds", WAIT);
        }
        if changed {
            shortened.push(path.site.clone());
        }
    });
    shortened
}

fn lower(fields: &mut Map<String, Value>, name: &str, bound: u64) -> bool {
    let longer = fields
        .get(name)
        .and_then(Value::as_u64)
        .is_some_and(|it| it > bound);
    longer && set(fields, name, bound)
}

/// Sets a number if the field has one; returns whether the value changed.
fn set(fields: &mut Map<String, Value>, name: &str, number: u64) -> bool {
    match fields.get_mut(name) {
        Some(value) if value.is_u64() && *value != number => {
            *value = number.into();
            true
        }
        _ => false,
    }
}
