//! Turns a case into a job: validated, with what the reference expects.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepproof_specs::{
    asl::Machine,
    asl::diagnostic::{Diagnostic, Severity},
    base::time::{Instant, Millis},
    clause::{Aspect, Clause, Coverage},
    deviation::Deviations,
    interpreter::{Identity, Unsupported},
    query::jsonata::Second,
    reference::{
        Expectation, Hypothetical, SimulationError, UnderLateness,
        calls::{self, Answers, CallsError},
        simulate, simulate_as, under_lateness,
    },
    scenario::{
        calls::CallsCase,
        case::{Body, Case, DefinitionCase, ExecutionCase},
    },
    validate::{self, validate_definition, validate_text},
};

use crate::second;

/// A case, prepared for an engine.
#[derive(Debug, Clone)]
pub struct Job {
    /// The case.
    pub case: Arc<ExecutionCase>,
    /// Its machine.
    pub machine: Arc<Machine>,
    /// What the reference expects, one per start.
    pub expectations: Arc<[Expectation]>,
    /// Whether other cases run beside it.
    pub lane: Lane,
    /// The engine of which that is expected, one per start; `None` if it is the plain reference.
    engine: Option<Arc<[Hypothetical]>>,
}

/// How busy the engine is kept while a case runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Many at once: timing is not judged.
    Throughput,
    /// Few at once: timing is judged.
    Quiet,
}

/// A case that the reference has validated or simulated.
#[derive(Debug, Clone)]
pub enum Prepared {
    /// A machine to start.
    Execution(Job),
    /// A definition to create and validate.
    Definition(Definition),
    /// Calls to make.
    Calls(Calls),
}

/// Calls, with what the reference expects to be answered.
#[derive(Debug, Clone)]
pub struct Calls {
    /// The case.
    pub case: Arc<CallsCase>,
    /// The answers, and the rules that were applied.
    pub expected: Arc<Answers>,
    /// Whether other cases run beside it.
    pub lane: Lane,
}

/// A definition, with what the reference's validator says about it.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The case.
    pub case: Arc<DefinitionCase>,
    /// What the validator reports; an error among them means that it refuses the definition.
    pub diagnostics: Arc<[Diagnostic]>,
    /// Whether other definitions are created beside it.
    pub lane: Lane,
}

/// Why a case cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The validator refuses the machine.
    #[error("accept the machine: {}", first_error(.0))]
    Refused(Vec<Diagnostic>),
    /// The reference cannot simulate the case.
    #[error("simulate start {start}: {source}")]
    Simulation {
        /// Which start.
        start: usize,
        /// Why.
        source: SimulationError,
    },
    /// The reference does not know what calls lead to.
    #[error(transparent)]
    Calls(#[from] CallsError),
}

impl PrepareError {
    /// Whether the machine uses something that the reference does not interpret.
    pub fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Self::Simulation {
                source: SimulationError::Unsupported(_),
                ..
            } | Self::Calls(CallsError::Unsupported(_))
        )
    }
}

fn first_error(diagnostics: &[Diagnostic]) -> String {
    let error = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == Severity::Error);
    match error {
        Some(Diagnostic {
            message,
            location: Some(location),
            ..
        }) => format!("{message} at {location}"),
        Some(Diagnostic { message, .. }) => message.clone(),
        None => "the validator refuses it without a reason".to_owned(),
    }
}

/// Prepares a case: validates its definition, and simulates its starts on the reference.
pub fn prepare(case: &Case, lane: Lane) -> Result<Prepared, PrepareError> {
    prepare_body(case.body.clone(), lane)
}

/// Does the same with the body of a case, which it consumes.
pub fn prepare_body(body: Body, lane: Lane) -> Result<Prepared, PrepareError> {
    match body {
        Body::Execution(execution) => prepare_execution(execution, lane).map(Prepared::Execution),
        Body::Definition(definition) => {
            let (machine, diagnostics) =
                validate_text(&definition.definition.to_string(), definition.workflow);
            if let Some(machine) = &machine {
                check_known(machine)?;
            }
            Ok(Prepared::Definition(Definition {
                diagnostics: diagnostics.into(),
                case: Arc::new(definition),
                lane,
            }))
        }
        Body::Api(case) => {
            let expected = calls::answers(&case, &Deviations::default())?;
            Ok(Prepared::Calls(Calls {
                case: Arc::new(case),
                expected: Arc::new(expected),
                lane,
            }))
        }
    }
}

