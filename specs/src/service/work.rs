//! What executions do, apart from the service: an execution can take seconds for a step, and nobody
//! else waits for it. And what becomes of executions that have ended.

use std::{
    any::Any,
    collections::{BTreeMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use serde_json::Value;

use super::{
    Effect, ExecutionId, PollId, Service, TaskRef, machine::Revision, nested::Parent,
    params::Params, render::Begun, tasks::Open,
};
use crate::{
    base::{
        arn::Arn,
        time::{Instant, Millis},
    },
    history::Failure,
    interpreter::{Command, Execution, Input, Outcome, TaskId, Unsupported},
    observation::Status,
};

/// How many executions are kept after they have ended, and how much memory they may take together, in
/// bytes. AWS keeps them for 90 days.
pub const RETAINED: usize = 5_000;
const RETAINED_MEMORY: usize = 64 << 20;
/// How much memory the executions that run may take together before no other is started, in bytes.
const RUNNING_MEMORY: usize = 256 << 20;

/// How many client tokens are known, and for how long (API reference, `RedriveExecution`).
const TOKENS: usize = 10;
const TOKEN_LIFE: Millis = 15 * 60 * 1_000;

/// The executions that have ended and can still be asked about.
#[derive(Debug, Default)]
pub(super) struct Closed {
    /// In the order of ending.
    pub kept: VecDeque<ExecutionId>,
    memory: usize,
}

impl Closed {
    /// An execution that took so much memory goes on.
    pub fn take_back(&mut self, execution: ExecutionId, memory: usize) {
        self.kept.retain(|kept| *kept != execution);
        self.memory -= memory;
    }
}

/// An execution that was started.
#[derive(Debug)]
pub(super) struct Run {
    pub arn: String,
    pub name: String,
    pub machine_arn: String,
    /// What it runs.
    pub revision: Arc<Revision>,
    /// The version, and the alias, that it was started by.
    pub version: Option<u64>,
    pub alias: Option<String>,
    /// The trace header that it was started with.
    pub trace: Option<String>,
    /// The call that its end answers.
    pub waiter: Option<PollId>,
    /// `None` while it is worked on.
    pub execution: Option<Execution>,
    /// What it is to do then, in order.
    pub steps: VecDeque<(Instant, Step)>,
    /// Whether it is worked on, or is about to be.
    pub busy: bool,
    /// The input as given.
    pub input: String,
    pub started: Instant,
    pub ended: Option<Instant>,
    /// How much memory it takes, as of its last step.
    pub memory: usize,
    /// The tasks that its end answers.
    pub parents: Vec<Parent>,
    /// How many executions have started each other at the moment at which this one was started.
    pub generation: u32,
    /// The tasks without an answer.
    pub tasks: BTreeMap<TaskId, Open>,
    /// The failure that stopped it, if its cause is outside the language.
    pub broken: Option<Failure>,
    pub redrives: Redrives,
}

/// The redrives of an execution.
#[derive(Debug, Default)]
pub(super) struct Redrives {
    pub count: u64,
    /// When the last one was.
    pub last: Option<Instant>,
    /// The tokens of the last ones, with their times.
    tokens: Vec<(String, Instant)>,
}

impl Redrives {
    /// When it was redriven with this token, if that is remembered.
    pub fn known(&self, token: &str, now: Instant) -> Option<Instant> {
        let mut known = self.tokens.iter();
        known
            .find(|(other, at)| other == token && now.since(*at) <= TOKEN_LIFE)
            .map(|(_, at)| *at)
    }

    /// It is redriven.
    pub fn add(&mut self, token: Option<&str>, now: Instant) {
        self.count += 1;
        self.last = Some(now);
        if let Some(token) = token {
            self.tokens.push((token.to_owned(), now));
            let surplus = self.tokens.len().saturating_sub(TOKENS);
            self.tokens.drain(..surplus);
        }
    }
}

impl Run {
    /// How it started.
    pub fn begun(&self) -> Begun<'_> {
        Begun {
            input: &self.input,
            role: &self.revision.role,
        }
    }

    pub fn outcome(&self) -> Option<&Outcome> {
        // One that is to go on after its end has none any more, although it has not gone on yet.
        self.ended?;
        self.execution.as_ref()?.outcome()
    }

    /// Its output, if it has succeeded.
    pub fn output(&self) -> Option<&Value> {
        self.outcome()?.output.as_deref()
    }

    pub fn status(&self) -> Status {
        match self.outcome() {
            _ if self.broken.is_some() => Status::Failed,
            Some(outcome) => outcome.status,
            None => Status::Running,
        }
    }

    pub fn failure(&self) -> Failure {
        // What is outside the language counts more than how the execution came out of it.
        let outcome = || self.outcome().map(|outcome| outcome.failure.clone());
        self.broken.clone().or_else(outcome).unwrap_or_default()
    }
}

/// What an execution does next.
#[derive(Debug)]
pub(super) enum Step {
    /// It enters its first state.
    Begin,
    /// It is told something.
    Take(Input),
}

/// A step of an execution, to be made without the service.
#[derive(Debug)]
pub struct Work {
    id: ExecutionId,
    execution: Execution,
    at: Instant,
    step: Step,
}

/// A step that has been made.
#[derive(Debug)]
pub struct Worked {
    id: ExecutionId,
    execution: Execution,
    at: Instant,
    commands: Result<Vec<Command>, Broken>,
}

/// Why an execution goes on no further, where the language is not the cause.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    #[error("the interpreter panicked: {0}")]
    Panicked(String),
}

