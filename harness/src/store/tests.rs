use std::{fs, time::Duration};

use serde_json::json;
use stepproof_specs::{
    clause::{Coverage, REGISTRY},
    scenario::case::{Case, ExecutionCase, Start},
};

use super::{
    CaseRecord, Detail, FindingFiles, FindingRecord, Journal as _, ReductionRecord, Replay,
    RunRecord, Store, StoreError, write_finding,
};
use crate::{identity::CaseId, job::Lane, judge::verdict::Verdict, shrink::Ended};

fn run() -> RunRecord {
    RunRecord {
        started: "2026-11-22T00:00:00Z".to_owned(),
        stepproof: "0.1.0".to_owned(),
        generator: "1".to_owned(),
        engine: "embedded".to_owned(),
        engine_version: "0.1.0".to_owned(),
        seed: 7,
        configuration: json!({"cases": 10}),
    }
}

fn case() -> Case {
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let case = ExecutionCase {
        entropy: 3,
        ..ExecutionCase::new(definition, vec![Start::unplanned(json!({}))])
    };
    case.into()
}

fn judged(index: u64, verdict: Verdict) -> CaseRecord {
    CaseRecord {
        index,
        id: Some(CaseId::of(&case())),
        verdict,
        signatures: vec![format!("status Task - {index}").parse().unwrap()],
        coverage: Coverage::from_iter([REGISTRY[0].0]),
        starts: 2,
        lane: Lane::Throughput,
        asl: 1_000,
        engine: Duration::from_micros(1_234),
        at: Duration::from_millis(10 + index),
        detail: Some(Detail {
            trouble: Some("call StartExecution: no answer".to_owned()),
            ..Detail::default()
        }),
    }
}

fn finding() -> (FindingRecord, ReductionRecord) {
    let finding = FindingRecord {
        number: 1,
        signature: "status Task - x".parse().unwrap(),
        index: 3,
        reproduced: 3,
        repetitions: 3,
        slug: "status-task-x".to_owned(),
        original: case(),
        detail: Detail::default(),
    };
    let reduction = ReductionRecord {
        number: 1,
        minimal: case(),
        states: 1,
        candidates: 40,
        calls: 12,
        ended: Ended::OutOfCalls,
        error: None,
        detail: Detail::default(),
        replay: Replay::CameBack,
    };
    (finding, reduction)
}

#[test]
fn a_run_is_read_back_as_it_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run");
    let mut store = Store::create(&path, run()).unwrap();
    let (finding, reduction) = finding();
    store.append_case(judged(3, Verdict::Diverge));
    store.append_case(judged(1, Verdict::Agree));
    store.append_finding(finding.clone());
    store.append_reduction(reduction.clone());
    store.append_event(Duration::from_millis(5), "{}".to_owned());
    assert_eq!(store.pending(), 5);
    store.commit().unwrap();
    store.append_case(judged(2, Verdict::Unknown));
    drop(store); // like a kill: uncommitted entries are lost

    let store = Store::open(&path).unwrap();
    assert_eq!(*store.run(), run());
    let stored = store.stored().unwrap();
    let verdicts: Vec<_> = stored.cases.iter().map(|c| (c.index, c.verdict)).collect();
    assert_eq!(verdicts, [(1, Verdict::Agree), (3, Verdict::Diverge)]);
    assert_eq!(stored.cases[1].signatures[0].to_string(), "status Task - 3");
    assert!(stored.cases.iter().all(|case| case.coverage.len() == 1));
    assert_eq!(stored.elapsed, Duration::from_millis(13));
    assert_eq!(stored.findings, [(finding, Some(reduction))]);
    assert_eq!(
        store.events().unwrap(),
        [(Duration::from_millis(5), "{}".to_owned())]
    );
    assert!(store.detail(3).unwrap().unwrap().trouble.is_some());
    assert_eq!(store.detail(2).unwrap(), None);
}

/// Several rules may be broken so that it shows in the same way.
#[test]
fn findings_with_the_same_signature_are_all_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run");
    let mut store = Store::create(&path, run()).unwrap();
    let (first, reduction) = finding();
    let mut second = first.clone();
    second.number += 1;
    store.append_finding(first.clone());
    store.append_reduction(reduction.clone());
    store.append_finding(second.clone());
    store.commit().unwrap();
    drop(store);
    let stored = Store::open(&path).unwrap().stored().unwrap();
    assert_eq!(stored.findings, [(first, Some(reduction)), (second, None)]);
}

#[test]
fn what_diverged_only_as_a_finding_that_was_taken_back_is_flaky() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::create(directory.path(), run()).unwrap();
    let (mut gone, mut reduction) = finding();
    gone.signature = judged(3, Verdict::Diverge).signatures.remove(0);
    reduction.replay = Replay::Gone;
    let (mut stands, mut troubled) = finding();
    (stands.number, troubled.number) = (2, 2);
    troubled.replay = Replay::Troubled;
    let mut both = judged(4, Verdict::Diverge);
    both.signatures = vec![gone.signature.clone(), stands.signature.clone()];
    store.append_case(judged(3, Verdict::Diverge));
    store.append_case(both);
    for (finding, reduction) in [(gone, reduction), (stands, troubled)] {
        store.append_finding(finding);
        store.append_reduction(reduction);
    }
    store.commit().unwrap();
    let stored = store.stored().unwrap();
    let verdicts: Vec<_> = stored.cases.iter().map(|c| (c.index, c.verdict)).collect();
    assert_eq!(verdicts, [(3, Verdict::Flaky), (4, Verdict::Diverge)]);
    let replays = stored.findings.iter();
    let replays: Vec<_> = replays.map(|(_, it)| it.as_ref().unwrap().replay).collect();
    assert_eq!(replays, [Replay::Gone, Replay::Troubled]);
}

