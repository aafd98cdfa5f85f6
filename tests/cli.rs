//! The command as users see it: its output, its exit status, and its reaction to bad input.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::Stdio,
};

use serde_json::{Value, json};
use stepproof_tests::{command, expect, verdicts};

const MACHINE: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a",
          "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2}], "End": true}}}"#;

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

fn write(directory: &Path, name: &str, text: &str) {
    fs::write(directory.join(name), text).expect("a file");
}

/// The command must refuse these arguments: exit status 2, the words and a remedy on standard
/// error, no other output.
fn refused(directory: &Path, arguments: &[&str], words: &[&str]) {
    let ran = expect(directory, arguments, 2);
    for word in words {
        assert!(ran.err.contains(word), "'{word}' is not in: {}", ran.err);
    }
    assert!(ran.err.starts_with("error: "), "{}", ran.err);
    assert!(ran.out.is_empty(), "{}", ran.out);
}

#[test]
fn a_run_on_the_embedded_engine_agrees_and_ends_with_one_line() {
    let directory = directory();
    let run = ["run", "--cases", "60", "--seed", "5", "--out", "r"];
    let ran = expect(directory.path(), &run, 0);
    assert!(ran.out.contains("seed 5"), "{}", ran.out);
    let line = ran.out.lines().last().expect("a last line");
    assert!(line.starts_with("60 cases, "), "{line}");
    assert!(line.contains(" 0 diverged, "), "{line}");
    assert_eq!(verdicts(&directory.path().join("r")).len(), 60);
}

#[test]
fn json_is_one_event_per_line() {
    let directory = directory();
    let run = ["run", "--cases", "9", "--seed", "5", "--format", "json"];
    let ran = expect(directory.path(), &run, 0);
    let events: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect();
    assert_eq!(events.len(), 11);
    assert_eq!(events[0]["event"], "run_started");
    assert_eq!(events[10]["cases"], 9);
    let runs: Vec<_> = fs::read_dir(directory.path().join("runs"))
        .expect("a default directory")
        .collect();
    assert_eq!(runs.len(), 1);
}

#[test]
fn a_fault_is_found_written_and_replayed_from_its_file() {
    let directory = directory();
    let here = directory.path();
    let run = [
        "run",
        "--cases",
        "120",
        "--seed",
        "1",
        "--profile",
        "choice",
        "--fault",
        "choice-order",
        "--out",
        "r",
    ];
    let ran = expect(here, &run, 1);
    assert!(
        ran.out.contains("stepproof replay r/findings/1-"),
        "{}",
        ran.out
    );
    let findings: Vec<_> = fs::read_dir(here.join("r/findings"))
        .expect("findings")
        .map(|entry| entry.expect("a finding").path())
        .collect();
    assert!(!findings.is_empty());
    for finding in findings {
        for file in ["case.json", "original.json", "report.md"] {
            assert!(finding.join(file).is_file(), "{} {file}", finding.display());
        }
        let case = finding.join("case.json");
        let case = case.to_str().expect("a path in UTF-8");
        expect(here, &["replay", case, "--fault", "choice-order"], 1);
        expect(here, &["replay", case], 0);
    }
}

#[test]
fn shards_are_a_partition_of_the_whole() {
    let directory = directory();
    let here = directory.path();
    let run = |extra: &[&str]| {
        let fixed = [
            "run",
            "--cases",
            "40",
            "--seed",
            "9",
            "--engine",
            "reference",
        ];
        expect(here, &[&fixed, extra].concat(), 0);
    };
    run(&["--out", "whole"]);
    run(&["--shard", "1/2", "--out", "odd"]);
    run(&["--shard", "2/2", "--out", "even"]);
    let mut parts = verdicts(&here.join("odd"));
    parts.extend(verdicts(&here.join("even")));
    parts.sort();
    assert_eq!(parts, verdicts(&here.join("whole")));
}

