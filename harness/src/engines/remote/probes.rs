//! Tries, while an engine is warmed up, what a run relies on and what can fail as a whole: a component
//! that did not start, an operation that is not there. What fails is left out of the run, and said so.
//! Otherwise it would fail in every case that uses it, and hide what else those cases show.
//!
//! A probe must not hide a divergence. So it does not look at what an execution comes to, only at
//! whether it ends, and whether it fails by the engine's own account. An execution that ends otherwise
//! than it should is left to the run.

use std::{future::Future, time::Duration};

use serde_json::json;
use stepproof_generators::{Feature, FeatureSet};
use stepproof_specs::{asl::WorkflowType, observation::Status};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{NOTHING, RETRIES, RETRY_PAUSE, Remote};
use crate::{
    client::sdk::{Api, CallError, Report, Task, Wire},
    engines::{Capabilities, Dropped},
    trouble::Trouble,
};

/// How often what fails is tried.
const ROUNDS: u32 = 2;
/// How long a probe may take: its machine has nothing to wait for.
const LONGEST: Duration = Duration::from_secs(5);
/// How long it may take after that to stop its execution, and to remove what it created.
const TIDY: Duration = Duration::from_secs(2);
/// The pause between two polls of an execution, and of an activity whose poll returns at once.
const PAUSE: Duration = Duration::from_millis(50);

/// How many characters of a reason are shown.
const REASON: usize = 120;

/// What stands for the ARN of an activity in the definition of a probe.
const ACTIVITY: &str = "<activity>";

/// Something on which a run relies, and how it is tried.
#[derive(Debug, Clone, Copy)]
pub struct Probe {
    /// What it is called in reports.
    pub name: &'static str,
    /// What is left out if it fails.
    pub drops: Drops,
    way: Way,
}

/// What is left out if a probe fails.
#[derive(Debug, Clone, Copy)]
pub enum Drops {
    /// Features of the language.
    Features(&'static [Feature]),
    /// Activities, and so every task.
    Activities,
    /// `ValidateStateMachineDefinition`.
    Validation,
}

/// How something is tried.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// An execution of this machine, with the input `{"x": [1, 2]}`.
    Machine(&'static str),
    /// One of this machine, whose task a worker takes and completes.
    Task(&'static str),
    /// A call that validates a definition.
    Validation,
}

/// What is tried on an engine of which nothing else is known.
pub const USUAL: &[Probe] = &[VARIABLES, INTRINSICS, JSONATA, MAP, ACTIVITIES, VALIDATION];

/// Variables: some engines evaluate them by their evaluator of JSONata, a program of its own.
pub const VARIABLES: Probe = Probe {
    name: "variables",
    drops: Drops::Features(&[
        Feature::Variables,
        Feature::CountingLoops,
        Feature::LongLoops,
    ]),
    way: Way::Machine(
        r#"{"StartAt":"A","States":{
            "A":{"Type":"Pass","Assign":{"v.$":"$.x"},"Next":"B"},
            "B":{"Type":"Pass","Parameters":{"v.$":"$v"},"End":true}}}"#,
    ),
};

/// Intrinsic functions: engines from before they were introduced do not have them.
pub const INTRINSICS: Probe = Probe {
    name: "intrinsics",
    drops: Drops::Features(&[Feature::Intrinsics, Feature::Randomness]),
    way: Way::Machine(
        r#"{"StartAt":"A","States":{
            "A":{"Type":"Pass","Parameters":{"n.$":"States.ArrayLength($.x)"},"End":true}}}"#,
    ),
};

/// JSONata: engines from before it was introduced ignore it, and some need a program of its own.
pub const JSONATA: Probe = Probe {
    name: "jsonata",
    drops: Drops::Features(&[Feature::Jsonata, Feature::JsonataLibrary]),
    way: Way::Machine(
        r#"{"StartAt":"A","States":{"A":{"Type":"Choice","QueryLanguage":"JSONata","Choices":[
            {"Condition":"{% $states.input.x[1] = 2 %}","Next":"B"}]},
            "B":{"Type":"Pass","End":true}}}"#,
    ),
};

