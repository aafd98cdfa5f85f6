//! Paths and fields with paths that are read otherwise.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{clause::Aspect, deviation::Deviations, scenario::plan::Plan};

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

#[test]
fn a_deviation_may_be_about_paths_that_look_so() {
    let read = |path: &str| pass(json!({ "Parameters": { "x.$": path } }));
    let unwrapped = |paths: Value| {
        let mut deviation = at(json!("path-several"), json!("unwrap"));
        deviation["paths"] = paths;
        deviation
    };
    let (in_name, not_in_name) = (
        json!({ "like": r"\.[^.\[]+$" }),
        json!({ "unlike": r"\.b$" }),
    );
    comes_to(
        &read("$.a[*].b"),
        &json!({ "a": [{ "b": 1 }] }),
        &json!({ "x": [1] }),
        &[
            (unwrapped(in_name.clone()), json!({ "x": 1 })),
            (unwrapped(not_in_name.clone()), json!({ "x": [1] })),
        ],
    );
    comes_to(
        &read("$.a[*]"),
        &json!({ "a": [1] }),
        &json!({ "x": [1] }),
        &[
            (unwrapped(in_name), json!({ "x": [1] })),
            (unwrapped(not_in_name), json!({ "x": 1 })),
        ],
    );
    let of_object = when(
        at(json!({ "path": "wildcard" }), json!("unwrap")),
        json!("of-object"),
    );
    for (path, input, lawful, changed) in [
        ("$.a[*]", json!({ "a": [1] }), json!([1]), json!([1])),
        ("$.a[*]", json!({ "a": { "b": 1 } }), json!([1]), json!(1)),
        ("$..a[*]", json!({ "a": { "b": 1 } }), json!([1]), json!(1)),
        (
            "$$.Execution.Input[*]",
            json!({ "b": 1 }),
            json!([1]),
            json!(1),
        ),
        ("$..[*]", json!({ "b": 1 }), json!([1]), json!(1)),
    ] {
        let (lawful, changed) = (json!({ "x": lawful }), json!({ "x": changed }));
        comes_to(
            &read(path),
            &input,
            &lawful,
            &[(of_object.clone(), changed)],
        );
    }
    let refused = |mut deviation: Value, paths: Value| {
        deviation["paths"] = paths;
        let read = serde_json::from_value::<Deviations>(json!([deviation]));
        read.expect_err("no deviation").to_string()
    };
    let several = at(json!("path-several"), json!("unwrap"));
    let pattern = refused(several, json!({ "like": "(" }));
    assert!(
        pattern.starts_with("read the pattern of paths '('"),
        "{pattern}"
    );
    let order = refused(
        at(json!("string-order"), json!("ignore")),
        json!({ "like": "a" }),
    );
    assert_eq!(
        order,
        "make a change for some paths at the hook \"string-order\": it is about no path"
    );
}

/// Where nothing is said of what an engine does, everything that follows is open, and nothing before it.
#[test]
fn what_nothing_is_said_of_is_open_from_there() {
    let other = |hook: Value| at(hook, json!("other"));
    let read = pass(json!({ "Parameters": { "x.$": "States.Format('{}', $.a[*])" } }));
    let run = Run::new(&read, &json!({ "a": ["b"] }), Plan::default());
    for (hook, is_open) in [
        (json!({ "path": "wildcard" }), true),
        (json!("path-several"), true),
        (json!({ "path": "slice" }), false),
        (json!({ "function": "Format" }), true),
        (json!({ "function": "Hash" }), false),
        (json!({ "failure": "data.template.missing" }), false),
    ] {
        let engine = run.engine(&deviations(&other(hook.clone())));
        let expected = engine.expect(1_000_000).expect("it runs");
        assert_eq!(expected.observation, run.lawful(), "{hook}");
        let events = is_open.then_some(2);
        assert_eq!(expected.assumed_from, events, "{hook}");
        assert_eq!(
            expected.poisoned.contains(&Aspect::Status),
            is_open,
            "{hook}"
        );
    }
    let missing = Run::new(
        &pass(json!({ "Parameters": { "x.$": "$.none" } })),
        &json!({}),
        Plan::default(),
    );
    let failure = other(json!({ "failure": "data.template.missing" }));
    let expected = missing.engine(&deviations(&failure)).expect(1_000_000);
    assert_eq!(expected.expect("it runs").assumed_from, Some(2));
}

/// The state has JSONPath; in JSONata, variables are assigned.
#[test]
fn a_field_of_both_languages_may_be_another_one_in_jsonpath_alone() {
    let deviation = when(
        at(json!({ "field": "Assign" }), json!("ignore")),
        json!("json-path"),
    );
    let set = json!({ "Assign": { "v": 1 } });
    for (language, assigned) in [("JSONPath", None), ("JSONata", Some(json!({ "v": 1 })))] {
        let mut state = pass(set.clone());
        state["QueryLanguage"] = language.into();
        let run = Run::new(&state, &json!({}), Plan::default());
        let seen = run.under(&deviation);
        let events = seen.history.unwrap_or_default();
        let exited = events
            .iter()
            .find(|it| it.details.output.is_some())
            .expect("an exit");
        let variables = exited.details.assigned.as_deref().cloned();
        assert_eq!(variables.map(Value::Object), assigned, "{language}");
    }
}
