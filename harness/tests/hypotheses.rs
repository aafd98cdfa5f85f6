//! Hypotheses of the catalogue, in drawn cases.

use std::sync::Arc;

use stepproof::job::{Lane, Prepared, prepare_body};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    deviation::catalogue::{Hypothesis, catalogue},
    reference::Hypothetical,
};

/// Whatever a hypothesis does to a case, it was tried: one that is said not to show explains nothing.
#[test]
fn a_hypothesis_shows_only_where_it_may() {
    let mut silent = 0;
    for index in 0..48 {
        let body = generate(&Profile::everything(), 17, index).body;
        let Ok(Prepared::Execution(job)) = prepare_body(body, Lane::Quiet) else {
            continue;
        };
        for (start, expected) in job.case.starts.iter().zip(job.expectations.iter()) {
            let tried = |it: &&Hypothesis| !it.may_show(&job.machine, &expected.coverage);
            for hypothesis in catalogue().iter().filter(tried) {
                let deviations = Arc::new(hypothesis.deviations());
                let engine =
                    Hypothetical::new(&job.machine, &job.case, start, &deviations, expected);
                // What cannot be simulated explains nothing.
                let Ok(done) = engine.observe(expected.duration + 60_000) else {
                    continue;
                };
                let same = done == expected.observation;
                assert!(same, "case {index}: {hypothesis}");
                silent += 1;
            }
        }
    }
    assert!(silent > 50_000, "{silent}");
}
