//! Options that restrict what is generated.

use clap::Args;
use serde::{Deserialize, Serialize};
use stepproof_generators::{Feature, FeatureSet, Profile, given};

use super::{Failure, profiles};

/// The options that restrict what is generated.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Drawing {
    /// The profile, one of those that 'stepproof profiles' lists [default: everything].
    #[arg(long)]
    profile: Option<String>,
    /// Generate no case with these features.
    #[arg(long, value_name = "FEATURE,…", value_delimiter = ',', value_parser = feature)]
    without: Vec<Feature>,
    /// Keep these features in only one of eight cases that would have them.
    #[arg(long, value_name = "FEATURE,…", value_delimiter = ',', value_parser = feature)]
    rarely: Vec<Feature>,
}

impl Drawing {
    /// The selection that these options make.
    pub(super) fn drawn(&self) -> Drawn {
        Drawn {
            profile: self
                .profile
                .clone()
                .unwrap_or_else(|| profiles::DEFAULT.to_owned()),
            without: names(self.without.iter().copied()),
            rarely: names(self.rarely.iter().copied()),
        }
    }

    /// Whether a profile is given.
    pub(super) fn names_profile(&self) -> bool {
        self.profile.is_some()
    }

    /// The first option given here that contradicts what a stored run draws.
    pub(super) fn contradicts(&self, drawn: &Drawn) -> Option<&'static str> {
        let asked = self.drawn();
        let given = |list: &[Feature]| !list.is_empty();
        if self.profile.is_some() && asked.profile != drawn.profile {
            Some("--profile")
        } else if given(&self.without) && asked.without != drawn.without {
            Some("--without")
        } else if given(&self.rarely) && asked.rarely.iter().any(|it| !drawn.rarely.contains(it)) {
            Some("--rarely")
        } else {
            None
        }
    }
}

/// What a run draws, by name; stored with the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Drawn {
    pub profile: String,
    #[serde(default)]
    pub without: Vec<String>,
    #[serde(default)]
    pub rarely: Vec<String>,
}

impl Drawn {
    /// The selection for cases of machines that a user gave: features do not apply.
    pub(super) fn given() -> Self {
        Self {
            profile: given::PROFILE.to_owned(),
            without: Vec::new(),
            rarely: Vec::new(),
        }
    }

    /// The same, with these features rare too.
    pub(super) fn rarely(mut self, features: FeatureSet) -> Self {
        let more = names(features.iter());
        self.rarely.extend(more);
        self.rarely.sort_unstable();
        self.rarely.dedup();
        self
    }

    /// The options that make this selection, as they are typed.
    pub(super) fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        if self.profile != profiles::DEFAULT {
            options.extend(["--profile".to_owned(), self.profile.clone()]);
        }
        for (option, names) in [("--without", &self.without), ("--rarely", &self.rarely)] {
            if !names.is_empty() {
                options.extend([option.to_owned(), names.join(",")]);
            }
        }
        options
    }

    /// The profile, restricted by `without` and `rarely`.
    pub(super) fn profile(&self) -> Result<Profile, Failure> {
        let profile = profiles::named(&self.profile)?;
        Ok(profile
            .without(set(&self.without)?)
            .rarely(set(&self.rarely)?))
    }
}

fn names(features: impl Iterator<Item = Feature>) -> Vec<String> {
    let mut names: Vec<String> = features.map(|it| it.name().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn set(names: &[String]) -> Result<FeatureSet, Failure> {
    let features = names.iter().map(|name| feature(name));
    features
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::usage(error, "'stepproof profiles --format json' lists them"))
}

fn feature(name: &str) -> Result<Feature, String> {
    name.parse()
        .map_err(|error: stepproof_generators::UnknownFeature| error.to_string())
}
