//! Tests the conductor with engines that misbehave in every way, without a network.

pub(super) mod scripted;

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use stepproof_specs::scenario::case::Body;

use self::scripted::{ByName, Heard, Numbered, Scripted, options, record, scripted, unreachable};
use super::{Context, End, Limit, Options, Stop, drive};
use crate::{
    casefile,
    job::Lane,
    judge::{policy::TimingCompare, verdict::Verdict},
    store::{Replay, Store},
    trouble::Trouble,
};

async fn run_in(
    directory: &Path,
    engine: Arc<Scripted>,
    options: Options,
    stop: Stop,
) -> (End, Vec<String>) {
    let store = if directory.join("run.sqlite").exists() {
        Store::open(directory).unwrap()
    } else {
        Store::create(directory, record()).unwrap()
    };
    let context = Arc::new(Context {
        engine,
        source: Arc::new(Numbered),
        judge: Arc::new(ByName),
        stop,
    });
    let mut heard = Heard::default();
    let end = drive(context, options, Box::new(store), &mut heard)
        .await
        .unwrap();
    (end, heard.0)
}

async fn run(engine: Scripted, options: Options) -> (End, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    run_in(directory.path(), Arc::new(engine), options, Stop::default()).await
}

fn verdicts(end: &End) -> Vec<(u64, Verdict)> {
    let stored = end.store.stored().unwrap();
    stored.cases.iter().map(|c| (c.index, c.verdict)).collect()
}

