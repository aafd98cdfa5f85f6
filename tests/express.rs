//! Express workflows: drawn, started synchronously over HTTP, and judged by how they end.

use serde_json::Value;
use stepproof_tests::expect;

const OPTIONS: [&str; 9] = [
    "run",
    "--profile",
    "express",
    "--seed",
    "5",
    "--cases",
    "150",
    "--format",
    "json",
];

/// The last event of a run, and its root.
fn run(options: &[&str], status: i32) -> (Value, Option<String>) {
    let directory = tempfile::tempdir().expect("a directory");
    let ran = expect(directory.path(), &[&OPTIONS, options].concat(), status);
    let events = ran.out.lines().map(serde_json::from_str);
    let events: Vec<Value> = events.collect::<Result<_, _>>().expect("events");
    let root = events.iter().find_map(|it| it["explanation"].as_str());
    (
        events.last().cloned().expect("an end"),
        root.map(str::to_owned),
    )
}

/// Over HTTP, the embedded engine does with Express workflows what the reference expects; a broken rule is
/// found in them and named.
#[test]
fn express_workflows_run_over_http() {
    let (end, _) = run(&["--engine", "embedded"], 0);
    assert_eq!(end["verdicts"]["agreed"], 150, "{end}");
    let (end, root) = run(&["--engine", "embedded", "--fault", "result-path"], 1);
    assert_eq!(end["roots"], 1, "{end}");
    assert_eq!(root.as_deref(), Some("ResultPath is ignored"));
}
