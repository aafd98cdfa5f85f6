//! Pins the candidates of the reducer's passes: every candidate of a few cases, chosen so that each
//! pass applies, as what it removes from the case and what it adds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stepproof_generators::reduce::candidates;
use stepproof_specs::scenario::case::{Body, Case};

/// The leaves of a value, by their JSON pointers.
fn leaves(value: &Value, pointer: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                leaves(field, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, &format!("{pointer}/{at}"), found);
            }
        }
        leaf => {
            found.insert(pointer.to_owned(), leaf.to_string());
        }
    }
}

/// The leaves of a case's definition and starts.
fn flat(case: &Case) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    leaves(case.body.definition(), "", &mut found);
    if let Body::Execution(execution) = &case.body {
        leaves(&json!(execution.starts), "starts", &mut found);
        found.insert("entropy".to_owned(), execution.entropy.to_string());
    }
    found
}

/// The outermost part around a leaf of which nothing is left.
fn gone<'k>(leaf: &'k str, left: &BTreeMap<String, String>) -> Option<&'k str> {
    let ends = leaf.match_indices('/').map(|(at, _)| at).skip(1);
    let mut parts = ends.chain([leaf.len()]).map(|end| &leaf[..end]);
    parts.find(|part| {
        let inside = |key: &String| {
            key.strip_prefix(part)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        !left.keys().any(inside)
    })
}

/// One line per candidate of a case.
fn offered(case: &Value) -> String {
    let case: Case = serde_json::from_value(case.clone()).expect("a case");
    let before = flat(&case);
    let lines = candidates(&case).map(|candidate| {
        let after = flat(&candidate.case);
        let gone = before.keys().filter_map(|key| gone(key, &after));
        let gone = gone.collect::<BTreeSet<_>>().into_iter();
        let gone = gone.map(|key| format!(" -{key}"));
        let put = after
            .iter()
            .filter(|(key, leaf)| before.get(*key) != Some(leaf));
        let put = put.map(|(key, leaf)| format!(" {key}={leaf}"));
        format!(
            "{}:{}\n",
            candidate.pass,
            gone.chain(put).collect::<String>()
        )
    });
    lines.collect()
}

fn case(definition: &Value, input: &Value, plan: &Value) -> Value {
    json!({
        "format": 1, "kind": "execution", "workflow": "STANDARD", "entropy": 7,
        "definition": definition,
        "starts": [{ "input": input, "plan": plan }],
    })
}

/// The snapshots are data, so they are in the folder of the other snapshots.
fn snapshot(name: &str, case: &Value) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/insta");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, offered(case)));
}

fn activity(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:activity:{name}")
}

#[test]
fn handlers_and_limits() {
    let definition = json!({
        "StartAt": "Work", "TimeoutSeconds": 40,
        "States": {
            "Work": {
                "Type": "Task", "Resource": activity("work"), "TimeoutSeconds": 3,
                "HeartbeatSeconds": 2, "Next": "Done",
                "Retry": [
                    { "ErrorEquals": ["Busy", "Odd"], "IntervalSeconds": 2, "MaxAttempts": 2,
                      "BackoffRate": 1.5, "MaxDelaySeconds": 3 },
                    { "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 },
                ],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed", "ResultPath": "$.error",
                            "Assign": { "why.$": "$.Error" } }],
            },
            "Done": { "Type": "Wait", "Seconds": 1, "Next": "Failed" },
            "Failed": { "Type": "Fail", "Error": "Gone", "CausePath": "$.cause" },
        },
    });
    let plan = json!({ "Work": [
        { "attempts_below": 1, "reply": { "fail": { "error": "Busy", "cause": "it" } } },
        { "after": 1500, "heartbeats": [500, 1000], "reply": "echo" },
    ] });
    snapshot(
        "handlers_and_limits",
        &case(&definition, &json!({ "cause": "c" }), &plan),
    );
}

#[test]
fn branches_and_iterations() {
    let definition = json!({
        "StartAt": "Both",
        "States": {
            "Both": {
                "Type": "Parallel", "Next": "Each", "ResultSelector": { "items.$": "$[0]" },
                "Branches": [
                    { "StartAt": "Left", "States": {
                        "Left": { "Type": "Task", "Resource": activity("left"), "End": true },
                    } },
                    { "StartAt": "Right", "States": {
                        "Right": { "Type": "Wait", "Seconds": 2, "Next": "Late" },
                        "Late": { "Type": "Fail", "Error": "Late" },
                    } },
                ],
                "Catch": [{ "ErrorEquals": ["Late"], "Next": "Each" }],
            },
            "Each": {
                "Type": "Map", "End": true, "ItemsPath": "$.items", "MaxConcurrency": 2,
                "ItemSelector": { "item.$": "$$.Map.Item.Value", "all.$": "$.items" },
                "ItemProcessor": { "StartAt": "One", "States": {
                    "One": { "Type": "Task", "Resource": activity("one"), "Next": "Two" },
                    "Two": { "Type": "Pass", "End": true, "Result": [1, "a"], "ResultPath": "$.two" },
                } },
            },
        },
    });
    let plan = json!({
        "Both/0/Left": [{ "reply": { "succeed": [{ "a": 1 }, { "a": 2 }] } }],
        "Each/One": [
            { "items": [1], "reply": { "fail": { "error": "Odd", "cause": "" } } },
            { "reply": "echo" },
        ],
    });
    let input = json!({ "items": [1, { "b": null }] });
    snapshot("branches_and_iterations", &case(&definition, &input, &plan));
}

