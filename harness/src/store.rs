//! The record of a run: everything that it found out, append-only.
//!
//! A run keeps its record in a [`Journal`]. [`Store`] is a run directory: it holds `run.sqlite`
//! (configuration, cases, findings, events) and `findings/` (each finding as files a person can read
//! and replay). [`Memory`] keeps what a report needs and forgets it with the process. A case counts once
//! the transaction that holds it is on disk, so that a killed run is resumed without losing or
//! repeating a verdict. Nothing here judges, runs or prints anything.

#[cfg(feature = "store")]
mod directory;
mod error;
mod files;
mod journal;
#[cfg(feature = "store")]
mod read;
mod record;
#[cfg(feature = "store")]
mod schema;
#[cfg(feature = "store")]
mod write;

#[cfg(feature = "store")]
pub use self::{
    directory::{Store, default_directory},
    schema::FORMAT,
};
pub use self::{
    error::StoreError,
    files::{FindingFiles, write_finding, write_progress},
    journal::{Journal, Memory},
    record::{
        CaseRecord, Detail, FindingRecord, JudgedCase, Keep, ReductionRecord, Replay, RunRecord,
        Stored,
    },
};

#[cfg(all(test, feature = "store"))]
mod tests;
