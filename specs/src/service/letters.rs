//! Messages that tell the token of a task, while nobody has received them, and who waits for one.
//!
//! Somebody who shares the time of executions is handed such a message like the task of an activity; everybody else
//! receives it as any other message.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::{Effect, PollId, Service, TaskRef, Time, tasks::Open, token};

/// How many messages are received at most that tell the tokens of other tasks.
const OLDER: usize = 10;

/// What waits at queues, by their names.
#[derive(Debug, Default)]
pub(super) struct Letters {
    tasks: HashMap<String, VecDeque<TaskRef>>,
    polls: HashMap<String, VecDeque<(PollId, Value)>>,
}

impl Letters {
    /// The tasks whose messages wait in a queue.
    pub fn tasks(&self, queue: &str) -> impl Iterator<Item = TaskRef> {
        let tasks = self.tasks.get(name(queue));
        tasks.into_iter().flatten().copied()
    }

    /// Nobody waits any more.
    pub fn cancel(&mut self, queue: &str, poll: PollId) {
        if let Some(polls) = self.polls.get_mut(name(queue)) {
            polls.retain(|(waiting, _)| *waiting != poll);
        }
    }

    /// Removes tasks from a queue.
    pub fn leave(&mut self, queue: &str, leaves: impl Fn(TaskRef) -> bool) {
        if let Some(tasks) = self.tasks.get_mut(name(queue)) {
            tasks.retain(|queued| !leaves(*queued));
        }
    }
}

impl Service {
    /// A call waits for a message that tells a token, with the parameters of `ReceiveMessage`. The driver hands one
    /// out with [`Service::hand_out`].
    pub fn wait_for_letter(&mut self, params: &Value) -> PollId {
        let queue = params["QueueUrl"].as_str().unwrap_or_default();
        let poll = PollId(self.next_number());
        let polls = self.letters.polls.entry(name(queue).to_owned());
        polls.or_default().push_back((poll, params.clone()));
        self.polls.insert(poll, queue.to_owned());
        poll
    }

    /// A task has sent a message to a queue.
    pub(super) fn letter_sent(&mut self, task: TaskRef, params: &Value) {
        let queue = params["QueueUrl"].as_str().unwrap_or_default();
        let message = params["MessageBody"].as_str().unwrap_or_default();
        if !message.contains(&token::token(task)) {
            return;
        }
        let tasks = self.letters.tasks.entry(name(queue).to_owned());
        tasks.or_default().push_back(task);
        let open = Open::Token {
            queue: Some(queue.to_owned()),
        };
        self.open(task, open);
        self.effects.push(Effect::Queued {
            task,
            activity: queue.to_owned(),
        });
    }

    /// Hands the message of a task to the call that has waited longest. Messages of tasks that are over are received
    /// before it; if it cannot be received, the call waits on.
    pub(super) fn hand_out_letter(
        &mut self,
        time: &dyn Time,
        task: TaskRef,
    ) -> Option<(PollId, Value)> {
        let run = self.runs.get_mut(&task.execution)?;
        let Some(Open::Token { queue }) = run.tasks.get_mut(&task.task) else {
            return None;
        };
        let queue = queue.as_ref()?;
        let polls = self.letters.polls.get_mut(name(queue))?;
        let (poll, params) = polls.front()?.clone();
        let queue = queue.clone();
        let now = time.of(task.execution).max(time.now());
        let token = token::token(task);
        let tells = |received: &Value| {
            let mut messages = received["Messages"].as_array().into_iter().flatten();
            messages.any(|it| {
                it["Body"]
                    .as_str()
                    .is_some_and(|body| body.contains(&token))
            })
        };
        let mut calls = (0..OLDER).map(|_| self.cloud.call(now, "sqs", "ReceiveMessage", &params));
        let received = calls.find_map(|received| match received {
            Ok(received) if tells(&received) => Some(Some(received)),
            Ok(received) if received.get("Messages").is_some() => None,
            _ => Some(None),
        });
        let received = received.flatten()?;
        self.letters.cancel(&queue, poll);
        self.polls.remove(&poll);
        self.letters.leave(&queue, |queued| queued == task);
        self.open(task, Open::Token { queue: None });
        Some((poll, received))
    }
}

/// The name of a queue is the end of its URL.
fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
