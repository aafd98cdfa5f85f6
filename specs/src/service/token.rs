//! Task tokens. A token names its task, so that the token of a task that is over can be
//! distinguished from a string that never was a token.

use super::{ExecutionId, TaskRef};
use crate::{base::entropy::mix, interpreter::TaskId};

const MARK: &str = "AQCE";

/// The token of a task.
pub(super) fn token(task: TaskRef) -> String {
    let TaskRef { execution, task } = task;
    let check = check(execution.0, task.0);
    format!("{MARK}{:016x}{:08x}{check:016x}", execution.0, task.0)
}

/// The task that a token names; `None` if the string is not a token.
pub(super) fn parse(token: &str) -> Option<TaskRef> {
    let digits = token.strip_prefix(MARK).filter(|rest| rest.is_ascii())?;
    let part = |from: usize, to: usize| u64::from_str_radix(digits.get(from..to)?, 16).ok();
    let (execution, task) = (part(0, 16)?, part(16, 24)?);
    let intact = digits.len() == 40 && part(24, 40)? == check(execution, task);
    intact.then_some(TaskRef {
        execution: ExecutionId(execution),
        task: TaskId(task),
    })
}

fn check(execution: u64, task: u64) -> u64 {
    mix(mix(execution) ^ task)
}

#[cfg(test)]
mod tests {
    use super::{ExecutionId, TaskId, TaskRef, parse, token};

    #[test]
    fn a_token_names_its_task_and_a_forged_one_names_nothing() {
        let task = TaskRef {
            execution: ExecutionId(7),
            task: TaskId(3),
        };
        let text = token(task);
        assert_eq!(parse(&text), Some(task));
        for forged in ["", "x", "AQCE", &text[1..], &format!("{text}0")] {
            assert_eq!(parse(forged), None, "{forged}");
        }
        assert_eq!(parse(&text.replace('7', "8")), None);
    }
}