#[test]
fn rules_and_conditions() {
    let definition = json!({
        "StartAt": "Which",
        "States": {
            "Which": {
                "Type": "Choice", "Default": "Other",
                "Choices": [
                    { "And": [
                        { "Variable": "$.n", "NumericGreaterThan": 5 },
                        { "Not": { "Variable": "$.s", "StringEqualsPath": "$.other" } },
                    ], "Next": "Other" },
                    { "Variable": "$.t", "TimestampLessThan": "2026-03-01T12:00:00Z", "Next": "Third" },
                    { "Or": [{ "Variable": "$.s", "StringMatches": "a*b" }], "Next": "Which",
                      "Assign": { "x": 1 } },
                ],
            },
            "Other": { "Type": "Choice", "Choices": [
                { "Variable": "$.flag", "BooleanEquals": true, "Next": "Third" },
            ] },
            "Third": { "Type": "Succeed", "InputPath": "$.n" },
        },
    });
    let input = json!({
        "n": 17, "s": "axb", "other": "axb", "t": "2026-02-01T00:00:00Z", "flag": true,
    });
    snapshot(
        "rules_and_conditions",
        &case(&definition, &input, &json!({})),
    );
}

#[test]
fn variables_and_functions() {
    let definition = json!({
        "StartAt": "Begin",
        "States": {
            "Begin": { "Type": "Pass", "Assign": { "count": 0, "list.$": "$.list" }, "Next": "Loop" },
            "Loop": {
                "Type": "Choice", "Default": "Rest",
                "Choices": [{ "Variable": "$count", "NumericLessThan": 40,
                              "Assign": { "count.$": "States.MathAdd($count, 1)" }, "Next": "Loop" }],
            },
            "Rest": {
                "Type": "Pass", "InputPath": "$.list[0]", "Next": "End",
                "Parameters": {
                    "text.$": "States.Format('{}-{}', $.a, States.ArrayGetItem($list, 0))",
                    "deep": { "fixed": [true, 2.5], "path.$": "$..a" },
                    "unique.$": "States.ArrayUnique(States.Array(1, $.a))",
                },
                "ResultPath": "$.made", "OutputPath": "$.made.deep",
            },
            "End": { "Type": "Pass", "End": true, "Parameters": { "x.$": "$list[(@.length-1)]" } },
        },
    });
    let input = json!({ "list": [{ "a": "v" }, 3] });
    snapshot(
        "variables_and_functions",
        &case(&definition, &input, &json!({})),
    );
}

#[test]
fn definitions_that_are_refused() {
    let definition = json!({
        "StartAt": "Begin", "Comment": "none",
        "States": {
            "Begin": {
                "Type": "Parallel", "Next": "Nowhere", "ResultPath": "$.a[*]",
                "Branches": [{ "StartAt": "Inner", "States": {
                    "Inner": { "Type": "Wait", "Seconds": -5, "Timestamp": "soon", "End": true },
                } }],
                "Retry": [{ "ErrorEquals": [], "MaxAttempts": 1.5 }],
            },
            "Apart": {
                "Type": "Choice", "Default": "Begin",
                "Choices": [{ "Variable": "$.b", "StringEquals": 3, "Next": "Begin" }],
            },
        },
    });
    let case = json!({
        "format": 1, "kind": "definition", "workflow": "STANDARD", "definition": definition,
    });
    snapshot("definitions_that_are_refused", &case);
}

#[test]
fn paths_loops_and_delays() {
    let alone = |name: &str, state: Value| json!({ "StartAt": name, "States": { name: state } });
    let ended = || json!({ "Type": "Succeed" });
    let definition = json!({
        "StartAt": "Drop",
        "States": {
            "Drop": { "Type": "Pass", "Result": { "b": 1 }, "ResultPath": null, "Next": "Slow" },
            "Slow": { "Type": "Task", "Resource": activity("slow"), "TimeoutSeconds": 3,
                      "InputPath": "$.list[?(@.a > 1 && @.b || @.c == 'x')]", "ResultPath": "$.slow",
                      "Next": "Three" },
            "Three": { "Type": "Parallel", "Next": "Again", "ResultPath": "$.three", "Branches": [
                alone("First", ended()), alone("Second", ended()), alone("Third", ended()),
            ] },
            "Again": { "Type": "Choice", "Default": "Last", "Choices": [
                { "Variable": "$['list'][0].a", "IsPresent": false, "Next": "Drop" },
                { "Variable": "$.list", "IsPresent": true, "Next": "Slow" },
            ] },
            "Last": { "Type": "Pass", "End": true, "Parameters": {
                "call.$": "States.Array(States.Format('{}', States.JsonToString($.list)), 2)",
                "names.$": "$.list[0]['a','b']",
            } },
        },
    });
    let plan = json!({ "Slow": [
        { "visit": 1, "after": 2000, "reply": { "succeed": { "a": [1] } } },
        { "after": 500, "reply": "silent" },
    ] });
    let input = json!({ "list": [{ "a": 2, "b": 3 }] });
    snapshot("paths_loops_and_delays", &case(&definition, &input, &plan));
}
