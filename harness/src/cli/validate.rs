//! `stepproof validate`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use stepproof_specs::{
    asl::{
        WorkflowType,
        diagnostic::{Diagnostic, Severity},
        text::{MAX_BYTES, Problem, Problems, problems},
    },
    validate::{validate, validate_text},
};

use super::{Failure, Status, clauses::Format, input, output::Output, search};
use crate::report::{on_one_line, plural};

/// Validates machines as CreateStateMachine does, with AWS's codes and messages.
///
/// Exit status 0 if all are accepted (possibly with warnings), 1 if one is refused, 2 if one cannot
/// be read as JSON or YAML.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof validate machine.json
  stepproof validate machine.yaml --express
  stepproof validate machines/ other.asl.json
  jq .definition case.json | stepproof validate -")]
pub(super) struct Validate {
    /// Definitions, JSON or YAML; directories to search for them in .json, .yaml, .yml and .asl files;
    /// - for standard input.
    #[arg(required = true, value_name = "MACHINE")]
    machines: Vec<PathBuf>,
    /// Validate as an Express workflow.
    #[arg(long)]
    express: bool,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What is said about one file.
#[derive(Debug, Serialize)]
struct Answer {
    /// Its name.
    file: String,
    /// As ValidateStateMachineDefinition says it; `UNREADABLE` for what is no document.
    result: &'static str,
    /// What AWS says.
    diagnostics: Vec<Diagnostic>,
    /// Why it cannot be read: completes "failed to …".
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Whether it has what only definitions have.
    #[serde(skip)]
    is_machine: bool,
    /// The diagnostics with their places.
    #[serde(skip)]
    problems: Option<Problems>,
}

const ACCEPTED: &str = "OK";
const REFUSED: &str = "FAIL";
const UNREADABLE: &str = "UNREADABLE";

impl Validate {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let workflow = input::workflow(self.express);
        let single = match self.machines.as_slice() {
            [machine] => !machine.is_dir(),
            _ => false,
        };
        if single {
            let answer = answer(&self.machines[0], workflow)?;
            let mut output = Output::new();
            match self.format {
                Format::Json => output.json(&answer.diagnostics)?,
                Format::Human => answer.print(&mut output)?,
            }
            output.flush()?;
            return Ok(status(&[answer]));
        }
        let (answers, others) = self.all(workflow)?;
        let mut output = Output::new();
        match self.format {
            Format::Json => output.json(&answers)?,
            Format::Human => {
                for answer in &answers {
                    answer.print(&mut output)?;
                }
                output.line(totals(&answers, others))?;
            }
        }
        output.flush()?;
        Ok(status(&answers))
    }

    /// The answers about all files, and how many files below directories are no definitions.
    fn all(&self, workflow: WorkflowType) -> Result<(Vec<Answer>, usize), Failure> {
        let (mut answers, mut others) = (Vec::new(), 0);
        for machine in &self.machines {
            if !machine.is_dir() {
                answers.push(
                    answer(machine, workflow).unwrap_or_else(|why| Answer::none(machine, why)),
                );
                continue;
            }
            for file in search::below(machine)? {
                match answer(&file, workflow) {
                    Ok(answer) if answer.is_machine || search::is_meant(&file) => {
                        answers.push(answer);
                    }
                    Err(why) if search::is_meant_if_unreadable(&file) => {
                        answers.push(Answer::none(&file, why));
                    }
                    Ok(_) | Err(_) => others += 1,
                }
            }
        }
        if answers.is_empty() {
            return Err(Failure::usage(
                "find a machine: no file there holds one",
                search::REMEDY,
            ));
        }
        Ok((answers, others))
    }
}

/// Validates the definition in a file.
fn answer(path: &Path, workflow: WorkflowType) -> Result<Answer, Failure> {
    let text = input::text(path)?;
    let (value, diagnostics, is_machine) = if text.len() > MAX_BYTES {
        (Value::Null, validate_text(&text, workflow).1, true)
    } else {
        let value = input::definition(path, &text)?;
        let (_, diagnostics) = validate(&value, workflow);
        let is_machine = has_any(&value);
        (value, diagnostics, is_machine)
    };
    let refused = diagnostics.iter().any(|it| it.severity == Severity::Error);
    Ok(Answer {
        file: path.display().to_string(),
        result: if refused { REFUSED } else { ACCEPTED },
        problems: Some(problems(&text, &value, diagnostics.clone())),
        diagnostics,
        reason: None,
        is_machine,
    })
}

/// Whether a document has a field that only machines have.
fn has_any(value: &Value) -> bool {
    ["StartAt", "States"]
        .iter()
        .any(|field| value.get(field).is_some())
}

impl Answer {
    /// A file that cannot be read.
    fn none(path: &Path, why: Failure) -> Self {
        Self {
            file: path.display().to_string(),
            result: UNREADABLE,
            diagnostics: Vec::new(),
            reason: Some(why.message),
            is_machine: false,
            problems: None,
        }
    }

    fn print(&self, output: &mut Output) -> Result<(), Failure> {
        if let Some(problems) = &self.problems {
            for problem in &problems.shown {
                output.line(line(problem))?;
            }
            if problems.total > problems.shown.len() {
                let more = problems.total - problems.shown.len();
                output.line(format!("and {}", plural(more, "more diagnostic")))?;
            }
        }
        let (place, count) = (&self.file, self.diagnostics.len());
        output.line(match (&self.reason, self.result, count) {
            (Some(reason), ..) => format!("{place}: failed to {}", on_one_line(reason)),
            (None, REFUSED, count) => format!("{place}: refused, {}", plural(count, "diagnostic")),
            (None, _, 0) => format!("{place}: valid"),
            (None, _, count) => format!("{place}: valid, {}", plural(count, "warning")),
        })
    }
}

/// A diagnostic with its place in the file, and what can be done about it.
fn line(problem: &Problem) -> String {
    let mut line = input::diagnostic_line(&problem.diagnostic);
    if let Some(position) = problem.position {
        line.push_str(&format!(" ({position})"));
    }
    if let Some(remedy) = &problem.remedy {
        line.push_str("; ");
        line.push_str(&on_one_line(remedy));
    }
    line
}

fn totals(answers: &[Answer], others: usize) -> String {
    let count = |result: &str| answers.iter().filter(|it| it.result == result).count();
    let mut line = format!(
        "{}: {} valid, {} refused",
        plural(answers.len(), "file"),
        count(ACCEPTED),
        count(REFUSED)
    );
    for (count, what) in [(count(UNREADABLE), "unreadable"), (others, "no machine")] {
        if count > 0 {
            line.push_str(&format!(", {count} {what}"));
        }
    }
    line
}

/// The exit status: an answer that is missing weighs more than a refusal.
fn status(answers: &[Answer]) -> Status {
    let any = |result: &str| answers.iter().any(|it| it.result == result);
    if any(UNREADABLE) {
        Status::Usage
    } else if any(REFUSED) {
        Status::Diverged
    } else {
        Status::Success
    }
}
