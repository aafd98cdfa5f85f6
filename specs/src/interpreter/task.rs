//! Task states: scheduling, time limits, results.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Command, Execution, Fact, TaskId, TaskRequest, TimerId,
    data_flow::Exit,
    envelope::Envelope,
    frame::{FrameId, Phase, TaskState},
    runtime_error::{Result, RuntimeError},
    timers::Waiter,
    token,
    trial::Step,
};
use crate::{
    asl::{Body, Limit, Name, Task, site::AttemptKey},
    clause::Clause,
    deviation::Hook,
    history::{self, Details, Failure, TaskDetails},
};

/// How many seconds a harness of Bedrock AgentCore may take (clause `task.harness.timeout`).
const LONGEST_HARNESS: u64 = 900;

impl Execution {
    /// Schedules an attempt. Everything from `InputPath` on is evaluated again.
    pub(super) fn schedule(&mut self, id: FrameId, task: &Task) -> Result<()> {
        self.mark(Clause::TaskAttempt);
        let Some(envelope) = Envelope::of(&task.resource) else {
            return Err(self.eval(id).unsupported("this kind of task resource"));
        };
        let number = TaskId(self.tasks.len() as u64);
        let active = self.active(id);
        let key = AttemptKey {
            site: active.site.clone(),
            visit: active.visit,
            items: self.frame(id).items.to_vec(),
            attempt: active.retries,
        };
        let token = envelope.is_callback().then(|| {
            self.mark(Clause::TaskToken);
            match self.setup.number {
                Some(execution) => token::token(execution, number),
                None => token::of_attempt(&key),
            }
        });
        let mut eval = self.eval(id);
        eval.token.clone_from(&token);
        let flow = eval.flow();
        let effective = flow.effective_input(&eval)?;
        let input = flow.arguments(&eval, effective.clone())?;
        let credentials = flow.credentials(&eval, &effective)?;
        let timeout = self.limit(id, "TimeoutSeconds", task.timeout.as_ref(), &effective)?;
        let heartbeat = self.limit(id, "HeartbeatSeconds", task.heartbeat.as_ref(), &effective)?;
        if self
            .deviations()
            .is_some_and(|all| all.hands_over_other(&input))
        {
            self.leave_open();
        }
        let details = Details {
            input: Some(input.clone()),
            task: Some(Box::new(TaskDetails {
                timeout_in_seconds: timeout,
                heartbeat_in_seconds: heartbeat,
                credentials: credentials.map(history_credentials),
                ..envelope.scheduled(&self.setup.identity)
            })),
            ..Details::default()
        };
        self.emit_in(id, envelope.event(history::Phase::Scheduled), details);
        self.tasks.push(Some(id));
        let timeout = self.limit_of(&envelope, timeout);
        // A worker may never take the task; the clause says what happens then.
        let timeout_timer = timeout.map(|seconds| self.set_limit(id, seconds));
        self.commands.push(Command::Schedule(TaskRequest {
            task: number,
            key,
            resource: task.resource.clone(),
            waits: envelope.waits(),
            token: token.map(Into::into),
            input,
        }));
        self.active_mut(id).phase = Phase::Task(TaskState {
            task: number,
            envelope,
            started: false,
            timeout,
            timeout_timer,
            heartbeat,
            heartbeat_timer: None,
        });
        Ok(())
    }

    /// How many seconds a task may last that says this of itself.
    fn limit_of(&self, envelope: &Envelope, timeout: Option<u64>) -> Option<u64> {
        if !envelope.is_harness() {
            return timeout;
        }
        self.mark(Clause::HarnessTimeout);
        Some(timeout.map_or(LONGEST_HARNESS, |seconds| seconds.min(LONGEST_HARNESS)))
    }