#[test]
fn cases_that_come_with_the_command_are_found_from_any_directory() {
    let directory = directory();
    let replay = |case| {
        [
            "replay",
            case,
            "--engine",
            "reference",
            "--fault",
            "retry-budget",
        ]
    };
    let ran = expect(directory.path(), &replay("zoo/retry-budget"), 1);
    assert!(ran.out.contains("attempts"), "{}", ran.out);
    expect(directory.path(), &replay("moto/choice-missing-variable"), 0);
    refused(
        directory.path(),
        &replay("moto/choice-mising-variable"),
        &[
            "nearest name is moto/choice-missing-variable;",
            "moto/non-ascii-names",
        ],
    );
    refused(
        directory.path(),
        &replay("mote/choice"),
        &["cases of aws-local-stepfunctions, localstack, ministack, moto, zoo"],
    );
}

#[test]
fn one_case_can_be_generated_replayed_and_shrunk() {
    let directory = directory();
    let here = directory.path();
    let generate = [
        "generate", "--seed", "3", "--from", "2", "--cases", "2", "--out", "c",
    ];
    let ran = expect(here, &generate, 0);
    assert_eq!(
        ran.out.lines().collect::<Vec<_>>(),
        ["c/3-2.json", "c/3-3.json"]
    );
    expect(here, &["replay", "c/3-2.json"], 0);
    expect(here, &["replay", "3:3"], 0);
    let itself = ["replay", "c/3-2.json", "--engine", "reference"];
    let ran = expect(here, &itself, 0);
    assert!(ran.out.contains("agrees with itself"), "{}", ran.out);
    let faulty = [&itself[..], &["--fault", "map-order"]].concat();
    let ran = expect(here, &faulty, 0);
    let hidden = "agrees with the reference: the fault 'map-order' does not show";
    assert!(ran.out.contains(hidden), "{}", ran.out);
    let agreed = expect(here, &["shrink", "c/3-3.json"], 0);
    assert!(agreed.out.contains("nothing to shrink"), "{}", agreed.out);
    let again = expect(here, &["generate", "--seed", "3", "--from", "2"], 0);
    let stored = fs::read_to_string(here.join("c/3-2.json")).expect("a case");
    let stored: Value = serde_json::from_str(&stored).expect("JSON");
    let printed: Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!(stored, printed, "the same seed gives the same case");
}

