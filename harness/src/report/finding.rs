//! A confirmed, reduced divergence with everything that a reader needs.

use std::{path::Path, sync::Arc};

use stepproof_specs::{
    asl::Machine,
    clause::{Aspect, Clause},
    deviation::{Deviation, Deviations},
    observation::Observation,
    reference::{Expectation, calls, simulate},
    scenario::{
        calls::CallsCase,
        case::{Body, Case, DefinitionCase, ExecutionCase, Start},
    },
    validate::validate_text,
};

use super::{
    ask, page,
    python::{self, Target},
    source::Source,
    story,
};
use crate::{
    judge::{
        attribution::clause,
        compare::completed,
        observe::Observer,
        verdict::{Difference, Judgement, Signature},
    },
    raw::{Completion, Creation, RawRun},
};

/// What a finding is built from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its number in the run, from 1.
    pub number: u32,
    /// Its signature.
    pub signature: &'a Signature,
    /// The minimal case.
    pub case: &'a Case,
    /// The case as it was found, if the finding was reduced from one.
    pub original: Option<Original<'a>>,
    /// What the engine answered when the minimal case was run.
    pub raw: Option<&'a RawRun>,
    /// The judgement of that run.
    pub judgement: Option<&'a Judgement>,
    /// The engine's name.
    pub engine: &'a str,
    /// The version that the engine reports, with its digest if there is one.
    pub engine_version: &'a str,
    /// Whether it has the Step Functions API, so that a program can reproduce the divergence.
    pub api: bool,
    /// The address of the engine, if it has one, and its set-up.
    pub target: Target<'a>,
    /// How often it was reproduced, and in how many runs.
    pub reproduced: (u32, u32),
    /// Whether its case did not diverge when it was loaded from its file.
    pub withdrawn: bool,
    /// What explains it, if anything does: the reference with this deviation does what the engine did.
    pub explained: Option<&'a Deviation>,
    /// Why it is under the root of another divergence, if nothing explains it and it is.
    pub grouped: Option<&'a str>,
    /// The rule that is suspected of it, if nothing explains it.
    pub suspected: Option<Clause>,
    /// Whether what explains it does so only beside the other roots.
    pub beside: bool,
    /// The command that replays it.
    pub replay: &'a str,
}

/// A case as it was found.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// The case.
    pub case: &'a Case,
    /// The judgement of the run that showed it.
    pub judgement: Option<&'a Judgement>,
    /// Where the case is written.
    pub file: &'a Path,
}

/// A confirmed, reduced divergence with everything that a reader needs.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its number in the run, from 1.
    pub number: u32,
    /// Its signature.
    pub signature: Signature,
    /// The differences of the minimal case; the one with the signature is first.
    pub differences: Vec<Difference>,
    /// The clause that it most likely breaks.
    pub clause: Option<Clause>,
    /// The deviation with which the reference does exactly what the engine did, if one is known.
    pub explained: Option<Deviation>,
    /// Why it is under the root of another divergence, if nothing explains it and it is.
    pub grouped: Option<String>,
    /// Whether what explains it does so only beside the other roots.
    pub beside: bool,
    /// Where it was found, if a user gave the machine.
    pub source: Option<Source>,
    /// The minimal case.
    pub case: Body,
    /// The start that diverges, if anything is started.
    pub start: usize,
    /// What the reference expects.
    pub expected: Seen,
    /// What the engine was seen to do.
    pub actual: Seen,
    /// The engine's name.
    pub engine: String,
    /// The version that the engine reports.
    pub engine_version: String,
    /// How often it was reproduced, and in how many runs.
    pub reproduced: (u32, u32),
    /// Whether its case did not diverge when it was loaded from its file.
    pub withdrawn: bool,
    /// Whether the run ended before it was reduced and explained.
    pub open: bool,
    /// The number of the divergence that was found before it and has the same root, if there is one: this
    /// is another way to it.
    pub same_as: Option<u32>,
    /// The other divergences of the run that have this root.
    pub others: Vec<(u32, Signature)>,
    /// The command that replays it.
    pub replay: String,
    /// A program that reproduces it without stepproof, if one can.
    pub reproducer: Option<String>,
    /// A command of the AWS CLI that asks AWS itself, if one shows the difference.
    pub ask: Option<String>,
}

/// How sure it is which rule a divergence breaks that a deviation explains.
const EXACT: &str =
    "explained exactly: the reference does what the engine did if it breaks this rule";

