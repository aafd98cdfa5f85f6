//! Rules about several fields, or about the whole machine.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        Machine,
        WorkflowType::{Express, Standard},
    },
    validate::{check, refusal, validate, validate_text},
};

use super::{check_machines, check_states, complaints, machine_of};

#[test]
fn states_all_stands_alone_and_last() {
    let all = json!({"ErrorEquals": ["States.ALL"], "Next": "T"});
    let mixed = json!({"ErrorEquals": ["States.ALL", "E"], "Next": "T"});
    let one = json!({"ErrorEquals": ["E"], "Next": "T"});
    let none = json!({"ErrorEquals": [], "Next": "T"});
    let task = |catch: Value| json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "Catch": catch, "End": true});
    check_states(&[
        (task(json!([one, all])), &[]),
        (
            task(json!([all, one])),
            &["States.ALL must appear alone and at end of list at ~/Catch[0]/ErrorEquals[0]"],
        ),
        (
            task(json!([mixed])),
            &["States.ALL must appear alone and at end of list at ~/Catch[0]/ErrorEquals[0]"],
        ),
        (
            task(json!([none])),
            &["Value cannot be empty at ~/Catch[0]/ErrorEquals"],
        ),
        (
            task(json!([{"Next": "T"}])),
            &["These fields are required: [ErrorEquals] at ~/Catch[0]"],
        ),
        (
            task(json!([{"ErrorEquals": ["E"]}])),
            &["These fields are required: [Next] at ~/Catch[0]"],
        ),
        (
            json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": [1]}], "End": true}),
            &[
                "The value must be a STRING at ~/Retry[1]/ErrorEquals[0]",
                "States.ALL must appear alone and at end of list at ~/Retry[0]/ErrorEquals[0]",
            ],
        ),
    ]);
}

/// There is no input at the top level of an expression, and `$states` has some fields in some places only.
#[test]
fn expressions_read_what_is_there() {
    let pass = |output: Value| json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "End": true});
    let task = |fields: Value| {
        let mut state = json!({"Type": "Task", "QueryLanguage": "JSONata", "End": true,
            "Resource": "arn:aws:states:us-east-1:123456789012:activity:a"});
        for (name, value) in fields.as_object().expect("fields") {
            state[name] = value.clone();
        }
        state
    };
    let top = |what: &str, at: &str| {
        format!(
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '{what}' at the top level is not supported. at ~/{at}"
        )
    };
    let field = |what: &str, at: &str| {
        format!("UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.{what}' does not exist. at ~/{at}")
    };
    let syntax = |at: &str| {
        format!("INVALID_JSONATA_EXPRESSION: The value is not a valid JSONata expression at ~/{at}")
    };
    let catch = json!([{"ErrorEquals": ["E"], "Next": "T",
        "Output": "{% [$states.errorOutput, $states.result] %}", "Assign": {"e": "{% $states.errorOutput.Error %}"}}]);
    check_states(&[
        (
            pass(json!({"v": "{% phone %}"})),
            &[&top("phone", "Output/v")],
        ),
        (pass(json!("{% $sum(a.b) + a.c %}")), &[&top("a", "Output")]),
        (pass(json!("{% $ %}")), &[&top("$", "Output")]),
        (pass(json!("{% $$.a %}")), &[&top("$$", "Output")]),
        (
            pass(json!("{% $map([1], function($v){ $v + price }) %}")),
            &[&top("price", "Output")],
        ),
        (
            pass(json!(
                "{% $states.input.items[price > 1 and $ != 2].{'a': b, 'c': $.d}^(>e) %}"
            )),
            &[],
        ),
        (pass(json!("{% $states.input ~> |$|{'a': b}| %}")), &[]),
        (
            pass(json!("{% $states.result %}")),
            &[&field("result", "Output")],
        ),
        (
            pass(json!("{% $states.errorOutput %}")),
            &[&field("errorOutput", "Output")],
        ),
        (
            pass(json!("{% $states.other %}")),
            &[&field("other", "Output")],
        ),
        (
            pass(json!(
                "{% [$states.input, $states.context.State.Name, $states] %}"
            )),
            &[],
        ),
        (
            task(
                json!({"Arguments": {"a": ["{% $states.result %}"]}, "Output": "{% $states.result %}",
                "Assign": {"a": "{% $states.result.a %}"}}),
            ),
            &[&field("result", "Arguments/a[0]")],
        ),
        (
            task(json!({"Catch": catch})),
            &[&field("result", "Catch[0]/Output")],
        ),
        (
            task(json!({"TimeoutSeconds": "{% n %}", "HeartbeatSeconds": "{% 1 + %}"})),
            &[&syntax("HeartbeatSeconds"), &top("n", "TimeoutSeconds")],
        ),
        (
            json!({"Type": "Choice", "QueryLanguage": "JSONata", "Default": "T",
                "Choices": [{"Condition": "{% ok %}", "Next": "T"}, {"Condition": "{% 1 + %}", "Next": "T"}]}),
            &[
                &syntax("Choices[1]/Condition"),
                &top("ok", "Choices[0]/Condition"),
            ],
        ),
    ]);
}

