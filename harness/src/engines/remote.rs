//! Any engine with the Step Functions API: deploys a case, starts it, plays its workers, watches
//! it, and deletes what it deployed.

mod calls;
mod definition;
mod lateness;
pub mod probes;
mod stamps;

use std::{
    slice::from_ref,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use stepproof_specs::{
    asl::WorkflowType,
    base::{arn::Arn, time::Millis},
    observation::Status,
    reference::{
        EXECUTION_ARN, Expectation, MACHINE_ARN, ROLE_ARN, assignment::Assignment, identity_in,
    },
    scenario::case::{DefinitionCase, Start},
};

use serde_json::Value;
use tokio::sync::OnceCell;

use self::{
    probes::{Probe, USUAL},
    stamps::Stamps,
};
use super::{Boxed, Engine, EngineProfile};
use crate::{
    bound,
    client::{
        clock::{Absences, Clock, End, Pace},
        queues::Queues,
        sdk::{Api, CallError, Described, Refusal, Wire},
    },
    job::{Calls, Job},
    raw::{Creation, RawEvent, RawExecution, RawRun},
    trouble::Trouble,
    workers::{
        pool::{Seen, WorkerPool, absences, unpolled},
        sites::{self, TaskSite},
        slot::{Polling, Slot},
    },
};

/// The longest pause between two polls of an execution.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// Names have at most 80 characters; this many are reserved for the run's name.
const LONGEST_RUN: usize = 32;
/// How long the virtual clock may stand still before that counts as an error.
const STANDSTILL: Duration = Duration::from_mins(1);

/// The most that an execution is watched longer because calls are slow.
const LONGEST_DELAY: Duration = Duration::from_mins(2);

/// How often a call is repeated on which a whole run depends.
const RETRIES: u32 = 3;
/// The pause before that.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// How long it may take to remove what a run has left on the engine.
const CLEAN_TIME: Duration = Duration::from_mins(5);

/// A machine that does nothing.
const NOTHING: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#;

/// Properties of an engine's API, which its adapter declares besides the profile.
#[derive(Debug, Clone)]
pub struct Traits {
    /// The role with which machines are created.
    pub role: String,
    /// Whether an execution that ends removes its tasks from the activities' queues.
    pub purges_queues: bool,
    /// How workers poll its activities.
    pub polling: Polling,
    /// The shortest pause between two polls of an execution.
    pub shortest_pause: Duration,
    /// How its version is found out.
    pub version: Version,
    /// What is tried while it is warmed up.
    pub probes: &'static [Probe],
}

/// How the version of an engine is found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// It tells, by HTTP.
    Told {
        /// The path of a GET request.
        path: &'static str,
        /// A JSON pointer into the answer.
        pointer: &'static str,
    },
    /// It does not tell, but its package does, if it is known which one runs.
    Installed,
    /// It is known.
    Known(String),
    /// It is not known, for this reason.
    Unknown(&'static str),
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            role: "arn:aws:iam::123456789012:role/stepproof".to_owned(),
            purges_queues: false,
            polling: Polling::PROMPT,
            shortest_pause: Duration::from_millis(3),
            version: Version::Unknown("its API does not tell"),
            probes: USUAL,
        }
    }
}

/// An engine behind the Step Functions API.
#[derive(Debug)]
pub struct Remote {
    api: Api,
    clock: Clock,
    profile: EngineProfile,
    traits: Traits,
    /// The prefix of every name that this run creates.
    prefix: String,
    /// The unit of its time stamps, once measured.
    stamps: OnceCell<Stamps>,
    idle: Mutex<Vec<Slot>>,
    slots: AtomicU64,
    machines: AtomicU64,
    /// Whether any case needed queues.
    made_queues: AtomicBool,
}

