//! The world around a simulated execution: workers that carry out a plan, and a queue of events.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};

use super::{
    ExpectedAttempt, NOISE_MILLIS, SimulationError, assignment::Assignment,
    sensitivity::Sensitivity,
};
use crate::{
    asl::site::{AttemptKey, Site},
    base::{
        entropy::mix,
        time::{Instant, Millis},
    },
    history::{Event, Failure},
    interpreter::{
        Command, Execution, Input, Interleaving, Logged, Outcome, Setup, TaskId, TaskRequest,
        TimerId,
    },
    observation::{Attempt, Observation, Status},
    scenario::{
        case::Start,
        letter,
        plan::{Act, Reply},
        play::{Answer, Step},
    },
};

/// The most steps of an execution; a longer one is given up.
const STEP_LIMIT: usize = 200_000;

/// The order of events that are due at the same time, and how late the hand-overs between engine
/// and workers are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    pub interleaving: Interleaving,
    pub latency: Latency,
}

/// How late tasks are taken, and answers and heartbeats arrive.
#[derive(Debug, Clone, Copy)]
pub(super) enum Latency {
    /// Not at all.
    None,
    /// Tasks and answers by up to this much, each by another amount.
    UpTo(Millis),
    /// Tasks, answers and heartbeats by this much, every time.
    Always(Millis),
    /// Answers and heartbeats by this much, every time: the engine counts a task as taken before its
    /// worker has it.
    Answers(Millis),
    /// Answers by this much, but no heartbeat.
    LastAnswers(Millis),
    /// Every other event by this much.
    Alternate(Millis, u64),
    /// Workers that were absent come back this much too early.
    Early(Millis),
}

impl Schedule {
    pub const PLAIN: Self = Self {
        interleaving: Interleaving::RoundRobin,
        latency: Latency::None,
    };

    /// The schedule that corresponds to the order in which the execution's threads move; if that is
    /// random, every hand-over is late by up to [`NOISE_MILLIS`].
    pub fn of(interleaving: Interleaving) -> Self {
        let latency = match interleaving {
            Interleaving::RoundRobin | Interleaving::LastFirst => Latency::None,
            Interleaving::Shuffled(_) => Latency::UpTo(NOISE_MILLIS),
        };
        Self {
            interleaving,
            latency,
        }
    }

    /// The rank of an event among those due at the same time; `number` counts events.
    fn rank(self, number: u64) -> u64 {
        match self.interleaving {
            Interleaving::RoundRobin => number,
            Interleaving::LastFirst => u64::MAX - number,
            Interleaving::Shuffled(seed) => mix(seed ^ number),
        }
    }

    /// How late a task is taken.
    fn handover_latency(self, number: u64) -> Millis {
        match self.latency {
            Latency::Answers(_) | Latency::LastAnswers(_) => 0,
            _ => self.answer_latency(number),
        }
    }

    fn answer_latency(self, number: u64) -> Millis {
        match (self.latency, self.interleaving) {
            (Latency::UpTo(most), Interleaving::Shuffled(seed)) => mix(!seed ^ number) % (most + 1),
            (Latency::Always(late) | Latency::Answers(late) | Latency::LastAnswers(late), _) => {
                late
            }
            (Latency::Alternate(late, parity), _) if number % 2 == parity => late,
            _ => 0,
        }
    }

    fn heartbeat_latency(self, number: u64) -> Millis {
        match self.latency {
            Latency::Always(late) | Latency::Answers(late) => late,
            Latency::Alternate(late, parity) if number % 2 == parity => late,
            _ => 0,
        }
    }

    fn earliness(self) -> Millis {
        match self.latency {
            Latency::Early(early) => early,
            _ => 0,
        }
    }
}

/// An event that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Timer(TimerId),
    Take(TaskId),
    Submit(TaskId),
    Heartbeat(TaskId),
    Reply(TaskId),
}

struct Running<'s> {
    request: TaskRequest,
    /// Its input, as its worker sees it.
    input: Arc<Value>,
    /// Whether it was sent as a message, so that it began before a worker has it.
    is_sent: bool,
    act: Cow<'s, Act>,
    /// When it was taken, and its index among the attempts of its site.
    taken: Option<(Instant, usize)>,
}

impl Running<'_> {
    /// Whether its worker acts at this very time, or has not taken it yet but would.
    fn is_near(&self, now: Instant) -> bool {
        match self.taken {
            None => self.act.is_taken(),
            Some((taken, _)) => {
                let mut steps = self.act.steps();
                steps.any(|(after, _)| taken.plus(after) == now)
            }
        }
    }
}

