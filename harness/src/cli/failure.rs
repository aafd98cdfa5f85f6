//! What can go wrong with a command, and how the process ends.

use crate::{
    casefile::CaseFileError, report::ExitStatus as Status, store::StoreError, trouble::Trouble,
};

/// Why a command failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// The exit status of the process.
    pub status: Status,
    /// What failed and why: completes "failed to …". Empty if there is nothing to print.
    pub message: String,
    /// What a user can do about it.
    pub remedy: Option<String>,
}

impl Failure {
    /// An error in the user's arguments or files.
    pub fn usage(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            status: Status::Usage,
            message: message.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// A bug in stepproof.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            status: Status::Internal,
            message: message.into(),
            remedy: Some("this is a fault of stepproof: please report it".to_owned()),
        }
    }

    /// The reader of the output has gone: exit without a message.
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
        let status = if error.is_about_space() {
            Status::Unwritten
        } else {
            Status::Usage
        };
        Self {
            status,
            ..Self::usage(error.to_string(), error.remedy())
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        let clock;
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
            Trouble::Late(_) => (
                Status::Unsure,
                "run it again while the machine is less busy",
            ),
            Trouble::Changed(_) => (Status::Unsure, "restart the engine"),
            Trouble::Clock { measured, .. } => {
                clock = format!("give --time-scale {measured}");
                (Status::Usage, clock.as_str())
            }
            Trouble::Internal(_) => return Self::internal(trouble.to_string()),
        };
        Self {
            status,
            message: trouble.to_string(),
            remedy: Some(remedy.to_owned()),
        }
    }
}
