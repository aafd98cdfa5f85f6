//! `stepproof validate`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use stepproof_specs::{
    asl::{
        WorkflowType,
        diagnostic::{Diagnostic, Severity},
        text::{MAX_BYTES, Problem, Problems, problems, read},
    },
    validate::{validate, validate_text},
};

use super::{
    Failure, Status,
    clauses::Format,
    input,
    output::{self, Output},
    placeholders::{Filled, Substitutions, Supplied, Values},
    search,
    templates::{self, Inside},
};
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
  stepproof validate machine.json --set Table=orders
  jq .definition case.json | stepproof validate -")]
pub(super) struct Validate {
    /// Definitions, JSON or YAML, or templates of CloudFormation with some; directories to search for them in .json, .yaml, .yml and .asl files;
    /// - for standard input.
    #[arg(required = true, value_name = "MACHINE")]
    machines: Vec<PathBuf>,
    #[command(flatten)]
    substitutions: Substitutions,
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
        let asked = Asked {
            supplied: self.substitutions.supplied()?,
            workflow: input::workflow(self.express),
        };
        let status = self.validate(&asked);
        asked.supplied.tell_unseen();
        status
    }

    fn validate(&self, asked: &Asked) -> Result<Status, Failure> {
        let single = match self.machines.as_slice() {
            [machine] => !machine.is_dir(),
            _ => false,
        };
        if single {
            let answers = asked.answers(&self.machines[0])?;
            if let [answer] = answers.as_slice() {
                let mut output = Output::new();
                match self.format {
                    Format::Json => output.json(&answer.diagnostics)?,
                    Format::Human => answer.print(&mut output)?,
                }
                output.flush()?;
                return Ok(status(&answers));
            }
        }
        let (answers, others) = self.all(asked)?;
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
    fn all(&self, asked: &Asked) -> Result<(Vec<Answer>, usize), Failure> {
        let (mut answers, mut others) = (Vec::new(), 0);
        for machine in &self.machines {
            if !machine.is_dir() {
                match asked.answers(machine) {
                    Ok(all) => answers.extend(all),
                    Err(why) => answers.push(Answer::none(machine, why)),
                }
                continue;
            }
            for file in search::below(machine)? {
                match asked.answers(&file) {
                    Ok(all) if all.iter().any(|it| it.is_machine) || search::is_meant(&file) => {
                        answers.extend(all);
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

/// How definitions are validated.
struct Asked {
    /// What stands for their placeholders.
    supplied: Supplied,
    workflow: WorkflowType,
}

impl Asked {
    /// Validates the definition in a file, or those in a template.
    fn answers(&self, path: &Path) -> Result<Vec<Answer>, Failure> {
        let text = input::text(path)?;
        match templates::machines(&text) {
            Some(machines) => Ok(machines.iter().map(|it| self.inside(path, it)).collect()),
            None => Ok(vec![self.answer(path, text)?]),
        }
    }

    /// Validates a definition in a template.
    fn inside(&self, path: &Path, machine: &Inside) -> Answer {
        let name = PathBuf::from(format!("{}#{}", path.display(), machine.id));
        let workflow = machine.workflow.unwrap_or(self.workflow);
        let unreadable = |why: String| Answer {
            is_machine: true,
            ..Answer::none(&name, Failure::usage(why, ""))
        };
        let text = match &machine.text {
            Ok(text) => text,
            Err(why) => return unreadable(why.clone()),
        };
        let filled = match self.supplied.fill(text, &machine.values) {
            Ok(filled) => filled,
            Err(why) => return unreadable(why),
        };
        match read(&filled.text) {
            // Places in the text are not places in the file.
            Ok(value) => Answer::of(&name, "", &value, &filled, workflow),
            Err(error) => unreadable(error.to_string()),
        }
    }

    fn answer(&self, path: &Path, text: String) -> Result<Answer, Failure> {
        if text.len() > MAX_BYTES {
            let (_, diagnostics) = validate_text(&text, self.workflow);
            return Ok(Answer {
                problems: Some(problems(&text, &Value::Null, diagnostics.clone())),
                diagnostics,
                reason: None,
                result: REFUSED,
                is_machine: search::is_meant_if_unreadable(path),
                file: path.display().to_string(),
            });
        }
        let filled = self.supplied.fill(&text, &Values::new());
        // Other files have placeholders of their own.
        let filled = match filled {
            Ok(filled) => filled,
            Err(_) if !text.contains("StartAt") => Filled::unchanged(text),
            Err(why) => {
                return Err(Failure::usage(
                    format!("read '{}': {why}", path.display()),
                    "or give a file with all values by --values FILE",
                ));
            }
        };
        let value = input::definition(path, &filled.text)?;
        Ok(Answer::of(
            path,
            &filled.text,
            &value,
            &filled,
            self.workflow,
        ))
    }
}

/// Whether a document has a field that only machines have.
fn has_any(value: &Value) -> bool {
    ["StartAt", "States"]
        .iter()
        .any(|field| value.get(field).is_some())
}

impl Answer {
    /// What is said of a definition; what may be wrong only because of a guess is not what AWS would refuse.
    fn of(path: &Path, text: &str, value: &Value, filled: &Filled, workflow: WorkflowType) -> Self {
        let (_, diagnostics) = validate(value, workflow);
        let errors = diagnostics
            .iter()
            .filter(|it| it.severity == Severity::Error);
        let errors: Vec<Diagnostic> = errors.cloned().collect();
        let file = path.display().to_string();
        let is_machine = has_any(value);
        if is_machine && !filled.guessed.is_empty() {
            output::note(format_args!("{file}: {}", filled.guessed.join(", ")));
        }
        let reason = filled.doubt(&errors);
        Self {
            result: match (&reason, errors.is_empty()) {
                (Some(_), _) => UNREADABLE,
                (None, false) => REFUSED,
                (None, true) => ACCEPTED,
            },
            problems: Some(problems(text, value, diagnostics.clone())),
            diagnostics,
            reason,
            is_machine,
            file,
        }
    }

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
