//! Compares an execution or an answer with what was recorded. The comparison is pure, and the only
//! place that can create a [`Divergence`].

mod answers;
mod events;
mod mask;
mod names;
pub(super) mod tested;

use serde_json::Value;
use stepproof_specs::{
    clause::Aspect,
    history::Event,
    observation::{Observation, Status},
};

pub(super) use self::answers::Answers;
use self::mask::{Mask, Parting};
use super::{Outcome, Recording};
use crate::judge::{
    cause,
    policy::{CauseCompare, HistoryCompare},
    verdict::Aspects,
};

/// A difference from what was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// What differs.
    pub aspect: Aspect,
    /// Its location in the recording, as a JSON pointer.
    pub at: String,
    /// The event that differs, if the divergence is about one.
    pub event: Option<String>,
    /// What was recorded there; absent if nothing was.
    pub recorded: Option<Box<Value>>,
    /// What was seen there; absent if nothing was.
    pub seen: Option<Box<Value>>,
    seal: Seal,
}

/// Keeps other modules from constructing divergences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seal;

/// The terms on which an execution is compared with its recording.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub cause: CauseCompare,
    pub history: HistoryCompare,
    /// Whether threads overlap: their interleaving is then not compared.
    pub concurrent: bool,
    /// Whether threads were stopped: how far they had come is then not compared.
    pub stopped: bool,
}

impl Divergence {
    fn new(aspect: Aspect, parting: Parting) -> Self {
        Self {
            aspect,
            at: parting.at,
            event: None,
            recorded: parting.recorded,
            seen: parting.seen,
            seal: Seal,
        }
    }

    /// The validator or the engine refuses a definition that AWS accepted.
    pub(super) fn refused(words: &str) -> Self {
        let parting = Parting::of("/definition", &"accepted".into(), &words.into());
        Self::new(Aspect::Acceptance, parting)
    }

    /// An execution that ended on AWS does not end.
    pub(super) fn endless(words: &str) -> Self {
        let parting = Parting::of("/status", &"ended".into(), &words.into());
        Self::new(Aspect::Liveness, parting)
    }

    /// Compares a definition with what is left of it after parsing and writing.
    pub(super) fn of_definition(definition: &Value, kept: &Value) -> Result<(), Self> {
        if definition == kept {
            return Ok(());
        }
        let parting = Parting::of("/definition", definition, kept);
        Err(Self::new(Aspect::Acceptance, parting))
    }
}

/// Compares an execution with its recording, aspect by aspect. The first difference is the root.
pub(super) fn compare(recording: &Recording, terms: Terms, seen: &Observation) -> Outcome {
    let comparison = Comparison {
        expect: &recording.case["expect"],
        mask: Mask::of(&recording.case, terms),
        terms,
        seen,
    };
    let mut agreed = Aspects::NONE;
    for aspect in Aspect::ALL {
        match comparison.aspect(aspect) {
            Ok(true) => agreed.insert(aspect),
            Ok(false) => {}
            Err(divergence) => return Outcome::diverged(agreed.iter(), divergence),
        }
    }
    Outcome::Agreed(agreed)
}

/// One execution and its recording.
struct Comparison<'a> {
    expect: &'a Value,
    mask: Mask<'a>,
    terms: Terms,
    seen: &'a Observation,
}

/// JSON pointers to the recorded answers that repeat how an execution ended.
const ANSWERS: [&str; 4] = [
    "",
    "/describe_execution",
    "/sync_response",
    "/end_event/details",
];

impl Comparison<'_> {
    /// Whether an aspect was compared and agrees; `false` if it was not compared.
    fn aspect(&self, aspect: Aspect) -> Result<bool, Divergence> {
        let seen = self.seen;
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        match aspect {
            // A refused definition is reported before the comparison.
            Aspect::Acceptance | Aspect::Diagnostics => Ok(true),
            Aspect::Liveness => self.liveness().map(|()| true),
            Aspect::Status => self.status().map(|()| true),
            Aspect::Error => self.ending(aspect, "error", text(&seen.error)),
            Aspect::Output => self.ending(aspect, "output", seen.output.as_deref().cloned()),
            Aspect::Cause if self.judges_cause() => self.ending(aspect, "cause", text(&seen.cause)),
            Aspect::Path => self.history(HistoryCompare::Path),
            Aspect::History => self.history(HistoryCompare::Kinds),
            _ => Ok(false),
        }
    }

    fn judges_cause(&self) -> bool {
        let text = |key: &str| self.expect[key].as_str();
        cause::judged(self.terms.cause, text("error"), text("cause"))
    }

    fn liveness(&self) -> Result<(), Divergence> {
        let recorded = &self.expect["status"];
        if self.seen.status != Status::Running || *recorded == Status::Running.name() {
            return Ok(());
        }
        let parting = Parting::of("/status", recorded, &Status::Running.name().into());
        Err(Divergence::new(Aspect::Liveness, parting))
    }

    fn status(&self) -> Result<(), Divergence> {
        let recorded = &self.expect["status"];
        if *recorded == self.seen.status.name() {
            return Ok(());
        }
        let parting = Parting::of("/status", recorded, &crate::judge::compare::end(self.seen));
        Err(Divergence::new(Aspect::Status, parting))
    }

    /// Compares a field of the execution's end in every recorded answer that contains it.
    fn ending(&self, aspect: Aspect, key: &str, seen: Option<Value>) -> Result<bool, Divergence> {
        let seen = seen.unwrap_or_default();
        let mut known = false;
        for answer in ANSWERS {
            let at = format!("{answer}/{key}");
            if let Some(recorded) = self.expect.pointer(&at) {
                let compared = self.mask.same(&at, recorded, &seen);
                compared.map_err(|parting| Divergence::new(aspect, parting))?;
                known = true;
            }
        }
        Ok(known)
    }

    /// Compares the history as deeply as the terms allow. The path is compared by itself only if
    /// the terms allow nothing more.
    fn history(&self, least: HistoryCompare) -> Result<bool, Divergence> {
        let path = self.terms.history == HistoryCompare::Path;
        if self.terms.history < least || path != (least == HistoryCompare::Path) {
            return Ok(false);
        }
        let Some(history) = &self.seen.history else {
            return Ok(false);
        };
        if let Some(kinds) = self.expect["event_types"].as_array() {
            return self.kinds(kinds, history).map(|()| !path);
        }
        match self.expect["events"].as_array() {
            Some(events) => events::compare(events, history, self.terms, &self.mask).map(|()| true),
            None => Ok(false),
        }
    }

    fn kinds(&self, kinds: &[Value], history: &[Event]) -> Result<(), Divergence> {
        if self.terms.history < HistoryCompare::Kinds {
            return Ok(());
        }
        let seen: Vec<Value> = history
            .iter()
            .map(|event| event.kind.name().into())
            .collect();
        let recorded = Value::from(kinds.to_vec());
        self.mask
            .same("/event_types", &recorded, &seen.into())
            .map_err(|parting| Divergence::new(Aspect::History, parting))
    }
}