#[test]
fn expressions_are_jsonata_by_their_syntax() {
    for wrong in [
        "a[1,2)",
        "\"unterminated",
        "$x :=",
        "$match('a', /abc",
        "{'a':}",
        "",
        // Later versions of the language have these.
        "$a ?? 1",
        "$a ?: 1",
    ] {
        let output = format!("{{% {wrong} %}}");
        let state =
            json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": [output], "End": true});
        let said = "INVALID_JSONATA_EXPRESSION: The value is not a valid JSONata expression at ~/Output[0]";
        check_states(&[(state, &[said])]);
    }
}

#[test]
fn transitions_stay_in_their_scope_and_reach_every_state() {
    let end = json!({"Type": "Pass", "End": true});
    let to = |target: &str| json!({"Type": "Pass", "Next": target});
    let parallel = json!({"Type": "Parallel", "Next": "Out",
        "Branches": [{"StartAt": "In", "States": {"In": to("Out")}}]});
    check_machines(&[
        (
            json!({"StartAt": "A", "States": {"A": to("X"), "B": end}}),
            &[
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Next",
                "MISSING_TRANSITION_TARGET: State \"B\" is not reachable. at /States/B",
            ],
        ),
        (
            json!({"StartAt": "X", "States": {"A": end}}),
            &[
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /StartAt",
                "MISSING_TRANSITION_TARGET: State \"A\" is not reachable. at /States/A",
            ],
        ),
        (
            json!({"StartAt": "A", "States": {"A": to("B"), "B": to("A")}}),
            &["MISSING_END_STATE: Workflow has no terminal state at null"],
        ),
        (
            json!({"StartAt": "A", "States": {"A": to("B"), "B": to("A"), "C": end}}),
            &["MISSING_TRANSITION_TARGET: State \"C\" is not reachable. at /States/C"],
        ),
        (
            json!({"StartAt": "P", "States": {"P": parallel, "Out": end}}),
            &[
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: Out at /States/P/Branches[0]/States/In/Next",
            ],
        ),
        // Any end in the machine counts; an inner scope needs none of its own.
        (
            json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
                "Branches": [{"StartAt": "A", "States": {"A": to("B"), "B": to("A")}}]}}}),
            &[],
        ),
        (
            json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Next": "P",
                "Branches": [{"StartAt": "A", "States": {"A": end}}]}}}),
            &[],
        ),
    ]);
    check_states(&[(
        json!({"Type": "Choice", "Default": "Y", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "X"}]}),
        &[
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at ~/Choices[0]/Next",
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: Y at ~/Default",
            "MISSING_END_STATE: Workflow has no terminal state at null",
        ],
    )]);
}

#[test]
fn names_are_unique_and_short() {
    let end = json!({"Type": "Pass", "End": true});
    let long = "é".repeat(81);
    let fits = "é".repeat(80);
    let map = |name: &str, label: &str| {
        json!({"Type": "Map", "Label": label, "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": name, "States": {name: end}}})
    };
    let maps = |left: &Value, right: &Value| {
        json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "L", "States": {"L": left}}, {"StartAt": "R", "States": {"R": right}}]}}})
    };
    check_machines(&[
        (json!({"StartAt": &fits, "States": {&fits: end}}), &[]),
        (
            json!({"StartAt": &long, "States": {&long: end}}),
            &[&format!(
                "The name of a state has at most 80 characters at /States/{long}"
            )],
        ),
        (
            maps(&map("I", "a"), &map("L", "b")),
            &[
                "DUPLICATE_STATE_NAME: Duplicate State name: L at /States/P/Branches[1]/States/R/ItemProcessor/States/L",
            ],
        ),
        (
            maps(&map("I", "a"), &map("J", "a")),
            &["The label 'a' is given twice at /States/P/Branches[1]/States/R/Label"],
        ),
        (
            maps(&map("I", "a b"), &map("J", "b")),
            &[
                "The label 'a b' has a character that labels may not have at /States/P/Branches[0]/States/L/Label",
            ],
        ),
    ]);
}

