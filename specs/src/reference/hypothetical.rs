//! An engine with deviations, as a start of a case runs on it.
//!
//! Workers on a real engine do not know which rules it breaks: they play the plan to an engine without
//! deviations ([`Assignment`]). An attempt that only a faulty engine makes is played as the attempt for
//! which they take it. So it is here, or the engine and what is expected of it would be told other
//! things.

use std::sync::Arc;

use super::{
    EPOCH, Expectation, Runs, Schedule, SimulationError, UnderLateness, assignment::Assignment,
    identity_in, simulate_under,
};
use crate::{
    asl::Machine,
    base::time::{Instant, Millis},
    deviation::Deviations,
    interpreter::{Identity, Program},
    observation::Observation,
    scenario::case::{ExecutionCase, Start},
};

/// An engine with deviations, and the workers of one start of a case.
#[derive(Debug, Clone)]
pub struct Hypothetical {
    program: Program,
    identity: Identity,
    start: Start,
    workers: Assignment,
}

impl Hypothetical {
    /// An engine with these deviations that runs a start of a case, of which `plain` is expected
    /// without them.
    pub fn new(
        machine: &Arc<Machine>,
        case: &ExecutionCase,
        start: &Start,
        deviations: &Arc<Deviations>,
        plain: &Expectation,
    ) -> Self {
        Self {
            program: Program::deviating(machine, deviations).run_as(case.workflow),
            identity: identity_in(case),
            start: start.clone(),
            workers: Assignment::new(&start.plan, plain),
        }
    }

    fn runs(&self) -> Runs<'_> {
        self.runs_as(&self.identity, EPOCH)
    }

    fn runs_as<'r>(&'r self, identity: &'r Identity, at: Instant) -> Runs<'r> {
        let runs = Runs::new(&self.program, identity, &self.start, at);
        runs.played_by(&self.workers)
    }

    /// What it does until `within` after the start.
    pub fn observe(&self, within: Millis) -> Result<Observation, SimulationError> {
        let mut world = self.runs().begin(Schedule::PLAIN)?;
        let outcome = world.go_on(Some(EPOCH.plus(within)))?;
        Ok(world.end(outcome).into_observation().0)
    }

    /// What is expected of it. Whether the outcome depends on the schedule is determined with its
    /// deviations. If they keep the execution from ending `within` this time after its start, it is
    /// expected to be still running then.
    pub fn expect(&self, within: Millis) -> Result<Expectation, SimulationError> {
        match simulate_under(&self.runs()) {
            Ok(expected) if expected.duration <= within => Ok(expected),
            Ok(_) | Err(SimulationError::NeverEnds(_)) => self.runs().unended(within),
            Err(error) => Err(error),
        }
    }

    /// The same for an execution with this identity and start time.
    pub fn expect_as(
        &self,
        identity: &Identity,
        at: Instant,
    ) -> Result<Expectation, SimulationError> {
        simulate_under(&self.runs_as(identity, at))
    }

    /// How it may come out if the harness is late ([`super::under_lateness`]).
    pub fn under_lateness(&self, late: Millis) -> UnderLateness {
        self.runs().under_lateness(late)
    }
}