impl Remote {
    /// An engine. `run` becomes part of the names that are created. Names are never reused, even by
    /// a resumed run, because engines remember them.
    pub fn new(api: Api, clock: Clock, profile: EngineProfile, traits: Traits, run: &str) -> Self {
        let run: String = run.chars().take(LONGEST_RUN).collect();
        let (nonce, ..) = uuid::Uuid::new_v4().as_fields();
        Self {
            api,
            clock,
            profile,
            traits,
            prefix: format!("stepproof-{run}-{nonce:08x}-"),
            stamps: OnceCell::new(),
            idle: Mutex::default(),
            slots: AtomicU64::new(0),
            machines: AtomicU64::new(0),
            made_queues: AtomicBool::new(false),
        }
    }

    /// A slot that no case is using.
    fn slot(&self) -> Slot {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        idle.unwrap_or_else(|| {
            let number = self.slots.fetch_add(1, Ordering::Relaxed);
            let prefix = format!("{}s{number}", self.prefix);
            Slot::new(
                self.api.clone(),
                self.clock.clone(),
                self.traits.polling,
                prefix,
            )
        })
    }

    async fn run_case(&self, job: &Job) -> Result<RawRun, Trouble> {
        if job.case.workflow == WorkflowType::Express && !self.profile.capabilities.express {
            return Err(Trouble::Unsupported("Express workflows".to_owned()));
        }
        let sites = sites::find(&job.case.definition);
        let lacks =
            |lacking: bool, what: &str| lacking.then(|| Trouble::Unsupported(what.to_owned()));
        let capabilities = &self.profile.capabilities;
        let (activities, queues) = (capabilities.activities, capabilities.queues);
        let has = |queue: bool| sites.iter().any(|site| site.letter.is_some() == queue);
        let lacking = lacks(!activities && has(false), "activities");
        if let Some(trouble) = lacking.or_else(|| lacks(!queues && has(true), "queues")) {
            return Err(trouble);
        }
        if has(true) {
            self.made_queues.store(true, Ordering::Relaxed);
        }
        let mut slot = self.slot();
        slot.wire().take();
        let mut deployment = Deployment {
            engine: self,
            job,
            sites,
            machine: None,
            run: RawRun {
                creation: Creation::Accepted,
                validation: None,
                executions: Vec::new(),
                names: Vec::new(),
                wire: Vec::new(),
                calls: Vec::new(),
            },
        };
        let played = deployment.play(&mut slot).await;
        let withdrawn = deployment.withdraw(&slot).await;
        let mut run = deployment.run;
        run.wire = slot.wire().take();
        if let Err(trouble) = played.and(withdrawn) {
            // It is unknown what is left in these activities. Those that cannot be deleted now are
            // found by their name later.
            let _ = slot.dissolve().await;
            return Err(trouble);
        }
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(slot);
        Ok(run)
    }

    /// How long an execution is watched: the longest time that the reference takes, the grace, and
    /// the time that every task may wait in its queue until the engine looks there.
    fn deadline(&self, expectation: &Expectation) -> Millis {
        let tasks = expectation.attempts.len() as f64;
        let queueing = self.traits.polling.period.as_secs_f64() * 1_000.0 * tasks;
        let grace = self.profile.policy.liveness_grace;
        expectation.longest + grace + (queueing * self.profile.time_scale) as Millis
    }

    /// Creates, starts and deletes a machine once, because some engines load components on first
    /// use. Then tries what a run relies on, and leaves out what fails ([`EngineProfile::dropped`]).
    pub async fn warm_up(&mut self) -> Result<(), Trouble> {
        persistently(|| self.warm_up_once()).await?;
        self.try_probes().await;
        match self.check_clock().await {
            Err(clock @ Trouble::Clock { .. }) => Err(clock),
            // What failed on the way is measured again when it is needed.
            _ => Ok(()),
        }
    }

