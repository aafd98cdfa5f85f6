//! Runs calls, one after the other. Between them, executions that are expected to have ended are waited for.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stepproof_specs::{base::arn::Arn, reference::calls::join, scenario::calls::Call};

use super::{NOTHING, Remote};
use crate::{
    client::{
        journal::{Journal, Which},
        sdk::{CallError, Wire},
    },
    engines::Dropped,
    job::Calls,
    judge::compare::is_as_expected,
    raw::RawRun,
    trouble::Trouble,
};

/// The pauses before a read is made again that is not as expected: it may only be late.
const AGAIN: [Duration; 3] = [
    Duration::from_millis(20),
    Duration::from_millis(200),
    Duration::from_millis(800),
];
/// How long the end of an execution is waited for, and the pause between two looks.
const PATIENCE: Duration = Duration::from_secs(4);
const PAUSE: Duration = Duration::from_millis(10);
/// How many pages of a list are asked for at most.
const PAGES: usize = 1_000;

/// The codes of engines that do not have an operation.
const LACKING: [&str; 6] = [
    "UnknownOperationException",
    "UnknownOperation",
    "InvalidAction",
    "NotImplemented",
    "NotImplementedError",
    "UnsupportedOperation",
];

/// What the account and the region are in cases.
const USUAL: &str = "arn:aws:states:us-east-1:123456789012:";

/// A case that is being run.
struct Sequence<'r> {
    engine: &'r Remote,
    job: &'r Calls,
    wire: Wire,
    journal: Journal,
    /// What precedes the names of the case.
    prefix: String,
    /// What each call answered; null if it failed or was not made.
    answers: Vec<Value>,
}

impl Remote {
    /// Makes the calls of a case, and removes what they created.
    pub(super) async fn make_calls(&self, job: &Calls) -> Result<RawRun, Trouble> {
        let number = self.machines.fetch_add(1, Ordering::Relaxed);
        let mut sequence = Sequence {
            engine: self,
            job,
            wire: Wire::default(),
            journal: Journal::default(),
            prefix: format!("{}c{number}-", self.prefix),
            answers: Vec::new(),
        };
        let made = sequence.make().await;
        sequence.clean().await;
        made?;
        let names = sequence.names();
        Ok(RawRun {
            names,
            wire: sequence.wire.take(),
            calls: sequence.journal.into_calls(),
            ..RawRun::default()
        })
    }

    /// Finds out which operations the engine lacks: it says so, whatever their parameters, or fails by its own
    /// account, also with parameters that make sense.
    pub async fn try_operations(&mut self) {
        let (wire, mut journal) = (Wire::default(), Journal::default());
        let number = self.machines.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}operations-{number}", self.prefix);
        let machine = self.create_idle(&self.api, &wire, &name).await;
        let arn = machine.unwrap_or_default();
        let sensible = json!({
            "stateMachineArn": arn, "resourceArn": arn, "definition": NOTHING,
            "stateMachineVersionArn": format!("{arn}:1"),
            "stateMachineAliasArn": format!("{arn}:a"),
            "activityArn": arn.replace("stateMachine", "activity"),
            "executionArn": arn.replace("stateMachine", "execution") + ":a",
            "name": format!("{name}-a"), "roleArn": self.traits.role,
            "routingConfiguration": [{"stateMachineVersionArn": format!("{arn}:1"), "weight": 100}],
            "tags": [], "tagKeys": [], "taskToken": "a", "output": "{}",
        });
        for operation in stepproof_generators::calls::OPERATIONS {
            let noted = (&wire, &mut journal);
            let mut answer = self.api.named(noted, None, operation, &json!({})).await;
            if let Err(CallError::Fault(_)) = &answer {
                let noted = (&wire, &mut journal);
                answer = self.api.named(noted, None, operation, &sensible).await;
            }
            let reason = answer.err().and_then(|error| match error {
                CallError::Fault(trouble) => Some(trouble.to_string().chars().take(80).collect()),
                error => lacks(&error),
            });
            if let Some(reason) = reason {
                let lacking = &mut self.profile.capabilities.lacking_calls;
                lacking.push((*operation).to_owned());
                self.profile.dropped.push(Dropped {
                    what: format!("calls of {operation}"),
                    reason: format!("it answers {reason}"),
                });
            }
        }
        // What is left is found by its name later.
        let _ = self.api.delete_machine(&wire, &arn).await;
    }
}

/// How an engine says that it lacks an operation.
fn lacks(error: &CallError) -> Option<String> {
    let said = match error {
        CallError::Refused(refusal) if LACKING.contains(&refusal.code.as_str()) => &refusal.code,
        CallError::Fault(_) | CallError::Trouble(_) => {
            let reason = error.to_string();
            let is_lacking = reason.contains("status 501")
                || reason.contains("status 404")
                || LACKING.iter().any(|code| reason.contains(code))
                || reason.contains("not been implemented")
                || reason.contains("not implemented");
            return is_lacking.then(|| reason.chars().take(100).collect());
        }
        _ => return None,
    };
    Some(said.clone())
}

