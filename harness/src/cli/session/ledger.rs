//! Finds the ledger of a run.

use std::path::{Path, PathBuf};

use crate::{
    cli::Failure,
    judge::ledger::{Ledger, LedgerError},
};

/// Stands for no ledger at all: every divergence is new.
const NONE: &str = "none";

/// Loads the ledger: the one that the user named, the engine's own below the current directory, or
/// the one compiled into the binary. An engine that is told to break a rule has none.
pub(in crate::cli) fn load(
    named: Option<&Path>,
    engine: &str,
    faulty: bool,
) -> Result<Option<Ledger>, Failure> {
    let refused = |error: LedgerError| Failure::usage(error.to_string(), "correct the ledger");
    match named {
        Some(path) if path == Path::new(NONE) => Ok(None),
        Some(path) => Ledger::load(path).map(Some).map_err(refused),
        None if faulty => Ok(None),
        None => {
            let here = default_path(engine);
            let ledger = if here.is_file() {
                Ledger::load(&here)
            } else {
                Ledger::built_in(engine)
            };
            ledger.map(Some).map_err(refused)
        }
    }
}

fn default_path(engine: &str) -> PathBuf {
    Path::new("snapshots/ledger").join(format!("{engine}.toml"))
}
