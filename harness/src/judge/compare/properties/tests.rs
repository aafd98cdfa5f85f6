//! A tampered observation violates the property that it is meant to violate, and no unrelated one.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::StateType,
    clause::Aspect,
    history::{Event, EventKind, Phase, Service},
    observation::{Observation, Status},
    scenario::plan::{Act, Reply},
};

use super::{Depth, all, violations};
use crate::{
    job::Lane,
    judge::{compare::tests::Fixture, observe::NOT_JSON, policy::HistoryCompare},
};

fn activity(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:activity:{name}")
}

/// A retried task, a Map of three, a Parallel, a Wait.
fn fixture() -> Fixture {
    let only = |name: &str, state: Value| {
        let mut state = state;
        state["End"] = json!(true);
        json!({ "StartAt": name, "States": { name: state } })
    };
    let retry = json!([{ "ErrorEquals": ["Boom"], "MaxAttempts": 1 }]);
    let inner = json!({ "StartAt": "One", "States": {
        "One": { "Type": "Pass", "Next": "Two" }, "Two": { "Type": "Pass", "End": true },
    } });
    let definition = json!({ "StartAt": "Work", "States": {
        "Work": {
            "Type": "Task", "Resource": activity("work"), "Retry": retry, "ResultPath": null,
            "Next": "Each",
        },
        "Each": {
            "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1,
            "ItemProcessor": only("Item", json!({ "Type": "Pass" })), "Next": "Fan",
        },
        "Fan": { "Type": "Parallel", "Branches": [inner], "Next": "Rest" },
        "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Done" },
        "Done": { "Type": "Succeed" },
    } });
    let (error, cause) = ("Boom".to_owned(), "why".to_owned());
    let fails = Act::now(Reply::Fail { error, cause });
    let mut fixture = Fixture::new(definition, json!({ "items": [1, 2, 3] }), &[]);
    let start = &mut fixture.case.starts[0];
    start
        .plan
        .sites
        .insert("Work".into(), [fails].into_iter().collect());
    fixture.again();
    fixture
}