/// Inline Map states: so with these.
pub const MAP: Probe = Probe {
    name: "map",
    drops: Drops::Features(&[Feature::Map]),
    way: Way::Machine(
        r#"{"StartAt":"A","States":{"A":{"Type":"Map","ItemsPath":"$.x","ItemProcessor":
            {"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}},"End":true}}}"#,
    ),
};

/// Activities: some engines create them, and hand no task to a worker.
pub const ACTIVITIES: Probe = Probe {
    name: "activities",
    drops: Drops::Activities,
    way: Way::Task(
        r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"<activity>","End":true}}}"#,
    ),
};

/// `ValidateStateMachineDefinition`: engines may lack the operation.
pub const VALIDATION: Probe = Probe {
    name: "validation",
    drops: Drops::Validation,
    way: Way::Validation,
};

/// What every engine does: if this does not end, no other probe says anything about what it tries.
const CONTROL: Probe = Probe {
    name: "control",
    drops: Drops::Features(&[]),
    way: Way::Machine(NOTHING),
};

impl Drops {
    /// Whether the engine is said to have it.
    fn is_there(self, capabilities: &Capabilities) -> bool {
        match self {
            Self::Features(features) => !capabilities.lacks.has_all(FeatureSet::of(features)),
            Self::Activities => capabilities.activities,
            Self::Validation => capabilities.validation,
        }
    }

    fn leave_out_of(self, capabilities: &mut Capabilities) {
        match self {
            Self::Features(features) => {
                capabilities.lacks = capabilities.lacks.with(FeatureSet::of(features));
            }
            Self::Activities => capabilities.activities = false,
            Self::Validation => capabilities.validation = false,
        }
    }
}

impl Remote {
    /// Tries everything that its adapter declares, and leaves out what fails. Once is not enough to
    /// fail: an engine may be busy, or load something.
    pub(super) async fn try_probes(&mut self) {
        let capabilities = &self.profile.capabilities;
        let probes = self.traits.probes.iter();
        let mut failed: Vec<(Probe, Failure)> = probes
            .filter(|probe| probe.drops.is_there(capabilities))
            .map(|probe| (*probe, Failure::new()))
            .collect();
        for round in 0..ROUNDS {
            if failed.is_empty() {
                return;
            }
            let tried = failed.into_iter().map(|(probe, _)| probe).collect();
            let Some(still) = self.failing(round, tried).await else {
                return;
            };
            failed = still;
        }
        for (probe, reason) in failed {
            probe.drops.leave_out_of(&mut self.profile.capabilities);
            self.profile.dropped.push(Dropped {
                what: probe.name.to_owned(),
                reason,
            });
        }
    }

    /// Those of the probes that fail, tried at once; `None` if the control fails too.
    async fn failing(&self, round: u32, probes: Vec<Probe>) -> Option<Vec<(Probe, Failure)>> {
        let deadline = Instant::now() + LONGEST;
        let mut running = JoinSet::new();
        for (number, probe) in [CONTROL].iter().chain(&probes).enumerate() {
            let attempt = Attempt {
                api: self.api.clone(),
                role: self.traits.role.clone(),
                name: format!("{}probe-{}-{round}", self.prefix, probe.name),
                deadline,
            };
            let way = probe.way;
            running.spawn(async move { (number, attempt.outcome(way).await) });
        }
        let mut outcomes = running.join_all().await;
        outcomes.sort_by_key(|(number, _)| *number);
        let mut outcomes = outcomes.into_iter().map(|(_, outcome)| outcome);
        outcomes.next()?.ok()?;
        let failing = probes.into_iter().zip(outcomes);
        let failing = failing.filter_map(|(probe, outcome)| Some((probe, outcome.err()?)));
        Some(failing.collect())
    }
}

/// One thing that is tried.
struct Attempt {
    api: Api,
    role: String,
    /// The name of what it creates.
    name: String,
    /// When it must have come to an end.
    deadline: Instant,
}

