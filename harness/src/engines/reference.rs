//! The reference as an engine: it does what it expects, unless it is told to break a rule. It also
//! checks that definitions survive a round trip through JSON.

use std::{borrow::Cow, sync::Arc};

use stepproof_generators::FeatureSet;
use stepproof_specs::{
    asl::Machine,
    deviation::Deviations,
    observation::Observation,
    reference::{Hypothetical, calls},
    scenario::case::DefinitionCase,
    validate::validate_text,
};

use super::{Boxed, Capabilities, Engine, EngineProfile, Immediate};
use crate::{
    job::{Calls, Job},
    judge::policy::{CauseCompare, HistoryCompare, Policy, Strictness, TimingCompare},
    raw::RawRun,
    trouble::Trouble,
};

/// When many cases are run in a row, one in this many drawn machines makes the round trip.
const READ_AGAIN: u64 = 16;

/// The reference as an engine.
#[derive(Debug)]
pub struct Reference {
    profile: EngineProfile,
    /// The rules that it breaks.
    deviations: Option<Arc<Deviations>>,
}

impl Default for Reference {
    fn default() -> Self {
        Self {
            deviations: None,
            profile: EngineProfile {
                name: "reference".to_owned(),
                capabilities: Capabilities {
                    runs: true,
                    lacks: FeatureSet::EMPTY,
                    api: false,
                    history: true,
                    activities: true,
                    queues: true,
                    validation: true,
                    express: true,
                    lacking_calls: Vec::new(),
                    any_role: true,
                },
                policy: Policy {
                    cause: CauseCompare::Exact,
                    history: HistoryCompare::Details,
                    timing: Some(TimingCompare::EXACT),
                    liveness_grace: 60_000,
                    relaxed: false,
                    exact_clock: true,
                },
                jobs: std::thread::available_parallelism().map_or(1, usize::from),
                time_scale: 1.0,
                setup: &[],
                dropped: Vec::new(),
            },
        }
    }
}

impl Reference {
    /// A reference that breaks rules, as the embedded engine does, but without HTTP.
    pub fn deviating(deviations: Deviations) -> Self {
        Self {
            deviations: Some(Arc::new(deviations)),
            ..Self::default()
        }
    }

    /// The same, judged so strictly.
    #[must_use]
    pub fn judged(mut self, strictness: Strictness) -> Self {
        strictness.apply(&mut self.profile.policy);
        self
    }

    /// The observation of every start of a job.
    fn seen<'a>(&self, job: &'a Job) -> Result<Vec<Cow<'a, Observation>>, Trouble> {
        let Some(deviations) = &self.deviations else {
            let expected = job.expectations.iter();
            return Ok(expected.map(|it| Cow::Borrowed(&it.observation)).collect());
        };
        let seen = job.case.starts.iter().zip(job.expectations.iter());
        let seen = seen.map(|(start, expected)| {
            let within = expected
                .duration
                .saturating_add(self.profile.policy.liveness_grace);
            let engine = Hypothetical::new(&job.machine, &job.case, start, deviations, expected);
            engine.observe(within).map(Cow::Owned)
        });
        let seen = seen.collect::<Result<_, _>>();
        seen.map_err(|error| Trouble::Internal(error.to_string()))
    }
}

impl Immediate for Reference {
    fn observe<'a>(&self, job: &'a Job) -> Result<Vec<Cow<'a, Observation>>, Trouble> {
        if job.case.entropy.is_multiple_of(READ_AGAIN) {
            lossless(job)?;
        }
        self.seen(job)
    }
}

impl Engine for Reference {
    fn profile(&self) -> &EngineProfile {
        &self.profile
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            lossless(job)?;
            let seen = self.seen(job)?;
            Ok(RawRun::of(seen.iter().map(AsRef::as_ref)))
        })
    }

    fn immediate(&self) -> Option<&dyn Immediate> {
        Some(self)
    }

    fn define<'a>(&'a self, case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            let diagnostics = validate_text(&case.definition.to_string(), case.workflow).1;
            Ok(RawRun::of_diagnostics(&diagnostics))
        })
    }

    fn call<'a>(&'a self, job: &'a Calls) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            let answers = match &self.deviations {
                None => Arc::clone(&job.expected),
                Some(deviations) => {
                    let answers = calls::answers(&job.case, deviations);
                    Arc::new(answers.map_err(|error| Trouble::Internal(error.to_string()))?)
                }
            };
            Ok(RawRun::of_answers(&job.case, &answers.answers))
        })
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(async { Ok(env!("CARGO_PKG_VERSION").to_owned()) })
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        Box::pin(async { Ok(()) })
    }
}

/// Checks the reader and the writer of definitions: a definition that was read must be written
/// unchanged, and one that was drawn must be read back unchanged.
fn lossless(job: &Job) -> Result<(), Trouble> {
    let definition = &job.case.definition;
    let same = match definition.machine() {
        None => job.machine.to_value() == **definition,
        Some(drawn) => Machine::from_value(definition).is_ok_and(|read| read == **drawn),
    };
    if same {
        Ok(())
    } else {
        let reason = "the machine is not written as it is read".to_owned();
        Err(Trouble::Internal(reason))
    }
}
