//! The known divergences of an engine: `snapshots/ledger/<engine>.toml`, or the copy compiled into
//! the binary.
//!
//! Parsing is strict: an entry without a reason, a clause, evidence, dates or a minimal case is
//! refused. An entry is stale when its minimal case agrees.

mod error;
mod glob;
mod parse;
mod pattern;
mod place;
mod write;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;
use regex_lite::Regex;
use serde_json::Value;
use stepproof_generators::FeatureSet;
use stepproof_specs::{
    clause::{Aspect, Clause, Coverage},
    deviation::Deviations,
};

use self::glob::Glob;
pub use self::{
    error::{LedgerError, Problem},
    pattern::{NoPattern, Pattern},
};
use super::verdict::{Judgement, Signature, Verdict};
use crate::{casefile, job::Prepared};

/// The version of the ledger format that this build reads and writes.
pub const LEDGER_FORMAT: i64 = 1;

/// An engine's known divergences.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    path: PathBuf,
    text: String,
    engine: String,
    entries: Vec<Entry>,
}

/// One known divergence.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// A short stable name, for example `choice-missing-variable`.
    pub id: String,
    /// The root cause in one line.
    pub title: String,
    /// What the engine does, if that can be expressed: then the entry covers the cases in which the
    /// reference does exactly the same under these, and no others.
    pub deviations: Arc<Deviations>,
    /// The signatures under which it shows, if its deviations do not say so.
    pub signatures: Vec<Pattern>,
    /// Why it is known and not fixed.
    pub reason: String,
    /// The rule that it breaks; never an assumed one.
    pub clause: Clause,
    /// Restricts the entry to cases that exercise one of these clauses. `*` stands for any string,
    /// and `&` joins clauses that must all be exercised. If the list is empty, the entry applies to
    /// all cases.
    pub only: Vec<String>,
    /// Restricts the entry to cases in which this regular expression matches, as compact JSON, the
    /// state that differs first, one that leads to it or one that encloses it; or the definition, if it
    /// is not known which state that is. If it is absent, the entry applies to all cases.
    pub definition: Option<String>,
    /// Whether it misdirects data or control in these cases, so that anything later may differ. The
    /// entry then applies to every signature that is about the course of an execution, and hides
    /// other roots there.
    pub spreads: bool,
    /// The evidence that the reference is right.
    pub evidence: String,
    /// When it was found.
    pub first_seen: Date,
    /// When its minimal case last diverged.
    pub last_confirmed: Date,
    /// The engine's version at that time.
    pub engine_version: String,
    /// The minimal case, relative to the ledger.
    pub case: String,
    /// The features without which it does not show. They are drawn rarely, so that it does not hide
    /// other bugs.
    pub avoid: FeatureSet,
    /// A link to a discussion of it.
    pub link: Option<String>,
}

/// The properties of a case that entries refer to.
#[derive(Debug, Clone)]
pub struct Circumstances<'c> {
    /// The clauses that the case exercises.
    pub exercised: Coverage,
    /// Its definition.
    pub definition: &'c Value,
    /// The state at which something differs first, if that is known.
    pub at: Option<&'c str>,
}

impl<'c> Circumstances<'c> {
    /// The same, where something differs first at this state.
    #[must_use]
    pub fn at(self, at: Option<&'c str>) -> Self {
        Self { at, ..self }
    }
}

impl<'c> From<&'c Prepared> for Circumstances<'c> {
    fn from(prepared: &'c Prepared) -> Self {
        Self {
            exercised: prepared.coverage(),
            definition: prepared.definition(),
            at: None,
        }
    }
}

impl Entry {
    /// Whether its deviations say in which cases it shows.
    pub fn is_exact(&self) -> bool {
        !self.deviations.is_empty()
    }

    /// Whether this entry covers the signature in such a case, by its signatures.
    pub fn names(&self, signature: &Signature, case: &Circumstances<'_>) -> bool {
        let names = (self.spreads && is_of_the_course(signature))
            || self.signatures.iter().any(|it| it.matches(signature));
        names && self.concerns(case)
    }

