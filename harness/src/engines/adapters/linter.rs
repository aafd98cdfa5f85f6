//! What the adapters of linters have in common.

use stepproof_generators::FeatureSet;

use super::{Choice, Opened, chosen, package::Package};
use crate::{
    engines::{Capabilities, EngineProfile, linter::Linter},
    trouble::Trouble,
};

/// A linter only accepts or refuses, one definition at a time. `express`: it can be told that a
/// workflow is Express.
pub(super) fn profile(package: &Package, express: bool) -> EngineProfile {
    let mut profile = EngineProfile::new(package.name);
    profile.capabilities = Capabilities {
        runs: false,
        lacks: FeatureSet::EMPTY,
        api: false,
        history: false,
        activities: false,
        queues: false,
        validation: false,
        express,
        lacking_calls: Vec::new(),
        any_role: false,
    };
    profile.jobs = 1;
    profile
}

pub(super) async fn open(package: &Package, choice: &Choice, profile: EngineProfile) -> Opened {
    let program = package.program().map_err(|reason| Trouble::Start {
        engine: package.name.to_owned(),
        reason,
    })?;
    let linter = Linter::start(&program, chosen(profile, choice)).await?;
    Ok(Box::new(linter))
}