#[test]
fn simulate_prints_outcome_and_history() {
    let directory = directory();
    let here = directory.path();
    write(here, "m.json", MACHINE);
    let plan = r#"{"A": [{"attempts_below": 1,
        "reply": {"fail": {"error": "E", "cause": "c"}}}, {"reply": {"succeed": 7}}]}"#;
    let ran = expect(here, &["simulate", "m.json", "--plan", plan], 0);
    assert!(
        ran.out.starts_with("SUCCEEDED after 1.000 s\noutput  7\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("ActivityScheduled"), "{}", ran.out);
    write(here, "plan.json", plan);
    let arguments = [
        "simulate",
        "m.json",
        "--plan",
        "plan.json",
        "--format",
        "json",
    ];
    let ran = expect(here, &arguments, 0);
    let seen: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(seen["output"], json!(7));
    assert_eq!(seen["duration"], json!(1_000));
}

#[test]
fn simulate_prints_events_of_any_length() {
    let directory = directory();
    let here = directory.path();
    let pass = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    write(here, "pass.json", &pass.to_string());
    let long = json!({"long": "a".repeat(70_000)});
    write(here, "long.json", &long.to_string());
    let arguments = ["simulate", "pass.json", "--input", "long.json"];
    let ran = expect(here, &arguments, 0);
    let row = |line: &&str| line.contains("PassStateEntered");
    let entered = ran.out.lines().find(row).expect("the event");
    assert!(
        entered.ends_with(&format!("input={long}")),
        "{}",
        entered.len()
    );
    let ran = expect(here, &[&arguments[..], &["--format", "json"]].concat(), 0);
    let seen: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(seen["history"][1]["details"]["input"], long);
}

#[test]
fn validate_speaks_like_aws() {
    let directory = directory();
    let here = directory.path();
    write(here, "good.json", MACHINE);
    write(
        here,
        "bad.yaml",
        "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: B\n",
    );
    expect(here, &["validate", "good.json"], 0);
    let ran = expect(here, &["validate", "bad.yaml"], 1);
    assert!(ran.out.contains("MISSING_TRANSITION_TARGET"), "{}", ran.out);
    let ran = expect(here, &["validate", "bad.yaml", "--format", "json"], 1);
    let diagnostics: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(diagnostics[0]["code"], "MISSING_TRANSITION_TARGET");
}

#[test]
fn bad_machines_are_named_with_place_and_remedy() {
    let directory = directory();
    let here = directory.path();
    write(here, "torn.json", "{\"StartAt\": \"A\",\n  \"States\": {");
    write(here, "deep.json", &"[".repeat(10_000));
    write(here, "deep.yaml", &format!("a: {}", "[".repeat(10_000)));
    write(
        here,
        "field.json",
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Nxt": "B", "End": true}}}"#,
    );
    fs::write(here.join("latin.json"), b"{\"Comment\": \"\xe9\"}").expect("a file");
    let long = MACHINE.replace(
        "\"StartAt\"",
        &format!("{}\"StartAt\"", " ".repeat(1_100_000)),
    );
    write(here, "long.json", &long);
    for command in ["validate", "simulate"] {
        refused(
            here,
            &[command, "torn.json"],
            &["torn.json", "line 2", "help:"],
        );
        refused(here, &[command, "deep.json"], &["deep.json", "help:"]);
        refused(here, &[command, "deep.yaml"], &["deep.yaml", "help:"]);
        refused(
            here,
            &[command, "latin.json"],
            &["not UTF-8 at byte 13", "help:"],
        );
        refused(here, &[command, "none.json"], &["none.json", "help:"]);
    }
    refused(here, &["simulate", "long.json"], &["long.json", "help:"]);
    let ran = expect(here, &["validate", "long.json"], 1);
    assert!(ran.out.contains("may have 1048576"), "{}", ran.out);
    let ran = expect(here, &["validate", "field.json"], 1);
    assert!(
        ran.out
            .contains("Field 'Nxt' is not supported at /States/A"),
        "{}",
        ran.out
    );
}

#[test]
fn bad_inputs_and_plans_are_named() {
    let directory = directory();
    let here = directory.path();
    write(here, "m.json", MACHINE);
    let simulate = |extra: &[&str], words: &[&str]| {
        refused(here, &[&["simulate", "m.json"], extra].concat(), words);
    };
    simulate(&["--input", "{\"a\""], &["--input", "not JSON", "help:"]);
    simulate(
        &["--input", "none.json"],
        &[
            "read 'none.json'",
            "--input: there is no such file",
            "help:",
        ],
    );
    simulate(
        &["--plan", "{\"B\": []}"],
        &["no Task state at 'B'", "are at: A"],
    );
    simulate(&["--plan", "[1]"], &["read the plan", "help:"]);
    simulate(
        &["--plan", r#"{"A": [{"reply": "silent"}]}"#],
        &["never ends", "TimeoutSeconds"],
    );
}

#[test]
fn bad_case_files_are_named() {
    let directory = directory();
    let here = directory.path();
    expect(here, &["generate", "--seed", "3", "--out", "c"], 0);
    let text = fs::read_to_string(here.join("c/3-0.json")).expect("a case");
    let mut newer: Value = serde_json::from_str(&text).expect("JSON");
    newer["format"] = json!(99);
    write(here, "newer.json", &newer.to_string());
    write(here, "torn.json", &text[..text.len() / 2]);
    let mut stranger: Value = serde_json::from_str(&text).expect("JSON");
    stranger["starts"][0]["plan"] = json!({"Nowhere": [{"reply": "echo"}]});
    write(here, "stranger.json", &stranger.to_string());
    for command in ["replay", "shrink"] {
        refused(here, &[command, "newer.json"], &["case format 99", "help:"]);
        refused(
            here,
            &[command, "torn.json"],
            &["torn.json", "not JSON", "line"],
        );
        refused(here, &[command, "stranger.json"], &["'Nowhere'", "help:"]);
        refused(here, &[command, "none.json"], &["none.json", "help:"]);
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let directory = directory();
    let here = directory.path();
    for arguments in [
        &["run", "--cases", "many"][..],
        &["run", "--cases", "5", "--time", "1m"],
        &["run", "--time", "0s"],
        &["run", "--shard", "3/2"],
        &["run", "--jobs", "0"],
        &["run", "--time-scale", "2"],
        &["dance"],
    ] {
        let ran = expect(here, arguments, 2);
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
    refused(
        here,
        &["run", "--profile", "none"],
        &["'none'", "everything"],
    );
    refused(
        here,
        &["run", "--fault", "none"],
        &["'none'", "retry-budget"],
    );
    refused(here, &["run", "--ledger", "none.toml"], &["none.toml"]);
    refused(here, &["clauses", "nonesuch"], &["'nonesuch'", "lists all"]);
    refused(
        here,
        &["deviations", "nonesuch"],
        &["'nonesuch'", "lists all"],
    );
    write(here, "other.toml", "format = 1\nengine = \"moto\"\n");
    let other = [
        "other.toml:",
        "line 2",
        "of 'moto'",
        "is 'embedded'",
        "give that engine",
    ];
    refused(here, &["run", "--ledger", "other.toml"], &other);
    refused(here, &["replay", "1:2", "--ledger", "other.toml"], &other);
    assert!(!here.join("runs").exists(), "a refused run leaves nothing");
}

#[test]
fn an_engine_that_is_not_there_ends_with_6() {
    let directory = directory();
    let here = directory.path();
    let run = ["run", "--endpoint", "http://127.0.0.1:9", "--cases", "5"];
    let ran = expect(here, &run, 6);
    assert_eq!(
        ran.err,
        "error: failed to reach http://127.0.0.1:9: nothing listens there (connection refused)\n  \
         help: check that the engine is running and that the address is right\n"
    );
    let run = [
        "run",
        "--endpoint",
        "http://no-such-host.invalid:9",
        "--cases",
        "5",
    ];
    let ran = expect(here, &run, 6);
    assert!(
        ran.err.contains("reach http://no-such-host.invalid:9: "),
        "{}",
        ran.err
    );
    assert!(
        !ran.err.contains('{') && !ran.err.contains("Error"),
        "{}",
        ran.err
    );
    assert!(
        !here.join("runs").exists(),
        "an unreachable engine leaves nothing"
    );
}

#[test]
fn an_engine_that_does_not_exist_or_has_no_address_is_wrong_usage() {
    let directory = directory();
    let here = directory.path();
    let ran = expect(here, &["run", "--engine", "none"], 2);
    assert!(ran.err.contains("stepproof engines"), "{}", ran.err);
    let endpoint = ["--endpoint", "http://127.0.0.1:9", "--cases", "5"];
    for engine in ["embedded", "reference"] {
        let run = [&["run", "--engine", engine][..], &endpoint].concat();
        let ran = expect(here, &run, 2);
        assert!(ran.err.contains(engine), "{}", ran.err);
    }
    expect(here, &["run", "--max-unsure", "5"], 2);
}

const KNOWN: &str = r#"
format = 1
engine = "reference"

[[divergence]]
id = "sequential"
title = "The branches of a Parallel run one after the other"
reason = "Never seen."
clause = "parallel.branches"
signatures = ["history Pass Parallel previous:PassStateEntered"]
evidence = "none"
first_seen = 2026-11-29
last_confirmed = 2026-11-29
engine_version = "0.1.0"
case = "case.json"
"#;

#[test]
fn how_strictly_an_engine_is_judged_is_told_stored_and_replayed() {
    let directory = directory();
    let here = directory.path();
    let fault = ["--fault", "parallel-sequential"];
    let replay = [&["replay", "zoo/parallel-sequential"][..], &fault].concat();
    let ran = expect(here, &replay, 1);
    assert!(ran.out.contains("history Pass Parallel"), "{}", ran.out);
    let ran = expect(here, &[&replay[..], &["--history", "kinds"]].concat(), 0);
    assert!(ran.out.contains("agrees"), "{}", ran.out);

    let lax = [
        "--history",
        "kinds",
        "--cause",
        "ignore",
        "--timing",
        "ignore",
        "--grace",
        "90s",
    ];
    let judged = "judged by history kinds, cause ignore, timing ignore, grace 90s";
    let run = ["run", "--cases", "20", "--seed", "1", "--out", "r"];
    let ran = expect(here, &[&run[..], &lax].concat(), 0);
    assert!(ran.out.contains(judged), "{}", ran.out);
    let ran = expect(here, &["run", "--resume", "r"], 0);
    assert!(ran.out.contains(judged), "{}", ran.out);
    refused(
        here,
        &["run", "--resume", "r", "--history", "path"],
        &["--history"],
    );

    // What is not compared cannot show that an entry of the ledger is stale.
    let zoo = stepproof_tests::workspace().join("snapshots/zoo/parallel-sequential.json");
    fs::copy(zoo, here.join("case.json")).expect("a copy");
    write(here, "known.toml", KNOWN);
    let run = [
        "run",
        "--engine",
        "reference",
        "--cases",
        "5",
        "--seed",
        "1",
    ];
    let run = [&run[..], &["--ledger", "known.toml"]].concat();
    let ran = expect(here, &[&run[..], &["--out", "s"]].concat(), 3);
    assert!(ran.out.contains("stale: 'sequential'"), "{}", ran.out);
    let ran = expect(
        here,
        &[&run[..], &["--out", "u", "--history", "kinds"]].concat(),
        0,
    );
    assert!(ran.out.contains("unchecked: 'sequential'"), "{}", ran.out);

    // What a finding says how to replay it judges as the run did.
    let strict = ["--cause", "given", "--grace", "1500ms"];
    let run = ["run", "--cases", "200", "--seed", "1", "--out", "f"];
    let ran = expect(
        here,
        &[&run[..], &["--fault", "retry-budget"], &strict].concat(),
        1,
    );
    let options = "--fault retry-budget --cause given --grace 1500ms";
    assert!(ran.out.contains(options), "{}", ran.out);
    expect(here, &["run", "--timing", "soon"], 2);
}

const ORDER: &str = r#"{"StartAt": "Check", "States": {
    "Check": {"Type": "Choice", "Default": "Ship", "Choices": [
        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}]},
    "Approve": {"Type": "Task", "ResultPath": "$.approval", "Next": "Ship",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:approve",
        "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Ship"}]},
    "Ship": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": true}}}"#;

#[test]
fn given_machines_are_checked_with_drawn_inputs_and_tasks() {
    let directory = directory();
    let here = directory.path();
    fs::create_dir_all(here.join("m/inner")).expect("directories");
    write(here, "m/order.asl.json", ORDER);
    let loops = "StartAt: Ask\nStates:\n  Ask: {Type: Task, Next: Done, \
                 Resource: 'arn:aws:lambda:us-east-1:123456789012:function:ask'}\n  \
                 Done: {Type: Choice, Default: Ask, Choices: [{Variable: $.s, StringEquals: ok, \
                 Next: End}]}\n  End: {Type: Succeed}\n";
    write(here, "m/inner/loop.yaml", loops);
    write(here, "m/package.json", "{\"name\": \"no machine\"}");
    write(
        here,
        "m/query.json",
        r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
            "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Arguments": {"QueueUrl": "q", "MessageBody": "{% $string($states.context.Task) %}"}}}}"#,
    );
    let check = [
        "check", "m", "--cases", "40", "--seed", "3", "--out", "agreed",
    ];
    // One machine sends all that is told of its task, so it is not judged.
    let ran = expect(here, &check, 4);
    let line = ran.out.lines().last().expect("a last line");
    assert!(line.starts_with("80 cases, 80 judged: "), "{line}");
    for words in [
        "stands for Approve (arn:aws:lambda:",
        "unsupported: m/query.json: failed to serve the task 'A'",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    let skipped = "skipped, not a state machine (no States): m/package.json\n";
    assert!(ran.out.contains(skipped), "{}", ran.out);

    let order = "m/order.asl.json";
    let faulty = ["check", order, "--seed", "3", "--out", "r"];
    let faulty = [&faulty[..], &["--fault", "retry-budget"]].concat();
    let ran = expect(here, &faulty, 1);
    assert!(ran.out.contains("replay r/findings/1-"), "{}", ran.out);
    let case = fs::read_dir(here.join("r/findings")).expect("findings");
    let case = case.last().expect("a finding").expect("a finding").path();
    let case = case.join("case.json");
    let case = case.to_str().expect("a path in UTF-8");
    expect(here, &["replay", case, "--fault", "retry-budget"], 1);
    expect(here, &["replay", case], 0);
    let resumed = expect(here, &["run", "--resume", "agreed"], 4);
    assert!(
        resumed.out.ends_with(&format!("{line}\n")),
        "{}",
        resumed.out
    );
}

