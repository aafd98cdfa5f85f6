//! Pins the signatures of everything that can be wrong with an observation, so that no change of
//! the comparison goes unnoticed.

use std::{fmt::Write as _, sync::Arc};

use serde_json::{Value, json};
use stepproof_specs::{
    asl::StateType,
    history::{Event, EventKind, Failure},
    observation::{Attempt, Observation, Status},
    scenario::plan::{Act, Reply},
};

use super::{Fixture, activity, failing_branch, mapped, remove, retried, runtime_error, snapshot};
use crate::job::Lane;

/// A change to an observation, with its name.
type Tampering = (String, Box<dyn Fn(&mut Observation)>);

fn tampering(name: impl Into<String>, change: impl Fn(&mut Observation) + 'static) -> Tampering {
    (name.into(), Box::new(change))
}

/// Changes to how an execution ended.
fn of_ends() -> Vec<Tampering> {
    let statuses = [
        Status::Running,
        Status::Succeeded,
        Status::Failed,
        Status::TimedOut,
        Status::Aborted,
    ];
    let mut all: Vec<Tampering> = statuses
        .into_iter()
        .map(|status| tampering(format!("status {status:?}"), move |it| it.status = status))
        .collect();
    let timeout = || Some("States.Timeout".to_owned());
    all.extend([
        tampering("no output", |it| it.output = None),
        tampering("output null", |it| it.output = Some(Value::Null.into())),
        tampering("output {}", |it| {
            it.output = Some(json!({ "other": 1 }).into());
        }),
        tampering("no error", |it| it.error = None),
        tampering("another error", |it| it.error = Some("Other".to_owned())),
        tampering("error States.Timeout", move |it| it.error = timeout()),
        tampering("no cause", |it| it.cause = None),
        tampering("another cause", |it| it.cause = Some("other".to_owned())),
        tampering("no duration", |it| it.duration = None),
        tampering("later", |it| {
            it.duration = it.duration.map(|span| span + 9_000);
        }),
        tampering("earlier", |it| {
            it.duration = it.duration.map(|span| span / 4);
        }),
        tampering("no history", |it| it.history = None),
        tampering("no attempts", |it| it.attempts.clear()),
    ]);
    all
}

/// Changes to the attempts of the tasks.
fn of_attempts(clean: &Observation) -> Vec<Tampering> {
    let mut all = Vec::new();
    for (site, attempts) in &clean.attempts {
        for number in 0..attempts.len() {
            let mut add = |what: &str, change: fn(&mut Attempt)| {
                let of = Arc::clone(site);
                all.push(tampering(format!("{site} {number} {what}"), move |it| {
                    it.attempts
                        .entry(of.clone())
                        .and_modify(|it| change(&mut it[number]));
                }));
            };
            add("of nobody", |it| it.key = None);
            add("another input", |it| {
                it.input = json!({ "other": true }).into();
            });
            add("taken late", |it| it.taken += 9_000);
            add("replied late", |it| {
                it.replied = it.replied.map(|at| at + 9_000);
            });
            add("no reply", |it| it.replied = None);
            let of = Arc::clone(site);
            all.push(tampering(format!("{site} {number} missing"), move |it| {
                it.attempts.entry(of.clone()).and_modify(|it| {
                    it.remove(number);
                });
            }));
            let of = Arc::clone(site);
            all.push(tampering(format!("{site} {number} twice"), move |it| {
                it.attempts
                    .entry(of.clone())
                    .and_modify(|it| it.insert(number, it[number].clone()));
            }));
        }
    }
    all
}

/// Repeats an event.
fn repeat(events: &mut Vec<Event>, at: usize) {
    let first = events[at].clone();
    for event in events.iter_mut() {
        event.previous += i64::from(event.previous >= first.id);
        event.id += i64::from(event.id > first.id);
    }
    let second = Event {
        id: first.id + 1,
        previous: first.id,
        ..first
    };
    events.insert(at + 1, second);
}

