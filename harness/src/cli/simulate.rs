//! `stepproof simulate`.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    history::Event,
    reference::{EPOCH, Expectation, SimulationError, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::Plan,
    },
    validate::validate,
};

use super::{Failure, Status, clauses::Format, input, output::Output, validate::workflow};
use crate::report::on_one_line;

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
        let parsed = input::machine(&self.machine)?;
        let definition = parsed.to_value();
        let machine = self.validated(&definition)?;
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
            workflow: workflow(self.express),
            starts: vec![start.clone()],
            entropy: self.entropy,
        };
        let expectation =
            simulate(&Arc::new(machine), &case, &start).map_err(|error| cannot(&error))?;
        let mut output = Output::new();
        match self.format {
            Format::Json => output.json(&as_json(&expectation))?,
            Format::Human => human(&mut output, &expectation)?,
        }
        output.flush()?;
        Ok(Status::Success)
    }

    fn validated(&self, definition: &Value) -> Result<Machine, Failure> {
        let (machine, diagnostics) = validate(definition, workflow(self.express));
        machine.ok_or_else(|| {
            Failure::usage(
                format!(
                    "simulate '{}': {}",
                    self.machine.display(),
                    input::refusal(&diagnostics)
                ),
                "'stepproof validate' lists everything that is wrong with it",
            )
        })
    }
}

fn cannot(error: &SimulationError) -> Failure {
    let remedy = match error {
        SimulationError::Unsupported(_) => "this build of the reference cannot run it",
        SimulationError::NeverEnds(_) => {
            "give the plan a reply for that task, or the task a TimeoutSeconds"
        }
        SimulationError::TooLong(_) => "the machine loops: give it an input that ends the loop",
    };
    Failure::usage(format!("simulate the machine: {error}"), remedy)
}

fn as_json(expectation: &Expectation) -> Value {
    let seen = &expectation.observation;
    let events: Vec<Value> = seen.history.iter().flatten().map(event_json).collect();
    let poisoned: Vec<_> = expectation.poisoned.iter().map(|a| a.name()).collect();
    let clauses: Vec<_> = expectation
        .coverage
        .iter()
        .map(|clause| clause.entry().id)
        .collect();
    json!({
        "status": seen.status.name(),
        "output": seen.output, "error": seen.error, "cause": seen.cause,
        "duration": expectation.duration,
        "history": events,
        "poisoned": poisoned,
        "clauses": clauses,
    })
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
    if !expectation.poisoned.is_empty() {
        let names: Vec<_> = expectation.poisoned.iter().map(|a| a.name()).collect();
        output.line(format_args!("unsure  {}", names.join(", ")))?;
    }
    output.line("")?;
    let rows: Vec<[String; 5]> = seen
        .history
        .iter()
        .flatten()
        .map(|event| {
            [
                format!("{:>4}", event.id),
                format!("<- {}", event.previous),
                seconds(event.at.since(EPOCH)),
                event.kind.name(),
                details_line(&event.details.to_value()),
            ]
        })
        .collect();
    output.table(&rows)
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
