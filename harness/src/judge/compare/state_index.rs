//! The state index: a machine's states, numbered, found by name and by site, each with its parent.

use std::collections::HashMap;

use stepproof_specs::asl::{
    Body, Limit, Machine, Map, Name, Scope, State, StateType,
    site::{Site, site},
};

use crate::judge::signature::NONE;

/// The states of a machine, outer ones first.
#[derive(Debug)]
pub struct StateIndex<'a> {
    entries: Vec<Entry<'a>>,
    by_name: HashMap<&'a str, usize>,
}

/// One state and its position.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its name.
    pub name: &'a Name,
    /// Its path through the nested scopes.
    pub site: Site,
    /// The state.
    pub state: &'a State,
    /// The state in whose branch or processor it is.
    pub parent: Option<usize>,
    /// Whether several iterations may be in it at once, which makes the order of its events
    /// arbitrary.
    pub unordered: bool,
    /// Whether its own branches or iterations run concurrently.
    pub forks: bool,
}

impl Entry<'_> {
    /// The type of the state.
    pub fn kind(&self) -> StateType {
        self.state.kind()
    }
}

impl<'a> StateIndex<'a> {
    /// Indexes a machine.
    pub fn of(machine: &'a Machine) -> Self {
        let mut index = Self {
            entries: Vec::new(),
            by_name: HashMap::new(),
        };
        index.scope(&machine.scope, "", None, false);
        index
    }

    fn scope(&mut self, scope: &'a Scope, prefix: &str, parent: Option<usize>, unordered: bool) {
        for (name, state) in &scope.states {
            let index = self.entries.len();
            let site = site(prefix, name);
            self.entries.push(Entry {
                name,
                site: site.clone(),
                state,
                parent,
                unordered,
                forks: forks(state),
            });
            self.by_name.entry(name).or_insert(index);
            for (branch, inner) in state.scopes().iter().enumerate() {
                match &state.body {
                    Body::Parallel(_) => {
                        self.scope(inner, &format!("{site}/{branch}"), Some(index), unordered);
                    }
                    _ => self.scope(inner, &site, Some(index), unordered || forks(state)),
                }
            }
        }
    }

    /// The states, outer ones first.
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// The state with this number.
    pub fn entry(&self, index: usize) -> &Entry<'a> {
        &self.entries[index]
    }

    /// The number of the state with this name; the first one if a name is used twice.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The number of the state at this site.
    pub fn at(&self, site: &str) -> Option<usize> {
        self.entries.iter().position(|entry| *entry.site == *site)
    }

    /// Whether anything in the machine runs concurrently, which makes event ids arbitrary.
    pub fn races(&self) -> bool {
        self.entries.iter().any(|entry| entry.forks)
    }

    /// The state and its enclosing states, innermost first.
    pub fn outwards(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(index), |index| self.entries[*index].parent)
    }

    /// The two kinds that a signature uses for a state: its own and its parent's.
    pub fn kinds(&self, index: Option<usize>) -> (&'static str, &'static str) {
        let Some(entry) = index.map(|index| &self.entries[index]) else {
            return NOWHERE;
        };
        let parent = entry
            .parent
            .map_or("root", |parent| self.entries[parent].kind().name());
        (entry.kind().name(), parent)
    }
}

/// The kinds that a signature uses if there is no state.
pub const NOWHERE: (&str, &str) = (NONE, NONE);

fn forks(state: &State) -> bool {
    match &state.body {
        Body::Parallel(parallel) => parallel.branches.len() > 1,
        Body::Map(map) => !sequential(map),
        _ => false,
    }
}

fn sequential(map: &Map) -> bool {
    matches!(map.max_concurrency, Some(Limit::Literal(1)))
}
