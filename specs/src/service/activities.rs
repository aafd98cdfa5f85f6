//! Activities: queues of tasks, and the workers that poll them.

use std::{collections::VecDeque, sync::Arc};

use serde_json::{Value, json};

use super::{
    CallError, Effect, ExecutionId, PollId, Service, TaskRef, Time, arn, params::Params,
    render::seconds, settings::Encryption, tags, token,
};
use crate::{
    asl::resource::Resource, base::time::Instant, deviation::CallRule, history::Failure,
    interpreter::Input, validate::not_json_reason,
};

/// An activity.
#[derive(Debug)]
pub(super) struct Activity {
    name: String,
    created: Instant,
    encryption: Encryption,
    queue: VecDeque<TaskRef>,
    polls: VecDeque<Poll>,
}

#[derive(Debug)]
struct Poll {
    id: PollId,
    worker: Option<String>,
}

/// A task without an answer.
#[derive(Debug)]
pub(super) struct Open {
    activity: String,
    input: Arc<Value>,
    taken: bool,
}

impl Service {
    /// Creating an existing activity returns the existing one, whatever its tags; its encryption has to be
    /// the same (API reference; the message is worded like that for machines).
    pub(super) fn create_activity(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let name = arn::checked(params.text("name")?)?;
        let encryption = Encryption::read(params)?;
        let tags = tags::given(params)?;
        let arn = self.config.arn(arn::ACTIVITY, name);
        if let Some(activity) = self.activities.get(&arn) {
            if activity.encryption != encryption {
                return Err(CallError::new(
                    "ActivityAlreadyExists",
                    format!("Activity Already Exists: '{arn}'"),
                ));
            }
            return Ok(activity.created_answer(&arn));
        }
        let activity = Activity {
            name: name.to_owned(),
            created: time.now(),
            encryption,
            queue: VecDeque::new(),
            polls: VecDeque::new(),
        };
        let answer = activity.created_answer(&arn);
        self.keep_tags(&arn, tags);
        self.activities.insert(arn, activity);
        Ok(answer)
    }

    pub(super) fn describe_activity(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = arn::of_kind(params.text("activityArn")?, arn::ACTIVITY)?;
        let activity = self
            .activities
            .get(arn)
            .ok_or_else(|| CallError::no_activity(arn))?;
        let mut answer = activity.describe(arn);
        answer["encryptionConfiguration"] = activity.encryption.describe();
        Ok(answer)
    }

    /// Deletes an activity. Tasks that workers have taken are not affected; deleting a missing
    /// activity succeeds.
    pub(super) fn delete_activity(&mut self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = arn::of_kind(params.text("activityArn")?, arn::ACTIVITY)?;
        self.activities.shift_remove(arn);
        self.tags.remove(arn);
        Ok(json!({}))
    }

    /// By name, like machines.
    pub(super) fn list_activities(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let mut all: Vec<(&String, &Activity)> = self.activities.iter().collect();
        all.sort_by(|one, other| one.1.name.cmp(&other.1.name));
        let all = all
            .into_iter()
            .map(|(arn, activity)| activity.describe(arn));
        self.page(params, "activities", "", all)
    }

    /// A worker polls for a task. The driver hands one out with [`Service::hand_out`].
    pub(super) fn poll(&mut self, params: &Params<'_>) -> Result<PollId, CallError> {
        let arn = arn::of_kind(params.text("activityArn")?, arn::ACTIVITY)?;
        let id = PollId(self.next_number());
        let activity = self
            .activities
            .get_mut(arn)
            .ok_or_else(|| CallError::no_activity(arn))?;
        activity.polls.push_back(Poll {
            id,
            worker: params.maybe_text("workerName").map(str::to_owned),
        });
        self.polls.insert(id, arn.to_owned());
        Ok(id)
    }

    /// Cancels a call that waits. Returns `false` if it waits for no task any more.
    pub fn cancel_poll(&mut self, poll: PollId) -> bool {
        let Some(arn) = self.polls.remove(&poll) else {
            return false;
        };
        if let Some(activity) = self.activities.get_mut(&arn) {
            activity.polls.retain(|waiting| waiting.id != poll);
        }
        true
    }

