//! Whether another schedule could have given something else.
//!
//! An execution reports what came about in it ([`Fact`]), and says what it wants ([`Command`]); who
//! plays the world around it knows what was about to happen there. From these, in the order in which
//! they come, follows what depends on the order in which threads take turns and on how late things
//! are. The execution itself knows nothing of it.

use crate::{
    asl::Machine,
    base::time::{Instant, Millis},
    interpreter::{Command, Fact},
    observation::Status,
};

/// Things that are less than this apart may come in the other order on a loaded engine; a thread that
/// has waited this long is certain to have come that far.
const RACE_MILLIS: Millis = 500;

/// What of an execution depends on the schedule.
#[derive(Debug)]
pub(super) struct Sensitivity {
    /// When the machine's time limit passes.
    limit: Option<Instant>,
    /// When timers are due, by their numbers.
    timers: Vec<Instant>,
    /// How many tasks were scheduled.
    tasks: u64,
    /// How many threads were stopped because another one had failed.
    stopped: usize,
    /// Things can come in another order, or later.
    loose: bool,
    /// Something depends on when they come.
    dependent: bool,
    racing: bool,
}

impl Sensitivity {
    /// Of an execution of this machine that starts at this time.
    pub fn new(machine: &Machine, at: Instant) -> Self {
        let limit = machine.timeout_seconds;
        Self {
            limit: limit.map(|seconds| at.plus(seconds.saturating_mul(1_000))),
            timers: Vec::new(),
            tasks: 0,
            stopped: 0,
            loose: limit.is_some(),
            dependent: false,
            racing: false,
        }
    }

    /// Whether the execution is schedule-sensitive: its threads took turns or something took time,
    /// and something happened that could have come otherwise for it. A thread stopped others,
    /// something came just before a time limit, chance was drawn, or the data has a time or the id of
    /// an event in it. Nothing else passes from one thread to another before they are joined.
    pub fn may_vary(&self) -> bool {
        self.loose && self.dependent
    }

    /// Whether a thread was stopped that was still racing with the one that failed: how far it came
    /// is a matter of luck.
    pub fn is_still_racing(&self) -> bool {
        self.racing
    }

    /// Whether a thread was stopped because another one had failed.
    pub fn has_stopped_siblings(&self) -> bool {
        self.stopped > 0
    }

    /// These facts came about now.
    pub fn observe(&mut self, now: Instant, facts: &[Fact]) {
        for fact in facts {
            match fact {
                Fact::Concurrent => self.loose = true,
                Fact::SiblingStopped => self.stopped += 1,
                Fact::ThreadFailed { siblings, beside } => {
                    self.dependent |= siblings;
                    self.racing |= beside.is_some_and(|at| now.since(at) < RACE_MILLIS);
                }
                Fact::ChanceDrawn | Fact::TimeRead | Fact::EventIdRead | Fact::HistoryFull => {
                    self.dependent = true;
                }
            }
        }
    }

    /// The execution wants this now.
    pub fn command(&mut self, now: Instant, command: &Command) {
        match command {
            Command::Schedule(_) => self.tasks += 1,
            Command::SetTimer { at, .. } => self.timers.push(*at),
            // What came before it could have come after it.
            Command::CancelTimer(timer) => {
                let due = self.timers.get(timer.0 as usize);
                self.dependent |= due.is_some_and(|due| due.since(now) < RACE_MILLIS);
            }
            Command::Finish(outcome) => {
                let late = 2 * RACE_MILLIS * self.tasks;
                let near = |limit: Instant| limit.since(now) <= late;
                self.dependent |=
                    outcome.status == Status::TimedOut || self.limit.is_some_and(near);
            }
            Command::Cancel(_) => {}
        }
    }

    /// A worker takes its time: what it does can come later.
    pub fn takes_time(&mut self) {
        self.loose = true;
    }

    /// A task was cancelled at the very time at which its worker does something.
    pub fn cancelled_in_time(&mut self) {
        self.dependent = true;
    }

    /// Now nothing is made of what was to happen then, after a thread was stopped.
    pub fn called_off(&mut self, now: Instant, then: Instant) {
        self.racing |= then.since(now) < RACE_MILLIS;
    }
}
