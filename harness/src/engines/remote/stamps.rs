//! Converts an engine's time stamps to ASL time.
//!
//! If the time scale is not 1, some engines stamp events in scaled time (the embedded one), others
//! in real time. Which of the two is measured once, and with it whether the time scale is true.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::Instant;

use stepproof_specs::asl::WorkflowType;

use super::Remote;
use crate::{
    client::sdk::{CallError, Wire},
    trouble::Trouble,
};

/// The real time between the two stamps that are compared.
const SPAN: Duration = Duration::from_secs(1);

/// How coarse stamps are that are whole seconds.
const SECOND: f64 = 1_000.0;
/// How much earlier or later than its call or its answer a stamp may be made, in real milliseconds.
const SLACK: f64 = 50.0;
/// How far a pace may be from another one to be taken for it.
const NEAR: f64 = 1.1;
/// How many times longer than it should an engine may wait by its own stamps, and how many milliseconds
/// more, before its clock is taken for a slower one.
const SLOW: f64 = 1.5;
const LATE: f64 = 300.0;

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

/// How far an engine's clock goes for each millisecond that passes here.
#[derive(Debug, Clone, Copy)]
struct Pace {
    about: f64,
    least: f64,
    most: f64,
}

impl Pace {
    /// Whether it may be this one.
    fn may_be(self, pace: f64) -> bool {
        self.least / NEAR <= pace && pace <= self.most * NEAR
    }
}

impl Stamp {
    /// The pace from this stamp to a later one, whenever between the calls and their answers the stamps
    /// were made.
    fn pace_to(self, later: Self) -> Pace {
        let stamped = (later.says - self.says) as f64;
        let millis = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1_000.0;
        let is_coarse = [self, later].iter().all(|it| it.says % 1_000 == 0);
        let coarse = if is_coarse { SECOND } else { 1.0 };
        let shortest = (millis(self.before, later.after) - SLACK).max(1.0);
        Pace {
            about: stamped / millis(self.after, later.after),
            least: (stamped - coarse) / (millis(self.after, later.before) + SLACK),
            most: (stamped + coarse) / shortest,
        }
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

/// A machine that waits for a second.
const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}}"#;
/// How often it is looked whether it has ended, and the pause between two looks.
const LOOKS: u32 = 40;
const LOOK: Duration = Duration::from_millis(50);
/// A clock that is this many times slower stands: what it says is for the run to judge.
const TOO_SLOW: f64 = 20.0;

fn clock(named: f64, measured: f64) -> Trouble {
    let tenths = (measured * 10.0).round() / 10.0;
    Trouble::Clock {
        named: named.to_string(),
        measured: if measured < 3.0 {
            tenths
        } else {
            measured.round()
        }
        .to_string(),
    }
}

impl Remote {
    /// The unit of the engine's stamps, measured at first use. If the time scale is 1, there is but one.
    pub(super) async fn stamps(&self) -> Result<Stamps, Trouble> {
        let is_real = (self.profile.time_scale - 1.0).abs() < f64::EPSILON;
        if self.clock.is_virtual() || is_real {
            return Ok(Stamps::ASL);
        }
        let measured = self.stamps.get_or_try_init(|| self.measure()).await?;
        Ok(*measured)
    }

    /// Measures whether the engine's clock is the one that the run was told of.
    pub(super) async fn check_clock(&self) -> Result<(), Trouble> {
        if self.clock.is_virtual() {
            return Ok(());
        }
        let stamps = *self.stamps.get_or_try_init(|| self.measure()).await?;
        // Stamps of ASL time have shown their pace.
        if stamps == Stamps::ASL || self.profile.time_scale <= 1.0 {
            return Ok(());
        }
        self.check_waits().await
    }

    /// Measures it by starting two executions some time apart. An error if the stamps belong to neither
    /// the clock that the run was told of nor one on the wall.
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
        let pace = first.pace_to(second);
        let stands = pace.most < 1.0 / TOO_SLOW;
        if !stands && !pace.may_be(scale) && !pace.may_be(1.0) {
            return Err(clock(scale, pace.about));
        }
        Ok(Stamps::measured(pace.about, scale))
    }

    /// An error if the engine waits by its own stamps for as long as one whose clock is slower than the
    /// run was told.
    async fn check_waits(&self) -> Result<(), Trouble> {
        let scale = self.profile.time_scale;
        let wire = Wire::default();
        let number = self.machines.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}waits-{number}", self.prefix);
        let (role, workflow) = (&self.traits.role, WorkflowType::Standard);
        let created = self.api.create_machine(&wire, &name, WAIT, role, workflow);
        let machine = created.await.map_err(CallError::into_trouble)?;
        let waited = self.waited(&wire, &machine).await;
        let _ = self.api.delete_machine(&wire, &machine).await;
        match waited? {
            Some(waited) if waited > SLOW * SECOND / scale + LATE => {
                Err(clock(scale, SECOND / waited))
            }
            _ => Ok(()),
        }
    }

    /// For how long an execution of [`WAIT`] runs by the engine's stamps; `None` if it does not end.
    async fn waited(&self, wire: &Wire, machine: &str) -> Result<Option<f64>, Trouble> {
        let started = self.api.start(wire, machine, "waits", "{}").await;
        let execution = started.map_err(CallError::into_trouble)?;
        for _ in 0..LOOKS {
            let described = self.api.describe(wire, &execution).await;
            let described = described.map_err(CallError::into_trouble)?;
            if let Some(stop) = described.stop {
                return Ok(Some((stop - described.start) as f64));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(None)
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
        let pace = stamp(0, 1, 1_001).pace_to(stamp(1_000, 1_001, 21_001));
        assert!(pace.may_be(20.0) && !pace.may_be(30.0) && !pace.may_be(10.0));
        // The second call may have been on its way for two seconds.
        let pace = stamp(0, 1, 1_001).pace_to(stamp(1_000, 3_000, 4_001));
        assert!(pace.may_be(1.0) && pace.may_be(3.0) && !pace.may_be(5.0));
        // Of whole seconds one may have just begun.
        let pace = stamp(0, 1, 1_000).pace_to(stamp(1_000, 1_001, 3_000));
        assert!(pace.may_be(1.0) && pace.may_be(3.0));
    }
}
