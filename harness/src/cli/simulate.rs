//! `stepproof simulate`.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use clap::Args;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Machine, text::problems},
    history::Event,
    reference::{EPOCH, Expectation, SimulationError, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::Plan,
    },
};

use super::{
    Failure, Status, input,
    output::{self, Format, Output},
    placeholders::{Substitutions, Values},
};
use crate::{report::on_one_line, run::reasons, second};

/// Runs a machine on the reference, in virtual time: a wait of a year takes no time.
///
/// Prints the output and the history that AWS would show. A plan says what the tasks do; a task
/// without one returns its input.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof simulate machine.json
  stepproof simulate machine.yaml --input '{\"n\": 3}'
  stepproof simulate machine.json --input input.json --plan plan.json --format json

A plan maps each task's site (its path through nested states) to rules; the first that matches an
attempt is played:
  {\"Work\": [{\"attempts_below\": 2, \"reply\": {\"fail\": {\"error\": \"E\", \"cause\": \"c\"}}},
            {\"after\": 1500, \"reply\": {\"succeed\": {\"ok\": true}}}]}
Replies: {\"succeed\": VALUE}, \"echo\", {\"fail\": {\"error\": E, \"cause\": C}}, \"silent\", \"ignore\".")]
pub(super) struct Simulate {
    /// The definition, JSON or YAML; - for standard input.
    machine: PathBuf,
    /// The execution's input: a file, or JSON.
    #[arg(long, value_name = "FILE|JSON", default_value = "{}")]
    input: String,
    /// The plan, what the tasks do: a file, or JSON.
    #[arg(long, value_name = "FILE|JSON")]
    plan: Option<String>,
    #[command(flatten)]
    substitutions: Substitutions,
    /// Simulate the machine as an Express workflow.
    #[arg(long)]
    express: bool,
    /// The seed of jitter, UUIDs and random numbers.
    #[arg(long, default_value_t = 0)]
    entropy: u64,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Simulate {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let text = input::text(&self.machine)?;
        let supplied = self.substitutions.supplied()?;
        let filled = supplied.fill(&text, &Values::new());
        supplied.tell_unseen();
        let filled = filled.map_err(|reason| {
            Failure::usage(
                format!("read '{}': {reason}", self.machine.display()),
                "or give a file with all values by --values FILE",
            )
        })?;
        for guess in &filled.guessed {
            output::note(guess);
        }
        let (definition, mut machine) = self.accepted(&filled.text)?;
        if let Some(second) = second::where_unsure() {
            machine = machine.asking(&second);
        }
        let plan = match &self.plan {
            Some(plan) => input::plan(plan, &machine)?,
            None => Plan::default(),
        };
        let start = Start {
            input: input::json(&self.input, "--input")?.into(),
            plan,
        };
        let case = ExecutionCase {
            definition: definition.into(),
            workflow: input::workflow(self.express),
            starts: vec![start.clone()],
            entropy: self.entropy,
        };
        let expectation =
            simulate(&Arc::new(machine), &case, &start).map_err(|error| cannot(&error))?;
        let mut output = Output::new();
        match self.format {
            Format::Json => output.json(&shown(&expectation))?,
            Format::Human => human(&mut output, &expectation)?,
        }
        output.flush()?;
        Ok(Status::Success)
    }

    /// The definition in a text, and its machine.
    fn accepted(&self, text: &str) -> Result<(Value, Machine), Failure> {
        let judged = input::judged(&self.machine, text, input::workflow(self.express))
            .map_err(|error| input::unreadable(&self.machine, &error))?;
        match judged.machine {
            Some(machine) => Ok((judged.value, machine)),
            None => Err(Failure::usage(
                format!(
                    "simulate '{}': accept the machine: {}",
                    self.machine.display(),
                    problems(text, &judged.value, judged.diagnostics)
                ),
                "'stepproof validate' lists everything that is wrong with it",
            )),
        }
    }
}

fn cannot(error: &SimulationError) -> Failure {
    let remedy = match error {
        SimulationError::Unsupported(_) => "this build of the reference cannot run it",
        SimulationError::NeverEnds(_) => {
            "give the plan a reply for that task, or the task a TimeoutSeconds"
        }
        SimulationError::Calls(_) => "give a machine",
        SimulationError::TooLong(_) => "the machine loops: give it an input that ends the loop",
    };
    Failure::usage(format!("simulate the machine: {error}"), remedy)
}

/// The result as JSON. The history is made event by event: all of it at once takes several times as
/// much memory as the execution did.
#[derive(Serialize)]
struct Shown<'e> {
    status: &'static str,
    output: Option<&'e Value>,
    error: &'e Option<String>,
    cause: &'e Option<String>,
    duration: u64,
    #[serde(serialize_with = "events")]
    history: &'e [Event],
    poisoned: Vec<&'static str>,
    /// Why, for each of these aspects.
    unsure: BTreeMap<&'static str, Unsure>,
    clauses: Vec<&'static str>,
}

