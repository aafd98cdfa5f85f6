//! What a call comes to if it gives no answer, and what is recorded of the calls of a case.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    bound::{self, Allowance},
    raw::WireTrouble,
    trouble::Trouble,
};

/// The most failed requests that are recorded for one case.
const MOST_NOTES: usize = 1_000;

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The engine refused the call with a modelled error.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The engine reported an error of its own (5xx).
    #[error(transparent)]
    Fault(Trouble),
    /// The answer is larger than one answer may be.
    #[error(transparent)]
    TooMuch(Trouble),
    /// Anything else that went wrong.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// A modelled error of the service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} was refused: {code}: {message}")]
pub struct Refusal {
    /// The operation.
    pub operation: &'static str,
    /// The error code, for example `InvalidDefinition`.
    pub code: String,
    /// The message.
    pub message: String,
}

impl CallError {
    /// Converts the refusal to trouble, for a call that should never be refused.
    pub fn into_trouble(self) -> Trouble {
        match self {
            Self::Trouble(trouble) | Self::Fault(trouble) | Self::TooMuch(trouble) => trouble,
            Self::Refused(refusal) => Trouble::Protocol {
                operation: refusal.operation.to_owned(),
                reason: format!("{}: {}", refusal.code, refusal.message),
            },
        }
    }
}

/// The requests of one case that were repeated or failed, how much data it may still receive, and how
/// late the harness was.
#[derive(Debug, Default)]
pub struct Wire {
    noted: Mutex<Noted>,
    /// The slowest call and the slowest report, in microseconds.
    slowest_call: AtomicU64,
    slowest_report: AtomicU64,
}

#[derive(Debug, Default)]
struct Noted {
    troubles: Vec<WireTrouble>,
    allowance: Allowance,
}

impl Wire {
    /// Records one request that failed.
    pub fn note(&self, operation: &str, attempt: u32, trouble: impl Into<String>) {
        let mut noted = self.noted();
        if noted.troubles.len() < MOST_NOTES {
            noted.troubles.push(WireTrouble {
                operation: operation.to_owned(),
                attempt,
                trouble: bound::reason(trouble.into()),
            });
        }
    }

    /// Removes and returns everything recorded so far.
    pub fn take(&self) -> Vec<WireTrouble> {
        std::mem::take(&mut *self.noted()).troubles
    }

    /// A received payload, cut if it is too large and counted against the case's allowance.
    pub(super) fn payload(&self, operation: &str, text: String) -> Result<String, CallError> {
        let text = bound::payload(text);
        let spent = self.noted().allowance.spend(&text);
        spent.map_err(|error| protocol(operation, error.to_string()))?;
        Ok(text)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records how long a call took with its repetitions.
    pub fn called(&self, span: Duration) {
        self.slowest_call.fetch_max(micros(span), Ordering::Relaxed);
    }

    /// Records how late a worker's report arrived at most: how late it was sent, and how long the call
    /// took.
    pub fn reported(&self, span: Duration) {
        self.slowest_report
            .fetch_max(micros(span), Ordering::Relaxed);
    }

    /// The slowest call since [`Wire::forget_times`].
    pub fn slowest_call(&self) -> Duration {
        Duration::from_micros(self.slowest_call.load(Ordering::Relaxed))
    }

    /// The latest report since [`Wire::forget_times`].
    pub fn slowest_report(&self) -> Duration {
        Duration::from_micros(self.slowest_report.load(Ordering::Relaxed))
    }

    /// Starts anew with the times.
    pub fn forget_times(&self) {
        self.slowest_call.store(0, Ordering::Relaxed);
        self.slowest_report.store(0, Ordering::Relaxed);
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// What is not as the protocol has it.
pub(super) fn protocol(operation: &str, reason: String) -> Trouble {
    Trouble::Protocol {
        operation: operation.to_owned(),
        reason: bound::reason(reason),
    }
}