/// The same of one that shows another broken rule, too.
const BESIDE: &str = "explained exactly, beside the other roots: the reference does what the engine did \
                      if it breaks this rule and theirs";

/// The same of one that nothing explains, and that shows something else than all others.
const ALONE: &str =
    "no deviation explains it; divergences that need the same rule are counted under it";

/// The same of one that was not looked into.
const OPEN: &str = "open: the run ended before the case was reduced and explained";

/// What was seen of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// The execution ran.
    Ran(Box<Observation>),
    /// The definition was created and validated.
    Defined(Box<RawRun>),
    /// The calls were made, and completed so; `None` if one could not be made.
    Called(Vec<Option<Completion>>),
    /// The engine refused a machine that was to be run.
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
    /// The number of its root: that of the divergence that showed it first.
    pub fn root(&self) -> u32 {
        self.same_as.unwrap_or(self.number)
    }

    /// What is wrong, in one sentence: the deviation that explains it, or else its signature.
    pub fn sentence(&self) -> String {
        match &self.explained {
            Some(deviation) => format!("as if {deviation}"),
            None => self.signature.to_string(),
        }
    }

    /// How sure it is that this is the rule, in words.
    pub fn confidence(&self) -> String {
        match (&self.explained, &self.grouped) {
            _ if self.open => OPEN.to_owned(),
            (Some(_), _) if self.beside => BESIDE.to_owned(),
            (Some(_), _) => EXACT.to_owned(),
            (None, Some(why)) => format!("grouped: {why}"),
            (None, None) => format!("grouped: {ALONE}"),
        }
    }

    /// Collects what a reader needs. Pure: the reference is simulated again.
    pub fn new(subject: &Subject<'_>) -> Self {
        let mut differences: Vec<Difference> = subject
            .judgement
            .map(|judgement| judgement.differences.clone())
            .unwrap_or_default();
        differences.sort_by_key(|it| it.signature != *subject.signature);
        let root = differences.first();
        let sides = match &subject.case.body {
            Body::Execution(case) => Sides::of_execution(case, subject, root),
            Body::Definition(case) => Sides::of_definition(case, subject),
            Body::Api(case) => Sides::of_calls(case, subject, root),
        };
        Self {
            number: subject.number,
            signature: subject.signature.clone(),
            clause: sides.clause,
            explained: subject.explained.cloned(),
            grouped: subject.grouped.map(str::to_owned),
            beside: subject.beside,
            differences,
            source: Source::of(subject),
            case: subject.case.body.clone(),
            start: sides.start,
            expected: sides.expected,
            actual: sides.actual,
            engine: subject.engine.to_owned(),
            engine_version: subject.engine_version.to_owned(),
            reproduced: subject.reproduced,
            withdrawn: subject.withdrawn,
            open: false,
            same_as: None,
            others: Vec::new(),
            replay: subject.replay.to_owned(),
            reproducer: sides.reproducer.filter(|_| subject.api),
            ask: sides.ask,
        }
    }

    /// The aspect that differs.
    pub fn aspect(&self) -> Aspect {
        self.signature.aspect
    }

    /// The start that diverges.
    pub fn start(&self) -> Option<&Start> {
        match &self.case {
            Body::Execution(case) => case.starts.get(self.start),
            Body::Definition(_) | Body::Api(_) => None,
        }
    }

    /// The finding for a terminal: at most one screen.
    pub fn screen(&self, colour: bool) -> String {
        page::screen(self, colour)
    }

    /// What was run, and what was seen, for a terminal, without saying that it is a finding.
    pub fn evidence(&self, colour: bool) -> String {
        page::evidence(self, colour, usize::MAX)
    }

    /// The finding as a Markdown file.
    pub fn markdown(&self) -> String {
        page::markdown(self)
    }

    /// What the reference expects and what the engine did, each as lines.
    pub(super) fn stories(&self) -> (Vec<String>, Vec<String>) {
        let depth = story::Depth::of(self.aspect());
        let tell = |seen: &Seen| match seen {
            Seen::Ran(observation) => story::tell(observation, depth),
            Seen::Defined(raw) => story::tell_definition(raw),
            Seen::Called(completions) => story::tell_answers(completions),
            Seen::Refused { code, message } => {
                vec![format!("refused {code}"), format!("message {message}")]
            }
            Seen::Unrecorded => Vec::new(),
        };
        let actual = match &self.actual {
            Seen::Unrecorded => self
                .differences
                .iter()
                .map(|it| format!("{} {}", it.aspect.name(), super::layout::flat(&it.actual)))
                .collect(),
            seen => tell(seen),
        };
        (tell(&self.expected), actual)
    }
}

