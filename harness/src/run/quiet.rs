//! The quiet lane: a few cases that wait run at once beside a control machine, and their timing is
//! judged.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use serde_json::json;
use stepproof_specs::{base::time::Millis, scenario::case::Body};

use super::Context;
use crate::{
    engines::EngineProfile,
    job::{self, Lane, Prepared},
    shrink::trivial_case,
};

/// How many cases run at once in the quiet lane.
pub(super) const WIDTH: usize = 2;

/// The longest real time of a case in the quiet lane, in seconds.
const LONGEST_SECONDS: f64 = 30.0;

/// Whether the engine's clock stays exact however busy the engine is, so that timing is always
/// judged.
pub(super) fn is_exact(engine: &EngineProfile) -> bool {
    engine.policy.exact_clock
}

/// The lane of a case; `None` if it has to wait for the quiet lane. Depends only on the case, so
/// that a resumed run decides in the same way.
pub(super) fn lane(
    engine: &EngineProfile,
    index: u64,
    prepared: &Prepared,
    share: u64,
) -> Option<Lane> {
    if is_exact(engine) {
        return Some(Lane::Quiet);
    }
    let waits = prepared.asl_time() > 0;
    let seconds = prepared.total_asl_time() as f64 / 1_000.0 / engine.time_scale;
    let sampled = share > 0
        && engine.policy.timing.is_some()
        && scatter(index).is_multiple_of(share)
        && waits
        && seconds <= LONGEST_SECONDS;
    if sampled {
        None
    } else {
        Some(Lane::Throughput)
    }
}

/// Scatters indexes, so that the sample does not correlate with shards or with the generator.
fn scatter(index: u64) -> u64 {
    (index.wrapping_add(1))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}

/// The current overhead: how much longer than it should a machine takes that only waits.
#[derive(Debug, Clone, Default)]
pub struct Control(Arc<AtomicU64>);

impl Control {
    /// The overhead last measured, in milliseconds of ASL time.
    pub fn overhead(&self) -> Millis {
        self.0.load(Ordering::Relaxed)
    }

    /// Measures once, unless the engine's clock is exact. For commands that run one case.
    pub async fn measured(context: &Context) -> Self {
        let control = Self::default();
        if !is_exact(context.engine.profile()) {
            control.measure(context).await;
        }
        control
    }

    /// Measures once. If the engine is in trouble, the last measurement is kept.
    pub async fn measure(&self, context: &Context) {
        let Some(control) = control_case() else {
            return;
        };
        let expected = control.asl_time();
        if let Prepared::Execution(job) = control
            && let Ok(raw) = context.engine.run(&job).await
            && let Some(execution) = raw.executions.first()
        {
            let took = execution.duration.unwrap_or(execution.watched);
            let overhead = took.saturating_sub(expected);
            // The overhead decays slowly, so that one fast measurement does not make slow cases
            // diverge.
            let before = self.overhead();
            self.0
                .store(overhead.max(before - before / 4), Ordering::Relaxed);
        }
    }
}

/// A machine that waits for one second.
fn control_case() -> Option<Prepared> {
    let mut case = trivial_case();
    if let Body::Execution(execution) = &mut case.body {
        execution.definition = json!({
            "StartAt": "Control",
            "States": {"Control": {"Type": "Wait", "Seconds": 1, "End": true}},
        })
        .into();
    }
    job::prepare(&case, Lane::Quiet).ok()
}