impl Sequence<'_> {
    async fn make(&mut self) -> Result<(), Trouble> {
        for number in 0..self.job.case.calls.len() {
            let call = &self.job.case.calls[number];
            let answer = match call.sent(&self.answers) {
                Ok(sent) => self.make_once_or_again(number, call, &sent).await?,
                // What it refers to was not answered, which is a difference already.
                Err(_) => Value::Null,
            };
            self.answers.push(answer);
            self.settle(number).await;
        }
        Ok(())
    }

    /// Makes a call. One that only reads is made again as long as it is not answered as expected, for a while.
    async fn make_once_or_again(
        &mut self,
        number: usize,
        call: &Call,
        sent: &Value,
    ) -> Result<Value, Trouble> {
        let sent = self.renamed(call, sent.clone());
        let mut pauses = if call.is_read() { &AGAIN[..] } else { &[] }.iter();
        for repeated in 0.. {
            let answer = self.pages(Some((number, repeated)), call, &sent).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) if lacks(&error).is_some() => {
                    let operation = format!("operation {}", call.operation);
                    return Err(Trouble::Unsupported(operation));
                }
                Err(CallError::Refused(_)) => Value::Null,
                Err(error) => return Err(error.into_trouble()),
            };
            let run = RawRun {
                names: self.names_after(&answer),
                calls: self.journal.calls().to_vec(),
                ..RawRun::default()
            };
            let policy = &self.engine.profile.policy;
            if is_as_expected(self.job, &run, number, policy) {
                return Ok(answer);
            }
            match pauses.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return Ok(answer),
            }
        }
        Ok(Value::Null)
    }

    /// Makes a call, and asks for all pages if the whole list is wanted.
    async fn pages(&mut self, which: Which, call: &Call, sent: &Value) -> Result<Value, CallError> {
        let first = self.call(which, &call.operation, sent).await?;
        if !call.whole {
            return Ok(first);
        }
        let mut further: Vec<Value> = Vec::new();
        loop {
            let last = further.last().unwrap_or(&first);
            let Some(token) = last.get("nextToken").filter(|it| it.is_string()) else {
                return Ok(join(first, &further));
            };
            if further.len() == PAGES {
                return Err(CallError::Trouble(Trouble::Protocol {
                    operation: call.operation.clone(),
                    reason: format!("the list has more than {PAGES} pages"),
                }));
            }
            let mut sent = sent.clone();
            sent["nextToken"] = token.clone();
            further.push(self.call(which, &call.operation, &sent).await?);
        }
    }

    async fn call(
        &mut self,
        which: Which,
        operation: &str,
        sent: &Value,
    ) -> Result<Value, CallError> {
        let noted = (&self.wire, &mut self.journal);
        self.engine.api.named(noted, which, operation, sent).await
    }

    /// The parameters with names that nobody else uses. What may not be a name stays so.
    fn renamed(&self, call: &Call, mut sent: Value) -> Value {
        let creates = ["CreateStateMachine", "CreateActivity"];
        if creates.contains(&call.operation.as_str())
            && let Some(Value::String(name)) = sent.get_mut("name")
            && !name.is_empty()
        {
            *name = format!("{}{name}", self.prefix);
        }
        sent
    }

    /// Waits until the executions have ended that have by now. If one does not, what asks about it shows that.
    async fn settle(&mut self, number: usize) {
        let Some(expected) = &self.job.expected.answers[number] else {
            return;
        };
        for execution in &expected.ended {
            let answers = self.job.expected.answers.iter().flatten();
            let started = answers.map(|it| it.answer.as_ref().ok()).position(|it| {
                it.is_some_and(|answer| answer["executionArn"] == execution.as_str())
            });
            let arn = started.and_then(|call| self.answers.get(call)?.get("executionArn"));
            let Some(arn) = arn.cloned() else {
                continue;
            };
            let began = Instant::now();
            while began.elapsed() < PATIENCE {
                let asked = json!({ "executionArn": arn });
                let told = self.call(None, "DescribeExecution", &asked).await;
                if !told.is_ok_and(|told| told["status"] == "RUNNING") {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn names(&self) -> Vec<(String, String)> {
        self.names_after(&Value::Null)
    }

    /// The engine's own names, with what stands for them: nothing for the prefix of names.
    fn names_after(&self, answer: &Value) -> Vec<(String, String)> {
        let mut names = vec![(self.prefix.clone(), String::new())];
        let answers = self.answers.iter().chain([answer]);
        let mut arns = answers.flat_map(|answer| {
            let keys = ["stateMachineArn", "activityArn", "executionArn"];
            keys.map(|key| answer[key].as_str())
        });
        let place = arns.find_map(|arn| {
            let arn = Arn::parse(arn?)?;
            let (region, account) = (arn.region, arn.account);
            Some(format!("arn:aws:states:{region}:{account}:"))
        });
        names.extend(
            place
                .filter(|place| place != USUAL)
                .map(|place| (place, USUAL.to_owned())),
        );
        names
    }

    /// Stops and deletes what the calls have left. What cannot be deleted is found by its name later.
    async fn clean(&mut self) {
        let calls = self.job.case.calls.iter().zip(&self.answers);
        let created = |operation: &str, key: &str| -> Vec<String> {
            let mut arns: Vec<String> = calls
                .clone()
                .filter(|(call, _)| call.operation == operation)
                .filter_map(|(_, answer)| answer[key].as_str().map(str::to_owned))
                .collect();
            arns.sort_unstable();
            arns.dedup();
            arns
        };
        let executions = created("StartExecution", "executionArn");
        let machines = created("CreateStateMachine", "stateMachineArn");
        let activities = created("CreateActivity", "activityArn");
        let api = &self.engine.api;
        for execution in executions {
            let _ = api.stop(&self.wire, &execution).await;
        }
        for machine in machines {
            let _ = api.delete_machine(&self.wire, &machine).await;
        }
        for activity in activities {
            let _ = api.delete_activity(&self.wire, &activity).await;
        }
    }
}
