//! Ctrl-C: the first ends a run after the cases that are running, the second ends it at once.

use std::process;

use super::output;
use crate::run::Stop;

/// The exit status of a process that a signal interrupted.
const INTERRUPTED: i32 = 130;

/// Asks the run to stop at the first interrupt and prints `word`; exits at the second.
pub(super) fn stop_on_interrupt(stop: Stop, word: &'static str) {
    tokio::spawn(async move {
        if interrupted().await.is_err() {
            return;
        }
        output::note(word);
        stop.ask();
        if interrupted().await.is_ok() {
            process::exit(INTERRUPTED);
        }
    });
}

#[cfg(unix)]
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
