//! The service model under a lock, and what carries out its effects by one of two clocks.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use stepproof_specs::{
    base::time::Instant,
    deviation::Deviations,
    service::{Answer, CallError, Config, Effect, ExecutionId, PollId, Service, TaskRef, Time},
};
use tokio::sync::oneshot;

use super::{virtual_time::Timelines, wall::Wall};

/// The service, and the time in which it lives.
#[derive(Debug)]
pub struct Core {
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub service: Service,
    pub pace: Pace,
    pub polls: HashMap<PollId, oneshot::Sender<Value>>,
}

/// How time passes.
#[derive(Debug)]
pub(super) enum Pace {
    /// For each execution by itself, from one thing to the next.
    Virtual(Timelines),
    /// As on the wall, perhaps faster.
    Wall(Wall),
}

impl Time for Pace {
    fn now(&self) -> Instant {
        match self {
            Self::Virtual(timelines) => timelines.now(),
            Self::Wall(wall) => wall.now(),
        }
    }

    fn of(&self, execution: ExecutionId) -> Instant {
        match self {
            Self::Virtual(timelines) => timelines.of(execution),
            Self::Wall(wall) => wall.now(),
        }
    }
}

/// What a call gives.
pub(super) enum Reply {
    /// The answer.
    Now(Result<Value, CallError>),
    /// A poll that waits for a task.
    Later(Waiting),
}

/// A poll that waits for a task. Dropped, it stops waiting.
pub(super) struct Waiting {
    core: Arc<Core>,
    poll: PollId,
    pub task: oneshot::Receiver<Value>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.core.lock();
        state.service.cancel_poll(self.poll);
        state.polls.remove(&self.poll);
    }
}

impl Core {
    pub(super) fn new(config: Config, deviations: Deviations, pace: Pace) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                service: Service::new(config, deviations),
                pace,
                polls: HashMap::new(),
            }),
        })
    }

    /// The state. A panic while it was locked leaves it usable: every change is one call.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the body of an operation.
    pub(super) fn call(self: &Arc<Self>, operation: &str, body: &Value) -> Reply {
        let mut guard = self.lock();
        let state = &mut *guard;
        match state.service.call(&state.pace, operation, body) {
            Ok(Answer::Later(poll)) => {
                let (sender, task) = oneshot::channel();
                state.polls.insert(poll, sender);
                self.polled(state, poll);
                Reply::Later(Waiting {
                    core: self.clone(),
                    poll,
                    task,
                })
            }
            Ok(Answer::Now(answer)) => {
                self.carry_out(state);
                Reply::Now(Ok(answer))
            }
            Err(error) => Reply::Now(Err(error)),
        }
    }

    /// Stops all waiting: every poll is answered with no task.
    pub(super) fn close(&self) {
        self.lock().polls.clear();
    }

    /// A worker has begun to wait: tasks may wait for it.
    fn polled(self: &Arc<Self>, state: &mut State, poll: PollId) {
        let Some(activity) = state.service.polled(poll) else {
            return;
        };
        let tasks: Vec<_> = state.service.queued(activity).collect();
        for task in tasks {
            match state.pace {
                Pace::Virtual(_) => self.settle(state, task.execution),
                Pace::Wall(_) => state.hand_out(task),
            }
        }
        self.carry_out(state);
    }

    /// Does what the service wants to have done.
    pub(super) fn carry_out(self: &Arc<Self>, state: &mut State) {
        let mut touched = Vec::new();
        loop {
            let effects = state.service.take_effects();
            if effects.is_empty() {
                break;
            }
            for effect in effects {
                match &mut state.pace {
                    Pace::Virtual(timelines) => touched.push(timelines.note(effect)),
                    Pace::Wall(wall) => match effect {
                        Effect::SetTimer {
                            execution,
                            timer,
                            at,
                        } => wall.set(execution, timer, at),
                        Effect::Queued { task, .. } => state.hand_out(task),
                        _ => {}
                    },
                }
            }
        }
        touched.dedup();
        for execution in touched {
            self.settle(state, execution);
        }
    }
}

impl State {
    /// Hands a task to whoever waits for it; `false` if nobody does.
    pub fn give(&mut self, task: TaskRef) -> bool {
        let handed = self.service.hand_out(&self.pace, task);
        let Some((poll, answer)) = handed else {
            return false;
        };
        if let Some(waiting) = self.polls.remove(&poll) {
            // A worker that has just gone has taken its task with it, as on AWS.
            let _ = waiting.send(answer);
        }
        true
    }

    fn hand_out(&mut self, task: TaskRef) {
        self.give(task);
    }
}
