//! The workers of one execution, which take its tasks and play its plan.

use std::{collections::HashMap, sync::Arc};

use serde::de::IgnoredAny;
use serde_json::Value;
use stepproof_specs::{
    base::time::Millis,
    reference::{Expectation, assignment::Assignment},
    scenario::{
        case::Start,
        plan::Act,
        play::{Answer, Step},
    },
};
use tokio::{sync::watch, task::JoinSet};

use super::{
    sites::TaskSite,
    slot::{Arrival, News, Slot, Unpolled, parse_input},
};
use crate::{
    client::{
        clock::{Absence, Absences, Clock, Pace, Turn},
        sdk::{Api, CallError, Report, Task, Wire},
    },
    raw::{RawAttempt, RawReply},
    trouble::Trouble,
};

/// The most tasks that an execution may hand out: each of them takes several events, of which the
/// service allows 25,000.
const MOST_ATTEMPTS: usize = 10_000;

/// What stands for the refusal of an answer to a task that has told no token.
const NO_TOKEN: &str = "NoToken";

/// The workers of one execution.
#[derive(Debug)]
pub struct WorkerPool<'s> {
    api: Api,
    slot: &'s mut Slot,
    sites: &'s [TaskSite],
    assignment: Assignment,
    pace: &'s Pace,
    attempts: Vec<RawAttempt>,
    /// The site of each attempt.
    site_of: Vec<usize>,
    plays: JoinSet<Played>,
    shutdown: watch::Sender<bool>,
}

/// The result of a background task.
enum Played {
    /// An attempt was played, with the reply if there was one.
    Answered(usize, Result<Option<RawReply>, Trouble>),
    /// A site may be polled again.
    Poll(usize),
}

/// What the workers of one execution saw.
#[derive(Debug)]
pub struct Seen {
    /// The attempts, in order of arrival.
    pub attempts: Vec<RawAttempt>,
    /// How many arrived at each site.
    pub arrived: HashMap<usize, usize>,
}

impl<'s> WorkerPool<'s> {
    /// Workers for an execution that is about to be started.
    pub fn new(
        api: Api,
        slot: &'s mut Slot,
        sites: &'s [TaskSite],
        assignment: Assignment,
        pace: &'s Pace,
    ) -> Self {
        Self {
            api,
            slot,
            sites,
            assignment,
            pace,
            attempts: Vec::new(),
            site_of: Vec::new(),
            plays: JoinSet::new(),
            shutdown: watch::Sender::new(false),
        }
    }

