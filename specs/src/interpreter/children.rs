//! Parallel branches and inline Map iterations: starting, joining and failing them, and stopping
//! siblings.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Command, Execution, Fact,
    data_flow::Exit,
    eval::Eval,
    frame::{Children, Frame, FrameId, Phase},
    runtime_error::{Result, RuntimeError},
};
use crate::{
    asl::{Body, Limit, Map, Name, Parallel, Scope, StateType, site},
    base::time::Instant,
    clause::Clause,
    deviation::{AfterFailure, Hook},
    history::{self, Details, EventKind},
};

/// The most concurrent iterations of an inline Map (AWS Developer Guide, "Using Map state in Inline
/// mode").
const INLINE_CONCURRENCY: usize = 40;

impl Execution {
    pub(super) fn start_branches(&mut self, id: FrameId, parallel: &Parallel) -> Result<()> {
        self.mark(Clause::ParallelBranches);
        if self.is_trial() {
            return Ok(());
        }
        let eval = self.eval(id);
        let flow = eval.flow();
        let input = flow.arguments(&eval, flow.effective_input(&eval)?)?;
        self.emit_in(
            id,
            EventKind::Started(StateType::Parallel),
            Details::default(),
        );
        let count = parallel.branches.len();
        let at_once = self.at_once(StateType::Parallel, count, count);
        self.active_mut(id).phase = Phase::Children(Box::new(Children {
            results: vec![None; count],
            unfinished: count,
            at_once,
            frames: vec![None; count],
            items: Vec::new(),
            effective: input.clone(),
            next: 0,
            ended: None,
            failed: None,
        }));
        let previous = self.frame(id).previous;
        for _ in 0..at_once {
            self.start_branch(id, parallel, previous);
        }
        Ok(())
    }

    /// How many of `count` children run concurrently, if `allowed` may.
    fn at_once(&self, kind: StateType, allowed: usize, count: usize) -> usize {
        let allowed = self.deviations().map_or(allowed, |all| {
            all.count(Hook::Concurrency, kind, allowed as u64) as usize
        });
        allowed.min(count)
    }

    /// Starts the Parallel's next branch, if there is one.
    fn start_branch(&mut self, id: FrameId, parallel: &Parallel, previous: i64) {
        let Phase::Children(children) = &mut self.active_mut(id).phase else {
            return;
        };
        let place = children.next;
        let Some(branch) = parallel.branches.get(place) else {
            return;
        };
        children.next += 1;
        let input = children.effective.clone();
        let site = &self.active(id).site;
        let prefix = site::branch(site, place);
        let items = self.frame(id).items.clone();
        self.spawn(id, place, branch, prefix, items, previous, input);
    }

    pub(super) fn start_map(&mut self, id: FrameId, map: &Map) -> Result<()> {
        self.mark(Clause::MapIterations);
        if self.is_trial() {
            return self.look_at_items(id, map);
        }
        let eval = self.eval(id);
        if map.is_distributed() {
            return Err(eval.unsupported("distributed Map"));
        }
        if !map.distributed.is_empty() {
            self.mark(Clause::MapInlineIgnores);
        }
        let flow = eval.flow();
        let effective = flow.effective_input(&eval)?;
        let items = flow.items(&eval, &effective)?;
        let limit = concurrency(&eval, map.max_concurrency.as_ref(), &effective)?;
        let count = items.len();
        self.keep(count * size_of::<(Option<Arc<Value>>, Option<FrameId>)>());
        let details = Details {
            length: Some(count as u64),
            ..Details::default()
        };
        self.emit_in(id, EventKind::Started(StateType::Map), details);
        let at_once = self.at_once(StateType::Map, limit, count);
        self.active_mut(id).phase = Phase::Children(Box::new(Children {
            results: vec![None; count],
            unfinished: count,
            at_once,
            frames: vec![None; count],
            items,
            effective,
            next: 0,
            ended: None,
            failed: None,
        }));
        if count == 0 {
            self.mark(Clause::MapEmpty);
            self.join(id);
            return Ok(());
        }
        let previous = self.frame(id).previous;
        for _ in 0..at_once {
            self.start_iteration(id, map, previous)?;
        }
        Ok(())
    }

