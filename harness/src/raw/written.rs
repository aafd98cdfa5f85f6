//! Converts typed observations and diagnostics to the answers of an engine.

use serde_json::Value;
use stepproof_specs::{
    asl::diagnostic::Diagnostic,
    base::time::Millis,
    history::Event,
    observation::{Attempt, Observation},
    reference::calls::Answer,
    scenario::calls::CallsCase,
    validate::{INVALID_DEFINITION, refusal},
};

use super::{
    Completion, Creation, RawAttempt, RawCall, RawDiagnostic, RawEvent, RawExecution, RawReply,
    RawRun, Validation,
};

impl RawRun {
    /// The answers that lead to these observations.
    pub fn of<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> Self {
        Self {
            creation: Creation::Accepted,
            validation: None,
            executions: observations.into_iter().map(raw_execution).collect(),
            names: Vec::new(),
            wire: Vec::new(),
            calls: Vec::new(),
        }
    }

    /// The answers to calls.
    pub fn of_answers(case: &CallsCase, answers: &[Option<Answer>]) -> Self {
        let calls = case.calls.iter().zip(answers).enumerate();
        let calls = calls.filter_map(|(number, (call, answer))| {
            Some(RawCall {
                call: Some(number),
                repeated: 0,
                operation: call.operation.clone(),
                parameters: call.parameters.clone(),
                invoked: 0,
                completed: 0,
                outcome: match &answer.as_ref()?.answer {
                    Ok(answer) => Completion::Ok(answer.clone()),
                    Err(error) => Completion::Fail {
                        code: error.code.to_owned(),
                        message: error.message.clone(),
                    },
                },
            })
        });
        Self {
            calls: calls.collect(),
            ..Self::default()
        }
    }

    /// The answers that contain these diagnostics.
    pub fn of_diagnostics(diagnostics: &[Diagnostic]) -> Self {
        let refused = refusal(diagnostics);
        let raw = |it: &Diagnostic| RawDiagnostic {
            severity: it.severity.name().to_owned(),
            code: it.code.name().to_owned(),
            message: it.message.clone(),
            location: it.location.clone(),
        };
        Self {
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
            calls: Vec::new(),
        }
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
        output: observation.output.as_deref().map(Value::to_string),
        error: observation.error.clone(),
        cause: observation.cause.clone(),
        duration: observation.duration,
        // An execution that has not ended counts as watched for long enough.
        watched: observation.duration.unwrap_or(Millis::MAX),
        lateness: 0,
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
        id: event.id,
        previous: event.previous,
        kind: event.kind.name(),
        at: event.at.0,
        details,
    }
}
