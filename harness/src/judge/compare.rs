//! The comparison of an expectation with what an engine was seen to do.
//!
//! Pure. A [`Difference`] can be made only here. Aspects are looked at in the order of
//! [`Aspect::ALL`]; the first one that differs is the root, the later ones follow from it and are
//! not reported. Where everything agrees (the usual case) nothing is allocated.

mod anatomy;
mod definition;
mod difference;
mod grammar;
mod history;
mod locate;
mod path;
pub mod properties;
mod tasks;
mod threads;
pub mod value;

#[cfg(test)]
mod generated;
#[cfg(test)]
mod laws;
#[cfg(test)]
pub(crate) mod tests;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    base::{json::equal, time::Millis},
    clause::Aspect,
    history::{Event, EventKind, Phase},
    interpreter::HISTORY_LIMIT_TEXT,
    observation::{Observation, Status},
    reference::Expectation,
    scenario::case::ExecutionCase,
};

use self::{
    anatomy::Anatomy,
    locate::{Parting, parting},
    properties::Depth,
    threads::Threads,
};
pub use self::{
    definition::judge as judge_definition,
    difference::{Aspects, Difference, Judgement},
};
use crate::{
    engines::EngineProfile,
    job::{Job, Lane},
    judge::{
        cause,
        normalise::{Normaliser, Rewrites},
        observe::Observer,
        policy::{HistoryCompare, Policy},
        signature,
    },
    raw::{Creation, RawExecution, RawRun},
};

/// The words of a start that has no state.
const NOWHERE: (&str, &str) = ("-", "-");

/// Under which terms observations are compared.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// The case.
    pub case: &'a ExecutionCase,
    /// Its machine.
    pub machine: &'a Machine,
    /// How strictly the engine may be judged.
    pub policy: &'a Policy,
    /// Whether timing may be judged.
    pub lane: Lane,
    /// How much longer than it should a control machine took beside the case.
    pub overhead: Millis,
    /// Whether tasks reach the harness's workers.
    pub activities: bool,
}

/// A difference before it has an identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    aspect: Aspect,
    place: Option<usize>,
    shape: String,
    expected: Value,
    actual: Value,
}

/// Judges a run of a case. `overhead` is what a control machine beside it took longer than it
/// should: nothing is late by less.
pub fn judge(job: &Job, run: &RawRun, profile: &EngineProfile, overhead: Millis) -> Judgement {
    let bench = Bench {
        case: &job.case,
        machine: &job.machine,
        policy: &profile.policy,
        lane: job.lane,
        overhead,
        activities: profile.capabilities.activities,
    };
    if let Creation::Refused { code, message } = &run.creation {
        return refusal(&bench, code, message);
    }
    let mut judgement = Judgement {
        judged: Aspects::ALL,
        ..Judgement::default()
    };
    let mut observer = Observer::new(&run.names);
    let mut room = overhead;
    for (start, expectation) in job.expectations.iter().enumerate() {
        let deadline = expectation
            .longest
            .saturating_add(bench.policy.liveness_grace);
        let conclusive =
            |raw: &&RawExecution| raw.status != Status::Running || raw.watched >= deadline;
        let Some(raw) = run.executions.get(start).filter(conclusive) else {
            judgement.judged = Aspects::NONE;
            continue;
        };
        let observation = observer.execution(raw);
        judgement.late |= expired(&observation) > expired(&expectation.observation);
        room = room.max(lateness(overhead, raw.attempts.len()));
        compare_into(&bench, start, expectation, &observation, &mut judgement);
    }
    judgement.rewrites.merge(&observer.rewrites());
    judgement.forgive_lateness(room);
    judgement
}

/// How late an execution with so many attempts comes to its end, if a control machine without any
/// comes as late as `overhead`: every attempt comes later by as much.
fn lateness(overhead: Millis, attempts: usize) -> Millis {
    overhead.saturating_mul(1 + attempts as Millis)
}

