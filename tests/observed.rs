//! Compares the reference with recordings of AWS, and checks what the command reports about them.
//!
//! `STEPPROOF_OBSERVED` names a folder of recordings; the test that needs it is skipped without it.

use std::{fs, path::Path};

use serde_json::{Value, json};
use stepproof_tests::{Ran, expect, recordings, stepproof};

/// The minimum number of recordings of each kind that agree. Raise it when the reference improves.
const AGREED: [(&str, u64); 4] = [
    ("execution", 626),
    ("create_state_machine", 13),
    ("validate_state_machine_definition", 11),
    ("test_state", 127),
];

fn told(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).expect("the result in JSON")
}

#[test]
fn the_reference_does_what_aws_was_recorded_to_do() {
    let Some(folder) = recordings() else {
        return;
    };
    let folder = folder.canonicalize().expect("the folder");
    let folder = folder.to_str().expect("a path in UTF-8");
    let here = tempfile::tempdir().expect("a directory");
    let ran = stepproof(here.path(), &["observed", folder, "--format", "json"]);
    let told = told(&ran);
    let divergences = told["divergences"].as_array().expect("divergences");
    let places: Vec<String> = divergences
        .iter()
        .map(|it| format!("{} at {}", it["file"], it["at"]))
        .collect();
    assert!(places.is_empty(), "{}", places.join("\n"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    for (kind, least) in AGREED {
        let agreed = told["kinds"][kind]["agreed"].as_u64().unwrap_or_default();
        println!("{kind}: {agreed} agreed");
        assert!(
            agreed >= least,
            "only {agreed} recordings of {kind} agree, not {least}"
        );
    }
}

/// A recording of a machine with one Pass state.
fn pass(output: &Value) -> Value {
    json!({
        "definition": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}},
        "type": "STANDARD", "input": {"n": 1}, "tasks": {}, "masked": [],
        "expect": {"status": "SUCCEEDED", "output": output, "events": [
            {"id": 1, "prev": 0, "type": "ExecutionStarted", "state": null,
             "details": {"input": {"n": 1}, "roleArn": "role"}},
            {"id": 2, "prev": 0, "type": "PassStateEntered", "state": "P",
             "details": {"input": {"n": 1}}},
            {"id": 3, "prev": 2, "type": "PassStateExited", "state": "P",
             "details": {"output": {"n": 1}}},
            {"id": 4, "prev": 3, "type": "ExecutionSucceeded", "state": null,
             "details": {"output": output}},
        ]},
    })
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("an area");
    fs::write(path, text).expect("a recording");
}

fn last(ran: &Ran) -> &str {
    ran.out.lines().last().expect("a last line")
}

#[test]
fn agreement_divergence_and_what_is_not_judged_are_told_apart() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    write(here, "r/good/a.json", &pass(&json!({"n": 1.0})).to_string());
    let ran = expect(here, &["observed", "r"], 0);
    assert_eq!(
        last(&ran),
        "1 case, 1 judged: 1 agreed, 0 diverged; 0 unsupported"
    );

    write(here, "r/bad/b.json", &pass(&json!({"n": 2})).to_string());
    write(
        here,
        "r/bad/c.json",
        r#"{"kind": "api_sequence", "steps": []}"#,
    );
    let ran = expect(here, &["observed", "r"], 1);
    assert_eq!(
        last(&ran),
        "3 cases, 2 judged: 1 agreed, 1 diverged; 1 unsupported"
    );
    for words in ["b.json: output at /output/n", "recorded   2", "1"] {
        assert!(ran.out.contains(words), "'{words}' is not in: {}", ran.out);
    }
    let ran = expect(here, &["observed", "r", "--format", "json"], 1);
    assert_eq!(told(&ran)["divergences"][0]["at"], "/output/n");
    expect(here, &["observed", "r", "--area", "good"], 0);
    expect(here, &["observed", "r", "--area", "none"], 2);
}

