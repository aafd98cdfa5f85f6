//! Journals, which keep a run's record.

use std::{fmt, io, path::Path, time::Duration};

use tempfile::TempDir;

use super::{CaseRecord, FindingRecord, ReductionRecord, StoreError, Stored};

/// Keeps a run's record. Entries count only once [`Journal::commit`] has returned.
pub trait Journal: fmt::Debug + Send {
    /// The directory to which the findings' files are written.
    fn directory(&self) -> &Path;

    /// The state from which a resumed run continues.
    fn stored(&self) -> Result<Stored, StoreError>;

    /// Adds a judged case.
    fn append_case(&mut self, case: CaseRecord);

    /// Adds a finding.
    fn append_finding(&mut self, finding: FindingRecord);

    /// Adds the reduction of a finding.
    fn append_reduction(&mut self, reduction: ReductionRecord);

    /// Adds an event as JSON, with the time of the run at which it happened.
    fn append_event(&mut self, at: Duration, body: String);

    /// The number of entries appended since the last commit.
    fn pending(&self) -> usize;

    /// Makes all appended entries durable.
    fn commit(&mut self) -> Result<(), StoreError>;
}

/// A journal that keeps no record: only the findings' files exist, in a temporary directory that is
/// deleted with the process. Such a run cannot be resumed.
#[derive(Debug)]
pub struct Memory {
    directory: TempDir,
    pending: usize,
}

impl Memory {
    /// An empty journal.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            directory: tempfile::tempdir()?,
            pending: 0,
        })
    }
}

impl Journal for Memory {
    fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn stored(&self) -> Result<Stored, StoreError> {
        Ok(Stored::default())
    }

    fn append_case(&mut self, _: CaseRecord) {
        self.pending += 1;
    }

    fn append_finding(&mut self, _: FindingRecord) {
        self.pending += 1;
    }

    fn append_reduction(&mut self, _: ReductionRecord) {
        self.pending += 1;
    }

    fn append_event(&mut self, _: Duration, _: String) {
        self.pending += 1;
    }

    fn pending(&self) -> usize {
        self.pending
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.pending = 0;
        Ok(())
    }
}
