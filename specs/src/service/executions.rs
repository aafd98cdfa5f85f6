//! Executions.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::{
    CallError, ExecutionId, Service, Time,
    arn::{self, MachineArn, Qualifier},
    map_runs,
    params::Params,
    render::{self, seconds},
    work::Run,
};
use crate::{
    asl::WorkflowType,
    base::time::{Instant, Millis},
    clause::Coverage,
    deviation::CallRule,
    history::Failure,
    interpreter::{Execution, Input, TimerId},
};

impl Service {
    pub(super) fn describe_execution(
        &self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let run = self.run(params.text("executionArn")?)?;
        Ok(Self::description(
            run,
            time.now(),
            !params.wants_metadata_only(),
        ))
    }

    /// What there is to tell about an execution.
    pub(super) fn description(run: &Run, now: Instant, with_data: bool) -> Value {
        let status = run.status();
        let mut answer = json!({
            "executionArn": run.arn,
            "stateMachineArn": run.machine_arn,
            "name": run.name,
            "status": status,
            "startDate": seconds(run.started),
            "inputDetails": { "included": with_data },
        });
        run.tell_origin(&mut answer);
        if with_data {
            answer["input"] = run.input.as_str().into();
        }
        if let Some(trace) = &run.trace {
            answer["traceHeader"] = trace.as_str().into();
        }
        if let Some(ended) = run.ended {
            answer["stopDate"] = seconds(ended);
        }
        let obstacle = run.not_redrivable(now);
        answer["redriveStatus"] = match obstacle {
            Some(_) => "NOT_REDRIVABLE",
            None => "REDRIVABLE",
        }
        .into();
        if let Some(reason) = obstacle {
            answer["redriveStatusReason"] = reason.into();
        }
        if let Some(output) = run.output() {
            answer["outputDetails"] = json!({ "included": with_data });
            if with_data {
                answer["output"] = output.to_string().into();
            }
        }
        let Failure { error, cause } = run.failure();
        for (key, text) in [("error", error), ("cause", cause)] {
            if let Some(text) = text.filter(|_| with_data) {
                answer[key] = (*text).into();
            }
        }
        answer
    }

    pub(super) fn history(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let run = self.run(params.text("executionArn")?)?;
        let with_data = params.value("includeExecutionData") != Some(&Value::Bool(false));
        let begun = run.begun();
        let event = |event| render::event(event, begun, with_data);
        let events = run.execution.iter().flat_map(Execution::history);
        if params.flag("reverseOrder") {
            self.page(params, "events", &run.arn, events.rev().map(event))
        } else {
            self.page(params, "events", &run.arn, events.map(event))
        }
    }

    /// The most recent execution comes first: a running one counts from its start or its redrive, another
    /// one from its end. The ARN of a version or an alias lists what was started by it (API reference,
    /// `ListExecutions`; recorded).
    pub(super) fn list_executions(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = match (
            params.maybe_text("stateMachineArn"),
            params.maybe_text("mapRunArn"),
        ) {
            (Some(arn), None) => arn,
            (None, Some(arn)) => return map_runs::executions(arn),
            // The wordings of these refusals are ours.
            (None, None) => {
                return Err(CallError::missing_any(
                    "Either stateMachineArn or mapRunArn must be specified",
                ));
            }
            (Some(_), Some(_)) => {
                let error = "stateMachineArn and mapRunArn cannot both be specified";
                return Err(CallError::validation(error).in_our_words());
            }
        };
        let arn = MachineArn::parse(arn)?;
        let nothing = || CallError::no_machine(arn.whole);
        let stored = self.machines.get(arn.machine).ok_or_else(nothing)?;
        let exists = match arn.qualifier {
            Qualifier::None => true,
            Qualifier::Version(number) => stored.version(number).is_some(),
            Qualifier::Alias(name) => stored.aliases.contains_key(name),
        };
        if !exists {
            return Err(nothing());
        }
        if stored.workflow == WorkflowType::Express {
            return Err(CallError::unsupported_type());
        }
        let filter = params.maybe_text("statusFilter");
        if filter == Some("PENDING_REDRIVE") || params.value("redriveFilter").is_some() {
            let error = "the status PENDING_REDRIVE and a redriveFilter are only for Map Runs";
            return Err(CallError::validation(error).guessed());
        }
        let is_of = |run: &Run| match arn.qualifier {
            Qualifier::None => true,
            Qualifier::Version(number) => run.version == Some(number),
            Qualifier::Alias(name) => run.alias.as_deref() == Some(name),
        };
        let mut found: Vec<&Run> = self
            .runs
            .values()
            .rev()
            .filter(|run| run.machine_arn == arn.machine && is_of(run))
            .filter(|run| filter.is_none_or(|status| status == run.status().name()))
            .collect();
        found.sort_by_key(|run| Reverse(run.listed_by()));
        if found.len() > 1 && !self.keeps(CallRule::ExecutionsOrder) {
            found.reverse();
        }
        let all = found.into_iter().map(|run| {
            let mut item = json!({
                    "executionArn": run.arn,
                    "stateMachineArn": run.machine_arn,
                    "name": run.name,
                    "status": run.status(),
                    "startDate": seconds(run.started),
            });
            if let Some(ended) = run.ended {
                item["stopDate"] = seconds(ended);
            }
            run.tell_origin(&mut item);
            item
        });
        self.page(params, "executions", arn.whole, all)
    }

