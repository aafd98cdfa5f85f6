//! Activities: queues of tasks, and the workers that poll them.

use std::{collections::VecDeque, sync::Arc};

use serde_json::{Value, json};

use super::{
    CallError, Effect, PollId, Service, TaskRef, Time, arn, params::Params, render::seconds,
    settings::Encryption, tags, tasks::Open, token,
};
use crate::{base::time::Instant, interpreter::Input};

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
        match self.activities.get_mut(&arn) {
            Some(activity) => activity.polls.retain(|waiting| waiting.id != poll),
            None => self.letters.cancel(&arn, poll),
        }
        true
    }

    /// The activity of a waiting poll, or its queue.
    pub fn polled(&self, poll: PollId) -> Option<&str> {
        self.polls.get(&poll).map(String::as_str)
    }

    /// The tasks that wait in the queue of an activity, or whose messages wait in a queue.
    pub fn queued(&self, activity: &str) -> impl Iterator<Item = TaskRef> {
        let tasks = self.activities.get(activity);
        let tasks = tasks.into_iter().flat_map(|activity| activity.queue.iter());
        tasks.copied().chain(self.letters.tasks(activity))
    }

    /// Hands a queued task to the worker that has waited longest; returns the poll and its answer.
    /// `None` if the task is not queued or no worker waits.
    pub fn hand_out(&mut self, time: &dyn Time, task: TaskRef) -> Option<(PollId, Value)> {
        let run = self.runs.get_mut(&task.execution)?;
        let Some(Open::Activity {
            activity,
            input,
            taken: taken @ false,
        }) = run.tasks.get_mut(&task.task)
        else {
            return self.hand_out_letter(time, task);
        };
        let activity = self.activities.get_mut(activity)?;
        let poll = activity.polls.pop_front()?;
        activity.queue.retain(|queued| *queued != task);
        *taken = true;
        let answer = json!({ "taskToken": token::token(task), "input": input.to_string() });
        self.polls.remove(&poll.id);
        let started = Input::TaskStarted {
            task: task.task,
            worker: poll.worker.map(Into::into),
        };
        self.feed(task.execution, time.of(task.execution), started);
        Some((poll.id, answer))
    }

    /// Puts a task of an execution into its activity's queue; `false` if there is no such activity.
    pub(super) fn enqueue(&mut self, task: TaskRef, resource: &str, input: Arc<Value>) -> bool {
        let Some(activity) = self.activities.get_mut(resource) else {
            return false;
        };
        activity.queue.push_back(task);
        let activity = resource.to_owned();
        self.open(
            task,
            Open::Activity {
                activity: activity.clone(),
                input,
                taken: false,
            },
        );
        self.effects.push(Effect::Queued { task, activity });
        true
    }

    /// Removes tasks from the queue of an activity.
    pub(super) fn leave_queue(&mut self, activity: &str, leaves: impl Fn(TaskRef) -> bool) {
        match self.activities.get_mut(activity) {
            Some(activity) => activity.queue.retain(|queued| !leaves(*queued)),
            None => self.letters.leave(activity, leaves),
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
