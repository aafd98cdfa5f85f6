//! The graph of which modules use which, at one level of the tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::modules::{Modules, Path};

/// The name of the crate root among its modules.
const ROOT: &str = "lib";

/// The modules directly below one module, each with the others that it or its submodules use.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    /// The graph of the modules directly below `parent`. Below the root, the root itself is a node.
    pub fn below(modules: &Modules, parent: &[String]) -> Self {
        let mut graph = Self::default();
        let node = |path: &Path| match path.strip_prefix(parent)?.first() {
            Some(name) => Some(name.clone()),
            None => parent.is_empty().then(|| ROOT.to_owned()),
        };
        for name in modules.all().filter_map(node) {
            graph.0.entry(name).or_default();
        }
        for (from, to) in modules.uses() {
            if let (Some(from), Some(to)) = (node(from), node(&to))
                && from != to
            {
                graph.0.entry(from).or_default().insert(to);
            }
        }
        graph
    }

    /// The shortest cycle of modules, if there is one.
    pub fn cycle(&self) -> Option<Vec<&str>> {
        let mut shortest: Option<Vec<&str>> = None;
        for start in self.0.keys() {
            let found = self.way_back(start);
            if let Some(found) = found
                && shortest.as_ref().is_none_or(|it| found.len() < it.len())
            {
                shortest = Some(found);
            }
        }
        shortest
    }

    /// The shortest path from a module back to itself.
    fn way_back<'g>(&'g self, start: &'g str) -> Option<Vec<&'g str>> {
        let mut ways = vec![vec![start]];
        let mut seen = BTreeSet::new();
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                for next in &self.0[*way.last()?] {
                    if next == start {
                        return Some(way);
                    }
                    if seen.insert(next) {
                        longer.push(way.iter().copied().chain([next.as_str()]).collect());
                    }
                }
            }
            ways = longer;
        }
        None
    }

    /// The length of the longest chain of modules below a module. Does not end if there is a cycle.
    fn level(&self, module: &str) -> usize {
        let levels = self.0[module].iter().map(|it| self.level(it) + 1);
        levels.max().unwrap_or(0)
    }
}

/// Writes every module with what it uses, lowest first.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.keys().map(String::len).max().unwrap_or(0);
        let level = |module: &str| match self.cycle() {
            None => self.level(module),
            Some(_) => 0,
        };
        let mut modules: Vec<_> = self
            .0
            .iter()
            .map(|(it, uses)| (level(it), it, uses))
            .collect();
        modules.sort();
        for (level, module, uses) in modules {
            let uses: Vec<&str> = uses.iter().map(String::as_str).collect();
            let line = format!("  {level:>2}  {module:width$}  {}", uses.join(" "));
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