pub(super) struct World<'s> {
    start: &'s Start,
    schedule: Schedule,
    execution: Execution,
    started: Instant,
    now: Instant,
    queue: BinaryHeap<Reverse<(Instant, u64, u64, Happening)>>,
    number: u64,
    /// What the execution is told at once, in order.
    at_once: VecDeque<Input>,
    /// The tasks, by their numbers.
    running: Vec<Option<Running<'s>>>,
    cancelled: FxHashSet<TimerId>,
    /// Who plays the plan, if they have to recognise the attempts of a task.
    workers: Option<Workers>,
    expected: Vec<ExpectedAttempt>,
    attempts: BTreeMap<Site, Vec<Attempt>>,
    sensitivity: Sensitivity,
    /// All inputs of the execution, if they are to be recorded.
    pub log: Option<Vec<Logged>>,
}

/// Workers who recognise attempts by what they expect.
struct Workers {
    assignment: Assignment,
    /// How many tasks have been scheduled at each site.
    scheduled: FxHashMap<Site, usize>,
}

impl Workers {
    /// What is to be done with the next task that is scheduled at a site, as far as that is known
    /// before it is taken.
    fn scheduled(&mut self, site: &Site) -> Act {
        let number = self.scheduled.entry(site.clone()).or_default();
        let ignored = self.assignment.ignores(site, *number);
        *number += 1;
        if ignored {
            Act::now(Reply::Ignore)
        } else {
            Act::default()
        }
    }
}

/// A finished simulation.
pub(super) struct Ended {
    pub execution: Execution,
    pub outcome: Outcome,
    pub started: Instant,
    pub ended: Instant,
    pub expected: Vec<ExpectedAttempt>,
    pub attempts: BTreeMap<Site, Vec<Attempt>>,
    /// How the execution depends on the schedule.
    pub sensitivity: Sensitivity,
    /// All inputs of the execution, if they were recorded.
    pub log: Vec<Logged>,
}

impl Ended {
    pub fn duration(&self) -> Millis {
        self.ended.since(self.started)
    }

    /// The duration if every task is taken late and answered late.
    pub fn slowest(&self) -> Millis {
        self.duration() + self.expected.len() as Millis * 2 * NOISE_MILLIS
    }

    /// How many events of the observed history come before anything that is only assumed.
    pub fn assumed_from(&self) -> Option<usize> {
        let before = &self.execution.history()[..self.execution.assumed_from()?];
        let deviations = self.execution.setup().program.deviations();
        let is_seen = |event: &&Event| deviations.is_none_or(|all| !all.lack(event));
        Some(before.iter().filter(is_seen).count())
    }

    /// The observation, and the attempts that were scheduled.
    pub fn into_observation(self) -> (Observation, Vec<ExpectedAttempt>) {
        let running = self.outcome.status == Status::Running;
        let duration = (!running).then(|| self.duration());
        let deviations = self.execution.setup().program.deviations().cloned();
        let mut history = self.execution.into_history();
        if let Some(all) = deviations.filter(|all| all.is_thin()) {
            all.thin(&mut history);
        }
        let observation = Observation {
            duration,
            status: self.outcome.status,
            output: self.outcome.output,
            error: self.outcome.failure.error.as_deref().map(str::to_owned),
            cause: self.outcome.failure.cause.as_deref().map(str::to_owned),
            attempts: self.attempts,
            history: Some(history),
        };
        (observation, self.expected)
    }
}

impl<'s> World<'s> {
    /// Starts the execution.
    pub fn begin(
        setup: Setup,
        latency: Latency,
        start: &'s Start,
        workers: Option<&Assignment>,
    ) -> Result<Self, SimulationError> {
        let at = setup.at;
        let schedule = Schedule {
            interleaving: setup.interleaving,
            latency,
        };
        let (execution, commands) = Execution::start(setup)?;
        let sensitivity = Sensitivity::new(execution.machine(), at);
        let mut world = Self {
            start,
            schedule,
            execution,
            started: at,
            now: at,
            queue: BinaryHeap::new(),
            number: 0,
            at_once: VecDeque::new(),
            running: Vec::new(),
            cancelled: FxHashSet::default(),
            workers: workers.map(|assignment| Workers {
                assignment: assignment.clone(),
                scheduled: FxHashMap::default(),
            }),
            expected: Vec::new(),
            attempts: BTreeMap::new(),
            sensitivity,
            log: None,
        };
        world.sensitivity.observe(at, world.execution.facts());
        world.obey(commands);
        world.tell_at_once(at)?;
        Ok(world)
    }

