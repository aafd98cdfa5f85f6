//! How far a command is, where nobody sees a bar: in a log.

use std::{
    io::{self, IsTerminal as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::output;
use crate::report::{human, on_one_line, plural};

/// How often it is told.
const EVERY: Duration = Duration::from_secs(10);

/// Tells on standard error from time to time how far something is, until it is dropped. A terminal has
/// bars instead.
pub(super) struct Progress {
    state: Arc<State>,
    _end: Sender<()>,
}

struct State {
    what: &'static str,
    noun: &'static str,
    all: Option<u64>,
    done: AtomicU64,
    /// What is under way.
    current: Mutex<String>,
    begun: Instant,
}

impl Progress {
    /// Begins to tell: "WHAT 3 of 20 NOUNs".
    pub(super) fn of(what: &'static str, noun: &'static str, all: Option<u64>) -> Self {
        let state = Arc::new(State {
            what,
            noun,
            all,
            done: AtomicU64::new(0),
            current: Mutex::default(),
            begun: Instant::now(),
        });
        let (end, ended) = channel();
        if !io::stderr().is_terminal() {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    output::note(state.line(state.begun.elapsed()));
                }
            });
        }
        Self { state, _end: end }
    }

    /// One more is done.
    pub(super) fn done(&self) {
        self.state.done.fetch_add(1, Ordering::Relaxed);
    }

    /// The next one is begun.
    pub(super) fn begin(&self, name: &str) {
        let current = self.state.current.lock();
        let mut current = current.unwrap_or_else(PoisonError::into_inner);
        *current = on_one_line(name).into_owned();
    }
}

impl State {
    fn line(&self, elapsed: Duration) -> String {
        let done = self.done.load(Ordering::Relaxed);
        let count = match self.all {
            Some(all) => format!("{done} of {}", plural(all, self.noun)),
            None => plural(done, self.noun),
        };
        let current = self.current.lock();
        let current = current.unwrap_or_else(PoisonError::into_inner);
        let current = if current.is_empty() {
            String::new()
        } else {
            format!(", now {current}")
        };
        format!("{} {count}{current}, {}", self.what, human(elapsed))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Progress;

    #[test]
    fn it_says_what_is_done_and_what_is_under_way() {
        let progress = Progress::of("prepared", "machine", Some(3));
        progress.done();
        progress.begin("b.json");
        let line = progress.state.line(Duration::from_secs(20));
        assert_eq!(line, "prepared 1 of 3 machines, now b.json, 20 s");
        let progress = Progress::of("judged", "case", None);
        assert_eq!(
            progress.state.line(Duration::from_secs(10)),
            "judged 0 cases, 10 s"
        );
    }
}
