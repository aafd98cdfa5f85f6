//! Tests engines whose clock runs faster than real time.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof::{
    client::{
        clock::Clock,
        sdk::{Account, Api, Patience},
    },
    engines::{
        Engine as _,
        adapters::{Choice, open, profile},
        embedded::{Server, Speed},
        remote::{Remote, Traits},
    },
    job::{Job, Lane},
    judge::compare::judge,
    raw::RawExecution,
    trouble::Trouble,
};
use stepproof_specs::deviation::Deviations;

use crate::support::{everything, job, only};

const SCALE: f64 = 20.0;

/// Runs a case on a server whose clock has this speed, and judges its timing with a large overhead,
/// because the computer may be slow.
async fn timed(job: &Job, speed: f64) -> RawExecution {
    let server = Server::start(0, Speed::Scaled(speed), Deviations::default());
    let server = server.await.unwrap();
    let mut profile = profile("endpoint").unwrap();
    profile.time_scale = SCALE;
    let api = Api::plain(&server.endpoint(), &Account::default(), Patience::default());
    // It is not warmed up: that would notice a clock that does not go as fast.
    let engine = Remote::new(api, Clock::Real(SCALE), profile, Traits::default(), "test");
    let mut run = engine.run(job).await.unwrap();
    let judgement = judge(job, &run, engine.profile().terms(600_000));
    assert!(judgement.differences.is_empty(), "{judgement:#?}\n{run:#?}");
    run.executions.remove(0)
}

/// The ASL time that the history covers.
fn covered(execution: &RawExecution) -> i64 {
    let events = execution.history.as_ref().unwrap();
    events.last().unwrap().at - events[0].at
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fast_clock_stamps_asl_time() {
    let mut job = everything();
    job.lane = Lane::Quiet;
    let seen = timed(&job, SCALE).await;
    let duration = seen.duration.unwrap();
    assert!((3_000..=seen.watched).contains(&duration), "{seen:#?}");
    assert!(covered(&seen) >= 3_000, "{seen:#?}");
}

/// A machine that waits.
fn waits(seconds: u64) -> Value {
    only(&json!({"Type": "Wait", "Seconds": seconds, "End": true}))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_on_the_wall_stamps_real_time() {
    let mut job = job(waits(20), json!({}), &json!({}));
    job.lane = Lane::Quiet;
    // Simulates an engine that waits for only a twentieth of the time.
    let mut case = (*job.case).clone();
    case.definition = waits(1).into();
    job.case = Arc::new(case);
    let seen = timed(&job, 1.0).await;
    let duration = seen.duration.unwrap();
    assert!((20_000..=seen.watched).contains(&duration), "{seen:#?}");
    assert!(covered(&seen) >= 20_000, "{seen:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_not_the_one_that_was_named_is_noticed() {
    for (speed, named) in [
        (SCALE, &[None, Some(0.5), Some(10.0), Some(40.0)][..]),
        (1.0, &[Some(SCALE)]),
    ] {
        let server = Server::start(0, Speed::Scaled(speed), Deviations::default());
        let server = server.await.unwrap();
        let told = |time_scale| Choice {
            endpoint: Some(server.endpoint()),
            time_scale,
            ..Choice::default()
        };
        for time_scale in named {
            let opened = open(&told(*time_scale), "test").await;
            let Err(Trouble::Clock { measured, .. }) = opened else {
                panic!("{time_scale:?}: {:?}", opened.err());
            };
            // A busy computer makes calls late, on either side.
            let measured: f64 = measured.parse().unwrap();
            assert!((0.5..2.0).contains(&(measured / speed)), "{measured}");
        }
        assert!(open(&told(Some(speed)), "test").await.is_ok());
    }
}
