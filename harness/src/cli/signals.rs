//! Signals: the first ends a run after the cases that are under way, the second ends it at once.

use std::{
    process,
    sync::{Arc, OnceLock},
};

use super::output;
use crate::{report::SIGNALLED, run::Stop};

/// The first signal that has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Interrupt(Arc<OnceLock<u8>>);

impl Interrupt {
    /// The number of the signal, if one has come.
    pub(super) fn signal(&self) -> Option<u8> {
        self.0.get().copied()
    }
}

/// Asks for a stop at the first signal and prints `word`. Ends the process at the second one: the
/// engines that it has started end with it.
pub(super) fn stop_on_interrupt(stop: Stop, word: &'static str) -> Interrupt {
    let interrupt = Interrupt::default();
    let Ok(mut signals) = Signals::new() else {
        return interrupt;
    };
    let first = interrupt.clone();
    tokio::spawn(async move {
        let signal = signals.next().await;
        first.0.get_or_init(|| signal);
        output::note(word);
        stop.ask();
        let signal = signals.next().await;
        process::exit(i32::from(SIGNALLED.saturating_add(signal)));
    });
    interrupt
}

/// The signals with which a user, a terminal or a system ends a process, each with its number. Those
/// that whoever started it has told it to ignore (`nohup`) stay ignored.
#[cfg(unix)]
struct Signals(Vec<(u8, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let ignored = ignored();
        let kinds = [
            SignalKind::hangup(),
            SignalKind::interrupt(),
            SignalKind::quit(),
            SignalKind::terminate(),
        ];
        let kinds = kinds
            .into_iter()
            .filter(|kind| ignored & (1 << (kind.as_raw_value() - 1)) == 0);
        let number = |kind: SignalKind| u8::try_from(kind.as_raw_value()).unwrap_or(u8::MAX);
        let signals = kinds.map(|kind| Ok((number(kind), signal(kind)?)));
        signals.collect::<std::io::Result<_>>().map(Self)
    }

    /// The number of the next one.
    async fn next(&mut self) -> u8 {
        std::future::poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            let next = signals.find_map(|(number, signal)| {
                signal.poll_recv(context).is_ready().then_some(*number)
            });
            next.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        })
        .await
    }
}

/// The signals that this process ignores, one bit each, where the system says that.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// The number of the next one.
    async fn next(&mut self) -> u8 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        2
    }
}
