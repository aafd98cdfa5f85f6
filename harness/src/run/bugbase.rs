//! The new divergences of a run, and which of them have been confirmed.

use std::collections::HashMap;

use crate::judge::verdict::Signature;

/// What a run knows about a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was confirmed in this run, and is now only counted.
    Confirmed,
    /// It was confirmed, but its stored case did not reproduce it.
    Withdrawn,
    /// It has not been seen.
    New,
}

/// The new divergences of a run.
#[derive(Debug, Default)]
pub struct Bugbase {
    standings: HashMap<Signature, Standing>,
}

impl Bugbase {
    /// The standing of a signature.
    pub fn standing(&self, signature: &Signature) -> Standing {
        let standing = self.standings.get(signature).copied();
        standing.unwrap_or(Standing::New)
    }

    /// Records the standing of a signature.
    pub fn note(&mut self, signature: &Signature, standing: Standing) {
        match standing {
            Standing::New => self.standings.remove(signature),
            _ => self.standings.insert(signature.clone(), standing),
        };
    }
}
