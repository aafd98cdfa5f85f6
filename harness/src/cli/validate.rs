//! `stepproof validate`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use stepproof_specs::{
    asl::{
        WorkflowType,
        diagnostic::{Diagnostic, Severity},
        text::{ASSUMED, Problem, Problems, problems},
    },
    validate::warnings,
};

use super::{
    Failure, Status,
    input::{self, Judged},
    output::{self, Format, Output},
    placeholders::{Filled, Substitutions, Supplied, Values},
    search,
    templates::{Argument, Inside},
};
use crate::report::{on_one_line, plural};

/// Validates machines as CreateStateMachine does, with AWS's codes and messages.
///
/// A rule that is only assumed of AWS is marked, in JSON as its basis.
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
    /// Definitions, JSON or YAML, or templates of CloudFormation with some; directories to search for them in .json, .yaml, .yml, .asl and .template files;
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

/// What is said about one machine.
#[derive(Debug, Serialize)]
struct Answer {
    /// The name of its file, in a template with its logical id.
    file: String,
    /// Whether it is one of a template.
    #[serde(skip)]
    is_inside: bool,
    /// As ValidateStateMachineDefinition says it; `UNREADABLE` for what is no document.
    result: &'static str,
    /// What AWS says.
    diagnostics: Vec<Told>,
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

/// A diagnostic, with what is known of the rule behind it.
#[derive(Debug, Serialize)]
struct Told {
    severity: Severity,
    code: &'static str,
    message: String,
    /// Null if it is about the whole definition.
    location: Option<String>,
    clause: &'static str,
    basis: &'static str,
    #[serde(skip)]
    is_assumed: bool,
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
                    Format::Json => {
                        output.json(&answer.diagnostics)?;
                        // An array of diagnostics has no place for it.
                        if let Some(reason) = &answer.reason {
                            output::note(format_args!("{}: failed to {reason}", answer.file));
                        }
                    }
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
        let argument = Argument::of(path);
        let Argument { file, .. } = &argument;
        let text = input::text(file)?;
        let machines = argument.machines(&text).map_err(|why| {
            Failure::usage(why, "name one of those that are there, or the whole file")
        })?;
        match machines {
            Some(machines) => Ok(machines.iter().map(|it| self.inside(file, it)).collect()),
            None => Ok(vec![self.answer(file, text)?]),
        }
    }

    /// Validates a definition in a template.
    fn inside(&self, path: &Path, machine: &Inside) -> Answer {
        let name = PathBuf::from(format!("{}#{}", path.display(), machine.id));
        let workflow = machine.workflow.unwrap_or(self.workflow);
        let unreadable = |why: String| Answer {
            is_machine: true,
            is_inside: true,
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
        match input::judged(&name, &filled.text, workflow) {
            // Places in the text are not places in the file.
            Ok(judged) => Answer {
                is_machine: true,
                is_inside: true,
                ..Answer::of(&name, "", judged, &filled)
            },
            Err(error) => unreadable(error.to_string()),
        }
    }

    /// Validates the definition that is the text of a file.
    fn answer(&self, path: &Path, text: String) -> Result<Answer, Failure> {
        // Other files have placeholders of their own.
        let filled = match self.supplied.fill(&text, &Values::new()) {
            Ok(filled) => filled,
            Err(_) if !text.contains("StartAt") => Filled::unchanged(text),
            Err(why) => {
                return Err(Failure::usage(
                    format!("read '{}': {why}", path.display()),
                    "or give a file with all values by --values FILE",
                ));
            }
        };
        let judged = input::judged(path, &filled.text, self.workflow)
            .map_err(|error| input::unreadable(path, &error))?;
        Ok(Answer::of(path, &filled.text, judged, &filled))
    }
}

impl Told {
    fn of(diagnostic: &Diagnostic) -> Self {
        let rule = diagnostic.clause.entry();
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code.name(),
            message: diagnostic.message.clone(),
            location: diagnostic.location.clone(),
            clause: rule.id,
            basis: rule.basis.name(),
            is_assumed: diagnostic.is_assumed(),
        }
    }
}

impl Answer {
    /// What is said of a definition, with places in this text; what may be wrong only because of a guess
    /// is not what AWS would refuse.
    fn of(path: &Path, text: &str, judged: Judged, filled: &Filled) -> Self {
        let file = path.display().to_string();
        if judged.is_machine && !filled.guessed.is_empty() {
            output::note(format_args!("{file}: {}", filled.guessed.join(", ")));
        }
        let mut diagnostics = judged.diagnostics;
        let reason = filled.doubt(&diagnostics);
        diagnostics.extend(warnings(&judged.value));
        Self {
            result: match (&reason, &judged.machine) {
                (Some(_), _) => UNREADABLE,
                (None, None) => REFUSED,
                (None, Some(_)) => ACCEPTED,
            },
            diagnostics: diagnostics.iter().map(Told::of).collect(),
            problems: Some(problems(text, &judged.value, diagnostics)),
            reason,
            is_machine: judged.is_machine,
            is_inside: false,
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
            is_inside: false,
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
        output.line(self.summary())
    }

    /// The last line about the file.
    fn summary(&self) -> String {
        if let Some(reason) = &self.reason {
            return format!("{}: failed to {}", self.file, on_one_line(reason));
        }
        let errors = self.told(Severity::Error);
        let warnings = self.told(Severity::Warning).count();
        let mut line = format!("{}: ", self.file);
        match errors.clone().count() {
            0 => line.push_str("valid"),
            count => {
                line.push_str(&format!("refused, {}", plural(count, "diagnostic")));
                if errors.clone().all(|it| it.is_assumed) {
                    line.push_str(" (only assumed)");
                }
            }
        }
        if warnings > 0 {
            line.push_str(&format!(", {}", plural(warnings, "warning")));
        }
        line
    }

    /// The name of the file that it is in.
    fn container(&self) -> &str {
        let file = self.file.rsplit_once('#').filter(|_| self.is_inside);
        file.map_or(&self.file, |(file, _)| file)
    }

    fn told(&self, severity: Severity) -> impl Iterator<Item = &Told> + Clone {
        let all = self.diagnostics.iter();
        all.filter(move |it| it.severity == severity)
    }
}

/// A diagnostic with its place in the file, and what can be done about it.
fn line(problem: &Problem) -> String {
    let diagnostic = &problem.diagnostic;
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let said = format!("{severity}: {}: {}", diagnostic.code, diagnostic.message);
    let mut line = on_one_line(&said).into_owned();
    match &diagnostic.location {
        Some(location) => line.push_str(&format!(" at {}", on_one_line(location))),
        None => line.push_str(", about the whole definition"),
    }
    if let Some(position) = problem.position {
        line.push_str(&format!(" ({position})"));
    }
    if let Some(remedy) = &problem.remedy {
        line.push_str("; ");
        line.push_str(&on_one_line(remedy));
    }
    if diagnostic.is_assumed() {
        line.push(' ');
        line.push_str(ASSUMED);
    }
    line
}

fn totals(answers: &[Answer], others: usize) -> String {
    let count = |result: &str| answers.iter().filter(|it| it.result == result).count();
    let mut files: Vec<&str> = answers.iter().map(Answer::container).collect();
    files.dedup();
    let mut all = plural(files.len(), "file");
    if files.len() < answers.len() {
        all = format!("{} in {all}", plural(answers.len(), "machine"));
    }
    let mut line = format!(
        "{all}: {} valid, {} refused",
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