    /// Runs until the execution has ended, no event is left, or the time `until` has come.
    pub fn go_on(&mut self, until: Option<Instant>) -> Result<Option<Outcome>, SimulationError> {
        for _ in 0..STEP_LIMIT {
            if let Some(outcome) = self.execution.outcome().cloned() {
                return Ok(Some(outcome));
            }
            let Some(Reverse((at, _, _, happening))) = self.queue.pop() else {
                return Ok(None);
            };
            if until.is_some_and(|until| at > until) {
                return Ok(None);
            }
            self.step(at, happening)?;
        }
        Err(SimulationError::TooLong(STEP_LIMIT))
    }

    /// Finishes the simulation; without an outcome, the execution is still running.
    pub fn end(self, outcome: Option<Outcome>) -> Ended {
        let outcome = outcome.unwrap_or(Outcome {
            status: Status::Running,
            output: None,
            failure: Failure::default(),
        });
        Ended {
            sensitivity: self.sensitivity,
            ended: self.now.min(self.execution.deadline()),
            execution: self.execution,
            outcome,
            started: self.started,
            expected: self.expected,
            attempts: self.attempts,
            log: self.log.unwrap_or_default(),
        }
    }

    /// Describes what an execution that never ends waits for.
    pub fn stuck(&self) -> String {
        let site = self
            .running
            .iter()
            .flatten()
            .map(|running| &running.request.key.site)
            .min();
        site.map_or_else(
            || "it waits for nothing".to_owned(),
            |site| format!("the task '{site}' gets no answer and has no time limit"),
        )
    }

    fn step(&mut self, at: Instant, happening: Happening) -> Result<(), SimulationError> {
        if let Happening::Take(task) = happening
            && self.running(task).is_some_and(|running| running.is_sent)
        {
            // The execution is not told.
            self.now = at;
            self.take(at, task);
            self.play(at, task);
            return Ok(());
        }
        let Some(input) = self.input(at, happening) else {
            return Ok(());
        };
        self.now = at;
        self.tell(at, input)?;
        // A task's time runs from the moment at which it is handed out, which is before its worker
        // does anything.
        if let Happening::Take(task) = happening {
            self.begin_work(at, task);
        }
        self.tell_at_once(at)
    }

    /// Tells the execution something, and does what it wants then.
    fn tell(&mut self, at: Instant, input: Input) -> Result<(), SimulationError> {
        if let Some(log) = &mut self.log {
            log.push(Logged {
                at,
                input: input.clone(),
            });
        }
        let commands = self.execution.handle(at, input)?;
        self.sensitivity.observe(at, self.execution.facts());
        if self.sensitivity.has_stopped_siblings() {
            self.call_off(&commands);
        }
        self.obey(commands);
        Ok(())
    }

    /// Tells it what services have answered at once.
    fn tell_at_once(&mut self, at: Instant) -> Result<(), SimulationError> {
        while let Some(input) = self.at_once.pop_front() {
            self.tell(at, input)?;
        }
        Ok(())
    }

    /// Reports pending events that the commands cancel: an engine may have begun to handle them.
    fn call_off(&mut self, commands: &[Command]) {
        let called_off = |happening: Happening| {
            commands.iter().any(|command| match (command, happening) {
                (Command::CancelTimer(timer), Happening::Timer(due)) => *timer == due,
                (
                    Command::Cancel(task),
                    Happening::Take(due) | Happening::Submit(due) | Happening::Reply(due),
                ) => *task == due,
                _ => false,
            })
        };
        for Reverse((at, _, _, happening)) in &self.queue {
            if called_off(*happening) {
                self.sensitivity.called_off(self.now, *at);
            }
        }
    }

    /// The input for an event; `None` if the execution no longer waits for it.
    fn input(&mut self, at: Instant, happening: Happening) -> Option<Input> {
        match happening {
            Happening::Timer(timer) => {
                (!self.cancelled.remove(&timer)).then_some(Input::TimerFired { timer })
            }
            Happening::Take(task) => {
                self.take(at, task)?;
                Some(Input::TaskStarted { task, worker: None })
            }
            Happening::Submit(task) => {
                self.play(at, task)?;
                let running = self.running(task)?;
                let output = running.act.submission(running.request.waits)?.into_owned();
                Some(Input::TaskSubmitted { task, output })
            }
            Happening::Heartbeat(task) => self.running(task).map(|_| Input::TaskHeartbeat { task }),
            Happening::Reply(task) => self.reply(at, task),
        }
    }

    /// A worker takes a task.
    fn take(&mut self, at: Instant, task: TaskId) -> Option<()> {
        let running = self.running.get_mut(task.0 as usize)?.as_mut()?;
        let AttemptKey { site, items, .. } = &running.request.key;
        let input = &running.input;
        let key = match &mut self.workers {
            None => Some(running.request.key.clone()),
            Some(workers) => {
                let (key, act) = workers.assignment.arrived(site, !items.is_empty(), input);
                running.act = Cow::Owned(act);
                key
            }
        };
        let attempts = self.attempts.entry(site.clone()).or_default();
        running.taken = Some((at, attempts.len()));
        attempts.push(Attempt {
            key,
            input: input.clone(),
            taken: at.since(self.started),
            replied: None,
        });
        Some(())
    }

