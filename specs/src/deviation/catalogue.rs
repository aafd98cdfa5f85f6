//! The ways in which one rule may be broken, derived from the questions of the language ([`Hook`]), the
//! changes that make sense of each answer, the types of states in which it is asked, and the
//! conditions that it knows.

mod changes;
mod rules;
mod shown;

use std::{fmt, sync::LazyLock};

use super::{Deviation, Deviations, Form, Hook, When};
use crate::{
    asl::StateType,
    clause::{Clause, Coverage},
};

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
                paths: None,
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
    let is_scoped = match hook {
        Hook::Path(form) => form == Form::Any,
        _ => !matches!(when, Some(When::In(_))),
    };
    if !is_scoped {
        return scopes;
    }
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

    /// Whether an execution that exercises these rules may show it, at a glance.
    pub fn concerns(&self, exercised: &Coverage) -> bool {
        // An execution fails by many rules.
        self.hook == Hook::FailedOutput || exercised.contains(self.clause())
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
