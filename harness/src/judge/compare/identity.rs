//! What depends on who an execution is: an engine chooses names and times that the reference does not
//! know. Names and times themselves are rewritten before they are compared; what is computed from
//! them (a hash, a length, a choice) cannot be.

use stepproof_specs::{
    base::{
        arn::Arn,
        time::{Instant, Millis},
    },
    clause::{Aspect, Clause},
    interpreter::Identity,
    observation::Observation,
    reference::{EPOCH, EXECUTION_ARN, Expectation, MACHINE_ARN, ROLE_ARN, identity_in},
    scenario::case::ExecutionCase,
};

use super::{Context, Judgement, Observer, compare, tasks::unattributed};
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
    fn new(execution_arn: &str, role_arn: &str, case: &ExecutionCase, start: Instant) -> Self {
        let machine_arn = machine_of(execution_arn);
        let name = named_by(execution_arn).map_or(execution_arn, |(_, name)| name);
        Self {
            identity: Identity {
                execution_name: name.into(),
                execution_arn: execution_arn.into(),
                role_arn: role_arn.into(),
                machine_name: Arn::last(&machine_arn).into(),
                machine_arn: machine_arn.into(),
                ..identity_in(case)
            },
            start,
        }
    }

    /// The execution that the engine ran, as far as its answers tell.
    fn itself(
        run: &RawRun,
        execution: &RawExecution,
        start: usize,
        case: &ExecutionCase,
    ) -> Option<Self> {
        let named = |case: &str, place| {
            let mut names = run.names.iter().filter(|(_, it)| it == case);
            names.nth(place).map(|(name, _)| name.as_str())
        };
        let execution_arn = named(&identity_in(case).execution_arn, start)?;
        let role = named(ROLE_ARN, 0).unwrap_or(ROLE_ARN);
        let first = execution.history.as_ref().and_then(|events| events.first());
        let at = first.map_or(EPOCH, |event| Instant(event.at));
        Some(Self::new(execution_arn, role, case, at))
    }

    /// Others, who have little in common with the reference's execution or with each other. Their
    /// names are long enough not to be found in data.
    fn others(case: &ExecutionCase) -> impl Iterator<Item = Self> {
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
            .map(move |(arn, role, later)| Self::new(arn, role, case, EPOCH.plus(later)))
    }

    /// This execution's names, with those of the reference in a case.
    fn names(&self, case: &ExecutionCase) -> Vec<(String, String)> {
        let (identity, plain) = (&self.identity, identity_in(case));
        [
            (&identity.execution_arn, &*plain.execution_arn),
            (&identity.execution_name, Arn::last(EXECUTION_ARN)),
            (&identity.machine_arn, MACHINE_ARN),
            (&identity.machine_name, Arn::last(MACHINE_ARN)),
            (&identity.role_arn, ROLE_ARN),
        ]
        .map(|(name, case)| (name.to_string(), case.to_owned()))
        .into()
    }

    /// The same execution at a later moment.
    fn starting(&self, later: Millis) -> Self {
        Self {
            identity: self.identity.clone(),
            start: self.start.plus(later),
        }
    }

    /// The first aspect in which this execution comes out otherwise than the reference's, names and
    /// times apart.
    fn difference(
        &self,
        context: &Context<'_>,
        job: &Job,
        start: usize,
        expected: &Expectation,
    ) -> Option<Aspect> {
        let other = self.expectation(job, start)?;
        let raw = RawRun::of([&other.observation]);
        let names = self.names(&job.case);
        let seen = Observer::new(&names).execution(raw.executions.first()?);
        let judgement = compare(context, start, expected, &seen);
        judgement.differences.iter().map(|it| it.aspect).min()
    }

    /// What the reference expects of this execution.
    fn expectation(&self, job: &Job, start: usize) -> Option<Expectation> {
        job.expect_as(start, &self.identity, self.start)
    }
}

/// The ARN of an execution's machine.
fn machine_of(execution: &str) -> String {
    let machine = named_by(execution).map_or(execution, |(arn, _)| arn);
    let kind = if is_express(execution) {
        EXPRESS
    } else {
        STANDARD
    };
    machine.replacen(kind, ":stateMachine:", 1)
}

/// What the ARNs of executions of either type say that they are.
const STANDARD: &str = ":execution:";
const EXPRESS: &str = ":express:";

fn is_express(execution: &str) -> bool {
    execution.split(':').nth(5) == Some("express")
}

/// The ARN of an execution without its name, and its name. That of an Express workflow has an id after it.
fn named_by(execution: &str) -> Option<(&str, &str)> {
    let named = if is_express(execution) {
        execution.rsplit_once(':')?.0
    } else {
        execution
    };
    named.rsplit_once(':')
}

/// The rules by which an execution depends on who it is, on the moment or on chance.
const TELLING: [Clause; 7] = [
    Clause::ContextPath,
    Clause::IntrinsicMathRandom,
    Clause::IntrinsicUuid,
    Clause::JsonataExpression,
    Clause::RetryJitterFull,
    Clause::WaitTimestamp,
    Clause::WaitTimestampPath,
];

/// How much later an execution may start, to see what depends on the moment.
const LATER: [Millis; 3] = [1, 1_234, 86_400_000];

/// Allows for who the execution is, where a start differs. If the engine tells, and it matters, the
/// start is judged by what the reference expects of that very execution. What depends on the moment, or
/// on an identity that nobody tells, is poisoned.
pub fn allow_for(
    context: &Context<'_>,
    job: &Job,
    run: &RawRun,
    start: usize,
    judgement: &mut Judgement,
) {
    let Some(raw) = run.executions.get(start) else {
        return;
    };
    let expected = &job.expectations[start];
    // Most executions depend on neither, and to simulate them again takes time.
    if !TELLING.iter().any(|it| expected.coverage.contains(*it)) {
        return;
    }
    let itself = Somebody::itself(run, raw, start, &job.case);
    let own = itself.and_then(|itself| Some((itself.expectation(job, start)?, itself)));
    let Some((own, itself)) = own else {
        let others = Somebody::others(&job.case);
        let affected = others.filter_map(|it| it.difference(context, job, start, expected));
        poison(
            judgement,
            affected.min(),
            &Observer::new(&run.names).execution(raw),
        );
        return;
    };
    let matters = itself.difference(context, job, start, expected).is_some();
    if !matters && raw.history.is_some() {
        return;
    }
    // Other names than its own (of activities) are still the reference's.
    let names = itself.names(&job.case);
    let mut rest = run.names.clone();
    rest.retain(|(name, _)| names.iter().all(|(own, _)| own != name));
    let seen = Observer::new(&rest).execution(raw);
    if matters {
        *judgement = compare(context, start, &own, &seen);
    }
    let moments = LATER.into_iter().filter_map(|later| {
        let other = itself.starting(later).expectation(job, start)?;
        let differs = compare(context, start, &own, &other.observation);
        differs.differences.iter().map(|it| it.aspect).min()
    });
    poison(judgement, moments.min(), &seen);
}

/// Poisons the differences from an aspect on; all of them where workers had no plan for what followed.
fn poison(judgement: &mut Judgement, first: Option<Aspect>, seen: &Observation) {
    let Some(first) = first else {
        return;
    };
    let everything = unattributed(seen);
    judgement.set_aside(|it| it.may_vary() && (everything || it.aspect >= first));
}
