//! Rules broken on purpose, as data.
//!
//! A [`Deviation`] breaks one rule: at a [`Hook`], where the language answers a question, a
//! [`Change`] is made to the answer. It does not say who breaks the rule or why: a deliberate fault
//! of an engine, a known divergence and the explanation of a new one are the same value.
//! [`Deviations`] are a sequence of them; they can be stored, compared and composed.
//!
//! Some hooks apply when a definition is read ([`Deviations::read`] returns the machine as a
//! deviating engine reads it), the others while it runs ([`crate::interpreter`] applies them).
//!
//! ```
//! use stepproof_specs::deviation::Deviations;
//!
//! let stored = r#"[{"hook": {"field": "Retry.MaxAttempts"}, "change": {"add": 1}}]"#;
//! let one_more: Deviations = serde_json::from_str(stored)?;
//! assert_eq!(serde_json::from_str::<Deviations>(&serde_json::to_string(&one_more)?)?, one_more);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod calls;
pub mod catalogue;
mod change;
mod expressions;
mod hook;
mod paths;
mod read;
mod run;
mod sentence;
mod subject;
mod values;
mod when;
mod words;

use serde::{Deserialize, Serialize};

pub use self::{
    calls::CallRule,
    change::Change,
    hook::{Field, Hook},
    paths::Paths,
    run::AfterFailure,
    subject::{ContextField, Form, Place, StatesField, Tests},
    when::When,
    words::words,
};
pub(crate) use self::{
    run::Raised,
    values::{Instead, Reading, Sides, Verdict},
};
use crate::{asl::StateType, clause::Clause};

/// One rule, followed in another way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Deviation {
    /// Which answer of the language is changed.
    pub hook: Hook,
    /// How the answer is changed.
    pub change: Change,
    /// The types of states in which it applies; all types if empty. Hooks outside of states ignore
    /// this.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<StateType>,
    /// The condition under which it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// The paths for which it applies, by their texts; all paths if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<Paths>,
}

/// A deviation as deserialised, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    hook: Hook,
    change: Change,
    #[serde(default)]
    states: Vec<StateType>,
    #[serde(default)]
    when: Option<When>,
    #[serde(default)]
    paths: Option<Paths>,
}

/// Why a deviation would have no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inapplicable {
    /// The change does not apply to the hook's answer.
    #[error("make the change {change} at the hook {hook}: it does not apply there")]
    Change {
        /// The hook.
        hook: String,
        /// The change.
        change: String,
    },
    /// The hook cannot evaluate the condition.
    #[error("make a change under the condition {when} at the hook {hook}: it does not apply there")]
    When {
        /// The hook.
        hook: String,
        /// The condition.
        when: String,
    },
    /// The hook is about no path.
    #[error("make a change for some paths at the hook {hook}: it is about no path")]
    Paths {
        /// The hook.
        hook: String,
    },
}

impl TryFrom<Unchecked> for Deviation {
    type Error = Inapplicable;

    fn try_from(written: Unchecked) -> Result<Self, Inapplicable> {
        let deviation = Self {
            hook: written.hook,
            change: written.change,
            states: written.states,
            when: written.when,
            paths: written.paths,
        };
        deviation.check()?;
        Ok(deviation)
    }
}

impl Deviation {
    /// A change at a hook, in every state and under no condition.
    pub fn new(hook: Hook, change: Change) -> Self {
        Self {
            hook,
            change,
            states: Vec::new(),
            when: None,
            paths: None,
        }
    }

    /// The same deviation in states of these types only.
    #[must_use]
    pub fn within(self, states: &[StateType]) -> Self {
        Self {
            states: states.to_vec(),
            ..self
        }
    }

    /// The same deviation under a condition only.
    #[must_use]
    pub fn when(self, when: When) -> Self {
        Self {
            when: Some(when),
            ..self
        }
    }

    /// Checks that the change and the condition apply to the hook; otherwise the deviation has no
    /// effect.
    pub fn check(&self) -> Result<(), Inapplicable> {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let hook = || json(serde_json::to_string(&self.hook));
        if !self.hook.admits(&self.change) {
            return Err(Inapplicable::Change {
                hook: hook(),
                change: json(serde_json::to_string(&self.change)),
            });
        }
        if self.paths.is_some() && !self.hook.is_about_paths() {
            return Err(Inapplicable::Paths { hook: hook() });
        }
        match self.when {
            Some(when) if !self.hook.knows(when) => Err(Inapplicable::When {
                hook: hook(),
                when: json(serde_json::to_string(&when)),
            }),
            _ => Ok(()),
        }
    }

    fn is_in(&self, kind: StateType) -> bool {
        self.states.is_empty() || self.states.contains(&kind)
    }
}

/// Deviations in order: each one changes the answer that those before it have left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Deviations(Vec<Deviation>);

impl Deviations {
    /// Whether no rule is broken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The deviations in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Deviation> {
        self.0.iter()
    }

    /// These deviations, followed by others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Whether a definition is accepted although it breaks these rules: none of them is checked.
    pub fn accept(&self, broken: impl IntoIterator<Item = Clause>) -> bool {
        let unchecked = |rule| self.iter().any(|it| it.hook == Hook::Check(rule));
        broken.into_iter().all(unchecked)
    }

    /// Whether this rule about calls is ignored.
    pub fn ignores(&self, rule: CallRule) -> bool {
        self.iter().any(|it| it.hook == Hook::Answer(rule))
    }

    /// The deviations at a hook in states of this type.
    fn at(&self, hook: Hook, kind: StateType) -> impl Iterator<Item = &Deviation> {
        let all = self
            .0
            .iter()
            .filter(move |deviation| deviation.hook == hook);
        all.filter(move |deviation| deviation.is_in(kind))
    }
}

impl<'d> IntoIterator for &'d Deviations {
    type Item = &'d Deviation;
    type IntoIter = std::slice::Iter<'d, Deviation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Deviation> for Deviations {
    fn from_iter<I: IntoIterator<Item = Deviation>>(deviations: I) -> Self {
        Self(deviations.into_iter().collect())
    }
}

impl From<Deviation> for Deviations {
    fn from(deviation: Deviation) -> Self {
        Self(vec![deviation])
    }
}
