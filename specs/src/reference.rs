//! An execution driven by a plan in virtual time: the expected observation of a case.
//!
//! Where the language leaves the order open (concurrent branches, an answer against a timeout), and
//! something depends on it, the case is simulated under several tie-breaks and latencies; aspects
//! that vary are poisoned.

mod fingerprint;
mod sensitivity;
mod world;

use std::sync::{Arc, LazyLock};

use self::{
    fingerprint::Fingerprint,
    world::{Ended, Schedule, World},
};
use crate::{
    asl::{Machine, site::AttemptKey},
    base::time::{Instant, Millis},
    clause::{Aspect, Clause, Coverage, REGISTRY},
    interpreter::{Execution, Identity, Interleaving, Logged, Program, Setup, Unsupported},
    observation::Observation,
    scenario::case::{ExecutionCase, Start},
};

/// What the reference expects of one start of a case.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What an engine must be seen to do.
    pub observation: Observation,
    /// Aspects from which nothing follows: they differ between tie-breaks or latencies, or rest on
    /// an assumed clause.
    pub poisoned: Vec<Aspect>,
    /// The clauses that fired.
    pub coverage: Coverage,
    /// Every attempt that the reference scheduled, in order of scheduling.
    pub attempts: Vec<ExpectedAttempt>,
    /// From start to end in virtual time.
    pub duration: Millis,
    /// The same where every task is late: until then nobody can say that it hangs.
    pub longest: Millis,
}

/// An attempt that the reference scheduled, and with what input.
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
    /// The execution waits for something that never comes: a silent task without a time limit.
    #[error("the execution never ends: {0}")]
    NeverEnds(String),
    /// The execution made more than this many steps.
    #[error("the execution made more than {0} steps")]
    TooLong(usize),
}

/// When simulated executions start: 2026-01-01T00:00:00Z.
pub const EPOCH: Instant = Instant(1_767_225_600_000);

/// The machine of a simulated execution in the context object.
pub const MACHINE_ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:machine";
/// A simulated execution in the context object.
pub const EXECUTION_ARN: &str = "arn:aws:states:us-east-1:123456789012:execution:machine:execution";
/// The role of a simulated execution in the context object.
pub const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/stepproof";

/// How much later than planned things may happen in the perturbed schedules. Real engines under
/// load are that late; generated plans leave more room than this between a reply and a time limit.
const NOISE_MILLIS: Millis = 400;

/// Simulates one start of a case under several tie-breaks and latencies.
pub fn simulate(
    machine: &Arc<Machine>,
    case: &ExecutionCase,
    start: &Start,
) -> Result<Expectation, SimulationError> {
    simulate_as(machine, &identity(case.entropy), start, EPOCH)
}

/// The same for an execution that is somebody else, and starts at another time.
pub fn simulate_as(
    machine: &Arc<Machine>,
    identity: &Identity,
    start: &Start,
    at: Instant,
) -> Result<Expectation, SimulationError> {
    simulate_program(&machine.clone().into(), identity, start, at)
}

/// The same for an engine that may deviate: what depends on the schedule is found out under its
/// deviations, too.
pub fn simulate_program(
    program: &Program,
    identity: &Identity,
    start: &Start,
    at: Instant,
) -> Result<Expectation, SimulationError> {
    let runs = Runs::new(program, identity, start, at);
    let world = runs.once(Schedule::PLAIN)?;
    let coverage = world.execution.coverage();
    let mut poisoned = doubtful(&coverage);
    if world.sensitivity.is_still_racing() {
        poisoned.extend(lucky(&coverage));
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
    let (observation, attempts) = world.into_observation();
    Ok(Expectation {
        duration: observation.duration.unwrap_or_default(),
        longest,
        attempts,
        observation,
        poisoned,
        coverage,
    })
}

/// What is seen of an engine that may deviate, until `within` after the start: nothing is expected,
/// and nothing is poisoned.
pub fn watch(
    program: &Program,
    case: &ExecutionCase,
    start: &Start,
    within: Millis,
) -> Result<Observation, SimulationError> {
    let somebody = identity(case.entropy);
    let runs = Runs::new(program, &somebody, start, EPOCH);
    let mut world = runs.begin(Schedule::PLAIN)?;
    let outcome = world.go_on(Some(EPOCH.plus(within)))?;
    Ok(world.end(outcome).into_observation().0)
}

/// How an execution comes out under other schedules than the plain one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variation {
    /// Whether the plain one says that it can come out otherwise: if not, nobody looks.
    pub possible: bool,
    /// The aspects in which it does.
    pub aspects: Vec<Aspect>,
}

