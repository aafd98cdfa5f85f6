//! One case on the engine: prepared, run, judged.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use stepproof_specs::{
    base::time::Millis,
    clause::Coverage,
    observation::Observation,
    scenario::case::{Case, Origin},
};

use super::Context;
use crate::{
    job::{self, Job, Lane, Prepared},
    judge::verdict::{Judgement, Signature, Verdict},
    raw::RawRun,
    store::{Detail, Keep},
    trouble::Trouble,
};

/// What came of running a case once.
#[derive(Debug)]
pub struct Attempt {
    /// What happened.
    pub outcome: Outcome,
    /// How long the engine took, in real time.
    pub engine: Duration,
}

/// What came of running a case once.
#[derive(Debug)]
pub enum Outcome {
    /// It was judged.
    Judged {
        /// What the engine answered; absent where that agreed, was never written down, and is not
        /// kept.
        raw: Option<Box<RawRun>>,
        /// What follows.
        judgement: Judgement,
    },
    /// Trouble outside the semantics.
    Trouble(Trouble),
}

impl Outcome {
    /// Whether everything that was judged is the same.
    pub(super) fn agrees(&self) -> bool {
        matches!(self, Self::Judged { judgement, .. } if agrees(judgement))
    }

    /// The identities of what differs, each once.
    pub fn signatures(&self) -> Vec<Signature> {
        match self {
            Self::Judged { judgement, .. } => signatures(judgement),
            Self::Trouble(_) => Vec::new(),
        }
    }

    /// The identities of what differs, or the trouble.
    pub fn into_signatures(self) -> Result<Vec<Signature>, Trouble> {
        match self {
            Self::Judged { judgement, .. } => Ok(signatures(&judgement)),
            Self::Trouble(trouble) => Err(trouble),
        }
    }

    /// What is kept of it.
    pub fn to_detail(&self) -> Detail {
        match self {
            Self::Judged { raw, judgement } => Detail {
                raw: raw.as_deref().cloned(),
                judgement: Some(judgement.clone()),
                ..Detail::default()
            },
            Self::Trouble(trouble) => Detail {
                trouble: Some(trouble.to_string()),
                ..Detail::default()
            },
        }
    }

    /// What is kept of it.
    pub fn into_detail(self) -> Detail {
        match self {
            Self::Judged { raw, judgement } => Detail {
                raw: raw.map(|raw| *raw),
                judgement: Some(judgement),
                ..Detail::default()
            },
            Self::Trouble(trouble) => Detail {
                trouble: Some(trouble.to_string()),
                ..Detail::default()
            },
        }
    }
}

/// The identities of what differs, each once, in order.
pub(crate) fn signatures(judgement: &Judgement) -> Vec<Signature> {
    let mut signatures: Vec<Signature> = Vec::new();
    for difference in &judgement.differences {
        if !signatures.contains(&difference.signature) {
            signatures.push(difference.signature.clone());
        }
    }
    signatures
}

fn agrees(judgement: &Judgement) -> bool {
    judgement.verdict(|_| false) == Verdict::Agree
}

/// Runs a case once and judges what came of it.
pub async fn attempt(context: &Context, prepared: &Prepared, overhead: Millis) -> Attempt {
    attempt_keeping(context, prepared, overhead, Keep::default()).await
}

/// The same where more may be kept: what an engine that answers at once was seen to do is written down
/// only then.
pub(super) async fn attempt_keeping(
    context: &Context,
    prepared: &Prepared,
    overhead: Millis,
    keep: Keep,
) -> Attempt {
    let began = Instant::now();
    let answer = match (prepared, context.engine.immediate()) {
        (Prepared::Execution(job), Some(engine)) => {
            let seen = engine.observe(job);
            let engine = began.elapsed();
            let outcome = match seen {
                Ok(seen) => judge_observed(context, job, &seen, overhead, keep),
                Err(trouble) => Outcome::Trouble(trouble),
            };
            return Attempt { outcome, engine };
        }
        (Prepared::Execution(job), None) => context.engine.run(job).await,
        (Prepared::Definition(definition), _) => context.engine.define(&definition.case).await,
        (Prepared::Calls(job), _) => context.engine.call(job).await,
    };
    let engine = began.elapsed();
    let outcome = match answer {
        Ok(raw) => {
            let judgement = judged(context, prepared, &raw, overhead);
            match judgement.too_late {
                Some(late) if judgement.differences.is_empty() => {
                    Outcome::Trouble(Trouble::Late(late))
                }
                _ => Outcome::Judged {
                    judgement,
                    raw: Some(Box::new(raw)),
                },
            }
        }
        Err(trouble) => Outcome::Trouble(trouble),
    };
    Attempt { outcome, engine }
}

/// The judgement of a run. Where something differs, a second evaluator of JSONata is asked whether it says
/// the same as the first: if not, nothing follows.
fn judged(context: &Context, prepared: &Prepared, raw: &RawRun, overhead: Millis) -> Judgement {
    let judgement = context.judge.judge(prepared, raw, overhead);
    let doubting = match prepared {
        Prepared::Execution(job) if !judgement.differences.is_empty() => job.doubting(),
        _ => None,
    };
    match doubting {
        Some(job) => context
            .judge
            .judge(&Prepared::Execution(job), raw, overhead),
        None => judgement,
    }
}

fn judge_observed(
    context: &Context,
    job: &Job,
    seen: &[Cow<'_, Observation>],
    overhead: Millis,
    keep: Keep,
) -> Outcome {
    let mut judgement = context.judge.judge_observed(job, seen, overhead);
    if !judgement.differences.is_empty()
        && let Some(doubting) = job.doubting()
    {
        judgement = context.judge.judge_observed(&doubting, seen, overhead);
    }
    let kept = keep == Keep::All || !agrees(&judgement);
    Outcome::Judged {
        raw: kept.then(|| Box::new(RawRun::of(seen.iter().map(AsRef::as_ref)))),
        judgement,
    }
}

/// A case that has been through the reference.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub origin: Option<Origin>,
    pub prepared: Prepared,
    pub coverage: Coverage,
    pub asl: Millis,
}

impl Ready {
    /// The case as it was drawn.
    pub fn case(&self) -> Case {
        Case::new(self.origin.clone(), self.prepared.to_body())
    }
}

/// A case that the reference does not let through.
#[derive(Debug)]
pub(super) struct Stuck {
    pub reason: String,
    /// It is a fault of the generator: the run is red.
    pub fault: bool,
}

/// Generates and prepares a case.
pub(super) fn ready(
    context: &Context,
    index: u64,
    lane: impl FnOnce(&Prepared) -> Lane,
) -> Result<Ready, Stuck> {
    let source = context.source.as_ref();
    let Case { origin, body, .. } = source.case(index);
    let prepared = job::prepare_body(body, Lane::Throughput).map_err(|error| Stuck {
        reason: error.to_string(),
        fault: source.is_generated() && !error.is_unsupported(),
    })?;
    if let Some(reason) = source.objection(&prepared) {
        return Err(Stuck {
            reason,
            fault: false,
        });
    }
    let lane = lane(&prepared);
    Ok(Ready {
        origin,
        coverage: prepared.coverage(),
        asl: prepared.asl_time(),
        prepared: prepared.on(lane),
    })
}
