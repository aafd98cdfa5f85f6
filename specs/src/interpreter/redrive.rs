//! Redrive: an execution that failed goes on where it failed, with everything that had succeeded.
//!
//! What is told of a Parallel or a Map once one of its children has failed it is kept aside
//! ([`Stopped`]), so that only the children that failed or were stopped are run again.

use super::{
    Execution,
    frame::{Children, FrameId, Phase, Ready, Stopped},
    runtime_error::DATA_LIMIT_EXCEEDED,
    timers::Waiter,
};
use crate::{
    asl::StateType,
    base::time::Instant,
    clause::Clause,
    history::{self, Details, EventKind, Failure},
    observation::Status,
};

impl Execution {
    /// Keeps the children of a state aside, before they are stopped.
    pub(super) fn keep_children(&mut self, id: FrameId) {
        if !self.setup.is_redrivable {
            return;
        }
        let Phase::Children(children) = &self.active(id).phase else {
            return;
        };
        let children = (**children).clone();
        let mut threads = Vec::new();
        let mut inside: Vec<FrameId> = children.frames.iter().flatten().copied().collect();
        while let Some(thread) = inside.pop() {
            let frame = self.frame(thread).clone();
            if let Some(Phase::Children(more)) = frame.active.as_ref().map(|it| &it.phase) {
                inside.extend(more.frames.iter().flatten());
            }
            threads.push((thread, frame));
        }
        let is_inside = |id: &FrameId| threads.iter().any(|(thread, _)| thread == id);
        let ready = self.ready.iter().filter(|(frame, ..)| is_inside(frame));
        let ready = ready.cloned().collect();
        self.active_mut(id).stopped = Some(Box::new(Stopped {
            children,
            threads,
            ready,
        }));
    }

    /// Goes on where it failed. One that runs, or has succeeded, does not.
    pub(super) fn redrive(&mut self, at: Instant) {
        let failed = match &self.outcome {
            Some(outcome) if outcome.status != Status::Succeeded => outcome.failure.clone(),
            _ => return,
        };
        if !self.setup.is_redrivable {
            return;
        }
        self.mark(Clause::ExecutionRedriven);
        self.mark(Clause::ExecutionRedrivenHistory);
        self.now = self.now.max(at);
        self.outcome = None;
        self.redriven = Some(self.now);
        self.redrives += 1;
        let last = self.history.len() as i64;
        let details = Details {
            index: Some(self.redrives),
            ..Details::default()
        };
        let redriven = self.emit(last, EventKind::ExecutionRedriven, details);
        if let Some(seconds) = self.machine().timeout_seconds {
            self.set_timer(seconds.saturating_mul(1_000), Waiter::Machine);
        }
        let ready = std::mem::take(&mut self.unstarted);
        self.go_to(ready.into(), redriven);
        self.resume(FrameId(0), redriven, &failed);
    }

    /// What was about to be entered is entered now.
    fn go_to(&mut self, ready: Vec<Ready>, after: i64) {
        for (id, name, input) in ready {
            if let Some(frame) = &mut self.frames[id.0] {
                frame.previous = after;
                self.ready.push_back((id, name, input));
            }
        }
    }

    /// Runs a thread again from the state that it was in; a thread that was between two states enters the
    /// second. `failed` is how the execution ended.
    fn resume(&mut self, id: FrameId, after: i64, failed: &Failure) {
        let frame = self.frame_mut(id);
        frame.previous = after;
        let Some(active) = &mut frame.active else {
            return;
        };
        active.retries = 0;
        active.budgets.clear();
        let stopped = active.stopped.take();
        let all = failed.error.as_deref() == Some(DATA_LIMIT_EXCEEDED);
        let phase = std::mem::replace(&mut active.phase, Phase::Working);
        match (phase, stopped) {
            (Phase::Children(children), _) if !all && has_live(&children) => {
                self.resume_children(id, *children, failed);
            }
            (_, Some(stopped)) if !all && has_live(&stopped.children) => {
                for (thread, frame) in stopped.threads {
                    self.frames[thread.0] = Some(frame);
                }
                self.go_to(stopped.ready, after);
                self.resume_children(id, stopped.children, failed);
            }
            (Phase::Children(children), _) => {
                for child in children.frames.into_iter().flatten() {
                    self.drop_thread(child);
                }
                self.attempt(id);
            }
            _ => self.attempt(id),
        }
    }

    /// Runs the children again that had not succeeded.
    fn resume_children(&mut self, id: FrameId, children: Children, failed: &Failure) {
        let active = self.active_mut(id);
        let (kind, name) = (active.state.kind(), active.name.clone());
        let live: Vec<(usize, FrameId)> = children
            .frames
            .iter()
            .enumerate()
            .filter_map(|(place, child)| Some((place, (*child)?)))
            .collect();
        let waiting = children.at_once.saturating_sub(live.len());
        let length = (kind == StateType::Map).then_some(children.results.len() as u64);
        active.phase = Phase::Children(Box::new(children));
        let details = Details {
            length,
            ..Details::default()
        };
        let started = self.emit_in(id, EventKind::Started(kind), details);
        for (place, child) in live {
            let mut after = started;
            if kind == StateType::Map {
                let details = Details {
                    name: Some(name.clone()),
                    index: Some(place as u64),
                    ..Details::default()
                };
                let kind = EventKind::Iteration(history::Phase::Started);
                after = self.emit(started, kind, details);
            }
            // A child that fails may stop the others, or end the execution.
            if self.outcome.is_none() && self.frames[child.0].is_some() {
                self.resume(child, after, failed);
            }
        }
        // Those that had not been started take the places that are free.
        for _ in 0..waiting {
            let goes_on = self.outcome.is_none() && self.has_waiting(id);
            if !goes_on {
                break;
            }
            self.start_next(id, started);
        }
    }

    /// Removes a thread and those inside it, without a word.
    fn drop_thread(&mut self, id: FrameId) {
        let Some(frame) = self.frames[id.0].take() else {
            return;
        };
        if let Some(Phase::Children(children)) = frame.active.map(|active| active.phase) {
            for child in children.frames.into_iter().flatten() {
                self.drop_thread(child);
            }
        }
    }
}

/// Whether a child had not ended.
fn has_live(children: &Children) -> bool {
    children.frames.iter().any(Option::is_some)
}
