//! Finds the ledger of a run.

use std::path::{Path, PathBuf};

use crate::{
    cli::{Failure, output},
    engines::adapters::ENDPOINT,
    judge::ledger::{Ledger, LedgerError},
};

/// Stands for no ledger at all: every divergence is new.
const NONE: &str = "none";

/// Loads the ledger: the one that the user named, the engine's own below the current directory, or
/// the one compiled into the binary. An engine that is told to break a rule has none. What listens at an
/// address may be any engine, and has the ledger that the user names.
pub(in crate::cli) fn load(
    named: Option<&Path>,
    engine: &str,
    faulty: bool,
) -> Result<Option<Ledger>, Failure> {
    let refused = |error: LedgerError| Failure::usage(error.to_string(), "correct the ledger");
    let here = default_path(engine);
    let ledger = match named {
        Some(path) if path == Path::new(NONE) => return Ok(None),
        None if faulty => return Ok(None),
        Some(path) => Ledger::load(path),
        None if here.is_file() => Ledger::load(&here),
        None => Ledger::built_in(engine),
    };
    let ledger = ledger.map_err(refused)?;
    if engine == ENDPOINT && ledger.engine() != engine {
        let (path, of) = (ledger.path().display(), ledger.engine());
        output::note(format_args!(
            "note: the ledger {path} is taken for that of the engine at the address: it is of '{of}'"
        ));
    } else {
        ledger.must_be_of(engine).map_err(refused)?;
    }
    Ok(Some(ledger))
}

fn default_path(engine: &str) -> PathBuf {
    Path::new("snapshots/ledger").join(format!("{engine}.toml"))
}