    /// A worker starts the act of a task that it has taken.
    fn begin_work(&mut self, at: Instant, task: TaskId) -> Option<()> {
        let running = self.running(task)?;
        if running.act.submission(running.request.waits).is_some() {
            self.push(at, Happening::Submit(task));
        } else {
            self.play(at, task);
        }
        Some(())
    }

    /// Enqueues what a worker, or a service that has accepted a job, does according to the plan.
    fn play(&mut self, at: Instant, task: TaskId) -> Option<()> {
        let running = self.over(task)?;
        for (after, step) in running.act.steps() {
            if after > 0 || step == Step::Heartbeat {
                self.sensitivity.takes_time();
            }
            match step {
                Step::Heartbeat => {
                    let late = self.schedule.heartbeat_latency(self.number);
                    self.push(at.plus(after).plus(late), Happening::Heartbeat(task));
                }
                Step::Answer(_) => {
                    let late = self.schedule.answer_latency(self.number);
                    self.push(at.plus(after).plus(late), Happening::Reply(task));
                }
                Step::Silence => {}
            }
        }
        self.running[task.0 as usize] = Some(running);
        Some(())
    }

    fn reply(&mut self, at: Instant, task: TaskId) -> Option<Input> {
        let running = self.over(task)?;
        let noted = running.taken.and_then(|(_, place)| {
            self.attempts
                .get_mut(&running.request.key.site)?
                .get_mut(place)
        });
        if let Some(attempt) = noted {
            attempt.replied = Some(at.since(self.started));
        }
        match running.act.answer()? {
            Answer::Success(output) => {
                let output = output.cloned().unwrap_or(running.input);
                Some(Input::TaskSucceeded { task, output })
            }
            Answer::Failure(named) => {
                let failure = Failure {
                    error: named.error.map(Into::into),
                    cause: named.cause.map(Into::into),
                };
                Some(Input::TaskFailed { task, failure })
            }
        }
    }

    fn obey(&mut self, commands: Vec<Command>) {
        for command in commands {
            self.sensitivity.command(self.now, &command);
            match command {
                Command::Schedule(request) => self.schedule(request),
                Command::Cancel(task) => {
                    let running = self.over(task);
                    if running.is_some_and(|running| running.is_near(self.now)) {
                        self.sensitivity.cancelled_in_time();
                    }
                }
                Command::SetTimer { timer, at } => self.push(at, Happening::Timer(timer)),
                Command::CancelTimer(timer) => {
                    self.cancelled.insert(timer);
                }
                Command::Finish(_) => {}
            }
        }
    }

    fn schedule(&mut self, request: TaskRequest) {
        let told = request.token.as_deref();
        let message =
            told.and_then(|token| letter::arriving(&request.resource, &request.input, token));
        let is_sent = message.is_some();
        let input = message.map_or_else(|| request.input.clone(), Arc::new);
        self.expected.push(ExpectedAttempt {
            key: request.key.clone(),
            input: input.clone(),
        });
        let plan = &self.start.plan;
        let act = match &mut self.workers {
            None => plan.act(&request.key),
            Some(workers) => Cow::Owned(workers.scheduled(&request.key.site)),
        };
        let task = request.task;
        if is_sent {
            let output = act.submitted.clone().unwrap_or_else(|| json!({}));
            self.at_once.extend([
                Input::TaskStarted { task, worker: None },
                Input::TaskSubmitted { task, output },
            ]);
        }
        let scheduled = self.now.since(self.started);
        if let Some(taken) = plan.taken(&request.key.site, &act, scheduled) {
            if taken > scheduled {
                self.sensitivity.takes_time();
            }
            let taken = scheduled.max(taken.saturating_sub(self.schedule.earliness()));
            let late = self.schedule.handover_latency(self.number);
            self.push(self.started.plus(taken).plus(late), Happening::Take(task));
        }
        self.running.push(Some(Running {
            request,
            input,
            is_sent,
            act,
            taken: None,
        }));
    }

    fn running(&self, task: TaskId) -> Option<&Running<'s>> {
        self.running.get(task.0 as usize)?.as_ref()
    }

    /// Removes a task and returns it; `None` if it is over already.
    fn over(&mut self, task: TaskId) -> Option<Running<'s>> {
        self.running.get_mut(task.0 as usize)?.take()
    }

    fn push(&mut self, at: Instant, happening: Happening) {
        self.number += 1;
        let rank = self.schedule.rank(self.number);
        self.queue.push(Reverse((at, rank, self.number, happening)));
    }
}
