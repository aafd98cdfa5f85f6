//! Checks the properties of observations on the reference's executions and on recordings of AWS.
//!
//! `STEPPROOF_OBSERVED` names a folder of recordings; the test that needs it is skipped without it.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use stepproof::{
    judge::{
        compare::properties::{Depth, violations},
        observe::Observer,
        policy::HistoryCompare,
    },
    observed::{Extent, Recording, files},
    raw::{RawEvent, RawExecution},
};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    asl::Machine,
    observation::{Observation, Status},
    reference::simulate,
    scenario::case::Body,
};
use stepproof_tests::recordings;

/// The number of cases per profile.
const CASES: u64 = 600;

/// The minimum number of recorded histories that are checked.
const RECORDINGS: usize = 390;

#[test]
fn whatever_the_reference_does_keeps_every_property() {
    let depth = Depth {
        history: HistoryCompare::Details,
        early: Some(0),
    };
    let mut judged = 0;
    for profile in Profile::all() {
        for index in 0..CASES {
            let Body::Execution(case) = generate(&profile, 31, index).body else {
                continue;
            };
            let machine = Arc::new(Machine::from_value(&case.definition).expect("a machine"));
            for start in &case.starts {
                let expected = simulate(&machine, &case, start).expect("it ends");
                let found = violations(&machine, &expected.observation, depth);
                let (name, definition) = (profile.name, &case.definition);
                assert!(found.is_empty(), "{name} {index}: {found:#?}\n{definition}");
                judged += 1;
            }
        }
    }
    println!("{judged} observations");
}

#[test]
fn whatever_aws_did_keeps_every_property() {
    let Some(folder) = recordings() else {
        return;
    };
    // Recordings have no timestamps.
    let depth = Depth {
        history: HistoryCompare::Details,
        early: None,
    };
    let mut judged = 0;
    for file in files(&folder).expect("recordings") {
        let recording = Recording::load(&file).expect("a recording");
        let Some((machine, seen)) = recorded(&recording) else {
            continue;
        };
        let found = violations(&machine, &seen, depth);
        assert!(found.is_empty(), "{}: {found:#?}", file.display());
        judged += 1;
    }
    println!("{judged} histories of AWS");
    assert!(judged >= RECORDINGS, "only {judged} histories");
}

/// The observation in a recording, if its whole history was kept in order.
fn recorded(recording: &Recording) -> Option<(Machine, Observation)> {
    let expect = &recording.case["expect"];
    if recording.extent() != Extent::History {
        return None;
    }
    let mut events: Vec<RawEvent> = expect["events"].as_array()?.iter().map(event).collect();
    let ids: BTreeSet<i64> = events.iter().map(|event| event.id).collect();
    if ids.len() < events.len() {
        return None;
    }
    events.sort_by_key(|event| event.id);
    let text = |field: &str| expect[field].as_str().map(str::to_owned);
    let raw = RawExecution {
        status: Status::from_name(expect["status"].as_str()?)?,
        output: expect.get("output").map(Value::to_string),
        error: text("error"),
        cause: text("cause"),
        duration: None,
        watched: 0,
        lateness: 0,
        history: Some(events),
        attempts: Vec::new(),
    };
    let machine = Machine::from_value(&recording.case["definition"]).ok()?;
    Some((machine, Observer::new(&[]).execution(&raw)))
}

/// An event as AWS returns it: data as strings, and the name of the state in the details.
fn event(recorded: &Value) -> RawEvent {
    let mut details = recorded["details"].clone();
    for field in ["input", "output"] {
        if let Some(value) = details.get_mut(field) {
            *value = value.to_string().into();
        }
    }
    if details.get("name").is_none() {
        details["name"] = recorded["state"].clone();
    }
    RawEvent {
        id: recorded["id"].as_i64().unwrap_or_default(),
        previous: recorded["prev"].as_i64().unwrap_or_default(),
        kind: recorded["type"].as_str().unwrap_or_default().to_owned(),
        at: 0,
        details,
    }
}