/// How many time limits expired, as far as can be told. That of the machine shows in the status: not
/// every history ends with it.
fn expired(observation: &Observation) -> usize {
    let machine = observation.status == Status::TimedOut;
    let Some(history) = &observation.history else {
        let task = observation.error.as_deref() == Some("States.Timeout");
        return usize::from(machine || task);
    };
    let is_expiry = |event: &&Event| matches!(event.kind, EventKind::Work(_, Phase::TimedOut));
    usize::from(machine) + history.iter().filter(is_expiry).count()
}

/// Compares one start's observation with its expectation.
pub fn compare(
    bench: &Bench<'_>,
    start: usize,
    expectation: &Expectation,
    observation: &Observation,
) -> Judgement {
    let mut judgement = Judgement {
        judged: Aspects::ALL,
        ..Judgement::default()
    };
    compare_into(bench, start, expectation, observation, &mut judgement);
    judgement
}

fn compare_into(
    bench: &Bench<'_>,
    start: usize,
    expectation: &Expectation,
    observation: &Observation,
    judgement: &mut Judgement,
) {
    let admitted = bench.admitted(&expectation.observation, observation);
    if same(bench, admitted, &expectation.observation, observation) {
        judgement.judged = judgement.judged.and(admitted);
        return;
    }
    let case = json!([bench.case.definition, bench.case.starts]).to_string();
    let anatomy = Anatomy::of(bench.machine);
    let normalise = |observation: &Observation| -> (Observation, Rewrites) {
        let mut observation = observation.clone();
        let mut normaliser = Normaliser::new(&case, anatomy.races(), bench.policy.cause);
        normaliser.observation(&mut observation);
        (observation, normaliser.rewrites())
    };
    let (expected, _) = normalise(&expectation.observation);
    let (actual, rewrites) = normalise(observation);
    judgement.rewrites.merge(&rewrites);
    let scene = Scene::new(bench, &anatomy, &expected, &actual);
    let poisoned = poisoned(expectation, observation);
    let judged = scene.judge(start, admitted, poisoned, judgement);
    judgement.judged = judgement.judged.and(judged);
}

/// Whether a machine has a state of this kind in a scope of this kind, in a signature's words.
pub fn has_state(machine: &Machine, kind: &str, parent: &str) -> bool {
    let anatomy = Anatomy::of(machine);
    let mut places = 0..anatomy.places().len();
    places.any(|place| anatomy.words(Some(place)) == (kind, parent))
}

/// The difference that a refused machine is: every case's machine is valid.
fn refusal(bench: &Bench<'_>, code: &str, message: &str) -> Judgement {
    let anatomy = Anatomy::of(bench.machine);
    let place = anatomy.places().iter().position(|place| {
        let pointer = format!("/States/{}", place.name);
        let rest = message.split_once(&pointer).map(|(_, rest)| rest);
        rest.is_some_and(|rest| !rest.starts_with(|it: char| it.is_alphanumeric()))
    });
    let shape = match cause::refusal(message) {
        Some(words) => format!("accepted≠refused:{code}({words})"),
        None => format!("accepted≠refused:{code}"),
    };
    let found = Found {
        aspect: Aspect::Acceptance,
        place,
        shape,
        expected: json!("accepted"),
        actual: json!({ "refused": code, "message": message }),
    };
    let mut judgement = Judgement {
        judged: [Aspect::Acceptance].into_iter().collect(),
        ..Judgement::default()
    };
    judgement.add(false, found.difference(0, &anatomy));
    judgement
}

impl Found {
    fn difference(self, start: usize, anatomy: &Anatomy<'_>) -> Difference {
        let words = match self.place {
            Some(place) => anatomy.words(Some(place)),
            None => NOWHERE,
        };
        Difference::new(
            start,
            self.aspect,
            self.place
                .map(|place| anatomy.place(place).name.to_string()),
            signature::signature(self.aspect, words, &self.shape),
            (self.expected, self.actual),
        )
    }
}

