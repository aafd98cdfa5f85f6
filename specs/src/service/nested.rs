//! Executions that tasks of other executions start and wait for, and the other calls of an execution to the
//! service that runs it.

use serde_json::{Map, Value, json};

use super::{
    Answer, ExecutionId, PollId, Service, TaskRef,
    integrations::{Called, Http, Refusal, Style},
    model::{self, Shape},
    tasks::Open,
};
use crate::{
    asl::{
        WorkflowType,
        resource::{Integration, Pattern},
    },
    base::time::Instant,
    clause::Clause,
    deviation::CallRule,
    history::Failure,
    interpreter::Input,
    observation::Status,
};

/// The optimised integration.
const OPTIMISED: Style = Style {
    errors: "StepFunctions",
    service: "AWSStepFunctions",
    other: "AWSStepFunctions",
    named: ERRORS,
    http: Some(Http::With(&[
        ("Content-Type", "application/x-amz-json-1.0"),
        ("connection", "keep-alive"),
    ])),
};
/// That of the AWS SDK.
const SDK: Style = Style {
    errors: "Sfn",
    service: "Sfn",
    other: "Sfn",
    named: ERRORS,
    http: None,
};
/// The errors of the service's model (botocore 1.44).
#[rustfmt::skip]
const ERRORS: &[&str] = &[
    "ActivityAlreadyExists", "ActivityDoesNotExist", "ConflictException", "ExecutionAlreadyExists",
    "ExecutionDoesNotExist", "ExecutionLimitExceeded", "ExecutionNotRedrivable", "InvalidArn", "InvalidDefinition",
    "InvalidEncryptionConfiguration", "InvalidExecutionInput", "InvalidLoggingConfiguration", "InvalidName",
    "InvalidOutput", "InvalidToken", "InvalidTracingConfiguration", "MissingRequiredParameter", "ResourceNotFound",
    "ServiceQuotaExceededException", "StateMachineAlreadyExists", "StateMachineDeleting",
    "StateMachineDoesNotExist", "StateMachineTypeNotSupported", "TaskDoesNotExist", "TaskTimedOut", "TooManyTags",
    "ValidationException",
];

/// How many executions may start each other before time goes on: one that starts itself would never end. AWS takes
/// its time for each.
const GENERATIONS: u32 = 1_000;

/// A task that waits for the end of an execution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent {
    task: TaskRef,
    wants: Wants,
}

/// What such a task wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// The description of the execution, whose data is text (`.sync`).
    Description,
    /// The description with its data as values (`.sync:2`).
    Values,
    /// What `StartSyncExecution` answers.
    SyncAnswer,
}

