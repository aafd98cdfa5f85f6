//! The values of a retrier, with their defaults (specification, "Retrying after error").

use super::Retrier;

/// The default of `IntervalSeconds`.
pub const INTERVAL_SECONDS: u64 = 1;
/// The default of `MaxAttempts`.
pub const MAX_ATTEMPTS: u64 = 3;
const BACKOFF_RATE: f64 = 2.0;

impl Retrier {
    /// The most retries in one visit of its state.
    pub fn attempts(&self) -> u64 {
        self.max_attempts.unwrap_or(MAX_ATTEMPTS)
    }

    /// `IntervalSeconds`, or its default.
    pub fn interval(&self) -> u64 {
        self.interval_seconds.unwrap_or(INTERVAL_SECONDS)
    }

    /// The delay in seconds before the retry after `used` earlier ones, without cap and jitter.
    pub fn uncapped_delay(&self, used: u64) -> f64 {
        let rate = self.backoff_rate.as_ref();
        let rate = rate.and_then(serde_json::Number::as_f64);
        let exponent = i32::try_from(used).unwrap_or(i32::MAX);
        self.interval() as f64 * rate.unwrap_or(BACKOFF_RATE).powi(exponent)
    }

    /// The delay in seconds before the retry after `used` earlier ones; with jitter, the longest
    /// possible.
    pub fn delay(&self, used: u64) -> f64 {
        let delay = self.uncapped_delay(used);
        let cap = self.max_delay_seconds;
        cap.map_or(delay, |cap| delay.min(cap as f64))
    }

    /// Whether its delays are random: `JitterStrategy` is `FULL`.
    pub fn has_jitter(&self) -> bool {
        self.jitter_strategy.as_deref() == Some("FULL")
    }
}
