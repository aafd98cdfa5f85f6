//! `stepproof test-state`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use stepproof_specs::{
    deviation::Deviations,
    reference::EPOCH,
    service::{Answer, CallError, Config, NOT_SIMULATED, Service, with_json},
};

use super::{
    Failure, Status, input,
    output::{Format, Output},
};
use crate::report::on_one_line;

/// Runs one state on the reference, as `TestState` of AWS does, and shows its data on the way.
///
/// The file is a state, or a machine of which --state names one. What a task, the branches of a
/// Parallel or the iterations of a Map come to is given by --result or --error.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof test-state machine.json --state Choose --input '{\"n\": 3}'
  stepproof test-state machine.yaml --state Work --result '{\"ok\": true}'
  stepproof test-state machine.json --state Work --error Busy --cause later --retries 2")]
pub(super) struct TestState {
    /// The definition of a state or of a machine, JSON or YAML; - for standard input.
    definition: PathBuf,
    /// The state of the machine.
    #[arg(long, value_name = "NAME")]
    state: Option<String>,
    /// The state's input: a file, or JSON.
    #[arg(long, value_name = "FILE|JSON", default_value = "{}")]
    input: String,
    /// The variables: a file, or JSON.
    #[arg(long, value_name = "FILE|JSON")]
    variables: Option<String>,
    /// The context object in place of the default one: a file, or JSON.
    #[arg(long, value_name = "FILE|JSON")]
    context: Option<String>,
    /// The result that the task, the branches or the iterations come to: a file, or JSON.
    #[arg(long, value_name = "FILE|JSON", conflicts_with = "error")]
    result: Option<String>,
    /// How closely the result is held against the model of the service.
    #[arg(long, value_enum, default_value_t, requires = "result")]
    fields: Fields,
    /// The error that they fail with.
    #[arg(long, value_name = "NAME")]
    error: Option<String>,
    /// Its cause.
    #[arg(long, value_name = "TEXT", requires = "error")]
    cause: Option<String>,
    /// How often the error was retried before.
    #[arg(long, value_name = "N")]
    retries: Option<u64>,
    /// How many iterations of a Map failed.
    #[arg(long, value_name = "N")]
    failed_iterations: Option<u64>,
    /// What the item reader of a Map reads: a file.
    #[arg(long, value_name = "FILE")]
    reads: Option<PathBuf>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// `fieldValidationMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Fields {
    /// What is there has to fit, and what is required has to be there.
    #[default]
    Strict,
    /// What is there has to fit.
    Present,
    /// Not at all.
    None,
}

impl TestState {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let request = self.request()?;
        let mut service = Service::new(Config::default(), Deviations::default());
        let answer = match service.call(&EPOCH, "TestState", &request) {
            Ok(Answer::Now(answer)) => with_json(answer),
            Ok(_) => return Err(Failure::internal("test the state: no answer")),
            Err(error) => return Err(refused(&error)),
        };
        let mut output = Output::new();
        match self.format {
            Format::Json => output.json(&answer)?,
            Format::Human => output.table(&rows(&answer))?,
        }
        output.flush()?;
        Ok(Status::Success)
    }

    /// The body of the call.
    fn request(&self) -> Result<Value, Failure> {
        let text = input::text(&self.definition)?;
        let definition = input::definition(&self.definition, &text)
            .map_err(|error| input::unreadable(&self.definition, &error))?;
        let mut request = json!({
            "definition": definition.to_string(),
            "input": input::json(&self.input, "--input")?.to_string(),
            "inspectionLevel": "TRACE",
        });
        if let Some(state) = &self.state {
            request["stateName"] = state.as_str().into();
        }
        for (field, option, given) in [
            ("variables", "--variables", &self.variables),
            ("context", "--context", &self.context),
        ] {
            if let Some(given) = given {
                request[field] = input::json(given, option)?.to_string().into();
            }
        }
        if let Some(result) = &self.result {
            request["mock"] = json!({
                "result": input::json(result, "--result")?.to_string(),
                "fieldValidationMode": match self.fields {
                    Fields::Strict => "STRICT",
                    Fields::Present => "PRESENT",
                    Fields::None => "NONE",
                },
            });
        } else if let Some(error) = &self.error {
            request["mock"] = json!({ "errorOutput": { "error": error, "cause": self.cause } });
        }
        let mut configuration = json!({});
        for (field, given) in [
            ("retrierRetryCount", self.retries),
            ("mapIterationFailureCount", self.failed_iterations),
        ] {
            if let Some(count) = given {
                configuration[field] = count.into();
            }
        }
        if let Some(file) = &self.reads {
            configuration["mapItemReaderData"] = input::text(file)?.into();
        }
        if configuration != json!({}) {
            request["stateConfiguration"] = configuration;
        }
        Ok(request)
    }
}

fn refused(error: &CallError) -> Failure {
    let remedy = if error.code == NOT_SIMULATED {
        "--result or --error say what the task comes to"
    } else {
        "'stepproof help test-state' lists what can be given"
    };
    Failure::usage(format!("test the state: {error}"), remedy)
}

/// The fields of the answer, and then those of the data on the way.
fn rows(answer: &Value) -> Vec<[String; 2]> {
    let shown = |value: &Value| match value {
        Value::String(text) => on_one_line(text).to_string(),
        other => other.to_string(),
    };
    let ends = ["status", "nextState", "error", "cause"];
    let ends = ends
        .iter()
        .filter_map(|name| Some((*name, answer.get(*name)?)));
    let ends = ends.map(|(name, value)| [name.to_owned(), shown(value)]);
    // A text among the data is JSON.
    let data = answer["inspectionData"].as_object().into_iter().flatten();
    let data = data.map(|(name, value)| [name.clone(), value.to_string()]);
    let output = answer.get("output");
    let output = output.map(|output| ["output".to_owned(), output.to_string()]);
    ends.chain(data).chain(output).collect()
}
