//! Compares the reference with recordings of AWS, and checks what the command reports about them.
//!
//! `STEPPROOF_OBSERVED` names a folder of recordings; the test that needs it is skipped without it.

use std::{fs, path::Path};

use serde_json::{Value, json};
use stepproof_tests::{Ran, expect, recordings, stepproof};

/// The minimum number of recordings of each kind that agree. Raise it when the reference improves.
const AGREED: [(&str, u64); 6] = [
    ("execution", 626),
    ("api_sequence", 135),
    ("create_state_machine", 21),
    ("update_state_machine", 2),
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

/// A recording of calls: an activity is created twice, and described.
fn calls() -> Value {
    let created = json!({"activityArn": "arn:aws:states:us-east-1:111111111111:activity:a", "creationDate": "date"});
    json!({"kind": "api_sequence", "masked": [
        "/steps/0/expect/creationDate", "/steps/1/expect/creationDate",
        "/steps/2/expect/creationDate", "/steps/3/expect_error/message"],
        "source": {"last_validated": "2024-01-01"}, "steps": [
        {"op": "create_activity", "params": {"name": "a"}, "expect": created},
        {"op": "create_activity", "params": {"name": "a"}, "expect": created},
        {"op": "describe_activity", "params": {"activityArn": "${0.activityArn}"}, "expect":
            {"activityArn": created["activityArn"], "creationDate": "date", "name": "a"}},
        {"op": "describe_activity", "params": {"activityArn": "${0.activityArn}b"}, "fails": true, "expect_error":
            {"code": "ActivityDoesNotExist", "message": "Activity Does Not Exist: '<name>'"}},
        {"op": "describe_activity", "params": {"activityArn": null}, "fails": true, "expect_error":
            {"raw": "Parameter validation failed"}},
    ]})
}

#[test]
fn calls_are_made_in_order_and_every_answer_is_compared() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    write(here, "r/api/a.json", &calls().to_string());
    let ran = expect(here, &["observed", "r"], 0);
    assert_eq!(
        last(&ran),
        "1 case, 1 judged: 1 agreed, 0 diverged; 0 unsupported"
    );
    let changes = [
        (
            "/steps/2/expect/name",
            json!("b"),
            "output at /steps/2/expect/name",
        ),
        (
            "/steps/2/expect/more",
            json!(1),
            "output at /steps/2/expect/more",
        ),
        // What was there when the recording was made may not be missing.
        (
            "/source/last_validated",
            json!("2025-01-01"),
            "output at /steps/2/expect/encryptionConfiguration",
        ),
        (
            "/steps/3/expect_error/code",
            json!("InvalidArn"),
            "error at /steps/3/expect_error/code",
        ),
        (
            "/steps/3/expect_error/message",
            json!("No Activity: '<name>'"),
            "cause at /steps/3/expect_error/message",
        ),
        ("/steps/3/fails", json!(false), "acceptance at /steps/3"),
        (
            "/steps/1/fails",
            json!(true),
            "acceptance at /steps/1/expect_error",
        ),
    ];
    for (at, value, told) in changes {
        let mut other = calls();
        let (parent, key) = at.rsplit_once('/').expect("a member");
        other.pointer_mut(parent).expect("a parent")[key] = value;
        write(here, "r/api/a.json", &other.to_string());
        let ran = expect(here, &["observed", "r"], 1);
        assert!(ran.out.contains(told), "{at}: {}", ran.out);
    }
    let mut lost = calls();
    lost["steps"][2]["params"]["activityArn"] = json!("${0.arn}");
    write(here, "r/api/a.json", &lost.to_string());
    let ran = expect(here, &["observed", "r"], 4);
    assert!(ran.out.contains("step 2 refers to ${0.arn}"), "{}", ran.out);
}

#[test]
fn a_read_is_made_again_until_it_shows_what_was_recorded() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    let machine = |seconds: u64| {
        let definition = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": seconds, "End": true}}});
        json!({"op": "create_state_machine", "params": {"name": "m", "definition": definition.to_string(),
            "roleArn": "arn:aws:iam::111111111111:role/r"}})
    };
    let sequence = |status: &str| {
        json!({"kind": "api_sequence", "masked": [], "steps": [
            machine(100_000),
            {"op": "start_execution", "params": {"stateMachineArn": "${0.stateMachineArn}"}},
            {"op": "describe_execution", "params": {"executionArn": "${1.executionArn}"},
             "partial": {"status": status}},
        ]})
    };
    for (status, code) in [("RUNNING", 0), ("SUCCEEDED", 0), ("FAILED", 1)] {
        write(here, "r/api/a.json", &sequence(status).to_string());
        expect(here, &["observed", "r"], code);
    }
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
        r#"{"kind": "never_heard_of", "expect": {}}"#,
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
