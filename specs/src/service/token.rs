//! Task tokens of the service, which numbers its executions.

use super::{ExecutionId, TaskRef};
use crate::interpreter::token;

/// The token of a task.
pub(super) fn token(task: TaskRef) -> String {
    token::token(task.execution.0, task.task)
}

/// The task that a token names; `None` if the string is not a token.
pub(super) fn parse(text: &str) -> Option<TaskRef> {
    let (execution, task) = token::parse(text)?;
    Some(TaskRef {
        execution: ExecutionId(execution),
        task,
    })
}
