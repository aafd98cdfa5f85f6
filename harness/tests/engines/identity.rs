//! Machines that compute with the context object: the engine's names and times are not the
//! reference's, and what follows from them must cause no finding.

use serde_json::{Value, json};
use stepproof::{
    engines::{
        Engine,
        adapters::{Choice, open},
        embedded::{Server, Speed},
    },
    job::Job,
    judge::{
        compare::judge,
        verdict::{Judgement, Verdict},
    },
};
use stepproof_specs::{clause::Aspect, deviation::Deviations};

use crate::support::{job, only, task};

/// Values that are computed from who the execution is and when it runs.
const COMPUTED: [&str; 9] = [
    "States.Hash($$.Execution.Id, 'SHA-256')",
    "States.Base64Encode($$.Execution.Name)",
    "States.ArrayLength(States.StringSplit($$.StateMachine.Id, '-'))",
    "States.StringSplit($$.Execution.Name, '-')",
    "States.ArrayGetItem(States.StringSplit($$.Execution.StartTime, ':'), 2)",
    "States.Hash($$.Execution.StartTime, 'MD5')",
    "States.Format('{} of {}', $$.Execution.Name, $$.StateMachine.Name)",
    "States.Hash($$.Execution.RoleArn, 'SHA-1')",
    "States.StringToJson(States.Format('[\"{}\"]', $$.Execution.Id))",
];

/// Rules on who the execution is and when it runs.
fn rules() -> [Value; 6] {
    let execution = |test: &str, operand: Value| {
        let mut rule = json!({"Variable": "$$.Execution.Name", "Next": "Yes"});
        rule[test] = operand;
        rule
    };
    let started = json!({"Variable": "$$.Execution.StartTime", "Next": "Yes",
        "TimestampGreaterThan": "2026-01-02T00:00:00Z"});
    [
        execution("StringMatches", json!("stepproof-*")),
        execution("StringLessThan", json!("f")),
        execution("StringEquals", json!("execution")),
        execution("StringGreaterThanEquals", json!("stepproof")),
        started.clone(),
        json!({"Not": {"Variable": "$$.StateMachine.Id", "StringMatches": "*:machine"}, "Next": "Yes"}),
    ]
}

fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for computed in COMPUTED {
        let parameters = json!({ "it.$": computed });
        let pass = only(&json!({"Type": "Pass", "Parameters": parameters, "End": true}));
        let tasked = only(&task("w", json!({ "Parameters": parameters })));
        jobs.push(job(pass, json!({}), &json!({})));
        jobs.push(job(tasked, json!({}), &json!({})));
    }
    for rule in rules() {
        let definition = json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [rule], "Default": "No"},
            "Yes": {"Type": "Pass", "Result": "yes", "End": true},
            "No": {"Type": "Fail", "Error": "No"},
        }});
        jobs.push(job(definition, json!({}), &json!({})));
    }
    let named =
        json!({"Payload": {"execution.$": "$$.Execution.Id", "at.$": "$$.Execution.StartTime"}});
    jobs.push(job(
        only(&task("w", json!({ "Parameters": named }))),
        json!({}),
        &json!({}),
    ));
    jobs
}

async fn judged(engine: &dyn Engine, job: &Job) -> Judgement {
    let run = engine.run(job).await.unwrap();
    judge(job, &run, engine.profile().terms(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_an_execution_is_causes_no_finding_in_virtual_time() {
    let engine = open(&Choice::default(), "identity").await.unwrap();
    for job in jobs() {
        let judgement = judged(engine.as_ref(), &job).await;
        let verdict = judgement.verdict(|_| false);
        let definition = &job.case.definition;
        assert_eq!(verdict, Verdict::Agree, "{definition}: {judgement:#?}");
    }
}

/// The embedded engine by the clock on the wall; the server lives as long as it is kept.
async fn in_real_time() -> (Server, Box<dyn Engine>) {
    let server = Server::start(0, Speed::Scaled(10.0), Deviations::default());
    let server = server.await.unwrap();
    let choice = Choice {
        endpoint: Some(server.endpoint()),
        time_scale: Some(10.0),
        ..Choice::default()
    };
    (server, open(&choice, "identity").await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_an_execution_is_causes_no_finding_in_real_time() {
    let (_server, engine) = in_real_time().await;
    for job in jobs() {
        let judgement = judged(engine.as_ref(), &job).await;
        assert_eq!(judgement.differences, [], "{}", job.case.definition);
    }
}

/// Judges a run in which the engine's output is another one than it gave.
async fn with_output(engine: &dyn Engine, job: &Job, output: &str) -> Judgement {
    let mut run = engine.run(job).await.unwrap();
    run.executions[0].output = Some(output.to_owned());
    judge(job, &run, engine.profile().terms(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_engine_computes_wrongly_from_its_own_identity_is_found() {
    let parameters = json!({ "it.$": "States.Hash($$.Execution.Id, 'SHA-256')" });
    let state = json!({
        "Type": "Pass", "Parameters": parameters, "ResultPath": "$.r", "End": true
    });
    let job = job(only(&state), json!({ "a": 1 }), &json!({}));
    let engine = open(&Choice::default(), "identity").await.unwrap();
    // It forgets to merge.
    let judgement = with_output(engine.as_ref(), &job, r#"{"it": "abc"}"#).await;
    assert_eq!(judgement.verdict(|_| false), Verdict::Diverge);
    assert_eq!(judgement.differences[0].aspect, Aspect::Output);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_depends_on_the_moment_is_not_judged() {
    let parameters = json!({ "it.$": "States.Hash($$.State.EnteredTime, 'MD5')" });
    let state = json!({ "Type": "Pass", "Parameters": parameters, "End": true });
    let job = job(only(&state), json!({}), &json!({}));
    let (_server, engine) = in_real_time().await;
    let judgement = with_output(engine.as_ref(), &job, r#"{"it": "abc"}"#).await;
    assert_eq!(judgement.verdict(|_| false), Verdict::Poisoned);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_only_this_execution_has_cause_no_finding() {
    let each = only(&task("w", json!({ "ResultSelector": { "v.$": "$.v" } })));
    let map = json!({
        "Type": "Map", "ItemProcessor": each, "End": true,
        "Parameters": { "v.$": "$$.Map.Item.Value" },
        "ItemsPath": "$.parts",
    });
    let split = json!({
        "Type": "Pass", "Next": "M",
        "Parameters": { "parts.$": "States.StringSplit($$.Execution.Name, '-')" },
    });
    let definition = json!({ "StartAt": "S", "States": { "S": split, "M": map } });
    let engine = open(&Choice::default(), "identity").await.unwrap();
    let job = job(definition, json!({}), &json!({}));
    let judgement = judged(engine.as_ref(), &job).await;
    assert_eq!(judgement.differences, []);
}
