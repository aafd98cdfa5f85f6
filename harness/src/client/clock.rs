//! ASL time as the harness lives in it: real time, perhaps scaled, or the embedded engine's virtual
//! time.

use std::{sync::Arc, time::Duration};

use stepproof_specs::base::time::Millis;
use tokio::{sync::oneshot, time::Instant};

use crate::engines::embedded::{self, Absences, Core, End};

/// Whose time it is.
#[derive(Debug, Clone)]
pub enum Clock {
    /// Real time; so many seconds of ASL time pass in one real second.
    Real(f64),
    /// The embedded engine's: it stands still while anything is going on.
    Virtual(Arc<Core>),
}

/// The time of one execution.
#[derive(Debug)]
pub struct Pace {
    clock: Clock,
    name: String,
    deadline: Millis,
    started: Instant,
    end: Option<oneshot::Receiver<End>>,
}

impl Clock {
    /// The time of an execution that is about to be started under this name, and is watched for
    /// `deadline`. With virtual time the engine keeps tasks from workers that are absent.
    pub fn pace(&self, name: &str, deadline: Millis, absences: Absences) -> Pace {
        let end = match self {
            Self::Real(_) => None,
            Self::Virtual(core) => Some(core.announce(name, deadline, absences)),
        };
        Pace {
            clock: self.clone(),
            name: name.to_owned(),
            deadline,
            started: Instant::now(),
            end,
        }
    }

    /// The turn of a worker that has just taken the task with this token.
    pub fn turn(&self, token: &str) -> Option<embedded::Turn> {
        match self {
            Self::Real(_) => None,
            Self::Virtual(core) => core.adopt(token),
        }
    }

    /// Whether it is virtual.
    pub fn is_virtual(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }

    /// How long `span` takes on the wall; with virtual time nothing takes long.
    fn real(&self, span: Millis) -> Duration {
        match self {
            Self::Real(scale) => Duration::from_secs_f64(span as f64 / 1_000.0 / scale),
            Self::Virtual(_) => Duration::ZERO,
        }
    }
}

impl Pace {
    /// The execution starts now.
    pub fn start(&mut self) {
        self.started = Instant::now();
    }

    /// How long it has run; with virtual time only a [`Turn`] knows.
    pub fn elapsed(&self) -> Millis {
        match self.clock {
            Clock::Real(scale) => {
                (self.started.elapsed().as_secs_f64() * 1_000.0 * scale) as Millis
            }
            Clock::Virtual(_) => 0,
        }
    }

    /// Until when it is watched.
    pub fn deadline(&self) -> Millis {
        self.deadline
    }

    /// Whether it is virtual.
    pub fn is_virtual(&self) -> bool {
        self.clock.is_virtual()
    }

    /// Whether the deadline has passed; with virtual time [`Pace::end`] tells.
    pub fn is_over(&self) -> bool {
        matches!(self.clock, Clock::Real(_)) && self.elapsed() >= self.deadline
    }

    /// With virtual time, what tells that watching has ended.
    pub fn end(&mut self) -> Option<oneshot::Receiver<End>> {
        self.end.take()
    }

    /// The turn of a worker that took a task.
    pub fn turn(&self, adopted: Option<embedded::Turn>) -> Turn {
        match adopted {
            Some(turn) => Turn::Virtual(turn),
            None => Turn::Real {
                clock: self.clock.clone(),
                started: self.started,
            },
        }
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        if let Clock::Virtual(core) = &self.clock {
            core.renounce(&self.name);
        }
    }
}

/// The right to act. In virtual time nothing else happens to the execution until it is dropped.
#[derive(Debug)]
pub enum Turn {
    /// In real time everybody may act.
    Real {
        /// Whose time it is.
        clock: Clock,
        /// When the execution was started.
        started: Instant,
    },
    /// In virtual time one at a time.
    Virtual(embedded::Turn),
}

impl Turn {
    /// How long the execution has run.
    pub fn elapsed(&self) -> Millis {
        match self {
            Self::Real {
                clock: Clock::Real(scale),
                started,
            } => (started.elapsed().as_secs_f64() * 1_000.0 * scale) as Millis,
            Self::Real { .. } => 0,
            Self::Virtual(turn) => turn.elapsed(),
        }
    }

    /// Gives up this turn for turns at these spans from now.
    pub fn later(self, spans: &[Millis]) -> Vec<Wake> {
        match self {
            Self::Real { clock, started } => {
                let now = Instant::now();
                let wake = |span: &Millis| Wake::Real {
                    at: now + clock.real(*span),
                    clock: clock.clone(),
                    started,
                };
                spans.iter().map(wake).collect()
            }
            Self::Virtual(turn) => turn.later(spans).into_iter().map(Wake::Virtual).collect(),
        }
    }
}

/// A turn that comes later.
#[derive(Debug)]
pub enum Wake {
    /// In real time.
    Real {
        /// When.
        at: Instant,
        /// Whose time it is.
        clock: Clock,
        /// When the execution was started.
        started: Instant,
    },
    /// In virtual time.
    Virtual(embedded::Wake),
}

impl Wake {
    /// Waits for it; nothing if the execution ends before.
    pub async fn due(self) -> Option<Turn> {
        match self {
            Self::Real { at, clock, started } => {
                tokio::time::sleep_until(at).await;
                Some(Turn::Real { clock, started })
            }
            Self::Virtual(wake) => wake.due().await.map(Turn::Virtual),
        }
    }
}
