//! Fields, types, ranges, paths and templates.

use serde_json::{Value, json};

use super::{check_machines, check_states};

#[test]
fn the_top_level_has_its_fields() {
    let pass = json!({"Type": "Pass", "End": true});
    check_machines(&[
        (
            json!([]),
            &["Definition must be a valid JSON object at null"],
        ),
        (
            json!({}),
            &["These fields are required: [States, StartAt] at /"],
        ),
        (
            json!({"StartAt": "A", "States": []}),
            &["The value for the field 'States' must be an OBJECT at /States"],
        ),
        (
            json!({"StartAt": 1, "States": {"A": pass}}),
            &["The value for the field 'StartAt' must be a STRING at /StartAt"],
        ),
        (
            json!({"StartAt": "A", "States": {"A": pass}, "Foo": 1, "Version": 2, "TimeoutSeconds": -1}),
            &[
                "Field 'Foo' is not supported at /",
                "The value for the field 'Version' must be a STRING at /Version",
                "Minimum value is 0 at /TimeoutSeconds",
            ],
        ),
        (
            json!({"StartAt": "A", "States": {"A": pass}, "Version": "1.0", "TimeoutSeconds": 0, "Comment": "c"}),
            &[],
        ),
    ]);
}

#[test]
fn a_state_has_a_type_and_the_fields_of_its_type() {
    check_states(&[
        (json!(1), &["The value must be an OBJECT at ~"]),
        (
            json!({"End": true}),
            &["These fields are required: [Type] at ~"],
        ),
        (
            json!({"Type": "Foo", "End": true}),
            &[
                "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at ~/Type",
            ],
        ),
        (
            json!({"Type": "Pass", "End": true, "TimeoutSeconds": 5}),
            &["Field 'TimeoutSeconds' is not supported at ~"],
        ),
        (
            json!({"Type": "Pass", "End": true, "Catch": []}),
            &["Field 'Catch' is not supported at ~"],
        ),
        (
            json!({"Type": "Succeed", "Assign": {}}),
            &["Field 'Assign' is not supported at ~"],
        ),
        (
            json!({"Type": "Fail", "Comment": "c", "InputPath": "$"}),
            &["Field 'InputPath' is not supported at ~"],
        ),
        (
            json!({"Type": "Wait", "Seconds": 1, "ResultPath": null, "End": true}),
            &["Field 'ResultPath' is not supported at ~"],
        ),
        (
            json!({"Type": "Pass", "End": true, "comment": "c"}),
            &["Field 'comment' is not supported at ~"],
        ),
        (
            json!({"Type": "Task", "End": true}),
            &["These fields are required: [Resource] at ~"],
        ),
        (
            json!({"Type": "Parallel", "End": true}),
            &["These fields are required: [Branches] at ~"],
        ),
        (
            json!({"Type": "Parallel", "End": true, "Branches": []}),
            &["Value cannot be empty at ~/Branches"],
        ),
        (
            json!({"Type": "Map", "End": true}),
            &[
                "This object should have only one of the following fields: [ItemProcessor, Iterator] at ~",
            ],
        ),
        (
            json!({"Type": "Parallel", "End": true, "Branches": [{"QueryLanguage": "JSONata", "StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]}),
            &["Field 'QueryLanguage' is not supported at ~/Branches[0]"],
        ),
    ]);
}

#[test]
fn a_state_has_exactly_one_of_next_and_end() {
    let one = "This object should have only one of the following fields: [Next, End] at ~";
    check_states(&[
        (json!({"Type": "Pass"}), &[one]),
        (json!({"Type": "Pass", "End": false}), &[one]),
        (
            json!({"Type": "Pass", "End": true, "Next": "T"}),
            &["There should only be one of the following fields: [Next, End] at ~"],
        ),
        (
            json!({"Type": "Pass", "End": "yes"}),
            &["The value for the field 'End' must be a BOOLEAN at ~/End"],
        ),
        (
            json!({"Type": "Succeed", "End": true}),
            &["Field 'End' is not supported at ~"],
        ),
    ]);
}

#[test]
fn the_query_language_decides_which_fields_there_are() {
    let in_jsonata = |field: &str| {
        format!(
            "The QueryLanguage is set to 'JSONata', but field '{field}' is only supported for the 'JSONPath' QueryLanguage at ~"
        )
    };
    let in_jsonpath = |field: &str| {
        format!(
            "The QueryLanguage is set to 'JSONPath', but field '{field}' is only supported for the 'JSONata' QueryLanguage at ~"
        )
    };
    check_states(&[
        (
            json!({"Type": "Pass", "Output": 1, "End": true}),
            &[&in_jsonpath("Output")],
        ),
        (
            json!({"Type": "Pass", "QueryLanguage": "JSONata", "Result": 1, "End": true}),
            &[&in_jsonata("Result")],
        ),
        (
            json!({"Type": "Wait", "QueryLanguage": "JSONata", "SecondsPath": "$.s", "End": true}),
            &[
                &in_jsonata("SecondsPath"),
                "This object should have only one of the following fields: [Seconds, Timestamp] at ~",
            ],
        ),
        (
            json!({"Type": "Choice", "Choices": [{"Condition": true, "Next": "T"}]}),
            &[&format!("{}/Choices[0]", in_jsonpath("Condition"))],
        ),
        // Every word but "JSONPath" means JSONata, and the complaint about the word comes on top.
        (
            json!({"Type": "Pass", "QueryLanguage": "jsonpath", "InputPath": "$", "End": true}),
            &[
                &in_jsonata("InputPath"),
                "Value should be one of the following: [JSONPath, JSONata] at ~/QueryLanguage",
            ],
        ),
        (
            json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": ["{% 1"]}, "End": true}),
            &["A JSONata expression starts with {% and ends with %} at ~/Output/a[0]"],
        ),
    ]);
    let pass = json!({"Type": "Pass", "QueryLanguage": "JSONPath", "Output": 1, "End": true});
    let map = json!({"Type": "Map", "QueryLanguage": "JSONata", "End": true,
        "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Output": 1, "End": true}}}});
    check_machines(&[
        (
            json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": pass}}),
            &[
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A",
            ],
        ),
        // The language of a Map is not inherited by the states inside it.
        (
            json!({"StartAt": "M", "States": {"M": map}}),
            &[
                "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/M/ItemProcessor/States/I",
            ],
        ),
    ]);
}

#[test]
fn numbers_have_types_and_ranges() {
    let task = |name: &str, value: Value| {
        let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": true});
        state[name] = value;
        state
    };
    let retry = |name: &str, value: Value| {
        let mut retrier = json!({"ErrorEquals": ["E"]});
        retrier[name] = value;
        task("Retry", json!([retrier]))
    };
    check_states(&[
        (
            task("TimeoutSeconds", json!(0)),
            &["Minimum value is 1 at ~/TimeoutSeconds"],
        ),
        (task("TimeoutSeconds", json!(99_999_999)), &[]),
        (
            task("TimeoutSeconds", json!(100_000_000)),
            &["Maximum value is 99999999 at ~/TimeoutSeconds"],
        ),
        (
            json!({"Type": "Wait", "Seconds": 1e30, "End": true}),
            &["Maximum value is 99999999 at ~/Seconds"],
        ),
        (
            task("TimeoutSeconds", json!(1.5)),
            &["The value for the field 'TimeoutSeconds' must be an INTEGER at ~/TimeoutSeconds"],
        ),
        (
            task("TimeoutSeconds", json!("{% 1 %}")),
            &["The value for the field 'TimeoutSeconds' must be an INTEGER at ~/TimeoutSeconds"],
        ),
        (
            task("HeartbeatSeconds", json!(null)),
            &[
                "The value for the field 'HeartbeatSeconds' must be an INTEGER at ~/HeartbeatSeconds",
            ],
        ),
        (
            retry("IntervalSeconds", json!(0)),
            &["Minimum value is 1 at ~/Retry[0]/IntervalSeconds"],
        ),
        (retry("MaxAttempts", json!(0)), &[]),
        (
            retry("MaxAttempts", json!(100_000_000)),
            &["Maximum value is 99999999 at ~/Retry[0]/MaxAttempts"],
        ),
        (retry("BackoffRate", json!(1)), &[]),
        (
            retry("BackoffRate", json!(0.99)),
            &["Minimum value is 1 at ~/Retry[0]/BackoffRate"],
        ),
        (
            retry("MaxDelaySeconds", json!(0)),
            &["Minimum value is 1 at ~/Retry[0]/MaxDelaySeconds"],
        ),
        (
            retry("MaxDelaySeconds", json!(31_622_401)),
            &["Maximum value is 31622400 at ~/Retry[0]/MaxDelaySeconds"],
        ),
        (
            retry("JitterStrategy", json!("HALF")),
            &["Value should be one of the following: [NONE, FULL] at ~/Retry[0]/JitterStrategy"],
        ),
        (
            retry("Jitter", json!(1)),
            &["Field 'Jitter' is not supported at ~/Retry[0]"],
        ),
        (
            json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "TimeoutSeconds": 5, "HeartbeatSeconds": 5, "End": true}),
            &["'HeartbeatSeconds' must be smaller than 'TimeoutSeconds' at ~/HeartbeatSeconds"],
        ),
        (
            json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t", "End": true}),
            &[
                "There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath] at ~",
            ],
        ),
    ]);
}