/// Simulates one start of a case under every schedule, also where that is known to be idle.
pub fn variation(
    machine: &Arc<Machine>,
    case: &ExecutionCase,
    start: &Start,
) -> Result<Variation, SimulationError> {
    let somebody = identity(case.entropy);
    let program = machine.clone().into();
    let runs = Runs::new(&program, &somebody, start, EPOCH);
    let world = runs.once(Schedule::PLAIN)?;
    Ok(Variation {
        possible: world.sensitivity.may_vary(),
        aspects: runs.others(&world, &[])?.aspects,
    })
}

/// The same start under one schedule after the other.
struct Runs<'r> {
    program: &'r Program,
    identity: &'r Identity,
    start: &'r Start,
    input: Arc<serde_json::Value>,
    at: Instant,
}

/// What a start comes to under other schedules than the plain one.
struct Others {
    /// The aspects in which one of them gives something else.
    aspects: Vec<Aspect>,
    /// How long the slowest of them takes.
    longest: Millis,
}

impl<'r> Runs<'r> {
    fn new(program: &'r Program, identity: &'r Identity, start: &'r Start, at: Instant) -> Self {
        Self {
            program,
            identity,
            start,
            input: Arc::new(start.input.clone()),
            at,
        }
    }

    fn begin(&self, schedule: Schedule) -> Result<World<'r>, SimulationError> {
        let setup = Setup {
            program: self.program.clone(),
            identity: self.identity.clone(),
            input: self.input.clone(),
            at: self.at,
            interleaving: schedule.0,
        };
        World::begin(setup, self.start)
    }

    /// Runs to the end.
    fn once(&self, schedule: Schedule) -> Result<Ended, SimulationError> {
        let mut world = self.begin(schedule)?;
        match world.go_on(None)? {
            Some(outcome) => Ok(world.end(Some(outcome))),
            None => Err(SimulationError::NeverEnds(world.stuck())),
        }
    }

    /// What other schedules than the plain one give, besides what is poisoned anyway.
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
}

/// Who a simulated execution is, in a case with this entropy.
pub fn identity(entropy: u64) -> Identity {
    Identity {
        entropy,
        ..SOMEBODY.clone()
    }
}

/// What simulated executions have in common: names that all of them share.
static SOMEBODY: LazyLock<Identity> = LazyLock::new(|| Identity {
    execution_arn: EXECUTION_ARN.into(),
    execution_name: "execution".into(),
    role_arn: ROLE_ARN.into(),
    machine_arn: MACHINE_ARN.into(),
    machine_name: "machine".into(),
    redrive_count: Some(0),
    entropy: 0,
});

/// An execution that goes on no further, and everything it was told: [`Execution::replay`] of its
/// [`Execution::setup`] and of any prefix of the log gives the execution at that moment.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The execution. It has ended, unless it breaks a rule and waits for ever.
    pub execution: Execution,
    /// Everything it was told after its start at [`EPOCH`], in order.
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

/// The same for an engine that may deviate, and in the schedule that goes with an interleaving.
pub fn trace_program(
    program: &Program,
    case: &ExecutionCase,
    start: &Start,
    interleaving: Interleaving,
) -> Result<Trace, SimulationError> {
    let somebody = identity(case.entropy);
    let runs = Runs::new(program, &somebody, start, EPOCH);
    let mut world = runs.begin(Schedule(interleaving))?;
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

/// The schedules beside the plain one: the other tie-break, and two with latencies.
fn perturbed() -> [Schedule; 3] {
    [
        Interleaving::LastFirst,
        Interleaving::Shuffled(1),
        Interleaving::Shuffled(2),
    ]
    .map(Schedule)
}

/// What depends on how far a sibling came before it was stopped. Which error wins may depend on it
/// too; that the execution fails does not, unless some error was handled.
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

/// The aspects that assumed clauses make doubtful.
fn doubtful(coverage: &Coverage) -> Vec<Aspect> {
    let doubtful = coverage.and(&DOUBTFUL);
    doubtful.iter().flat_map(Clause::doubts).copied().collect()
}

/// The clauses that make anything doubtful.
static DOUBTFUL: LazyLock<Coverage> = LazyLock::new(|| {
    let mut doubtful = Coverage::default();
    let all = REGISTRY.iter().map(|(clause, _)| *clause);
    all.filter(|clause| !clause.doubts().is_empty())
        .for_each(|clause| doubtful.mark(clause));
    doubtful
});
