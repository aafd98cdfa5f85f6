//! Tests third-party engines, if they are installed on this machine.

use serde_json::{Value, json};
use stepproof::{
    engines::{
        Engine,
        adapters::{Choice, known, open},
        process::Presence,
    },
    raw::RawExecution,
    trouble::Trouble,
};
use stepproof_needs::require;
use stepproof_specs::observation::Status;

use crate::support::{job, task};

/// The engine, if it is installed.
pub async fn engine(name: &str) -> Option<Box<dyn Engine>> {
    let adapter = known().iter().find(|adapter| adapter.name == name).unwrap();
    if let Some(Presence::Missing(command)) = adapter.home.look().await {
        let missing = format!("it is not installed; to install it: {command}");
        return require(name, Err(missing));
    }
    let choice = Choice {
        name: Some(name.to_owned()),
        ..Choice::default()
    };
    Some(open(&choice, "test").await.unwrap())
}

async fn run(engine: &dyn Engine, definition: Value, plan: &Value) -> RawExecution {
    let job = job(definition, json!({ "a": [1] }), plan);
    let mut raw = engine.run(&job).await.unwrap();
    raw.executions.remove(0)
}

fn one(state: &Value) -> Value {
    json!({ "StartAt": "A", "States": { "A": state } })
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_runs_what_needs_no_workers() {
    let Some(moto) = engine("moto").await else {
        return;
    };
    let pass = one(&json!({"Type": "Pass", "End": true}));
    let seen = run(moto.as_ref(), pass, &json!({})).await;
    assert_eq!(seen.status, Status::Succeeded);
    let output: Value = serde_json::from_str(&seen.output.unwrap()).unwrap();
    assert_eq!(output, json!({ "a": [1] }));
    assert!(seen.history.unwrap().len() >= 4);
    let work = job(one(&task("w", json!({}))), json!({}), &json!({}));
    let refused = moto.run(&work).await.unwrap_err();
    assert!(matches!(refused, Trouble::Unsupported(_)), "{refused}");
    moto.clean().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_has_its_tasks_played_and_waits_for_nothing() {
    let Some(library) = engine("aws-local-stepfunctions").await else {
        return;
    };
    let library = library.as_ref();
    assert!(!library.probe().await.unwrap().is_empty());
    let retry = json!([{"ErrorEquals": ["E"], "IntervalSeconds": 3600, "MaxAttempts": 2}]);
    let plan = json!({"A": [
        {"attempts_below": 2, "reply": {"fail": {"error": "E", "cause": "c"}}},
        {"reply": {"succeed": {"b": 2}}}]});
    let seen = run(library, one(&task("w", json!({"Retry": retry}))), &plan).await;
    assert_eq!(seen.status, Status::Succeeded);
    assert_eq!(seen.output.as_deref(), Some("{\"b\":2}"));
    let attempts = &seen.attempts;
    let numbers = attempts
        .iter()
        .map(|it| it.key.as_ref().map(|key| key.attempt));
    assert_eq!(numbers.collect::<Vec<_>>(), [Some(0), Some(1), Some(2)]);
    assert_eq!(attempts[1].taken, 3_600_000);

    let silent = json!({"A": [{"reply": "silent"}]});
    let limited = one(&task("w", json!({"TimeoutSeconds": 9})));
    let seen = run(library, limited, &silent).await;
    assert_eq!(seen.error.as_deref(), Some("States.Timeout"));

    let left = json!({"A": [{"reply": "ignore"}]});
    let limited = one(&task("w", json!({"TimeoutSeconds": 9})));
    let refused = library.run(&job(limited, json!({}), &left)).await;
    assert!(
        matches!(refused, Err(Trouble::Unsupported(_))),
        "{refused:?}"
    );
}
