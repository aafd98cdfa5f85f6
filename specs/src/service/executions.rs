//! Executions.

use crate::base::entropy::mix;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
};

use serde_json::{Value, json};

use super::{
    CallError, Effect, ExecutionId, Service, Time, arn,
    page::page,
    params::Params,
    render::{self, Begun, seconds},
    work::{Run, Step},
};
use crate::{
    asl::WorkflowType,
    base::time::{Instant, Millis},
    history::Failure,
    interpreter::{Execution, Identity, Input, Setup, TimerId},
    observation::Status,
};

impl Service {
    /// A running execution with the same name and the same input text is returned instead of a new
    /// one. A name can be used again 90 days after its execution has closed, in an Express workflow at
    /// once (API reference, `StartExecution`).
    pub(super) fn start_execution(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let machine_arn = params.text("stateMachineArn")?;
        let stored = self.machine(machine_arn)?;
        let (program, role) = (stored.program.clone(), stored.role.clone());
        let machine_name = stored.name.clone();
        let is_express = stored.workflow == WorkflowType::Express;
        let text = params.maybe_text("input").unwrap_or("{}");
        let input = parse_input(text)?;
        let id = ExecutionId(self.number);
        let name = match params.maybe_text("name") {
            Some(name) => arn::checked(name)?.to_owned(),
            None => self.drawn_name(id),
        };
        let arn = if is_express {
            // Another one for each call: a name can be used again at once.
            let draw = self.drawn_name(ExecutionId(!id.0));
            let resource = format!("{machine_name}:{name}:{draw}");
            self.config.arn(EXPRESS, &resource)
        } else {
            let resource = format!("{machine_name}:{name}");
            self.config.arn("execution", &resource)
        };
        let named = self.runs_by_arn.get(&arn).copied();
        if let Some((earlier, run)) = named.and_then(|id| Some((id, self.runs.get(&id)?))) {
            let is_free = |ended: Instant| time.now().since(ended) >= RETENTION;
            if run.ended.is_some_and(is_free) {
                // AWS keeps an execution for as long as its name.
                self.forget(earlier);
            } else if run.status() == Status::Running && run.input == text {
                return Ok(json!({ "executionArn": arn, "startDate": seconds(run.started) }));
            } else {
                return Err(CallError::new(
                    "ExecutionAlreadyExists",
                    format!("Execution Already Exists: '{arn}'"),
                ));
            }
        }
        if !self.has_room() {
            return Err(CallError::too_many_executions());
        }
        let identity = Identity {
            execution_arn: arn.as_str().into(),
            execution_name: name.as_str().into(),
            role_arn: role.as_str().into(),
            machine_arn: machine_arn.into(),
            machine_name: machine_name.into(),
            redrive_count: Some(0),
            entropy: mix(self.config.entropy ^ id.0),
        };
        let started = time.now();
        let execution = Execution::begin(Setup::new(program, identity, input, started));
        self.next_number();
        let memory = execution.memory();
        self.running_memory += memory;
        let run = Run {
            arn: arn.clone(),
            name: name.clone(),
            machine_arn: machine_arn.to_owned(),
            role,
            execution: Some(execution),
            steps: VecDeque::new(),
            busy: false,
            input: text.to_owned(),
            started,
            ended: None,
            memory,
            tasks: BTreeMap::new(),
            broken: None,
        };
        self.runs.insert(id, run);
        self.runs_by_arn.insert(arn.clone(), id);
        self.effects.push(Effect::Started {
            execution: id,
            name,
        });
        self.do_next(id, started, Step::Begin);
        Ok(json!({ "executionArn": arn, "startDate": seconds(started) }))
    }

    pub(super) fn describe_execution(
        &self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let run = self.run(params.text("executionArn")?)?;
        let status = run.status();
        let mut answer = json!({
            "executionArn": run.arn,
            "stateMachineArn": run.machine_arn,
            "name": run.name,
            "status": status,
            "startDate": seconds(run.started),
            "input": run.input,
            "inputDetails": { "included": true },
            "redriveCount": 0,
        });
        if let Some(ended) = run.ended {
            answer["stopDate"] = seconds(ended);
        }
        let obstacle = run.not_redrivable(time.now());
        answer["redriveStatus"] = match obstacle {
            Some(_) => "NOT_REDRIVABLE",
            None => "REDRIVABLE",
        }
        .into();
        if let Some(reason) = obstacle {
            answer["redriveStatusReason"] = reason.into();
        }
        if let Some(output) = run.outcome().and_then(|end| end.output.as_ref()) {
            answer["output"] = output.to_string().into();
            answer["outputDetails"] = json!({ "included": true });
        }
        let failure = run.failure();
        if let Some(error) = failure.error {
            answer["error"] = (*error).into();
        }
        if let Some(cause) = failure.cause {
            answer["cause"] = (*cause).into();
        }
        Ok(answer)
    }

