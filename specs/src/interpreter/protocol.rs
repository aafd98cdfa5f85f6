//! The inputs and commands of an execution.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    asl::{Name, site::AttemptKey},
    base::{arn::Arn, time::Instant},
    history::Failure,
    observation::Status,
};

/// The identity of an execution: the constants of the context object.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// `$$.Execution.Id`: the execution's ARN.
    pub execution_arn: Name,
    /// `$$.Execution.Name`.
    pub execution_name: Name,
    /// `$$.Execution.RoleArn`.
    pub role_arn: Name,
    /// `$$.StateMachine.Id`: the machine's ARN.
    pub machine_arn: Name,
    /// `$$.StateMachine.Name`.
    pub machine_name: Name,
    /// `$$.Execution.RedriveCount`; synchronous Express executions have none.
    pub redrive_count: Option<u64>,
    /// The seed of jitter, UUIDs and random numbers.
    pub entropy: u64,
}

impl Identity {
    /// The region in the machine's ARN.
    pub fn region(&self) -> &str {
        Arn::parse(&self.machine_arn).map_or("", |arn| arn.region)
    }
}

/// A task attempt, numbered in the order of scheduling from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub u64);

/// A timer, numbered in the order of setting from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimerId(pub u64);

/// An event outside the execution. Inputs about a task or timer that is over are ignored.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A worker took the task.
    TaskStarted {
        /// The task.
        task: TaskId,
        /// The worker's name, if it gave one.
        worker: Option<Name>,
    },
    /// The task's activity does not exist. Sent immediately when the task is scheduled.
    NoSuchActivity {
        /// The task.
        task: TaskId,
    },
    /// The service has accepted the job or the token of a task that waits for more.
    TaskSubmitted {
        /// The task.
        task: TaskId,
        /// The service's answer.
        output: Value,
    },
    /// The worker has sent a heartbeat.
    TaskHeartbeat {
        /// The task.
        task: TaskId,
    },
    /// The task succeeded.
    TaskSucceeded {
        /// The task.
        task: TaskId,
        /// Its output.
        output: Arc<Value>,
    },
    /// The task failed.
    TaskFailed {
        /// The task.
        task: TaskId,
        /// The error name and cause.
        failure: Failure,
    },
    /// A timer has fired.
    TimerFired {
        /// The timer.
        timer: TimerId,
    },
    /// `RedriveExecution`. Ignored unless the execution was begun as redrivable and has ended without
    /// success.
    Redrive,
    /// `StopExecution`.
    Stop {
        /// The given error name and cause.
        failure: Failure,
    },
}

/// An action that the execution asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Give this task to a worker.
    Schedule(TaskRequest),
    /// The execution no longer waits for this task.
    Cancel(TaskId),
    /// Fire this timer at the given time.
    SetTimer {
        /// The timer.
        timer: TimerId,
        /// When it is due.
        at: Instant,
    },
    /// The execution no longer waits for this timer.
    CancelTimer(TimerId),
    /// The execution has ended; no commands follow.
    Finish(Outcome),
}

/// An occurrence inside an execution that its commands do not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// A thread of control began while another one of the same state was still running.
    Concurrent,
    /// A thread failed: none of its own states handled an error.
    ThreadFailed {
        /// Whether other threads can exist at the same time.
        siblings: bool,
        /// The latest time at which a thread beside it, or beside an enclosing thread that fails
        /// with it, moved. A thread that does not wait for something that takes time moves now.
        /// `None` if there is no such thread.
        beside: Option<Instant>,
    },
    /// A branch or an iteration was stopped because another one had failed.
    SiblingStopped,
    /// A task, or a thread that waited for its turn, may have been started that matters for nothing else.
    MayHaveStarted,
    /// The injected entropy was drawn.
    ChanceDrawn,
    /// A time has entered the data.
    TimeRead,
    /// The id of an event has entered a cause, and other threads could have added events before it.
    EventIdRead,
    /// The history is full.
    HistoryFull,
}

/// A task to be given to a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRequest {
    /// Its number.
    pub task: TaskId,
    /// Its address in a plan.
    pub key: AttemptKey,
    /// `Resource`.
    pub resource: Name,
    /// Its input (or the parameters of an integration).
    pub input: Arc<Value>,
    /// Whether it continues after the service has answered.
    pub waits: bool,
    /// Its token, if it has one to tell.
    pub token: Option<Name>,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The status; never `Running`.
    pub status: Status,
    /// The output of a success.
    pub output: Option<Arc<Value>>,
    /// The error and cause of a failure.
    pub failure: Failure,
}

/// A feature that this build does not interpret, so that there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the reference does not interpret {feature} (state '{state}')")]
pub struct Unsupported {
    /// The feature.
    pub feature: String,
    /// The state.
    pub state: String,
}

/// The order in which threads of control that are ready at the same time move. The language does
/// not specify it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interleaving {
    /// In turn, one state at a time.
    #[default]
    RoundRobin,
    /// The thread that became ready last moves first.
    LastFirst,
    /// In random order, determined by this seed.
    Shuffled(u64),
}

/// One entry of the input log.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// The time.
    pub at: Instant,
    /// The input.
    pub input: Input,
}