#[test]
fn what_is_no_machine_is_named_before_anything_is_checked() {
    let directory = directory();
    let here = directory.path();
    fs::create_dir(here.join("empty")).expect("a directory");
    write(here, "torn.json", "{\"StartAt\": \"A\",\n  \"States\": {");
    write(here, "list.json", "[1]");
    write(
        here,
        "end.json",
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#,
    );
    refused(here, &["check", "empty"], &["'empty'", "no file", "help:"]);
    for (file, words) in [
        ("none.json", ["none.json", "No such file", "help:"]),
        ("torn.json", ["torn.json", "line 2", "help:"]),
        ("list.json", ["list.json", "StartAt", "help:"]),
        (
            "end.json",
            ["line 1, column ", "Missing 'Next' target: B", "help:"],
        ),
    ] {
        let ran = expect(here, &["check", file], 4);
        for words in words {
            assert!(ran.err.contains(words), "{words}: {}", ran.err);
        }
    }
    expect(here, &["check"], 2);
    assert!(
        !here.join("runs").exists(),
        "a refused check leaves nothing"
    );
}

#[test]
fn a_closed_reader_is_no_error() {
    let directory = directory();
    let mut child = command(
        directory.path(),
        &["generate", "--seed", "1", "--cases", "5000"],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the command runs");
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    reader.read_line(&mut first).expect("a line");
    drop(reader);
    let status = child.wait().expect("an end");
    let mut err = String::new();
    let mut pipe = child.stderr.take().expect("a pipe");
    pipe.read_to_string(&mut err).expect("what it said");
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
}

/// A full disk, as far as a process sees it.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_no_success() {
    let directory = directory();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["help", "run"],
        &["clauses"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full");
        let ran = command(directory.path(), arguments)
            .stdout(full.expect("/dev/full"))
            .output()
            .expect("the command runs");
        let err = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(7), "{arguments:?}: {err}");
        assert!(
            err.contains("write to standard output"),
            "{arguments:?}: {err}"
        );
    }
}

