//! The tree of threads of control: the machine itself, Parallel branches, Map iterations.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{TaskId, TimerId, envelope::Envelope, runtime_error::RuntimeError};
use crate::{
    asl::{
        Name, Scope, State,
        site::{Site, site},
    },
    base::pointer::is_plain,
    base::time::Instant,
};

/// The index of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FrameId(pub usize);

/// One thread of control.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The states it moves among.
    pub scope: Arc<Scope>,
    /// The frame whose state it belongs to, and its place among that state's children.
    pub parent: Option<(FrameId, usize)>,
    /// What site names of this scope start with.
    pub prefix: Arc<str>,
    /// The indexes of the enclosing Map iterations, outermost first.
    pub items: Arc<[u32]>,
    /// The variables assigned in this scope.
    pub variables: Map<String, Value>,
    /// The last event of this thread; 0 if there is none.
    pub previous: u64,
    /// How many events there were when it began.
    pub began: usize,
    /// The state it is in.
    pub active: Option<Active>,
}

/// The state that a frame is in.
#[derive(Debug, Clone)]
pub(super) struct Active {
    pub name: Name,
    /// Its path through the scopes.
    pub site: Site,
    pub state: Arc<State>,
    /// The state's raw input.
    pub input: Arc<Value>,
    /// The id of the Entered event, which causes quote.
    pub entered: u64,
    pub entered_at: Instant,
    /// How often the state was entered before, for the same items (tasks only).
    pub visit: u32,
    /// How often it has been retried in this visit: `$$.State.RetryCount`.
    pub retries: u32,
    /// How often each retrier has been used in this visit.
    pub budgets: Vec<u64>,
    pub phase: Phase,
}

/// What a state is waiting for.
#[derive(Debug, Clone)]
pub(super) enum Phase {
    /// Nothing yet.
    Working,
    /// A Wait state's timer.
    Waiting {
        timer: TimerId,
        effective: Arc<Value>,
    },
    /// A retry's delay.
    Delayed { timer: TimerId },
    /// A task.
    Task(TaskState),
    /// Branches or iterations.
    Children(Box<Children>),
}

/// A task that has been scheduled.
#[derive(Debug, Clone)]
pub(super) struct TaskState {
    pub task: TaskId,
    pub envelope: Envelope,
    pub started: bool,
    /// `TimeoutSeconds`.
    pub timeout: Option<u64>,
    pub timeout_timer: Option<TimerId>,
    /// `HeartbeatSeconds`.
    pub heartbeat: Option<u64>,
    pub heartbeat_timer: Option<TimerId>,
}

/// The branches of a Parallel or the iterations of a Map, in progress.
#[derive(Debug, Clone)]
pub(super) struct Children {
    pub results: Vec<Option<Arc<Value>>>,
    pub unfinished: usize,
    /// How many may run at the same time.
    pub at_once: usize,
    /// The live child of each place.
    pub frames: Vec<Option<FrameId>>,
    /// The Map's items; empty for a Parallel.
    pub items: Vec<Arc<Value>>,
    /// What a Parallel's branches are given; a Map's effective input, for the item selector.
    pub effective: Arc<Value>,
    /// The next branch or item to start.
    pub next: usize,
    /// When a child succeeded last, and how many events there were then.
    pub ended: Option<(Instant, usize)>,
    /// Why a child failed whose siblings go on.
    pub failed: Option<RuntimeError>,
}

impl Frame {
    pub fn site(&self, name: &Name) -> Site {
        if self.prefix.is_empty() && is_plain(name) {
            return name.clone();
        }
        site(&self.prefix, name)
    }
}

/// Faults that name the state (clause `cause.prefix`).
impl RuntimeError {
    /// `States.Runtime`, with the state named in front of the text.
    pub fn runtime(active: &Active, text: &str) -> Self {
        Self::runtime_plain(&prefixed(active, text))
    }

    /// Like [`RuntimeError::named`], with the state named in front of the text.
    pub fn prefixed(active: &Active, error: &str, text: &str) -> Self {
        Self::named(error, &prefixed(active, text))
    }
}

fn prefixed(active: &Active, text: &str) -> String {
    format!(
        "An error occurred while executing the state '{}' (entered at the event id #{}). {text}",
        active.name, active.entered
    )
}
