//! Finds the definitions that a user names: files, or directories to search.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use stepproof_specs::{
    asl::{
        WorkflowType,
        diagnostic::Severity,
        text::{problems, read},
    },
    validate::validate,
};

use crate::cli::{Failure, input};

/// Directories that hold third-party or generated files.
const FOREIGN: [&str; 4] = ["node_modules", "target", "venv", "cdk.out"];

/// A file that holds a definition.
pub(super) struct Found {
    /// Its name.
    pub file: String,
    /// The definition, or why it cannot be run, which completes "failed to …".
    pub definition: Result<Value, String>,
}

/// The files that a user named, and those below the directories.
#[derive(Default)]
pub(super) struct Files {
    /// Those that hold definitions, or are meant to.
    pub found: Vec<Found>,
    /// Those below directories that are no definitions.
    pub skipped: Vec<String>,
}

/// The definitions in these files, and in the files below these directories.
pub(super) fn find(paths: &[PathBuf]) -> Result<Files, Failure> {
    let mut all = Files::default();
    for path in paths {
        if path.is_dir() {
            let before = all.found.len();
            search(path, &mut all)?;
            if all.found.len() == before {
                return Err(Failure::usage(
                    format!(
                        "find a machine in '{}': no file below it holds one",
                        path.display()
                    ),
                    "a machine is a .json, .yaml or .yml file with StartAt and States",
                ));
            }
        } else {
            all.found.push(named(path)?);
        }
    }
    Ok(all)
}

/// Reads a file that the user named: it must be a definition.
fn named(path: &Path) -> Result<Found, Failure> {
    let text = input::text(path)?;
    let unreadable = |reason: String| {
        Failure::usage(
            format!("read '{}': {reason}", path.display()),
            "give a machine in the Amazon States Language, as JSON or YAML",
        )
    };
    let value = read(&text).map_err(|error| unreadable(error.to_string()))?;
    if !is_definition(&value) {
        let reason = "it has no StartAt and States, so it is no machine".to_owned();
        return Err(unreadable(reason));
    }
    Ok(Found {
        file: path.display().to_string(),
        definition: accepted(&text, value),
    })
}

/// Looks for definitions below a directory, in the order of their paths.
fn search(directory: &Path, all: &mut Files) -> Result<(), Failure> {
    let mut files = Vec::new();
    collect(directory, &mut files)?;
    files.sort();
    for path in files {
        let file = path.display().to_string();
        match look(&path) {
            Looked::Found(definition) => all.found.push(Found { file, definition }),
            Looked::Foreign(None) => all.skipped.push(file),
            Looked::Foreign(Some(why)) => all.skipped.push(format!("{file} ({why})")),
        }
    }
    Ok(())
}

/// What a file below a directory holds.
enum Looked {
    /// A definition, or what is meant to be one.
    Found(Result<Value, String>),
    /// Something else, with what is to be said about that.
    Foreign(Option<&'static str>),
}

/// The files below a directory that may hold definitions, by their names.
pub(in crate::cli) fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
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
        } else if [".json", ".yaml", ".yml"]
            .iter()
            .any(|it| name.ends_with(it))
            && path.is_file()
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Looks into a file below a directory. JSON that cannot be read may be a definition. YAML that
/// cannot is more likely a template of something else, unless its name says what it is.
fn look(path: &Path) -> Looked {
    let name = path.to_string_lossy();
    let meant = [".asl.json", ".asl.yaml", ".asl.yml"];
    let meant = meant.iter().any(|it| name.ends_with(it));
    let unreadable = |reason: String| {
        if meant || name.ends_with(".json") {
            Looked::Found(Err(reason))
        } else {
            Looked::Foreign(Some("it cannot be read as YAML"))
        }
    };
    let text = match input::text(path) {
        Ok(text) => text,
        Err(failure) => return unreadable(failure.message),
    };
    match read(&text) {
        Ok(value) if is_definition(&value) => Looked::Found(accepted(&text, value)),
        Ok(_) if meant => Looked::Found(Err("find StartAt and States in it".to_owned())),
        Ok(_) => Looked::Foreign(None),
        Err(error) => unreadable(error.to_string()),
    }
}

fn is_definition(value: &Value) -> bool {
    value.get("StartAt").is_some() && value.get("States").is_some()
}

/// A definition that the validator accepts, or the validator's errors with their positions.
fn accepted(text: &str, value: Value) -> Result<Value, String> {
    let (machine, diagnostics) = validate(&value, WorkflowType::Standard);
    if machine.is_some() {
        return Ok(value);
    }
    let errors = diagnostics.into_iter();
    let errors = errors.filter(|it| it.severity == Severity::Error).collect();
    Err(format!(
        "accept the machine: {}",
        problems(text, &value, errors)
    ))
}
