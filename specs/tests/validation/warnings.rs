//! Warnings: what is accepted although it is hardly meant.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        WorkflowType,
        diagnostic::{Evidence, Severity},
    },
    validate::{validate, warnings},
};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// A machine of this state and one that can follow it.
fn machine(state: &Value) -> Value {
    json!({ "StartAt": "A", "States": { "A": state, "B": { "Type": "Succeed" } } })
}

/// The codes and the locations below the state `A`.
fn warned(state: &Value) -> Vec<(&'static str, String)> {
    let definition = machine(state);
    let found = warnings(&definition);
    assert!(found.iter().all(|it| it.severity == Severity::Warning));
    // Nothing of it is AWS's, so that nothing of it is compared.
    assert!(found.iter().all(|it| it.evidence == Evidence::NONE));
    assert!(found.iter().all(|it| it.clause.doubts().is_empty()));
    let below = |at: Option<String>| at.unwrap_or_default().replacen("/States/A/", "", 1);
    let found = found.into_iter();
    found
        .map(|it| (it.code.name(), below(it.location)))
        .collect()
}

fn accepted(definition: &Value) {
    let (machine, said) = validate(definition, WorkflowType::Standard);
    assert!(machine.is_some(), "{definition}: {said:?}");
    assert_eq!(said, []);
}

#[test]
fn a_path_in_a_static_result_and_a_field_without_its_suffix_are_told() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Result": { "a": "$.b" }, "Next": "B" },
        "B": { "Type": "Pass", "Parameters": { "x": "$.a", "y": "States.UUID()" }, "End": true },
    } });
    accepted(&definition);
    let lines: Vec<String> = warnings(&definition)
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    PASS_RESULT_IS_STATIC: The Result of a Pass is static: a path in it is not read at /States/A/Result/a
    NO_DOLLAR: The value of the field 'x' reads as a path or an intrinsic function call, but the field's name does not end in '.$' at /States/B/Parameters/x
    NO_DOLLAR: The value of the field 'y' reads as a path or an intrinsic function call, but the field's name does not end in '.$' at /States/B/Parameters/y
    ");
}

#[test]
fn every_template_is_looked_into_at_every_depth() {
    let template = json!({ "a": { "b": [{ "c": "$.x" }, "$.x"] }, "d.$": "$.x", "e": "x" });
    let found = |at: &str| vec![("NO_DOLLAR", format!("{at}/a/b[0]/c"))];
    let inner = json!({ "StartAt": "I", "States": { "I": { "Type": "Succeed" } } });
    let with = |kind: &str, field: &str| json!({ "Type": kind, field: template, "Resource": FUNCTION, "Next": "B" });
    for (kind, field) in [
        ("Pass", "Parameters"),
        ("Task", "Parameters"),
        ("Task", "ResultSelector"),
        ("Task", "Credentials"),
        ("Parallel", "Parameters"),
        ("Parallel", "ResultSelector"),
        ("Map", "ItemSelector"),
        ("Map", "Parameters"),
        ("Map", "ResultSelector"),
        ("Pass", "Assign"),
        ("Wait", "Assign"),
    ] {
        assert_eq!(warned(&with(kind, field)), found(field), "{kind}");
    }
    let catch = json!([{ "ErrorEquals": ["States.ALL"], "Assign": template, "Next": "B" }]);
    let task = json!({ "Type": "Task", "Resource": FUNCTION, "Catch": catch, "Next": "B" });
    assert_eq!(warned(&task), found("Catch[0]/Assign"));
    let rule = json!({ "Variable": "$.a", "IsNull": true, "Assign": template, "Next": "B" });
    let choice = json!({ "Type": "Choice", "Choices": [rule] });
    assert_eq!(warned(&choice), found("Choices[0]/Assign"));
    for (object, field) in [
        ("ItemReader", "Parameters"),
        ("ResultWriter", "Parameters"),
        ("ItemBatcher", "BatchInput"),
    ] {
        let map = json!({ "Type": "Map", "ItemProcessor": inner, object: { field: template } });
        assert_eq!(warned(&map), found(&format!("{object}/{field}")));
    }
    let deep = json!({ "StartAt": "I", "States": { "I": with("Pass", "Parameters") } });
    let fan = json!({ "Type": "Parallel", "Branches": [inner, deep], "Next": "B" });
    assert_eq!(warned(&fan), found("Branches[1]/States/I/Parameters"));
    for field in ["ItemProcessor", "Iterator"] {
        let map = json!({ "Type": "Map", field: deep, "Next": "B" });
        assert_eq!(warned(&map), found(&format!("{field}/States/I/Parameters")));
    }
}

