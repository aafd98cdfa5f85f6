//! `TestState` against executions: a state that is tested by itself does what it did in the execution
//! that it is taken from. A task, branches and iterations then come to what they came to there.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value, json};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    asl::{
        Machine,
        StateType::{self, Choice, Fail, Pass, Succeed, Task, Wait},
    },
    base::time::Instant,
    deviation::Deviations,
    history::{Event, EventKind, Failure, Phase},
    interpreter::DATA_LIMIT,
    observation::Status,
    reference::simulate,
    scenario::case::{Body, ExecutionCase, Start},
    service::{Answer, Config, NOT_SIMULATED, Service, with_json},
    validate::validate,
};

/// How many cases of each profile are drawn.
const CASES: u64 = 300;
/// How long a state may take in a test, in milliseconds.
const LONGEST: u64 = 300_000;
/// What makes a state depend on the execution that it is in, or on chance.
const ELSEWHERE: [&str; 8] = [
    "$$", "context", "millis", "now", "random", "Random", "uuid", "UUID",
];

/// How many states were compared, by type.
#[derive(Debug, Default)]
struct Compared(HashMap<(StateType, &'static str), u32>);

impl Compared {
    fn count(&mut self, kind: StateType, how: &'static str) {
        *self.0.entry((kind, how)).or_default() += 1;
    }

    /// Whether every one of these was compared often.
    fn often(&self, kinds: &[(StateType, &'static str)]) {
        println!("{:?}", self.0);
        for kind in kinds {
            let count = self.0.get(kind).copied().unwrap_or_default();
            assert!(count >= 20, "{kind:?}: only {count} of {:?}", self.0);
        }
    }
}

/// A visit to an outermost state in an execution.
struct Visit<'h> {
    entered: &'h Event,
    kind: StateType,
    name: &'h str,
    /// From there on, up to the Exited event or the end of the execution.
    inside: &'h [Event],
    exited: Option<&'h Event>,
    next: Option<&'h str>,
    /// The variables before.
    variables: Map<String, Value>,
}

fn visits<'h>(machine: &Machine, history: &'h [Event]) -> Vec<Visit<'h>> {
    let mut visits = Vec::new();
    let mut variables = Map::new();
    let outer = |event: &'h Event| -> Option<&'h str> {
        let name = event.details.name.as_deref()?;
        machine.scope.states.contains_key(name).then_some(name)
    };
    for (at, entered) in history.iter().enumerate() {
        let (EventKind::Entered(kind), Some(name)) = (entered.kind, outer(entered)) else {
            continue;
        };
        let rest = &history[at + 1..];
        let exit = rest.iter().position(|event| {
            matches!(event.kind, EventKind::Exited(_)) && outer(event) == Some(name)
        });
        let exited = exit.map(|exit| &rest[exit]);
        let next = exit
            .and_then(|exit| rest.get(exit + 1))
            .filter(|event| matches!(event.kind, EventKind::Entered(_)));
        visits.push(Visit {
            entered,
            kind,
            name,
            inside: exit.map_or(rest, |exit| &rest[..exit]),
            exited,
            next: next.and_then(outer),
            variables: variables.clone(),
        });
        if let Some(assigned) = exited.and_then(|event| event.details.assigned.as_deref()) {
            variables.extend(assigned.clone());
        }
    }
    visits
}

/// The answer of `TestState` at a time; `None` if it needs what is not simulated.
fn tested(at: Instant, request: &Value) -> Option<Value> {
    let mut service = Service::new(Config::default(), Deviations::default());
    match service.call(&at, "TestState", request) {
        Ok(Answer::Now(answer)) => Some(answer),
        Ok(other) => panic!("{other:?}"),
        Err(error) if error.code == NOT_SIMULATED => None,
        Err(error) => panic!("{error}\n{request:#}"),
    }
}

/// The cause without the state and the event that executions put before it.
fn told(failure: &Failure, name: &str, entered: i64) -> Option<String> {
    let prefix = format!(
        "An error occurred while executing the state '{name}' (entered at the event id #{entered}). "
    );
    let cause = failure.cause.as_deref()?;
    Some(cause.strip_prefix(&prefix).unwrap_or(cause).to_owned())
}

fn text(value: &Value) -> Option<Value> {
    let text = value.to_string();
    (text.len() <= DATA_LIMIT).then(|| text.into())
}

impl Visit<'_> {
    /// The call that tests the state; `None` if it is too large.
    fn request(&self, definition: &Value) -> Option<Value> {
        let input = self.entered.details.input.as_deref()?;
        let mut request = json!({"definition": definition.to_string(), "stateName": self.name,
            "input": text(input)?, "inspectionLevel": "DEBUG"});
        if !self.variables.is_empty() {
            request["variables"] = text(&Value::Object(self.variables.clone()))?;
        }
        Some(request)
    }

    /// Checks the answer to the test of the state's last attempt.
    fn check_end(&self, answer: &Value, request: &Value) -> &'static str {
        let told_of = || format!("{answer:#}\n{request:#}");
        let Some(exited) = self.exited else {
            let ended = self.inside.last().expect("an execution ends with an event");
            let failure = ended
                .details
                .failure
                .as_deref()
                .cloned()
                .unwrap_or_default();
            let cause = told(&failure, self.name, self.entered.id);
            assert_eq!(answer["status"], "FAILED", "{}", told_of());
            assert_eq!(
                answer["error"].as_str(),
                failure.error.as_deref(),
                "{}",
                told_of()
            );
            assert_eq!(answer["cause"].as_str(), cause.as_deref(), "{}", told_of());
            assert_eq!(answer.get("output"), None);
            return "failed";
        };
        let output: Value =
            serde_json::from_str(answer["output"].as_str().unwrap_or("\"none\"")).expect("JSON");
        assert_eq!(
            Some(&output),
            exited.details.output.as_deref(),
            "{}",
            told_of()
        );
        assert_eq!(answer["nextState"].as_str(), self.next, "{}", told_of());
        let failed = |event: &Event| {
            matches!(
                event.kind,
                EventKind::Work(_, Phase::Failed) | EventKind::EvaluationFailed
            )
        };
        let is_caught = self.inside.last().is_some_and(failed);
        let status = if is_caught {
            "CAUGHT_ERROR"
        } else {
            "SUCCEEDED"
        };
        assert_eq!(answer["status"], status, "{}", told_of());
        let mut variables = self.variables.clone();
        variables.extend(
            exited
                .details
                .assigned
                .as_deref()
                .cloned()
                .unwrap_or_default(),
        );
        let shown = answer["inspectionData"]["variables"].as_str();
        let shown: Value = serde_json::from_str(shown.unwrap_or("{}")).expect("JSON");
        assert_eq!(shown, Value::Object(variables), "{}", told_of());
        if is_caught { "caught" } else { "left" }
    }

    /// Compares a state that calls nothing.
    fn check_plain(&self, definition: &Value, compared: &mut Compared) {
        let Some(request) = self.request(definition) else {
            return;
        };
        let Some(answer) = tested(self.entered.at, &request) else {
            return;
        };
        let until = self
            .exited
            .or(self.inside.last())
            .map_or(self.entered.at, |it| it.at);
        if until.since(self.entered.at) > LONGEST {
            assert_eq!(answer["error"], "States.Timeout", "{answer}\n{request}");
            return compared.count(self.kind, "timeout");
        }
        if self
            .inside
            .iter()
            .any(|event| event.kind == EventKind::ExecutionTimedOut)
        {
            return;
        }
        compared.count(self.kind, self.check_end(&answer, &request));
    }

    /// Compares every attempt of a task.
    fn check_task(&self, definition: &Value, state: &Value, compared: &mut Compared) {
        let Some(mut request) = self.request(definition) else {
            return;
        };
        let is_out = |event: &Event| match event.kind {
            EventKind::ExecutionTimedOut | EventKind::EvaluationFailed => true,
            EventKind::Work(_, phase) => phase == Phase::TimedOut,
            _ => false,
        };
        if self.inside.iter().any(is_out) {
            return;
        }
        let ends: Vec<(usize, &Event)> = self
            .inside
            .iter()
            .enumerate()
            .filter(|(_, it)| {
                matches!(
                    it.kind,
                    EventKind::Work(_, Phase::Succeeded | Phase::Failed)
                )
            })
            .collect();
        let mut used: HashMap<u64, u64> = HashMap::new();
        for (at, end) in &ends {
            let Some(mock) = mocked(end) else {
                return;
            };
            request["mock"] = mock;
            request["stateConfiguration"] = json!({"retrierRetryCount": 0});
            let Some(mut answer) = tested(end.at, &request) else {
                return;
            };
            let retrier = answer["inspectionData"]["errorDetails"]["retryIndex"].as_u64();
            let before = retrier.map_or(0, |it| used.get(&it).copied().unwrap_or_default());
            if before > 0 {
                request["stateConfiguration"] = json!({"retrierRetryCount": before});
                answer = tested(end.at, &request).expect("an answer");
            }
            let again = self.inside[at + 1..]
                .iter()
                .find(|it| matches!(it.kind, EventKind::Work(_, Phase::Scheduled)));
            let Some(again) = again else {
                compared.count(self.kind, self.check_end(&answer, &request));
                continue;
            };
            assert_eq!(answer["status"], "RETRIABLE", "{answer:#}\n{request:#}");
            *used.entry(retrier.expect("a retrier")).or_default() += 1;
            let delay = &answer["inspectionData"]["errorDetails"]["retryBackoffIntervalSeconds"];
            if !state["Retry"].to_string().contains("FULL") {
                let seconds = (again.at.since(end.at) as f64 / 1_000.0).round();
                assert_eq!(delay.as_f64(), Some(seconds), "{answer:#}\n{request:#}");
            }
            compared.count(self.kind, "retried");
        }
    }
}

