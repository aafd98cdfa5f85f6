//! What explains a smallest case, and cases like it, run on the engine to see which rule it is that is
//! broken.

use std::sync::Arc;

use stepproof_generators::vary;
use stepproof_specs::{
    base::time::Millis,
    deviation::{Deviation, Deviations},
    scenario::case::Case,
};

use super::{
    Context, Outcome,
    attempt::attempt,
    roots::{Known, explanations, seen, with_sight},
};
use crate::{
    job::{self, Lane, Prepared},
    judge::explain::{Sight, is_refuted_by},
    trouble::Trouble,
};

/// How many are run.
const MOST: usize = 12;
/// How much longer than the case one of them may take, according to the reference.
const LONGER: Millis = 5_000;

/// What explains what came of a smallest case and fits cases like it, the best first. Returns an error if
/// the engine is gone.
pub(super) async fn explained(
    context: &Context,
    (case, prepared): (&Case, &Prepared),
    outcome: &Outcome,
    known: &Known,
    overhead: Millis,
) -> Result<Vec<Deviation>, Trouble> {
    let (raw, judgement) = seen(outcome);
    let look = |sight: &Sight<'_>| explanations(context, sight, known);
    let found = with_sight(context, prepared, raw, judgement, overhead, look).unwrap_or_default();
    if found.is_empty() {
        return Ok(found);
    }
    let run = run(context, case, prepared.lane(), overhead).await?;
    Ok(sieve(context, found, &run, known, overhead))
}

/// A case like another one, and what the engine did with it.
struct Neighbour {
    prepared: Prepared,
    outcome: Outcome,
}

/// Runs neighbours of a case. Returns an error if the engine is gone.
async fn run(
    context: &Context,
    case: &Case,
    lane: Lane,
    overhead: Millis,
) -> Result<Vec<Neighbour>, Trouble> {
    let mut neighbours = Vec::new();
    let Ok(own) = job::prepare(case, lane) else {
        return Ok(neighbours);
    };
    let longest = own.total_asl_time().saturating_add(LONGER);
    for case in vary::neighbours(case, MOST) {
        let prepared = match job::prepare(&case, lane) {
            Ok(prepared) if prepared.total_asl_time() <= longest => prepared,
            _ => continue,
        };
        if context.stop.is_asked() {
            break;
        }
        match attempt(context, &prepared, overhead).await.outcome {
            Outcome::Trouble(gone @ Trouble::Unreachable { .. }) => return Err(gone),
            outcome => neighbours.push(Neighbour { prepared, outcome }),
        }
    }
    Ok(neighbours)
}

/// Those of the explanations that explain most of the neighbours, if that is at least half of those that
/// diverge: otherwise the case looks only by chance as if.
fn sieve(
    context: &Context,
    explanations: Vec<Deviation>,
    neighbours: &[Neighbour],
    known: &Known,
    overhead: Millis,
) -> Vec<Deviation> {
    let told: Vec<(Fit, Deviation)> = explanations
        .into_iter()
        .map(|it| {
            let both = known.beside().and(it.clone().into());
            (fit(context, &Arc::new(both), neighbours, overhead), it)
        })
        .collect();
    let best = told
        .iter()
        .map(|(fit, _)| fit.right)
        .max()
        .unwrap_or_default();
    let kept = told.into_iter().filter(|(fit, _)| fit.right == best);
    kept.filter(|(fit, _)| 2 * fit.explained >= fit.diverging)
        .map(|(_, it)| it)
        .collect()
}

/// How well deviations fit what an engine did.
#[derive(Debug, Default)]
struct Fit {
    /// In how many cases the engine did what they say.
    right: usize,
    /// How many of these diverge.
    explained: usize,
    /// How many cases diverge.
    diverging: usize,
}

fn fit(
    context: &Context,
    deviations: &Arc<Deviations>,
    neighbours: &[Neighbour],
    overhead: Millis,
) -> Fit {
    let mut fit = Fit::default();
    for Neighbour { prepared, outcome } in neighbours {
        let (raw, judgement) = seen(outcome);
        let look = |sight: &Sight<'_>| sight.is_explained_by(deviations);
        if let Some(explains) = with_sight(context, prepared, raw, judgement, overhead, look) {
            fit.diverging += 1;
            fit.explained += usize::from(explains);
            fit.right += usize::from(explains);
        } else if outcome.agrees() {
            let terms = context.engine.profile().terms(0);
            fit.right += usize::from(!is_refuted_by(deviations, prepared, terms));
        }
    }
    fit
}
