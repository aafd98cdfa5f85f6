//! Virtual time: every execution has a time of its own, which stands still while anything is going
//! on and jumps to what is due next when everything is quiet.
//!
//! What can happen to an execution waits in one queue, ordered by when it is due and then by when
//! it was put there: a timer of the machine, a task to be handed out, a worker that acts. One thing
//! happens at a time. Whoever acts holds a [`Turn`]; nothing else happens until it is dropped. So
//! an execution does the same things in the same order however busy the computer is, and in the
//! order in which the reference's simulation does them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use stepproof_specs::{
    base::time::{Instant, Millis},
    interpreter::TimerId,
    reference::EPOCH,
    service::{Effect, ExecutionId, Service, TaskRef, Time},
};
use tokio::sync::oneshot;

use super::core::{Core, Pace, State};

/// The times of all executions.
#[derive(Debug, Default)]
pub(super) struct Timelines {
    timelines: HashMap<ExecutionId, Timeline>,
    /// What was announced of executions that have not started, by name.
    announced: HashMap<String, Announced>,
    /// Counts everything that is put into a queue, and all turns.
    number: u64,
}

#[derive(Debug)]
struct Announced {
    watcher: oneshot::Sender<End>,
    deadline: Millis,
    absences: Absences,
}

/// When nobody asks for the tasks of an activity.
#[derive(Debug, Clone, Default)]
pub struct Absence {
    /// So long after the start of the execution.
    pub away: Millis,
    /// The numbers of the tasks that are never taken, in the order of scheduling.
    pub ignored: BTreeSet<usize>,
}

/// The absences of an execution's workers, by activity.
pub type Absences = HashMap<String, Absence>;

/// How watching an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It has ended.
    Ended,
    /// It has not ended at the deadline.
    Deadline,
}

#[derive(Debug)]
struct Timeline {
    now: Instant,
    queue: BTreeMap<(Instant, u64), Happening>,
    timers: HashMap<TimerId, (Instant, u64)>,
    /// The turn that is being played.
    turn: Option<u64>,
    /// The task that was handed out for this turn.
    handed: Option<TaskRef>,
    watcher: Option<oneshot::Sender<End>>,
    over: bool,
    absences: Absences,
    scheduled: HashMap<String, usize>,
}

#[derive(Debug)]
enum Happening {
    Timer(TimerId),
    Take(TaskRef),
    Wake(oneshot::Sender<Turn>),
    Deadline,
}

impl Time for Timelines {
    /// Outside of executions time stands still.
    fn now(&self) -> Instant {
        EPOCH
    }

    fn of(&self, execution: ExecutionId) -> Instant {
        self.timelines
            .get(&execution)
            .map_or(EPOCH, |timeline| timeline.now)
    }
}

impl Timelines {
    /// Notes an effect of the service; the execution that it concerns.
    pub fn note(&mut self, effect: Effect) -> ExecutionId {
        match effect {
            Effect::Started { execution, name } => {
                self.begin(execution, &name);
                execution
            }
            Effect::SetTimer {
                execution,
                timer,
                at,
            } => {
                let number = self.next_number();
                if let Some(timeline) = self.timelines.get_mut(&execution) {
                    timeline.timers.insert(timer, (at, number));
                    timeline.queue.insert((at, number), Happening::Timer(timer));
                }
                execution
            }
            Effect::CancelTimer { execution, timer } => {
                if let Some(timeline) = self.timelines.get_mut(&execution)
                    && let Some(place) = timeline.timers.remove(&timer)
                {
                    timeline.queue.remove(&place);
                }
                execution
            }
            Effect::Queued { task, activity } => {
                let number = self.next_number();
                if let Some(timeline) = self.timelines.get_mut(&task.execution) {
                    timeline.schedule(task, &activity, number);
                }
                task.execution
            }
            Effect::Ended { execution } => {
                if let Some(timeline) = self.timelines.get_mut(&execution) {
                    timeline.finish(End::Ended);
                }
                execution
            }
            Effect::Forgotten { execution } => {
                self.timelines.remove(&execution);
                execution
            }
        }
    }

