//! An engine of which nothing is known but its address is judged strictly, unless the user says
//! otherwise.

use serde_json::{Value, json};
use stepproof::{
    engines::{EngineProfile, adapters::Choice},
    judge::{
        compare::judge,
        policy::{HistoryCompare, Strictness},
    },
    run::{Source as _, judging::Generated},
};
use stepproof_generators::Profile;

use crate::{
    behind::behind,
    proxy::{Change, Path},
    support::{everything, only},
};

/// The signatures of the differences in a case whose history is tampered with on its way.
async fn found(answer: Option<Change>, choice: Choice) -> Vec<String> {
    let path = Path {
        answer,
        ..Path::default()
    };
    let (_server, _way, engine) = behind(path, choice).await;
    let job = everything();
    let run = engine.run(&job).await.unwrap();
    let judgement = judge(&job, &run, engine.profile().terms(0));
    let differences = judgement.differences.iter();
    differences.map(|it| it.signature.to_string()).collect()
}

/// The events of a history, if the answer is one.
fn events<'a>(operation: &str, answer: &'a mut Value) -> Option<&'a mut Vec<Value>> {
    let events = answer["events"].as_array_mut();
    events.filter(|_| operation == "GetExecutionHistory")
}

/// What no history of AWS has, each with a word of the difference that tells it.
const TAMPERINGS: [(&str, &str, Change); 6] = [
    ("a cycle", "previous", |operation, answer| {
        if let Some(events) = events(operation, answer) {
            events[3]["previousEventId"] = events[4]["id"].clone();
        }
    }),
    ("an event after itself", "previous", |operation, answer| {
        if let Some(events) = events(operation, answer) {
            events[3]["previousEventId"] = events[3]["id"].clone();
        }
    }),
    ("a negative predecessor", "previous", |operation, answer| {
        if let Some(events) = events(operation, answer) {
            events[3]["previousEventId"] = json!(-1);
        }
    }),
    ("a negative id", "ids", |operation, answer| {
        if let Some(events) = events(operation, answer) {
            events[3]["id"] = json!(-4);
        }
    }),
    ("a lost event", "ids", |operation, answer| {
        if let Some(events) = events(operation, answer) {
            events.remove(3);
        }
    }),
    (
        "time that goes back",
        "order-of-time",
        |operation, answer| {
            if let Some(events) = events(operation, answer) {
                let before = events[2]["timestamp"].as_f64().unwrap();
                events[3]["timestamp"] = json!(before - 1.0);
            }
        },
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_no_history_can_be_is_a_difference() {
    for (what, word, tampering) in TAMPERINGS {
        let found = found(Some(tampering), Choice::default()).await;
        let told = found.iter().any(|it| it.contains(word));
        assert!(told, "{what}: {found:?}");
    }
}

/// A choice of how deeply the history is judged.
fn depth(history: HistoryCompare) -> Choice {
    let strictness = Strictness {
        history: Some(history),
        ..Strictness::default()
    };
    Choice {
        strictness,
        ..Choice::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_one_however_little_of_the_history_is_compared_unless_that_is_nothing() {
    for (what, word, tampering) in TAMPERINGS {
        let found_by = |history| found(Some(tampering), depth(history));
        for history in [HistoryCompare::Path, HistoryCompare::Kinds] {
            let found = found_by(history).await;
            let told = found.iter().any(|it| it.contains(word));
            assert!(told, "{what} with {history:?}: {found:?}");
        }
        let ignored = found_by(HistoryCompare::Ignore).await;
        assert_eq!(ignored, [""; 0], "{what}");
    }
}

/// Removes the first exit of a state, and renumbers what follows.
fn lose_an_exit(operation: &str, answer: &mut Value) {
    let Some(events) = events(operation, answer) else {
        return;
    };
    let exit = |it: &Value| it["type"] == "TaskStateExited";
    let at = events.iter().position(exit).unwrap();
    let gone = events.remove(at);
    let (lost, before) = (gone["id"].as_i64(), gone["previousEventId"].clone());
    for event in events {
        for key in ["id", "previousEventId"] {
            let id = event[key].as_i64();
            if id == lost {
                event[key] = before.clone();
            } else if id > lost {
                event[key] = json!(id.unwrap() - 1);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_missing_is_a_difference_by_kinds_and_not_by_path() {
    let by_default = found(Some(lose_an_exit), Choice::default()).await;
    let missing = |found: &[String]| {
        found
            .iter()
            .any(|it| it.contains("missing:TaskStateExited"))
    };
    assert!(missing(&by_default), "{by_default:?}");
    let kinds = found(Some(lose_an_exit), depth(HistoryCompare::Kinds)).await;
    assert!(missing(&kinds), "{kinds:?}");
    let path = found(Some(lose_an_exit), depth(HistoryCompare::Path)).await;
    assert_eq!(path, [""; 0]);
}

/// Makes every machine wait for ever that assigns variables.
fn hang(operation: &str, call: &mut Value) {
    let definition = call["definition"].as_str().unwrap_or_default();
    if operation == "CreateStateMachine" && definition.contains("Assign") {
        let waits = json!({ "Type": "Wait", "Seconds": 99_999_999, "End": true });
        call["definition"] = json!(only(&waits).to_string());
    }
}

/// Makes every such machine put out something else.
fn differ(operation: &str, call: &mut Value) {
    let definition = call["definition"].as_str().unwrap_or_default();
    if operation == "CreateStateMachine" && definition.contains("Assign") {
        let fails = json!({ "Type": "Fail", "Error": "Boom" });
        call["definition"] = json!(only(&fails).to_string());
    }
}

/// The profile of an engine to which calls come changed.
async fn profile(call: Option<Change>) -> EngineProfile {
    let path = Path {
        call,
        ..Path::default()
    };
    let (_server, _way, engine) = behind(path, Choice::default()).await;
    engine.profile().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_as_a_whole_is_left_out_and_said_so() {
    let hangs = profile(Some(hang)).await;
    let dropped: Vec<String> = hangs.dropped.iter().map(ToString::to_string).collect();
    let due = "without variables: its probe did not end within 5 s";
    assert_eq!(dropped, [due]);
    let cases = Generated::new(Profile::everything(), 1, &hangs);
    for index in 0..200 {
        let text = serde_json::to_string(&cases.case(index)).unwrap();
        assert!(!text.contains("\"Assign\""), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_differs_is_left_to_the_run() {
    let differs = profile(Some(differ)).await;
    assert_eq!(differs.dropped, []);
    assert_eq!(differs.capabilities, profile(None).await.capabilities);
    let features = Profile::everything().features();
    assert!(!features.has_any(differs.capabilities.lacks));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_changes_nothing_causes_no_difference() {
    assert_eq!(found(None, Choice::default()).await, [""; 0]);
}
