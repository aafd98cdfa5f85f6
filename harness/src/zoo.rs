//! The zoo of faulty engines: the embedded engine, told to break one rule.
//!
//! The harness is tested by checking that it catches each fault and shrinks it to its known
//! minimum. A fault is one or several [deviations](stepproof_specs::deviation) with a name, a
//! sentence and what is known about its smallest case.

mod faults;
mod hunt;
mod survey;

pub use self::{
    hunt::{Caught, HuntError, hunt},
    survey::{Form, Spread, Survey, survey},
};

use stepproof_generators::Profile;
use stepproof_specs::{
    clause::Clause,
    deviation::{Deviation, Deviations, Hook},
    reference::Expectation,
};

use self::faults::{FEW_EVENTS, ZOO};

use crate::{job::Prepared, judge::verdict::Signature};

/// An engine of the zoo: one that is told to break a rule.
#[derive(Debug, Clone, Copy)]
pub struct Deviant(&'static Entry);

/// The fault of an engine of the zoo.
#[derive(Debug)]
struct Entry {
    name: &'static str,
    sentence: &'static str,
    clause: Clause,
    signature: &'static str,
    states: usize,
    deviations: fn() -> Vec<Deviation>,
}

impl std::fmt::Display for Deviant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Deviant {
    /// All engines of the zoo.
    pub fn all() -> impl Iterator<Item = Self> {
        ZOO.iter().map(Self)
    }

    /// The engine whose fault has this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|deviant| deviant.name() == name)
    }

    /// The name of its fault on the command line.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The fault in one sentence.
    pub fn sentence(self) -> &'static str {
        self.0.sentence
    }

    /// The clause that it breaks.
    pub fn clause(self) -> Clause {
        self.0.clause
    }

    /// The signature of the fault in its smallest case.
    pub fn signature(self) -> Signature {
        let signature = self.0.signature.parse();
        signature.expect("the zoo's signatures are written as signatures are")
    }

    /// Whether an execution that is expected to go like this can show the fault, because it depends
    /// on the broken rule.
    pub fn can_show(self, expected: &Expectation) -> bool {
        match self.clause() {
            Clause::HistoryLimit => {
                let events = expected.observation.history.as_ref().map(Vec::len);
                events.is_some_and(|events| events > FEW_EVENTS)
            }
            clause => expected.coverage.contains(clause),
        }
    }

    /// Whether a case can show the fault.
    fn may_show(self, prepared: &Prepared) -> bool {
        match prepared {
            Prepared::Calls(job) => job.expected.coverage.contains(self.clause()),
            _ => prepared.expectations().iter().any(|it| self.can_show(it)),
        }
    }

    /// The profile whose cases show the fault.
    pub fn profile(self) -> Profile {
        let deviations = self.deviations();
        let is_about_calls = |it: &Deviation| matches!(it.hook, Hook::Answer(_));
        if deviations.iter().any(is_about_calls) {
            if self.clause().entry().id.starts_with("api.") {
                Profile::api()
            } else {
                Profile::nested()
            }
        } else {
            Profile::everything()
        }
    }

    /// The number of states in the smallest machine that shows it; or of calls, if it shows in calls.
    pub fn states(self) -> usize {
        self.0.states
    }

    /// The deviations that make up the fault.
    pub fn deviations(self) -> Deviations {
        (self.0.deviations)().into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use stepproof_generators::{Profile, generate};

    use super::Deviant;
    use crate::{
        engines::{Engine as _, Immediate as _, reference::Reference},
        job::{Lane, Prepared, prepare_body},
        judge::compare::{judge, judge_observed},
    };

    #[test]
    fn every_fault_can_be_made_and_stored() {
        for deviant in Deviant::all() {
            let deviations = deviant.deviations();
            for deviation in &deviations {
                deviation
                    .check()
                    .unwrap_or_else(|error| panic!("{deviant}: failed to {error}"));
            }
            let stored = serde_json::to_string(&deviations).expect("JSON");
            let read = serde_json::from_str(&stored).expect("deviations");
            assert_eq!(deviations, read, "{deviant}: {stored}");
        }
    }

    /// Judging observations directly gives the same judgement as judging a raw run of them.
    #[tokio::test]
    async fn what_is_seen_is_judged_as_if_it_were_written_down() {
        let lawful = Reference::default();
        let faulty: Vec<Reference> = Deviant::all()
            .map(|deviant| Reference::deviating(deviant.deviations()))
            .collect();
        let mut differed = 0;
        for profile in Profile::all().into_iter().filter(|it| !it.breaks()) {
            for index in 0..100 {
                let body = generate(&profile, 6, index).body;
                let Ok(Prepared::Execution(job)) = prepare_body(body, Lane::Quiet) else {
                    panic!("case {index} of {} is not run", profile.name);
                };
                for engine in [&lawful, &faulty[index as usize % faulty.len()]] {
                    let raw = engine.run(&job).await.unwrap();
                    let seen = engine.observe(&job).unwrap();
                    let terms = engine.profile().terms(0);
                    let written = judge(&job, &raw, terms);
                    assert_eq!(judge_observed(&job, &seen, terms), written);
                    differed += usize::from(!written.differences.is_empty());
                }
            }
        }
        assert!(differed > 10, "{differed}");
    }
}
