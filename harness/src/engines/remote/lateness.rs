//! How late the harness was in an execution: every step of it takes time, and where time limits
//! run, that time is not the engine's doing.

use std::{collections::HashMap, time::Duration};

use stepproof_specs::base::time::Millis;

use super::{Remote, Slot};
use crate::{
    client::clock::{Absence, Absences},
    raw::{RawAttempt, RawEvent},
    workers::sites::TaskSite,
};

/// The tasks of one activity, as the engine's history tells of them.
#[derive(Debug, Default)]
struct Queue {
    /// When each task was scheduled.
    scheduled: Vec<Millis>,
    /// Which of them were handed over, in the order in which they were.
    started: Vec<usize>,
    /// When each of them was over at the latest: when it expired, or with the history.
    over: Vec<Millis>,
}

/// How many times as long as the slowest call of an execution a task may take to reach a worker that
/// waits for it. A poll that is asked again, and the answer with the task, are two calls; the rest
/// allows for ways that are slower than any that was measured.
const CALLS_PER_TASK: u32 = 4;
/// How long it may take besides.
const UNMEASURED: Duration = Duration::from_secs(1);

impl Remote {
    /// The most by which a single step may have been late: the latest report, and the slowest way of
    /// a task from its scheduling to its worker. Without a history, or where workers come at a certain
    /// time after the start, calls tell how slow the way is.
    pub(super) fn lateness(
        &self,
        (report, call): (Duration, Duration),
        history: Option<&[RawEvent]>,
        (slot, sites): (&Slot, &[TaskSite]),
        attempts: &[RawAttempt],
        absences: &Absences,
    ) -> Millis {
        if self.clock.is_virtual() {
            return 0;
        }
        let by_calls = history.is_none() || absences.values().any(|absence| absence.away > 0);
        let slowest = if by_calls { report.max(call) } else { report };
        let mut queues = queues(history.unwrap_or_default());
        let mut latest = self.clock.asl(slowest);
        let polls = self.traits.polling.period * 2;
        let patience = self.clock.asl(call * CALLS_PER_TASK + polls + UNMEASURED);
        for (number, task) in sites.iter().enumerate() {
            let arn = slot.arn(number);
            let Some(queue) = queues.remove(arn) else {
                continue;
            };
            let here = attempts.iter().filter(|it| *it.site == *task.site);
            let taken: Vec<Millis> = here.map(|attempt| attempt.taken).collect();
            latest = latest.max(queue.lateness(&taken, absences.get(arn), patience));
        }
        latest
    }
}

/// The queue of each activity.
fn queues(events: &[RawEvent]) -> HashMap<&str, Queue> {
    let mut queues: HashMap<&str, Queue> = HashMap::new();
    // The activity and the number of each task, by the id of the event that scheduled it.
    let mut tasks: HashMap<i64, (&str, usize)> = HashMap::new();
    let began = events.first().map_or(0, |event| event.at);
    let since = |event: &RawEvent| Millis::try_from(event.at - began).unwrap_or_default();
    let end = events.last().map_or(0, since);
    for event in events {
        let at = since(event);
        let task = tasks.get(&event.previous).copied();
        match (event.kind.as_str(), task) {
            ("ActivityScheduled", _) => {
                if let Some(arn) = event.details.get("resource").and_then(|it| it.as_str()) {
                    let queue = queues.entry(arn).or_default();
                    tasks.insert(event.id, (arn, queue.scheduled.len()));
                    queue.scheduled.push(at);
                    queue.over.push(end);
                }
            }
            ("ActivityStarted", Some((arn, number))) => {
                queues.entry(arn).or_default().started.push(number);
            }
            ("ActivityTimedOut", Some((arn, number))) => {
                queues.entry(arn).or_default().over[number] = at;
            }
            _ => {}
        }
    }
    queues
}

