//! What the service says of definitions.

use serde_json::{Value, json};

use super::{ask, create, service};

/// An answer of `ValidateStateMachineDefinition`.
fn validated(definition: &str, more: &Value) -> Result<Value, String> {
    let mut body = json!({ "definition": definition });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    ask(&mut service(), "ValidateStateMachineDefinition", &body)
}

fn codes(answer: &Value) -> Vec<&str> {
    let diagnostics = answer["diagnostics"].as_array().unwrap().iter();
    diagnostics.map(|it| it["code"].as_str().unwrap()).collect()
}

#[test]
fn warnings_are_listed_if_they_are_asked_for() {
    let warned = r#"{"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "$.e"}}}"#;
    for (more, expected) in [
        (json!({}), &[][..]),
        (json!({ "severity": "ERROR" }), &[]),
        (json!({ "severity": "WARNING" }), &["NO_PATH"]),
    ] {
        let answer = validated(warned, &more).unwrap();
        assert_eq!(codes(&answer), expected);
        assert_eq!(answer["result"], "OK");
        assert_eq!(answer["truncated"], false);
    }
    let answer = validated(warned, &json!({ "severity": "WARNING" })).unwrap();
    assert_eq!(answer["diagnostics"][0]["severity"], "WARNING");
    create(&mut service(), "m", warned, "r").unwrap();
    let refused = warned.replace("\"A\": {", "\"B\": {");
    for (severity, expected) in [("ERROR", 2), ("WARNING", 3)] {
        let answer = validated(&refused, &json!({ "severity": severity })).unwrap();
        assert_eq!(codes(&answer).len(), expected, "{answer}");
        assert_eq!(answer["result"], "FAIL");
    }
    let error = validated(warned, &json!({ "severity": "INFO" })).unwrap_err();
    assert_eq!(
        error,
        "ValidationException: 1 validation error detected: Value 'INFO' at 'severity' failed to \
         satisfy constraint: Member must satisfy enum value set: [ERROR, WARNING]"
    );
}

#[test]
fn no_more_diagnostics_are_listed_than_may_be() {
    let result: Vec<&str> = vec!["$.a"; 150];
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Result": result, "End": true } } });
    let definition = definition.to_string();
    for (most, listed) in [
        (json!(null), 100),
        (json!(0), 100),
        (json!(7), 7),
        (json!(100), 100),
    ] {
        let more = json!({ "severity": "WARNING", "maxResults": most });
        let answer = validated(&definition, &more).unwrap();
        assert_eq!(codes(&answer).len(), listed);
        assert_eq!(answer["truncated"], true);
    }
    for (most, relation) in [
        (json!(101), "less than or equal to 100"),
        (json!(-1), "greater than or equal to 0"),
    ] {
        let error = validated(&definition, &json!({ "maxResults": most })).unwrap_err();
        assert_eq!(
            error,
            format!(
                "ValidationException: 1 validation error detected: Value '{most}' at 'maxResults' \
                 failed to satisfy constraint: Member must have value {relation}"
            )
        );
    }
}

/// As it was recorded of AWS.
#[test]
fn a_list_has_at_most_a_thousand_items() {
    let list = |most: u64| {
        ask(
            &mut service(),
            "ListStateMachines",
            &json!({ "maxResults": most }),
        )
    };
    assert!(list(1_000).is_ok());
    assert_eq!(
        list(1_001).unwrap_err(),
        "ValidationException: 1 validation error detected: Value '1001' at 'maxResults' failed to \
         satisfy constraint: Member must have value less than or equal to 1000"
    );
}

#[test]
fn a_machine_is_created_if_and_only_if_it_is_valid() {
    let no_object = "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null";
    let no_end = "MISSING_END_STATE: Workflow has no terminal state at null";
    let required = |names: &str| {
        format!("SCHEMA_VALIDATION_FAILED: These fields are required: [{names}] at /")
    };
    for (definition, expected) in [
        ("", no_object.to_owned()),
        (" \n", no_object.to_owned()),
        ("null", no_object.to_owned()),
        ("[]", no_object.to_owned()),
        ("{}", required("States, StartAt")),
        (r#"{"StartAt": "A"}"#, required("States")),
        (r#"{"States": {}}"#, required("StartAt")),
        (
            r#"{"StartAt": "A", "States": {}}"#,
            format!("MISSING_TRANSITION_TARGET: Missing 'Next' target: A at /StartAt, {no_end}"),
        ),
    ] {
        let refused = create(&mut service(), "m", definition, "r").unwrap_err();
        assert_eq!(
            refused,
            format!("InvalidDefinition: Invalid State Machine Definition: '{expected}'")
        );
        let answer = validated(definition, &json!({})).unwrap();
        assert_eq!(answer["result"], "FAIL");
        for code in codes(&answer) {
            assert!(refused.contains(code), "{answer}");
        }
    }
}
