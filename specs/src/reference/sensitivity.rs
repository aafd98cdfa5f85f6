//! Concludes whether another schedule could have had another outcome.
//!
//! An execution reports [`Fact`]s about what happened in it and issues [`Command`]s; the world
//! around it knows which events were pending. From the order of these follows whether the outcome
//! depends on the order in which threads move, or on delays. The execution itself does not know.

use crate::{
    asl::Machine,
    base::time::{Instant, Millis},
    interpreter::{Command, Fact},
    observation::Status,
};

/// Events that are less than this apart may come in the other order on a loaded engine. A thread
/// that has waited this long has certainly come that far.
const RACE_MILLIS: Millis = 500;

/// How an execution depends on the schedule.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each of them is a fact by itself"
)]
pub(super) struct Sensitivity {
    /// The time at which the machine's time limit expires.
    limit: Option<Instant>,
    /// The due times of timers, by the number of the timer.
    timers: Vec<Instant>,
    /// The number of tasks that were scheduled.
    tasks: u64,
    /// The number of threads that were stopped because another one had failed.
    stopped: usize,
    /// Whether events can come in another order, or later.
    loose: bool,
    /// Whether anything depends on their order or time.
    dependent: bool,
    racing: bool,
    /// Whether what waited for its turn may have been started although another thread had failed.
    waiting: bool,
}

impl Sensitivity {
    /// For an execution of this machine that starts at this time.
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
            waiting: false,
        }
    }

    /// Whether the execution is schedule-sensitive: its threads took turns or something took time,
    /// and an event occurred whose effect depends on that. Such events are: a thread stopped
    /// others, something came just before a time limit, entropy was drawn, or a time or the id of
    /// an event entered the data. Nothing else passes from one thread to another before they are
    /// joined.
    pub fn may_vary(&self) -> bool {
        self.loose && self.dependent
    }

    /// Whether a thread was stopped while it was still racing with the one that failed, so that its
    /// progress depends on the schedule.
    pub fn is_still_racing(&self) -> bool {
        self.racing
    }

    /// Whether threads may have been started that do not matter for how the execution ends: nobody knows
    /// how far they came.
    pub fn may_have_started_more(&self) -> bool {
        self.waiting
    }

    /// Whether a thread was stopped because another one had failed.
    pub fn has_stopped_siblings(&self) -> bool {
        self.stopped > 0
    }

    /// Takes note of facts that are true since `now`.
    pub fn observe(&mut self, now: Instant, facts: &[Fact]) {
        for fact in facts {
            match fact {
                Fact::Concurrent => self.loose = true,
                Fact::SiblingStopped => self.stopped += 1,
                Fact::MayHaveStarted => self.waiting = true,
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

    /// Takes note of a command issued at `now`.
    pub fn command(&mut self, now: Instant, command: &Command) {
        match command {
            Command::Schedule(_) => self.tasks += 1,
            Command::SetTimer { at, .. } => self.timers.push(*at),
            // The timer is cancelled shortly before it is due, so it could have fired first.
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

    /// A worker takes some time: its reply can come later.
    pub fn takes_time(&mut self) {
        self.loose = true;
    }

    /// A task was cancelled at the very time at which its worker does something.
    pub fn cancelled_in_time(&mut self) {
        self.dependent = true;
    }

    /// An event that was due at `then` was called off at `now`, because a thread had been stopped.
    pub fn called_off(&mut self, now: Instant, then: Instant) {
        self.racing |= then.since(now) < RACE_MILLIS;
    }
}
