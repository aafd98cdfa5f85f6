//! Activities, and queues, that are created once and used by one case after another.
//!
//! AWS limits the rate at which activities can be created, so a slot keeps one activity per site
//! number and reuses it for every case. Cancelling a poll could lose a task, so polls are never
//! cancelled: each activity has a poller that lives as long as the slot and passes the tasks it
//! takes to the current case. An activity that may still contain tasks of a case is replaced.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use stepproof_specs::scenario::letter::Letter;
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
};

use super::sites::TaskSite;
use crate::{
    client::{
        clock::{Clock, VirtualTurn},
        queues::Queues,
        sdk::{Api, CallError, Task, Wire},
    },
    trouble::Trouble,
};

/// A poll that returns empty sooner than this was not a long poll, so the next one is delayed.
const SHORT_POLL: Duration = Duration::from_millis(200);
/// The delay before the next poll.
const SHORT_POLL_PAUSE: Duration = Duration::from_millis(25);

/// How an engine's activities are polled.
///
/// While a poll waits, some engines check the queue only periodically. Several polls started at
/// different times shorten the time that a task waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    /// The number of polls that wait at an activity.
    pub pollers: usize,
    /// The period at which the engine checks the queue while a poll waits.
    pub period: Duration,
}

impl Polling {
    /// One poll, which the engine answers as soon as there is a task.
    pub const PROMPT: Self = Self {
        pollers: 1,
        period: Duration::ZERO,
    };
}

/// A site at which no earlier poll may be waiting, because it would take a task too soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unpolled {
    /// The number of the site.
    pub site: usize,
    /// Whether only one poll may ever wait there: a second one would take a task that is to be
    /// ignored.
    pub alone: bool,
}

/// The activities used by cases that run one after another.
#[derive(Debug)]
pub struct Slot {
    api: Api,
    queues: Queues,
    clock: Clock,
    polling: Polling,
    prefix: String,
    activities: Vec<Pooled>,
    /// How many of the activities the current case uses.
    sites: usize,
    /// The other activities at which something arrived.
    strays: BTreeSet<usize>,
    created: u64,
    sender: mpsc::UnboundedSender<Arrival>,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
    wire: Arc<Wire>,
}

/// An activity or a queue, and its poller.
#[derive(Debug)]
struct Pooled {
    /// Its ARN, or its URL.
    arn: Arc<str>,
    /// How messages are read, if it is a queue.
    letter: Option<Letter>,
    number: u64,
    wanted: watch::Sender<bool>,
    /// The number of waiting polls.
    waiting: Arc<AtomicUsize>,
    pollers: Vec<AbortHandle>,
}

impl Drop for Pooled {
    fn drop(&mut self) {
        for poller in &self.pollers {
            poller.abort();
        }
    }
}

/// A message from a poller.
#[derive(Debug)]
pub struct Arrival {
    /// The creation number of the activity.
    created: u64,
    /// The content of the message.
    pub news: News,
}

/// The content of a message from a poller.
#[derive(Debug)]
pub enum News {
    /// A task, with the worker's turn in virtual time.
    Task(Task, Option<Box<dyn VirtualTurn>>),
    /// Polling failed, and a task may be lost.
    Trouble(Trouble),
}

impl Slot {
    /// A slot without activities. The names of its activities will start with `prefix`.
    pub fn new(api: Api, clock: Clock, polling: Polling, prefix: String) -> Self {
        let (sender, arrivals) = mpsc::unbounded_channel();
        Self {
            queues: Queues::new(api.endpoint()),
            api,
            clock,
            polling,
            prefix,
            activities: Vec::new(),
            sites: 0,
            strays: BTreeSet::new(),
            created: 0,
            sender,
            arrivals,
            wire: Arc::default(),
        }
    }

    /// The record of failed and repeated requests of this slot.
    pub fn wire(&self) -> &Arc<Wire> {
        &self.wire
    }

