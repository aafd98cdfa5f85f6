//! Virtual time: every execution has its own time, which stands still while anybody is acting and
//! then jumps to the next event.
//!
//! Everything that can happen to an execution waits in one queue, ordered by due time and then by
//! insertion: a timer of the machine, a task to be handed out, a worker's turn to act. One thing
//! happens at a time. Whoever acts holds a [`Turn`], and nothing else happens until it is dropped.
//! So an execution does the same things in the same order however busy the computer is, and in the
//! order in which the reference's simulation does them.

use std::{
    collections::{BTreeMap, HashMap},
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
use crate::client::clock::{Absences, End, VirtualTime, VirtualTurn, VirtualWake};

/// The timelines of all executions.
#[derive(Debug, Default)]
pub(super) struct Timelines {
    timelines: HashMap<ExecutionId, Timeline>,
    /// Announcements of executions that have not started, by name.
    announced: HashMap<String, Announced>,
    /// The last number given out: queue entries and turns are numbered in one sequence.
    number: u64,
}

#[derive(Debug)]
struct Announced {
    watcher: oneshot::Sender<End>,
    deadline: Millis,
    absences: Absences,
}

#[derive(Debug)]
struct Timeline {
    now: Instant,
    queue: BTreeMap<(Instant, u64), Happening>,
    timers: HashMap<TimerId, (Instant, u64)>,
    /// The turn in progress.
    turn: Option<u64>,
    /// The task handed out in this turn, until its worker adopts the turn.
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
    /// Outside of executions, time stands still.
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
    /// Applies an effect of the service; returns the execution it concerns.
    fn note(&mut self, effect: Effect) -> ExecutionId {
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
            Effect::Redriven { execution } => {
                if let Some(timeline) = self.timelines.get_mut(&execution) {
                    timeline.over = false;
                    timeline.timers.clear();
                }
                execution
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
            // The highest number, so that everything else due at the deadline happens first.
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
    /// Queues a task to be handed out now, or when its workers are back, unless it is to be
    /// ignored.
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

    /// Ends the timeline: clears the queue, which releases the workers that were to act later.
    fn finish(&mut self, end: End) {
        self.over = true;
        self.queue.clear();
        if let Some(watcher) = self.watcher.take() {
            // Sending fails only if the case was given up.
            let _ = watcher.send(end);
        }
    }
}

impl Pace for Timelines {
    const HANDS_OUT_LETTERS: bool = true;

    fn carry_out(core: &Arc<Core<Self>>, state: &mut State<Self>) {
        let effects = state.service.take_effects().into_iter();
        let mut touched: Vec<_> = effects.map(|effect| state.pace.note(effect)).collect();
        touched.dedup();
        for execution in touched {
            core.run_until_idle(state, execution);
        }
    }

    fn offer(core: &Arc<Core<Self>>, state: &mut State<Self>, task: TaskRef) {
        core.run_until_idle(state, task.execution);
    }
}

impl VirtualTime for Core<Timelines> {
    fn announce(&self, name: &str, deadline: Millis, absences: Absences) -> oneshot::Receiver<End> {
        let (watcher, end) = oneshot::channel();
        let announced = Announced {
            watcher,
            deadline,
            absences,
        };
        self.lock()
            .pace
            .announced
            .insert(name.to_owned(), announced);
        end
    }

    fn renounce(&self, name: &str) {
        self.lock().pace.announced.remove(name);
    }

    fn adopt(self: Arc<Self>, token: &str) -> Option<Box<dyn VirtualTurn>> {
        let task = Service::task_of(token)?;
        let mut guard = self.lock();
        let timeline = guard.pace.timelines.get_mut(&task.execution)?;
        if timeline.handed != Some(task) {
            return None;
        }
        timeline.handed = None;
        let number = timeline.turn?;
        Some(Box::new(self.turn(task.execution, number)))
    }
}

impl Core<Timelines> {
    fn turn(self: &Arc<Self>, execution: ExecutionId, number: u64) -> Turn {
        Turn {
            core: self.clone(),
            execution,
            number,
        }
    }

    /// Processes events of an execution until a turn is in progress or a worker is needed.
    fn run_until_idle(self: &Arc<Self>, state: &mut State<Timelines>, execution: ExecutionId) {
        while self.step(state, execution) {}
    }

    /// Processes the next event; `false` if it has to wait, or if there is none.
    fn step(self: &Arc<Self>, state: &mut State<Timelines>, execution: ExecutionId) -> bool {
        let turn = state.pace.next_number();
        let Some(timeline) = state.pace.timelines.get_mut(&execution) else {
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
                } else if let Some(timeline) = state.pace.timelines.get_mut(&execution) {
                    // No worker is waiting yet: put the task back and restore the time.
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

/// Applies the effects that the service asks for after an event.
fn note_all(state: &mut State<Timelines>) {
    for effect in state.service.take_effects() {
        state.pace.note(effect);
    }
}

/// The right to act: the execution's time stands still until it is dropped.
#[derive(Debug)]
struct Turn {
    core: Arc<Core<Timelines>>,
    execution: ExecutionId,
    number: u64,
}

impl VirtualTurn for Turn {
    fn elapsed(&self) -> Millis {
        self.core.lock().pace.of(self.execution).since(EPOCH)
    }

    fn later(&self, spans: &[Millis]) -> Vec<VirtualWake> {
        let mut guard = self.core.lock();
        let timelines = &mut guard.pace;
        let mut wakes = Vec::with_capacity(spans.len());
        for span in spans {
            let (sender, turn) = oneshot::channel();
            let number = timelines.next_number();
            if let Some(timeline) = timelines.timelines.get_mut(&self.execution) {
                let at = timeline.now.plus(*span);
                timeline.queue.insert((at, number), Happening::Wake(sender));
            }
            wakes.push(Box::pin(wait_for(turn)) as VirtualWake);
        }
        wakes
    }
}

async fn wait_for(turn: oneshot::Receiver<Turn>) -> Option<Box<dyn VirtualTurn>> {
    Some(Box::new(turn.await.ok()?))
}

impl Turn {
    /// Drops a turn that has already been taken back, without ending it.
    fn forget(mut self) {
        self.number = 0;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Turns are numbered from 1; 0 marks a forgotten turn. Return before locking: whoever
        // forgets a turn may hold the lock.
        if self.number == 0 {
            return;
        }
        let core = self.core.clone();
        let mut guard = core.lock();
        let state = &mut *guard;
        if let Some(timeline) = state.pace.timelines.get_mut(&self.execution)
            && timeline.turn == Some(self.number)
        {
            timeline.turn = None;
            timeline.handed = None;
            core.run_until_idle(state, self.execution);
            state.answer_waiting();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};
    use stepproof_specs::{deviation::Deviations, service::Config};

    use super::{
        super::core::{Calls as _, Core, Reply},
        Timelines,
    };

    #[allow(clippy::needless_pass_by_value)] // callers write literals
    fn ask(core: &Arc<Core<Timelines>>, operation: &str, body: Value) -> Value {
        match core.clone().call(operation, &body) {
            Reply::Now(answer) => answer.unwrap(),
            Reply::Later(mut waiting) => waiting.answer.try_recv().unwrap(),
        }
    }

    fn machine(core: &Arc<Core<Timelines>>, seconds: u64, kind: &str) -> Value {
        let wait = json!({"Type": "Wait", "Seconds": seconds, "End": true});
        let definition = json!({"StartAt": "W", "TimeoutSeconds": 250, "States": {"W": wait}});
        let role = "arn:aws:iam::123456789012:role/r";
        let body = json!({"name": format!("m{seconds}"), "roleArn": role, "type": kind, "definition": definition.to_string()});
        ask(core, "CreateStateMachine", body)["stateMachineArn"].clone()
    }

    #[test]
    fn a_synchronous_start_is_answered_at_once() {
        let core = Core::new(
            Config::default(),
            Deviations::default(),
            Timelines::default(),
        );
        for (seconds, status) in [(200, "SUCCEEDED"), (300, "TIMED_OUT")] {
            let machine = machine(&core, seconds, "EXPRESS");
            let answer = ask(
                &core,
                "StartSyncExecution",
                json!({"stateMachineArn": machine}),
            );
            assert_eq!(answer["status"], status);
        }
    }

    #[test]
    fn time_goes_on_after_a_redrive() {
        let core = Core::new(
            Config::default(),
            Deviations::default(),
            Timelines::default(),
        );
        let machine = machine(&core, 300, "STANDARD");
        let started = ask(&core, "StartExecution", json!({"stateMachineArn": machine}));
        let execution = json!({"executionArn": started["executionArn"]});
        for count in 0..3 {
            let told = ask(&core, "DescribeExecution", execution.clone());
            assert_eq!(told["status"], "TIMED_OUT");
            assert_eq!(told["redriveCount"], count);
            let lasted = told["stopDate"].as_f64().unwrap() - told["startDate"].as_f64().unwrap();
            assert!(
                (lasted - 250.0 * f64::from(count + 1)).abs() < 0.001,
                "{lasted}"
            );
            ask(&core, "RedriveExecution", execution.clone());
        }
    }
}
