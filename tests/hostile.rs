//! What names, errors and files contain shows in the output, and does nothing else there.

use std::{fs, path::Path};

use serde_json::{Value, json};
use stepproof_tests::{Ran, stepproof};

/// Clears the screen, renames the window, turns text around, begins a line and hides it.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}8m\u{202e}\r\nstatus \u{7f}";

fn is_harmless(text: &str) -> bool {
    !text.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}'))
}

/// Runs a command, whose output must be harmless and say what was hostile.
fn shown(here: &Path, arguments: &[&str]) -> Ran {
    let ran = stepproof(here, arguments);
    let all = format!("{}{}", ran.out, ran.err);
    assert!(is_harmless(&all), "{arguments:?}: {all:?}");
    assert!(all.contains("\\u001b[2J"), "{arguments:?}: {all}");
    assert!(
        !all.lines().any(|line| line.starts_with("status \\u007f")),
        "{arguments:?}: {all}"
    );
    ran
}

#[test]
fn names_errors_and_files_do_nothing_to_a_terminal() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let merged = json!({ "Type": "Pass", "Result": HOSTILE, "ResultPath": "$.r", "Next": "F" });
    let machine = json!({ "StartAt": HOSTILE, "States": {
        HOSTILE: merged, "F": { "Type": "Fail", "Error": HOSTILE, "Cause": HOSTILE },
    }});
    let write = |name: &str, value: &Value| {
        fs::write(here.join(name), value.to_string()).expect("a file");
    };
    write("m.json", &machine);
    let mut refused = machine.clone();
    refused["States"][HOSTILE]["Next"] = json!(HOSTILE.repeat(2));
    write("refused.json", &refused);
    shown(here, &["validate", "refused.json"]);
    shown(here, &["validate", "\u{1b}[2J.json"]);
    shown(here, &["simulate", "m.json"]);
    let checked = shown(
        here,
        &[
            "check",
            "m.json",
            "--cases",
            "2",
            "--fault",
            "result-path",
            "--shrink-calls",
            "0",
            "--out",
            "r",
        ],
    );
    assert_eq!(checked.status, 1, "{checked:?}");
    let findings = fs::read_dir(here.join("r/findings")).expect("findings");
    let finding = findings
        .map(|it| it.expect("a finding").path())
        .next()
        .expect("a finding");
    let page = fs::read_to_string(finding.join("report.md")).expect("a page");
    assert!(is_harmless(&page) && page.contains("\\u001b[2J"), "{page}");
    let case = finding.join("case.json");
    let case = case.to_str().expect("a path");
    shown(here, &["replay", case, "--fault", "result-path"]);
    // What is for programs says the same as before.
    let ran = shown(here, &["simulate", "m.json", "--format", "json"]);
    let simulated: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(simulated["cause"], json!(HOSTILE));
    let ran = shown(
        here,
        &[
            "check",
            "m.json",
            "--cases",
            "1",
            "--fault",
            "result-path",
            "--shrink-calls",
            "0",
            "--format",
            "json",
        ],
    );
    let events = ran
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    assert!(
        events
            .last()
            .is_some_and(|it| it["event"] == "run_finished")
    );
}
