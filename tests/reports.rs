//! What a run leaves: its page, its last words and its exit status; and the cases that it names, which
//! are drawn again as they were.

use std::{fs, path::Path};

use stepproof::{
    casefile,
    identity::CaseId,
    judge::verdict::Verdict,
    store::{Journal as _, Store},
};
use stepproof_tests::{Ran, expect, stepproof, workspace};

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

fn write(directory: &Path, name: &str, text: &str) {
    fs::write(directory.join(name), text).expect("a file");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares with a snapshot what people read. How many cases do what, and why some are poisoned, changes
/// with the generators, so the snapshot leaves numbers and those reasons out.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(workspace().join("snapshots/insta"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut shown: Vec<String> = Vec::new();
    for line in text.lines() {
        let poisoned = [
            "cause", "error", "history", "output", "path", "status", "timing",
        ];
        let is_reason = |aspect: &&str| line.contains(&format!("{aspect}: it "));
        shown.push(if poisoned.iter().any(is_reason) {
            "REASON".to_owned()
        } else {
            without_numbers(line)
        });
    }
    shown.dedup();
    settings.bind(|| insta::assert_snapshot!(format!("reports__{name}"), shown.join("\n")));
}

/// A line with `#` for each number.
fn without_numbers(line: &str) -> String {
    let mut shown = String::new();
    for c in line.chars() {
        match c {
            '0'..='9' if shown.ends_with('#') => {}
            '0'..='9' => shown.push('#'),
            ' ' if shown.ends_with("  ") => {}
            c => shown.push(c),
        }
    }
    shown
}

/// A ledger that knows what the fault `retry-budget` does, and whose divergence spoils a feature.
const LEDGER: &str = r#"format = 1
engine = "reference"

[[divergence]]
id = "retry-budget"
title = "A retrier gives one attempt more than it should"
reason = "Broken on purpose."
clause = "retry.exhausted"
only = ["retry.*"]
spreads = true
signatures = ["history * * property:*"]
evidence = "States Language specification, \"Errors\""
first_seen = 2026-01-31
last_confirmed = 2026-01-31
engine_version = "0"
case = "retry-budget.json"
avoid = ["odd-names", "parallel"]
"#;

const FAULTY: [&str; 6] = [
    "--engine",
    "reference",
    "--fault",
    "retry-budget",
    "--ledger",
    "known.toml",
];

/// A directory with the ledger and its case.
fn with_ledger() -> tempfile::TempDir {
    let directory = directory();
    write(directory.path(), "known.toml", LEDGER);
    let case = read(&workspace().join("snapshots/zoo/retry-budget.json"));
    write(directory.path(), "retry-budget.json", &case);
    directory
}

#[test]
fn a_run_with_nothing_new_leaves_a_report() {
    let directory = with_ledger();
    let here = directory.path();
    let run = ["run", "--cases", "300", "--seed", "7", "--out", "r"];
    let ran = expect(here, &[&run[..], &FAULTY].concat(), 0);
    snapshot("nothing_new_page", &read(&here.join("r/report.md")));
    snapshot("nothing_new_terminal", &ran.out);
}

#[test]
fn a_red_run_says_why_on_its_page_and_at_the_end() {
    let directory = directory();
    let here = directory.path();
    let run = ["run", "--engine", "reference", "--cases", "100", "--seed"];
    let red = [
        "7",
        "--fault",
        "retry-budget",
        "--out",
        "r",
        "--shrink-calls",
        "0",
    ];
    let ran = expect(here, &[&run[..], &red].concat(), 1);
    let last = ran.err.lines().last().expect("a last line");
    assert!(last.starts_with("exit status 1: "), "{last}");
    let page = read(&here.join("r/report.md"));
    assert!(page.contains(&format!("**{last}**")), "{page}");
}

/// The identities of the cases that a run names: its findings, and whatever else it kept.
fn named(run: &Path) -> Vec<(u64, CaseId)> {
    let store = Store::open(run).expect("a run");
    let stored = store.stored().expect("a readable run");
    let cases = stored.cases.iter().map(|case| case.index);
    let mut named: Vec<(u64, CaseId)> = cases
        .filter_map(|index| Some((index, store.identity(index).expect("an identity")?)))
        .collect();
    for (finding, _) in stored.findings {
        named.push((finding.index, CaseId::of(&finding.original)));
    }
    named
}

/// A case that is known, and its identity.
fn known(run: &Path) -> (u64, CaseId) {
    let stored = {
        let store = Store::open(run).expect("a run");
        store.stored().expect("a readable run")
    };
    let mut cases = stored.cases.iter();
    let known = cases.find(|case| case.verdict == Verdict::Known);
    let known = known.expect("a known case").index;
    let mut named = named(run).into_iter();
    named
        .find(|(index, _)| *index == known)
        .expect("an identity")
}

/// The command on the page that replays a case of the run, for this case.
fn replay(run: &Path, case: &str) -> Vec<String> {
    let page = read(&run.join("report.md"));
    let command = page
        .lines()
        .find(|line| line.starts_with("stepproof replay SEED:INDEX"))
        .expect("a command");
    let command = command.replace("SEED:INDEX", case);
    command.split(' ').skip(1).map(str::to_owned).collect()
}

/// Replays the first cases that a run named by the command on its page; each must be the same case.
fn come_back(here: &Path, run: &str, seed: &str, expected: i32) {
    let named = named(&here.join(run));
    assert!(!named.is_empty(), "{run}");
    for (index, id) in named.iter().take(6) {
        let mut command = replay(&here.join(run), &format!("{seed}:{index}"));
        command.extend(["--out", "case.json"].map(str::to_owned));
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let ran = stepproof(here, &command);
        assert!([expected, 4].contains(&ran.status), "{command:?}: {ran:?}");
        let case = casefile::load(&here.join("case.json")).expect("a case");
        assert_eq!(CaseId::of(&case), *id, "{command:?}");
    }
}

