//! The command that the whole-system tests run, where it runs, and what it left behind.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};
use stepproof::store::Journal as _;

/// The directory of the workspace.
pub fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// The folder of AWS recordings that `STEPPROOF_OBSERVED` names. Without one, the calling test is
/// recorded as skipped.
#[track_caller]
pub fn recordings() -> Option<PathBuf> {
    let folder = env::var_os("STEPPROOF_OBSERVED").map(PathBuf::from);
    let found = folder.ok_or("STEPPROOF_OBSERVED names no folder of recordings");
    stepproof_needs::require("recordings", found)
}

/// Whether Python has a module; the calling test is skipped if it has not.
#[track_caller]
pub fn python_has(module: &str) -> bool {
    let ran = Command::new("python3")
        .args(["-c", &format!("import {module}")])
        .output();
    let found = ran.map_err(|error| error.to_string()).and_then(|ran| {
        let trace = String::from_utf8_lossy(&ran.stderr).into_owned();
        ran.status.success().then_some(()).ok_or(trace)
    });
    stepproof_needs::require(module, found).is_some()
}

/// The `stepproof` command, which is built if necessary. It is in the same target directory and has
/// the same profile as the running test.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = env::current_exe().expect("the test's own path");
        let directory = test
            .ancestors()
            .find(|path| path.file_name().is_some_and(|name| name == "deps"))
            .and_then(Path::parent)
            .expect("a test lies in the target directory");
        build(directory);
        directory.join(format!("stepproof{}", env::consts::EXE_SUFFIX))
    })
}

/// Builds the command, which is quick if it is up to date.
fn build(directory: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--package", "stepproof"])
        .current_dir(workspace());
    match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => {}
        Some(profile) => {
            cargo.args(["--profile", profile]);
        }
    }
    if let Some(target) = directory.parent() {
        cargo.arg("--target-dir").arg(target);
    }
    let status = cargo.status().expect("cargo runs");
    assert!(status.success(), "the command builds");
}

/// A completed run of the command.
#[derive(Debug)]
pub struct Ran {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The command with these arguments in a working directory.
pub fn command(directory: &Path, arguments: &[&str]) -> Command {
    ready(Command::new(binary()), directory, arguments)
}

/// The same for tests that send signals. The command goes on ignoring signals that its parent ignores,
/// as whatever a shell starts in the background does; GNU `env` gives them their defaults back.
pub fn interruptible(directory: &Path, arguments: &[&str]) -> Command {
    if !cfg!(target_os = "linux") {
        return command(directory, arguments);
    }
    let mut env = Command::new("env");
    env.arg("--default-signal=HUP,INT,QUIT,TERM").arg(binary());
    ready(env, directory, arguments)
}

fn ready(mut command: Command, directory: &Path, arguments: &[&str]) -> Command {
    command
        .args(arguments)
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .env_remove("RUST_BACKTRACE");
    command
}

/// Runs the command with these arguments in a working directory.
pub fn stepproof(directory: &Path, arguments: &[&str]) -> Ran {
    let output = command(directory, arguments).output();
    output.expect("the command runs").into()
}

/// Runs the command, which must end with this status; otherwise the test fails and shows all
/// output.
pub fn expect(directory: &Path, arguments: &[&str], status: i32) -> Ran {
    let ran = stepproof(directory, arguments);
    assert_eq!(
        ran.status,
        status,
        "stepproof {}\n--- out\n{}\n--- err\n{}",
        arguments.join(" "),
        ran.out,
        ran.err
    );
    ran
}

/// The verdict and the signatures of every case in a run directory, by case number.
pub fn verdicts(run: &Path) -> Vec<(u64, String, Vec<String>)> {
    let store = stepproof::store::Store::open(run).expect("a run directory");
    let stored = store.stored().expect("a readable run");
    stored
        .cases
        .into_iter()
        .map(|case| {
            let signatures = case.signatures.iter().map(ToString::to_string).collect();
            (case.index, case.verdict.name().to_owned(), signatures)
        })
        .collect()
}
