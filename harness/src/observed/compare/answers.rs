//! Compares answers to calls with recorded ones.

use serde_json::{Value, json};
use stepproof_specs::{clause::Aspect, service::CallError};

use super::{
    Divergence, Recording, Terms,
    mask::{Mask, Parting},
};
use crate::judge::policy::{CauseCompare, HistoryCompare};

/// Answers are compared to the letter.
const TERMS: Terms = Terms {
    cause: CauseCompare::Exact,
    history: HistoryCompare::Details,
    concurrent: false,
    stopped: false,
};

/// What a recording says of the answers to its calls.
pub(in crate::observed) struct Answers<'r>(Mask<'r>);

impl<'r> Answers<'r> {
    pub fn new(recording: &'r Recording) -> Self {
        Self(Mask::of(&recording.case, TERMS).naming())
    }

    /// Compares an answer; only what was recorded, if the recording says no more than that.
    pub fn answer(
        &self,
        at: &str,
        recorded: &Value,
        seen: &Value,
        partly: bool,
    ) -> Result<(), Divergence> {
        let compared = match (recorded, seen) {
            (Value::Object(recorded), Value::Object(all)) if partly => {
                let stated = all.iter().filter(|(key, _)| recorded.contains_key(*key));
                let stated = stated.map(|(key, value)| (key.clone(), value.clone()));
                let recorded = Value::Object(recorded.clone());
                self.0.same(at, &recorded, &Value::Object(stated.collect()))
            }
            _ => self.0.same(at, recorded, seen),
        };
        compared.map_err(|parting| Divergence::new(Aspect::Output, parting))
    }

    /// Compares a refusal: its code, and its message.
    pub fn error(
        &self,
        at: &str,
        recorded: &Value,
        answer: &Result<Value, CallError>,
    ) -> Result<(), Divergence> {
        let refused = json!({ "code": recorded["code"], "message": recorded["message"] });
        let error = match answer {
            Ok(answer) => {
                let parting = Parting::of(at, &refused, answer);
                return Err(Divergence::new(Aspect::Acceptance, parting));
            }
            Err(error) => error,
        };
        let fields = [
            (Aspect::Error, "code", error.code),
            (Aspect::Cause, "message", &error.message),
        ];
        for (aspect, key, seen) in fields {
            if let Some(recorded) = recorded.get(key) {
                self.0
                    .same(&format!("{at}/{key}"), recorded, &seen.into())
                    .map_err(|parting| Divergence::new(aspect, parting))?;
            }
        }
        Ok(())
    }

    /// A call was refused that AWS carried out.
    pub fn refused(at: &str, error: &CallError) -> Divergence {
        let parting = Parting::of(at, &"carried out".into(), &error.to_string().into());
        Divergence::new(Aspect::Acceptance, parting)
    }
}