#[test]
fn what_reads_as_a_path_is_told_and_what_may_be_a_word_is_not() {
    let of = |text: &str| {
        let told = |state: Value| warned(&state).into_iter().map(|it| it.0).next();
        (
            told(json!({ "Type": "Pass", "Parameters": { "a": text }, "End": true })),
            told(json!({ "Type": "Pass", "Result": [text], "End": true })),
            told(json!({ "Type": "Fail", "Cause": text })),
        )
    };
    let path = (
        Some("NO_DOLLAR"),
        Some("PASS_RESULT_IS_STATIC"),
        Some("NO_PATH"),
    );
    for text in [
        "$.a",
        "$",
        "$$",
        "$['a b'][0]",
        "$$.Execution.Id",
        "$order.id",
        "$..a",
    ] {
        assert_eq!(of(text), path, "{text}");
    }
    for text in ["States.UUID()", "States.Format('{}', $.a)"] {
        assert_eq!(of(text), (Some("NO_DOLLAR"), None, None), "{text}");
    }
    for text in [
        "",
        "a",
        "$USD",
        "$5",
        "$5.00",
        "$5.a",
        "a $.b",
        "$.",
        "$.a[",
        "States.None()",
        "States.UUID",
    ] {
        assert_eq!(of(text), (None, None, None), "{text}");
    }
}

#[test]
fn only_the_result_of_a_pass_is_static() {
    let of = |kind: &str| warned(&json!({ "Type": kind, "Result": { "a": "$.b" }, "Next": "B" }));
    assert_eq!(
        of("Pass"),
        [("PASS_RESULT_IS_STATIC", "Result/a".to_owned())]
    );
    assert_eq!(of("Task"), []);
}

#[test]
fn a_path_in_a_field_that_has_a_variant_for_paths_is_told() {
    let fail = json!({ "Type": "Fail", "Error": "$.e", "CausePath": "$.c" });
    accepted(&json!({ "StartAt": "A", "States": { "A": fail } }));
    assert_eq!(warned(&fail), [("NO_PATH", "Error".to_owned())]);
    let rule = json!({ "Next": "B", "And": [
        { "Variable": "$.a", "StringEquals": "$.b" },
        { "Not": { "Variable": "$.a", "StringEqualsPath": "$.b" } },
        { "Variable": "$.a", "StringMatches": "$.b*" },
    ] });
    let choice = json!({ "Type": "Choice", "Choices": [rule], "Default": "B" });
    accepted(&machine(&choice));
    let expected = [("NO_PATH", "Choices[0]/And[0]/StringEquals".to_owned())];
    assert_eq!(warned(&choice), expected);
    let selector = json!({ "Type": "Task", "Resource": FUNCTION, "ResultSelector": "$.Payload",
        "Comment": "$.comment", "Next": "B" });
    accepted(&machine(&selector));
    assert_eq!(
        warned(&selector),
        [("NO_PATH", "ResultSelector".to_owned())]
    );
    // A refusal does not hide it.
    let wait = json!({ "Type": "Wait", "Seconds": "$.s", "Next": "B" });
    assert_eq!(warned(&wait), [("NO_PATH", "Seconds".to_owned())]);
}

#[test]
fn states_of_jsonata_have_no_warnings() {
    let state = |language: Option<&str>| {
        let mut state = json!({ "Type": "Pass", "Assign": { "a": "$.b" }, "Next": "B" });
        if let Some(language) = language {
            state["QueryLanguage"] = language.into();
        }
        state
    };
    let mut definition = machine(&state(None));
    assert_eq!(warnings(&definition).len(), 1);
    definition["QueryLanguage"] = "JSONata".into();
    assert_eq!(warnings(&definition), []);
    let definition = machine(&state(Some("JSONata")));
    assert_eq!(warnings(&definition), []);
}

/// The variables that are warned of, with the places.
fn undefined(states: &Value, language: &str) -> Vec<(String, String)> {
    let definition = json!({ "QueryLanguage": language, "StartAt": "A", "States": states });
    let found = warnings(&definition).into_iter();
    let found = found.filter(|it| it.code.name() == "POSSIBLY_UNDEFINED_VARIABLE");
    found
        .map(|it| (it.message, it.location.unwrap_or_default()))
        .collect()
}

