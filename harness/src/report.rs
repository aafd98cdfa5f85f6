//! A run's stream of events, and its reporters. Results are reported only through these.

mod ask;
mod digest;
pub mod finding;
pub mod layout;
mod lines;
mod page;
mod python;
mod rules;
mod run_page;
mod source;
mod story;
mod summary;
#[cfg(feature = "cli")]
mod terminal;
mod visible;
mod words;

use std::{io, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use stepproof_generators::given::{Entered, Given};
use stepproof_specs::clause::Coverage;

#[cfg(feature = "cli")]
pub(crate) use self::page::counts;
#[cfg(feature = "cli")]
pub use self::terminal::Terminal;
#[cfg(feature = "cli")]
pub(crate) use self::visible::on_one_line;
pub(crate) use self::words::plural;
pub use self::{
    digest::Digest,
    finding::{Finding, Original, Subject},
    lines::Lines,
    python::Target,
    summary::{DEFAULT_UNSURE_SHARE, ExitStatus, SIGNALLED, Summary},
};
pub(crate) use self::{
    story::{Depth, calls as tell_calls, tell_whole},
    visible::visible,
};
use crate::engines::Dropped;
use crate::judge::{
    ledger::StaleCheck,
    policy::Policy,
    verdict::{Signature, Verdict},
};

/// The version of the events' JSON form.
pub const EVENT_FORMAT: u32 = 1;

/// An event of a run.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run starts.
    RunStarted(Header),
    /// How a user's machine is run, or why it is not.
    Machine(MachineNotice),
    /// Files below a directory that the user gave that are no machines.
    Skipped(Vec<String>),
    /// A case was judged.
    CaseJudged {
        /// The case's number in the run.
        index: u64,
        /// Its verdict.
        verdict: Verdict,
        /// The signatures of its differences.
        signatures: Vec<Signature>,
        /// The clauses that it exercised.
        coverage: Box<Coverage>,
        /// The reasons for its verdict, if it is neither agreement nor a new divergence: ids of the
        /// ledger's entries, or what failed, or why nothing follows.
        why: Vec<String>,
        /// The number of the divergence that explains it, or that was found in it.
        root: Option<u32>,
        /// The machine that the user gave for it, if it is not generated.
        machine: Option<String>,
        /// The states of that machine that the case enters, according to the reference.
        entered: Entered,
    },
    /// A new divergence, confirmed and reduced.
    Divergence(Box<Finding>),
    /// A new divergence whose case became that of an earlier one, with the same differences: it is
    /// another way to it.
    AnotherWay(Box<Finding>),
    /// Another deviation explains a divergence that was reported, and what was found since: those that
    /// explained it before do not explain all of it.
    Explained(Box<Finding>),
    /// What an earlier session of the run came to: a divergence, another way to one, or one that was
    /// withdrawn.
    Earlier(Box<Finding>),
    /// A new divergence was not reproduced from its file. Cases that diverged in no other way
    /// become flaky.
    Withdrawn {
        /// Its number in the run.
        number: u32,
        /// Its signature.
        signature: Signature,
        /// How many cases became flaky because of it.
        cases: u64,
    },
    /// What is done beside running cases, in words; nothing any more if it is empty.
    UnderWay(String),
    /// A ledger entry's minimal case was run again.
    LedgerChecked(StaleCheck),
    /// The engine does not answer.
    Unreachable {
        /// What happened.
        trouble: String,
        /// How often it was probed again.
        probe: u32,
    },
    /// Something that a user should know, but that changes no verdict.
    Warning(String),
    /// The run ends.
    RunFinished(Box<Ending>),
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// The counts.
    pub summary: Summary,
    /// The exit status.
    pub status: ExitStatus,
    /// Why it is that, in words; absent if nothing is wrong.
    pub why: Option<String>,
    /// The command that goes on with the run, if it is not finished.
    pub go_on: Option<String>,
    /// The run's page, if it has one.
    pub page: Option<PathBuf>,
}

