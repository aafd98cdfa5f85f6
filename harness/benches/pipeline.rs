//! Measures how many cases one core takes through the whole pipeline per second: drawn, validated,
//! simulated and compared, with no engine involved.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
};

use divan::{Bencher, counter::ItemsCount};
use stepproof::{
    engines::adapters,
    job::{Lane, Prepared, prepare_body},
    judge::compare::{Context, compare},
    run::states,
};
use stepproof_generators::{Profile, generate};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Cases per sample: enough that a sample sees the whole spread of sizes.
const BATCH: u64 = 1_000;

const PROFILES: [&str; 4] = ["smoke", "retry", "skeleton", "everything"];

fn drawn(profile: &str) -> Profile {
    match profile {
        "skeleton" => Profile::skeleton(),
        named => Profile::named(named).expect("a named profile"),
    }
}

/// The total size of a batch of a profile's cases: states, execution events, and bytes of
/// definitions and outputs.
fn sizes(profile: &Profile) -> [usize; 3] {
    let mut sum = [0; 3];
    for index in 0..BATCH {
        let case = generate(profile, 1, index);
        sum[0] += states(&case);
        sum[2] += case.body.definition().to_string().len();
        let prepared = prepare_body(case.body, Lane::Throughput);
        let prepared = prepared.expect("every case is valid and ends");
        sum[1] += prepared.events();
        for expectation in prepared.expectations() {
            let output = expectation.observation.output.as_ref();
            sum[2] += output.map_or(0, |output| output.to_string().len());
        }
    }
    sum
}

fn main() {
    for profile in PROFILES {
        let [states, events, bytes] = sizes(&drawn(profile)).map(|sum| sum as f64 / BATCH as f64);
        println!("{profile}: {states:.1} states, {events:.1} events, {bytes:.0} bytes a case");
    }
    divan::main();
}

/// Generate, validate, simulate, compare.
#[divan::bench(args = PROFILES)]
fn whole(bencher: Bencher<'_, '_>, profile: &str) {
    let profile = drawn(profile);
    let engine = adapters::profile("embedded").expect("a known engine");
    let next = AtomicU64::new(0);
    bencher.counter(ItemsCount::new(BATCH)).bench(|| {
        let first = next.fetch_add(BATCH, Ordering::Relaxed);
        for index in first..first + BATCH {
            let case = generate(&profile, 1, index);
            let prepared = prepare_body(case.body, Lane::Throughput);
            let prepared = prepared.expect("every case is valid and ends");
            let Prepared::Execution(job) = prepared else {
                continue;
            };
            let context = Context {
                case: &job.case,
                machine: &job.machine,
                policy: &engine.policy,
                lane: job.lane,
                overhead: 0,
                activities: true,
            };
            for (start, expectation) in job.expectations.iter().enumerate() {
                let seen = &expectation.observation;
                black_box(compare(&context, start, expectation, seen));
            }
        }
    });
}
