//! Measures the harness's overhead: its cases per second beside those of a plain load generator,
//! which creates, starts, polls and deletes the same machines and compares nothing.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use stepproof_generators::Profile;
use stepproof_specs::{asl::WorkflowType, observation::Status, scenario::case::Body};
use tokio::task::JoinSet;

use crate::{
    client::sdk::{Account, Api, CallError, Patience, Wire},
    job::{Lane, PrepareError, prepare},
    run::{Context, attempt},
    trouble::Trouble,
};

/// The number of cases that each of the two drives in turn, so that other load on the computer
/// affects both alike.
const BLOCK: u64 = 50;
/// The load generator's pause between two polls of an execution.
const PAUSE: Duration = Duration::from_millis(3);
/// An execution that takes longer is stopped, because some engines hang.
const LONGEST: Duration = Duration::from_secs(5);
/// The role of the machines; the engines that are measured accept any.
const ROLE: &str = "arn:aws:iam::123456789012:role/stepproof";

/// How long each of the two took for the same cases.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paces {
    /// How many cases each of them drove.
    pub cases: u64,
    /// How long the load generator took.
    pub plain: Duration,
    /// How long the harness took.
    pub harness: Duration,
}

impl Paces {
    /// The harness's cases per second as a share of the load generator's.
    pub fn share(&self) -> f64 {
        self.plain.as_secs_f64() / self.harness.as_secs_f64()
    }
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum PaceError {
    /// The engine was in trouble.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// A generated case cannot be run.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
}

/// Leaves out of a profile what the load generator cannot serve and what only takes time.
pub fn drawable(profile: Profile) -> Profile {
    use stepproof_generators::{Feature, FeatureSet};
    profile.without(FeatureSet::of(&[
        Feature::Task,
        Feature::Delays,
        Feature::Oversize,
        // Some engines hang in loops.
        Feature::Loops,
        Feature::CountingLoops,
    ]))
}

/// Drives cases in turn, `jobs` at once. `endpoint` is the address of the context's engine.
pub async fn measure(
    context: &Arc<Context>,
    endpoint: &str,
    jobs: usize,
    cases: u64,
) -> Result<Paces, PaceError> {
    let api = Api::plain(endpoint, &Account::default(), Patience::default());
    let (token, _) = uuid::Uuid::new_v4().as_u64_pair();
    let prefix = format!("stepproof-load-{:08x}-", token >> 32);
    let mut paces = Paces::default();
    for (turn, first) in (0..cases).step_by(BLOCK as usize).enumerate() {
        let last = (first + BLOCK).min(cases);
        let indexes = first..last;
        for harness in [turn % 2 == 0, turn % 2 != 0] {
            let began = Instant::now();
            if harness {
                let context = Arc::clone(context);
                at_once(jobs, indexes.clone(), move |index| {
                    judged(Arc::clone(&context), index)
                })
                .await?;
                paces.harness += began.elapsed();
            } else {
                let (api, prefix, context) = (api.clone(), prefix.clone(), Arc::clone(context));
                at_once(jobs, indexes.clone(), move |index| {
                    let name = format!("{prefix}{index}");
                    loaded(api.clone(), name, Arc::clone(&context), index)
                })
                .await?;
                paces.plain += began.elapsed();
            }
        }
        paces.cases = last;
    }
    Ok(paces)
}

/// Runs `work` for every index, `jobs` at once.
async fn at_once<F>(
    jobs: usize,
    mut indexes: std::ops::Range<u64>,
    work: impl Fn(u64) -> F,
) -> Result<(), PaceError>
where
    F: Future<Output = Result<(), PaceError>> + Send + 'static,
{
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < jobs
            && let Some(index) = indexes.next()
        {
            under_way.spawn(work(index));
        }
        match under_way.join_next().await {
            None => return Ok(()),
            Some(done) => match done.map_err(|error| Trouble::Internal(error.to_string()))? {
                // Ignore what one case does to the engine: it affects both alike.
                Err(PaceError::Trouble(Trouble::Protocol { .. })) => {}
                done => done?,
            },
        }
    }
}

/// Runs one case as a run does: draws, simulates, runs and judges it.
async fn judged(context: Arc<Context>, index: u64) -> Result<(), PaceError> {
    let job = prepare(&context.source.case(index), Lane::Throughput)?;
    attempt(&context, &job, 0).await.outcome.into_signatures()?;
    Ok(())
}

/// Runs one case as a load generator does.
async fn loaded(
    api: Api,
    name: String,
    context: Arc<Context>,
    index: u64,
) -> Result<(), PaceError> {
    let Body::Execution(case) = context.source.case(index).body else {
        return Ok(());
    };
    let wire = Wire::default();
    let trouble = CallError::into_trouble;
    let definition = Value::to_string(&case.definition);
    let machine = api
        .create_machine(&wire, &name, &definition, ROLE, WorkflowType::Standard)
        .await
        .map_err(trouble)?;
    for (number, start) in case.starts.iter().enumerate() {
        let name = format!("{name}-{number}");
        let started = api
            .start(&wire, &machine, &name, &start.input.to_string())
            .await;
        let execution = started.map_err(trouble)?;
        let began = Instant::now();
        while began.elapsed() < LONGEST {
            let described = api.describe(&wire, &execution).await.map_err(trouble)?;
            if described.status != Status::Running {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if began.elapsed() >= LONGEST {
            api.stop(&wire, &execution).await.map_err(trouble)?;
        }
    }
    api.delete_machine(&wire, &machine).await.map_err(trouble)?;
    Ok(())
}