impl Bench<'_> {
    /// The aspects that both sides and the policy admit.
    fn admitted(&self, expected: &Observation, actual: &Observation) -> Aspects {
        let mut admitted: Aspects = [
            Aspect::Acceptance,
            Aspect::Liveness,
            Aspect::Status,
            Aspect::Error,
            Aspect::Output,
        ]
        .into_iter()
        .collect();
        let histories = expected.history.is_some() && actual.history.is_some();
        if histories && self.policy.history >= HistoryCompare::Path {
            admitted.insert(Aspect::Path);
        }
        if histories && self.policy.history >= HistoryCompare::Kinds {
            admitted.insert(Aspect::History);
        }
        if self.activities {
            admitted.insert(Aspect::Attempts);
            admitted.insert(Aspect::Effects);
        }
        let (error, cause) = (expected.error.as_deref(), expected.cause.as_deref());
        if cause::judged(self.policy.cause, error, cause) {
            admitted.insert(Aspect::Cause);
        }
        if self.lane == Lane::Quiet && self.policy.timing.is_some() {
            admitted.insert(Aspect::Timing);
        }
        admitted
    }
}

/// Whether two observations are the same in every admitted aspect as they stand; false decides
/// nothing.
fn same(
    bench: &Bench<'_>,
    admitted: Aspects,
    expected: &Observation,
    actual: &Observation,
) -> bool {
    let outputs = match (&expected.output, &actual.output) {
        (Some(expected), Some(actual)) => equal(expected, actual),
        (None, None) => true,
        _ => false,
    };
    outputs
        && expected.status == actual.status
        && expected.error == actual.error
        && (!admitted.contains(Aspect::Attempts)
            || tasks::same(&expected.attempts, &actual.attempts))
        && (!admitted.contains(Aspect::Cause) || expected.cause == actual.cause)
        && (!admitted.contains(Aspect::Timing) || same_times(expected, actual))
        && same_history(bench, admitted, expected, actual)
}

/// Whether everything happened at the very same times after the start.
fn same_times(expected: &Observation, actual: &Observation) -> bool {
    fn times(observation: &Observation) -> impl Iterator<Item = Millis> {
        let events = observation.history.as_deref().unwrap_or_default();
        events.iter().map(|event| event.at.since(events[0].at))
    }
    expected.duration == actual.duration
        && tasks::same_times(&expected.attempts, &actual.attempts)
        && times(expected).eq(times(actual))
}

fn same_history(
    bench: &Bench<'_>,
    admitted: Aspects,
    expected: &Observation,
    actual: &Observation,
) -> bool {
    let (Some(expected), Some(actual)) = (&expected.history, &actual.history) else {
        return true;
    };
    if admitted.contains(Aspect::History) {
        return history::same(expected, actual, bench.policy.history);
    }
    let entered = |events: &'_ [Event]| -> Vec<Option<stepproof_specs::asl::Name>> {
        let entered = events
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Entered(_)));
        entered.map(|event| event.details.name.clone()).collect()
    };
    !admitted.contains(Aspect::Path) || entered(expected) == entered(actual)
}

/// The aspects in which a difference does not count.
fn poisoned(expectation: &Expectation, observation: &Observation) -> Aspects {
    let mut poisoned: Aspects = expectation.poisoned.iter().copied().collect();
    if tasks::unattributed(observation) {
        for aspect in [
            Aspect::Attempts,
            Aspect::Effects,
            Aspect::Cause,
            Aspect::History,
            Aspect::Timing,
        ] {
            poisoned.insert(aspect);
        }
    }
    poisoned
}

/// One side of a comparison.
#[derive(Debug)]
struct Side<'a> {
    observation: &'a Observation,
    threads: Option<Threads<'a>>,
}

impl<'a> Side<'a> {
    fn new(observation: &'a Observation, anatomy: &Anatomy<'_>) -> Self {
        Self {
            observation,
            threads: observation
                .history
                .as_deref()
                .map(|events| Threads::of(events, anatomy)),
        }
    }

    fn events(&self) -> &'a [Event] {
        self.threads.as_ref().map_or(&[], |threads| threads.events)
    }

    /// The state of the event at a position.
    fn place(&self, position: usize) -> Option<usize> {
        self.threads.as_ref()?.places[position]
    }

    /// The position of the event before it.
    fn before(&self, position: usize) -> Option<usize> {
        self.threads.as_ref()?.previous[position]
    }

    /// How often each state was entered.
    fn visits(&self, anatomy: &Anatomy<'_>) -> Vec<usize> {
        let mut visits = vec![0; anatomy.places().len()];
        for (position, event) in self.events().iter().enumerate() {
            if let (EventKind::Entered(_), Some(place)) = (event.kind, self.place(position)) {
                visits[place] += 1;
            }
        }
        visits
    }

    /// The state whose failure ended the execution.
    fn died(&self) -> Option<usize> {
        let threads = self.threads.as_ref()?;
        let end = threads
            .events
            .iter()
            .rposition(|event| event.kind == EventKind::ExecutionFailed)?;
        threads.origin(end)
    }
}

