//! The service model with a clock of its own: a call takes a second, and time jumps to whatever
//! happens next when it is waited for.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use stepproof_specs::{
    base::time::{Instant, Millis},
    deviation::Deviations,
    interpreter::TimerId,
    reference::EPOCH,
    service::{Answer, CallError, Config, Effect, ExecutionId, PollId, Service},
};

/// How long a call takes, in milliseconds.
const CALL: Millis = 1_000;
/// How many pages of a list are asked for at most.
const PAGES: usize = 1_000;

/// The account of the recordings.
fn config() -> Config {
    Config {
        account: "111111111111".to_owned(),
        ..Config::default()
    }
}

/// The service and what is to happen.
#[derive(Debug)]
pub(super) struct World {
    service: Service,
    now: Instant,
    timers: BTreeMap<(Instant, u64), (ExecutionId, TimerId)>,
    places: HashMap<(ExecutionId, TimerId), (Instant, u64)>,
    number: u64,
}

impl Default for World {
    fn default() -> Self {
        Self {
            service: Service::new(config(), Deviations::default()),
            now: EPOCH,
            timers: BTreeMap::new(),
            places: HashMap::new(),
            number: 0,
        }
    }
}

impl World {
    /// Makes a call. One that is answered later is waited for.
    pub fn call(&mut self, operation: &str, params: &Value) -> Result<Value, CallError> {
        self.pass_to(self.now.plus(CALL));
        let answer = self.service.call(&self.now, operation, params)?;
        self.note();
        match answer {
            Answer::Now(answer) => Ok(answer),
            Answer::Later(poll) => Ok(self.wait_for(poll)),
            Answer::Busy => Ok(Value::Null),
        }
    }

    /// Says that a log group does not exist.
    pub fn lose_log_group(&mut self, arn: &str) {
        self.service.lose_log_group(arn);
    }

    /// Lets the next thing happen; `false` if nothing will.
    pub fn advance(&mut self) -> bool {
        let Some((&place, &(execution, timer))) = self.timers.first_key_value() else {
            return false;
        };
        self.timers.remove(&place);
        self.places.remove(&(execution, timer));
        self.now = self.now.max(place.0);
        self.service.fire(&self.now, execution, timer);
        self.note();
        true
    }

    /// All items of a list, of which an answer holds the first ones.
    pub fn whole_list(&mut self, operation: &str, params: &Value, answer: &Value) -> Vec<Value> {
        let mut items = items(answer);
        let mut token = answer["nextToken"].as_str().map(str::to_owned);
        for _ in 0..PAGES {
            let Some(next) = token.take() else { break };
            let mut params = params.clone();
            params["nextToken"] = next.into();
            let Ok(page) = self.call(operation, &params) else {
                break;
            };
            items.extend(self::items(&page));
            token = page["nextToken"].as_str().map(str::to_owned);
        }
        items
    }

    /// The last event that an execution has logged, which an answer started.
    pub fn last_log_event(&mut self, started: &Value) -> Value {
        while self.advance() {}
        let arn = started["executionArn"].as_str().unwrap_or_default();
        self.service.log(arn).pop().unwrap_or_default()
    }

    /// The answer to a call that waits. A poll without a task is answered with none.
    fn wait_for(&mut self, poll: PollId) -> Value {
        let mut answers = self.service.take_answers();
        while answers.is_empty() && self.advance() {
            answers = self.service.take_answers();
        }
        let answer = answers.into_iter().find(|(id, _)| *id == poll);
        self.service.cancel_poll(poll);
        answer.map_or_else(|| json!({}), |(_, answer)| answer)
    }

    /// Lets everything happen that is due until then.
    fn pass_to(&mut self, then: Instant) {
        while self.timers.keys().next().is_some_and(|(at, _)| *at <= then) {
            self.advance();
        }
        self.now = self.now.max(then);
    }

    fn note(&mut self) {
        for effect in self.service.take_effects() {
            match effect {
                Effect::SetTimer {
                    execution,
                    timer,
                    at,
                } => {
                    self.number += 1;
                    self.timers.insert((at, self.number), (execution, timer));
                    self.places.insert((execution, timer), (at, self.number));
                }
                Effect::CancelTimer { execution, timer } => self.cancel(execution, timer),
                Effect::Ended { execution } | Effect::Forgotten { execution } => {
                    let timers: Vec<TimerId> = self.timers_of(execution).collect();
                    for timer in timers {
                        self.cancel(execution, timer);
                    }
                }
                Effect::Started { .. } | Effect::Redriven { .. } | Effect::Queued { .. } => {}
            }
        }
    }

    fn timers_of(&self, execution: ExecutionId) -> impl Iterator<Item = TimerId> {
        let of = move |(id, timer): &(ExecutionId, TimerId)| (*id == execution).then_some(*timer);
        self.places.keys().filter_map(of)
    }

    fn cancel(&mut self, execution: ExecutionId, timer: TimerId) {
        if let Some(place) = self.places.remove(&(execution, timer)) {
            self.timers.remove(&place);
        }
    }
}

/// The items in a page of any list.
fn items(page: &Value) -> Vec<Value> {
    let mut fields = page.as_object().into_iter().flatten();
    let list = fields.find_map(|(_, value)| value.as_array());
    list.cloned().unwrap_or_default()
}
