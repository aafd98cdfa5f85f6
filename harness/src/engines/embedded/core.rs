//! The service model under a lock. Its [`Pace`] determines how time passes for it.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use stepproof_specs::{
    cloud::{
        CloudError,
        lambda::{Invocation, InvocationId, Invoked, Outcome},
    },
    deviation::Deviations,
    service::{Answer, CallError, Config, PollId, Service, TaskRef, Time},
};
use tokio::sync::{Semaphore, oneshot};

/// After how long it is looked again whether an execution is still being worked on.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// How many executions are worked on at a time. Each can take a good deal of memory until its step is
/// made.
pub(super) const WORKERS: usize = 4;

/// How time passes for the service: a pace tells the time, keeps the timers, and decides when a
/// task is handed out.
pub(super) trait Pace: Time + fmt::Debug + Send + Sized + 'static {
    /// Whether executions are worked on without the lock ([`Calls::work`]), so that none is in the way
    /// of anything else.
    const WORKS_ELSEWHERE: bool = false;

    /// Whether messages that tell the token of a task are handed out, in the time of its execution.
    const HANDS_OUT_LETTERS: bool = false;

    /// Carries out the effects that the service asks for, until there are none left.
    fn carry_out(core: &Arc<Core<Self>>, state: &mut State<Self>);

    /// Offers a queued task, because a worker that could take it has started to wait.
    fn offer(core: &Arc<Core<Self>>, state: &mut State<Self>, task: TaskRef);
}

/// The service and its pace.
#[derive(Debug)]
pub(super) struct Core<P> {
    state: Mutex<State<P>>,
    /// Whoever works on executions has a permit, taken and given back under the lock.
    workers: Semaphore,
    /// Some work on an execution is done.
    worked: Condvar,
    closed: AtomicBool,
}

#[derive(Debug)]
pub(super) struct State<P> {
    pub service: Service,
    pub pace: P,
    polls: HashMap<PollId, oneshot::Sender<Value>>,
    /// Who waits for what a function returns.
    invokers: HashMap<InvocationId, oneshot::Sender<Result<Value, CloudError>>>,
}

/// The service as its callers see it, independent of the pace.
pub(super) trait Calls: fmt::Debug + Send + Sync {
    /// Handles a call of an operation with this body; `None` if the call has to wait until an execution
    /// has been worked on.
    fn try_call(self: Arc<Self>, operation: &str, body: &Value) -> Option<Reply>;

    /// The same, and waits.
    fn call(self: Arc<Self>, operation: &str, body: &Value) -> Reply;

    /// Whether executions are to be worked on ([`Calls::work`]).
    fn has_work(&self) -> bool;

    /// Works on executions, as far as calls do not work on them themselves.
    fn work(self: Arc<Self>);

    /// Cancels a call that waits.
    fn cancel(&self, poll: PollId);

    /// Calls another service of the account.
    fn cloud(&self, service: &str, operation: &str, params: &Value) -> Result<Value, CloudError>;

    /// Asks a queue for messages, and does not wait for any (`ReceiveMessage`).
    fn receive(self: Arc<Self>, params: &Value) -> Result<Value, CloudError>;

    /// Says that somebody answers invocations of functions.
    fn answer_invocations(&self);

    /// Invokes a function of the account.
    fn invoke(&self, params: &Value) -> Result<Invoking, CloudError>;

    /// The invocations of functions since the last call of this method.
    fn take_invocations(&self) -> Vec<Invocation>;

    /// Says what an invocation came to.
    fn answer_invocation(&self, invocation: InvocationId, outcome: Outcome);

    /// Whether all calls that wait are to end.
    fn is_closed(&self) -> bool;

    /// Ends all calls that wait.
    fn close(&self);
}

/// What comes of an invocation.
pub(super) enum Invoking {
    /// The answer.
    Now(Value),
    /// The answer follows.
    Later(oneshot::Receiver<Result<Value, CloudError>>),
}

