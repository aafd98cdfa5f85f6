//! Writes ledgers: appends entries in a stable form and changes nothing else.

use std::{fmt::Write, fs, path::Path};

use jiff::civil::Date;

use stepproof_specs::deviation::Deviations;

use super::{Entry, LEDGER_FORMAT, LedgerError};

/// The header of a new ledger.
pub fn header(engine: &str) -> String {
    format!(
        "# Known divergences of {engine}. Every entry has a minimal case, which is run again: an\n\
         # entry whose case agrees is stale and fails the run.\n\
         format = {LEDGER_FORMAT}\n\
         engine = {}\n",
        quoted(engine)
    )
}

/// An entry as it is appended to the file.
pub fn entry(entry: &Entry) -> String {
    let mut text = String::from("[[divergence]]\n");
    let mut line = |key: &str, value: &str| {
        writeln!(text, "{key} = {value}").expect("a string takes everything");
    };
    line("id", &quoted(&entry.id));
    line("title", &quoted(&entry.title));
    if entry.is_exact() {
        line("deviation", &quoted(&deviation(&entry.deviations)));
    }
    let signatures = entry.signatures.iter();
    let signatures: Vec<String> = signatures
        .map(|it| format!("    {},\n", quoted(&it.to_string())))
        .collect();
    if !signatures.is_empty() {
        line("signatures", &format!("[\n{}]", signatures.concat()));
    }
    line("reason", &quoted(&entry.reason));
    line("clause", &quoted(entry.clause.entry().id));
    if !entry.only.is_empty() {
        let patterns: Vec<String> = entry.only.iter().map(|it| quoted(it)).collect();
        line("only", &format!("[{}]", patterns.join(", ")));
    }
    if let Some(definition) = &entry.definition {
        line("definition", &quoted(definition));
    }
    if entry.spreads {
        line("spreads", "true");
    }
    line("evidence", &quoted(&entry.evidence));
    line("first_seen", &entry.first_seen.to_string());
    line("last_confirmed", &entry.last_confirmed.to_string());
    line("engine_version", &quoted(&entry.engine_version));
    line("case", &quoted(&entry.case));
    if !entry.avoid.is_empty() {
        let names = entry.avoid.iter().map(|feature| quoted(feature.name()));
        let names: Vec<String> = names.collect();
        line("avoid", &format!("[{}]", names.join(", ")));
    }
    if let Some(link) = &entry.link {
        line("link", &quoted(link));
    }
    text
}

/// Deviations as JSON: a single one without a list around it.
fn deviation(deviations: &Deviations) -> String {
    let written = match deviations.iter().as_slice() {
        [one] => serde_json::to_string(one),
        _ => serde_json::to_string(deviations),
    };
    written.unwrap_or_default()
}

/// A string as a TOML literal.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Changes the date and the version of one entry's last confirmation in the contents of a ledger.
pub fn confirmed(text: &str, id: &str, on: Date, version: &str) -> String {
    let wanted = format!("id = {}", quoted(id));
    let mut inside = false;
    text.split_inclusive('\n')
        .map(|line| {
            let key = line.split('=').next().unwrap_or_default().trim();
            inside = match key {
                "[[divergence]]" => false,
                "id" => line.trim_end() == wanted,
                _ => inside,
            };
            match key {
                "last_confirmed" if inside => format!("last_confirmed = {on}\n"),
                "engine_version" if inside => format!("engine_version = {}\n", quoted(version)),
                _ => line.to_owned(),
            }
        })
        .collect()
}

/// Writes the whole file atomically.
pub fn replace(path: &Path, text: &str) -> Result<(), LedgerError> {
    let failed = |error| LedgerError::write(path, error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let beside = path.with_extension("toml.new");
    fs::write(&beside, text).map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)
}
