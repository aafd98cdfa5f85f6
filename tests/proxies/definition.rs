//! Rules that are broken in what an emulator reads: the definition is another one when it arrives.

use serde_json::{Map, Value};
use stepproof_specs::asl::walk;

// An emulator that reads a definition otherwise makes something else of the call that creates it.
use super::{Rule, heard as read};

type State = Map<String, Value>;

pub(super) const RULES: &[Rule] = &[
    read(
        "nested-not",
        "A Not inside of And, Or or Not is dropped: what it negates is asked.",
        "choice",
        |operation, call| {
            each_state(operation, call, |_, state| {
                each_of(state, "Choices", |rule| {
                    for inner in rule.values_mut() {
                        drop_not(inner);
                    }
                });
            });
        },
    ),
    read(
        "index-from-one",
        "The index of a Map's item counts from 1.",
        "map",
        |operation, call| {
            each_template(operation, call, &mut |path| {
                *path = path.replace("$$.Map.Item.Index", "States.MathAdd($$.Map.Item.Index, 1)");
            });
        },
    ),
    read(
        "item-value-wrapped",
        "The value of a Map's item is put into an array.",
        "map",
        |operation, call| {
            each_template(operation, call, &mut |path| {
                if path == "$$.Map.Item.Value" {
                    *path = format!("States.Array({path})");
                }
            });
        },
    ),
    read(
        "execution-input",
        "$$.Execution.Input in a template is the input of the state.",
        "data",
        |operation, call| {
            each_template(operation, call, &mut |path| {
                *path = path.replace("$$.Execution.Input", "$");
            });
        },
    ),
    read(
        "nested-templates",
        "Fields ending in .$ count only at the top of a template.",
        "data",
        |operation, call| {
            each_state(operation, call, |_, state| {
                for field in TEMPLATES {
                    let fields = state.get_mut(field).and_then(Value::as_object_mut);
                    for value in fields.into_iter().flat_map(Map::values_mut) {
                        literal(value);
                    }
                }
            });
        },
    ),
    read(
        "first-error-name",
        "Only the first name in ErrorEquals counts.",
        "retry",
        |operation, call| {
            each_handler(operation, call, |_, handler| {
                let names = handler.get_mut("ErrorEquals");
                if let Some(names) = names.and_then(Value::as_array_mut) {
                    names.truncate(1);
                }
            });
        },
    ),
    read(
        "no-attempts",
        "MaxAttempts 0 counts as absent.",
        "retry",
        |operation, call| {
            each_handler(operation, call, |_, handler| {
                if handler.get("MaxAttempts").is_some_and(|it| *it == 0) {
                    handler.shift_remove("MaxAttempts");
                }
            });
        },
    ),
    read(
        "interval-clamped",
        "No retry waits for longer than 2 seconds.",
        "retry",
        |operation, call| {
            each_handler(operation, call, |field, handler| {
                if field == "Retry" {
                    let interval = handler.get("IntervalSeconds").and_then(Value::as_u64);
                    let longest = 2_u64;
                    handler.insert("MaxDelaySeconds".into(), longest.into());
                    // An interval has to be shorter than the longest delay.
                    if interval.is_some_and(|it| it >= longest) {
                        handler.insert("IntervalSeconds".into(), 1.into());
                        handler.insert("BackoffRate".into(), 2.0.into());
                    }
                }
            });
        },
    ),
    read(
        "wait-clamped",
        "No state waits for longer than 1 second.",
        "waits",
        |operation, call| {
            each_state(operation, call, |_, state| {
                if let Some(seconds) = state.get_mut("Seconds")
                    && seconds.as_u64() > Some(1)
                {
                    *seconds = 1.into();
                }
            });
        },
    ),
    read(
        "fail-by-name",
        "A Fail state without an error fails with its own name.",
        "errors",
        |operation, call| {
            each_state(operation, call, |name, state| {
                let silent = !state.contains_key("Error") && !state.contains_key("ErrorPath");
                if silent && is(state, "Fail") {
                    state.insert("Error".into(), name.into());
                }
            });
        },
    ),
    read(
        "fail-cause-prefixed",
        "The cause of a Fail state begins with its error.",
        "errors",
        |operation, call| {
            each_state(operation, call, |_, state| {
                let text = |field: &str| state.get(field).and_then(Value::as_str);
                if is(state, "Fail")
                    && let (Some(error), Some(cause)) = (text("Error"), text("Cause"))
                {
                    let told = format!("{error}: {cause}");
                    state.insert("Cause".into(), told.into());
                }
            });
        },
    ),
    read(
        "result-path-last-step",
        "Of a ResultPath with several steps only the last one counts.",
        "data",
        |operation, call| {
            each_state(operation, call, |_, state| {
                let path = state.get("ResultPath").and_then(Value::as_str);
                let last = path.and_then(|it| it.rsplit_once('.')).map(|it| it.1);
                let plain = |it: &&str| it.chars().all(char::is_alphanumeric);
                if let Some(last) = last.filter(plain).map(|it| format!("$.{it}")) {
                    state.insert("ResultPath".into(), last.into());
                }
            });
        },
    ),
    read(
        "inner-output-path",
        "OutputPath of a state inside of a Parallel or a Map is ignored.",
        "everything",
        |operation, call| {
            each_inner(operation, call, |state| {
                state.shift_remove("OutputPath");
            });
        },
    ),
];

