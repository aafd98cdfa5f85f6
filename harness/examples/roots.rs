//! What is found of each fault of the zoo: `roots SEED CASES`.

use std::{borrow::Cow, sync::Arc};

use stepproof::{
    engines::{Engine as _, Immediate as _, reference::Reference},
    job::{Job, Lane, Prepared, prepare_body},
    judge::{
        compare::judge_observed,
        explain::{Sight, best},
    },
    zoo::Deviant,
};
use stepproof_generators::{Profile, generate};
use stepproof_specs::deviation::Deviations;

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
    let jobs: Vec<Job> = (0..cases)
        .filter_map(
            |index| match prepare_body(generate(&profile, seed, index).body, Lane::Quiet) {
                Ok(Prepared::Execution(job)) => Some(job),
                _ => None,
            },
        )
        .collect();
    let only = arguments.next();
    for deviant in Deviant::all().filter(|it| only.as_ref().is_none_or(|only| it.name() == only)) {
        let engine = Reference::deviating(deviant.deviations());
        let terms = engine.profile().terms(0);
        let mut known: Vec<Arc<Deviations>> = Vec::new();
        let mut roots = Vec::new();
        let mut agreed: Vec<Job> = Vec::new();
        let mut diverged = 0;
        let mut unexplained = 0;
        for job in &jobs {
            let seen = engine.observe(job).unwrap();
            let judgement = judge_observed(job, &seen, terms);
            if judgement.differences.is_empty() {
                if judgement.poisoned.is_empty() {
                    agreed.push(job.clone());
                }
                continue;
            }
            diverged += 1;
            let rejudge = |job: &Job| {
                let seen: Vec<Cow<'_, _>> = seen.iter().map(|it| Cow::Borrowed(&**it)).collect();
                judge_observed(job, &seen, terms)
            };
            let sight = Sight::new(job, &judgement, 60_000, &rejudge);
            if known.iter().any(|it| sight.is_explained_by(it)) {
                continue;
            }
            let hypotheses = sight.hypotheses(&Deviations::default());
            let many = hypotheses.len();
            let last = agreed.len().saturating_sub(200);
            match best(hypotheses, &agreed[last..], terms).first() {
                Some(it) => {
                    known.push(Arc::new(it.deviations()));
                    roots.push(format!("{it} [{}, of {many}]", it.clause));
                }
                None => {
                    unexplained += 1;
                    if std::env::var("SHOW").is_ok() {
                        let own = job.under(&Arc::new(deviant.deviations()), 60_000);
                        println!("{}", serde_json::to_string(&job.case.definition).unwrap());
                        println!("{judgement:#?}");
                        match own {
                            Ok(own) => println!("under own: {:#?}", rejudge(&own)),
                            Err(e) => println!("ERR {e}"),
                        }
                    }
                }
            }
        }
        println!(
            "{deviant} ({}): {diverged} diverged, {} roots, {unexplained} unexplained",
            deviant.clause(),
            roots.len()
        );
        for root in roots {
            println!("     {root}");
        }
    }
}
