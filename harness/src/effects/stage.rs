//! The workers of one execution: they take its tasks and play its plan.

use std::{collections::HashMap, sync::Arc};

use stepproof_specs::{
    case::Start,
    plan::{Act, Reply},
    simulate::Expectation,
    time::Millis,
};
use tokio::{sync::watch, task::JoinSet};

use super::{
    roster::{Attendance, Roster},
    sites::TaskSite,
    slot::{Arrival, News, Slot, parse_input},
};
use crate::{
    engine::{
        Trouble,
        clock::{Clock, Ignored, Pace, Turn},
        sdk::{Api, CallError, Report, Task, Wire},
    },
    raw::{RawAttempt, RawReply},
};

/// The workers of one execution.
#[derive(Debug)]
pub struct Stage<'s> {
    api: Api,
    slot: &'s mut Slot,
    sites: &'s [TaskSite],
    roster: Roster,
    pace: &'s Pace,
    attempts: Vec<RawAttempt>,
    /// The site of each attempt.
    places: Vec<usize>,
    plays: JoinSet<Played>,
    curtain: watch::Sender<bool>,
}

/// What became of something that took time.
enum Played {
    /// An attempt was answered, or not.
    Answered(usize, Result<Option<RawReply>, Trouble>),
    /// A site may be attended again.
    Attend(usize),
}

/// What the workers of one execution saw.
#[derive(Debug)]
pub struct Seen {
    /// The attempts, in order of arrival.
    pub attempts: Vec<RawAttempt>,
    /// How many arrived at each site.
    pub arrived: HashMap<usize, usize>,
}

impl<'s> Stage<'s> {
    /// Workers for an execution that is about to be started.
    pub fn new(
        api: Api,
        slot: &'s mut Slot,
        sites: &'s [TaskSite],
        roster: Roster,
        pace: &'s Pace,
    ) -> Self {
        Self {
            api,
            slot,
            sites,
            roster,
            pace,
            attempts: Vec::new(),
            places: Vec::new(),
            plays: JoinSet::new(),
            curtain: watch::Sender::new(false),
        }
    }

