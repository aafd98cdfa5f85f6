//! What counts although the engine or the harness was late.

use serde_json::json;
use stepproof_specs::{clause::Aspect, observation::Status, scenario::plan::Act};

use super::{Fixture, activity, retried, signatures};
use crate::{job::Lane, judge::verdict::Verdict, raw::RawRun};

#[test]
fn nothing_is_late_by_less_than_the_overhead() {
    let mut fixture = retried(|_| ());
    fixture.lane = Lane::Quiet;
    let mut raw = RawRun::of([&fixture.clean()]);
    raw.executions[0].duration = raw.executions[0].duration.map(|it| it + 2_000);
    assert_eq!(
        signatures(&fixture.judge(1, &raw, 0)),
        ["timing - - end-late"]
    );
    assert_eq!(signatures(&fixture.judge(1, &raw, 1_500)), [""; 0]);
}

#[test]
fn a_machine_that_times_out_without_an_event_may_be_late() {
    let fixture = retried(|_| ());
    let mut raw = RawRun::of([&fixture.clean()]);
    raw.executions[0].status = Status::TimedOut;
    raw.executions[0].history.as_mut().expect("a history").pop();
    assert_eq!(raw.executions[0].attempts.len(), 2);
    for (overhead, verdict) in [(130, Verdict::Diverge), (140, Verdict::Unknown)] {
        let judgement = fixture.judge(1, &raw, overhead);
        assert!(judgement.late);
        assert_eq!(judgement.verdict(|_| false), verdict, "three turns");
    }
}

#[test]
fn a_machine_may_come_less_far_until_its_limit() {
    let wait = |next: serde_json::Value| json!({ "Type": "Wait", "Seconds": 1, "Next": next });
    let definition = json!({ "TimeoutSeconds": 3, "StartAt": "A", "States": {
        "A": wait("B".into()),
        "B": wait("C".into()),
        "C": { "Type": "Wait", "Seconds": 9, "End": true },
    } });
    let fixture = Fixture::new(definition, json!({}), &[]);
    let mut slow = fixture.clean();
    assert_eq!(slow.status, Status::TimedOut);
    let events = slow.history.as_mut().expect("a history");
    // The second Wait has not ended, and the third has not begun.
    events.drain(events.len() - 3..events.len() - 1);
    events.last_mut().expect("an end").id -= 2;
    let raw = RawRun::of([&slow]);
    for (overhead, verdict) in [(0, Verdict::Diverge), (1_000, Verdict::Unknown)] {
        let judgement = fixture.judge(1, &raw, overhead);
        assert_eq!(judgement.verdict(|_| false), verdict, "{judgement:#?}");
    }
}

/// A task that is answered after a second, and may take three.
fn slow_task() -> Fixture {
    let task = json!({
        "Type": "Task", "Resource": activity("w"), "TimeoutSeconds": 3, "End": true
    });
    let definition = json!({ "StartAt": "A", "States": { "A": task } });
    let act = Act {
        after: 1_000,
        ..Act::default()
    };
    Fixture::new(definition, json!({}), &[("A", act)])
}

#[test]
fn a_late_harness_decides_only_what_its_lateness_does_not_change() {
    let fixture = slow_task();
    let mut expired = fixture.clean();
    expired.status = Status::Failed;
    expired.error = Some("States.Timeout".into());
    expired.output = None;
    let mut wrong = fixture.clean();
    wrong.output = Some(json!({ "other": 1 }).into());
    // The task may reach its worker late, and the answer the engine: twice a second to spare.
    for (late, verdict) in [
        (0, Verdict::Diverge),
        (900, Verdict::Diverge),
        (1_100, Verdict::Unknown),
    ] {
        for observation in [&expired, &wrong] {
            let mut raw = RawRun::of([observation]);
            raw.executions[0].lateness = late;
            let judgement = fixture.judge(1, &raw, 0);
            assert_eq!(judgement.verdict(|_| false), verdict, "{late}: {raw:?}");
        }
    }
}

#[test]
fn a_violated_property_is_no_matter_of_lateness() {
    let mut fixture = slow_task();
    fixture.expectation.poisoned = vec![Aspect::History];
    let mut wrong = fixture.clean();
    let events = wrong.history.as_mut().expect("a history");
    let last = events.last().expect("an end").clone();
    events.push(last);
    let mut raw = RawRun::of([&wrong]);
    raw.executions[0].lateness = 10_000;
    let judgement = fixture.judge(1, &raw, 0);
    let properties = judgement
        .differences
        .iter()
        .filter(|it| it.signature.shape.property().is_some());
    assert!(properties.count() > 0, "{judgement:#?}");
}

#[test]
fn the_time_until_an_execution_counts_as_hanging_grows_with_lateness() {
    let fixture = slow_task();
    let mut raw = RawRun::of([&fixture.clean()]);
    raw.executions[0].status = Status::Running;
    raw.executions[0].watched = fixture.expectation.longest;
    let prompt = fixture.judge(1, &raw, 0);
    assert_eq!(prompt.differences[0].aspect, Aspect::Liveness);
    raw.executions[0].lateness = 3_000;
    let late = fixture.judge(1, &raw, 0);
    assert_eq!(late.verdict(|_| false), Verdict::Unknown);
}