    /// Starts the Map's next item, if there is one.
    fn start_iteration(&mut self, id: FrameId, map: &Map, previous: i64) -> Result<()> {
        let Phase::Children(children) = &mut self.active_mut(id).phase else {
            return Ok(());
        };
        let index = children.next;
        let Some(item) = children.items.get(index).cloned() else {
            return Ok(());
        };
        let effective = children.effective.clone();
        let eval = Eval {
            item: Some((index, &item)),
            ..self.eval(id)
        };
        let input = eval.flow().item_input(&eval, &effective, item.clone());
        let input = input.map_err(|error| self.of_selector(error))?;
        // One whose input cannot be made has not been started: a redrive begins with it.
        if let Phase::Children(children) = &mut self.active_mut(id).phase {
            children.next += 1;
        }
        let name = self.active(id).name.clone();
        let details = iteration_details(&name, index);
        let started = self.emit(
            previous,
            EventKind::Iteration(history::Phase::Started),
            details,
        );
        let prefix = self.active(id).site.clone();
        let items = self
            .frame(id)
            .items
            .iter()
            .copied()
            .chain([index as u32])
            .collect();
        self.spawn(id, index, &map.processor, prefix, items, started, input);
        Ok(())
    }

    #[allow(clippy::too_many_arguments)] // the fields of the new frame
    fn spawn(
        &mut self,
        parent: FrameId,
        place: usize,
        scope: &Arc<Scope>,
        prefix: Arc<str>,
        items: Arc<[u32]>,
        previous: i64,
        input: Arc<Value>,
    ) {
        let child = FrameId(self.frames.len());
        self.frames.push(Some(Frame {
            parent: Some((parent, place)),
            prefix,
            items,
            ..Frame::new(scope.clone(), previous, self.history.len())
        }));
        if let Phase::Children(children) = &mut self.active_mut(parent).phase {
            children.frames[place] = Some(child);
            let finished = children.results.len() - children.unfinished;
            if children.next - finished > 1 {
                self.report(Fact::Concurrent);
            }
        }
        self.ready.push_back((child, scope.start_at.clone(), input));
    }

    /// A branch or an iteration has succeeded; `last` is its last event.
    pub(super) fn child_succeeded(
        &mut self,
        id: FrameId,
        place: usize,
        last: i64,
        output: Arc<Value>,
    ) {
        let active = self.active(id);
        let name = active.name.clone();
        let is_map = active.state.kind() == StateType::Map;
        let (now, events) = (self.now, self.history.len());
        let Phase::Children(children) = &mut self.active_mut(id).phase else {
            return;
        };
        children.results[place] = Some(output);
        children.frames[place] = None;
        children.unfinished -= 1;
        let joined = children.unfinished == 0;
        children.ended = Some((now, events));
        let mut previous = last;
        if is_map {
            let details = iteration_details(&name, place);
            let kind = EventKind::Iteration(history::Phase::Succeeded);
            previous = self.emit(last, kind, details);
        }
        if joined {
            self.frame_mut(id).previous = previous;
            self.join(id);
        } else {
            self.start_next(id, last);
        }
    }

    /// Starts the next child, which waited for another one to end.
    pub(super) fn start_next(&mut self, id: FrameId, previous: i64) {
        let state = self.active(id).state.clone();
        let started = match &state.body {
            Body::Parallel(parallel) => {
                self.start_branch(id, parallel, previous);
                Ok(())
            }
            Body::Map(map) => self.start_iteration(id, map, previous),
            _ => Ok(()),
        };
        if let Err(error) = started {
            self.raise(id, &error);
        }
    }

    /// Records the failure of a child whose siblings go on.
    fn outlive(&mut self, id: FrameId, place: usize, last: i64, error: &RuntimeError) {
        let Phase::Children(children) = &mut self.active_mut(id).phase else {
            return;
        };
        children.failed.get_or_insert_with(|| error.clone());
        children.unfinished -= 1;
        let all = children.unfinished == 0;
        if let Some(failed) = children.frames[place].take() {
            self.stop_thread(failed, last);
        }
        if all {
            self.frame_mut(id).previous = last;
            self.join(id);
        } else {
            self.start_next(id, last);
        }
    }

    /// Joins the children when all have ended: the state's result is their outputs in order.
    fn join(&mut self, id: FrameId) {
        let state = self.active(id).state.clone();
        let Phase::Children(children) = &mut self.active_mut(id).phase else {
            return;
        };
        if let Some(error) = children.failed.take() {
            self.active_mut(id).phase = Phase::Working;
            return self.handle_from_child(id, &error);
        }
        let results = std::mem::take(&mut children.results);
        let mut result: Vec<Value> = results
            .into_iter()
            .flatten()
            .map(Arc::unwrap_or_clone)
            .collect();
        if let Some(all) = self.deviations() {
            all.join(state.kind(), &mut result);
        }
        let result = Arc::new(Value::Array(result));
        // Exited does not point to Succeeded: both follow the same event (clause
        // `history.joined-exit`).
        self.mark(Clause::HistoryJoinedExit);
        let previous = self.frame(id).previous;
        self.emit(
            previous,
            EventKind::Succeeded(state.kind()),
            Details::default(),
        );
        let Some(transition) = state.transition().cloned() else {
            return;
        };
        self.active_mut(id).phase = Phase::Working;
        let done = self.leave(id, Exit::State, &result, transition);
        if let Err(error) = done {
            self.raise(id, &error);
        }
    }

