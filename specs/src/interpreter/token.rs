//! Task tokens. A token names an execution, by a number, and a task of it, so that the token of a task that
//! is over can be distinguished from a string that never was a token.

use super::TaskId;
use crate::{asl::site::AttemptKey, base::entropy::mix};

const MARK: &str = "AQCE";

/// The token of a task of the execution with this number.
pub fn token(execution: u64, task: TaskId) -> String {
    let check = check(execution, task);
    format!("{MARK}{execution:016x}{:08x}{check:016x}", task.0)
}

/// The token of an attempt in an execution that has no number, so that nobody can be asked about it: whatever
/// order its threads move in, it is the same.
pub fn of_attempt(key: &AttemptKey) -> String {
    let AttemptKey {
        site,
        visit,
        items,
        attempt,
    } = key;
    let numbers = items.iter().chain([visit, attempt]).copied();
    let words = site.bytes().map(u32::from).chain(numbers);
    let hash = words.fold(0, |hash, word| mix(hash ^ u64::from(word)));
    token(hash, TaskId((*attempt).into()))
}

/// The execution and the task that a token names; `None` if the string is not a token.
pub fn parse(token: &str) -> Option<(u64, TaskId)> {
    let digits = token.strip_prefix(MARK).filter(|rest| rest.is_ascii())?;
    let part = |from: usize, to: usize| u64::from_str_radix(digits.get(from..to)?, 16).ok();
    let (execution, task) = (part(0, 16)?, TaskId(part(16, 24)?));
    let intact = digits.len() == 40 && part(24, 40)? == check(execution, task);
    intact.then_some((execution, task))
}

fn check(execution: u64, task: TaskId) -> u64 {
    mix(mix(execution) ^ task.0)
}

#[cfg(test)]
mod tests {
    use super::{TaskId, parse, token};

    #[test]
    fn a_token_names_its_task_and_a_forged_one_names_nothing() {
        let text = token(7, TaskId(3));
        assert_eq!(parse(&text), Some((7, TaskId(3))));
        for forged in ["", "x", "AQCE", &text[1..], &format!("{text}0")] {
            assert_eq!(parse(forged), None, "{forged}");
        }
        assert_eq!(parse(&text.replace('7', "8")), None);
    }
}
