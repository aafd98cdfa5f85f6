//! Parses a ledger into its entries, or into all of its problems with their lines.

use jiff::civil::Date;
use regex_lite::Regex;
use serde::Deserialize;
use stepproof_generators::{Feature, FeatureSet};
use stepproof_specs::{
    clause::{Basis, Clause, REGISTRY},
    deviation::{Deviation, Deviations},
};
use toml::{Spanned, value::Datetime};

use super::{Entry, LEDGER_FORMAT, Pattern, Problem, glob::Glob, joined_by_and};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: Spanned<i64>,
    engine: String,
    #[serde(default)]
    divergence: Vec<Spanned<Table>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    id: Option<Spanned<String>>,
    title: Option<Spanned<String>>,
    deviation: Option<Spanned<String>>,
    signatures: Option<Spanned<Vec<Spanned<String>>>>,
    reason: Option<Spanned<String>>,
    clause: Option<Spanned<String>>,
    #[serde(default)]
    only: Vec<Spanned<String>>,
    definition: Option<Spanned<String>>,
    spreads: Option<Spanned<bool>>,
    evidence: Option<Spanned<String>>,
    first_seen: Option<Spanned<Datetime>>,
    last_confirmed: Option<Spanned<Datetime>>,
    engine_version: Option<Spanned<String>>,
    case: Option<Spanned<String>>,
    #[serde(default)]
    avoid: Vec<Spanned<String>>,
    link: Option<String>,
}

/// The engine and the entries of a ledger.
pub fn parse(text: &str) -> Result<(String, Vec<Entry>), Vec<Problem>> {
    let document: Document = toml::from_str(text).map_err(|error| {
        vec![Problem {
            line: line(text, error.span().map_or(0, |span| span.start)),
            what: error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
            remedy: "write it as in the other entries".into(),
        }]
    })?;
    let mut reader = Reader {
        text,
        problems: Vec::new(),
    };
    let format = *document.format.get_ref();
    if format != LEDGER_FORMAT {
        let what = format!("format {format} is not known");
        let remedy = format!("this build reads format {LEDGER_FORMAT}");
        reader.complain(document.format.span().start, what, remedy);
    }
    let entries: Vec<Entry> = document
        .divergence
        .iter()
        .filter_map(|table| reader.entry(table.span().start, table.get_ref()))
        .collect();
    reader.unique(&document.divergence);
    if reader.problems.is_empty() {
        Ok((document.engine, entries))
    } else {
        reader.problems.sort_by_key(|problem| problem.line);
        Err(reader.problems)
    }
}

/// The line, from 1, of a byte offset.
fn line(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|it| *it == b'\n').count() + 1
}

/// The line of the first occurrence of a string.
pub fn line_of(text: &str, wanted: &str) -> usize {
    line(text, text.find(wanted).unwrap_or(0))
}

/// The line of the first assignment to a key.
pub fn line_of_key(text: &str, key: &str) -> usize {
    let mut keys = text.lines().map(|line| line.split('=').next());
    let place = keys.position(|it| it.is_some_and(|it| it.trim() == key));
    place.unwrap_or_default() + 1
}

/// What is wrong with a deviation. Where, in its text, is no place in the ledger.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(text, _)| text);
    match text.strip_prefix("unknown variant ") {
        Some(named) => format!(
            "there is no {}",
            named.replacen(", expected one of ", ", there is ", 1)
        ),
        None => text.to_owned(),
    }
}

struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn complain(&mut self, offset: usize, what: String, remedy: impl Into<String>) {
        self.problems.push(Problem {
            line: line(self.text, offset),
            what,
            remedy: remedy.into(),
        });
    }

    fn entry(&mut self, offset: usize, table: &Table) -> Option<Entry> {
        let id = self.required(offset, "?", "id", table.id.as_ref(), "give it a short name");
        let label = id.clone().unwrap_or_else(|| "?".into());
        let mut text = |key, value: &Option<Spanned<String>>, remedy| {
            self.required(offset, &label, key, value.as_ref(), remedy)
        };
        let title = text("title", &table.title, "name the root cause in one line");
        let reason = text("reason", &table.reason, "say why it is known and not fixed");
        let evidence = text(
            "evidence",
            &table.evidence,
            "say what shows that the reference is right",
        );
        let version = text(
            "engine_version",
            &table.engine_version,
            "say which version showed it",
        );
        let case = text(
            "case",
            &table.case,
            "give its minimal case, relative to the ledger",
        );
        let clause = text("clause", &table.clause, "name the rule that it breaks");
        let clause = clause.and_then(|id| self.clause(&label, table.clause.as_ref(), &id));
        let first_seen = self.date(offset, &label, "first_seen", table.first_seen.as_ref());
        let last = self.date(
            offset,
            &label,
            "last_confirmed",
            table.last_confirmed.as_ref(),
        );
        let only = self.clauses(&label, &table.only);
        let definition = self.expression(&label, table.definition.as_ref());
        let spreads = table.spreads.as_ref().filter(|it| *it.get_ref());
        let deviations = self.deviations(&label, table.deviation.as_ref());
        let signatures = match &table.signatures {
            None if spreads.is_some() || table.deviation.is_some() => Some(Vec::new()),
            signatures => self.signatures(offset, &label, signatures.as_ref()),
        };
        if let Some(spreads) = spreads
            && only.is_empty()
            && definition.is_none()
        {
            let what = format!("entry '{label}' spreads, and would name everything");
            let remedy = "say by `only` or `definition` in which cases";
            self.complain(spreads.span().start, what, remedy);
        }
        let avoid = self.features(&label, &table.avoid);
        Some(Entry {
            id: id?,
            title: title?,
            deviations: deviations.into(),
            signatures: signatures?,
            reason: reason?,
            clause: clause?,
            only,
            definition,
            spreads: spreads.is_some(),
            evidence: evidence?,
            first_seen: first_seen?,
            last_confirmed: last?,
            engine_version: version?,
            case: case?,
            avoid,
            link: table.link.clone(),
        })
    }

    fn required(
        &mut self,
        offset: usize,
        entry: &str,
        key: &str,
        value: Option<&Spanned<String>>,
        remedy: &str,
    ) -> Option<String> {
        match value {
            None => {
                self.complain(offset, format!("entry '{entry}' has no `{key}`"), remedy);
                None
            }
            Some(value) if value.get_ref().trim().is_empty() => {
                let what = format!("entry '{entry}' has an empty `{key}`");
                self.complain(value.span().start, what, remedy);
                None
            }
            Some(value) => Some(value.get_ref().clone()),
        }
    }

    fn clause(&mut self, entry: &str, at: Option<&Spanned<String>>, id: &str) -> Option<Clause> {
        let offset = at.map_or(0, |at| at.span().start);
        let Some(clause) = Clause::from_id(id) else {
            let what = format!("entry '{entry}': there is no clause '{id}'");
            self.complain(offset, what, "`stepproof clauses` lists them");
            return None;
        };
        if clause.entry().basis == Basis::Assumed {
            let what = format!("entry '{entry}': clause '{id}' is only assumed");
            let remedy =
                "no finding may rest on it: find evidence for the clause, or drop the entry";
            self.complain(offset, what, remedy);
            return None;
        }
        Some(clause)
    }

    fn clauses(&mut self, entry: &str, patterns: &[Spanned<String>]) -> Vec<String> {
        let known = |ids: &Glob| REGISTRY.iter().any(|(_, it)| ids.matches(it.id));
        for joined in patterns {
            for ids in joined_by_and(joined.get_ref()).filter(|ids| !known(ids)) {
                let what = format!("entry '{entry}': there is no clause '{ids}'");
                let remedy = "`stepproof clauses` lists them; `*` stands for anything, `&` joins";
                self.complain(joined.span().start, what, remedy);
            }
        }
        patterns.iter().map(|it| it.get_ref().clone()).collect()
    }

    fn expression(&mut self, entry: &str, value: Option<&Spanned<String>>) -> Option<String> {
        let value = value?;
        if let Err(error) = Regex::new(value.get_ref()) {
            let what = format!("entry '{entry}': `definition` is no regular expression: {error}");
            let remedy = "write one that finds what the definitions of its cases have in common";
            self.complain(value.span().start, what, remedy);
        }
        Some(value.get_ref().clone())
    }

    /// A deviation, or several in a list, as JSON.
    fn deviations(&mut self, entry: &str, value: Option<&Spanned<String>>) -> Deviations {
        let Some(value) = value else {
            return Deviations::default();
        };
        let read: serde_json::Result<Deviations> = if value.get_ref().trim().starts_with('[') {
            serde_json::from_str(value.get_ref())
        } else {
            serde_json::from_str::<Deviation>(value.get_ref()).map(Into::into)
        };
        let what = match read {
            Ok(deviations) if !deviations.is_empty() => return deviations,
            Ok(_) => "the list is empty".to_owned(),
            Err(error) => in_words(&error),
        };
        let what = format!("entry '{entry}': `deviation` is no deviation: {what}");
        let remedy = "write it as JSON; `stepproof deviations` lists what it may be";
        self.complain(value.span().start, what, remedy);
        Deviations::default()
    }

    fn signatures(
        &mut self,
        offset: usize,
        entry: &str,
        value: Option<&Spanned<Vec<Spanned<String>>>>,
    ) -> Option<Vec<Pattern>> {
        let remedy = "list the signatures under which it shows";
        let Some(value) = value.filter(|value| !value.get_ref().is_empty()) else {
            let offset = value.map_or(offset, |value| value.span().start);
            self.complain(
                offset,
                format!("entry '{entry}' has no `signatures`"),
                remedy,
            );
            return None;
        };
        let mut signatures = Vec::new();
        for text in value.get_ref() {
            let Ok(pattern) = text.get_ref().parse() else {
                let what = format!("entry '{entry}': '{}' is no signature", text.get_ref());
                let remedy = "write `aspect state-kind parent-kind shape`, with `*` for what varies in \
                              the first three or within the shape";
                self.complain(text.span().start, what, remedy);
                continue;
            };
            signatures.push(pattern);
        }
        Some(signatures)
    }

    fn features(&mut self, entry: &str, names: &[Spanned<String>]) -> FeatureSet {
        let mut features = FeatureSet::EMPTY;
        for name in names {
            match name.get_ref().parse::<Feature>() {
                Ok(feature) => features = features.with(FeatureSet::of(&[feature])),
                Err(error) => {
                    let what = format!("entry '{entry}': {error}");
                    let remedy = "`stepproof profiles --format json` lists them";
                    self.complain(name.span().start, what, remedy);
                }
            }
        }
        features
    }

    fn date(
        &mut self,
        offset: usize,
        entry: &str,
        key: &str,
        value: Option<&Spanned<Datetime>>,
    ) -> Option<Date> {
        let remedy = "write a date, for example 2026-01-31";
        let Some(value) = value else {
            self.complain(offset, format!("entry '{entry}' has no `{key}`"), remedy);
            return None;
        };
        let date = value.get_ref().to_string().parse().ok();
        if date.is_none() {
            let what = format!("entry '{entry}': `{key}` is no date");
            self.complain(value.span().start, what, remedy);
        }
        date
    }

    /// Checks that no id and no signature occurs in two entries.
    fn unique(&mut self, tables: &[Spanned<Table>]) {
        let mut ids = std::collections::HashSet::new();
        let mut signatures = std::collections::HashSet::new();
        for table in tables.iter().map(Spanned::get_ref) {
            for id in table.id.iter().filter(|id| !ids.insert(id.get_ref())) {
                let what = format!("entry '{}' stands twice", id.get_ref());
                self.complain(id.span().start, what, "merge the entries");
            }
            // The same signature may have another cause in other cases, so it is unique only per
            // condition.
            let only: Vec<&String> = table.only.iter().map(Spanned::get_ref).collect();
            let only = (only, table.definition.as_ref().map(Spanned::get_ref));
            let all = table.signatures.iter().flat_map(Spanned::get_ref);
            for signature in all.filter(|it| !signatures.insert((only.clone(), it.get_ref()))) {
                let what = format!("signature '{}' stands twice", signature.get_ref());
                self.complain(signature.span().start, what, "keep it in one entry");
            }
        }
    }
}
