//! Runs many generated cases on the embedded engine, several at once: none may be flaky.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use stepproof::{
    engines::{
        Engine,
        adapters::{Choice, Embedded},
    },
    job::{Job, Lane},
    judge::compare::judge,
};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{reference::simulate, scenario::case::Body, validate::validate};

/// The case with this number, unless the reference cannot simulate it.
pub fn draw(profile: &Profile, index: u64) -> Option<Job> {
    let Body::Execution(case) = generate(profile, 1, index).body else {
        panic!("a definition");
    };
    let (machine, diagnostics) = validate(&case.definition, case.workflow);
    let machine = Arc::new(machine.unwrap_or_else(|| panic!("{diagnostics:?}")));
    let starts = case.starts.iter();
    let expectations: Result<Vec<_>, _> = starts
        .map(|start| simulate(&machine, &case, start))
        .collect();
    let lane = Lane::Throughput;
    Some(Job::new(Arc::new(case), machine, expectations.ok()?, lane))
}

/// Runs cases with the numbers that `next` hands out; returns how many ran.
async fn lane(engine: Arc<Embedded>, jobs: Arc<Vec<Job>>, next: Arc<AtomicU64>, until: u64) -> u64 {
    let mut ran = 0;
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= until {
            return ran;
        }
        let job = &jobs[index as usize % jobs.len()];
        let run = engine.run(job).await.unwrap();
        let judgement = judge(job, &run, engine.profile().terms(0));
        assert!(
            judgement.differences.is_empty(),
            "case {index}: {judgement:#?}\n{}\n{:#?}",
            serde_json::to_string(&*job.case).unwrap(),
            run.executions,
        );
        ran += 1;
    }
}

async fn endure(profile: &Profile, cases: u64, runs: u64, lanes: usize) {
    let jobs: Vec<Job> = (0..cases)
        .filter_map(|index| draw(profile, index))
        .collect();
    let jobs = Arc::new(jobs);
    let engine = Embedded::start(&Choice::default(), "test").await.unwrap();
    let engine = Arc::new(engine);
    let next = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let lanes: Vec<_> = (0..lanes)
        .map(|_| tokio::spawn(lane(engine.clone(), jobs.clone(), next.clone(), runs)))
        .collect();
    let mut ran = 0;
    for lane in lanes {
        ran += lane.await.unwrap();
    }
    assert_eq!(ran, runs);
    let rate = runs as f64 / began.elapsed().as_secs_f64();
    println!("{}: {rate:.0} cases/s", profile.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_cases_agree() {
    endure(&Profile::everything(), 100, 200, 4).await;
}