/// The parts of a finding that depend on the kind of its case.
struct Sides {
    clause: Option<Clause>,
    start: usize,
    expected: Seen,
    actual: Seen,
    reproducer: Option<String>,
    ask: Option<String>,
}

impl Sides {
    fn of_execution(
        case: &ExecutionCase,
        subject: &Subject<'_>,
        root: Option<&Difference>,
    ) -> Self {
        let start = root.map_or(0, |root| root.start).min(case.starts.len() - 1);
        let expectation = expectation(case, &case.starts[start]);
        let coverage = expectation.as_ref().map(|it| it.coverage);
        let explained = subject.explained.map(Deviation::clause);
        let likely = || root.zip(coverage).and_then(|(root, it)| clause(root, &it));
        Self {
            clause: explained.or(subject.suspected).or_else(likely),
            start,
            ask: root.zip(expectation.as_ref()).and_then(|(root, expected)| {
                ask::test_state(&case.definition, root, &expected.observation)
            }),
            actual: actual(subject.raw, start),
            // Without an expectation there is nothing that a program could compare.
            reproducer: expectation
                .as_ref()
                .map(|expected| python::reproducer(case, start, expected, root, subject.target)),
            expected: expectation
                .map_or(Seen::Unrecorded, |it| Seen::Ran(Box::new(it.observation))),
        }
    }

    fn of_calls(case: &CallsCase, subject: &Subject<'_>, root: Option<&Difference>) -> Self {
        let expected = calls::answers(case, &Deviations::default()).ok();
        let sides = expected
            .as_ref()
            .map(|expected| completed(case, &expected.answers, subject.raw));
        let seen = |side: &Vec<_>| Seen::Called(side.clone());
        let explained = subject.explained.map(Deviation::clause);
        Self {
            // Of what is answered, only a rule that explains it is told: the calls apply others, too.
            clause: explained.or(subject.suspected),
            start: root.map_or(0, |root| root.start),
            ask: None,
            reproducer: root.zip(expected.as_ref()).zip(sides.as_ref()).and_then(
                |((root, expected), (told, _))| {
                    let told = told.get(root.start)?.as_ref()?;
                    Some(python::calls(case, expected, told, root, subject.target))
                },
            ),
            actual: match &sides {
                Some((_, actual)) if subject.raw.is_some() => seen(actual),
                _ => Seen::Unrecorded,
            },
            expected: sides.map_or(Seen::Unrecorded, |(expected, _)| Seen::Called(expected)),
        }
    }

    fn of_definition(case: &DefinitionCase, subject: &Subject<'_>) -> Self {
        let (_, diagnostics) = validate_text(&case.definition.to_string(), case.workflow);
        let mut expected = RawRun::of_diagnostics(&diagnostics);
        if subject.raw.is_some_and(|raw| raw.validation.is_none()) {
            expected.validation = None;
        }
        Self {
            // A definition that breaks no rule should be accepted.
            clause: subject
                .signature
                .broken_rule()
                .or(Some(Clause::ValidateAccepts)),
            start: 0,
            ask: ask::validate(case),
            reproducer: Some(python::define(case, &expected, subject.target)),
            expected: Seen::Defined(Box::new(expected)),
            actual: subject
                .raw
                .map_or(Seen::Unrecorded, |raw| Seen::Defined(Box::new(raw.clone()))),
        }
    }
}

fn expectation(case: &ExecutionCase, start: &Start) -> Option<Expectation> {
    let machine = Machine::from_value(&case.definition).ok()?;
    simulate(&Arc::new(machine), case, start).ok()
}

fn actual(raw: Option<&RawRun>, start: usize) -> Seen {
    let Some(raw) = raw else {
        return Seen::Unrecorded;
    };
    if let Creation::Refused { code, message } = &raw.creation {
        return Seen::Refused {
            code: code.clone(),
            message: message.clone(),
        };
    }
    raw.executions
        .get(start)
        .map_or(Seen::Unrecorded, |execution| {
            let mut observer = Observer::new(&raw.names);
            Seen::Ran(Box::new(observer.execution(execution)))
        })
}