/// The result of a call.
pub(super) enum Reply {
    /// The answer.
    Now(Result<Value, CallError>),
    /// A call that waits: for a task, or for the end of an execution.
    Later(Waiting),
}

/// A call that waits for its answer. Dropping it cancels the call.
pub(super) struct Waiting {
    service: Arc<dyn Calls>,
    poll: PollId,
    pub answer: oneshot::Receiver<Value>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.service.cancel(self.poll);
    }
}

impl<P: Pace> Core<P> {
    pub fn new(config: Config, deviations: Deviations, pace: P) -> Arc<Self> {
        let service = Service::new(config, deviations);
        Arc::new(Self {
            state: Mutex::new(State {
                service: if P::WORKS_ELSEWHERE {
                    service.working_elsewhere()
                } else {
                    service
                },
                pace,
                polls: HashMap::new(),
                invokers: HashMap::new(),
            }),
            workers: Semaphore::new(WORKERS),
            worked: Condvar::new(),
            closed: AtomicBool::new(false),
        })
    }

    /// Locks the state. A panic under the lock leaves it usable, because every change is one call.
    pub fn lock(&self) -> MutexGuard<'_, State<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until some work on an execution is done.
    fn wait(&self, state: MutexGuard<'_, State<P>>) {
        drop(self.worked.wait_timeout(state, LONGEST_WAIT));
    }

    /// Handles a call; `None` if it has to be made again.
    fn answer(
        self: &Arc<Self>,
        state: &mut State<P>,
        operation: &str,
        body: &Value,
    ) -> Option<Reply> {
        Some(match state.service.call(&state.pace, operation, body) {
            Ok(Answer::Later(poll)) if self.closed.load(Ordering::Relaxed) => {
                state.service.cancel_poll(poll);
                Reply::Now(Err(stopping()))
            }
            Ok(Answer::Later(poll)) => {
                let (sender, answer) = oneshot::channel();
                state.polls.insert(poll, sender);
                self.polled(state, poll);
                Reply::Later(Waiting {
                    service: self.clone(),
                    poll,
                    answer,
                })
            }
            Ok(Answer::Now(answer)) => {
                self.settle(state);
                Reply::Now(Ok(answer))
            }
            Ok(Answer::Busy) => return None,
            Err(error) => Reply::Now(Err(error)),
        })
    }

    /// Offers the queued tasks of an activity to a worker that has started to wait, if it is for tasks
    /// that somebody waits.
    fn polled(self: &Arc<Self>, state: &mut State<P>, poll: PollId) {
        let activity = state.service.polled(poll);
        let tasks: Vec<_> = activity
            .into_iter()
            .flat_map(|activity| state.service.queued(activity))
            .collect();
        for task in tasks {
            P::offer(self, state, task);
        }
        self.settle(state);
    }

    /// The answer to a call that asks for messages at a queue where tasks have told their tokens: the message of one
    /// that is handed out now, or none. `None` if there is no such task.
    fn letter(self: &Arc<Self>, state: &mut State<P>, params: &Value) -> Option<Value> {
        let queue = params["QueueUrl"].as_str().unwrap_or_default();
        state.service.queued(queue).next()?;
        let poll = state.service.wait_for_letter(params);
        let (sender, mut answer) = oneshot::channel();
        state.polls.insert(poll, sender);
        self.polled(state, poll);
        state.polls.remove(&poll);
        state.service.cancel_poll(poll);
        Some(answer.try_recv().unwrap_or_else(|_| json!({})))
    }

    /// Carries out what the service asks for, and answers who waited for what came of it.
    fn settle(self: &Arc<Self>, state: &mut State<P>) {
        P::carry_out(self, state);
        state.answer_waiting();
    }
}

