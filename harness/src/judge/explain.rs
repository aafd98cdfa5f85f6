//! Explains what an engine did: the deviations under which the reference does exactly that.
//!
//! A hypothesis explains a case if the reference that follows it does what the engine did in every
//! aspect that is judged and nothing poisons, the aspect that differed among these. A case in which
//! the engine did what the plain reference does refutes a hypothesis that expects something else.

use std::sync::Arc;

use stepproof_specs::{
    base::time::Millis,
    clause::Clause,
    deviation::{
        Deviations,
        catalogue::{Hypothesis, catalogue},
    },
};

use super::{
    attribution,
    compare::{self, Terms},
    verdict::{Aspects, Judgement},
};
use crate::job::Job;

/// What an engine did with a case, to be judged against other expectations.
pub struct Sight<'s> {
    job: &'s Job,
    /// The aspects in which it is no run of the plain reference.
    differ: Aspects,
    /// The rule that the first difference seems to break.
    likely: Option<Clause>,
    /// How much longer than the plain reference it was watched.
    grace: Millis,
    rejudge: &'s dyn Fn(&Job) -> Judgement,
}

impl<'s> Sight<'s> {
    /// What was judged so against the plain reference. `rejudge` judges the same run against the
    /// expectation of another job.
    pub fn new(
        job: &'s Job,
        judgement: &Judgement,
        grace: Millis,
        rejudge: &'s dyn Fn(&Job) -> Judgement,
    ) -> Self {
        let differ = judgement.differences.iter().map(|it| it.aspect);
        let likely = judgement.differences.first().and_then(|first| {
            let expectation = job.expectations.get(first.start)?;
            attribution::clause(first, &expectation.coverage)
        });
        Self {
            likely,
            job,
            differ: differ.collect(),
            grace,
            rejudge,
        }
    }

    /// Whether an engine with these deviations does exactly this.
    pub fn is_explained_by(&self, deviations: &Arc<Deviations>) -> bool {
        // What cannot be simulated explains nothing.
        let Ok(job) = self.job.under(deviations, self.grace) else {
            return false;
        };
        if expects_the_same(&job, self.job) {
            return false;
        }
        let judgement = (self.rejudge)(&job);
        let agrees = |aspect| judgement.judged.contains(aspect);
        judgement.differences.is_empty() && self.differ.iter().all(agrees)
    }

    /// The hypotheses that explain it, together with what is known of the engine.
    pub fn hypotheses(&self, known: &Deviations) -> Vec<&'static Hypothesis> {
        let all = catalogue().iter();
        let explain = |it: &&Hypothesis| {
            let together = known.clone().and(it.deviations());
            self.is_explained_by(&Arc::new(together))
        };
        all.filter(explain).collect()
    }
}

/// Whether the deviations make no difference to what is expected.
fn expects_the_same(deviating: &Job, plain: &Job) -> bool {
    let both = deviating.expectations.iter().zip(plain.expectations.iter());
    let mut both = both.map(|(one, other)| one.observation == other.observation);
    both.all(|same| same)
}

/// Whether an engine with these deviations would not have agreed with the plain reference on this
/// job: if it did, it does not have them.
pub fn is_refuted_by(deviations: &Arc<Deviations>, agreed: &Job, terms: Terms<'_>) -> bool {
    let Ok(job) = agreed.under(deviations, terms.policy.liveness_grace) else {
        return false;
    };
    if expects_the_same(&job, agreed) {
        return false;
    }
    let seen: Vec<_> = job
        .expectations
        .iter()
        .map(|it| std::borrow::Cow::Borrowed(&it.observation))
        .collect();
    !compare::judge_observed(agreed, &seen, terms)
        .differences
        .is_empty()
}

/// Hypotheses that explain a case, the best first: that which what agreed refutes least; of these, one
/// about the rule that the difference seems to break, and then the most general.
pub fn best(
    mut hypotheses: Vec<&'static Hypothesis>,
    sight: &Sight<'_>,
    agreed: &[Job],
    terms: Terms<'_>,
) -> Vec<&'static Hypothesis> {
    hypotheses.sort_by_cached_key(|it| {
        let deviations = Arc::new(it.deviations());
        let refuted = agreed.iter();
        let refuted = refuted.filter(|job| is_refuted_by(&deviations, job, terms));
        let is_likely = sight.likely == Some(it.clause);
        (refuted.count(), !is_likely, it.specificity())
    });
    hypotheses
}
