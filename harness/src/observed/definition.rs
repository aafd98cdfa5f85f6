//! Compares the service model with recorded answers about definitions, and about what comes with them.

use serde_json::{Map, Value};
use stepproof_specs::clause::Aspect;

use super::{
    Outcome, Recording,
    compare::{Answers, Divergence},
    world::World,
};

/// A role in place of a recording's placeholder for one.
const ROLE: &str = "arn:aws:iam::111111111111:role/recorded";
/// The text in a refusal that says that a log group does not exist.
const NO_LOG_GROUP: &str = "Log Destination not found";

/// Compares the refusal of `CreateStateMachine` or `UpdateStateMachine`.
pub(super) fn creation(recording: &Recording) -> Outcome {
    let expected = named(&recording.case["expect"]["create_error"]);
    let params = params(recording);
    let mut world = World::default();
    set_up(&mut world, &params, &expected);
    let operation = match recording.kind() {
        "update_state_machine" => "UpdateStateMachine",
        _ => "CreateStateMachine",
    };
    let answer = world.call(operation, &params);
    let answers = Answers::new(recording);
    outcome(answers.error("/expect/create_error", &expected, &answer))
}

/// Compares the answer of `ValidateStateMachineDefinition`.
pub(super) fn validation(recording: &Recording) -> Outcome {
    let answers = Answers::new(recording);
    let expected = &recording.case["expect"]["response"];
    let answer = World::default().call("ValidateStateMachineDefinition", &params(recording));
    outcome(match answer {
        Ok(seen) => answers.answer("/expect/response", expected, &seen, false),
        Err(error) => Err(Answers::refused("/expect/response", &error)),
    })
}

/// Makes the world be as a refusal says that it is.
fn set_up(world: &mut World, params: &Value, refusal: &Value) {
    if refusal["code"] == "StateMachineAlreadyExists" {
        // Another text, and so another machine.
        let mut other = params.clone();
        let definition = params["definition"].as_str().unwrap_or_default();
        other["definition"] = format!("{definition} ").into();
        // If this fails, the comparison will.
        let _ = world.call("CreateStateMachine", &other);
    }
    let message = refusal["message"].as_str().unwrap_or_default();
    if message.contains(NO_LOG_GROUP) {
        let destinations = params["loggingConfiguration"]["destinations"].as_array();
        for destination in destinations.into_iter().flatten() {
            let group = &destination["cloudWatchLogsLogGroup"]["logGroupArn"];
            world.lose_log_group(group.as_str().unwrap_or_default());
        }
    }
}

/// The parameters of the recorded call.
fn params(recording: &Recording) -> Value {
    let case = &recording.case;
    let mut params = named(&case["params"]);
    if !params.is_object() {
        params = Value::Object(Map::new());
    }
    let definition = match case["definition_text"].as_str() {
        Some(text) => text.to_owned(),
        None => case["definition"].to_string(),
    };
    params["definition"] = definition.into();
    if let Some(role) = params.get_mut("roleArn").filter(|role| !is_arn(role)) {
        *role = ROLE.into();
    }
    if params["type"].is_null() && case["type"] == "EXPRESS" {
        params["type"] = "EXPRESS".into();
    }
    params
}

fn is_arn(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("arn:"))
}

/// The same with names in place of placeholders: no name has angle brackets.
fn named(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace(['<', '>'], "").into(),
        Value::Array(items) => items.iter().map(named).collect(),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(members.map(|(key, it)| (key.clone(), named(it))).collect())
        }
        other => other.clone(),
    }
}

fn outcome(compared: Result<(), Divergence>) -> Outcome {
    match compared {
        Ok(()) => Outcome::Agreed([Aspect::Acceptance].into_iter().collect()),
        Err(divergence) => Outcome::diverged([], divergence),
    }
}
