//! What depends on who an execution is: an engine chooses names and times that the reference does not
//! know. Names and times themselves are rewritten before they are compared; what is computed from
//! them (a hash, a length, a choice) cannot be.

use stepproof_specs::{
    base::{
        arn::Arn,
        time::{Instant, Millis},
    },
    clause::Aspect,
    interpreter::Identity,
    reference::{EPOCH, EXECUTION_ARN, Expectation, MACHINE_ARN, ROLE_ARN, identity, simulate_as},
};

use super::{Context, Judgement, Observer, compare};
use crate::{
    job::Job,
    raw::{RawExecution, RawRun},
};

/// Who an execution may be, and when it may start.
struct Somebody {
    identity: Identity,
    start: Instant,
}

impl Somebody {
    fn new(execution_arn: &str, role_arn: &str, entropy: u64, start: Instant) -> Self {
        let machine_arn = machine_of(execution_arn);
        Self {
            identity: Identity {
                execution_name: Arn::last(execution_arn).into(),
                execution_arn: execution_arn.into(),
                role_arn: role_arn.into(),
                machine_name: Arn::last(&machine_arn).into(),
                machine_arn: machine_arn.into(),
                ..identity(entropy)
            },
            start,
        }
    }

    /// The execution that the engine ran, as far as its answers tell.
    fn itself(run: &RawRun, execution: &RawExecution, start: usize, entropy: u64) -> Option<Self> {
        let named = |case, place| {
            let mut names = run.names.iter().filter(|(_, it)| it == case);
            names.nth(place).map(|(name, _)| name.as_str())
        };
        let execution_arn = named(EXECUTION_ARN, start)?;
        let role = named(ROLE_ARN, 0).unwrap_or(ROLE_ARN);
        let first = execution.history.as_ref().and_then(|events| events.first());
        let at = first.map_or(EPOCH, |event| Instant(event.at));
        Some(Self::new(execution_arn, role, entropy, at))
    }

    /// Others, who have little in common with the reference's execution or with each other. Their
    /// names are long enough not to be found in data.
    fn others(entropy: u64) -> impl Iterator<Item = Self> {
        const OTHERS: [(&str, &str, Millis); 3] = [
            (
                "arn:aws:states:eu-west-3:000000000000:execution:Another-Machine:0000-1111",
                "arn:aws:iam::000000000000:role/r",
                1,
            ),
            (
                "arn:aws:states:us-east-1:987654321098:execution:stepproof-run-7-m12:stepproof-run-7-m12-3",
                "arn:aws:iam::987654321098:role/stepproof",
                123_456_789,
            ),
            (
                "arn:aws:states:ap-southeast-2:555555555555:execution:zzzzzzzzzzzzzzzzzzzz:5e0f9c1a-77aa-4b52-9d7e-3f1b8c2d6e4f_b7d0",
                "arn:aws:iam::555555555555:role/service-role/zzzz",
                98_765_432_100,
            ),
        ];
        OTHERS
            .into_iter()
            .map(move |(arn, role, later)| Self::new(arn, role, entropy, EPOCH.plus(later)))
    }

    /// This execution's names, with those of the reference.
    fn names(&self) -> Vec<(String, String)> {
        let identity = &self.identity;
        [
            (&identity.execution_arn, EXECUTION_ARN),
            (&identity.execution_name, Arn::last(EXECUTION_ARN)),
            (&identity.machine_arn, MACHINE_ARN),
            (&identity.machine_name, Arn::last(MACHINE_ARN)),
            (&identity.role_arn, ROLE_ARN),
        ]
        .map(|(name, case)| (name.to_string(), case.to_owned()))
        .into()
    }

    /// What the reference expects of this execution.
    fn expectation(&self, job: &Job, start: usize) -> Option<Expectation> {
        let given = job.case.starts.get(start)?;
        simulate_as(&job.machine, &self.identity, given, self.start).ok()
    }
}

/// The ARN of an execution's machine.
fn machine_of(execution: &str) -> String {
    let machine = execution.rsplit_once(':').map_or(execution, |(arn, _)| arn);
    machine.replacen(":execution:", ":stateMachine:", 1)
}

/// Whether a start went as the reference expects of the very execution that the engine ran, names and
/// times included.
pub fn agrees_as_itself(context: &Context<'_>, job: &Job, run: &RawRun, start: usize) -> bool {
    let Some(raw) = run.executions.get(start) else {
        return false;
    };
    let Some(itself) = Somebody::itself(run, raw, start, job.case.entropy) else {
        return false;
    };
    let Some(mut expectation) = itself.expectation(job, start) else {
        return false;
    };
    expectation.poisoned.clear();
    // Other names than its own (of activities) are still the reference's.
    let own = itself.names();
    let mut names = run.names.clone();
    names.retain(|(name, _)| own.iter().all(|(own, _)| own != name));
    let seen = Observer::new(&names).execution(raw);
    let judgement = compare(context, start, &expectation, &seen);
    judgement.differences.is_empty() && judgement.poisoned.is_empty()
}

/// The first aspect that comes out otherwise where the execution is somebody else.
pub fn first_affected(
    context: &Context<'_>,
    job: &Job,
    run: &RawRun,
    start: usize,
) -> Option<Aspect> {
    let itself = run.executions.get(start);
    let itself = itself.and_then(|raw| Somebody::itself(run, raw, start, job.case.entropy));
    let expected = &job.expectations[start];
    let affected = |somebody: Somebody| {
        let other = somebody.expectation(job, start)?;
        let raw = RawRun::of([&other.observation]);
        let names = somebody.names();
        let seen = Observer::new(&names).execution(raw.executions.first()?);
        let Judgement { differences, .. } = compare(context, start, expected, &seen);
        differences.iter().map(|difference| difference.aspect).min()
    };
    let all = itself.into_iter().chain(Somebody::others(job.case.entropy));
    all.filter_map(affected).min()
}
