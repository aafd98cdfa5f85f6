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

/// When a timer is due, and a number, because several can be due at once.
type Place = (Instant, u64);

/// A clock that starts at the computer's time and runs `scale` times as fast.
#[derive(Debug)]
pub(super) struct Wall {
    origin: std::time::Instant,
    base: Instant,
    scale: f64,
    timers: BTreeMap<Place, (ExecutionId, TimerId)>,
    places: BTreeMap<(ExecutionId, TimerId), Place>,
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
            places: BTreeMap::new(),
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
        let place = (at, self.number);
        self.timers.insert(place, (execution, timer));
        self.places.insert((execution, timer), place);
        self.earlier.notify_one();
    }

    fn cancel(&mut self, execution: ExecutionId, timer: TimerId) {
        if let Some(place) = self.places.remove(&(execution, timer)) {
            self.timers.remove(&place);
        }
    }

    /// Cancels all timers of an execution.
    fn cancel_all(&mut self, execution: ExecutionId) {
        let all = (execution, TimerId(0))..=(execution, TimerId(u64::MAX));
        let all: Vec<_> = self.places.range(all).map(|(key, _)| *key).collect();
        for (execution, timer) in all {
            self.cancel(execution, timer);
        }
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
            Some((_, due)) => {
                let (execution, timer) = *due;
                self.cancel(execution, timer);
                Ok((execution, timer))
            }
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
                    Effect::CancelTimer { execution, timer } => {
                        state.pace.cancel(execution, timer);
                    }
                    // An execution ends without cancelling its timers one by one.
                    Effect::Ended { execution } | Effect::Forgotten { execution } => {
                        state.pace.cancel_all(execution);
                    }
                    Effect::Queued { task, .. } => {
                        state.give(task);
                    }
                    Effect::Started { .. } | Effect::Redriven { .. } => {}
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
                state.answer_waiting();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};
    use stepproof_specs::{
        base::time::Instant,
        deviation::Deviations,
        interpreter::TimerId,
        service::{Config, ExecutionId},
    };

    use super::{
        super::core::{Calls as _, Core, Reply, WORKERS},
        LONGEST_PAUSE, Wall,
    };

    /// Makes a call, and then what executions do because of it.
    #[allow(clippy::needless_pass_by_value)] // callers write literals
    fn ask(core: &Arc<Core<Wall>>, operation: &str, body: Value) -> Value {
        let reply = core.clone().call(operation, &body);
        core.clone().work();
        match reply {
            Reply::Now(answer) => answer.unwrap(),
            Reply::Later(mut waiting) => waiting.answer.try_recv().unwrap(),
        }
    }

    fn timers(core: &Arc<Core<Wall>>) -> usize {
        let state = core.lock();
        assert_eq!(state.pace.timers.len(), state.pace.places.len());
        state.pace.timers.len()
    }

    #[test]
    fn timers_that_are_no_longer_needed_are_gone() {
        let core = Core::new(Config::default(), Deviations::default(), Wall::new(1.0));
        let activity = ask(&core, "CreateActivity", json!({"name": "a"}));
        let activity = &activity["activityArn"];
        let definition = json!({"TimeoutSeconds": 1_000_000, "StartAt": "T", "States": {
            "T": {"Type": "Task", "Resource": activity, "TimeoutSeconds": 500_000, "Next": "W"},
            "W": {"Type": "Wait", "Seconds": 500_000, "End": true},
        }});
        let machine = json!({"name": "m", "roleArn": "arn:aws:iam::123456789012:role/r", "definition": definition.to_string()});
        let machine = ask(&core, "CreateStateMachine", machine);
        let machine = json!({"stateMachineArn": machine["stateMachineArn"]});
        let started = ask(&core, "StartExecution", machine.clone());
        // The machine's and the task's.
        assert_eq!(timers(&core), 2);
        let task = ask(&core, "GetActivityTask", json!({"activityArn": activity}));
        assert_eq!(timers(&core), 2);
        let answer = json!({"taskToken": task["taskToken"], "output": "1"});
        ask(&core, "SendTaskSuccess", answer);
        // The machine's and the wait's.
        assert_eq!(timers(&core), 2);
        ask(&core, "StartExecution", machine.clone());
        assert_eq!(timers(&core), 4);
        let started = json!({"executionArn": started["executionArn"]});
        ask(&core, "StopExecution", started);
        assert_eq!(timers(&core), 2);
        ask(&core, "DeleteStateMachine", machine);
        assert_eq!(timers(&core), 0);
    }

    #[test]
    fn the_few_who_work_leave_nothing_undone() {
        let core = Core::new(Config::default(), Deviations::default(), Wall::new(1.0));
        let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
        let machine = json!({"name": "m", "roleArn": "arn:aws:iam::123456789012:role/r", "definition": definition.to_string()});
        let machine = ask(&core, "CreateStateMachine", machine);
        let machine = json!({"stateMachineArn": machine["stateMachineArn"]});
        std::thread::scope(|scope| {
            for _ in 0..4 * WORKERS {
                scope.spawn(|| {
                    for _ in 0..50 {
                        ask(&core, "StartExecution", machine.clone());
                    }
                });
            }
        });
        assert!(!core.lock().service.has_work());
        let body =
            json!({"stateMachineArn": machine["stateMachineArn"], "statusFilter": "RUNNING"});
        assert_eq!(ask(&core, "ListExecutions", body)["executions"], json!([]));
    }

    #[test]
    fn a_timer_is_due_once() {
        let mut wall = Wall::new(1.0);
        wall.set(ExecutionId(1), TimerId(0), Instant(0));
        wall.set(ExecutionId(0), TimerId(0), Instant(0));
        wall.set(ExecutionId(0), TimerId(1), Instant(0));
        wall.cancel(ExecutionId(0), TimerId(0));
        assert_eq!(wall.due(), Ok((ExecutionId(1), TimerId(0))));
        assert_eq!(wall.due(), Ok((ExecutionId(0), TimerId(1))));
        assert_eq!(wall.due(), Err(None));
        assert!(wall.places.is_empty());
    }

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
