//! Task states: scheduling, time limits, results.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Command, Execution, TaskId, TaskRequest, Waiter,
    fault::{Fault, Result},
    frame::{FrameId, Phase, TaskState},
};
use crate::{
    clause::Clause,
    history::{self, Details, EventKind, Failure, Service, TaskDetails},
    machine::{Body, Limit, Name, Task},
    plan::AttemptKey,
};

impl Execution {
    /// Schedules an attempt: from `InputPath` on, everything is evaluated again.
    pub(super) fn schedule(&mut self, id: FrameId, task: &Task) -> Result<()> {
        self.mark(Clause::TaskAttempt);
        let eval = self.eval(id);
        if !task.resource.contains(":activity:") {
            return Err(eval.unsupported("task resources other than activities"));
        }
        let effective = eval.input_path()?;
        let input = match &task.parameters {
            None => effective.clone(),
            Some(parameters) => {
                self.mark(Clause::Parameters);
                Arc::new(eval.template(parameters, &effective)?)
            }
        };
        let timeout = self.limit(id, task.timeout.as_ref(), &effective)?;
        let heartbeat = self.limit(id, task.heartbeat.as_ref(), &effective)?;
        let resource: Name = task.resource.as_str().into();
        let details = Details {
            input: Some(input.clone()),
            task: Some(Box::new(TaskDetails {
                resource: Some(resource.clone()),
                timeout_in_seconds: timeout,
                heartbeat_in_seconds: heartbeat,
                ..TaskDetails::default()
            })),
            ..Details::default()
        };
        self.emit_in(id, work(history::Phase::Scheduled), details);
        let number = TaskId(self.tasks.len() as u64);
        self.tasks.push(Some(id));
        // Nobody may ever take the task; see the clause for what happens then.
        let timeout_timer =
            timeout.map(|seconds| self.set_timer(seconds.saturating_mul(1_000), Waiter::Frame(id)));
        let frame = self.frame(id);
        let active = self.active(id);
        let key = AttemptKey {
            site: frame.site(&active.name),
            visit: active.visit,
            items: frame.items.to_vec(),
            attempt: active.retries,
        };
        self.commands.push(Command::Schedule(TaskRequest {
            task: number,
            key,
            resource,
            input,
        }));
        self.active_mut(id).phase = Phase::Task(TaskState {
            task: number,
            started: false,
            timeout,
            timeout_timer,
            heartbeat,
            heartbeat_timer: None,
        });
        Ok(())
    }

    /// `TimeoutSeconds` or `HeartbeatSeconds`, in seconds.
    fn limit(&self, id: FrameId, limit: Option<&Limit>, data: &Value) -> Result<Option<u64>> {
        let eval = self.eval(id);
        match limit {
            None => Ok(None),
            Some(Limit::Literal(seconds)) => Ok(Some(*seconds)),
            Some(Limit::Expression(_)) => Err(eval.unsupported("JSONata")),
            Some(Limit::Path(path)) => {
                self.mark(Clause::TaskLimitPath);
                let value = eval
                    .find_one(path, data)
                    .map_err(|error| eval.invalid_path(path, &error))?;
                value
                    .as_u64()
                    .filter(|seconds| *seconds > 0)
                    .map(Some)
                    .ok_or_else(|| {
                        self.mark(Clause::TaskLimitPathInvalid);
                        let text =
                            format!("The value at {path} is not a positive integer: {value}");
                        Box::new(Fault::runtime(eval.active, &text).guessed())
                    })
            }
        }
    }

    pub(super) fn task_started(&mut self, task: TaskId, worker: Option<Name>) {
        let Some(id) = self.waiting(task) else { return };
        let details = Details {
            task: Some(Box::new(TaskDetails {
                worker_name: worker,
                ..TaskDetails::default()
            })),
            ..Details::default()
        };
        let Some(state) = self.task_state(id) else {
            return;
        };
        if state.started {
            return;
        }
        state.started = true;
        let (timeout, timeout_timer, heartbeat) =
            (state.timeout, state.timeout_timer, state.heartbeat);
        self.emit_in(id, work(history::Phase::Started), details);
        let timeout_timer = timeout.map(|seconds| {
            self.mark(Clause::TimeoutFromStart);
            self.cancel_timer(timeout_timer);
            self.set_timer(seconds.saturating_mul(1_000), Waiter::Frame(id))
        });
        let heartbeat_timer = heartbeat
            .map(|seconds| self.set_timer(seconds.saturating_mul(1_000), Waiter::Frame(id)));
        if let Some(state) = self.task_state(id) {
            state.timeout_timer = timeout_timer;
            state.heartbeat_timer = heartbeat_timer;
        }
    }