/// The properties that are violated after a change.
fn broken(change: impl FnOnce(&mut Observation)) -> Vec<String> {
    let fixture = fixture();
    let mut observation = fixture.clean();
    assert_eq!(observation.status, Status::Succeeded);
    change(&mut observation);
    let depth = Depth {
        history: HistoryCompare::Details,
        early: Some(0),
    };
    let found = violations(fixture.machine(), &observation, depth).into_iter();
    let mut names: Vec<String> = found
        .filter_map(|it| it.shape.property().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn events(observation: &mut Observation) -> &mut Vec<Event> {
    observation.history.as_mut().expect("a history")
}

/// The position of the first event of a kind with a name.
fn first(observation: &mut Observation, kind: EventKind, name: &str) -> usize {
    let is_it = |it: &Event| {
        it.kind == kind && (name.is_empty() || it.details.name.as_deref() == Some(name))
    };
    events(observation)
        .iter()
        .position(is_it)
        .expect("the event")
}

/// Inserts a copy of an event elsewhere and renumbers all events.
fn copy(observation: &mut Observation, from: usize, to: usize) {
    let events = events(observation);
    let event = events[from].clone();
    events.insert(to, event);
    renumber(events, |id| if id > to as i64 { id + 1 } else { id });
}

fn remove(observation: &mut Observation, at: usize) {
    let events = events(observation);
    let gone = events.remove(at);
    renumber(events, |id| match id.cmp(&gone.id) {
        std::cmp::Ordering::Less => id,
        std::cmp::Ordering::Equal => gone.previous,
        std::cmp::Ordering::Greater => id - 1,
    });
}

fn renumber(events: &mut [Event], previous: impl Fn(i64) -> i64) {
    for (id, event) in (1..).zip(events) {
        event.previous = previous(event.previous);
        event.id = id;
    }
}

fn work(phase: Phase) -> EventKind {
    EventKind::Work(Service::Activity, phase)
}

type Change = fn(&mut Observation);

/// Changes, and the properties that each violates; the change is a test of the first one.
const DOCTORED: &[(&[&str], Change)] = &[
    (&["output-without-success"], |it| it.output = None),
    (&["error-without-failure"], |it| {
        it.error = Some("Boom".into());
    }),
    (&["no-json", "last-output"], |it| {
        it.output = Some(json!({ NOT_JSON: "{" }).into());
    }),
    (&["attempts"], |it| {
        let attempts = it.attempts.get_mut("Work").expect("attempts");
        attempts.push(attempts[0].clone());
    }),
    (&["scheduled"], |it| {
        let at = first(it, work(Phase::Scheduled), "");
        copy(it, at, at + 1);
    }),
    (&["ended-unscheduled", "ended-twice"], |it| {
        let at = first(it, work(Phase::Succeeded), "");
        copy(it, at, at + 1);
    }),
    (&["ended-twice"], |it| {
        let failed = first(it, work(Phase::Failed), "");
        let succeeded = first(it, work(Phase::Succeeded), "");
        let before = events(it)[failed].previous;
        events(it)[succeeded].previous = before;
    }),
    (&["transition", "link", "never-left"], |it| {
        let at = first(it, EventKind::Entered(StateType::Succeed), "Done");
        events(it)[at].details.name = Some("Rest".into());
        events(it)[at].kind = EventKind::Entered(StateType::Wait);
        remove(it, at + 1);
    }),
    (&["state-type"], |it| {
        let at = first(it, EventKind::Entered(StateType::Pass), "One");
        events(it)[at].kind = EventKind::Entered(StateType::Wait);
    }),
    (&["link"], |it| {
        let at = first(it, EventKind::Entered(StateType::Pass), "Two");
        events(it)[at].previous -= 1;
    }),
    (&["exit-without-entry"], |it| {
        let at = first(it, EventKind::Exited(StateType::Pass), "Two");
        copy(it, at, at + 1);
    }),
    (&["never-left", "link"], |it| {
        let at = first(it, EventKind::Exited(StateType::Wait), "Rest");
        remove(it, at);
    }),
    (&["handed-on"], |it| {
        let at = first(it, EventKind::Entered(StateType::Wait), "Rest");
        events(it)[at].details.input = Some(json!("other").into());
    }),
    (&["ids"], |it| {
        events(it).last_mut().expect("an event").id += 1;
    }),
    (&["previous"], |it| {
        let last = events(it).last_mut().expect("an event");
        last.previous = last.id;
    }),
    (&["start"], |it| {
        events(it)[0].kind = EventKind::Other("Unknown");
    }),
    (&["end"], |it| {
        let last = events(it).len() - 1;
        copy(it, last, last + 1);
    }),
    (&["end"], |it| {
        events(it).last_mut().expect("an event").kind = EventKind::ExecutionFailed;
    }),
    (&["last-output"], |it| {
        let last = events(it).last_mut().expect("an event");
        last.details.output = Some(json!("other").into());
    }),
    (&["map-iterations", "map-results"], |it| {
        let at = first(it, EventKind::Started(StateType::Map), "");
        events(it)[at].details.length = Some(4);
    }),
    (&["map-results", "handed-on"], |it| {
        let at = first(it, EventKind::Exited(StateType::Map), "Each");
        events(it)[at].details.output = Some(json!([1]).into());
    }),
    (&["map-index"], |it| {
        let at = first(it, EventKind::Iteration(Phase::Started), "Each");
        events(it)[at].details.index = Some(1);
    }),
    (&["map-concurrency"], |it| {
        let at = first(it, EventKind::Iteration(Phase::Succeeded), "Each");
        remove(it, at);
    }),
    (&["order-of-time"], |it| {
        events(it).last_mut().expect("an event").at.0 -= 1;
    }),
    (&["wait-too-short"], |it| {
        let at = first(it, EventKind::Exited(StateType::Wait), "Rest");
        for event in &mut events(it)[at..] {
            event.at.0 -= 1;
        }
    }),
];

#[test]
fn each_property_notices_what_it_is_about() {
    assert_eq!(broken(|_| ()), Vec::<String>::new());
    let mut noticed = Vec::new();
    for (names, change) in DOCTORED {
        let mut names = names.to_vec();
        noticed.push(names[0]);
        names.sort_unstable();
        assert_eq!(broken(*change), names);
    }
    let unnoticed: Vec<&str> = all()
        .map(|property| property.name)
        .filter(|name| !noticed.contains(name))
        .collect();
    assert_eq!(unnoticed, Vec::<&str>::new());
}

#[test]
fn properties_are_written_down_in_full() {
    let mut names: Vec<&str> = all().map(|property| property.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    for property in all() {
        assert!(property.sentence.ends_with('.'), "{}", property.name);
        assert!(!property.source.is_empty(), "{}", property.name);
        let basis = property.clause.map(|clause| clause.entry().basis);
        let assumed = stepproof_specs::clause::Basis::Assumed;
        assert!(
            property.basis != assumed && basis != Some(assumed),
            "{}",
            property.name
        );
    }
}

/// The comparison ignores the timestamps of events, so only the property notices the short Wait.
#[test]
fn a_property_counts_although_all_that_is_compared_agrees() {
    let mut fixture = fixture();
    fixture.lane = Lane::Quiet;
    let hasty = |it: &mut Observation| {
        let at = first(it, EventKind::Exited(StateType::Wait), "Rest");
        events(it)[at].at.0 -= 1_000;
    };
    let found = fixture.tampered(hasty);
    assert_eq!(found, ["timing Wait root property:wait-too-short"]);
    fixture.lane = Lane::Throughput;
    assert_eq!(fixture.tampered(hasty), [""; 0]);
}

#[test]
fn a_property_counts_where_nothing_else_does() {
    let mut fixture = fixture();
    fixture.expectation.poisoned = Aspect::ALL.to_vec();
    fixture.policy.history = HistoryCompare::Path;
    let leaps = |it: &mut Observation| {
        let at = first(it, EventKind::Entered(StateType::Wait), "Rest");
        let end = first(it, EventKind::Entered(StateType::Succeed), "Done");
        events(it).drain(at..end);
    };
    // Two are wrong: where it goes, and that the numbers of events have a gap.
    assert_eq!(
        fixture.tampered(leaps),
        [
            "path Parallel root property:transition",
            "history - - property:ids"
        ]
    );
    let mute = fixture.tampered(|it| it.output = None);
    assert_eq!(mute, ["output - - property:output-without-success"]);
    // Its end differs, as it may.
    let fails = fixture.tampered(|it| {
        it.status = Status::Failed;
        it.output = None;
    });
    assert_eq!(fails, [""; 0]);
}
