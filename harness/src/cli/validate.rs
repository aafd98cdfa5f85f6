//! `stepproof validate`.

use std::path::PathBuf;

use clap::Args;
use stepproof_specs::{
    asl::{WorkflowType, diagnostic::Severity},
    validate::validate,
};

use super::{Failure, Status, clauses::Format, input, output::Output};

/// Validates a machine as CreateStateMachine does, with AWS's codes and messages.
///
/// Exit status 1 if the machine is refused, 0 if it is accepted (possibly with warnings).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof validate machine.json
  stepproof validate machine.yaml --express
  jq .definition case.json | stepproof validate -")]
pub(super) struct Validate {
    /// The definition, JSON or YAML; - for standard input.
    machine: PathBuf,
    /// Validate as an Express workflow.
    #[arg(long)]
    express: bool,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Validate {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let machine = input::machine(&self.machine)?;
        let (_, diagnostics) = validate(&machine.to_value(), workflow(self.express));
        let refused = diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error);
        let mut output = Output::new();
        match self.format {
            Format::Json => output.json(&diagnostics)?,
            Format::Human => {
                for diagnostic in &diagnostics {
                    output.line(input::diagnostic_line(diagnostic))?;
                }
                let place = self.machine.display();
                output.line(match (refused, diagnostics.len()) {
                    (true, count) => format!("{place}: refused, {}", plural(count, "diagnostic")),
                    (false, 0) => format!("{place}: valid"),
                    (false, count) => format!("{place}: valid, {}", plural(count, "warning")),
                })?;
            }
        }
        output.flush()?;
        Ok(if refused {
            Status::Diverged
        } else {
            Status::Success
        })
    }
}

/// The workflow type that a flag selects.
pub(super) fn workflow(express: bool) -> WorkflowType {
    if express {
        WorkflowType::Express
    } else {
        WorkflowType::Standard
    }
}

/// A count with its noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
