//! Cases for `proptest`: draw machines in any property of your own.
//!
//! The generator draws a whole case from one number of proptest's; shrinking walks the reducer's
//! candidates, so a failing property ends in the same minimal cases as a failing engine.

use proptest::{
    strategy::{NewTree, Strategy, ValueTree},
    test_runner::TestRunner,
};
use rand::Rng;
use stepproof_specs::{
    asl::diagnostic::Severity,
    scenario::case::{Body, Case},
    validate::validate,
};

use crate::{
    draw::generate,
    profile::Profile,
    reduce::{Candidate, Reduction},
};

/// Draws the cases of a profile.
#[derive(Debug, Clone)]
pub struct CaseStrategy(Profile);

impl CaseStrategy {
    /// The cases of this profile.
    pub fn new(profile: Profile) -> Self {
        Self(profile)
    }
}

impl Strategy for CaseStrategy {
    type Tree = CaseTree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = runner.rng().next_u64();
        Ok(CaseTree {
            reduction: Reduction::new(generate(&self.0, seed, 0)),
            tried: None,
        })
    }
}

/// A case and its way to smaller ones. Only valid machines are tried.
#[derive(Debug)]
pub struct CaseTree {
    reduction: Reduction,
    /// The candidate that is being tried, if it is not the best case itself.
    tried: Option<Candidate>,
}

impl CaseTree {
    fn advance(&mut self) -> bool {
        self.tried = std::iter::from_fn(|| self.reduction.next_candidate())
            .find(|candidate| is_valid(&candidate.case));
        self.tried.is_some()
    }
}

impl ValueTree for CaseTree {
    type Value = Case;

    fn current(&self) -> Case {
        self.tried
            .as_ref()
            .map_or(self.reduction.best(), |candidate| &candidate.case)
            .clone()
    }

    /// The current case fails: goes on from it.
    fn simplify(&mut self) -> bool {
        if let Some(candidate) = self.tried.take() {
            self.reduction.accept(candidate);
        }
        self.advance()
    }

    /// The current case does not fail: tries another one, or goes back to the best.
    fn complicate(&mut self) -> bool {
        self.advance()
    }
}

fn is_valid(case: &Case) -> bool {
    let Body::Execution(execution) = &case.body else {
        return true;
    };
    let (_, diagnostics) = validate(&execution.definition, execution.workflow);
    diagnostics
        .iter()
        .all(|diagnostic| diagnostic.severity != Severity::Error)
}
