//! The time in which an engine runs executions (ASL time): real time, possibly scaled, or virtual
//! time.
//!
//! [`VirtualTime`] is the interface between the harness and an engine in virtual time. The engine
//! implements it.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use stepproof_specs::base::time::Millis;
use tokio::{sync::oneshot, time::Instant};

/// The clock of an engine.
#[derive(Debug, Clone)]
pub enum Clock {
    /// Real time: this many seconds of ASL time pass in one real second.
    Real(f64),
    /// The engine's virtual time, which stands still while a worker or the engine is acting.
    Virtual(Arc<dyn VirtualTime>),
}

/// An engine's virtual time, which advances only when everybody taking part is waiting.
pub trait VirtualTime: fmt::Debug + Send + Sync {
    /// Announces an execution by the name it will be started with: how long it will be watched
    /// after its start, and when its workers are absent. The receiver is told how watching it
    /// ended.
    fn announce(&self, name: &str, deadline: Millis, absences: Absences) -> oneshot::Receiver<End>;

    /// Withdraws an announcement.
    fn renounce(&self, name: &str);

    /// The turn of the worker that was handed the task with this token.
    fn adopt(self: Arc<Self>, token: &str) -> Option<Box<dyn VirtualTurn>>;
}

/// The right to act in virtual time: the execution's time stands still until this is dropped.
pub trait VirtualTurn: fmt::Debug + Send {
    /// How long the execution has run.
    fn elapsed(&self) -> Millis;

    /// Schedules further turns, one at each of these spans from now.
    fn later(&self, spans: &[Millis]) -> Vec<VirtualWake>;
}

/// Resolves to a turn in virtual time; `None` if the execution ends first.
pub type VirtualWake = Pin<Box<dyn Future<Output = Option<Box<dyn VirtualTurn>>> + Send>>;

/// When no worker asks for the tasks of an activity.
#[derive(Debug, Clone, Default)]
pub struct Absence {
    /// No worker asks until this long after the start of the execution.
    pub away: Millis,
    /// The tasks that no worker ever takes, numbered in the order in which they are scheduled.
    pub ignored: BTreeSet<usize>,
}

/// The absences of an execution's workers, by activity.
pub type Absences = HashMap<String, Absence>;

/// How watching an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The execution ended.
    Ended,
    /// The execution was still running at the deadline.
    Deadline,
}

/// The clock of one execution.
#[derive(Debug)]
pub struct Pace {
    clock: Clock,
    name: String,
    deadline: Millis,
    started: Instant,
    end: Option<oneshot::Receiver<End>>,
}

impl Clock {
    /// The clock of an execution that is about to be started under this name and is watched for
    /// `deadline`. In virtual time, the engine withholds tasks while their workers are absent.
    pub fn pace(&self, name: &str, deadline: Millis, absences: Absences) -> Pace {
        let end = match self {
            Self::Real(_) => None,
            Self::Virtual(time) => Some(time.announce(name, deadline, absences)),
        };
        Pace {
            clock: self.clone(),
            name: name.to_owned(),
            deadline,
            started: Instant::now(),
            end,
        }
    }

    /// The turn of the worker that has just taken the task with this token; `None` in real time.
    pub fn turn(&self, token: &str) -> Option<Box<dyn VirtualTurn>> {
        match self {
            Self::Real(_) => None,
            Self::Virtual(time) => time.clone().adopt(token),
        }
    }

    /// Whether this is virtual time.
    pub fn is_virtual(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }

    /// How much ASL time passes in a real time; none in virtual time.
    pub fn asl(&self, span: Duration) -> Millis {
        match self {
            Self::Real(scale) => (span.as_secs_f64() * 1_000.0 * scale) as Millis,
            Self::Virtual(_) => 0,
        }
    }

    /// How long `span` of ASL time takes in real time; in virtual time it takes none.
    fn real(&self, span: Millis) -> Duration {
        match self {
            Self::Real(scale) => Duration::from_secs_f64(span as f64 / 1_000.0 / scale),
            Self::Virtual(_) => Duration::ZERO,
        }
    }
}

impl Pace {
    /// Notes that the execution starts now.
    pub fn start(&mut self) {
        self.started = Instant::now();
    }

    /// How long the execution has run; in virtual time only a [`Turn`] knows.
    pub fn elapsed(&self) -> Millis {
        match self.clock {
            Clock::Real(scale) => {
                (self.started.elapsed().as_secs_f64() * 1_000.0 * scale) as Millis
            }
            Clock::Virtual(_) => 0,
        }
    }

    /// How long the execution is watched.
    pub fn deadline(&self) -> Millis {
        self.deadline
    }

    /// Whether this is virtual time.
    pub fn is_virtual(&self) -> bool {
        self.clock.is_virtual()
    }

    /// In virtual time, the receiver that learns when watching has ended.
    pub fn end(&mut self) -> Option<oneshot::Receiver<End>> {
        self.end.take()
    }

    /// The turn of a worker that took a task.
    pub fn turn(&self, adopted: Option<Box<dyn VirtualTurn>>) -> Turn {
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
        if let Clock::Virtual(time) = &self.clock {
            time.renounce(&self.name);
        }
    }
}

/// The right to act. In virtual time nothing else happens to the execution until this is dropped.
#[derive(Debug)]
pub enum Turn {
    /// In real time there are no turns: any worker may act at any time.
    Real {
        /// The clock of the execution.
        clock: Clock,
        /// When the execution was started.
        started: Instant,
    },
    /// In virtual time only one may act at a time.
    Virtual(Box<dyn VirtualTurn>),
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

    /// Exchanges this turn for later ones, one at each of these spans from now.
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

/// A turn in the future.
pub enum Wake {
    /// In real time.
    Real {
        /// When the turn comes.
        at: Instant,
        /// The clock of the execution.
        clock: Clock,
        /// When the execution was started.
        started: Instant,
    },
    /// In virtual time.
    Virtual(VirtualWake),
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real { at, .. } => f.debug_tuple("Real").field(at).finish(),
            Self::Virtual(_) => f.write_str("Virtual"),
        }
    }
}

impl Wake {
    /// The real time of the turn; `None` in virtual time, where nobody is late.
    pub fn planned(&self) -> Option<Instant> {
        match self {
            Self::Real { at, .. } => Some(*at),
            Self::Virtual(_) => None,
        }
    }

    /// Waits for the turn; `None` if the execution ends first.
    pub async fn due(self) -> Option<Turn> {
        match self {
            Self::Real { at, clock, started } => {
                tokio::time::sleep_until(at).await;
                Some(Turn::Real { clock, started })
            }
            Self::Virtual(wake) => wake.await.map(Turn::Virtual),
        }
    }
}
