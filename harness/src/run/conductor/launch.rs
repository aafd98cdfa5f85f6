//! What is launched next.

use std::{iter, sync::Arc};

use stepproof_specs::base::time::Millis;

use super::{
    Conductor, Errand, Stage,
    settle::{Came, MISSES, Ran, Report},
};
use crate::{
    job::Lane,
    judge::verdict::{Signature, Verdict},
    run::{
        Context, Limit,
        attempt::{attempt, attempt_keeping, ready},
        confirm::confirm,
        quiet, reduction, witness,
    },
    store::Keep,
};

/// How many cases a task runs in a row on an engine that answers at once: a few milliseconds' worth, so
/// that handing over costs little and a stopped run ends soon.
const ROW: usize = 64;

impl Conductor<'_> {
    /// Launches as much as may run at once.
    pub(super) fn launch(&mut self) {
        if self.context.stop.is_asked() || self.doubtful {
            return;
        }
        let width = match self.stage {
            Stage::Throughput => self.options.jobs,
            Stage::Quiet => quiet::WIDTH,
        };
        while self.running < width {
            let indexes = self.next_indexes();
            if indexes.is_empty() {
                break;
            }
            self.launch_cases(indexes);
        }
        if self.stage == Stage::Quiet && self.running > 0 && !self.measuring {
            self.launch_measurement();
        }
        // A reduction would disturb the quiet lane: it waits until the lane is empty.
        let undisturbed = self.stage == Stage::Throughput || self.running == 0;
        if !self.reducing
            && undisturbed
            && let Some(finding) = self.reductions.pop_front()
        {
            self.reducing = true;
            let number = finding.number;
            let losses = self.losses.get(&number).copied().unwrap_or_default();
            let task = reduction::reduce(
                Arc::clone(&self.context),
                finding,
                (losses < MISSES).then_some(self.options.shrink),
                self.control.clone(),
                self.store.directory().to_owned(),
            );
            self.spawn(Errand::Reduce(number), async move {
                let (finding, reduced) = task.await;
                Report::Reduced(Box::new(finding), Box::new(reduced))
            });
        }
    }

    pub(super) fn spawn(
        &mut self,
        errand: Errand,
        task: impl Future<Output = Report> + Send + 'static,
    ) {
        let handle = self.tasks.spawn(task);
        self.errands.insert(handle.id(), errand);
    }

    /// The cases that the next task runs.
    fn next_indexes(&mut self) -> Vec<u64> {
        // A case that got no verdict in a row with others is run alone.
        let most = if self.again.is_empty() && self.context.engine.immediate().is_some() {
            ROW
        } else {
            1
        };
        iter::from_fn(|| self.next_index()).take(most).collect()
    }

    fn next_index(&mut self) -> Option<u64> {
        if let Some(index) = self.again.pop_front() {
            return Some(index);
        }
        if self.stage == Stage::Quiet {
            if self.out_of_time(1.0) {
                self.quiet.clear();
            }
            return self.quiet.pop_front();
        }
        // The quiet lane has the last part of the time.
        let part = if self.quiet.is_empty() { 1.0 } else { 0.85 };
        if self.exhausted || self.out_of_time(part) {
            self.exhausted = true;
            return None;
        }
        let next = self.indexes.find(|index| !self.done.contains(index));
        self.exhausted = next.is_none();
        next
    }

    fn out_of_time(&self, part: f64) -> bool {
        matches!(self.options.limit, Limit::Time(time) if self.elapsed() >= time.mul_f64(part))
    }

    fn launch_cases(&mut self, indexes: Vec<u64>) {
        self.running += 1;
        let turn = Turn {
            context: Arc::clone(&self.context),
            stage: self.stage,
            share: self.options.quiet_share,
            overhead: self.control.overhead(),
            keep: self.options.keep,
        };
        self.spawn(Errand::Cases(indexes.clone()), async move {
            let mut came = Vec::with_capacity(indexes.len());
            for index in indexes {
                let left = !came.is_empty() && turn.context.stop.is_asked();
                came.push(if left {
                    Came::Left(index)
                } else {
                    turn.take(index).await
                });
            }
            Report::Came(came)
        });
    }

    /// Repeats a case that diverges in a way that nobody has seen.
    pub(super) fn launch_confirmation(&mut self, ran: Ran, signatures: Vec<Signature>) {
        self.running += 1;
        let context = Arc::clone(&self.context);
        let repetitions = self.options.repetitions;
        let control = self.control.clone();
        let witnesses = self.witnesses.of(&ran.ready.coverage);
        let errand = Errand::Confirm(ran.index, signatures.clone());
        self.spawn(errand, async move {
            let counts = confirm(&signatures, repetitions, || async {
                let outcome = attempt(&context, &ran.ready.prepared, control.overhead())
                    .await
                    .outcome;
                outcome.into_signatures()
            })
            .await;
            let counts = match counts {
                Ok(counts) if counts.iter().any(|(_, it)| it.holds()) => {
                    let asked = witness::ask(&context, &witnesses, control.overhead()).await;
                    asked.map(|()| counts)
                }
                counts => counts,
            };
            Report::Confirmed(Box::new(ran), signatures, counts)
        });
    }

    fn launch_measurement(&mut self) {
        self.measuring = true;
        let context = Arc::clone(&self.context);
        let control = self.control.clone();
        self.spawn(Errand::Measure, async move {
            control.measure(&context).await;
            Report::Measured
        });
    }
}

/// Under which terms a task runs its cases.
struct Turn {
    context: Arc<Context>,
    stage: Stage,
    share: u64,
    overhead: Millis,
    keep: Keep,
}

impl Turn {
    /// Draws, runs and judges a case.
    async fn take(&self, index: u64) -> Came {
        let mut deferred = false;
        let prepared = ready(&self.context, index, |job| {
            match quiet::lane(self.context.engine.profile(), index, job, self.share) {
                Some(lane) if self.stage == Stage::Throughput => lane,
                Some(_) => Lane::Quiet,
                None => {
                    deferred = self.stage == Stage::Throughput;
                    Lane::Quiet
                }
            }
        });
        let ready = match prepared {
            Err(stuck) => return Came::Stuck(index, stuck),
            Ok(_) if deferred => return Came::Deferred(index),
            Ok(ready) => ready,
        };
        let attempt =
            attempt_keeping(&self.context, &ready.prepared, self.overhead, self.keep).await;
        let ran = Ran {
            index,
            ready,
            attempt,
        };
        if ran.attempt.outcome.agrees() {
            Came::Agreed(ran.into_record(Verdict::Agree, self.keep))
        } else {
            Came::Ran(Box::new(ran))
        }
    }
}
