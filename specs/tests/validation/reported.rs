//! What users saw AWS refuse, with other members of the same kinds.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        WorkflowType,
        diagnostic::{Evidence, Extent},
    },
    clause::{Basis, Clause},
    validate::validate,
};

/// The machine with this state alone.
fn alone(mut state: Value) -> Value {
    state["End"] = true.into();
    json!({ "StartAt": "A", "States": { "A": state } })
}

fn task(field: &str, value: &Value) -> Value {
    alone(json!({ "Type": "Task", "Resource": FUNCTION, field: value }))
}

fn pass(field: &str, value: &Value) -> Value {
    alone(json!({ "Type": "Pass", field: value }))
}

/// A refusal that was seen: the code, the message, and the location. What is known of the last two
/// is in the diagnostic's evidence.
fn refused(definition: &Value, workflow: WorkflowType, expected: &[(&str, &str, &str)]) {
    let (machine, diagnostics) = validate(definition, workflow);
    let said: Vec<(&str, &str, &str)> = diagnostics
        .iter()
        .map(|it| {
            let at = it.location.as_deref().unwrap_or("null");
            (it.code.name(), &*it.message, at)
        })
        .collect();
    assert_eq!(said, expected, "{definition}");
    assert_eq!(machine, None);
    for diagnostic in diagnostics {
        let seen = diagnostic.clause.entry().basis == Basis::Observed;
        let known = diagnostic.evidence != Evidence::NONE;
        assert!(seen || !known, "{definition}: {diagnostic}");
    }
}

/// One complaint with the usual code.
fn refused_for(definition: &Value, message: &str, at: &str) {
    let expected = [("SCHEMA_VALIDATION_FAILED", message, at)];
    refused(definition, WorkflowType::Standard, &expected);
}

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// A machine whose one state does not go on by itself.
fn ending(state: &Value) -> Value {
    json!({ "StartAt": "A", "States": { "A": state } })
}

fn distributed(fields: &Value) -> Value {
    let mut map = json!({ "Type": "Map", "ItemProcessor": {
        "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } },
        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
    } });
    for (name, value) in fields.as_object().expect("fields") {
        map[name] = value.clone();
    }
    alone(map)
}

#[test]
fn a_resource_is_an_arn() {
    for resource in [
        "SOME_FUNCTION_ARN",
        "",
        "http://a",
        "arn:aws:lambda",
        "lambda:invoke",
    ] {
        let definition = alone(json!({ "Type": "Task", "Resource": resource }));
        let message = "Value is not a valid resource ARN";
        refused_for(&definition, message, "/States/A/Resource");
    }
    let reader = distributed(&json!({ "ItemReader": { "Resource": "s3" } }));
    let at = "/States/A/ItemReader/Resource";
    refused_for(&reader, "Value is not a valid resource ARN", at);
    for resource in [
        FUNCTION,
        "${Function.Arn}",
        "arn:aws:states:::sqs:sendMessage",
    ] {
        let definition = alone(json!({ "Type": "Task", "Resource": resource }));
        assert!(validate(&definition, WorkflowType::Standard).0.is_some());
    }
}

/// Makes a machine that has this path somewhere.
type Make<'m> = &'m dyn Fn(&str) -> Value;

