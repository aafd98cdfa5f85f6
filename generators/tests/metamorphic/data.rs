//! Data flow: data may be shaped before a state, in it, or behind it.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_generators::Profile;
use stepproof_specs::{clause::Aspect, history::EventKind};

use crate::{
    flow::replace_made,
    law::{Drawn, Law, Twin},
    spots::{MADE, Spot, is, lacks, spots},
};

pub const LAWS: &[Law] = &[
    Law {
        name: "InputPath is a Pass before",
        profile: Profile::flow,
        share: 20,
        open: &[],
        rewrite: input_path_before,
        spoil: |twin| replace_made(&mut twin.definition, "InputPath", &json!("$")),
    },
    Law {
        name: "Parameters are a Pass before",
        profile: Profile::flow,
        share: 30,
        open: &[],
        rewrite: parameters_before,
        spoil: |twin| replace_made(&mut twin.definition, "Parameters", &json!({})),
    },
    Law {
        name: "ResultSelector is a Pass behind",
        profile: Profile::flow,
        share: 10,
        open: &[],
        rewrite: selector_behind,
        spoil: |twin| replace_made(&mut twin.definition, "Parameters", &json!({})),
    },
    Law {
        name: "OutputPath is a Pass behind",
        profile: Profile::flow,
        share: 30,
        open: &[],
        rewrite: output_path_behind,
        spoil: |twin| replace_made(&mut twin.definition, "OutputPath", &json!("$")),
    },
    Law {
        name: "a literal Result is Parameters",
        profile: Profile::flow,
        share: 10,
        open: &[],
        rewrite: result_as_parameters,
        spoil: |twin| {
            for spot in spots(&twin.definition) {
                spot.fields(&mut twin.definition).shift_remove("Parameters");
            }
        },
    },
    Law {
        name: "a task that echoes is a Pass",
        profile: Profile::flow,
        share: 25,
        open: &[],
        rewrite: echo_as_pass,
        spoil: |twin| {
            for spot in spots(&twin.definition) {
                spot.fields(&mut twin.definition).shift_remove("ResultPath");
            }
        },
    },
    Law {
        name: "what is assigned can be assigned behind",
        profile: Profile::variables,
        share: 30,
        open: &[],
        rewrite: assign_behind,
        spoil: |twin| replace_made(&mut twin.definition, "Assign", &json!({})),
    },
    Law {
        name: "a Pass can assign apart",
        profile: Profile::variables,
        share: 50,
        open: &[],
        rewrite: assign_apart,
        spoil: |twin| replace_made(&mut twin.definition, "Result", &json!("lost")),
    },
    Law {
        name: "OutputPath of a Choice is a Pass behind each rule",
        profile: Profile::choice,
        share: 15,
        open: &[],
        rewrite: choice_output_behind,
        spoil: |twin| replace_made(&mut twin.definition, "OutputPath", &json!("$")),
    },
    Law {
        name: "dots are brackets",
        profile: Profile::flow,
        share: 80,
        // Not compared: a cause quotes the path as written.
        open: &[Aspect::Cause],
        rewrite: bracketed,
        spoil: |twin| {
            for spot in spots(&twin.definition) {
                if let Some(path) = spot.fields(&mut twin.definition).get_mut("ResultPath") {
                    *path = json!("$['elsewhere']");
                }
            }
        },
    },
    Law {
        name: "a field that nobody reads is in no one's way",
        profile: Profile::flow,
        share: 30,
        // Not compared: a cause may quote the whole input.
        open: &[Aspect::Cause],
        rewrite: unread_field,
        spoil: |twin| {
            let input = Arc::make_mut(&mut twin.start.input).as_object_mut();
            input
                .expect("an object")
                .retain(|key, _| key.contains(MADE));
        },
    },
    Law {
        name: "what no state replaces comes out",
        profile: Profile::smoke,
        share: 15,
        open: &[Aspect::Cause],
        rewrite: passed_through,
        spoil: |twin| twin.start.input = json!({}).into(),
    },
];

