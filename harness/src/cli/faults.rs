//! `stepproof faults`.

use clap::Args;
use serde_json::json;

use super::{
    Failure, Status,
    output::{Format, Output, note},
    profiles, runtime,
};
use crate::report::plural;
use crate::zoo::{Deviant, Survey, survey};

/// Lists the faults that the embedded engine can be told to have, to see the harness at work; or
/// hunts them and reports how soon each is caught and how small its case becomes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof faults
  stepproof run --fault retry-budget
  stepproof faults --seeds 100 --fault retry-budget --fault jitter")]
pub(super) struct Faults {
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Hunt each fault this many times, with seeds from 1 on.
    #[arg(long, value_name = "N", value_parser = super::input::count)]
    seeds: Option<u64>,
    /// Only this fault; may be given several times.
    #[arg(long, value_name = "NAME")]
    fault: Vec<String>,
    /// The profile from which the hunts draw their cases; if it is not given, one in which the fault shows.
    #[arg(long, value_name = "PROFILE", requires = "seeds")]
    profile: Option<String>,
    /// The engine that is told to have the fault: reference (in process) or embedded (over HTTP).
    #[arg(long, default_value = "reference", requires = "seeds",
        value_parser = ["reference", "embedded"])]
    engine: String,
    /// The most cases a hunt may take to catch a fault.
    #[arg(long, default_value_t = 20_000, requires = "seeds", value_parser = super::input::count)]
    cases: u64,
}

impl Faults {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let faults = if self.fault.is_empty() {
            Deviant::all().collect()
        } else {
            let named = self.fault.iter().map(|name| named(name));
            named.collect::<Result<Vec<_>, _>>()?
        };
        let mut output = Output::new();
        match self.seeds {
            Some(seeds) => self.hunt(&faults, seeds, &mut output)?,
            None => list(&faults, self.format, &mut output)?,
        }
        output.flush()?;
        Ok(Status::Success)
    }

    fn hunt(&self, faults: &[Deviant], seeds: u64, output: &mut Output) -> Result<(), Failure> {
        let profile = self.profile.as_deref().map(profiles::named).transpose()?;
        let runtime = runtime()?;
        let mut surveys = Vec::with_capacity(faults.len());
        for fault in faults {
            note(format_args!(
                "hunting {fault} with {}",
                plural(seeds, "seed")
            ));
            let hunted = runtime.block_on(survey(
                *fault,
                &self.engine,
                &profile.clone().unwrap_or_else(|| fault.profile()),
                1..=seeds,
                self.cases,
            ));
            surveys.push(hunted.map_err(|error| Failure::internal(error.to_string()))?);
        }
        match self.format {
            Format::Human => output.table(&table(&surveys)),
            Format::Json => output.json(&surveys),
        }
    }
}

fn list(faults: &[Deviant], format: Format, output: &mut Output) -> Result<(), Failure> {
    match format {
        Format::Human => {
            let rows: Vec<[String; 3]> = faults
                .iter()
                .map(|fault| {
                    [fault.name(), fault.clause().entry().id, fault.sentence()].map(str::to_owned)
                })
                .collect();
            output.table(&rows)
        }
        Format::Json => {
            let all: Vec<_> = faults
                .iter()
                .map(|fault| {
                    json!({
                        "name": fault.name(), "sentence": fault.sentence(),
                        "clause": fault.clause().entry().id, "signature": fault.signature(),
                        "states": fault.states(),
                    })
                })
                .collect();
            output.json(&all)
        }
    }
}

/// A table with one row per surveyed fault.
fn table(surveys: &[Survey]) -> Vec<[String; 8]> {
    let head = [
        "fault",
        "caught",
        "cases",
        "p95",
        "calls",
        "p95",
        "at minimum",
        "forms",
    ];
    let rows = surveys.iter().map(|survey| {
        [
            survey.fault.to_owned(),
            format!("{}/{}", survey.caught, survey.hunts),
            survey.cases.median.to_string(),
            survey.cases.p95.to_string(),
            survey.calls.median.to_string(),
            survey.calls.p95.to_string(),
            format!("{}/{}", survey.at_minimum, survey.caught),
            survey.forms.len().to_string(),
        ]
    });
    std::iter::once(head.map(str::to_owned))
        .chain(rows)
        .collect()
}

/// The fault with a name.
pub(super) fn named(name: &str) -> Result<Deviant, Failure> {
    Deviant::named(name).ok_or_else(|| {
        let names: Vec<_> = Deviant::all().map(Deviant::name).collect();
        Failure::usage(
            format!("choose a fault: there is none called '{name}'"),
            format!("the faults are: {}", names.join(", ")),
        )
    })
}