/// The description of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Header {
    /// The version of stepproof.
    pub stepproof: String,
    /// The engine's name.
    pub engine: String,
    /// The version that the engine reports.
    pub engine_version: String,
    /// How strictly the engine is judged.
    pub policy: Policy,
    /// What the engine turned out not to do.
    pub dropped: Vec<Dropped>,
    /// The run's seed.
    pub seed: u64,
    /// The profile's name.
    pub profile: String,
    /// The features of the profile that are drawn rarely because known divergences spoil them.
    pub rarely: Vec<String>,
    /// The entries of the ledger.
    pub ledger: Vec<Known>,
    /// The options after `stepproof replay SEED:INDEX` with which it draws the cases of this run and
    /// runs them on its engine.
    pub replay: String,
    /// The number of planned cases; absent if time decides.
    pub cases: Option<u64>,
    /// Where the run is stored.
    pub directory: Option<PathBuf>,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// The root cause in one line.
    pub title: String,
}

/// How a user's machine is run, or why it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MachineNotice {
    /// The file.
    pub file: String,
    /// The tasks that the harness serves, with what each of them calls in the original.
    pub served: Vec<(String, String)>,
    /// The states that send their name in place of a task token.
    pub tokens: Vec<String>,
    /// The states whose waits or time limits were shortened.
    pub shortened: Vec<String>,
    /// Its states.
    pub states: Entered,
    /// What stands for the placeholders in the file whose values the user did not give, in words.
    pub placeholders: Vec<String>,
    /// How its workflow type is judged, unless it is simply a Standard workflow.
    pub workflow: Option<&'static str>,
    /// Why none of its cases is run; absent if some are.
    pub unsupported: Option<LeftOut>,
    /// Why some of its cases are not run; absent if all are.
    pub partly: Option<String>,
    /// What a user should know of it beside that: warnings of AWS, and that all its cases fail alike.
    pub remarks: Vec<String>,
}

impl MachineNotice {
    /// A machine that is not run, with the reason.
    pub fn unsupported(file: String, kind: Unjudged, reason: String) -> Self {
        Self {
            file,
            served: Vec::new(),
            tokens: Vec::new(),
            shortened: Vec::new(),
            states: Entered::new(),
            placeholders: Vec::new(),
            workflow: None,
            unsupported: Some(LeftOut { kind, reason }),
            partly: None,
            remarks: Vec::new(),
        }
    }
}

/// Why a machine that a user gave is not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The kind of reason.
    pub kind: Unjudged,
    /// What cannot be done: completes "failed to …".
    pub reason: String,
}

/// What kind of reason there is not to run a machine.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Unjudged {
    /// The engine, the harness or the reference cannot do what it needs.
    #[default]
    Unsupported,
    /// AWS would refuse it.
    Refused,
    /// The file cannot be read as a machine.
    Unreadable,
}

impl Unjudged {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Unsupported, Self::Refused, Self::Unreadable];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
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
            tokens: given.tokens().iter().map(ToString::to_string).collect(),
            shortened: given.shortened().iter().map(ToString::to_string).collect(),
            states: given.states(),
            placeholders: Vec::new(),
            workflow: None,
            unsupported: None,
            partly: None,
            remarks: Vec::new(),
        }
    }
}

/// Receives the events of a run, for people or programs.
pub trait Reporter: Send {
    /// Handles an event.
    fn event(&mut self, event: &Event);

    /// Why something could not be told, if that is so. A reader that went away is no such reason.
    fn lost(&self) -> Option<&io::Error> {
        None
    }
}

/// Keeps the first error of a writer, unless the reader went away.
fn keep(lost: &mut Option<io::Error>, written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        lost.get_or_insert(error);
    }
}

/// Passes events on to several reporters.
#[derive(Default)]
pub struct Reporters(Vec<Box<dyn Reporter>>);

impl Reporters {
    /// Adds a reporter.
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

    fn lost(&self) -> Option<&io::Error> {
        self.0.iter().find_map(|reporter| reporter.lost())
    }
}

/// A duration in readable form: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 7 min`.
pub(crate) fn human(duration: Duration) -> String {
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