impl Queue {
    /// How late the workers were, given when they took tasks. What nobody was to take is not late.
    ///
    /// A worker waits for every task, and no poll has failed. A task that reaches none for longer than
    /// `patience` is one that the engine does not deliver.
    fn lateness(&self, taken: &[Millis], absence: Option<&Absence>, patience: Millis) -> Millis {
        let due = |number: usize| {
            let away = absence.map_or(0, |absence| absence.away);
            self.scheduled[number].max(away)
        };
        let ignored = |number: usize| absence.is_some_and(|it| it.ignored.contains(&number));
        // Where a history does not tell which task was handed over, tasks were in turn.
        let all: Vec<usize> = (0..self.scheduled.len()).collect();
        let started = if self.started.len() < taken.len() {
            &all
        } else {
            &self.started
        };
        let reached = &started[..taken.len().min(started.len())];
        let handed = reached.iter().zip(taken);
        let handed = handed.map(|(number, taken)| taken.saturating_sub(due(*number)));
        // No worker has had the others.
        let waiting = (0..self.scheduled.len()).filter(|it| !reached.contains(it) && !ignored(*it));
        let waiting = waiting.map(|number| self.over[number].saturating_sub(due(number)));
        let waiting = waiting.map(|waited| waited.min(patience));
        handed.chain(waiting).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Queue, queues};
    use crate::{client::clock::Absence, raw::RawEvent};

    /// Longer than anything here takes.
    const LONG: u64 = 10_000;

    fn event(id: i64, previous: i64, kind: &str, at: i64) -> RawEvent {
        RawEvent {
            id,
            previous,
            kind: kind.to_owned(),
            at: 1_000_000 + at,
            details: json!({ "resource": "arn" }),
        }
    }

    /// Three tasks of one activity: taken, expired in the queue, taken.
    fn queue() -> Queue {
        let events = [
            event(1, 0, "ExecutionStarted", 0),
            event(2, 1, "ActivityScheduled", 10),
            event(3, 2, "ActivityStarted", 15),
            event(4, 1, "ActivityScheduled", 20),
            event(5, 4, "ActivityTimedOut", 1_020),
            event(6, 5, "ActivityScheduled", 1_030),
            event(7, 6, "ActivityStarted", 1_100),
        ];
        queues(&events).remove("arn").expect("its queue")
    }

    #[test]
    fn a_worker_is_late_by_what_passed_since_its_task_was_scheduled() {
        assert_eq!(queue().lateness(&[25, 1_330], None, LONG), 1_000);
        assert_eq!(queue().lateness(&[2_000, 1_330], None, LONG), 1_990);
    }

    #[test]
    fn a_task_that_no_worker_has_had_was_late_until_the_end() {
        assert_eq!(queue().lateness(&[25], None, LONG), 1_000);
        let events = [
            event(1, 0, "ExecutionStarted", 0),
            event(2, 1, "ActivityScheduled", 10),
            event(3, 2, "ActivityStarted", 15),
            event(4, 0, "ExecutionTimedOut", 3_010),
        ];
        let queue = queues(&events).remove("arn").expect("its queue");
        assert_eq!(queue.lateness(&[], None, LONG), 3_000);
        assert_eq!(queue.lateness(&[25], None, LONG), 15);
    }

    #[test]
    fn a_task_that_the_engine_does_not_deliver_is_not_late_for_ever() {
        assert_eq!(queue().lateness(&[25], None, 400), 400);
        // One that came in the end was measured.
        assert_eq!(queue().lateness(&[25, 2_330], None, 400), 1_300);
    }

    #[test]
    fn a_task_that_nobody_was_to_take_is_not_late() {
        let absence = Absence {
            away: 0,
            ignored: [1].into(),
        };
        assert_eq!(queue().lateness(&[25, 1_330], Some(&absence), LONG), 300);
    }

    #[test]
    fn nobody_is_late_who_was_to_be_away() {
        let absence = Absence {
            away: 1_300,
            ignored: [1].into(),
        };
        assert_eq!(queue().lateness(&[1_310, 1_330], Some(&absence), LONG), 30);
    }
}