#[test]
fn cases_of_a_run_that_a_ledger_steers_are_drawn_again_as_they_were() {
    let directory = with_ledger();
    let here = directory.path();
    let run = ["run", "--cases", "300", "--seed", "7", "--out", "r"];
    expect(here, &[&run[..], &FAULTY].concat(), 0);
    come_back(here, "r", "7", 1);
    // Without the ledger, other cases are drawn.
    let (index, id) = known(&here.join("r"));
    let case = format!("7:{index}");
    let bare = [
        "replay",
        &case,
        "--engine",
        "reference",
        "--out",
        "bare.json",
    ];
    stepproof(here, &bare);
    let bare = casefile::load(&here.join("bare.json")).expect("a case");
    assert_ne!(CaseId::of(&bare), id);
    // The run itself says everything.
    let of_run = ["replay", &case, "--run", "r", "--out", "run.json"];
    let ran = expect(here, &of_run, 1);
    assert!(
        ran.out.contains(&format!("replay {case} --run r")),
        "{}",
        ran.out
    );
    let of_run = casefile::load(&here.join("run.json")).expect("a case");
    assert_eq!(CaseId::of(&of_run), id);
    let other = expect(here, &["replay", "8:1", "--run", "r"], 2);
    assert!(other.err.contains("its seed is 7"), "{}", other.err);
}

#[test]
fn cases_are_drawn_again_with_the_options_of_their_run() {
    let directory = directory();
    let here = directory.path();
    let run = [
        "run",
        "--engine",
        "reference",
        "--fault",
        "retry-budget",
        "--cases",
        "60",
    ];
    let more = [
        "--seed",
        "3",
        "--out",
        "r",
        "--shrink-calls",
        "0",
        "--profile",
        "retry",
    ];
    let features = ["--without", "catch", "--rarely", "odd-names"];
    expect(here, &[&run[..], &more, &features].concat(), 1);
    come_back(here, "r", "3", 1);
}

const ORDER: &str = r#"{"StartAt": "Check", "States": {
    "Check": {"Type": "Choice", "Default": "Ship", "Choices": [
        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}]},
    "Approve": {"Type": "Task", "ResultPath": "$.approval", "Next": "Ship",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:approve",
        "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}]},
    "Ship": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": true}}}"#;

const DISTRIBUTED: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Map", "End": true,
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}}}}"#;

/// A directory of machines: one that can be run, one that cannot, one that is torn, and two other files.
fn machines(here: &Path) {
    fs::create_dir(here.join("m")).expect("a directory");
    write(here, "m/order.asl.json", ORDER);
    write(here, "m/wide.json", DISTRIBUTED);
    write(here, "m/torn.json", "{\"StartAt\": \"A\",\n  \"States\": {");
    write(here, "m/package.json", "{\"name\": \"no machine\"}");
    write(here, "m/chart.yaml", "{{ if .Values.on }}\n a: [");
}

#[test]
fn machines_and_files_that_cannot_be_judged_are_named_and_red() {
    let directory = directory();
    let here = directory.path();
    machines(here);
    let check = [
        "check",
        "m",
        "--engine",
        "reference",
        "--cases",
        "20",
        "--seed",
        "3",
    ];
    let ran = expect(here, &[&check[..], &["--out", "r"]].concat(), 4);
    snapshot("check_terminal", &format!("{}{}", ran.out, ran.err));
    snapshot("check_page", &read(&here.join("r/report.md")));
    let resumed = expect(here, &["run", "--resume", "r"], 4);
    let last = |ran: &Ran| ran.err.lines().last().map(str::to_owned);
    assert_eq!(last(&resumed), last(&ran));
    fs::remove_file(here.join("m/torn.json")).expect("a file");
    fs::remove_file(here.join("m/wide.json")).expect("a file");
    expect(here, &check, 0);
}

#[test]
fn cases_of_given_machines_are_drawn_again_from_their_run() {
    let directory = directory();
    let here = directory.path();
    write(here, "order.json", ORDER);
    let check = [
        "check",
        "order.json",
        "--engine",
        "reference",
        "--seed",
        "3",
    ];
    let faulty = [
        "--fault",
        "retry-budget",
        "--out",
        "r",
        "--shrink-calls",
        "0",
    ];
    expect(here, &[&check[..], &faulty].concat(), 1);
    fs::remove_file(here.join("order.json")).expect("a file");
    come_back(here, "r", "3", 1);
}

#[test]
fn one_divergence_is_reported_once() {
    let directory = directory();
    let here = directory.path();
    let run = [
        "run",
        "--engine",
        "reference",
        "--fault",
        "max-concurrency",
        "--cases",
        "600",
    ];
    let ran = expect(
        here,
        &[&run[..], &["--seed", "3", "--out", "r"]].concat(),
        1,
    );
    let findings = fs::read_dir(here.join("r/findings")).expect("findings");
    let pages = findings.map(|finding| read(&finding.expect("a finding").path().join("report.md")));
    let pages: Vec<String> = pages.collect();
    let is_other = |page: &&String| page.contains("**Another way to");
    let others = pages.iter().filter(is_other).count();
    assert!(pages.len() > others, "the first way to a divergence is one");
    let names_others = |page: &&String| page.contains("is another way to this root");
    assert_eq!(pages.iter().any(|page| names_others(&page)), others > 0);
    let told = ran
        .out
        .lines()
        .filter(|line| line.contains("is another way to"));
    assert_eq!(told.count(), others, "{}", ran.out);
    let counted = format!("; {} roots\n", pages.len() - others);
    assert!(ran.out.contains(&counted), "{counted}: {}", ran.out);
}