    fn begin(&mut self, execution: ExecutionId, name: &str) {
        let mut timeline = Timeline {
            now: EPOCH,
            queue: BTreeMap::new(),
            timers: HashMap::new(),
            turn: None,
            handed: None,
            watcher: None,
            over: false,
            absences: Absences::new(),
            scheduled: HashMap::new(),
        };
        if let Some(announced) = self.announced.remove(name) {
            timeline.watcher = Some(announced.watcher);
            timeline.absences = announced.absences;
            // Whatever is due at the deadline happens before it.
            let deadline = (EPOCH.plus(announced.deadline), u64::MAX);
            timeline.queue.insert(deadline, Happening::Deadline);
        }
        self.timelines.insert(execution, timeline);
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

impl Timeline {
    /// A task is to be handed out now, or when its workers are back, unless it is to be ignored.
    fn schedule(&mut self, task: TaskRef, activity: &str, number: u64) {
        let count = self.scheduled.entry(activity.to_owned()).or_default();
        let ordinal = *count;
        *count += 1;
        let mut at = self.now;
        if let Some(absence) = self.absences.get(activity) {
            if absence.ignored.contains(&ordinal) {
                return;
            }
            at = at.max(EPOCH.plus(absence.away));
        }
        self.queue.insert((at, number), Happening::Take(task));
    }

    /// Nothing more happens. Workers that were to act later are let go.
    fn finish(&mut self, end: End) {
        self.over = true;
        self.queue.clear();
        if let Some(watcher) = self.watcher.take() {
            // Nobody listens any more if the case was given up.
            let _ = watcher.send(end);
        }
    }
}

impl Core {
    /// Announces an execution by the name it will be started with: what is not taken, or later, and
    /// until when it is watched (after its start).
    pub fn announce(
        self: &Arc<Self>,
        name: &str,
        deadline: Millis,
        absences: Absences,
    ) -> oneshot::Receiver<End> {
        let (watcher, end) = oneshot::channel();
        let announced = Announced {
            watcher,
            deadline,
            absences,
        };
        if let Pace::Virtual(timelines) = &mut self.lock().pace {
            timelines.announced.insert(name.to_owned(), announced);
        }
        end
    }

    /// Takes back an announcement.
    pub fn renounce(&self, name: &str) {
        if let Pace::Virtual(timelines) = &mut self.lock().pace {
            timelines.announced.remove(name);
        }
    }

    /// The turn of the worker that was handed the task with this token.
    pub fn adopt(self: &Arc<Self>, token: &str) -> Option<Turn> {
        let task = Service::task_of(token)?;
        let mut guard = self.lock();
        let timeline = guard.timeline(task.execution)?;
        if timeline.handed != Some(task) {
            return None;
        }
        timeline.handed = None;
        let number = timeline.turn?;
        Some(self.turn(task.execution, number))
    }

    fn turn(self: &Arc<Self>, execution: ExecutionId, number: u64) -> Turn {
        Turn {
            core: self.clone(),
            execution,
            number,
        }
    }

    /// Lets things happen to an execution until something waits for the outside.
    pub(super) fn settle(self: &Arc<Self>, state: &mut State, execution: ExecutionId) {
        while self.step(state, execution) {}
    }

    /// Lets the next thing happen; `false` if it has to wait, or if there is none.
    fn step(self: &Arc<Self>, state: &mut State, execution: ExecutionId) -> bool {
        let Pace::Virtual(timelines) = &mut state.pace else {
            return false;
        };
        let turn = timelines.next_number();
        let Some(timeline) = timelines.timelines.get_mut(&execution) else {
            return false;
        };
        if timeline.over || timeline.turn.is_some() {
            return false;
        }
        let Some(((at, number), happening)) = timeline.queue.pop_first() else {
            return false;
        };
        let before = timeline.now;
        timeline.now = before.max(at);
        match happening {
            Happening::Deadline => timeline.finish(End::Deadline),
            Happening::Timer(timer) => {
                timeline.timers.remove(&timer);
                state.service.fire(&state.pace, execution, timer);
                note_all(state);
            }
            Happening::Wake(worker) => {
                timeline.turn = Some(turn);
                if let Err(unwanted) = worker.send(self.turn(execution, turn)) {
                    timeline.turn = None;
                    unwanted.forget();
                }
            }
            Happening::Take(task) => {
                if !state.service.is_queued(task) {
                    return true;
                }
                timeline.turn = Some(turn);
                timeline.handed = Some(task);
                if state.give(task) {
                    note_all(state);
                } else if let Some(timeline) = state.timeline(execution) {
                    // No worker waits yet.
                    timeline.turn = None;
                    timeline.handed = None;
                    timeline.now = before;
                    timeline.queue.insert((at, number), Happening::Take(task));
                    return false;
                }
            }
        }
        true
    }
}

impl State {
    fn timeline(&mut self, execution: ExecutionId) -> Option<&mut Timeline> {
        match &mut self.pace {
            Pace::Virtual(timelines) => timelines.timelines.get_mut(&execution),
            Pace::Wall(_) => None,
        }
    }
}

/// Notes what the service wants after it was told something.
fn note_all(state: &mut State) {
    if let Pace::Virtual(timelines) = &mut state.pace {
        for effect in state.service.take_effects() {
            timelines.note(effect);
        }
    }
}

/// The right to act: the execution's time stands still until it is dropped.
#[derive(Debug)]
pub struct Turn {
    core: Arc<Core>,
    execution: ExecutionId,
    number: u64,
}

impl Turn {
    /// How long the execution has run.
    pub fn elapsed(&self) -> Millis {
        self.core.lock().pace.of(self.execution).since(EPOCH)
    }

    /// Turns at these spans from now.
    pub fn later(&self, spans: &[Millis]) -> Vec<Wake> {
        let mut guard = self.core.lock();
        let mut wakes = Vec::with_capacity(spans.len());
        for span in spans {
            let (sender, turn) = oneshot::channel();
            if let Pace::Virtual(timelines) = &mut guard.pace {
                let number = timelines.next_number();
                if let Some(timeline) = timelines.timelines.get_mut(&self.execution) {
                    let at = timeline.now.plus(*span);
                    timeline.queue.insert((at, number), Happening::Wake(sender));
                }
            }
            wakes.push(Wake(turn));
        }
        wakes
    }

    /// Gives up a turn that has been taken back already.
    fn forget(mut self) {
        self.number = 0;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // No turn has the number 0. The lock may be held by whoever forgets a turn.
        if self.number == 0 {
            return;
        }
        let core = self.core.clone();
        let mut guard = core.lock();
        let state = &mut *guard;
        if let Some(timeline) = state.timeline(self.execution)
            && timeline.turn == Some(self.number)
        {
            timeline.turn = None;
            timeline.handed = None;
            core.settle(state, self.execution);
        }
    }
}

/// A turn that comes later.
#[derive(Debug)]
pub struct Wake(oneshot::Receiver<Turn>);

impl Wake {
    /// Waits for it; nothing if the execution ends before.
    pub async fn due(self) -> Option<Turn> {
        self.0.await.ok()
    }
}