    fn concerns(&self, case: &Circumstances<'_>) -> bool {
        let exercises = |joined: &String| {
            joined_by_and(joined).all(|ids| {
                let mut exercised = case.exercised.iter();
                exercised.any(|it| ids.matches(it.entry().id))
            })
        };
        let holds = |pattern: &String| {
            let places = place::around(case.definition, case.at);
            let mut texts = places.iter().map(Value::to_string);
            let pattern = Regex::new(pattern);
            pattern.is_ok_and(|pattern| texts.any(|text| pattern.is_match(&text)))
        };
        (self.only.is_empty() || self.only.iter().any(exercises))
            && self.definition.iter().all(holds)
    }
}

/// Whether a signature is about the course of an execution, rather than about its definition,
/// liveness, timing or a violated property.
fn is_of_the_course(signature: &Signature) -> bool {
    use Aspect::{Attempts, Cause, Effects, Error, History, Output, Path, Status};
    match signature.aspect {
        Status | Error | Cause | Output | Path | Attempts | Effects => true,
        History => signature.shape.property().is_none(),
        _ => false,
    }
}

/// The patterns of clauses that `&` joins.
fn joined_by_and(patterns: &str) -> impl Iterator<Item = Glob> {
    patterns.split('&').map(|ids| Glob::new(ids.trim()))
}

impl Ledger {
    /// A ledger without entries, to be written to `path`.
    pub fn empty(path: &Path, engine: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: write::header(engine),
            engine: engine.to_owned(),
            entries: Vec::new(),
        }
    }

    /// Reads a ledger. The minimal case of every entry must exist.
    pub fn load(path: &Path) -> Result<Self, LedgerError> {
        let text = fs::read_to_string(path).map_err(|error| LedgerError::read(path, error))?;
        let ledger = Self::parse(path, &text)?;
        let problems: Vec<Problem> = ledger
            .entries
            .iter()
            .filter(|entry| !casefile::exists(&ledger.case_file(entry)))
            .map(|entry| Problem {
                line: parse::line_of(&ledger.text, &entry.case),
                what: format!(
                    "entry '{}': the minimal case {} is not there",
                    entry.id, entry.case
                ),
                remedy: "store the case file beside the ledger, or correct its path".into(),
            })
            .collect();
        LedgerError::unless_empty(path, problems)?;
        Ok(ledger)
    }

    /// The ledger of an engine compiled into the binary; an empty one if there is none.
    pub fn built_in(engine: &str) -> Result<Self, LedgerError> {
        let path = PathBuf::from(format!("{engine}.toml"));
        match stepproof_snapshots::ledger(engine) {
            Some(text) => Self::parse(&path, text),
            None => Ok(Self::empty(&path, engine)),
        }
    }

    /// Parses the contents of a ledger; `path` is for messages.
    pub fn parse(path: &Path, text: &str) -> Result<Self, LedgerError> {
        let (engine, entries) =
            parse::parse(text).map_err(|problems| LedgerError::refused(path, problems))?;
        Ok(Self {
            path: path.to_owned(),
            text: text.to_owned(),
            engine,
            entries,
        })
    }

    /// A digest of its contents.
    pub fn digest(&self) -> String {
        blake3::hash(self.text.as_bytes()).to_hex().to_string()
    }

    /// The path of the ledger's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The engine that has these divergences.
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// Refuses the ledger of another engine: its entries say nothing about this one.
    pub fn must_be_of(&self, engine: &str) -> Result<(), LedgerError> {
        if self.engine == engine {
            return Ok(());
        }
        let problem = Problem {
            line: parse::line_of_key(&self.text, "engine"),
            what: format!(
                "it holds the divergences of '{}', and the engine is '{engine}'",
                self.engine
            ),
            remedy: "give that engine, its own ledger, or none; or correct `engine`".into(),
        };
        Err(LedgerError::refused(&self.path, vec![problem]))
    }

    /// The known divergences, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The features that entries say to avoid.
    pub fn avoid(&self) -> FeatureSet {
        let spoilt = self.entries.iter().map(|entry| entry.avoid);
        spoilt.fold(FeatureSet::EMPTY, FeatureSet::with)
    }

    /// The entries whose deviations say in which cases they show.
    pub fn exact(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_exact())
    }

    /// The entry that covers this signature in such a case, by its signatures.
    pub fn matches(&self, signature: &Signature, case: &Circumstances<'_>) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.names(signature, case))
    }

    /// The path of an entry's minimal case, for [`casefile::load`].
    pub fn case_file(&self, entry: &Entry) -> PathBuf {
        let parent = self.path.parent().unwrap_or(Path::new(""));
        parent.join(&entry.case)
    }

    /// Adds an entry and writes the ledger. The rest of the file is not changed.
    pub fn append(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let text = format!("{}\n{}", self.text, write::entry(entry));
        let grown = Self::parse(&self.path, &text)?;
        write::replace(&self.path, &text)?;
        *self = grown;
        Ok(())
    }

    /// Records that an entry's minimal case diverged again, and writes the ledger.
    pub fn confirm(&mut self, id: &str, on: Date, version: &str) -> Result<(), LedgerError> {
        let text = write::confirmed(&self.text, id, on, version);
        let confirmed = Self::parse(&self.path, &text)?;
        if text != self.text {
            write::replace(&self.path, &text)?;
        }
        *self = confirmed;
        Ok(())
    }
}

