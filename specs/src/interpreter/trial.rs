//! One state, run by itself: what `TestState` does.
//!
//! What its task, its branches or its iterations come to is given, time passes at once, and what it
//! makes of its data on the way is observed. It is the same interpreter that runs executions: it
//! tells what it evaluates ([`Step`]) if somebody has asked for it.

mod map;

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};

use super::{
    Execution, Input, Setup, Unsupported,
    data_flow::Exit,
    eval::Eval,
    frame::{FrameId, Phase},
    runtime_error::{RuntimeError, TIMEOUT},
};
use crate::{asl::Name, history::Failure, observation::Status};

/// What is given to a state that is run by itself, besides its input.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// The variables that its scope has.
    pub variables: Map<String, Value>,
    /// The context object; `None` for that of the execution. The item of a Map is never taken from it.
    pub context: Option<Value>,
    /// How often each of its retriers was used before.
    pub retried: u64,
    /// What its task, its branches or its iterations come to.
    pub outcome: Option<Given>,
    /// How many of a Map's iterations failed.
    pub failed_iterations: u64,
    /// What a Map's item reader has read, as it stands in its source.
    pub read: Option<String>,
}

/// What a task, branches or iterations come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// They succeed with this result.
    Result(Arc<Value>),
    /// They fail with this error.
    Failure(Failure),
}

/// What a state that was run by itself did.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// How it ended.
    pub end: End,
    /// The error that it met, also if it handled it.
    pub failure: Failure,
    /// What was seen on the way.
    pub seen: Seen,
    /// The variables of its scope afterwards.
    pub variables: Map<String, Value>,
}

/// How a state that was run by itself ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// It was left with this output, for that state if there is one.
    Left(Arc<Value>, Option<Name>),
    /// It would be retried.
    Retried,
    /// It was left through a catcher with this output, for that state.
    Caught(Arc<Value>, Name),
    /// It failed.
    Failed,
    /// It does not end: nothing is given that its task, its branches or its iterations come to.
    Waits,
}

/// A step on the way of data through a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The effective input (JSONPath).
    Effective,
    /// The input of a task or of branches; in JSONPath also the parameters of a Pass.
    Arguments,
    /// What the pointer of an item reader selects.
    Pointed,
    /// The items of a Map.
    Items,
    /// The inputs of a Map's iterations, if it has a selector.
    Selected,
    /// The batches of a Map's items.
    Batches,
    /// The result: of a task, or the literal one of a Pass.
    Result,
    /// What is selected of the result (JSONPath).
    ResultSelected,
    /// The result in its place in the input (JSONPath).
    ResultPlaced,
}

/// What was seen of a state that was run by itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// The data after each step that was made.
    pub steps: BTreeMap<Step, Arc<Value>>,
    /// How many iterations of a Map may run at the same time; 0 means as many as possible.
    pub max_concurrency: Option<u64>,
    /// How many iterations of a Map may fail.
    pub tolerated_count: Option<u64>,
    /// How many percent of the iterations of a Map may fail.
    pub tolerated_percentage: Option<f64>,
    /// The index of the retrier that the error was for, also if it had no attempts left.
    pub retrier: Option<usize>,
    /// The delay of the next attempt in seconds; with jitter, the longest one.
    pub delay: Option<f64>,
    /// The index of the catcher that the error was for.
    pub catcher: Option<usize>,
    /// How many iterations a Map has.
    iterations: usize,
    failure: Failure,
}

/// A state that is run by itself, and what has been seen of it.
#[derive(Debug, Clone)]
pub(super) struct OnTrial {
    given: Trial,
    seen: RefCell<Seen>,
}

impl Execution {
    /// Runs the state at which the machine starts, and no other.
    ///
    /// # Errors
    ///
    /// What the state needs is not interpreted.
    pub fn try_state(setup: Setup, trial: Trial) -> Result<Tried, Unsupported> {
        let mut execution = Self::begin(setup);
        let Some((id, name, input)) = execution.ready.pop_front() else {
            return Err(Unsupported {
                feature: "a machine without a start".to_owned(),
                state: String::new(),
            });
        };
        if !trial.variables.is_empty() {
            let variables = Arc::new(trial.variables.clone());
            execution.frame_mut(id).assign(variables);
        }
        execution.trial = Some(Box::new(OnTrial {
            given: trial,
            seen: RefCell::default(),
        }));
        execution.enter(id, &name, input);
        execution.come_to_what_is_given(id);
        match execution.refused.borrow_mut().take() {
            Some(unsupported) => Err(unsupported),
            None => Ok(execution.tried(id)),
        }
    }