fn fitting(drawn: &Drawn, fits: impl Fn(&Value) -> bool) -> Option<Spot> {
    let spots = spots(&drawn.definition).into_iter();
    drawn.pick(
        spots
            .filter(|spot| fits(spot.state(&drawn.definition)))
            .collect(),
    )
}

/// Whether nothing that follows the state depends on its raw input: it has neither `ResultPath` nor
/// `Catch`.
fn drops_raw_input(state: &Value) -> bool {
    lacks(state, &["ResultPath", "Catch"])
}

/// Whether a template gives the same result in another state.
fn is_of_no_state(template: &Value) -> bool {
    !template.to_string().contains("$$.State")
}

/// A twin in which the events of this state are not compared, because its data is shaped elsewhere.
fn apart(drawn: &Drawn, spot: &Spot) -> Twin {
    let mut twin = drawn.twin();
    twin.view.aside.push(spot.name.clone());
    twin
}

/// Moves fields of a state to a new Pass, under other names.
fn take(spot: &Spot, definition: &mut Value, fields: &[(&str, &str)]) -> Value {
    let mut made = json!({ "Type": "Pass" });
    for (field, other) in fields {
        if let Some(value) = spot.fields(definition).shift_remove(*field) {
            made[*other] = value;
        }
    }
    made
}

fn input_path_before(drawn: &Drawn) -> Option<Twin> {
    let spot = fitting(drawn, |it| {
        !lacks(it, &["InputPath"]) && drops_raw_input(it)
    })?;
    let mut twin = apart(drawn, &spot);
    let made = take(&spot, &mut twin.definition, &[("InputPath", "InputPath")]);
    spot.put_before(&mut twin.definition, made);
    Some(twin)
}

fn parameters_before(drawn: &Drawn) -> Option<Twin> {
    let spot = fitting(drawn, |it| {
        is(it, &["Pass", "Task", "Parallel"])
            && !lacks(it, &["Parameters"])
            && lacks(it, &["Retry"])
            && is_of_no_state(&it["Parameters"])
            && drops_raw_input(it)
    })?;
    let mut twin = apart(drawn, &spot);
    let fields = [("InputPath", "InputPath"), ("Parameters", "Parameters")];
    let made = take(&spot, &mut twin.definition, &fields);
    spot.put_before(&mut twin.definition, made);
    Some(twin)
}

fn selector_behind(drawn: &Drawn) -> Option<Twin> {
    let spot = fitting(drawn, |it| {
        !lacks(it, &["ResultSelector"])
            && lacks(it, &["Retry", "Assign"])
            && is_of_no_state(&it["ResultSelector"])
            && drops_raw_input(it)
    })?;
    let mut twin = apart(drawn, &spot);
    let fields = [
        ("ResultSelector", "Parameters"),
        ("OutputPath", "OutputPath"),
    ];
    let made = take(&spot, &mut twin.definition, &fields);
    spot.put_behind(&mut twin.definition, made);
    Some(twin)
}

fn output_path_behind(drawn: &Drawn) -> Option<Twin> {
    let leads_on = |it: &Value| !lacks(it, &["Next", "End"]);
    let spot = fitting(drawn, |it| !lacks(it, &["OutputPath"]) && leads_on(it))?;
    let mut twin = apart(drawn, &spot);
    let made = take(&spot, &mut twin.definition, &[("OutputPath", "OutputPath")]);
    spot.put_behind(&mut twin.definition, made);
    Some(twin)
}

fn result_as_parameters(drawn: &Drawn) -> Option<Twin> {
    let spot = fitting(drawn, |it| {
        it["Result"].is_object()
            && !it["Result"].to_string().contains(".$\":")
            && lacks(it, &["Parameters"])
    })?;
    let mut twin = drawn.twin();
    let fields = spot.fields(&mut twin.definition);
    let result = fields.shift_remove("Result")?;
    fields.insert("Parameters".into(), result);
    Some(twin)
}

