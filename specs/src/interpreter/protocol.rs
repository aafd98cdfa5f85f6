//! What goes into an execution and what comes out of it.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    asl::{Name, site::AttemptKey},
    base::{arn::Arn, time::Instant},
    history::Failure,
    observation::Status,
};

/// Who and what an execution is: the context object's constants.
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
    /// The region that the machine's ARN names.
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

/// What the world tells an execution. An input about a task or timer that is over is ignored.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A worker took the task.
    TaskStarted {
        /// Which.
        task: TaskId,
        /// The worker's name, if it gave one.
        worker: Option<Name>,
    },
    /// The task's activity does not exist. Told at once when the task is scheduled.
    NoSuchActivity {
        /// Which.
        task: TaskId,
    },
    /// The service has taken the job or the token of a task that waits for more.
    TaskSubmitted {
        /// Which.
        task: TaskId,
        /// What the service answered.
        output: Value,
    },
    /// The worker says that it is alive.
    TaskHeartbeat {
        /// Which.
        task: TaskId,
    },
    /// The task succeeded.
    TaskSucceeded {
        /// Which.
        task: TaskId,
        /// Its output.
        output: Arc<Value>,
    },
    /// The task failed.
    TaskFailed {
        /// Which.
        task: TaskId,
        /// The error name and cause.
        failure: Failure,
    },
    /// A timer is due.
    TimerFired {
        /// Which.
        timer: TimerId,
    },
    /// `StopExecution`.
    Stop {
        /// The error name and cause given.
        failure: Failure,
    },
}

/// What an execution wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Give this task to a worker.
    Schedule(TaskRequest),
    /// Nobody waits for this task any more.
    Cancel(TaskId),
    /// Say so at this time.
    SetTimer {
        /// The timer.
        timer: TimerId,
        /// When it is due.
        at: Instant,
    },
    /// Nobody waits for this timer any more.
    CancelTimer(TimerId),
    /// The execution has ended; nothing follows.
    Finish(Outcome),
}

/// Something that came about inside an execution and that its commands do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// A thread of control began while another one of the same state had not ended.
    Concurrent,
    /// A thread failed: its error was handled by none of its own states.
    ThreadFailed {
        /// Whether other threads can live at the same time.
        siblings: bool,
        /// When a thread beside it, or beside one around it that fails with it, moved last. A thread
        /// that does not wait for something that takes time moves now. `None` if there is none.
        beside: Option<Instant>,
    },
    /// A branch or an iteration was stopped because another one had failed.
    SiblingStopped,
    /// The injected entropy was drawn, or a task token made of it.
    ChanceDrawn,
    /// The data has got a time in it.
    TimeRead,
    /// A cause has got the id of an event in it, and other threads could have added events before.
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
    /// Whether it goes on when the service has answered.
    pub waits: bool,
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

/// Something this build does not interpret: no verdict follows from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the reference does not interpret {feature} (state '{state}')")]
pub struct Unsupported {
    /// What.
    pub feature: String,
    /// Where.
    pub state: String,
}

/// In which order threads of control that are ready at the same time move on. The language leaves
/// it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interleaving {
    /// Each moves one state at a time, in turn.
    #[default]
    RoundRobin,
    /// The one that became ready last moves on first.
    LastFirst,
    /// Any, decided by this seed.
    Shuffled(u64),
}

/// One entry of the input log.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// When.
    pub at: Instant,
    /// What.
    pub input: Input,
}
