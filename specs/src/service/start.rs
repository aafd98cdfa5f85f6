//! Starting executions: of Standard workflows, and of Express workflows, which are waited for or not.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::{
    CallError, Effect, ExecutionId, PollId, Service, Time, arn,
    executions::RETENTION,
    machines::Target,
    params::Params,
    render::seconds,
    work::{Redrives, Run, Step},
};
use crate::{
    asl::WorkflowType,
    base::{
        entropy::mix,
        time::{Instant, Millis},
    },
    deviation::CallRule,
    history::Failure,
    interpreter::{Execution, Identity, Setup},
    observation::Status,
    validate::not_json_reason,
};

/// What is billed at least, and in which steps: 100 ms and 64 MB (pricing; recorded).
const BILLED_MILLIS: Millis = 100;
const BILLED_MEGABYTES: u64 = 64;

/// What a call starts.
struct Start<'b> {
    target: Target,
    id: ExecutionId,
    name: String,
    input: &'b str,
    data: Value,
    trace: Option<&'b str>,
}

impl Service {
    /// A running execution with the same name and the same input text is returned instead of a new
    /// one. A name can be used again 90 days after its execution has closed, in an Express workflow at
    /// once (API reference, `StartExecution`).
    pub(super) fn start_execution(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let start = self.read_start(params)?;
        let arn = self.execution_arn(&start);
        let named = self.runs_by_arn.get(&arn).copied();
        if let Some((earlier, run)) = named.and_then(|id| Some((id, self.runs.get(&id)?))) {
            let is_free = |ended: Instant| time.now().since(ended) >= RETENTION;
            let is_running = run.status() == Status::Running;
            let is_same = run.input == start.input;
            if run.ended.is_some_and(is_free) {
                // AWS keeps an execution for as long as its name.
                self.forget(earlier, time.now());
            } else if is_running && self.is_the_same(is_same) {
                return Ok(json!({ "executionArn": arn, "startDate": seconds(run.started) }));
            } else {
                return Err(CallError::execution_exists(&arn));
            }
        }
        let started = self.begin(time, start, &arn, None)?;
        Ok(json!({ "executionArn": arn, "startDate": seconds(started) }))
    }

    /// Whether a start under the name of a running execution is that execution: if it says the same.
    fn is_the_same(&self, says_the_same: bool) -> bool {
        if says_the_same {
            self.keeps(CallRule::StartAgain)
        } else {
            !self.keeps(CallRule::StartNamed)
        }
    }

