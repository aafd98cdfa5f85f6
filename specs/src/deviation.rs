//! Rules broken on purpose, as data.
//!
//! A [`Deviation`] is one rule done another way: at a [`Hook`], where the language asks something,
//! a [`Change`] is made to what is answered. It says nothing of who breaks the rule or why: an engine
//! that is faulty on purpose, a known divergence and the explanation of a new one are the same value.
//! [`Deviations`] are several of them, one after the other; they can be stored, compared and composed.
//!
//! Some hooks are asked when a definition is read ([`Deviations::read`] gives the machine as a
//! deviating engine reads it), the others while it runs ([`crate::interpreter`] asks).
//!
//! ```
//! use stepproof_specs::deviation::Deviations;
//!
//! let stored = r#"[{"hook": {"field": "Retry.MaxAttempts"}, "change": {"add": 1}}]"#;
//! let one_more: Deviations = serde_json::from_str(stored)?;
//! assert_eq!(serde_json::from_str::<Deviations>(&serde_json::to_string(&one_more)?)?, one_more);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod change;
mod hook;
mod read;
mod run;

use serde::{Deserialize, Serialize};

pub use self::{
    change::Change,
    hook::{Field, Hook},
    run::AfterFailure,
};
use crate::asl::StateType;

/// One rule done another way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Deviation {
    /// Where the language is asked.
    pub hook: Hook,
    /// What is made of the answer.
    pub change: Change,
    /// In states of these types only; in all of them if there is none. Hooks that no state asks are
    /// not restricted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<StateType>,
    /// Under this condition only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

/// A condition under which a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// What is asked about is null.
    Null,
    /// What is asked about is not there.
    Absent,
    /// The state has this field, and it is not empty.
    Has(Field),
    /// The thread of control has entered the state before.
    Again,
}

/// A deviation as it was written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    hook: Hook,
    change: Change,
    #[serde(default)]
    states: Vec<StateType>,
    #[serde(default)]
    when: Option<When>,
}

/// A deviation that would do nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inapplicable {
    /// The hook's answer cannot be changed like this.
    #[error("make the change {change} at the hook {hook}: it does not apply there")]
    Change {
        /// Where.
        hook: String,
        /// What.
        change: String,
    },
    /// The hook does not know whether the condition holds.
    #[error("make a change under the condition {when} at the hook {hook}: it does not apply there")]
    When {
        /// Where.
        hook: String,
        /// Under which condition.
        when: String,
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
        }
    }

    /// The same in states of these types only.
    #[must_use]
    pub fn within(self, states: &[StateType]) -> Self {
        Self {
            states: states.to_vec(),
            ..self
        }
    }

    /// The same under a condition.
    #[must_use]
    pub fn when(self, when: When) -> Self {
        Self {
            when: Some(when),
            ..self
        }
    }

    /// Whether the change can be made at the hook under the condition. One that cannot does nothing.
    pub fn check(&self) -> Result<(), Inapplicable> {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let hook = || json(serde_json::to_string(&self.hook));
        if !self.hook.admits(&self.change) {
            return Err(Inapplicable::Change {
                hook: hook(),
                change: json(serde_json::to_string(&self.change)),
            });
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

/// Deviations, one after the other: each changes what those before it have made of an answer.
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

    /// These, and others after them.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Those at a hook, in states of this type.
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
