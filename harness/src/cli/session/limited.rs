//! Cases of the machines that a user gave, of which those of Express workflows may take less time.

use stepproof_generators::given::{Entered, Given};
use stepproof_specs::{base::time::Millis, scenario::case::Case};

use super::configuration::GivenMachine;
use crate::{
    job::Prepared,
    run::{Source, judging::GivenCases},
};

/// Cases of machines each of which has a limit.
pub(super) struct Limited {
    cases: GivenCases,
    /// The same of the Express workflows alone: what may be objected to their cases.
    express: GivenCases,
}

impl Limited {
    /// Cases of these machines (at least one), which are prepared in the same order.
    pub(super) fn new(
        machines: &[GivenMachine],
        prepared: Vec<Given>,
        seed: u64,
        longest: Option<Millis>,
    ) -> Self {
        let both = machines.iter().zip(&prepared);
        let express = both.filter(|(machine, _)| machine.express);
        let limit = express
            .clone()
            .find_map(|(machine, _)| machine.most(longest));
        let express = express.map(|(_, given)| given.clone()).collect();
        Self {
            cases: GivenCases::new(prepared, seed, longest),
            express: GivenCases::new(express, seed, limit),
        }
    }

    /// Whether this is a case of an Express workflow.
    fn is_express(&self, prepared: &Prepared) -> bool {
        let Prepared::Execution(job) = prepared else {
            return false;
        };
        let mut machines = self.express.machines().iter();
        machines.any(|given| *given.definition() == *job.case.definition)
    }
}

impl Source for Limited {
    fn case(&self, index: u64) -> Case {
        self.cases.case(index)
    }

    fn called(&self, index: u64) -> String {
        self.cases.called(index)
    }

    fn machine(&self, index: u64) -> Option<&str> {
        self.cases.machine(index)
    }

    fn entered(&self, index: u64) -> Entered {
        self.cases.entered(index)
    }

    fn is_generated(&self) -> bool {
        self.cases.is_generated()
    }

    fn objection(&self, prepared: &Prepared) -> Option<String> {
        let cases = if self.is_express(prepared) {
            &self.express
        } else {
            &self.cases
        };
        cases.objection(prepared)
    }
}