#[test]
fn what_only_looks_like_a_path_reads_no_variable() {
    let pass =
        |field: &str| json!({ "A": { "Type": "Pass", "End": true, field: { "x.$": "$lost" } } });
    assert_eq!(undefined(&pass("Parameters"), "JSONPath").len(), 1);
    assert_eq!(undefined(&pass("Result"), "JSONPath"), []);
}

#[test]
fn a_variable_of_one_way_only_is_possibly_not_defined() {
    let read = |output: &str| {
        json!({
            "A": { "Type": "Choice", "Default": "C", "Choices": [
                { "Condition": "{% $states.input.a %}", "Next": "B", "Assign": { "rule": 1 } },
            ] },
            "B": { "Type": "Pass", "Assign": { "branchOnly": 1, "both": 1 }, "Next": "D" },
            "C": { "Type": "Pass", "Assign": { "both": 2 }, "Next": "D" },
            "D": { "Type": "Pass", "Output": { "x": output }, "End": true },
        })
    };
    let warned = |output: &str| undefined(&read(output), "JSONata");
    let place = "/States/D/Output/x".to_owned();
    let text = "Variable 'branchOnly' is possibly not defined.".to_owned();
    assert_eq!(warned("{% $branchOnly.a + $both %}"), [(text, place)]);
    assert_eq!(warned("{% $both %}"), []);
    assert_eq!(warned("{% $rule %}").len(), 1);
    // What an expression sets itself, functions, and the reserved variable.
    for output in [
        "{% ($v := 1; $v) %}",
        "{% $map([1], function($v) { $v }) %}",
        "{% $map([1], $string) %}",
        "{% $states.input %}",
        "{% $sum([1]) %}",
    ] {
        assert_eq!(warned(output), [], "{output}");
    }
}

#[test]
fn loops_catchers_and_inner_scopes_define_variables() {
    let task = json!({
        "A": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "B" },
        "B": {
            "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a",
            "Arguments": "{% $n + ($exists($later) ? 1 : 0) %}", "Assign": { "done": 1 }, "Next": "C",
            "Catch": [{ "ErrorEquals": ["E"], "Next": "C", "Assign": { "later": 1 } }],
        },
        "C": { "Type": "Choice", "Default": "D", "Choices": [
            { "Condition": "{% $n < 3 %}", "Next": "B", "Assign": { "n": "{% $n + 1 %}" } },
        ] },
        "D": { "Type": "Parallel", "End": true, "Branches": [{ "StartAt": "I", "States": {
            "I": { "Type": "Pass", "Output": "{% [$n, $done] %}", "End": true },
        } }] },
    });
    let found = undefined(&task, "JSONata");
    let places: Vec<&str> = found.iter().map(|it| it.1.as_str()).collect();
    assert_eq!(
        places,
        [
            "/States/B/Arguments",
            "/States/D/Branches[0]/States/I/Output"
        ]
    );
    assert!(
        found[0].0.contains("'later'") && found[1].0.contains("'done'"),
        "{found:?}"
    );
}

#[test]
fn paths_read_variables_too() {
    let states = json!({
        "A": { "Type": "Choice", "Default": "C", "Choices": [
            { "Variable": "$.a", "IsPresent": true, "Next": "B" },
        ] },
        "B": { "Type": "Pass", "Assign": { "x": 1 }, "Next": "C" },
        "C": { "Type": "Pass", "InputPath": "$x", "Next": "D", "Parameters": {
            "a.$": "States.Format('{}', States.ArrayLength($x.b))", "b": "$x", "c.$": "$.x",
        } },
        "D": { "Type": "Choice", "Default": "E", "Choices": [
            { "Variable": "$x", "IsPresent": true, "Next": "E" },
        ] },
        "E": { "Type": "Succeed" },
    });
    let found = undefined(&states, "JSONPath");
    let places: Vec<&str> = found.iter().map(|it| it.1.as_str()).collect();
    let expected = [
        "/States/C/InputPath",
        "/States/C/Parameters/a.$",
        "/States/D/Choices[0]/Variable",
    ];
    assert_eq!(places, expected);
}

#[test]
fn what_is_no_machine_has_no_warnings_and_there_is_an_end_to_them() {
    for odd in [
        json!(null),
        json!([]),
        json!({ "States": [] }),
        json!({ "States": { "A": 1, "B": { "Type": "Map", "Choices": 1, "Branches": [1] } } }),
    ] {
        assert_eq!(warnings(&odd), []);
    }
    let many: Vec<Value> = (0..5_000).map(|_| json!("$.a")).collect();
    let state = json!({ "Type": "Pass", "Result": many, "Next": "B" });
    assert_eq!(warned(&state).len(), 1_000);
}
