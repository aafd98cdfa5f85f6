//! The new divergences of a run: which are seen, or being confirmed.

use std::collections::HashMap;

use crate::judge::verdict::Signature;

/// What a run knows about a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was confirmed in this run: it is counted only.
    Confirmed,
    /// It was confirmed, and its written case did not show it again.
    Withdrawn,
    /// A case with it is being repeated.
    Confirming,
    /// Nobody has seen it.
    New,
}

/// The new divergences of a run.
#[derive(Debug, Default)]
pub struct Bugbase {
    standings: HashMap<Signature, Standing>,
}

impl Bugbase {
    /// What is known about a signature.
    pub fn standing(&self, signature: &Signature) -> Standing {
        let standing = self.standings.get(signature).copied();
        standing.unwrap_or(Standing::New)
    }

    /// Notes what has become of a signature.
    pub fn note(&mut self, signature: &Signature, standing: Standing) {
        match standing {
            Standing::New => self.standings.remove(signature),
            _ => self.standings.insert(signature.clone(), standing),
        };
    }
}
