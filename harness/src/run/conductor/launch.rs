//! What is launched next.

use std::sync::Arc;

use super::{
    Conductor, Errand, Stage,
    settle::{MISSES, Ran, Report},
};
use crate::{
    job::Lane,
    judge::verdict::Signature,
    run::{
        Limit,
        attempt::{attempt, ready},
        confirm::confirm,
        quiet, reduction, witness,
    },
};

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
            let Some(index) = self.next_index() else {
                break;
            };
            self.launch_case(index);
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

    fn launch_case(&mut self, index: u64) {
        self.running += 1;
        let context = Arc::clone(&self.context);
        let share = self.options.quiet_share;
        let stage = self.stage;
        let overhead = self.control.overhead();
        self.spawn(Errand::Case(index), async move {
            let mut deferred = false;
            let prepared = ready(&context, index, |job| {
                match quiet::lane(context.engine.profile(), index, job, share) {
                    Some(lane) if stage == Stage::Throughput => lane,
                    Some(_) => Lane::Quiet,
                    None => {
                        deferred = stage == Stage::Throughput;
                        Lane::Quiet
                    }
                }
            });
            match prepared {
                Err(stuck) => Report::Stuck(index, Box::new(stuck)),
                Ok(_) if deferred => Report::Deferred(index),
                Ok(ready) => {
                    let attempt = attempt(&context, &ready.prepared, overhead).await;
                    Report::Ran(Box::new(Ran {
                        index,
                        ready,
                        attempt,
                    }))
                }
            }
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