    /// Starts an execution of an Express workflow; its end is the answer.
    pub(super) fn start_sync_execution(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<PollId, CallError> {
        let start = self.read_start(params)?;
        if start.target.workflow == WorkflowType::Standard {
            return Err(CallError::unsupported_type());
        }
        let arn = self.execution_arn(&start);
        // The execution gets its number when it begins: the call has the one after it.
        let waiter = PollId(start.id.0 + 1);
        self.begin(time, start, &arn, Some(waiter))?;
        Ok(waiter)
    }

    fn read_start<'b>(&self, params: &Params<'b>) -> Result<Start<'b>, CallError> {
        let id = ExecutionId(self.number);
        let target = self.target(params.text("stateMachineArn")?, id)?;
        let name = match params.maybe_text("name") {
            Some(name) => arn::checked(name)?.to_owned(),
            None => self.drawn_uuid(id.0),
        };
        let input = params.maybe_text("input").unwrap_or("{}");
        Ok(Start {
            target,
            id,
            name,
            input,
            data: parse_input(input)?,
            trace: params.maybe_text("traceHeader"),
        })
    }

    fn execution_arn(&self, start: &Start<'_>) -> String {
        let (machine, name) = (&start.target.name, &start.name);
        match start.target.workflow {
            WorkflowType::Standard => self
                .config
                .arn(arn::EXECUTION, &format!("{machine}:{name}")),
            WorkflowType::Express => {
                // Another one for each call: a name can be used again at once.
                let draw = self.drawn_uuid(!start.id.0);
                self.config
                    .arn(arn::EXPRESS, &format!("{machine}:{name}:{draw}"))
            }
        }
    }

    /// Begins an execution; returns when it did. Its end is the answer to the call that waits for it.
    fn begin(
        &mut self,
        time: &dyn Time,
        start: Start<'_>,
        arn: &str,
        waiter: Option<PollId>,
    ) -> Result<Instant, CallError> {
        if !self.has_room() {
            return Err(CallError::too_many_executions());
        }
        let Start {
            target,
            id,
            name,
            input,
            data,
            trace,
        } = start;
        let identity = Identity {
            execution_arn: arn.into(),
            execution_name: name.as_str().into(),
            role_arn: target.revision.role.as_str().into(),
            machine_arn: target.machine_arn.as_str().into(),
            machine_name: target.name.as_str().into(),
            // Those that are waited for have none (recorded).
            redrive_count: waiter.is_none().then_some(0),
            entropy: mix(self.config.entropy ^ id.0),
        };
        let started = time.now();
        let program = target.revision.program.clone();
        let setup = Setup::new(program, identity, data, started).numbered(id.0);
        let execution = Execution::begin(match target.workflow {
            WorkflowType::Standard => setup.redrivable(),
            WorkflowType::Express => setup,
        });
        self.number += 1 + u64::from(waiter.is_some());
        let memory = execution.memory();
        self.running_memory += memory;
        let run = Run {
            arn: arn.to_owned(),
            name: name.clone(),
            machine_arn: target.machine_arn,
            revision: target.revision,
            version: target.version,
            alias: target.alias,
            trace: trace.map(str::to_owned),
            waiter,
            execution: Some(execution),
            steps: VecDeque::new(),
            busy: false,
            input: input.to_owned(),
            started,
            ended: None,
            memory,
            parents: Vec::new(),
            generation: 0,
            tasks: BTreeMap::new(),
            broken: None,
            redrives: Redrives::default(),
        };
        self.runs.insert(id, run);
        self.runs_by_arn.insert(arn.to_owned(), id);
        self.effects.push(Effect::Started {
            execution: id,
            name,
        });
        self.do_next(id, started, Step::Begin);
        Ok(started)
    }

    /// Answers the call that waits for the end of an execution, if one does.
    pub(super) fn answer_waiter(&mut self, id: ExecutionId) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        if let Some(waiter) = run.waiter.take() {
            let answer = run.sync_answer();
            self.answers.push((waiter, answer));
        }
    }
}

impl Run {
    /// The answer to `StartSyncExecution`: a failure has details of an output, too (recorded).
    pub(super) fn sync_answer(&self) -> Value {
        let mut answer = json!({
            "executionArn": self.arn,
            "stateMachineArn": self.machine_arn,
            "name": self.name,
            "startDate": seconds(self.started),
            "stopDate": seconds(self.ended.unwrap_or(self.started)),
            "status": self.status(),
            "input": self.input,
            "inputDetails": { "included": true },
            "outputDetails": { "included": true },
            "billingDetails": {
                "billedDurationInMilliseconds": self.billed(),
                "billedMemoryUsedInMB": BILLED_MEGABYTES,
            },
        });
        if let Some(trace) = &self.trace {
            answer["traceHeader"] = trace.as_str().into();
        }
        if let Some(output) = self.output() {
            answer["output"] = output.to_string().into();
        }
        let Failure { error, cause } = self.failure();
        if let Some(error) = error {
            answer["error"] = (*error).into();
        }
        if let Some(cause) = cause {
            answer["cause"] = (*cause).into();
        }
        answer
    }

    fn billed(&self) -> Millis {
        let lasted = self.ended.map_or(0, |ended| ended.since(self.started));
        lasted.div_ceil(BILLED_MILLIS).max(1) * BILLED_MILLIS
    }
}

/// An input is JSON, and not empty (both recorded).
pub(super) fn parse_input(text: &str) -> Result<Value, CallError> {
    let invalid = |reason: &str| {
        let message = format!("Invalid State Machine Execution Input: '{reason}'");
        CallError::new("InvalidExecutionInput", message)
    };
    if text.trim().is_empty() {
        return Err(invalid("Invalid execution input."));
    }
    serde_json::from_str(text).map_err(|error| invalid(&not_json_reason(text, &error)))
}