impl<P: Pace> Calls for Core<P> {
    fn try_call(self: Arc<Self>, operation: &str, body: &Value) -> Option<Reply> {
        let mut guard = self.lock();
        let reply = self.answer(&mut guard, operation, body);
        let garbage = guard.service.take_garbage();
        drop(guard);
        drop(garbage);
        reply
    }

    fn call(self: Arc<Self>, operation: &str, body: &Value) -> Reply {
        loop {
            let mut guard = self.lock();
            if let Some(reply) = self.answer(&mut guard, operation, body) {
                let garbage = guard.service.take_garbage();
                drop(guard);
                drop(garbage);
                return reply;
            }
            if self.closed.load(Ordering::Relaxed) {
                return Reply::Now(Err(stopping()));
            }
            self.wait(guard);
        }
    }

    fn has_work(&self) -> bool {
        self.lock().service.has_work()
    }

    fn work(self: Arc<Self>) {
        let mut guard = self.lock();
        let Ok(permit) = self.workers.try_acquire() else {
            // One of those who work does what there is to do.
            return;
        };
        while !self.closed.load(Ordering::Relaxed)
            && let Some(work) = guard.service.next_work()
        {
            drop(guard);
            let worked = work.carry_out();
            guard = self.lock();
            let state = &mut *guard;
            state.service.finish(worked);
            self.settle(state);
            let garbage = state.service.take_garbage();
            drop(guard);
            self.worked.notify_all();
            drop(garbage);
            guard = self.lock();
        }
        drop(permit);
        drop(guard);
    }

    fn cancel(&self, poll: PollId) {
        let mut state = self.lock();
        state.service.cancel_poll(poll);
        state.polls.remove(&poll);
    }

    fn receive(self: Arc<Self>, params: &Value) -> Result<Value, CloudError> {
        if P::HANDS_OUT_LETTERS
            && let Some(letter) = self.letter(&mut self.lock(), params)
        {
            return Ok(letter);
        }
        self.cloud("sqs", "ReceiveMessage", params)
    }

    fn cloud(&self, service: &str, operation: &str, params: &Value) -> Result<Value, CloudError> {
        let mut state = self.lock();
        let now = state.pace.now();
        let cloud = state.service.cloud();
        cloud.call(now, service, operation, params)
    }

    fn answer_invocations(&self) {
        self.lock().service.cloud().answer_invocations();
    }

    fn invoke(&self, params: &Value) -> Result<Invoking, CloudError> {
        let mut state = self.lock();
        let now = state.pace.now();
        Ok(match state.service.cloud().invoke(now, params)? {
            Invoked::Now(answer) => Invoking::Now(answer),
            Invoked::Later(id) => {
                let (sender, answer) = oneshot::channel();
                state.invokers.insert(id, sender);
                Invoking::Later(answer)
            }
        })
    }

    fn take_invocations(&self) -> Vec<Invocation> {
        self.lock().service.cloud().take_invocations()
    }

    fn answer_invocation(&self, invocation: InvocationId, outcome: Outcome) {
        let mut state = self.lock();
        let answer = state.service.cloud().answer(invocation, outcome);
        let invoker = state.invokers.remove(&invocation);
        if let Some((invoker, answer)) = invoker.zip(answer) {
            // Whoever has gone needs no answer.
            let _ = invoker.send(answer);
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn close(&self) {
        let mut state = self.lock();
        self.closed.store(true, Ordering::Relaxed);
        state.polls.clear();
        state.invokers.clear();
    }
}

/// The answer to calls that can no longer be answered.
pub(super) fn stopping() -> CallError {
    CallError::new("ServiceUnavailable", "the server is stopping")
}

impl<P: Pace> State<P> {
    /// Answers the calls that waited for the ends of executions.
    pub fn answer_waiting(&mut self) {
        for (call, answer) in self.service.take_answers() {
            if let Some(waiting) = self.polls.remove(&call) {
                // Whoever has gone needs no answer.
                let _ = waiting.send(answer);
            }
        }
    }

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
