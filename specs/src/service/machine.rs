//! What a machine consists of: a machine has revisions, versions point to revisions, aliases route to
//! versions.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::settings::Settings;
use crate::{asl::WorkflowType, base::time::Instant, interpreter::Program};

/// What a machine is called that nobody has updated (API reference, `PublishStateMachineVersion`).
pub(super) const INITIAL: &str = "INITIAL";

/// A created machine.
#[derive(Debug)]
pub(super) struct Stored {
    pub name: String,
    /// Chosen at creation, for ever.
    pub workflow: WorkflowType,
    pub created: Instant,
    /// What it is now.
    pub current: Arc<Revision>,
    /// How it was published first; `None` if it never was.
    pub publication: Option<Publication>,
    versions: BTreeMap<u64, Version>,
    /// The number of the version that was published last. It is not used again (recorded).
    last_version: u64,
    pub aliases: BTreeMap<String, Alias>,
}

/// What a machine was until it was updated. Executions, and versions, keep the one they began with.
#[derive(Debug)]
pub(super) struct Revision {
    /// A machine that was created has none until it is updated (recorded).
    pub id: Option<String>,
    pub program: Program,
    pub definition: String,
    pub role: String,
    pub settings: Settings,
    /// The variables that each state refers to; null if none does.
    pub references: Value,
    pub made: Instant,
}

/// The wish to publish a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Publication {
    /// What the version is described as.
    pub description: Option<String>,
}

/// A revision that was published.
#[derive(Debug)]
pub(super) struct Version {
    pub revision: Arc<Revision>,
    pub description: Option<String>,
    pub created: Instant,
}

/// A name for one version, or two.
#[derive(Debug)]
pub(super) struct Alias {
    pub description: Option<String>,
    pub routes: Vec<Route>,
    pub created: Instant,
    pub updated: Instant,
}

/// How many of a hundred executions a version gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Route {
    pub version: u64,
    pub weight: u64,
}

impl Revision {
    /// Its id, or what it is called without one.
    pub fn name(&self) -> &str {
        self.id.as_deref().unwrap_or(INITIAL)
    }

    /// Whether another one says the same.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.definition == other.definition
            && self.role == other.role
            && self.settings == other.settings
    }
}

impl Alias {
    /// The version that gets an execution, for a number drawn at random.
    pub fn draw(&self, number: u64) -> u64 {
        let mut left = number % 100;
        for route in &self.routes {
            if left < route.weight {
                return route.version;
            }
            left -= route.weight;
        }
        self.routes.last().map_or(0, |route| route.version)
    }

    pub fn uses(&self, version: u64) -> bool {
        self.routes.iter().any(|route| route.version == version)
    }
}

impl Stored {
    pub fn new(name: &str, workflow: WorkflowType, revision: Revision) -> Self {
        Self {
            name: name.to_owned(),
            workflow,
            created: revision.made,
            current: Arc::new(revision),
            publication: None,
            versions: BTreeMap::new(),
            last_version: 0,
            aliases: BTreeMap::new(),
        }
    }

    pub fn version(&self, number: u64) -> Option<&Version> {
        self.versions.get(&number)
    }

    /// The versions by number, the latest first.
    pub fn versions(&self) -> impl Iterator<Item = (u64, &Version)> {
        let versions = self.versions.iter().rev();
        versions.map(|(number, version)| (*number, version))
    }

    pub fn remove_version(&mut self, number: u64) {
        self.versions.remove(&number);
    }

    /// The version of the current revision, if there is one.
    pub fn published(&self) -> Option<u64> {
        self.versions()
            .find(|(_, version)| Arc::ptr_eq(&version.revision, &self.current))
            .map(|(number, _)| number)
    }

    /// Publishes the current revision, if that was not done before; the number of its version.
    pub fn publish(&mut self, now: Instant, publication: Publication) -> u64 {
        match self.published() {
            Some(number) => number,
            None => self.publish_another(now, publication),
        }
    }

    /// Publishes the current revision, even if that was done before.
    pub fn publish_another(&mut self, now: Instant, publication: Publication) -> u64 {
        self.last_version += 1;
        self.publication.get_or_insert_with(|| publication.clone());
        let version = Version {
            revision: self.current.clone(),
            description: publication.description,
            created: now,
        };
        self.versions.insert(self.last_version, version);
        self.last_version
    }

    /// The names of the aliases that use a version, sorted.
    pub fn aliases_of(&self, version: u64) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter();
        aliases
            .filter(move |(_, alias)| alias.uses(version))
            .map(|(name, _)| name.as_str())
    }
}