    pub(super) fn task_heartbeat(&mut self, task: TaskId) {
        let Some(id) = self.waiting(task) else { return };
        let Some(state) = self.task_state(id) else {
            return;
        };
        let (Some(seconds), timer) = (state.heartbeat, state.heartbeat_timer) else {
            return;
        };
        self.mark(Clause::HeartbeatExtends);
        self.cancel_timer(timer);
        let timer = self.set_timer(seconds.saturating_mul(1_000), Waiter::Frame(id));
        if let Some(state) = self.task_state(id) {
            state.heartbeat_timer = Some(timer);
        }
    }

    pub(super) fn task_succeeded(&mut self, task: TaskId, output: Value) {
        let Some(id) = self.end_task(task) else {
            return;
        };
        let output = Arc::new(output);
        let details = Details {
            output: Some(output.clone()),
            ..Details::default()
        };
        self.emit_in(id, work(history::Phase::Succeeded), details);
        let state = self.active(id).state.clone();
        let Body::Task(task) = &state.body else {
            return;
        };
        let delivered =
            self.eval(id)
                .deliver(&output, task.result_selector.as_ref(), &task.result_path);
        let done = delivered.and_then(|delivered| {
            self.assign(id, state.assign.as_ref(), &output)?;
            self.exit(id, delivered, task.transition.clone());
            Ok(())
        });
        if let Err(fault) = done {
            self.raise(id, &fault);
        }
    }

    pub(super) fn task_failed(&mut self, task: TaskId, failure: Failure) {
        let Some(id) = self.end_task(task) else {
            return;
        };
        self.mark(Clause::TaskFailure);
        let details = super::failure_details(&failure);
        self.emit_in(id, work(history::Phase::Failed), details);
        self.note_empty_text(&failure);
        self.raise(id, &Fault::task(failure));
    }

    /// What becomes of an empty error or cause is not known.
    pub(super) fn note_empty_text(&self, failure: &Failure) {
        let parts = [&failure.error, &failure.cause];
        if parts.into_iter().flatten().any(|part| part.is_empty()) {
            self.mark(Clause::FailureEmptyText);
        }
    }

    /// A time limit has passed.
    pub(super) fn task_timed_out(&mut self, id: FrameId, heartbeat: bool) {
        let Some(state) = self.task_state(id) else {
            return;
        };
        let (task, started) = (state.task, state.started);
        self.mark(match (heartbeat, started) {
            (true, _) => Clause::HeartbeatTimeout,
            (false, true) => Clause::TaskTimeout,
            (false, false) => Clause::TimeoutNeverTaken,
        });
        self.end_task(task);
        self.commands.push(Command::Cancel(task));
        let fault = Fault::timeout(heartbeat);
        self.emit_in(
            id,
            work(history::Phase::TimedOut),
            super::failure_details(&fault.failure),
        );
        self.raise(id, &fault);
    }

    /// The frame that waits for a task.
    fn waiting(&self, task: TaskId) -> Option<FrameId> {
        *self.tasks.get(task.0 as usize)?
    }

    fn task_state(&mut self, id: FrameId) -> Option<&mut TaskState> {
        match &mut self.active_mut(id).phase {
            Phase::Task(state) => Some(state),
            _ => None,
        }
    }

    /// Forgets a task and its timers; gives back who waited.
    pub(super) fn end_task(&mut self, task: TaskId) -> Option<FrameId> {
        let id = self.tasks.get_mut(task.0 as usize)?.take()?;
        let state = self.task_state(id)?;
        let timers = [state.timeout_timer, state.heartbeat_timer];
        for timer in timers {
            self.cancel_timer(timer);
        }
        self.active_mut(id).phase = Phase::Working;
        Some(id)
    }
}

fn work(phase: history::Phase) -> EventKind {
    EventKind::Work(Service::Activity, phase)
}
