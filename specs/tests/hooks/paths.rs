//! Paths and fields with paths that are read otherwise.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{deviation::Deviations, scenario::plan::Plan};

use crate::{Run, at, came_to, comes_to, deviations, error, pass, when};

#[test]
fn paths_find_something_else() {
    let path = |form: &str, change: Value| at(json!({ "path": form }), change);
    let read = |path: &str| pass(json!({ "Parameters": { "x.$": path } }));
    comes_to(
        &read("$.a[*].b"),
        &json!({ "a": [] }),
        &json!({ "x": [] }),
        &[
            (
                when(at(json!("path-several"), json!("ignore")), json!("empty")),
                error("States.Runtime"),
            ),
            (
                when(path("wildcard", json!({ "set": null })), json!("empty")),
                json!({ "x": null }),
            ),
            (path("slice", json!("ignore")), json!({ "x": [] })),
        ],
    );
    comes_to(
        &read("$.a[:0]"),
        &json!({ "a": [1] }),
        &json!({ "x": [] }),
        &[(path("slice-to-zero", json!("outer")), json!({ "x": [1] }))],
    );
    comes_to(
        &read("$.a[:0].b"),
        &json!({ "a": [{ "b": 1 }] }),
        &json!({ "x": [] }),
        &[(path("slice-to-zero", json!("outer")), json!({ "x": [1] }))],
    );
    let both = Deviations::clone(&deviations(&path("slice-to-zero", json!("outer"))));
    let none = when(path("slice-to-zero", json!("ignore")), json!("empty"));
    let both = Arc::new(both.and(Deviations::clone(&deviations(&none))));
    let run = Run::new(&read("$.a[:0]"), &json!({ "a": [] }), Plan::default());
    let seen = run.engine(&both).observe(1_000_000).expect("it runs");
    assert_eq!(came_to(&seen), error("States.Runtime"));
    comes_to(
        &read("$.a[*]"),
        &json!({ "a": { "b": 1 } }),
        &json!({ "x": [1] }),
        &[
            (path("wildcard", json!("outer")), json!({ "x": { "b": 1 } })),
            (path("wildcard", json!("unwrap")), json!({ "x": 1 })),
        ],
    );
    comes_to(
        &read("$..*"),
        &json!({ "a": 1 }),
        &json!({ "x": [1] }),
        &[(path("wildcard", json!("outer")), json!({ "x": [1] }))],
    );
    comes_to(
        &read("$['a','b']"),
        &json!({ "a": 1, "b": 2 }),
        &json!({ "x": { "a": 1, "b": 2 } }),
        &[(path("names", json!("values")), json!({ "x": [1, 2] }))],
    );
    comes_to(
        &pass(json!({ "InputPath": "$.a[0].b" })),
        &json!({ "a": [{ "b": false }] }),
        &json!(false),
        &[
            (path("index-then-name", json!("wrap")), json!([false])),
            (
                when(path("any", json!("ignore")), json!("falsy")),
                error("States.Runtime"),
            ),
            (
                when(path("any", json!("ignore")), json!("null")),
                json!(false),
            ),
        ],
    );
}

#[test]
fn paths_that_find_nothing_give_something() {
    let read = |path: &str| pass(json!({ "Parameters": { "x.$": path } }));
    let in_place = |place: &str| {
        let missing = at(json!("path-missing"), json!({ "set": null }));
        when(missing, json!({ "in": place }))
    };
    comes_to(
        &read("$.none"),
        &json!({}),
        &error("States.Runtime"),
        &[
            (in_place("parameters"), json!({ "x": null })),
            (in_place("template"), json!({ "x": null })),
            (in_place("assign"), error("States.Runtime")),
        ],
    );
    comes_to(
        &pass(json!({ "OutputPath": "$.none" })),
        &json!({}),
        &error("States.Runtime"),
        &[
            (in_place("output-path"), json!(null)),
            (in_place("input-path"), error("States.Runtime")),
        ],
    );
    let null = at(json!({ "failure": "data.path.null" }), json!("ignore"));
    comes_to(
        &read("$.a"),
        &json!(null),
        &error("States.Runtime"),
        &[(null, json!({ "x": null }))],
    );
    let zone = json!({ "replace": { "from": "Z", "to": "+00:00" } });
    comes_to(
        &read("$$.State.EnteredTime"),
        &json!(1),
        &json!({ "x": "2026-01-01T00:00:00Z" }),
        &[
            (
                at(json!({ "context": "State.EnteredTime" }), zone),
                json!({ "x": "2026-01-01T00:00:00+00:00" }),
            ),
            (
                at(json!({ "context": "State.EnteredTime" }), json!("ignore")),
                error("States.Runtime"),
            ),
            (
                at(json!({ "context": "State.Name" }), json!("ignore")),
                json!({ "x": "2026-01-01T00:00:00Z" }),
            ),
        ],
    );
}

