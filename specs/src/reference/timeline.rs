//! The service on one timeline: a call takes a second, whatever is due by then happens before it, and time
//! jumps to what happens next when somebody waits for it.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::EPOCH;
use crate::{
    base::time::{Instant, Millis},
    interpreter::TimerId,
    service::{Answer, CallError, Effect, ExecutionId, PollId, Service},
};

/// How long a call takes, in milliseconds.
const CALL: Millis = 1_000;
/// How long `GetActivityTask` waits for a task, in milliseconds (API reference).
const LONG_POLL: Millis = 60_000;
/// How many pages of a list are asked for at most.
const PAGES: usize = 1_000;

/// A service, and what is to happen in it.
#[derive(Debug)]
pub struct Timeline {
    service: Service,
    now: Instant,
    timers: BTreeMap<(Instant, u64), (ExecutionId, TimerId)>,
    places: HashMap<(ExecutionId, TimerId), (Instant, u64)>,
    number: u64,
    /// The executions that have ended, in order, until somebody asks.
    ended: Vec<ExecutionId>,
}

impl Timeline {
    /// The timeline of a service in which nothing has happened yet.
    pub fn of(service: Service) -> Self {
        Self {
            service,
            now: EPOCH,
            timers: BTreeMap::new(),
            places: HashMap::new(),
            number: 0,
            ended: Vec::new(),
        }
    }

    /// The service.
    pub fn service(&mut self) -> &mut Service {
        &mut self.service
    }

    /// Makes a call of an operation with these parameters. One that is answered later is waited for.
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

    /// Asks for the pages that follow an answer to a list operation, until one is the last.
    pub fn further_pages(
        &mut self,
        operation: &str,
        params: &Value,
        answer: &Value,
    ) -> Result<Vec<Value>, CallError> {
        let mut pages: Vec<Value> = Vec::new();
        while pages.len() < PAGES {
            let last = pages.last().unwrap_or(answer);
            let Some(token) = last.get("nextToken").cloned() else {
                break;
            };
            let mut params = params.clone();
            params["nextToken"] = token;
            pages.push(self.call(operation, &params)?);
        }
        Ok(pages)
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

    /// Lets time pass.
    pub fn pass(&mut self, span: Millis) {
        self.pass_to(self.now.plus(span));
    }

    /// The executions that have ended since this was asked last, in order.
    pub fn take_ended(&mut self) -> Vec<ExecutionId> {
        std::mem::take(&mut self.ended)
    }

    /// The answer to a call that waits. A poll without a task is answered with none.
    fn wait_for(&mut self, poll: PollId) -> Value {
        let patience = self.now.plus(LONG_POLL);
        let answer = loop {
            let mut answers = self.service.take_answers().into_iter();
            if let Some((_, answer)) = answers.find(|(id, _)| *id == poll) {
                break Some(answer);
            }
            let is_for_a_task = self.service.polled(poll).is_some();
            if let Some(answer) = self.hand_out(poll) {
                break Some(answer);
            }
            let next = self.timers.keys().next();
            let is_due = |(at, _): &(Instant, u64)| !is_for_a_task || *at <= patience;
            if !next.is_some_and(is_due) {
                break None;
            }
            self.advance();
        };
        if self.service.cancel_poll(poll) {
            self.pass_to(patience);
        }
        answer.unwrap_or_else(|| json!({}))
    }

    /// The task that has waited longest for the worker that polls, if there is one.
    fn hand_out(&mut self, poll: PollId) -> Option<Value> {
        let activity = self.service.polled(poll)?.to_owned();
        let task = self.service.queued(&activity).next()?;
        let (_, answer) = self.service.hand_out(&self.now, task)?;
        self.note();
        Some(answer)
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
                Effect::Ended { execution } => {
                    self.cancel_all(execution);
                    self.ended.push(execution);
                }
                Effect::Forgotten { execution } => self.cancel_all(execution),
                Effect::Started { .. } | Effect::Redriven { .. } | Effect::Queued { .. } => {}
            }
        }
    }

    fn cancel_all(&mut self, execution: ExecutionId) {
        let of = |(id, timer): &(ExecutionId, TimerId)| (*id == execution).then_some(*timer);
        let timers: Vec<TimerId> = self.places.keys().filter_map(of).collect();
        for timer in timers {
            self.cancel(execution, timer);
        }
    }

    fn cancel(&mut self, execution: ExecutionId, timer: TimerId) {
        if let Some(place) = self.places.remove(&(execution, timer)) {
            self.timers.remove(&place);
        }
    }
}

/// The items in a page of any list.
pub fn items(page: &Value) -> &[Value] {
    let mut fields = page.as_object().into_iter().flatten();
    let list = fields.find_map(|(_, value)| value.as_array());
    list.map(Vec::as_slice).unwrap_or_default()
}
