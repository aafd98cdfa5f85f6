//! Redriving executions that did not succeed.

use serde_json::{Value, json};

use super::{
    CallError, Effect, Service, Time,
    params::Params,
    render::seconds,
    work::{Run, Step},
};
use crate::{
    base::time::{Instant, Millis},
    interpreter::{Execution, Input},
    observation::Status,
};

const DAY: Millis = 24 * 60 * 60 * 1_000;
/// For how long an execution can be redriven: 14 days (API reference, `RedriveExecution`).
const REDRIVABLE: Millis = 14 * DAY;
/// How long an execution may last, with its redrives: a year.
const LONGEST: Millis = 365 * DAY;
/// From so many events on, the history has no room for a redrive.
const FULL: usize = 24_999;

impl Service {
    /// Makes an execution go on where it failed. A call with a token that is known is answered as it was
    /// before.
    pub(super) fn redrive_execution(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let arn = params.text("executionArn")?;
        self.run(arn)?;
        let id = self.runs_by_arn[arn];
        let now = time.of(id).max(time.now());
        let token = params.maybe_text("clientToken");
        let has_room = self.has_room();
        let Some(run) = self.runs.get_mut(&id) else {
            return Err(CallError::no_execution(arn));
        };
        if let Some(earlier) = token.and_then(|token| run.redrives.known(token, now)) {
            return Ok(json!({ "redriveDate": seconds(earlier) }));
        }
        if let Some(reason) = run.not_redrivable(now) {
            // The code is that of the API reference; that its message is the reason is a guess.
            return Err(CallError::new("ExecutionNotRedrivable", reason).in_our_words());
        }
        if !has_room {
            return Err(CallError::too_many_executions());
        }
        run.redrives.add(token, now);
        run.ended = None;
        let kept = run.memory;
        if let Some(execution) = &run.execution {
            run.memory = execution.memory();
        }
        self.running_memory += run.memory;
        self.closed.take_back(id, kept);
        self.effects.push(Effect::Redriven { execution: id });
        self.do_next(id, now, Step::Take(Input::Redrive));
        Ok(json!({ "redriveDate": seconds(now) }))
    }
}

impl Run {
    /// Why the execution cannot be redriven (API reference, `DescribeExecution`); `None` if it can.
    /// The reason for a full history is worded as it was recorded in 2026-09, the others as they are
    /// documented.
    pub fn not_redrivable(&self, now: Instant) -> Option<String> {
        let status = self.status();
        let history = self.execution.as_ref().map(Execution::history);
        let since_end = self.ended.map_or(0, |ended| now.since(ended));
        let reason = if matches!(status, Status::Running | Status::Succeeded) {
            return Some(format!(
                "Execution is {} and cannot be redriven",
                status.name()
            ));
        } else if self.broken.is_some() {
            "Execution has met something that is not interpreted here"
        } else if history.is_some_and(|events| events.len() >= FULL) {
            "Execution has exceeded the maximum history event limit"
        } else if now.since(self.started) >= LONGEST {
            "Execution has exceeded the max execution time"
        } else if since_end > REDRIVABLE {
            "Execution redrivable period exceeded"
        } else {
            return None;
        };
        Some(reason.to_owned())
    }
}
