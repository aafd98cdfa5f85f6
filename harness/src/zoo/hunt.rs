//! Hunts a fault: generates cases until it shows, confirms it, and shrinks the case.

use std::{path::Path, sync::Arc, time::Duration};

use stepproof_generators::Profile;
use stepproof_specs::scenario::case::Case;
use tokio::task::JoinSet;

use super::Deviant;
use crate::{
    engines::adapters::{Choice, open},
    job::{Lane, PrepareError, prepare, prepare_body},
    run::{
        Context, Control, EngineLab, attempt,
        confirm::{Confirmation, confirm},
        states,
    },
    session::Session,
    shrink::{Budget, ShrinkError, Shrunk, shrink},
    trouble::Trouble,
};

/// How a fault was caught.
#[derive(Debug, Clone)]
pub struct Caught {
    /// The fault.
    pub fault: Deviant,
    /// How many cases were generated until its signature showed.
    pub cases: u64,
    /// How often it was reproduced.
    pub confirmation: Confirmation,
    /// The case in which it showed.
    pub original: Case,
    /// The result of shrinking it.
    pub shrunk: Shrunk,
}

impl Caught {
    /// The number of states in the smallest machine.
    pub fn states(&self) -> usize {
        states(&self.shrunk.case)
    }
}

/// Why a fault was not caught.
#[derive(Debug, thiserror::Error)]
pub enum HuntError {
    /// It did not show.
    #[error("catch {fault}: it did not show as '{}' (cases: {cases})", fault.signature())]
    NotSeen {
        /// The fault.
        fault: Deviant,
        /// The number of cases.
        cases: u64,
    },
    /// The engine was in trouble.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// A generated case cannot be run.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// It could not be shrunk.
    #[error(transparent)]
    Shrink(#[from] ShrinkError),
}

/// Hunts a fault in at most `most` cases of a seed, on a new engine: `embedded`, or `reference`,
/// which does the same without HTTP and is faster.
pub async fn hunt(
    fault: Deviant,
    engine: &str,
    profile: Profile,
    seed: u64,
    most: u64,
) -> Result<Caught, HuntError> {
    let context = context(fault, engine, profile, seed).await?;
    let (index, original) = search(&context, fault, most).await?;
    let job = prepare(&original, Lane::Quiet)?;
    let sought = fault.signature();
    let counts = confirm(std::slice::from_ref(&sought), 3, || async {
        attempt(&context, &job, 0).await.outcome.into_signatures()
    })
    .await?;
    let control = Control::default();
    let lab = EngineLab::new(Arc::clone(&context), &job, sought, 1, control);
    let budget = Budget {
        calls: 2_000,
        time: Duration::from_mins(5),
        width: context.engine.profile().jobs,
    };
    let shrunk = shrink(Arc::new(lab), original.clone(), budget).await?;
    Ok(Caught {
        fault,
        cases: index + 1,
        confirmation: counts[0].1,
        original,
        shrunk,
    })
}

async fn context(
    fault: Deviant,
    engine: &str,
    profile: Profile,
    seed: u64,
) -> Result<Arc<Context>, Trouble> {
    let choice = Choice {
        name: Some(engine.to_owned()),
        deviations: Some(fault.deviations()),
        ..Choice::default()
    };
    let engine = open(&choice, "zoo").await?;
    let session = Session::shared(Arc::from(engine))
        .profile(profile)
        .seed(seed)
        .replay(format!("--fault {fault}"));
    Ok(session.context(Path::new("")).0)
}

/// The first case that shows the fault, with its number. Several cases are tried at once.
async fn search(
    context: &Arc<Context>,
    fault: Deviant,
    most: u64,
) -> Result<(u64, Case), HuntError> {
    let width = context.engine.profile().jobs as u64;
    let mut next = 0;
    let mut first: Option<u64> = None;
    let mut looking = JoinSet::new();
    loop {
        while first.is_none() && next < most && (looking.len() as u64) < width {
            let context = Arc::clone(context);
            looking.spawn(async move { (next, shows(&context, fault, next).await) });
            next += 1;
        }
        match looking.join_next().await {
            None => break,
            Some(Ok((index, shown))) => {
                if shown? {
                    first = Some(first.map_or(index, |first| first.min(index)));
                }
            }
            Some(Err(error)) => {
                return Err(Trouble::Internal(error.to_string()).into());
            }
        }
    }
    let index = first.ok_or(HuntError::NotSeen { fault, cases: most })?;
    Ok((index, context.source.case(index)))
}

async fn shows(context: &Context, fault: Deviant, index: u64) -> Result<bool, HuntError> {
    let job = prepare_body(context.source.case(index).body, Lane::Quiet)?;
    if !fault.may_show(&job) {
        return Ok(false);
    }
    let outcome = attempt(context, &job, 0).await.outcome;
    Ok(outcome.into_signatures()?.contains(&fault.signature()))
}
