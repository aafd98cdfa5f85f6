//! Machines: what is the same, what changes them, how they are described.

use serde_json::{Value, json};

use super::{MACHINE, ROLE, all_refused, ask, ask_at, create, pass, saying, service, start};
use crate::service::Service;

fn with(more: &Value) -> Value {
    let mut body = json!({"name": "m", "definition": pass(), "roleArn": ROLE});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn described(service: &mut Service, arn: &str) -> Value {
    ask(
        service,
        "DescribeStateMachine",
        &json!({"stateMachineArn": arn}),
    )
    .unwrap()
}

const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:g:*";

fn logging(level: &str, groups: usize) -> Value {
    let group = json!({"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}});
    json!({"level": level, "destinations": vec![group; groups]})
}

#[test]
fn a_machine_is_the_same_by_what_the_api_reference_lists() {
    for (first, again, is_same) in [
        (json!({}), json!({}), true),
        (json!({}), json!({"roleArn": format!("{ROLE}2")}), true),
        (
            json!({}),
            json!({"tags": [{"key": "k", "value": "v"}]}),
            true,
        ),
        (json!({}), json!({"type": "STANDARD"}), true),
        (json!({}), json!({"type": "EXPRESS"}), false),
        (
            json!({}),
            json!({"definition": format!("{} ", pass())}),
            false,
        ),
        (
            json!({}),
            json!({"loggingConfiguration": {"level": "OFF"}}),
            true,
        ),
        (
            json!({}),
            json!({"loggingConfiguration": logging("ALL", 1)}),
            false,
        ),
        (
            json!({}),
            json!({"tracingConfiguration": {"enabled": false}}),
            true,
        ),
        (
            json!({}),
            json!({"tracingConfiguration": {"enabled": true}}),
            false,
        ),
        (
            json!({}),
            json!({"encryptionConfiguration": {"type": "AWS_OWNED_KEY"}}),
            true,
        ),
        (
            json!({}),
            json!({"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}}),
            false,
        ),
        (json!({}), json!({"publish": true}), false),
        (json!({"publish": true}), json!({"publish": true}), true),
        (json!({"publish": true}), json!({}), false),
        (
            json!({"publish": true}),
            json!({"publish": true, "versionDescription": "d"}),
            false,
        ),
    ] {
        let mut service = service();
        let one = ask(&mut service, "CreateStateMachine", &with(&first)).unwrap();
        let other = ask(&mut service, "CreateStateMachine", &with(&again));
        let exists =
            format!("StateMachineAlreadyExists: State Machine Already Exists: '{MACHINE}'");
        assert_eq!(
            other,
            if is_same { Ok(one) } else { Err(exists) },
            "{again}"
        );
    }
}

#[test]
fn settings_are_checked_and_have_defaults() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    let told = described(&mut service, MACHINE);
    let defaults = json!({
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": false},
        "tracingConfiguration": {"enabled": false},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    });
    for (key, value) in defaults.as_object().unwrap() {
        assert_eq!(told[key], *value);
    }
    let given = |more: Value| {
        let mut body = with(&more);
        body["name"] = "n".into();
        body
    };
    let one = "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination.";
    all_refused(
        &mut service,
        "CreateStateMachine",
        &[
            (
                given(json!({"loggingConfiguration": {"level": "ALL"}})),
                one,
            ),
            (
                given(json!({"loggingConfiguration": logging("FATAL", 0)})),
                one,
            ),
            (
                given(json!({"loggingConfiguration": logging("ERROR", 2)})),
                one,
            ),
            (
                given(json!({"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY"}})),
                "InvalidEncryptionConfiguration",
            ),
            (
                given(
                    json!({"encryptionConfiguration": {"type": "AWS_OWNED_KEY", "kmsKeyId": "k"}}),
                ),
                "InvalidEncryptionConfiguration",
            ),
            (
                given(json!({"roleArn": "role"})),
                "InvalidArn: Invalid Role Arn: 'role'",
            ),
            (
                given(json!({"versionDescription": "d"})),
                "ValidationException: Version description can only be set when publish is true",
            ),
        ],
    );
    service.lose_log_group(GROUP);
    all_refused(
        &mut service,
        "CreateStateMachine",
        &[(
            given(json!({"loggingConfiguration": logging("ALL", 1)})),
            "InvalidLoggingConfiguration: Invalid Logging Configuration: Log Destination not found.",
        )],
    );
}

#[test]
fn names_have_only_characters_that_aws_allows() {
    let mut service = service();
    for c in "?*<>{}[]\"#%\\^|~`$&,;:/ \t\n\u{0}\u{1f}\u{7f}\u{9f}\u{fffe}\u{10ffff}".chars() {
        let name = format!("a{c}b");
        let expected = format!("InvalidName: Invalid Name: '{name}'");
        all_refused(
            &mut service,
            "CreateActivity",
            &[(json!({"name": name}), &expected)],
        );
    }
    for name in ["a.b", "a_b-c", "é", "a(b)=c+d@e!'"] {
        ask(&mut service, "CreateActivity", &json!({"name": name})).unwrap();
    }
}

#[test]
fn an_update_makes_a_revision_if_something_is_new() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    let mut update = |more: Value| {
        let mut body = more;
        body["stateMachineArn"] = MACHINE.into();
        ask(&mut service, "UpdateStateMachine", &body).map(|it| it["revisionId"].clone())
    };
    assert_eq!(update(json!({"definition": pass()})), Ok(Value::Null));
    let mut known = vec![Value::Null];
    for more in [
        json!({"definition": saying("1")}),
        json!({"roleArn": format!("{ROLE}2")}),
        json!({"tracingConfiguration": {"enabled": true}}),
        json!({"loggingConfiguration": logging("ALL", 1)}),
        json!({"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}}),
    ] {
        let id = update(more.clone()).unwrap();
        assert!(!known.contains(&id), "{more}");
        assert_eq!(update(more), Ok(id.clone()));
        known.push(id);
    }
    let told = described(&mut service, MACHINE);
    assert_eq!(told["revisionId"], known[5]);
    assert_eq!(told["definition"], saying("1"));
    assert_eq!(told["loggingConfiguration"]["level"], "ALL");
    assert_eq!(told["tracingConfiguration"]["enabled"], true);
    assert_eq!(
        told["encryptionConfiguration"],
        json!({"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k", "kmsDataKeyReusePeriodSeconds": 300})
    );
    let on = |arn: &str, more: Value| {
        let mut body = more;
        body["stateMachineArn"] = arn.into();
        body
    };
    let version = format!("{MACHINE}:1");
    let missing = format!("StateMachineDoesNotExist: State Machine Does Not Exist: '{version}'");
    all_refused(
        &mut service,
        "UpdateStateMachine",
        &[
            (on(MACHINE, json!({})), "MissingRequiredParameter"),
            (
                on(MACHINE, json!({"publish": true})),
                "MissingRequiredParameter",
            ),
            (
                on(MACHINE, json!({"definition": "{}"})),
                "InvalidDefinition",
            ),
            (
                on(
                    MACHINE,
                    json!({"definition": pass(), "versionDescription": "d"}),
                ),
                "ValidationException",
            ),
            (on(&version, json!({"definition": pass()})), &missing),
            (
                on(&format!("{MACHINE}/label"), json!({"definition": pass()})),
                "ValidationException",
            ),
            (
                on("m", json!({"definition": pass()})),
                "InvalidArn: Invalid Arn: 'Invalid ARN prefix: m'",
            ),
        ],
    );
}

#[test]
fn an_execution_keeps_the_revision_that_it_began_with() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    let first = start(&mut service, MACHINE);
    let body = json!({"stateMachineArn": MACHINE, "definition": saying("2"), "roleArn": format!("{ROLE}2")});
    let updated = ask_at(
        &mut service,
        super::NOW.plus(5_000),
        "UpdateStateMachine",
        &body,
    );
    let second = start(&mut service, MACHINE);
    let mut machine_of = |arn: &str| {
        let body = json!({"executionArn": arn});
        ask(&mut service, "DescribeStateMachineForExecution", &body).unwrap()
    };
    let (old, new) = (machine_of(&first), machine_of(&second));
    assert_eq!(old["definition"], pass());
    assert_eq!(
        (&old["roleArn"], &old["updateDate"]),
        (&json!(ROLE), &json!(1.0))
    );
    assert_eq!(old.get("revisionId"), None);
    assert_eq!(new["definition"], saying("2"));
    assert_eq!(new["roleArn"], format!("{ROLE}2"));
    assert_eq!(
        (&new["revisionId"], &new["updateDate"]),
        (&updated["revisionId"], &json!(6.0))
    );
}

#[test]
fn a_description_without_data_has_no_definition() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    let body = json!({"stateMachineArn": MACHINE, "includedData": "METADATA_ONLY"});
    let told = ask(&mut service, "DescribeStateMachine", &body).unwrap();
    assert_eq!(told["definition"], "{}");
    let execution = start(&mut service, MACHINE);
    let body = json!({"executionArn": execution, "includedData": "METADATA_ONLY"});
    let told = ask(&mut service, "DescribeExecution", &body).unwrap();
    assert_eq!((told.get("input"), told.get("output")), (None, None));
    assert_eq!(told["inputDetails"]["included"], false);
}

#[test]
fn the_variables_that_states_read_are_listed() {
    let mut service = service();
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"x": 1, "y": 2, "z": [1]}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"b.$": "$y", "a.$": "States.Format('{}', $x)", "c": "$z"}, "Next": "M"},
        "M": {"Type": "Map", "ItemsPath": "$z", "ItemProcessor": {"StartAt": "I", "States": {
            "I": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $y + $states.input + $count([1]) %}", "End": true}}},
            "End": true},
    }});
    create(&mut service, "m", &definition.to_string(), "r").unwrap();
    assert_eq!(
        described(&mut service, MACHINE)["variableReferences"],
        json!({"B": ["x", "y"], "I": ["y"], "M": ["z"]})
    );
    create(&mut service, "n", &pass(), "r").unwrap();
    let none = MACHINE.replace(":m", ":n");
    assert_eq!(
        described(&mut service, &none).get("variableReferences"),
        None
    );
}