    /// `TimeoutSeconds` or `HeartbeatSeconds`, in seconds.
    fn limit(
        &self,
        id: FrameId,
        name: &str,
        limit: Option<&Limit>,
        data: &Value,
    ) -> Result<Option<u64>> {
        match limit {
            None => Ok(None),
            Some(Limit::Literal(seconds)) => Ok(Some(*seconds)),
            Some(limit) => {
                let eval = self.eval(id);
                let read = eval.flow().limit(&eval, name, limit, data);
                if read.is_err() && self.ignores(id, Hook::LimitsFirst) {
                    self.report(Fact::MayHaveStarted);
                }
                read.map(Some)
            }
        }
    }

    pub(super) fn task_started(&mut self, task: TaskId, worker: Option<Name>) {
        let Some(id) = self.waiting(task) else { return };
        let Some(state) = self.task_state(id) else {
            return;
        };
        if state.started {
            return;
        }
        state.started = true;
        let envelope = state.envelope.clone();
        let details = Details {
            task: match worker {
                None => envelope.details(),
                worker_name => Some(Box::new(TaskDetails {
                    worker_name,
                    ..TaskDetails::default()
                })),
            },
            ..Details::default()
        };
        let (timeout, timeout_timer, heartbeat) =
            (state.timeout, state.timeout_timer, state.heartbeat);
        self.emit_in(id, envelope.event(history::Phase::Started), details);
        let mut timeout_timer = timeout_timer;
        if let Some(seconds) = timeout {
            self.mark(Clause::TimeoutFromStart);
            if !self.ignores(id, Hook::TimeoutRestart) {
                self.cancel_timer(timeout_timer);
                timeout_timer = Some(self.set_limit(id, seconds));
            }
        }
        let heartbeat_timer = heartbeat.map(|seconds| {
            self.mark(Clause::HeartbeatFromStart);
            self.set_limit(id, seconds)
        });
        if let Some(state) = self.task_state(id) {
            state.timeout_timer = timeout_timer;
            state.heartbeat_timer = heartbeat_timer;
        }
    }

    /// The activity does not exist: the task is not scheduled after all, so the Scheduled event is
    /// removed.
    pub(super) fn no_such_activity(&mut self, task: TaskId) {
        let Some((id, envelope)) = self.end_task(task) else {
            return;
        };
        self.mark(Clause::ActivityMissing);
        let scheduled = self.frame(id).previous;
        if self.history.len() as i64 == scheduled {
            let before = self.history.pop().map(|event| event.previous);
            self.frame_mut(id).previous = before.unwrap_or_default();
        } else {
            self.mark(Clause::ActivityMissingHistory);
        }
        let text = format!("The activity {} does not exist.", envelope.name());
        let error = RuntimeError::runtime(Clause::ActivityMissing, self.active(id), &text);
        self.raise(id, &error);
    }

    pub(super) fn task_submitted(&mut self, task: TaskId, output: Value) {
        let Some(id) = self.waiting(task) else { return };
        let Some(state) = self.task_state(id) else {
            return;
        };
        let envelope = state.envelope.clone();
        self.mark(Clause::TaskSubmitted);
        let output = Arc::new(output);
        self.bound(&output);
        let details = Details {
            output: Some(output),
            task: envelope.details(),
            ..Details::default()
        };
        self.emit_in(id, envelope.event(history::Phase::Submitted), details);
    }

    pub(super) fn task_heartbeat(&mut self, task: TaskId) {
        let Some(id) = self.waiting(task) else { return };
        let Some(state) = self.task_state(id) else {
            return;
        };
        let (Some(seconds), timer) = (state.heartbeat, state.heartbeat_timer) else {
            return;
        };
        if self.ignores(id, Hook::Heartbeat) {
            return;
        }
        self.mark(Clause::HeartbeatExtends);
        self.cancel_timer(timer);
        let timer = self.set_limit(id, seconds);
        if let Some(state) = self.task_state(id) {
            state.heartbeat_timer = Some(timer);
        }
    }

