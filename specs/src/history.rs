//! Execution history: the events AWS shows for an execution.
//!
//! Source: `GetExecutionHistory` in the AWS API reference, and recordings for order and
//! `previousEventId` (clauses `history.*`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    asl::{Name, StateType},
    base::time::Instant,
};

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// 1 for the first event, in emission order. Signed, as on the wire: an engine may say anything.
    pub id: i64,
    /// The event before it in its own thread of control; 0 for the first.
    pub previous: i64,
    /// When it happened.
    pub at: Instant,
    /// What happened, by AWS's name, for example `TaskStateEntered`.
    pub kind: EventKind,
    /// The details that AWS gives for the kind.
    pub details: Details,
}

/// The name of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// `ExecutionStarted`.
    ExecutionStarted,
    /// `ExecutionSucceeded`.
    ExecutionSucceeded,
    /// `ExecutionFailed`.
    ExecutionFailed,
    /// `ExecutionTimedOut`.
    ExecutionTimedOut,
    /// `ExecutionAborted`.
    ExecutionAborted,
    /// `ExecutionRedriven`.
    ExecutionRedriven,
    /// `<Type>StateEntered`.
    Entered(StateType),
    /// `<Type>StateExited`.
    Exited(StateType),
    /// `<Type>StateAborted` (Task, Wait, Parallel, Map).
    Aborted(StateType),
    /// `ParallelStateStarted`, `MapStateStarted`.
    Started(StateType),
    /// `ParallelStateSucceeded`, `MapStateSucceeded`.
    Succeeded(StateType),
    /// `ParallelStateFailed`, `MapStateFailed`.
    Failed(StateType),
    /// `MapIteration…`.
    Iteration(Phase),
    /// `Activity…`, `LambdaFunction…`, `Task…`.
    Work(Service, Phase),
    /// `EvaluationFailed`.
    EvaluationFailed,
    /// Any other event, by name: an engine may emit events that this crate does not model.
    Other(&'static str),
}

/// The family of a task's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// An activity: `Activity…`.
    Activity,
    /// A Lambda function named by its ARN: `LambdaFunction…`.
    LambdaFunction,
    /// An optimised or SDK integration: `Task…`.
    Integration,
}

/// A step in the lifecycle of a task or an iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// `…Scheduled`.
    Scheduled,
    /// `…ScheduleFailed`.
    ScheduleFailed,
    /// `…Started`.
    Started,
    /// `…StartFailed`.
    StartFailed,
    /// `…Submitted`.
    Submitted,
    /// `…SubmitFailed`.
    SubmitFailed,
    /// `…Succeeded`.
    Succeeded,
    /// `…Failed`.
    Failed,
    /// `…TimedOut`.
    TimedOut,
    /// `…Aborted`.
    Aborted,
}

impl Phase {
    const ALL: [Self; 10] = [
        Self::Scheduled,
        Self::ScheduleFailed,
        Self::Started,
        Self::StartFailed,
        Self::Submitted,
        Self::SubmitFailed,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Aborted,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::ScheduleFailed => "ScheduleFailed",
            Self::Started => "Started",
            Self::StartFailed => "StartFailed",
            Self::Submitted => "Submitted",
            Self::SubmitFailed => "SubmitFailed",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::TimedOut => "TimedOut",
            Self::Aborted => "Aborted",
        }
    }
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::Activity => "Activity",
            Self::LambdaFunction => "LambdaFunction",
            Self::Integration => "Task",
        }
    }
}

/// Other events that this crate knows only by name.
const OTHERS: [&str; 4] = [
    "MapRunStarted",
    "MapRunSucceeded",
    "MapRunFailed",
    "MapRunAborted",
];

impl EventKind {
    /// AWS's name of the event.
    pub fn name(self) -> String {
        match self {
            Self::ExecutionStarted => "ExecutionStarted".into(),
            Self::ExecutionSucceeded => "ExecutionSucceeded".into(),
            Self::ExecutionFailed => "ExecutionFailed".into(),
            Self::ExecutionTimedOut => "ExecutionTimedOut".into(),
            Self::ExecutionAborted => "ExecutionAborted".into(),
            Self::ExecutionRedriven => "ExecutionRedriven".into(),
            Self::Entered(kind) => format!("{}StateEntered", kind.name()),
            Self::Exited(kind) => format!("{}StateExited", kind.name()),
            Self::Aborted(kind) => format!("{}StateAborted", kind.name()),
            Self::Started(kind) => format!("{}StateStarted", kind.name()),
            Self::Succeeded(kind) => format!("{}StateSucceeded", kind.name()),
            Self::Failed(kind) => format!("{}StateFailed", kind.name()),
            Self::Iteration(phase) => format!("MapIteration{}", phase.name()),
            Self::Work(service, phase) => format!("{}{}", service.name(), phase.name()),
            Self::EvaluationFailed => "EvaluationFailed".into(),
            Self::Other(name) => name.into(),
        }
    }