    async fn warm_up_once(&self) -> Result<(), Trouble> {
        let wire = Wire::default();
        let number = self.machines.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}warm-up-{number}", self.prefix);
        let trouble = CallError::into_trouble;
        let api = self.api.patient();
        let machine = self.create_idle(&api, &wire, &name).await?;
        api.start(&wire, &machine, &name, "{}")
            .await
            .map_err(trouble)?;
        api.delete_machine(&wire, &machine).await.map_err(trouble)
    }

    /// Creates a machine that does nothing.
    async fn create_idle(&self, api: &Api, wire: &Wire, name: &str) -> Result<String, Trouble> {
        let (role, workflow) = (&self.traits.role, WorkflowType::Standard);
        let created = api
            .create_machine(wire, name, NOTHING, role, workflow)
            .await;
        created.map_err(CallError::into_trouble)
    }

    async fn remove_all(&self) -> Result<(), Trouble> {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for mut slot in idle {
            slot.dissolve().await?;
        }
        let wire = Wire::default();
        let trouble = |error: CallError| error.into_trouble();
        let machines = self.api.machines(&wire, &self.prefix).await;
        for arn in machines.map_err(trouble)? {
            self.api
                .delete_machine(&wire, &arn)
                .await
                .map_err(trouble)?;
        }
        if self.made_queues.load(Ordering::Relaxed) {
            let queues = Queues::new(self.api.endpoint());
            for url in queues.list(&self.prefix).await.map_err(trouble)? {
                queues.delete(&url).await.map_err(trouble)?;
            }
        }
        if !self.profile.capabilities.activities {
            return Ok(());
        }
        let activities = self.api.activities(&wire, &self.prefix).await;
        for arn in activities.map_err(trouble)? {
            self.api
                .delete_activity(&wire, &arn)
                .await
                .map_err(trouble)?;
        }
        Ok(())
    }

    async fn version(&self) -> Result<String, Trouble> {
        let wire = Wire::default();
        persistently(|| async {
            let answers = self.api.machines(&wire, &self.prefix).await;
            answers.map(drop).map_err(CallError::into_trouble)
        })
        .await?;
        let unknown = |why: &str| format!("unknown ({why})");
        let version = match &self.traits.version {
            Version::Told { path, pointer } => {
                let said = crate::client::http::get_json(self.api.endpoint(), path).await;
                let version = said.as_ref().and_then(|answer| answer.pointer(pointer));
                let version = version.and_then(serde_json::Value::as_str);
                version.map_or_else(|| unknown(&format!("{path} does not tell")), str::to_owned)
            }
            Version::Known(version) => version.clone(),
            Version::Installed => unknown("it was not started by stepproof, and does not tell"),
            Version::Unknown(why) => unknown(why),
        };
        Ok(bound::reason(version))
    }
}

impl Engine for Remote {
    fn profile(&self) -> &EngineProfile {
        &self.profile
    }

    fn endpoint(&self) -> Option<&str> {
        Some(self.api.endpoint())
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(self.run_case(job))
    }

    fn define<'a>(&'a self, case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(self.define_case(case))
    }

    fn call<'a>(&'a self, job: &'a Calls) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(self.make_calls(job))
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(self.version())
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        Box::pin(async {
            let removed = tokio::time::timeout(CLEAN_TIME, self.remove_all()).await;
            removed.unwrap_or_else(|_| {
                Err(Trouble::Protocol {
                    operation: "DeleteStateMachine and DeleteActivity".to_owned(),
                    reason: "removing what was created takes too long".to_owned(),
                })
            })
        })
    }
}

/// A case deployed on the engine.
struct Deployment<'e> {
    engine: &'e Remote,
    job: &'e Job,
    sites: Vec<TaskSite>,
    /// The machine's ARN, while the machine exists.
    machine: Option<String>,
    run: RawRun,
}