#[test]
fn a_result_path_may_be_taken_for_names() {
    let path =
        |change: Value, met: &str| when(at(json!({ "field": "ResultPath" }), change), json!(met));
    let below = json!({ "rebase": "$['$']" });
    let at_path = |text: &str| pass(json!({ "Result": 1, "ResultPath": text }));
    comes_to(
        &at_path("$['a'].b"),
        &json!({}),
        &json!({ "a": { "b": 1 } }),
        &[
            (
                path(json!("literal"), "brackets"),
                json!({ "['a']": { "b": 1 } }),
            ),
            (
                path(below.clone(), "undotted"),
                json!({ "$": { "a": { "b": 1 } } }),
            ),
        ],
    );
    comes_to(
        &at_path("$.a['b']"),
        &json!({}),
        &json!({ "a": { "b": 1 } }),
        &[
            (path(json!("literal"), "brackets"), json!({ "a['b']": 1 })),
            (path(below.clone(), "undotted"), json!({ "a": { "b": 1 } })),
        ],
    );
    comes_to(
        &at_path("$"),
        &json!({}),
        &json!(1),
        &[(path(below, "undotted"), json!({ "$": 1 }))],
    );
}

#[test]
fn fields_are_read_under_more_conditions() {
    let field = |name: &str, change: Value| at(json!({ "field": name }), change);
    comes_to(
        &pass(json!({ "Result": 1, "ResultPath": "$" })),
        &json!({}),
        &json!(1),
        &[(
            when(field("ResultPath", json!("literal")), json!("root")),
            json!({ "$": 1 }),
        )],
    );
    comes_to(
        &pass(json!({ "Result": 0 })),
        &json!({ "a": 1 }),
        &json!(0),
        &[(
            when(field("Result", json!("ignore")), json!("falsy")),
            json!({ "a": 1 }),
        )],
    );
    comes_to(
        &pass(json!({ "Result": null })),
        &json!({ "a": 1 }),
        &json!({ "a": 1 }),
        &[(at(json!("null-result"), json!("ignore")), json!(null))],
    );
    comes_to(
        &json!({ "Type": "Fail" }),
        &json!({}),
        &json!({ "error": null }),
        &[(
            when(
                field("Error", json!({ "set": "States.Fail" })),
                json!("absent"),
            ),
            error("States.Fail"),
        )],
    );
}

/// What a ResultPath meets within the input is overwritten, and an input that is no object is refused all the
/// same, with the error that another deviation names.
#[test]
fn a_result_path_may_overwrite_within_an_input() {
    let hook = json!({ "failure": "data.result-path.conflict" });
    let within = when(at(hook.clone(), json!("ignore")), json!("nested"));
    let named = at(hook, json!({ "fail": "Refused" }));
    let state = pass(json!({ "Result": 1, "ResultPath": "$.a.b" }));
    let both = json!([named, within]);
    let refused = error("States.ReferencePathConflict");
    for (input, deviating) in [
        (json!({ "a": 2 }), json!({ "a": { "b": 1 } })),
        (json!(2), error("Refused")),
    ] {
        let run = Run::new(&state, &input, Plan::default());
        assert_eq!(came_to(&run.plain().observation), refused);
        let all: Deviations = serde_json::from_value(both.clone()).expect("deviations");
        assert_eq!(
            came_to(&run.engine(&all.into()).observe(1_000).expect("it runs")),
            deviating
        );
    }
}
