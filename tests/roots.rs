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

/// Every case that diverges is counted under one root.
#[test]
fn the_cases_of_the_roots_are_the_cases_that_diverge() {
    for seed in ["1", "2", "3", "4"] {
        let directory = tempfile::tempdir().expect("a directory");
        let arguments = [
            "run",
            "--engine",
            "reference",
            "--fault",
            "wildcards",
            "--seed",
            seed,
            "--cases",
            "300",
            "--format",
            "json",
            "--out",
            "run",
        ];
        let ran = stepproof(directory.path(), &arguments);
        let lines = ran.out.lines();
        let events: Vec<Value> = lines
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect();
        let roots = of_kind(&events, "root");
        let counts: Vec<u64> = roots.iter().filter_map(|it| it["cases"].as_u64()).collect();
        assert!(counts.len() > 1, "{roots:?}");
        assert!(counts.iter().all(|cases| *cases > 0), "{seed}: {roots:?}");
        let last = events.last().expect("an end");
        let diverged = last["verdicts"]["diverged"].as_u64();
        assert_eq!(diverged, Some(counts.iter().sum()), "{seed}: {roots:?}");
    }
}

/// The events of a run on an engine that breaks two rules, with one entry in the ledger.
fn run_with_ledger(deviation: &str, clause: &str, more: &str) -> Vec<Value> {
    let directory = tempfile::tempdir().expect("a directory");
    let zoo = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../snapshots/zoo/wildcards.json"
    );
    std::fs::copy(zoo, directory.path().join("case.json")).expect("a case");
    let ledger = format!(
        "format = 1\nengine = \"reference\"\n\n[[divergence]]\nid = \"all\"\ntitle = \"States.ALL is a name\"\n\
         deviation = '{deviation}'\n{more}reason = \"a test\"\nclause = \"{clause}\"\n\
         evidence = \"the language\"\nfirst_seen = 2026-11-30\nlast_confirmed = 2026-11-30\n\
         engine_version = \"1\"\ncase = \"case.json\"\n"
    );
    std::fs::write(directory.path().join("ledger.toml"), ledger).expect("a ledger");
    let arguments = "run --engine reference --fault wildcards --seed 1 --cases 500 --format json \
                     --ledger ledger.toml --out run";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let ran = stepproof(directory.path(), &arguments);
    let lines = ran.out.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

fn of_kind<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|it| it["event"] == kind).collect()
}

/// What an entry's deviation explains is known, and only that: another broken rule is still found.
#[test]
fn a_known_deviation_hides_nothing_else() {
    let events = run_with_ledger(
        r#"{"hook":{"field":"ErrorEquals"},"change":{"rename":{"from":"States.ALL","to":[]}}}"#,
        "error.match.all",
        "",
    );
    let roots = of_kind(&events, "root");
    let told: Vec<_> = roots.iter().map(|it| &it["sentence"]).collect();
    assert_eq!(
        told,
        ["as if States.TaskFailed in ErrorEquals matches nothing"]
    );
    let last = events.last().expect("an end");
    assert_eq!(last["roots"], 1);
    assert!(last["verdicts"]["known"].as_u64() > Some(20), "{last}");
    let judged = of_kind(&events, "case_judged");
    let known = judged.iter().filter(|it| it["verdict"] == "known");
    known.for_each(|it| assert_eq!(it["why"], serde_json::json!(["all"])));
    let checked = of_kind(&events, "ledger_checked");
    assert_eq!(checked[0]["outcome"], "confirmed");
    assert!(of_kind(&events, "warning").is_empty());
}

/// Cases that agree although an entry says that they should not are evidence against it.
#[test]
fn an_entry_that_is_too_wide_is_named() {
    let events = run_with_ledger(
        r#"{"hook":{"field":"Retry"},"change":"ignore"}"#,
        "error.match.all",
        "",
    );
    let warnings = of_kind(&events, "warning");
    let told = warnings.iter().filter_map(|it| it["text"].as_str());
    let mut told = told.filter(|it| it.starts_with("the ledger's entry 'all' is too wide"));
    let told = told.next().expect("a warning");
    assert!(told.contains("for example 1:"), "{told}");
    assert_eq!(events.last().expect("an end")["roots"], 2);
}

/// A pattern that covers more than its entry says is found out.
#[test]
fn what_signatures_cover_is_checked_in_a_sample() {
    let everything = "spreads = true\nonly = [\"task.*\"]";
    let deviation = r#"{"hook":{"field":"Retry.JitterStrategy"},"change":"ignore"}"#;
    let events = run_with_ledger(deviation, "retry.jitter.full", &format!("{everything}\n"));
    let warnings = of_kind(&events, "warning");
    let told: Vec<_> = warnings
        .iter()
        .filter_map(|it| it["text"].as_str())
        .collect();
    let hidden = |it: &&str| it.contains("may hide another root") && it.contains("as if");
    assert!(told.iter().any(hidden), "{told:?}");
}

/// A replay says what the run says, which knows more cases than one.
#[test]
fn a_replay_names_the_explanation_of_its_run() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let run =
        "run --engine reference --fault input-path --seed 3 --cases 400 --out run --format json";
    let run: Vec<&str> = run.split_whitespace().collect();
    let ran = stepproof(here, &run);
    let lines = ran.out.lines();
    let events: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let roots = of_kind(&events, "root");
    let sentence = roots[0]["sentence"].as_str().expect("a sentence");
    let index = of_kind(&events, "case_judged").into_iter();
    let mut index = index.filter(|it| it["root"] == roots[0]["root"]);
    let case = format!("3:{}", index.next().expect("a case")["index"]);
    for arguments in [&["replay", "run"][..], &["replay", &case, "--run", "run"]] {
        let replayed = stepproof(here, arguments);
        assert!(
            replayed.out.contains(sentence),
            "{sentence}: {}",
            replayed.out
        );
    }
}
