//! Converts an engine's time stamps to ASL time.
//!
//! If the time scale is not 1, some engines stamp events in scaled time (the embedded one), others
//! in real time. Which of the two is measured once, and with it whether the time scale is true.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::Instant;

use super::Remote;
use crate::{
    client::sdk::{CallError, Wire},
    trouble::Trouble,
};

/// The real time between the two stamps that are compared.
const SPAN: Duration = Duration::from_millis(500);

/// How coarse stamps are that are whole seconds.
const SECOND: f64 = 1_000.0;
/// How many times faster than the run was told a clock must be to be taken for another one.
const TOO_FAST: f64 = 2.0;

/// The unit of an engine's time stamps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stamps {
    /// Milliseconds of ASL time per millisecond of stamps.
    factor: f64,
}

/// When a stamp was made, and what it says.
#[derive(Debug, Clone, Copy)]
struct Stamp {
    /// It was made after this moment,
    after: Instant,
    /// and before this one.
    before: Instant,
    /// What it says, in milliseconds.
    says: i64,
}

impl Stamp {
    /// How far the engine's clock went from this stamp to a later one for each millisecond that passed
    /// here; and at least how far, whenever between the calls and their answers the stamps were made.
    fn pace_to(self, later: Self) -> (f64, f64) {
        let stamped = (later.says - self.says) as f64;
        let passed = later.after.duration_since(self.after).as_secs_f64() * 1_000.0;
        let longest = later.before.duration_since(self.after).as_secs_f64() * 1_000.0;
        let is_coarse = [self, later].iter().all(|it| it.says % 1_000 == 0);
        let sure = stamped - if is_coarse { SECOND } else { 1.0 };
        (stamped / passed, sure / longest)
    }
}

impl Stamps {
    /// Stamps count ASL time.
    const ASL: Self = Self { factor: 1.0 };

    /// Decides the unit from the pace of stamps, if ASL time passes `scale` times as fast as real time:
    /// whichever of the two clocks is nearer.
    fn measured(pace: f64, scale: f64) -> Self {
        let above = pace > scale.sqrt();
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
    /// The unit of the engine's stamps, measured at first use. An error if they belong to a clock that
    /// is faster than the run was told; a slower one looks like an engine that is late.
    pub(super) async fn stamps(&self) -> Result<Stamps, Trouble> {
        if self.clock.is_virtual() {
            return Ok(Stamps::ASL);
        }
        let measured = self.stamps.get_or_try_init(|| self.measure()).await?;
        Ok(*measured)
    }

    /// Measures it by starting two executions some time apart.
    async fn measure(&self) -> Result<Stamps, Trouble> {
        let scale = self.profile.time_scale;
        let wire = Wire::default();
        // A name of its own each time: engines remember the executions of a measurement that failed.
        let number = self.machines.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}stamps-{number}", self.prefix);
        let machine = self.create_idle(&self.api, &wire, &name).await?;
        let first = self.stamp(&wire, &machine, "first").await?;
        tokio::time::sleep(SPAN).await;
        let second = self.stamp(&wire, &machine, "second").await?;
        // What cannot be deleted now is deleted by its name after the run.
        let _ = self.api.delete_machine(&wire, &machine).await;
        let (pace, at_least) = first.pace_to(second);
        if at_least > TOO_FAST * scale.max(1.0) {
            return Err(Trouble::Clock {
                named: scale.to_string(),
                measured: pace.round() as u64,
            });
        }
        Ok(Stamps::measured(pace, scale))
    }

    /// Starts an execution for the start date that the engine reports of it.
    async fn stamp(&self, wire: &Wire, machine: &str, name: &str) -> Result<Stamp, Trouble> {
        let after = Instant::now();
        let started = self.api.start(wire, machine, name, "{}").await;
        let before = Instant::now();
        let execution = started.map_err(CallError::into_trouble)?;
        let described = self.api.describe(wire, &execution).await;
        Ok(Stamp {
            after,
            before,
            says: described.map_err(CallError::into_trouble)?.start,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Stamp, Stamps};

    #[test]
    fn the_nearer_clock_is_taken() {
        for scale in [60.0, 2.0, 0.1] {
            for hurry in [0.8, 1.0, 1.2] {
                let wall = Stamps::measured(hurry, scale);
                assert_eq!(wall.between(7, 17), (10.0 * scale) as i64);
                let fast = Stamps::measured(scale * hurry, scale);
                assert_eq!(fast.between(7, 17), 10);
            }
        }
        assert_eq!(Stamps::measured(1.1, 1.0), Stamps::ASL);
    }

    #[test]
    fn a_pace_is_sure_whatever_the_calls_took() {
        let start = Instant::now();
        let stamp = |after, before, says| Stamp {
            after: start + Duration::from_millis(after),
            before: start + Duration::from_millis(before),
            says,
        };
        let pace = |first: Stamp, second| first.pace_to(second);
        let (about, sure) = pace(stamp(0, 1, 1_001), stamp(500, 501, 11_001));
        assert!(about > 19.9 && sure > 19.9, "{about} {sure}");
        // The second call may have been on its way for a second.
        let (about, sure) = pace(stamp(0, 1, 1_001), stamp(500, 1_500, 2_501));
        assert!(about > 2.9 && sure < 1.0, "{about} {sure}");
        // Of whole seconds one may have just begun.
        let (about, sure) = pace(stamp(0, 1, 1_000), stamp(500, 501, 2_000));
        assert!(about > 1.9 && sure <= 0.0, "{about} {sure}");
    }
}
