//! AWS Step Functions itself.

use std::time::Duration;

use super::{Adapter, Behind, Choice, Home, chosen, generic};
use crate::{
    client::{
        clock::Clock,
        sdk::{Api, Patience},
    },
    engines::remote::{Remote, Version},
    trouble::Trouble,
};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "aws",
    about: "AWS Step Functions itself, by the credentials of the environment.",
    home: Home::Account,
    profile: || behind().0,
    open: |choice, run| Box::pin(async { Ok(Box::new(open(choice, run).await?) as _) }),
};

/// Opens AWS itself. Its API calls are rate-limited and cost money, so few cases run at once and
/// executions are polled less often.
async fn open(choice: &Choice, run: &str) -> Result<Remote, Trouble> {
    let said = std::env::var("STEPPROOF_ROLE_ARN").ok();
    let said = said.filter(|role| !role.is_empty());
    let role = said.ok_or_else(|| Trouble::Start {
        engine: ADAPTER.name.to_owned(),
        reason: "machines need a role; name its ARN in STEPPROOF_ROLE_ARN".to_owned(),
    })?;
    let (profile, mut traits) = behind();
    traits.role = role;
    let profile = chosen(profile, choice);
    let api = Api::cloud(Patience::default()).await?;
    let clock = Clock::Real(profile.time_scale);
    Ok(Remote::new(api, clock, profile, traits, run))
}

fn behind() -> Behind {
    let (mut profile, mut traits) = generic(ADAPTER.name);
    profile.jobs = 4;
    profile.capabilities.any_role = false;
    // Nobody has said that the role may send messages, and these cost money.
    profile.capabilities.queues = false;
    traits.version = Version::Unknown("the service has none");
    // The rate limit of `DescribeExecution` refills at 15 calls per second.
    traits.shortest_pause = Duration::from_millis(500);
    (profile, traits)
}
