//! Finds the definitions that a user names: files, or directories to search.

use std::path::{Path, PathBuf};

use serde_json::Value;
use stepproof_specs::asl::{WorkflowType, text::problems};

use crate::{
    cli::{
        Failure,
        input::{self, Judged},
        placeholders::{Filled, Values, fill},
        search,
    },
    report::{LeftOut, Unjudged},
};

/// A file that holds a definition.
pub(super) struct Found {
    /// Its name.
    pub file: String,
    /// The definition, or why it cannot be run.
    pub definition: Result<Definition, LeftOut>,
}

/// A definition that the validator accepts.
pub(super) struct Definition {
    pub json: Value,
    /// What was guessed of it, in words.
    pub placeholders: Vec<String>,
}

/// The files that a user named, and those below the directories.
#[derive(Default)]
pub(super) struct Files {
    /// Those that hold definitions, or are meant to.
    pub found: Vec<Found>,
    /// Those below directories that are no definitions.
    pub skipped: Vec<String>,
}

/// Looks for definitions of one type, with these values in place of their placeholders.
pub(super) struct Search {
    pub values: Values,
    pub workflow: WorkflowType,
}

impl Search {
    /// The definitions in these files, and in the files below these directories. A file that was
    /// named and holds none stays, with the reason.
    pub fn find(&self, paths: &[PathBuf]) -> Result<Files, Failure> {
        let mut all = Files::default();
        for path in paths {
            if path.is_dir() {
                let before = all.found.len();
                self.search(path, &mut all)?;
                if all.found.len() == before {
                    return Err(Failure::usage(
                        format!(
                            "find a machine in '{}': no file below it holds one",
                            path.display()
                        ),
                        search::REMEDY,
                    ));
                }
            } else {
                let definition = self.named(path);
                let file = path.display().to_string();
                all.found.push(Found { file, definition });
            }
        }
        Ok(all)
    }

    /// Reads a file that the user named: it must be a definition.
    fn named(&self, path: &Path) -> Result<Definition, LeftOut> {
        let text = input::text(path).map_err(|failure| unreadable(failure.message))?;
        let filled = self.filled(&text)?;
        let judged = input::judged(path, &filled.text, self.workflow)
            .map_err(|error| unreadable(error.to_string()))?;
        accepted(&filled, judged)
    }

    /// Looks for definitions below a directory, in the order of their paths.
    fn search(&self, directory: &Path, all: &mut Files) -> Result<(), Failure> {
        for path in search::below(directory)? {
            let file = path.display().to_string();
            match self.look(&path) {
                Looked::Found(definition) => all.found.push(Found {
                    file,
                    definition: *definition,
                }),
                Looked::Foreign(None) => all.skipped.push(file),
                Looked::Foreign(Some(why)) => all.skipped.push(format!("{file} ({why})")),
            }
        }
        Ok(())
    }

    /// Looks into a file below a directory.
    fn look(&self, path: &Path) -> Looked {
        let lost = |reason: String| {
            if search::is_meant_if_unreadable(path) {
                Looked::Found(Box::new(Err(unreadable(reason))))
            } else {
                Looked::Foreign(Some("it cannot be read as YAML"))
            }
        };
        let text = match input::text(path) {
            Ok(text) => text,
            Err(failure) => return lost(failure.message),
        };
        // Other files have placeholders of their own, and are none of this command's business.
        let about_states = ["StartAt", "States"].iter().all(|it| text.contains(it));
        let filled = match self.filled(&text) {
            Ok(filled) => filled,
            Err(left_out) if about_states => return Looked::Found(Box::new(Err(left_out))),
            Err(_) => Filled::unchanged(text),
        };
        match input::judged(path, &filled.text, self.workflow) {
            Ok(judged) if judged.is_machine || search::is_meant(path) => {
                Looked::Found(Box::new(accepted(&filled, judged)))
            }
            Ok(_) => Looked::Foreign(None),
            Err(error) => lost(error.to_string()),
        }
    }

    fn filled(&self, text: &str) -> Result<Filled, LeftOut> {
        fill(text, &self.values).map_err(unreadable)
    }
}

/// A definition that the validator accepts, or the validator's errors with their positions. What may
/// be wrong only because of a guess is not what AWS would refuse.
fn accepted(filled: &Filled, judged: Judged) -> Result<Definition, LeftOut> {
    if judged.machine.is_some() {
        return Ok(Definition {
            json: judged.value,
            placeholders: filled.guessed.clone(),
        });
    }
    let errors = judged.diagnostics;
    let is_guessed = errors
        .iter()
        .all(|it| filled.is_guessed(it.location.as_deref()));
    let problems = problems(&filled.text, &judged.value, errors);
    if is_guessed {
        return Err(unreadable(format!(
            "judge the machine with guessed placeholders: {}: give them with --set NAME=VALUE: \
             {problems}",
            filled.guessed.join(", ")
        )));
    }
    Err(LeftOut {
        kind: Unjudged::Refused,
        reason: format!("accept the machine: {problems}"),
    })
}

fn unreadable(reason: String) -> LeftOut {
    LeftOut {
        kind: Unjudged::Unreadable,
        reason,
    }
}

/// What a file below a directory holds.
enum Looked {
    /// A definition, or what is meant to be one.
    Found(Box<Result<Definition, LeftOut>>),
    /// Something else, with what is to be said about that.
    Foreign(Option<&'static str>),
}
