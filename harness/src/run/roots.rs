//! The roots of a run's divergences: each is the set of hypotheses that explain all its cases.

use std::sync::Arc;

use stepproof_specs::{
    base::time::Millis,
    clause::Coverage,
    deviation::{Deviation, Deviations},
};

use super::{
    Context, Outcome,
    attempt::{Ready, ready},
    witness::Witness,
};
use crate::{
    job::{Job, Prepared},
    judge::{
        explain::{Sight, best, is_refuted_by},
        verdict::Judgement,
    },
    raw::RawRun,
};

/// The roots that were found.
#[derive(Debug, Default)]
pub(super) struct Roots {
    all: Vec<Root>,
    version: u64,
}

/// What explains all its cases.
#[derive(Debug)]
struct Root {
    /// The number of the finding that showed it first.
    number: u32,
    /// Every hypothesis that explains all of its cases, the best first.
    candidates: Vec<Deviation>,
    /// The best one, when this was last told.
    told: Deviation,
}

impl Roots {
    /// The roots of which the best explanation is another one than was told, with all that is left.
    pub fn renamed(&mut self) -> Vec<(u32, Vec<Deviation>)> {
        let changed = self.all.iter_mut().filter_map(|root| {
            let best = root.candidates.first().filter(|it| **it != root.told)?;
            root.told = best.clone();
            Some((root.number, root.candidates.clone()))
        });
        changed.collect()
    }

    /// A number that grows whenever other cases may be explained than before.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The number of the root that explains this, too, if there is one. It keeps the hypotheses that
    /// do and that nothing refutes which agreed, and explains it only if some are left.
    pub fn explaining(
        &mut self,
        sight: &Sight<'_>,
        refuted: impl Fn(&Deviation) -> bool,
    ) -> Option<u32> {
        for root in &mut self.all {
            let explains = |it: &&Deviation| sight.is_explained_by(&alone(it));
            let kept = root.candidates.iter().filter(explains);
            let mut kept: Vec<Deviation> = kept.cloned().collect();
            // What had the first place was held against what agreed before.
            if kept.first() != root.candidates.first() {
                kept.retain(|it| !refuted(it));
            }
            if kept.is_empty() {
                continue;
            }
            if kept.len() < root.candidates.len() {
                root.candidates = kept;
                self.version += 1;
            }
            return Some(root.number);
        }
        self.together(sight)
    }

    /// The number of the first of several roots that explain this together, and not without it.
    fn together(&self, sight: &Sight<'_>) -> Option<u32> {
        let explain = |without: Option<u32>| {
            let needed = self.all.iter().filter(|it| Some(it.number) != without);
            let best = needed.filter_map(|it| it.candidates.first());
            sight.is_explained_by(&Arc::new(best.cloned().collect()))
        };
        if self.all.len() < 2 || !explain(None) {
            return None;
        }
        let needed = self.all.iter().find(|it| !explain(Some(it.number)));
        needed.or(self.all.first()).map(|root| root.number)
    }

    /// What is known of the engine: the best hypothesis of each root.
    pub fn known(&self) -> Deviations {
        let best = self.all.iter().filter_map(|root| root.candidates.first());
        best.cloned().collect()
    }

    /// Adds what explains a finding. If some of it explains an earlier root, too, that is its root,
    /// and its number is returned.
    pub fn place(&mut self, number: u32, candidates: &[Deviation]) -> Option<u32> {
        let common = |root: &Root| {
            let common = root.candidates.iter().filter(|it| candidates.contains(it));
            common.cloned().collect::<Vec<_>>()
        };
        for root in &mut self.all {
            let common = common(root);
            if !common.is_empty() {
                root.candidates = common;
                self.version += 1;
                return Some(root.number);
            }
        }
        if let Some(best) = candidates.first() {
            self.version += 1;
            self.all.push(Root {
                number,
                candidates: candidates.to_vec(),
                told: best.clone(),
            });
        }
        None
    }
}

fn alone(deviation: &Deviation) -> Arc<Deviations> {
    Arc::new([deviation.clone()].into_iter().collect())
}

