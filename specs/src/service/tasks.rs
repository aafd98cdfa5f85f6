//! The tasks of executions that have no answer yet, and the calls that answer them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{CallError, ExecutionId, Service, TaskRef, Time, params::Params, token};
use crate::{
    asl::resource::Resource,
    base::time::Instant,
    deviation::CallRule,
    history::Failure,
    interpreter::{Input, TaskRequest},
    validate::not_json_reason,
};

/// A task without an answer.
#[derive(Debug)]
pub(super) enum Open {
    /// That of an activity.
    Activity {
        /// Its ARN.
        activity: String,
        /// The task's input.
        input: Arc<Value>,
        /// Whether a worker has it; it waits in the queue otherwise.
        taken: bool,
    },
    /// One that told somebody its token.
    Token {
        /// The queue that it told, as long as nobody has received the message.
        queue: Option<String>,
    },
    /// One that waits for the end of an execution that it has started.
    Execution(ExecutionId),
}

impl Open {
    /// The activity in whose queue it waits, or the queue in which its message does.
    fn queue(&self) -> Option<&str> {
        match self {
            Self::Activity {
                activity,
                taken: false,
                ..
            } => Some(activity),
            Self::Token { queue } => queue.as_deref(),
            _ => None,
        }
    }
}

impl Service {
    /// Gives a task to whom it is for. Returns what the execution is told at once, in order.
    pub(super) fn schedule(
        &mut self,
        now: Instant,
        execution: ExecutionId,
        request: TaskRequest,
    ) -> Vec<Input> {
        let task = TaskRef {
            execution,
            task: request.task,
        };
        match Resource::parse(&request.resource) {
            Resource::Integration(integration) => {
                self.integrate(now, task, integration, &request.input)
            }
            Resource::Activity => {
                let waits = self.enqueue(task, &request.resource, request.input);
                let task = request.task;
                (!waits)
                    .then_some(Input::NoSuchActivity { task })
                    .into_iter()
                    .collect()
            }
            _ => vec![unavailable(task, &request.resource)],
        }
    }

    /// Notes that a task waits for its answer.
    pub(super) fn open(&mut self, task: TaskRef, open: Open) {
        if let Some(run) = self.runs.get_mut(&task.execution) {
            run.tasks.insert(task.task, open);
        }
    }

    /// Whether a task waits in its activity's queue, or its message in a queue.
    pub fn is_queued(&self, task: TaskRef) -> bool {
        let run = self.runs.get(&task.execution);
        run.and_then(|run| run.tasks.get(&task.task))
            .is_some_and(|open| open.queue().is_some())
    }

    /// The task that a token names, whether it is over or not; `None` if the string is not a token.
    pub fn task_of(token: &str) -> Option<TaskRef> {
        token::parse(token)
    }

    pub(super) fn task_success(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        // A token that is none is told before an output that is no JSON (recorded).
        if let Err(error) = self.named(params)
            && (!error.is_task_over() || self.keeps(CallRule::TokenOnce))
        {
            return Err(error);
        }
        let output = params.text("output")?;
        let output: Value = serde_json::from_str(output).map_err(|error| {
            let reason = not_json_reason(output, &error);
            CallError::new("InvalidOutput", format!("Invalid Output: '{reason}'"))
        })?;
        let Some(task) = self.answered(params)? else {
            return Ok(json!({}));
        };
        let input = Input::TaskSucceeded {
            task: task.task,
            output: output.into(),
        };
        self.feed(task.execution, time.of(task.execution), input);
        Ok(json!({}))
    }

    pub(super) fn task_failure(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let Some(task) = self.answered(params)? else {
            return Ok(json!({}));
        };
        let failure = Failure {
            error: params.maybe_text("error").map(Into::into),
            cause: params.maybe_text("cause").map(Into::into),
        };
        let input = Input::TaskFailed {
            task: task.task,
            failure,
        };
        self.feed(task.execution, time.of(task.execution), input);
        Ok(json!({}))
    }

    pub(super) fn task_heartbeat(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let task = self.named(params)?;
        let input = Input::TaskHeartbeat { task: task.task };
        self.feed(task.execution, time.of(task.execution), input);
        Ok(json!({}))
    }

    /// The unanswered task that the token in the parameters names.
    fn named(&self, params: &Params<'_>) -> Result<TaskRef, CallError> {
        let task = token::parse(params.text("taskToken")?).ok_or_else(CallError::invalid_token)?;
        let run = self.runs.get(&task.execution);
        match run.and_then(|run| run.tasks.get(&task.task)) {
            Some(Open::Activity { .. } | Open::Token { .. }) => Ok(task),
            Some(Open::Execution(_)) | None => Err(CallError::task_over()),
        }
    }

    /// The same; the task is then over. `None` if it was so before, and that does not matter.
    fn answered(&mut self, params: &Params<'_>) -> Result<Option<TaskRef>, CallError> {
        match self.named(params) {
            Ok(task) => {
                self.close(task);
                Ok(Some(task))
            }
            Err(error) if error.is_task_over() && !self.keeps(CallRule::TokenOnce) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a task that is over; returns it if it was not over before.
    pub(super) fn close(&mut self, task: TaskRef) -> Option<Open> {
        let run = self.runs.get_mut(&task.execution)?;
        let open = run.tasks.remove(&task.task)?;
        if let Some(queue) = open.queue() {
            self.leave_queue(queue, |queued| queued == task);
        }
        Some(open)
    }

    /// Removes all tasks of an execution; returns them.
    pub(super) fn close_all(&mut self, execution: ExecutionId) -> Vec<(TaskRef, Open)> {
        let Some(run) = self.runs.get_mut(&execution) else {
            return Vec::new();
        };
        let tasks = std::mem::take(&mut run.tasks);
        for queue in tasks.values().filter_map(Open::queue) {
            self.leave_queue(queue, |queued| queued.execution == execution);
        }
        let named = |(task, open)| (TaskRef { execution, task }, open);
        tasks.into_iter().map(named).collect()
    }
}

/// The failure of a task whose resource is not there.
pub(super) fn unavailable(task: TaskRef, resource: &str) -> Input {
    let failure = Failure {
        error: Some("States.Runtime".into()),
        cause: Some(format!("The resource {resource} does not exist").into()),
    };
    Input::TaskFailed {
        task: task.task,
        failure,
    }
}