#[test]
fn bad_input_is_named_and_the_rest_is_judged() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    let refused = |arguments: &[&str], words: &[&str]| {
        let ran = expect(here, arguments, 2);
        for word in words {
            assert!(ran.err.contains(word), "'{word}' is not in: {}", ran.err);
        }
        ran
    };
    refused(
        &["observed", "nowhere"],
        &["failed to read 'nowhere'", "help:"],
    );
    fs::create_dir(here.join("r")).expect("a folder");
    refused(&["observed", "r"], &["no JSON file", "help:"]);
    write(here, "r/area/a.json", &pass(&json!({"n": 1})).to_string());
    write(here, "r/area/b.json", "{");
    write(here, "r/area/c.json", "{}");
    let ran = refused(
        &["observed", "r"],
        &[
            "b.json': it is not JSON",
            "c.json': it is not a recording",
            "help:",
        ],
    );
    assert!(last(&ran).starts_with("1 case, 1 judged: 1 agreed"));
    fs::remove_file(here.join("r/area/a.json")).expect("a file");
    fs::remove_file(here.join("r/area/b.json")).expect("a file");
    write(
        here,
        "r/area/c.json",
        r#"{"kind": "test_state", "expect": {}}"#,
    );
    expect(here, &["observed", "r"], 4);
}

#[test]
fn the_embedded_engine_does_as_recorded_and_a_broken_one_does_not() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    write(here, "r/area/a.json", &pass(&json!({"n": 1})).to_string());
    let engine = ["observed", "r", "--engine", "embedded"];
    let ran = expect(here, &engine, 0);
    assert!(last(&ran).starts_with("1 case, 1 judged: 1 agreed"));
    write(here, "r/area/b.json", &pass(&json!({"n": 2})).to_string());
    expect(here, &engine, 1);
}

/// A recording of a Parallel in a Parallel whose sections are stored sorted.
fn sorted(outer: &Value) -> Value {
    let pass = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "Result": name, "End": true}}});
    let inner = json!({"StartAt": "I", "States": {
        "I": {"Type": "Parallel", "Branches": [pass("B"), pass("C")], "End": true},
    }});
    let event = |id: u64, prev: u64, kind: &str, state: Value, details: Value| json!({"id": id, "prev": prev, "type": kind, "state": state, "details": details});
    let inside = |kind: &str, state: &str, details: Value| event(0, 0, kind, state.into(), details);
    let none = || Value::Null;
    let output = json!([["B", "C"], "D"]);
    json!({
        "definition": {"StartAt": "P", "States": {
            "P": {"Type": "Parallel", "Branches": [inner, pass("D")], "End": true},
        }},
        "type": "STANDARD", "input": {}, "tasks": {}, "masked": [],
        "expect": {"status": "SUCCEEDED", "output": output, "events": [
            event(1, 0, "ExecutionStarted", none(), json!({"input": {}})),
            event(2, 0, "ParallelStateEntered", "P".into(), json!({"input": {}})),
            event(3, 2, "ParallelStateStarted", none(), json!({})),
            inside("ParallelStateEntered", "I", json!({"input": {}})),
            inside("ParallelStateExited", "I", json!({"output": ["B", "C"]})),
            inside("ParallelStateStarted", "I", json!({})),
            inside("PassStateEntered", "B", json!({"input": {}})),
            inside("PassStateEntered", "C", json!({"input": {}})),
            inside("PassStateEntered", "D", json!({"input": {}})),
            inside("PassStateExited", "B", json!({"output": "B"})),
            inside("PassStateExited", "C", json!({"output": "C"})),
            inside("PassStateExited", "D", json!({"output": outer})),
            event(15, 13, "ParallelStateExited", "P".into(), json!({"output": output})),
            event(16, 15, "ExecutionSucceeded", none(), json!({"output": output})),
        ]},
    })
}

#[test]
fn sorted_sections_are_compared_as_multisets() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    write(here, "r/area/a.json", &sorted(&json!("D")).to_string());
    expect(here, &["observed", "r"], 0);
    write(here, "r/area/a.json", &sorted(&json!("E")).to_string());
    let ran = expect(here, &["observed", "r"], 1);
    assert!(
        ran.out.contains("history at /events/11/details/output"),
        "{}",
        ran.out
    );
}

#[test]
fn what_a_history_masks_is_no_input() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    let mut recording = pass(&json!({"n": 1}));
    let events = &mut recording["expect"]["events"];
    events[0]["details"]["input"] = json!({"n": "number"});
    recording["masked"] = json!(["/events/0/details/input/n"]);
    write(here, "r/area/a.json", &recording.to_string());
    expect(here, &["observed", "r"], 0);
    // What it shows without a mask counts more than what the client is said to have given.
    recording["masked"] = json!([]);
    for event in 1..4 {
        let key = if event == 1 { "input" } else { "output" };
        recording["expect"]["events"][event]["details"][key] = json!({"n": "number"});
    }
    recording["expect"]["output"] = json!({"n": "number"});
    write(here, "r/area/a.json", &recording.to_string());
    expect(here, &["observed", "r"], 0);
}