fn stop_after(millis: u64) -> Stop {
    let stop = Stop::default();
    let later = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        later.ask();
    });
    stop
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_is_judged_once_and_counted_when_on_disk() {
    let engine = Arc::new(scripted(|_, _| Ok(vec![])));
    let directory = tempfile::tempdir().unwrap();
    let (end, heard) = run_in(
        directory.path(),
        Arc::clone(&engine),
        options(50),
        Stop::default(),
    )
    .await;
    assert!(end.finished);
    assert_eq!(end.summary.of(Verdict::Agree), 50);
    assert_eq!(end.summary.cases(), 50);
    let judged = heard.iter().filter(|it| it.starts_with("judged"));
    assert_eq!(judged.count(), 50);
    assert_eq!(engine.order.lock().unwrap().len(), 50);
    assert!(engine.most.load(Ordering::SeqCst) <= 4);
    assert!(!end.summary.coverage.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_runs_its_own_cases() {
    let options = Options {
        shard: "2/3".parse().unwrap(),
        ..options(10)
    };
    let (end, _) = run(scripted(|_, _| Ok(vec![])), options).await;
    let indexes: Vec<u64> = verdicts(&end).iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, [1, 4, 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_outcome_has_its_verdict() {
    use Verdict::{Agree, Diverge, Flaky, Known, Poisoned, Unknown, Unsupported};
    let engine = scripted(|number, before| match number {
        1..=3 => Ok(vec!["!bug"]),
        4 => Ok(vec!["!known thing"]),
        5 => Ok(vec!["?open"]),
        6 if before == 0 => Ok(vec!["!once"]),
        7 => Err(Trouble::Unsupported("activities".to_owned())),
        8 => Err(Trouble::Protocol {
            operation: "StartExecution".to_owned(),
            reason: "not JSON".to_owned(),
        }),
        9 => Ok(vec!["!known thing", "!bug"]),
        _ => Ok(vec![]),
    });
    let (end, heard) = run(engine, options(10)).await;
    let stored = end.store.stored().unwrap().cases;
    let why: Vec<_> = stored.iter().map(|case| case.why.join("; ")).collect();
    let open = "path: it may depend on the order of events or on the time, which are not fixed";
    let expected_why = [
        "",
        "",
        "",
        "",
        "known-thing",
        open,
        "",
        "run the case: the engine has no activities",
        "call StartExecution: not JSON",
        "",
    ];
    assert_eq!(why, expected_why);
    let expected = [
        Agree,
        Diverge,
        Diverge,
        Diverge,
        Known,
        Poisoned,
        Flaky,
        Unsupported,
        Unknown,
        Diverge,
    ];
    assert_eq!(verdicts(&end), (0..).zip(expected).collect::<Vec<_>>());
    let findings = end.store.stored().unwrap().findings;
    assert_eq!(findings.len(), 1, "one signature, one finding");
    let (finding, reduction) = &findings[0];
    assert_eq!((finding.reproduced, finding.repetitions), (3, 3));
    assert!(reduction.is_some(), "it was reduced");
    assert_eq!(heard.iter().filter(|it| **it == "reduced bug").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_that_does_not_come_back_from_its_file_is_flaky() {
    // Case 3 diverges until it has been confirmed; case 5 has the same signature.
    let wobbly = |number, before| {
        Ok(match number {
            3 if before < 3 => vec!["!wobbly"],
            5 => vec!["!wobbly"],
            7 => vec!["!wobbly", "!bug"],
            8 => vec!["!bug"],
            _ => vec![],
        })
    };
    let options = Options {
        jobs: 1,
        ..options(10)
    };
    let directory = tempfile::tempdir().unwrap();
    for session in ["first", "resumed"] {
        let engine = Arc::new(scripted(wobbly));
        let stop = Stop::default();
        let (end, heard) = run_in(directory.path(), engine, options.clone(), stop).await;
        let others = verdicts(&end).into_iter();
        let others: Vec<_> = others.filter(|(_, it)| *it != Verdict::Agree).collect();
        let expected = [
            (3, Verdict::Flaky),
            (5, Verdict::Flaky),
            (7, Verdict::Diverge),
            (8, Verdict::Diverge),
        ];
        assert_eq!(others, expected, "{session}");
        assert_eq!(end.summary.of(Verdict::Flaky), 2, "{session}");
        assert_eq!(end.summary.of(Verdict::Diverge), 2, "{session}");
        assert_eq!(end.summary.roots, 1, "{session}");
        let told = |what: &str| heard.iter().filter(|it| it.starts_with(what)).count();
        let first = usize::from(session == "first");
        assert_eq!(told("withdrawn wobbly"), first, "{heard:?}");
        assert_eq!(told("reduced wobbly"), 0, "{heard:?}");
        assert_eq!(told("reduced bug"), first, "{heard:?}");
        let page = |finding: &str| {
            let path = directory
                .path()
                .join("findings")
                .join(finding)
                .join("report.md");
            std::fs::read_to_string(path).unwrap()
        };
        let pages = std::fs::read_dir(directory.path().join("findings")).unwrap();
        let pages = pages.map(|it| it.unwrap().file_name().into_string().unwrap());
        let marked: Vec<_> = pages
            .filter(|it| page(it).contains("**Withdrawn:**"))
            .collect();
        assert!(
            marked.len() == 1 && marked[0].contains("wobbly"),
            "{marked:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_case_that_does_not_come_back_gives_way_to_the_original() {
    // Every candidate smaller than case 3 shows it only once.
    let engine = scripted(|number, before| {
        let shows = number == 3 || number > 10 && before == 0;
        Ok(if shows { vec!["!bug"] } else { vec![] })
    });
    let (end, heard) = run(engine, options(10)).await;
    assert_eq!(end.summary.of(Verdict::Diverge), 1);
    let mut findings = end.store.stored().unwrap().findings;
    let (finding, reduction) = findings.remove(0);
    let reduction = reduction.unwrap();
    assert_eq!(reduction.minimal, finding.original);
    assert_eq!(reduction.replay, Replay::CameBack);
    let told = "warning divergence 1 is not reduced: failed to see the smaller case";
    assert!(heard.iter().any(|it| it.starts_with(told)), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_whose_smallest_cases_need_one_rule_are_one() {
    let behaviour = |number, _| {
        Ok(match number {
            3 => vec!["!bug", "!pest"],
            5 => vec!["!other"],
            _ => vec![],
        })
    };
    let directory = tempfile::tempdir().unwrap();
    for session in ["first", "resumed"] {
        let engine = Arc::new(scripted(behaviour));
        let (end, heard) = run_in(directory.path(), engine, options(10), Stop::default()).await;
        assert_eq!(end.summary.roots, 1, "{session}");
        assert_eq!(end.summary.of(Verdict::Diverge), 2, "{session}");
        let told = |what: &str| heard.iter().filter(|it| it.starts_with(what)).count();
        let (reduced, earlier) = if session == "first" { (1, 0) } else { (0, 3) };
        assert_eq!(told("reduced"), reduced, "{heard:?}");
        assert_eq!(told("another way"), 2 * reduced, "{heard:?}");
        assert_eq!(told("earlier"), earlier, "{heard:?}");
        let reducing = told("under way reducing divergence 1, 1 other left");
        assert_eq!(reducing, reduced, "{heard:?}");
    }
    let findings = std::fs::read_dir(directory.path().join("findings")).unwrap();
    let pages = findings.map(|it| it.unwrap().path().join("report.md"));
    let mut marks: Vec<_> = pages
        .map(|it| std::fs::read_to_string(it).unwrap())
        .map(|it| {
            (
                it.contains("**Another way to"),
                it.contains("is another way to this root"),
            )
        })
        .collect();
    marks.sort_unstable();
    assert_eq!(marks, [(false, true), (true, false), (true, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_takes_no_finding_back() {
    let engine = scripted(|number, before| match number {
        3 if before < 3 => Ok(vec!["!bug"]),
        3 => Err(Trouble::Unsupported("it any more".to_owned())),
        _ => Ok(vec![]),
    });
    let (end, heard) = run(engine, options(10)).await;
    assert_eq!(end.summary.of(Verdict::Diverge), 1);
    assert_eq!(end.summary.roots, 1);
    assert!(heard.contains(&"reduced bug".to_owned()), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_has_changed_shows_nothing() {
    // From case 20 on, no case agrees, not even one that agreed before.
    let sick = std::sync::atomic::AtomicBool::new(false);
    let engine = scripted(move |number, _| {
        if number >= 20 {
            sick.store(true, Ordering::SeqCst);
        }
        Ok(if sick.load(Ordering::SeqCst) {
            vec!["!hangs"]
        } else {
            vec![]
        })
    });
    let options = Options {
        jobs: 1,
        ..options(30)
    };
    let (end, heard) = run(engine, options).await;
    assert!(end.store.stored().unwrap().findings.is_empty());
    assert_eq!(end.summary.of(Verdict::Agree), 20);
    assert_eq!(end.summary.of(Verdict::Unknown), 10);
    let told = heard.iter().filter(|it| it.contains("agreed before"));
    assert_eq!(told.count(), 1, "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_goes_away_ends_the_run_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = scripted(|number, _| {
        if number >= 20 {
            Err(unreachable())
        } else {
            Ok(vec![])
        }
    });
    engine.reachable_after = u64::MAX;
    let (end, heard) = run_in(
        directory.path(),
        Arc::new(engine),
        options(40),
        stop_after(400),
    )
    .await;
    assert!(end.unreachable.is_some() && !end.finished);
    assert_eq!(end.summary.cases(), 20, "unreachable is no verdict");
    assert!(heard.contains(&"unreachable 1".to_owned()));
    drop(end);
    let whole = Arc::new(scripted(|_, _| Ok(vec![])));
    let (end, _) = run_in(
        directory.path(),
        Arc::clone(&whole),
        options(40),
        Stop::default(),
    )
    .await;
    assert!(end.finished);
    assert_eq!(end.summary.cases(), 40);
    assert_eq!(whole.order.lock().unwrap().len(), 20, "the rest only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_absence_is_survived() {
    let engine = scripted(|number, before| {
        if number == 5 && before == 0 {
            Err(unreachable())
        } else {
            Ok(vec![])
        }
    });
    let (end, _) = run(engine, options(12)).await;
    assert!(end.finished);
    assert_eq!(end.summary.of(Verdict::Agree), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_fault_and_no_finding() {
    let engine = scripted(|number, _| {
        assert!(number != 3, "on purpose");
        Ok(vec![])
    });
    let (end, _) = run(engine, options(6)).await;
    assert_eq!(end.summary.of(Verdict::Unknown), 1);
    assert_eq!(end.summary.of(Verdict::Agree), 5);
    assert_eq!(end.faults.len(), 1);
    assert!(end.faults[0].contains("on purpose"), "{:?}", end.faults);
}

/// What was found is told although it cannot be made smaller.
#[tokio::test(flavor = "multi_thread")]
async fn a_reduction_that_panics_leaves_its_divergence_open() {
    let engine = scripted(|number, before| {
        assert!(number != 3 || before < 3, "on purpose");
        Ok(if number == 3 { vec!["!a"] } else { vec![] })
    });
    let (end, heard) = run(engine, options(6)).await;
    assert_eq!(end.faults.len(), 1, "{:?}", end.faults);
    assert_eq!(end.summary.roots, 1);
    let open = heard.iter().filter(|it| it.starts_with("open "));
    assert_eq!(open.count(), 1, "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_is_resumed_to_the_same_verdicts() {
    let bugs = |number: u64, _| {
        Ok(match number % 7 {
            2 => vec!["!a"],
            3 => vec!["!b"],
            4 => vec!["!known x"],
            _ => vec![],
        })
    };
    let (whole, _) = run(scripted(bugs), options(120)).await;
    let directory = tempfile::tempdir().unwrap();
    let mut sessions = 0;
    let pieces = loop {
        sessions += 1;
        let engine = Arc::new(scripted(bugs));
        let (end, _) = run_in(
            directory.path(),
            engine,
            options(120),
            stop_after(10 * sessions),
        )
        .await;
        if end.finished {
            break end;
        }
        assert!(sessions < 100);
    };
    assert!(sessions > 1);
    assert_eq!(verdicts(&whole), verdicts(&pieces));
    let signatures = |end: &End| -> Vec<String> {
        let findings = end.store.stored().unwrap().findings;
        let found = findings.into_iter().map(|(it, _)| it.signature.to_string());
        let mut all: Vec<String> = found.collect();
        all.sort();
        all
    };
    assert_eq!(signatures(&whole), signatures(&pieces));
}

#[tokio::test(flavor = "multi_thread")]
async fn time_ends_a_run() {
    let options = Options {
        limit: Limit::Time(Duration::from_millis(100)),
        ..options(0)
    };
    let (end, _) = run(scripted(|_, _| Ok(vec![])), options).await;
    assert!(end.finished && end.summary.cases() > 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_cases_go_through_the_quiet_lane_once() {
    let mut engine = scripted(|_, _| Ok(vec![]));
    engine.profile.policy.timing = Some(TimingCompare {
        early: 10,
        late: 100,
        handover: 0,
    });
    let engine = Arc::new(engine);
    let options = Options {
        quiet_share: 1,
        spot_checks: 0,
        untried: Vec::new(),
        ..options(40)
    };
    let directory = tempfile::tempdir().unwrap();
    let (end, _) = run_in(
        directory.path(),
        Arc::clone(&engine),
        options,
        Stop::default(),
    )
    .await;
    assert!(end.finished && end.summary.cases() == 40);
    let order = engine.order.lock().unwrap();
    let quiet: Vec<u64> = order
        .iter()
        .filter(|(number, lane)| *lane == Lane::Quiet && *number < 40)
        .map(|(number, _)| *number)
        .collect();
    assert_eq!(quiet.len(), 4);
    assert!(quiet.iter().all(|number| number % 10 == 9));
    let control = order.iter().any(|(number, _)| *number == u64::MAX);
    assert!(control, "a control machine ran beside them");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_busy_engine_may_show_by_chance_is_decided_in_the_quiet_lane() {
    let engine = Arc::new(scripted(|number, before| match number {
        3 => Ok(vec!["!late always"]),
        5 if before == 0 => Ok(vec!["!late once"]),
        _ => Ok(vec![]),
    }));
    let directory = tempfile::tempdir().unwrap();
    let (end, _) = run_in(
        directory.path(),
        Arc::clone(&engine),
        options(10),
        Stop::default(),
    )
    .await;
    let diverged: Vec<u64> = verdicts(&end)
        .into_iter()
        .filter(|(_, verdict)| *verdict != Verdict::Agree)
        .map(|(index, _)| index)
        .collect();
    assert_eq!(diverged, [3]);
    let order = engine.order.lock().unwrap();
    assert!(order.contains(&(3, Lane::Quiet)) && order.contains(&(5, Lane::Quiet)));
}

/// What is looked into counts under what was found in it, also if that has a signature that was found
/// before.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_in_which_a_divergence_was_found_counts_under_it() {
    let behaviour = |number, _| {
        Ok(match number {
            3 => vec!["!bug"],
            5 => vec!["!pest"],
            7 => vec!["!bug", "!pest"],
            _ => vec![],
        })
    };
    let directory = tempfile::tempdir().unwrap();
    for session in ["first", "resumed"] {
        let engine = Arc::new(scripted(behaviour));
        let options = Options {
            jobs: 1,
            ..options(10)
        };
        let (_, heard) = run_in(directory.path(), engine, options, Stop::default()).await;
        let under = |told: &str| heard.iter().any(|it| it == told);
        assert!(under("judged 3 under 1"), "{session}: {heard:?}");
        assert!(under("judged 5 under 2"), "{session}: {heard:?}");
        assert!(under("judged 7"), "{session}: {heard:?}");
    }
}

/// What is known is known at the state that differs, for the reducer, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_reduction_does_not_slide_to_a_state_where_the_ledger_knows_it() {
    let engine = scripted(|number, _| {
        Ok(match number {
            3 => vec!["!bug@new"],
            number if number > 10 => vec!["!bug@known"],
            _ => vec![],
        })
    });
    let (end, heard) = run(engine, options(10)).await;
    let mut findings = end.store.stored().unwrap().findings;
    let (_, reduction) = findings.remove(0);
    let Body::Execution(minimal) = reduction.unwrap().minimal.body else {
        panic!("a definition");
    };
    assert_eq!(minimal.starts[0].input.as_u64(), Some(3), "{heard:?}");
}

/// What was found and not reduced when the run is stopped is told all the same: it counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_tells_what_it_has_not_reduced() {
    let directory = tempfile::tempdir().unwrap();
    let stop = Stop::default();
    let during_reduction = stop.clone();
    let engine = scripted(move |number, before| {
        if number == 3 && before >= 3 {
            during_reduction.ask();
        }
        Ok(if number == 3 { vec!["!bug"] } else { vec![] })
    });
    let engine = Arc::new(engine);
    let (end, heard) = run_in(directory.path(), engine, options(10), stop).await;
    assert!(!end.finished);
    assert_eq!(end.summary.roots, 1);
    assert!(heard.contains(&"open bug".to_owned()), "{heard:?}");
    let files = directory.path().join("findings/1-path-bug");
    let page = std::fs::read_to_string(files.join("report.md")).unwrap();
    assert!(page.contains("the run ended before"), "{page}");
    assert!(casefile::load(&files.join("case.json")).is_ok());
    drop(end);
    let engine = scripted(|number, _| Ok(if number == 3 { vec!["!bug"] } else { vec![] }));
    let engine = Arc::new(engine);
    let (end, heard) = run_in(directory.path(), engine, options(10), Stop::default()).await;
    assert!(end.finished && end.summary.roots == 1);
    assert!(heard.contains(&"reduced bug".to_owned()), "{heard:?}");
}

/// A spot check that loses the engine has found out nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_spot_check_without_an_engine_says_nothing() {
    let engine = scripted(|number, before| match number {
        4 if before > 0 => Err(unreachable()),
        4 => Ok(vec!["!known thing"]),
        _ => Ok(vec![]),
    });
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        spot_checks: 1,
        ..options(10)
    };
    let (end, heard) = run_in(directory.path(), Arc::new(engine), options, Stop::default()).await;
    assert!(end.finished && end.summary.of(Verdict::Known) == 1);
    let told = |it: &String| it.contains("was not checked: failed to reach");
    assert!(heard.iter().any(told), "{heard:?}");
    drop(end);
    let events = Store::open(directory.path()).unwrap().events().unwrap();
    let checked = events.iter().filter(|(_, it)| it.contains("spot_checked"));
    let checked: Vec<_> = checked.map(|(_, it)| it.as_str()).collect();
    assert!(
        checked.len() == 1 && !checked[0].contains(r#""unknown":null"#),
        "{checked:?}"
    );
}
