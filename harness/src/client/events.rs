//! The events of a history, as an engine's JSON has them.

use serde_json::Value;

use super::call::{CallError, Wire, protocol};
use crate::{bound, raw::RawEvent};

/// The latest date that is accepted, in milliseconds from the epoch: before the year 9900, so that an
/// execution that starts then can be written down.
pub(super) const MOST_MILLIS: i64 = 250_000_000_000_000;

/// Reads the events of one page of `operation`. Strings that are too large are cut.
pub(super) fn read(wire: &Wire, operation: &str, body: &[u8]) -> Result<Vec<RawEvent>, CallError> {
    let mut events = parse(body).map_err(|reason| protocol(operation, reason))?;
    for event in &mut events {
        keep(wire, operation, event)?;
    }
    Ok(events)
}

fn parse(body: &[u8]) -> Result<Vec<RawEvent>, String> {
    let mut page: Value =
        serde_json::from_slice(body).map_err(|error| format!("the answer is no JSON: {error}"))?;
    let Some(Value::Array(page)) = page.get_mut("events").map(Value::take) else {
        return Err("the answer has no events".to_owned());
    };
    let events = page.into_iter().map(|event| {
        let event = parse_event(event).ok_or("an event lacks id, type or timestamp")?;
        if event.at.checked_abs().is_none_or(|at| at > MOST_MILLIS) {
            return Err("a date is out of range".to_owned());
        }
        Ok(event)
    });
    events.collect()
}

fn parse_event(event: Value) -> Option<RawEvent> {
    let Value::Object(mut event) = event else {
        return None;
    };
    let seconds = event.get("timestamp")?.as_f64()?;
    let details = event
        .keys()
        .find(|key| key.ends_with("EventDetails"))
        .cloned()
        .and_then(|key| event.shift_remove(&key))
        .filter(|details| !details.is_null())
        .unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    Some(RawEvent {
        id: event.get("id")?.as_i64()?,
        previous: event
            .get("previousEventId")
            .and_then(Value::as_i64)
            .unwrap_or_default(),
        kind: event.get("type")?.as_str()?.to_owned(),
        at: (seconds * 1000.0).round() as i64,
        details,
    })
}

/// Cuts the strings of an event that are too large.
fn keep(wire: &Wire, operation: &str, event: &mut RawEvent) -> Result<(), CallError> {
    event.kind = bound::text(std::mem::take(&mut event.kind));
    keep_details(wire, operation, &mut event.details)
}

fn keep_details(wire: &Wire, operation: &str, details: &mut Value) -> Result<(), CallError> {
    match details {
        Value::String(text) => *text = wire.payload(operation, std::mem::take(text))?,
        Value::Array(items) => {
            for item in items {
                keep_details(wire, operation, item)?;
            }
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                keep_details(wire, operation, member)?;
            }
        }
        _ => {}
    }
    Ok(())
}
