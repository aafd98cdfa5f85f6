//! An engine that is a library without the Step Functions API: a separate process runs the
//! executions and asks the harness about every task. So the harness sees every attempt itself. Time
//! is virtual and not judged.
//!
//! A process that ends or hangs is replaced. Any of the executions in it may be the cause, so each
//! is run again, alone. If that hangs the process again, the execution is recorded as still
//! running; if it ends the process again, the result is trouble.

mod pipe;
mod queue;
mod supervisor;

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    base::pointer::unescape,
    observation::Status,
    reference::{EXECUTION_ARN, Expectation, MACHINE_ARN, ROLE_ARN, assignment::Assignment},
    scenario::{
        case::Start,
        plan::Act,
        play::{Answer, Step},
    },
};

use self::pipe::Talk;
pub(super) use self::{
    pipe::{Lost, Pipe, Silence},
    supervisor::Supervisor,
};
use super::{Boxed, Engine, EngineProfile};
use crate::{
    bound::{self, Allowance},
    job::Job,
    trouble::Trouble,
};
use crate::{
    raw::{Creation, RawAttempt, RawEvent, RawExecution, RawReply, RawRun},
    workers::sites::{self, TaskSite},
};

/// The most lines that a process may say about one execution.
const MOST_LINES: usize = 100_000;

/// The longest that an execution may take in real time. Waiting costs none.
const LONGEST: Duration = Duration::from_mins(5);

/// How to run a library.
#[derive(Debug, Clone)]
pub struct Program {
    /// The engine's name.
    pub name: &'static str,
    /// The interpreter of the script.
    pub interpreter: PathBuf,
    /// The arguments of the interpreter before the script.
    pub arguments: &'static [&'static str],
    /// The working directory, where the packages are installed.
    pub directory: PathBuf,
    /// The script; it documents the protocol that it speaks.
    pub script: &'static str,
    /// How long the process may say nothing about an execution before it is pinged, and how long it
    /// may take to answer a ping. Virtual time makes waiting free, so silence means work or a hang.
    pub patience: Duration,
}

/// A library that runs in a process.
#[derive(Debug)]
pub struct Library {
    name: &'static str,
    profile: EngineProfile,
    /// Runs executions side by side.
    shared: Supervisor,
    /// Runs an execution again whose process was lost, one at a time.
    alone: tokio::sync::Mutex<Supervisor>,
}

impl Library {
    /// Starts the process.
    pub async fn start(program: &Program, profile: EngineProfile) -> Result<Self, Trouble> {
        let library = Self {
            name: program.name,
            profile,
            shared: Supervisor::new(program),
            alone: tokio::sync::Mutex::new(Supervisor::new(program)),
        };
        library.shared.pipe().await?;
        Ok(library)
    }

    async fn run_case(&self, job: &Job) -> Result<RawRun, Trouble> {
        let sites = sites::find(&job.case.definition);
        if sites.iter().any(|site| site.letter.is_some()) {
            return Err(Trouble::Unsupported("queues".to_owned()));
        }
        let named = named(&sites)?;
        let mut executions = Vec::new();
        for (start, expectation) in job.case.starts.iter().zip(job.expectations.iter()) {
            possible(start, &job.machine, expectation)?;
            let begin = || Ongoing {
                assignment: Assignment::new(&start.plan, expectation),
                sites: &named,
                attempts: Vec::new(),
                numbers: HashMap::new(),
                allowance: Allowance::default(),
            };
            let deadline = expectation.longest + self.profile.policy.liveness_grace;
            let order = json!({
                "definition": job.case.definition,
                "input": start.input,
                "context": context(),
                "deadline": deadline,
            });
            executions.push(self.execution(&order, begin).await?);
        }
        Ok(RawRun {
            creation: Creation::Accepted,
            validation: None,
            executions,
            names: Vec::new(),
            wire: Vec::new(),
            calls: Vec::new(),
        })
    }

