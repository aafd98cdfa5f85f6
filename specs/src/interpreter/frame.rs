//! The tree of threads of control: the machine itself, Parallel branches, Map iterations.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    TaskId, TimerId,
    envelope::Envelope,
    runtime_error::{QUERY_EVALUATION, RuntimeError},
};
use crate::{
    asl::{
        Name, Scope, State,
        site::{Site, site},
    },
    base::pointer::is_plain,
    base::time::Instant,
    clause::Clause,
};

/// The index of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FrameId(pub usize);

/// One thread of control.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The scope that it runs in.
    pub scope: Arc<Scope>,
    /// The frame of the enclosing state, and the index among that state's children.
    pub parent: Option<(FrameId, usize)>,
    /// The prefix of the sites in this scope.
    pub prefix: Arc<str>,
    /// The indexes of the enclosing Map iterations, outermost first.
    pub items: Arc<[u32]>,
    /// The variables assigned in this scope, one map per assignment, the latest at the end.
    pub variables: Vec<Arc<Map<String, Value>>>,
    /// The last event of this thread; 0 if there is none.
    pub previous: i64,
    /// The length of the history when it began.
    pub began: usize,
    /// The state it is in.
    pub active: Option<Active>,
}

/// The state that a frame is in.
#[derive(Debug, Clone)]
pub(super) struct Active {
    pub name: Name,
    /// Its site; empty for types whose site is not needed.
    pub site: Site,
    pub state: Arc<State>,
    /// The state's raw input.
    pub input: Arc<Value>,
    /// The id of the Entered event, which causes quote; 0 if there is none, and they name no state.
    pub entered: i64,
    pub entered_at: Instant,
    /// How often the state was entered before, for the same items (tasks only).
    pub visit: u32,
    /// How often it has been retried in this visit: `$$.State.RetryCount`.
    pub retries: u32,
    /// How often each retrier has been used in this visit.
    pub budgets: Vec<u64>,
    /// Its children as they were when one of them failed it, if that can be gone on with.
    pub stopped: Option<Box<Stopped>>,
    pub phase: Phase,
}

/// What a state is waiting for.
#[derive(Debug, Clone)]
pub(super) enum Phase {
    /// Nothing.
    Working,
    /// The timer of a Wait state.
    Waiting {
        timer: TimerId,
        effective: Arc<Value>,
    },
    /// The delay of a retry.
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
    /// The live child at each index.
    pub frames: Vec<Option<FrameId>>,
    /// The Map's items; empty for a Parallel.
    pub items: Vec<Arc<Value>>,
    /// The input of a Parallel's branches; for a Map, the effective input for the item selector.
    pub effective: Arc<Value>,
    /// The index of the next branch or item to start.
    pub next: usize,
    /// When a child succeeded last, and the length of the history then.
    pub ended: Option<(Instant, usize)>,
    /// The error of a child that failed while its siblings go on.
    pub failed: Option<RuntimeError>,
}

/// A state to be entered by a frame, with its input.
pub(super) type Ready = (FrameId, Name, Arc<Value>);

/// The children of a state as they were when one of them failed it.
#[derive(Debug, Clone)]
pub(super) struct Stopped {
    pub children: Children,
    /// The threads inside the state.
    pub threads: Vec<(FrameId, Frame)>,
    /// What these threads were about to enter.
    pub ready: Vec<Ready>,
}

impl Frame {
    /// A thread that begins after the event `previous`, when there are `began` events.
    pub fn new(scope: Arc<Scope>, previous: i64, began: usize) -> Self {
        Self {
            scope,
            parent: None,
            prefix: Arc::default(),
            items: Arc::default(),
            variables: Vec::new(),
            previous,
            began,
            active: None,
        }
    }

    /// A variable of this scope.
    pub fn variable(&self, name: &str) -> Option<&Value> {
        let mut latest = self.variables.iter().rev();
        latest.find_map(|assigned| assigned.get(name))
    }

    /// The variables of this scope with their values.
    pub fn latest(&self) -> impl Iterator<Item = (&String, &Value)> {
        let all = self.variables.iter().enumerate();
        all.flat_map(|(place, assigned)| {
            let later = &self.variables[place + 1..];
            let is_latest = |name: &String| !later.iter().any(|it| it.contains_key(name));
            assigned.iter().filter(move |(name, _)| is_latest(name))
        })
    }

    /// Sets variables. An earlier assignment is dropped once all its variables are assigned again.
    pub fn assign(&mut self, assigned: Arc<Map<String, Value>>) {
        self.variables
            .retain(|earlier| !earlier.keys().all(|name| assigned.contains_key(name)));
        self.variables.push(assigned);
    }

    pub fn site(&self, name: &Name) -> Site {
        if self.prefix.is_empty() && is_plain(name) {
            return name.clone();
        }
        site(&self.prefix, name)
    }
}

/// Errors whose cause names the state (clause `cause.prefix`).
impl RuntimeError {
    /// `States.Runtime`, with the state named at the start of the cause.
    pub fn runtime(rule: Clause, active: &Active, text: &str) -> Self {
        Self {
            names_event: true,
            ..Self::runtime_plain(rule, &prefixed(active, text))
        }
    }
}

impl RuntimeError {
    /// `States.QueryEvaluationError` of a field, with the state named at the start of the cause.
    pub fn query(rule: Clause, active: &Active, location: &str, text: &str) -> Self {
        Self {
            names_event: true,
            ..Self::named(QUERY_EVALUATION, rule, &prefixed(active, text)).evaluating(location)
        }
    }
}

fn prefixed(active: &Active, text: &str) -> String {
    if active.entered == 0 {
        return text.to_owned();
    }
    format!(
        "An error occurred while executing the state '{}' (entered at the event id #{}). {text}",
        active.name, active.entered
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Map, Value, json};

    use super::Frame;

    fn assigned(names: &[&str], value: u64) -> Arc<Map<String, Value>> {
        let assigned = names.iter().map(|name| ((*name).to_owned(), value.into()));
        Arc::new(assigned.collect())
    }

    #[test]
    fn the_latest_assignment_of_a_variable_counts() {
        let mut frame = Frame::new(Arc::default(), 0, 0);
        frame.assign(assigned(&["x", "y"], 1));
        for lap in 2..5 {
            frame.assign(assigned(&["y"], lap));
            frame.assign(assigned(&["z"], lap));
        }
        let values = ["x", "y", "z", "none"].map(|name| frame.variable(name).cloned());
        assert_eq!(
            values,
            [Some(json!(1)), Some(json!(4)), Some(json!(4)), None]
        );
        assert_eq!(frame.variables.len(), 3);
        frame.assign(assigned(&["x", "y"], 5));
        assert_eq!(frame.variable("y"), Some(&json!(5)));
        assert_eq!(frame.variables.len(), 2);
    }
}
