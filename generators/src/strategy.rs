//! Machines for `proptest`, to be drawn in a property of your own.
//!
//! A whole case is generated from one of proptest's random numbers. Shrinking tries the reducer's
//! candidates, so a failing property ends in the same minimal cases as a failing engine.
//!
//! In this example the property fails, because the linter does not know where a Choice leads. The
//! failing case is shrunk and printed as a case file.
//!
//! ```
//! use proptest::{prop_assert, test_runner::{Config, TestRunner}};
//! use stepproof_generators::{Profile, strategy::machines};
//!
//! /// The linter under test.
//! fn lint(definition: &serde_json::Value) -> Result<(), String> {
//!     let states = definition["States"].as_object().ok_or("no States")?;
//!     let dead_end = |state: &serde_json::Value| {
//!         state["Next"].is_null() && state["End"].is_null() && state["Type"] != "Succeed"
//!             && state["Type"] != "Fail"
//!     };
//!     match states.iter().find(|(_, state)| dead_end(state)) {
//!         Some((name, _)) => Err(format!("{name} leads nowhere")),
//!         None => Ok(()),
//!     }
//! }
//!
//! let config = Config { failure_persistence: None, ..Config::default() };
//! let failure = TestRunner::new(config)
//!     .run(&machines(Profile::smoke()), |sample| {
//!         prop_assert!(lint(sample.definition()).is_ok());
//!         Ok(())
//!     })
//!     .unwrap_err()
//!     .to_string();
//! assert!(failure.contains(r#""Type": "Choice""#), "{failure}");
//! assert!(failure.contains(r#""kind": "execution""#), "{failure}");
//! ```

use std::fmt;

use proptest::{
    strategy::{NewTree, Strategy, ValueTree},
    test_runner::TestRunner,
};
use rand::Rng;
use serde_json::Value;
use stepproof_specs::{
    asl::diagnostic::Severity,
    scenario::case::{Body, Case, Start},
    validate::validate,
};

use crate::{
    draw::generate,
    profile::Profile,
    reduce::{Candidate, Reduction},
};

/// Draws machines of a profile, each with inputs and plans.
pub fn machines(profile: Profile) -> impl Strategy<Value = Sample> {
    CaseStrategy::new(profile).prop_map(Sample)
}

/// A machine with its inputs and plans. It prints as a case file.
#[derive(Clone, PartialEq)]
pub struct Sample(pub Case);

impl Sample {
    /// The definition: valid, unless the profile draws broken ones.
    pub fn definition(&self) -> &Value {
        self.0.body.definition()
    }

    /// The executions to start; never empty, unless the profile draws broken machines.
    pub fn starts(&self) -> &[Start] {
        match &self.0.body {
            Body::Execution(case) => &case.starts,
            Body::Definition(_) | Body::Api(_) => &[],
        }
    }
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string_pretty(&self.0).map_err(|_| fmt::Error)?)
    }
}

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

/// A case and the reduction of it. Only valid machines are tried.
#[derive(Debug)]
pub struct CaseTree {
    reduction: Reduction,
    /// The candidate that is being tried; `None` if the best case itself is.
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

    /// The current case fails: continues the reduction from it.
    fn simplify(&mut self) -> bool {
        if let Some(candidate) = self.tried.take() {
            self.reduction.accept(candidate);
        }
        self.advance()
    }

    /// The current case does not fail: tries the next candidate, or returns to the best case.
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
