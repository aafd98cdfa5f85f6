//! The ledger of a run: found, loaded, and checked for entries that no longer hold.

use std::path::{Path, PathBuf};

use crate::{
    casefile,
    cli::Failure,
    job::{Lane, prepare},
    judge::ledger::{Entry, Ledger, LedgerError, StaleCheck},
    report::{Event, Reporter},
    run::{Context, Control, Outcome, attempt, judging::Compared},
};

/// Loads the ledger: the one that is named, the engine's own below the current directory, or the one
/// that this build carries. An engine that is told to be faulty has none.
pub(super) fn load(
    named: Option<&Path>,
    engine: &str,
    faulty: bool,
) -> Result<Option<Ledger>, Failure> {
    let refused = |error: LedgerError| Failure::usage(error.to_string(), "correct the ledger");
    match named {
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

/// Runs every entry's minimal case; the ids of those that no longer diverge.
pub(super) async fn check(
    context: &Context,
    judge: &Compared,
    reporter: &mut dyn Reporter,
) -> Vec<String> {
    let mut stale = Vec::new();
    let Some(ledger) = &judge.ledger else {
        return stale;
    };
    if ledger.entries().is_empty() {
        return stale;
    }
    let control = Control::measured(context).await;
    for entry in ledger.entries() {
        let check = check_entry(context, ledger, entry, &control).await;
        if check.is_stale() {
            stale.push(check.entry.clone());
        }
        reporter.event(&Event::LedgerChecked(check));
    }
    stale
}

async fn check_entry(
    context: &Context,
    ledger: &Ledger,
    entry: &Entry,
    control: &Control,
) -> StaleCheck {
    let case = match casefile::load(&ledger.case_file(entry)) {
        Ok(case) => case,
        Err(error) => return StaleCheck::unjudged(ledger, entry, error.to_string()),
    };
    // Nothing else runs any more: timing may be judged.
    let job = match prepare(&case, Lane::Quiet) {
        Ok(job) => job,
        Err(error) => return StaleCheck::unjudged(ledger, entry, error.to_string()),
    };
    match attempt(context, &job, control.overhead()).await.outcome {
        Outcome::Judged { judgement, .. } => {
            StaleCheck::new(ledger, entry, &judgement, &(&job).into())
        }
        Outcome::Trouble(trouble) => StaleCheck::unjudged(ledger, entry, trouble.to_string()),
    }
}