    /// The activity of a waiting poll.
    pub fn polled(&self, poll: PollId) -> Option<&str> {
        self.polls.get(&poll).map(String::as_str)
    }

    /// The tasks that wait in the queue of an activity.
    pub fn queued(&self, activity: &str) -> impl Iterator<Item = TaskRef> {
        self.activities
            .get(activity)
            .into_iter()
            .flat_map(|activity| activity.queue.iter().copied())
    }

    /// Whether a task waits in its activity's queue.
    pub fn is_queued(&self, task: TaskRef) -> bool {
        let run = self.runs.get(&task.execution);
        run.and_then(|run| run.tasks.get(&task.task))
            .is_some_and(|open| !open.taken)
    }

    /// Hands a queued task to the worker that has waited longest; returns the poll and its answer.
    /// `None` if the task is not queued or no worker waits.
    pub fn hand_out(&mut self, time: &dyn Time, task: TaskRef) -> Option<(PollId, Value)> {
        let open = self
            .runs
            .get_mut(&task.execution)?
            .tasks
            .get_mut(&task.task)
            .filter(|open| !open.taken)?;
        let activity = self.activities.get_mut(&open.activity)?;
        let poll = activity.polls.pop_front()?;
        activity.queue.retain(|queued| *queued != task);
        open.taken = true;
        let answer = json!({ "taskToken": token::token(task), "input": open.input.to_string() });
        self.polls.remove(&poll.id);
        let started = Input::TaskStarted {
            task: task.task,
            worker: poll.worker.map(Into::into),
        };
        self.feed(task.execution, time.of(task.execution), started);
        Some((poll.id, answer))
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
        let open = self
            .runs
            .get(&task.execution)
            .and_then(|run| run.tasks.get(&task.task));
        open.map(|_| task).ok_or_else(CallError::task_over)
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

    /// Puts a task of an execution into its activity's queue. If the resource does not exist, the
    /// task fails.
    pub(super) fn enqueue(
        &mut self,
        task: TaskRef,
        resource: &str,
        input: Arc<Value>,
    ) -> Option<Input> {
        let Some(activity) = self.activities.get_mut(resource) else {
            return Some(if Resource::parse(resource) == Resource::Activity {
                Input::NoSuchActivity { task: task.task }
            } else {
                let failure = Failure {
                    error: Some("States.Runtime".into()),
                    cause: Some(format!("The resource {resource} does not exist").into()),
                };
                let task = task.task;
                Input::TaskFailed { task, failure }
            });
        };
        activity.queue.push_back(task);
        let open = Open {
            activity: resource.to_owned(),
            input,
            taken: false,
        };
        if let Some(run) = self.runs.get_mut(&task.execution) {
            run.tasks.insert(task.task, open);
        }
        self.effects.push(Effect::Queued {
            task,
            activity: resource.to_owned(),
        });
        None
    }

    /// Removes a task that is over.
    pub(super) fn close(&mut self, task: TaskRef) {
        let run = self.runs.get_mut(&task.execution);
        let Some(open) = run.and_then(|run| run.tasks.remove(&task.task)) else {
            return;
        };
        if let Some(activity) = self
            .activities
            .get_mut(&open.activity)
            .filter(|_| !open.taken)
        {
            activity.queue.retain(|queued| *queued != task);
        }
    }

    /// Removes the tasks of an execution from all queues.
    pub(super) fn unqueue(&mut self, execution: ExecutionId) {
        let Some(run) = self.runs.get(&execution) else {
            return;
        };
        for open in run.tasks.values().filter(|open| !open.taken) {
            if let Some(activity) = self.activities.get_mut(&open.activity) {
                activity
                    .queue
                    .retain(|queued| queued.execution != execution);
            }
        }
    }
}

impl Activity {
    fn created_answer(&self, arn: &str) -> Value {
        json!({ "activityArn": arn, "creationDate": seconds(self.created) })
    }

    fn describe(&self, arn: &str) -> Value {
        json!({
            "activityArn": arn,
            "name": self.name,
            "creationDate": seconds(self.created),
        })
    }
}
