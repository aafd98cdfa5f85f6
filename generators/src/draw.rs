//! From a profile, a seed and a number to a case.

use std::sync::Arc;

use stepproof_specs::{
    asl::{Machine, WorkflowType},
    scenario::case::{Body, CASE_FORMAT, Case, ExecutionCase, Origin, Start},
};

use crate::{
    builder::Builder,
    dice::{Dice, case_seed},
    feature::FeatureSet,
    input,
    invalid::{self, Broken},
    profile::Profile,
    swarm::{self, Density},
};

/// The version of the generators. With the profile, the seed and the index it says where a case
/// came from; it changes whenever the same four could draw something else.
pub const GENERATOR_VERSION: &str = "11";

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
pub(crate) fn assemble(draft: Draft, profile: &Profile, seed: u64, index: u64) -> Case {
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
    invalid::broken(&draft.machine, &mut Dice::new(!draft.entropy))
}

/// The same case with its machine as types, without writing it down as JSON.
pub fn draft(profile: &Profile, seed: u64, index: u64) -> Draft {
    draft_from(profile, Density::Any, case_seed(seed, index))
}

pub(crate) fn draft_from(profile: &Profile, density: Density, case_seed: u64) -> Draft {
    let mut dice = Dice::new(case_seed);
    let features = swarm::draw(profile, density, &mut dice);
    let built = Builder::build(profile, features, &mut dice);
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
