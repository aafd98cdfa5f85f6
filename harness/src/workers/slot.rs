//! Activities that are created once and used by one case after the other.
//!
//! Creating an activity is a scarce call on AWS, so a slot keeps one per number and every case of
//! the slot uses them anew. A poll that is given up may swallow a task, so polls are not given up:
//! each activity has a poller that lives as long as the slot and hands what it takes to the case
//! that runs. An activity that a case leaves in doubt is retired.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
};

use crate::{
    client::{
        clock::{Clock, VirtualTurn},
        sdk::{Api, CallError, Task, Wire},
    },
    trouble::Trouble,
};

/// A poll that comes back empty sooner than this was no long poll: the next one waits a little.
const SHORT_POLL: Duration = Duration::from_millis(200);
/// How long it waits.
const SHORT_POLL_PAUSE: Duration = Duration::from_millis(25);

/// How an engine's activities are polled.
///
/// Some engines look into the queue only now and then while a poll waits. Several polls, begun at
/// different times, keep a task from waiting that long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    /// How many polls wait at an activity.
    pub pollers: usize,
    /// How often the engine looks into the queue while a poll waits.
    pub period: Duration,
}

impl Polling {
    /// One poll, which the engine answers as soon as there is a task.
    pub const PROMPT: Self = Self {
        pollers: 1,
        period: Duration::ZERO,
    };
}

/// A site at which no poll may wait from before: it would take a task too soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unpolled {
    /// Its number.
    pub site: usize,
    /// Never more than one poll may wait there: a second one would take what is to be ignored.
    pub alone: bool,
}

/// The activities of one lane of cases.
#[derive(Debug)]
pub struct Slot {
    api: Api,
    clock: Clock,
    polling: Polling,
    prefix: String,
    activities: Vec<Pooled>,
    created: u64,
    sender: mpsc::UnboundedSender<Arrival>,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
    wire: Arc<Wire>,
}

/// An activity and its poller.
#[derive(Debug)]
struct Pooled {
    arn: Arc<str>,
    number: u64,
    wanted: watch::Sender<bool>,
    /// How many polls wait.
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

/// Something that a poller brings.
#[derive(Debug)]
pub struct Arrival {
    /// The number of the activity's creation.
    created: u64,
    /// What came.
    pub news: News,
}

/// What a poller brings.
#[derive(Debug)]
pub enum News {
    /// A task, with the worker's turn in virtual time.
    Task(Task, Option<Box<dyn VirtualTurn>>),
    /// Polling failed: a task may be lost.
    Trouble(Trouble),
}

impl Slot {
    /// A slot without activities. Names of activities start with `prefix`.
    pub fn new(api: Api, clock: Clock, polling: Polling, prefix: String) -> Self {
        let (sender, arrivals) = mpsc::unbounded_channel();
        Self {
            api,
            clock,
            polling,
            prefix,
            activities: Vec::new(),
            created: 0,
            sender,
            arrivals,
            wire: Arc::default(),
        }
    }

    /// Where this slot's trouble on the wire is noted.
    pub fn wire(&self) -> &Arc<Wire> {
        &self.wire
    }