/// The mock for how an attempt ended; `None` if the API has none.
fn mocked(end: &Event) -> Option<Value> {
    if let Some(failure) = end.details.failure.as_deref() {
        let error = failure.error.as_deref()?;
        let mut output = json!({"error": error});
        if let Some(cause) = &failure.cause {
            output["cause"] = (**cause).into();
        }
        return Some(json!({"errorOutput": output}));
    }
    let result = text(end.details.output.as_deref()?)?;
    Some(json!({"result": result, "fieldValidationMode": "NONE"}))
}

/// Calls with every execution of drawn cases: the case, its machine, and what happened.
fn for_each_execution(seed: u64, mut happened: impl FnMut(&ExecutionCase, &Machine, &[Event])) {
    for profile in Profile::all() {
        for index in 0..CASES {
            let Body::Execution(case) = generate(&profile, seed, index).body else {
                continue;
            };
            let (machine, _) = validate(&case.definition, case.workflow);
            let machine = Arc::new(machine.expect("a valid machine"));
            for start in &case.starts {
                if let Ok(expectation) = simulate(&machine, &case, start) {
                    let history = expectation.observation.history.unwrap_or_default();
                    happened(&case, &machine, &history);
                }
            }
        }
    }
}

fn depends_on_more(state: &Value) -> bool {
    let text = state.to_string();
    ELSEWHERE.iter().any(|word| text.contains(word))
}

