//! Where a finding comes from: the machine that a user gave is larger than its case, and its states
//! have other names.

use std::path::PathBuf;

use serde_json::Value;
use stepproof_specs::scenario::case::Body;

use super::{Subject, layout::flat};

/// The length from which an input is abridged.
const INPUT: usize = 120;

/// Where a finding was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The file of the machine.
    pub file: String,
    /// The case of the run.
    pub case: String,
    /// The state of that machine at which it shows first.
    pub state: Option<String>,
    /// Which start of the case shows it, and its input.
    pub start: Option<(usize, Value)>,
    /// The file of the case.
    pub original: Option<PathBuf>,
}

impl Source {
    /// Where this was found; `None` if its machine is generated.
    pub(super) fn of(subject: &Subject<'_>) -> Option<Self> {
        let origin = subject.case.origin.as_ref()?;
        let source = Self {
            file: origin.machine.clone()?,
            case: format!("{}:{}", origin.seed, origin.index),
            state: None,
            start: None,
            original: None,
        };
        let Some(original) = &subject.original else {
            return Some(source);
        };
        let judgement = original.judgement.iter();
        let mut differences = judgement.flat_map(|it| &it.differences);
        let difference = differences.find(|it| it.signature == *subject.signature);
        let start = difference.and_then(|it| match &original.case.body {
            Body::Execution(case) => {
                let input = &case.starts.get(it.start)?.input;
                Some((it.start, Value::clone(input)))
            }
            Body::Definition(_) | Body::Api(_) => None,
        });
        Some(Self {
            state: difference.and_then(|it| it.state.as_ref().map(ToString::to_string)),
            start,
            original: Some(original.file.to_owned()),
            ..source
        })
    }

    /// Where it was found, in words.
    pub(super) fn words(&self) -> String {
        let mut words = self.file.clone();
        if let Some(state) = &self.state {
            words.push_str(&format!(" at state '{state}'"));
        }
        words.push_str(&format!(", case {}", self.case));
        if let Some((start, input)) = &self.start {
            let input = flat(input);
            let number = start + 1;
            if input.chars().count() <= INPUT {
                words.push_str(&format!(", start {number} with input {input}"));
            } else {
                words.push_str(&format!(", start {number}"));
            }
        }
        words
    }

    /// The file of the case as it was found.
    pub(super) fn original(&self) -> Option<String> {
        let original = self.original.as_ref()?;
        Some(original.display().to_string())
    }
}
