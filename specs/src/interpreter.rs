//! The reference interpreter, sans-I/O.
//!
//! An [`Execution`] takes an [`Input`] with a timestamp and returns [`Command`]s to be carried out.
//! It is a pure function of its input log: [`Execution::replay`] rebuilds it after any input. Clock
//! and entropy are injected.

mod children;
mod data_flow;
mod deviating;
mod envelope;
mod eval;
mod frame;
mod handler;
mod jsonata;
mod jsonpath;
mod kept;
mod protocol;
mod raise;
mod redrive;
mod runtime_error;
mod setup;
mod states;
mod task;
mod timers;
pub mod token;
mod trial;

use crate::base::entropy::mix;
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    sync::Arc,
};

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use self::{
    data_flow::Exit,
    eval::Eval,
    frame::{Active, Frame, FrameId, Phase, Ready},
    kept::Kept,
    raise::failure_details,
    runtime_error::{Result, RuntimeError},
    timers::Waiter,
    trial::OnTrial,
};
pub use self::{
    deviating::OwnWords,
    protocol::{
        Command, Fact, Identity, Input, Interleaving, Logged, Outcome, TaskId, TaskRequest,
        TimerId, Unsupported,
    },
    setup::{Program, Setup},
    trial::{End, Given, Seen, Step, Trial, Tried},
};
use crate::{
    asl::{Machine, Name, QueryLanguage, StateType, Transition, site::Site},
    base::{
        json::{self, Size},
        meter::Meter,
        time::Instant,
    },
    clause::{Aspect, Clause, Coverage, Marks},
    deviation::{Hook, Place},
    history::{Details, Event, EventKind, Failure},
    observation::Status,
    query::jsonpath::path,
};

/// The largest size of a result, of a state's output or of an Assign as JSON, in bytes (AWS
/// Developer Guide, "Quotas": 256 KiB).
pub const DATA_LIMIT: usize = 262_144;
/// The largest size of all variables of an execution as JSON, in bytes (AWS Developer Guide, "Passing data
/// between states with variables": 10 MiB).
pub const VARIABLES_LIMIT: usize = 10 << 20;
/// The deepest nesting of data here, so that serialised data can be parsed again.
const DEPTH_LIMIT: usize = 100;
/// How deep it may be nested on the way to a state's output.
const DEPTH_WITHIN: usize = path::DEEPEST;
/// How much memory the data of one execution may take here, in bytes: its history keeps nearly all of
/// it.
const KEPT_LIMIT: usize = 64 << 20;
/// How much work one execution may be here, in steps (see [`Meter`]).
const WORK_LIMIT: u64 = 10_000_000;
const TOO_MUCH_DATA: &str = "so much data in one execution";
const TOO_MUCH_WORK: &str = "so much work in one execution";

/// The most events in a history (AWS Developer Guide, "Quotas related to state machine
/// executions").
const HISTORY_LIMIT: usize = 25_000;
/// The cause of an execution that would need more events.
pub const HISTORY_LIMIT_TEXT: &str =
    "The execution reached the maximum number of history events (25000).";

/// A running or ended execution.
#[derive(Debug, Clone)]
pub struct Execution {
    setup: Setup,
    now: Instant,
    frames: Vec<Option<Frame>>,
    /// The size of everything that was ever assigned to variables.
    assigned_bytes: usize,
    /// States to be entered, in order.
    ready: VecDeque<Ready>,
    history: Vec<Event>,
    marks: Marks,
    /// How long the history was when something that is only assumed was followed first.
    assumed_from: Cell<Option<usize>>,
    is_open: Cell<bool>,
    /// How often entropy was drawn.
    draws: Cell<u64>,
    refused: RefCell<Option<Unsupported>>,
    own_words: Cell<OwnWords>,
    /// The value measured last, with its size: data often passes through a state unchanged.
    measured: RefCell<Option<(Arc<Value>, Size)>>,
    kept: RefCell<Kept>,
    meter: Meter,
    /// The frames that wait for tasks, by the number of the task.
    tasks: Vec<Option<FrameId>>,
    /// What waits for timers, by the number of the timer.
    timers: Vec<Option<Waiter>>,
    visits: FxHashMap<(Site, Arc<[u32]>), u32>,
    commands: Vec<Command>,
    outcome: Option<Outcome>,
    /// What was to be entered when it failed.
    unstarted: VecDeque<Ready>,
    /// How often it was redriven, and when last.
    redrives: u64,
    redriven: Option<Instant>,
    /// The facts since the last input.
    facts: RefCell<Vec<Fact>>,
    /// What is given to a state that is run by itself, and seen of it.
    trial: Option<Box<OnTrial>>,
}