#[test]
fn a_tested_state_does_what_it_did_in_the_execution() {
    let mut compared = Compared::default();
    for_each_execution(41, |case, machine, history| {
        for visit in visits(machine, history) {
            let state = &case.definition["States"][visit.name];
            if depends_on_more(state) {
                continue;
            }
            match visit.kind {
                StateType::Parallel | StateType::Map => {}
                StateType::Task => visit.check_task(&case.definition, state, &mut compared),
                _ => visit.check_plain(&case.definition, &mut compared),
            }
        }
    });
    compared.often(&[
        (Pass, "left"),
        (Choice, "left"),
        (Wait, "left"),
        (Succeed, "left"),
        (Fail, "failed"),
        (Task, "left"),
        (Task, "retried"),
        (Task, "caught"),
        (Task, "failed"),
    ]);
}

/// A state with branches or iterations, all of which only pass something on, as a machine of its own.
fn alone(state: &Value, language: Option<&Value>) -> Value {
    let is_jsonata = language.is_some_and(|it| it == "JSONata");
    let mut state = state.clone();
    let fields = state.as_object_mut().expect("a state");
    for field in ["Next", "Catch", "Retry"] {
        fields.remove(field);
    }
    fields.insert("End".to_owned(), true.into());
    if let Some(branches) = fields.get_mut("Branches").and_then(Value::as_array_mut) {
        for (index, branch) in branches.iter_mut().enumerate() {
            let name = format!("I{index}");
            let field = if is_jsonata { "Output" } else { "Result" };
            let pass = json!({"Type": "Pass", field: index, "End": true});
            *branch = json!({"StartAt": name, "States": {name: pass}});
        }
    }
    for field in ["ItemProcessor", "Iterator"] {
        if let Some(processor) = fields.get_mut(field) {
            processor["StartAt"] = "I".into();
            processor["States"] = json!({"I": {"Type": "Pass", "End": true}});
        }
    }
    let mut machine = json!({"StartAt": "A", "States": {"A": state}});
    if let Some(language) = language {
        machine["QueryLanguage"] = language.clone();
    }
    machine
}

