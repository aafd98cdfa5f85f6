//! Runs recorded sequences of calls on the service model, and compares every answer.
//!
//! Steps refer to the answers of earlier ones. What a client refused by itself never reached AWS, and
//! is left out. A read that does not show yet what was recorded is made again, later: AWS was polled
//! until it did.

mod made;
mod shape;

use serde_json::Value;
use stepproof_specs::{
    clause::Aspect,
    scenario::calls::{Unanswered, filled, is_read},
    service::CallError,
};

use self::made::Made;
use super::{Outcome, Recording, compare::Answers, world::World};

/// How often a read is made again at most before it is compared for good.
const POLLS: usize = 1_000;

/// Compares the answers of the service model with recorded ones.
pub(super) fn sequence(recording: &Recording) -> Outcome {
    if let Some(flaw) = recording.flaw() {
        return Outcome::Unsupported(flaw);
    }
    let mut run = Run {
        recording,
        world: World::default(),
        answers: Answers::new(recording),
        made: Made::default(),
        given: Vec::new(),
        compared: false,
    };
    let steps = recording.case["steps"].as_array();
    for (number, step) in steps.into_iter().flatten().enumerate() {
        match run.step(number, step) {
            Ok(answer) => run.given.push(answer),
            Err(outcome) => return outcome,
        }
    }
    if run.compared {
        Outcome::Agreed([Aspect::Acceptance, Aspect::Output].into_iter().collect())
    } else {
        Outcome::Unsupported("every call was refused by the client".to_owned())
    }
}

/// A sequence that is being run.
struct Run<'r> {
    recording: &'r Recording,
    world: World,
    answers: Answers<'r>,
    made: Made,
    /// What earlier steps answered.
    given: Vec<Value>,
    compared: bool,
}

impl Run<'_> {
    /// Makes a call and compares its answer, which later steps can refer to.
    fn step(&mut self, number: usize, step: &Value) -> Result<Value, Outcome> {
        if is_refused_by_client(step) {
            return Ok(Value::Null);
        }
        let operation = shape::operation(step["op"].as_str().unwrap_or_default());
        let params = filled(&step["params"], &self.given).map_err(|Unanswered(reference)| {
            let reason = format!("step {number} refers to {reference}, which nothing answered");
            Outcome::Unknown(reason)
        })?;
        if let Some(words) = step["after"].as_str() {
            self.bring_about(words)?;
        }
        let mut polls = if is_read(&operation) { POLLS } else { 0 };
        loop {
            let answer = self.world.call(&operation, &params);
            match self.compare(number, step, &operation, &params, &answer) {
                Ok(()) => return Ok(answer.unwrap_or_default()),
                Err(_) if polls > 0 && self.world.advance() => polls -= 1,
                Err(outcome) => return Err(outcome),
            }
        }
    }

    /// Lets happen what a step comes after.
    fn bring_about(&mut self, words: &str) -> Result<(), Outcome> {
        if words != "execution finished" {
            let reason = format!("it is not known what comes before 'after {words}'");
            return Err(Outcome::Unsupported(reason));
        }
        while self.world.advance() {}
        Ok(())
    }

    fn compare(
        &mut self,
        number: usize,
        step: &Value,
        operation: &str,
        params: &Value,
        answer: &Result<Value, CallError>,
    ) -> Result<(), Outcome> {
        let at = format!("/steps/{number}");
        let diverged = |divergence| Outcome::diverged([], divergence);
        if step["fails"] == true {
            self.compared = true;
            let expected = shape::error(&step["expect_error"], &self.given);
            let seen = answer.clone().map_err(|error| self.made.told(error));
            return self
                .answers
                .error(&format!("{at}/expect_error"), &expected, &seen)
                .map_err(diverged);
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Err(diverged(Answers::refused(&at, error))),
        };
        let Some(expected) = step.get("expect").or_else(|| step.get("partial")) else {
            return Ok(());
        };
        self.compared = true;
        let seen = if shape::is_log_event(expected) {
            self.world.last_log_event(answer)
        } else if shape::is_list(expected, answer) {
            let whole = self.world.whole_list(operation, params, answer);
            shape::paged_like(expected, whole)
        } else {
            answer.clone()
        };
        if params.get("name").is_none() {
            self.made.learn(expected, &seen);
        }
        let seen = self.made.called_as_recorded(&seen);
        let seen = shape::as_of(self.recording, expected, seen);
        let partly = step.get("partial").is_some() || self.recording.case["expect_partial"] == true;
        self.answers
            .answer(&format!("{at}/expect"), expected, &seen, partly)
            .map_err(diverged)
    }
}

/// Whether a step was refused by the client's own check of parameters.
fn is_refused_by_client(step: &Value) -> bool {
    let error = &step["expect_error"];
    step["fails"] == true && (error["code"] == "ParamValidationError" || error["raw"].is_string())
}
