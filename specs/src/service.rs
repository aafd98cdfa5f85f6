//! The Step Functions service, sans-I/O: names, machines, executions, activities.
//!
//! A [`Service`] takes an operation with its JSON body, and returns the JSON answer or says that
//! the answer comes later (`GetActivityTask`, `StartSyncExecution`). Actions for the outside (set a timer,
//! hand out a task) are collected as [`Effect`]s. It does not read a clock: time is passed in as [`Time`], one
//! instant per execution, so that a driver may run every execution in a virtual time of its own.

mod activities;
mod aliases;
mod arn;
mod call_error;
mod constraints;
mod definitions;
mod executions;
mod integrations;
mod letters;
mod logs;
mod machine;
mod machines;
mod map_runs;
mod model;
mod nested;
mod others;
mod page;
mod params;
mod redrive;
mod render;
mod settings;
mod start;
mod tags;
mod tasks;
mod test_state;
mod token;
mod versions;
mod work;

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use indexmap::IndexMap;
use serde_json::Value;

use self::{
    activities::Activity,
    letters::Letters,
    machine::Stored,
    params::Params,
    tags::Tags,
    work::{Closed, Run},
};
pub use self::{
    call_error::{CallError, Told},
    test_state::{NOT_SIMULATED, with_json},
    work::{Garbage, RETAINED, Work, Worked},
};
use crate::{
    base::{entropy::uuid, time::Instant},
    clause::{Coverage, Marks},
    cloud::Cloud,
    deviation::{CallRule, Deviations},
    interpreter::TimerId,
};

/// Where the service runs, and the seed of its random values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The region in ARNs.
    pub region: String,
    /// The account in ARNs.
    pub account: String,
    /// The seed of generated names, jitter, UUIDs and random numbers.
    pub entropy: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            entropy: 0,
        }
    }
}

/// The source of time.
pub trait Time {
    /// The current time of everything outside executions, and of the start of an execution.
    fn now(&self) -> Instant;
    /// The current time of an execution.
    fn of(&self, execution: ExecutionId) -> Instant;
}

/// The same time for everything.
impl Time for Instant {
    fn now(&self) -> Instant {
        *self
    }

    fn of(&self, _: ExecutionId) -> Instant {
        *self
    }
}

/// An execution, numbered in the order of starting from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExecutionId(pub u64);

/// A call that waits for its answer, `GetActivityTask` or `StartSyncExecution`, numbered in the order of
/// arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PollId(pub u64);

/// A task of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskRef {
    /// The execution.
    pub execution: ExecutionId,
    /// Its task.
    pub task: crate::interpreter::TaskId,
}

/// The result of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The JSON answer.
    Now(Value),
    /// The answer follows: when a task is handed out to this poll, or when the execution that was
    /// started has ended ([`Service::take_answers`]).
    Later(PollId),
    /// The execution is being worked on: the call is to be made again when a [`Work`] is done.
    Busy,
}

/// An action or a notice for the outside, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// An execution has started.
    Started {
        /// The execution.
        execution: ExecutionId,
        /// Its name.
        name: String,
    },
    /// [`Service::fire`] has to be called at this time.
    SetTimer {
        /// The execution.
        execution: ExecutionId,
        /// The timer.
        timer: TimerId,
        /// The time.
        at: Instant,
    },
    /// The timer is no longer needed.
    CancelTimer {
        /// The execution.
        execution: ExecutionId,
        /// The timer.
        timer: TimerId,
    },
    /// A task waits in the queue of an activity to be handed out, or its message in a queue to be received.
    Queued {
        /// The task.
        task: TaskRef,
        /// The activity's ARN, or the queue's URL.
        activity: String,
    },
    /// An execution that had ended goes on.
    Redriven {
        /// The execution.
        execution: ExecutionId,
    },
    /// An execution has ended.
    Ended {
        /// The execution.
        execution: ExecutionId,
    },
    /// An execution was removed: its machine was deleted, or it ended long ago.
    Forgotten {
        /// The execution.
        execution: ExecutionId,
    },
}

/// The service.
#[derive(Debug, Default)]
pub struct Service {
    config: Config,
    /// The deviations of every machine, and of the answers to calls.
    deviations: Arc<Deviations>,
    /// The rules about calls that were applied.
    marks: Marks,
    machines: IndexMap<String, Stored>,
    activities: IndexMap<String, Activity>,
    letters: Letters,
    runs: BTreeMap<ExecutionId, Run>,
    runs_by_arn: HashMap<String, ExecutionId>,
    tags: HashMap<String, Tags>,
    /// Log groups that do not exist.
    lost_logs: HashSet<String>,
    polls: HashMap<PollId, String>,
    /// Answers to calls that waited.
    answers: Vec<(PollId, Value)>,
    /// A counter for executions and polls.
    number: u64,
    /// How many revisions were made.
    revisions: u64,
    effects: Vec<Effect>,
    /// The executions that have something to do, in order.
    pending: VecDeque<ExecutionId>,
    /// Whether they do it elsewhere: see [`Service::next_work`].
    works_elsewhere: bool,
    /// Whether it is working on them here.
    is_working: bool,
    /// How much memory the executions take that have not ended.
    running_memory: usize,
    closed: Closed,
    garbage: Garbage,
    /// The other services of the account.
    cloud: Cloud,
}

