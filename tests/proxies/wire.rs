//! Rules that are broken on the wire: in what a client sends, or in what it gets back.

use serde_json::{Map, Value, json};

use super::{Rule, heard};

const DESCRIBE: &str = "DescribeExecution";
const HISTORY: &str = "GetExecutionHistory";

/// A rule that an emulator breaks in its answers.
const fn told(
    name: &'static str,
    sentence: &'static str,
    profile: &'static str,
    answer: fn(&str, &mut Value),
) -> Rule {
    Rule {
        name,
        sentence,
        profile,
        call: None,
        answer: Some(answer),
    }
}

pub(super) const RULES: &[Rule] = &[
    told(
        "output-whole-numbers",
        "Fractions in an execution's output are cut to whole numbers.",
        "data",
        |operation, answer| outputs(operation, answer, &mut |output| scalars(output, &whole)),
    ),
    told(
        "output-singletons",
        "An array of one element in an execution's output is replaced by the element.",
        "data",
        |operation, answer| outputs(operation, answer, &mut unwrap),
    ),
    told(
        "output-without-nulls",
        "Members that are null are left out of an execution's output.",
        "data",
        |operation, answer| outputs(operation, answer, &mut drop_nulls),
    ),
    told(
        "output-ascii",
        "Characters outside of ASCII become question marks in an execution's output.",
        "data",
        |operation, answer| outputs(operation, answer, &mut ascii),
    ),
    told(
        "null-output",
        "DescribeExecution leaves out an output that is null.",
        "data",
        |operation, answer| {
            if operation == DESCRIBE && answer["output"] == "null" {
                remove(answer, "output");
            }
        },
    ),
    told(
        "error-prefix",
        "Names of errors are told without their prefix 'States.'.",
        "errors",
        |operation, answer| {
            members(operation, answer, "error", &mut |error| {
                if let Some(name) = error.strip_prefix("States.") {
                    *error = name.to_owned();
                }
            });
        },
    ),
    told(
        "cause-cut",
        "Causes are cut to 64 characters.",
        "errors",
        |operation, answer| {
            members(operation, answer, "cause", &mut |cause| {
                *cause = cause.chars().take(64).collect();
            });
        },
    ),
    told(
        "timed-out",
        "An execution that timed out is told to have failed.",
        "everything",
        |operation, answer| {
            if operation == DESCRIBE && answer["status"] == "TIMED_OUT" {
                answer["status"] = "FAILED".into();
            }
        },
    ),
    told(
        "event-renamed",
        "WaitStateExited is told as PassStateExited.",
        "waits",
        |operation, answer| {
            for event in events(operation, answer).into_iter().flatten() {
                if event["type"] == "WaitStateExited" {
                    event["type"] = "PassStateExited".into();
                }
            }
        },
    ),
    told(
        "events-swapped",
        "ParallelStateStarted comes before ParallelStateEntered.",
        "parallel",
        |operation, answer| {
            if let Some(events) = events(operation, answer) {
                swap(events, "ParallelStateEntered", "ParallelStateStarted");
            }
        },
    ),
    told(
        "event-without-input",
        "A StateEntered event has no input.",
        "flow",
        |operation, answer| {
            for event in events(operation, answer).into_iter().flatten() {
                if let Some(details) = event.pointer_mut("/stateEnteredEventDetails") {
                    remove(details, "input");
                }
            }
        },
    ),
    told(
        "history-one-page",
        "A history ends after 15 events.",
        "flow",
        |operation, answer| {
            if let Some(events) = events(operation, answer) {
                events.truncate(15);
                remove(answer, "nextToken");
            }
        },
    ),
    told(
        "task-numbers-as-text",
        "Numbers in the input of a task arrive as strings.",
        "errors",
        |operation, answer| {
            if operation == "GetActivityTask" {
                payload(answer, "/input", |input| scalars(input, &text));
            }
        },
    ),
    told(
        "task-input-without-nulls",
        "Members that are null are left out of the input of a task.",
        "errors",
        |operation, answer| {
            if operation == "GetActivityTask" {
                payload(answer, "/input", drop_nulls);
            }
        },
    ),
    heard(
        "start-without-nulls",
        "Members that are null are left out of an execution's input.",
        "data",
        |operation, call| {
            if operation == "StartExecution" {
                payload(call, "/input", drop_nulls);
            }
        },
    ),
    heard(
        "failure-renamed",
        "Whatever a worker reports, a task fails with Lambda.AWSLambdaException.",
        "errors",
        |operation, call| {
            if operation == "SendTaskFailure" && call["error"].is_string() {
                call["error"] = "Lambda.AWSLambdaException".into();
            }
        },
    ),
    heard(
        "failure-without-cause",
        "The cause that a worker reports is lost.",
        "errors",
        |operation, call| {
            if operation == "SendTaskFailure" {
                remove(call, "cause");
            }
        },
    ),
    heard(
        "result-in-payload",
        "The result of a task that is no object is put into one, as its Payload.",
        "errors",
        |operation, call| {
            if operation == "SendTaskSuccess" {
                payload(call, "/output", |result| {
                    if !result.is_object() {
                        *result = json!({ "Payload": result });
                    }
                });
            }
        },
    ),
    heard(
        "result-null",
        "A task whose result is null has the result {}.",
        "errors",
        |operation, call| {
            if operation == "SendTaskSuccess" && call["output"] == "null" {
                call["output"] = "{}".into();
            }
        },
    ),
];