impl Execution {
    /// Starts an execution.
    pub fn start(setup: Setup) -> Result<(Self, Vec<Command>), Unsupported> {
        let mut execution = Self::begin(setup);
        let commands = execution.go_on()?;
        Ok((execution, commands))
    }

    /// An execution that has started, and has done nothing yet.
    pub fn begin(setup: Setup) -> Self {
        let machine = setup.program.machine();
        let at = setup.at;
        let root = Frame::new(machine.scope.clone(), 0, 0);
        let mut frames = Vec::with_capacity(8);
        frames.push(Some(root));
        let mut ready = VecDeque::with_capacity(8);
        ready.push_back((
            FrameId(0),
            machine.scope.start_at.clone(),
            setup.input.clone(),
        ));
        let mut execution = Self {
            setup,
            now: at,
            ready,
            frames,
            assigned_bytes: 0,
            history: Vec::with_capacity(32),
            marks: Marks::default(),
            assumed_from: Cell::new(None),
            is_open: Cell::new(false),
            draws: Cell::default(),
            refused: RefCell::default(),
            own_words: Cell::default(),
            measured: RefCell::default(),
            kept: RefCell::default(),
            meter: Meter::new(WORK_LIMIT),
            tasks: Vec::new(),
            timers: Vec::new(),
            visits: FxHashMap::default(),
            commands: Vec::new(),
            outcome: None,
            unstarted: VecDeque::new(),
            redrives: 0,
            redriven: None,
            facts: RefCell::default(),
            trial: None,
        };
        execution.bound(&execution.setup.input);
        let details = Details {
            input: Some(execution.setup.input.clone()),
            ..Details::default()
        };
        execution.emit(0, EventKind::ExecutionStarted, details);
        if let Some(seconds) = execution.machine().timeout_seconds {
            if seconds == 0 {
                execution.mark(Clause::MachineTimeoutZero);
            }
            execution.set_timer(seconds.saturating_mul(1_000), Waiter::Machine);
        }
        execution
    }

    /// Does what can be done now.
    pub fn go_on(&mut self) -> Result<Vec<Command>, Unsupported> {
        self.run_to_quiescence()
    }

    /// Takes one input and returns the commands that follow.
    pub fn handle(&mut self, at: Instant, input: Input) -> Result<Vec<Command>, Unsupported> {
        if input == Input::Redrive {
            self.facts.get_mut().clear();
            self.redrive(at);
            return self.run_to_quiescence();
        }
        let deadline = self.deadline();
        self.now = self.now.max(at.min(deadline));
        self.facts.get_mut().clear();
        if self.outcome.is_none() {
            if at <= deadline {
                self.take(input);
            } else {
                self.time_out();
            }
        }
        self.run_to_quiescence()
    }

    /// Starts an execution and feeds it a log of inputs. Their commands were carried out before, so
    /// they are dropped.
    pub fn replay(setup: Setup, log: &[Logged]) -> Result<Self, Unsupported> {
        let (mut execution, _) = Self::start(setup)?;
        for logged in log {
            execution.handle(logged.at, logged.input.clone())?;
        }
        Ok(execution)
    }

    /// The history so far.
    pub fn history(&self) -> &[Event] {
        &self.history
    }

    /// The clauses that have fired.
    pub fn coverage(&self) -> Coverage {
        self.marks.coverage()
    }

    /// How many events of the history come before anything that casts doubt on where the execution goes;
    /// `None` if nothing does.
    pub fn assumed_from(&self) -> Option<usize> {
        self.assumed_from.get()
    }

    /// How it ended, if it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// Keeps only what can be asked of an execution that has ended: its history and outcome, and what it
    /// goes on with if it can be redriven.
    pub fn retire(&mut self) {
        self.facts = RefCell::default();
        self.measured = RefCell::default();
        self.history.shrink_to_fit();
        let has_failed = |outcome: &Outcome| outcome.status != Status::Succeeded;
        if self.setup.is_redrivable && self.outcome.as_ref().is_some_and(has_failed) {
            return;
        }
        self.frames = Vec::new();
        self.ready = VecDeque::new();
        self.tasks = Vec::new();
        self.timers = Vec::new();
        self.visits = FxHashMap::default();
        self.kept.get_mut().retire();
    }