impl Deployment<'_> {
    /// Creates the machine and runs one start after the other.
    async fn play(&mut self, slot: &mut Slot) -> Result<(), Trouble> {
        let (starts, expectations) = (&self.job.case.starts, &self.job.expectations);
        if starts.len() != expectations.len() {
            return Err(Trouble::Internal("a start has no expectation".to_owned()));
        }
        let clock = &self.engine.clock;
        let all = unpolled(clock, &self.sites, starts, expectations);
        for (number, (start, expectation)) in starts.iter().zip(expectations.iter()).enumerate() {
            // A poll left over from the previous start would take a task that this start's workers
            // must not take.
            let here = unpolled(clock, &self.sites, from_ref(start), from_ref(expectation));
            if self.machine.is_some() && here.iter().any(|it| slot.waits(it.site)) {
                self.withdraw(slot).await?;
            }
            if self.machine.is_none() {
                slot.prepare(&self.sites, &all).await?;
                if !self.deploy(slot).await? {
                    return Ok(());
                }
            }
            if self.job.case.workflow == WorkflowType::Express {
                self.start_sync(slot, number, start).await?;
                continue;
            }
            let doubtful = self.start(slot, number, start, expectation).await?;
            if !doubtful.is_empty() {
                self.withdraw(slot).await?;
                for site in doubtful {
                    slot.replace(site).await?;
                }
            }
        }
        Ok(())
    }

    /// Creates the machine; `false` if the engine refuses it.
    async fn deploy(&mut self, slot: &Slot) -> Result<bool, Trouble> {
        let arns = slot.arns(self.sites.len());
        let definition = sites::rewrite(&self.job.case.definition, &arns).to_string();
        let number = self.engine.machines.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}m{number}", self.engine.prefix);
        let role = &self.engine.traits.role;
        let created = self
            .engine
            .api
            .create_machine(
                slot.wire(),
                &name,
                &definition,
                role,
                self.job.case.workflow,
            )
            .await;
        let resources: Vec<_> = arns
            .into_iter()
            .map(str::to_owned)
            .zip(self.sites.iter().map(|task| task.resource.clone()))
            .collect();
        for (arn, resource) in resources {
            self.name(&arn, &resource);
        }
        match created {
            Ok(arn) => {
                self.name(&arn, MACHINE_ARN);
                self.name(&name, Arn::last(MACHINE_ARN));
                self.name(role, ROLE_ARN);
                self.machine = Some(arn);
                Ok(true)
            }
            Err(CallError::Refused(refusal)) if is_about_the_definition(&refusal) => {
                self.run.creation = Creation::Refused {
                    code: refusal.code,
                    message: refusal.message,
                };
                Ok(false)
            }
            Err(error) => Err(error.into_trouble()),
        }
    }

    /// Records a name that the engine chose, with the corresponding name in the reference.
    fn name(&mut self, engine: &str, case: &str) {
        let pair = (engine.to_owned(), case.to_owned());
        if !self.run.names.contains(&pair) {
            self.run.names.push(pair);
        }
    }

    /// Runs one start; returns the sites at which tasks may be left over.
    async fn start(
        &mut self,
        slot: &mut Slot,
        number: usize,
        start: &Start,
        expectation: &Expectation,
    ) -> Result<Vec<usize>, Trouble> {
        let Some(machine) = self.machine.clone() else {
            return Err(Trouble::Internal("there is no machine".to_owned()));
        };
        let engine = self.engine;
        let name = format!("{}-{number}", Arn::last(&machine));
        let assignment = Assignment::new(&start.plan, expectation);
        let absences = absences(&assignment, &self.sites, slot);
        let deadline = engine.deadline(expectation);
        let mut pace = engine.clock.pace(&name, deadline, absences.clone());
        let end = pace.end();
        let wire = slot.wire().clone();
        wire.forget_times();
        pace.start();
        let sites = self.sites.clone();
        let execution = async {
            let input = start.input.to_string();
            let started = engine.api.start(&wire, &machine, &name, &input).await;
            let execution = started.map_err(CallError::into_trouble)?;
            let described = match end {
                Some(end) => engine.wait(&wire, &execution, end).await?,
                None => engine.watch(&wire, &execution, expectation, &pace).await?,
            };
            Ok((execution, described))
        };
        let pool = WorkerPool::new(engine.api.clone(), slot, &sites, assignment, &pace);
        let ((execution, described), seen) = pool.run(execution).await?;
        self.name(&execution, EXECUTION_ARN);
        self.name(&name, Arn::last(EXECUTION_ARN));
        self.finish(slot, &execution, described, seen, (&pace, &absences))
            .await
    }

    /// Runs one start of an Express workflow, which tells how it ended, and nothing of its history.
    async fn start_sync(
        &mut self,
        slot: &Slot,
        number: usize,
        start: &Start,
    ) -> Result<(), Trouble> {
        let Some(machine) = self.machine.clone() else {
            return Err(Trouble::Internal("there is no machine".to_owned()));
        };
        let engine = self.engine;
        let name = format!("{}-{number}", Arn::last(&machine));
        let (input, wire) = (start.input.to_string(), slot.wire());
        let ended = engine.api.start_sync(wire, &machine, &name, &input).await;
        let (execution, described) = ended.map_err(CallError::into_trouble)?;
        self.name(&execution, &identity_in(&self.job.case).execution_arn);
        self.name(&name, Arn::last(EXECUTION_ARN));
        let stamps = engine.stamps().await?;
        let between = described
            .stop
            .map(|stop| stamps.between(described.start, stop));
        let duration = between.and_then(|it| Millis::try_from(it).ok());
        self.run.executions.push(RawExecution {
            status: described.status,
            output: described.output,
            error: described.error,
            cause: described.cause,
            duration,
            watched: duration.unwrap_or_default(),
            lateness: 0,
            history: None,
            attempts: Vec::new(),
        });
        Ok(())
    }

    /// Records an execution; returns the sites at which tasks may be left over.
    async fn finish(
        &mut self,
        slot: &Slot,
        execution: &str,
        described: Described,
        seen: Seen,
        (pace, absences): (&Pace, &Absences),
    ) -> Result<Vec<usize>, Trouble> {
        let engine = self.engine;
        let wire = slot.wire();
        let slowest = (wire.slowest_report(), wire.slowest_call());
        let stamps = engine.stamps().await?;
        let since_start = |at: i64| stamps.between(described.start, at);
        let history = if engine.profile.capabilities.history {
            let events = engine.api.history(slot.wire(), execution).await;
            let mut events = events.map_err(CallError::into_trouble)?;
            for event in &mut events {
                event.at = described.start + since_start(event.at);
            }
            Some(events)
        } else {
            None
        };
        let running = described.status == Status::Running;
        if running {
            let stopped = engine.api.stop(slot.wire(), execution).await;
            stopped.map_err(CallError::into_trouble)?;
        }
        let scheduled = |site: usize| {
            let arn = slot.arn(site);
            let events = history.iter().flatten();
            let events = events.filter(|event| event.kind.ends_with("Scheduled"));
            let says = |event: &RawEvent, detail: &str, is_it: &dyn Fn(&str) -> bool| {
                event
                    .details
                    .get(detail)
                    .and_then(Value::as_str)
                    .is_some_and(is_it)
            };
            events
                .filter(|event| {
                    says(event, "resource", &|resource| resource == arn)
                        || says(event, "parameters", &|sent| sent.contains(arn))
                })
                .count()
        };
        let in_doubt = |site: &usize| {
            let arrived = seen.arrived.get(site).copied().unwrap_or_default();
            running || history.is_none() || scheduled(*site) != arrived
        };
        // No execution takes a message back that it has sent.
        let purges = engine.traits.purges_queues && !running;
        let numbers = 0..self.sites.len();
        let numbers = numbers.filter(|site| !purges || self.sites[*site].letter.is_some());
        let doubtful = numbers.filter(in_doubt).collect();
        let duration = described
            .stop
            .map(|stop| Millis::try_from(since_start(stop)).unwrap_or_default());
        let watched = if pace.is_virtual() {
            duration.unwrap_or_else(|| pace.deadline())
        } else {
            pace.elapsed()
        };
        let lateness = engine.lateness(
            slowest,
            history.as_deref(),
            (slot, &self.sites),
            &seen.attempts,
            absences,
        );
        self.run.executions.push(RawExecution {
            status: described.status,
            output: described.output,
            error: described.error,
            cause: described.cause,
            duration,
            watched,
            lateness,
            history,
            attempts: seen.attempts,
        });
        Ok(doubtful)
    }

    /// Deletes the machine.
    async fn withdraw(&mut self, slot: &Slot) -> Result<(), Trouble> {
        let Some(machine) = self.machine.take() else {
            return Ok(());
        };
        let deleted = self.engine.api.delete_machine(slot.wire(), &machine).await;
        deleted.map_err(CallError::into_trouble)
    }
}