#[test]
fn a_wait_has_exactly_one_form() {
    let wait = |fields: Value| {
        let mut state = json!({"Type": "Wait", "End": true});
        for (name, value) in fields.as_object().unwrap() {
            state[name] = value.clone();
        }
        state
    };
    let timestamp = "String does not match RFC3339 timestamp at ~/Timestamp";
    let forms = "[SecondsPath, Seconds, TimestampPath, Timestamp] at ~";
    check_states(&[
        (
            wait(json!({})),
            &[&format!(
                "This object should have only one of the following fields: {forms}"
            )],
        ),
        (
            wait(json!({"Seconds": 1, "TimestampPath": "$.t"})),
            &[&format!(
                "There should only be one of the following fields: {forms}"
            )],
        ),
        (wait(json!({"Seconds": 0})), &[]),
        (
            wait(json!({"Seconds": -1})),
            &["Minimum value is 0 at ~/Seconds"],
        ),
        (
            wait(json!({"Timestamp": "2016-12-05T21:29:29.123456789Z"})),
            &[],
        ),
        (wait(json!({"Timestamp": "2016-12-05T21:29:29+01:00"})), &[]),
        (
            wait(json!({"Timestamp": "2016-13-05T21:29:29Z"})),
            &[timestamp],
        ),
        (
            wait(json!({"Timestamp": "2016-12-05 21:29:29Z"})),
            &[timestamp],
        ),
        (
            wait(json!({"Timestamp": "2016-12-05T21:29:29"})),
            &[timestamp],
        ),
        (
            wait(json!({"Timestamp": "{% '2016-03-14T01:59:00Z' %}"})),
            &[timestamp],
        ),
        (
            wait(json!({"QueryLanguage": "JSONata", "Timestamp": "{% $now() %}"})),
            &[],
        ),
    ]);
}

