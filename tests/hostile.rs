//! What names, errors and files contain shows in the output, and does nothing else there.

use std::{fs, path::Path};

use serde_json::{Value, json};
use stepproof_tests::{Ran, command, expect, stepproof};

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
    let events: Vec<_> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("an event"))
        .collect();
    assert_eq!(events.last().expect("an event")["event"], "run_finished");
}

/// What a reader would have seen is lost: the status says so, and the record is named.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_no_success() {
    let directory = tempfile::tempdir().expect("a directory");
    let run = [
        "run",
        "--cases",
        "20",
        "--seed",
        "1",
        "--profile",
        "smoke",
        "--out",
    ];
    for (arguments, status, word) in [
        (&["generate", "--cases", "9"][..], 7, "No space left"),
        (&["faults"], 7, "No space left"),
        (&[&run[..], &["a"]].concat(), 7, "the record is in a"),
        (
            &[&run[..], &["b", "--format", "json"]].concat(),
            7,
            "the record is in b",
        ),
        // A new divergence is worse than that nobody read of it.
        (
            &[&run[..], &["c", "--fault", "result-path"]].concat(),
            1,
            "the record is in c",
        ),
    ] {
        let full = fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("/dev/full");
        let ran = command(directory.path(), arguments).stdout(full).output();
        let ran = Ran::from(ran.expect("the command runs"));
        assert_eq!(ran.status, status, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(word), "{arguments:?}: {}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn a_record_that_cannot_grow_is_no_wrong_usage() {
    let directory = tempfile::tempdir().expect("a directory");
    let limited = "trap '' XFSZ; ulimit -f 200; exec \"$@\"";
    let ran = std::process::Command::new("sh")
        .args(["-c", limited, "sh"])
        .arg(stepproof_tests::binary())
        .args([
            "run", "--cases", "4000", "--seed", "1", "--keep", "all", "--out", "r",
        ])
        .current_dir(directory.path())
        .output();
    let ran = Ran::from(ran.expect("the command runs"));
    assert_eq!(ran.status, 7, "{}", ran.err);
    assert!(
        ran.err.contains("run.sqlite") && ran.err.contains("disk is not full"),
        "{}",
        ran.err
    );
}

#[test]
fn an_address_is_checked_and_not_repeated() {
    let directory = tempfile::tempdir().expect("a directory");
    for (address, word) in [
        ("", "does not begin with http://"),
        ("127.0.0.1:4566", "does not begin with http://"),
        ("http://:4566", "not an address"),
        (
            "http://user:secret@127.0.0.1:4566",
            "a user name or a password",
        ),
    ] {
        for command in [&["run", "--cases", "1"][..], &["replay", "1:0"]] {
            let ran = stepproof(
                directory.path(),
                &[command, &["--endpoint", address]].concat(),
            );
            assert_eq!(ran.status, 2, "{address}: {ran:?}");
            assert!(
                ran.err.contains(word) && ran.err.contains("help:"),
                "{}",
                ran.err
            );
            assert!(
                !ran.err.contains("secret") && ran.err.lines().count() == 2,
                "{}",
                ran.err
            );
        }
    }
    assert_eq!(
        fs::read_dir(directory.path()).expect("a directory").count(),
        0
    );
}

#[test]
fn a_run_goes_on_with_the_ledger_that_it_was_begun_with() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let ledger = "format = 1\nengine = \"embedded\"\n";
    fs::write(here.join("known.toml"), ledger).expect("a file");
    let run = [
        "run",
        "--cases",
        "5",
        "--seed",
        "1",
        "--ledger",
        "known.toml",
        "--out",
        "r",
    ];
    expect(here, &run, 0);
    expect(here, &["run", "--resume", "r"], 0);
    fs::write(here.join("known.toml"), format!("# Another\n{ledger}")).expect("a file");
    let ran = expect(here, &["run", "--resume", "r"], 2);
    assert!(
        ran.err.contains("the ledger 'known.toml' has been changed"),
        "{}",
        ran.err
    );
}