    /// Stopping an execution that has ended changes nothing.
    pub(super) fn stop_execution(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let arn = params.text("executionArn")?;
        let has_ended = self.run(arn)?.ended.is_some();
        if has_ended && !self.keeps(CallRule::StopEnded) {
            let error = format!("Execution has ended: '{arn}'");
            return Err(CallError::validation(error).in_our_words());
        }
        let id = self.runs_by_arn[arn];
        let now = time.of(id);
        let failure = Failure {
            error: params.maybe_text("error").map(Into::into),
            cause: params.maybe_text("cause").map(Into::into),
        };
        self.feed(id, now, Input::Stop { failure });
        let stopped = self.runs.get(&id).and_then(|run| run.ended).unwrap_or(now);
        Ok(json!({ "stopDate": seconds(stopped) }))
    }

    /// The ARN of an execution; `None` if it was forgotten.
    pub fn arn_of(&self, execution: ExecutionId) -> Option<&str> {
        self.runs.get(&execution).map(|run| run.arn.as_str())
    }

    /// The rules of the language that an execution has exercised; `None` if there is none with this ARN.
    pub fn exercised_by(&self, arn: &str) -> Option<Coverage> {
        let run = self.run(arn).ok()?;
        run.execution.as_ref().map(Execution::coverage)
    }

    /// Whether an execution has come to something that is not interpreted.
    pub fn is_broken(&self, arn: &str) -> bool {
        self.run(arn).is_ok_and(|run| run.broken.is_some())
    }

    /// Fires a timer. One that is no longer needed is ignored.
    pub fn fire(&mut self, time: &dyn Time, execution: ExecutionId, timer: TimerId) {
        self.feed(execution, time.of(execution), Input::TimerFired { timer });
    }

    /// The execution with this ARN. That of an Express workflow cannot be asked about (recorded:
    /// `test_start_async_describe_history_execution`).
    pub(super) fn run(&self, arn: &str) -> Result<&Run, CallError> {
        arn::of_kind(arn, arn::EXECUTION)?;
        self.runs_by_arn
            .get(arn)
            .and_then(|id| self.runs.get(id))
            .ok_or_else(|| CallError::no_execution(arn))
    }
}

/// For how long an execution is kept after it has closed, in milliseconds: 90 days (Developer
/// Guide, "Quotas related to state machine executions").
pub(super) const RETENTION: Millis = 90 * DAY;
const DAY: Millis = 24 * 60 * 60 * 1_000;

impl Run {
    /// Adds to an answer which version or alias it was started by, and its redrives.
    fn tell_origin(&self, answer: &mut Value) {
        let machine = &self.machine_arn;
        if let Some(version) = self.version {
            answer["stateMachineVersionArn"] = format!("{machine}:{version}").into();
        }
        if let Some(alias) = &self.alias {
            answer["stateMachineAliasArn"] = format!("{machine}:{alias}").into();
        }
        answer["redriveCount"] = self.redrives.count.into();
        if let Some(last) = self.redrives.last {
            answer["redriveDate"] = seconds(last);
        }
    }

    /// By what a list of executions is sorted: when it stopped, or else when it was redriven or started.
    fn listed_by(&self) -> Instant {
        let began = self.redrives.last.unwrap_or(self.started);
        self.ended.unwrap_or(began)
    }
}