#[test]
fn paths_and_templates_are_well_formed() {
    let pass = |name: &str, value: Value| {
        let mut state = json!({"Type": "Pass", "End": true});
        state[name] = value;
        state
    };
    let template = |field: &str, at: &str| {
        format!(
            "The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call at ~/{at}"
        )
    };
    let one_node = "Value is not a Reference Path at ~/ResultPath";
    let state_only = "Value is not a Reference Path at ~/ResultPath";
    check_states(&[
        (
            pass("InputPath", json!("a")),
            &["Value must be a valid JSONPath. at ~/InputPath"],
        ),
        (pass("InputPath", json!("$.a[*]..b")), &[]),
        (pass("InputPath", json!(null)), &[]),
        (
            pass("OutputPath", json!(1)),
            &["The value for the field 'OutputPath' must be a STRING at ~/OutputPath"],
        ),
        (pass("ResultPath", json!("$.a['x,y:?@'][0]")), &[]),
        (
            pass("ResultPath", json!("a")),
            &[
                "Value is not a Reference Path: Reference path didn't start with '$' at ~/ResultPath",
            ],
        ),
        (pass("ResultPath", json!("$..a")), &[one_node]),
        (pass("ResultPath", json!("$.a[*]")), &[one_node]),
        (pass("ResultPath", json!("$.a[?(@.b)]")), &[one_node]),
        (pass("ResultPath", json!("$.a[1:2]")), &[one_node]),
        (pass("ResultPath", json!("$.a@b")), &[one_node]),
        (pass("ResultPath", json!("$$.a")), &[state_only]),
        (pass("ResultPath", json!("$var")), &[state_only]),
        (
            pass(
                "Parameters",
                json!({"a.$": "$.x", "b": [{"c.$": "States.UUID()"}]}),
            ),
            &[],
        ),
        (
            pass("Parameters", json!({"a": {"b.$": "x"}})),
            &[&template("b.$", "Parameters")],
        ),
        (
            pass("Parameters", json!({"a.$": 1})),
            &[&template("a.$", "Parameters")],
        ),
        (
            pass("Parameters", json!({"a.$": "States.Nope()"})),
            &[&template("a.$", "Parameters")],
        ),
        (
            pass("Assign", json!({"a.$": "$.["})),
            &[&template("a.$", "Assign")],
        ),
        (
            pass("Assign", json!("$.a")),
            &["The value for the field 'Assign' must be an OBJECT at ~/Assign"],
        ),
        (
            pass("Parameters", json!({"a": 1, "a.$": "$.x"})),
            &["The field 'a.$' is given twice, with and without the suffix '.$' at ~/Parameters"],
        ),
        (
            json!({"Type": "Fail", "Error": "E", "ErrorPath": "$.e", "CausePath": "c"}),
            &[
                "There should only be one of the following fields: [ErrorPath, Error] at ~",
                "The value for the field 'CausePath' must be a valid JSONPath or a valid intrinsic function call at ~/CausePath",
            ],
        ),
    ]);
}

