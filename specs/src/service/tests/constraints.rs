//! What parameters may be.

use serde_json::{Value, json};

use super::{MACHINE, ROLE, all_refused, ask, pass, service, take, working};

#[test]
fn lengths_are_checked_to_the_byte() {
    let mut service = service();
    working(&mut service, &json!({}));
    let token = take(&mut service);
    let wrong =
        |told: &str| format!("ValidationException: 1 validation error detected: Value at {told}");
    let long = |name: &str, most: usize| {
        wrong(&format!(
            "'{name}' failed to satisfy constraint: Member must have length less than or equal to {most}"
        ))
    };
    // Payloads are counted in bytes: é has two.
    for output in [
        "x".repeat(262_143),
        "é".repeat(131_071) + "x",
        "1".repeat(262_145),
    ] {
        let text = Value::from(output).to_string();
        let body = json!({"taskToken": token, "output": text});
        let refused = ask(&mut service, "SendTaskSuccess", &body).unwrap_err();
        assert_eq!(refused, long("output", 262_144), "{}", text.len());
        let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
        let body = json!({"stateMachineArn": machine, "input": text});
        let refused = ask(&mut service, "StartExecution", &body).unwrap_err();
        assert_eq!(refused, long("input", 262_144));
    }
    // Error and cause are counted in characters.
    let fail = |error: usize, cause: usize| json!({"taskToken": token, "executionArn": "x", "error": "é".repeat(error), "cause": "é".repeat(cause)});
    for operation in ["SendTaskFailure", "StopExecution"] {
        let refused = ask(&mut service, operation, &fail(257, 1)).unwrap_err();
        assert_eq!(refused, long("error", 256));
        let refused = ask(&mut service, operation, &fail(256, 32_769)).unwrap_err();
        assert_eq!(refused, long("cause", 32_768));
    }
    let body = json!({"taskToken": "x".repeat(2_049)});
    let refused = ask(&mut service, "SendTaskHeartbeat", &body).unwrap_err();
    assert_eq!(refused, long("taskToken", 2_048));
    let refused = ask(&mut service, "SendTaskHeartbeat", &json!({"taskToken": ""})).unwrap_err();
    assert!(
        refused.ends_with("length greater than or equal to 1"),
        "{refused}"
    );
    let name = "n".repeat(81);
    let refused = ask(&mut service, "CreateActivity", &json!({"name": name})).unwrap_err();
    assert_eq!(
        refused,
        format!(
            "ValidationException: 1 validation error detected: Value '{name}' at 'name' failed to \
             satisfy constraint: Member must have length less than or equal to 80"
        )
    );
    // What is as long as may be is accepted.
    ask(&mut service, "SendTaskFailure", &fail(256, 32_768)).unwrap();
    let mut again = self::service();
    working(&mut again, &json!({}));
    let token = take(&mut again);
    let text = Value::from("é".repeat(131_071)).to_string();
    assert_eq!(text.len(), 262_144);
    let body = json!({"taskToken": token, "output": text});
    ask(&mut again, "SendTaskSuccess", &body).unwrap();
}

#[test]
fn parameters_are_of_their_types_and_within_their_limits() {
    let one =
        |what: &str| format!("ValidationException: 1 validation error detected: Value {what}");
    let machine = |more: Value| {
        let mut body = json!({"name": "m", "definition": pass(), "roleArn": ROLE});
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    };
    let none = "Member must not be null";
    all_refused(
        &mut service(),
        "CreateStateMachine",
        &[
            (
                json!({"roleArn": ROLE, "name": null}),
                &format!(
                    "ValidationException: 2 validation errors detected: Value null at 'name' failed to \
                     satisfy constraint: {none}; Value null at 'definition' failed to satisfy constraint: {none}"
                ),
            ),
            (
                machine(json!({"type": "express"})),
                &one(
                    "'express' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]",
                ),
            ),
            (
                machine(json!({"loggingConfiguration": {"level": "INFO"}})),
                &one(
                    "'INFO' at 'loggingConfiguration.level' failed to satisfy constraint: Member must satisfy enum value set: [ALL, ERROR, FATAL, OFF]",
                ),
            ),
            (
                machine(
                    json!({"loggingConfiguration": {"destinations": [{}, {"cloudWatchLogsLogGroup": {"logGroupArn": ""}}]}}),
                ),
                &one(
                    "'' at 'loggingConfiguration.destinations.2.member.cloudWatchLogsLogGroup.logGroupArn' failed to satisfy constraint: Member must have length greater than or equal to 1",
                ),
            ),
            (
                machine(json!({"encryptionConfiguration": {"kmsKeyId": "k"}})),
                &one(
                    "null at 'encryptionConfiguration.type' failed to satisfy constraint: Member must not be null",
                ),
            ),
            (
                machine(
                    json!({"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsDataKeyReusePeriodSeconds": 59}}),
                ),
                &one(
                    "'59' at 'encryptionConfiguration.kmsDataKeyReusePeriodSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60",
                ),
            ),
            (
                machine(json!({"tags": [{"key": "", "value": "x"}]})),
                &one(
                    "'' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
                ),
            ),
            (
                machine(json!({"publish": true, "versionDescription": "d".repeat(257)})),
                &one(
                    "at 'versionDescription' failed to satisfy constraint: Member must have length less than or equal to 256",
                ),
            ),
            (machine(json!({"name": 1})), "SerializationException"),
            (
                machine(json!({"publish": "true"})),
                "SerializationException",
            ),
            (machine(json!({"tags": {}})), "SerializationException"),
            (json!([]), "SerializationException"),
        ],
    );
    all_refused(
        &mut service(),
        "StartExecution",
        &[
            (
                json!({"stateMachineArn": MACHINE, "traceHeader": "é"}),
                &one(
                    "'é' at 'traceHeader' failed to satisfy constraint: Member must satisfy regular expression pattern: \\p{ASCII}*",
                ),
            ),
            (
                json!({"stateMachineArn": "a".repeat(257)}),
                &one(&format!(
                    "'{}' at 'stateMachineArn' failed to satisfy constraint: Member must have length less than or equal to 256",
                    "a".repeat(257)
                )),
            ),
        ],
    );
}

#[test]
fn every_operation_of_the_model_is_there() {
    let operations = [
        "CreateActivity",
        "CreateStateMachine",
        "CreateStateMachineAlias",
        "DeleteActivity",
        "DeleteStateMachine",
        "DeleteStateMachineAlias",
        "DeleteStateMachineVersion",
        "DescribeActivity",
        "DescribeExecution",
        "DescribeMapRun",
        "DescribeStateMachine",
        "DescribeStateMachineAlias",
        "DescribeStateMachineForExecution",
        "GetActivityTask",
        "GetExecutionHistory",
        "ListActivities",
        "ListExecutions",
        "ListMapRuns",
        "ListStateMachineAliases",
        "ListStateMachineVersions",
        "ListStateMachines",
        "ListTagsForResource",
        "PublishStateMachineVersion",
        "RedriveExecution",
        "SendTaskFailure",
        "SendTaskHeartbeat",
        "SendTaskSuccess",
        "StartExecution",
        "StartSyncExecution",
        "StopExecution",
        "TagResource",
        "UntagResource",
        "UpdateMapRun",
        "UpdateStateMachine",
        "UpdateStateMachineAlias",
        "ValidateStateMachineDefinition",
    ];
    for operation in operations {
        let answer = ask(&mut service(), operation, &json!({}));
        let unknown = answer.is_err_and(|error| error.starts_with("UnknownOperation"));
        assert!(!unknown, "{operation}");
    }
}