/// The fields of a state that are templates.
const TEMPLATES: [&str; 3] = ["Parameters", "ResultSelector", "ItemSelector"];

/// Changes a definition on its way.
fn definition(operation: &str, call: &mut Value, change: impl FnOnce(&mut Value)) {
    let is_told = ["CreateStateMachine", "ValidateStateMachineDefinition"].contains(&operation);
    let read = call["definition"].as_str().filter(|_| is_told);
    if let Some(mut machine) = read.and_then(|it| serde_json::from_str(it).ok()) {
        change(&mut machine);
        call["definition"] = Value::to_string(&machine).into();
    }
}

/// Changes every state, given its name.
fn each_state(operation: &str, call: &mut Value, mut change: impl FnMut(&str, &mut State)) {
    definition(operation, call, |machine| {
        walk::for_each_state_mut(machine, |path, state| change(&path.name, state));
    });
}

/// Changes every state inside of another one.
fn each_inner(operation: &str, call: &mut Value, mut change: impl FnMut(&mut State)) {
    definition(operation, call, |machine| {
        walk::for_each_state_mut(machine, |path, state| {
            if !path.scope.path.is_empty() {
                change(state);
            }
        });
    });
}

/// Changes every object in a list of a state.
fn each_of(state: &mut State, field: &str, mut change: impl FnMut(&mut State)) {
    let all = state.get_mut(field).and_then(Value::as_array_mut);
    let all = all.into_iter().flatten();
    all.filter_map(Value::as_object_mut).for_each(&mut change);
}

/// Changes every retrier and every catcher, given the field that holds it.
fn each_handler(operation: &str, call: &mut Value, mut change: impl FnMut(&str, &mut State)) {
    each_state(operation, call, |_, state| {
        for field in ["Retry", "Catch"] {
            each_of(state, field, |handler| change(field, handler));
        }
    });
}

/// Changes every path and every call in a template of a state.
fn each_template(operation: &str, call: &mut Value, change: &mut dyn FnMut(&mut String)) {
    each_state(operation, call, |_, state| {
        for field in TEMPLATES {
            if let Some(template) = state.get_mut(field) {
                each_path(template, change);
            }
        }
    });
}

fn each_path(template: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match template {
        Value::Array(all) => all.iter_mut().for_each(|it| each_path(it, change)),
        Value::Object(all) => {
            for (name, value) in all {
                match value {
                    Value::String(path) if name.ends_with(".$") => change(path),
                    value => each_path(value, change),
                }
            }
        }
        _ => {}
    }
}

fn is(state: &State, kind: &str) -> bool {
    state.get("Type").is_some_and(|it| it == kind)
}

/// Replaces every object that negates another one by that.
fn drop_not(value: &mut Value) {
    while let Some(negated) = value.get_mut("Not") {
        *value = negated.take();
    }
    match value {
        Value::Array(all) => all.iter_mut().for_each(drop_not),
        Value::Object(all) => all.values_mut().for_each(drop_not),
        _ => {}
    }
}

/// Takes paths for text.
fn literal(template: &mut Value) {
    match template {
        Value::Array(all) => all.iter_mut().for_each(literal),
        Value::Object(all) => {
            let fields = std::mem::take(all).into_iter();
            let fields = fields.map(|(name, mut value)| {
                literal(&mut value);
                (name.trim_end_matches(".$").to_owned(), value)
            });
            *all = fields.collect();
        }
        _ => {}
    }
}