#[test]
fn choice_rules_have_one_condition_and_one_operator() {
    let choice = |rule: Value| json!({"Type": "Choice", "Choices": [rule], "Default": "T"});
    let forms = "This object should have only one of the following fields: [And, Or, Not, Variable, Condition] at ~/Choices[0]";
    let operator = "A rule with 'Variable' has exactly one comparison operator at ~/Choices[0]";
    check_states(&[
        (
            json!({"Type": "Choice", "Choices": [], "Default": "T"}),
            &["Value cannot be empty at ~/Choices"],
        ),
        (choice(json!({"Next": "T"})), &[forms]),
        (choice(json!({"Variable": "$.a", "Next": "T"})), &[operator]),
        (
            choice(json!({"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "T"})),
            &[operator],
        ),
        (
            choice(
                json!({"Not": {"Variable": "$.a", "IsNull": true}, "IsNull": true, "Next": "T"}),
            ),
            &["Field 'IsNull' is not supported at ~/Choices[0]"],
        ),
        (
            choice(json!({"Variable": "$.a[*]", "StringEqualsPath": "$..b", "Next": "T"})),
            &[
                "Value is not a Reference Path at ~/Choices[0]/Variable",
                "Value is not a Reference Path at ~/Choices[0]/StringEqualsPath",
            ],
        ),
        (
            choice(json!({"Variable": "$.a", "IsNull": true})),
            &["These fields are required: [Next] at ~/Choices[0]"],
        ),
        (
            choice(json!({"Not": {"Variable": "$.a", "IsNull": true, "Next": "T"}, "Next": "T"})),
            &["Field 'Next' is not supported at ~/Choices[0]/Not"],
        ),
        (
            choice(
                json!({"And": [{"Variable": "$.a", "IsNull": true, "Comment": "fine"}], "Next": "T"}),
            ),
            &[],
        ),
        (
            choice(json!({"Or": [], "Next": "T"})),
            &["Value cannot be empty at ~/Choices[0]/Or"],
        ),
        (
            choice(json!({"Variable": "a", "IsNull": true, "Next": "T"})),
            &[
                "Value is not a Reference Path: Reference path didn't start with '$' at ~/Choices[0]/Variable",
            ],
        ),
        (
            choice(json!({"Variable": "$.a", "NumericEquals": "1", "Next": "T"})),
            &[
                "The value for the field 'NumericEquals' must be a NUMBER at ~/Choices[0]/NumericEquals",
            ],
        ),
        (
            choice(json!({"Variable": "$.a", "TimestampEquals": "today", "Next": "T"})),
            &["String does not match RFC3339 timestamp at ~/Choices[0]/TimestampEquals"],
        ),
        (
            choice(json!({"Variable": "$.a", "StringEqualsPath": "$.b", "Next": "T"})),
            &[],
        ),
        (
            choice(json!({"Variable": "$.a", "IsNullPath": "$.b", "Next": "T"})),
            &[
                "Field 'IsNullPath' is not supported at ~/Choices[0]",
                operator,
            ],
        ),
    ]);
}

#[test]
fn the_fields_of_a_distributed_map_are_checked() {
    let map = |config: Value, name: &str, value: Value| {
        let mut state = json!({"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": config, "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}});
        state[name] = value;
        state
    };
    let inline = || json!({"Mode": "INLINE"});
    let reader = |config: Value| {
        map(
            inline(),
            "ItemReader",
            json!({"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config, "Parameters": {}}),
        )
    };
    check_states(&[
        (
            map(json!({"Mode": "DISTRIBUTED"}), "Comment", json!("c")),
            &["These fields are required: [ExecutionType] at ~/ItemProcessor/ProcessorConfig"],
        ),
        (
            map(json!({"Mode": "SERIAL"}), "Comment", json!("c")),
            &[
                "Value should be one of the following: [INLINE, DISTRIBUTED] at ~/ItemProcessor/ProcessorConfig/Mode",
            ],
        ),
        (
            map(inline(), "MaxConcurrency", json!(-1)),
            &["Minimum value is 0 at ~/MaxConcurrency"],
        ),
        (
            map(inline(), "ToleratedFailurePercentage", json!(101)),
            &["Maximum value is 100 at ~/ToleratedFailurePercentage"],
        ),
        (
            map(inline(), "ToleratedFailurePercentage", json!(12.5)),
            &[],
        ),
        (
            reader(json!({"InputType": "XML", "MaxItems": 1, "MaxItemsPath": "$.n"})),
            &[
                "Value should be one of the following: [CSV, JSON, JSONL, PARQUET, MANIFEST] at ~/ItemReader/ReaderConfig/InputType",
                "There should only be one of the following fields: [MaxItems, MaxItemsPath] at ~/ItemReader/ReaderConfig",
            ],
        ),
        (
            map(inline(), "ItemBatcher", json!({"BatchInput": {}})),
            &[
                "This object should have only one of the following fields: [MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath] at ~/ItemBatcher",
            ],
        ),
        (
            map(
                inline(),
                "ItemBatcher",
                json!({"MaxItemsPerBatch": 0, "MaxInputBytesPerBatch": 262_145}),
            ),
            &[
                "Minimum value is 1 at ~/ItemBatcher/MaxItemsPerBatch",
                "Maximum value is 262144 at ~/ItemBatcher/MaxInputBytesPerBatch",
            ],
        ),
        (
            map(
                inline(),
                "ItemReader",
                json!({"Resource": "arn:aws:states:::s3:putObject"}),
            ),
            &[
                "The resource provided arn:aws:states:::s3:putObject is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at ~/ItemReader/Resource",
            ],
        ),
        (
            map(
                inline(),
                "ItemReader",
                json!({"Resource": "arn:${AWS::Partition}:states:::s3:putObject"}),
            ),
            &[
                "The resource provided arn:${AWS::Partition}:states:::s3:putObject is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at ~/ItemReader/Resource",
            ],
        ),
        (
            map(
                inline(),
                "ItemReader",
                json!({"Resource": "arn:${AWS::Partition}:states:::s3:${Operation}"}),
            ),
            &[],
        ),
        (
            map(inline(), "ResultWriter", json!({})),
            &["Value cannot be empty at ~/ResultWriter"],
        ),
    ]);
}

#[test]
fn the_other_languages_fields_are_found_at_every_depth() {
    let map = |language: &str, name: &str, value: &Value| {
        json!({"Type": "Map", "QueryLanguage": language, "End": true, name: value, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}})
    };
    let s3 = "arn:aws:states:::s3:getObject";
    let put = "arn:aws:states:::s3:putObject";
    for (name, value, field, at) in [
        (
            "ItemReader",
            json!({"Resource": s3, "Parameters": {}}),
            "Parameters",
            "ItemReader",
        ),
        (
            "ItemReader",
            json!({"Resource": s3, "ReaderConfig": {"MaxItemsPath": "$.n"}}),
            "MaxItemsPath",
            "ItemReader/ReaderConfig",
        ),
        (
            "ItemBatcher",
            json!({"MaxItemsPerBatchPath": "$.n"}),
            "MaxItemsPerBatchPath",
            "ItemBatcher",
        ),
        (
            "ItemBatcher",
            json!({"MaxInputBytesPerBatchPath": "$.n"}),
            "MaxInputBytesPerBatchPath",
            "ItemBatcher",
        ),
        (
            "ResultWriter",
            json!({"Resource": put, "Parameters": {}}),
            "Parameters",
            "ResultWriter",
        ),
        (
            "Catch",
            json!([{"ErrorEquals": ["States.ALL"], "Next": "T", "ResultPath": "$"}]),
            "ResultPath",
            "Catch[0]",
        ),
    ] {
        let said = format!(
            "The QueryLanguage is set to 'JSONata', but field '{field}' is only supported for the 'JSONPath' QueryLanguage at ~/{at}"
        );
        check_states(&[
            (map("JSONata", name, &value), &[&said]),
            (map("JSONPath", name, &value), &[]),
        ]);
    }
    for (name, value, field, at) in [
        (
            "ItemReader",
            json!({"Resource": s3, "Arguments": {}}),
            "Arguments",
            "ItemReader",
        ),
        (
            "ResultWriter",
            json!({"Resource": put, "Arguments": {}}),
            "Arguments",
            "ResultWriter",
        ),
        (
            "Catch",
            json!([{"ErrorEquals": ["States.ALL"], "Next": "T", "Output": {}}]),
            "Output",
            "Catch[0]",
        ),
    ] {
        let said = format!(
            "The QueryLanguage is set to 'JSONPath', but field '{field}' is only supported for the 'JSONata' QueryLanguage at ~/{at}"
        );
        check_states(&[
            (map("JSONPath", name, &value), &[&said]),
            (map("JSONata", name, &value), &[]),
        ]);
    }
}
