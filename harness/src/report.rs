//! One stream of events, many reporters. Nothing else tells what a run found.

pub mod finding;
pub mod layout;
mod lines;
mod page;
mod python;
mod story;
mod summary;
#[cfg(feature = "cli")]
mod terminal;

use std::{path::PathBuf, time::Duration};

use serde::Serialize;
use stepproof_generators::given::Given;
use stepproof_specs::clause::Coverage;

#[cfg(feature = "cli")]
pub use self::terminal::Terminal;
pub use self::{
    finding::{Finding, Subject},
    lines::Lines,
    summary::{DEFAULT_UNSURE_SHARE, ExitStatus, Summary},
};
use crate::judge::{
    ledger::StaleCheck,
    verdict::{Signature, Verdict},
};

/// The version of the events' JSON form.
pub const EVENT_FORMAT: u32 = 1;

/// What a run tells.
#[derive(Debug, Clone)]
pub enum Event {
    /// It begins.
    RunStarted(Header),
    /// How a machine that somebody gave is run, or why it is not.
    Machine(MachineNotice),
    /// A case came to a verdict.
    CaseJudged {
        /// The case's number in the run.
        index: u64,
        /// What it came to.
        verdict: Verdict,
        /// The identities of what differed.
        signatures: Vec<Signature>,
        /// The clauses that it exercised.
        coverage: Box<Coverage>,
    },
    /// A new divergence, confirmed and reduced.
    Divergence(Box<Finding>),
    /// A new divergence that did not come back from its file: the cases that diverged only so are
    /// flaky.
    Withdrawn {
        /// Its number in the run.
        number: u32,
        /// Its identity.
        signature: Signature,
        /// How many cases are flaky for it.
        cases: u64,
    },
    /// A ledger entry's minimal case was run again.
    LedgerChecked(StaleCheck),
    /// The engine does not answer.
    Unreachable {
        /// What happened.
        trouble: String,
        /// How often it was asked again.
        probe: u32,
    },
    /// Something that a user should know, and that changes no verdict.
    Warning(String),
    /// It ends.
    RunFinished(Box<Summary>),
}

/// What a run is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Header {
    /// The version of stepproof.
    pub stepproof: String,
    /// The engine's name.
    pub engine: String,
    /// What the engine said of its version.
    pub engine_version: String,
    /// The run's seed.
    pub seed: u64,
    /// The profile's name.
    pub profile: String,
    /// The features of the profile that are drawn rarely, because known divergences spoil them.
    pub rarely: Vec<String>,
    /// How many cases are planned; absent if time decides.
    pub cases: Option<u64>,
    /// Where the run is stored.
    pub directory: Option<PathBuf>,
}

/// How a machine that somebody gave is run, or why it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MachineNotice {
    /// The file.
    pub file: String,
    /// The tasks that the harness serves in place of something else, with what that is.
    pub served: Vec<(String, String)>,
    /// The states whose waiting was shortened.
    pub shortened: Vec<String>,
    /// Why no case of it is run, if none is.
    pub unsupported: Option<String>,
    /// Why some of its cases are not run, if some are not.
    pub partly: Option<String>,
}

impl MachineNotice {
    /// A machine that is not run, and why.
    pub fn unsupported(file: String, reason: String) -> Self {
        Self {
            file,
            served: Vec::new(),
            shortened: Vec::new(),
            unsupported: Some(reason),
            partly: None,
        }
    }
}

impl From<&Given> for MachineNotice {
    fn from(given: &Given) -> Self {
        let served = given.served().iter();
        Self {
            file: given.name().to_owned(),
            served: served
                .map(|it| (it.site.to_string(), it.resource.clone()))
                .collect(),
            shortened: given.shortened().iter().map(ToString::to_string).collect(),
            unsupported: None,
            partly: None,
        }
    }
}

/// Something that tells people or programs of a run.
pub trait Reporter: Send {
    /// Something happened.
    fn event(&mut self, event: &Event);
}

/// Tells several reporters.
#[derive(Default)]
pub struct Reporters(Vec<Box<dyn Reporter>>);

impl Reporters {
    /// Adds one.
    #[must_use]
    pub fn with(mut self, reporter: impl Reporter + 'static) -> Self {
        self.0.push(Box::new(reporter));
        self
    }
}

impl Reporter for Reporters {
    fn event(&mut self, event: &Event) {
        for reporter in &mut self.0 {
            reporter.event(event);
        }
    }
}

/// A duration for people: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 7 min`.
#[cfg(feature = "cli")]
fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests;
