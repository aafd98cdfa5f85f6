//! The reference as an engine: what it expects is what it does, unless it is told to break a rule.
//! Definitions make a round trip.

use std::sync::Arc;

use serde_json::Value;
use stepproof_generators::FeatureSet;
use stepproof_specs::{
    asl::{Machine, diagnostic::Diagnostic},
    base::time::Millis,
    deviation::Deviations,
    history::Event,
    interpreter::Program,
    observation::{Attempt, Observation},
    reference::watch,
    scenario::case::DefinitionCase,
    validate::{INVALID_DEFINITION, refusal, validate_text},
};

use super::{Boxed, Capabilities, Engine, EngineProfile};
use crate::raw::{
    Creation, RawAttempt, RawDiagnostic, RawEvent, RawExecution, RawReply, RawRun, Validation,
};
use crate::{
    job::Job,
    judge::policy::{CauseCompare, HistoryCompare, Policy, TimingCompare},
    trouble::Trouble,
};

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
                    lacks: FeatureSet::EMPTY,
                    api: false,
                    history: true,
                    activities: true,
                    validation: true,
                    express: true,
                },
                policy: Policy {
                    cause: CauseCompare::Exact,
                    history: HistoryCompare::Details,
                    timing: Some(TimingCompare::EXACT),
                    liveness_grace: 60_000,
                },
                jobs: std::thread::available_parallelism().map_or(1, usize::from),
                time_scale: 1.0,
            },
        }
    }
}

impl Reference {
    /// The reference that breaks rules: what the embedded engine does, without HTTP.
    pub fn deviating(deviations: Deviations) -> Self {
        Self {
            deviations: Some(Arc::new(deviations)),
            ..Self::default()
        }
    }

    /// What is seen of every start of a job.
    fn observe(&self, job: &Job) -> Result<RawRun, Trouble> {
        let Some(deviations) = &self.deviations else {
            let expected = job.expectations.iter().map(|it| &it.observation);
            return Ok(raw_run(expected));
        };
        let program = Program::deviating(&job.machine, deviations);
        let seen = job.case.starts.iter().zip(job.expectations.iter());
        let seen = seen.map(|(start, expected)| {
            let within = expected
                .duration
                .saturating_add(self.profile.policy.liveness_grace);
            watch(&program, &job.case, start, within)
        });
        let seen = seen.collect::<Result<Vec<_>, _>>();
        let seen = seen.map_err(|error| Trouble::Internal(error.to_string()))?;
        Ok(raw_run(&seen))
    }
}

impl Engine for Reference {
    fn profile(&self) -> &EngineProfile {
        &self.profile
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            // The reader and the writer of definitions are checked on the way.
            if !is_lossless(job) {
                let reason = "the machine is not written as it is read".to_owned();
                return Err(Trouble::Internal(reason));
            }
            self.observe(job)
        })
    }

    fn define<'a>(&'a self, case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            let diagnostics = validate_text(&case.definition.to_string(), case.workflow).1;
            Ok(raw_definition(&diagnostics))
        })
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(async { Ok(env!("CARGO_PKG_VERSION").to_owned()) })
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        Box::pin(async { Ok(()) })
    }
}

/// Whether a definition that was read is written the same, and one that was drawn is read the same.
fn is_lossless(job: &Job) -> bool {
    let definition = &job.case.definition;
    match definition.machine() {
        None => job.machine.to_value() == **definition,
        Some(drawn) => Machine::from_value(definition).is_ok_and(|read| read == **drawn),
    }
}

/// Diagnostics as if an engine had given them.
pub fn raw_definition(diagnostics: &[Diagnostic]) -> RawRun {
    let refused = refusal(diagnostics);
    let raw = |it: &Diagnostic| RawDiagnostic {
        severity: it.severity.name().to_owned(),
        code: it.code.name().to_owned(),
        message: it.message.clone(),
        location: it.location.clone(),
    };
    RawRun {
        validation: Some(Validation {
            result: if refused.is_some() { "FAIL" } else { "OK" }.to_owned(),
            diagnostics: diagnostics.iter().map(raw).collect(),
        }),
        creation: refused.map_or(Creation::Accepted, |message| Creation::Refused {
            code: INVALID_DEFINITION.to_owned(),
            message,
        }),
        executions: Vec::new(),
        names: Vec::new(),
        wire: Vec::new(),
    }
}

/// Observations as if an engine had answered so.
pub fn raw_run<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> RawRun {
    RawRun {
        creation: Creation::Accepted,
        validation: None,
        executions: observations.into_iter().map(raw_execution).collect(),
        names: Vec::new(),
        wire: Vec::new(),
    }
}

fn raw_execution(observation: &Observation) -> RawExecution {
    let mut attempts: Vec<RawAttempt> = observation
        .attempts
        .iter()
        .flat_map(|(site, attempts)| attempts.iter().map(|attempt| raw_attempt(site, attempt)))
        .collect();
    attempts.sort_by_key(|attempt| attempt.taken);
    RawExecution {
        status: observation.status,
        output: observation.output.as_ref().map(Value::to_string),
        error: observation.error.clone(),
        cause: observation.cause.clone(),
        duration: observation.duration,
        // Whoever has not ended was watched for as long as anybody asks.
        watched: observation.duration.unwrap_or(Millis::MAX),
        history: observation
            .history
            .as_ref()
            .map(|events| events.iter().map(raw_event).collect()),
        attempts,
    }
}

fn raw_attempt(site: &str, attempt: &Attempt) -> RawAttempt {
    RawAttempt {
        site: site.to_owned(),
        key: attempt.key.clone(),
        input: attempt.input.to_string(),
        taken: attempt.taken,
        reply: attempt.replied.map(|at| RawReply { at, refused: None }),
    }
}

fn raw_event(event: &Event) -> RawEvent {
    let mut details = event.details.to_value();
    if let Some(details) = details.as_object_mut() {
        for key in ["input", "output"] {
            if let Some(value) = details.get_mut(key) {
                *value = value.to_string().into();
            }
        }
        if let Some(Value::Object(assigned)) = details.get_mut("assignedVariables") {
            for value in assigned.values_mut() {
                *value = value.to_string().into();
            }
        }
    }
    RawEvent {
        id: event.id as i64,
        previous: event.previous as i64,
        kind: event.kind.name(),
        at: event.at.0,
        details,
    }
}
