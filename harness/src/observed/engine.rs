//! Runs recorded executions on an engine. They are deployed, observed and normalised like any case,
//! but compared with the recording instead of the reference.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;
use stepproof_specs::{
    asl::walk,
    base::arn::Arn,
    interpreter::Identity,
    observation::Status,
    reference::{EXECUTION_ARN, Expectation, MACHINE_ARN, ROLE_ARN},
    scenario::case::ExecutionCase,
};
use tokio::task::JoinSet;

use super::{
    Outcome, Recording, admitted,
    compare::{Divergence, compare},
    execution::{Client, Recorded},
    is_concurrent, not_run, runnable, simulated, strict,
};
use crate::{
    engines::Engine,
    job::{Job, Lane},
    judge::{observe::Observer, verdict::Verdict},
    raw::{Creation, RawRun},
    trouble::Trouble,
    workers::sites,
};

/// Compares an engine with recordings, as many at once as it supports; returns the outcomes in
/// order.
pub async fn judge_all(engine: Arc<dyn Engine>, recordings: Arc<[Recording]>) -> Vec<Outcome> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..engine.profile().jobs.max(1) {
        let (engine, recordings, next) = (engine.clone(), recordings.clone(), next.clone());
        workers.spawn(async move {
            let mut outcomes = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(recording) = recordings.get(number) else {
                    return outcomes;
                };
                outcomes.push((number, judge(&*engine, recording).await));
            }
        });
    }
    let lost = || Outcome::Unknown("the judge gave up".to_owned());
    let mut outcomes: Vec<Outcome> = recordings.iter().map(|_| lost()).collect();
    while let Some(done) = workers.join_next().await {
        for (number, outcome) in done.unwrap_or_default() {
            outcomes[number] = outcome;
        }
    }
    outcomes
}

async fn judge(engine: &dyn Engine, recording: &Recording) -> Outcome {
    let prepared = prepared(recording);
    let (recorded, expectation) = match prepared {
        Ok(prepared) => prepared,
        Err(outcome) => return outcome,
    };
    let job = job(&recorded, &expectation);
    match engine.run(&job).await {
        Ok(raw) => judged(engine, recording, &recorded, &expectation, &raw),
        Err(Trouble::Unsupported(what)) => {
            Outcome::Unsupported(format!("the engine has no {what}"))
        }
        Err(trouble) => Outcome::Unknown(trouble.to_string()),
    }
}

/// A recording that can be run on an engine, with the reference's simulation of it.
fn prepared(recording: &Recording) -> Result<(Recorded, Expectation), Outcome> {
    if recording.kind() != "execution" {
        return Err(not_run(recording.kind()));
    }
    let recorded = runnable(recording)?;
    if let Some(why) = out_of_reach(recording, &recorded) {
        return Err(Outcome::Unsupported(why.to_owned()));
    }
    let expectation = simulated(&recorded)?;
    // Workers need a schedule of attempts, which the reference computes.
    let plays = !sites::find(&recorded.definition).is_empty();
    let reproduced = || {
        let terms = strict(&expectation);
        compare(recording, terms, &expectation.observation).verdict() == Verdict::Agree
    };
    if plays && !reproduced() {
        let why = "the reference, by which the workers play, does not reproduce it";
        return Err(Outcome::Unknown(why.to_owned()));
    }
    Ok((recorded, expectation))
}

/// Why the harness cannot set up a recording on an engine, if it cannot.
fn out_of_reach(recording: &Recording, recorded: &Recorded) -> Option<&'static str> {
    if recorded.client == Client::Stops {
        Some("the client stops the execution")
    } else if recorded.client == Client::DeletesActivity {
        Some("the client deletes the activity")
    } else if recording.case.get("clock").is_some() {
        Some("it depends on the time of the recording")
    } else if recording.case.get("s3").is_some() {
        Some("it reads objects")
    } else if recorded.identity.redrive_count.is_none() && reads_context(&recorded.definition) {
        Some("its context object is from before executions could be redriven")
    } else if tasks(&recorded.definition) > sites::find(&recorded.definition).len() {
        Some("a task calls something other than an activity")
    } else {
        None
    }
}

/// Whether a definition reads the context object anywhere.
fn reads_context(definition: &Value) -> bool {
    match definition {
        Value::String(text) => text.contains("$$") || text.contains("$states.context"),
        Value::Array(elements) => elements.iter().any(reads_context),
        Value::Object(members) => members.values().any(reads_context),
        _ => false,
    }
}

/// How many Task states a definition has.
fn tasks(definition: &Value) -> usize {
    let states = walk::states(definition).into_iter();
    states.filter(|(_, state)| state["Type"] == "Task").count()
}

fn job(recorded: &Recorded, expectation: &Expectation) -> Job {
    let case = ExecutionCase {
        workflow: recorded.workflow,
        ..ExecutionCase::new(recorded.definition.clone(), vec![recorded.start.clone()])
    };
    let machine = Arc::clone(&recorded.machine);
    Job::new(
        Arc::new(case),
        machine,
        [expectation.clone()],
        Lane::Throughput,
    )
}

/// The outcome, given what the engine answered.
fn judged(
    engine: &dyn Engine,
    recording: &Recording,
    recorded: &Recorded,
    expectation: &Expectation,
    raw: &RawRun,
) -> Outcome {
    if let Creation::Refused { code, message } = &raw.creation {
        let refused = Divergence::refused(&format!("{code}: {message}"));
        return Outcome::diverged([], refused);
    }
    let policy = &engine.profile().policy;
    let deadline = expectation.longest.saturating_add(policy.liveness_grace);
    let Some(execution) = raw.executions.first() else {
        return Outcome::Unknown("the engine ran nothing".to_owned());
    };
    if execution.status == Status::Running && execution.watched < deadline {
        return Outcome::Unknown("the execution was not watched to its end".to_owned());
    }
    let names = names(raw, &recorded.identity);
    let observation = Observer::new(&names).execution(execution);
    let mut terms = admitted(policy, expectation);
    terms.concurrent |= is_concurrent(observation.history.as_deref().unwrap_or_default());
    let outcome = compare(recording, terms, &observation);
    match &outcome {
        Outcome::Diverged { divergence, .. }
            if (terms.concurrent || terms.stopped)
                && expectation.poisoned.contains(&divergence.aspect) =>
        {
            Outcome::Poisoned(format!("{} depends on chance", divergence.aspect.name()))
        }
        _ => outcome,
    }
}

/// The engine's own names, each with the corresponding name in recordings.
fn names(raw: &RawRun, identity: &Identity) -> Vec<(String, String)> {
    let last = |arn: &str| Arn::last(arn).to_owned();
    let called = [
        (MACHINE_ARN.to_owned(), &identity.machine_arn),
        (last(MACHINE_ARN), &identity.machine_name),
        (EXECUTION_ARN.to_owned(), &identity.execution_arn),
        (last(EXECUTION_ARN), &identity.execution_name),
        (ROLE_ARN.to_owned(), &identity.role_arn),
    ];
    let recorded = |name: &String| {
        let known = called.iter().find(|(simulated, _)| simulated == name);
        known.map_or_else(|| name.clone(), |(_, recorded)| recorded.to_string())
    };
    let names = raw.names.iter();
    names
        .map(|(own, name)| (own.clone(), recorded(name)))
        .collect()
}