/// Checks that the reference knows whether AWS accepts a machine that it does not refuse itself.
fn check_known(machine: &Machine) -> Result<(), PrepareError> {
    match validate::unknown(machine) {
        None => Ok(()),
        Some((feature, state)) => Err(PrepareError::Simulation {
            start: 0,
            source: Unsupported { feature, state }.into(),
        }),
    }
}

fn prepare_execution(case: ExecutionCase, lane: Lane) -> Result<Job, PrepareError> {
    let (machine, diagnostics) = validate_definition(&case.definition, case.workflow);
    let machine = machine.ok_or(PrepareError::Refused(diagnostics))?;
    check_known(&machine)?;
    let expectations = expect(&machine, &case)?;
    let job = Job::new(Arc::new(case), machine, expectations, lane);
    let unsure = Clause::JsonataUnsure;
    let mut expectations = job.expectations.iter();
    if expectations.any(|it| it.coverage.contains(unsure)) {
        let second = second::where_unsure();
        return Ok(second.and_then(|it| job.asking(&it)).unwrap_or(job));
    }
    Ok(job)
}

/// What the reference expects of every start of a case.
fn expect(machine: &Arc<Machine>, case: &ExecutionCase) -> Result<Vec<Expectation>, PrepareError> {
    let starts = case.starts.iter().enumerate();
    let expected = starts.map(|(start, each)| {
        simulate(machine, case, each).map_err(|source| PrepareError::Simulation { start, source })
    });
    expected.collect()
}

impl Job {
    /// A case, with what the plain reference expects of its starts.
    pub fn new(
        case: Arc<ExecutionCase>,
        machine: Arc<Machine>,
        expectations: impl Into<Arc<[Expectation]>>,
        lane: Lane,
    ) -> Self {
        Self {
            case,
            machine,
            expectations: expectations.into(),
            lane,
            engine: None,
        }
    }

    /// The same job where a second evaluator of JSONata is asked about everything, and where the first one's
    /// word is not taken if there is none; `None` if there is nothing to ask.
    pub fn doubting(&self) -> Option<Self> {
        let mut expectations = self.expectations.iter();
        let is_evaluated = expectations.any(|it| it.coverage.contains(Clause::JsonataExpression));
        if !is_evaluated || self.engine.is_some() {
            return None;
        }
        self.asking(&second::always())
    }

    fn asking(&self, second: &Arc<dyn Second>) -> Option<Self> {
        let machine = Arc::new(self.machine.asking(second));
        let expectations = expect(&machine, &self.case).ok()?;
        Some(Self::new(
            self.case.clone(),
            machine,
            expectations,
            self.lane,
        ))
    }

    /// The same job, with what the reference expects of an engine that has these deviations, while
    /// workers play to it what this job expects. One that never ends is watched for `grace` longer
    /// than one without deviations.
    pub fn under(
        &self,
        deviations: &Arc<Deviations>,
        grace: Millis,
    ) -> Result<Self, SimulationError> {
        let starts = self.case.starts.iter().zip(self.expectations.iter());
        let hypothetical =
            |(start, plain)| Hypothetical::new(&self.machine, &self.case, start, deviations, plain);
        let engine: Arc<[Hypothetical]> = starts.map(hypothetical).collect();
        let starts = engine.iter().zip(self.expectations.iter());
        let expectations =
            starts.map(|(engine, plain)| engine.expect(plain.duration.saturating_add(grace)));
        Ok(Self {
            expectations: expectations.collect::<Result<_, _>>()?,
            engine: Some(engine),
            ..self.clone()
        })
    }

    /// What is expected of a start as an execution with this identity and start time; `None` if there
    /// is no such start, or it cannot be simulated.
    pub fn expect_as(&self, start: usize, identity: &Identity, at: Instant) -> Option<Expectation> {
        match &self.engine {
            None => simulate_as(&self.machine, identity, self.case.starts.get(start)?, at).ok(),
            Some(engine) => engine.get(start)?.expect_as(identity, at).ok(),
        }
    }

    /// How a start may come out if the harness is late ([`under_lateness`]); `None` if there is no such
    /// start.
    pub fn under_lateness(&self, start: usize, late: Millis) -> Option<UnderLateness> {
        let plain = |start| under_lateness(&self.machine, &self.case, start, late);
        match &self.engine {
            None => self.case.starts.get(start).map(plain),
            Some(engine) => engine.get(start).map(|engine| engine.under_lateness(late)),
        }
    }
}

