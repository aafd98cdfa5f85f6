//! Random cases of the Amazon States Language, and how cases get smaller.
//!
//! A case is a function of a profile, a seed and a number. It is a valid machine with inputs and with
//! plans of what its tasks do:
//!
//! ```
//! use stepproof_generators::{Profile, generate};
//! use stepproof_specs::{asl::WorkflowType, validate::validate};
//!
//! let case = generate(&Profile::everything(), 1, 42);
//! assert_eq!(case, generate(&Profile::everything(), 1, 42));
//! let (machine, _) = validate(case.body.definition(), WorkflowType::Standard);
//! assert!(machine.is_some());
//! assert!(case.body.starts() > 0);
//! ```
//!
//! In a property of your own, [`strategy::machines`] draws them and shrinks what fails. This crate
//! knows the language and names no engine.
//!
//! * [`generate`] draws the case with a number from a run with a seed
//! * [`invalid`] — definitions that are broken on purpose
//! * [`given`] draws cases of a machine that somebody gives
//! * [`profile`], [`feature`] — what may be drawn, how often and how large
//! * [`reduce`] — smaller cases, and the search for a minimal one
//! * [`paths`] — paths over a given value
//! * [`steering`] — cases chosen for the clauses that they exercise together
//! * [`strategy`] — cases in a `proptest` property

pub mod feature;
pub mod given;
pub mod invalid;
pub mod paths;
pub mod profile;
pub mod reduce;
pub mod steering;
pub mod strategy;

mod builder;
mod dice;
mod input;
mod key;
mod literal;
mod shape;
mod swarm;

use std::sync::Arc;

use stepproof_specs::{
    asl::{Machine, WorkflowType},
    scenario::case::{Body, CASE_FORMAT, Case, ExecutionCase, Origin, Start},
};

pub use crate::{
    feature::{Feature, FeatureSet, UnknownFeature},
    invalid::{Broken, Mutation},
    profile::Profile,
};

/// The version of the generators. With the profile, the seed and the index it says where a case
/// came from; it changes whenever the same four could draw something else.
pub const GENERATOR_VERSION: &str = "10";

/// What the ARN of every generated activity starts with.
pub const ACTIVITY_PREFIX: &str = "arn:aws:states:us-east-1:123456789012:activity:";

/// A case whose machine is still typed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The machine.
    pub machine: Arc<Machine>,
    /// The executions.
    pub starts: Vec<Start>,
    /// The features that this case could draw on.
    pub features: FeatureSet,
    /// The seed of jitter, UUIDs and random numbers.
    pub entropy: u64,
}

/// Draws the case number `index` of the run `seed`: always the same one.
pub fn generate(profile: &Profile, seed: u64, index: u64) -> Case {
    assemble(draft(profile, seed, index), profile, seed, index)
}

/// The case that a draft is written down as.
fn assemble(draft: Draft, profile: &Profile, seed: u64, index: u64) -> Case {
    let body = if profile.breaks() {
        Body::Definition(break_draft(&draft).case)
    } else {
        Body::Execution(execution(draft))
    };
    Case {
        format: CASE_FORMAT,
        origin: Some(Origin {
            generator: GENERATOR_VERSION.to_owned(),
            profile: profile.name.to_owned(),
            seed,
            index,
        }),
        body,
    }
}

fn execution(draft: Draft) -> ExecutionCase {
    ExecutionCase {
        definition: draft.machine.into(),
        workflow: WorkflowType::Standard,
        starts: draft.starts,
        entropy: draft.entropy,
    }
}

/// A broken machine, and what was done to it.
pub fn broken(profile: &Profile, seed: u64, index: u64) -> Broken {
    break_draft(&draft(profile, seed, index))
}

fn break_draft(draft: &Draft) -> Broken {
    invalid::broken(&draft.machine, &mut dice::Dice::new(!draft.entropy))
}

/// The same case with its machine as types, without writing it down as JSON.
pub fn draft(profile: &Profile, seed: u64, index: u64) -> Draft {
    draft_from(profile, dice::case_seed(seed, index))
}

fn draft_from(profile: &Profile, case_seed: u64) -> Draft {
    let mut dice = dice::Dice::new(case_seed);
    let features = swarm::draw(profile, &mut dice);
    let built = builder::Builder::build(profile, features, &mut dice);
    let starts = built
        .plans
        .into_iter()
        .map(|plan| Start {
            input: input::value(&built.input, features, &mut dice),
            plan,
        })
        .collect();
    Draft {
        machine: Arc::new(built.machine),
        starts,
        features,
        entropy: dice.word(),
    }
}