/// Shows a case that was run to `look`; `None` if it is no execution, or was not judged.
pub(super) fn with_sight<T>(
    context: &Context,
    prepared: &Prepared,
    raw: Option<&RawRun>,
    judgement: Option<&Judgement>,
    overhead: Millis,
    look: impl FnOnce(&Sight<'_>) -> T,
) -> Option<T> {
    let (Prepared::Execution(job), Some(raw), Some(judgement)) = (prepared, raw, judgement) else {
        return None;
    };
    if judgement.differences.is_empty() {
        return None;
    }
    let rejudge = |job: &Job| {
        let prepared = Prepared::Execution(job.clone());
        context.judge.judge(&prepared, raw, overhead)
    };
    let grace = context.engine.profile().policy.liveness_grace;
    Some(look(&Sight::new(job, judgement, grace, &rejudge)))
}

/// The hypotheses that explain what came of a case, the best first.
#[cfg(feature = "cli")]
pub(crate) fn explain(context: &Context, prepared: &Prepared, outcome: &Outcome) -> Vec<Deviation> {
    let (raw, judgement) = seen(outcome);
    let look = |sight: &Sight<'_>| explanations(context, sight, &[]);
    with_sight(context, prepared, raw, judgement, 0, look).unwrap_or_default()
}

/// The hypotheses of which each alone explains a case, and that none of these cases refutes, which
/// agreed; the best first.
pub(super) fn explanations(
    context: &Context,
    sight: &Sight<'_>,
    agreed: &[Witness],
) -> Vec<Deviation> {
    let found = sight.hypotheses();
    let concerned = |coverage: &Coverage| found.iter().any(|it| coverage.contains(it.clause));
    let agreed = agreed.iter().filter(|it| concerned(it.coverage()));
    let agreed: Vec<Job> = agreed.filter_map(|it| job(context, it)).collect();
    let best = best(found, sight, &agreed, context.engine.profile().terms(0));
    best.iter().map(|it| it.deviation.clone()).collect()
}

/// Whether a case that agreed refutes a deviation.
pub(super) fn is_refuted(context: &Context, deviation: &Deviation, agreed: &[Witness]) -> bool {
    let clause = deviation.clause();
    let deviations = alone(deviation);
    let terms = context.engine.profile().terms(0);
    let concerned = agreed.iter().filter(|it| it.coverage().contains(clause));
    let mut jobs = concerned.filter_map(|it| job(context, it));
    jobs.any(|job| is_refuted_by(&deviations, &job, terms))
}

fn job(context: &Context, witness: &Witness) -> Option<Job> {
    match ready(context, witness.index(), |_| witness.lane()) {
        Ok(Ready {
            prepared: Prepared::Execution(job),
            ..
        }) => Some(job),
        _ => None,
    }
}

/// What was seen and judged of a case.
pub(super) fn seen(outcome: &Outcome) -> (Option<&RawRun>, Option<&Judgement>) {
    match outcome {
        Outcome::Judged { raw, judgement } => (raw.as_deref(), Some(judgement)),
        Outcome::Trouble(_) => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use stepproof_specs::deviation::{Change, Deviation, Field, Hook};

    use super::Roots;

    fn deviation(more: i64) -> Deviation {
        Deviation::new(Hook::Field(Field::MaxAttempts), Change::Add(more))
    }

    #[test]
    fn findings_with_a_common_explanation_have_one_root() {
        let mut roots = Roots::default();
        assert_eq!(roots.place(1, &[deviation(1), deviation(2)]), None);
        assert_eq!(roots.place(2, &[deviation(3)]), None);
        assert_eq!(roots.place(3, &[deviation(2), deviation(4)]), Some(1));
        // What they have in common is what is left.
        assert_eq!(roots.place(4, &[deviation(1)]), None);
        assert_eq!(roots.place(5, &[]), None);
        let known: Vec<_> = roots.known().iter().cloned().collect();
        assert_eq!(known, [deviation(2), deviation(3), deviation(1)]);
        assert_eq!(roots.renamed(), [(1, vec![deviation(2)])]);
        assert_eq!(roots.renamed(), []);
    }
}
