//! `stepproof clauses`.

use clap::{Args, ValueEnum};
use serde_json::json;
use stepproof_specs::clause::REGISTRY;

use super::{Failure, Status, output::Output};

/// Lists the rules of the language that the reference follows, each with its source.
///
/// The basis is the evidence for a rule: `language` (the specification), `documented` (AWS's
/// documentation), `observed` (recorded on AWS), `assumed` (our best guess: no divergence that
/// depends on it is reported).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof clauses
  stepproof clauses retry
  stepproof clauses --format json")]
pub(super) struct Clauses {
    /// Show only rules whose id contains this string.
    filter: Option<String>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The output format of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}

impl Clauses {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let mut output = Output::new();
        let filter = self.filter.as_deref().unwrap_or_default();
        let entries = REGISTRY.iter().map(|(_, entry)| entry);
        let entries: Vec<_> = entries.filter(|it| it.id.contains(filter)).collect();
        if entries.is_empty() {
            return Err(Failure::usage(
                format!("find a rule whose id contains '{filter}'"),
                "'stepproof clauses' lists all rules",
            ));
        }
        match self.format {
            Format::Human => {
                for entry in entries {
                    output.line(format_args!("{} ({})", entry.id, entry.basis.name()))?;
                    output.line(format_args!("    {}", entry.sentence))?;
                    output.line(format_args!("    {}", entry.source))?;
                }
            }
            Format::Json => {
                let all: Vec<_> = entries
                    .into_iter()
                    .map(|entry| {
                        json!({
                            "id": entry.id, "basis": entry.basis.name(),
                            "sentence": entry.sentence, "source": entry.source,
                        })
                    })
                    .collect();
                output.json(&all)?;
            }
        }
        output.flush()?;
        Ok(Status::Success)
    }
}