/// Two observations on common ground.
#[derive(Debug)]
struct Scene<'a> {
    bench: &'a Bench<'a>,
    anatomy: &'a Anatomy<'a>,
    expected: Side<'a>,
    actual: Side<'a>,
}

impl<'a> Scene<'a> {
    fn new(
        bench: &'a Bench<'a>,
        anatomy: &'a Anatomy<'a>,
        expected: &'a Observation,
        actual: &'a Observation,
    ) -> Self {
        Self {
            bench,
            anatomy,
            expected: Side::new(expected, anatomy),
            actual: Side::new(actual, anatomy),
        }
    }

    /// Adds what differs to the judgement; returns the aspects that agreed or were the root.
    fn judge(
        &self,
        start: usize,
        admitted: Aspects,
        poisoned: Aspects,
        judgement: &mut Judgement,
    ) -> Aspects {
        let mut judged = admitted;
        for root in admitted.iter() {
            let found = self.differences(root);
            if found.is_empty() {
                continue;
            }
            let is_poisoned = poisoned.contains(root);
            for found in found {
                judgement.add(is_poisoned, found.difference(start, self.anatomy));
            }
            if !is_poisoned {
                let mut judged = judged.before(root);
                judged.insert(root);
                return judged;
            }
            judged = judged.without(root);
            // What differs later may follow from it. But how long something takes does not follow
            // from what a history says of it.
            if root != Aspect::History {
                judged = judged.before(root);
                break;
            }
        }
        self.properties(start, judgement);
        judged
    }

    /// Properties count even where several outcomes are legal, and where all that was compared is
    /// the same.
    fn properties(&self, start: usize, judgement: &mut Judgement) {
        let actual = self.actual.observation;
        let history = self.bench.policy.history;
        if tasks::unattributed(actual) {
            return;
        }
        let timing = self.bench.policy.timing.as_ref();
        let depth = Depth {
            history: actual
                .history
                .as_ref()
                .map_or(HistoryCompare::Ignore, |_| history),
            early: timing
                .filter(|_| self.bench.lane == Lane::Quiet)
                .map(|it| it.early),
        };
        for found in properties::violations(self.bench.machine, actual, depth) {
            judgement.add(false, found.difference(start, self.anatomy));
        }
    }

    fn differences(&self, aspect: Aspect) -> Vec<Found> {
        let found = match aspect {
            Aspect::Acceptance | Aspect::Diagnostics => None,
            Aspect::Liveness => self.liveness(),
            Aspect::Status => self.status(),
            Aspect::Error => self.error(),
            Aspect::Output => self.output(),
            Aspect::Path => path::difference(self).map(|found| self.with_words(found)),
            Aspect::Attempts => tasks::attempts(self),
            Aspect::Effects => tasks::effects(self),
            Aspect::Cause => self.cause(),
            Aspect::History => return history::differences(self),
            Aspect::Timing => self.timing(),
        };
        found.into_iter().collect()
    }

    fn liveness(&self) -> Option<Found> {
        let (expected, actual) = (self.expected.observation, self.actual.observation);
        (actual.status == Status::Running && expected.status != Status::Running).then(|| Found {
            aspect: Aspect::Liveness,
            place: self.place(),
            shape: "ended≠RUNNING".into(),
            expected: json!(expected.status.name()),
            actual: json!(actual.status.name()),
        })
    }

    fn status(&self) -> Option<Found> {
        let (expected, actual) = (self.expected.observation, self.actual.observation);
        (expected.status != actual.status).then(|| Found {
            aspect: Aspect::Status,
            place: self.place(),
            shape: format!(
                "{}≠{}",
                signature::end(expected, actual),
                signature::end(actual, expected)
            ),
            expected: end(expected),
            actual: end(actual),
        })
    }