impl Visit<'_> {
    /// Compares a state whose branches or iterations only pass something on: run as a machine of its own,
    /// and tested with what they come to there.
    fn check_children(&self, case: &ExecutionCase, state: &Value, compared: &mut Compared) {
        let definition = alone(state, case.definition.get("QueryLanguage"));
        let Some(machine) = validate(&definition, case.workflow).0.map(Arc::new) else {
            return;
        };
        let input = self.entered.details.input.clone().expect("an input");
        let start = Start::unplanned(input.clone());
        let whole = ExecutionCase::new(definition.clone(), vec![start.clone()]);
        let ran = simulate(&machine, &whole, &start)
            .expect("it ends")
            .observation;
        let history = ran.history.unwrap_or_default();
        let began = history
            .iter()
            .any(|it| matches!(it.kind, EventKind::Started(_)));
        if self.kind == StateType::Parallel && !began {
            // What branches are given is not looked at if they are not started.
            return;
        }
        let results = results(&history);
        let (Some(input), Some(result)) = (text(&input), text(&results)) else {
            return;
        };
        let request = json!({"definition": definition.to_string(), "stateName": "A", "input": input,
            "mock": {"result": result}, "inspectionLevel": "DEBUG"});
        let Some(answer) = tested(self.entered.at, &request).map(with_json) else {
            return;
        };
        let told_of = || format!("{answer:#}\n{request:#}");
        if ran.status != Status::Succeeded {
            let failure = Failure {
                error: ran.error.as_deref().map(Into::into),
                cause: ran.cause.as_deref().map(Into::into),
            };
            assert_eq!(answer["status"], "FAILED", "{}", told_of());
            assert_eq!(
                answer["error"].as_str(),
                ran.error.as_deref(),
                "{}",
                told_of()
            );
            let expected = told(&failure, "A", 2);
            assert_eq!(
                answer["cause"].as_str(),
                expected.as_deref(),
                "{}",
                told_of()
            );
            return compared.count(self.kind, "failed");
        }
        assert_eq!(answer.get("output"), ran.output.as_deref(), "{}", told_of());
        compared.count(self.kind, "left");
        let data = &answer["inspectionData"];
        if let Some(inputs) = data.get("afterItemSelector").or(data.get("afterItemsPath")) {
            assert_eq!(*inputs, results, "{}", told_of());
            compared.count(self.kind, "items");
        }
    }
}

/// What the branches or iterations of the machine's state came to, in their order.
fn results(history: &[Event]) -> Value {
    let left = |event: &&Event| matches!(event.kind, EventKind::Exited(_));
    let mut results: Vec<(u64, Value)> = history
        .iter()
        .filter(left)
        .filter_map(|event| {
            let place = event.details.name.as_deref()?.strip_prefix('I')?;
            let output = event.details.output.as_deref().cloned();
            Some((
                place.parse().unwrap_or_default(),
                output.unwrap_or_default(),
            ))
        })
        .collect();
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn what_branches_and_iterations_come_to_leads_on_as_in_the_execution() {
    let mut compared = Compared::default();
    for_each_execution(42, |case, machine, history| {
        for visit in visits(machine, history) {
            let state = &case.definition["States"][visit.name];
            let has_children = matches!(visit.kind, StateType::Parallel | StateType::Map);
            if has_children && !depends_on_more(state) {
                visit.check_children(case, state, &mut compared);
            }
        }
    });
    compared.often(&[
        (StateType::Parallel, "left"),
        (StateType::Map, "left"),
        (StateType::Map, "items"),
    ]);
}
