//! A recorded execution against the expected observation.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;
use stepproof_specs::{
    clause::Clause,
    execution::{Execution, Identity, Input},
    history::{Event, EventKind, Failure},
    json,
    machine::{Machine, StateType},
    observation::Observation,
    simulate::{EPOCH, Expectation, SimulationError},
};

/// What a recording says that ours does not, or the other way round.
pub fn compare(case: &Value, seen: &Expectation) -> Result<(), String> {
    let expect = &case["expect"];
    let mask = Mask::of(case);
    let observation = &seen.observation;
    if expect["status"] != observation.status.name() {
        return Err(format!(
            "{} instead of {}: {:?}",
            observation.status.name(),
            expect["status"],
            observation.cause
        ));
    }
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    for (key, ours) in [
        ("output", observation.output.clone().unwrap_or_default()),
        ("error", text(&observation.error)),
        ("cause", text(&observation.cause)),
    ] {
        if let Some(theirs) = expect.get(key) {
            mask.same(&format!("/{key}"), theirs, &ours)?;
        }
    }
    let history = observation.history.as_ref().ok_or("no history")?;
    if let Some(kinds) = expect["event_types"].as_array() {
        let ours: Vec<Value> = history
            .iter()
            .map(|event| event.kind.name().into())
            .collect();
        return mask.same("/event_types", &Value::Array(kinds.clone()), &ours.into());
    }
    match expect["events"].as_array() {
        None => Ok(()),
        Some(events) if events.iter().any(|event| event["id"] == 0) => {
            compare_kinds(events, history)
        }
        Some(events) => compare_events(events, history, &mask).or_else(|difference| {
            // How far stopped siblings came is a matter of luck, and so is in which order
            // concurrent threads move on.
            if seen.coverage.contains(Clause::SiblingsStoppedHistory) {
                return Ok(());
            }
            if is_concurrent(history) && compare_unordered(events, history, &mask).is_ok() {
                return Ok(());
            }
            Err(difference)
        }),
    }
}

/// Recordings whose concurrent section is sorted have ids zeroed, and the section's end left out:
/// only the kinds count.
fn compare_kinds(events: &[Value], history: &[Event]) -> Result<(), String> {
    const END: &str = "ParallelStateSucceeded";
    let kinds = |kinds: &mut dyn Iterator<Item = String>| {
        let mut kinds: Vec<String> = kinds.filter(|kind| kind != END).collect();
        kinds.sort();
        kinds
    };
    let theirs = kinds(
        &mut events
            .iter()
            .map(|event| event["type"].as_str().unwrap_or_default().to_owned()),
    );
    let ours = kinds(&mut history.iter().map(|event| event.kind.name()));
    if theirs == ours {
        Ok(())
    } else {
        Err(format!("events {ours:?} instead of {theirs:?}"))
    }
}

fn compare_events(events: &[Value], history: &[Event], mask: &Mask<'_>) -> Result<(), String> {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let mut recorded: Vec<(usize, &Value)> = events.iter().enumerate().collect();
    recorded.sort_by_key(|(_, event)| number(&event["id"]));
    let theirs: Vec<String> = recorded
        .iter()
        .map(|(_, event)| {
            let kind = event["type"].as_str().unwrap_or_default();
            line(number(&event["id"]), number(&event["prev"]), kind)
        })
        .collect();
    let ours: Vec<String> = history
        .iter()
        .map(|event| line(event.id, event.previous, &event.kind.name()))
        .collect();
    if theirs != ours {
        return Err(format!(
            "events\n  {}\ninstead of\n  {}",
            ours.join("\n  "),
            theirs.join("\n  ")
        ));
    }
    for ((place, event), ours) in recorded.into_iter().zip(history) {
        compare_details(place, event, ours, mask)?;
    }
    Ok(())
}

/// Whether two branches or iterations overlap.
fn is_concurrent(history: &[Event]) -> bool {
    let mut running = 0_usize;
    history.iter().any(|event| {
        match event.kind {
            EventKind::Iteration(stepproof_specs::history::Phase::Started) => running += 1,
            EventKind::Iteration(_) => running = running.saturating_sub(1),
            EventKind::Started(StateType::Parallel) => return true,
            _ => {}
        }
        running > 1
    })
}

/// Every event with the one before it in its thread, in any order.
fn compare_unordered(events: &[Value], history: &[Event], mask: &Mask<'_>) -> Result<(), String> {
    if events.len() != history.len() {
        return Err("another number of events".to_owned());
    }
    let kind_of = |id: &Value| {
        let event = events.iter().find(|event| event["id"] == *id);
        event.map_or("", |event| event["type"].as_str().unwrap_or_default())
    };
    let mut ours: BTreeMap<(String, String), Vec<&Event>> = BTreeMap::new();
    for event in history {
        let before = history.get((event.previous as usize).wrapping_sub(1));
        let before = before.map_or_else(String::new, |event| event.kind.name());
        ours.entry((event.kind.name(), before))
            .or_default()
            .push(event);
    }
    for (place, event) in events.iter().enumerate() {
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        let twins = ours
            .entry((kind, kind_of(&event["prev"]).to_owned()))
            .or_default();
        let twin = twins
            .iter()
            .position(|ours| compare_details(place, event, ours, mask).is_ok())
            .ok_or("an event without a twin")?;
        twins.remove(twin);
    }
    Ok(())
}

