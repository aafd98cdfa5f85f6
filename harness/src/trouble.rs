//! Trouble: what goes wrong outside the semantics.

use serde::{Deserialize, Serialize};

/// Trouble outside the semantics, which makes the verdict `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Trouble {
    /// The engine does not accept connections.
    #[error("reach {endpoint}: {reason}")]
    Unreachable {
        /// The address.
        endpoint: String,
        /// Why.
        reason: String,
    },
    /// The engine's answer does not follow the protocol, the connection was closed, or no answer
    /// arrived in time.
    #[error("call {operation}: {reason}")]
    Protocol {
        /// The operation.
        operation: String,
        /// What happened.
        reason: String,
    },
    /// The engine could not be started.
    #[error("start {engine}: {reason}")]
    Start {
        /// The engine.
        engine: String,
        /// Why, and how to fix it.
        reason: String,
    },
    /// The engine cannot run this case.
    #[error("run the case: the engine has no {0}")]
    Unsupported(String),
    /// The engine has changed during the run: this case agreed before and no longer does.
    #[error("find the engine as it was: case {0} agreed before and does not any more")]
    Changed(String),
    /// Something differs that may be due to the engine or the harness being late (by so many
    /// milliseconds of ASL time): the case has no room for that.
    #[error(
        "tell a difference from lateness: calls or workers were {0} ms of ASL time late, and the \
         case has no room for that; a smaller --time-scale or fewer --jobs help"
    )]
    Late(u64),
    /// The engine's clock is not the one that the run was told of: every duration would be wrong.
    #[error(
        "run at --time-scale {named}: the engine's clock passes about {measured} times as fast as \
         this computer's"
    )]
    Clock {
        /// The time scale of the run.
        named: String,
        /// The one that was measured, rounded.
        measured: String,
    },
    /// A bug in the harness.
    #[error("keep the harness's own promise: {0}")]
    Internal(String),
}