    /// Plays the plan while `execution` runs; returns its result and what the workers saw.
    pub async fn run<T>(
        mut self,
        execution: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<(T, Seen), Trouble> {
        for site in 0..self.sites.len() {
            self.poll(site);
        }
        let mut execution = std::pin::pin!(execution);
        let outcome = loop {
            tokio::select! {
                biased;
                Some(played) = self.plays.join_next() => self.note(played)?,
                (site, arrival) = self.slot.arrival() => self.arrived(site, arrival)?,
                outcome = &mut execution => break outcome?,
            }
        };
        self.slot.stop_polling();
        let seen = self.end().await?;
        Ok((outcome, seen))
    }

    /// Records tasks that have already arrived without playing them, and waits for replies being
    /// sent.
    async fn end(mut self) -> Result<Seen, Trouble> {
        self.shutdown.send_replace(true);
        while let Some((site, arrival)) = self.slot.arrived() {
            self.arrived(site, arrival)?;
        }
        while let Some(played) = self.plays.join_next().await {
            self.note(played)?;
        }
        let mut arrived = HashMap::new();
        for site in self.site_of {
            *arrived.entry(site).or_default() += 1;
        }
        Ok(Seen {
            attempts: self.attempts,
            arrived,
        })
    }

    fn note(&mut self, played: Result<Played, tokio::task::JoinError>) -> Result<(), Trouble> {
        match played.map_err(|error| Trouble::Internal(format!("play a task: {error}")))? {
            Played::Answered(attempt, reply) => self.attempts[attempt].reply = reply?,
            Played::Poll(site) if !*self.shutdown.borrow() => self.slot.poll(site),
            Played::Poll(_) => {}
        }
        Ok(())
    }

    /// Polls a site as soon as the plan allows it.
    fn poll(&mut self, site: usize) {
        if self.pace.is_virtual() {
            return self.slot.poll(site);
        }
        let Some(from) = self.assignment.next_poll(&self.sites[site].site) else {
            return;
        };
        match from.saturating_sub(self.pace.elapsed()) {
            0 => self.slot.poll(site),
            wait => self.poll_later(site, wait),
        }
    }

    fn poll_later(&mut self, site: usize, wait: Millis) {
        let wakes = self.pace.turn(None).later(&[wait]);
        let mut shutdown = self.shutdown.subscribe();
        self.plays.spawn(async move {
            for wake in wakes {
                let stopped = async { drop(shutdown.wait_for(|over| *over).await) };
                tokio::select! {
                    _ = wake.due() => {}
                    () = stopped => {}
                }
            }
            Played::Poll(site)
        });
    }

    fn arrived(&mut self, site: usize, arrival: Arrival) -> Result<(), Trouble> {
        let (task, adopted) = match arrival.news {
            News::Task(task, adopted) => (task, adopted),
            News::Trouble(trouble) => return Err(trouble),
        };
        let input = Arc::new(parse_input(&task.input));
        if self.attempts.len() >= MOST_ATTEMPTS {
            let reason = format!("one execution has more than {MOST_ATTEMPTS} tasks");
            return Err(Trouble::Protocol {
                operation: "GetActivityTask".to_owned(),
                reason,
            });
        }
        let turn = self.pace.turn(adopted);
        let TaskSite {
            site: place,
            in_map,
            ..
        } = &self.sites[site];
        let (key, act) = self.assignment.arrived(place, *in_map, &input);
        let number = self.attempts.len();
        self.attempts.push(RawAttempt {
            site: place.to_string(),
            key,
            input: task.input.clone(),
            taken: turn.elapsed(),
            reply: None,
        });
        self.site_of.push(site);
        if *self.shutdown.borrow() {
            return Ok(());
        }
        self.poll(site);
        let worker = Worker {
            api: self.api.clone(),
            wire: self.slot.wire().clone(),
            task,
            shutdown: self.shutdown.subscribe(),
        };
        let reports = reports(&act, &worker.task.input);
        self.plays.spawn(async move {
            let reply = worker.play(turn, reports, act.lose_answer).await;
            Played::Answered(number, reply)
        });
        Ok(())
    }
}

/// The reports of a worker, each with the time since the task was taken.
fn reports(act: &Act, input: &str) -> Vec<(Millis, Report)> {
    let reports = act.steps().filter_map(|(after, step)| {
        let report = match step {
            Step::Heartbeat => Report::Heartbeat,
            Step::Answer(Answer::Success(output)) => {
                Report::Success(output.map_or_else(|| echo(input), ToString::to_string))
            }
            Step::Answer(Answer::Failure(named)) => Report::Failure {
                error: named.error.map(str::to_owned),
                cause: named.cause.map(str::to_owned),
            },
            Step::Silence => return None,
        };
        Some((after, report))
    });
    reports.collect()
}

/// Returns a task's input as its output. Input that is not JSON is sent back as a JSON string: the
/// wrong input is already one divergence, and a refused answer would hide others behind it.
fn echo(input: &str) -> String {
    match serde_json::from_str::<IgnoredAny>(input) {
        Ok(_) => input.to_owned(),
        Err(_) => Value::from(input).to_string(),
    }
}

/// A worker with a task.
struct Worker {
    api: Api,
    wire: Arc<Wire>,
    task: Task,
    shutdown: watch::Receiver<bool>,
}

impl Worker {
    /// Sends the reports when they are due; returns the engine's answer to the final reply, if
    /// there is one.
    async fn play(
        mut self,
        turn: Turn,
        reports: Vec<(Millis, Report)>,
        lose_answer: bool,
    ) -> Result<Option<RawReply>, Trouble> {
        let spans: Vec<Millis> = reports.iter().map(|(span, _)| *span).collect();
        let wakes = turn.later(&spans);
        let mut answer = None;
        for (wake, (_, report)) in wakes.into_iter().zip(reports) {
            let planned = wake.planned();
            let stopped = async { drop(self.shutdown.wait_for(|over| *over).await) };
            let turn = tokio::select! {
                biased;
                turn = wake.due() => turn,
                () = stopped => None,
            };
            let Some(turn) = turn else {
                return Ok(None);
            };
            let at = turn.elapsed();
            let refused = self.send(&report).await?;
            if let Some(planned) = planned {
                self.wire.reported(planned.elapsed());
            }
            if report != Report::Heartbeat {
                if lose_answer {
                    let again = self.send(&report).await?;
                    let outcome = again.as_deref().unwrap_or("accepted");
                    self.wire
                        .note(report.operation(), 1, format!("sent again: {outcome}"));
                }
                answer = Some(RawReply { at, refused });
            }
        }
        Ok(answer)
    }