/// Only tasks without handlers and without `ResultSelector`, which a Pass does not have.
fn echo_as_pass(drawn: &Drawn) -> Option<Twin> {
    let plan = &drawn.start.plan;
    let spots = spots(&drawn.definition).into_iter().filter(|spot| {
        let state = spot.state(&drawn.definition);
        is(state, &["Task"])
            && lacks(state, &["Retry", "Catch", "ResultSelector"])
            && lacks(state, &["TimeoutSecondsPath", "HeartbeatSecondsPath"])
            && !state.to_string().contains("RetryCount")
            && !plan.sites.contains_key(spot.site().as_str())
    });
    let spot = drawn.pick(spots.collect())?;
    let mut twin = drawn.twin();
    twin.view.silent.push(spot.site());
    let fields = spot.fields(&mut twin.definition);
    for field in [
        "Resource",
        "TimeoutSeconds",
        "HeartbeatSeconds",
        "Credentials",
    ] {
        fields.shift_remove(field);
    }
    fields.insert("Type".into(), json!("Pass"));
    Some(twin)
}

/// Whether a template reads only literals, variables and the context object.
fn reads_no_data(template: &Value) -> bool {
    let text = template.to_string().replace("$$", "");
    !["$.", "$[", "$\"", "$,", "$)", "$ "]
        .iter()
        .any(|read| text.replace(".$\":", "").contains(read))
}

/// Whether the execution fails at its own data: where Assign fails, it matters what comes before it.
fn fails_itself(drawn: &Drawn) -> bool {
    let error = drawn.expectation.observation.error.as_deref();
    error.is_some_and(|error| error.starts_with("States."))
}

fn assign_behind(drawn: &Drawn) -> Option<Twin> {
    if fails_itself(drawn) {
        return None;
    }
    let spot = fitting(drawn, |it| {
        it["Type"] != "Choice"
            && !lacks(it, &["Assign"])
            && reads_no_data(&it["Assign"])
            && is_of_no_state(&it["Assign"])
    })?;
    let mut twin = drawn.twin();
    let made = take(&spot, &mut twin.definition, &[("Assign", "Assign")]);
    spot.put_behind(&mut twin.definition, made);
    Some(twin)
}

/// Adds a Pass before the state that has the same result, assigns from it and discards it. The
/// state itself must not read variables: they are assigned earlier now.
fn assign_apart(drawn: &Drawn) -> Option<Twin> {
    if fails_itself(drawn) {
        return None;
    }
    let reads_variables = |it: &Value| {
        let text = it.to_string();
        let mut after = text.split('$').skip(1);
        after.any(|rest| rest.starts_with(|it: char| it.is_ascii_alphabetic()))
    };
    let without_assign = |it: &Value| {
        let mut state = it.clone();
        state["Assign"] = Value::Null;
        state
    };
    let spot = fitting(drawn, |it| {
        is(it, &["Pass"])
            && !lacks(it, &["Assign"])
            && !reads_variables(&without_assign(it))
            && is_of_no_state(it)
    })?;
    let mut twin = apart(drawn, &spot);
    let assign = take(&spot, &mut twin.definition, &[("Assign", "Assign")]);
    let mut made = spot.state(&twin.definition).clone();
    let fields = made.as_object_mut()?;
    for field in ["OutputPath", "End", "Next"] {
        fields.shift_remove(field);
    }
    fields.insert("ResultPath".into(), Value::Null);
    fields.insert("Assign".into(), assign["Assign"].clone());
    spot.put_before(&mut twin.definition, made);
    Some(twin)
}

