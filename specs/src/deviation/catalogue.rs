//! The ways in which one rule may be broken, derived from the questions of the language ([`Hook`]), the
//! changes that make sense of each answer, the types of states in which it is asked, and the
//! conditions that it knows.

mod changes;
mod rules;

use std::{fmt, sync::LazyLock};

use serde_json::Value;

use super::{Change, Deviation, Deviations, Hook, When};
use crate::{asl::StateType, clause::Clause};

/// A way in which an engine may break one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// What the engine does otherwise.
    pub deviation: Deviation,
    /// The rule that it breaks.
    pub clause: Clause,
}

/// Every hypothesis, in a fixed order.
pub fn catalogue() -> &'static [Hypothesis] {
    static CATALOGUE: LazyLock<Vec<Hypothesis>> =
        LazyLock::new(|| Hook::all().flat_map(at).collect());
    &CATALOGUE
}

/// The hypotheses at a hook.
fn at(hook: Hook) -> Vec<Hypothesis> {
    let mut all = Vec::new();
    for (change, when) in changes::of(hook) {
        for states in scopes(hook, when) {
            let deviation = Deviation {
                hook,
                change: change.clone(),
                states,
                when,
            };
            debug_assert_eq!(deviation.check(), Ok(()));
            let clause = deviation.clause();
            all.push(Hypothesis { deviation, clause });
        }
    }
    all
}

/// All types of states and each one; without a condition also all but one.
fn scopes(hook: Hook, when: Option<When>) -> Vec<Vec<StateType>> {
    let mut kinds = hook.kinds().to_vec();
    if let Some(When::Has(field)) = when {
        kinds.retain(|kind| Hook::Field(field).kinds().contains(kind));
    }
    let mut scopes = vec![Vec::new()];
    if kinds.len() > 1 {
        scopes.extend(kinds.iter().map(|kind| vec![*kind]));
    }
    if kinds.len() > 2 && when.is_none() {
        scopes.extend(kinds.iter().map(|left_out| {
            let others = kinds.iter().filter(|kind| *kind != left_out);
            others.copied().collect()
        }));
    }
    scopes
}

impl Hypothesis {
    /// It alone.
    pub fn deviations(&self) -> Deviations {
        [self.deviation.clone()].into_iter().collect()
    }

    /// How much it restricts where the rule is broken: of two that do the same to some cases, the one
    /// with the greater number says more.
    pub fn specificity(&self) -> usize {
        self.deviation.specificity()
    }
}

/// In one sentence.
impl fmt::Display for Hypothesis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deviation.fmt(f)
    }
}

impl Deviation {
    /// The rule that it breaks.
    pub fn clause(&self) -> Clause {
        rules::broken(self)
    }

    /// How narrow it is: a condition, and each type of states that is left out, make it narrower.
    pub fn specificity(&self) -> usize {
        let kinds = self.hook.kinds().len();
        let left_out = if self.states.is_empty() {
            0
        } else {
            kinds.saturating_sub(self.states.len())
        };
        left_out + usize::from(self.when.is_some()) * 8
    }
}

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
        write!(f, "{} {}", self.hook, self.change)?;
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

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => f.write_str(field.name()),
            Self::Work => f.write_str("the work of a state"),
            Self::CatchNext => f.write_str("the way out of a catcher"),
            Self::Results => f.write_str("the list of results"),
            Self::Concurrency => f.write_str("the number of those that run at once"),
            Self::ChildFailure => f.write_str("the failure of a branch or an item"),
            Self::RetryCount => f.write_str("the count of retries"),
            Self::RetryFirst => f.write_str("that the first matching retrier is the only one"),
            Self::RetryDelay => f.write_str("the delay before a retry"),
            Self::Jitter => f.write_str("the share of its delay that a retry with jitter waits"),
            Self::TerminalError => f.write_str("that handlers do not see States.Runtime"),
            Self::TimeoutRestart => {
                f.write_str("that TimeoutSeconds counts from when a worker takes the task")
            }
            Self::Heartbeat => f.write_str("that a heartbeat extends the time limit for the next"),
            Self::VariableScope => f.write_str("the scope of variables"),
            Self::PathMissing => f.write_str("the result of a path that finds nothing"),
            Self::PathSeveral => f.write_str("the result of a path that can match several values"),
            Self::VariableMissing => f.write_str("a test of a Variable that finds nothing"),
            Self::Tested(operator) => write!(f, "the value that {} tests", operator.name()),
            Self::Arguments(function) => write!(f, "the list of {}'s arguments", function.name()),
            Self::Function(function) => write!(f, "the result of {}", function.name()),
            Self::HistoryLimit => f.write_str("the most events in a history"),
        }
    }
}

/// As what follows the name of what is changed.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignore => f.write_str("is ignored"),
            Self::Outer => f.write_str("is that of what encloses it"),
            Self::Set(Value::String(text)) => write!(f, "is taken for \"{text}\""),
            Self::Set(value) => write!(f, "is taken for {value}"),
            Self::Add(more) if *more < 0 => write!(f, "is less by {}", more.unsigned_abs()),
            Self::Add(more) => write!(f, "is more by {more}"),
            Self::Scale(factor) => write!(f, "is multiplied by {factor}"),
            Self::Floor => f.write_str("is rounded down"),
            Self::Reverse => f.write_str("is reversed"),
            Self::First => f.write_str("is cut to its first element"),
            Self::Last => f.write_str("is cut to its last element"),
            Self::DropFirst => f.write_str("lacks its first element"),
            Self::DropLast => f.write_str("lacks its last element"),
            Self::Unwrap => f.write_str("is not an array if it is one value"),
            Self::InTurn => f.write_str("sees the new values of the fields before"),
            Self::Rename { from, to } if to.is_empty() => {
                write!(f, "with {from} does not match by it")
            }
            Self::Rename { from, to } => write!(f, "with {from} matches {}", to.join(", ")),
            Self::Replace { from, to } => write!(f, "has '{to}' for '{from}'"),
            Self::Rebase(path) => write!(f, "reads from {path} instead of $"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::catalogue;
    use crate::clause::Basis;

    #[test]
    fn every_hypothesis_can_be_made_stored_and_told_apart_by_its_sentence() {
        let mut sentences = HashSet::new();
        for hypothesis in catalogue() {
            let deviation = &hypothesis.deviation;
            assert_eq!(deviation.check(), Ok(()), "{deviation}");
            let stored = serde_json::to_string(deviation).expect("JSON");
            assert_eq!(
                &serde_json::from_str::<super::Deviation>(&stored).expect("a deviation"),
                deviation
            );
            assert!(sentences.insert(deviation.to_string()), "{deviation}");
        }
    }

    #[test]
    fn no_hypothesis_breaks_what_is_only_assumed() {
        for hypothesis in catalogue() {
            let basis = hypothesis.clause.entry().basis;
            assert_ne!(basis, Basis::Assumed, "{hypothesis}: {}", hypothesis.clause);
        }
    }
}
