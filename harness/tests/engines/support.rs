//! Handwritten cases: jobs from a definition and its inputs, and the tasks and machines they are made of.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof::job::{Job, Lane};
use stepproof_specs::{
    reference::simulate,
    scenario::{
        case::{ExecutionCase, Start},
        plan::Plan,
    },
    validate::validate,
};

/// A prepared case with one start.
pub fn job(definition: Value, input: Value, plan: &Value) -> Job {
    starts(definition, &[(input, plan)])
}

/// A prepared case.
pub fn starts(definition: Value, starts: &[(Value, &Value)]) -> Job {
    let plan = |plan: &Value| -> Plan { serde_json::from_value(plan.clone()).unwrap() };
    let starts = starts.iter().map(|(input, planned)| Start {
        input: input.clone().into(),
        plan: plan(planned),
    });
    let case = ExecutionCase {
        entropy: 1,
        ..ExecutionCase::new(definition, starts.collect())
    };
    let (machine, diagnostics) = validate(&case.definition, case.workflow);
    let machine = Arc::new(machine.unwrap_or_else(|| panic!("{diagnostics:?}")));
    let starts = case.starts.iter();
    let expectations: Vec<_> = starts
        .map(|start| simulate(&machine, &case, start).unwrap())
        .collect();
    Job::new(Arc::new(case), machine, expectations, Lane::Throughput)
}

/// The ARN of an activity, as cases write it.
pub fn activity(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:activity:{name}")
}

/// A task that ends its scope, with additional fields.
pub fn task(name: &str, fields: Value) -> Value {
    let mut task = json!({"Type": "Task", "Resource": activity(name), "End": true});
    let Value::Object(fields) = fields else {
        panic!("fields are an object");
    };
    task.as_object_mut().unwrap().extend(fields);
    task
}

/// A machine or a branch with a single state `W`.
pub fn only(state: &Value) -> Value {
    json!({"StartAt": "W", "States": {"W": state}})
}

/// A Parallel of a task and a Map, after a retried task.
pub fn everything() -> Job {
    let retry = json!([{"ErrorEquals": ["Boom"], "IntervalSeconds": 1, "MaxAttempts": 2}]);
    let each = json!({"StartAt": "V", "States": {"V": task("each", json!({}))}});
    let definition = json!({"StartAt": "First", "States": {
        "First": {
            "Type": "Task", "Resource": activity("first"), "Retry": retry,
            "ResultPath": "$.first", "Next": "Fan",
        },
        "Fan": {
            "Type": "Parallel", "End": true, "Branches": [
                only(&task("left", json!({"HeartbeatSeconds": 10, "TimeoutSeconds": 60}))),
                {"StartAt": "Each", "States": {"Each": {
                    "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": each,
                    "MaxConcurrency": 2, "End": true,
                }}},
            ],
        },
    }});
    let boom = json!({"fail": {"error": "Boom", "cause": "once"}});
    let plan = json!({
        "First": [{"attempts_below": 1, "reply": boom}, {"reply": {"succeed": {"n": 7}}}],
        "Fan/0/W": [{"reply": "echo", "after": 2000, "heartbeats": [500, 1000]}],
    });
    job(definition, json!({"items": [1, 2, 3]}), &plan)
}
