//! What can go wrong with a command, and how the process ends.

use crate::{
    casefile::CaseFileError, report::ExitStatus as Status, store::StoreError, trouble::Trouble,
};

/// Why a command could not do what it was asked to.
#[derive(Debug)]
pub(super) struct Failure {
    /// How the process ends.
    pub status: Status,
    /// What could not be done and why: completes "failed to …". Empty if there is nothing to say.
    pub message: String,
    /// What a user can do about it.
    pub remedy: Option<String>,
}

impl Failure {
    /// Something is wrong with what the user gave.
    pub fn usage(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            status: Status::Usage,
            message: message.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// A fault of stepproof.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            status: Status::Internal,
            message: message.into(),
            remedy: Some("this is a fault of stepproof: please report it".to_owned()),
        }
    }

    /// Nobody reads the output any more: end without a word.
    pub fn closed() -> Self {
        Self {
            status: Status::Success,
            message: String::new(),
            remedy: None,
        }
    }
}

impl From<CaseFileError> for Failure {
    fn from(error: CaseFileError) -> Self {
        Self::usage(error.to_string(), error.remedy())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::usage(error.to_string(), error.remedy())
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        let (status, remedy) = match &trouble {
            Trouble::Unreachable { .. } | Trouble::Protocol { .. } => (
                Status::Unreachable,
                "check that the engine is running and that the address is right",
            ),
            Trouble::Start { .. } => (
                Status::Unreachable,
                "'stepproof engines' says what is there and how to get the rest",
            ),
            Trouble::Unsupported(_) => (
                Status::NothingJudged,
                "'stepproof engines' says what each engine can do",
            ),
            Trouble::Changed(_) => (Status::Unsure, "restart the engine"),
            Trouble::Internal(_) => return Self::internal(trouble.to_string()),
        };
        Self {
            status,
            message: trouble.to_string(),
            remedy: Some(remedy.to_owned()),
        }
    }
}
