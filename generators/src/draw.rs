//! Draws a case from a profile, a seed and an index.

use std::sync::Arc;

use stepproof_specs::{
    asl::{Machine, WorkflowType},
    scenario::case::{Body, Case, ExecutionCase, Origin, Start},
};

use crate::{
    builder::Builder,
    calls,
    dice::{Dice, case_seed},
    feature::FeatureSet,
    input,
    invalid::{self, Broken},
    profile::Profile,
    swarm::{self, Density},
    tokens,
};

/// The version of the generators. Together with the profile, the seed and the index it identifies
/// where a case came from. It changes whenever the same profile, seed and index could draw a
/// different case.
pub const GENERATOR_VERSION: &str = "16";

/// A case whose machine is still typed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The machine.
    pub machine: Arc<Machine>,
    /// The executions.
    pub starts: Vec<Start>,
    /// The features that could be drawn in this case.
    pub features: FeatureSet,
    /// The seed of jitter, UUIDs and random numbers.
    pub entropy: u64,
}

/// Draws case number `index` of the run `seed`. The same arguments always draw the same case.
pub fn generate(profile: &Profile, seed: u64, index: u64) -> Case {
    if profile.calls() {
        calls_without(profile, &[], seed, index)
    } else {
        assemble(draft(profile, seed, index), profile, seed, index)
    }
}

/// Draws calls without these operations.
pub(crate) fn calls_without(profile: &Profile, lacking: &[String], seed: u64, index: u64) -> Case {
    let draw = if profile.nests() {
        calls::draw_nested
    } else {
        calls::draw
    };
    let case = draw(&mut Dice::new(case_seed(seed, index)), lacking);
    let origin = origin(profile, seed, index);
    Case::new(Some(origin), Body::Api(case))
}

/// Encodes a draft as a case.
pub(crate) fn assemble(draft: Draft, profile: &Profile, seed: u64, index: u64) -> Case {
    let body = if profile.breaks() {
        Body::Definition(break_draft(&draft).case)
    } else {
        let workflow = if profile.is_express() {
            WorkflowType::Express
        } else {
            WorkflowType::Standard
        };
        Body::Execution(execution(draft, workflow))
    };
    Case::new(Some(origin(profile, seed, index)), body)
}

fn origin(profile: &Profile, seed: u64, index: u64) -> Origin {
    Origin {
        machine: None,
        generator: GENERATOR_VERSION.to_owned(),
        profile: profile.name.to_owned(),
        seed,
        index,
    }
}

fn execution(draft: Draft, workflow: WorkflowType) -> ExecutionCase {
    ExecutionCase {
        definition: draft.machine.into(),
        workflow,
        starts: draft.starts,
        entropy: draft.entropy,
    }
}

/// Draws a broken machine; says which mutations were applied.
pub fn broken(profile: &Profile, seed: u64, index: u64) -> Broken {
    break_draft(&draft(profile, seed, index))
}

fn break_draft(draft: &Draft) -> Broken {
    invalid::broken(&draft.machine, &mut Dice::new(!draft.entropy))
}

/// Draws the same case, but keeps the machine typed instead of encoding it as JSON.
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
            input: input::value(&built.input, features, &mut dice).into(),
            plan,
        })
        .collect();
    let mut draft = Draft {
        machine: Arc::new(built.machine),
        starts,
        features,
        entropy: dice.word(),
    };
    if profile.sends_tokens()
        && let Some(machine) = tokens::send(&draft.machine, &mut draft.starts, draft.entropy)
    {
        draft.machine = machine.into();
    }
    draft
}
