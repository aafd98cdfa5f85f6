//! The service model under a lock. Its [`Pace`] determines how time passes for it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use stepproof_specs::{
    deviation::Deviations,
    service::{Answer, CallError, Config, PollId, Service, TaskRef, Time},
};
use tokio::sync::oneshot;

/// How time passes for the service: a pace tells the time, keeps the timers, and decides when a
/// task is handed out.
pub(super) trait Pace: Time + fmt::Debug + Send + Sized + 'static {
    /// Carries out the effects that the service asks for, until there are none left.
    fn carry_out(core: &Arc<Core<Self>>, state: &mut State<Self>);

    /// Offers a queued task, because a worker that could take it has started to wait.
    fn offer(core: &Arc<Core<Self>>, state: &mut State<Self>, task: TaskRef);
}

/// The service and its pace.
#[derive(Debug)]
pub(super) struct Core<P> {
    state: Mutex<State<P>>,
}

#[derive(Debug)]
pub(super) struct State<P> {
    pub service: Service,
    pub pace: P,
    polls: HashMap<PollId, oneshot::Sender<Value>>,
}

/// The service as its callers see it, independent of the pace.
pub(super) trait Calls: fmt::Debug + Send + Sync {
    /// Handles a call of an operation with this body.
    fn call(self: Arc<Self>, operation: &str, body: &Value) -> Reply;

    /// Cancels a poll that waits for a task.
    fn cancel(&self, poll: PollId);

    /// Ends all waiting polls: each is answered with no task.
    fn close(&self);
}

/// The result of a call.
pub(super) enum Reply {
    /// The answer.
    Now(Result<Value, CallError>),
    /// A poll that waits for a task.
    Later(Waiting),
}

/// A poll that waits for a task. Dropping it cancels the poll.
pub(super) struct Waiting {
    service: Arc<dyn Calls>,
    poll: PollId,
    pub task: oneshot::Receiver<Value>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.service.cancel(self.poll);
    }
}

impl<P: Pace> Core<P> {
    pub fn new(config: Config, deviations: Deviations, pace: P) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                service: Service::new(config, deviations),
                pace,
                polls: HashMap::new(),
            }),
        })
    }

    /// Locks the state. A panic under the lock leaves it usable, because every change is one call.
    pub fn lock(&self) -> MutexGuard<'_, State<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offers the queued tasks of an activity to a worker that has started to wait.
    fn polled(self: &Arc<Self>, state: &mut State<P>, poll: PollId) {
        let Some(activity) = state.service.polled(poll) else {
            return;
        };
        let tasks: Vec<_> = state.service.queued(activity).collect();
        for task in tasks {
            P::offer(self, state, task);
        }
        P::carry_out(self, state);
    }
}

impl<P: Pace> Calls for Core<P> {
    fn call(self: Arc<Self>, operation: &str, body: &Value) -> Reply {
        let mut guard = self.lock();
        let state = &mut *guard;
        match state.service.call(&state.pace, operation, body) {
            Ok(Answer::Later(poll)) => {
                let (sender, task) = oneshot::channel();
                state.polls.insert(poll, sender);
                self.polled(state, poll);
                Reply::Later(Waiting {
                    service: self.clone(),
                    poll,
                    task,
                })
            }
            Ok(Answer::Now(answer)) => {
                P::carry_out(&self, state);
                Reply::Now(Ok(answer))
            }
            Err(error) => Reply::Now(Err(error)),
        }
    }

    fn cancel(&self, poll: PollId) {
        let mut state = self.lock();
        state.service.cancel_poll(poll);
        state.polls.remove(&poll);
    }

    fn close(&self) {
        self.lock().polls.clear();
    }
}

impl<P: Pace> State<P> {
    /// Hands a task to a waiting worker; `false` if none is waiting.
    pub fn give(&mut self, task: TaskRef) -> bool {
        let handed = self.service.hand_out(&self.pace, task);
        let Some((poll, answer)) = handed else {
            return false;
        };
        if let Some(waiting) = self.polls.remove(&poll) {
            // If the worker has just gone, the task is lost with it, as on AWS.
            let _ = waiting.send(answer);
        }
        true
    }
}
