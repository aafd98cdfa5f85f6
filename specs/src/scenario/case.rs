//! A case: everything a run needs, in one JSON document with a format version.

use std::sync::Arc;

use crate::asl::WorkflowType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    asl::Definition,
    scenario::{calls::CallsCase, plan::Plan},
};

/// The latest version of the case format. This build cannot read later versions.
pub const CASE_FORMAT: u32 = 2;

/// Everything a run needs. The values are authoritative; the seed in `origin` only records where
/// they came from, so that a stored case replays although the generators have changed since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The version of this format that has its kind of cases ([`Body::format`]): earlier builds read what
    /// they know.
    pub format: u32,
    /// Where the case came from, if it was generated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The machine or definition, and what to do with it.
    #[serde(flatten)]
    pub body: Body,
}

impl Case {
    /// A case of this kind.
    pub fn new(origin: Option<Origin>, body: Body) -> Self {
        Self {
            format: body.format(),
            origin,
            body,
        }
    }
}

impl From<ExecutionCase> for Case {
    fn from(case: ExecutionCase) -> Self {
        Self::new(None, Body::Execution(case))
    }
}

/// Where a generated case came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The version of the generators.
    pub generator: String,
    /// The name of the profile.
    pub profile: String,
    /// The name of the machine that the user gave, if the case is one of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// The run's seed.
    pub seed: u64,
    /// The case's number in the run.
    pub index: u64,
}

/// The kinds of cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// A machine that is created and started.
    Execution(ExecutionCase),
    /// A definition that is accepted or refused; nothing is started.
    Definition(DefinitionCase),
    /// Calls to the service, one after the other.
    Api(CallsCase),
}

impl Body {
    /// The first version of the case format that has this kind of cases.
    pub fn format(&self) -> u32 {
        match self {
            Self::Execution(_) | Self::Definition(_) => 1,
            Self::Api(_) => 2,
        }
    }

    /// The definition; null if there are calls instead.
    pub fn definition(&self) -> &Value {
        match self {
            Self::Execution(case) => &case.definition,
            Self::Definition(case) => &case.definition,
            Self::Api(_) => &Value::Null,
        }
    }

    /// The calls, if the case consists of any.
    pub fn calls(&self) -> Option<&CallsCase> {
        match self {
            Self::Api(case) => Some(case),
            Self::Execution(_) | Self::Definition(_) => None,
        }
    }

    /// How many executions are started.
    pub fn starts(&self) -> usize {
        match self {
            Self::Execution(case) => case.starts.len(),
            Self::Definition(_) | Self::Api(_) => 0,
        }
    }
}

/// A definition, valid or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefinitionCase {
    /// The definition.
    pub definition: Value,
    /// The workflow type that it is validated for.
    #[serde(default)]
    pub workflow: WorkflowType,
}

/// A machine and its starts. Several starts share one deployment, because creating a machine is the
/// expensive call on AWS (`CreateStateMachine` is throttled to one per second).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExecutionCase {
    /// The definition. Task resources name activities of the account `123456789012` in `us-east-1`;
    /// an engine's adapter replaces them by its own.
    pub definition: Definition,
    /// The workflow type.
    #[serde(default)]
    pub workflow: WorkflowType,
    /// The executions, one after the other. Never empty.
    pub starts: Vec<Start>,
    /// The seed of jitter, UUIDs and random numbers.
    #[serde(default)]
    pub entropy: u64,
}

impl ExecutionCase {
    /// A case of a Standard workflow.
    pub fn new(definition: impl Into<Definition>, starts: Vec<Start>) -> Self {
        Self {
            definition: definition.into(),
            workflow: WorkflowType::Standard,
            starts,
            entropy: 0,
        }
    }
}

/// One execution: its input, and what its tasks do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The execution's input.
    pub input: Arc<Value>,
    /// What its tasks do.
    #[serde(default)]
    pub plan: Plan,
}

impl Start {
    /// A start whose tasks are all taken immediately and echo.
    pub fn unplanned(input: impl Into<Arc<Value>>) -> Self {
        Self {
            input: input.into(),
            plan: Plan::default(),
        }
    }
}
