//! The embedded engine through the SDK, in virtual time.

use serde_json::{Value, json};
use stepproof::{
    client::sdk::{Account, Api, Patience, Wire},
    engines::{
        Engine,
        adapters::{Choice, Embedded},
    },
    job::{Job, Lane, Prepared, prepare},
    judge::{
        compare::{
            judge,
            properties::{Depth, violations},
        },
        observe::Observer,
        policy::HistoryCompare,
    },
    raw::RawRun,
};
use stepproof_generators::{Profile, generate};
use stepproof_specs::observation::Status;

use crate::support::{everything, job, only, starts, task};

async fn engine() -> Embedded {
    Embedded::start(&Choice::default(), "test").await.unwrap()
}

/// Runs a job, which must agree with the reference.
async fn agreed(engine: &Embedded, job: &Job) -> RawRun {
    let run = engine.run(job).await.unwrap();
    let judgement = judge(job, &run, engine.profile().terms(0));
    assert!(judgement.differences.is_empty(), "{judgement:#?}\n{run:#?}");
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_machine_succeeds() {
    let engine = engine().await;
    let pass = only(&json!({"Type": "Pass", "End": true}));
    let run = agreed(&engine, &job(pass, json!({"a": 1}), &json!({}))).await;
    assert_eq!(run.executions[0].output.as_deref(), Some(r#"{"a":1}"#));
    assert!(run.wire.is_empty(), "{:?}", run.wire);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_played_in_virtual_time() {
    let engine = engine().await;
    let run = agreed(&engine, &everything()).await;
    let execution = &run.executions[0];
    assert_eq!(execution.status, Status::Succeeded);
    assert_eq!(execution.duration, Some(3_000));
    let sites: Vec<_> = execution
        .attempts
        .iter()
        .map(|attempt| (attempt.site.as_str(), attempt.taken))
        .collect();
    assert_eq!(
        sites,
        [
            ("First", 0),
            ("First", 1_000),
            ("Fan/0/W", 1_000),
            ("Fan/1/Each/V", 1_000),
            ("Fan/1/Each/V", 1_000),
            ("Fan/1/Each/V", 1_000),
        ]
    );
}

/// How a task with these fields ends under this plan, and after how long.
async fn ends(fields: Value, rules: Value) -> (Status, Option<String>, Option<u64>) {
    let engine = engine().await;
    let job = job(
        only(&task("work", fields)),
        json!({}),
        &json!({ "W": rules }),
    );
    let execution = agreed(&engine, &job).await.executions.remove(0);
    (execution.status, execution.error, execution.duration)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_fails() {
    let fail = json!([{"reply": {"fail": {"error": "Boom", "cause": "because"}}}]);
    let failed = (Status::Failed, Some("Boom".to_owned()), Some(0));
    assert_eq!(ends(json!({}), fail).await, failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_times_out() {
    let timeout = Some("States.Timeout".to_owned());
    let silent = json!([{"reply": "silent"}]);
    let ended = ends(json!({"TimeoutSeconds": 5}), silent.clone()).await;
    assert_eq!(ended, (Status::Failed, timeout.clone(), Some(5_000)));
    let beating = json!([{"reply": "silent", "heartbeats": [900, 1_800]}]);
    let fields = json!({"TimeoutSeconds": 50, "HeartbeatSeconds": 1});
    let ended = ends(fields.clone(), beating).await;
    assert_eq!(ended, (Status::Failed, timeout.clone(), Some(2_800)));
    let ended = ends(fields, json!([{"reply": "ignore"}])).await;
    assert_eq!(ended.1, timeout);
    let late = json!([{"reply": "echo", "after": 7_000}]);
    let ended = ends(json!({"TimeoutSeconds": 5}), late).await;
    assert_eq!(ended, (Status::Failed, timeout, Some(5_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ignored_attempt_is_never_taken() {
    let engine = engine().await;
    let retry = json!([{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 2}]);
    let fields = json!({"TimeoutSeconds": 5, "Retry": retry});
    let plan = json!({"W": [{"attempts_below": 1, "reply": "ignore"}]});
    let job = job(only(&task("work", fields)), json!({"a": 1}), &plan);
    let run = agreed(&engine, &job).await;
    let attempts = &run.executions[0].attempts;
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].taken, 7_000);
    assert_eq!(attempts[0].key.as_ref().unwrap().attempt, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_waits_for_workers_that_are_away() {
    let engine = engine().await;
    let plan = json!({"W": {"away": 2_000, "rules": [{"reply": "echo", "after": 2_000}]}});
    let limits = json!({"TimeoutSeconds": 3});
    let job = job(only(&task("work", limits)), json!({"a": 1}), &plan);
    let run = agreed(&engine, &job).await;
    let execution = &run.executions[0];
    assert_eq!(execution.attempts[0].taken, 2_000);
    assert_eq!(
        (execution.status, execution.duration),
        (Status::Succeeded, Some(4_000))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_sent_again_and_refused() {
    let engine = engine().await;
    let plan = json!({"W": [{"reply": "echo", "lose_answer": true}]});
    let job = job(only(&task("work", json!({}))), json!({}), &plan);
    let run = agreed(&engine, &job).await;
    assert_eq!(run.wire.len(), 1);
    assert_eq!(run.wire[0].trouble, "sent again: TaskTimedOut");
    let reply = run.executions[0].attempts[0].reply.as_ref().unwrap();
    assert_eq!(reply.refused, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_starts_share_a_machine() {
    let engine = engine().await;
    let fail = json!({"W": [{"reply": {"fail": {"error": "No", "cause": "no"}}}]});
    let echo = json!({});
    let job = starts(
        only(&task("work", json!({}))),
        &[(json!(1), &fail), (json!(2), &echo)],
    );
    let run = agreed(&engine, &job).await;
    let ended: Vec<_> = run.executions.iter().map(|ended| ended.status).collect();
    assert_eq!(ended, [Status::Failed, Status::Succeeded]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind() {
    let engine = engine().await;
    agreed(&engine, &everything()).await;
    engine.clean().await.unwrap();
    let api = Api::plain(&engine.endpoint(), &Account::default(), Patience::default());
    let wire = Wire::default();
    assert_eq!(api.machines(&wire, "").await.unwrap().len(), 0);
    assert_eq!(api.activities(&wire, "").await.unwrap().len(), 0);
}

/// The engine's observations of generated cases must have every property.
#[tokio::test(flavor = "multi_thread")]
async fn every_property_is_kept() {
    let engine = engine().await;
    let depth = Depth {
        history: HistoryCompare::Details,
        early: Some(0),
    };
    let mut seen = 0;
    for index in 0..300 {
        let case = generate(&Profile::everything(), 33, index);
        let Prepared::Execution(job) = prepare(&case, Lane::Throughput).unwrap() else {
            continue;
        };
        let run = engine.run(&job).await.unwrap();
        let mut observer = Observer::new(&run.names);
        for execution in &run.executions {
            let found = violations(&job.machine, &observer.execution(execution), depth);
            assert!(
                found.is_empty(),
                "{index}: {found:#?}\n{}",
                job.case.definition
            );
            seen += 1;
        }
    }
    assert!(seen >= 300, "{seen} observations");
}
