//! What ends by itself: waits, delays, and the time limits of tasks and of the whole execution.

use super::{
    Command, Execution, TimerId,
    frame::{FrameId, Phase},
    raise::failure_details,
    runtime_error,
};
use crate::{
    asl::WorkflowType,
    base::time::{Instant, Millis},
    clause::Clause,
    history::{EventKind, Failure},
    observation::Status,
};

/// How long an execution of a Standard workflow may last: a year (clause `execution.duration`).
const LONGEST_STANDARD: Millis = 365 * 24 * 60 * 60 * 1_000;
/// How long an execution of an Express workflow may last: five minutes.
const LONGEST_EXPRESS: Millis = 5 * 60 * 1_000;

/// What waits for a timer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Waiter {
    /// The whole machine's time limit.
    Machine,
    /// A frame: a Wait state, a retry's delay, a task's time limit.
    Frame(FrameId),
}

impl Execution {
    pub(super) fn timer_fired(&mut self, timer: TimerId) {
        let running = self.timers.get_mut(timer.0 as usize).and_then(Option::take);
        match running {
            None => {}
            Some(Waiter::Machine) => self.time_out(),
            Some(Waiter::Frame(frame)) => self.frame_timer(frame, timer),
        }
    }

    /// Ends the execution because it has run for too long.
    pub(super) fn time_out(&mut self) {
        self.mark(if self.deadline() < self.longest() {
            Clause::MachineTimeout
        } else {
            Clause::ExecutionDuration
        });
        self.mark(Clause::MachineTimeoutHistory);
        let details = failure_details(&Failure {
            error: Some(runtime_error::TIMEOUT.into()),
            cause: None,
        });
        self.emit(0, EventKind::ExecutionTimedOut, details);
        self.finish(Status::TimedOut, None, Failure::default());
    }

    /// When the execution ends at the latest: it stops exactly then (clause `machine.timeout`). An
    /// input that comes later ends it as of that time. A redrive begins the machine's time anew.
    pub fn deadline(&self) -> Instant {
        let seconds = self.machine().timeout_seconds;
        let from = self.redriven.unwrap_or(self.setup.at);
        let allowed = seconds.map(|it| from.plus(it.saturating_mul(1_000)));
        allowed.map_or(self.longest(), |allowed| allowed.min(self.longest()))
    }

    /// When it ends whatever its machine says.
    fn longest(&self) -> Instant {
        let longest = match self.setup.program.workflow() {
            WorkflowType::Standard => LONGEST_STANDARD,
            WorkflowType::Express => LONGEST_EXPRESS,
        };
        self.setup.at.plus(longest)
    }

    fn frame_timer(&mut self, id: FrameId, timer: TimerId) {
        let Some(active) = self.frame(id).active.as_ref() else {
            return;
        };
        match &active.phase {
            Phase::Waiting { effective, .. } => {
                let effective = effective.clone();
                self.wait_over(id, &effective);
            }
            Phase::Delayed { .. } => self.attempt(id),
            Phase::Task(task) => {
                let heartbeat = task.heartbeat_timer == Some(timer);
                self.task_timed_out(id, heartbeat);
            }
            Phase::Working | Phase::Children(_) => {}
        }
    }

    pub(super) fn set_timer(&mut self, after: u64, waiter: Waiter) -> TimerId {
        let timer = TimerId(self.timers.len() as u64);
        // What is due later ends the execution, so nothing needs to be due much later.
        let due = self.now.plus(after).min(self.longest().plus(1));
        self.timers.push(Some(waiter));
        self.commands.push(Command::SetTimer { timer, at: due });
        timer
    }

    pub(super) fn cancel_timer(&mut self, timer: Option<TimerId>) {
        let Some(timer) = timer else { return };
        let running = self.timers.get_mut(timer.0 as usize);
        if running.and_then(Option::take).is_some() {
            self.commands.push(Command::CancelTimer(timer));
        }
    }
}
