//! What goes wrong outside the semantics.

use serde::{Deserialize, Serialize};

/// Trouble outside the semantics: the verdict is `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Trouble {
    /// The engine does not accept connections.
    #[error("reach {endpoint}: {reason}")]
    Unreachable {
        /// Where.
        endpoint: String,
        /// Why.
        reason: String,
    },
    /// The engine answered something that is not the protocol, closed the connection, or did not
    /// answer in time.
    #[error("call {operation}: {reason}")]
    Protocol {
        /// The operation.
        operation: String,
        /// What came.
        reason: String,
    },
    /// The engine could not be started.
    #[error("start {engine}: {reason}")]
    Start {
        /// Which.
        engine: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The engine cannot run this case.
    #[error("run the case: the engine has no {0}")]
    Unsupported(String),
    /// The engine has changed under the run: this case agreed before and does not any more.
    #[error("find the engine as it was: case {0} agreed before and does not any more")]
    Changed(u64),
    /// A fault of the harness.
    #[error("keep the harness's own promise: {0}")]
    Internal(String),
}
