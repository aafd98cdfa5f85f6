//! What tests need beyond Rust, and a record of the tests that were skipped.
//!
//! A test that needs Java, Node, boto3, recordings or a third-party engine asks [`require`] for it,
//! and returns early if it is not available. Such a skip is never silent: it is printed to standard
//! error, bypassing the test runner's capture, and recorded in a file from which the last test
//! binary of the workspace prints a table.
//!
//! `STEPPROOF_SKIPS` names the file. Without it, each `cargo test` has its own file in the target
//! directory.

use std::{
    env,
    fmt::Display,
    fs::OpenOptions,
    io::{self, Write},
    panic::Location,
    path::PathBuf,
    thread,
};

/// Returns what was found. Otherwise records that the calling test is skipped, wholly or in part,
/// because `need` is missing. `need` is one word, which `.ci/run` uses to declare expected skips.
#[track_caller]
pub fn require<T>(need: &str, found: Result<T, impl Display>) -> Option<T> {
    let reason = match found {
        Ok(found) => return Some(found),
        Err(reason) => reason.to_string(),
    };
    let place = Location::caller();
    let test = match thread::current().name() {
        Some(test) if test != "main" => format!("{test} ({})", place.file()),
        _ => place.to_string(),
    };
    let skip = Skip {
        need: need.to_owned(),
        test,
        reason: reason.replace(['\n', '\t'], " "),
    };
    let mut terminal = io::stderr().lock();
    let _ = writeln!(terminal, "skipped for want of {need}: {skip}");
    note(&skip).expect("a skip can be noted");
    None
}

/// A test that was skipped, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// What it needs, as one word.
    pub need: String,
    /// Its name and location.
    pub test: String,
    /// Why that is missing.
    pub reason: String,
}

impl Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.test, self.reason)
    }
}

/// The skips recorded so far, sorted.
pub fn skips() -> io::Result<Vec<Skip>> {
    let text = match std::fs::read_to_string(record()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read?,
    };
    let mut skips: Vec<Skip> = text.lines().filter_map(Skip::read).collect();
    skips.sort();
    skips.dedup();
    Ok(skips)
}

impl Skip {
    fn read(line: &str) -> Option<Self> {
        let mut words = line.splitn(3, '\t').map(str::to_owned);
        Some(Self {
            need: words.next()?,
            test: words.next()?,
            reason: words.next()?,
        })
    }
}

/// Appends a line in a single write, because several tests may be skipped at once.
fn note(skip: &Skip) -> io::Result<()> {
    let path = record();
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let line = format!("{}\t{}\t{}\n", skip.need, skip.test, skip.reason);
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(line.as_bytes())
}

/// The file in which skips are recorded, shared by all test binaries that the same process started.
fn record() -> PathBuf {
    if let Some(path) = env::var_os("STEPPROOF_SKIPS") {
        return path.into();
    }
    let test = env::current_exe().expect("the test's own path");
    let profile = test
        .ancestors()
        .find(|path| path.file_name().is_some_and(|name| name == "deps"))
        .and_then(|deps| deps.parent())
        .expect("a test lies in the target directory");
    profile.join("skips").join(parent().to_string())
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}
