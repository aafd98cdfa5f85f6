//! Compares a history with the recorded events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stepproof_specs::{
    asl::StateType,
    clause::Aspect,
    history::{Event, EventKind},
};

use super::{
    Divergence, Terms,
    mask::{Mask, Parting},
};
use crate::judge::policy::HistoryCompare;

/// Details that depend on who ran the execution.
const PERSONAL: [&str; 2] = ["roleArn", "workerName"];

/// An event whose link is not compared.
const EVALUATION: &str = "EvaluationFailed";

/// An event left out of recordings whose concurrent section is sorted.
const SECTION_END: &str = "ParallelStateSucceeded";

/// Compares the events as deeply as the terms allow.
pub(super) fn compare(
    events: &[Value],
    history: &[Event],
    terms: Terms,
    mask: &Mask<'_>,
) -> Result<(), Divergence> {
    let in_order = in_order(events);
    match terms.history {
        HistoryCompare::Ignore => Ok(()),
        HistoryCompare::Path => path(&in_order, history, terms),
        // A recording with a sorted concurrent section has zeros as ids there.
        HistoryCompare::Kinds if events.iter().any(is_sorted) => sorted_kinds(&in_order, history),
        HistoryCompare::Details if events.iter().any(is_sorted) => {
            let compared = sections(events, history, mask);
            compared.or_else(|divergence| {
                if terms.stopped {
                    Ok(())
                } else {
                    Err(divergence)
                }
            })
        }
        HistoryCompare::Kinds => kinds(&in_order, history, terms),
        HistoryCompare::Details => details(&in_order, history, mask).or_else(|divergence| {
            let unordered = || terms.concurrent && unordered(&in_order, history, mask);
            if terms.stopped || unordered() {
                Ok(())
            } else {
                Err(divergence)
            }
        }),
    }
}

/// A recorded event with its index in the recording.
type Recorded<'a> = (usize, &'a Value);

fn in_order(events: &[Value]) -> Vec<Recorded<'_>> {
    let mut recorded: Vec<Recorded<'_>> = events.iter().enumerate().collect();
    recorded.sort_by_key(|(_, event)| number(&event["id"]));
    recorded
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap_or_default()
}

fn word(word: Option<&String>) -> Option<Box<Value>> {
    word.map(|word| Box::new(word.as_str().into()))
}

/// Compares two lists of words; the recorded words have their indices in the recording.
fn same_words(
    aspect: Aspect,
    recorded: &[(usize, String)],
    seen: &[String],
) -> Result<(), Divergence> {
    let differs = |n: &usize| recorded.get(*n).map(|(_, word)| word) != seen.get(*n);
    let Some(n) = (0..recorded.len().max(seen.len())).find(differs) else {
        return Ok(());
    };
    let place = recorded.get(n).map_or(recorded.len(), |(place, _)| *place);
    let parting = Parting {
        at: format!("/events/{place}"),
        recorded: word(recorded.get(n).map(|(_, word)| word)),
        seen: word(seen.get(n)),
    };
    Err(Divergence::new(aspect, parting))
}

/// Compares the states that were entered, in any order if threads overlap.
fn path(events: &[Recorded<'_>], history: &[Event], terms: Terms) -> Result<(), Divergence> {
    let entered = |event: &&Recorded<'_>| kind(event.1).ends_with("StateEntered");
    let name = |event: &Value| {
        let name = event["details"]["name"]
            .as_str()
            .or(event["state"].as_str());
        name.unwrap_or_default().to_owned()
    };
    let recorded = events.iter().filter(entered);
    let mut recorded: Vec<_> = recorded.map(|(at, event)| (*at, name(event))).collect();
    let seen = history
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Entered(_)));
    let mut seen: Vec<String> = seen
        .map(|event| event.details.name.as_deref().unwrap_or_default().to_owned())
        .collect();
    if terms.stopped {
        return Ok(());
    }
    if terms.concurrent {
        recorded.sort_by(|one, other| one.1.cmp(&other.1));
        seen.sort();
    }
    same_words(Aspect::Path, &recorded, &seen)
}