impl Work {
    /// Makes the step.
    pub fn carry_out(self) -> Worked {
        self.carry_out_by(|execution, at, step| match step {
            Step::Begin => execution.go_on(),
            Step::Take(input) => execution.handle(at, input),
        })
    }

    /// Makes the step by this. A panic breaks the execution, and nothing else: whoever waits for it is
    /// answered. Its history is what it was until then.
    pub(super) fn carry_out_by(
        self,
        make: impl FnOnce(&mut Execution, Instant, Step) -> Result<Vec<Command>, Unsupported>,
    ) -> Worked {
        let Self {
            id,
            mut execution,
            at,
            step,
        } = self;
        let commands = guarded(|| make(&mut execution, at, step));
        Worked {
            id,
            execution,
            at,
            commands,
        }
    }
}

/// What the interpreter makes; a panic of its own is an error like others.
pub(super) fn guarded<T>(make: impl FnOnce() -> Result<T, Unsupported>) -> Result<T, Broken> {
    match catch_unwind(AssertUnwindSafe(make)) {
        Ok(outcome) => outcome.map_err(Broken::from),
        Err(panic) => Err(Broken::Panicked(message(&*panic).to_owned())),
    }
}

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it did not say why")
}

impl Service {
    /// The next step that some execution has to make. Until it is given back with
    /// [`Service::finish`], the execution makes no other.
    pub fn next_work(&mut self) -> Option<Work> {
        while let Some(id) = self.pending.pop_front() {
            let Some(run) = self.runs.get_mut(&id) else {
                continue;
            };
            let Some((at, step)) = run.steps.pop_front() else {
                run.busy = false;
                continue;
            };
            if let Some(execution) = run.execution.take() {
                return Some(Work {
                    id,
                    execution,
                    at,
                    step,
                });
            }
        }
        None
    }

