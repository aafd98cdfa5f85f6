//! Runs an execution in virtual time, driven by a plan: the expected observation of a case.
//!
//! Where the language does not fix an order (concurrent branches, an answer and a timeout) and the
//! outcome may depend on it, the case is simulated under several tie-breaks and latencies. Aspects
//! that differ between these runs are poisoned.

pub mod assignment;
pub mod calls;
mod fingerprint;
mod hypothetical;
mod sensitivity;
pub mod timeline;
mod world;

use std::sync::{Arc, LazyLock};

pub use self::hypothetical::Hypothetical;
use self::{
    assignment::Assignment,
    fingerprint::Fingerprint,
    world::{Ended, Latency, Schedule, World},
};
use crate::{
    asl::{Machine, WorkflowType, site::AttemptKey},
    base::{
        entropy::mix,
        time::{Instant, Millis},
    },
    clause::{Aspect, Clause, Coverage, REGISTRY},
    interpreter::{
        Execution, Identity, Interleaving, Logged, OwnWords, Program, Setup, Unsupported,
    },
    observation::Observation,
    scenario::case::{ExecutionCase, Start},
};

/// What the reference expects of one start of a case.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The behaviour that an engine must show.
    pub observation: Observation,
    /// Aspects on which no finding may rest: they differ between tie-breaks or latencies, or depend
    /// on an assumed clause.
    pub poisoned: Vec<Aspect>,
    /// How many events of its history come before anything that is only assumed, if something is: so far
    /// it is known where the execution goes.
    pub assumed_from: Option<usize>,
    /// The clauses that fired.
    pub coverage: Coverage,
    /// Every attempt that the reference scheduled, in order of scheduling.
    pub attempts: Vec<ExpectedAttempt>,
    /// The time from start to end in virtual time.
    pub duration: Millis,
    /// The same if every task is late; only after this time does an execution count as hanging.
    pub longest: Millis,
}

impl Expectation {
    /// How much longer an execution may take if every task is taken and answered this much later
    /// than the schedules of [`simulate`] allow for.
    pub fn delay(&self, late: Millis) -> Millis {
        let beyond = late.saturating_sub(NOISE_MILLIS);
        beyond.saturating_mul(1 + 2 * self.attempts.len() as Millis)
    }
}

/// An attempt that the reference scheduled.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedAttempt {
    /// Its address.
    pub key: AttemptKey,
    /// Its input.
    pub input: Arc<serde_json::Value>,
}

/// Why a start has no expectation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimulationError {
    /// The machine uses something that this build does not interpret.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The execution waits for something that never happens: a silent task without a time limit.
    #[error("the execution never ends: {0}")]
    NeverEnds(String),
    /// The execution made more than this many steps.
    #[error("the execution made more than {0} steps")]
    TooLong(usize),
    /// There is no expectation of calls.
    #[error(transparent)]
    Calls(#[from] calls::CallsError),
}

/// The time at which simulated executions start: 2026-01-01T00:00:00Z.
pub const EPOCH: Instant = Instant(1_767_225_600_000);

/// The ARN of a simulated machine in the context object.
pub const MACHINE_ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:machine";
/// The ARN of a simulated execution in the context object.
pub const EXECUTION_ARN: &str = "arn:aws:states:us-east-1:123456789012:execution:machine:execution";
/// The same of an Express workflow, before its UUID.
const EXPRESS_ARN: &str = "arn:aws:states:us-east-1:123456789012:express:machine:execution";
/// The role of a simulated execution in the context object.
pub const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/stepproof";

/// The most by which events are late in the perturbed schedules. Real engines under load are that
/// late; generated plans leave more time than this between a reply and a time limit.
pub const NOISE_MILLIS: Millis = 400;

/// Simulates one start of a case under several tie-breaks and latencies.
pub fn simulate(
    machine: &Arc<Machine>,
    case: &ExecutionCase,
    start: &Start,
) -> Result<Expectation, SimulationError> {
    let program = Program::from(machine.clone()).run_as(case.workflow);
    simulate_program(&program, &identity_in(case), start, EPOCH)
}

/// The same for a Standard execution with this identity and start time.
pub fn simulate_as(
    machine: &Arc<Machine>,
    identity: &Identity,
    start: &Start,
    at: Instant,
) -> Result<Expectation, SimulationError> {
    simulate_program(&machine.clone().into(), identity, start, at)
}

/// The same for an engine that may deviate. Whether the outcome depends on the schedule is
/// determined with its deviations.
pub fn simulate_program(
    program: &Program,
    identity: &Identity,
    start: &Start,
    at: Instant,
) -> Result<Expectation, SimulationError> {
    simulate_under(&Runs::new(program, identity, start, at))
}