    pub(super) fn task_succeeded(&mut self, task: TaskId, output: &Arc<Value>) {
        let Some((id, envelope)) = self.end_task(task) else {
            return;
        };
        if self.is_too_long(output) && !self.goes_on(id, Clause::TaskDataLimit) {
            self.mark(Clause::TaskDataLimit);
            let error = RuntimeError::data_limit(Clause::TaskDataLimit, envelope.name());
            return self.attempt_failed(id, &envelope, error);
        }
        let details = Details {
            output: Some(output.clone()),
            task: envelope.details(),
            ..Details::default()
        };
        self.emit_in(id, envelope.event(history::Phase::Succeeded), details);
        self.eval(id).makes(Step::Result, output);
        let state = self.active(id).state.clone();
        let Body::Task(task) = &state.body else {
            return;
        };
        let done = self.leave(id, Exit::State, output, task.transition.clone());
        if let Err(error) = done {
            self.raise(id, &error);
        }
    }

    pub(super) fn task_failed(&mut self, task: TaskId, failure: Failure) {
        let Some((id, envelope)) = self.end_task(task) else {
            return;
        };
        self.mark(Clause::TaskFailure);
        self.note_empty_text(&failure);
        self.attempt_failed(id, &envelope, RuntimeError::task(failure));
    }

    fn attempt_failed(&mut self, id: FrameId, envelope: &Envelope, error: RuntimeError) {
        let error = self.raised(id, error);
        let details = Details {
            task: envelope.details(),
            ..super::raise::failure_details(&error.failure)
        };
        self.emit_in(id, envelope.event(history::Phase::Failed), details);
        self.raise(id, &error);
    }

    /// It is not known what AWS does with an empty error or cause.
    pub(super) fn note_empty_text(&self, failure: &Failure) {
        let parts = [&failure.error, &failure.cause];
        if parts.into_iter().flatten().any(|part| part.is_empty()) {
            self.mark(Clause::FailureEmptyText);
        }
    }

    /// Starts a time limit.
    fn set_limit(&mut self, id: FrameId, seconds: u64) -> TimerId {
        self.set_timer(seconds.saturating_mul(1_000), Waiter::Frame(id))
    }

    /// Handles an expired time limit.
    pub(super) fn task_timed_out(&mut self, id: FrameId, heartbeat: bool) {
        let Some(state) = self.task_state(id) else {
            return;
        };
        let (task, started) = (state.task, state.started);
        let rule = match (heartbeat, started) {
            (true, _) => Clause::HeartbeatTimeout,
            (false, true) => Clause::TaskTimeout,
            (false, false) => Clause::TimeoutNeverTaken,
        };
        self.mark(rule);
        let Some((_, envelope)) = self.end_task(task) else {
            return;
        };
        if envelope.is_harness() {
            self.mark(Clause::HarnessTimeoutError);
        }
        self.commands.push(Command::Cancel(task));
        let error = self.raised(id, RuntimeError::timeout(rule, heartbeat));
        let details = Details {
            task: envelope.details(),
            ..super::raise::failure_details(&error.failure)
        };
        self.emit_in(id, envelope.event(history::Phase::TimedOut), details);
        self.raise(id, &error);
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

    /// Removes a task and its timers; returns the waiting frame and the form of the task's events.
    pub(super) fn end_task(&mut self, task: TaskId) -> Option<(FrameId, Envelope)> {
        let id = self.tasks.get_mut(task.0 as usize)?.take()?;
        let state = self.task_state(id)?;
        let timers = [state.timeout_timer, state.heartbeat_timer];
        let envelope = state.envelope.clone();
        for timer in timers {
            self.cancel_timer(timer);
        }
        self.active_mut(id).phase = Phase::Working;
        Some((id, envelope))
    }
}

/// `taskCredentials` in the history, where `RoleArn` is spelled `roleArn` (recorded:
/// `test_cross_account_service_lambda_invoke`).
fn history_credentials(credentials: Value) -> Arc<Value> {
    let Value::Object(credentials) = credentials else {
        return Arc::new(credentials);
    };
    let lower = |(key, value): (String, Value)| match key.as_str() {
        "RoleArn" => ("roleArn".to_owned(), value),
        _ => (key, value),
    };
    Arc::new(credentials.into_iter().map(lower).collect())
}
