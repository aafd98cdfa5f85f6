//! The service model as recordings see it: with their account, and asked for whole lists and logs.

use serde_json::Value;
use stepproof_specs::{
    deviation::Deviations,
    reference::timeline::{Timeline, items},
    service::{CallError, Config, Service},
};

/// The account of the recordings.
fn config() -> Config {
    Config {
        account: "111111111111".to_owned(),
        ..Config::default()
    }
}

/// The service on its timeline.
#[derive(Debug)]
pub(super) struct World(Timeline);

impl Default for World {
    fn default() -> Self {
        Self(Timeline::of(Service::new(config(), Deviations::default())))
    }
}

impl World {
    /// Makes a call. One that is answered later is waited for.
    pub fn call(&mut self, operation: &str, params: &Value) -> Result<Value, CallError> {
        self.0.call(operation, params)
    }

    /// Says that a log group does not exist.
    pub fn lose_log_group(&mut self, arn: &str) {
        self.0.service().lose_log_group(arn);
    }

    /// Lets the next thing happen; `false` if nothing will.
    pub fn advance(&mut self) -> bool {
        self.0.advance()
    }

    /// All items of a list, of which an answer holds the first ones.
    pub fn whole_list(&mut self, operation: &str, params: &Value, answer: &Value) -> Vec<Value> {
        let further = self.0.further_pages(operation, params, answer);
        let further = further.unwrap_or_default();
        let pages = std::iter::once(answer).chain(&further);
        pages.flat_map(items).cloned().collect()
    }

    /// The last event that an execution has logged, which an answer started.
    pub fn last_log_event(&mut self, started: &Value) -> Value {
        while self.advance() {}
        let arn = started["executionArn"].as_str().unwrap_or_default();
        self.0.service().log(arn).pop().unwrap_or_default()
    }
}