/// The same of a start on any terms.
fn simulate_under(runs: &Runs<'_>) -> Result<Expectation, SimulationError> {
    let world = runs.once(Schedule::PLAIN)?;
    let coverage = world.execution.coverage();
    let mut poisoned = doubtful(&coverage);
    poisoned.extend(said(&world.execution));
    if world.sensitivity.is_still_racing() {
        poisoned.extend(lucky(&coverage));
    }
    if world.sensitivity.may_have_started_more() {
        poisoned.extend([
            Aspect::Path,
            Aspect::Attempts,
            Aspect::Effects,
            Aspect::History,
        ]);
        // An attempt that was made all the same takes its turn in the plan.
        if coverage.contains(Clause::RetryAgain) {
            poisoned.extend(lucky(&coverage));
        }
    }
    let mut longest = world.slowest();
    let is_open = !Aspect::ALL.iter().all(|aspect| poisoned.contains(aspect));
    if is_open && world.sensitivity.may_vary() {
        let others = runs.others(&world, &poisoned)?;
        poisoned.extend(others.aspects);
        longest = longest.max(others.longest);
    }
    poisoned.sort_unstable();
    poisoned.dedup();
    let assumed_from = world.assumed_from();
    let (observation, attempts) = world.into_observation();
    Ok(Expectation {
        assumed_from,
        duration: observation.duration.unwrap_or_default(),
        longest,
        attempts,
        observation,
        poisoned,
        coverage,
    })
}

/// How the outcome of an execution varies between schedules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variation {
    /// Whether the plain run is schedule-sensitive; if it is not, [`simulate`] does not try other
    /// schedules.
    pub possible: bool,
    /// The aspects that vary.
    pub aspects: Vec<Aspect>,
}

/// Simulates one start of a case under every schedule, even if the plain run is not
/// schedule-sensitive.
pub fn variation(
    machine: &Arc<Machine>,
    case: &ExecutionCase,
    start: &Start,
) -> Result<Variation, SimulationError> {
    let somebody = identity_in(case);
    let program = Program::from(machine.clone()).run_as(case.workflow);
    let runs = Runs::new(&program, &somebody, start, EPOCH);
    let world = runs.once(Schedule::PLAIN)?;
    Ok(Variation {
        possible: world.sensitivity.may_vary(),
        aspects: runs.others(&world, &[])?.aspects,
    })
}

/// How a start may come out if the harness is late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderLateness {
    /// The aspects that come out otherwise, in order: no finding may rest on them.
    pub affected: Vec<Aspect>,
    /// How long the slowest schedule takes.
    pub longest: Millis,
}

/// How a start may come out if tasks are taken, and answers and heartbeats arrive, by up to `late`
/// later than planned, and workers that were absent come back by up to as much too early.
pub fn under_lateness(
    machine: &Arc<Machine>,
    case: &ExecutionCase,
    start: &Start,
    late: Millis,
) -> UnderLateness {
    let somebody = identity_in(case);
    let program = Program::from(machine.clone()).run_as(case.workflow);
    Runs::new(&program, &somebody, start, EPOCH).under_lateness(late)
}

/// Runs the same start under several schedules.
struct Runs<'r> {
    program: &'r Program,
    identity: &'r Identity,
    start: &'r Start,
    at: Instant,
    /// Who plays the plan; `None` if they know every attempt.
    workers: Option<&'r Assignment>,
}

/// How a start runs under the schedules other than the plain one.
struct Others {
    /// The aspects that differ in one of them.
    aspects: Vec<Aspect>,
    /// The duration of the slowest of them.
    longest: Millis,
}

impl<'r> Runs<'r> {
    fn new(program: &'r Program, identity: &'r Identity, start: &'r Start, at: Instant) -> Self {
        Self {
            program,
            identity,
            start,
            at,
            workers: None,
        }
    }

    /// The same with workers who recognise attempts by what they expect.
    fn played_by(self, workers: &'r Assignment) -> Self {
        Self {
            workers: Some(workers),
            ..self
        }
    }

