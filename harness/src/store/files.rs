//! The files of a finding, which a person can read and replay.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use stepproof_specs::scenario::case::Case;

use super::StoreError;
use crate::casefile;

/// The name of a run's page in its directory.
pub const REPORT: &str = "report.md";

/// The name of the directory of a run's findings.
pub const FINDINGS: &str = "findings";
/// The name of the directory of a run's spot checks.
pub const SPOT_CHECKS: &str = "spot-checks";
/// The name of a finding's smallest case.
pub const CASE: &str = "case.json";

/// The files of one finding, `findings/<number>-<slug>/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingFiles {
    /// The directory.
    pub directory: PathBuf,
    /// The smallest case that shows the divergence.
    pub case: PathBuf,
    /// The case as it was found.
    pub original: PathBuf,
    /// The report.
    pub report: PathBuf,
}

impl FindingFiles {
    /// The paths of a finding's files.
    pub fn of(run: &Path, number: u32, slug: &str) -> Self {
        let directory = run.join(FINDINGS).join(format!("{number}-{slug}"));
        Self {
            case: directory.join(CASE),
            original: directory.join("original.json"),
            report: directory.join("report.md"),
            directory,
        }
    }

    /// The paths of the files of a spot check on a case that an entry of the ledger covers.
    pub fn of_spot_check(run: &Path, index: u64, entry: &str) -> Self {
        let directory = run.join(SPOT_CHECKS).join(format!("{index}-{entry}"));
        Self {
            case: directory.join(CASE),
            original: directory.join("original.json"),
            report: directory.join("report.md"),
            directory,
        }
    }
}

/// Writes a finding's files and loads the cases again, to verify that they are readable and
/// unchanged.
pub fn write_finding(
    files: &FindingFiles,
    minimal: &Case,
    original: &Case,
    report: &str,
) -> Result<(), StoreError> {
    let unwritable = |path: &Path, source: io::Error| StoreError::Unwritable {
        path: path.to_owned(),
        source,
    };
    make(files).map_err(|error| unwritable(&files.directory, error))?;
    for (path, case) in [(&files.original, original), (&files.case, minimal)] {
        replace(path, &casefile::encode(case)).map_err(|error| unwritable(path, error))?;
        let loaded = casefile::load(path).map_err(|error| StoreError::Corrupt {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        if loaded != *case {
            return Err(StoreError::Corrupt {
                path: path.clone(),
                reason: "it does not hold the case that was written".to_owned(),
            });
        }
    }
    write_page(files, report)
}

/// Writes a finding's page again.
pub fn write_page(files: &FindingFiles, report: &str) -> Result<(), StoreError> {
    replace(&files.report, report).map_err(|source| StoreError::Unwritable {
        path: files.report.clone(),
        source,
    })
}

/// Writes the page of a run, `report.md`, into its directory.
pub fn write_report(run: &Path, page: &str) -> Result<(), StoreError> {
    let path = run.join(REPORT);
    replace(&path, page).map_err(|source| StoreError::Unwritable { path, source })
}

/// Writes the smallest case so far, from which an interrupted reduction continues.
pub fn write_progress(files: &FindingFiles, smaller: &Case) -> io::Result<()> {
    make(files)?;
    replace(&files.case, &casefile::encode(smaller))
}

/// Makes a finding's directory. A run directory may come from somebody else, so a link that leads out
/// of it is not followed.
fn make(files: &FindingFiles) -> io::Result<()> {
    let findings = files.directory.parent().unwrap_or(&files.directory);
    fs::create_dir_all(findings)?;
    for directory in [findings, &files.directory] {
        match fs::symlink_metadata(directory) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                let reason = format!("'{}' is not a directory", directory.display());
                return Err(io::Error::new(io::ErrorKind::NotADirectory, reason));
            }
            Err(_) => fs::create_dir(directory)?,
        }
    }
    Ok(())
}

/// Writes a file atomically. What is in the way, be it a link, is removed and not written through.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut file = File::create_new(&fresh)?;
    file.write_all(text.as_bytes())?;
    fs::rename(fresh, path)
}
