//! Wall-clock time, possibly scaled, for clients that know nothing about virtual time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use stepproof_specs::{
    base::time::Instant,
    interpreter::TimerId,
    service::{Effect, ExecutionId, TaskRef, Time},
};
use tokio::sync::Notify;

use super::core::{Calls as _, Core, Pace, State};

/// After how long the timers are looked at again, however far away the next one is.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);

/// A clock that starts at the computer's time and runs `scale` times as fast.
#[derive(Debug)]
pub(super) struct Wall {
    origin: std::time::Instant,
    base: Instant,
    scale: f64,
    timers: BTreeMap<(Instant, u64), (ExecutionId, TimerId)>,
    number: u64,
    earlier: Arc<Notify>,
}

impl Wall {
    pub fn new(scale: f64) -> Self {
        let epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            origin: std::time::Instant::now(),
            base: Instant(i64::try_from(epoch.as_millis()).unwrap_or(i64::MAX)),
            scale,
            timers: BTreeMap::new(),
            number: 0,
            earlier: Arc::default(),
        }
    }

    /// Notified when a timer is set.
    pub fn earlier(&self) -> Arc<Notify> {
        self.earlier.clone()
    }

    fn set(&mut self, execution: ExecutionId, timer: TimerId, at: Instant) {
        self.number += 1;
        self.timers.insert((at, self.number), (execution, timer));
        self.earlier.notify_one();
    }

    /// A timer that is due, or how long it is until the next one.
    fn due(&mut self) -> Result<(ExecutionId, TimerId), Option<Duration>> {
        let now = self.now();
        match self.timers.first_key_value() {
            None => Err(None),
            Some(((at, _), _)) if *at > now => {
                let millis = at.since(now) as f64 / self.scale;
                // One millisecond longer, because the clock counts whole milliseconds.
                let pause = Duration::try_from_secs_f64((millis + 1.0) / 1_000.0);
                Err(Some(pause.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)))
            }
            Some(_) => self.timers.pop_first().map(|(_, timer)| timer).ok_or(None),
        }
    }
}

impl Time for Wall {
    fn now(&self) -> Instant {
        let elapsed = self.origin.elapsed().as_secs_f64() * 1_000.0 * self.scale;
        self.base.plus(elapsed as u64)
    }

    fn of(&self, _: ExecutionId) -> Instant {
        self.now()
    }
}

impl Pace for Wall {
    const WORKS_ELSEWHERE: bool = true;

    fn carry_out(_: &Arc<Core<Self>>, state: &mut State<Self>) {
        loop {
            let effects = state.service.take_effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::SetTimer {
                        execution,
                        timer,
                        at,
                    } => state.pace.set(execution, timer, at),
                    Effect::Queued { task, .. } => {
                        state.give(task);
                    }
                    _ => {}
                }
            }
        }
    }

    fn offer(_: &Arc<Core<Self>>, state: &mut State<Self>, task: TaskRef) {
        state.give(task);
    }
}

/// Fires timers when they are due, as long as the service lives.
pub(super) async fn run(core: Weak<Core<Wall>>, earlier: Arc<Notify>) {
    loop {
        let pause = {
            let Some(core) = core.upgrade() else {
                return;
            };
            let pause = fire_due(&core);
            tokio::task::spawn_blocking(move || core.work());
            pause
        };
        match pause {
            None => earlier.notified().await,
            Some(pause) => {
                // Whether the pause is over or a timer was set, the timers are checked again.
                let _ = tokio::time::timeout(pause, earlier.notified()).await;
            }
        }
    }
}

/// Fires the timers that are due; returns how long it is until the next one.
fn fire_due(core: &Arc<Core<Wall>>) -> Option<Duration> {
    let mut guard = core.lock();
    let state = &mut *guard;
    loop {
        match state.pace.due() {
            Err(pause) => return pause,
            Ok((execution, timer)) => {
                state.service.fire(&state.pace, execution, timer);
                Wall::carry_out(core, state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use stepproof_specs::{base::time::Instant, interpreter::TimerId, service::ExecutionId};

    use super::{LONGEST_PAUSE, Wall};

    #[test]
    fn no_scale_makes_a_pause_that_cannot_be_told() {
        for scale in [1e-300, 1e-12, 1.0, 1e300] {
            let mut wall = Wall::new(scale);
            wall.set(ExecutionId(0), TimerId(0), Instant(i64::MAX));
            match wall.due() {
                Ok(_) => assert!(scale > 1.0),
                Err(pause) => assert!(pause.unwrap() <= LONGEST_PAUSE),
            }
        }
    }
}
