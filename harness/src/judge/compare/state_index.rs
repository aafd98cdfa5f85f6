//! The states of a machine by name, each with its place in the nesting.

use std::collections::HashMap;

use stepproof_specs::asl::{
    Body, Limit, Machine, Map, Name, Scope, State, StateType,
    site::{Site, site},
};

/// The states of a machine, outer ones first.
#[derive(Debug)]
pub struct Anatomy<'a> {
    places: Vec<Place<'a>>,
    by_name: HashMap<&'a str, usize>,
}

/// One state and where it sits.
#[derive(Debug)]
pub struct Place<'a> {
    /// Its name.
    pub name: &'a Name,
    /// Its path through nested scopes.
    pub site: Site,
    /// The state.
    pub state: &'a State,
    /// The state whose branch or processor it is in.
    pub parent: Option<usize>,
    /// Several iterations may be in it at once, so that the order of its events is arbitrary.
    pub unordered: bool,
    /// Its own branches or iterations run at once.
    pub forks: bool,
}

impl Place<'_> {
    /// The type of the state.
    pub fn kind(&self) -> StateType {
        self.state.kind()
    }
}

impl<'a> Anatomy<'a> {
    /// Walks the machine.
    pub fn of(machine: &'a Machine) -> Self {
        let mut anatomy = Self {
            places: Vec::new(),
            by_name: HashMap::new(),
        };
        anatomy.scope(&machine.scope, "", None, false);
        anatomy
    }

    fn scope(&mut self, scope: &'a Scope, prefix: &str, parent: Option<usize>, unordered: bool) {
        for (name, state) in &scope.states {
            let index = self.places.len();
            let site = site(prefix, name);
            self.places.push(Place {
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
    pub fn places(&self) -> &[Place<'a>] {
        &self.places
    }

    /// The state with this number.
    pub fn place(&self, index: usize) -> &Place<'a> {
        &self.places[index]
    }

    /// The number of the state with this name; the first one if a name is used twice.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The number of the state at this site.
    pub fn at(&self, site: &str) -> Option<usize> {
        self.places.iter().position(|place| *place.site == *site)
    }

    /// Whether anything in the machine runs at once with something else, so that event ids depend
    /// on chance.
    pub fn races(&self) -> bool {
        self.places.iter().any(|place| place.forks)
    }

    /// The state and the states around it, innermost first.
    pub fn outwards(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(index), |index| self.places[*index].parent)
    }

    /// The words of a signature for a state: its kind and its parent's kind.
    pub fn words(&self, index: Option<usize>) -> (&'static str, &'static str) {
        let Some(place) = index.map(|index| &self.places[index]) else {
            return ("-", "-");
        };
        let parent = place
            .parent
            .map_or("root", |parent| self.places[parent].kind().name());
        (place.kind().name(), parent)
    }
}

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