impl Prepared {
    /// The same case, with what the reference expects of an engine that has these deviations. An
    /// execution that never ends is watched for `grace` longer than one without them.
    pub fn under(
        &self,
        deviations: &Arc<Deviations>,
        grace: Millis,
    ) -> Result<Self, SimulationError> {
        match self {
            Self::Execution(job) => job.under(deviations, grace).map(Self::Execution),
            Self::Definition(definition) => Ok(Self::Definition(definition.under(deviations))),
            Self::Calls(job) => Ok(Self::Calls(job.under(deviations)?)),
        }
    }

    /// Whether other cases run beside it.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Execution(job) => job.lane,
            Self::Definition(definition) => definition.lane,
            Self::Calls(job) => job.lane,
        }
    }

    /// The same case in another lane.
    #[must_use]
    pub fn on(mut self, lane: Lane) -> Self {
        match &mut self {
            Self::Execution(job) => job.lane = lane,
            Self::Definition(definition) => definition.lane = lane,
            Self::Calls(job) => job.lane = lane,
        }
        self
    }

    /// The body of the case.
    pub fn to_body(&self) -> Body {
        match self {
            Self::Execution(job) => Body::Execution(ExecutionCase::clone(&job.case)),
            Self::Definition(definition) => {
                Body::Definition(DefinitionCase::clone(&definition.case))
            }
            Self::Calls(job) => Body::Api(CallsCase::clone(&job.case)),
        }
    }

    /// The number of executions that are started.
    pub fn starts(&self) -> usize {
        self.expectations().len()
    }

    /// The expectations of all starts.
    pub fn expectations(&self) -> &[Expectation] {
        match self {
            Self::Execution(job) => &job.expectations,
            Self::Definition(_) | Self::Calls(_) => &[],
        }
    }

    /// The definition.
    pub fn definition(&self) -> &Value {
        match self {
            Self::Execution(job) => &job.case.definition,
            Self::Definition(definition) => &definition.case.definition,
            Self::Calls(_) => &Value::Null,
        }
    }

    /// The duration of the longest start, according to the reference.
    pub fn asl_time(&self) -> Millis {
        let durations = self.expectations().iter().map(|it| it.duration);
        durations.max().unwrap_or(0)
    }

    /// The total duration of all starts, according to the reference.
    pub fn total_asl_time(&self) -> Millis {
        let durations = self.expectations().iter().map(|it| it.duration);
        durations.fold(0, Millis::saturating_add)
    }

    /// The total number of events in all executions, according to the reference.
    pub fn events(&self) -> usize {
        let histories = self.expectations().iter();
        let histories = histories.map(|it| &it.observation.history);
        histories.flatten().map(Vec::len).sum()
    }

    /// The poisoned aspects: those in which the reference does not fix the result, or is not sure
    /// of it.
    pub fn poisoned(&self) -> impl Iterator<Item = Aspect> {
        let expectations = self.expectations().iter();
        expectations.flat_map(|expectation| expectation.poisoned.iter().copied())
    }

    /// The rules for which the reference refuses a definition, one per error.
    pub fn broken(&self) -> impl Iterator<Item = Clause> {
        let definition = match self {
            Self::Execution(_) | Self::Calls(_) => None,
            Self::Definition(definition) => Some(definition),
        };
        let errors = definition.into_iter().flat_map(Definition::errors);
        errors.map(|error| error.clause)
    }

    /// The clauses that the case exercises.
    pub fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        for expectation in self.expectations() {
            coverage.merge(&expectation.coverage);
        }
        if let Self::Calls(job) = self {
            coverage.merge(&job.expected.coverage);
        }
        if let Self::Definition(definition) = self {
            for diagnostic in definition.diagnostics.iter() {
                coverage.mark(diagnostic.clause);
            }
            if !definition.is_refused() {
                coverage.mark(Clause::ValidateAccepts);
            }
        }
        coverage
    }
}

impl Calls {
    /// The same calls, with what an engine that has these deviations answers.
    fn under(&self, deviations: &Deviations) -> Result<Self, CallsError> {
        Ok(Self {
            expected: Arc::new(calls::answers(&self.case, deviations)?),
            ..self.clone()
        })
    }
}

