//! Ctrl-C: once ends a run after the cases that are under way, twice ends it at once.

use std::process;

use super::output;
use crate::run::Stop;

/// The exit status of a process that an interrupt has ended.
const INTERRUPTED: i32 = 130;

/// Asks for a stop when the user does, and says so.
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
