//! One broken rule, one divergence: what a run tells of an engine with one fault names the fault.

use serde_json::Value;
use stepproof_tests::stepproof;

/// The divergences of a run on an engine with a fault: what was told of each last, and how many others
/// are other ways to one of them.
fn divergences_of(engine: &str, fault: &str, seed: u32, cases: u32) -> (Vec<Value>, usize) {
    let directory = tempfile::tempdir().expect("a directory");
    let (seed, cases) = (seed.to_string(), cases.to_string());
    let arguments = [
        "run",
        "--engine",
        engine,
        "--fault",
        fault,
        "--seed",
        &seed,
        "--cases",
        &cases,
        "--profile",
        "everything",
        "--format",
        "json",
        "--out",
        "run",
    ];
    let ran = stepproof(directory.path(), &arguments);
    let lines = ran.out.lines();
    let events = lines.map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let mut found: Vec<Value> = Vec::new();
    let mut ways = 0;
    for event in events {
        match event["event"].as_str() {
            Some("divergence") => found.push(event),
            Some("another_way") => ways += 1,
            Some("explained") => {
                let same = |it: &&mut Value| it["number"] == event["number"];
                let told = found.iter_mut().find(same).expect("a divergence");
                *told = event;
            }
            _ => {}
        }
    }
    (found, ways)
}

#[test]
fn one_fault_is_one_divergence_that_names_it() {
    for (fault, explanation) in [
        (
            "input-path",
            "InputPath is ignored in Wait, Pass, Succeed, Choice, Parallel and Map states",
        ),
        ("missing-is-null", "a path that finds nothing gives null"),
        ("retry-budget", "Retry.MaxAttempts is more by 1"),
        ("null-result-path", "ResultPath is ignored if it is null"),
        ("liveness", "a caught error leads nowhere"),
    ] {
        let (found, _) = divergences_of("reference", fault, 3, 400);
        let told: Vec<_> = found.iter().map(|it| &it["explanation"]).collect();
        assert_eq!(told, [explanation], "{fault}");
    }
}

/// Workers on a real engine do not know which attempts only a faulty one makes.
#[test]
fn one_fault_is_one_divergence_over_http_too() {
    for (fault, explanation) in [
        ("retry-budget", "Retry.MaxAttempts is more by 1"),
        ("liveness", "a caught error leads nowhere"),
    ] {
        let (found, _) = divergences_of("embedded", fault, 7, 300);
        let told: Vec<_> = found.iter().map(|it| &it["explanation"]).collect();
        assert_eq!(told, [explanation], "{fault}");
    }
}

#[test]
fn two_broken_rules_are_two_divergences() {
    let (found, _) = divergences_of("reference", "wildcards", 1, 500);
    let mut told: Vec<_> = found
        .iter()
        .map(|it| it["explanation"].to_string())
        .collect();
    told.sort_unstable();
    let expected = ["States.ALL", "States.TaskFailed"]
        .map(|name| format!("\"{name} in ErrorEquals matches nothing\""));
    assert_eq!(told, expected);
}
