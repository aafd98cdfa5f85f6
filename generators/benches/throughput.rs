//! Measures how many cases one core draws per second, and how many it draws, validates and
//! simulates.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use divan::{Bencher, counter::ItemsCount};
use stepproof_generators::{Profile, draft, generate};
use stepproof_specs::{
    asl::{Machine, WorkflowType},
    reference::simulate,
    scenario::case::{Body, Case},
    validate::validate,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Cases per sample: enough to cover the whole range of sizes.
const BATCH: u64 = 1_000;

const PROFILES: [&str; 4] = ["smoke", "retry", "skeleton", "everything"];

fn drawn(profile: &str) -> Profile {
    match profile {
        "skeleton" => Profile::skeleton(),
        named => Profile::named(named).expect("a named profile"),
    }
}

fn main() {
    divan::main();
}

/// Runs `work` on a batch of indexes that no other sample uses.
fn each(bencher: Bencher<'_, '_>, profile: &str, work: impl Fn(&Profile, u64) + Sync) {
    let profile = drawn(profile);
    let next = AtomicU64::new(0);
    bencher.counter(ItemsCount::new(BATCH)).bench(|| {
        let first = next.fetch_add(BATCH, Ordering::Relaxed);
        for index in first..first + BATCH {
            work(&profile, index);
        }
    });
}

/// The typed machine, its inputs and its plans.
#[divan::bench(args = PROFILES)]
fn typed(bencher: Bencher<'_, '_>, profile: &str) {
    each(bencher, profile, |profile, index| {
        black_box(draft(profile, 1, index));
    });
}

/// The same, encoded as a case.
#[divan::bench(args = PROFILES)]
fn case(bencher: Bencher<'_, '_>, profile: &str) {
    each(bencher, profile, |profile, index| {
        black_box(generate(profile, 1, index));
    });
}

/// A case that the validator has decoded and accepted.
#[divan::bench(args = PROFILES)]
fn validated(bencher: Bencher<'_, '_>, profile: &str) {
    each(bencher, profile, |profile, index| {
        black_box(accepted(&generate(profile, 1, index)));
    });
}

/// A case that the reference has simulated.
#[divan::bench(args = PROFILES)]
fn simulated(bencher: Bencher<'_, '_>, profile: &str) {
    each(bencher, profile, |profile, index| {
        let case = generate(profile, 1, index);
        let machine = accepted(&case);
        let Body::Execution(execution) = &case.body else {
            panic!("a definition");
        };
        for start in &execution.starts {
            black_box(simulate(&machine, execution, start)).expect("every case ends");
        }
    });
}

fn accepted(case: &Case) -> Arc<Machine> {
    let Body::Execution(execution) = &case.body else {
        panic!("a definition");
    };
    let (machine, _) = validate(&execution.definition, WorkflowType::Standard);
    Arc::new(machine.expect("every case is valid"))
}