impl Remote {
    /// Polls an execution until it has ended or its deadline has passed.
    async fn watch(
        &self,
        wire: &Wire,
        execution: &str,
        expectation: &Expectation,
        pace: &Pace,
    ) -> Result<Described, Trouble> {
        let began = tokio::time::Instant::now();
        loop {
            // A poll that starts after the deadline is the last one.
            let late = self.clock.asl(wire.slowest_call());
            let longer = expectation.delay(late).min(self.clock.asl(LONGEST_DELAY));
            let over = pace.elapsed() >= pace.deadline() + longer;
            let described = self.api.describe(wire, execution).await;
            let described = described.map_err(CallError::into_trouble)?;
            if over || described.status != Status::Running {
                return Ok(described);
            }
            let pause = (began.elapsed() / 4).min(LONGEST_PAUSE);
            tokio::time::sleep(pause.max(self.traits.shortest_pause)).await;
        }
    }

    /// Waits until the engine reports that it no longer watches the execution.
    async fn wait(
        &self,
        wire: &Wire,
        execution: &str,
        end: tokio::sync::oneshot::Receiver<End>,
    ) -> Result<Described, Trouble> {
        match tokio::time::timeout(STANDSTILL, end).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => {
                return Err(Trouble::Internal("the execution was forgotten".to_owned()));
            }
            Err(_) => {
                return Err(Trouble::Internal(
                    "the virtual clock stands still".to_owned(),
                ));
            }
        }
        let described = self.api.describe(wire, execution).await;
        described.map_err(CallError::into_trouble)
    }
}

