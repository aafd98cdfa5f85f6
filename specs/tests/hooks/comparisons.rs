//! Tests that hold otherwise.

use serde_json::{Value, json};

use crate::{at, choice, comes_to, error, when};

#[test]
fn comparisons_hold_otherwise() {
    let holds = |tests: &str, change: Value| at(json!({ "holds": tests }), change);
    let of = |test: Value, input: &Value, lawful: &Value, table: &[(Value, Value)]| {
        comes_to(&choice(test), input, lawful, table);
    };
    let (yes, no) = (json!("B"), error("States.Runtime"));
    let other = json!("other-type");
    of(
        json!({ "Variable": "$.a", "NumericEquals": 1 }),
        &json!({ "a": true }),
        &no,
        &[
            (
                holds("any comparison of numbers", json!("coerce")),
                yes.clone(),
            ),
            (
                when(
                    holds("any comparison", json!({ "set": true })),
                    other.clone(),
                ),
                yes.clone(),
            ),
            (
                when(holds("StringEquals", json!({ "set": true })), other.clone()),
                no.clone(),
            ),
            (
                when(
                    holds("NumericEquals", json!({ "fail": "States.TaskFailed" })),
                    other.clone(),
                ),
                error("States.TaskFailed"),
            ),
        ],
    );
    of(
        json!({ "Variable": "$.a", "StringEqualsPath": "$.b" }),
        &json!({ "a": [1], "b": [1] }),
        &no,
        &[
            (
                when(
                    holds("any comparison for equality", json!("any-type")),
                    json!("twin"),
                ),
                yes.clone(),
            ),
            (
                when(holds("StringEquals", json!("any-type")), json!("negated")),
                no.clone(),
            ),
        ],
    );
    of(
        json!({ "Variable": "$.a", "IsNull": false }),
        &json!({ "a": 1 }),
        &yes,
        &[(
            when(
                holds("any test of a type", json!({ "set": false })),
                json!("negated"),
            ),
            no.clone(),
        )],
    );
    let fraction = when(at(json!("timestamp"), json!("ignore")), json!("fraction"));
    of(
        json!({ "Variable": "$.a", "TimestampLessThan": "2026-01-01T00:00:00.5Z" }),
        &json!({ "a": "2026-01-01T00:00:00Z" }),
        &yes,
        &[(fraction, no.clone())],
    );
    of(
        json!({ "Variable": "$.a", "StringLessThan": "\u{ffff}" }),
        &json!({ "a": "\u{10000}" }),
        &yes,
        &[(at(json!("string-order"), json!("ignore")), no.clone())],
    );
    let wildcards = |characters: &str| at(json!("wildcards"), json!({ "set": characters }));
    of(
        json!({ "Variable": "$.a", "StringMatches": "[ab]?*" }),
        &json!({ "a": "axyz" }),
        &no,
        &[(wildcards("?["), yes.clone()), (wildcards("?"), no.clone())],
    );
    of(
        json!({ "Variable": "$.a", "StringMatches": "\\*" }),
        &json!({ "a": "*" }),
        &yes,
        &[(wildcards("\\"), no.clone())],
    );
}

#[test]
fn a_variable_that_finds_nothing_is_tested() {
    let missing = |set: bool| at(json!("variable-missing"), json!({ "set": set }));
    let negated = || when(missing(true), json!("negated"));
    comes_to(
        &choice(json!({ "Variable": "$.a", "IsString": false })),
        &json!({}),
        &error("States.Runtime"),
        &[
            (missing(true), json!("B")),
            (missing(false), error("States.Runtime")),
            (negated(), json!("B")),
        ],
    );
    for test in [
        json!({ "IsString": true }),
        json!({ "BooleanEquals": false }),
    ] {
        let mut test = test;
        test["Variable"] = json!("$.a");
        let fails = error("States.Runtime");
        comes_to(
            &choice(test),
            &json!({}),
            &fails,
            &[(negated(), fails.clone())],
        );
    }
}

#[test]
fn only_an_operand_of_another_type_fails() {
    let fails = when(
        at(
            json!({ "holds": "TimestampLessThan" }),
            json!({ "fail": "States.TaskFailed" }),
        ),
        json!("operand-of-other-type"),
    );
    let test = json!({ "Variable": "$.a", "TimestampLessThanPath": "$.b" });
    let (time, no) = ("2026-01-01T00:00:00Z", error("States.Runtime"));
    for (a, b, expected) in [
        (time, "x", error("States.TaskFailed")),
        ("x", time, no.clone()),
        ("x", "y", no.clone()),
    ] {
        let table = [(fails.clone(), expected)];
        comes_to(
            &choice(test.clone()),
            &json!({ "a": a, "b": b }),
            &no,
            &table,
        );
    }
}

#[test]
fn the_assign_of_a_single_test_is_ignored() {
    let ignored = when(
        at(json!({ "field": "Assign" }), json!("ignore")),
        json!("single"),
    );
    let test = json!({ "Variable": "$.a", "IsNull": true });
    let fails = error("States.Runtime");
    for (mut rule, expected) in [
        (test.clone(), json!("B")),
        (json!({ "Not": { "Not": test } }), fails.clone()),
    ] {
        rule["Assign"] = json!({ "x.$": "$.b" });
        let table = [(ignored.clone(), expected)];
        comes_to(&choice(rule), &json!({ "a": null }), &fails, &table);
    }
}