#[test]
fn reference_paths_begin_with_a_dollar_and_select_one_value() {
    let rule = |test: Value| {
        let mut rule = json!({ "Next": "B" });
        for (name, value) in test.as_object().expect("a test") {
            rule[name] = value.clone();
        }
        json!({ "StartAt": "A", "States": {
            "A": { "Type": "Choice", "Choices": [rule], "Default": "B" },
            "B": { "Type": "Succeed" } } })
    };
    let map = |field: &str, path: &str| {
        let inner = json!({ "StartAt": "P", "States": { "P": { "Type": "Succeed" } } });
        alone(json!({ "Type": "Map", "ItemProcessor": inner, field: path }))
    };
    let work = |field: &str, path: &str| {
        alone(json!({ "Type": "Task", "Resource": FUNCTION, field: path }))
    };
    let wait = |field: &str, path: &str| alone(json!({ "Type": "Wait", field: path }));
    let make: [(&str, Make<'_>); 14] = [
        ("Choices[0]/Variable", &|path| {
            rule(json!({ "Variable": path, "IsNull": true }))
        }),
        ("Choices[0]/Not/Variable", &|path| {
            rule(json!({ "Not": { "Variable": path, "IsNull": true } }))
        }),
        ("Choices[0]/StringEqualsPath", &|path| {
            rule(json!({ "Variable": "$.a", "StringEqualsPath": path }))
        }),
        ("ItemsPath", &|path| map("ItemsPath", path)),
        ("MaxConcurrencyPath", &|path| {
            map("MaxConcurrencyPath", path)
        }),
        ("ToleratedFailureCountPath", &|path| {
            map("ToleratedFailureCountPath", path)
        }),
        ("ResultPath", &|path| pass("ResultPath", &path.into())),
        ("SecondsPath", &|path| wait("SecondsPath", path)),
        ("TimestampPath", &|path| wait("TimestampPath", path)),
        ("TimeoutSecondsPath", &|path| {
            work("TimeoutSecondsPath", path)
        }),
        ("HeartbeatSecondsPath", &|path| {
            work("HeartbeatSecondsPath", path)
        }),
        ("ItemReader/ReaderConfig/MaxItemsPath", &|path| {
            let reader = json!({ "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": { "MaxItemsPath": path } });
            distributed(&json!({ "ItemReader": reader }))
        }),
        ("ItemBatcher/MaxItemsPerBatchPath", &|path| {
            distributed(&json!({ "ItemBatcher": { "MaxItemsPerBatchPath": path } }))
        }),
        ("Catch[0]/ResultPath", &|path| {
            let catch = json!([{ "ErrorEquals": ["States.ALL"], "Next": "B", "ResultPath": path }]);
            json!({ "StartAt": "A", "States": {
                "A": { "Type": "Task", "Resource": FUNCTION, "Catch": catch, "Next": "B" },
                "B": { "Type": "Succeed" } } })
        }),
    ];
    for (field, make) in make {
        let at = format!("/States/A/{field}");
        let message = "Value is not a Reference Path: Reference path didn't start with '$'";
        refused_for(&make("Test"), message, &at);
        for path in ["$.a[*].b", "$..b", "$.a[0,1]", "$.a[0:2]"] {
            refused_for(&make(path), "Value is not a Reference Path", &at);
        }
        for path in ["$.a['b c'][0]", "$['a:b']", r"$.a\:b", r"$.a['it\'s,x']"] {
            let accepted = validate(&make(path), WorkflowType::Standard);
            assert!(accepted.0.is_some(), "{field} {path}: {:?}", accepted.1);
        }
        // Whether AWS refuses these is not known.
        for path in [
            "$.a[?(@.b == 1)]",
            "$.a[-1]",
            "$.a.length()",
            "$.a[(@.length-1)]",
            "$.a:b",
            r"$.foo\@bar.baz\[\[.\?pretty",
        ] {
            let doubted = validate(&make(path), WorkflowType::Standard);
            let clauses: Vec<_> = doubted.1.iter().map(|it| it.clause).collect();
            assert_eq!(
                clauses,
                [Clause::ValidateReferenceDoubtful],
                "{field} {path}"
            );
        }
    }
    let error = ending(&json!({ "Type": "Fail", "ErrorPath": "$.a[*]" }));
    refused_for(
        &error,
        "Value is not a Reference Path",
        "/States/A/ErrorPath",
    );
}

#[test]
fn paths_of_inputs_and_outputs_are_json_paths() {
    for field in ["InputPath", "OutputPath"] {
        for path in ["Test", "", "$.", "$.a["] {
            let at = format!("/States/A/{field}");
            refused_for(
                &pass(field, &path.into()),
                "Value must be a valid JSONPath.",
                &at,
            );
        }
    }
}

#[test]
fn the_version_is_one() {
    for version in ["2.0", "1", ""] {
        let mut definition = alone(json!({ "Type": "Pass" }));
        definition["Version"] = version.into();
        refused_for(
            &definition,
            "Value should be one of the following: [1.0]",
            "/Version",
        );
    }
}

#[test]
fn numbers_have_maxima() {
    let wait = alone(json!({ "Type": "Wait", "Seconds": 10_000_000_000_000_000_u64 }));
    refused_for(&wait, "Maximum value is 99999999", "/States/A/Seconds");
    let retry = |field: &str, value: u64| {
        let retrier = json!({ "ErrorEquals": ["E"], field: value });
        alone(json!({ "Type": "Task", "Resource": FUNCTION, "Retry": [retrier] }))
    };
    for (field, value, most) in [
        ("IntervalSeconds", 100_000_000, "99999999"),
        ("MaxAttempts", 100_000_000, "99999999"),
        ("MaxDelaySeconds", 31_622_401, "31622400"),
    ] {
        let at = format!("/States/A/Retry[0]/{field}");
        refused_for(
            &retry(field, value),
            &format!("Maximum value is {most}"),
            &at,
        );
    }
    for field in ["TimeoutSeconds", "HeartbeatSeconds"] {
        let definition = task(field, &json!(100_000_000));
        let (_, said) = validate(&definition, WorkflowType::Standard);
        assert_eq!(said[0].message, "Maximum value is 99999999");
        // That the default is the maximum too is only assumed.
        assert_eq!(said[0].clause.entry().basis, Basis::Assumed);
    }
}

#[test]
fn states_all_is_alone_and_last() {
    let text = "States.ALL must appear alone and at end of list";
    for list in ["Retry", "Catch"] {
        for (names, other, at) in [
            (json!(["States.ALL"]), Some(json!(["E"])), 0),
            (json!(["States.ALL", "E"]), None, 0),
            (json!(["E", "States.ALL"]), None, 1),
        ] {
            let entry = |names: &Value| match list {
                "Retry" => json!({ "ErrorEquals": names }),
                _ => json!({ "ErrorEquals": names, "Next": "B" }),
            };
            let entries: Vec<Value> = [Some(names), other].iter().flatten().map(entry).collect();
            let definition = json!({ "StartAt": "A", "States": {
                "A": { "Type": "Task", "Resource": FUNCTION, list: entries, "Next": "B" },
                "B": { "Type": "Succeed" } } });
            let at = format!("/States/A/{list}[0]/ErrorEquals[{at}]");
            refused_for(&definition, text, &at);
        }
    }
}

#[test]
fn of_some_fields_there_is_one() {
    let inner = json!({ "StartAt": "P", "States": { "P": { "Type": "Succeed" } } });
    let timeout = json!({ "Type": "Task", "Resource": FUNCTION, "End": true,
        "TimeoutSeconds": 1, "TimeoutSecondsPath": "$.a" });
    let heartbeat = json!({ "Type": "Task", "Resource": FUNCTION, "End": true,
        "HeartbeatSeconds": 1, "HeartbeatSecondsPath": "$.a" });
    for (state, names) in [
        (
            json!({ "Type": "Pass", "Next": "A", "End": true }),
            "[Next, End]",
        ),
        (
            json!({ "Type": "Wait", "Seconds": 1, "SecondsPath": "$.a", "End": true }),
            "[SecondsPath, Seconds, TimestampPath, Timestamp]",
        ),
        (timeout, "[TimeoutSeconds, TimeoutSecondsPath]"),
        (heartbeat, "[HeartbeatSeconds, HeartbeatSecondsPath]"),
        (
            json!({ "Type": "Map", "ItemProcessor": inner, "Iterator": inner, "End": true }),
            "[ItemProcessor, Iterator]",
        ),
        (
            json!({ "Type": "Fail", "Error": "E", "ErrorPath": "$.e" }),
            "[ErrorPath, Error]",
        ),
        (
            json!({ "Type": "Fail", "Cause": "C", "CausePath": "$.c" }),
            "[CausePath, Cause]",
        ),
    ] {
        let message = format!("There should only be one of the following fields: {names}");
        refused_for(&ending(&state), &message, "/States/A");
    }
    for (state, names) in [
        (json!({ "Type": "Pass" }), "[Next, End]"),
        (
            json!({ "Type": "Wait", "End": true }),
            "[SecondsPath, Seconds, TimestampPath, Timestamp]",
        ),
        (
            json!({ "Type": "Map", "End": true }),
            "[ItemProcessor, Iterator]",
        ),
    ] {
        let message = format!("This object should have only one of the following fields: {names}");
        refused_for(&ending(&state), &message, "/States/A");
    }
}

#[test]
fn an_express_machine_does_not_distribute() {
    let message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
    let at = "/States/A/ItemProcessor/ProcessorConfig/Mode";
    let expected = [("SCHEMA_VALIDATION_FAILED", message, at)];
    refused(&distributed(&json!({})), WorkflowType::Express, &expected);
}

#[test]
fn no_variable_is_called_states() {
    let message = "Cannot assign to reserved variable '$states'.";
    let assign = json!({ "states": 1 });
    let rule = json!({ "Variable": "$.a", "IsNull": true, "Next": "B", "Assign": assign });
    let catcher = json!({ "ErrorEquals": ["States.ALL"], "Next": "B", "Assign": assign });
    for (state, at) in [
        (
            json!({ "Type": "Pass", "Assign": assign, "Next": "B" }),
            "Assign",
        ),
        (
            json!({ "Type": "Pass", "Assign": { "states.$": "$" }, "Next": "B" }),
            "Assign",
        ),
        (
            json!({ "Type": "Choice", "Choices": [rule], "Default": "B" }),
            "Choices[0]/Assign",
        ),
        (
            json!({ "Type": "Task", "Resource": FUNCTION, "Catch": [catcher], "Next": "B" }),
            "Catch[0]/Assign",
        ),
    ] {
        let definition = json!({ "StartAt": "A", "States": {
            "A": state, "B": { "Type": "Succeed" } } });
        let at = format!("/States/A/{at}/states");
        let expected = [("RESERVED_VARIABLE_NAME", message, &*at)];
        refused(&definition, WorkflowType::Standard, &expected);
    }
}

#[test]
fn what_reads_a_csv_file_says_where_its_header_is() {
    let read = |config: Value| {
        let reader = json!({ "Resource": "arn:aws:states:::s3:getObject",
            "Parameters": { "Bucket": "b", "Key": "k" }, "ReaderConfig": config });
        distributed(&json!({ "ItemReader": reader }))
    };
    let at = "/States/A/ItemReader/ReaderConfig";
    for (config, message) in [
        (
            json!({ "InputType": "CSV" }),
            "The field 'CSVHeaderLocation' is required",
        ),
        (
            json!({ "InputType": "CSV", "CSVHeaderLocation": "GIVEN" }),
            "The field 'CSVHeaders' is required",
        ),
        (
            json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVHeaders": ["a"] }),
            "Field 'CSVHeaders' is not supported",
        ),
        (
            json!({ "InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW" }),
            "Field 'CSVHeaderLocation' is not supported",
        ),
        (
            json!({ "InputType": "JSONL", "CSVHeaderLocation": "FIRST_ROW" }),
            "Field 'CSVHeaderLocation' is not supported",
        ),
        (
            json!({ "InputType": "JSON", "CSVDelimiter": "TAB" }),
            "Field 'CSVDelimiter' is not supported",
        ),
        (
            json!({ "InputType": "PARQUET", "ItemsPointer": "/a" }),
            "Field 'ItemsPointer' is not supported",
        ),
        (
            json!({ "InputType": "JSON", "Foo": 1 }),
            "Field 'Foo' is not supported",
        ),
    ] {
        refused_for(&read(config), message, at);
    }
    for config in [
        json!({ "InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"] }),
        json!({ "InputType": "CSV", "ManifestType": "ATHENA_DATA" }),
        json!({ "InputType": "JSON", "ItemsPointer": "/a", "MaxItems": 1 }),
    ] {
        let (machine, said) = validate(&read(config), WorkflowType::Standard);
        assert!(machine.is_some(), "{said:?}");
    }
}

