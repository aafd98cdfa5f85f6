//! The interpreter against recordings of AWS: executions in JSONPath whose tasks are activities or
//! integrations with recorded outcomes.
//!
//! `STEPPROOF_OBSERVED` names the folder; without it the test says that it was skipped.

#[path = "observed/compare.rs"]
mod compare;
#[path = "observed/plan.rs"]
mod plan;

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use serde_json::{Value, json};
use stepproof_specs::{
    case::Start,
    execution::Identity,
    machine::Machine,
    simulate::{EPOCH, SimulationError, simulate_as},
    time::Instant,
};

/// How many recordings agree at least; raised as the interpreter learns.
const AGREED: usize = 625;

const ACTIVITY: &str = "arn:aws:states:us-east-1:111111111111:activity:recorded";

/// What came of the recordings of an area.
#[derive(Default)]
struct Tally {
    agreed: usize,
    unsupported: BTreeMap<String, usize>,
    diverged: Vec<String>,
}

#[test]
fn recorded_executions_are_reproduced() {
    let Some(folder) = std::env::var_os("STEPPROOF_OBSERVED") else {
        println!("skipped: STEPPROOF_OBSERVED does not name a folder of recordings");
        return;
    };
    let mut areas: BTreeMap<String, Tally> = BTreeMap::new();
    for file in files(Path::new(&folder)) {
        let case: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let area = file.parent().and_then(Path::file_name).unwrap_or_default();
        let tally = areas.entry(area.to_string_lossy().into()).or_default();
        match judge(&case) {
            Judged::Skipped => {}
            Judged::Agreed => tally.agreed += 1,
            Judged::Unsupported(why) => *tally.unsupported.entry(why).or_default() += 1,
            Judged::Diverged(how) => tally.diverged.push(format!("{}: {how}", case["id"])),
        }
    }
    for (area, tally) in &areas {
        if tally.agreed + tally.unsupported.len() > 0 {
            println!(
                "{area}: {} agreed, unsupported {:?}",
                tally.agreed, tally.unsupported
            );
        }
    }
    let agreed: usize = areas.values().map(|tally| tally.agreed).sum();
    let diverged: Vec<String> = areas
        .into_values()
        .flat_map(|tally| tally.diverged)
        .collect();
    println!("{agreed} agreed");
    assert!(
        diverged.is_empty(),
        "{} diverged:\n{}",
        diverged.len(),
        diverged.join("\n")
    );
    assert!(agreed >= AGREED, "only {agreed} recordings agree");
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_in(&path));
        }
    }
    files.sort();
    files
}

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a readable folder").flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect()
}

/// What came of one recording.
enum Judged {
    /// It is not about an execution, or is not complete.
    Skipped,
    Agreed,
    Unsupported(String),
    Diverged(String),
}

fn judge(case: &Value) -> Judged {
    let has_tag = |tag: &str| {
        case["tags"]
            .as_array()
            .is_some_and(|tags| tags.contains(&json!(tag)))
    };
    if case.get("kind").is_some() || case["expect"]["status"].is_null() {
        return Judged::Skipped;
    }
    // That a client deleted an activity before the execution is not simulated.
    let deleted =
        case["definition"].to_string().contains("activity_arn") && case["tasks"] == json!({});
    if deleted {
        return Judged::Skipped;
    }
    if has_tag("unverified") || case.get("needs").is_some() {
        return Judged::Skipped;
    }
    let mut case = case.clone();
    place_activities(&mut case);
    let case = &case;
    let definition = case["definition"].clone();
    let machine = match Machine::from_value(&definition) {
        Ok(machine) => Arc::new(machine),
        Err(diagnostics) => return Judged::Diverged(format!("refused: {diagnostics:?}")),
    };
    // Some recordings hide other parts of the input in the history than beside it.
    let shown = case["expect"]["events"][0]["details"].get("input");
    let start = Start {
        input: shown.unwrap_or(&case["input"]).clone(),
        plan: plan::recorded(&definition, &case["tasks"]),
    };
    let clock = case["clock"].as_str().and_then(Instant::parse_rfc3339);
    let seen = if case["expect"]["status"] == "ABORTED" {
        compare::stopped(&machine, identity(case), start.input)
    } else {
        simulate_as(&machine, &identity(case), &start, clock.unwrap_or(EPOCH))
    };
    match seen {
        Err(SimulationError::Unsupported(unsupported)) => Judged::Unsupported(unsupported.feature),
        Err(error) => Judged::Diverged(error.to_string()),
        Ok(seen) => match compare::compare(case, &seen) {
            Ok(()) => Judged::Agreed,
            Err(difference) => Judged::Diverged(difference),
        },
    }
}

/// Since when executions can be redriven, and have a `RedriveCount`.
const REDRIVE: &str = "2023-11-15";

/// Who ran the recorded execution: names are placeholders.
fn identity(case: &Value) -> Identity {
    let express = case["type"] == "EXPRESS";
    let synchronous = case["expect"].get("sync_response").is_some();
    let recorded = case["source"]["last_validated"].as_str().unwrap_or(REDRIVE);
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
        redrive_count: (recorded >= REDRIVE && !synchronous).then_some(0),
        entropy: 0,
    }
}

/// Recordings name activities by a placeholder.
fn place_activities(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if matches!(key.as_str(), "Resource" | "resource") && *value == "activity_arn" {
                    *value = json!(ACTIVITY);
                } else {
                    place_activities(value);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(place_activities),
        _ => {}
    }
}