impl Definition {
    /// The same definition, as it is validated if these deviations leave out checks.
    fn under(&self, deviations: &Deviations) -> Self {
        let unchecked = |it: &&Diagnostic| deviations.accept([it.clause]);
        let reported = self.diagnostics.iter().filter(|it| !unchecked(it));
        Self {
            diagnostics: reported.cloned().collect(),
            ..self.clone()
        }
    }

    /// The errors for which the definition is refused.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        let diagnostics = self.diagnostics.iter();
        diagnostics.filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether the reference refuses the definition.
    pub fn is_refused(&self) -> bool {
        self.errors().next().is_some()
    }
}

#[cfg(all(test, feature = "jsonata-js"))]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use stepproof_specs::{
        clause::{Aspect, Clause},
        deviation::Deviations,
        query::jsonata::Second,
        scenario::{
            case::{Body, ExecutionCase, Start},
            plan::Plan,
        },
    };

    use super::{Job, Lane, Prepared, prepare_body};
    use crate::second::nobody::Nobody;

    /// A job with one expression.
    fn job(expression: &str) -> Job {
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Output": format!("{{% {expression} %}}"), "End": true },
        } });
        let start = Start {
            input: json!({ "list": [3, 1], "s": "ab", "n": 2.5 }).into(),
            plan: Plan::default(),
        };
        let case = ExecutionCase::new(definition, vec![start]);
        match prepare_body(Body::Execution(case), Lane::Quiet) {
            Ok(Prepared::Execution(job)) => job,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_both_evaluators_say_is_not_in_doubt() {
        for expression in [
            "$spread($states.input)",
            "$contains($states.input.s, /B/i)",
            "$states.input.list^(>$)",
            "$formatNumber($states.input.n, '0.00')",
            "$range(1, 3, 1)",
            "$partition([1, 2, 3], 2)",
            "$parse('{\"a\": 1}') ~> $spread()",
            "$states.context.State.Name ~> $split('')",
        ] {
            let job = job(expression);
            let expected = &job.expectations[0];
            assert!(
                !expected.coverage.contains(Clause::JsonataUnsure),
                "{expression}"
            );
            assert!(
                !expected.coverage.contains(Clause::JsonataContested),
                "{expression}"
            );
            assert!(!expected.poisoned.contains(&Aspect::Output), "{expression}");
        }
    }

    #[test]
    fn nothing_follows_where_they_disagree_or_one_does_not_know() {
        for (expression, clause) in [
            ("$formatBase($states.input.n, 36)", Clause::JsonataContested),
            ("$now() ~> $length() ~> $string()", Clause::JsonataUnsure),
        ] {
            let expected = &job(expression).expectations[0];
            assert!(expected.coverage.contains(clause), "{expression}");
            assert!(expected.poisoned.contains(&Aspect::Output), "{expression}");
        }
    }

    #[test]
    fn what_the_original_does_not_know_is_in_doubt_on_any_engine() {
        let deviations = json!([{ "hook": { "jsonata": "$string" }, "change": { "set": null } }]);
        let deviations: Arc<Deviations> = Arc::new(serde_json::from_value(deviations).unwrap());
        for (expression, is_doubted) in [
            ("$now() ~> $length() ~> $string()", true),
            ("$formatNumber(1.5, '0.00') ~> $string()", false),
        ] {
            let under = job(expression).under(&deviations, 0).unwrap();
            let poisoned = &under.expectations[0].poisoned;
            assert_eq!(
                poisoned.contains(&Aspect::Output),
                is_doubted,
                "{expression}"
            );
        }
    }

    #[test]
    fn one_word_alone_is_not_taken_where_something_differs() {
        let nobody: Arc<dyn Second> = Arc::new(Nobody);
        let asked = |expression: &str| {
            let asked = job(expression).asking(&nobody).expect("a job");
            asked.expectations[0].poisoned.contains(&Aspect::Output)
        };
        assert!(asked("$sum($states.input.list)"));
        // Nobody evaluates anything here.
        assert!(!asked("$states.input.s"));
    }

    #[test]
    fn everything_is_asked_where_something_differs() {
        let plain = job("$sum($states.input.list)");
        let doubting = plain.doubting().expect("something to ask");
        assert_eq!(
            doubting.expectations[0].observation,
            plain.expectations[0].observation
        );
        assert!(doubting.expectations[0].poisoned.is_empty());
        let literal = job("1").doubting();
        assert!(literal.is_some());
    }
}