    /// Makes ready for a case with so many sites. What earlier cases left behind is thrown away.
    pub async fn prepare(&mut self, sites: usize, unpolled: &[Unpolled]) -> Result<(), Trouble> {
        self.discard_stale().await?;
        for site in 0..sites {
            let unpolled = unpolled.iter().find(|it| it.site == site);
            let alone = unpolled.is_some_and(|it| it.alone);
            let pollers = if alone { 1 } else { self.polling.pollers };
            match self.activities.get(site) {
                None => {
                    let pooled = self.create(pollers).await?;
                    self.activities.push(pooled);
                }
                Some(pooled) => {
                    if pooled.pollers.len() != pollers || (unpolled.is_some() && self.waits(site)) {
                        self.replace_with(site, pollers).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Replaces the activities at which tasks of an earlier execution arrive.
    async fn discard_stale(&mut self) -> Result<(), Trouble> {
        while let Ok(stale) = self.arrivals.try_recv() {
            if let Some(site) = self.site_of(&stale) {
                self.replace(site).await?;
            }
        }
        Ok(())
    }

    /// The ARN for a site.
    pub fn arn(&self, site: usize) -> &str {
        &self.activities[site].arn
    }

    /// The ARNs for the first sites.
    pub fn arns(&self, sites: usize) -> Vec<&str> {
        self.activities
            .iter()
            .take(sites)
            .map(|pooled| &*pooled.arn)
            .collect()
    }

    /// Whether a poll waits at a site: it takes the next task, wanted or not.
    pub fn waits(&self, site: usize) -> bool {
        self.activities[site].waiting.load(Ordering::Acquire) > 0
    }

    /// The next task of a site may be taken.
    pub fn poll(&self, site: usize) {
        self.activities[site].wanted.send_replace(true);
    }

    /// No more tasks are taken; a poll that waits goes on waiting.
    pub fn stop_polling(&self) {
        for pooled in &self.activities {
            pooled.wanted.send_replace(false);
        }
    }

    /// What arrives next, and at which site.
    pub async fn arrival(&mut self) -> (usize, Arrival) {
        loop {
            // The slot itself keeps a sender: the channel does not close.
            if let Some(arrival) = self.arrivals.recv().await
                && let Some(site) = self.site_of(&arrival)
            {
                return (site, arrival);
            }
        }
    }

    /// What has arrived already.
    pub fn arrived(&mut self) -> Option<(usize, Arrival)> {
        while let Ok(arrival) = self.arrivals.try_recv() {
            if let Some(site) = self.site_of(&arrival) {
                return Some((site, arrival));
            }
        }
        None
    }

    /// Gives a site a new activity, because tasks may be left in the old one.
    pub async fn replace(&mut self, site: usize) -> Result<(), Trouble> {
        self.replace_with(site, self.polling.pollers).await
    }

    async fn replace_with(&mut self, site: usize, pollers: usize) -> Result<(), Trouble> {
        let fresh = self.create(pollers).await?;
        let old = std::mem::replace(&mut self.activities[site], fresh);
        let deleted = self.api.delete_activity(&self.wire, &old.arn).await;
        deleted.map_err(CallError::into_trouble)
    }

    /// Deletes all activities.
    pub async fn dissolve(&mut self) -> Result<(), Trouble> {
        for pooled in std::mem::take(&mut self.activities) {
            let deleted = self.api.delete_activity(&self.wire, &pooled.arn).await;
            deleted.map_err(CallError::into_trouble)?;
        }
        Ok(())
    }

    /// The site at which something arrived; nothing for an activity that has been replaced.
    fn site_of(&self, arrival: &Arrival) -> Option<usize> {
        let numbers = self.activities.iter().map(|pooled| pooled.number);
        numbers
            .enumerate()
            .find_map(|(site, number)| (number == arrival.created).then_some(site))
    }

    async fn create(&mut self, pollers: usize) -> Result<Pooled, Trouble> {
        let number = self.created;
        self.created += 1;
        let name = format!("{}-a{number}", self.prefix);
        let created = self.api.create_activity(&self.wire, &name).await;
        let arn: Arc<str> = created.map_err(CallError::into_trouble)?.into();
        let wanted = watch::Sender::new(false);
        let waiting = Arc::new(AtomicUsize::new(0));
        let poller = |place: usize| Poller {
            api: self.api.clone(),
            clock: self.clock.clone(),
            wire: self.wire.clone(),
            arn: arn.clone(),
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
            wanted,
            waiting,
        })
    }
}

/// When a poller begins to wait: those of an activity share the period evenly. The first one keeps
/// no time, so that it empties a full queue quickly.
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

/// Takes the tasks of one activity, one at a time.
struct Poller {
    api: Api,
    clock: Clock,
    wire: Arc<Wire>,
    arn: Arc<str>,
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
            let polled = self.api.poll(&self.wire, &self.arn).await;
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
            // One task at a time: whether the next one may be taken is for the pool to say.
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

/// The input of a task as JSON; a text that is none stays a text.
pub fn parse_input(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}