    /// Runs one execution beside others, and again alone if the process is lost.
    async fn execution<'a>(
        &self,
        order: &Value,
        begin: impl Fn() -> Ongoing<'a>,
    ) -> Result<RawExecution, Trouble> {
        let pipe = self.process(&self.shared).await?;
        let mut first = begin();
        match first.play(pipe.start(order)).await {
            Ok(end) => return Ok(first.finish(&end)),
            Err(Silence::Trouble(trouble)) => return Err(trouble),
            Err(Silence::Lost(_)) => {}
        }
        let supervisor = self.alone.lock().await;
        let pipe = self.process(&supervisor).await?;
        let mut again = begin();
        match again.play(pipe.start(order)).await {
            Ok(end) => Ok(again.finish(&end)),
            Err(Silence::Trouble(trouble)) => Err(trouble),
            Err(Silence::Lost(Lost::Hung)) => Ok(again.finish(&running(order))),
            Err(Silence::Lost(Lost::Ended)) => Err(strange("it has ended its process".to_owned())),
            Err(Silence::Lost(Lost::Endless)) => {
                Err(strange("it says more than anybody reads".to_owned()))
            }
        }
    }

    /// The current process of a supervisor.
    async fn process(&self, supervisor: &Supervisor) -> Result<Arc<Pipe>, Trouble> {
        let process = supervisor.pipe().await;
        process.map_err(|trouble| self.gone(trouble.to_string()))
    }

    fn gone(&self, reason: String) -> Trouble {
        Trouble::Unreachable {
            endpoint: self.name.to_owned(),
            reason,
        }
    }
}

/// The end of an execution that hung its process: still running, because its virtual time would
/// never have passed.
fn running(order: &Value) -> Value {
    json!({ "status": "RUNNING", "at": order["deadline"] })
}

impl Engine for Library {
    fn profile(&self) -> &EngineProfile {
        &self.profile
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(self.run_case(job))
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(async {
            let pipe = self.process(&self.shared).await?;
            let version = pipe.probe().await.map(str::to_owned);
            version.map_err(|_| self.gone("its process has ended, or does not answer".to_owned()))
        })
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        Box::pin(async { Ok(()) })
    }
}

/// The part of the context object that the library does not create itself.
fn context() -> Value {
    json!({
        "Execution": { "Id": EXECUTION_ARN, "Name": "execution", "RoleArn": ROLE_ARN },
        "StateMachine": { "Id": MACHINE_ARN, "Name": "machine" },
    })
}

/// The sites by state name, because the library tells the harness only the name of a task's state.
fn named(sites: &[TaskSite]) -> Result<HashMap<String, &TaskSite>, Trouble> {
    let mut named = HashMap::new();
    for task in sites {
        let last = task.site.rsplit('/').next().unwrap_or_default();
        let name = unescape(last).into_owned();
        if named.insert(name, task).is_some() {
            let lack = "way to tell two tasks of one name apart";
            return Err(Trouble::Unsupported(lack.to_owned()));
        }
    }
    Ok(named)
}

/// Checks that handlers can play the plan of a start in place of workers.
fn possible(start: &Start, machine: &Machine, expectation: &Expectation) -> Result<(), Trouble> {
    let mut lack = machine
        .timeout_seconds
        .map(|_| "error for machines that time out");
    for attempt in &expectation.attempts {
        let act = start.plan.act(&attempt.key);
        if start.plan.taken(&attempt.key.site, &act, 0) != Some(0) {
            lack = Some("queue in which a task could be left");
        } else if act.steps().any(|(_, step)| step == Step::Heartbeat) {
            lack = Some("heartbeats");
        }
    }
    lack.map_or(Ok(()), |lack| Err(Trouble::Unsupported(lack.to_owned())))
}

/// One execution, while it runs.
struct Ongoing<'a> {
    assignment: Assignment,
    sites: &'a HashMap<String, &'a TaskSite>,
    attempts: Vec<RawAttempt>,
    /// Indices into `attempts`, by task number.
    numbers: HashMap<u64, usize>,
    /// How much data it may still have.
    allowance: Allowance,
}