fn choice_output_behind(drawn: &Drawn) -> Option<Twin> {
    let spot = fitting(drawn, |it| {
        is(it, &["Choice"]) && !lacks(it, &["OutputPath"])
    })?;
    let mut twin = apart(drawn, &spot);
    let fields = spot.fields(&mut twin.definition);
    let path = fields.shift_remove("OutputPath")?;
    let mut made = Vec::new();
    let mut behind = |target: &mut Value| {
        let name = format!("{}{}", spot.name, MADE.to_string().repeat(made.len() + 1));
        let state = json!({ "Type": "Pass", "OutputPath": path, "Next": *target });
        *target = json!(name);
        made.push((name, state));
    };
    fields.get_mut("Default").map(&mut behind);
    for rule in fields["Choices"].as_array_mut()? {
        behind(&mut rule["Next"]);
    }
    for (name, state) in made {
        spot.add(&mut twin.definition, &name, state);
    }
    Some(twin)
}

fn bracketed(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    bracket(&mut twin.definition);
    (twin.definition != drawn.definition).then_some(twin)
}

/// Rewrites all paths of a definition; the literals of `Result` are left alone.
fn bracket(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members.iter_mut().filter(|(key, _)| *key != "Result") {
                match value.as_str() {
                    Some(path)
                        if key.ends_with(".$") || key.ends_with("Path") || key == "Variable" =>
                    {
                        *value = json!(in_brackets(path).unwrap_or_else(|| path.to_owned()));
                    }
                    _ => bracket(value),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(bracket),
        _ => {}
    }
}

/// `$.a.b` as `$['a']['b']`; `None` for a path with other steps.
fn in_brackets(path: &str) -> Option<String> {
    let plain = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || it == '_')
    };
    let names: Vec<&str> = path.strip_prefix("$.")?.split('.').collect();
    let steps = names.iter().map(|name| format!("['{name}']"));
    names
        .iter()
        .all(|name| plain(name))
        .then(|| format!("${}", steps.collect::<String>()))
}

/// The name of a field that no path mentions. Fields with such a name are not compared.
const UNREAD: &str = "unread·";

/// Operators and functions that read every field, or turn a whole value into a string.
const READS_ALL: [&str; 8] = [
    "..",
    "*",
    "[?",
    "States.JsonToString",
    "States.Format",
    "States.Hash",
    "States.Base64Encode",
    "States.ArrayContains",
];

/// Adds a field to the input.
fn unread_field(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    let input = Arc::make_mut(&mut twin.start.input).as_object_mut()?;
    if input.is_empty() || drawn.mentions(&READS_ALL) {
        return None;
    }
    input.insert(UNREAD.into(), json!({ "a": [1, null] }));
    Some(twin)
}

/// Whether a state keeps all of its input in its output.
fn keeps_input(state: &Value) -> bool {
    let is_added = |it: &Value| {
        let path = it["ResultPath"].as_str();
        !lacks(it, &["ResultPath"]) && path.is_none_or(|path| path.starts_with("$."))
    };
    let result = match state["Type"].as_str() {
        Some("Pass") => lacks(state, &["Parameters", "Result"]) || is_added(state),
        Some("Task" | "Map" | "Parallel") => is_added(state),
        _ => true,
    };
    let mut catchers = state["Catch"].as_array().into_iter().flatten();
    result && lacks(state, &["InputPath", "OutputPath"]) && catchers.all(is_added)
}

/// A field of the input passes through every state that is entered, and is in the output unchanged.
fn passed_through(drawn: &Drawn) -> Option<Twin> {
    let mut twin = unread_field(drawn)?;
    let observation = &drawn.expectation.observation;
    let entered = observation.history.iter().flatten().filter_map(|event| {
        let is_entry = matches!(event.kind, EventKind::Entered(_));
        event.details.name.as_deref().filter(|_| is_entry)
    });
    let states = &drawn.definition["States"];
    let mut roots = entered.filter_map(|name| states.get(name));
    if observation.output.is_none() || !roots.all(keeps_input) {
        return None;
    }
    twin.gains
        .insert(UNREAD.into(), twin.start.input[UNREAD].clone());
    Some(twin)
}