/// Compares the kinds of events, in any order if threads overlap.
fn kinds(events: &[Recorded<'_>], history: &[Event], terms: Terms) -> Result<(), Divergence> {
    let recorded = events.iter();
    let mut recorded: Vec<_> = recorded
        .map(|(at, event)| (*at, kind(event).to_owned()))
        .collect();
    let mut seen: Vec<String> = history.iter().map(|event| event.kind.name()).collect();
    if terms.stopped {
        return Ok(());
    }
    if terms.concurrent {
        recorded.sort_by(|one, other| one.1.cmp(&other.1));
        seen.sort();
    }
    same_words(Aspect::History, &recorded, &seen)
}

fn sorted_kinds(events: &[Recorded<'_>], history: &[Event]) -> Result<(), Divergence> {
    let recorded = events.iter().map(|(at, event)| (*at, kind(event)));
    let mut recorded: Vec<_> = recorded
        .filter(|(_, kind)| *kind != SECTION_END)
        .map(|(at, kind)| (at, kind.to_owned()))
        .collect();
    recorded.sort_by(|one, other| one.1.cmp(&other.1));
    let seen = history.iter().map(|event| event.kind.name());
    let mut seen: Vec<String> = seen.filter(|kind| kind != SECTION_END).collect();
    seen.sort();
    same_words(Aspect::History, &recorded, &seen)
}

/// Whether an event lies in a section that is stored sorted, without ids.
fn is_sorted(event: &Value) -> bool {
    event["id"] == 0
}

/// Compares sorted sections as multisets, and everything around them event by event.
fn sections(events: &[Value], history: &[Event], mask: &Mask<'_>) -> Result<(), Divergence> {
    let mut place = 0;
    let mut done = 0;
    for part in events.chunk_by(|one, next| is_sorted(one) == is_sorted(next)) {
        let recorded: Vec<Recorded<'_>> = (place..).zip(part).collect();
        place += part.len();
        let rest = history.get(done..).unwrap_or_default();
        let next = events.get(place).map(|event| number(&event["id"]) as usize);
        let length = match next {
            None => rest.len(),
            Some(_) if !is_sorted(&part[0]) => part.len().min(rest.len()),
            Some(next) => next.saturating_sub(1 + done).min(rest.len()),
        };
        let own = &rest[..length];
        done += length;
        if is_sorted(&part[0]) {
            section(&recorded, own, mask)?;
        } else {
            details(&recorded, own, mask)?;
        }
    }
    Ok(())
}

/// Compares a sorted section: the kinds of its events, then for every event the details of one of
/// its kind.
fn section(events: &[Recorded<'_>], history: &[Event], mask: &Mask<'_>) -> Result<(), Divergence> {
    let history = match history.split_last() {
        // The end of the section itself is not recorded.
        Some((
            Event {
                kind: EventKind::Failed(StateType::Parallel),
                ..
            },
            rest,
        )) => rest,
        _ => history,
    };
    sorted_kinds(events, history)?;
    let mut left: Vec<&Event> = history.iter().collect();
    for (place, event) in events {
        let likes = |seen: &&Event| seen.kind.name() == kind(event);
        let same = |seen: &&Event| same_details(*place, event, seen, mask).is_ok();
        let like = left.iter().position(|seen| likes(seen) && same(seen));
        match (like, left.iter().find(|seen| likes(seen))) {
            (Some(like), _) => drop(left.swap_remove(like)),
            (None, Some(other)) => same_details(*place, event, other, mask)?,
            // The end of an inner section.
            (None, None) => {}
        }
    }
    Ok(())
}

/// Compares ids, links and kinds; then the details of each event.
fn details(events: &[Recorded<'_>], history: &[Event], mask: &Mask<'_>) -> Result<(), Divergence> {
    let line = |id: i64, previous: i64, kind: &str| match kind {
        // Recorded in 2024 with the event before the state was entered, and with the state's since.
        EVALUATION => format!("{id} {kind}"),
        _ => format!("{id} <- {previous} {kind}"),
    };
    let recorded: Vec<_> = events
        .iter()
        .map(|(at, event)| {
            let line = line(number(&event["id"]), number(&event["prev"]), kind(event));
            (*at, line)
        })
        .collect();
    let seen: Vec<String> = history
        .iter()
        .map(|event| line(event.id, event.previous, &event.kind.name()))
        .collect();
    same_words(Aspect::History, &recorded, &seen)?;
    for ((place, event), seen) in events.iter().zip(history) {
        same_details(*place, event, seen, mask)?;
    }
    Ok(())
}

/// Whether every recorded event has an equal one whose previous event is of the same kind.
fn unordered(events: &[Recorded<'_>], history: &[Event], mask: &Mask<'_>) -> bool {
    if events.len() != history.len() {
        return false;
    }
    let kind_of = |id: &Value| {
        let event = events.iter().find(|(_, event)| event["id"] == *id);
        event.map_or("", |(_, event)| kind(event))
    };
    let mut seen: BTreeMap<(String, String), Vec<&Event>> = BTreeMap::new();
    for event in history {
        let before = history.get((event.previous as usize).wrapping_sub(1));
        let before = before.map_or_else(String::new, |event| event.kind.name());
        let key = (event.kind.name(), before);
        seen.entry(key).or_default().push(event);
    }
    events.iter().all(|(place, event)| {
        let key = (kind(event).to_owned(), kind_of(&event["prev"]).to_owned());
        let likes = seen.entry(key).or_default();
        let is_like = |seen: &&Event| same_details(*place, event, seen, mask).is_ok();
        let like = likes.iter().position(is_like);
        like.map(|like| likes.remove(like)).is_some()
    })
}

fn same_details(
    place: usize,
    event: &Value,
    seen: &Event,
    mask: &Mask<'_>,
) -> Result<(), Divergence> {
    let own = seen.details.to_value();
    let recorded = &event["details"];
    let keys = |value: &Value| -> Vec<String> {
        let members = value.as_object().into_iter().flatten();
        members.map(|(key, _)| key.clone()).collect()
    };
    let keys: BTreeSet<String> = keys(recorded).into_iter().chain(keys(&own)).collect();
    for key in keys {
        if PERSONAL.contains(&key.as_str()) || key == "cause" && !mask.judges_cause(recorded) {
            continue;
        }
        let value = match recorded.get(&key) {
            // Recordings keep the name of the state outside the details.
            None if key == "name" => event.get("state"),
            value => value,
        };
        let own = own.get(&key).unwrap_or(&Value::Null);
        let at = format!("/events/{place}/details/{key}");
        mask.same(&at, value.unwrap_or(&Value::Null), own)
            .map_err(|parting| Divergence {
                event: Some(format!("{} {}", seen.id, seen.kind.name())),
                ..Divergence::new(Aspect::History, parting)
            })?;
    }
    Ok(())
}