/// Changes the output of an execution, wherever it is told.
fn outputs(operation: &str, answer: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    if operation == DESCRIBE {
        payload(answer, "/output", &mut *change);
    }
    for event in events(operation, answer).into_iter().flatten() {
        let output = "/executionSucceededEventDetails/output";
        payload(event, output, &mut *change);
    }
}

/// Changes JSON that travels as a string, if it is there.
fn payload(message: &mut Value, pointer: &str, change: impl FnOnce(&mut Value)) {
    let Some(text) = message.pointer_mut(pointer) else {
        return;
    };
    let read = text.as_str().and_then(|it| serde_json::from_str(it).ok());
    if let Some(mut value) = read {
        change(&mut value);
        *text = Value::to_string(&value).into();
    }
}

/// The events of a history, if the answer is one.
fn events<'a>(operation: &str, answer: &'a mut Value) -> Option<&'a mut Vec<Value>> {
    let events = answer["events"].as_array_mut();
    events.filter(|_| operation == HISTORY)
}

/// Changes every string of this name in a description or a history, outside of payloads.
fn members(operation: &str, answer: &mut Value, name: &str, change: &mut dyn FnMut(&mut String)) {
    if [DESCRIBE, HISTORY].contains(&operation) {
        named(answer, name, change);
    }
}

fn named(value: &mut Value, name: &str, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|it| named(it, name, change)),
        Value::Object(all) => {
            for (key, value) in all {
                match value {
                    Value::String(text) if key == name => change(text),
                    value => named(value, name, change),
                }
            }
        }
        _ => {}
    }
}

fn remove(value: &mut Value, name: &str) {
    if let Some(members) = value.as_object_mut() {
        members.shift_remove(name);
    }
}

/// Puts an event before its predecessor, where they are of these kinds.
fn swap(events: &mut [Value], first: &str, second: &str) {
    for at in 1..events.len() {
        let (before, after) = (at - 1, at);
        let found = events[before]["type"] == first && events[after]["type"] == second;
        if found && events[after]["previousEventId"] == events[before]["id"] {
            for key in ["id", "previousEventId"] {
                let kept = events[before][key].take();
                events[before][key] = events[after][key].take();
                events[after][key] = kept;
            }
            events.swap(before, after);
        }
    }
}

/// Changes every value that is neither an array nor an object.
fn scalars(value: &mut Value, change: &dyn Fn(&mut Value)) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|it| scalars(it, change)),
        Value::Object(all) => all.values_mut().for_each(|it| scalars(it, change)),
        scalar => change(scalar),
    }
}

fn whole(value: &mut Value) {
    if let Some(fraction) = value.as_f64().filter(|it| it.fract() != 0.0) {
        *value = (fraction as i64).into();
    }
}

fn text(value: &mut Value) {
    if value.is_number() {
        *value = value.to_string().into();
    }
}

fn unwrap(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(unwrap),
        Value::Object(all) => all.values_mut().for_each(unwrap),
        _ => {}
    }
    if let Value::Array(all) = value
        && all.len() == 1
    {
        *value = all.remove(0);
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(drop_nulls),
        Value::Object(all) => {
            all.retain(|_, value| !value.is_null());
            all.values_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}

fn ascii(value: &mut Value) {
    let plain = |text: &str| text.replace(|it: char| !it.is_ascii(), "?");
    match value {
        Value::String(text) => *text = plain(text),
        Value::Array(all) => all.iter_mut().for_each(ascii),
        Value::Object(all) => {
            let all = std::mem::take(all).into_iter();
            let all: Map<String, Value> = all
                .map(|(name, mut value)| {
                    ascii(&mut value);
                    (plain(&name), value)
                })
                .collect();
            *value = Value::Object(all);
        }
        _ => {}
    }
}