#[test]
fn the_pace_is_measured_on_the_embedded_engine_by_default() {
    let directory = directory();
    let pace = ["pace", "--cases", "10", "--seed", "1", "--jobs", "2"];
    let ran = expect(directory.path(), &pace, 0);
    let embedded = "10 cases with seed 1 on embedded ";
    assert!(ran.out.starts_with(embedded), "{}", ran.out);
    let faulty = expect(
        directory.path(),
        &[&pace[..], &["--fault", "choice-order"]].concat(),
        0,
    );
    assert!(faulty.out.starts_with(embedded), "{}", faulty.out);
    let reference = [&pace[..], &["--engine", "reference"]].concat();
    let ran = expect(directory.path(), &reference, 2);
    assert!(ran.err.contains("leave --engine out"), "{}", ran.err);
}

#[test]
fn everything_can_be_listed() {
    let directory = directory();
    let here = directory.path();
    for (arguments, word) in [
        (&["faults"][..], "retry-budget"),
        (&["faults", "--format", "json"], "\"states\""),
        (&["profiles"], "everything"),
        (&["profiles", "--format", "json"], "\"features\""),
        (&["clauses", "retry"], "retry.exhausted"),
        (&["clauses", "--format", "json"], "\"basis\""),
        (&["completions", "bash"], "stepproof"),
        (&["--help"], "Examples:"),
        (&["run", "--help"], "--resume"),
        (&["--version"], "stepproof 0."),
        (&["engines"], "embedded"),
    ] {
        let ran = expect(here, arguments, 0);
        assert!(ran.out.contains(word), "{arguments:?}: {}", ran.out);
    }
}