/// Why a probe failed, as a clause about it.
type Failure = String;

/// What went wrong in a probe: a call that gave no answer, or what the answers say.
enum Wrong {
    Call(CallError),
    Seen(Failure),
}

impl From<CallError> for Wrong {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl Attempt {
    async fn outcome(&self, way: Way) -> Result<(), Failure> {
        match self.calls(way).await {
            Ok(()) => Ok(()),
            Err(Wrong::Seen(failure)) => Err(failure),
            Err(Wrong::Call(error)) => failure(&error).map_or(Ok(()), Err),
        }
    }

    async fn calls(&self, way: Way) -> Result<(), Wrong> {
        let (api, wire, name) = (&self.api, &Wire::default(), &self.name);
        let standard = WorkflowType::Standard;
        let (definition, activity) = match way {
            Way::Machine(definition) => (definition.to_owned(), None),
            Way::Task(definition) => {
                let created = self.again("CreateActivity", || api.create_activity(wire, name));
                let arn = created.await?;
                (definition.replace(ACTIVITY, &arn), Some(arn))
            }
            Way::Validation => {
                let validate = || api.validate(wire, NOTHING, standard);
                let operation = "ValidateStateMachineDefinition";
                self.again(operation, validate).await?;
                return Ok(());
            }
        };
        let create = || api.create_machine(wire, name, &definition, &self.role, standard);
        let machine = self.again("CreateStateMachine", create).await?;
        let ended = self.execution(wire, &machine, activity.as_deref()).await;
        tidy(async {
            let _ = api.delete_machine(wire, &machine).await;
            if let Some(activity) = activity {
                let _ = api.delete_activity(wire, &activity).await;
            }
        })
        .await;
        ended
    }

    /// Runs an execution to its end.
    async fn execution(
        &self,
        wire: &Wire,
        machine: &str,
        activity: Option<&str>,
    ) -> Result<(), Wrong> {
        let (api, name) = (&self.api, &self.name);
        let input = json!({ "x": [1, 2] }).to_string();
        let start = || api.start(wire, machine, name, &input);
        let execution = self.again("StartExecution", start).await?;
        let ended = timeout_at(self.deadline, self.end(wire, &execution, activity)).await;
        let ended = ended.unwrap_or_else(|_| Err(Wrong::Seen(late("its probe did not end"))));
        if ended.is_err() {
            tidy(api.stop(wire, &execution)).await;
        }
        ended
    }

    /// Plays the worker of an execution, if it needs one, and waits for its end.
    async fn end(&self, wire: &Wire, execution: &str, activity: Option<&str>) -> Result<(), Wrong> {
        if let Some(activity) = activity {
            let task = timeout_at(self.deadline, self.task(wire, activity)).await;
            let task = task.map_err(|_| Wrong::Seen(late("its probe gave no task to a worker")))?;
            let done = Report::Success("{}".to_owned());
            self.api.report(wire, &task?.token, &done).await?;
        }
        loop {
            let describe = || self.api.describe(wire, execution);
            let described = repeated(describe).await?;
            let error = described.error.unwrap_or_default();
            match described.status {
                Status::Running => sleep(PAUSE).await,
                Status::Failed if is_own(&error) => {
                    return Err(Wrong::Seen(short(&format!(
                        "its probe failed with {error}"
                    ))));
                }
                _ => return Ok(()),
            }
        }
    }

    /// The task of an activity.
    async fn task(&self, wire: &Wire, activity: &str) -> Result<Task, CallError> {
        loop {
            let poll = || self.api.poll(wire, activity);
            if let Some(task) = repeated(poll).await? {
                return Ok(task);
            }
            sleep(PAUSE).await;
        }
    }

