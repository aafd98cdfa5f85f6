//! A slow or unsteady way to an engine must cause no finding.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::{Value, json};
use stepproof::{
    engines::adapters::Choice,
    job::Job,
    judge::{compare::judge, verdict::Verdict},
};
use stepproof_specs::observation::Status;

use crate::{
    behind::behind,
    proxy::Path,
    support::{job, only, task},
};

/// A task that is answered at once and has this many seconds, and a sibling that waits three.
fn limited(seconds: u64) -> Job {
    limited_with(seconds, json!({}))
}

/// The same with this input, which the task is given.
fn limited_with(seconds: u64, input: Value) -> Job {
    let branches = [
        only(&task("w", json!({ "TimeoutSeconds": seconds }))),
        json!({"StartAt": "V", "States": {"V": {"Type": "Wait", "Seconds": 3, "End": true}}}),
    ];
    let parallel = json!({"Type": "Parallel", "Branches": branches, "End": true});
    let definition = json!({"StartAt": "Both", "States": {"Both": parallel}});
    job(definition, input, &json!({}))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_on_a_slow_way_is_unknown() {
    let slow = Path {
        delay: Duration::from_millis(100),
        ..Path::default()
    };
    let (_server, _way, engine) = behind(slow, Choice::default()).await;
    // Two seconds pass before the worker has the task.
    let job = limited(1);
    let run = engine.run(&job).await.unwrap();
    assert_eq!(run.executions[0].status, Status::Failed, "{run:#?}");
    assert!(run.executions[0].lateness >= 1_000, "{run:#?}");
    let judgement = judge(&job, &run, engine.profile().terms(0));
    assert_eq!(
        judgement.verdict(|_| false),
        Verdict::Unknown,
        "{judgement:#?}"
    );
    assert!(judgement.too_late.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_slow_way_does_not_change_is_judged_on_it() {
    let slow = Path {
        delay: Duration::from_millis(100),
        ..Path::default()
    };
    let (_server, _way, engine) = behind(slow, Choice::default()).await;
    let job = limited(600);
    let mut run = engine.run(&job).await.unwrap();
    let judgement = judge(&job, &run, engine.profile().terms(0));
    assert_eq!(
        judgement.verdict(|_| false),
        Verdict::Agree,
        "{judgement:#?}"
    );
    run.executions[0].output = Some(r#""something else""#.to_owned());
    let judgement = judge(&job, &run, engine.profile().terms(0));
    assert_eq!(
        judgement.verdict(|_| false),
        Verdict::Diverge,
        "{judgement:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_fails_spoils_the_case_and_no_other() {
    let unsteady = Path {
        hiccups: 20,
        ..Path::default()
    };
    let (_server, way, engine) = behind(unsteady, Choice::default()).await;
    let job = limited(600);
    let before = way.failed.load(Ordering::Relaxed);
    let mut judged = 0;
    for _ in 0..30 {
        if let Ok(run) = engine.run(&job).await {
            let judgement = judge(&job, &run, engine.profile().terms(0));
            assert_eq!(judgement.differences, [], "{run:#?}");
            judged += 1;
        }
    }
    let failed = way.failed.load(Ordering::Relaxed) - before;
    assert!(failed > 0);
    assert!(
        30 - judged <= failed,
        "{judged} of 30 cases came through, with {failed} calls that failed"
    );
}

/// A task that nobody is given is no slow worker: where no call is slow, the engine loses it.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_never_delivered_is_the_engines_loss() {
    let lossy = Path {
        answer: Some(|operation, body| {
            if operation == "GetActivityTask" && body["input"] == r#"{"lose":"me"}"# {
                *body = json!({});
            }
        }),
        ..Path::default()
    };
    let (_server, _way, engine) = behind(lossy, Choice::default()).await;
    for end in [60, 10_000] {
        let job = limited_with(end, json!({ "lose": "me" }));
        let run = engine.run(&job).await.unwrap();
        assert_eq!(run.executions[0].attempts.len(), 0, "{run:#?}");
        let judgement = judge(&job, &run, engine.profile().terms(0));
        assert_eq!(
            judgement.verdict(|_| false),
            Verdict::Diverge,
            "{judgement:#?}"
        );
    }
}
