//! Why a case has its verdict, where that is neither agreement nor a new divergence.

use stepproof_specs::clause::{Aspect, Clause, Coverage};

use crate::{
    job::Prepared,
    judge::verdict::{Judgement, Verdict},
    run::{Judge, Outcome},
    second,
};

/// Why an execution has no verdict although there was no trouble: completes "failed to …".
const NOT_WATCHED: &str = "watch an execution for as long as it may take";

/// The reasons for a verdict, for [`crate::store::JudgedCase::why`]. Trouble is its own reason.
pub(crate) fn of(
    judge: &dyn Judge,
    prepared: &Prepared,
    outcome: &Outcome,
    verdict: Verdict,
) -> Vec<String> {
    let Outcome::Judged { judgement, .. } = outcome else {
        return Vec::new();
    };
    match verdict {
        Verdict::Known => entries(judge, prepared, outcome),
        Verdict::Poisoned => poison(judgement, &exercised(prepared)),
        Verdict::Unknown if judgement.judged.is_empty() => vec![NOT_WATCHED.to_owned()],
        _ => Vec::new(),
    }
}

/// The clauses that a case exercises, and those that cast doubt on it where a second evaluator is asked.
fn exercised(prepared: &Prepared) -> Coverage {
    let mut coverage = prepared.coverage();
    if let Prepared::Execution(job) = prepared
        && let Some(doubting) = job.doubting()
    {
        for expectation in doubting.expectations.iter() {
            coverage.merge(&expectation.coverage);
        }
    }
    coverage
}

/// The ledger's entries that cover what differs by their signatures, each once.
fn entries(judge: &dyn Judge, prepared: &Prepared, outcome: &Outcome) -> Vec<String> {
    let Outcome::Judged { judgement, .. } = outcome else {
        return Vec::new();
    };
    let differences = judgement.differences.iter();
    let mut entries: Vec<String> = differences
        .filter_map(|it| judge.known_as(&it.signature, it.state.as_deref(), prepared))
        .map(str::to_owned)
        .collect();
    entries.sort_unstable();
    entries.dedup();
    entries
}

/// Why nothing follows from what differs: for each aspect, the clauses that cast doubt on it, or else
/// that it may vary.
fn poison(judgement: &Judgement, exercised: &Coverage) -> Vec<String> {
    let mut aspects: Vec<Aspect> = judgement.poisoned.iter().map(|it| it.aspect).collect();
    aspects.sort_unstable();
    aspects.dedup();
    let reason = |aspect: Aspect| format!("{}: {}", aspect.name(), doubt(aspect, exercised));
    let aspects = aspects.into_iter().map(reason);
    evaluators(exercised).into_iter().chain(aspects).collect()
}

/// What the evaluators of JSONata say of the case, if nothing follows for that.
fn evaluators(exercised: &Coverage) -> Option<String> {
    if exercised.contains(Clause::JsonataContested) {
        return Some("two evaluators of JSONata disagree about an expression".to_owned());
    }
    if !exercised.contains(Clause::JsonataUnsure) {
        return None;
    }
    let unsure = "the evaluator of JSONata is not sure of an expression";
    Some(match second::REMEDY {
        Some(remedy) => format!("{unsure}: {remedy}"),
        None => format!("{unsure}, and the original has no answer"),
    })
}

/// Why an aspect is poisoned, if these clauses were exercised.
pub(crate) fn doubt(aspect: Aspect, exercised: &Coverage) -> String {
    let ids = doubting(aspect, exercised);
    if ids.is_empty() {
        "it may depend on the order of events or on the time, which are not fixed".to_owned()
    } else {
        format!("it depends on what is only assumed: {}", ids.join(", "))
    }
}

/// The clauses that cast doubt on an aspect.
pub(crate) fn doubting(aspect: Aspect, exercised: &Coverage) -> Vec<&'static str> {
    let doubting = exercised
        .iter()
        .filter(|clause| clause.doubts().contains(&aspect));
    doubting.map(|clause: Clause| clause.entry().id).collect()
}

#[cfg(test)]
mod tests {
    use stepproof_specs::clause::{Clause, Coverage};

    use super::evaluators;

    #[test]
    fn what_rests_on_the_evaluators_is_told() {
        let told = |clauses: &[Clause]| {
            let mut coverage = Coverage::default();
            for clause in clauses {
                coverage.mark(*clause);
            }
            evaluators(&coverage)
        };
        assert_eq!(told(&[Clause::JsonataExpression]), None);
        let unsure = told(&[Clause::JsonataUnsure]).expect("a reason");
        let is_built_in = cfg!(feature = "jsonata-js");
        assert_eq!(unsure.contains("feature"), !is_built_in);
        let both = [Clause::JsonataUnsure, Clause::JsonataContested];
        assert!(told(&both).is_some_and(|it| it.contains("disagree")));
    }
}