#[test]
fn a_case_cannot_be_counted_twice() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::create(directory.path(), run()).unwrap();
    store.append_case(judged(1, Verdict::Agree));
    store.commit().unwrap();
    store.append_case(judged(1, Verdict::Diverge));
    assert!(matches!(store.commit(), Err(StoreError::Database { .. })));
    assert_eq!(store.stored().unwrap().cases[0].verdict, Verdict::Agree);
}

#[test]
fn a_directory_is_used_by_one_run_and_one_process() {
    let directory = tempfile::tempdir().unwrap();
    let missing = Store::open(directory.path()).unwrap_err();
    assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
    let store = Store::create(directory.path(), run()).unwrap();
    let in_use = Store::open(directory.path()).unwrap_err();
    assert!(matches!(in_use, StoreError::InUse { .. }), "{in_use}");
    drop(store);
    let occupied = Store::create(directory.path(), run()).unwrap_err();
    assert!(
        matches!(occupied, StoreError::Occupied { .. }),
        "{occupied}"
    );
    Store::open(directory.path()).unwrap();
}

#[test]
fn what_is_no_run_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("run.sqlite");
    let open = |content: &[u8]| {
        fs::write(&file, content).unwrap();
        Store::open(directory.path()).unwrap_err()
    };
    assert!(matches!(open(b""), StoreError::Corrupt { .. }));
    assert!(matches!(open(b"{\"a\": 1}"), StoreError::Foreign { .. }));
    let mut torn = b"SQLite format 3\0".to_vec();
    torn.extend([0xff; 4_000]);
    assert!(matches!(open(&torn), StoreError::Corrupt { .. }));

    fs::remove_file(&file).unwrap();
    let foreign = rusqlite::Connection::open(&file).unwrap();
    foreign.execute_batch("CREATE TABLE t (a)").unwrap();
    drop(foreign);
    let error = Store::open(directory.path()).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
}

#[test]
fn damage_and_later_formats_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("run.sqlite");
    drop(Store::create(directory.path(), run()).unwrap());
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = Store::open(directory.path()).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error}"
    );

    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    connection
        .execute_batch("DELETE FROM run; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    drop(connection);
    let error = Store::open(directory.path()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");

    let mut bytes = fs::read(&file).unwrap();
    let length = bytes.len();
    bytes[200..length].fill(0xa5);
    fs::write(&file, bytes).unwrap();
    let error = Store::open(directory.path()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let blocked = directory.path().join("file");
    fs::write(&blocked, "").unwrap();
    let error = Store::create(&blocked.join("run"), run()).unwrap_err();
    assert!(matches!(error, StoreError::Unwritable { .. }), "{error}");
    assert!(error.to_string().contains("file/run"), "{error}");
}

#[test]
fn a_finding_becomes_files() {
    let directory = tempfile::tempdir().unwrap();
    let files = FindingFiles::of(directory.path(), 2, "status-task-x");
    write_finding(&files, &case(), &case(), "# Report\n").unwrap();
    assert!(files.case.ends_with("findings/2-status-task-x/case.json"));
    assert_eq!(crate::casefile::load(&files.original).unwrap(), case());
    assert_eq!(fs::read_to_string(&files.report).unwrap(), "# Report\n");
}

#[test]
fn a_name_that_leads_out_of_the_run_is_damage() {
    for (slug, damaged) in [
        ("x", false),
        ("", false),
        ("../../x", true),
        ("/x", true),
        ("..\\x", true),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::create(directory.path(), run()).unwrap();
        let (mut finding, _) = finding();
        finding.slug = slug.to_owned();
        store.append_finding(finding);
        store.commit().unwrap();
        drop(store);
        let stored = Store::open(directory.path()).unwrap().stored();
        let corrupt = matches!(&stored, Err(StoreError::Corrupt { .. }));
        assert_eq!((corrupt, stored.is_err()), (damaged, damaged), "{slug}");
    }
}

#[test]
fn a_case_without_a_start_is_damage() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::create(directory.path(), run()).unwrap();
    let (mut finding, _) = finding();
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    finding.original = ExecutionCase::new(definition, Vec::new()).into();
    store.append_finding(finding);
    store.commit().unwrap();
    assert!(matches!(store.stored(), Err(StoreError::Corrupt { .. })));
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_run() {
    use std::os::unix::fs::symlink;

    let directory = tempfile::tempdir().unwrap();
    let (run, outside) = (
        directory.path().join("run"),
        directory.path().join("outside"),
    );
    fs::create_dir_all(run.join("findings")).unwrap();
    fs::create_dir(&outside).unwrap();
    let files = FindingFiles::of(&run, 1, "x");
    symlink(&outside, &files.directory).unwrap();
    let error = write_finding(&files, &case(), &case(), "page").unwrap_err();
    assert!(matches!(error, StoreError::Unwritable { .. }), "{error}");
    let files = FindingFiles::of(&run, 2, "x");
    fs::create_dir(&files.directory).unwrap();
    fs::write(outside.join("kept"), "kept").unwrap();
    symlink(outside.join("kept"), files.report.with_extension("new")).unwrap();
    write_finding(&files, &case(), &case(), "page").unwrap();
    assert_eq!(fs::read_to_string(&files.report).unwrap(), "page");
    assert_eq!(fs::read_to_string(outside.join("kept")).unwrap(), "kept");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}
