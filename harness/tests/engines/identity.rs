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
use stepproof_specs::deviation::Deviations;

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

#[tokio::test(flavor = "multi_thread")]
async fn who_an_execution_is_causes_no_finding_in_real_time() {
    let server = Server::start(0, Speed::Scaled(10.0), Deviations::default());
    let server = server.await.unwrap();
    let choice = Choice {
        endpoint: Some(server.endpoint()),
        time_scale: Some(10.0),
        ..Choice::default()
    };
    let engine = open(&choice, "identity").await.unwrap();
    for job in jobs() {
        let judgement = judged(engine.as_ref(), &job).await;
        assert_eq!(judgement.differences, [], "{}", job.case.definition);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_identity_is_found() {
    let engine = open(&Choice::default(), "identity").await.unwrap();
    let parameters = json!({ "it.$": "States.Hash($$.Execution.Id, 'SHA-256')" });
    let definition = |parameters: Value| {
        only(&json!({"Type": "Pass", "Parameters": parameters, "ResultPath": "$.r", "End": true}))
    };
    let job = job(definition(parameters), json!({ "a": 1 }), &json!({}));
    let mut run = engine.run(&job).await.unwrap();
    // The engine forgets to merge.
    run.executions[0].output = Some(r#"{"it": "abc"}"#.to_owned());
    let judgement = judge(&job, &run, engine.profile().terms(0));
    // The output depends on the identity, so that it is not judged; the history is.
    assert_ne!(judgement.verdict(|_| false), Verdict::Agree);
}
