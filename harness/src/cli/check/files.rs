//! Finds the definitions that a user names: files, or directories to search.

use std::path::{Path, PathBuf};

use serde_json::Value;
use stepproof_specs::{
    asl::{WorkflowType, diagnostic::Severity, text::problems},
    validate::warnings,
};

use crate::{
    cli::{
        Failure,
        input::{self, Judged},
        placeholders::{Filled, Supplied, Values},
        search,
        templates::{self, Argument, Inside},
    },
    report::{LeftOut, Unjudged},
};

/// A file that holds a definition.
pub(super) struct Found {
    /// Its name.
    pub file: String,
    /// The file beside the template in which the definition is, if it is in a template that says so.
    beside: Option<PathBuf>,
    /// The definition, or why it cannot be run.
    pub definition: Result<Definition, LeftOut>,
}

/// A definition that the validator accepts.
pub(super) struct Definition {
    pub json: Value,
    /// What was guessed of it, in words.
    pub placeholders: Vec<String>,
    /// What AWS warns of, in words.
    pub warnings: Vec<String>,
    /// As what it was validated.
    pub workflow: WorkflowType,
}

/// The files that a user named, and those below the directories.
#[derive(Default)]
pub(super) struct Files {
    /// Those that hold definitions, or are meant to.
    pub found: Vec<Found>,
    /// Those below directories that are no definitions.
    pub skipped: Vec<String>,
}

/// Looks for definitions of one type, unless a template says another, with these values in place of their placeholders.
pub(super) struct Search {
    pub supplied: Supplied,
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
                all.found.extend(self.named(path));
            }
        }
        Ok(all)
    }

    /// Reads a file that the user named: it must be a definition, or a template with some.
    fn named(&self, path: &Path) -> Vec<Found> {
        let argument = Argument::of(path);
        let file = argument.file.display().to_string();
        let text = input::text(&argument.file).map_err(|failure| unreadable(failure.message));
        let found = text.and_then(|text| {
            let inside = argument.machines(&text).map_err(unreadable)?;
            Ok((text, inside))
        });
        let definition = match found {
            Ok((_, Some(inside))) => return self.inside(&file, inside),
            Ok((text, None)) => self.alone(path, &text),
            Err(why) => Err(why),
        };
        let file = path.display().to_string();
        vec![Found {
            file,
            beside: None,
            definition,
        }]
    }

    /// The machines in a template.
    fn inside(&self, file: &str, machines: Vec<Inside>) -> Vec<Found> {
        let machines = machines.into_iter().map(|it| {
            let file = format!("{file}#{}", it.id);
            let definition = it.text.clone().map_err(unreadable).and_then(|text| {
                let filled = self.supplied.fill(&text, &it.values).map_err(unreadable)?;
                let workflow = it.workflow.unwrap_or(self.workflow);
                let judged = input::judged(Path::new(&file), &filled.text, workflow)
                    .map_err(|error| unreadable(error.to_string()))?;
                // Places in the text are not places in the file.
                accepted(&filled, "", judged, workflow)
            });
            Found {
                file,
                beside: it.file,
                definition,
            }
        });
        machines.collect()
    }

    /// Reads a text that must be a definition.
    fn alone(&self, path: &Path, text: &str) -> Result<Definition, LeftOut> {
        let filled = self.filled(text)?;
        let judged = input::judged(path, &filled.text, self.workflow)
            .map_err(|error| unreadable(error.to_string()))?;
        accepted(&filled, &filled.text, judged, self.workflow)
    }

    /// Looks for definitions below a directory, in the order of their paths.
    fn search(&self, directory: &Path, all: &mut Files) -> Result<(), Failure> {
        let mut found: Vec<Found> = Vec::new();
        for path in search::below(directory)? {
            let file = path.display().to_string();
            match self.look(&path) {
                Looked::Found(more) => found.extend(more),
                Looked::Foreign(None) => all.skipped.push(file),
                Looked::Foreign(Some(why)) => all.skipped.push(format!("{file} ({why})")),
            }
        }
        // The template knows more of a machine than its file.
        let beside: Vec<PathBuf> = found.iter().filter_map(|it| it.beside.clone()).collect();
        let of_template = |it: &Found| beside.iter().any(|file| file == Path::new(&it.file));
        found.retain(|it| !of_template(it));
        all.found.extend(found);
        Ok(())
    }

    /// Looks into a file below a directory.
    fn look(&self, path: &Path) -> Looked {
        let file = path.display().to_string();
        let found = |definition| {
            let file = file.clone();
            Looked::Found(vec![Found {
                file,
                beside: None,
                definition,
            }])
        };
        let lost = |reason: String| {
            if search::is_meant_if_unreadable(path) {
                found(Err(unreadable(reason)))
            } else {
                Looked::Foreign(Some("it cannot be read"))
            }
        };
        let text = match input::text(path) {
            Ok(text) => text,
            Err(failure) => return lost(failure.message),
        };
        if let Some(inside) = templates::machines(&text, path) {
            return Looked::Found(self.inside(&file, inside));
        }
        // Other files have placeholders of their own, and are none of this command's business.
        let about_states = ["StartAt", "States"].iter().all(|it| text.contains(it));
        let filled = match self.filled(&text) {
            Ok(filled) => filled,
            Err(left_out) if about_states => return found(Err(left_out)),
            Err(_) => Filled::unchanged(text),
        };
        match input::judged(path, &filled.text, self.workflow) {
            Ok(judged) if judged.is_machine || search::is_meant(path) => {
                found(accepted(&filled, &filled.text, judged, self.workflow))
            }
            Ok(_) => Looked::Foreign(None),
            Err(error) => lost(error.to_string()),
        }
    }

    fn filled(&self, text: &str) -> Result<Filled, LeftOut> {
        self.supplied.fill(text, &Values::new()).map_err(unreadable)
    }
}

/// A definition that the validator accepts, or the validator's errors with their positions in a text. What
/// may be wrong only because of a guess is not what AWS would refuse.
fn accepted(
    filled: &Filled,
    text: &str,
    judged: Judged,
    workflow: WorkflowType,
) -> Result<Definition, LeftOut> {
    if judged.machine.is_some() {
        return Ok(Definition {
            warnings: warned(&judged),
            json: judged.value,
            placeholders: filled.guessed.clone(),
            workflow,
        });
    }
    let errors = judged.diagnostics;
    let doubt = filled.doubt(&errors);
    let problems = problems(text, &judged.value, errors);
    Err(match doubt {
        Some(doubt) => unreadable(format!("{doubt}: {problems}")),
        None => LeftOut {
            kind: Unjudged::Refused,
            reason: format!("accept the machine: {problems}"),
        },
    })
}

/// What AWS warns of in a definition that it accepts.
fn warned(judged: &Judged) -> Vec<String> {
    let all = judged.diagnostics.iter().cloned();
    let warnings = all
        .chain(warnings(&judged.value))
        .filter(|it| it.severity == Severity::Warning);
    let told = warnings.map(|it| {
        let at = it.location.as_deref().unwrap_or("/");
        let message = it.message.strip_suffix('.').unwrap_or(&it.message);
        format!("AWS warns: {message} at {at}")
    });
    told.collect()
}

fn unreadable(reason: String) -> LeftOut {
    LeftOut {
        kind: Unjudged::Unreadable,
        reason,
    }
}

/// What a file below a directory holds.
enum Looked {
    /// A definition, or what is meant to be one; or a template with some.
    Found(Vec<Found>),
    /// Something else, with what is to be said about that.
    Foreign(Option<&'static str>),
}