    fn begin(&self, schedule: Schedule) -> Result<World<'r>, SimulationError> {
        let setup = Setup {
            program: self.program.clone(),
            identity: self.identity.clone(),
            input: self.start.input.clone(),
            at: self.at,
            number: None,
            interleaving: schedule.interleaving,
            is_redrivable: false,
        };
        World::begin(setup, schedule.latency, self.start, self.workers)
    }

    /// Runs the execution to its end.
    fn once(&self, schedule: Schedule) -> Result<Ended, SimulationError> {
        let mut world = self.begin(schedule)?;
        match world.go_on(None)? {
            Some(outcome) => Ok(world.end(Some(outcome))),
            None => Err(SimulationError::NeverEnds(world.stuck())),
        }
    }

    /// What is expected of an execution that does not end: how far it is after this time.
    fn unended(&self, within: Millis) -> Result<Expectation, SimulationError> {
        let mut world = self.begin(Schedule::PLAIN)?;
        let outcome = world.go_on(Some(self.at.plus(within)))?;
        let ended = world.end(outcome);
        let coverage = ended.execution.coverage();
        let mut poisoned = doubtful(&coverage);
        poisoned.extend(said(&ended.execution));
        let assumed_from = ended.assumed_from();
        let (observation, attempts) = ended.into_observation();
        Ok(Expectation {
            assumed_from,
            observation,
            poisoned,
            coverage,
            attempts,
            duration: within,
            // However short it is watched, it is seen to run.
            longest: 0,
        })
    }

    /// Runs the other schedules and compares them with the plain one, except in aspects that are
    /// poisoned anyway.
    fn others(&self, plain: &Ended, poisoned: &[Aspect]) -> Result<Others, SimulationError> {
        let mut others = Others {
            aspects: Vec::new(),
            longest: 0,
        };
        let fingerprint = |ended: &Ended| Fingerprint::of(self.program.machine(), ended, poisoned);
        let expected = fingerprint(plain);
        for schedule in perturbed() {
            let other = self.once(schedule)?;
            others.longest = others.longest.max(other.duration());
            expected.differing(&fingerprint(&other), &mut others.aspects);
        }
        Ok(others)
    }

    /// How it may come out if the harness is late.
    fn under_lateness(&self, late: Millis) -> UnderLateness {
        // An execution that never ends, or makes too many steps, when somebody is late says nothing.
        let mut outcome = self
            .late(late.min(MOST_LATE))
            .unwrap_or_else(|_| UnderLateness {
                affected: Aspect::ALL.to_vec(),
                longest: Millis::MAX,
            });
        outcome.affected.sort_unstable();
        outcome.affected.dedup();
        outcome
    }

    /// What differs from the plain schedule under schedules in which somebody is late.
    fn late(&self, late: Millis) -> Result<UnderLateness, SimulationError> {
        let fingerprint = |ended: &Ended| Fingerprint::of(self.program.machine(), ended, &[]);
        let expected = fingerprint(&self.once(Schedule::PLAIN)?);
        let mut affected = Vec::new();
        let mut longest = 0;
        for schedule in delayed(late) {
            let other = self.once(schedule)?;
            longest = longest.max(other.duration());
            expected.differing(&fingerprint(&other), &mut affected);
            if other.sensitivity.is_still_racing() {
                affected.extend(lucky(&other.execution.coverage()));
            }
        }
        Ok(UnderLateness { affected, longest })
    }
}

/// The identity of a simulated execution in a case with this entropy.
pub fn identity(entropy: u64) -> Identity {
    Identity {
        entropy,
        ..SOMEBODY.clone()
    }
}

/// The identity of the simulated executions of a case. That of an Express workflow has a UUID after its
/// name, which can be used again: its starts are not idempotent (API reference, `StartExecution`).
pub fn identity_in(case: &ExecutionCase) -> Identity {
    let identity = identity(case.entropy);
    if case.workflow == WorkflowType::Standard {
        return identity;
    }
    let words = [mix(case.entropy), mix(!case.entropy)].map(u128::from);
    let uuid = uuid::Builder::from_random_bytes(((words[0] << 64) | words[1]).to_be_bytes());
    Identity {
        execution_arn: format!("{EXPRESS_ARN}:{}", uuid.into_uuid()).into(),
        // One that is started synchronously has none (recorded: express_sync.test_query_runtime_memory).
        redrive_count: None,
        ..identity
    }
}

/// The identity that all simulated executions share, apart from the entropy.
static SOMEBODY: LazyLock<Identity> = LazyLock::new(|| Identity {
    execution_arn: EXECUTION_ARN.into(),
    execution_name: "execution".into(),
    role_arn: ROLE_ARN.into(),
    machine_arn: MACHINE_ARN.into(),
    machine_name: "machine".into(),
    redrive_count: Some(0),
    entropy: 0,
});

/// A finished execution and its input log: [`Execution::replay`] of its [`Execution::setup`] and of
/// any prefix of the log gives the execution at that moment.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The execution. It has ended, unless a deviation makes it wait for ever.
    pub execution: Execution,
    /// All inputs after its start at [`EPOCH`], in order.
    pub log: Vec<Logged>,
}

/// Simulates one start of a case, in the plain schedule, and keeps the log of inputs.
pub fn trace(
    machine: &Arc<Machine>,
    case: &ExecutionCase,
    start: &Start,
) -> Result<Trace, SimulationError> {
    let program = machine.clone().into();
    trace_program(&program, case, start, Interleaving::RoundRobin)
}

