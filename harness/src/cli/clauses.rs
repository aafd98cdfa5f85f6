//! `stepproof clauses`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;
use stepproof_specs::clause::{Entry, REGISTRY};

use super::{Failure, Status, output::Output};
use crate::{
    book::{self, BesideRun, Drawn, Form},
    store::{Journal as _, Store},
};

/// Lists the rules of the language that the reference follows, each with its source.
///
/// The basis is the evidence for a rule: `language` (the specification), `documented` (AWS's
/// documentation), `observed` (recorded on AWS), `assumed` (our best guess: no divergence that
/// depends on it is reported).
///
/// As a page (`--format md` or `html`), each rule has an example: a small machine that exercises it, which
/// is drawn and run when the page is made, with what comes of it, and the profiles that reach the rule.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof clauses
  stepproof clauses retry
  stepproof clauses --format html > rules.html
  stepproof clauses retry --format md --beside runs/RUN")]
pub(super) struct Clauses {
    /// Show only rules whose id contains this string.
    filter: Option<String>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Listing,
    /// The seed of a page's examples.
    #[arg(long, default_value_t = 1, value_parser = super::target::seed)]
    seed: u64,
    /// How many cases of each profile are drawn for a page.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = super::input::count)]
    cases: u64,
    /// A run directory: a page says how many of its cases exercise each rule.
    #[arg(long, value_name = "DIR")]
    beside: Option<PathBuf>,
}

/// How the rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Listing {
    /// For people: a list.
    #[default]
    Human,
    /// For programs: a list.
    Json,
    /// A page of Markdown, with examples.
    Md,
    /// A page of HTML, with examples.
    Html,
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
            Listing::Human => {
                for entry in entries {
                    output.line(format_args!("{} ({})", entry.id, entry.basis.name()))?;
                    output.line(format_args!("    {}", entry.sentence))?;
                    output.line(format_args!("    {}", entry.source))?;
                }
            }
            Listing::Json => {
                let all: Vec<_> = entries.into_iter().map(listed).collect();
                output.json(&all)?;
            }
            Listing::Md => output.painted(self.page(filter, Form::Markdown)?.trim_end())?,
            Listing::Html => output.painted(self.page(filter, Form::Html)?.trim_end())?,
        }
        output.flush()?;
        Ok(Status::Success)
    }

    fn page(&self, filter: &str, form: Form) -> Result<String, Failure> {
        let run = self.beside.as_ref().map(|directory| {
            let stored = Store::open(directory)?.stored()?;
            let mut run = BesideRun {
                name: directory.display().to_string(),
                ..BesideRun::default()
            };
            for case in &stored.cases {
                run.count(&case.coverage);
            }
            Ok::<_, Failure>(run)
        });
        let run = run.transpose()?;
        let drawn = Drawn {
            seed: self.seed,
            cases: self.cases,
        };
        let mut book = book::gather(drawn, |clause| clause.entry().id.contains(filter));
        book.run = run;
        book::render(&book, form)
            .map_err(|error| Failure::internal(format!("write the page: {error}")))
    }
}

fn listed(entry: &Entry) -> serde_json::Value {
    json!({
        "id": entry.id, "basis": entry.basis.name(),
        "sentence": entry.sentence, "source": entry.source,
    })
}