    /// The event with this AWS name; `Other("Unknown")` for an unknown name.
    pub fn from_name(name: &str) -> Self {
        let plain = [
            ("ExecutionStarted", Self::ExecutionStarted),
            ("ExecutionSucceeded", Self::ExecutionSucceeded),
            ("ExecutionFailed", Self::ExecutionFailed),
            ("ExecutionTimedOut", Self::ExecutionTimedOut),
            ("ExecutionAborted", Self::ExecutionAborted),
            ("ExecutionRedriven", Self::ExecutionRedriven),
            ("EvaluationFailed", Self::EvaluationFailed),
        ];
        if let Some((_, kind)) = plain.iter().find(|(plain, _)| *plain == name) {
            return *kind;
        }
        if let Some(other) = OTHERS.iter().find(|other| **other == name) {
            return Self::Other(other);
        }
        Self::state_event(name)
            .or_else(|| Self::phase_event(name))
            .unwrap_or(Self::Other("Unknown"))
    }

    fn state_event(name: &str) -> Option<Self> {
        let kind = StateType::ALL.into_iter().find(|kind| {
            name.strip_prefix(kind.name())
                .is_some_and(|rest| rest.starts_with("State"))
        })?;
        match &name[kind.name().len() + "State".len()..] {
            "Entered" => Some(Self::Entered(kind)),
            "Exited" => Some(Self::Exited(kind)),
            "Aborted" => Some(Self::Aborted(kind)),
            "Started" => Some(Self::Started(kind)),
            "Succeeded" => Some(Self::Succeeded(kind)),
            "Failed" => Some(Self::Failed(kind)),
            _ => None,
        }
    }

    fn phase_event(name: &str) -> Option<Self> {
        let phase = |rest: &str| Phase::ALL.into_iter().find(|phase| phase.name() == rest);
        if let Some(rest) = name.strip_prefix("MapIteration") {
            return phase(rest).map(Self::Iteration);
        }
        [
            Service::Activity,
            Service::LambdaFunction,
            Service::Integration,
        ]
        .into_iter()
        .find_map(|service| {
            phase(name.strip_prefix(service.name())?).map(|phase| Self::Work(service, phase))
        })
    }
}

/// The details of an event, one type for every kind. Absent means that AWS does not send the key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// `name`: the state, or the Map of an iteration.
    pub name: Option<Name>,
    /// `input`, or the `parameters` of a scheduled integration, parsed.
    pub input: Option<Arc<Value>>,
    /// `output`, parsed.
    pub output: Option<Arc<Value>>,
    /// `error` and `cause`.
    pub failure: Option<Box<Failure>>,
    /// Details of a scheduled, started or ended task.
    pub task: Option<Box<TaskDetails>>,
    /// `length` of `MapStateStarted`.
    pub length: Option<u64>,
    /// `index` of a Map iteration, or `redriveCount` of a redrive.
    pub index: Option<u64>,
    /// `assignedVariables` of `…StateExited`, each value parsed.
    pub assigned: Option<Arc<Map<String, Value>>>,
    /// Details of `EvaluationFailed`.
    pub evaluation: Option<Box<Evaluation>>,
}

/// An error as AWS reports it: either part may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Failure {
    /// The error name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Name>,
    /// The cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Name>,
}

/// Where the evaluation of an expression failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evaluation {
    /// `state`: the state's name.
    pub state: Option<Name>,
    /// `location`: the field, such as `Output/total`.
    pub location: Option<Name>,
}

/// Details of a task's events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskDetails {
    /// `resource`: an ARN, or the action of an integration.
    pub resource: Option<Name>,
    /// `resourceType` of an integration.
    pub resource_type: Option<Name>,
    /// `region` of an integration.
    pub region: Option<Name>,
    /// `timeoutInSeconds`.
    pub timeout_in_seconds: Option<u64>,
    /// `heartbeatInSeconds`.
    pub heartbeat_in_seconds: Option<u64>,
    /// `workerName` of `ActivityStarted`.
    pub worker_name: Option<Name>,
    /// `taskCredentials` of a scheduled task.
    pub credentials: Option<Arc<Value>>,
}

impl Details {
    /// The details under AWS's key names, with values parsed.
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                map.insert(key.to_owned(), value);
            }
        };
        let text = |name: &Option<Name>| name.as_deref().map(Value::from);
        put("name", text(&self.name));
        let integration = self
            .task
            .as_ref()
            .and_then(|task| task.resource_type.as_ref());
        let input = integration.map_or("input", |_| "parameters");
        put(input, self.input.as_deref().cloned());
        put("output", self.output.as_deref().cloned());
        if let Some(failure) = &self.failure {
            put("error", text(&failure.error));
            put("cause", text(&failure.cause));
        }
        if let Some(task) = &self.task {
            put("resource", text(&task.resource));
            put("resourceType", text(&task.resource_type));
            put("region", text(&task.region));
            put("timeoutInSeconds", task.timeout_in_seconds.map(Value::from));
            put(
                "heartbeatInSeconds",
                task.heartbeat_in_seconds.map(Value::from),
            );
            put("workerName", text(&task.worker_name));
            put("taskCredentials", task.credentials.as_deref().cloned());
        }
        if let Some(evaluation) = &self.evaluation {
            put("state", text(&evaluation.state));
            put("location", text(&evaluation.location));
        }
        put("length", self.length.map(Value::from));
        put("index", self.index.map(Value::from));
        put(
            "assignedVariables",
            self.assigned.as_deref().cloned().map(Value::Object),
        );
        Value::Object(map)
    }
}