/// The same for an engine that may deviate, under the schedule of this interleaving.
pub fn trace_program(
    program: &Program,
    case: &ExecutionCase,
    start: &Start,
    interleaving: Interleaving,
) -> Result<Trace, SimulationError> {
    let somebody = identity_in(case);
    let runs = Runs::new(program, &somebody, start, EPOCH);
    let mut world = runs.begin(Schedule::of(interleaving))?;
    world.log = Some(Vec::new());
    let outcome = world.go_on(None)?;
    if outcome.is_none() && program.deviations().is_none() {
        return Err(SimulationError::NeverEnds(world.stuck()));
    }
    let ended = world.end(outcome);
    Ok(Trace {
        execution: ended.execution,
        log: ended.log,
    })
}

/// The schedules other than the plain one: another tie-break, and two with latencies.
fn perturbed() -> [Schedule; 3] {
    [
        Interleaving::LastFirst,
        Interleaving::Shuffled(1),
        Interleaving::Shuffled(2),
    ]
    .map(Schedule::of)
}

/// The most lateness that is simulated: a year.
const MOST_LATE: Millis = 366 * 86_400_000;

/// Schedules in which the harness is late by up to `late`: each time, every other time or by
/// varying parts, twice as late where a task and its answer are late one after the other, or too
/// early where that is the same mistake. With less lateness, another limit may be the first to be
/// passed, so parts of it are simulated too.
fn delayed(late: Millis) -> impl Iterator<Item = Schedule> {
    const EIGHTHS: [Millis; 7] = [16, 8, 6, 4, 3, 2, 1];
    let part = move |eighths: Millis| late.saturating_mul(eighths) / 8;
    let ways = |late: Millis, seed: u64| {
        [
            (Interleaving::RoundRobin, Latency::Always(late)),
            (Interleaving::RoundRobin, Latency::Answers(late)),
            (Interleaving::RoundRobin, Latency::LastAnswers(late)),
            (Interleaving::RoundRobin, Latency::Alternate(late, 0)),
            (Interleaving::RoundRobin, Latency::Alternate(late, 1)),
            (Interleaving::Shuffled(seed), Latency::UpTo(late)),
            (Interleaving::Shuffled(!seed), Latency::UpTo(late)),
        ]
    };
    // No single step is twice as late, but two in a row are.
    let possible = |eighths: Millis, latency| eighths <= 8 || two_in_a_row(latency);
    EIGHTHS
        .into_iter()
        .flat_map(move |eighths| {
            let ways = ways(part(eighths), eighths).into_iter();
            ways.filter(move |(_, latency)| possible(eighths, *latency))
        })
        .chain([(Interleaving::RoundRobin, Latency::Early(late))])
        .map(|(interleaving, latency)| Schedule {
            interleaving,
            latency,
        })
}

/// Whether a latency stands for that of a task and its answer together.
fn two_in_a_row(latency: Latency) -> bool {
    matches!(latency, Latency::Answers(_) | Latency::UpTo(_))
}

/// The aspects that depend on how far a sibling got before it was stopped. Even the error may
/// depend on it; that the execution fails does not, unless an error was handled.
fn lucky(coverage: &Coverage) -> impl Iterator<Item = Aspect> {
    let handled = [Clause::CatchFirstMatch, Clause::RetryAgain]
        .into_iter()
        .any(|clause| coverage.contains(clause));
    Aspect::ALL.into_iter().filter(move |aspect| match aspect {
        Aspect::Acceptance | Aspect::Diagnostics | Aspect::Liveness => false,
        Aspect::Status => handled,
        _ => true,
    })
}

/// The aspects that show the causes of an engine which fails in its own words: nobody knows them.
fn said(execution: &Execution) -> &'static [Aspect] {
    if execution.is_open() {
        return &Aspect::ALL;
    }
    match execution.own_words() {
        OwnWords::None => &[],
        // A Fail may read its error where a cause was passed on to.
        OwnWords::PassedOn if execution.coverage().contains(Clause::FailPath) => &[
            Aspect::Effects,
            Aspect::Output,
            Aspect::Error,
            Aspect::Cause,
            Aspect::History,
        ],
        OwnWords::Said => &[Aspect::Cause, Aspect::History],
        OwnWords::PassedOn => &[
            Aspect::Effects,
            Aspect::Output,
            Aspect::Cause,
            Aspect::History,
        ],
    }
}

/// The aspects on which a fired clause casts doubt.
fn doubtful(coverage: &Coverage) -> Vec<Aspect> {
    let doubtful = coverage.and(&DOUBTFUL);
    doubtful.iter().flat_map(Clause::doubts).copied().collect()
}

/// The clauses that cast doubt on any aspect.
static DOUBTFUL: LazyLock<Coverage> = LazyLock::new(|| {
    let all = REGISTRY.iter().map(|(clause, _)| *clause);
    all.filter(|clause| !clause.doubts().is_empty()).collect()
});