    /// Whether some execution has something to do.
    pub fn has_work(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Takes back a step that was made, and does what the execution wants now.
    pub fn finish(&mut self, worked: Worked) {
        // Its machine may have been deleted.
        let Some(run) = self.runs.get_mut(&worked.id) else {
            self.garbage.late.push(worked);
            return;
        };
        let Worked {
            id,
            execution,
            at,
            commands,
        } = worked;
        let memory = execution.memory();
        self.running_memory = self.running_memory - run.memory + memory;
        run.memory = memory;
        run.execution = Some(execution);
        match commands {
            Ok(commands) => self.obey(id, at, commands),
            Err(broken) => {
                run.broken = Some(Failure {
                    error: Some("States.Runtime".into()),
                    cause: Some(broken.to_string().into()),
                });
                self.end(id, at);
            }
        }
        if let Some(run) = self.runs.get_mut(&id) {
            run.busy = !run.steps.is_empty();
            if run.busy {
                self.pending.push_back(id);
            }
        }
    }

    /// Whether another execution may be started.
    pub(super) fn has_room(&self) -> bool {
        self.running_memory <= RUNNING_MEMORY
    }

    /// Whether the execution that a call asks about is being worked on.
    pub(super) fn is_busy(&self, params: &Params<'_>) -> bool {
        let run = params.text("executionArn").and_then(|arn| self.run(arn));
        run.is_ok_and(|run| run.execution.is_none())
    }

    /// Tells an execution something, and does what it wants then.
    pub(super) fn feed(&mut self, id: ExecutionId, now: Instant, input: Input) {
        self.do_next(id, now, Step::Take(input));
    }

    /// An execution has a step to make.
    pub(super) fn do_next(&mut self, id: ExecutionId, now: Instant, step: Step) {
        let Some(run) = self.runs.get_mut(&id).filter(|run| run.ended.is_none()) else {
            return;
        };
        run.steps.push_back((now, step));
        if !std::mem::replace(&mut run.busy, true) {
            self.pending.push_back(id);
        }
        // What an execution has others do is done after it.
        if !self.works_elsewhere && !self.is_working {
            self.is_working = true;
            let work = AssertUnwindSafe(|| {
                while let Some(work) = self.next_work() {
                    self.finish(work.carry_out());
                }
            });
            let done = catch_unwind(work);
            // Whoever lives on after a panic has executions that go on.
            self.is_working = false;
            if let Err(panic) = done {
                resume_unwind(panic);
            }
        }
    }

    fn obey(&mut self, id: ExecutionId, now: Instant, commands: Vec<Command>) {
        let mut at_once = Vec::new();
        for command in commands {
            let is_over = |run: &Run| run.ended.is_some();
            if self.runs.get(&id).is_none_or(is_over) && !matches!(command, Command::CancelTimer(_))
            {
                continue;
            }
            match command {
                Command::Schedule(request) => at_once.extend(self.schedule(now, id, request)),
                Command::Cancel(task) => self.abort(
                    now,
                    TaskRef {
                        execution: id,
                        task,
                    },
                ),
                Command::SetTimer { timer, at } => self.effects.push(Effect::SetTimer {
                    execution: id,
                    timer,
                    at,
                }),
                Command::CancelTimer(timer) => self.effects.push(Effect::CancelTimer {
                    execution: id,
                    timer,
                }),
                Command::Finish(_) => self.end(id, now),
            }
        }
        if let Some(run) = self.runs.get_mut(&id).filter(|run| run.ended.is_none()) {
            for input in at_once.into_iter().rev() {
                run.steps.push_front((now, Step::Take(input)));
            }
        }
    }

    fn end(&mut self, id: ExecutionId, now: Instant) {
        self.abort_all(now, id);
        if let Some(run) = self.runs.get_mut(&id) {
            let deadline = run.execution.as_ref().map(Execution::deadline);
            run.ended = Some(deadline.map_or(now, |deadline| now.min(deadline)));
            run.steps.clear();
            self.running_memory -= run.memory;
            run.memory = size_of::<Run>() + 2 * run.input.len();
            if let Some(execution) = &mut run.execution {
                execution.retire();
                run.memory += execution.memory();
            }
            self.closed.kept.push_back(id);
            self.closed.memory += run.memory;
        }
        self.answer_waiter(id);
        self.answer_parents(id, now);
        self.effects.push(Effect::Ended { execution: id });
        while self.closed.kept.len() > RETAINED || self.closed.memory > RETAINED_MEMORY {
            // The last one is kept however large it is.
            match self.closed.kept.front() {
                Some(oldest) if *oldest != id => self.forget(*oldest, now),
                _ => break,
            }
        }
    }

    /// Forgets an execution, now.
    pub(super) fn forget(&mut self, execution: ExecutionId, now: Instant) {
        self.close_all(execution);
        if let Some(run) = self
            .runs
            .get_mut(&execution)
            .filter(|it| it.ended.is_none())
        {
            // Recorded of Standard workflows.
            let name = Arn::last(&run.machine_arn);
            run.broken = Some(Failure {
                error: Some("States.Runtime".into()),
                cause: Some(format!("State machine {name} has been deleted").into()),
            });
            self.answer_waiter(execution);
            self.answer_parents(execution, now);
        }
        if let Some(run) = self.runs.remove(&execution) {
            if run.ended.is_some() {
                self.closed.take_back(execution, run.memory);
            } else {
                self.running_memory -= run.memory;
            }
            self.runs_by_arn.remove(&run.arn);
            self.garbage.runs.push(run);
        }
        self.effects.push(Effect::Forgotten { execution });
    }

    /// What is left of forgotten executions. It can take a while to drop, and nobody has to wait for
    /// that.
    pub fn take_garbage(&mut self) -> Garbage {
        std::mem::take(&mut self.garbage)
    }
}

/// What nobody needs any more.
#[derive(Debug, Default)]
pub struct Garbage {
    pub(super) runs: Vec<Run>,
    /// What was made for executions that had been forgotten by then.
    pub(super) late: Vec<Worked>,
}
