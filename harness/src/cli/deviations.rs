//! `stepproof deviations`.

use clap::Args;
use serde_json::json;
use stepproof_specs::deviation::{
    Change, Deviation, Hook, When,
    catalogue::{Hypothesis, catalogue},
    words,
};

use super::{
    Failure, Status,
    output::{Format, Output},
};

/// Lists the ways in which one rule may be broken: what explains divergences, and what an entry of a ledger
/// may say as its `deviation`.
///
/// Each is told in one sentence, with the JSON to write in a ledger and the rule that it breaks. Numbers,
/// names, values and paths in it may be others; `states` restricts it to types of states, `when` to a
/// condition, and `paths` to paths whose text is `like` a regular expression, or `unlike` it. The change
/// `other` says of an answer only that it is another one: what follows from it is open, and what came before it
/// is not. After them come all words of which deviations are made.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof deviations retry
  stepproof deviations ResultPath
  stepproof deviations --format json")]
pub(super) struct Deviations {
    /// Show only those whose sentence, JSON or rule contains this string.
    filter: Option<String>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Deviations {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let mut output = Output::new();
        let all: Vec<[String; 3]> = catalogue().iter().map(told).collect();
        let filter = self.filter.as_deref().unwrap_or_default();
        let meant = |told: &[String; 3]| told.iter().any(|it| it.contains(filter));
        let both = catalogue().iter().zip(&all);
        let both: Vec<_> = both.filter(|(_, told)| meant(told)).collect();
        if both.is_empty() {
            return Err(Failure::usage(
                format!("find a deviation of which '{filter}' is a part"),
                "'stepproof deviations' lists all, and the words of which they are made",
            ));
        }
        match self.format {
            Format::Human => {
                for (_, [sentence, json, clause]) in both {
                    output.line(format_args!("{sentence} ({clause})"))?;
                    output.line(format_args!("    {json}"))?;
                }
                for (what, words) in vocabulary() {
                    output.line(format_args!("{what}: {}", words.join(", ")))?;
                }
            }
            Format::Json => {
                let listed: Vec<_> = both
                    .into_iter()
                    .map(|(it, [sentence, _, clause])| {
                        json!({
                            "deviation": it.deviation, "sentence": sentence, "clause": clause,
                        })
                    })
                    .collect();
                output.json(&listed)?;
            }
        }
        output.flush()?;
        Ok(Status::Success)
    }
}

/// Its sentence, its JSON and its rule.
fn told(hypothesis: &Hypothesis) -> [String; 3] {
    let json = json!(hypothesis.deviation).to_string();
    let clause = hypothesis.clause.entry().id;
    [hypothesis.to_string(), json, clause.to_owned()]
}

/// The words of which deviations are made.
fn vocabulary() -> [(&'static str, &'static [&'static str]); 4] {
    [
        ("parts of a deviation", words::<Deviation>()),
        ("hooks", words::<Hook>()),
        ("changes", words::<Change>()),
        ("conditions", words::<When>()),
    ]
}