/// What is seen of an execution that is stopped while it waits.
pub fn stopped(
    machine: &Arc<Machine>,
    identity: Identity,
    input: Value,
) -> Result<Expectation, SimulationError> {
    let (mut execution, _) = Execution::start(machine.clone(), identity, input, EPOCH)?;
    let failure = Failure::default();
    execution.handle(EPOCH.plus(1_000), Input::Stop { failure })?;
    let outcome = execution.outcome().cloned().expect("it was stopped");
    Ok(Expectation {
        observation: Observation {
            status: outcome.status,
            output: None,
            error: None,
            cause: None,
            attempts: BTreeMap::new(),
            history: Some(execution.history().to_vec()),
            duration: None,
        },
        poisoned: Vec::new(),
        coverage: execution.coverage(),
        attempts: Vec::new(),
        duration: 1_000,
    })
}

fn line(id: u64, previous: u64, kind: &str) -> String {
    format!("{id:>3} <- {previous:<3} {kind}")
}

/// What a recording has no reason to share with ours: who ran it.
const PERSONAL: [&str; 2] = ["roleArn", "workerName"];

fn compare_details(
    place: usize,
    event: &Value,
    ours: &Event,
    mask: &Mask<'_>,
) -> Result<(), String> {
    let details = ours.details.to_value();
    let theirs = &event["details"];
    let mut keys: BTreeSet<&String> = theirs
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .collect();
    keys.extend(
        details
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key),
    );
    for key in keys {
        if PERSONAL.contains(&key.as_str()) {
            continue;
        }
        let recorded = if key == "name" && theirs.get(key).is_none() {
            // The name of the state is kept beside the details.
            event.get("state")
        } else {
            theirs.get(key)
        };
        let at = format!("/events/{place}/details/{key}");
        mask.same(
            &at,
            recorded.unwrap_or(&Value::Null),
            details.get(key).unwrap_or(&Value::Null),
        )
        .map_err(|difference| format!("event {} {}: {difference}", ours.id, ours.kind.name()))?;
    }
    Ok(())
}

/// The places of a recording whose values a placeholder hides.
struct Mask<'c> {
    pointers: Vec<&'c str>,
}

impl<'c> Mask<'c> {
    fn of(case: &'c Value) -> Self {
        let pointers = case["masked"].as_array().into_iter().flatten();
        Self {
            pointers: pointers.filter_map(Value::as_str).collect(),
        }
    }

    /// Whether a recorded value and ours are the same, as far as the recording says.
    fn same(&self, at: &str, theirs: &Value, ours: &Value) -> Result<(), String> {
        if self.pointers.contains(&at) {
            return match (theirs.as_str(), ours.as_str()) {
                (Some(theirs), Some(ours)) if theirs.contains('<') && !fits(theirs, ours) => {
                    Err(format!("{at}: {ours} instead of {theirs}"))
                }
                _ => Ok(()),
            };
        }
        match (theirs, ours) {
            (Value::Object(object), Value::Object(own)) => {
                let keys: BTreeSet<&String> = object.keys().chain(own.keys()).collect();
                keys.into_iter().try_for_each(|key| {
                    let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                    let null = Value::Null;
                    match (object.get(key), own.get(key)) {
                        (Some(theirs), Some(ours)) => self.same(&at, theirs, ours),
                        (theirs, _) if self.pointers.contains(&&*at) => {
                            theirs.map_or(Ok(()), |theirs| self.same(&at, theirs, &null))
                        }
                        (theirs, ours) => Err(format!("{at}: {ours:?} instead of {theirs:?}")),
                    }
                })
            }
            (Value::Array(items), Value::Array(own)) if items.len() == own.len() => items
                .iter()
                .zip(own)
                .enumerate()
                .try_for_each(|(n, (theirs, ours))| self.same(&format!("{at}/{n}"), theirs, ours)),
            // JSON text may be kept parsed.
            (Value::Object(_) | Value::Array(_), Value::String(text)) => {
                match serde_json::from_str::<Value>(text) {
                    Ok(ours) if !ours.is_string() => self.same(at, theirs, &ours),
                    _ => Err(format!("{at}: {text} instead of {theirs}")),
                }
            }
            _ if json::equal(theirs, ours) => Ok(()),
            _ => Err(format!("{at}: {ours} instead of {theirs}")),
        }
    }
}

/// Whether a text fits a template whose `<…>` stand for anything.
fn fits(template: &str, text: &str) -> bool {
    let Some((fixed, rest)) = template.split_once('<') else {
        return template == text;
    };
    let Some(text) = text.strip_prefix(fixed) else {
        return false;
    };
    let rest = after_placeholder(rest);
    (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .any(|at| fits(rest, &text[at..]))
}

/// What follows the `>` of a placeholder, which may have placeholders inside.
fn after_placeholder(rest: &str) -> &str {
    let mut open = 1;
    for (at, c) in rest.char_indices() {
        open += match c {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        if open == 0 {
            return &rest[at + 1..];
        }
    }
    ""
}
