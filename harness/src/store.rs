//! The append-only record of a run.
//!
//! A run keeps its record in a [`Journal`]. [`Store`] is a run directory with `run.sqlite`
//! (configuration, cases, findings, events) and `findings/` (each finding as files that a person
//! can read and replay). [`Memory`] keeps only the findings' files, for as long as the process
//! runs. A case counts only when its transaction is on disk, so a killed run can be resumed without
//! losing or repeating a verdict. Nothing in this module judges, runs or prints anything.

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

#[cfg(feature = "cli")]
pub(crate) use self::error::is_about_space;
#[cfg(feature = "store")]
pub use self::{
    directory::{RUNS, Store, default_directory},
    schema::FORMAT,
};
pub use self::{
    error::StoreError,
    files::{
        CASE, FINDINGS, FindingFiles, REPORT, write_finding, write_page, write_progress,
        write_report,
    },
    journal::{Journal, Memory},
    record::{
        CaseRecord, Detail, FindingRecord, JudgedCase, Keep, ReductionRecord, Replay, RunRecord,
        Stored,
    },
};

#[cfg(all(test, feature = "store"))]
mod tests;
