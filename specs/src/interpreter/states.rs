//! The work of each state type, when the state is entered or retried.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Execution,
    data_flow::Exit,
    frame::{FrameId, Phase},
    runtime_error::{Result, RuntimeError},
    timers::Waiter,
};
use crate::{
    asl::{Body, Choice, Dynamic, Fail, Limit, Name, Pass, State, Text, Transition, Until, Wait},
    base::time::{Instant, Millis},
    clause::Clause,
    history::Failure,
};

/// The longest wait in Step Functions (recorded: 24,855 days are accepted, 24,856 are not).
const LONGEST_WAIT_MILLIS: u64 = 2_147_483_647_000;

impl Execution {
    /// Does the work of the current state: on entry, or again after a retry's delay.
    pub(super) fn attempt(&mut self, id: FrameId) {
        let state: Arc<State> = self.active(id).state.clone();
        self.active_mut(id).phase = Phase::Working;
        let done = match &state.body {
            Body::Pass(pass) => self.pass(id, pass),
            Body::Choice(choice) => self.choice(id, choice),
            Body::Wait(wait) => self.wait(id, wait),
            Body::Succeed => self.succeed(id),
            Body::Fail(fail) => self.fail_state(id, fail),
            Body::Task(task) => self.schedule(id, task),
            Body::Parallel(parallel) => self.start_branches(id, parallel),
            Body::Map(map) => self.start_map(id, map),
        };
        if let Err(error) = done {
            self.raise(id, &error);
        }
    }

    fn pass(&mut self, id: FrameId, pass: &Pass) -> Result<()> {
        self.mark(Clause::Pass);
        let eval = self.eval(id);
        let flow = eval.flow();
        let result = flow.pass(&eval, flow.effective_input(&eval)?)?;
        self.leave(id, Exit::State, &result, pass.transition.clone())
    }

    fn choice(&mut self, id: FrameId, choice: &Choice) -> Result<()> {
        let eval = self.eval(id);
        let flow = eval.flow();
        let effective = flow.effective_input(&eval)?;
        let mut chosen = None;
        self.mark(Clause::ChoiceFirstMatch);
        for rule in &choice.choices {
            if flow.applies(&eval, rule, &effective)? {
                chosen = Some(rule);
                break;
            }
        }
        let (next, exit) = match (chosen, &choice.default) {
            (Some(rule), _) => (rule.next.clone(), Exit::Rule(rule)),
            (None, Some(default)) => {
                self.mark(Clause::ChoiceDefault);
                (default.clone(), Exit::State)
            }
            (None, None) => {
                self.mark(Clause::ChoiceNoMatch);
                let text = "Failed to transition out of the state. The state does not point to a \
                            next state.";
                return Err(Box::new(RuntimeError::runtime(
                    Clause::ChoiceNoMatch,
                    eval.active,
                    text,
                )));
            }
        };
        self.leave(id, exit, &effective, Transition::Next(next))
    }

    fn wait(&mut self, id: FrameId, wait: &Wait) -> Result<()> {
        let eval = self.eval(id);
        let effective = eval.flow().effective_input(&eval)?;
        let delay = self.wait_delay(id, &wait.until, &effective)?;
        let is_too_long = delay > LONGEST_WAIT_MILLIS;
        if is_too_long && !self.goes_on(id, Clause::WaitTooLong) {
            self.mark(Clause::WaitTooLong);
            if matches!(wait.until, Until::Seconds(_)) {
                self.mark(Clause::WaitTooLongSeconds);
            }
            let text = "Wait state delay is too long.";
            return Err(Box::new(RuntimeError::runtime(
                Clause::WaitTooLong,
                self.active(id),
                text,
            )));
        }
        if delay == 0 || is_too_long {
            self.wait_over(id, &effective);
            return Ok(());
        }
        let timer = self.set_timer(delay, Waiter::Frame(id));
        self.active_mut(id).phase = Phase::Waiting { timer, effective };
        Ok(())
    }

    fn wait_delay(&self, id: FrameId, until: &Until, effective: &Arc<Value>) -> Result<u64> {
        match until {
            Until::Seconds(Limit::Literal(seconds)) => {
                self.mark(Clause::WaitSeconds);
                Ok(seconds.saturating_mul(1_000))
            }
            Until::Timestamp(Dynamic::Literal(text)) => {
                self.mark(Clause::WaitTimestamp);
                let until = Instant::parse_rfc3339(text);
                Ok(until.map_or(0, |until| self.until(until)))
            }
            Until::Seconds(_) | Until::Timestamp(_) => {
                let eval = self.eval(id);
                eval.flow().delay(&eval, until, effective)
            }
        }
    }

    /// How long a Wait waits whose timestamp is `instant`.
    pub(super) fn until(&self, instant: Instant) -> Millis {
        let whole = instant.whole_second();
        if whole != instant {
            self.mark(Clause::WaitTimestampWhole);
        }
        whole.since(self.now)
    }

    pub(super) fn wait_over(&mut self, id: FrameId, effective: &Arc<Value>) {
        let Some(transition) = self.active(id).state.transition().cloned() else {
            return;
        };
        if let Err(error) = self.leave(id, Exit::State, effective, transition) {
            self.raise(id, &error);
        }
    }

    fn succeed(&mut self, id: FrameId) -> Result<()> {
        self.mark(Clause::Succeed);
        let eval = self.eval(id);
        let effective = eval.flow().effective_input(&eval)?;
        self.leave(id, Exit::State, &effective, Transition::End)
    }

    fn fail_state(&mut self, id: FrameId, fail: &Fail) -> Result<()> {
        self.mark(Clause::Fail);
        let failure = Failure {
            error: self.fail_text(id, fail.error.as_ref(), "Error")?,
            cause: self.fail_text(id, fail.cause.as_ref(), "Cause")?,
        };
        self.note_empty_text(&failure);
        Err(Box::new(RuntimeError::fail_state(failure)))
    }

    fn fail_text(&self, id: FrameId, text: Option<&Text>, name: &str) -> Result<Option<Name>> {
        match text {
            None => Ok(None),
            Some(Text::Literal(text)) => Ok(Some(text.as_str().into())),
            Some(text) => {
                let eval = self.eval(id);
                eval.flow().text(&eval, text, name).map(Some)
            }
        }
    }
}
