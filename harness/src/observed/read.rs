//! Reads recordings from files: `<area>/<name>.json`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// The kind of a recording that does not name one.
const EXECUTION: &str = "execution";

/// The activity that replaces the placeholder in recordings.
const ACTIVITY: &str = "arn:aws:states:us-east-1:111111111111:activity:recorded";
const ACTIVITY_PLACEHOLDER: &str = "activity_arn";

/// One recorded case.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Its path.
    pub file: PathBuf,
    /// The name of its folder.
    pub area: String,
    /// What was recorded.
    pub case: Value,
}

/// How much a recording says about an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extent {
    /// How an execution went, event by event.
    History,
    /// How an execution ended.
    Outcome,
    /// What a call answered.
    Answer,
}

impl Extent {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Outcome => "outcome",
            Self::Answer => "answer",
        }
    }
}

/// Why a file or a folder has no usable recording.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read.
    #[error("read '{}': {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not JSON.
    #[error("read '{}': it is not JSON: {reason}", path.display())]
    NotJson {
        /// Which file.
        path: PathBuf,
        /// Why, with line and column.
        reason: String,
    },
    /// It is JSON, but not a recording.
    #[error("read '{}': it is not a recording: {reason}", path.display())]
    NotARecording {
        /// Which file.
        path: PathBuf,
        /// What is missing.
        reason: &'static str,
    },
    /// A folder without recordings.
    #[error("find recordings in '{}': there is no JSON file in it or one folder below", path.display())]
    Empty {
        /// Which folder.
        path: PathBuf,
    },
}

impl ReadError {
    /// What a user can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check the path",
            Self::NotJson { .. } => "save the recording again, or take the file away",
            Self::NotARecording { .. } => {
                "a recording has 'expect', or 'steps', beside the 'definition'"
            }
            Self::Empty { .. } => "name a folder of recordings: DIR/<area>/<name>.json",
        }
    }
}

/// The recordings in a folder and its direct subfolders, sorted.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            files.extend(entries(&path)?.into_iter().filter(|path| is_json(path)));
        } else if is_json(&path) {
            files.push(path);
        }
    }
    if files.is_empty() {
        let path = folder.to_owned();
        return Err(ReadError::Empty { path });
    }
    files.sort();
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect()
    });
    entries.map_err(|source| ReadError::Unreadable {
        path: folder.to_owned(),
        source,
    })
}

fn is_json(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|it| it == "json")
}

/// The area of a file: the name of its folder.
pub fn area(file: &Path) -> String {
    let folder = file
        .canonicalize()
        .ok()
        .and_then(|file| Some(file.parent()?.file_name()?.to_string_lossy().into_owned()));
    folder.unwrap_or_default()
}

impl Recording {
    /// Reads a file.
    pub fn load(file: &Path) -> Result<Self, ReadError> {
        let path = file.to_owned();
        let text = match fs::read(file) {
            Ok(text) => text,
            Err(source) => return Err(ReadError::Unreadable { path, source }),
        };
        let mut case: Value = match serde_json::from_slice(&text) {
            Ok(case) => case,
            Err(error) => {
                let reason = error.to_string();
                return Err(ReadError::NotJson { path, reason });
            }
        };
        let lacking = |reason| ReadError::NotARecording {
            path: path.clone(),
            reason,
        };
        let fields = case.as_object().ok_or_else(|| lacking("no object"))?;
        if !fields.contains_key("expect") && !fields.contains_key("steps") {
            return Err(lacking("it expects nothing"));
        }
        place_activities(&mut case);
        Ok(Self {
            area: area(file),
            file: path,
            case,
        })
    }

    /// The kind, for example `execution`.
    pub fn kind(&self) -> &str {
        self.case["kind"].as_str().unwrap_or(EXECUTION)
    }

    /// How much it says.
    pub fn extent(&self) -> Extent {
        let expect = &self.case["expect"];
        if self.kind() != EXECUTION {
            Extent::Answer
        } else if expect["events"].is_array() || expect["event_types"].is_array() {
            Extent::History
        } else {
            Extent::Outcome
        }
    }

    /// Why the recording cannot be used for a comparison; `None` if it can.
    pub(super) fn flaw(&self) -> Option<String> {
        let tags = self.case["tags"].as_array().into_iter().flatten();
        if tags.into_iter().any(|tag| tag == "unverified") {
            return Some("not confirmed on AWS".to_owned());
        }
        let needs = self.case["needs"].as_array()?.iter();
        let needs: Vec<_> = needs.filter_map(Value::as_str).collect();
        Some(format!("the recording lacks {}", needs.join(", ")))
    }
}

/// Replaces the placeholder that recordings use for activities, also in causes.
fn place_activities(value: &mut Value) {
    match value {
        Value::Object(object) => object.values_mut().for_each(place_activities),
        Value::Array(elements) => elements.iter_mut().for_each(place_activities),
        Value::String(text) if text.contains(ACTIVITY_PLACEHOLDER) => {
            *text = text.replace(ACTIVITY_PLACEHOLDER, ACTIVITY);
        }
        _ => {}
    }
}
