//! `stepproof profiles`.

use clap::Args;
use serde_json::json;
use stepproof_generators::{Feature, Profile};

use super::{
    Failure, Status,
    output::{Format, Output},
};

/// The profile of a run that names none.
pub(super) const DEFAULT: &str = "everything";

/// Lists the profiles: what a run may generate.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof profiles
  stepproof run --profile retry")]
pub(super) struct Profiles {
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Profiles {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let mut output = Output::new();
        match self.format {
            Format::Human => {
                let rows: Vec<[String; 2]> = listed()
                    .map(|profile| {
                        let default = if profile.name == DEFAULT {
                            " (default)"
                        } else {
                            ""
                        };
                        [
                            profile.name.to_owned(),
                            format!("{}{default}", profile.summary),
                        ]
                    })
                    .collect();
                output.table(&rows)?;
            }
            Format::Json => {
                let all: Vec<_> = listed()
                    .map(|profile| {
                        let features: Vec<_> =
                            profile.features().iter().map(Feature::name).collect();
                        json!({
                            "name": profile.name, "summary": profile.summary,
                            "features": features,
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

fn listed() -> impl Iterator<Item = Profile> {
    Profile::all()
        .into_iter()
        .chain([Profile::invalid(), Profile::api(), Profile::nested()])
}

/// The profile with a name.
pub(super) fn named(name: &str) -> Result<Profile, Failure> {
    Profile::named(name).map_err(|error| {
        let names: Vec<_> = listed().map(|profile| profile.name).collect();
        Failure::usage(
            format!("choose a profile: {error}"),
            format!("the profiles are: {}", names.join(", ")),
        )
    })
}
