//! Versions: revisions that were published.

use serde_json::{Value, json};

use super::{
    CallError, Service, Time,
    arn::{MachineArn, Qualifier},
    machine::{Publication, Stored},
    params::Params,
    render::seconds,
};
use crate::deviation::CallRule;

/// The most versions of a machine (API reference, `PublishStateMachineVersion`).
const MOST: usize = 1_000;

impl Service {
    /// Publishes the current revision. If it was published before, that version is returned, whatever
    /// the description (recorded without one).
    pub(super) fn publish_version(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let arn = MachineArn::unqualified(params.text("stateMachineArn")?)?;
        let stored = self.machine(arn)?;
        let is_again = stored.published().is_none() || self.keeps(CallRule::VersionAgain);
        let current = stored.current.name();
        if let Some(expected) = params.maybe_text("revisionId").filter(|it| *it != current) {
            return Err(CallError::conflict(format!(
                "Failed to publish the State Machine version for revision {expected}. The current State \
                 Machine revision is {current}."
            )));
        }
        if stored.published().is_none() && stored.versions().count() >= MOST {
            return Err(CallError::quota(format!(
                "a state machine has at most {MOST} versions: '{arn}'"
            )));
        }
        let publication = Publication {
            description: params.maybe_text("description").map(str::to_owned),
        };
        let now = time.now();
        let stored = self
            .machines
            .get_mut(arn)
            .ok_or_else(|| CallError::no_machine(arn))?;
        let number = if is_again {
            stored.publish(now, publication)
        } else {
            stored.publish_another(now, publication)
        };
        let created = stored.version(number).map(|version| version.created);
        Ok(json!({
            "creationDate": seconds(created.unwrap_or_default()),
            "stateMachineVersionArn": format!("{arn}:{number}"),
        }))
    }

    /// The latest first (recorded). A machine that does not exist has none: the operation has no error
    /// that says so (API reference).
    pub(super) fn list_versions(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = MachineArn::parse(params.text("stateMachineArn")?)?.whole;
        let stored = self.machines.get(arn);
        let all = stored.into_iter().flat_map(Stored::versions);
        let all = all.map(|(number, version)| {
            json!({
                "creationDate": seconds(version.created),
                "stateMachineVersionArn": format!("{arn}:{number}"),
            })
        });
        self.page(params, "stateMachineVersions", arn, all)
    }

    /// Deletes a version that no alias uses. Deleting a missing one succeeds (recorded).
    pub(super) fn delete_version(&mut self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = MachineArn::parse(params.text("stateMachineVersionArn")?)?;
        let Qualifier::Version(number) = arn.qualifier else {
            let error = format!(
                "The ARN must be that of a state machine version: '{}'",
                arn.whole
            );
            return Err(CallError::validation(error).in_our_words());
        };
        let is_used = self
            .machines
            .get(arn.machine)
            .is_some_and(|stored| stored.aliases_of(number).next().is_some());
        let is_kept = is_used && self.keeps(CallRule::VersionUsed);
        if let Some(stored) = self.machines.get_mut(arn.machine) {
            let aliases: Vec<&str> = stored.aliases_of(number).collect();
            if !aliases.is_empty() && is_kept {
                return Err(CallError::conflict(format!(
                    "Version to be deleted must not be referenced by an alias. Current list of aliases \
                     referencing this version: [{}]",
                    aliases.join(", ")
                )));
            }
            stored.remove_version(number);
        }
        Ok(json!({}))
    }
}
