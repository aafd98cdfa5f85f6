//! The journal of the calls of a case: each as it was invoked and completed.

use std::time::Instant;

use serde_json::Value;
use stepproof_specs::base::time::Millis;

use crate::raw::{Completion, RawCall};

/// Calls in the order in which they were invoked.
#[derive(Debug)]
pub struct Journal {
    began: Instant,
    calls: Vec<RawCall>,
}

/// Which call of a case is made, and how often it was made before; `None` if it is the harness's own.
pub type Which = Option<(usize, u32)>;

impl Default for Journal {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            calls: Vec::new(),
        }
    }
}

impl Journal {
    /// Notes that a call is invoked; its completion is noted by [`Journal::complete`].
    pub(super) fn invoke(&mut self, which: Which, operation: &str, parameters: &Value) {
        let now = self.now();
        self.calls.push(RawCall {
            call: which.map(|(call, _)| call),
            repeated: which.map_or(0, |(_, repeated)| repeated),
            operation: operation.to_owned(),
            parameters: parameters.clone(),
            invoked: now,
            completed: now,
            outcome: Completion::Unknown("it was not completed".to_owned()),
        });
    }

    /// Notes how the last call was completed.
    pub(super) fn complete(&mut self, outcome: Completion) {
        let now = self.now();
        if let Some(last) = self.calls.last_mut() {
            last.completed = now;
            last.outcome = outcome;
        }
    }

    /// The calls so far.
    pub fn calls(&self) -> &[RawCall] {
        &self.calls
    }

    /// The calls.
    pub fn into_calls(self) -> Vec<RawCall> {
        self.calls
    }

    fn now(&self) -> Millis {
        Millis::try_from(self.began.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }
}
