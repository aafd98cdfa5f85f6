//! Compares the reference, or an engine, with recordings of what AWS did.
//!
//! A recording is one JSON file: a definition, an input, what each task returned, and what the
//! service then did. `read` finds and reads them, the judges here run them, and [`Tally`] counts
//! the results. No rule depends on the name of a recording.

mod compare;
mod definition;
mod engine;
mod execution;
mod plan;
mod read;
mod reference;
mod sequence;
mod tally;
mod test_state;
mod world;

use stepproof_specs::{
    asl::StateType,
    clause::{Aspect, Clause},
    history::{Event, EventKind, Phase},
    reference::{Expectation, SimulationError},
};

pub use self::{
    compare::Divergence,
    engine::judge_all,
    read::{Extent, ReadError, Recording, area, files},
    tally::{Counts, Judged, Tally},
};
use self::{compare::Terms, execution::Recorded};
use crate::judge::{
    policy::{CauseCompare, HistoryCompare, Policy},
    verdict::{Aspects, Verdict},
};

/// The result of comparing a recording.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Everything that was compared agrees, in these aspects.
    Agreed(Aspects),
    /// Something differs.
    Diverged {
        /// The aspects that agreed before the divergence.
        agreed: Aspects,
        /// The first divergence.
        divergence: Box<Divergence>,
    },
    /// Something differs, but several outcomes are legal.
    Poisoned(String),
    /// It was not judged.
    Unsupported(String),
    /// Trouble outside the semantics.
    Unknown(String),
}

impl Outcome {
    fn diverged(agreed: impl IntoIterator<Item = Aspect>, divergence: Divergence) -> Self {
        Self::Diverged {
            agreed: agreed.into_iter().collect(),
            divergence: Box::new(divergence),
        }
    }

    /// The verdict of this outcome.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Agreed(_) => Verdict::Agree,
            Self::Diverged { .. } => Verdict::Diverge,
            Self::Poisoned(_) => Verdict::Poisoned,
            Self::Unsupported(_) => Verdict::Unsupported,
            Self::Unknown(_) => Verdict::Unknown,
        }
    }
}

/// Compares the reference with a recording.
pub fn judge(recording: &Recording) -> Outcome {
    match recording.kind() {
        "execution" => on_reference(recording),
        "create_state_machine" | "update_state_machine" => definition::creation(recording),
        "validate_state_machine_definition" => definition::validation(recording),
        "test_state" => test_state::judge(recording),
        "api_sequence" => sequence::sequence(recording),
        kind => not_run(kind),
    }
}

fn not_run(kind: &str) -> Outcome {
    Outcome::Unsupported(format!("recordings of the kind {kind} are not run"))
}

fn on_reference(recording: &Recording) -> Outcome {
    let recorded = match runnable(recording) {
        Ok(recorded) => recorded,
        Err(outcome) => return outcome,
    };
    match simulated(&recorded) {
        Ok(expectation) => {
            let terms = strict(&expectation);
            compare::compare(recording, terms, &expectation.observation)
        }
        Err(outcome) => outcome,
    }
}

/// A recorded execution, if the recording contains enough to run it.
fn runnable(recording: &Recording) -> Result<Recorded, Outcome> {
    let recorded =
        execution::recorded(recording).map_err(|divergence| Outcome::diverged([], divergence))?;
    match recording.flaw() {
        Some(flaw) => Err(Outcome::Unsupported(flaw)),
        None if recording.case["expect"]["status"].is_null() => Err(Outcome::Unsupported(
            "the recording lacks a status".to_owned(),
        )),
        None => Ok(recorded),
    }
}

/// Simulates the execution on the reference.
fn simulated(recorded: &Recorded) -> Result<Expectation, Outcome> {
    reference::run(recorded).map_err(|error| match error {
        SimulationError::Unsupported(unsupported) => {
            Outcome::Unsupported(format!("the reference has no {}", unsupported.feature))
        }
        error => Outcome::diverged([], Divergence::endless(&error.to_string())),
    })
}

/// The strict terms, which leave out only what depends on the schedule.
fn strict(expectation: &Expectation) -> Terms {
    let history = expectation.observation.history.as_deref();
    Terms {
        cause: CauseCompare::Exact,
        history: HistoryCompare::Details,
        concurrent: is_concurrent(history.unwrap_or_default()),
        stopped: expectation
            .coverage
            .contains(Clause::SiblingsStoppedHistory),
    }
}

/// The terms that an engine's policy allows.
fn admitted(policy: &Policy, expectation: &Expectation) -> Terms {
    Terms {
        cause: policy.cause,
        history: policy.history,
        ..strict(expectation)
    }
}

/// Whether branches or iterations overlap.
fn is_concurrent(history: &[Event]) -> bool {
    let mut running = 0_usize;
    history.iter().any(|event| {
        match event.kind {
            EventKind::Iteration(Phase::Started) => running += 1,
            EventKind::Iteration(_) => running = running.saturating_sub(1),
            EventKind::Started(StateType::Parallel) => return true,
            _ => {}
        }
        running > 1
    })
}
