//! Names and positions of states.

use serde_json::{Map, Value, json};
use stepproof_generators::Profile;
use stepproof_specs::{asl::text, scenario::plan::Plan};

use crate::{
    law::{Drawn, Law, Twin},
    seen::NEW,
    spots::{MADE, Spot, each_target, is, lacks, spots},
};

pub const LAWS: &[Law] = &[
    Law {
        name: "names of states mean nothing",
        profile: Profile::everything,
        share: 65,
        open: &[],
        rewrite: renamed,
        // A mistake: the plan is lost.
        spoil: |twin| twin.start.plan = Plan::default(),
    },
    Law {
        name: "an identity Pass changes nothing",
        profile: Profile::everything,
        share: 85,
        open: &[],
        rewrite: identity_pass,
        spoil: |twin| {
            let field = if is_jsonata(&twin.definition) {
                "Output"
            } else {
                "Result"
            };
            replace_made(&mut twin.definition, field, &json!("lost"));
        },
    },
    Law {
        name: "a machine is its only branch",
        profile: Profile::everything,
        share: 80,
        open: &[],
        rewrite: machine_as_branch,
        spoil: |twin| {
            replace_made(&mut twin.definition, "OutputPath", &json!("$"));
            replace_made(
                &mut twin.definition,
                "Output",
                &json!("{% $states.result %}"),
            );
        },
    },
    Law {
        name: "a state is its only branch",
        profile: Profile::parallel,
        share: 50,
        open: &[],
        rewrite: state_as_branch,
        spoil: |twin| replace_made(&mut twin.definition, "OutputPath", &json!("$")),
    },
    Law {
        name: "the order of fields means nothing",
        profile: Profile::everything,
        share: 85,
        open: &[],
        rewrite: |drawn| Some(reversed_fields(drawn)),
        spoil: |twin| reverse_rules(&mut twin.definition),
    },
    Law {
        name: "YAML says the same as JSON",
        profile: Profile::everything,
        share: 85,
        open: &[],
        rewrite: |drawn| Some(by_yaml(drawn)),
        spoil: |twin| read_as_text(&mut twin.definition),
    },
    Law {
        name: "the same start goes the same way twice",
        profile: Profile::everything,
        share: 85,
        open: &[],
        rewrite: |drawn| Some(drawn.twin()),
        spoil: |twin| twin.start.plan = Plan::default(),
    },
];

/// A mistake: literals become strings.
fn read_as_text(definition: &mut Value) {
    for spot in spots(definition) {
        if let Some(result) = spot.fields(definition).get_mut("Result") {
            *result = json!(result.to_string());
        }
    }
}

/// Whether states that do not say otherwise are in JSONata.
fn is_jsonata(definition: &Value) -> bool {
    definition["QueryLanguage"] == "JSONata"
}

/// A mistake: a field of the added states has another value.
pub fn replace_made(definition: &mut Value, field: &str, value: &Value) {
    for spot in spots(definition) {
        let state = spot.state(definition);
        let has_it = is(state, &["Pass"]) || !lacks(state, &[field]);
        if spot.name.contains(MADE) && has_it {
            let fields = spot.fields(definition);
            fields.insert(field.to_owned(), value.clone());
        }
    }
}

/// A mistake: reverses handlers and rules too, whose order matters.
fn reverse_rules(definition: &mut Value) {
    for spot in spots(definition) {
        let fields = spot.fields(definition);
        for rules in ["Choices", "Retry", "Catch"] {
            if let Some(rules) = fields.get_mut(rules).and_then(Value::as_array_mut) {
                rules.reverse();
            }
        }
    }
}

fn renamed(drawn: &Drawn) -> Option<Twin> {
    if drawn.mentions(&["$$.State.Name", "$states.context.State.Name"]) {
        return None;
    }
    let mut twin = drawn.twin();
    for spot in spots(&drawn.definition).into_iter().rev() {
        rename(&mut twin.definition, &spot, &NEW.to_string());
    }
    let sites = twin.start.plan.sites.into_iter().map(|(site, rules)| {
        let parts = site.split('/').map(|part| match part.parse::<usize>() {
            Ok(_) => part.to_owned(),
            Err(_) => format!("{part}{NEW}"),
        });
        (parts.collect::<Vec<_>>().join("/").into(), rules)
    });
    twin.start.plan.sites = sites.collect();
    Some(twin)
}

/// Appends a suffix to the name of a state.
pub fn rename(definition: &mut Value, spot: &Spot, suffix: &str) {
    let name = format!("{}{suffix}", spot.name);
    let scope = spot.around(definition);
    each_target(scope, &mut |target| {
        if *target == *spot.name {
            *target = json!(name);
        }
    });
    let states = scope["States"].as_object_mut().expect("states");
    if let Some(state) = states.shift_remove(&spot.name) {
        states.insert(name, state);
    }
}

