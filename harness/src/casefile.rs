//! Case files: one case as JSON, read with errors that name the position.
//!
//! The minimal cases of known divergences are compiled into the binary: if there is no file, a name
//! such as `localstack/choice-missing-variable` stands for one of them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;
use stepproof_specs::scenario::case::{Body, CASE_FORMAT, Case};

/// Why a file could not be read as a case.
#[derive(Debug, thiserror::Error)]
pub enum CaseFileError {
    /// It cannot be read.
    #[error("read '{}': {source}", path.display())]
    Unreadable {
        /// Which file.
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
    /// It is JSON, but not a case.
    #[error("read '{}': it is not a case: {reason}", path.display())]
    NotACase {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It was written by a later version of stepproof.
    #[error(
        "read '{}': it has case format {found}, and this build reads formats up to {CASE_FORMAT}",
        path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The file's format version.
        found: u64,
    },
}

impl CaseFileError {
    /// What a user can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check the path",
            Self::NotJson { .. } | Self::NotACase { .. } => {
                "give a case.json that 'stepproof run' or 'stepproof generate' has written"
            }
            Self::Newer { .. } => "use the version of stepproof that wrote it, or a later one",
        }
    }
}

/// Whether there is a case of this name: a file, or a case compiled into the binary.
pub fn exists(path: &Path) -> bool {
    path.is_file() || built_in(path).is_some()
}

/// Reads a case file, or a case compiled into the binary ([`stepproof_snapshots::case`]).
pub fn load(path: &Path) -> Result<Case, CaseFileError> {
    let text = fs::read(path).or_else(|source| match built_in(path) {
        Some(text) if source.kind() == io::ErrorKind::NotFound => Ok(text.into()),
        _ => Err(CaseFileError::Unreadable {
            path: path.to_owned(),
            source,
        }),
    })?;
    let value: Value = serde_json::from_slice(&text).map_err(|error| CaseFileError::NotJson {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    let not_a_case = |reason: String| CaseFileError::NotACase {
        path: path.to_owned(),
        reason,
    };
    let format = value
        .get("format")
        .and_then(Value::as_u64)
        .ok_or_else(|| not_a_case("it has no whole number in the field 'format'".to_owned()))?;
    if format > u64::from(CASE_FORMAT) {
        return Err(CaseFileError::Newer {
            path: path.to_owned(),
            found: format,
        });
    }
    let case: Case =
        serde_json::from_value(value).map_err(|error| not_a_case(error.to_string()))?;
    if matches!(&case.body, Body::Execution(execution) if execution.starts.is_empty()) {
        return Err(not_a_case("the field 'starts' is empty".to_owned()));
    }
    if case.body.calls().is_some_and(|it| it.calls.is_empty()) {
        return Err(not_a_case("the field 'calls' is empty".to_owned()));
    }
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    let calls = case.body.calls().into_iter().flat_map(|it| &it.calls);
    if let Some((number, call)) = calls.enumerate().find(|(_, it)| !is_name(&it.operation)) {
        let operation = &call.operation;
        return Err(not_a_case(format!(
            "call {number} is of the operation {operation:?}, which is no name"
        )));
    }
    Ok(case)
}

fn built_in(path: &Path) -> Option<&'static str> {
    stepproof_snapshots::case(path.to_str()?)
}

/// Encodes a case as the contents of a case file.
pub fn encode(case: &Case) -> String {
    let mut text = serde_json::to_string_pretty(case).expect("a case encodes as JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::{CaseFileError, encode, exists, load};

    fn written(text: &str) -> Result<stepproof_specs::scenario::case::Case, CaseFileError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("case.json");
        std::fs::write(&path, text).unwrap();
        load(&path)
    }

    fn good() -> serde_json::Value {
        json!({
            "format": 1, "kind": "execution",
            "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}},
            "starts": [{"input": {"n": 1.5}, "plan": {"A": [{"reply": "silent"}]}}],
        })
    }

    #[test]
    fn what_was_written_is_read_back() {
        let case = written(&good().to_string()).unwrap();
        assert_eq!(written(&encode(&case)).unwrap(), case);
    }

    #[test]
    fn an_operation_has_a_name() {
        let of = |operation: &str| {
            let calls = json!([{ "operation": "ListActivities" }, { "operation": operation }]);
            written(&json!({ "format": 2, "kind": "api", "calls": calls }).to_string())
        };
        assert!(of("DeleteActivity").is_ok());
        for strange in ["", "List\nX", "a b"] {
            let error = of(strange).unwrap_err().to_string();
            assert!(error.contains("call 1 is of the operation"), "{error}");
        }
    }

    #[test]
    fn a_build_carries_cases() {
        let known = Path::new("localstack/choice-missing-variable");
        assert!(exists(known));
        assert_eq!(
            load(known).unwrap(),
            load(&known.with_extension("json")).unwrap()
        );
        for strange in [
            "localstack/choice",
            "../ledger/localstack/choice-missing-variable",
            "",
        ] {
            assert!(!exists(Path::new(strange)), "{strange}");
            assert!(load(Path::new(strange)).is_err(), "{strange}");
        }
    }

    #[test]
    fn every_kind_of_damage_has_its_own_error() {
        let mut newer = good();
        newer["format"] = json!(3);
        let mut empty = good();
        empty["starts"] = json!([]);
        let silent = json!({"format": 2, "kind": "api", "calls": []});
        let mut kind = good();
        kind["kind"] = json!("dance");
        for (text, expected) in [
            ("{\"format\": 1,".to_owned(), "not JSON: EOF while parsing"),
            ("[".repeat(10_000), "recursion limit exceeded at line 1"),
            ("{}".to_owned(), "no whole number in the field 'format'"),
            (newer.to_string(), "it has case format 3"),
            (empty.to_string(), "the field 'starts' is empty"),
            (silent.to_string(), "the field 'calls' is empty"),
            (kind.to_string(), "unknown variant `dance`"),
        ] {
            let error = written(&text).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!error.remedy().is_empty());
        }
    }
}