    /// The state goes on with what is given.
    fn come_to_what_is_given(&mut self, id: FrameId) {
        let Some(active) = self.frame(id).active.as_ref() else {
            return;
        };
        if self.outcome.is_some() || self.is_refused() {
            return;
        }
        match &active.phase {
            Phase::Waiting { effective, .. } => {
                let effective = effective.clone();
                self.pass_time(id, &effective);
            }
            Phase::Task(task) => {
                let task = task.task;
                match self.given().and_then(|given| given.outcome.clone()) {
                    Some(Given::Result(output)) => {
                        self.take(Input::TaskSucceeded { task, output });
                    }
                    Some(Given::Failure(failure)) => {
                        self.take(Input::TaskFailed { task, failure });
                    }
                    None => {}
                }
            }
            Phase::Working => self.children_come_to(id),
            Phase::Delayed { .. } | Phase::Children(_) => {}
        }
    }

    /// The state waits, but for no longer than the execution may last.
    fn pass_time(&mut self, id: FrameId, effective: &Arc<Value>) {
        let due = self
            .commands
            .iter()
            .rev()
            .find_map(|command| match command {
                super::Command::SetTimer { at, .. } => Some(*at),
                _ => None,
            });
        if due.is_some_and(|due| due > self.deadline()) {
            self.time_out();
        } else {
            self.wait_over(id, effective);
        }
    }

    /// The branches or the iterations of the state end as given. They were not started.
    fn children_come_to(&mut self, id: FrameId) {
        let active = self.active(id);
        let (state, name) = (active.state.clone(), active.name.clone());
        let Some(given) = self.given().and_then(|given| given.outcome.clone()) else {
            return;
        };
        let ended = match given {
            Given::Failure(failure) => Err(Box::new(RuntimeError::task(failure))),
            Given::Result(result) => match (self.tolerated(id, &result), state.transition()) {
                (Ok(()), Some(to)) => self.leave(id, Exit::State, &result, to.clone()),
                (Ok(()), None) => return self.refuse("a state that leads nowhere", &name),
                (Err(error), _) => Err(error),
            },
        };
        if let Err(error) = ended {
            self.raise(id, &error);
        }
    }

    fn tried(&self, id: FrameId) -> Tried {
        let seen = self.trial.as_ref().map(|it| it.seen.borrow().clone());
        let seen = seen.unwrap_or_default();
        let mut failure = seen.failure.clone();
        let end = match (&self.outcome, self.ready.front()) {
            (Some(outcome), _) => {
                failure = outcome.failure.clone();
                match (outcome.status, &outcome.output) {
                    (Status::Succeeded, Some(output)) => End::Left(output.clone(), None),
                    (Status::TimedOut, _) => {
                        failure.error = Some(TIMEOUT.into());
                        End::Failed
                    }
                    _ => End::Failed,
                }
            }
            (None, Some((_, next, output))) if seen.catcher.is_some() => {
                End::Caught(output.clone(), next.clone())
            }
            (None, Some((_, next, output))) => End::Left(output.clone(), Some(next.clone())),
            (None, None) => match self.frame(id).active.as_ref().map(|it| &it.phase) {
                Some(Phase::Delayed { .. }) => End::Retried,
                _ => End::Waits,
            },
        };
        Tried {
            end,
            failure,
            seen,
            variables: {
                let latest = self.frame(id).latest();
                latest
                    .map(|(name, it)| (name.clone(), it.clone()))
                    .collect()
            },
        }
    }

    /// What is given to a state that is run by itself; `None` in an execution.
    pub(super) fn given(&self) -> Option<&Trial> {
        self.trial.as_ref().map(|it| &it.given)
    }

    /// Whether a state is run by itself.
    pub(super) fn is_trial(&self) -> bool {
        self.trial.is_some()
    }

    /// The context object that a state is given which is run by itself.
    pub(super) fn given_context(&self) -> Option<&Value> {
        self.given()?.context.as_ref()
    }

    /// Keeps what is seen of a state that is run by itself.
    pub(super) fn see(&self, note: impl FnOnce(&mut Seen)) {
        if let Some(trial) = &self.trial {
            note(&mut trial.seen.borrow_mut());
        }
    }

    /// The error that the handlers of a state see.
    pub(super) fn see_failure(&self, failure: &Failure) {
        self.see(|seen| seen.failure = failure.clone());
    }

    /// How often each of a state's retriers was used before it was entered.
    pub(super) fn budgets_before(&self, retriers: usize) -> Vec<u64> {
        self.given()
            .map_or_else(Vec::new, |given| vec![given.retried; retriers])
    }
}

impl Eval<'_> {
    /// Tells what a step makes, if somebody wants to know.
    pub(super) fn makes(&self, step: Step, data: &Arc<Value>) {
        self.execution.see(|seen| {
            seen.steps.insert(step, data.clone());
        });
    }
}