    /// Plays until `show` is over, which says what came of it.
    pub async fn play<T>(
        mut self,
        show: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<(T, Seen), Trouble> {
        for site in 0..self.sites.len() {
            self.attend(site);
        }
        let mut show = std::pin::pin!(show);
        let outcome = loop {
            tokio::select! {
                biased;
                Some(played) = self.plays.join_next() => self.take_note(played)?,
                (site, arrival) = self.slot.arrival() => self.arrived(site, arrival)?,
                outcome = &mut show => break outcome?,
            }
        };
        self.slot.rest();
        let seen = self.end().await?;
        Ok((outcome, seen))
    }

    /// Takes what has arrived by now without playing it, and waits for replies under way.
    async fn end(mut self) -> Result<Seen, Trouble> {
        self.curtain.send_replace(true);
        while let Some((site, arrival)) = self.slot.arrived() {
            self.arrived(site, arrival)?;
        }
        while let Some(played) = self.plays.join_next().await {
            self.take_note(played)?;
        }
        let mut arrived = HashMap::new();
        for place in self.places {
            *arrived.entry(place).or_default() += 1;
        }
        Ok(Seen {
            attempts: self.attempts,
            arrived,
        })
    }

    fn take_note(&mut self, played: Result<Played, tokio::task::JoinError>) -> Result<(), Trouble> {
        match played.map_err(|error| Trouble::Internal(format!("play a task: {error}")))? {
            Played::Answered(attempt, reply) => self.attempts[attempt].reply = reply?,
            Played::Attend(site) => self.slot.attend(site),
        }
        Ok(())
    }

    /// Attends a site as soon as the plan allows it.
    fn attend(&mut self, site: usize) {
        if self.pace.is_virtual() {
            return self.slot.attend(site);
        }
        match self.roster.attendance(&self.sites[site].site) {
            Attendance::Now => self.slot.attend(site),
            Attendance::Never => {}
            Attendance::From(from) => {
                let wait = from.saturating_sub(self.pace.elapsed());
                let wakes = self.pace.turn(None).later(&[wait]);
                let mut curtain = self.curtain.subscribe();
                self.plays.spawn(async move {
                    for wake in wakes {
                        let falls = async { drop(curtain.wait_for(|down| *down).await) };
                        tokio::select! {
                            _ = wake.due() => {}
                            () = falls => {}
                        }
                    }
                    Played::Attend(site)
                });
            }
        }
    }

    fn arrived(&mut self, site: usize, arrival: Arrival) -> Result<(), Trouble> {
        let (task, adopted) = match arrival.news {
            News::Task(task, adopted) => (task, adopted),
            News::Trouble(trouble) => return Err(trouble),
        };
        let input = parse_input(&task.input);
        let turn = self.pace.turn(adopted);
        let (key, act) = self.roster.arrived(&self.sites[site].site, &input);
        let number = self.attempts.len();
        self.attempts.push(RawAttempt {
            site: self.sites[site].site.to_string(),
            key,
            input: task.input.clone(),
            taken: turn.elapsed(),
            reply: None,
        });
        self.places.push(site);
        if *self.curtain.borrow() {
            return Ok(());
        }
        self.attend(site);
        let player = Player {
            api: self.api.clone(),
            wire: self.slot.wire().clone(),
            task,
            curtain: self.curtain.subscribe(),
        };
        let lines = lines(&act, &player.task.input);
        self.plays.spawn(async move {
            let reply = player.play(turn, lines, act.lose_answer).await;
            Played::Answered(number, reply)
        });
        Ok(())
    }
}

/// What a worker says, and how long after it took the task.
fn lines(act: &Act, input: &str) -> Vec<(Millis, Report)> {
    let heartbeats = act.heartbeats.iter().map(|at| (*at, Report::Heartbeat));
    let reply = match &act.reply {
        Reply::Succeed(output) => Some(Report::Success(output.to_string())),
        Reply::Echo => Some(Report::Success(input.to_owned())),
        Reply::Fail { error, cause } => Some(Report::Failure {
            error: Some(error.clone()),
            cause: Some(cause.clone()),
        }),
        Reply::FailNameless => Some(Report::Failure {
            error: None,
            cause: None,
        }),
        Reply::Silent | Reply::Ignore => None,
    };
    heartbeats
        .chain(reply.map(|reply| (act.after, reply)))
        .collect()
}

/// A worker with a task.
struct Player {
    api: Api,
    wire: Arc<Wire>,
    task: Task,
    curtain: watch::Receiver<bool>,
}

impl Player {
    /// Says its lines; the engine's answer to the last one, if that is a reply.
    async fn play(
        mut self,
        turn: Turn,
        lines: Vec<(Millis, Report)>,
        lose_answer: bool,
    ) -> Result<Option<RawReply>, Trouble> {
        let spans: Vec<Millis> = lines.iter().map(|(span, _)| *span).collect();
        let wakes = turn.later(&spans);
        let mut answer = None;
        for (wake, (_, report)) in wakes.into_iter().zip(lines) {
            let falls = async { drop(self.curtain.wait_for(|down| *down).await) };
            let turn = tokio::select! {
                biased;
                turn = wake.due() => turn,
                () = falls => None,
            };
            let Some(turn) = turn else {
                return Ok(None);
            };
            let at = turn.elapsed();
            let refused = self.say(&report).await?;
            if report != Report::Heartbeat {
                if lose_answer {
                    let again = self.say(&report).await?;
                    let outcome = again.as_deref().unwrap_or("accepted");
                    self.wire
                        .note(report.operation(), 1, format!("sent again: {outcome}"));
                }
                answer = Some(RawReply { at, refused });
            }
        }
        Ok(answer)
    }

    /// Sends one report; the code if the engine refuses it.
    async fn say(&self, report: &Report) -> Result<Option<String>, Trouble> {
        match self.api.report(&self.wire, &self.task.token, report).await {
            Ok(()) => Ok(None),
            Err(CallError::Refused(refusal)) => Ok(Some(refusal.code)),
            Err(error) => Err(error.into_trouble()),
        }
    }
}

/// The tasks of a start that its workers must not take, per activity.
pub fn ignored(roster: &Roster, sites: &[TaskSite], slot: &Slot) -> Ignored {
    let mut ignored = Ignored::new();
    for (number, task) in sites.iter().enumerate() {
        let numbers = roster.ignored(&task.site);
        if !numbers.is_empty() {
            ignored.insert(slot.arn(number).to_owned(), numbers);
        }
    }
    ignored
}

/// The sites whose first task may be ignored: no poll may wait there from before.
pub fn unpolled(
    clock: &Clock,
    sites: &[TaskSite],
    starts: &[Start],
    expectations: &[Expectation],
) -> Vec<usize> {
    if matches!(clock, Clock::Virtual(_)) {
        return Vec::new();
    }
    let may_ignore = |task: &TaskSite| {
        starts.iter().zip(expectations).any(|(start, expectation)| {
            let mut here = expectation
                .attempts
                .iter()
                .filter(|attempt| attempt.key.site == task.site);
            here.any(|attempt| start.plan.act(&attempt.key).reply == Reply::Ignore)
        })
    };
    let places = sites.iter().enumerate();
    places
        .filter(|(_, task)| may_ignore(task))
        .map(|(place, _)| place)
        .collect()
}
