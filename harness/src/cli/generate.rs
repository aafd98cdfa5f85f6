//! `stepproof generate`.

use std::{fs, path::PathBuf};

use clap::Args;
use stepproof_generators::steering::Steered;

use super::{Failure, Status, drawing::Drawing, output::Output};
use crate::{casefile, store::is_about_space};

/// Draws cases and prints them, one JSON document per line, or writes them as case files.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof generate --seed 7
  stepproof generate --profile retry --seed 7 --cases 100 --out cases
  stepproof generate --seed 7 --from 41 | jq .definition | stepproof validate -")]
pub(super) struct Generate {
    #[command(flatten)]
    drawing: Drawing,
    /// The seed [default: random, and noted in each case's origin].
    #[arg(long, value_parser = super::target::seed)]
    seed: Option<u64>,
    /// The number of the first case.
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    from: u64,
    /// How many cases to draw.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::input::count)]
    cases: u64,
    /// Write each case to a file in this directory.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Generate {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let profile = self.drawing.drawn().profile()?;
        let seed = self.seed.unwrap_or_else(random_seed);
        let mut output = Output::new();
        if let Some(directory) = &self.out {
            fs::create_dir_all(directory).map_err(|error| unwritable(directory, &error))?;
        }
        let cases = Steered::new(profile, seed);
        for index in self.from..self.from.saturating_add(self.cases) {
            let case = cases.case(index);
            match &self.out {
                None => {
                    let line = serde_json::to_string(&case)
                        .map_err(|error| Failure::internal(format!("encode a case: {error}")))?;
                    output.line(line)?;
                }
                Some(directory) => {
                    let path = directory.join(format!("{seed}-{index}.json"));
                    fs::write(&path, casefile::encode(&case))
                        .map_err(|error| unwritable(&path, &error))?;
                    output.line(path.display())?;
                }
            }
        }
        output.flush()?;
        Ok(Status::Success)
    }
}

/// A seed for a run that was given none; small enough to type.
pub(super) fn random_seed() -> u64 {
    let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
    high >> 32
}

/// The failure for a file or directory that cannot be written.
pub(super) fn unwritable(path: &std::path::Path, error: &std::io::Error) -> Failure {
    let mut failure = Failure::usage(
        format!("write '{}': {error}", path.display()),
        "choose a place that you may write",
    );
    if is_about_space(error) {
        failure.status = Status::Unwritten;
    }
    failure
}
