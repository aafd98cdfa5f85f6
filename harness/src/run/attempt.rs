//! One case on the engine: prepared, run, judged.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use stepproof_specs::{base::time::Millis, clause::Coverage, scenario::case::Case};

use super::Context;
use crate::{
    job::{self, Lane, Prepared},
    judge::verdict::{Judgement, Signature},
    raw::RawRun,
    store::Detail,
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
        /// What the engine answered.
        raw: Box<RawRun>,
        /// What follows.
        judgement: Judgement,
    },
    /// Trouble outside the semantics.
    Trouble(Trouble),
}

impl Outcome {
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
                raw: Some((**raw).clone()),
                judgement: Some(judgement.clone()),
                trouble: None,
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
                raw: Some(*raw),
                judgement: Some(judgement),
                trouble: None,
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

/// Runs a case once and judges what came of it.
pub async fn attempt(context: &Context, prepared: &Prepared, overhead: Millis) -> Attempt {
    let began = Instant::now();
    let answer = match prepared {
        Prepared::Execution(job) => context.engine.run(job).await,
        Prepared::Definition(definition) => context.engine.define(&definition.case).await,
    };
    let engine = began.elapsed();
    let outcome = match answer {
        Ok(raw) => Outcome::Judged {
            judgement: context.judge.judge(prepared, &raw, overhead),
            raw: Box::new(raw),
        },
        Err(trouble) => Outcome::Trouble(trouble),
    };
    Attempt { outcome, engine }
}

/// A case that has been through the reference.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub case: Arc<Case>,
    pub prepared: Prepared,
    pub coverage: Coverage,
    pub asl: Millis,
}

/// A case that the reference does not let through.
#[derive(Debug)]
pub(super) struct Stuck {
    pub case: Arc<Case>,
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
    let case = Arc::new(source.case(index));
    let stuck = |reason: String, fault: bool| Stuck {
        case: Arc::clone(&case),
        reason,
        fault,
    };
    let prepared = job::prepare(&case, Lane::Throughput).map_err(|error| {
        let fault = source.is_generated() && !error.is_unsupported();
        stuck(error.to_string(), fault)
    })?;
    if let Some(objection) = source.objection(&prepared) {
        return Err(stuck(objection, false));
    }
    let lane = lane(&prepared);
    Ok(Ready {
        coverage: prepared.coverage(),
        asl: prepared.asl_time(),
        case,
        prepared: prepared.on(lane),
    })
}