#[test]
fn variables_have_names_and_inner_scopes_assign_new_ones() {
    check_states(&[
        (
            json!({"Type": "Pass", "Assign": {"states": 1, "1a": 2, "größe_2": 3}, "End": true}),
            &[
                "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at ~/Assign/states",
                "The variable name '1a' must be an identifier at ~/Assign/1a",
            ],
        ),
        (
            json!({"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"a.b": "{% 1 %}"}, "End": true}),
            &["The variable name 'a.b' must be an identifier at ~/Assign/a.b"],
        ),
    ]);
    let machine = |before: Value, catch: Value, inner: Value| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Assign": before, "Next": "P"},
            "P": {"Type": "Parallel", "Next": "End", "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": catch, "Next": "End"}],
                "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "Assign": inner, "End": true}}}]},
            "End": {"Type": "Succeed"}}})
    };
    let shadowed = "DUPLICATE_VARIABLE_NAME: The variable name 'x' was already defined in a parent scope. at /States/P/Branches[0]/States/I/Assign/x";
    check_machines(&[
        (
            machine(json!({"x": 1}), json!({"z": 1}), json!({"y": 1})),
            &[],
        ),
        (
            machine(json!({"x.$": "$"}), json!({"z": 1}), json!({"x": 1})),
            &[shadowed],
        ),
        // Assigned only after the inner scope has ended.
        (
            machine(json!({"y": 1}), json!({"x": 1}), json!({"x": 1})),
            &[],
        ),
    ]);
}

#[test]
fn resources_are_arns_that_exist() {
    let task = |resource: &str| json!({"Type": "Task", "Resource": resource, "Parameters": {}, "End": true});
    let unknown = |resource: &str| {
        format!(
            "The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at ~/Resource"
        )
    };
    let no_arn = "Value is not a valid resource ARN at ~/Resource";
    check_states(&[
        (task("${Function.Arn}"), &[]),
        (task("placeholder"), &[no_arn]),
        (task("action:http"), &[no_arn]),
        (
            task("arn:aws:states:::dynamodb:query"),
            &[&unknown("arn:aws:states:::dynamodb:query")],
        ),
        (
            task("arn:aws:states:::lambda:invoke.sync"),
            &[&unknown("arn:aws:states:::lambda:invoke.sync")],
        ),
        // It is not known which parameters an integration needs.
        (task("arn:aws:states:::sqs:sendMessage"), &[]),
        (
            json!({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets", "End": true}),
            &[],
        ),
        (
            json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "Credentials": {}, "End": true}),
            &["The field 'RoleArn' is required but was missing at ~/Credentials"],
        ),
    ]);
}

#[test]
fn express_machines_neither_wait_for_others_nor_distribute() {
    let task = |resource: &str| json!({"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": "a"}, "End": true});
    let activity = "arn:aws:states:us-east-1:123456789012:activity:a";
    let in_map = |task: &Value| {
        json!({"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "I", "States": {"I": task}}})
    };
    for (state, expected) in [
        (
            task(activity),
            "Express state machine does not support Activity ARN at /States/S/Resource",
        ),
        (
            task("arn:aws:states:::states:startExecution.sync:2"),
            "Express state machine does not support '.sync' service integration at /States/S/Resource",
        ),
        (
            task("arn:aws:states:::states:startExecution.waitForTaskToken"),
            "Express state machine does not support '.waitForTaskToken' service integration at /States/S/Resource",
        ),
        (
            in_map(&task("arn:aws:states:::sqs:sendMessage")),
            "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines at /States/S/ItemProcessor/ProcessorConfig/Mode",
        ),
    ] {
        let machine = machine_of(&state);
        assert_eq!(complaints(&machine, Express), [expected]);
        assert_eq!(complaints(&machine, Standard), [""; 0]);
    }
    assert_eq!(
        complaints(&machine_of(&in_map(&task(activity))), Standard),
        [
            "Express state machine does not support Activity ARN at /States/S/ItemProcessor/States/I/Resource"
        ]
    );
}

#[test]
fn a_refusal_joins_the_errors_and_a_typed_machine_can_be_checked() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "X"}, "B": {"Type": "Succeed"}}});
    let (machine, diagnostics) = validate(&definition, Standard);
    assert_eq!(machine, None);
    assert_eq!(
        refusal(&diagnostics).unwrap(),
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Next, MISSING_TRANSITION_TARGET: State \"B\" is not reachable. at /States/B'"
    );
    let machine = Machine::from_value(&definition).unwrap();
    assert_eq!(check(&machine, Standard), diagnostics);
    assert_eq!(refusal(&[]), None);
}

#[test]
fn a_text_that_is_not_json_gets_the_parsers_complaint() {
    for (text, expected) in [
        (
            "{\n  \"StartAt\": yes}",
            "INVALID_JSON_DESCRIPTION: Unrecognized token 'yes': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: (String)\"{\n  \"StartAt\": yes}\"; line: 2, column: 17] at [Source: (String)\"{\n  \"StartAt\": yes}\"; line: 2, column: 17]",
        ),
        (
            "",
            "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null",
        ),
        (
            "[1]",
            "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null",
        ),
    ] {
        let (machine, diagnostics) = validate_text(text, Standard);
        assert_eq!(machine, None);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].to_string(), expected);
    }
    for text in [
        "{",
        "{\"a\" 1}",
        "{\"a\": \"",
        &"x".repeat(2_000),
        "é",
        "{\"é\": é",
    ] {
        assert_eq!(validate_text(text, Standard).1.len(), 1, "{text}");
    }
}