    /// Makes a call until the deadline.
    async fn again<T, F>(&self, operation: &str, call: impl Fn() -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let answer = timeout_at(self.deadline, repeated(call)).await;
        answer.unwrap_or_else(|_| {
            Err(CallError::Trouble(Trouble::Protocol {
                operation: operation.to_owned(),
                reason: late("it gave no answer"),
            }))
        })
    }
}

/// Repeats a call that the engine, or the way to it, failed.
async fn repeated<T, F>(call: impl Fn() -> F) -> Result<T, CallError>
where
    F: Future<Output = Result<T, CallError>>,
{
    for _ in 0..RETRIES {
        match call().await {
            Err(CallError::Fault(_) | CallError::Trouble(Trouble::Protocol { .. })) => {
                sleep(RETRY_PAUSE).await;
            }
            answer => return answer,
        }
    }
    call().await
}

/// Does what may be left undone: what is not removed now is removed by its name after the run.
async fn tidy<T>(tidying: impl Future<Output = T>) {
    let _ = timeout(TIDY, tidying).await;
}

fn late(what: &str) -> Failure {
    format!("{what} within {} s", LONGEST.as_secs())
}

/// Why a call that gave no answer makes a probe fail. A refusal does not, unless the engine says that
/// it refuses because of itself: that a machine is valid is for the run to judge.
fn failure(error: &CallError) -> Option<Failure> {
    let own = match error {
        CallError::Refused(refusal) => is_own(&refusal.code) || is_own(&refusal.message),
        CallError::Fault(_) | CallError::Trouble(Trouble::Protocol { .. }) => true,
        CallError::TooMuch(_) | CallError::Trouble(_) => false,
    };
    own.then(|| {
        short(&format!(
            "its probe failed to {}",
            error.clone().into_trouble()
        ))
    })
}

/// A reason that fits on a line or two: what follows is the client's account of the answer.
fn short(reason: &str) -> Failure {
    match reason.char_indices().nth(REASON) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None => reason.to_owned(),
    }
}

/// Whether a text names a fault of the engine itself, or something that it does not have.
fn is_own(text: &str) -> bool {
    const OWN: [&str; 7] = [
        "internalerror",
        "internalfailure",
        "internalservererror",
        "notimplemented",
        "notyetimplemented",
        "unknownoperation",
        "unsupportedoperation",
    ];
    let letters = text.chars().filter(char::is_ascii_alphabetic);
    let letters: String = letters.map(|it| it.to_ascii_lowercase()).collect();
    OWN.iter().any(|own| letters.contains(own))
}

#[cfg(test)]
mod tests {
    use stepproof_specs::{asl::WorkflowType, validate::validate_text};

    use super::{ACTIVITY, CallError, Trouble, USUAL, Way, failure, is_own};
    use crate::client::sdk::Refusal;

    #[test]
    fn every_probe_is_a_valid_machine() {
        for probe in USUAL {
            let (Way::Machine(text) | Way::Task(text)) = probe.way else {
                continue;
            };
            let arn = "arn:aws:states:us-east-1:123456789012:activity:a";
            let text = text.replace(ACTIVITY, arn);
            let (machine, diagnostics) = validate_text(&text, WorkflowType::Standard);
            assert!(machine.is_some(), "{}: {diagnostics:?}", probe.name);
        }
    }

    #[test]
    fn only_what_the_engine_says_of_itself_makes_a_probe_fail() {
        let refused = |code: &str, message: &str| {
            CallError::Refused(Refusal {
                operation: "CreateStateMachine",
                code: code.to_owned(),
                message: message.to_owned(),
            })
        };
        assert_eq!(
            failure(&refused("InvalidDefinition", "Unknown field")),
            None
        );
        assert!(failure(&refused("UnknownOperationException", "")).is_some());
        assert!(failure(&refused("ValidationException", "Map is not implemented")).is_some());
        let away = Trouble::Unreachable {
            endpoint: String::new(),
            reason: String::new(),
        };
        assert_eq!(failure(&CallError::Trouble(away)), None);
        assert!(is_own("InternalError") && is_own("Not Implemented"));
        assert!(!is_own("States.Runtime") && !is_own("Boom"));
    }
}
