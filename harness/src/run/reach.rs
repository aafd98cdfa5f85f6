//! Probes an engine that does not answer before the run gives up.

use std::time::Duration;

use super::Context;
use crate::{
    report::{Event, Reporter},
    trouble::Trouble,
};

/// The delays before each further probe.
const DELAYS: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
];

/// Waits until the engine answers; returns the last trouble if it does not.
pub(super) async fn wait_until_reachable(
    context: &Context,
    reporter: &mut dyn Reporter,
) -> Result<String, Trouble> {
    let mut trouble = match context.engine.probe().await {
        Ok(version) => return Ok(version),
        Err(trouble) => trouble,
    };
    for (probe, delay) in (1..).zip(DELAYS) {
        reporter.event(&Event::Unreachable {
            trouble: trouble.to_string(),
            probe,
        });
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = context.stop.asked() => return Err(trouble),
        }
        match context.engine.probe().await {
            Ok(version) => return Ok(version),
            Err(again) => trouble = again,
        }
    }
    Err(trouble)
}