    /// An error that no state of the thread handles: the enclosing state fails, or else the
    /// execution.
    pub(super) fn thread_failed(&mut self, id: FrameId, error: &RuntimeError) {
        let Some((parent, place)) = self.frame(id).parent else {
            return self.fail(id, error.failure.clone());
        };
        self.report(Fact::ThreadFailed {
            siblings: self.has_siblings(id),
            beside: self.moved_beside(id),
        });
        let last = self.frame(id).previous;
        let kind = self.active(parent).state.kind();
        let after = self.deviations().map(|all| all.after_failure(kind));
        if let Some(AfterFailure::Succeed(value)) = after {
            self.frames[id.0] = None;
            return self.child_succeeded(parent, place, last, value.into());
        }
        let is_map = kind == StateType::Map;
        self.mark(if is_map {
            Clause::MapFails
        } else {
            Clause::ParallelFails
        });
        let name = self.active(parent).name.clone();
        if is_map {
            let details = iteration_details(&name, place);
            self.emit(last, EventKind::Iteration(history::Phase::Failed), details);
        }
        if after == Some(AfterFailure::GoOn) {
            return self.outlive(parent, place, last, error);
        }
        if after == Some(AfterFailure::StartWaiting) && self.has_waiting(parent) {
            self.report(Fact::MayHaveStarted);
        }
        self.keep_children(parent);
        self.stop_children(parent, Some(place), last);
        self.frame_mut(parent).previous = last;
        self.active_mut(parent).phase = Phase::Working;
        self.handle_from_child(parent, error);
    }

    /// Whether branches or items of a state wait for their turn.
    pub(super) fn has_waiting(&self, id: FrameId) -> bool {
        let active = self.frames[id.0]
            .as_ref()
            .and_then(|frame| frame.active.as_ref());
        let phase = active.map(|active| &active.phase);
        matches!(phase, Some(Phase::Children(children)) if children.next < children.results.len())
    }

    /// Handles the error of a branch or an item where it fails the state around it.
    fn handle_from_child(&mut self, id: FrameId, error: &RuntimeError) {
        let kind = self.active(id).state.kind();
        let deviations = self.deviations();
        let Some(raised) = deviations.and_then(|all| all.passed_on(kind, false)) else {
            return if self.ends_at(id, error) {
                self.raise_as_is(id, error);
            } else {
                self.handle_error(id, error);
            };
        };
        let mut passed = error.clone();
        passed.location = None;
        self.rename(&mut passed, raised);
        if passed.terminal {
            self.raise_as_is(id, &passed);
        } else {
            self.handle_error(id, &passed);
        }
    }

    /// Stops every child of a state. `failed` is the child whose failure is the reason, `cause` the
    /// event that all the Aborted events follow.
    fn stop_children(&mut self, id: FrameId, failed: Option<usize>, cause: i64) {
        let active = self.active_mut(id);
        let is_map = active.state.kind() == StateType::Map;
        let name = active.name.clone();
        let Phase::Children(children) = &mut active.phase else {
            return;
        };
        let frames = std::mem::take(&mut children.frames);
        let (first, others) = (
            failed.and_then(|place| frames[place]),
            frames.into_iter().enumerate(),
        );
        for (place, child) in others {
            let Some(child) = child.filter(|child| Some(*child) != first) else {
                continue;
            };
            self.mark(Clause::SiblingsStopped);
            self.mark(Clause::SiblingsStoppedHistory);
            self.report(Fact::SiblingStopped);
            self.stop_thread(child, cause);
            if is_map {
                let details = iteration_details(&name, place);
                let kind = EventKind::Iteration(history::Phase::Aborted);
                self.emit(cause, kind, details);
            }
        }
        // The failed child is stopped last (recorded: test_service_lambda_map_timeout).
        if let Some(first) = first {
            self.stop_thread(first, cause);
        }
    }

