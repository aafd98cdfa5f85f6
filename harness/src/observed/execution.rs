//! Prepares a recorded execution to be run: its machine, its start, its identity.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Machine, WorkflowType},
    base::{pointer::member, time::Instant},
    interpreter::Identity,
    reference::EPOCH,
    scenario::case::Start,
    validate::{refusal, validate},
};

use super::{Recording, compare::Divergence, plan};

/// The date since which executions can be redriven and have a `RedriveCount`.
const REDRIVE: &str = "2023-11-15";

/// A recorded execution, ready to be run.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub definition: Value,
    pub workflow: WorkflowType,
    pub machine: Arc<Machine>,
    pub start: Start,
    pub identity: Identity,
    pub at: Instant,
    pub client: Client,
}

/// What the client of a recording did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// It started the execution.
    Starts,
    /// It stopped the execution while it was waiting.
    Stops,
    /// It deleted the activity before it started the execution, so no task could be scheduled.
    DeletesActivity,
}

/// The workflow type of a recording.
pub(super) fn workflow(case: &Value) -> WorkflowType {
    match case["type"].as_str() {
        Some("EXPRESS") => WorkflowType::Express,
        _ => WorkflowType::Standard,
    }
}

/// Prepares a recorded execution. Refusing its definition is a divergence, because AWS accepted it.
pub(super) fn recorded(recording: &Recording) -> Result<Recorded, Divergence> {
    let case = &recording.case;
    let definition = case["definition"].clone();
    let workflow = workflow(case);
    let (machine, diagnostics) = validate(&definition, workflow);
    let machine = machine.ok_or_else(|| {
        let refusal = refusal(&diagnostics).unwrap_or_default();
        Divergence::refused(&refusal)
    })?;
    Divergence::of_definition(&definition, &machine.to_value())?;
    let clock = case["clock"].as_str().and_then(Instant::parse_rfc3339);
    Ok(Recorded {
        start: Start {
            input: input(case).into(),
            plan: plan::recorded(&definition, &case["tasks"]),
        },
        definition,
        workflow,
        machine: Arc::new(machine),
        identity: identity(case),
        at: clock.unwrap_or(EPOCH),
        client: client(case),
    })
}

/// The input of the execution: what the client gave. Where the history shows something else that is
/// not masked, a name was replaced in what the client gave.
fn input(case: &Value) -> Value {
    const SHOWN: &str = "/events/0/details/input";
    let masked = case["masked"].as_array().into_iter().flatten();
    let masked: Vec<&str> = masked.filter_map(Value::as_str).collect();
    let mut input = case["input"].clone();
    if let Some(shown) = case["expect"].pointer(SHOWN) {
        fill(&mut input, shown, SHOWN, &masked);
    }
    input
}

/// Takes over what the history shows, unless it is masked there.
fn fill(input: &mut Value, shown: &Value, at: &str, masked: &[&str]) {
    if masked.contains(&at) {
        return;
    }
    match (input, shown) {
        (Value::Object(input), Value::Object(shown)) if input.keys().eq(shown.keys()) => {
            for (key, value) in input {
                fill(value, &shown[key], &member(at, key), masked);
            }
        }
        (Value::Array(input), Value::Array(shown)) if input.len() == shown.len() => {
            for (n, (item, shown)) in input.iter_mut().zip(shown).enumerate() {
                fill(item, shown, &format!("{at}/{n}"), masked);
            }
        }
        (input, shown) => input.clone_from(shown),
    }
}

fn client(case: &Value) -> Client {
    if case["expect"]["status"] == "ABORTED" {
        Client::Stops
    } else if case["tasks"] == json!({}) && case["definition"].to_string().contains(":activity:") {
        Client::DeletesActivity
    } else {
        Client::Starts
    }
}

/// The identity of the recorded execution, in which names are placeholders.
fn identity(case: &Value) -> Identity {
    let express = case["type"] == "EXPRESS";
    let synchronous = case["expect"].get("sync_response").is_some();
    let validated = case["source"]["last_validated"].as_str().unwrap_or(REDRIVE);
    let arn = |rest: &str| format!("arn:aws:states:us-east-1:111111111111:{rest}").into();
    Identity {
        execution_arn: arn(if express {
            "express:<ArnPart_0idx>:<name>:<id>"
        } else {
            "execution:<ArnPart_0idx>:<ExecArnPart_0idx>"
        }),
        execution_name: "<ExecArnPart_0idx>".into(),
        role_arn: "arn:aws:iam::111111111111:role/recorded".into(),
        machine_arn: arn("stateMachine:<ArnPart_0idx>"),
        machine_name: "<ArnPart_0idx>".into(),
        redrive_count: (validated >= REDRIVE && !synchronous).then_some(0),
        entropy: 0,
    }
}
