//! An engine that only validates: a linter, which says whether it would accept a definition and runs
//! nothing. People trust linters before they deploy, so they are held against the same rules as an
//! engine's `CreateStateMachine`, but their rules and messages are their own.
//!
//! One process is asked about many definitions, because starting one takes longer than a hundred
//! answers. It speaks JSON lines, like a [library](super::library):
//!
//! ```text
//! {"ready": VERSION}                                      it is ready
//! {"start": N, "definition": TEXT, "workflow": TYPE}      what does it say about this one?
//! {"execution": N, "complaints": [{rule, message, at}]}   nothing if it accepts the definition
//! {"execution": N, "trouble": TEXT}                       it, or its script, is broken: no opinion
//! {"ping": N}, {"pong": N}                                does it still answer?
//! ```
//!
//! `rule` is what tells one of its rules from another, `at` a location as AWS writes it
//! (`/States/A/Retry[0]`), if the linter gives one.

use std::{sync::Arc, time::Duration};

use regex_lite::Regex;
use serde::Deserialize;
use serde_json::json;
use stepproof_specs::{asl::WorkflowType, scenario::case::DefinitionCase};

use super::{
    Boxed, Engine, EngineProfile,
    library::{Lost, Pipe, Program, Silence, Supervisor},
};
use crate::{
    bound,
    raw::{Creation, RawRun},
    trouble::Trouble,
};

/// How long a linter may say nothing about a definition before it is pinged: some load their rules
/// with the first one.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The most words of a rule that tell it from others.
const WORDS: usize = 8;

/// A linter in a process of its own.
#[derive(Debug)]
pub struct Linter {
    name: &'static str,
    profile: EngineProfile,
    process: Supervisor,
}

/// What a linter has against a definition.
#[derive(Debug, Deserialize)]
struct Complaint {
    rule: String,
    message: String,
    at: Option<String>,
}

impl Linter {
    /// Starts the process.
    pub async fn start(program: &Program, profile: EngineProfile) -> Result<Self, Trouble> {
        let linter = Self {
            name: program.name,
            profile,
            process: Supervisor::new(program),
        };
        linter.process.pipe().await?;
        Ok(linter)
    }

    /// Asks about a definition.
    async fn ask(&self, case: &DefinitionCase) -> Result<RawRun, Trouble> {
        if case.workflow == WorkflowType::Express && !self.profile.capabilities.express {
            let lack = "way to be told that a workflow is Express";
            return Err(Trouble::Unsupported(lack.to_owned()));
        }
        let order = json!({
            "definition": case.definition.to_string(),
            "workflow": case.workflow,
        });
        let talk = self.pipe().await?.start(&order);
        let mut talk = talk.map_err(|lost| self.lost(lost))?;
        let answer = talk.next().await.map_err(|silence| match silence {
            Silence::Lost(lost) => self.lost(lost),
            Silence::Trouble(trouble) => trouble,
        })?;
        if let Some(trouble) = answer.get("trouble") {
            return Err(strange(match trouble.as_str() {
                Some(text) => text.to_owned(),
                None => trouble.to_string(),
            }));
        }
        let complaints: Vec<Complaint> = serde_json::from_value(answer["complaints"].clone())
            .map_err(|error| strange(error.to_string()))?;
        Ok(RawRun {
            creation: complaints
                .first()
                .map_or(Creation::Accepted, |first| Creation::Refused {
                    code: bound::text(rule(&first.rule)),
                    message: bound::text(told(first)),
                }),
            validation: None,
            executions: Vec::new(),
            names: Vec::new(),
            wire: Vec::new(),
            calls: Vec::new(),
        })
    }

    async fn pipe(&self) -> Result<Arc<Pipe>, Trouble> {
        let pipe = self.process.pipe().await;
        pipe.map_err(|trouble| self.gone(trouble.to_string()))
    }

    fn lost(&self, lost: Lost) -> Trouble {
        self.gone(
            match lost {
                Lost::Ended => "its process has ended",
                Lost::Hung => "its process does not answer",
                Lost::Endless => "its process says more than anybody reads",
            }
            .to_owned(),
        )
    }

    fn gone(&self, reason: String) -> Trouble {
        Trouble::Unreachable {
            endpoint: self.name.to_owned(),
            reason,
        }
    }
}

/// A linter that gives no opinion.
fn strange(reason: String) -> Trouble {
    Trouble::Protocol {
        operation: "the linter".to_owned(),
        reason: bound::reason(reason),
    }
}

/// A linter's rule in a few words, without the names, values and numbers that it quotes.
fn rule(text: &str) -> String {
    let quoted = Regex::new(r#""[^"]*"|'[^']*'|-?[0-9]+"#).expect("a constant pattern");
    // The number of a rule is part of its name.
    let (name, text) = match text.split_once(' ') {
        Some((name, rest)) if name.starts_with(char::is_alphabetic) && has_number(name) => {
            (name, rest)
        }
        _ => ("", text),
    };
    let plain = quoted.replace_all(text, " ");
    let words = plain.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '.');
    let words = words.map(|it| it.trim_matches('.'));
    let words: Vec<&str> = std::iter::once(name)
        .chain(words)
        .filter(|it| !it.is_empty())
        .take(WORDS)
        .collect();
    words.join("-")
}

fn has_number(name: &str) -> bool {
    name.ends_with(|it: char| it.is_ascii_digit())
}

/// A complaint with its place, as AWS gives it in a message.
fn told(complaint: &Complaint) -> String {
    match complaint.at.as_deref() {
        Some(at) if !at.is_empty() => format!("{} at {at}", complaint.message),
        _ => complaint.message.clone(),
    }
}

impl Engine for Linter {
    fn profile(&self) -> &EngineProfile {
        &self.profile
    }

    fn define<'a>(&'a self, case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(self.ask(case))
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(async {
            let pipe = self.pipe().await?;
            let version = pipe.probe().await.map(str::to_owned);
            version.map_err(|lost| self.lost(lost))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Complaint, rule, told};

    #[test]
    fn a_rule_has_no_names_and_no_values() {
        let same = [
            ("Field \"Foo\" not allowed", "Field-not-allowed"),
            ("E3601 'a' is not one of ['b', 'c']", "E3601-is-not-one-of"),
            (
                "-1 is less than the minimum of 0",
                "is-less-than-the-minimum-of",
            ),
            ("MISSING_TERMINAL_STATE", "MISSING_TERMINAL_STATE"),
            ("Field is not supported.", "Field-is-not-supported"),
        ];
        for (text, words) in same {
            assert_eq!(rule(text), words);
        }
    }

    #[test]
    fn a_place_is_told_if_there_is_one() {
        let complaint = |at: Option<&str>| Complaint {
            rule: String::new(),
            message: "no".to_owned(),
            at: at.map(str::to_owned),
        };
        assert_eq!(told(&complaint(Some("/States/A"))), "no at /States/A");
        assert_eq!(told(&complaint(Some(""))), "no");
        assert_eq!(told(&complaint(None)), "no");
    }
}
