//! A killed run must be resumable and reach the verdicts of an uninterrupted one.

use std::{
    fs,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};
use stepproof::store::Journal as _;

use stepproof_tests::{Ran, command, expect, interruptible, stepproof, verdicts};

/// Enough that a run can be killed twenty times.
const CASES: usize = 1_000;

const RUN: [&str; 7] = [
    "run",
    "--cases",
    "1000",
    "--seed",
    "21",
    "--fault",
    "map-order",
];

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

/// Kills a run some time after its start; returns false if it had already ended.
fn killed(here: &Path, arguments: &[&str], after: Duration) -> bool {
    let mut child = command(here, arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command runs");
    thread::sleep(after);
    let ended = child.try_wait().expect("a status").is_some();
    if !ended {
        child.kill().expect("a kill");
        child.wait().expect("an end");
    }
    !ended
}

type Verdict = (u64, String, Vec<String>);

/// Whether two verdicts are equivalent. If several outcomes are legal, the one that the reference
/// foresaw agrees and any other is poisoned; which of them occurs depends on timing.
fn same((left, right): &(&Verdict, &Verdict)) -> bool {
    let open = |it: &Verdict| matches!(it.1.as_str(), "agreed" | "poisoned");
    left == right || left.0 == right.0 && open(left) && open(right)
}

#[test]
fn a_run_that_is_killed_twenty_times_comes_to_the_same_verdicts() {
    const KILLS: u32 = 20;
    let directory = directory();
    let here = directory.path();
    let start = Instant::now();
    expect(here, &[&RUN[..], &["--out", "whole"]].concat(), 1);
    // All of them together take half as long as the run, however fast the machine is.
    let share = start.elapsed() / 40;

    let out = [&RUN[..], &["--out", "broken"]].concat();
    let resume = ["run", "--resume", "broken"];
    let mut kills = 0;
    // The delays vary but are not random, so that a failure can be repeated.
    while kills < KILLS {
        let begun = here.join("broken/run.sqlite").exists();
        let arguments = if begun { &resume[..] } else { &out };
        let after = share / 2 + share * (kills * 7 % 10) / 10;
        assert!(
            killed(here, arguments, after),
            "the run ended after {kills} kills"
        );
        kills += 1;
    }
    println!(
        "killed {kills} times, with {} of {CASES} cases judged",
        verdicts(&here.join("broken")).len()
    );
    expect(here, &resume, 1);
    let broken = verdicts(&here.join("broken"));
    assert_eq!(broken.len(), CASES);
    let whole = verdicts(&here.join("whole"));
    let differ: Vec<_> = broken.iter().zip(&whole).filter(|it| !same(it)).collect();
    assert!(differ.is_empty(), "{differ:?}");
    // Which case shows a root first depends on the order; which rule is broken does not.
    let roots = |run: &str| {
        let store = stepproof::store::Store::open(&here.join(run)).expect("a run");
        let findings = store.stored().expect("a readable run").findings;
        assert!(findings.iter().all(|(_, reduction)| reduction.is_some()));
        let reductions = findings.into_iter().filter_map(|(_, it)| it);
        let roots = reductions.filter(|it| it.detail.root.is_none());
        let mut all: Vec<Option<String>> = roots
            .map(|it| it.detail.explanations.first().map(ToString::to_string))
            .collect();
        all.sort();
        all
    };
    assert!(roots("whole").iter().all(Option::is_some));
    assert_eq!(roots("broken"), roots("whole"));
}

#[test]
fn a_finished_run_is_resumed_to_its_own_end() {
    let directory = directory();
    let here = directory.path();
    let run = ["run", "--cases", "20", "--seed", "2", "--out", "r"];
    let first = expect(here, &run, 0);
    let again = expect(here, &["run", "--resume", "r"], 0);
    let last = |ran: &Ran| ran.out.lines().last().map(str::to_owned);
    assert_eq!(last(&first), last(&again));
    expect(
        here,
        &["run", "--resume", "r", "--seed", "2", "--jobs", "1"],
        0,
    );
}

#[test]
fn only_the_same_run_is_resumed() {
    let directory = directory();
    let here = directory.path();
    expect(
        here,
        &["run", "--cases", "5", "--seed", "2", "--out", "r"],
        0,
    );
    for (option, value) in [
        ("--seed", "3"),
        ("--cases", "6"),
        ("--profile", "retry"),
        ("--shard", "1/2"),
        ("--fault", "liveness"),
        ("--engine", "reference"),
    ] {
        let ran = expect(here, &["run", "--resume", "r", option, value], 2);
        assert!(ran.err.contains(option), "{}", ran.err);
        assert!(ran.err.contains("help:"), "{}", ran.err);
    }
    assert_eq!(verdicts(&here.join("r")).len(), 5, "nothing was lost");
}

#[test]
fn run_directories_that_cannot_be_used_are_named() {
    let directory = directory();
    let here = directory.path();
    fs::write(here.join("file"), "").expect("a file");
    expect(
        here,
        &["run", "--cases", "5", "--seed", "2", "--out", "r"],
        0,
    );
    fs::create_dir(here.join("foreign")).expect("a directory");
    fs::write(here.join("foreign/run.sqlite"), "a letter").expect("a file");
    fs::create_dir(here.join("torn")).expect("a directory");
    let mut bytes = fs::read(here.join("r/run.sqlite")).expect("a run");
    bytes.truncate(bytes.len() / 2);
    fs::write(here.join("torn/run.sqlite"), bytes).expect("a file");
    for (arguments, word) in [
        (&["--out", "r"][..], "already holds one"),
        (&["--out", "file/r"], "file/r"),
        (&["--resume", "none"], "there is no run"),
        (&["--resume", "foreign"], "not a stepproof run"),
        (&["--resume", "torn"], "damaged"),
    ] {
        let ran = stepproof(here, &[&["run"][..], arguments].concat());
        assert_eq!(ran.status, 2, "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(word), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("help:"), "{}", ran.err);
    }
    assert_eq!(verdicts(&here.join("r")).len(), 5, "nothing was lost");
}

#[cfg(unix)]
#[test]
fn a_polite_stop_finishes_what_is_under_way() {
    let directory = directory();
    let here = directory.path();
    for (out, signal, status) in [("r", "INT", 130), ("s", "TERM", 143)] {
        let run = ["run", "--cases", "100000", "--seed", "2", "--out", out];
        let child = interruptible(here, &run)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command runs");
        thread::sleep(Duration::from_millis(1_500));
        let kill = std::process::Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status();
        assert!(kill.expect("kill runs").success());
        let ran: Ran = child.wait_with_output().expect("an end").into();
        let go_on = format!("stepproof run --resume {out}");
        assert!(ran.out.contains(&go_on), "{ran:?}");
        assert_eq!(ran.status, status, "{ran:?}");
        let line = ran.out.lines().last().expect("a last line");
        let count = verdicts(&here.join(out)).len();
        assert!(line.starts_with(&format!("{count} cases, ")), "{line}");
        let why = ran.err.lines().last().expect("a last line");
        assert!(
            why.starts_with(&format!("exit status {status}: signal ")),
            "{why}"
        );
        let page = report(here, out);
        assert!(page.contains(&format!("**{why}**")), "{page}");
        assert!(page.contains(&format!("go on with `{go_on}`")), "{page}");
        assert!(page.contains(&format!("{count} cases, ")), "{page}");
    }
}

fn report(here: &Path, run: &str) -> String {
    fs::read_to_string(here.join(run).join("report.md")).expect("a report")
}

#[test]
fn a_killed_run_leaves_a_report_that_says_how_to_go_on() {
    let directory = directory();
    let here = directory.path();
    let run = ["run", "--cases", "2000", "--seed", "2", "--out", "r"];
    while !here.join("r/report.md").exists() {
        let _ = fs::remove_dir_all(here.join("r"));
        assert!(killed(here, &run, Duration::from_millis(300)));
    }
    let page = report(here, "r");
    assert!(page.contains("**The run has not ended.**"), "{page}");
    assert!(page.contains("`stepproof run --resume r`"), "{page}");
    expect(here, &["run", "--resume", "r"], 0);
    let page = report(here, "r");
    assert!(page.contains("**exit status 0: "), "{page}");
    assert!(page.contains("2000 cases, "), "{page}");
}

/// What a run says of its cases and findings is the same whether it is one session or several.
#[test]
fn a_resumed_run_reports_what_its_earlier_sessions_found() {
    let directory = directory();
    let here = directory.path();
    let run = [
        "run",
        "--engine",
        "reference",
        "--cases",
        "200",
        "--seed",
        "7",
        "--out",
        "r",
    ];
    let faulty = [
        &run[..],
        &["--fault", "retry-budget", "--shrink-calls", "50"],
    ]
    .concat();
    expect(here, &faulty, 1);
    let without_time = || {
        let page = report(here, "r");
        let lines = page.lines().filter(|line| !line.starts_with("- time: "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let first = without_time();
    let found = |line: &String| line.starts_with("- root 1: ");
    assert!(first.iter().any(found), "{first:?}");
    assert!(first.contains(&"## Poisoned".to_owned()), "{first:?}");
    let resumed = expect(here, &["run", "--resume", "r"], 1);
    assert_eq!(without_time(), first);
    let before =
        |line: &str| line.starts_with("root 1: ") && line.contains("; it was found before");
    assert!(resumed.out.lines().any(before), "{}", resumed.out);
}