impl Ongoing<'_> {
    /// Plays the tasks until the execution ends; returns how it ended.
    async fn play(&mut self, talk: Result<Talk, Lost>) -> Result<Value, Silence> {
        let played = tokio::time::timeout(LONGEST, self.exchange(talk?)).await;
        played.unwrap_or_else(|_| Err(endless().into()))
    }

    async fn exchange(&mut self, mut talk: Talk) -> Result<Value, Silence> {
        for _ in 0..MOST_LINES {
            let line = talk.next().await?;
            if let Some(end) = line.get("end") {
                return Ok(end.clone());
            }
            if let Some(trouble) = line.get("trouble") {
                return Err(strange(trouble.to_string()).into());
            }
            let at = line["at"].as_u64().unwrap_or_default();
            if let Some(number) = line["replied"].as_u64() {
                if let Some(place) = self.numbers.get(&number) {
                    self.attempts[*place].reply = Some(RawReply { at, refused: None });
                }
                continue;
            }
            let number = line["task"].as_u64();
            let number = number.ok_or_else(|| strange(line.to_string()))?;
            let mut order = self.take(at, &line, number)?;
            order["task"] = number.into();
            talk.say(&order)?;
        }
        Err(endless().into())
    }

    /// Records a task and returns the instruction for its handler.
    fn take(&mut self, at: u64, line: &Value, number: u64) -> Result<Value, Trouble> {
        let name = line["name"].as_str().unwrap_or_default();
        let text = line["input"].as_str().unwrap_or("null");
        let text = bound::payload(text.to_owned());
        let spent = self.allowance.spend(&text);
        spent.map_err(|it| strange(it.to_string()))?;
        let task = self.sites.get(name);
        let task = task.ok_or_else(|| strange(line.to_string()))?;
        let input: Value = serde_json::from_str(&text).map_err(|it| strange(it.to_string()))?;
        let input = Arc::new(input);
        let (key, act) = self.assignment.arrived(&task.site, task.in_map, &input);
        self.numbers.insert(number, self.attempts.len());
        self.attempts.push(RawAttempt {
            site: task.site.to_string(),
            key,
            input: text,
            taken: at,
            reply: None,
        });
        Ok(answer(&act, &input))
    }

    fn finish(self, end: &Value) -> RawExecution {
        let text = |name: &str| end[name].as_str().map(str::to_owned).map(bound::text);
        let at = end["at"].as_u64().unwrap_or_default();
        let status = match end["status"].as_str() {
            Some("SUCCEEDED") => Status::Succeeded,
            Some("FAILED") => Status::Failed,
            Some("TIMED_OUT") => Status::TimedOut,
            Some("ABORTED") => Status::Aborted,
            _ => Status::Running,
        };
        let events = end["events"].as_array();
        let history = |events: &Vec<Value>| (1..).zip(events).filter_map(event).collect();
        RawExecution {
            status,
            output: end["output"]
                .as_str()
                .map(str::to_owned)
                .map(bound::payload),
            error: text("error"),
            cause: text("cause"),
            duration: None,
            watched: at,
            lateness: 0,
            history: events.map(history),
            attempts: self.attempts,
        }
    }
}

/// The instruction for a task's handler: answer like this after a time, or never answer.
fn answer(act: &Act, input: &Value) -> Value {
    let last = act.steps().last();
    match last {
        Some((after, Step::Answer(Answer::Success(output)))) => {
            json!({ "after": after, "succeed": output.map_or(input, |output| output) })
        }
        Some((after, Step::Answer(Answer::Failure(named)))) => {
            json!({ "after": after, "fail": named })
        }
        _ => json!({}),
    }
}

/// Converts an event of the library's log to an event of a history. The log does not say which
/// event preceded it.
fn event((id, logged): (i64, &Value)) -> Option<RawEvent> {
    let [kind, state, name] = [0, 1, 2].map(|at| logged[at].as_str());
    let step = kind?.strip_prefix("State")?;
    Some(RawEvent {
        id,
        previous: 0,
        kind: format!("{}State{step}", state?),
        at: 0,
        details: json!({ "name": bound::text(name?.to_owned()) }),
    })
}

fn endless() -> Trouble {
    strange("an execution does not end".to_owned())
}

fn strange(reason: String) -> Trouble {
    Trouble::Protocol {
        operation: "the library".to_owned(),
        reason: bound::reason(reason),
    }
}
