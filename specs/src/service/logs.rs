//! What executions log, as CloudWatch Logs holds it.

use serde_json::{Value, json};

use super::{Service, render, work::Run};
use crate::interpreter::Execution;

impl Service {
    /// All events of an execution in the form of a log, with their data: what the level `ALL` logs. Empty
    /// if there is no such execution any more.
    pub fn log(&self, arn: &str) -> Vec<Value> {
        let id = self.runs_by_arn.get(arn);
        let run = id.and_then(|id| self.runs.get(id));
        run.map(Run::log).unwrap_or_default()
    }
}

impl Run {
    fn log(&self) -> Vec<Value> {
        let events = self.execution.iter().flat_map(Execution::history);
        events
            .map(|event| {
                let details = render::details(event, self.begun(), true);
                // Numbers are strings in logs (recorded).
                json!({
                    "id": event.id.to_string(),
                    "type": event.kind.name(),
                    "details": details,
                    "previous_event_id": event.previous.to_string(),
                    "event_timestamp": event.at.0.to_string(),
                    "execution_arn": self.arn,
                    "redrive_count": self.redrives.count.to_string(),
                })
            })
            .collect()
    }
}