    /// Roughly how much memory it takes.
    pub fn memory(&self) -> usize {
        size_of::<Self>()
            + self.history.capacity() * size_of::<Event>()
            + self.kept.borrow().memory()
    }

    /// The history, by value.
    pub fn into_history(self) -> Vec<Event> {
        self.history
    }

    /// The facts since the last input was taken, or since the start. With the commands, they tell
    /// an observer whether another schedule could have had another outcome.
    pub fn facts(&mut self) -> &[Fact] {
        self.facts.get_mut()
    }

    fn report(&self, fact: Fact) {
        self.facts.borrow_mut().push(fact);
    }

    /// The start of the execution. Together with the log of inputs it determines everything.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The machine it runs.
    pub fn machine(&self) -> &Arc<Machine> {
        self.setup.program.machine()
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::TaskStarted { task, worker } => self.task_started(task, worker),
            Input::NoSuchActivity { task } => self.no_such_activity(task),
            Input::TaskSubmitted { task, output } => self.task_submitted(task, output),
            Input::TaskHeartbeat { task } => self.task_heartbeat(task),
            Input::TaskSucceeded { task, output } => self.task_succeeded(task, &output),
            Input::TaskFailed { task, failure } => self.task_failed(task, failure),
            Input::TimerFired { timer } => self.timer_fired(timer),
            // Only what has ended is redriven.
            Input::Redrive => {}
            Input::Stop { failure } => {
                self.mark(Clause::ExecutionStopped);
                let details = failure_details(&failure);
                self.emit(0, EventKind::ExecutionAborted, details);
                self.finish(Status::Aborted, None, failure);
            }
        }
    }

    /// Enters states until every thread waits, and returns the commands.
    fn run_to_quiescence(&mut self) -> Result<Vec<Command>, Unsupported> {
        while let Some((frame, name, input)) = self.next_ready() {
            if self.is_refused() {
                break;
            }
            if self.history.len() >= self.history_limit() - 1 {
                self.exceed_history();
            }
            if self.outcome.is_none() && self.frames[frame.0].is_some() {
                self.enter(frame, &name, input);
            }
        }
        match self.refused.borrow_mut().take() {
            Some(unsupported) => Err(unsupported),
            None => Ok(std::mem::take(&mut self.commands)),
        }
    }

    /// Fails the execution because its history is full: the last event that fits says so.
    fn exceed_history(&mut self) {
        if self.outcome.is_some() {
            return;
        }
        self.mark(Clause::HistoryLimit);
        self.report(Fact::HistoryFull);
        let last = self.history_limit() - 1;
        self.history.truncate(last);
        let failure = Failure {
            error: Some("States.Runtime".into()),
            cause: Some(HISTORY_LIMIT_TEXT.into()),
        };
        let details = failure_details(&failure);
        self.emit(last as i64, EventKind::ExecutionFailed, details);
        self.finish(Status::Failed, None, failure);
    }

    fn next_ready(&mut self) -> Option<Ready> {
        match self.setup.interleaving {
            Interleaving::RoundRobin => self.ready.pop_front(),
            Interleaving::LastFirst => self.ready.pop_back(),
            Interleaving::Shuffled(seed) => {
                let count = self.ready.len().max(1) as u64;
                let any = mix(seed ^ self.history.len() as u64) % count;
                self.ready.swap_remove_back(any as usize)
            }
        }
    }

    fn enter(&mut self, id: FrameId, name: &Name, input: Arc<Value>) {
        let now = self.now;
        let Some((name, state)) = self.frame(id).scope.states.get_key_value(name) else {
            // The validator refuses such a machine; a caller that skipped it gets no verdict.
            return self.refuse("transitions to states that do not exist", name);
        };
        let (name, state) = (name.clone(), state.clone());
        let kind = state.kind();
        let site = match kind {
            StateType::Task | StateType::Parallel | StateType::Map => self.frame(id).site(&name),
            _ => Site::default(),
        };
        let visit = if kind == StateType::Task {
            self.count_visit(id, &site)
        } else {
            0
        };
        let details = Details {
            name: Some(name.clone()),
            input: Some(input.clone()),
            ..Details::default()
        };
        let entered = self.emit_in(id, EventKind::Entered(kind), details);
        // A state that is run by itself has no history that causes could refer to.
        let entered = if self.is_trial() { 0 } else { entered };
        self.frame_mut(id).active = Some(Active {
            budgets: self.budgets_before(state.handlers().0.len()),
            name,
            site,
            state,
            input,
            entered,
            entered_at: now,
            visit,
            retries: 0,
            stopped: None,
            phase: Phase::Working,
        });
        if !self.never_begins(id) {
            self.attempt(id);
        }
    }

    fn count_visit(&mut self, id: FrameId, site: &Site) -> u32 {
        let key = (site.clone(), self.frame(id).items.clone());
        let count = self.visits.entry(key).or_insert(0);
        *count += 1;
        *count - 1
    }

    /// Leaves the current state with its result: stores variables in the scope of the state, and
    /// passes the output on.
    fn leave(
        &mut self,
        id: FrameId,
        exit: Exit<'_>,
        result: &Arc<Value>,
        to: Transition,
    ) -> Result<()> {
        let eval = self.eval(id);
        let output = eval.flow().output(&eval, exit, result)?;
        let assigned = self.assigned(id, exit, result)?;
        if self.bound(&output).depth > DEPTH_LIMIT {
            return Err(self.eval(id).unsupported("data of this depth"));
        }
        if self.is_too_long(&output) && !self.goes_on(id, Clause::StateDataLimit) {
            self.mark(Clause::StateDataLimit);
            match self.active(id).state.kind() {
                StateType::Pass => {}
                StateType::Task => {
                    self.mark(Clause::StateDataLimitTask);
                    self.mark(Clause::StateDataLimitText);
                }
                StateType::Parallel | StateType::Map => self.mark(Clause::StateDataLimitOther),
                _ => self.mark(Clause::StateDataLimitText),
            }
            return Err(
                RuntimeError::data_limit(Clause::StateDataLimit, &self.active(id).name).ending(),
            );
        }
        let assigned = assigned.map(Arc::new);
        if let Some(assigned) = &assigned {
            let scope = self.assigns_in(id);
            let sizes = assigned.values().map(|it| json::measure(it).bytes);
            self.assigned_bytes += sizes.sum::<usize>();
            self.frame_mut(scope).assign(assigned.clone());
        }
        let Some(active) = self.frame_mut(id).active.take() else {
            return Ok(());
        };
        let details = Details {
            name: Some(active.name.clone()),
            output: Some(output.clone()),
            assigned,
            ..Details::default()
        };
        self.emit_in(id, EventKind::Exited(active.state.kind()), details);
        match to {
            Transition::Next(next) => self.ready.push_back((id, next, output)),
            Transition::End => self.complete(id, output),
        }
        Ok(())
    }

    /// Whether the data is larger than a state may output.
    fn is_too_long(&self, data: &Arc<Value>) -> bool {
        if self.bound(data).bytes <= DATA_LIMIT {
            return false;
        }
        let size = json::measure(data);
        self.work(size.memory);
        *self.measured.borrow_mut() = Some((data.clone(), size));
        size.bytes > DATA_LIMIT
    }

    /// How large shared data is at most. It is kept from now on.
    fn bound(&self, data: &Arc<Value>) -> Size {
        let mut last = self.measured.borrow_mut();
        match &*last {
            Some((measured, size)) if Arc::ptr_eq(measured, data) => *size,
            _ => {
                let size = json::bound(data);
                self.work(size.memory);
                self.count(|kept| kept.meet(data, size.memory));
                *last = Some((data.clone(), size));
                size
            }
        }
    }

    /// So much more memory is taken.
    fn keep(&self, memory: usize) {
        self.count(|kept| kept.add(memory));
    }

    /// Counts what is kept. If it is too much, the execution goes on no further.
    fn count(&self, more: impl FnOnce(&mut Kept)) {
        let mut kept = self.kept.borrow_mut();
        more(&mut kept);
        if kept.memory() > KEPT_LIMIT {
            self.refuse(TOO_MUCH_DATA, self.latest());
        }
    }

    /// So many bytes are looked at or copied. If that is too much work, the execution goes on no
    /// further.
    fn work(&self, bytes: usize) {
        if self.meter.spend_bytes(bytes).is_err() {
            self.refuse(TOO_MUCH_WORK, self.latest());
        }
    }

    /// The state that an event was about last.
    fn latest(&self) -> &str {
        let mut names = self
            .history
            .iter()
            .rev()
            .filter_map(|it| it.details.name.as_deref());
        names.next().unwrap_or(&self.machine().scope.start_at)
    }

    /// Whether something came about that is not interpreted: nothing more needs to be done.
    fn is_refused(&self) -> bool {
        self.refused.borrow().is_some()
    }

    /// The frame that stores what a frame assigns: itself, unless a deviation says otherwise.
    fn assigns_in(&self, id: FrameId) -> FrameId {
        match self.frame(id).parent {
            Some((parent, _)) if self.uses_outer(id, Hook::VariableScope) => parent,
            _ => id,
        }
    }

    /// The variables that `Assign` sets; `None` if it sets none.
    fn assigned(
        &self,
        id: FrameId,
        exit: Exit<'_>,
        result: &Value,
    ) -> Result<Option<Map<String, Value>>> {
        let eval = self.eval(id);
        let Some(assigned) = eval.flow().assigned(&eval, exit, result)? else {
            return Ok(None);
        };
        let sizes = assigned.values().map(json::measure);
        let size = sizes.fold(Size::default(), |all, size| Size {
            bytes: all.bytes + size.bytes,
            depth: all.depth.max(size.depth),
            memory: all.memory + size.memory,
        });
        self.keep(size.memory);
        if size.depth > DEPTH_LIMIT {
            return Err(eval.unsupported("variables of this depth"));
        }
        let is_jsonata = eval.active.state.flow.language() == QueryLanguage::Jsonata;
        let rule = if is_jsonata {
            Clause::JsonataAssignLimit
        } else {
            Clause::AssignDataLimit
        };
        if size.bytes > DATA_LIMIT && !self.goes_on(id, rule) {
            return Err(eval.flow().assigns_too_much(&eval));
        }
        self.check_variables(id, &assigned, size.bytes)?;
        Ok((!assigned.is_empty()).then_some(assigned))
    }

    /// Checks how large all variables are, with those that are now assigned.
    fn check_variables(
        &self,
        id: FrameId,
        assigned: &Map<String, Value>,
        bytes: usize,
    ) -> Result<()> {
        let ever = self.assigned_bytes + bytes;
        let rule = Clause::VariablesLimit;
        if ever <= VARIABLES_LIMIT || self.goes_on(id, rule) {
            return Ok(());
        }
        let scope = self.assigns_in(id);
        let frames = self.frames.iter().enumerate();
        let kept = frames.filter_map(|(place, frame)| Some((FrameId(place), frame.as_ref()?)));
        let kept: usize = kept
            .flat_map(|(frame, it)| it.latest().map(move |(name, value)| (frame, name, value)))
            .filter(|(frame, name, _)| *frame != scope || !assigned.contains_key(*name))
            .map(|(_, _, value)| json::measure(value).bytes)
            .sum();
        self.work(kept);
        let total = kept + bytes;
        let active = self.active(id);
        if total != ever || active.state.flow.language() == QueryLanguage::JsonPath {
            self.mark(Clause::VariablesLimitCount);
        }
        let Some(beyond) = total.checked_sub(VARIABLES_LIMIT).filter(|it| *it > 0) else {
            return Ok(());
        };
        self.mark(rule);
        self.mark(Clause::VariablesLimitEvents);
        let cause = format!(
            "Execution total variable size limit exceeded. State '{}' assigned variables that \
             exceed the total execution limit by {beyond} bytes.",
            active.name
        );
        Err(RuntimeError::named(runtime_error::DATA_LIMIT_EXCEEDED, rule, &cause).ending())
    }

    /// Ends a thread of control.
    fn complete(&mut self, id: FrameId, output: Arc<Value>) {
        let frame = self.frame(id);
        let previous = frame.previous;
        match frame.parent {
            Some((parent, place)) => {
                self.frames[id.0] = None;
                self.child_succeeded(parent, place, previous, output);
            }
            None => {
                let details = Details {
                    output: Some(output.clone()),
                    ..Details::default()
                };
                self.emit(previous, EventKind::ExecutionSucceeded, details);
                self.finish(Status::Succeeded, Some(output), Failure::default());
            }
        }
    }

    /// Fails the execution, whatever encloses the frame.
    fn fail(&mut self, id: FrameId, failure: Failure) {
        let previous = self.frame(id).previous;
        if self.frame(id).parent.is_some() {
            self.mark(Clause::RuntimeInBranchHistory);
        }
        self.emit(
            previous,
            EventKind::ExecutionFailed,
            failure_details(&failure),
        );
        let output = self.failed_output(&failure);
        self.finish(Status::Failed, output, failure);
    }

    fn finish(&mut self, status: Status, output: Option<Arc<Value>>, failure: Failure) {
        for task in 0..self.tasks.len() {
            if self.tasks[task].take().is_some() {
                self.commands.push(Command::Cancel(TaskId(task as u64)));
            }
        }
        let ready = std::mem::take(&mut self.ready);
        if self.setup.is_redrivable {
            self.unstarted = ready;
            // Their numbers are not used again.
            self.timers.fill(None);
        } else {
            self.timers.clear();
        }
        let outcome = Outcome {
            status,
            output,
            failure,
        };
        self.commands.push(Command::Finish(outcome.clone()));
        self.outcome = Some(outcome);
    }

    /// Adds an event after `previous`.
    fn emit(&mut self, previous: i64, kind: EventKind, details: Details) -> i64 {
        let id = self.history.len() as i64 + 1;
        self.history.push(Event {
            id,
            previous,
            at: self.now,
            kind,
            details,
        });
        id
    }

    /// Adds an event to the thread of a frame.
    fn emit_in(&mut self, frame: FrameId, kind: EventKind, details: Details) -> i64 {
        let id = self.emit(self.frame(frame).previous, kind, details);
        self.frame_mut(frame).previous = id;
        id
    }

    /// The frame with this id. It exists, because ids are dropped together with their frames.
    fn frame(&self, id: FrameId) -> &Frame {
        self.frames[id.0]
            .as_ref()
            .expect("a frame is alive while something refers to it")
    }

    fn frame_mut(&mut self, id: FrameId) -> &mut Frame {
        self.frames[id.0]
            .as_mut()
            .expect("a frame is alive while something refers to it")
    }

    fn active(&self, id: FrameId) -> &Active {
        self.frame(id)
            .active
            .as_ref()
            .expect("a state is active while it works")
    }

    fn active_mut(&mut self, id: FrameId) -> &mut Active {
        self.frame_mut(id)
            .active
            .as_mut()
            .expect("a state is active while it works")
    }

    fn eval(&self, id: FrameId) -> Eval<'_> {
        let frame = self.frame(id);
        Eval {
            execution: self,
            frame,
            active: self.active(id),
            item: None,
            token: None,
            place: Cell::new(Place::InputPath),
        }
    }

    /// A variable as seen from a frame: its own, or that of an enclosing scope.
    fn variable<'f>(&'f self, mut frame: &'f Frame, name: &str) -> Option<&'f Value> {
        loop {
            if let Some(value) = frame.variable(name) {
                return Some(value);
            }
            if self.ignores_outer_variables() {
                return None;
            }
            frame = self.frame(frame.parent?.0);
        }
    }

    /// The next number of the injected entropy; a replay draws the same one.
    fn draw(&self) -> u64 {
        self.report(Fact::ChanceDrawn);
        let number = self.draws.get();
        self.draws.set(number + 1);
        mix(mix(self.setup.identity.entropy) ^ number)
    }

    fn mark(&self, clause: Clause) {
        let is_first = self.marks.mark(clause);
        if is_first && clause.doubts().contains(&Aspect::Path) {
            self.assume();
        }
    }

    /// What follows is not known.
    fn assume(&self) {
        let from = self.assumed_from.get().unwrap_or(self.history.len());
        self.assumed_from.set(Some(from));
    }

    fn refuse(&self, feature: &str, state: &str) {
        self.refused
            .borrow_mut()
            .get_or_insert_with(|| Unsupported {
                feature: feature.to_owned(),
                state: state.to_owned(),
            });
    }
}