/// Does again what failed on the way: a run should not depend on its first call. An engine that is not
/// there at all is reported at once.
async fn persistently<F>(call: impl Fn() -> F) -> Result<(), Trouble>
where
    F: Future<Output = Result<(), Trouble>>,
{
    for _ in 0..RETRIES {
        match call().await {
            Err(Trouble::Protocol { .. }) => tokio::time::sleep(RETRY_PAUSE).await,
            answer => return answer,
        }
    }
    call().await
}

/// Whether a refusal of `CreateStateMachine` is about the definition. The name and the role are
/// valid, and a temporary condition has an error code of its own. An error without a known code is
/// therefore about the definition.
fn is_about_the_definition(refusal: &Refusal) -> bool {
    matches!(
        refusal.code.as_str(),
        "InvalidDefinition"
            | "ValidationException"
            | "InvalidArn"
            | "StateMachineTypeNotSupported"
            | "UnknownError"
    )
}

#[cfg(test)]
mod tests {
    use super::{Refusal, is_about_the_definition};

    #[test]
    fn a_refusal_whose_name_is_hidden_is_about_the_definition() {
        let about = |code: &str| {
            is_about_the_definition(&Refusal {
                operation: "CreateStateMachine",
                code: code.to_owned(),
                message: String::new(),
            })
        };
        assert!(about("InvalidDefinition") && about("UnknownError"));
        assert!(!about("StateMachineLimitExceeded"));
    }
}