#[test]
fn a_number_out_of_range_is_told_with_what_is_meant() {
    let directory = tempfile::tempdir().expect("a directory");
    let time = "it must be a time above zero with its unit, for example 500ms, 90s, 30m or 8h";
    for (arguments, told) in [
        (
            ["serve", "--time-scale", "-1"],
            "it must be a number above 0",
        ),
        (["serve", "--port", "70000"], "70000 is not in 0..=65535"),
        (
            ["run", "--cases", "-1"],
            "it must be a whole number above zero",
        ),
        (
            ["run", "--cases", "0"],
            "it must be a whole number above zero",
        ),
        (
            ["run", "--seed", "-1"],
            "it must be a whole number from 0 to ",
        ),
        (
            ["run", "--max-unsure", "-1"],
            "it must be a number from 0 to 1",
        ),
        (["run", "--jobs", "-1"], "-1 is not in 1..=65535"),
        (["run", "--time", "-1s"], time),
        (["run", "--time", "5"], time),
        (["run", "--shrink-time", "0s"], time),
        (["run", "--grace", "-1s"], time),
    ] {
        let ran = expect(directory.path(), &arguments, 2);
        let option = format!("invalid value '{}' for '{}", arguments[2], arguments[1]);
        assert!(ran.err.contains(&option), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
    }
}

/// What a ledger may say is listed, with its JSON, its sentence and its rule.
#[test]
fn deviations_are_listed_as_a_ledger_says_them() {
    let directory = directory();
    let here = directory.path();
    let ran = expect(here, &["deviations", "MaxAttempts"], 0);
    let lines: Vec<&str> = ran.out.lines().collect();
    let place = lines
        .iter()
        .position(|it| *it == "Retry.MaxAttempts is more by 1 (retry.exhausted)")
        .unwrap_or_else(|| panic!("{}", ran.out));
    assert_eq!(
        lines[place + 1],
        r#"    {"hook":{"field":"Retry.MaxAttempts"},"change":{"add":1}}"#
    );
    for words in [
        "hooks: field, work, ",
        "changes: ignore, outer, ",
        "conditions: null, ",
    ] {
        assert!(ran.out.contains(words), "{}", ran.out);
    }
    let ran = expect(here, &["deviations", "--format", "json"], 0);
    let all: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(all.as_array().expect("a list").len() > 100);
}