    /// Sends one report; returns the error code if the engine refuses it.
    async fn send(&self, report: &Report) -> Result<Option<String>, Trouble> {
        if self.task.token.is_empty() {
            return Ok(Some(NO_TOKEN.to_owned()));
        }
        match self.api.report(&self.wire, &self.task.token, report).await {
            Ok(()) => Ok(None),
            Err(CallError::Refused(refusal)) => Ok(Some(refusal.code)),
            Err(error) => Err(error.into_trouble()),
        }
    }
}

/// When the workers of a start do not ask for tasks, by activity.
pub fn absences(assignment: &Assignment, sites: &[TaskSite], slot: &Slot) -> Absences {
    let mut absences = Absences::new();
    for (number, task) in sites.iter().enumerate() {
        let absence = Absence {
            away: assignment.away(&task.site),
            ignored: assignment.ignored(&task.site),
        };
        if absence.away > 0 || !absence.ignored.is_empty() {
            absences.insert(slot.arn(number).to_owned(), absence);
        }
    }
    absences
}

/// The sites whose tasks may be ignored or have to wait: no poll may be waiting there in advance.
pub fn unpolled(
    clock: &Clock,
    sites: &[TaskSite],
    starts: &[Start],
    expectations: &[Expectation],
) -> Vec<Unpolled> {
    if matches!(clock, Clock::Virtual(_)) {
        return Vec::new();
    }
    let may_ignore = |task: &TaskSite| {
        starts.iter().zip(expectations).any(|(start, expectation)| {
            let mut here = expectation
                .attempts
                .iter()
                .filter(|attempt| attempt.key.site == task.site);
            here.any(|attempt| !start.plan.act(&attempt.key).is_taken())
        })
    };
    let is_away = |task: &TaskSite| starts.iter().any(|it| it.plan.away(&task.site) > 0);
    let numbered = sites.iter().enumerate();
    numbered
        .map(|(site, task)| (site, may_ignore(task), is_away(task)))
        .filter(|(_, ignored, away)| *ignored || *away)
        .map(|(site, alone, _)| Unpolled { site, alone })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::echo;

    #[test]
    fn what_is_no_json_is_sent_back_as_a_text() {
        assert_eq!(echo(r#"{ "a": 1 }"#), r#"{ "a": 1 }"#);
        assert_eq!(echo("null"), "null");
        assert_eq!(echo("it's \"so\""), r#""it's \"so\"""#);
        assert_eq!(echo(""), r#""""#);
    }
}