    /// Prepares for a case with these sites. Tasks that earlier cases left behind are discarded.
    pub async fn prepare(
        &mut self,
        sites: &[TaskSite],
        unpolled: &[Unpolled],
    ) -> Result<(), Trouble> {
        self.discard_stale().await?;
        self.sites = sites.len();
        for (site, task) in sites.iter().enumerate() {
            // Which queue the case names does not matter, but how its messages are read does.
            let letter = task.letter.clone().map(|letter| Letter {
                queue: String::new(),
                ..letter
            });
            let unpolled = unpolled.iter().find(|it| it.site == site);
            let alone = unpolled.is_some_and(|it| it.alone);
            let pollers = if alone { 1 } else { self.polling.pollers };
            match self.activities.get(site) {
                None => {
                    let pooled = self.create(pollers, letter).await?;
                    self.activities.push(pooled);
                }
                Some(pooled) => {
                    if pooled.letter != letter
                        || pooled.pollers.len() != pollers
                        || (unpolled.is_some() && self.waits(site))
                    {
                        self.replace_with(site, pollers, letter).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Replaces the activities at which tasks of an earlier execution have arrived.
    async fn discard_stale(&mut self) -> Result<(), Trouble> {
        while let Ok(stale) = self.arrivals.try_recv() {
            self.strays.extend(self.site_of(&stale));
        }
        while let Some(site) = self.strays.pop_first() {
            self.replace(site).await?;
        }
        Ok(())
    }

    /// The ARN of a site's activity.
    pub fn arn(&self, site: usize) -> &str {
        &self.activities[site].arn
    }

    /// The ARNs of the first `sites` activities.
    pub fn arns(&self, sites: usize) -> Vec<&str> {
        self.activities
            .iter()
            .take(sites)
            .map(|pooled| &*pooled.arn)
            .collect()
    }

    /// Whether a poll is waiting at a site: it will take the next task, wanted or not.
    pub fn waits(&self, site: usize) -> bool {
        self.activities[site].waiting.load(Ordering::Acquire) > 0
    }

    /// Allows the next task of a site to be taken.
    pub fn poll(&self, site: usize) {
        self.activities[site].wanted.send_replace(true);
    }

    /// Allows no more tasks to be taken. Polls that are already waiting go on waiting.
    pub fn stop_polling(&self) {
        for pooled in &self.activities {
            pooled.wanted.send_replace(false);
        }
    }

    /// Waits for the next arrival; returns it with its site.
    pub async fn arrival(&mut self) -> (usize, Arrival) {
        loop {
            // The slot keeps a sender itself, so the channel never closes.
            if let Some(arrival) = self.arrivals.recv().await
                && let Some(site) = self.site_in_use(&arrival)
            {
                return (site, arrival);
            }
        }
    }

    /// The next arrival that has already been received.
    pub fn arrived(&mut self) -> Option<(usize, Arrival)> {
        while let Ok(arrival) = self.arrivals.try_recv() {
            if let Some(site) = self.site_in_use(&arrival) {
                return Some((site, arrival));
            }
        }
        None
    }

    /// Gives a site a new activity, because tasks may be left in the old one.
    pub async fn replace(&mut self, site: usize) -> Result<(), Trouble> {
        let letter = self.activities[site].letter.clone();
        self.replace_with(site, self.polling.pollers, letter).await
    }

    async fn replace_with(
        &mut self,
        site: usize,
        pollers: usize,
        letter: Option<Letter>,
    ) -> Result<(), Trouble> {
        let fresh = self.create(pollers, letter).await?;
        let old = std::mem::replace(&mut self.activities[site], fresh);
        self.delete(old).await
    }

    async fn delete(&self, old: Pooled) -> Result<(), Trouble> {
        // Nobody asks a queue that is gone.
        for poller in &old.pollers {
            poller.abort();
        }
        let deleted = match &old.letter {
            None => self.api.delete_activity(&self.wire, &old.arn).await,
            Some(_) => self.queues.delete(&old.arn).await,
        };
        deleted.map_err(CallError::into_trouble)
    }

    /// Deletes all activities.
    pub async fn dissolve(&mut self) -> Result<(), Trouble> {
        self.strays.clear();
        for pooled in std::mem::take(&mut self.activities) {
            self.delete(pooled).await?;
        }
        Ok(())
    }

    /// The site of the current case at which something arrived, if any. No machine of this case uses
    /// the other activities, but an engine may hand out a task at any of them.
    fn site_in_use(&mut self, arrival: &Arrival) -> Option<usize> {
        let site = self.site_of(arrival)?;
        if site >= self.sites {
            self.strays.insert(site);
            return None;
        }
        Some(site)
    }

    /// The site of an arrival; `None` for an activity that has been replaced.
    fn site_of(&self, arrival: &Arrival) -> Option<usize> {
        let numbers = self.activities.iter().map(|pooled| pooled.number);
        numbers
            .enumerate()
            .find_map(|(site, number)| (number == arrival.created).then_some(site))
    }

    async fn create(&mut self, pollers: usize, letter: Option<Letter>) -> Result<Pooled, Trouble> {
        let number = self.created;
        self.created += 1;
        let name = format!("{}-a{number}", self.prefix);
        let created = match letter {
            None => self.api.create_activity(&self.wire, &name).await,
            Some(_) => self.queues.create(&name).await,
        };
        let arn: Arc<str> = created.map_err(CallError::into_trouble)?.into();
        let wanted = watch::Sender::new(false);
        let waiting = Arc::new(AtomicUsize::new(0));
        let poller = |place: usize| Poller {
            api: self.api.clone(),
            queues: self.queues.clone(),
            clock: self.clock.clone(),
            wire: self.wire.clone(),
            arn: arn.clone(),
            letter: letter.clone(),
            number,
            beat: Beat::new(place, pollers, self.polling.period),
            wanted: wanted.clone(),
            waiting: waiting.clone(),
            sender: self.sender.clone(),
        };
        Ok(Pooled {
            arn: arn.clone(),
            number,
            pollers: (0..pollers)
                .map(|place| tokio::spawn(poller(place).run()).abort_handle())
                .collect(),
            letter,
            wanted,
            waiting,
        })
    }
}

/// When a poller starts to wait. The pollers of an activity are spread evenly over the period,
/// except for the first one, which polls without a delay to empty a full queue quickly.
struct Beat {
    origin: tokio::time::Instant,
    offset: Duration,
    period: Duration,
}

impl Beat {
    fn new(place: usize, pollers: usize, period: Duration) -> Self {
        let others = u32::try_from(pollers.saturating_sub(1)).unwrap_or(1).max(1);
        let place = u32::try_from(place).unwrap_or_default();
        Self {
            origin: tokio::time::Instant::now(),
            offset: period * place.saturating_sub(1) / others,
            period: if place == 0 { Duration::ZERO } else { period },
        }
    }

    async fn wait(&self) {
        if self.period.is_zero() {
            return;
        }
        let elapsed = self.origin.elapsed().as_secs_f64();
        let (offset, period) = (self.offset.as_secs_f64(), self.period.as_secs_f64());
        let beats = ((elapsed - offset) / period).ceil().max(0.0);
        let next = Duration::from_secs_f64(offset + beats * period);
        tokio::time::sleep_until(self.origin + next).await;
    }
}

/// Takes the tasks of one activity or queue, one at a time.
struct Poller {
    api: Api,
    queues: Queues,
    clock: Clock,
    wire: Arc<Wire>,
    arn: Arc<str>,
    letter: Option<Letter>,
    number: u64,
    beat: Beat,
    wanted: watch::Sender<bool>,
    waiting: Arc<AtomicUsize>,
    sender: mpsc::UnboundedSender<Arrival>,
}

impl Poller {
    async fn run(self) {
        let mut waits = self.wanted.subscribe();
        while waits.wait_for(|wanted| *wanted).await.is_ok() {
            self.waiting.fetch_add(1, Ordering::AcqRel);
            self.beat.wait().await;
            let asked = Instant::now();
            let polled = match &self.letter {
                None => self.api.poll(&self.wire, &self.arn).await,
                Some(letter) => self.queues.take(&self.wire, &self.arn, letter).await,
            };
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            let news = match polled {
                Ok(Some(task)) => {
                    let turn = self.clock.turn(&task.token);
                    News::Task(task, turn)
                }
                Ok(None) => {
                    if asked.elapsed() < SHORT_POLL {
                        tokio::time::sleep(SHORT_POLL_PAUSE).await;
                    }
                    continue;
                }
                Err(error) => News::Trouble(error.into_trouble()),
            };
            // One task at a time: the pool decides whether the next one may be taken.
            self.wanted.send_replace(false);
            let arrival = Arrival {
                created: self.number,
                news,
            };
            if self.sender.send(arrival).is_err() {
                return;
            }
        }
    }
}

/// Parses the input of a task. A string that is not JSON becomes a JSON string.
pub fn parse_input(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}
