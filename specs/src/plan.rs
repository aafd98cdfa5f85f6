//! What tasks do: the outside world of a case, as data.
//!
//! An attempt is addressed by its *site* (the state's path through nested scopes), its *visit*
//! (how often the state was entered before, for the same items), the *items* (indexes of the
//! enclosing Map iterations, outermost first) and its *attempt* within the visit (0 is the first).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::Millis;

/// A state's path through nested scopes: names and branch numbers joined by `/`, for example
/// `Fan/1/Work` (state `Work` in branch 1 of `Fan`) or `Each/Work` (in the iterations of `Each`).
/// A `/` inside a name is written `~1` and a `~` is written `~0`, as in a JSON pointer.
pub type Site = std::sync::Arc<str>;

/// Appends a state name to a scope prefix.
pub fn site(prefix: &str, name: &str) -> Site {
    let name: std::borrow::Cow<'_, str> = if name.contains(['~', '/']) {
        name.replace('~', "~0").replace('/', "~1").into()
    } else {
        name.into()
    };
    if prefix.is_empty() {
        Site::from(name)
    } else {
        Site::from(format!("{prefix}/{name}"))
    }
}

/// The address of one attempt of a task.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptKey {
    /// The state's path through nested scopes.
    pub site: Site,
    /// How often the state was entered before, for the same items.
    pub visit: u32,
    /// The indexes of the enclosing Map iterations, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<u32>,
    /// The attempt within the visit; 0 is the first.
    pub attempt: u32,
}

/// What the outside world does with one attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Reports success with this output.
    Succeed(Value),
    /// Reports success with the task's own input as output.
    Echo,
    /// Reports failure.
    Fail {
        /// The error name.
        error: String,
        /// The cause.
        cause: String,
    },
    /// Reports failure, with neither an error name nor a cause.
    FailNameless,
    /// Takes the task and never answers.
    Silent,
    /// Never takes the task from the queue.
    Ignore,
}

/// One attempt's script: heartbeats, then a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Milliseconds of ASL time between taking the task and the reply.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after: Millis,
    /// Heartbeats at these offsets (milliseconds of ASL time after the task was taken, ascending,
    /// before `after`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heartbeats: Vec<Millis>,
    /// What the service answers to the submission of a job or a token, for integrations that wait
    /// for more (`.sync`, `.waitForTaskToken`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Value>,
    /// The reply.
    pub reply: Reply,
    /// The reply reaches the engine, but the engine's answer to it is lost, so that the worker
    /// sends it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lose_answer: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_zero(millis: &Millis) -> bool {
    *millis == 0
}

impl Act {
    /// An immediate reply.
    pub fn now(reply: Reply) -> Self {
        Self {
            after: 0,
            heartbeats: Vec::new(),
            submitted: None,
            reply,
            lose_answer: false,
        }
    }
}

impl Default for Act {
    fn default() -> Self {
        Self::now(Reply::Echo)
    }
}

/// A rule of a site's plan: attempts that match every given field are played by `act`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The visit it applies to; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<u32>,
    /// The item indexes it applies to; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<u32>>,
    /// The attempts it applies to: those numbered below this bound; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_below: Option<u32>,
    /// What happens.
    #[serde(flatten)]
    pub act: Act,
}

impl Rule {
    /// A rule for every attempt.
    pub fn always(act: Act) -> Self {
        Self {
            visit: None,
            items: None,
            attempts_below: None,
            act,
        }
    }

    fn matches(&self, key: &AttemptKey) -> bool {
        self.visit.is_none_or(|visit| visit == key.visit)
            && self.items.as_ref().is_none_or(|items| *items == key.items)
            && self.attempts_below.is_none_or(|bound| key.attempt < bound)
    }
}

/// What every task of a case does: per site an ordered list of rules, first match wins. A site or
/// an attempt without a rule echoes its input at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan {
    /// The rules, by site.
    pub sites: BTreeMap<Site, Vec<Rule>>,
}

impl Plan {
    /// What happens to this attempt.
    pub fn act(&self, key: &AttemptKey) -> Act {
        self.sites
            .get(&key.site)
            .and_then(|rules| rules.iter().find(|rule| rule.matches(key)))
            .map_or_else(Act::default, |rule| rule.act.clone())
    }
}
