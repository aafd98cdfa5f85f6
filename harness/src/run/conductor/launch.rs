//! What is launched next.

use std::{iter, sync::Arc};

use stepproof_specs::base::time::Millis;

use super::{
    Conductor, Stage, TaskKind,
    results::{CaseResult, MISSES, Ran, TaskResult},
};
use crate::{
    job::Lane,
    judge::{
        explain::Sight,
        verdict::{Signature, Verdict},
    },
    report::plural,
    run::{
        Context, Limit,
        attempt::{attempt, attempt_keeping, ready},
        confirm::confirm,
        quiet, reduction,
        roots::{self, Known, Snapshot},
        spot, witness,
    },
    store::Keep,
};

/// How many cases a task runs in a row on an engine that answers at once: a few milliseconds' worth, so
/// that handing over costs little and a stopped run ends soon.
const ROW: usize = 64;

/// How many rows wait for each of several jobs on such an engine, so that all of them go on while the
/// conductor commits what has come.
const AHEAD: usize = 8;

/// How many cases that diverge may wait until it is known what of: no others are launched then.
const MOST_WAITING: usize = 1_024;

impl Conductor<'_> {
    /// Launches as much as may run at once.
    pub(super) fn launch(&mut self) {
        if self.context.stop.is_asked() || self.doubtful {
            return;
        }
        let width = match self.stage {
            Stage::Throughput if self.jobs.is_some() => self.options.jobs * (1 + AHEAD),
            Stage::Throughput => self.options.jobs,
            Stage::Quiet => quiet::WIDTH,
        };
        while self.running < width && self.waiting.len() < MOST_WAITING {
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
            let left = self.reductions.len() as u64;
            let left = match left {
                0 => String::new(),
                _ => format!(", {} left", plural(left, "other")),
            };
            self.tell_under_way(format!("reducing divergence {number}{left}"));
            let losses = self.losses.get(&number).copied().unwrap_or_default();
            let root = self.root_of_finding(&finding);
            let known = Known {
                roots: self.roots.known(),
                untried: self.options.untried.clone(),
                agreed: self.witnesses.all(),
            };
            let begun = finding.clone();
            let task = reduction::reduce(
                Arc::clone(&self.context),
                finding,
                (losses < MISSES).then_some(self.options.shrink),
                self.control.clone(),
                known,
                root,
                self.store.directory().to_owned(),
            );
            self.spawn(TaskKind::Reduce(Box::new(begun)), async move {
                let (finding, reduced) = task.await;
                TaskResult::Reduced(Box::new(finding), Box::new(reduced))
            });
        }
    }

    /// Spawns a task that runs cases.
    fn spawn_running(
        &mut self,
        kind: TaskKind,
        task: impl Future<Output = TaskResult> + Send + 'static,
    ) {
        self.running += 1;
        let jobs = self.jobs.clone();
        self.spawn(kind, async move {
            // Nobody closes the semaphore.
            let _job = match &jobs {
                Some(jobs) => jobs.acquire().await.ok(),
                None => None,
            };
            task.await
        });
    }

    fn spawn(&mut self, kind: TaskKind, task: impl Future<Output = TaskResult> + Send + 'static) {
        let handle = self.tasks.spawn(task);
        self.kinds.insert(handle.id(), kind);
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
        let runner = CaseRunner {
            context: Arc::clone(&self.context),
            stage: self.stage,
            share: self.options.quiet_share,
            overhead: self.control.overhead(),
            keep: self.options.keep,
            known: self.roots.snapshot(),
        };
        self.spawn_running(TaskKind::Cases(indexes.clone()), async move {
            let mut results = Vec::with_capacity(indexes.len());
            for index in indexes {
                let left = runner.context.stop.is_asked();
                results.push(if left {
                    CaseResult::Left(index)
                } else {
                    runner.run(index).await
                });
            }
            TaskResult::Cases(results)
        });
    }

    /// Repeats a case that diverges in a way that nobody has seen.
    pub(super) fn launch_confirmation(&mut self, ran: Ran, signatures: Vec<Signature>) {
        let context = Arc::clone(&self.context);
        let repetitions = self.options.repetitions;
        let control = self.control.clone();
        let witnesses = self.witnesses.of(&ran.ready.coverage);
        let kind = TaskKind::Confirm(ran.index);
        self.spawn_running(kind, async move {
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
            TaskResult::Confirmed(Box::new(ran), counts)
        });
    }

    /// Reduces a case that the ledger covers, once nothing else is to be done; says whether there was one.
    pub(super) fn launch_spot_check(&mut self) -> bool {
        let not_now = self.context.stop.is_asked() || self.doubtful || self.out_of_time(1.0);
        if not_now || !self.exhausted {
            return false;
        }
        let Some(covered) = self.sample.take() else {
            return false;
        };
        let known = Known {
            roots: self.roots.entries(),
            untried: self.options.untried.clone(),
            agreed: self.witnesses.all(),
        };
        let index = covered.index;
        let (case, entry) = (self.context.source.called(index), &covered.entry);
        self.tell_under_way(format!(
            "reducing case {case} that the ledger's entry '{entry}' covers"
        ));
        let checked = spot::check(
            Arc::clone(&self.context),
            covered,
            self.options.shrink,
            self.control.clone(),
            known,
            self.store.directory().to_owned(),
        );
        self.spawn(TaskKind::Spot(index), async move {
            TaskResult::Spot(Box::new(checked.await))
        });
        true
    }

    fn launch_measurement(&mut self) {
        self.measuring = true;
        let context = Arc::clone(&self.context);
        let control = self.control.clone();
        self.spawn(TaskKind::Measure, async move {
            control.measure(&context).await;
            TaskResult::Measured
        });
    }
}

/// Under which terms a task runs its cases.
struct CaseRunner {
    context: Arc<Context>,
    stage: Stage,
    share: u64,
    overhead: Millis,
    keep: Keep,
    known: Snapshot,
}

impl CaseRunner {
    /// Draws, runs and judges a case.
    async fn run(&self, index: u64) -> CaseResult {
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
            Err(stuck) => return CaseResult::Stuck(index, stuck),
            Ok(_) if deferred => return CaseResult::Deferred(index),
            Ok(ready) => ready,
        };
        let attempt =
            attempt_keeping(&self.context, &ready.prepared, self.overhead, self.keep).await;
        let mut ran = Ran {
            index,
            ready,
            attempt,
            explained: None,
        };
        let (context, prepared) = (&self.context, &ran.ready.prepared);
        if ran.attempt.outcome.agrees() {
            let against = self.known.against(context, prepared, &ran.ready.coverage);
            return CaseResult::Agreed(ran.into_record(Verdict::Agree, self.keep), against);
        }
        let (raw, judgement) = roots::seen(&ran.attempt.outcome);
        let look = |sight: &Sight<'_>| self.known.explaining(sight);
        let explained =
            roots::with_sight(context, prepared, raw, judgement, self.overhead, look).flatten();
        ran.explained = explained;
        CaseResult::Ran(Box::new(ran))
    }
}
