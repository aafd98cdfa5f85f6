//! The answer of `TestState`: how the state ended, and at the higher levels which data it had on the
//! way. What is shown depends on the type of the state and on its query language.

use serde_json::{Map, Value, json};

use super::{Subject, request::Level};
use crate::{
    asl::{QueryLanguage, StateType},
    interpreter::{End, Seen, Step, Tried},
};

/// Renders the answer.
pub(super) fn answer(tried: &Tried, subject: &Subject, input: &Value, level: Level) -> Value {
    let (status, output, next) = match &tried.end {
        End::Left(output, next) => ("SUCCEEDED", Some(output), next.as_ref()),
        End::Caught(output, next) => ("CAUGHT_ERROR", Some(output), Some(next)),
        End::Retried => ("RETRIABLE", None, None),
        End::Failed | End::Waits => ("FAILED", None, None),
    };
    let mut answer = json!({ "status": status });
    if let Some(output) = output {
        answer["output"] = output.to_string().into();
    }
    if let Some(next) = next {
        answer["nextState"] = (**next).into();
    }
    if let Some(error) = &tried.failure.error {
        answer["error"] = (**error).into();
    }
    if let Some(cause) = &tried.failure.cause {
        answer["cause"] = (**cause).into();
    }
    // What more there is at the highest level is about requests over HTTP, which a mock replaces.
    match level {
        Level::Info => {}
        Level::Debug | Level::Trace => {
            answer["inspectionData"] = inspection(tried, subject, input);
        }
    }
    answer
}

/// The answer with JSON where the API has text: the output, and the data after each step.
#[must_use]
pub fn with_json(mut answer: Value) -> Value {
    let parse = |value: &mut Value| {
        let json = value.as_str().map(serde_json::from_str);
        if let Some(Ok(json)) = json {
            *value = json;
        }
    };
    if let Some(output) = answer.get_mut("output") {
        parse(output);
    }
    let data = answer.get_mut("inspectionData");
    if let Some(data) = data.and_then(Value::as_object_mut) {
        data.values_mut().for_each(parse);
    }
    answer
}

fn inspection(tried: &Tried, subject: &Subject, input: &Value) -> Value {
    let seen = &tried.seen;
    let (kind, language) = (subject.state.kind(), subject.state.flow.language());
    let mut data = Map::new();
    let mut show = |name: &str, value: Value| data.insert(name.to_owned(), value);
    show("input", input.to_string().into());
    for step in shown(kind, language, seen) {
        if let Some(made) = seen.steps.get(step) {
            show(field(*step, language), made.to_string().into());
        }
    }
    if (kind, language) == (StateType::Fail, QueryLanguage::JsonPath) {
        // It has no InputPath, but it is shown (recorded).
        show("afterInputPath", input.to_string().into());
    }
    let numbers = [
        ("maxConcurrency", seen.max_concurrency.map(Value::from)),
        (
            "toleratedFailureCount",
            seen.tolerated_count.map(Value::from),
        ),
        (
            "toleratedFailurePercentage",
            seen.tolerated_percentage.map(Value::from),
        ),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            show(name, number);
        }
    }
    if let Some(details) = error_details(tried) {
        show("errorDetails", details);
    }
    if !tried.variables.is_empty() {
        show(
            "variables",
            Value::Object(tried.variables.clone()).to_string().into(),
        );
    }
    Value::Object(data)
}

/// The steps of a state's data flow that are shown, if they were made. Recorded for most; Wait and
/// Succeed are taken to be like Choice. Of a Map in JSONPath the documentation names the fields; its
/// input is taken to be like that of a Parallel, which is not shown.
fn shown(kind: StateType, language: QueryLanguage, seen: &Seen) -> &'static [Step] {
    use QueryLanguage::{JsonPath, Jsonata};
    use Step::{
        Arguments, Batches, Effective, Items, Pointed, Result, ResultPlaced, ResultSelected,
        Selected,
    };
    match (kind, language) {
        // What a literal result replaces is not shown.
        (StateType::Pass, JsonPath) if seen.steps.contains_key(&Result) => {
            &[Result, ResultSelected, ResultPlaced]
        }
        (StateType::Pass, JsonPath) => &[Effective, Arguments, ResultSelected, ResultPlaced],
        (StateType::Task, JsonPath) => {
            &[Effective, Arguments, Result, ResultSelected, ResultPlaced]
        }
        (StateType::Parallel, JsonPath) => &[ResultSelected, ResultPlaced],
        (StateType::Map, JsonPath) => &[
            Pointed,
            Items,
            Selected,
            Batches,
            ResultSelected,
            ResultPlaced,
        ],
        (_, JsonPath) => &[Effective],
        (StateType::Task, Jsonata) => &[Arguments, Result],
        (StateType::Map, Jsonata) => &[Pointed, Selected, Batches],
        (_, Jsonata) => &[],
    }
}

/// The name of the field that shows a step.
fn field(step: Step, language: QueryLanguage) -> &'static str {
    match (step, language) {
        (Step::Effective, _) => "afterInputPath",
        (Step::Arguments, QueryLanguage::JsonPath) => "afterParameters",
        (Step::Arguments, QueryLanguage::Jsonata) => "afterArguments",
        (Step::Pointed, _) => "afterItemsPointer",
        (Step::Items, _) => "afterItemsPath",
        (Step::Selected, _) => "afterItemSelector",
        (Step::Batches, _) => "afterItemBatcher",
        (Step::Result, _) => "result",
        (Step::ResultSelected, _) => "afterResultSelector",
        (Step::ResultPlaced, _) => "afterResultPath",
    }
}

/// Which handlers an error was for; a retrier also if it had no attempts left.
fn error_details(tried: &Tried) -> Option<Value> {
    let seen = &tried.seen;
    let mut details = Map::new();
    if let Some(index) = seen.catcher {
        details.insert("catchIndex".to_owned(), index.into());
    }
    if let Some(index) = seen.retrier {
        details.insert("retryIndex".to_owned(), index.into());
    }
    if let (Some(delay), End::Retried) = (seen.delay, &tried.end) {
        let whole = delay.round() as u64;
        details.insert("retryBackoffIntervalSeconds".to_owned(), whole.into());
    }
    (!details.is_empty()).then_some(Value::Object(details))
}