    /// Whether another thread can exist at the same time as this one: another branch or another
    /// concurrent iteration, of the enclosing state or of any state around it.
    pub(super) fn has_siblings(&self, mut id: FrameId) -> bool {
        while let Some((parent, _)) = self.frame(id).parent {
            if let Phase::Children(children) = &self.active(parent).phase
                && children.at_once > 1
            {
                return true;
            }
            id = parent;
        }
        false
    }

    /// Reports a failure that ends the whole execution, wherever it happens.
    pub(super) fn report_end_of_all(&self, id: FrameId) {
        let parent = |id: &FrameId| self.frame(*id).parent.map(|(parent, _)| parent);
        let outwards = std::iter::successors(Some(id), parent);
        self.report(Fact::ThreadFailed {
            siblings: self.has_siblings(id),
            beside: outwards.filter_map(|id| self.moved_beside(id)).max(),
        });
    }

    /// The latest time at which a thread beside this one moved, or ended after this one had begun.
    fn moved_beside(&self, id: FrameId) -> Option<Instant> {
        let frame = self.frame(id);
        let (parent, place) = frame.parent?;
        let Phase::Children(children) = &self.active(parent).phase else {
            return None;
        };
        let ended = children.ended.filter(|(_, events)| *events > frame.began);
        let others = children.frames.iter().enumerate();
        let others = others.filter_map(|(other, child)| child.filter(|_| other != place));
        let moved = others.map(|child| self.moved(child));
        moved.chain(ended.map(|(at, _)| at)).max()
    }

    /// The time at which a thread, or one inside it, moved last: now, unless it waits for something
    /// that takes time.
    fn moved(&self, id: FrameId) -> Instant {
        let frame = self.frame(id);
        let Some(active) = &frame.active else {
            return self.now;
        };
        let since = self.history[frame.previous as usize - 1].at;
        match &active.phase {
            Phase::Working => self.now,
            Phase::Task(task) if !task.started => self.now,
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Task(_) => since,
            Phase::Children(children) => {
                let ended = children.ended.map_or(since, |(at, _)| at);
                let inside = children.frames.iter().flatten();
                let moved = inside.map(|child| self.moved(*child));
                moved.fold(ended, Instant::max)
            }
        }
    }

    /// Stops a thread, starting with the innermost states.
    fn stop_thread(&mut self, id: FrameId, cause: i64) {
        let frame = self.frame_mut(id);
        if let Some(active) = &mut frame.active {
            let kind = active.state.kind();
            let phase = std::mem::replace(&mut active.phase, Phase::Working);
            match phase {
                Phase::Working => {}
                Phase::Waiting { timer, .. } | Phase::Delayed { timer } => {
                    self.cancel_timer(Some(timer));
                }
                Phase::Task(task) => {
                    let number = task.task;
                    self.active_mut(id).phase = Phase::Task(task);
                    self.end_task(number);
                    self.commands.push(Command::Cancel(number));
                }
                children @ Phase::Children(_) => {
                    self.active_mut(id).phase = children;
                    self.stop_children(id, None, cause);
                }
            }
            let rule = match kind {
                StateType::Task => Some(Clause::HistoryAborted),
                StateType::Wait | StateType::Parallel | StateType::Map => {
                    Some(Clause::HistoryAbortedScope)
                }
                _ => None,
            };
            if let Some(rule) = rule {
                self.mark(rule);
                self.emit(cause, EventKind::Aborted(kind), Details::default());
            }
        }
        self.frames[id.0] = None;
    }

    /// Adds the Failed event of a Parallel or Map that is not retried any more.
    pub(super) fn state_failed(&mut self, id: FrameId) {
        let kind = self.active(id).state.kind();
        if matches!(kind, StateType::Parallel | StateType::Map) {
            self.emit_in(id, EventKind::Failed(kind), Details::default());
        }
    }
}

fn iteration_details(map: &Name, index: usize) -> Details {
    Details {
        name: Some(map.clone()),
        index: Some(index as u64),
        ..Details::default()
    }
}

/// The most iterations that may run concurrently.
fn concurrency(eval: &Eval<'_>, limit: Option<&Limit>, data: &Value) -> Result<usize> {
    let given = match limit {
        None => 0,
        Some(Limit::Literal(limit)) => *limit,
        Some(limit) => eval.flow().max_concurrency(eval, limit, data)?,
    };
    Ok(match given {
        0 => INLINE_CONCURRENCY,
        1 => {
            eval.mark(Clause::MapSequential);
            1
        }
        limit => (limit as usize).min(INLINE_CONCURRENCY),
    })
}
