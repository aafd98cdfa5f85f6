//! Addresses of states and of task attempts in a machine.

use serde::{Deserialize, Serialize};

use crate::base::pointer::escape;

/// A state's path through nested scopes: names and branch numbers joined by `/`, for example
/// `Fan/1/Work` (state `Work` in branch 1 of `Fan`) or `Each/Work` (in the iterations of `Each`).
/// A `/` inside a name is written `~1` and a `~` is written `~0`, as in a JSON pointer.
pub type Site = std::sync::Arc<str>;

/// Appends a state name to a scope prefix.
pub fn site(prefix: &str, name: &str) -> Site {
    let name = escape(name);
    if prefix.is_empty() {
        Site::from(name)
    } else {
        [prefix, &name].join("/").into()
    }
}

/// The site of a branch of a Parallel: the prefix of the sites in it.
pub fn branch(site: &str, number: usize) -> Site {
    [site, &number.to_string()].join("/").into()
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
