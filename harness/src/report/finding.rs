//! A confirmed, reduced divergence with everything that a reader needs.

use std::sync::Arc;

use stepproof_specs::{
    case::{Body, Case, ExecutionCase, Start},
    clause::Clause,
    machine::Machine,
    observation::{Aspect, Observation},
    simulate::{Expectation, simulate},
};

use super::{page, python, story};
use crate::{
    observe::Observer,
    raw::{Creation, RawRun},
    signature::clause::clause,
    verdict::{Difference, Judgement, Signature},
};

/// What a finding is made of.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its number in the run, from 1.
    pub number: u32,
    /// Its identity.
    pub signature: &'a Signature,
    /// The minimal case.
    pub case: &'a Case,
    /// What the engine answered to it.
    pub raw: Option<&'a RawRun>,
    /// What followed.
    pub judgement: Option<&'a Judgement>,
    /// The engine's name.
    pub engine: &'a str,
    /// What the engine said of its version, with its digest if there is one.
    pub engine_version: &'a str,
    /// Whether it has the Step Functions API, so that a program can show the divergence.
    pub api: bool,
    /// Where the engine is, if it has an address.
    pub endpoint: Option<&'a str>,
    /// How often it came back, of how many runs.
    pub reproduced: (u32, u32),
    /// The command that replays it.
    pub replay: &'a str,
}

/// A confirmed, reduced divergence with everything that a reader needs.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its number in the run, from 1.
    pub number: u32,
    /// Its identity.
    pub signature: Signature,
    /// The differences of the minimal case, that of the signature first.
    pub differences: Vec<Difference>,
    /// The rule that it most likely breaks.
    pub clause: Option<Clause>,
    /// The minimal case.
    pub case: ExecutionCase,
    /// Which start of it diverges.
    pub start: usize,
    /// What the reference expects of that start.
    pub expected: Option<Observation>,
    /// What the engine was seen to do.
    pub actual: Actual,
    /// The engine's name.
    pub engine: String,
    /// What the engine said of its version.
    pub engine_version: String,
    /// How often it came back, of how many runs.
    pub reproduced: (u32, u32),
    /// The command that replays it.
    pub replay: String,
    /// A program that shows it without stepproof, if one can.
    pub reproducer: Option<String>,
}

/// What an engine was seen to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Actual {
    /// It ran the execution.
    Ran(Box<Observation>),
    /// It refused the machine.
    Refused {
        /// The code.
        code: String,
        /// The message.
        message: String,
    },
    /// Not recorded.
    Unrecorded,
}

impl Finding {
    /// Gathers what a reader needs. Pure: the reference is simulated again.
    pub fn new(subject: &Subject<'_>) -> Self {
        let Body::Execution(case) = &subject.case.body;
        let mut differences: Vec<Difference> = subject
            .judgement
            .map(|judgement| judgement.differences.clone())
            .unwrap_or_default();
        differences.sort_by_key(|it| it.signature != *subject.signature);
        let root = differences.first();
        let start = root.map_or(0, |root| root.start).min(case.starts.len() - 1);
        let expectation = expectation(case, &case.starts[start]);
        let coverage = expectation.as_ref().map(|it| it.coverage);
        Self {
            number: subject.number,
            signature: subject.signature.clone(),
            clause: root.zip(coverage).and_then(|(root, it)| clause(root, &it)),
            differences,
            case: case.clone(),
            start,
            actual: actual(subject.raw, start),
            engine: subject.engine.to_owned(),
            engine_version: subject.engine_version.to_owned(),
            reproduced: subject.reproduced,
            replay: subject.replay.to_owned(),
            reproducer: subject
                .api
                .then(|| python::reproducer(case, start, expectation.as_ref(), subject.endpoint)),
            expected: expectation.map(|it| it.observation),
        }
    }

    /// The aspect that differs.
    pub fn aspect(&self) -> Option<Aspect> {
        self.signature.parts().map(|(aspect, ..)| aspect)
    }

    /// The start that diverges.
    pub fn start(&self) -> &Start {
        &self.case.starts[self.start]
    }

    /// For a terminal: at most a screenful.
    pub fn screen(&self, colour: bool) -> String {
        page::screen(self, colour)
    }

    /// For a file.
    pub fn markdown(&self) -> String {
        page::markdown(self)
    }

    /// What the reference expects and what the engine did, as lines.
    pub(super) fn stories(&self) -> (Vec<String>, Vec<String>) {
        let depth = story::Depth::of(self.aspect());
        let expected = self
            .expected
            .as_ref()
            .map(|observation| story::tell(observation, depth))
            .unwrap_or_default();
        let actual = match &self.actual {
            Actual::Ran(observation) => story::tell(observation, depth),
            Actual::Refused { code, message } => {
                vec![format!("refused {code}"), format!("message {message}")]
            }
            Actual::Unrecorded => self
                .differences
                .iter()
                .map(|it| format!("{} {}", it.aspect.name(), super::layout::flat(&it.actual)))
                .collect(),
        };
        (expected, actual)
    }
}

fn expectation(case: &ExecutionCase, start: &Start) -> Option<Expectation> {
    let machine = Machine::from_value(&case.definition).ok()?;
    simulate(&Arc::new(machine), case, start).ok()
}

fn actual(raw: Option<&RawRun>, start: usize) -> Actual {
    let Some(raw) = raw else {
        return Actual::Unrecorded;
    };
    if let Creation::Refused { code, message } = &raw.creation {
        return Actual::Refused {
            code: code.clone(),
            message: message.clone(),
        };
    }
    raw.executions
        .get(start)
        .map_or(Actual::Unrecorded, |execution| {
            let mut observer = Observer::new(&raw.names);
            Actual::Ran(Box::new(observer.execution(execution)))
        })
}