/// Changes to the history.
fn of_events(clean: &Observation) -> Vec<Tampering> {
    let events = clean.history.as_ref().expect("a history");
    let mut all = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let mut add = |what: &str, change: fn(&mut Vec<Event>, usize)| {
            let name = format!("{} {} {what}", event.id, event.kind.name());
            all.push(tampering(name, move |it| {
                change(it.history.as_mut().expect("a history"), at);
            }));
        };
        add("missing", remove);
        add("twice", repeat);
        add("and nothing more", |events, at| events.truncate(at + 1));
        add("after the start", |events, at| events[at].previous = 0);
        add("later", |events, at| {
            for event in &mut events[at..] {
                event.at = event.at.plus(9_000);
            }
        });
        add("of another kind", |events, at| {
            events[at].kind = EventKind::Entered(StateType::Succeed);
        });
        let details = &event.details;
        if details.name.is_some() {
            add("of another state", |events, at| {
                events[at].details.name = Some("Other".into());
            });
        }
        if details.input.is_some() {
            add("without input", |events, at| {
                events[at].details.input = None;
            });
            add("another input", |events, at| {
                events[at].details.input = Some(json!({ "other": 1 }).into());
            });
        }
        if details.output.is_some() {
            add("without output", |events, at| {
                events[at].details.output = None;
            });
            add("another output", |events, at| {
                events[at].details.output = Some(json!({ "other": 1 }).into());
            });
        }
        if details.failure.is_some() {
            add("without failure", |events, at| {
                events[at].details.failure = None;
            });
            add("another failure", |events, at| {
                events[at].details.failure = Some(Box::new(Failure {
                    error: Some("Other".into()),
                    cause: Some("other".into()),
                }));
            });
        }
        if details.index.is_some() {
            add("of another iteration", |events, at| {
                events[at].details.index = Some(7);
            });
        }
    }
    all
}

/// A table of all changes to a fixture's observation, with the signatures they give.
fn table(fixture: Fixture) -> String {
    let fixture = Fixture {
        lane: Lane::Quiet,
        ..fixture
    };
    let clean = fixture.clean();
    let mut text = String::new();
    let all = of_ends().into_iter();
    for (name, change) in all.chain(of_attempts(&clean)).chain(of_events(&clean)) {
        let found = fixture.tampered(|it| change(it)).join(" & ");
        writeln!(text, "{name}: {found}").expect("a string takes everything");
    }
    text
}

/// Two branches, one of which waits and reads what it assigns.
fn branches() -> Fixture {
    let definition = json!({
        "StartAt": "Fan",
        "States": {
            "Fan": {
                "Type": "Parallel", "Next": "Set", "ResultPath": "$.both",
                "Branches": [
                    { "StartAt": "Pause", "States": {
                        "Pause": { "Type": "Wait", "Seconds": 2, "End": true } } },
                    { "StartAt": "Work", "States": {
                        "Work": { "Type": "Task", "Resource": activity("w"), "End": true } } },
                ],
            },
            "Set": { "Type": "Pass", "Assign": { "x.$": "$.both[1]" }, "Next": "End" },
            "End": { "Type": "Succeed", "OutputPath": "$.both" },
        },
    });
    Fixture::new(definition, json!({ "a": 1 }), &[])
}

/// A task whose time limit expires.
fn timeout() -> Fixture {
    let definition = json!({
        "StartAt": "Work",
        "States": {
            "Work": { "Type": "Task", "Resource": activity("w"), "TimeoutSeconds": 2, "End": true },
        },
    });
    Fixture::new(definition, json!({}), &[("Work", Act::now(Reply::Silent))])
}

#[test]
fn tampered_retries() {
    snapshot("tampered_retries", &table(retried(|_| ())));
}

#[test]
fn tampered_iterations() {
    snapshot("tampered_iterations", &table(mapped(1)));
}

#[test]
fn tampered_failure_of_a_branch() {
    snapshot("tampered_failure_of_a_branch", &table(failing_branch()));
}

#[test]
fn tampered_runtime_error() {
    snapshot("tampered_runtime_error", &table(runtime_error()));
}

#[test]
fn tampered_branches() {
    snapshot("tampered_branches", &table(branches()));
}

#[test]
fn tampered_timeout() {
    snapshot("tampered_timeout", &table(timeout()));
}
