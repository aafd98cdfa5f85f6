//! Which files below a directory hold machines, by their names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Failure, input};

/// Directories that hold third-party or generated files. One that a user names is searched.
const FOREIGN: [&str; 4] = ["node_modules", "target", "venv", "cdk.out"];

/// The ends of the names of files that may hold machines.
const ENDS: [&str; 5] = [".json", ".yaml", ".yml", ".asl", ".template"];

/// The ends of the names of files that say that they hold machines.
const MEANT: [&str; 4] = [".asl.json", ".asl.yaml", ".asl.yml", ".asl"];

/// What a user is told who named a directory without machines.
pub(super) const REMEDY: &str = "a machine is a .json, .yaml, .yml, .asl or .template file with StartAt and States, or in a template";

/// Whether a file is meant as a machine by its name, whatever is in it.
pub(super) fn is_meant(path: &Path) -> bool {
    ends(path, &MEANT)
}

/// Whether a file that cannot be read counts as a machine: its name says so, or what is in it names the
/// first state of one. Others are more likely something else: a template, a lock file.
pub(super) fn is_meant_if_unreadable(path: &Path) -> bool {
    let is_json = ends(path, &[".json"]);
    let starts = |bytes: Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes);
        is_json && text.contains("\"StartAt\"")
            || text.lines().any(|line| line.starts_with("StartAt:"))
    };
    is_meant(path) || input::beginning(path).is_ok_and(starts)
}

fn ends(path: &Path, ends: &[&str]) -> bool {
    let name = path.to_string_lossy();
    ends.iter().any(|it| name.ends_with(it))
}

/// The files below a directory that may hold machines, by their names, in the order of their paths.
pub(super) fn below(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    collect(directory, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::usage(
            format!("read '{}': {error}", directory.display()),
            "check the path",
        )
    };
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        // Symbolic links could form a cycle, so only real directories are entered.
        let kind = entry.file_type().map_err(unreadable)?;
        if name.starts_with('.') || FOREIGN.contains(&&*name) {
            continue;
        }
        if kind.is_dir() {
            collect(&path, files)?;
        } else if ends(&path, &ENDS) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}
