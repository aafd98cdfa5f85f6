//! What each state type does when it is entered or retried.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Execution, Waiter,
    frame::{FrameId, Phase},
    runtime_error::{Result, RuntimeError},
};
use crate::{
    asl::{Body, Choice, Dynamic, Fail, Limit, Name, Pass, State, Text, Transition, Until, Wait},
    base::time::Instant,
    clause::Clause,
    history::Failure,
    query::jsonpath::{path::Path, template::Source},
};

/// Step Functions waits no longer than this (recorded: 24,855 days pass, 24,856 do not).
const LONGEST_WAIT_MILLIS: u64 = 2_147_483_647_000;

impl Execution {
    /// Does the work of the current state, for the first time or again after a retry's delay.
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
        if let Err(fault) = done {
            self.raise(id, &fault);
        }
    }

    fn pass(&mut self, id: FrameId, pass: &Pass) -> Result<()> {
        self.mark(Clause::Pass);
        let eval = self.eval(id);
        let effective = eval.input_path()?;
        let shaped = eval.parameters(pass.parameters.as_ref(), effective)?;
        let result = match &pass.result {
            None => shaped,
            Some(Value::Null) => {
                self.mark(Clause::PassResultNull);
                shaped
            }
            Some(result) => {
                self.mark(Clause::PassResult);
                Arc::new(result.clone())
            }
        };
        let merged = eval.result_path(&pass.result_path, result.clone())?;
        let output = eval.output_path(&merged)?;
        let state = eval.active.state.clone();
        let to = pass.transition.clone();
        self.leave(id, state.assign.as_ref(), &result, output, to)
    }

    fn choice(&mut self, id: FrameId, choice: &Choice) -> Result<()> {
        let eval = self.eval(id);
        let state = eval.active.state.clone();
        let effective = eval.input_path()?;
        let mut chosen = None;
        for rule in &choice.choices {
            if eval.condition(&rule.condition, &effective)? {
                chosen = Some(rule);
                break;
            }
        }
        let (next, assign) = match (chosen, &choice.default) {
            (Some(rule), _) => {
                self.mark(Clause::ChoiceFirstMatch);
                (rule.next.clone(), rule.assign.as_ref())
            }
            (None, Some(default)) => {
                self.mark(Clause::ChoiceDefault);
                (default.clone(), state.assign.as_ref())
            }
            (None, None) => {
                self.mark(Clause::ChoiceNoMatch);
                let text = "Failed to transition out of the state. The state does not point to a \
                            next state.";
                return Err(Box::new(RuntimeError::runtime(eval.active, text)));
            }
        };
        let output = eval.output_path(&effective)?;
        let to = Transition::Next(next);
        self.leave(id, assign, &effective, output, to)
    }

    fn wait(&mut self, id: FrameId, wait: &Wait) -> Result<()> {
        let effective = self.eval(id).input_path()?;
        let delay = self.wait_delay(id, &wait.until, &effective)?;
        if delay > LONGEST_WAIT_MILLIS {
            self.mark(Clause::WaitTooLong);
            if matches!(wait.until, Until::Seconds(_)) {
                self.mark(Clause::WaitTooLongSeconds);
            }
            let text = "Wait state delay is too long.";
            return Err(Box::new(RuntimeError::runtime(self.active(id), text)));
        }
        if delay == 0 {
            self.wait_over(id, &effective);
            return Ok(());
        }
        let timer = self.set_timer(delay, Waiter::Frame(id));
        self.active_mut(id).phase = Phase::Waiting { timer, effective };
        Ok(())
    }

    fn wait_delay(&self, id: FrameId, until: &Until, effective: &Arc<Value>) -> Result<u64> {
        let eval = self.eval(id);
        match until {
            Until::Seconds(Limit::Literal(seconds)) => {
                self.mark(Clause::WaitSeconds);
                Ok(seconds.saturating_mul(1_000))
            }
            Until::Seconds(Limit::Path(path)) => self.wait_seconds_path(id, path, effective),
            Until::Timestamp(Dynamic::Literal(text)) => {
                self.mark(Clause::WaitTimestamp);
                Ok(Instant::parse_rfc3339(text).map_or(0, |until| until.since(self.now)))
            }
            Until::TimestampPath(path) => {
                self.mark(Clause::WaitTimestampPath);
                let value = eval.find_one(path, effective).map_err(|_| {
                    self.mark(Clause::WaitPathMissing);
                    let text = format!(
                        "The TimestampPath parameter does not reference an input value: {path}"
                    );
                    Box::new(RuntimeError::runtime(eval.active, &text))
                })?;
                if value.as_str().is_some_and(Instant::is_nearly_rfc3339) {
                    self.mark(Clause::TimestampLexical);
                }
                value.as_str().and_then(Instant::parse_rfc3339).map_or_else(
                    || {
                        let value = value
                            .as_str()
                            .map_or_else(|| value.to_string(), str::to_owned);
                        let text = format!(
                            "The TimestampPath parameter does not reference a valid ISO-8601 \
                             extended offset date-time format string: {path} == {value}"
                        );
                        Err(Box::new(RuntimeError::runtime(eval.active, &text)))
                    },
                    |until| Ok(until.since(self.now)),
                )
            }
            Until::Seconds(Limit::Expression(_)) | Until::Timestamp(Dynamic::Expression(_)) => {
                Err(eval.unsupported("JSONata"))
            }
        }
    }

    fn wait_seconds_path(&self, id: FrameId, path: &Path, data: &Arc<Value>) -> Result<u64> {
        self.mark(Clause::WaitSecondsPath);
        let eval = self.eval(id);
        let fault = |text: String| Box::new(RuntimeError::runtime(eval.active, &text));
        let value = eval.find_one(path, data).map_err(|_| {
            self.mark(Clause::WaitPathMissing);
            fault(format!(
                "The SecondsPath parameter does not reference an input value: {path}"
            ))
        })?;
        let shown = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        match shown.parse::<i64>() {
            Ok(seconds) => u64::try_from(seconds)
                .map(|seconds| seconds.saturating_mul(1_000))
                .map_err(|_| {
                    let text = "The SecondsPath parameter references a negative value";
                    fault(format!("{text}: {path} == {shown}"))
                }),
            Err(_) => {
                if value.as_f64().is_none_or(|seconds| seconds.fract() == 0.0) {
                    self.mark(Clause::WaitSecondsOdd);
                }
                let text = "The SecondsPath parameter cannot be parsed as a long value";
                Err(fault(format!("{text}: {path} == {shown}")))
            }
        }
    }

    pub(super) fn wait_over(&mut self, id: FrameId, effective: &Arc<Value>) {
        let state = self.active(id).state.clone();
        let Some(transition) = state.transition().cloned() else {
            return;
        };
        let done = self.eval(id).output_path(effective).and_then(|output| {
            self.leave(id, state.assign.as_ref(), effective, output, transition)
        });
        if let Err(fault) = done {
            self.raise(id, &fault);
        }
    }

    fn succeed(&mut self, id: FrameId) -> Result<()> {
        self.mark(Clause::Succeed);
        let eval = self.eval(id);
        let output = eval.output_path(&eval.input_path()?)?;
        self.leave(id, None, &Value::Null, output, Transition::End)
    }

    fn fail_state(&mut self, id: FrameId, fail: &Fail) -> Result<()> {
        self.mark(Clause::Fail);
        let failure = Failure {
            error: self.fail_text(id, fail.error.as_ref(), "ErrorPath")?,
            cause: self.fail_text(id, fail.cause.as_ref(), "CausePath")?,
        };
        self.note_empty_text(&failure);
        Err(Box::new(RuntimeError::fail_state(failure)))
    }

    fn fail_text(&self, id: FrameId, text: Option<&Text>, field: &str) -> Result<Option<Name>> {
        let source: &Source = match text {
            None => return Ok(None),
            Some(Text::Literal(text)) => return Ok(Some(text.as_str().into())),
            Some(Text::Path(source)) => source,
        };
        self.mark(Clause::FailPath);
        let eval = self.eval(id);
        match eval.source(source, &eval.active.input, &field)? {
            Value::String(text) => Ok(Some(text.into())),
            other => {
                self.mark(Clause::FailPathNotText);
                Ok(Some(other.to_string().into()))
            }
        }
    }
}