impl Service {
    /// Calls this very service for a task; `None` if it has no such operation that a task could call.
    pub(super) fn call_itself(
        &mut self,
        now: Instant,
        task: TaskRef,
        integration: Integration<'_>,
        params: &Value,
    ) -> Option<Result<Called, Failure>> {
        let style = if integration.service == "states" {
            OPTIMISED
        } else {
            SDK
        };
        let operation = integration.action.split('.').next()?;
        let operation = capitalised(operation);
        let members = model::members(&operation)?;
        if matches!(&*operation, "GetActivityTask" | "GetExecutionHistory") {
            return None;
        }
        let id = self.request_id(task);
        let body = parameters(params, members);
        let checked = match integration.pattern {
            Pattern::Sync => self.can_be_described(&body),
            _ => Ok(()),
        };
        let generation = self.generation(task.execution, now);
        let may_start = || match &*operation {
            "StartExecution" | "StartSyncExecution" if generation > GENERATIONS => {
                Err(super::CallError::too_many_executions())
            }
            _ => Ok(()),
        };
        let checked = checked.and_then(|()| may_start());
        let answer = checked.and_then(|()| self.call(&now, &operation, &body));
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let refusal = Refusal {
                    name: error.code,
                    code: error.code,
                    message: &error.message,
                    status: 400,
                };
                return Some(Err(self.refused(&style, &refusal, &id)));
            }
        };
        Some(Ok(match answer {
            Answer::Now(answer) => {
                let told = style.answer(named(&answer), &answer.to_string(), now, &id);
                match self.started_by(&operation, &answer) {
                    Some(child) => {
                        self.marks.mark(Clause::NestedStart);
                        if let Some(run) = self.runs.get_mut(&child) {
                            run.generation = generation;
                        }
                        if integration.pattern == Pattern::Sync
                            && !self.keeps(CallRule::NestedWaits)
                        {
                            return Some(Ok(Called::Answer(told)));
                        }
                        self.wait_for_end(child, task, integration);
                        Called::Started(told, child)
                    }
                    None => Called::Answer(told),
                }
            }
            Answer::Later(poll) => {
                self.marks.mark(Clause::NestedSyncExpress);
                let child = self.begun_by(poll)?;
                let run = self.runs.get_mut(&child)?;
                run.generation = generation;
                run.parents.push(Parent {
                    task,
                    wants: Wants::SyncAnswer,
                });
                Called::Later(child)
            }
            Answer::Busy => return None,
        }))
    }

    /// Whether what a task would start can be asked how it ended: an execution of an Express workflow
    /// cannot.
    fn can_be_described(&mut self, body: &Value) -> Result<(), super::CallError> {
        let arn = body["stateMachineArn"].as_str().unwrap_or_default();
        let target = self.target(arn, ExecutionId(self.number));
        let is_express =
            |target: &super::machines::Target| target.workflow == WorkflowType::Express;
        if target.as_ref().is_ok_and(is_express) {
            self.marks.mark(Clause::NestedExpress);
            return Err(super::CallError::unsupported_type());
        }
        Ok(())
    }

    /// That of what an execution starts now.
    fn generation(&self, execution: ExecutionId, now: Instant) -> u32 {
        let run = self.runs.get(&execution);
        let run = run.filter(|run| run.started == now);
        run.map_or(0, |run| run.generation + 1)
    }

    /// The execution that a call has started.
    fn started_by(&self, operation: &str, answer: &Value) -> Option<ExecutionId> {
        let arn = answer["executionArn"].as_str()?;
        let child = self.runs_by_arn.get(arn).copied();
        child.filter(|_| operation == "StartExecution")
    }

    /// The execution whose end answers a call.
    fn begun_by(&mut self, call: PollId) -> Option<ExecutionId> {
        let mut runs = self.runs.iter_mut().rev();
        let (id, run) = runs.find(|(_, run)| run.waiter == Some(call))?;
        run.waiter = None;
        Some(*id)
    }

    /// Notes that a task waits for an execution, if it does.
    fn wait_for_end(&mut self, child: ExecutionId, task: TaskRef, integration: Integration<'_>) {
        if integration.pattern != Pattern::Sync {
            return;
        }
        let wants = if integration.action.ends_with(":2") {
            Wants::Values
        } else {
            Wants::Description
        };
        if let Some(run) = self.runs.get_mut(&child) {
            run.parents.push(Parent { task, wants });
        }
    }

    /// An execution has ended: tells the tasks that wait for that.
    pub(super) fn answer_parents(&mut self, child: ExecutionId, now: Instant) {
        let Some(run) = self.runs.get_mut(&child) else {
            return;
        };
        let (status, error) = (run.status(), run.failure().error);
        for parent in std::mem::take(&mut run.parents) {
            let mut wants = parent.wants;
            if wants == Wants::Values && !self.keeps(CallRule::NestedValues) {
                wants = Wants::Description;
            }
            let Some(output) = self.told(child, now, wants) else {
                continue;
            };
            let TaskRef { execution, task } = parent.task;
            if self.close(parent.task).is_none() {
                continue;
            }
            let input = if status == Status::Succeeded || parent.wants == Wants::SyncAnswer {
                let output = output.into();
                Input::TaskSucceeded { task, output }
            } else {
                if status != Status::Failed {
                    self.marks.mark(Clause::NestedOtherEnd);
                }
                let error = if self.keeps(CallRule::NestedError) {
                    Some("States.TaskFailed".into())
                } else {
                    error.clone()
                };
                let failure = Failure {
                    error,
                    cause: Some(output.to_string().into()),
                };
                Input::TaskFailed { task, failure }
            };
            self.feed(execution, now, input);
        }
    }

    /// What a task is told about an execution that has ended.
    fn told(&self, child: ExecutionId, now: Instant, wants: Wants) -> Option<Value> {
        let run = self.runs.get(&child)?;
        let told = match wants {
            Wants::SyncAnswer => run.sync_answer(),
            _ => Self::description(run, now, true),
        };
        let mut told = named(&told);
        if wants == Wants::Values {
            for name in ["Input", "Output"] {
                if let Some(Value::String(text)) = told.get(name) {
                    let value = serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into());
                    told.insert(name.to_owned(), value);
                }
            }
        }
        told.sort_keys();
        Some(told.into())
    }

    /// An execution waits for a task no longer. What the task has started for it is stopped.
    pub(super) fn abort(&mut self, now: Instant, task: TaskRef) {
        if let Some(open) = self.close(task) {
            self.stop_started(now, &open);
        }
    }

    /// The same for all tasks of an execution.
    pub(super) fn abort_all(&mut self, now: Instant, execution: ExecutionId) {
        for (_, open) in self.close_all(execution) {
            self.stop_started(now, &open);
        }
    }

    fn stop_started(&mut self, now: Instant, open: &Open) {
        if let Open::Execution(child) = open
            && self.keeps(CallRule::NestedStopped)
        {
            let failure = Failure::default();
            self.feed(*child, now, Input::Stop { failure });
        }
    }
}

/// The parameters of a task as those of the API: names begin with small letters, and a value that is to be
/// text is its JSON (recorded: test_sfn_start_execution_implicit_json_serialisation).
fn parameters(params: &Value, members: &[model::Member]) -> Value {
    let Value::Object(params) = params else {
        return params.clone();
    };
    let read = params.iter().map(|(name, value)| {
        let name = uncapitalised(name);
        let mut members = members.iter();
        let is_text = members.any(|it| it.name == name && matches!(it.shape, Shape::Text(_)));
        let value = match value {
            Value::String(_) | Value::Null => value.clone(),
            value if is_text => value.to_string().into(),
            value => renamed(value, uncapitalised),
        };
        (name, value)
    });
    read.collect::<Map<_, _>>().into()
}

/// An answer of the API as a task has it: names begin with capitals, and times are text. Recorded but for the
/// form of times.
fn named(answer: &Value) -> Map<String, Value> {
    match renamed(answer, capitalised) {
        Value::Object(members) => members,
        other => Map::from_iter([("Result".to_owned(), other)]),
    }
}

fn renamed(value: &Value, rename: fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let name = rename(name);
                let time = value.as_f64().filter(|_| name.ends_with("Date"));
                let value = match time {
                    Some(seconds) => json!(Instant((seconds * 1_000.0).round() as i64).rfc3339()),
                    None => renamed(value, rename),
                };
                (name, value)
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| renamed(item, rename)).collect(),
        value => value.clone(),
    }
}

/// A name that begins with a capital.
pub(super) fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