fn identity_pass(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    let spot = drawn.pick(spots(&drawn.definition))?;
    spot.put_before(&mut twin.definition, json!({ "Type": "Pass" }));
    Some(twin)
}

fn machine_as_branch(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    let fields = twin.definition.as_object_mut()?;
    let branch: Map<String, Value> = ["StartAt", "States"]
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), fields.shift_remove(field)?)))
        .collect();
    let name = format!("All{MADE}");
    fields.insert("StartAt".into(), json!(name));
    let mut state = json!({ "Type": "Parallel", "Branches": [branch], "End": true });
    if is_jsonata(&drawn.definition) {
        state["Output"] = json!("{% $states.result[0] %}");
    } else {
        state["OutputPath"] = json!("$[0]");
    }
    fields.insert("States".into(), json!({ &name: state }));
    move_sites(&mut twin, "", &format!("{name}/0/"), |_| true);
    Some(twin)
}

/// Wraps a state in a Parallel with one branch. The state keeps its `Retry`; its `Catch` moves to
/// the Parallel.
fn state_as_branch(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    let fits = |spot: &Spot| {
        let state = spot.state(&drawn.definition);
        !lacks(state, &["Next", "End"]) && lacks(state, &["Assign"])
    };
    let spot = drawn.pick(spots(&drawn.definition).into_iter().filter(fits).collect())?;
    let made = spot.made();
    let mut state = spot.state(&drawn.definition).clone();
    if !lacks(&state, &["Catch"]) {
        // The Parallel catches instead, so the state itself is not left.
        twin.view.aside.push(spot.name.clone());
    }
    let mut around = json!({ "Type": "Parallel", "OutputPath": "$[0]" });
    let fields = state.as_object_mut()?;
    for field in ["Next", "End", "Catch"] {
        if let Some(value) = fields.shift_remove(field) {
            around[field] = value;
        }
    }
    fields.insert("End".into(), json!(true));
    around["Branches"] = json!([{ "StartAt": spot.name, "States": { &spot.name: state } }]);
    let scope = spot.around(&mut twin.definition);
    let states = scope["States"].as_object_mut()?;
    states.shift_remove(&spot.name);
    states.insert(made.clone(), around);
    each_target(scope, &mut |target| {
        if *target == *spot.name {
            *target = json!(made);
        }
    });
    // Inside the branch, the state that starts it keeps its own name.
    scope["States"][&made]["Branches"][0]["StartAt"] = json!(spot.name);
    let site = spot.site();
    let inside = |it: &str| it == site || it.starts_with(&format!("{site}/"));
    let prefix = spot.beside("");
    move_sites(
        &mut twin,
        &prefix,
        &format!("{}/0/", spot.beside(&made)),
        inside,
    );
    Some(twin)
}

/// Moves the plans of the sites that `moves` selects from one prefix to another.
fn move_sites(twin: &mut Twin, from: &str, to: &str, moves: impl Fn(&str) -> bool) {
    let sites = std::mem::take(&mut twin.start.plan.sites).into_iter();
    let sites = sites.map(|(site, rules)| match site.strip_prefix(from) {
        Some(rest) if moves(&site) => (format!("{to}{rest}").into(), rules),
        _ => (site, rules),
    });
    twin.start.plan.sites = sites.collect();
    twin.view.moved.push((to.to_owned(), from.to_owned()));
}

/// Fields whose value is data, so that the order of its members is visible.
const DATA: [&str; 8] = [
    "Parameters",
    "Result",
    "ResultSelector",
    "ItemSelector",
    "Assign",
    "Output",
    "Arguments",
    "Items",
];

fn reversed_fields(drawn: &Drawn) -> Twin {
    let mut twin = drawn.twin();
    reverse(&mut twin.definition);
    twin
}

fn reverse(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let reversed = std::mem::take(members).into_iter().rev();
            *members = reversed.collect();
            for (key, value) in members.iter_mut() {
                if !DATA.contains(&key.as_str()) {
                    reverse(value);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(reverse),
        _ => {}
    }
}

fn by_yaml(drawn: &Drawn) -> Twin {
    let mut twin = drawn.twin();
    let mut yaml = String::new();
    write_yaml(&drawn.definition, 0, &mut yaml);
    twin.definition = text::from_text(&yaml).expect("YAML").to_value();
    twin
}

/// Writes YAML in block style, with quoted keys, and with scalars as in JSON.
fn write_yaml(value: &Value, depth: usize, yaml: &mut String) {
    let line = |yaml: &mut String| {
        yaml.push('\n');
        yaml.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                line(yaml);
                yaml.push_str(&format!("{}: ", json!(key)));
                write_yaml(value, depth + 1, yaml);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for element in elements {
                line(yaml);
                yaml.push_str("- ");
                write_yaml(element, depth + 1, yaml);
            }
        }
        scalar => yaml.push_str(&scalar.to_string()),
    }
}