#[test]
fn unknown_fields_are_refused() {
    for field in ["Timeout", "next", "Foo"] {
        let definition = alone(json!({ "Type": "Pass", field: 1 }));
        refused_for(
            &definition,
            &format!("Field '{field}' is not supported"),
            "/States/A",
        );
    }
}

#[test]
fn one_complaint_does_not_hide_the_others() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": "r", "TimeoutSeconds": 0, "Next": "Nowhere" },
        "B": { "Type": "Task", "End": true },
    } });
    let expected = [
        (
            "SCHEMA_VALIDATION_FAILED",
            "Minimum value is 1",
            "/States/A/TimeoutSeconds",
        ),
        (
            "SCHEMA_VALIDATION_FAILED",
            "These fields are required: [Resource]",
            "/States/B",
        ),
        (
            "MISSING_TRANSITION_TARGET",
            "Missing 'Next' target: Nowhere",
            "/States/A/Next",
        ),
        (
            "SCHEMA_VALIDATION_FAILED",
            "Value is not a valid resource ARN",
            "/States/A/Resource",
        ),
    ];
    refused(&definition, WorkflowType::Standard, &expected);
}

/// No more is claimed of AWS's answer than was seen of it: that much is compared.
#[test]
fn as_much_is_claimed_as_was_seen() {
    let reference_start = Evidence {
        message: Extent::Start,
        ..Evidence::WHOLE
    };
    let inner = json!({ "StartAt": "P", "States": { "P": { "Type": "Succeed" } } });
    let map =
        |path: &str| alone(json!({ "Type": "Map", "ItemProcessor": inner, "ItemsPath": path }));
    let rule = |variable: &str| {
        let rule = json!({ "Variable": variable, "IsNull": true, "Next": "A" });
        ending(&json!({ "Type": "Choice", "Choices": [rule] }))
    };
    let mut second = pass("Comment", &json!(""));
    second["Version"] = "2.0".into();
    for (definition, evidence) in [
        (rule("a"), Evidence::WHOLE),
        (rule("$.a[*]"), Evidence::NONE),
        (map("$.a[*].b"), reference_start),
        (map("$..b"), Evidence::NONE),
        (map("$.a[?(@.b == 1)]"), Evidence::NONE),
        (pass("OutputPath", &json!("a")), Evidence::WHOLE),
        (pass("ResultPath", &json!("a")), Evidence::NONE),
        (second, Evidence::TEXT),
        (
            alone(json!({ "Type": "Wait", "Seconds": 100_000_000 })),
            Evidence::WHOLE,
        ),
        (task("TimeoutSeconds", &json!(100_000_000)), Evidence::NONE),
        (
            alone(json!({ "Type": "Task", "Resource": "a" })),
            Evidence::WHOLE,
        ),
        (ending(&json!({ "Type": "Pass" })), Evidence::TEXT),
        (alone(json!({ "Type": "Wait" })), Evidence::NONE),
        (
            alone(json!({ "Type": "Wait", "Seconds": 1, "SecondsPath": "$.a" })),
            Evidence::CODE,
        ),
        (
            alone(
                json!({ "Type": "Wait", "QueryLanguage": "JSONata", "Seconds": 1,
                "Timestamp": "2026-01-01T00:00:00Z" }),
            ),
            Evidence::NONE,
        ),
        (alone(json!({ "Type": "Map" })), Evidence::NONE),
        (
            alone(json!({ "Type": "Map", "ItemProcessor": inner, "Iterator": inner })),
            Evidence::CODE,
        ),
        (pass("Assign", &json!({ "states": 1 })), Evidence::TEXT),
        (
            alone(json!({ "Type": "Pass", "Timeout": 1 })),
            Evidence::TEXT,
        ),
        (
            alone(json!({ "Type": "Pass", "Output": 1 })),
            Evidence::WHOLE,
        ),
    ] {
        let (_, diagnostics) = validate(&definition, WorkflowType::Standard);
        let first = diagnostics.first().expect("a complaint");
        assert_eq!(first.evidence, evidence, "{definition}: {first}");
    }
}