/// The result of running an entry's minimal case again.
#[derive(Debug, Clone, PartialEq)]
pub struct StaleCheck {
    /// The id of the entry.
    pub entry: String,
    /// Its root cause.
    pub title: String,
    /// Its minimal case.
    pub case: PathBuf,
    /// The result for the entry.
    pub outcome: Staleness,
}

/// Whether an entry still holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Staleness {
    /// The case diverges as the entry says.
    Confirmed,
    /// The case agrees: the entry should be removed.
    Stale,
    /// The case diverges in another way: the entry should be reviewed.
    Changed(Vec<Signature>),
    /// The case could not be judged.
    Unjudged(String),
}

impl StaleCheck {
    /// The result, given the judgement of the entry's minimal case; `explained` says whether the
    /// entry's deviations explain it.
    pub fn new(
        ledger: &Ledger,
        entry: &Entry,
        judgement: &Judgement,
        explained: bool,
        case: &Circumstances<'_>,
    ) -> Self {
        let found: Vec<Signature> = judgement
            .differences
            .iter()
            .map(|it| it.signature.clone())
            .collect();
        let names = |signature: &Signature| explained || entry.names(signature, case);
        let outcome = match judgement.verdict(names) {
            Verdict::Known => Staleness::Confirmed,
            Verdict::Agree => Staleness::Stale,
            Verdict::Diverge if found.iter().any(names) => Staleness::Confirmed,
            Verdict::Diverge => Staleness::Changed(found),
            other => Staleness::Unjudged(other.name().into()),
        };
        Self::with(ledger, entry, outcome)
    }

    /// The result for a case that could not be run.
    pub fn unjudged(ledger: &Ledger, entry: &Entry, why: impl Into<String>) -> Self {
        Self::with(ledger, entry, Staleness::Unjudged(why.into()))
    }

    fn with(ledger: &Ledger, entry: &Entry, outcome: Staleness) -> Self {
        Self {
            entry: entry.id.clone(),
            title: entry.title.clone(),
            case: ledger.case_file(entry),
            outcome,
        }
    }

    /// Whether the entry no longer holds.
    pub fn is_stale(&self) -> bool {
        matches!(self.outcome, Staleness::Stale)
    }
}

#[cfg(test)]
mod tests;