impl Service {
    /// A service without machines, whose machines run with these deviations.
    pub fn new(config: Config, deviations: Deviations) -> Self {
        Self {
            cloud: Cloud::new(&config.region, &config.account, config.entropy),
            config,
            deviations: Arc::new(deviations),
            ..Self::default()
        }
    }

    /// The same service, whose executions are worked on by whoever asks for [`Service::next_work`].
    #[must_use]
    pub fn working_elsewhere(self) -> Self {
        Self {
            works_elsewhere: true,
            ..self
        }
    }

    /// Handles an operation, by AWS's name (`StartExecution`), with its body.
    pub fn call(
        &mut self,
        time: &dyn Time,
        operation: &str,
        body: &Value,
    ) -> Result<Answer, CallError> {
        constraints::check(operation, body)?;
        let params = Params::new(body);
        let answer = match operation {
            "CreateStateMachine" => self.create_machine(time, &params),
            "UpdateStateMachine" => self.update_machine(time, &params),
            "DescribeStateMachine" => self.describe_machine(&params),
            "DescribeStateMachineForExecution" => self.describe_machine_of(&params),
            "DeleteStateMachine" => self.delete_machine(time.now(), &params),
            "ListStateMachines" => self.list_machines(&params),
            "ValidateStateMachineDefinition" => definitions::validate(&params),
            "PublishStateMachineVersion" => self.publish_version(time, &params),
            "ListStateMachineVersions" => self.list_versions(&params),
            "DeleteStateMachineVersion" => self.delete_version(&params),
            "CreateStateMachineAlias" => self.create_alias(time, &params),
            "DescribeStateMachineAlias" => self.describe_alias(&params),
            "UpdateStateMachineAlias" => self.update_alias(time, &params),
            "DeleteStateMachineAlias" => self.delete_alias(&params),
            "ListStateMachineAliases" => self.list_aliases(&params),
            "StartExecution" => self.start_execution(time, &params),
            "StartSyncExecution" => {
                return self.start_sync_execution(time, &params).map(Answer::Later);
            }
            "DescribeExecution" => self.describe_execution(time, &params),
            "GetExecutionHistory" if self.is_busy(&params) => {
                return Ok(Answer::Busy);
            }
            "GetExecutionHistory" => self.history(&params),
            "ListExecutions" => self.list_executions(&params),
            "StopExecution" => self.stop_execution(time, &params),
            "RedriveExecution" => self.redrive_execution(time, &params),
            "ListMapRuns" => self.list_map_runs(&params),
            "DescribeMapRun" => map_runs::describe(&params),
            "UpdateMapRun" => map_runs::update(&params),
            "CreateActivity" => self.create_activity(time, &params),
            "DescribeActivity" => self.describe_activity(&params),
            "DeleteActivity" => self.delete_activity(&params),
            "ListActivities" => self.list_activities(&params),
            "GetActivityTask" => return self.poll(&params).map(Answer::Later),
            "SendTaskSuccess" => self.task_success(time, &params),
            "SendTaskFailure" => self.task_failure(time, &params),
            "SendTaskHeartbeat" => self.task_heartbeat(time, &params),
            "TagResource" => self.tag(&params),
            "TestState" => self.test_state(time, &params),
            "UntagResource" => self.untag(&params),
            "ListTagsForResource" => self.list_tags(&params),
            other => Err(CallError::unknown(other)),
        };
        answer.map(Answer::Now)
    }

    /// The other services of the account, which the tasks of executions call.
    pub fn cloud(&mut self) -> &mut Cloud {
        &mut self.cloud
    }

    /// The operations by name.
    pub fn operations() -> impl Iterator<Item = &'static str> {
        model::operations()
    }

    /// Returns the effects since the last call of this method.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Returns the answers to calls that waited, since the last call of this method. Those to
    /// `GetActivityTask` come from [`Service::hand_out`].
    pub fn take_answers(&mut self) -> Vec<(PollId, Value)> {
        std::mem::take(&mut self.answers)
    }

    /// The rules about calls that were applied so far.
    pub fn coverage(&self) -> Coverage {
        self.marks.coverage()
    }

    /// Applies a rule about calls; `false` if it is ignored.
    fn keeps(&self, rule: CallRule) -> bool {
        self.marks.mark(rule.clause());
        !self.deviations.ignores(rule)
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number - 1
    }

    fn next_revision(&mut self) -> u64 {
        self.revisions += 1;
        self.revisions
    }

    /// Something in the form of a UUID, for a number of those who need one.
    fn drawn_uuid(&self, number: u64) -> String {
        uuid(self.config.entropy ^ !number)
    }
}

#[cfg(test)]
mod tests;