    fn error(&self) -> Option<Found> {
        let (expected, actual) = (self.expected.observation, self.actual.observation);
        (expected.error != actual.error).then(|| Found {
            aspect: Aspect::Error,
            place: self.place(),
            shape: format!(
                "{}≠{}",
                signature::failure(expected, actual),
                signature::failure(actual, expected)
            ),
            expected: end(expected),
            actual: end(actual),
        })
    }

    fn output(&self) -> Option<Found> {
        let (expected, actual) = (
            self.expected.observation.output.as_ref(),
            self.actual.observation.output.as_ref(),
        );
        let whole = value::shape(expected, actual)?;
        let parting = self.parting();
        // What a state passed on makes no output where there should be none.
        let passed = parting.filter(|_| expected.is_some());
        let shape = passed.and_then(|parting| parting.shape());
        let take = |it: Option<&Value>| it.cloned().unwrap_or_default();
        Some(Found {
            aspect: Aspect::Output,
            place: parting.map_or_else(|| self.fallback(), |parting| Some(parting.place)),
            shape: shape.unwrap_or(whole),
            expected: take(expected),
            actual: take(actual),
        })
    }

    /// Where both sides failed, what the engine's own cause says tells one root from another.
    fn with_words(&self, mut found: Found) -> Found {
        let (expected, actual) = (self.expected.observation, self.actual.observation);
        let telling = actual.cause.as_deref();
        let telling = telling.filter(|_| actual.cause != expected.cause);
        if let Some(words) = cause::words(actual.error.as_deref(), telling) {
            found.shape = format!("{}({words})", found.shape);
        }
        found
    }

    fn cause(&self) -> Option<Found> {
        let (expected, actual) = (self.expected.observation, self.actual.observation);
        let class = |it: &Observation| cause::class(it.error.as_deref(), it.cause.as_deref());
        (expected.cause != actual.cause).then(|| Found {
            aspect: Aspect::Cause,
            place: self.died(),
            shape: format!("{}≠{}", class(expected), class(actual)),
            expected: expected.cause.as_deref().into(),
            actual: actual.cause.as_deref().into(),
        })
    }

    fn timing(&self) -> Option<Found> {
        let mut tolerance = self.bench.policy.timing?;
        let attempts = self.actual.observation.attempts.values();
        let attempts = attempts.map(Vec::len).sum();
        tolerance.late += lateness(self.bench.overhead, attempts);
        tasks::timing(self, tolerance)
    }

    fn parting(&self) -> Option<Parting<'a>> {
        parting(
            self.anatomy,
            self.expected.threads.as_ref()?,
            self.actual.threads.as_ref()?,
        )
    }

    /// The state at which the observations part. Where a history was full is chance.
    fn place(&self) -> Option<usize> {
        let sides = [self.expected.observation, self.actual.observation];
        let full = |side: &Observation| side.cause.as_deref() == Some(HISTORY_LIMIT_TEXT);
        if sides.into_iter().any(full) {
            return None;
        }
        self.parting()
            .map(|parting| parting.place)
            .or_else(|| self.fallback())
    }

    /// Without telling histories: the task that was attempted otherwise, or the state that failed.
    fn fallback(&self) -> Option<usize> {
        let task = self.bench.activities.then(|| {
            let found = tasks::attempts(self).or_else(|| tasks::effects(self));
            found.and_then(|found| found.place)
        });
        task.flatten().or_else(|| self.died())
    }

    /// The state that failed, on the side that failed.
    fn died(&self) -> Option<usize> {
        self.expected.died().or_else(|| self.actual.died())
    }
}

/// How an execution ended, for people.
pub(crate) fn end(observation: &Observation) -> Value {
    let mut end = serde_json::Map::new();
    end.insert("status".into(), observation.status.name().into());
    let texts = [("error", &observation.error), ("cause", &observation.cause)];
    for (key, text) in texts {
        if let Some(text) = text {
            end.insert(key.into(), text.as_str().into());
        }
    }
    Value::Object(end)
}
