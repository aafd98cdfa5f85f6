//! Converts an engine's time stamps to ASL time.
//!
//! If the time scale is not 1, some engines stamp events in scaled time (the embedded one), others
//! in real time. Which of the two is measured once.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::Instant;

use super::Remote;
use crate::{
    client::sdk::{CallError, Wire},
    trouble::Trouble,
};

/// The real time between the two stamps that are compared.
const SPAN: Duration = Duration::from_millis(500);

/// The unit of an engine's time stamps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stamps {
    /// Milliseconds of ASL time per millisecond of stamps.
    factor: f64,
}

impl Stamps {
    /// Stamps count ASL time.
    const ASL: Self = Self { factor: 1.0 };

    /// Decides the unit from how far stamps advanced (`stamped`) in some real time (`passed`), if
    /// ASL time passes `scale` times as fast: whichever of the two clocks is nearer.
    fn measured(stamped: f64, passed: f64, scale: f64) -> Self {
        let above = stamped / passed > scale.sqrt();
        if above == (scale > 1.0) {
            Self::ASL
        } else {
            Self { factor: scale }
        }
    }

    /// The ASL time from one stamp to another.
    pub fn between(self, from: i64, to: i64) -> i64 {
        ((to - from) as f64 * self.factor) as i64
    }
}

impl Remote {
    /// The unit of the engine's stamps, measured at first use.
    pub(super) async fn stamps(&self) -> Result<Stamps, Trouble> {
        let scale = self.profile.time_scale;
        if self.clock.is_virtual() || (scale - 1.0).abs() < f64::EPSILON {
            return Ok(Stamps::ASL);
        }
        let measured = self.stamps.get_or_try_init(|| self.measure(scale)).await?;
        Ok(*measured)
    }

    /// Measures it by starting two executions some time apart.
    async fn measure(&self, scale: f64) -> Result<Stamps, Trouble> {
        let wire = Wire::default();
        // A name of its own each time: engines remember the executions of a measurement that failed.
        let number = self.machines.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}stamps-{number}", self.prefix);
        let machine = self.create_idle(&self.api, &wire, &name).await?;
        let (first, stamp) = self.stamp(&wire, &machine, "first").await?;
        tokio::time::sleep(SPAN).await;
        let (second, later) = self.stamp(&wire, &machine, "second").await?;
        // What cannot be deleted now is deleted by its name after the run.
        let _ = self.api.delete_machine(&wire, &machine).await;
        let passed = second.duration_since(first).as_secs_f64() * 1_000.0;
        Ok(Stamps::measured((later - stamp) as f64, passed, scale))
    }

    /// Starts an execution; returns the moment of the call, and the start date that the engine
    /// reports.
    async fn stamp(
        &self,
        wire: &Wire,
        machine: &str,
        name: &str,
    ) -> Result<(Instant, i64), Trouble> {
        let now = Instant::now();
        let started = self.api.start(wire, machine, name, "{}").await;
        let execution = started.map_err(CallError::into_trouble)?;
        let described = self.api.describe(wire, &execution).await;
        Ok((now, described.map_err(CallError::into_trouble)?.start))
    }
}

#[cfg(test)]
mod tests {
    use super::Stamps;

    #[test]
    fn the_nearer_clock_is_taken() {
        for scale in [60.0, 2.0, 0.1] {
            for hurry in [0.8, 1.0, 1.2] {
                let wall = Stamps::measured(500.0 * hurry, 500.0, scale);
                assert_eq!(wall.between(7, 17), (10.0 * scale) as i64);
                let fast = Stamps::measured(500.0 * scale * hurry, 500.0, scale);
                assert_eq!(fast.between(7, 17), 10);
            }
        }
    }
}
