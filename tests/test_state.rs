//! `TestState` as its users call it: boto3 against the embedded engine, and the command.

use std::{fs, process::Command};

use serde_json::{Value, json};
use stepproof::engines::embedded::{Server, Speed};
use stepproof_specs::deviation::Deviations;
use stepproof_tests::{expect, python_has};

/// Makes the calls on standard input one after the other, and prints the answers. The host prefix of
/// this operation makes no sense with an address that is a number.
const PROGRAM: &str = r#"
import boto3, botocore.config, botocore.exceptions, json, os, sys
client = boto3.client(
    "stepfunctions", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1",
    aws_access_key_id="a", aws_secret_access_key="b",
    config=botocore.config.Config(inject_host_prefix=False, retries={"max_attempts": 1}))
answers = []
for call in json.loads(os.environ["CALLS"]):
    try:
        answer = client.test_state(**call)
        answer.pop("ResponseMetadata")
        answers.append(answer)
    except botocore.exceptions.ClientError as error:
        answers.append([error.response["Error"]["Code"], error.response["Error"]["Message"]])
print(json.dumps(answers))
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boto3_tests_states_on_the_embedded_engine() {
    if !python_has("boto3") {
        return;
    }
    let machine = json!({"StartAt": "Work", "States": {
        "Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": "f", "Payload.$": "$.p"},
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Rest", "ResultPath": "$.e"}]},
        "Rest": {"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": true}}})
    .to_string();
    let busy = json!({"errorOutput": {"error": "Busy", "cause": "c"}});
    let calls = json!([
        {"definition": machine, "stateName": "Rest", "variables": r#"{"v": [1]}"#, "inspectionLevel": "DEBUG"},
        {"definition": machine, "stateName": "Work", "input": r#"{"p": 1}"#, "mock": {"result": r#"{"StatusCode":200}"#}},
        {"definition": machine, "stateName": "Work", "input": r#"{"p": 1}"#, "mock": busy,
            "stateConfiguration": {"retrierRetryCount": 1}, "inspectionLevel": "TRACE"},
        {"definition": machine, "stateName": "Work", "input": r#"{"p": 1}"#, "mock": busy,
            "stateConfiguration": {"retrierRetryCount": 3}},
        {"definition": machine, "stateName": "Work", "input": r#"{"p": 1}"#},
        {"definition": r#"{"Type": "Pass"}"#},
    ]);
    let shown = |text: &str| text.to_owned();
    let expected = json!([
        {"status": "SUCCEEDED", "output": r#"{"v":[1]}"#, "inspectionData": {"input": "{}", "afterInputPath": "{}",
            "afterParameters": r#"{"v":[1]}"#, "afterResultSelector": r#"{"v":[1]}"#,
            "afterResultPath": r#"{"v":[1]}"#, "variables": r#"{"v":[1]}"#}},
        {"status": "SUCCEEDED", "output": r#"{"StatusCode":200}"#},
        {"status": "RETRIABLE", "error": "Busy", "cause": "c", "inspectionData": {"input": r#"{"p":1}"#,
            "afterInputPath": r#"{"p":1}"#, "afterParameters": r#"{"FunctionName":"f","Payload":1}"#,
            "errorDetails": {"retryIndex": 0, "retryBackoffIntervalSeconds": 4}}},
        {"status": "CAUGHT_ERROR", "error": "Busy", "cause": "c", "nextState": "Rest",
            "output": r#"{"p":1,"e":{"Error":"Busy","Cause":"c"}}"#},
        ["ValidationException", "RoleArn must be specified when testing a Task state"],
        ["InvalidDefinition", shown("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: This object \
            should have only one of the following fields: [Next, End] at /States/StateName'")],
    ]);
    let server = Server::start(0, Speed::Scaled(1.0), Deviations::default())
        .await
        .unwrap();
    let endpoint = server.endpoint();
    let ran = tokio::task::spawn_blocking(move || {
        let mut python = Command::new("python3");
        python.args(["-c", PROGRAM]).env("CALLS", calls.to_string());
        python.env("AWS_ENDPOINT_URL", endpoint).output()
    });
    let ran = ran.await.expect("no panic").expect("python3 starts");
    let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
    let answers: Value = serde_json::from_str(&printed)
        .unwrap_or_else(|_| panic!("{printed}{}", String::from_utf8_lossy(&ran.stderr)));
    assert_eq!(answers, expected);
}

#[test]
fn the_command_tests_a_state() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    let machine = "StartAt: Work\nStates:\n  Work:\n    Type: Task\n    Resource: \
        arn:aws:states:::sqs:sendMessage\n    Parameters: {QueueUrl: q, MessageBody.$: $.b}\n    \
        ResultSelector: {id.$: $.MessageId}\n    End: true\n";
    fs::write(here.join("m.yaml"), machine).expect("a machine");
    let on = |more: &[&'static str]| {
        let mut arguments = vec![
            "test-state",
            "m.yaml",
            "--state",
            "Work",
            "--input",
            r#"{"b": "t"}"#,
        ];
        arguments.extend(more);
        arguments
    };
    let ran = expect(
        here,
        &on(&["--result", r#"{"MessageId": "m"}"#, "--format", "json"]),
        0,
    );
    let told: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(told["output"], json!({"id": "m"}));
    assert_eq!(
        told["inspectionData"]["afterParameters"],
        json!({"QueueUrl": "q", "MessageBody": "t"})
    );
    let ran = expect(here, &on(&["--error", "E", "--cause", "why"]), 0);
    for line in [
        "status",
        "FAILED",
        "afterParameters",
        r#"{"QueueUrl":"q","MessageBody":"t"}"#,
        "why",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    let refused = |more: &[&'static str], words: &[&str]| {
        let ran = expect(here, &on(more), 2);
        for word in words {
            assert!(ran.err.contains(word), "'{word}' is not in: {}", ran.err);
        }
    };
    refused(&[], &["RoleArn", "help:"]);
    refused(
        &["--result", r#"{"MessageId": 1}"#],
        &["Field 'MessageId' must be a string", "help:"],
    );
    refused(&["--result", "1", "--error", "E"], &["cannot be used with"]);
    expect(
        here,
        &on(&["--fields", "none", "--result", r#"{"MessageId": 1}"#]),
        0,
    );
}
