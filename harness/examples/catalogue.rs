//! How well drawn cases tell the hypotheses of the catalogue apart: `catalogue SEED CASES`. What is told
//! apart from all others is looked at no more.

use std::{
    collections::{BTreeMap, BTreeSet, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::Arc,
};

use stepproof::job::{Lane, Prepared, prepare_body};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    deviation::catalogue::catalogue,
    reference::{Expectation, Hypothetical},
};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seed: u64 = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(1);
    let cases: u64 = arguments
        .next()
        .and_then(|it| it.parse().ok())
        .unwrap_or(500);
    let profile = Profile::all()
        .into_iter()
        .find(|it| it.name == "everything")
        .unwrap();
    let mut hashes: Vec<DefaultHasher> = vec![DefaultHasher::new(); catalogue().len()];
    let mut shown: Vec<u32> = vec![0; catalogue().len()];
    let mut open = BTreeSet::new();
    for index in 0..cases {
        let body = generate(&profile, seed, index).body;
        let Ok(Prepared::Execution(job)) = prepare_body(body, Lane::Quiet) else {
            continue;
        };
        if index % 500 == 0 {
            open = told_together(&shown, &hashes);
            eprintln!("{index} cases: {} are not told apart", open.len());
        }
        for (number, hypothesis) in catalogue().iter().enumerate() {
            if !open.contains(&number) {
                continue;
            }
            let may_show = |start: &Expectation| hypothesis.may_show(&job.machine, &start.coverage);
            // What may not show is looked at in some cases only.
            if index % 8 != 0 && !job.expectations.iter().any(&may_show) {
                continue;
            }
            let deviations = Arc::new(hypothesis.deviations());
            for (start, expected) in job.case.starts.iter().zip(job.expectations.iter()) {
                let engine =
                    Hypothetical::new(&job.machine, &job.case, start, &deviations, expected);
                let done = engine.observe(expected.duration + 60_000);
                let Ok(done) = done else { continue };
                if done != expected.observation {
                    shown[number] += 1;
                    if !may_show(expected) {
                        println!("case {index} shows what it may not: {hypothesis}");
                    }
                    format!("{index} {done:?}").hash(&mut hashes[number]);
                }
            }
        }
    }
    let (silent, classes) = classes(&shown, &hashes);
    println!(
        "{} hypotheses, {} silent, {} classes",
        catalogue().len(),
        silent.len(),
        classes.len()
    );
    for number in silent {
        println!("silent: {}", catalogue()[number]);
    }
    for class in classes.values().filter(|it| it.len() > 1) {
        println!("same ({}):", shown[class[0]]);
        for number in class {
            println!("   {}", catalogue()[*number]);
        }
    }
}

/// Those that have shown nothing, and the others by what they have shown.
fn classes(shown: &[u32], hashes: &[DefaultHasher]) -> (Vec<usize>, BTreeMap<u64, Vec<usize>>) {
    let mut classes: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut silent = Vec::new();
    for number in 0..catalogue().len() {
        if shown[number] == 0 {
            silent.push(number);
        } else {
            let class = classes.entry(hashes[number].finish());
            class.or_default().push(number);
        }
    }
    (silent, classes)
}

/// Those that are not told apart from all others.
fn told_together(shown: &[u32], hashes: &[DefaultHasher]) -> BTreeSet<usize> {
    let (silent, classes) = classes(shown, hashes);
    let several = classes.into_values().filter(|it| it.len() > 1);
    several.flatten().chain(silent).collect()
}
