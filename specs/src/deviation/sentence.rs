//! Deviations in words: what follows "as if".

use std::fmt;

use serde_json::Value;

use super::{Change, Deviation, Deviations, Hook, When};

impl fmt::Display for Deviations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, deviation) in self.iter().enumerate() {
            if number > 0 {
                f.write_str("; ")?;
            }
            deviation.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match rule(self.hook, &self.change) {
            Some(sentence) => f.write_str(&sentence)?,
            None => write!(f, "{} {}", subject(self.hook), predicate(&self.change))?,
        }
        match self.states.as_slice() {
            [] => {}
            [only] => write!(f, " in {} states", only.name())?,
            [first, others @ ..] => {
                write!(f, " in {}", first.name())?;
                for (number, kind) in others.iter().enumerate() {
                    let last = number + 1 == others.len();
                    write!(f, "{} {}", if last { " and" } else { "," }, kind.name())?;
                }
                f.write_str(" states")?;
            }
        }
        match self.when {
            None => Ok(()),
            Some(When::Null) => f.write_str(" if it is null"),
            Some(When::Absent) => f.write_str(" if it is absent"),
            Some(When::Has(field)) => write!(f, " beside {}", field.name()),
            Some(When::Again) => f.write_str(" if it is entered again"),
        }
    }
}

/// The sentence about a rule that is followed otherwise; `None` where subject and predicate make one.
fn rule(hook: Hook, change: &Change) -> Option<String> {
    let fixed = match (hook, change) {
        (Hook::Work, Change::Ignore) => "a state never begins its work",
        (Hook::CatchNext, Change::Ignore) => "a caught error leads nowhere",
        (Hook::ChildFailure, Change::Ignore) => "the others go on when a branch or an item fails",
        (Hook::RetryCount, Change::Outer) => "all retriers of a state share one count of retries",
        (Hook::RetryFirst, Change::Ignore) => {
            "the next matching retrier is used when the first is exhausted"
        }
        (Hook::TerminalError, Change::Ignore) => "handlers see States.Runtime",
        (Hook::TimeoutRestart, Change::Ignore) => {
            "TimeoutSeconds counts from when the task is scheduled"
        }
        (Hook::Heartbeat, Change::Ignore) => "heartbeats do not extend the time limit",
        (Hook::VariableScope, Change::Outer) => "variables are stored in the enclosing scope",
        (Hook::PathSeveral, Change::Unwrap) => {
            "a path that can match several values gives the value itself where it matches one"
        }
        (Hook::VariableMissing, Change::Set(Value::Bool(true))) => {
            "a test of a Variable that finds nothing holds"
        }
        (Hook::VariableMissing, Change::Set(_)) => {
            "a test of a Variable that finds nothing does not hold"
        }
        _ => "",
    };
    if !fixed.is_empty() {
        return Some(fixed.to_owned());
    }
    match (hook, change) {
        (Hook::ChildFailure, Change::Set(value)) => {
            Some(format!("a branch or an item that fails gives {value}"))
        }
        (Hook::PathMissing, Change::Set(value)) => {
            Some(format!("a path that finds nothing gives {value}"))
        }
        (Hook::Tested(operator), Change::Ignore) => {
            Some(format!("{} takes its value for missing", operator.name()))
        }
        (Hook::Jitter, Change::Set(share)) => {
            Some(format!("a retry with jitter waits {share} times its delay"))
        }
        (_, Change::Rename { from, to }) => Some(match to.as_slice() {
            [] => format!("{from} in ErrorEquals matches nothing"),
            all => format!(
                "{from} in ErrorEquals matches what {} match",
                all.join(" and ")
            ),
        }),
        _ => None,
    }
}

fn subject(hook: Hook) -> String {
    match hook {
        Hook::Field(field) => field.name().to_owned(),
        Hook::Arguments(function) => format!("the list of {}'s arguments", function.name()),
        Hook::Function(function) => format!("the result of {}", function.name()),
        Hook::Tested(operator) => format!("the value that {} tests", operator.name()),
        Hook::Work => "the work of a state".to_owned(),
        Hook::CatchNext => "the way out of a catcher".to_owned(),
        Hook::Results => "the list of results".to_owned(),
        Hook::Concurrency => "the number of branches or items that run at once".to_owned(),
        Hook::ChildFailure => "the failure of a branch or an item".to_owned(),
        Hook::RetryCount => "the count of retries".to_owned(),
        Hook::RetryFirst => "the first matching retrier".to_owned(),
        Hook::RetryDelay => "the delay before a retry".to_owned(),
        Hook::Jitter => "the jitter of a retry".to_owned(),
        Hook::TerminalError => "that States.Runtime cannot be handled".to_owned(),
        Hook::TimeoutRestart => "the start of TimeoutSeconds".to_owned(),
        Hook::Heartbeat => "a heartbeat".to_owned(),
        Hook::VariableScope => "the scope of variables".to_owned(),
        Hook::PathMissing => "the result of a path that finds nothing".to_owned(),
        Hook::PathSeveral => "the result of a path that can match several values".to_owned(),
        Hook::VariableMissing => "a test of a Variable that finds nothing".to_owned(),
        Hook::HistoryLimit => "the most events in a history".to_owned(),
    }
}

fn predicate(change: &Change) -> String {
    match change {
        Change::Ignore => "is ignored".to_owned(),
        Change::Outer => "is that of what encloses it".to_owned(),
        Change::Set(value) => format!("is taken for {value}"),
        Change::Add(more) if *more < 0 => format!("is less by {}", more.unsigned_abs()),
        Change::Add(more) => format!("is more by {more}"),
        Change::Scale(factor) => format!("is multiplied by {factor}"),
        Change::Floor => "is rounded down".to_owned(),
        Change::Reverse => "is reversed".to_owned(),
        Change::First => "is cut to its first element".to_owned(),
        Change::Last => "is cut to its last element".to_owned(),
        Change::DropFirst => "lacks its first element".to_owned(),
        Change::DropLast => "lacks its last element".to_owned(),
        Change::Unwrap => "is not an array if it is one value".to_owned(),
        Change::InTurn => "sees the new values of the fields before".to_owned(),
        Change::Rename { from, to } => format!("has {} for {from}", to.join(" and ")),
        Change::Replace { from, to } => format!("has '{to}' for '{from}'"),
        Change::Rebase(path) => format!("reads from {path} instead of $"),
    }
}
