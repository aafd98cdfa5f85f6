//! Properties of the final answer of an execution.

use serde_json::{Value, json};
use stepproof_specs::{
    clause::{Aspect, Basis},
    observation::Status,
};

use super::{Check, Property, Violation};
use crate::judge::{observe::NOT_JSON, policy::HistoryCompare};

pub(super) const PROPERTIES: &[Property] = &[
    Property {
        name: "output-without-success",
        sentence: "An execution has an output if it succeeded, and only then.",
        basis: Basis::Documented,
        source: "AWS API reference, DescribeExecution: output",
        clause: None,
        least: HistoryCompare::Ignore,
        violations: output,
    },
    Property {
        name: "error-without-failure",
        sentence: "An execution that succeeded has neither an error nor a cause.",
        basis: Basis::Documented,
        source: "AWS API reference, DescribeExecution: error, cause",
        clause: None,
        least: HistoryCompare::Ignore,
        violations: error,
    },
    Property {
        name: "no-json",
        sentence: "An output is a JSON text.",
        basis: Basis::Language,
        source: "States Language specification, \"Data\"",
        clause: None,
        least: HistoryCompare::Ignore,
        violations: json_text,
    },
];

fn output(check: &Check<'_>) -> Vec<Violation> {
    let succeeded = check.observation.status == Status::Succeeded;
    let has = check.observation.output.is_some();
    let violation = Violation {
        aspect: Aspect::Output,
        state: None,
        due: json!(succeeded.then_some("an output")),
        seen: json!(check.observation.output),
    };
    (succeeded != has)
        .then_some(violation)
        .into_iter()
        .collect()
}

fn error(check: &Check<'_>) -> Vec<Violation> {
    let observation = check.observation;
    let failure = observation.error.as_ref().or(observation.cause.as_ref());
    let failure = failure.filter(|_| observation.status == Status::Succeeded);
    let violation = |text| Violation {
        aspect: Aspect::Error,
        state: None,
        due: Value::Null,
        seen: json!(text),
    };
    failure.map(violation).into_iter().collect()
}

fn json_text(check: &Check<'_>) -> Vec<Violation> {
    let text = |output: &'_ Value| output.as_object()?.get(NOT_JSON).cloned();
    let output = check.observation.output.as_deref().and_then(text);
    let violation = |text| Violation {
        aspect: Aspect::Output,
        state: None,
        due: json!("a JSON text"),
        seen: text,
    };
    output.map(violation).into_iter().collect()
}
