//! Where a run's record goes.

use std::{fmt, io, path::Path, time::Duration};

use tempfile::TempDir;

use super::{CaseRecord, FindingRecord, ReductionRecord, StoreError, Stored};

/// Where a run's record goes. What is appended counts once [`Journal::commit`] has returned.
pub trait Journal: fmt::Debug + Send {
    /// Where the findings' files are written.
    fn directory(&self) -> &Path;

    /// Everything that a resumed run needs to know of what was done before.
    fn stored(&self) -> Result<Stored, StoreError>;

    /// Adds a judged case.
    fn append_case(&mut self, case: CaseRecord);

    /// Adds a finding.
    fn append_finding(&mut self, finding: FindingRecord);

    /// Adds what became of a finding's case.
    fn append_reduction(&mut self, reduction: ReductionRecord);

    /// Adds an event, `at` this time of the run, as JSON.
    fn append_event(&mut self, at: Duration, body: String);

    /// How much was appended since the last commit.
    fn pending(&self) -> usize;

    /// Makes everything that was appended last.
    fn commit(&mut self) -> Result<(), StoreError>;
}

/// No record: the verdicts are counted, the findings told, and their files go with the process. Such a
/// run cannot be resumed.
#[derive(Debug)]
pub struct Memory {
    directory: TempDir,
    pending: usize,
}

impl Memory {
    /// A journal without a past.
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
