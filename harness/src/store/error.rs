//! Errors of a run directory, with their paths and remedies.

use std::{io, path::PathBuf};

/// Why a run directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory or a file in it cannot be created or written.
    #[error("write '{}': {source}", path.display())]
    Unwritable {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The directory already holds a run.
    #[error("start a run in '{}': it already holds one", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
    },
    /// There is no run in the directory.
    #[error("open '{}': there is no run in it", path.display())]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// Another process has the run open.
    #[error("open '{}': another stepproof process is using it", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The file is not a run.
    #[error("open '{}': it is not a stepproof run", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// It was written by a later version of stepproof.
    #[error(
        "open '{}': it has format {found}, and this build reads formats up to {known}",
        path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The file's format.
        found: i64,
        /// The latest format that this build reads.
        known: i64,
    },
    /// The record is damaged.
    #[error("read '{}': it is damaged: {reason}", path.display())]
    Corrupt {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The database refused a write.
    #[error("write '{}': {source}", path.display())]
    Database {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// Whether the place was right and could be written until there was no room any more.
    pub fn is_about_space(&self) -> bool {
        match self {
            Self::Unwritable { source, .. } => is_about_space(source),
            Self::Database { .. } => true,
            _ => false,
        }
    }

    /// What a user can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unwritable { .. } if self.is_about_space() => {
                "make room on the disk; the run continues with --resume DIR"
            }
            Self::Unwritable { .. } => "choose a directory that you may write with --out DIR",
            Self::Occupied { .. } => {
                "continue it with --resume DIR, or choose another directory with --out DIR"
            }
            Self::Missing { .. } => "give the directory that the run printed when it began",
            Self::InUse { .. } => "wait until the other process has ended",
            Self::Foreign { .. } => "give a directory that 'stepproof run' has made",
            Self::Newer { .. } => "use the version of stepproof that wrote it, or a later one",
            Self::Corrupt { .. } => {
                "its findings/ directory may still be readable; start a new run for the rest"
            }
            Self::Database { .. } => {
                "check that the disk is not full; what was committed before is kept, and the run \
                 continues with --resume DIR"
            }
        }
    }
}

/// Whether there was no room for what was written.
pub(crate) fn is_about_space(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
