//! The run directory: everything that a run found out, append-only.
//!
//! A run directory holds `run.sqlite` (the record: configuration, cases, findings, events) and
//! `findings/` (each finding as files a person can read and replay). A case counts once the
//! transaction that holds it is on disk, so that a killed run is resumed without losing or
//! repeating a verdict. Nothing here judges, runs or prints anything.

mod directory;
mod error;
mod files;
mod read;
mod record;
mod schema;
mod write;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

pub use self::{
    directory::default_directory,
    error::StoreError,
    files::{FindingFiles, write_finding, write_progress},
    record::{
        CaseRecord, Detail, FindingRecord, JudgedCase, Keep, ReductionRecord, Replay, RunRecord,
        Stored,
    },
    schema::FORMAT,
};

/// An open run directory, held by this process alone.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    run: RunRecord,
    connection: Connection,
    pending: Vec<record::Pending>,
    /// Holds the lock until the store is dropped.
    _lock: File,
}

impl Store {
    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// How the run was configured when it began.
    pub fn run(&self) -> &RunRecord {
        &self.run
    }
}

#[cfg(test)]
mod tests;