    pub(super) fn history(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let run = self.run(params.text("executionArn")?)?;
        let with_data = params.value("includeExecutionData") != Some(&Value::Bool(false));
        let begun = Begun {
            input: &run.input,
            role: &run.role,
        };
        let event = |event| render::event(event, begun, with_data);
        let events = run.execution.iter().flat_map(Execution::history);
        if params.flag("reverseOrder") {
            page(params, "events", events.rev().map(event))
        } else {
            page(params, "events", events.map(event))
        }
    }

    /// The most recent execution comes first: a running one counts from its start, another one from
    /// its end (API reference, `ListExecutions`).
    pub(super) fn list_executions(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let machine_arn = params.text("stateMachineArn")?;
        if self.machine(machine_arn)?.workflow == WorkflowType::Express {
            return Err(CallError::unsupported_type());
        }
        let filter = params.maybe_text("statusFilter");
        let mut found: Vec<&Run> = self
            .runs
            .values()
            .rev()
            .filter(|run| run.machine_arn == machine_arn)
            .filter(|run| filter.is_none_or(|status| status == run.status().name()))
            .collect();
        found.sort_by_key(|run| Reverse(run.listed_by()));
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
            item
        });
        page(params, "executions", all)
    }

    /// Stopping an execution that has ended changes nothing.
    pub(super) fn stop_execution(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let arn = params.text("executionArn")?;
        self.run(arn)?;
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

    /// Fires a timer. One that is no longer needed is ignored.
    pub fn fire(&mut self, time: &dyn Time, execution: ExecutionId, timer: TimerId) {
        self.feed(execution, time.of(execution), Input::TimerFired { timer });
    }

    /// The execution with this ARN. That of an Express workflow cannot be asked about (recorded:
    /// `test_start_async_describe_history_execution`).
    pub(super) fn run(&self, arn: &str) -> Result<&Run, CallError> {
        if arn::of_kind(arn, EXPRESS).is_ok() {
            return Err(CallError::wrong_kind(EXPRESS));
        }
        arn::of_kind(arn, "execution")?;
        self.runs_by_arn
            .get(arn)
            .and_then(|id| self.runs.get(id))
            .ok_or_else(|| CallError::no_execution(arn))
    }

    /// A name for an execution that was started without one, in the form of a UUID.
    pub(super) fn drawn_name(&self, id: ExecutionId) -> String {
        let high = mix(self.config.entropy ^ !id.0);
        let low = mix(high);
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }
}

/// What the ARN of an Express workflow's execution names.
pub(super) const EXPRESS: &str = "express";

/// For how long an execution is kept after it has closed, in milliseconds: 90 days (Developer
/// Guide, "Quotas related to state machine executions").
const RETENTION: Millis = 90 * DAY;
/// For how long it can be redriven: 14 days (API reference, `RedriveExecution`).
const REDRIVABLE: Millis = 14 * DAY;
/// How long an execution may last, with its redrives: a year.
const LONGEST: Millis = 365 * DAY;
/// From so many events on, the history has no room for a redrive.
const FULL: usize = 24_999;
const DAY: Millis = 24 * 60 * 60 * 1_000;

impl Run {
    /// Why the execution cannot be redriven (API reference, `DescribeExecution`); `None` if it can.
    /// The reason for a full history is worded as it was recorded in 2026-09, the others as they are
    /// documented.
    fn not_redrivable(&self, now: Instant) -> Option<String> {
        let status = self.status();
        let history = self.execution.as_ref().map(Execution::history);
        let since_end = self.ended.map_or(0, |ended| now.since(ended));
        let reason = if matches!(status, Status::Running | Status::Succeeded) {
            return Some(format!(
                "Execution is {} and cannot be redriven",
                status.name()
            ));
        } else if history.is_some_and(|events| events.len() >= FULL) {
            "Execution has exceeded the maximum history event limit"
        } else if now.since(self.started) >= LONGEST {
            "Execution has exceeded the max execution time"
        } else if since_end > REDRIVABLE {
            "Execution redrivable period exceeded"
        } else {
            return None;
        };
        Some(reason.to_owned())
    }

    /// By what a list of executions is sorted: when it stopped, or else when it started.
    fn listed_by(&self) -> Instant {
        self.ended.unwrap_or(self.started)
    }
}

pub(super) fn parse_input(text: &str) -> Result<Value, CallError> {
    serde_json::from_str(text).map_err(|error| {
        CallError::new(
            "InvalidExecutionInput",
            format!("Invalid State Machine Execution Input: '{error}'"),
        )
    })
}