/// Why an aspect is unsure.
#[derive(Serialize)]
struct Unsure {
    /// In words.
    why: String,
    /// The clauses that are only assumed; if there are none, the outcome may vary.
    clauses: Vec<&'static str>,
}

fn shown(expectation: &Expectation) -> Shown<'_> {
    let seen = &expectation.observation;
    let clauses = expectation.coverage.iter();
    Shown {
        status: seen.status.name(),
        output: seen.output.as_deref(),
        error: &seen.error,
        cause: &seen.cause,
        duration: expectation.duration,
        history: seen.history.as_deref().unwrap_or_default(),
        poisoned: expectation.poisoned.iter().map(|a| a.name()).collect(),
        unsure: unsure(expectation),
        clauses: clauses.map(|clause| clause.entry().id).collect(),
    }
}

fn unsure(expectation: &Expectation) -> BTreeMap<&'static str, Unsure> {
    let exercised = &expectation.coverage;
    let poisoned = expectation.poisoned.iter().map(|aspect| {
        let unsure = Unsure {
            why: reasons::doubt(*aspect, exercised),
            clauses: reasons::doubting(*aspect, exercised),
        };
        (aspect.name(), unsure)
    });
    poisoned.collect()
}

/// The aspects that are unsure, those with the same reason together.
fn unsure_lines(expectation: &Expectation) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for aspect in &expectation.poisoned {
        let why = reasons::doubt(*aspect, &expectation.coverage);
        match reasons.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, aspects)) => aspects.push(aspect.name()),
            None => reasons.push((why, vec![aspect.name()])),
        }
    }
    let lines = reasons.into_iter();
    lines
        .map(|(why, aspects)| format!("unsure  {}: {why}", aspects.join(", ")))
        .collect()
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn events<S: Serializer>(history: &&[Event], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(history.iter().map(event_json))
}

fn event_json(event: &Event) -> Value {
    json!({
        "id": event.id,
        "previousEventId": event.previous,
        "at": event.at.since(EPOCH),
        "type": event.kind.name(),
        "details": event.details.to_value(),
    })
}

fn human(output: &mut Output, expectation: &Expectation) -> Result<(), Failure> {
    let seen = &expectation.observation;
    output.line(format_args!(
        "{} after {}",
        seen.status.name(),
        seconds(expectation.duration)
    ))?;
    if let Some(value) = &seen.output {
        output.line(format_args!("output  {value}"))?;
    }
    if let Some(error) = &seen.error {
        output.line(format_args!("error   {}", on_one_line(error)))?;
    }
    if let Some(cause) = &seen.cause {
        output.line(format_args!("cause   {}", on_one_line(cause)))?;
    }
    for line in unsure_lines(expectation) {
        output.line(line)?;
    }
    output.line("")?;
    // The details are made event by event, too.
    let history = seen.history.as_deref().unwrap_or_default();
    let rows: Vec<[String; 5]> = history.iter().map(event_row).collect();
    let widths = output::widths(rows.iter().map(<[String; 5]>::as_slice));
    for (event, mut row) in history.iter().zip(rows) {
        row[4] = on_one_line(&details_line(&event.details.to_value())).into_owned();
        output.row(&row, &widths)?;
    }
    Ok(())
}

/// An event as a row, without its details.
fn event_row(event: &Event) -> [String; 5] {
    [
        format!("{:>4}", event.id),
        format!("<- {}", event.previous),
        seconds(event.at.since(EPOCH)),
        event.kind.name(),
        String::new(),
    ]
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03} s", millis / 1_000, millis % 1_000)
}

/// The details of an event on one line: the name first, then `key=value`.
fn details_line(details: &Value) -> String {
    let Value::Object(details) = details else {
        return String::new();
    };
    let mut words = Vec::new();
    if let Some(Value::String(name)) = details.get("name") {
        words.push(name.clone());
    }
    for (key, value) in details.iter().filter(|(key, _)| *key != "name") {
        words.push(format!("{key}={value}"));
    }
    words.join(" ")
}
